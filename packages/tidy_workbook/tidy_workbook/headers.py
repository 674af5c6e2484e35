"""Column headers of a table: header lines, merged areas and spanners make a path for each data column."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise

from . import limits, units
from .blocks import RawBlock
from .grid import Cell, Grid
from .lines import Line, is_total
from .paths import Label, Path

_NUMBERS_OF_COLUMNS = re.compile(r"\(\d{1,2}\)(?:\s*=.*)?|[a-z](?:\s*=.*)?")
"""« (1) », « (2) », « (3) = (1)/(2) », or « a », « b » below the headers: they number columns and name nothing."""


def column_paths(block: RawBlock, grid: Grid) -> dict[int, tuple[Path, str]]:
    """Headers of each data column, outermost first, and why they are in doubt (empty when they are not).

    A header goes to the columns that its merged area covers. One that is not merged goes on to the empty columns at its right
    that have a header below, when it has one below too; where that leaves a choice (headers centred by hand above their
    columns, a « Total » that ends the line), the columns are in doubt. A column without any header, in a table where others
    have one, is in doubt.
    """
    paths: dict[int, list[Label]] = {column: [] for column in block.data}
    doubts = dict.fromkeys(block.data, "")
    for position, line in enumerate(block.header):
        if position and numbers_columns(line):
            continue
        shared, uncertain = _spanners(block, grid, position)
        doubts |= dict.fromkeys(uncertain, "header in doubt")
        for column in block.data:
            cell = grid.at(line.row, column)
            if cell is None:
                cell = shared.get(column)
            if cell is not None and cell.row >= block.header[0].row:
                label = Label.of(cell)
                if not paths[column] or paths[column][-1].place != label.place:
                    paths[column].append(label)
    _name_units(paths)
    _tell_apart(paths)
    headed = any(paths.values())
    return {
        column: (tuple(path), doubts[column] or ("no column label" if headed and not path else ""))
        for column, path in paths.items()
    }


def numbers_columns(line: Line) -> bool:
    """Whether a header line numbers the columns, and names nothing."""
    return all(_NUMBERS_OF_COLUMNS.fullmatch(cell.text) for cell in line.cells.values())


def _name_units(paths: dict[int, list[Label]]) -> None:
    """« Ensemble | % | Femmes | % »: each « % », which comes again, is about the column at its left."""
    again = Counter(path[0].text for path in paths.values() if len(path) == 1)
    for (_, before), (_, path) in pairwise(sorted(paths.items())):
        unit = len(path) == 1 and again[path[0].text] > 1 and units.of_label(path[0].text) == "%"
        if unit and len(before) == 1 and again[before[0].text] == 1 and len(path[0].text) <= 20:
            path.insert(0, before[0])


def _tell_apart(paths: dict[int, list[Label]]) -> None:
    """Headers that only their footnote signs tell apart (« Taux (1) », « Taux (2) ») are kept as they are written."""
    same = Counter(tuple(label.text for label in path) for path in paths.values())
    written = Counter(tuple(label.written for label in path) for path in paths.values())
    for path in paths.values():
        alike = same[tuple(label.text for label in path)] > 1
        if alike and path and written[tuple(label.written for label in path)] == 1:
            path[:] = [replace(label, text=label.written) if label.marks else label for label in path]


def _spanners(block: RawBlock, grid: Grid, position: int) -> tuple[dict[int, Cell], set[int]]:
    """Empty columns of a header line with the header at their left that spans them unmerged; and the columns in doubt."""
    if position == len(block.header) - 1:
        return {}, set()
    line, columns = block.header[position], block.data
    limits.tick(work=len(columns) * (len(block.header) - position))
    below = {
        column: tuple(cell.text for later in block.header[position + 1 :] if (cell := grid.at(later.row, column)))
        for column in columns
    }
    groups: dict[int, list[int]] = {}
    leading: list[int] = []
    head = 0
    settled = False  # whether the header at the left is merged, and says itself where it ends
    for column in columns:
        if column in line.cells:
            area = grid.merge(line.row, column)
            settled = area is not None and area.right > area.left
            if not settled:
                groups[column], head = [column], column
        elif grid.at(line.row, column) is not None or not below[column]:
            continue
        elif groups and not settled and below[head]:
            groups[head].append(column)
        elif not groups and not settled:
            leading.append(column)
    wide = {head: members for head, members in groups.items() if len(members) > 1}
    if not wide:
        return {}, set()
    patterns = {tuple(below[column] for column in members) for members in wide.values()}
    repeated = len(wide) > 1 and len(patterns) == 1
    uncertain: set[int] = set()
    if leading and not repeated:
        return {}, {*leading, *(column for members in wide.values() for column in members)}
    for members in wide.values():
        last = below[members[-1]]
        if not repeated and len(members) > 2 and is_total(last[0]):
            uncertain.add(members[-1])
    return {column: line.cells[head] for head, members in wide.items() for column in members[1:]}, uncertain
