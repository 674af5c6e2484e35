"""A sheet of paper to draw a chart on, measured in inches: a title, a plot, lines for population, notes and sources.

matplotlib's own axes find limits and ticks for data that they do not know. Here every length is known before anything is drawn,
so a sheet places plain artists itself: nothing is cut, nothing overlaps, and a chart takes a third of the time.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from . import wording
from .images import DPI
from .letters import POINT, Lines

if TYPE_CHECKING:
    from .result import Result

ROW = 0.36
"""Inches for one bar."""


@dataclass(frozen=True)
class Layout:
    """What depends on the width of a drawing: inches, then characters on one line of title, notes and row labels.

    `columns`: of a legend, and of small multiples. `scale`: of the texts that stand side by side on a time axis.
    """

    width: float
    title: int
    notes: int
    labels: int
    columns: int
    scale: float = 1.0


SLIDE = Layout(width=7.6, title=72, notes=122, labels=34, columns=2)
PHONE = Layout(width=4.3, title=38, notes=66, labels=19, columns=1, scale=0.8)
layout: ContextVar[Layout] = ContextVar("layout", default=SLIDE)
"""The layout of what is being drawn."""

INK, MUTED, GRID = "#1d1d1f", "#5f6368", "#d9dbe0"
PALETTE = ["#1f4e79", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#8c510a"]
"""Okabe-Ito hues, the first darkened so that text stands out on it: told apart by every kind of colour vision."""
HATCHES = ["", "//", "..", "\\\\", "xx", "--"]
MARKERS = ["o", "s", "^", "D"]
DOUBTFUL = "////"
INKS = ["#1f4e79", "#8a5a00", "#00664b", "#8f4a73", "#1c6ea4", "#8c510a"]
"""The palette, darkened for text."""

THEME: Any = sns.axes_style("white") | {"hatch.linewidth": 0.6, "svg.hashsalt": "traite"}


Place = tuple[float, float]
"""Across and up, or two values along one of them."""


@dataclass
class Plot:
    """A rectangle of a sheet, in inches, where values have places.

    Attributes
    ----------
    figure : Figure
        What is drawn on.
    left, bottom, width, height : float
        The rectangle.
    across, up : (float, float)
        Values at its left and right sides, at its bottom and top.
    """

    figure: Figure
    left: float
    bottom: float
    width: float
    height: float
    across: Place = (0.0, 1.0)
    up: Place = (0.0, 1.0)

    def x(self, value: float) -> float:
        """Where a value is, in inches from the left side of the sheet."""
        return self.left + self.width * (value - self.across[0]) / (self.across[1] - self.across[0])

    def y(self, value: float) -> float:
        """Where a value is, in inches from the bottom of the sheet."""
        return self.bottom + self.height * (value - self.up[0]) / (self.up[1] - self.up[0])

    def write(self, text: str, at: Place, offset: Place = (0, 0), *, box: bool = False, **look: Any) -> Lines:
        """Write beside a place, `offset` points away from it; `box` hides what is behind."""
        side = "left" if offset[0] > 0 else "right" if offset[0] < 0 else "center"
        look = {"ha": side, "va": "center" if offset[0] else "bottom", "size": 8.5, "color": INK} | look
        lines = Lines(self.x(at[0]) + POINT * offset[0], self.y(at[1]) + POINT * offset[1], text, **look)
        if box:
            left, bottom, right, top = lines.box
            self._rectangle(left - POINT, bottom - POINT, right + POINT, top + POINT, facecolor="white", zorder=lines.zorder)
        self.figure.add_artist(lines)
        return lines

    def line(self, across: Sequence[float], up: Sequence[float], **look: Any) -> None:
        """Draw a line, or markers, through places."""
        xs, ys = [self.x(value) for value in across], [self.y(value) for value in up]
        self.figure.add_artist(Line2D(xs, ys, transform=self.figure.dpi_scale_trans, **look))

    def bar(self, across: Place, up: Place, **look: Any) -> None:
        """Fill a rectangle between two values each way."""
        (left, right), (bottom, top) = (sorted(map(self.x, across)), sorted(map(self.y, up)))
        self._rectangle(left, bottom, right, top, **look)

    def _rectangle(self, left: float, bottom: float, right: float, top: float, **look: Any) -> None:
        box = Rectangle((left, bottom), right - left, top - bottom, transform=self.figure.dpi_scale_trans, **look)
        self.figure.add_artist(box)

    def rows(self, labels: Sequence[str], *, axis: bool = True) -> None:
        """Give each label a row, from the top, its centre at 0, 1, 2…; `axis` draws the line that bars start from."""
        self.up = (len(labels) - 0.45, -0.55)
        for n, label in enumerate(labels):
            text = "\n".join(_label_lines(label))
            self.write(text, (self.across[0], n), (-3.5, 0), va="center_baseline", size=9, spacing=1.05)
        if axis:
            self.line((0, 0), self.up, color=MUTED, linewidth=0.5)

    def legend(self, names: Sequence[str], *, markers: bool = False) -> None:
        """Names above the plot, column by column, each with its marker or a bar of its colour and hatch."""
        em, left, top = 8.5 * POINT, self.left, self.bottom + self.height + legend_height(names)
        whole, rows = Plot(self.figure, 0, 0, 1, 1), legend_rows(names)  # inches
        for start in range(0, len(names), rows):
            right = left
            for n, name in enumerate(names[start : start + rows], start):
                y = top - (n - start + 0.5) * LEGEND_ROW
                if markers:
                    look: Any = {"color": PALETTE[n], "marker": MARKERS[n], "linewidth": 1.5}
                    whole.line((left, left + 0.8 * em, left + 1.6 * em), (y, y, y), markevery=[1], **look)
                else:
                    look = {"facecolor": PALETTE[n], "hatch": HATCHES[n], "edgecolor": "white"}
                    whole.bar((left, left + 1.6 * em), (y - 0.35 * em, y + 0.35 * em), **look)
                lines = whole.write(name, (left + 2.4 * em, y), ha="left", va="center")
                right = max(right, lines.box[2])
            left = right + 1.2 * em


LEGEND_ROW = 0.2
"""Inches for one row of a legend."""


def legend_rows(names: Sequence[str]) -> int:
    """Rows of a legend, in as many columns as the layout has."""
    return -(-len(names) // layout.get().columns)


def legend_height(names: Sequence[str]) -> float:
    """Inches that a legend needs."""
    return LEGEND_ROW * legend_rows(names) + 0.04


def sheet(
    result: Result, plot: float, left: float, note: str = "", right: float = 0.75, below: float = 0.24, above: float = 0.0
) -> Plot:
    """A sheet for a result, and the plot in the middle of it; the sheet grows with its text.

    Parameters
    ----------
    result : Result
        What its title, population, notes and sources are taken from.
    plot, left, right, below, above : float
        Inches: height of the plot, and what is left free around it.
    note : str
        A first note.
    """
    doubt = "* : fiabilité faible." if ((result.frame["status"] == "U") & result.frame["value"].notna()).any() else ""
    wide = layout.get()
    lines = [line for text in [note, doubt, *result.lines] if text for line in _wrapped(text, wide.notes)]
    title = _wrapped(result.title, wide.title)
    top, bottom = 0.22 + 0.24 * len(title), below + 0.155 * len(lines)
    height = top + above + plot + bottom
    figure = Figure(figsize=(wide.width, height), dpi=DPI)
    whole = Plot(figure, 0, 0, 1, 1)  # inches
    whole.write("\n".join(title), (0.1, height - 0.125), ha="left", va="top", size=12, weight="bold", spacing=1.3)
    whole.write("\n".join(lines), (0.1, 0.1), ha="left", va="bottom", size=7.2, color=MUTED, spacing=1.35)
    return Plot(figure, left, bottom, wide.width - left - right, plot)


def _wrapped(text: str, characters: int) -> list[str]:
    """A text cut into lines, where a French text may be cut."""
    return textwrap.wrap(wording.typographic(text), characters)


def _label_lines(label: str) -> list[str]:
    return textwrap.wrap(label, layout.get().labels)


def row_height(labels: Sequence[str]) -> float:
    """Inches that one row needs for its label."""
    return max(ROW, 0.15 + 0.15 * max(len(_label_lines(label)) for label in labels))


def label_width(labels: Sequence[str]) -> float:
    """Inches that row labels need."""
    longest = max((len(line) for label in labels for line in _label_lines(label)), default=0)
    return 0.3 + 0.076 * max(longest, 8)
