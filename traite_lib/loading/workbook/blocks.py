"""Lines → tables: where each begins and ends, its title, its header rows, its label and data columns, its body."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from . import notes, units
from .grid import Cell, Grid, letters
from .lines import Cleared, Line, column_groups, is_caption, is_labelish, lines_of, unit_of
from .notes import Note
from .values import flag_letters, is_whole, is_yearish, split_marks

FLAG_LETTERS = {"e", "p", "r", "sd"}


@dataclass
class BodyRow:
    """A row of the body: figures, or a section that heads the rows below it."""

    kind: Literal["data", "section"]
    line: Line
    after_gap: bool


@dataclass
class RawBlock:
    """One table, before its cells are given their labels."""

    titles: list[str] = field(default_factory=list)
    own_titles: bool = False
    unit: str = ""
    header: list[Line] = field(default_factory=list)
    body: list[BodyRow] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    data: list[int] = field(default_factory=list)
    flags: dict[int, int] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    @property
    def top(self) -> int:
        """First row of its header, or of its body."""
        return (self.header[0] if self.header else self.body[0].line).row

    @property
    def bottom(self) -> int:
        """Last row of its body, or of its header while it has no body."""
        return (self.body[-1].line if self.body else self.header[-1]).row

    def figures(self) -> list[Line]:
        """Lines that hold figures."""
        return [row.line for row in self.body if row.kind == "data"]


@dataclass
class Title:
    """A line of text above a table."""

    row: int
    text: str


class Reader:
    """Splits the lines of some columns of a sheet into tables.

    Parameters
    ----------
    cleared : Cleared
        The sheet, without navigation and notes.
    columns : range
        The columns to read.
    """

    def __init__(self, cleared: Cleared, columns: range) -> None:
        self.grid: Grid = cleared.grid
        self.lines = lines_of(self.grid, columns)
        self.note_rows = sorted({row for row, _ in cleared.notes})
        self.blocks: list[RawBlock] = []
        self.trailing: list[tuple[int, str]] = []
        self.skipped: list[tuple[str, str]] = []

    def read(self) -> list[RawBlock]:
        """All tables, from top to bottom."""
        index, titles, unit = 0, list[Title](), ""
        while index < len(self.lines):
            line = self.lines[index]
            if (column := unit_of(line, self._line(index + 1), self.grid)) is not None:
                unit = units.lone(line.cells[column].text)
                self._drop(line, column)
                if not line.cells:
                    index += 1
                    continue
            block = None
            if self._heads(index):
                index, block = self._block(index)
            if block is None:
                self._text(line, titles)
                index += 1
                continue
            block.unit = unit or block.unit
            self._title(block, titles)
            self.blocks.append(block)
            titles, unit = [], ""
        self.trailing += [(title.row, title.text) for title in titles]
        return self.blocks

    def _text(self, line: Line, titles: list[Title]) -> None:
        """A line of text outside tables: the title of the next one, or the continuation of a note just above."""
        text = " ".join(cell.text for cell in line.cells.values())
        noted = {*self.note_rows, *(row for row, _ in self.trailing)}
        footnote = notes.is_footnote(text) and not self._heads(min(self.lines.index(line) + 1, len(self.lines) - 1))
        if self.blocks and (line.row - 1 in noted or footnote) and not is_caption(text):
            self.trailing.append((line.row, text))
        else:
            titles.append(Title(line.row, text))

    # -- where a table begins ---------------------------------------------------------------------------------------
    def _line(self, index: int) -> Line | None:
        return self.lines[index] if 0 <= index < len(self.lines) else None

    def _gap(self, index: int) -> bool:
        """Whether an empty row or a note stands before a line."""
        return index > 0 and self.lines[index].row - self.lines[index - 1].row > 1

    def _drop(self, line: Line, column: int) -> None:
        self.skipped.append((f"{letters(column)}{line.row}", f"unit of the table: « {line.cells[column].text} »"))
        del line.cells[column], line.reads[column]

    def _heads(self, index: int) -> bool:
        """Whether a line may begin a table: a header or figures, not a title."""
        line, after = self.lines[index], self._line(index + 1)
        if line.is_text:
            if not self._leads_to_figures(index):
                return False
            if is_caption(line.label) and not self._spans(line.first):
                return False
            if len(line.cells) > 1:
                return True
            return after is not None and self._single_header(line, after)
        if line.is_single:  # a stray year
            column = line.first.column
            return after is not None and not after.is_single and column in after.cells and column != after.first.column
        return True

    def _spans(self, cell: Cell) -> bool:
        area = self.grid.merge(cell.row, cell.column)
        return bool(area and area.right > area.left)

    def _single_header(self, line: Line, after: Line) -> bool:
        """A text alone above a column of figures, or spread over several: « Répartition », « Domicile »."""
        cell = line.first
        if is_caption(cell.text) or after.row - line.row > 2 or after.is_single or len(cell.text) > 120:
            return False
        left_of = min(after.cells)
        if self._spans(cell):
            area = self.grid.merge(cell.row, cell.column)
            return area is not None and area.left > left_of and after.row - line.row == 1
        return cell.column in after.cells and cell.column > left_of and after.row - line.row == 1

    def _leads_to_figures(self, index: int) -> bool:
        """Whether figures follow, after at most a few lines of headers."""
        seen = 0
        for line in self.lines[index + 1 : index + 9]:
            if not line.is_text and not line.is_single:
                return True
            seen += len(line.cells) == 1
            if seen > 4:
                return False
        return False

    def _header_end(self, start: int) -> int:
        """Index of the first line of figures or sections of a table that begins at `start`."""
        index = start
        header: list[Line] = []
        while index < len(self.lines):
            line, after = self.lines[index], self._line(index + 1)
            if (column := unit_of(line, after, self.grid)) is not None and header and len(line.cells) > 1:
                break
            if line.is_text and len(line.cells) > 1:
                if header and not self._leads_to_figures(index):
                    break
                if header and self._is_multi_section(line, header):
                    break
            elif line.is_single and line.is_text:
                if header and not self._belongs_to_header(index, header):
                    break
            elif not self._numeric_header(index, header):
                break
            header.append(line)
            index += 1
        return index

    def _is_multi_section(self, line: Line, header: list[Line]) -> bool:
        """A line of two labels without figures below a complete header: « 11 | Île-de-France »."""
        covered = {column for head in header for column in head.cells}
        left = min(covered)
        return all(column < left for column in line.cells)

    def _belongs_to_header(self, index: int, header: list[Line]) -> bool:
        """A text alone below a header: a further header cell (« Âge »), or the first section of the body."""
        line = self.lines[index]
        for later in self.lines[index + 1 : index + 4]:
            if later.is_single and later.is_text:
                continue
            if later.is_text or (later.all_yearish() and not later.label):
                return True
            break
        text, column = line.first.text, line.first.column
        if units.lone(text):
            return False  # it heads figures in this unit: others may follow in another one
        if is_labelish(text):
            return True
        after = self._line(index + 1)
        return after is not None and column > min(after.cells) and column in after.cells and column not in header[-1].cells

    def _numeric_header(self, index: int, header: list[Line]) -> bool:
        """Whether a line with numbers is a header: years, dates, or codes above their labels."""
        line, after = self.lines[index], self._line(index + 1)
        if after is None or line.columns("symbol"):
            return False
        texts = [column for column in line.columns("text") if column > line.numbers[0]]
        label_ok = not line.label or line.first.column in line.numbers or is_labelish(line.label)
        if (
            after.is_text and len(after.cells) > 1 and after.row == line.row + 1
            and len(set(line.numbers) & set(after.cells)) * 2 >= len(line.numbers)
        ):  # fmt: skip
            return all(is_whole(line.cells[column]) for column in line.columns("number")) and (label_ok or bool(line.sequence()))
        below = next((later for later in self.lines[index + 1 :] if later.numbers), None)
        if below is None:
            return False
        if line.all_yearish():
            values = [line.cells[column].text for column in line.numbers]
            if header and not label_ok:
                return False
            if len(values) != len(set(values)) and not header:
                return False
            if len(values) == 1 and not texts and not header:
                return line.numbers[0] in below.cells and line.numbers[0] != below.first.column and label_ok
            return not (below.all_yearish() and below.numbers[0] == line.numbers[0] and len(values) == 1)
        if header and not label_ok:
            return False
        return bool(line.sequence()) and label_ok and bool(below.label) and below.numbers[0] >= line.numbers[0] and not below.sequence()

    # -- the body ---------------------------------------------------------------------------------------------------
    def _block(self, start: int) -> tuple[int, RawBlock | None]:
        """The table that begins at a line, and the index of the line after it."""
        index = self._header_end(start)
        if index >= len(self.lines) or not any(not line.is_text for line in self.lines[index : index + 12]):
            return start, None
        block = RawBlock(header=self.lines[start:index])
        block.labels, block.data = self._columns(block.header, self._run(index))
        previous_gap = False
        while index < len(self.lines):
            line = self.lines[index]
            gap = self._gap(index) and bool(block.body)
            if block.body and self._ends(index, block, gap):
                break
            if not line.is_text and not (line.is_single and line.first.column in block.labels):
                block.body.append(BodyRow("data", line, gap or previous_gap))
            elif self._is_words_row(line, block):
                block.body.append(BodyRow("data", line, gap or previous_gap))
            elif self._section(index, block):
                block.body.append(BodyRow("section", line, gap or previous_gap))
            else:
                break
            previous_gap = False
            index += 1
        while block.body and block.body[-1].kind == "section":
            block.body.pop()
            index -= 1
        if not block.body:
            return start, None
        united = [row for row in block.body if row.kind == "section" and units.lone(row.line.first.text)]
        if len(united) == 1 and united[0] is block.body[0]:
            block.unit = units.lone(united[0].line.first.text)
            self._drop(united[0].line, united[0].line.first.column)
            block.body.pop(0)
        block.labels, block.data = self._columns(block.header, block.figures())
        block.flags = self._flags(block)
        return index, block

    def _run(self, index: int) -> list[Line]:
        """Lines of figures from an index to the next line that looks like a header."""
        found: list[Line] = []
        for line in self.lines[index:]:
            if line.is_text and len(line.cells) > 1 and found and len(line.cells) >= len(found[-1].cells) - 1:
                break
            if not line.is_text:
                found.append(line)
        return found

    def _ends(self, index: int, block: RawBlock, gap: bool) -> bool:
        """Whether a line begins something else than the body: another table, its title, closing notes."""
        line = self.lines[index]
        if self._note_between(block.bottom, line.row):
            return True
        if line.is_text and len(line.cells) > 1:
            inside = [column for column in line.cells if column in block.data]
            if not inside:
                return False
            return not self._is_words_row(line, block)
        if line.is_text:
            return False
        if line.is_single and line.first.column in block.labels:
            return False
        if not line.all_yearish() or any(column in block.labels for column in line.columns("text")) and not is_labelish(line.label):
            after = self._line(index + 1)
            return bool(gap and line.sequence() and after and after.is_text and len(after.cells) > 1)
        if any(column in block.labels for column in line.numbers) and not is_labelish(line.label):
            return False
        same = any(
            all(head.cells[c].text == line.cells[c].text for c in line.numbers if c in head.cells) and set(line.numbers) & set(head.cells)
            for head in block.header
        )
        return (same or (gap and len(line.numbers) > 1)) and self._numeric_header(index, [])

    def _note_between(self, top: int, bottom: int) -> bool:
        return any(top < row < bottom for row in self.note_rows)

    def _is_words_row(self, line: Line, block: RawBlock) -> bool:
        """A row whose figures are replaced by short words: « non demandé | non demandé »."""
        words = [cell.text for column, cell in line.cells.items() if column in block.data]
        labelled = not block.labels or any(column in block.labels for column in line.cells)
        return bool(words) and labelled and len(set(words)) == 1 and len(words[0]) <= 25 and len(words) == len(block.data) > 1

    def _section(self, index: int, block: RawBlock) -> bool:
        """Whether a line of text inside a table heads the rows below; otherwise it belongs to what follows the table."""
        line = self.lines[index]
        if is_caption(line.first.text):
            return False
        for later in range(index + 1, len(self.lines)):
            found = self.lines[later]
            if self._note_between(line.row, found.row):
                return False
            if found.is_text and len(found.cells) == 1:
                if is_caption(found.first.text):
                    return False
                continue
            if found.is_single and found.first.column in block.labels:
                continue
            if found.is_text:
                return not [column for column in found.cells if column in block.data] or self._is_words_row(found, block)
            if self._ends(later, block, self._gap(later)) or self._numeric_header(later, []) and not found.label:
                return False
            unit = unit_of(line, found, self.grid)
            return unit is None or len(line.cells) > 1 or not found.all_yearish()
        return False

    # -- its columns ------------------------------------------------------------------------------------------------
    def _columns(self, header: list[Line], body: list[Line]) -> tuple[list[int], list[int]]:
        """Label columns, at the left, and data columns."""
        columns = sorted({column for line in body for column in line.cells})
        kinds = {column: Counter(line.reads[column].kind for line in body if column in line.reads) for column in columns}
        labels: list[int] = []
        for position, column in enumerate(columns):
            count = kinds[column]
            text = count["text"] + count["date"]
            if text > count["number"] + (0 if labels else count["symbol"]) or (text and text >= count["number"] + count["symbol"]):
                labels.append(column)
            elif count["symbol"] and not count["number"] and not labels and text:
                labels.append(column)
            elif self._numeric_labels(column, columns[position + 1 :], header, body, kinds, labels):
                labels.append(column)
            else:
                break
        rest = [column for column in columns if column not in labels]
        if not rest and labels:
            last = next((c for c in reversed(labels) if kinds[c]["number"]), None)
            labels, rest = ([c for c in labels if c != last], [last]) if last else (labels, [])
        data = []
        for column in rest:
            count = kinds[column]
            if count["number"] + count["symbol"] > 0 and count["text"] <= 2 * (count["number"] + count["symbol"]):
                data.append(column)
        return labels, data

    def _numeric_labels(
        self, column: int, later: list[int], header: list[Line], body: list[Line], kinds: dict[int, Counter[str]], labels: list[int]
    ) -> bool:
        """Whether a column of numbers names the rows: years, ages, codes of departments."""
        cells = [line.cells[column] for line in body if column in line.cells]
        if not cells or not any(kinds[c]["number"] for c in later):
            return False
        heads = [cell for line in header if (cell := self.grid.at(line.row, column))]
        own = [cell for cell in heads if self._over_one(cell, column)]
        if heads and is_labelish(heads[-1].text):
            return True
        text_next = bool(later) and kinds[later[0]]["text"] > kinds[later[0]]["number"]
        if text_next and all(is_whole(cell) for cell in cells) and (not labels or not own):
            return True
        if labels and own or (own and not labels and not any(is_labelish(cell.text) for cell in own)):
            return False
        values = [cell.value for cell in cells]
        if all(is_yearish(cell) for cell in cells):
            return len(set(values)) > 1 or len(cells) == 1
        if len(cells) < 4 or not all(is_whole(cell) for cell in cells):
            return False
        numbers = [int(float(str(value))) for value in values if str(value).replace(".0", "").isdigit()]
        return len(numbers) == len(cells) and all(b - a == 1 for a, b in pairwise(numbers))

    def _over_one(self, cell: Cell, column: int) -> bool:
        area = self.grid.merge(cell.row, cell.column)
        return cell.column == column and (area is None or area.left == area.right)

    def _flags(self, block: RawBlock) -> dict[int, int]:
        """Columns of flags such as ``(e)``, and the data column that each is about: the nearest at its left."""
        found: dict[int, int] = {}
        for column in sorted({c for line in block.figures() for c in line.cells} - set(block.labels)):
            cells = [(line.reads[column], line.cells[column]) for line in block.figures() if column in line.cells]
            headed = any(column in line.cells for line in block.header)
            flagged = all(
                found_read.kind == "flag" or (not headed and flag_letters(cell.text) in FLAG_LETTERS) for found_read, cell in cells
            )
            left = [c for c in block.data if c < column]
            if cells and flagged and left:
                found[column] = left[-1]
        block.data = [column for column in block.data if column not in found]
        return found

    # -- its title --------------------------------------------------------------------------------------------------
    def _title(self, block: RawBlock, titles: list[Title]) -> None:
        """Title lines of a table; without any, it shares those of the table before (see `finish_titles`)."""
        if self.blocks:  # what stands between a table and the next one's title may be a closing note of the first
            last = self.blocks[-1].bottom
            while titles and titles[0].row == last + 1 and notes.starts(titles[0].text) and not is_caption(titles[0].text):
                last = titles[0].row
                self.trailing.append((last, titles.pop(0).text))
        block.titles = [title.text for title in titles]
        block.own_titles = bool(titles)
        if not self.blocks and len(titles) > 1:
            gaps = [n for n, (a, b) in enumerate(pairwise(titles), start=1) if b.row - a.row > 1]
            self.split = gaps[-1] if gaps else len(titles) - 1


def read_blocks(cleared: Cleared) -> tuple[list[RawBlock], list[tuple[int, str]], list[tuple[str, str]]]:
    """Tables of a sheet, the texts that are in none (row, text), and what was set apart.

    A table without a title of its own has the sheet's; a table with one has both, unless its own is numbered
    (« Tableau 2 : … »).
    """
    every: list[RawBlock] = []
    texts: list[tuple[int, str]] = []
    skipped: list[tuple[str, str]] = []
    for columns in column_groups(cleared.grid):
        reader = Reader(cleared, columns)
        blocks = reader.read()
        _finish_titles(blocks, every, getattr(reader, "split", 0))
        _finish_units(blocks)
        every += blocks
        texts += reader.trailing
        skipped += reader.skipped
    _share_notes(every, parse_all(cleared.notes, texts, every))
    return every, texts, skipped


def _finish_titles(blocks: list[RawBlock], before: list[RawBlock], split: int) -> None:
    if not blocks:
        return
    first = blocks[0]
    if not first.titles and before:
        first.titles = list(before[0].titles)
    base = first.titles
    later = [block for block in blocks[1:] if block.own_titles]
    if later and len(first.titles) > 1 and not any(is_caption(block.titles[0]) for block in later):
        base = first.titles[:split]
    previous = first.titles
    for block in blocks[1:]:
        if not block.own_titles:
            block.titles = list(previous)
        elif not any(is_caption(title) for title in block.titles):
            block.titles = [*base, *block.titles]
        previous = block.titles


def _finish_units(blocks: list[RawBlock]) -> None:
    """A table without a unit of its own takes that of the table above it that has the same headers."""
    for before, block in pairwise(blocks):
        same = [[c.text for c in line.cells.values()] for line in block.header] == [
            [c.text for c in line.cells.values()] for line in before.header
        ]
        if not block.unit and same:
            block.unit = before.unit


def parse_all(
    keyed: list[tuple[int, str]], plain: list[tuple[int, str]], blocks: list[RawBlock]
) -> list[list[Note]]:
    """Notes of a sheet, in groups: a table between two notes separates them."""
    lines = sorted([*keyed, *plain])
    edges = sorted({block.bottom for block in blocks})
    groups: dict[int, list[tuple[int, str]]] = {}
    for row, text in lines:
        groups.setdefault(sum(edge < row for edge in edges), []).append((row, text))
    return [notes.parse(groups[key]) for key in sorted(groups)]


def _share_notes(blocks: list[RawBlock], groups: list[list[Note]]) -> None:
    """Notes of each table: of each kind, those just below it, else above it on the sheet, else the next ones below."""
    tops = sorted(block.top for block in blocks)
    for block in blocks:
        following = min((top for top in tops if top > block.bottom), default=10**9)
        beside = [n for group in groups for n in group if block.top <= n.row <= block.bottom]
        below = [n for group in groups for n in group if block.bottom < n.row < following]
        above = [n for group in groups for n in group if n.row < block.top and (not tops or n.row < tops[0])]
        further = [group for group in groups if group and group[0].row >= following]
        for kind in ("population", "source", "reading", "note"):
            for candidates in ([*beside, *below], above, *further):
                if found := [note for note in candidates if note.kind == kind]:
                    block.notes += found
                    break


def label_text(cell: Cell) -> tuple[str, tuple[str, ...]]:
    """Words of a label without its footnote signs, and those signs."""
    return split_marks(cell.text)
