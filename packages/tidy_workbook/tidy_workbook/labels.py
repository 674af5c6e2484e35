"""Row labels of a table: sections, label columns, merged areas, outlines and indents make a path for each row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from . import limits, units
from .blocks import BodyRow, RawBlock
from .grid import Cell, Grid, Place
from .lines import Line, is_total
from .values import folded, is_yearish, read, split_marks


@dataclass(frozen=True)
class Label:
    """One step of a path: its words without footnote signs, the words as written, those signs, where it stands, and whether it
    is a code rather than words or a year (a code goes down to no other row)."""

    text: str
    written: str
    marks: tuple[str, ...]
    place: Place
    code: bool = False

    @classmethod
    def of(cls, cell: Cell) -> Label:
        """Label of a cell."""
        if (found := read(cell)).kind == "flag":
            return cls("", cell.text, found.marks, cell.place)
        text, marks = split_marks(cell.text)
        return cls(text, cell.text, marks, cell.place, read(cell).kind != "text" and not is_yearish(cell))


Path = tuple[Label, ...]


def texts(path: Path) -> tuple[str, ...]:
    """Words of a path."""
    return tuple(label.text for label in path if label.text)


# -- rows ---------------------------------------------------------------------------------------------------------------
def row_paths(block: RawBlock, grid: Grid) -> Iterator[tuple[BodyRow, Path, str]]:
    """Each row of figures with its labels, outermost first: sections, then label columns from left to right.

    A line that gives a unit (« En % ») is a section of its own level, until the next one. A label goes down to the rows below
    when a merged area says so. In a column without any vertical merge, an empty cell beside a deeper label takes the label
    above it (an outline), until a section or an empty row; where the first row has no label to take, the labels may stand in
    the middle of their groups, and what is carried is in doubt.

    Yields
    ------
    BodyRow, Path, str
        The row, its labels, and why they are in doubt (empty when they are not).
    """
    sections: list[tuple[tuple[int, int, bool], Label]] = []
    unit: tuple[Label, ...] = ()
    since_data = True
    above, shaken = block.top, False
    carried: dict[int, Label] = {}
    lost: dict[int, Label] = {}  # carried until an empty row
    indents: dict[int, list[tuple[int, Label]]] = {}
    merged = {column for column in block.labels if _has_vertical_merge(block, grid, column)}
    indent_of = {column: depths(block, column) for column in block.labels}
    closing = _closing_rows(block, indent_of)
    unsure = _unsure_section(block, indent_of)
    uncertain = {column for column in block.labels if column not in merged and _starts_empty(block, column)}
    beside = _beside_dont(block, indent_of)
    years_lead = leads_by_years(block)
    whole: Path = ()
    for row in block.body:
        if row.kind == "section" and units.lone(row.line.first.text):
            unit, sections = (Label.of(row.line.first),), []
            continue
        if row.kind == "section":
            above, shaken = row.line.row, False
            style = _YEAR if years_lead and is_yearish(row.line.first) else _style(row.line.first, indent_of)
            _push_section(sections, style, Label.of(row.line.first), nested=not since_data)
            for cell in list(row.line.cells.values())[1:]:
                sections.append((style, Label.of(cell)))
            carried, lost, indents, since_data = {}, {}, {}, False
            whole = whole if starts_dont(sections[-1][1].text) else ()
            continue
        shaken = shaken or any(above < hidden < row.line.row for hidden in grid.hidden_rows)
        above = row.line.row
        since_data = True
        if row.after_gap:
            lost |= {c: kept for c, kept in carried.items() if c not in merged or _typed_at_the_top(block, grid, kept)}
            carried = {}
        ended = closing.get(row.line.row)
        if ended is not None:
            sections, carried, lost, indents = [], {}, {}, {}
        own = _own_labels(block, grid, row.line.row)
        path: list[Label] = []
        doubt = ended or ("labels in the middle of their groups" if uncertain else "")
        if sections and sections[-1][1].place in unsure:
            doubt = doubt or "a section, or a row without figures"
        deepest = max((column for column, (_, at) in own.items() if at), default=0)
        for column in block.labels:
            if column not in own:
                if column < deepest and column in carried and not _covered(grid, row.line.row, column):
                    if column not in merged:
                        path.append(carried[column])
                    elif _typed_at_the_top(block, grid, carried[column]):  # merged for some groups, typed once for others
                        doubt = doubt or "labels merged for some groups only"
                elif column < deepest and column in lost and not is_total(own[deepest][0].text):
                    doubt = doubt or "in the group above the empty row, or in none"
                continue
            label, fresh = own[column]
            if fresh and row.line.row in beside and beside[row.line.row].column == column:
                found = beside[row.line.row]
                path += _dont(column, label, found, indents)
                doubt = doubt or found.doubt
            elif not any(label.place == known.place for known in path):
                path += _parents(column, label, row, indents, indent_of, fresh)
            if label not in path:
                path.append(label)
            if fresh:
                carried = {c: kept for c, kept in carried.items() if c < column}
                lost = {c: kept for c, kept in lost.items() if c < column}
                if not label.code:
                    carried[column] = label
                indents = {c: kept for c, kept in indents.items() if c <= column}
        if path and starts_dont(path[0].text):
            path[:0] = whole  # « dont A », or « dont » alone in front of several rows: a part of the row above them
        elif not (sections and starts_dont(sections[-1][1].text)):
            whole = tuple(path)
        inherited = bool(sections) or any(label.place[0] < row.line.row for label in path)
        if not inherited and path and path[0].place[1] == block.labels[0]:
            shaken = False
        if shaken and inherited and not _merged_down(grid, path, row.line.row):
            doubt = doubt or "a hidden row may hold another label"
        heads = [label for _, label in sections]
        if heads and starts_dont(heads[-1].text):  # « dont : » alone on its line
            heads[-1:] = [*whole, heads[-1]]
        limits.tick(work=1 + len(path))
        yield row, (*unit, *heads, *path), doubt


_DONT = re.compile(r"(?:dont|of which|of whom|parmi lesquel(?:le)?s)\b\s*:?\s*(?=.)")
_BARE_DONT = re.compile(r"(?:dont|of (?:which|whom)|including|parmi (?:lesquel(?:le)?s|eux|elles)|davon|darunter)\s*:?")


def starts_dont(text: str) -> bool:
    """Whether a label begins with « dont »: what follows is a part of what stands above."""
    return bool(_DONT.match(folded(text)) or _BARE_DONT.fullmatch(folded(text)))


@dataclass(frozen=True)
class _Dont:
    """A row « dont : A » with rows indented below it: their depth, the row that all are parts of, and what is in doubt."""

    column: int
    depth: int
    above: Label | None
    above_depth: int
    doubt: str


def _beside_dont(block: RawBlock, indent_of: dict[int, dict[int, int]]) -> dict[int, _Dont]:
    """Rows « dont : A » whose next rows are indented: B and C stand beside A, below the row above « dont ».

    The colon says so. Without it B and C may be parts of A: the sums of the rows tell, and where they do not, the row and those
    below are in doubt.
    """
    found: dict[int, _Dont] = {}
    rows = [row for row in block.body if row.kind == "data"]
    for position, row in enumerate(rows[:-1]):
        cell = row.line.first
        if cell.column not in block.labels or not (start := _DONT.match(folded(cell.text))):
            continue
        depths = indent_of[cell.column]
        depth, after = depths.get(cell.row, 0), rows[position + 1].line.first
        deeper = depths.get(after.row, 0)
        if after.column != cell.column or deeper <= depth:
            continue
        above = rows[position - 1].line if position else None
        if above is not None and (above.first.column != cell.column or depths.get(above.row, 0) > depth):
            above = None
        parts = []
        for number in range(position + 1, len(rows)):
            limits.tick()
            later = rows[number]
            if depths.get(later.line.first.row, 0) < deeper:
                break
            if depths.get(later.line.first.row, 0) == deeper:
                parts.append(later.line)
        colon = ":" in start[0]
        under = _adds_up(row.line, parts, block)
        sums = above is not None and _adds_up(above, [row.line, *parts], block)
        if not colon and under and not sums:
            continue  # B and C make A: they are its parts
        doubt = "" if sums or (colon and not under) else "beside « dont », or a part of it"
        label = Label.of(above.first) if above is not None else None
        found[cell.row] = _Dont(cell.column, deeper, label, depths.get(above.row, 0) if above is not None else -1, doubt)
        if doubt:
            for part in parts:
                found[part.row] = _Dont(cell.column, deeper, label, found[cell.row].above_depth, doubt)
    return found


def _adds_up(whole: Line, parts: list[Line], block: RawBlock) -> bool:
    """Whether the figures of some rows make those of another, in every column that has them all; two parts at least."""
    compared = 0
    for column in block.data:
        total = whole.reads[column].value if column in whole.reads else None
        values = [part.reads[column].value for part in parts if column in part.reads]
        if total is None or len(values) < len(parts) or any(value is None for value in values):
            continue
        compared += 1
        if abs(sum(value for value in values if value is not None) - total) > 1e-6 * abs(total) + 0.5 * len(parts) * (
            total % 1 > 0
        ):
            return False
    return compared > 0 and len(parts) > 1


def _dont(column: int, label: Label, found: _Dont, indents: dict[int, list[tuple[int, Label]]]) -> list[Label]:
    """Path of « dont : A » in its column: below the row above it; what is indented under it will stand beside it."""
    stack = [(depth, kept) for depth, kept in indents.get(column, []) if depth < found.depth and kept != label]
    if found.above is not None and not any(kept.place == found.above.place for _, kept in stack):
        stack = [(depth, kept) for depth, kept in stack if depth < found.above_depth]
        stack.append((found.above_depth, found.above))
    indents[column] = [*stack, (found.depth, label)]
    return [kept for _, kept in indents[column]]


def _typed_at_the_top(block: RawBlock, grid: Grid, label: Label) -> bool:
    """Whether a label that nothing merges stands at the top of its group: the row above it is in another one, or a header."""
    row, column = label.place
    return grid.merge(row, column) is None and (row == block.body[0].line.row or grid.at(row - 1, column) is not None)


def _merged_down(grid: Grid, path: list[Label], row: int) -> bool:
    """Whether the labels that come from above come by merged areas, which no hidden row can change."""
    above = [label for label in path if label.place[0] < row]
    return bool(above) and all((area := grid.merge(*label.place)) and area.bottom >= row for label in above)


def _closing_rows(block: RawBlock, indent_of: dict[int, dict[int, int]]) -> dict[int, str]:
    """Rows that end a section without belonging to it, and why that is in doubt (empty when it is not).

    A row that looks like the section's title and not like its rows (indent, bold) ends it; so does a total after an empty row.
    A total that comes again in several sections belongs to each. One at the very end may be that of the last section or of
    the table: sums tell, and where they do not it is in doubt.
    """
    found: dict[int, str] = {}
    words: dict[int, str] = {}
    section: tuple[int, int, bool] | None = None
    inside: list[tuple[int, int, bool]] = []
    alike = True
    single = block.body[0].kind == "section" and sum(row.kind == "section" for row in block.body) == 1
    for row in block.body:
        first = row.line.first
        style = _style(first, indent_of)
        if row.kind == "section":
            section, inside, alike = style, [], True
            continue
        if section is None or first.column not in block.labels:
            continue
        words[row.line.row] = folded(first.text)
        like_title = bool(inside) and style != inside[0] and style <= section and alike
        if like_title or (is_total(first.text) and row.after_gap and inside):
            found[row.line.row] = ""
        elif is_total(first.text) and row is block.body[-1] and len(inside) > 1 and not single:
            every = list(_section_lines(block))
            each = [_adds_up(row.line, lines, block) for lines in every]
            if all(each) or _adds_up(row.line, [line for lines in every for line in lines], block):
                found[row.line.row] = ""  # of each section, or of all of them together: of the table
            elif not each[-1]:
                found[row.line.row] = "the total of a section or of the table"
        else:
            inside.append(style)
            alike = alike and style == inside[0]
    repeated = {text for text, number in Counter(words.values()).items() if number > 1}
    return {row: doubt for row, doubt in found.items() if words[row] not in repeated}


def _section_lines(block: RawBlock) -> Iterator[list[Line]]:
    """Lines of figures of each section, without the last line of the table."""
    lines: list[Line] = []
    for row in block.body[:-1]:
        if row.kind == "data":
            lines.append(row.line)
        elif lines:
            yield lines
            lines = []
    yield lines


def _unsure_section(block: RawBlock, indent_of: dict[int, dict[int, int]]) -> set[Place]:
    """A lone text among rows that look the same may be a section, or a row whose figures are missing."""
    sections = [row for row in block.body if row.kind == "section"]
    if len(sections) != 1 or sections[0] is block.body[0]:
        return set()
    cell = sections[0].line.first
    style = _style(cell, indent_of)
    alike = all(_style(row.line.first, indent_of) == style for row in block.body if row.line.first.column == cell.column)
    return {cell.place} if alike and not cell.text.rstrip().endswith(":") and not sections[0].spread else set()


def _has_vertical_merge(block: RawBlock, grid: Grid, column: int) -> bool:
    rows = [line.row for line in block.figures()]
    areas = (grid.merge(row, column) for row in rows)
    return any(area is not None and area.bottom > area.top for area in areas)


def _starts_empty(block: RawBlock, column: int) -> bool:
    """Whether the first row of a label column is empty beside a deeper label, and words come lower down."""
    figures = block.figures()
    first = figures[0]
    deeper = [cell for other, cell in first.cells.items() if other in block.labels and other > column]
    total = any(is_total(cell.text) for cell in deeper)
    if any(row.kind == "section" and row.line.row < first.row and column in row.line.cells for row in block.body):
        return False
    later = any(column in line.cells and line.reads[column].kind == "text" for line in figures[1:])
    return column not in first.cells and bool(deeper) and not total and later


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


def depths(block: RawBlock, column: int) -> dict[int, int]:
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


_YEAR = (0, 0, False)
"""Above every other section."""


def leads_by_years(block: RawBlock) -> bool:
    """Whether sections stand below years that are sections too: « 2021 », « Amont », rows, « Aval », rows, « 2022 »."""
    sections = [row.line.first for row in block.body if row.kind == "section"]
    return bool(sections) and is_yearish(sections[0]) and not all(is_yearish(cell) for cell in sections)


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
