"""Images of a figure: PNG and SVG, the same bytes at each run.

matplotlib reads a font from its file, through Python, twice for each letter that it measures or draws: more than half of the time
of a chart. Its two renderers are used here with fonts that are held in memory, and PNG text is drawn a line at a time. Were a
later matplotlib to rename what these classes override, charts would only be slower again.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.font_manager import findfont
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.textpath import TextToPath
from PIL import Image, ImageColor

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

DPI = 150
"""Dots per inch of a PNG."""


def png(figure: Figure, palette: Image.Image) -> bytes:
    """Image of a figure, at `DPI`, in the colours of a `palette`: a third of the weight of true colours, and far less work than
    to look for the best ones."""
    figure.dpi = DPI
    width, height = (round(inches * DPI) for inches in figure.get_size_inches())
    renderer: Any = _Agg(width, height)
    figure.draw(renderer)
    drawn = Image.frombytes("RGB", (width, height), renderer.buffer_rgba(), "raw", "RGBX")
    buffer = io.BytesIO()
    reduced = drawn.quantize(palette=palette, dither=Image.Dither.NONE)
    reduced.save(buffer, format="png", compress_level=5)  # level 9 takes seven times longer for 6 %
    return buffer.getvalue()


def palette(colours: Iterable[str]) -> Image.Image:
    """Colours of a drawing on white, and what the edges of letters and lines make of them (for `png`)."""
    tints: dict[tuple[int, ...], None] = {WHITE: None}
    for colour in colours:
        for step in range(EDGES):
            tint = tuple(round(level + (255 - level) * step / EDGES) for level in ImageColor.getrgb(colour))
            if max(255 - level for level in tint) > TOLERANCE:
                tints[tint] = None
    image = Image.new("P", (1, 1))
    image.putpalette([level for tint in tints for level in tint])
    return image


WHITE = (255, 255, 255)
EDGES = 8
"""Tints of each colour, towards white."""
TOLERANCE = 8
"""Levels within which Pillow may take a colour for another one: no other may be so near to the white of the paper."""


def svg(figure: Figure) -> str:
    """Drawing of a figure, letters as shapes (no date, no random identifier)."""
    figure.dpi = 72  # an SVG counts in points
    width, height = (72 * inches for inches in figure.get_size_inches())
    buffer = io.StringIO()
    renderer: Any = _Svg(width, height, buffer, metadata={"Date": None, "Creator": None})
    figure.draw(renderer)
    renderer.finalize()
    return buffer.getvalue()


_fonts = threading.local()  # a font is not safe for two threads


@cache
def _content(path: str) -> bytes:
    return Path(path).read_bytes()


@cache
def _path(properties: FontProperties) -> str:
    return str(findfont(properties))


def _font(properties: FontProperties, dpi: float, size: float) -> Any:
    """Font of a text, held in memory, at a size in points."""
    path, fonts = _path(properties), _fonts.__dict__
    if path not in fonts:
        fonts[path] = FT2Font(io.BytesIO(_content(path)))
    font = fonts[path]
    font.clear()
    font.set_size(size, dpi)
    return font


class _Agg(RendererAgg):
    """matplotlib's renderer of pixels."""

    def __init__(self, width: int, height: int) -> None:
        super().__init__(width, height, DPI)  # type: ignore[no-untyped-call]

    def _prepare_font(self, font_prop: FontProperties) -> Any:
        return _font(font_prop, self.dpi, font_prop.get_size_in_points())

    def draw_text(
        self, gc: Any, x: float, y: float, s: str, prop: FontProperties, angle: float, ismath: Any = False, mtext: Any = None
    ) -> None:
        """Draw one level line of plain text at once; the original goes letter by letter in Python."""
        if angle or ismath:
            super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)  # type: ignore[no-untyped-call]
            return
        font = self._prepare_font(prop)
        font.set_text(s, 0.0, flags=LoadFlags.NO_HINTING)
        font.draw_glyphs_to_bitmap(antialiased=True)
        right, down = (offset / 64 for offset in font.get_bitmap_offset())
        down += font.get_descent() / 64
        self._renderer.draw_text_image(font.get_image(), round(x + right), round(y + down) + 1, 0, gc)


class _Paths(TextToPath):
    """Letters as shapes."""

    def _get_font(self, prop: FontProperties) -> Any:
        return _font(prop, self.DPI, self.FONT_SCALE)


class _Svg(RendererSVG):
    """matplotlib's renderer of SVG."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)  # type: ignore[no-untyped-call]
        self._text2path = _Paths()
