"""A sheet as a grid: the cells that hold something, how they look, what is merged and what is hidden."""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, cached_property
from operator import attrgetter
from typing import Any

from . import limits

Value = str | float | int | bool | dt.datetime
Place = tuple[int, int]
"""Row and column, from 1."""


@cache
def letters(column: int) -> str:
    """Letters of a column: 1 is A, 27 is AA."""
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def address(row: int, column: int) -> str:
    """A1 address of a cell."""
    return f"{letters(column)}{row}"


@dataclass(frozen=True)
class Area:
    """A rectangle of cells, bounds included."""

    top: int
    left: int
    bottom: int
    right: int

    def __contains__(self, place: Place) -> bool:
        return self.top <= place[0] <= self.bottom and self.left <= place[1] <= self.right

    def __str__(self) -> str:
        return f"{address(self.top, self.left)}:{address(self.bottom, self.right)}"

    def overlaps(self, other: Area) -> bool:
        """Whether the two rectangles share a cell."""
        return (
            self.top <= other.bottom and other.top <= self.bottom and self.left <= other.right and other.left <= self.right
        )  # fmt: skip


@dataclass(slots=True, unsafe_hash=True)
class Cell:
    """A cell that holds something; nothing changes it (not frozen: a workbook has a hundred thousand, made three times slower).

    `number_format` is the format code of the spreadsheet (``0 %``), `indent` the alignment's indent. `error` marks a value
    such as ``#REF!``. `link` marks a cell that leads to another sheet. `understood` is what `values.read` found, kept here.
    """

    row: int
    column: int
    value: Value
    number_format: str = "General"
    bold: bool = False
    indent: int = 0
    error: bool = False
    link: bool = False
    understood: Any = field(default=None, init=False, repr=False, compare=False)
    _text: str | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def address(self) -> str:
        """A1 address."""
        return address(self.row, self.column)

    @property
    def place(self) -> Place:
        """Row and column."""
        return self.row, self.column

    @property
    def text(self) -> str:
        """The value as a person reads it in a label: one line, ordinary spaces, dates as ISO, no « .0 »."""
        if self._text is None:
            self._text = self._written()
        return self._text

    def _written(self) -> str:
        value = self.value
        if isinstance(value, str):
            return one_line(value)
        if isinstance(value, dt.datetime):
            return date_text(value, self.number_format)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int) and (zeros := re.fullmatch(r"(0+)(?:;.*)?", self.number_format)):
            return str(value).zfill(len(zeros[1]))
        return str(value)

    @property
    def lead(self) -> int:
        """Spaces before the text."""
        text = self.value if isinstance(self.value, str) else ""
        return len(text) - len(text.lstrip(" \u00a0\u202f\u2009\t"))


_SPACES = re.compile(r"[\s\u00a0\u202f\u2007\u2009\u200a\u200b\ufeff\u00ad]+")


def one_line(text: str) -> str:
    """Text with every kind of space and line break as one ordinary space."""
    return _SPACES.sub(" ", text).strip()


def date_text(value: dt.datetime, number_format: str) -> str:
    """ISO date, as precise as its format: a month format gives ``2017-01``, a year format ``2017``."""
    code = re.sub(r"\[[^\]]*\]|\"[^\"]*\"|\\.", "", number_format.split(";")[0]).lower()
    if value.hour or value.minute or value.second:
        return value.isoformat(sep=" ")
    if re.search(r"[dj]", code) or not re.search(r"[my]", code):
        return value.date().isoformat()
    return f"{value:%Y-%m}" if "m" in code else f"{value:%Y}" if "y" in code or "a" in code else value.date().isoformat()


@dataclass
class Grid:
    """One sheet. `cells` holds what is visible; what is hidden is in `hidden`, with the reason."""

    name: str
    cells: dict[Place, Cell] = field(default_factory=dict)
    merges: list[Area] = field(default_factory=list)
    hidden: list[tuple[str, str]] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    visible: bool = True
    repairs: list[str] = field(default_factory=list)

    @cached_property
    def rows(self) -> dict[int, list[Cell]]:
        """Cells by row, from left to right."""
        found: dict[int, list[Cell]] = {}
        for place in sorted(self.cells):
            found.setdefault(place[0], []).append(self.cells[place])
        return found

    @cached_property
    def _merged(self) -> dict[int, list[Area]]:
        """Merged areas of each used row, from left to right."""
        rows = sorted({row for row, _ in self.cells})
        found: dict[int, list[Area]] = {}
        for area in sorted(self.merges, key=attrgetter("left")):
            inside = rows[bisect_left(rows, area.top) : bisect_left(rows, area.bottom + 1)]
            limits.tick(work=len(inside))
            for row in inside:
                found.setdefault(row, []).append(area)
        return found

    def merge(self, row: int, column: int) -> Area | None:
        """Merged area that a position belongs to."""
        areas = self._merged.get(row) if self.merges else None
        if not areas:
            return None
        position = bisect_right(areas, column, key=attrgetter("left"))
        area = areas[position - 1] if position else None
        return area if area is not None and column <= area.right else None

    def at(self, row: int, column: int) -> Cell | None:
        """The cell of a position, or the anchor of the merged area that covers it."""
        cell = self.cells.get((row, column))
        if cell is None and (area := self.merge(row, column)):
            cell = self.cells.get((area.top, area.left))
        return cell

    def without(self, places: Iterable[Place], instead: Iterable[Cell] = ()) -> Grid:
        """The same sheet without some cells, and with others instead."""
        gone, new = set(places), {cell.place: cell for cell in instead}
        if not gone and not new:
            return self
        kept = {place: cell for place, cell in self.cells.items() if place not in gone} | new
        found = Grid(self.name, kept, self.merges, self.hidden, self.hidden_rows, self.visible, self.repairs)
        if not new:  # the other rows are as they were
            changed = {row: [cell for cell in self.rows[row] if cell.place not in gone] for row in {row for row, _ in gone}}
            found.rows = {row: left for row, cells in self.rows.items() if (left := changed.get(row, cells))}
        return found
