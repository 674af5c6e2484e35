"""The labels of a table: paths of row labels (sections, merges, indents) and of column headers (spanners)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from . import units
from .blocks import BodyRow, RawBlock
from .grid import Cell, Grid, Place
from .values import split_marks


@dataclass(frozen=True)
class Label:
    """One step of a path: its words without footnote signs, the words as written, those signs, and where it stands."""

    text: str
    written: str
    marks: tuple[str, ...]
    place: Place

    @classmethod
    def of(cls, cell: Cell) -> Label:
        """Label of a cell."""
        text, marks = split_marks(cell.text)
        return cls(text, cell.text, marks, cell.place)


Path = tuple[Label, ...]


def texts(path: Path) -> tuple[str, ...]:
    """Words of a path."""
    return tuple(label.text for label in path)


# -- rows ---------------------------------------------------------------------------------------------------------------
def row_paths(block: RawBlock, grid: Grid) -> Iterator[tuple[BodyRow, Path]]:
    """Each row of figures with its labels, outermost first: sections, then label columns from left to right.

    A line that gives a unit (« En % ») is a section of its own level, until the next one. A label goes down to the rows below when a merged area says so. In a column without any vertical merge, an empty cell
    beside a deeper label takes the label above it (an outline), until a section or an empty row.
    """
    sections: list[tuple[tuple[int, int, bool], Label]] = []
    unit: tuple[Label, ...] = ()
    since_data = True
    carried: dict[int, Label] = {}
    indents: dict[int, list[tuple[int, Label]]] = {}
    merged = {column for column in block.labels if _has_vertical_merge(block, grid, column)}
    indent_of = {column: _indents(block, column) for column in block.labels}
    for row in block.body:
        if row.kind == "section" and units.lone(row.line.first.text):
            unit, sections = (Label.of(row.line.first),), []
            continue
        if row.kind == "section":
            style = _style(row.line.first, indent_of)
            _push_section(sections, style, Label.of(row.line.first), nested=not since_data)
            for cell in list(row.line.cells.values())[1:]:
                sections.append((style, Label.of(cell)))
            carried, indents, since_data = {}, {}, False
            continue
        since_data = True
        if row.after_gap:
            carried = {}
        own = _own_labels(block, grid, row.line.row)
        path: list[Label] = []
        deepest = max((column for column, (_, at) in own.items() if at), default=0)
        for column in block.labels:
            if column not in own:
                if column < deepest and column in carried and column not in merged and not _covered(grid, row.line.row, column):
                    path.append(carried[column])
                continue
            label, fresh = own[column]
            path += (
                []
                if any(label.place == known.place for known in path)
                else _parents(column, label, row, indents, indent_of, fresh)
            )
            if label not in path:
                path.append(label)
            if fresh:
                carried = {c: kept for c, kept in carried.items() if c < column} | {column: label}
                indents = {c: kept for c, kept in indents.items() if c <= column}
        yield row, (*unit, *(label for _, label in sections), *path)


def _has_vertical_merge(block: RawBlock, grid: Grid, column: int) -> bool:
    rows = [line.row for line in block.figures()]
    areas = (grid.merge(row, column) for row in rows)
    return any(area is not None and area.bottom > area.top for area in areas)


def _covered(grid: Grid, row: int, column: int) -> bool:
    area = grid.merge(row, column)
    return area is not None and (area.top, area.left) != (row, column)


def _own_labels(block: RawBlock, grid: Grid, row: int) -> dict[int, tuple[Label, bool]]:
    """Labels of a row by column, and whether each stands in this very row (a merged one may stand above)."""
    found = {}
    for column in block.labels:
        cell = grid.at(row, column)
        if cell is not None and cell.column in block.labels and not (cell.column != column and cell.row != row):
            if cell.column != column:
                continue  # covered by the label at its left
            found[column] = (Label.of(cell), cell.row == row)
    return found


def _indents(block: RawBlock, column: int) -> dict[int, int]:
    """Depth of each row's label in a column, from its indent or the spaces before it; one stray space is none."""
    cells = [row.line.cells[column] for row in block.body if column in row.line.cells]
    spaces = [cell.lead for cell in cells]
    runs = {n for n in range(len(cells) - 1) if spaces[n] == spaces[n + 1] == 1}
    real = {m for n in runs for m in (n, n + 1)} if 0 in spaces else set()
    return {
        cell.row: cell.indent * 2 + (cell.lead if cell.lead > 1 or position in real else 0) for position, cell in enumerate(cells)
    }


def _style(cell: Cell, indent_of: dict[int, dict[int, int]]) -> tuple[int, int, bool]:
    return cell.column, indent_of.get(cell.column, {}).get(cell.row, 0), not cell.bold


def _push_section(
    sections: list[tuple[tuple[int, int, bool], Label]], style: tuple[int, int, bool], label: Label, *, nested: bool
) -> None:
    """A section replaces those of its level and below; just below another one of a higher level, it stands inside it."""
    if nested and sections and style > sections[-1][0]:
        sections.append((style, label))
        return
    keep = [(other, kept) for other, kept in sections if other < style]
    sections[:] = [*keep, (style, label)]


def _parents(
    column: int, label: Label, row: BodyRow, indents: dict[int, list[tuple[int, Label]]],
    indent_of: dict[int, dict[int, int]], fresh: bool,
) -> list[Label]:  # fmt: skip
    """Labels above, in the same column, that this one is indented below; then itself."""
    if not fresh:
        return [label]
    depth = indent_of[column].get(row.line.row, 0)
    stack = [(other, kept) for other, kept in indents.get(column, []) if other < depth]
    indents[column] = [*stack, (depth, label)]
    return [kept for _, kept in indents[column]]


# -- columns ------------------------------------------------------------------------------------------------------------
def column_paths(block: RawBlock, grid: Grid) -> dict[int, Path]:
    """Headers of each data column, outermost first.

    A header goes to the columns that its merged area covers. One that is not merged goes on to the columns at its right
    only where the headers below it repeat themselves under each such spanner (« nombre, %, nombre, % »), or where all the
    columns without a header of their own there have one below: never by blind filling.
    """
    paths: dict[int, list[Label]] = {column: [] for column in block.data}
    for position, line in enumerate(block.header):
        shared = _unmerged_spanners(block, grid, position)
        for column in block.data:
            cell = grid.at(line.row, column)
            if cell is None or (cell.column in block.labels and cell.column != column):
                cell = shared.get(column)
            if cell is not None and cell.row >= block.header[0].row:
                label = Label.of(cell)
                if not paths[column] or paths[column][-1].place != label.place:
                    paths[column].append(label)
    return {column: tuple(path) for column, path in paths.items()}


def _unmerged_spanners(block: RawBlock, grid: Grid, position: int) -> dict[int, Cell]:
    """Columns whose header of a line is that of a column at their left, though nothing is merged."""
    line = block.header[position]
    if position == len(block.header) - 1:
        return {}
    below = {
        column: tuple(cell.text for later in block.header[position + 1 :] if (cell := grid.at(later.row, column)))
        for column in block.data
    }
    heads = [column for column in block.data if column in line.cells]
    empty = [column for column in block.data if grid.at(line.row, column) is None]
    merges = any((area := grid.merge(line.row, column)) and area.right > area.left for column in heads)
    if not heads or not empty or merges or not all(below[column] for column in empty):
        return {}
    groups: dict[int, list[int]] = {}
    for column in block.data:
        if column in heads:
            groups[column] = [column]
        elif groups and column in empty:
            groups[max(groups)].append(column)
        else:
            return {}
    patterns = [tuple(below[column] for column in columns) for head, columns in groups.items() if below[head]]
    repeated = len(patterns) > 1 and len(set(patterns)) == 1
    sure = all(below[max(h for h in heads if h <= column)] for column in empty if any(h <= column for h in heads))
    lonely = all(len(columns) == 1 for head, columns in groups.items() if not below[head])
    if not (repeated or (sure and lonely and len({p for p in patterns}) == len(patterns) == 1)):
        return {}
    return {column: line.cells[head] for head, columns in groups.items() for column in columns[1:]}
