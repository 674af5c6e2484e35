"""Images of a figure: PNG and SVG, the same bytes at each run.

matplotlib's two renderers draw all but the texts, which `letters` places and which they write here a word at a time.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from zlib import Z_FILTERED

from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.colors import rgb2hex
from PIL import Image, ImageColor

from .letters import Face, words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DPI = 150
"""Dots per inch of a PNG."""


def png(figure: Figure, palette: Image.Image) -> bytes:
    """Image of a figure, at `DPI`, in the colours of a `palette`: a third of the weight of true colours, and far less work than
    to look for the best ones."""
    figure.dpi = DPI
    width, height = (round(inches * DPI) for inches in figure.get_size_inches())
    renderer: Any = _Agg(width, height)
    figure.draw(renderer)
    drawn = Image.new("RGB", (width, height), None)  # not blackened first
    drawn.frombytes(renderer.buffer_rgba(), "raw", "RGBX")
    buffer = io.BytesIO()
    reduced = drawn.quantize(palette=palette, dither=Image.Dither.NONE)
    reduced.save(buffer, format="png", compress_level=4, compress_type=Z_FILTERED)  # level 9 takes nine times longer for 7 %
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
    renderer: Any = _Svg(width, height, buffer)
    figure.draw(renderer)
    renderer.finalize()
    return buffer.getvalue()


class _Agg(RendererAgg):
    """matplotlib's renderer of pixels."""

    def __init__(self, width: int, height: int) -> None:
        super().__init__(width, height, DPI)  # type: ignore[no-untyped-call]

    def write(self, gc: Any, x: float, y: float, line: str, face: Face, size: float) -> None:
        """Draw a line of text, a word at once; `y` counts from the top, `size` in points."""
        dots, feet = size * DPI / 72, round(y)
        for text in words(line):
            if not text.isspace():
                pixels, before, below = face.picture(text, dots)
                self._renderer.draw_text_image(pixels, round(x - before), feet + below, 0, gc)
            x += face.word(text).advance * dots / face.SIZE


class _Svg(RendererSVG):
    """matplotlib's renderer of SVG."""

    writer: Any
    _glyph_map: dict[str, str]

    def __init__(self, width: float, height: float, buffer: io.StringIO) -> None:
        super().__init__(width, height, buffer, metadata={"Date": None, "Creator": None})  # type: ignore[no-untyped-call]
        self._buffer = buffer

    def write(self, gc: Any, x: float, y: float, line: str, face: Face, size: float) -> None:
        """Place the letters of a line of text, each shape defined once."""
        found, writer = [face.word(text) for text in words(line)], self.writer
        letters = {letter.name: letter for word in found for letter, _ in word.letters}
        if new := [letter for name, letter in letters.items() if name not in self._glyph_map]:
            writer.start("defs")
            for letter in new:
                writer.element("path", id=letter.name, d=letter.shape)
                self._glyph_map[letter.name] = letter.name
            writer.end("defs")
        scale, place = size / face.SIZE, 0.0
        move = f"translate({x:.3f} {y:.3f}) scale({scale:.4f} {-scale:.4f})"
        writer.start("g", fill=rgb2hex(gc.get_rgb()), transform=move)
        writer.comment(line)
        for word in found:
            self._buffer.writelines(
                f'<use x="{place + across:.2f}" xlink:href="#{letter.name}"/>\n' for letter, across in word.letters
            )
            place += word.advance
        writer.end("g")
