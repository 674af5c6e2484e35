"""A chart on its Axes, in our theme: what it says in words, as an SVG of a page, as a file for a slide."""

from __future__ import annotations

import base64
import io
import json
import os
import re
import textwrap
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import seaborn as sns
from markupsafe import escape
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..errors import TraiteError
from ..table import CALCULATED
from . import wording
from .result import Result
from .text import FIGURE, IMAGES

INK, MUTED, GRID, PAPER = "#1d1d1f", "#5f6368", "#d9dbe0", "#ffffff"
PALETTE = [sns.color_palette("colorblind").as_hex()[n] for n in (0, 3, 2, 4, 7, 5)]
"""seaborn's colours for every kind of vision, those first that stand out both on white and on a dark page."""
HATCHES, MARKERS, DOUBTFUL = ["", "///", "\\\\\\", "xxx", "---", "+++"], ["o", "s", "^", "D"], "////"
THEME: Any = sns.axes_style("white") | {
    "svg.fonttype": "none", "hatch.linewidth": 0.6,
    "figure.facecolor": "none", "axes.facecolor": "none",
    "font.family": ["sans-serif"], "font.sans-serif": ["DejaVu Sans", "Verdana", "sans-serif"], "font.size": 9,
    "text.color": INK, "xtick.color": INK, "ytick.color": INK, "ytick.labelsize": 9, "ytick.left": False,
    "xtick.bottom": False, "axes.edgecolor": MUTED, "axes.linewidth": 0.6,
    "axes.spines.top": False, "axes.spines.right": False, "axes.spines.bottom": False,
    "legend.frameon": False, "legend.fontsize": 8.5, "legend.borderaxespad": 0, "legend.borderpad": 0,
}  # fmt: skip
"""seaborn's style « white », with text that stays text. Verdana has the measures of DejaVu Sans, which matplotlib brings."""

WIDTH, LETTER, LINE, LEGEND = 4.2, 0.074, 0.165, 0.18
"""Inches: a drawing that is read on a phone and on a screen alike; a letter and a line of its labels, a line of a legend."""


@dataclass(frozen=True)
class Chart:
    """A chart on its Axes, with what it shows in words. Without Axes nothing was drawn.

    `axes` are what was drawn on (``figure.axes`` has the strip of a series too), `result` the rows that were drawn;
    `kind` and `found` say in French what it is and what it shows, `signs` what its signs mean.
    """

    axes: tuple[Axes, ...] = ()
    result: Result | None = None
    kind: str = ""
    found: str = ""
    signs: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.axes)

    @property
    def ax(self) -> Axes:
        """The Axes, or the first of several; an error when nothing was drawn."""
        self._drawn()
        return self.axes[0]

    @property
    def figure(self) -> Figure:
        """The Figure that holds the Axes; an error when nothing was drawn."""
        figure = self.ax.get_figure(root=True)
        assert figure is not None, "a drawn Axes has a figure"
        return figure

    def _drawn(self) -> Result:
        if self.result is None:
            raise TraiteError("Nothing was drawn: there are not two values to show.")
        return self.result

    @cached_property
    def words(self) -> dict[str, Any]:
        """Text around the drawing: ``title``, ``subject`` when the title is a finding, ``population``, ``notes`` (signs, bases,
        reservations, sources), and ``alt``."""
        result = self._drawn()
        population, *notes = result.lines
        doubtful = result.frame[result.frame["status"] != CALCULATED]
        reserves = " ".join(f"Réserve : {note}" for note in wording.notes_of(doubtful))
        alt = f"{self.kind}. {result.title}. {population} {self.found} {reserves}"
        message = result.message if (result.frame["unit"] == "percent").all() else ""  # it is about shares
        said = {
            "title": message or result.title,
            "subject": result.title if message else "",
            "population": "" if wording.lower_first(result.population) in result.title.lower() else population,
            "alt": alt.rstrip(),
        }
        return {name: wording.typographic(text) for name, text in said.items()} | {
            "notes": [wording.typographic(note) for note in (*self.signs, *wording.bases_of(result.frame), *notes)]
        }

    @property
    def alt(self) -> str:
        """What the chart shows, in words; nothing when nothing was drawn."""
        return str(self.words["alt"]) if self else ""

    def _theme(self) -> AbstractContextManager[None]:
        """Our theme, with names of an SVG's parts that are the same at each drawing, and its own in a page of several."""
        return rc_context(THEME | {"svg.hashsalt": self.alt})

    @property
    def svg(self) -> str:
        """The drawing as it is now, as one SVG element whose text is text; its name and description are in it."""
        words, buffer = self.words, io.StringIO()
        with self._theme():
            self.figure.savefig(buffer, format="svg", metadata=dict.fromkeys(["Creator", "Date", "Format", "Type"]))
        drawing = buffer.getvalue()
        box = drawing[drawing.index("viewBox=") :].split('"')[1]
        size = 'width="{:.0f}" height="{:.0f}"'.format(*(1.8 * float(points) for points in box.split()[2:]))  # outside a page
        inside = _NOISE.sub(r"\1", drawing[drawing.index("<defs>") : drawing.rindex("</svg>")]).replace("\n", " ")
        for _ in range(4):  # groups that say nothing
            inside = re.sub(r"<g>((?:(?!</?g[ >]).)*)</g>", r"\1", inside)
        inside = re.sub(r'(?:(?<=[;:MLCQ]) | (?=[LCQMz"]))(?=[^<>]*>)', "", inside)  # spaces that say nothing, within tags
        named = f"<title>{escape(words['title'])}</title>\n<desc>{escape(words['alt'])}</desc>"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="{box}" {size} '
            f'role="group" fill="{INK}" font-family="{FAMILY}">\n{named}\n{inside}</svg>\n'
        )

    def save(self, path: str | Path) -> Path:
        """Write the chart as ``.png`` or ``.svg`` for a slide or a report, title, population, notes and sources inside.

        Raises
        ------
        TraiteError
            There is nothing to draw, or the extension is neither.
        """
        path = Path(path)
        if path.suffix not in (".png", ".svg"):
            raise TraiteError(f"A chart is written as .png or .svg, not {path.suffix or 'without an extension'!r}: {path.name}.")
        path.write_bytes(self._image(path.suffix))
        return path

    def _image(self, suffix: str) -> bytes:
        figure, words, buffer = self.figure, self.words, io.BytesIO()
        width, height = figure.get_size_inches()
        head = _lines([words["title"]], width, 11)
        under = _lines([words["subject"], words["population"]], width, 8.5)
        above = 0.08 + LINE * (under.count("\n") + 2 if under else 0)
        notes = _lines(words["notes"], width, 7)
        with self._theme():  # texts stand outside the figure, whose edge `bbox_inches` moves as far as they go
            added = [
                figure.text(0.02, 1 + above / height, head, va="bottom", size=11, weight="bold"),
                figure.text(0.02, 1 + 0.08 / height, under, va="bottom", size=8.5, color=MUTED),
                figure.text(0.02, -0.06 / height, notes, va="top", size=7, color=MUTED),
            ]
            try:
                about: dict[str, None] = {"Software": None} if suffix == ".png" else {"Creator": None, "Date": None}
                tight: dict[str, Any] = {"bbox_inches": "tight", "pad_inches": 0.15}
                figure.savefig(buffer, format=suffix[1:], dpi=300, facecolor=PAPER, metadata=about, **tight)
            finally:
                for text in added:
                    text.remove()
        return buffer.getvalue()

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, object], dict[str, object]]:
        if not self:
            return {"text/plain": ""}, {}
        words, files = self.words, self.files
        if os.environ.get(IMAGES):
            files |= {suffix: base64.b64encode(self._image(suffix)).decode("ascii") for suffix in (".png", ".svg")}
        return {"image/svg+xml": self.svg, "text/plain": words["alt"], FIGURE: files}, {"image/svg+xml": words}

    @property
    def files(self) -> dict[str, str]:
        """The rows that were drawn, as ``.csv``, and what they are about, as ``.json``."""
        result, words = self._drawn(), self.words
        shown = ["period", "group", "who", "variable", "category", "label", "value", "unit", "bound", "text", "base", "status"]
        rows = result.frame.filter([*shown, "statement_id", "note", "citation"])  # the chapter's table has all columns
        about = words | {"population": result.population, "subject": wording.typographic(result.title), "rows": len(rows)}
        about |= {"unit": sorted(set(rows["unit"])), "sources": list(dict.fromkeys(filter(None, rows["citation"])))}
        del about["alt"]  # it says the rows
        return {".csv": rows.to_csv(index=False), ".json": json.dumps(about, ensure_ascii=False, indent=1, sort_keys=True) + "\n"}


FAMILY = "'DejaVu Sans', 'Verdana', sans-serif"
"""The fonts of the theme, as matplotlib writes them with each text; a page says them once a drawing."""
_NOISE = re.compile(
    r'(\.\d)\d+(?=[ \n")])|<g id="[^"]*"/>|<g id="[^"]*">\s*<path d="[^"]*" style="fill: none"/>\s*</g>|(?<=<g) id="[^"]*"'
    rf'|<defs>\s*<style.*?</defs>| transform="rotate\(-0 [^"]*"| font-family: {FAMILY};'
    rf"|; fill: {INK}|text-anchor: start; |; stroke-(?:linejoin: miter|dashoffset: 0)|(?<=>)\n *| (?=\n)", re.DOTALL,
)  # fmt: skip
"""What an SVG inside a page does without: names that several drawings share, what is not seen, what is said once."""

NOTHING = Chart()


def _lines(texts: Sequence[str], width: float, size: float) -> str:
    """Texts cut into lines of a width in inches, at a size in points."""
    return "\n".join(line for text in texts for line in textwrap.wrap(text, int(width * THEME["font.size"] / LETTER / size)))
