"""What figures and empty cells say of a table, apart from how its labels were read; where the two disagree, it is in doubt.

`labels` and `headers` read a table by its typography: merged areas, indents, sections. Here the same is asked of what they do
not look at: sums, the order of years, the headers that come again, the text that stands nearest. Nothing is mended: what
disagrees is said, and a person looks.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from . import limits, units
from .blocks import BodyRow, RawBlock
from .dont import starts_dont
from .grid import Cell, Grid, Place
from .headers import numbers_columns
from .labels import depths, leads_by_years, shares_of_rows
from .lines import Line, is_total
from .paths import Path
from .sums import Figures, Sum, sums
from .values import is_whole, is_yearish, read

PARTS = "sums say otherwise: of a group, or of several"
BOLD = "below a row in bold that they add to: parts of it, or beside it"
LARGER = "larger than what it would be a part of"
UNSAID = "a text beside or above it is not among its labels"
FAR = "a label from elsewhere"
SPANS = "headers that come again say other spanners"
ORDER = "years under a header are not in order"
YEARS = "years in order, where figures were expected"
WORDS = "words between the figures: another table, or a remark"


@dataclass
class Doubts:
    """Why rows and columns of a table are in doubt, by their number in the sheet."""

    rows: dict[int, str] = field(default_factory=dict)
    columns: dict[int, str] = field(default_factory=dict)


def second_reading(block: RawBlock, grid: Grid, rows: Sequence[tuple[BodyRow, Path]], columns: Mapping[int, Path]) -> Doubts:
    """Read a table a second time, and say where that disagrees with its labels.

    Parameters
    ----------
    block : RawBlock
        The table.
    grid : Grid
        Its sheet.
    rows, columns : sequence of (BodyRow, Path), mapping of int to Path
        Its rows of figures and its columns, as they were read the first time.
    """
    doubts = Doubts()
    lines = [row.line for row, _ in rows]
    above = _Above(block, grid)
    for row, path in rows:
        limits.tick(work=1 + len(path))
        if why := _row_is_said(block, grid, row, path) or above.disagrees(row, path):
            doubts.rows.setdefault(row.line.row, why)
    for column, path in columns.items():
        if why := _column_is_said(block, grid, column, path):
            doubts.columns.setdefault(column, why)
    for column in _against_the_spanners(columns):
        doubts.columns.setdefault(column, SPANS)
    for column in _out_of_order(grid, columns):
        doubts.columns.setdefault(column, ORDER)
    for column in _after_words(block, grid):
        doubts.columns.setdefault(column, WORDS)
    for column in block.data:
        if _are_years([line.cells[column] for line in lines if column in line.cells]):
            doubts.columns.setdefault(column, YEARS)
    header_again = next((n for n, line in enumerate(lines) if n and _are_years([line.cells[c] for c in line.numbers])), None)
    for line in lines[header_again:] if header_again is not None else ():
        doubts.rows.setdefault(line.row, YEARS)
    figures = block.values()
    bold = [line.first.bold for line in lines]
    for number, why in _against_the_sums(figures, [path for _, path in rows], bold):
        doubts.rows.setdefault(lines[number].row, why)
    across = [list(column) for column in zip(*figures, strict=True)]
    for number, why in _against_the_sums(across, [columns[column] for column in block.data], [False] * len(block.data)):
        doubts.columns.setdefault(block.data[number], why)
    return doubts


# -- what stands nearest ------------------------------------------------------------------------------------------------
def _row_is_said(block: RawBlock, grid: Grid, row: BodyRow, path: Path) -> str:
    """Each text at the left of the figures of a row, or merged over it, is one of its labels."""
    line, places = row.line, {label.place for label in path}
    for column, cell in line.cells.items():
        if column >= block.data[0]:
            break
        named = line.reads[column].kind == "text" or column in block.labels
        if named and column not in (block.unit_column, *block.flags) and cell.place not in places:
            return UNSAID
    for column in block.labels:
        area = grid.merge(line.row, column)
        if area and block.top <= area.top and (area.top, area.left) in grid.cells and (area.top, area.left) not in places:
            return UNSAID
    return ""


class _Above:
    """What stands above each row in the label columns: the labels that its typography hangs it on, and those that it cannot."""

    def __init__(self, block: RawBlock, grid: Grid) -> None:
        self.block, self.grid = block, grid
        self.depths = {column: depths(block, column) for column in block.labels}
        self.sections = {row.line.row: row for row in block.body if row.kind == "section"}
        self.columns = {
            column: [row.line.cells[column] for row in block.body if column in row.line.cells] for column in block.labels
        }

        self.numbers = {column: [cell.row for cell in cells] for column, cells in self.columns.items()}
        self.after = {before.line.row: row for before, row in pairwise(block.body)}
        self.headings = sorted(self.sections)
        self.outlines = [
            column
            for column, cells in self.columns.items()
            if not any((area := grid.merge(*cell.place)) and area.bottom > area.top for cell in cells)
        ]
        self.shares = shares_of_rows(block)
        self.years_lead = leads_by_years(block)
        self.alike: dict[Place, int] = {}  # the next section that looks as one of the cells of a section
        below: dict[tuple[int, int, bool], int] = {}
        for heading in reversed(self.headings):
            line = self.sections[heading].line
            looks = {cell.place: self._section_look(cell) for cell in line.cells.values()}
            self.alike.update((place, below[look]) for place, look in looks.items() if look in below)
            below[looks[line.first.place]] = heading
        self.parents: dict[Place, Cell] = {}
        self.ends: dict[Place, float] = {}
        for column, cells in self.columns.items():
            self._hang(cells, self.depths[column])

    def _hang(self, cells: list[Cell], depths: dict[int, int]) -> None:
        """For each label of a column, the nearest one above that is less indented, and the row where what hangs on it ends."""
        above: list[Cell] = []  # each more indented than the one before
        for cell in cells:
            depth, dont = depths[cell.row], starts_dont(cell.text)
            while above and not dont and depths[above[-1].row] >= depth:
                self.ends[above.pop().place] = cell.row
            if parent := next((other for other in reversed(above) if depths[other.row] < depth), None):
                self.parents[cell.place] = parent
            if not dont:
                above.append(cell)
        self.ends.update((cell.place, math.inf) for cell in above)

    def disagrees(self, row: BodyRow, path: Path) -> str:
        """Whether a label above is missing from the path of a row, or is there without hanging over it."""
        if any(starts_dont(label.text) for label in path):
            first = next(other for other in self.block.body if other.kind == "data") is row
            return UNSAID if starts_dont(path[0].text) and not first else ""  # what it is a part of; which one, sums tell
        if row.line.row in self.shares and len(path) > 1 and path[-2].place[0] == row.line.row - 1:
            return ""  # « % » below « Femmes »
        number, places = row.line.row, [label.place for label in path]
        if any(at[0] < number and not self._hangs_over(at, row) for at in places):
            return FAR
        missing = (self._indented_under(row), self._section_of(row), *self._outline_of(row))
        return UNSAID if any(at is not None and at not in places for at in missing) else ""

    def _hangs_over(self, at: Place, row: BodyRow) -> bool:
        """Whether a label above a row is merged over it, heads its section, is less indented than all since, or the last in its
        column."""
        number, area = row.line.row, self.grid.merge(*at)
        if area is not None and area.bottom > area.top:
            return area.bottom >= number
        if at[0] in self.sections:
            return number <= self.alike.get(at, number)
        return number < self.ends.get(at, 0)

    def _indented_under(self, row: BodyRow) -> Place | None:
        """The nearest label above, in the same column, that the label of a row is indented below."""
        cell = next((row.line.cells[column] for column in reversed(self.block.labels) if column in row.line.cells), None)
        found = None if cell is None else self.parents.get(cell.place)
        return None if found is None or units.lone(found.text) else found.place

    def _section_of(self, row: BodyRow) -> Place | None:
        """The nearest section above a row, unless the row looks otherwise than those below the section, or is a total."""
        above = self._heading_above(row)
        if not above or is_total(row.line.first.text) or units.lone(self.sections[above].line.first.text):
            return None
        first = self.after[above]
        alike = first.kind == "section" or self._look(first.line.first) == self._look(row.line.first)
        return self.sections[above].line.first.place if alike else None

    def _outline_of(self, row: BodyRow) -> Iterator[Place]:
        """In each label column that a row leaves empty beside a deeper label, the nearest label above."""
        own = [cell for column, cell in row.line.cells.items() if column in self.block.labels]
        if not own or is_total(own[-1].text) or row.after_gap:
            return
        edge = self._heading_above(row)
        for column in self.outlines if row.line.reads[own[-1].column].kind == "text" else ():
            if column < own[-1].column and self.grid.at(row.line.row, column) is None:
                higher = bisect_left(self.numbers[column], row.line.row) - 1
                if higher >= 0 and self.numbers[column][higher] > edge:
                    yield self.columns[column][higher].place

    def _heading_above(self, row: BodyRow) -> int:
        """Row of the nearest section above a row; 0 when there is none."""
        position = bisect_left(self.headings, row.line.row)
        return self.headings[position - 1] if position else 0

    def _section_look(self, cell: Cell) -> tuple[int, int, bool]:
        return (0, 0, False) if self.years_lead and is_yearish(cell) else self._look(cell)

    def _look(self, cell: Cell) -> tuple[int, int, bool]:
        return cell.column, self.depths.get(cell.column, {}).get(cell.row, 0), cell.bold


def _column_is_said(block: RawBlock, grid: Grid, column: int, path: Path) -> str:
    """Each header that stands over a column, or is merged over it, is one of its labels; another one reaches it over empty
    cells alone."""
    places = {label.place for label in path}
    heads = {line.row: line for line in block.header}
    for line in block.header:
        cell = grid.at(line.row, column)
        if cell is not None and cell.row >= block.top and cell.place not in places and not numbers_columns(line):
            return UNSAID
        if cell is None and (spanner := _carried(block, grid, line, column)) and spanner not in places:
            return UNSAID
    of_left = len(path) == 2 and path[0].place[0] == path[1].place[0] and units.of_label(path[1].text) == "%"
    for row, start in places if not of_left else ():  # « Ensemble | % »: « % » says so of the column at its left
        over = (grid.at(row, other) for other in range(min(start, column) + 1, max(start, column) + (start < column)))
        if row in heads and start != column and any(cell is not None and cell.place != (row, start) for cell in over):
            return FAR
        if row not in heads and row != block.top:
            return FAR
    return ""


def _carried(block: RawBlock, grid: Grid, line: Line, column: int) -> Place | None:
    """The header at the left of an empty one, when nothing is merged on its line and both have a header below."""
    if line is block.header[-1]:
        return None
    under = block.header[block.header.index(line) + 1]
    left = column
    while left not in line.cells:  # over the empty cells, while each has a header below
        limits.tick()
        if left < block.data[0] or grid.at(under.row, left) is None:
            return None
        left -= 1
    headed = left >= block.data[0] and grid.at(under.row, left) is not None
    return (line.row, left) if headed and not any(grid.merge(*cell.place) for cell in line.cells.values()) else None


def _after_words(block: RawBlock, grid: Grid) -> list[int]:
    """Columns of figures at the right of a column of words that names most rows otherwise than the labels do."""
    lines, figures = block.figures(), set(block.data)
    for column in range(block.data[0] + 1, block.data[-1]):
        words = [line.cells[column].text for line in lines if column in line.cells and line.reads[column].kind == "text"]
        if (
            column not in figures
            and column not in (*block.flags, *block.labels)
            and len(words) > 1
            and len(set(words)) > len(lines) / 2
        ):
            return [other for other in block.data if other > column]
    return []


# -- headers that come again, years in order ------------------------------------------------------------------------------
def _against_the_spanners(columns: Mapping[int, Path]) -> list[int]:
    """Columns whose last headers come again (women, men, women, men) while their spanners do not change with them."""
    last = [path[-1].text if path else "" for path in columns.values()]
    above = [tuple(label.place for label in path[:-1]) for path in columns.values()]
    period = next((size for size in range(1, len(last) // 2 + 1) if _comes_again(last, size)), 0)
    if period < 2 or len(set(above)) == len(above):
        return []  # nothing comes again, or each column has its own header above
    words = [tuple(label.text for label in path[1:-1]) for path in columns.values()]
    groups = range(0, len(above), period)
    held = all(len({path[:1] for path in above[start : start + period]}) == 1 for start in groups)
    same = all(words[start : start + period] == words[:period] for start in groups)  # « Effectifs » over some of them each time
    one = all(len(set(above[start : start + period])) == 1 for start in groups)
    return [] if one or (held and same) else list(columns)


def _comes_again(texts: list[str], size: int) -> bool:
    return len(texts) % size == 0 and all(text == texts[n % size] for n, text in enumerate(texts))


def _out_of_order(grid: Grid, columns: Mapping[int, Path]) -> list[int]:
    """Columns headed by years that, under one spanner, neither grow nor decrease."""
    groups: dict[tuple[Place, ...], list[tuple[int, str]]] = {}
    for column, path in columns.items():
        if path and (cell := grid.cells.get(path[-1].place)) is not None and is_yearish(cell):
            groups.setdefault(tuple(label.place for label in path[:-1]), []).append((column, path[-1].text))
    found: list[int] = []
    for group in groups.values():
        years = [year for _, year in group]
        if years not in (sorted(years), sorted(years, reverse=True)):
            found += [column for column, _ in group]
    return found


def _are_years(cells: list[Cell]) -> bool:
    """Whether cells hold years that follow each other one by one: three at least, for numbers near 2000 exist."""
    if len(cells) < 3 or not all(is_whole(cell) and is_yearish(cell) for cell in cells):
        return False
    years = [read(cell).value or 0 for cell in cells]
    return {after - before for before, after in pairwise(years)} in ({1}, {-1})


# -- sums ---------------------------------------------------------------------------------------------------------------
def _against_the_sums(
    figures: list[list[float | None]], paths: Sequence[Path], bold: Sequence[bool]
) -> Iterator[tuple[int, str]]:
    """Lines whose place among the others is not the one that sums give them, and why.

    The parts of a sum are all in the group of its whole, or none is; none of them holds another one. Where a table adds up, a
    line is not larger than the line that it would be a part of.
    """
    places = [tuple(label.place for label in path) for path in paths]
    added = list(sums(figures))
    for found in added:
        if len({_unit(paths[n]) for n in (found.whole, *found.parts)}) > 1:
            continue  # numbers and percentages that add up by chance
        parts = [n for n in found.parts if any(figures[n])]
        whole = places[found.whole]
        inside = [_begins(places[n][:-1], whole[:-1]) or _begins(places[n], whole) for n in parts]
        nested = any(len(places[a]) < len(places[b]) and _begins(places[b], places[a]) for a in parts for b in parts)
        if nested or (any(inside) and not all(inside)):
            yield from ((n, PARTS) for n in (found.whole, *parts))
    yield from ((n, PARTS) for n in _totals_of_totals(figures, added, places))
    yield from ((n, BOLD) for found in _held_by_bold(added, places, bold) for n in found.parts)
    wholes = {places[n]: n for n in range(len(places)) if places[n]}
    for number, place in enumerate(places) if any(_is_nested(found.whole, places) for found in added) else ():
        above = next((wholes[place[:depth]] for depth in range(len(place) - 1, 0, -1) if place[:depth] in wholes), None)
        if above is not None and _larger(figures[number], figures[above]):
            yield number, LARGER


def _unit(path: Path) -> str:
    return next((unit for label in reversed(path) if (unit := units.of_label(label.written)) not in ("", units.COUNT)), "")


def _totals_of_totals(figures: Sequence[Figures], added: list[Sum], places: list[tuple[Place, ...]]) -> list[int]:
    """Lines inside a group that hold, figure by figure, what the totals of several groups hold together: « Grand total »."""
    wholes = sorted({found.whole for found in added})
    if len({places[n][:1] for n in wholes}) < 2:
        return []
    every = [[figures[n][column] for n in wholes] for column in range(len(figures[0]))]
    if any(value is None for values in every for value in values):
        return []
    held = [math.fsum(value or 0 for value in values) for values in every]
    others = (n for n in range(len(figures)) if n not in wholes and len(places[n]) > 1)
    return [n for n in others if all(map(_same, figures[n], held))]


def _same(one: float | None, other: float) -> bool:
    return one is not None and math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-6)


def _held_by_bold(added: list[Sum], places: list[tuple[Place, ...]], bold: Sequence[bool]) -> list[Sum]:
    """Sums whose whole is in bold just above its parts, which stand beside it in the labels: two of them make a tree."""
    held = [
        found
        for found in added
        if bold[found.whole] and found.parts.start == found.whole + 1
        and not any(bold[n] or len(places[n]) != len(places[found.whole]) for n in found.parts)
    ]  # fmt: skip
    return held if len(held) > 1 else []


def _begins(path: tuple[Place, ...], start: tuple[Place, ...]) -> bool:
    return path[: len(start)] == start


def _is_nested(whole: int, places: Sequence[tuple[Place, ...]]) -> bool:
    """Whether a line is the parent of others."""
    return any(len(place) > len(places[whole]) and _begins(place, places[whole]) for place in places)


def _larger(part: Figures, whole: Figures) -> bool:
    pairs = [(a, b) for a, b in zip(part, whole, strict=True) if a is not None and b is not None]
    return bool(pairs) and all(a > b for a, b in pairs)
