"""A chart: what a kind of chart says to draw, made into images with an alternative text and a caption."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, NamedTuple, ParamSpec, cast

from matplotlib import rc_context
from matplotlib.figure import Figure

from ..errors import TraiteError
from ..table import CALCULATED
from . import images, wording
from .sheet import GRID, INK, INKS, MUTED, PALETTE, PHONE, THEME, layout
from .text import FIGURE

if TYPE_CHECKING:
    from .result import Result


@dataclass(frozen=True)
class Chart:
    """A drawn chart: images, their alternative text and their caption. Without an image it shows nothing.

    Attributes
    ----------
    png, svg : bytes, str
        At the width of a slide, title and sources inside; letters in the SVG are shapes, the same on every machine.
    phone : bytes
        PNG at the width of a phone.
    alt : str
        What the chart shows, in words.
    caption : str
        What is measured, and on whom.
    """

    png: bytes
    svg: str
    phone: bytes
    alt: str
    caption: str

    def __bool__(self) -> bool:
        return bool(self.png)

    def save(self, path: str | Path) -> Path:
        """Write the chart as ``.png`` or ``.svg``, ready for a slide.

        Raises
        ------
        TraiteError
            There is nothing to draw, or the extension is neither.
        """
        path = Path(path)
        if not self:
            raise TraiteError(f"Nothing was drawn: there is no value to write to {path.name}.")
        if path.suffix not in (".png", ".svg"):
            raise TraiteError(f"A chart is written as .png or .svg, not {path.suffix or 'without an extension'!r}: {path.name}.")
        path.write_bytes(self.png if path.suffix == ".png" else self.svg.encode())
        return path

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, object], dict[str, object]]:
        if not self:
            return {"text/plain": ""}, {}
        # As text: not every program that executes notebooks encodes bytes.
        png, phone = (base64.b64encode(image).decode("ascii") for image in (self.png, self.phone))
        about = {"alt": self.alt, "caption": self.caption}
        figure = {"svg": self.svg, "phone": phone}
        return {"image/png": png, "text/plain": self.alt, FIGURE: figure}, {"image/png": about}


NOTHING = Chart(b"", "", b"", "", "")


COLOURS = images.palette([INK, MUTED, GRID, *PALETTE, *INKS])
"""All that a drawing is made of."""


class Drawing(NamedTuple):
    """What is drawn, at the present `layout`, with the kind of chart it is and what it shows, in words."""

    figure: Callable[[], Figure]
    result: Result
    kind: str
    found: str


_Options = ParamSpec("_Options")


def chart(
    draw: Callable[Concatenate[Result, _Options], Drawing | None],
) -> Callable[Concatenate[Result, _Options], Chart]:
    """A function that says what to draw, as one that returns a `Chart`.

    It is drawn twice: at the width of a slide, as PNG and SVG, and at the width of a phone, where the first would be too small to
    read.
    """

    @wraps(draw)
    def made(result: Result, *args: _Options.args, **options: _Options.kwargs) -> Chart:
        if result.said:  # one value is a sentence
            return NOTHING
        with rc_context(THEME):
            drawing = draw(result, *args, **options)
            if drawing is None:
                return NOTHING
            slide = drawing.figure()
            before = layout.set(PHONE)
            try:
                phone = drawing.figure()
            finally:
                layout.reset(before)
            result, who = drawing.result, wording.lower_first(drawing.result.population)
            doubtful = result.frame[result.frame["status"] != CALCULATED]
            reserves = " ".join(f"Réserve : {note}" for note in wording.notes_of(doubtful))
            alt = f"{drawing.kind}. {result.title}. Population : {who}. {drawing.found} {reserves}".rstrip()
            alone = result.population == wording.EACH_LINE or wording.lower_first(result.title) == who
            caption = result.title if alone else f"{result.title} — {who}"
            drawn = images.png(slide, COLOURS), images.svg(slide), images.png(phone, COLOURS)
            return Chart(*drawn, wording.typographic(alt), wording.typographic(caption))

    return cast("Callable[Concatenate[Result, _Options], Chart]", made)
