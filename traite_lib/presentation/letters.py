"""Level lines of plain text, which is all that a chart has to write: measured, placed and drawn word by word.

matplotlib shapes a text and loads its letters anew whenever it measures or draws it, for any angle, formula and alignment: most
of the time of a chart. Here a font is held in memory with the words that were already asked of it, and a text knows where
its lines are before anything is drawn.
"""

from __future__ import annotations

import io
import pathlib
import re
import threading
from functools import cache
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from matplotlib.artist import Artist
from matplotlib.font_manager import FontProperties, findfont
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.path import Path

FAMILY = "DejaVu Sans"
"""The font of every chart, which comes with matplotlib: the same letters on every machine."""

ASCENT, DESCENT = 0.76, 0.24
"""Parts of a line above and below its letters' feet, for a size of 1 (the font's typographic ascender and descender)."""

POINT = 1 / 72
"""One point, in inches."""

Across = Literal["left", "center", "right"]
Up = Literal["top", "center", "center_baseline", "bottom"]
Style = Literal["normal", "italic"]


class Letter(NamedTuple):
    """Name, shape (data of an SVG path, upwards) and width of a letter, at `Face.SIZE`."""

    name: str
    shape: str
    advance: float


class Word(NamedTuple):
    """Letters of a word with the place of each, and how far the next word is, at `Face.SIZE`."""

    letters: tuple[tuple[Letter, float], ...]
    advance: float


class Picture(NamedTuple):
    """Pixels of a word, how far left of it they begin, and how many of their rows are below its feet."""

    pixels: npt.NDArray[np.uint8]
    before: float
    below: int


class Face:
    """A font held in memory, and the words that were asked of it. Nothing is hinted: a word grows as its size does."""

    SIZE = 100.0

    def __init__(self, file: pathlib.Path) -> None:
        self._font: Any = FT2Font(io.BytesIO(file.read_bytes()))
        self._letters: dict[int, Letter] = {}
        self._words: dict[str, Word] = {}
        self._pictures: dict[tuple[str, float], Picture] = {}

    def word(self, text: str) -> Word:
        """A word without spaces, or one space."""
        if text not in self._words:
            font = self._sized(self.SIZE)
            placed = [(self._letter(found.glyph_index), found.x) for found in font._layout(text, LoadFlags.NO_HINTING)]
            advance = placed[-1][1] + placed[-1][0].advance
            self._words[text] = Word(() if text.isspace() else tuple(placed), advance)
        return self._words[text]

    def picture(self, text: str, size: float) -> Picture:
        """The same, drawn in grey levels at a size in pixels."""
        if (text, size) not in self._pictures:
            font = self._sized(size)
            font.set_text(f" {text}", 0.0, flags=LoadFlags.NO_HINTING)  # or the first letter would be a pixel off the others
            font.draw_glyphs_to_bitmap(antialiased=True)
            pixels, above = np.array(font.get_image()), (font.get_width_height()[1] - font.get_descent()) // 64 + 1
            self._pictures[text, size] = Picture(pixels, self.width(" ") * size, len(pixels) - above)
        return self._pictures[text, size]

    def width(self, line: str) -> float:
        """How wide a line is, for a size of 1."""
        return sum(self.word(text).advance for text in words(line)) / self.SIZE

    def _sized(self, size: float) -> Any:
        self._font.clear()
        self._font.set_size(size, 72)
        return self._font

    def _letter(self, index: int) -> Letter:
        if index not in self._letters:
            glyph = self._font.load_glyph(index, flags=LoadFlags.NO_HINTING)
            name = f"{self._font.postscript_name}-{index:x}"
            self._letters[index] = Letter(name, _shape(*self._font.get_path()), glyph.linearHoriAdvance / 65536)
        return self._letters[index]


def _shape(vertices: npt.NDArray[np.float64], codes: npt.NDArray[np.uint8]) -> str:
    """Data of an SVG path."""
    commands = {Path.MOVETO: "M", Path.LINETO: "L", Path.CURVE3: "Q", Path.CURVE4: "C", Path.CLOSEPOLY: "z"}
    return "".join(
        commands[code] + ("" if code == Path.CLOSEPOLY else " ".join(f"{number:.2f}" for number in points))
        for points, code in Path(vertices, codes).iter_segments(simplify=False)
    )


_faces = threading.local()  # a font is not safe for two threads


@cache
def _file(weight: str, style: Style) -> pathlib.Path:
    return pathlib.Path(findfont(FontProperties(family=[FAMILY], weight=weight, style=style)))


def face(weight: str = "normal", style: Style = "normal") -> Face:
    """The font of charts, as ``normal`` or ``bold``, ``normal`` or ``italic``."""
    file, faces = _file(weight, style), _faces.__dict__
    if file.stem not in faces:
        faces[file.stem] = Face(file)
    found: Face = faces[file.stem]
    return found


_WORDS = re.compile(r"\s|\S+")


def words(line: str) -> list[str]:
    """Words of a line, and the spaces between them."""
    return _WORDS.findall(line)


class Lines(Artist):
    """Lines of text on a figure.

    Parameters
    ----------
    x, y : float
        A place, in inches from the lower left corner of the figure.
    text : str
        The lines.
    ha, va : str
        Which side of them is there; ``center_baseline`` is half way between the top and the feet of the last line.
    size : float
        In points.
    color, weight, style : str
        Their look.
    spacing : float
        From one line to the next, for a size of 1.

    Attributes
    ----------
    lines : list of (str, float, float)
        Each line, and where it begins, in inches.
    box : (float, float, float, float)
        Left, bottom, right and top sides of the whole, in inches.
    """

    zorder = 3

    def __init__(
        self, x: float, y: float, text: str, *, ha: Across, va: Up, size: float, color: str, weight: str = "normal",
        style: Style = "normal", spacing: float = 1.2,
    ) -> None:  # fmt: skip
        super().__init__()
        self.text, self.size, self.color, self.face = text, size, color, face(weight, style)
        lines, inch = text.split("\n"), size * POINT
        widths = [self.face.width(line) * inch for line in lines]
        feet = ASCENT + spacing * (len(lines) - 1)
        height = feet + DESCENT
        top = y + inch * {"top": 0, "center": height / 2, "center_baseline": feet / 2, "bottom": height}[va]
        part = {"left": 0, "center": 0.5, "right": 1}[ha]
        self.lines = [
            (line, x - part * width, top - inch * (ASCENT + spacing * n))
            for n, (line, width) in enumerate(zip(lines, widths, strict=True))
        ]
        left = x - part * max(widths)
        self.box = left, top - inch * height, left + max(widths), top

    def draw(self, renderer: Any) -> None:
        """Draw with one of the renderers of `images`."""
        gc = renderer.new_gc()
        gc.set_foreground(self.color)
        dots = self.get_figure(root=True).dpi  # type: ignore[union-attr]
        for line, x, y in self.lines:
            renderer.write(gc, x * dots, renderer.height - y * dots, line, self.face, self.size)
        gc.restore()
