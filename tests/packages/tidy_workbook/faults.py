"""Faults put into the reading of a table, between its delimiting and its cells: what a wrong rule would do to its labels and units.

The second reading is to find them. By hand, on many seeds: ``python tests/packages/tidy_workbook/faults.py FIRST_SEED NUMBER``
prints, for each kind of fault, how many cells it changed, and how many of them are in doubt.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from typing import Any
from unittest.mock import patch

from generated_sheets import generate

from tidy_workbook import TidyCell, table
from tidy_workbook.blocks import BodyRow, RawBlock
from tidy_workbook.grid import Grid
from tidy_workbook.headers import column_paths
from tidy_workbook.labels import row_paths
from tidy_workbook.paths import Label, Path
from tidy_workbook.tidy import tidy_sheet

Columns = dict[int, tuple[Path, str]]
Rows = list[tuple[BodyRow, Path, str]]
Fault = Callable[[random.Random], Any]


@contextmanager
def _columns(change: Callable[[RawBlock, Columns], Columns]) -> Iterator[None]:
    with patch.object(table, "column_paths", lambda block, grid: change(block, column_paths(block, grid))):
        yield


@contextmanager
def _rows(change: Callable[[RawBlock, Rows], Rows]) -> Iterator[None]:
    with patch.object(table, "row_paths", lambda block, grid: iter(change(block, list(row_paths(block, grid))))):
        yield


def header_shifted(draw: random.Random) -> Any:
    """A level of the headers one column further, to the right or to the left."""
    step, low = draw.choice((1, -1)), draw.random() < 0.5

    def change(block: RawBlock, columns: Columns) -> Columns:
        names = list(columns)
        depth = min(len(path) for path, _ in columns.values()) if columns else 0
        level = depth - 1 if low else 0
        if depth == 0:
            return columns
        labels = [columns[name][0][level] for name in names]
        moved = [labels[max(0, min(len(labels) - 1, n - step))] for n in range(len(labels))]
        return {
            name: ((*columns[name][0][:level], moved[n], *columns[name][0][level + 1 :]), columns[name][1])
            for n, name in enumerate(names)
        }

    return _columns(change)


def header_level_lost(draw: random.Random) -> Any:
    """The outermost headers forgotten."""
    return _columns(lambda _, columns: {c: (path[1:] if len(path) > 1 else path, doubt) for c, (path, doubt) in columns.items()})


def spanner_too_wide(draw: random.Random) -> Any:
    """A spanner that takes one more column at its right."""

    def change(block: RawBlock, columns: Columns) -> Columns:
        names = list(columns)
        found = dict(columns)
        for before, name in pairwise(names):
            one, two = columns[before][0], columns[name][0]
            if len(one) > 1 and len(two) > 1 and one[0] != two[0]:
                found[name] = ((one[0], *two[1:]), columns[name][1])
                break
        return found

    return _columns(change)


def stub_level_lost(draw: random.Random) -> Any:
    """A label column forgotten, or the outermost label of each row."""
    return _rows(lambda _, rows: [(row, path[1:] if len(path) > 1 else path, doubt) for row, path, doubt in rows])


def wrong_parent(draw: random.Random) -> Any:
    """The first row of a group read as the last one of the group before."""

    def change(block: RawBlock, rows: Rows) -> Rows:
        found = list(rows)
        for n in range(1, len(rows)):
            before, path = rows[n - 1][1], rows[n][1]
            if len(before) > 1 and len(path) > 1 and before[0].place != path[0].place:
                found[n] = (rows[n][0], (before[0], *path[1:]), rows[n][2])
                break
        return found

    return _rows(change)


def total_inside(draw: random.Random) -> Any:
    """The last row, a row of its own, read as part of the group above it."""

    def change(block: RawBlock, rows: Rows) -> Rows:
        if len(rows) > 1 and len(rows[-2][1]) > 1 and len(rows[-1][1]) == 1:
            rows[-1] = (rows[-1][0], (rows[-2][1][0], *rows[-1][1]), rows[-1][2])
        return rows

    return _rows(change)


def under_its_neighbour(draw: random.Random) -> Any:
    """A row read as a part of the row above it."""
    at = draw.random()

    def change(block: RawBlock, rows: Rows) -> Rows:
        n = 1 + int(at * (len(rows) - 1))
        if 1 <= n < len(rows):
            rows[n] = (rows[n][0], (*rows[n - 1][1], rows[n][1][-1]) if rows[n][1] else (), rows[n][2])
        return rows

    return _rows(change)


def labels_down_one(draw: random.Random) -> Any:
    """Each row with the innermost label of the row above it."""

    def change(block: RawBlock, rows: Rows) -> Rows:
        last: list[Label] = [path[-1] for _, path, _ in rows if path]
        if len(last) != len(rows):
            return rows
        return [(row, (*path[:-1], last[max(0, n - 1)]), doubt) for n, (row, path, doubt) in enumerate(rows)]

    return _rows(change)


def unit_swapped(draw: random.Random) -> Any:
    """A percentage read as a number, a number as a percentage."""
    right = table.Table._nearest_unit

    def wrong(self: table.Table, row: tuple[str, ...], near: tuple[str, ...]) -> str:
        return "" if right(self, row, near) == "%" else "%"

    return patch.object(table.Table, "_nearest_unit", wrong)


FAULTS: dict[str, Fault] = {
    fault.__name__: fault
    for fault in (
        header_shifted, header_level_lost, spanner_too_wide, stub_level_lost, wrong_parent, total_inside, under_its_neighbour,
        labels_down_one, unit_swapped,
    )
}  # fmt: skip


def found(draw: random.Random, grid: Grid, name: str) -> Counter[str]:
    """Cells that a fault makes wrong: how many are in doubt, and how many are not; and how many right ones went into doubt."""
    before = {cell.cell: cell for cell in tidy_sheet(grid, [])[0]}
    with FAULTS[name](draw):
        after = tidy_sheet(grid, [])[0]
    count: Counter[str] = Counter()
    for cell in after:
        right = before[cell.cell]
        if right.status in ("ambiguous", "blank") or cell.value is None:
            continue
        count["silent" if cell.status != "ambiguous" else "caught"] += _said(cell) != _said(right)
    count["sheets"] = bool(count["silent"] or count["caught"])
    count["sheets with a silent cell"] = bool(count["silent"])
    return count


def _said(cell: TidyCell) -> TidyCell:
    return replace(cell, status="observed", marker="", note="")


def main(first: int, number: int) -> None:
    """Count what is found of each kind of fault, on the sheets of some seeds."""
    for name in FAULTS:
        total: Counter[str] = Counter()
        for seed in range(first, first + number):
            total += found(random.Random(seed), generate(random.Random(seed)).grid, name)
        wrong = total["silent"] + total["caught"]
        print(f"{name}: {wrong} cells wrong, {100 * total['caught'] / max(wrong, 1):.1f} % in doubt; "
              f"{total['sheets with a silent cell']} of {total['sheets']} sheets with a silent one")  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
