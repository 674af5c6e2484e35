"""Tables side by side: at which columns of a sheet one begins."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import cached_property
from itertools import pairwise

from .grid import Cell, Grid
from .limits import COLUMNS
from .lines import is_caption, is_labelish
from .values import read


class _Columns:
    """Columns of a sheet: their cells, and the rows where words and numbers stand beside others (a text alone is a title)."""

    def __init__(self, grid: Grid) -> None:
        self.rows = [cells for cells in grid.rows.values() if len(cells) > 1]
        self.cells: dict[int, list[Cell]] = {}
        for row in grid.rows.values():
            for cell in row:
                self.cells.setdefault(cell.column, []).append(cell)
        self.words: dict[int, list[int]] = {}
        self.numbers: dict[int, list[int]] = {}
        self.others: dict[int, set[int]] = {}
        for row in self.rows:
            for cell in row:
                kind = read(cell).kind
                if kind == "text":
                    self.words.setdefault(cell.column, []).append(cell.row)
                elif kind == "number":
                    self.numbers.setdefault(cell.column, []).append(cell.row)
                else:
                    self.others.setdefault(cell.column, set()).add(cell.row)
        self.used = sorted(self.words.keys() | self.numbers.keys() | self.others.keys())
        self.top_at_right: dict[int, int] = {}
        top = 0
        for column in reversed(self.used):
            self.top_at_right[column] = top
            if first := next(iter(self.numbers.get(column, [])), 0):
                top = min(first, top or first)

    def stand_apart(self, before: int, column: int) -> bool:
        """Whether a table of its own begins at a column, after an empty one: it has a title there, or labels for its rows."""
        # one column alone is no table, but the labels of the one beside it
        left = self.used[1] < column and min(self.numbers, default=column) < column
        if not left or not (top := self.top_at_right[column]):
            return False
        between = self.inside(before + 1, column)
        if any(is_caption(cell.text) for other in between for cell in self.cells[other]):
            return True
        numbers, others = set(self.numbers.get(column, [])), self.others.get(column, set())
        body = [cell for cell in self.cells[column] if cell.row >= top]
        figures = sum(cell.row in numbers for cell in body)
        words = sum(cell.row not in numbers and cell.row not in others for cell in body)
        if not figures and words > 1:
            return True
        written = set(self.words.get(column, []))
        return any(is_labelish(cell.text) for cell in self.cells[column] if cell.row in written) or words > 1.5 * figures > 0

    @cached_property
    def _every(self) -> list[int]:
        return sorted(self.cells)

    def inside(self, first: int, last: int) -> list[int]:
        """Columns that hold something, from one to another."""
        return self._every[bisect_left(self._every, first) : bisect_right(self._every, last)]

    def in_words_below(self, row: int, column: int) -> bool:
        """Whether a column holds words rather than numbers below a row."""
        words, numbers = (
            len(rows) - bisect_right(rows, row) for at in (self.words, self.numbers) for rows in [at.get(column, [])]
        )
        return words >= 2 and words > numbers


def column_groups(grid: Grid) -> list[range]:
    """Columns of each table that stands beside another: a new one begins where labels begin again after an empty column."""
    columns = _Columns(grid)
    if not (used := columns.used):
        return [range(1, COLUMNS + 1)]
    starts = {1}
    starts.update(column for before, column in pairwise(used) if column - before > 1 and columns.stand_apart(before, column))
    for cells in columns.rows:  # « Pays | Effectif | Pays | Effectif », without an empty column
        head = cells[0]
        if head.column not in (1, used[0]) or read(head).kind != "text":
            continue
        again = [cell.column for cell in cells[2:] if isinstance(cell.value, str) and cell.text == head.text]
        starts.update(c for c in again if c not in starts and (is_labelish(head.text) or columns.in_words_below(head.row, c)))
    bounds = sorted(starts)
    return [range(start, end) for start, end in zip(bounds, [*bounds[1:], COLUMNS + 1], strict=True)]
