"""Images of a figure: PNG and SVG, the same bytes at each run.

matplotlib reads a font from its file, through Python, twice for each letter that it measures or draws: more than half of the time
of a chart. Its two renderers are used here with fonts that are held in memory, for level lines of plain text, which is all that a
chart has: no formula, nothing slanted.
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
from matplotlib.colors import rgb2hex
from matplotlib.font_manager import findfont
from matplotlib.ft2font import FT2Font, LoadFlags
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
    renderer: Any = _Svg(width, height, buffer)
    figure.draw(renderer)
    renderer.finalize()
    return buffer.getvalue()


class _Face:
    """A font held in memory, and what was already asked of it: how wide texts are, the shapes of letters."""

    SIZE = 100.0
    """Points of a letter's shape."""

    def __init__(self, path: str) -> None:
        self._font: Any = FT2Font(io.BytesIO(Path(path).read_bytes()))
        self._measures: dict[str, tuple[float, float, float]] = {}
        self._shapes: dict[int, tuple[str, Any]] = {}

    def sized(self, size: float, dpi: float) -> Any:
        """The font, empty, at a size in points."""
        self._font.clear()
        self._font.set_size(size, dpi)
        return self._font

    def measure(self, text: str) -> tuple[float, float, float]:
        """Width, height and descent of a line of 1 point, in points: it grows as its size does, for nothing is hinted."""
        if text not in self._measures:
            font = self.sized(self.SIZE, 72)
            font.set_text(text, 0.0, flags=LoadFlags.NO_HINTING)
            found = (*font.get_width_height(), font.get_descent())
            self._measures[text] = tuple(length / 64 / self.SIZE for length in found)
        return self._measures[text]

    def letters(self, text: str) -> list[tuple[str, Any, float, float]]:
        """Name, shape and place of each letter of a line."""
        font, found = self.sized(self.SIZE, 72), []
        for letter in font._layout(text, LoadFlags.NO_HINTING):
            if letter.glyph_index not in self._shapes:
                font.load_glyph(letter.glyph_index, flags=LoadFlags.NO_HINTING)
                self._shapes[letter.glyph_index] = f"{font.postscript_name}-{letter.glyph_index:x}", font.get_path()
            found.append((*self._shapes[letter.glyph_index], letter.x, letter.y))
        return found


_faces = threading.local()  # a font is not safe for two threads


@cache
def _path(properties: FontProperties) -> str:
    return str(findfont(properties))


def _face(properties: FontProperties) -> _Face:
    path, faces = _path(properties), _faces.__dict__
    if path not in faces:
        faces[path] = _Face(path)
    found: _Face = faces[path]
    return found


class _Agg(RendererAgg):
    """matplotlib's renderer of pixels."""

    def __init__(self, width: int, height: int) -> None:
        super().__init__(width, height, DPI)  # type: ignore[no-untyped-call]

    def get_text_width_height_descent(self, s: str, prop: FontProperties, ismath: Any) -> tuple[float, float, float]:
        """Size of a line, in pixels."""
        width, height, descent = (prop.get_size_in_points() * DPI / 72 * length for length in _face(prop).measure(s))
        return width, height, descent

    def draw_text(
        self, gc: Any, x: float, y: float, s: str, prop: FontProperties, angle: float, ismath: Any = False, mtext: Any = None
    ) -> None:
        """Draw a line at once; the original goes letter by letter in Python."""
        font = _face(prop).sized(prop.get_size_in_points(), DPI)
        font.set_text(s, 0.0, flags=LoadFlags.NO_HINTING)
        font.draw_glyphs_to_bitmap(antialiased=True)
        right, down = (offset / 64 for offset in font.get_bitmap_offset())
        down += font.get_descent() / 64
        self._renderer.draw_text_image(font.get_image(), round(x + right), round(y + down) + 1, 0, gc)


class _Svg(RendererSVG):
    """matplotlib's renderer of SVG."""

    def __init__(self, width: float, height: float, buffer: io.StringIO) -> None:
        super().__init__(width, height, buffer, metadata={"Date": None, "Creator": None})  # type: ignore[no-untyped-call]
        self._buffer = buffer

    def get_text_width_height_descent(self, s: str, prop: FontProperties, ismath: Any) -> tuple[float, float, float]:
        """Size of a line, in points."""
        width, height, descent = (prop.get_size_in_points() * length for length in _face(prop).measure(s))
        return width, height, descent

    def draw_text(
        self, gc: Any, x: float, y: float, s: str, prop: FontProperties, angle: float, ismath: Any = False, mtext: Any = None
    ) -> None:
        """Place the letters of a line, each shape defined once; the original reads it and builds its element each time."""
        letters = _face(prop).letters(s)
        new = {name: shape for name, shape, _, _ in letters if name not in self._glyph_map}
        self._update_glyph_map_defs(new)  # type: ignore[no-untyped-call]
        scale = prop.get_size_in_points() / _Face.SIZE
        move = f"translate({x:.3f} {y:.3f}) scale({scale:.4f} {-scale:.4f})"
        writer: Any = self.writer
        writer.start("g", fill=rgb2hex(gc.get_rgb()), transform=move)
        writer.comment(s)
        self._buffer.writelines(f'<use x="{across:.2f}" y="{up:.2f}" xlink:href="#{name}"/>\n' for name, _, across, up in letters)
        writer.end("g")
