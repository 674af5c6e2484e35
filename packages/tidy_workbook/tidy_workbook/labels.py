"""Row labels of a table: sections, label columns, merged areas, outlines and indents make a path for each row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from . import limits, units
from .blocks import BodyRow, RawBlock
from .dont import adds_up, beside_dont, dont_path, starts_dont
from .grid import Cell, Grid, Place
from .lines import Line, is_total
from .paths import Label, Path
from .values import folded, is_yearish


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
    beside = beside_dont(block, indent_of)
    years_lead = leads_by_years(block)
    whole: Path = ()
    shares = shares_of_rows(block)
    above_row: tuple[int, Path] | None = None
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
                path += dont_path(column, label, found, indents)
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
        if row.line.row in shares and len(path) == 1:
            if above_row and (row.line.row, path[0].place[1]) == (above_row[0] + 1, above_row[1][-1].place[1]):
                path[:0] = above_row[1]
            else:
                doubt = doubt or "a percentage of which row"
        if row.line.row not in shares:
            above_row = (row.line.row, tuple(path)) if path else None
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


def shares_of_rows(block: RawBlock) -> set[int]:
    """Rows whose label is « % » and comes again: each is about the row just above it, « Femmes », « % », « Hommes », « % »."""
    firsts = [line.first for line in block.figures() if line.first.column in block.labels]
    alone = [cell for cell in firsts if len(cell.text) <= 20 and units.of_label(cell.text) == "%"]
    again = Counter(cell.text for cell in alone)
    return {cell.row for cell in alone if again[cell.text] > 1}


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
    lines: list[Line] = []
    alike = True
    single = block.body[0].kind == "section" and sum(row.kind == "section" for row in block.body) == 1
    for row in block.body:
        first = row.line.first
        style = _style(first, indent_of)
        if row.kind == "section":
            section, inside, alike, lines = style, [], True, []
            continue
        if section is None or first.column not in block.labels:
            continue
        words[row.line.row] = folded(first.text)
        like_title = bool(inside) and style != inside[0] and style <= section and alike
        if like_title or (is_total(first.text) and row.after_gap and inside):
            own = not like_title and not single and adds_up(row.line, lines, block)
            found[row.line.row] = "the total of a section or of the table" if own else ""
        elif is_total(first.text) and row is block.body[-1] and len(inside) > 1 and not single:
            every = list(_section_lines(block))
            each = [adds_up(row.line, lines, block) for lines in every]
            lasts = [lines[-1] for lines in every if lines]
            if all(each) or any(adds_up(row.line, parts, block) for parts in ([one for lines in every for one in lines], lasts)):
                found[row.line.row] = ""  # of each section, or of all of them together: of the table
            elif not each[-1]:
                found[row.line.row] = "the total of a section or of the table"
        else:
            inside.append(style)
            lines.append(row.line)
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
    wrapped = {one.line.first.place for one, two, three in _threes(block.body) if _continues(one, two, three)}
    sections = [row for row in block.body if row.kind == "section"]
    if wrapped or len(sections) != 1 or sections[0] is block.body[0]:
        return wrapped
    cell = sections[0].line.first
    style = _style(cell, indent_of)
    alike = all(_style(row.line.first, indent_of) == style for row in block.body if row.line.first.column == cell.column)
    return {cell.place} if alike and not cell.text.rstrip().endswith(":") and not sections[0].spread else set()


def _threes(rows: list[BodyRow]) -> Iterator[tuple[BodyRow, BodyRow, BodyRow]]:
    return zip(rows, rows[1:], rows[2:], strict=False)


def _continues(one: BodyRow, two: BodyRow, three: BodyRow) -> bool:
    """Whether a text alone goes on in the row below it: « Victimes de traite », « à des fins… », then « Autres victimes »."""
    texts = (two.line.label, three.line.label)
    alike = one.line.first.column == two.line.first.column == three.line.first.column
    words = all(text[:1].isalpha() for text in texts)
    return (
        one.kind == "section"
        and two.kind == three.kind == "data"
        and alike
        and words
        and texts[0][0].islower()
        and texts[1][0].isupper()
    )


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
