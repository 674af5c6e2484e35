"""Lines → tables: where each begins and ends, its title, its header rows, its label and data columns, its body."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import Literal

from . import limits, notes, units
from .columns import flags, label_and_data
from .grid import Cell, Grid, letters
from .lines import Cleared, Line, is_caption, is_labelish, is_total, joined, lines_of, unit_of
from .notes import Note
from .values import is_whole, is_yearish, read, split_marks

_UNITS = re.compile(r"unit[ée]s?(?: de mesure)?|units?(?: of measure(?:ment)?)?", re.IGNORECASE)
_NUMBERING = re.compile(r"\(?(?:\d{1,2}|[A-Z])[.)]?")


@dataclass
class BodyRow:
    """A row of the body: figures, or a section that heads the rows below it."""

    kind: Literal["data", "section"]
    line: Line
    after_gap: bool
    spread: bool = False


@dataclass
class Title:
    """A line of text above a table."""

    row: int
    text: str
    bold: bool


@dataclass
class RawBlock:
    """One table, before its cells are given their labels."""

    own: list[Title] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    unit: str = ""
    header: list[Line] = field(default_factory=list)
    body: list[BodyRow] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    data: list[int] = field(default_factory=list)
    flags: dict[int, int] = field(default_factory=dict)
    unit_column: int = 0
    doubt: str = ""
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
        self._index = {line.row: index for index, line in enumerate(self.lines)}
        self.note_rows = sorted({row for row, column in cleared.note_places if column in columns})
        self._noted = set(self.note_rows)
        self.blocks: list[RawBlock] = []
        self.trailing: list[tuple[int, str]] = []
        self.skipped: list[tuple[str, str]] = []

    def read(self) -> list[RawBlock]:
        """All tables, from top to bottom."""
        index, titles, unit = 0, list[Title](), ""
        while index < len(self.lines):
            limits.tick()
            line = self.lines[index]
            if (column := unit_of(line, self._line(index + 1), self.grid)) is not None:
                said = units.of_label(line.cells[column].text)
                if self._below_its_table(index, titles, line.cells[column].text):
                    self.blocks[-1].unit = said
                else:
                    unit = said
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

    def _below_its_table(self, index: int, titles: list[Title], text: str) -> bool:
        """Whether « Unité : % » is a note of the table above: nothing stands between them, and no table just below."""
        if not self.blocks or titles or self.blocks[-1].unit or not notes.has_keyword(text):
            return False
        after = self._line(index + 1)
        return after is None or after.row - self.lines[index].row > 1 or not self._heads(index + 1)

    def _text(self, line: Line, titles: list[Title]) -> None:
        """A line of text outside tables: the title of the next one, or the continuation of a note just above."""
        captioned = is_caption(line.label)
        text = line.first.text if captioned else joined(list(line.cells.values()))
        footnote = notes.is_footnote(text) and not self._heads(min(self._index[line.row] + 1, len(self.lines) - 1))
        noted = line.row - 1 in self._noted or bool(self.trailing and self.trailing[-1][0] == line.row - 1)
        if self.blocks and (noted or footnote) and not is_caption(text):
            self.trailing.append((line.row, text))
        else:
            titles.append(Title(line.row, text, line.first.bold))

    # -- where a table begins ---------------------------------------------------------------------------------------
    def _line(self, index: int) -> Line | None:
        return self.lines[index] if 0 <= index < len(self.lines) else None

    def _gap(self, index: int) -> bool:
        """Whether an empty row or a note stands before a line."""
        return index > 0 and self.lines[index].row - self.lines[index - 1].row > 1

    def _drop(self, line: Line, column: int) -> None:
        self.skipped.append((f"{letters(column)}{line.row}", f"unit of the table: « {line.cells[column].text} »"))
        line.drop(column)

    def _heads(self, index: int) -> bool:
        """Whether a line may begin a table: a header or figures, not a title."""
        line, after = self.lines[index], self._line(index + 1)
        if self._numbered_title(line, after) or (self._after_notes(line) and not self._numeric_header(index, [])):
            return False
        if len(line.cells) > 1 and is_caption(line.label) and not self._spans(line.first):
            return False  # a title with a date or a page number at its right
        if len(line.cells) == 1 and not line.is_single and after is not None and (after.is_text or after.all_yearish()):
            return False  # a stray number above a header
        if line.is_text:
            if not self._leads_to_figures(index):
                return False
            if is_caption(line.label) and not self._spans(line.first):
                return False
            if len(line.cells) > 1:
                return True
            return self._lone_header(index)
        if line.is_single:  # a stray year
            return self._lone_header(index)
        return True

    def _after_notes(self, line: Line) -> bool:
        """Figures without a header below the closing notes of a table: « Nombre d'associations | 44 »."""
        if not self.blocks or not self.blocks[-1].header or line.is_text or len(line.cells) == 1:
            return False
        if line.all_yearish() and len(line.numbers) > 1:
            return False
        return self._note_between(self.blocks[-1].bottom, line.row)

    def _spans(self, cell: Cell) -> bool:
        area = self.grid.merge(cell.row, cell.column)
        return bool(area and area.right > area.left)

    def _lone_header(self, index: int) -> bool:
        """A text or a year alone above a column of figures, or spread over several: « Répartition », « 2022 », « Domicile ».

        Further headers, or the first sections of the body, may stand between it and the figures.
        """
        line = self.lines[index]
        cell = line.first
        end = next(
            (n for n, later in enumerate(self.lines[index + 1 :], index + 1) if not (later.is_text or later.is_single)), None
        )
        if end is None or is_caption(cell.text) or len(cell.text) > 120:
            return False
        figures, between = self.lines[end], self.lines[index + 1 : end]
        labels, gap = figures.first.column, self.lines[index + 1].row - line.row
        if cell.column <= labels:  # figures below their name, in one column without labels
            return line.is_text and gap == 1 and not between and list(figures.cells) == [cell.column] and len(cell.text) < 80
        if gap > (1 if line.is_text and not between else 2):
            return False
        if all(later.is_single and later.first.column == labels for later in between):
            return len(between) < 4 and (cell.column in figures.cells or self._spans(cell))
        return self._spans(cell) or (cell.column in self.lines[index + 1].cells and len(cell.text) <= 60)

    def _numbered_title(self, line: Line, after: Line | None) -> bool:
        """A title in two cells, its number and its words: « 1. | Ménages selon la forme »."""
        cells = list(line.cells.values())
        alone = after is None or after.row - line.row > 1 or len(after.cells) == 1
        return (
            alone and len(cells) == 2 and len(cells[1].text) > 20 and line.reads[cells[1].column].kind == "text"
            and bool(_NUMBERING.fullmatch(cells[0].text))
        )  # fmt: skip

    def _leads_to_figures(self, index: int) -> bool:
        """Whether figures follow, after at most a few lines of headers."""
        limits.tick()
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
            limits.tick()
            line, after = self.lines[index], self._line(index + 1)
            if header and len(line.cells) > 1 and unit_of(line, after, self.grid) is not None:
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
        later = next((found for found in self.lines[index + 1 : index + 4] if not (found.is_single and found.is_text)), None)
        if later is not None and later.is_text:
            return True
        corner = header[-1].cells.get(line.first.column)
        if corner is not None and corner.text == "TIME" and is_labelish(line.first.text):
            return True  # Eurostat: « TIME » heads the columns, « GEO (Labels) » the rows
        if any(line.first.column in head.cells for head in header):
            return False  # the column has its head already: this is a section
        if later is not None and later.all_yearish() and not later.label and later.numbers[0] > line.first.column:
            return True
        text, column = line.first.text, line.first.column
        if units.lone(text):
            return False  # it heads figures in this unit: others may follow in another one
        if is_labelish(text):
            return not self._another_section(index)
        after = self._line(index + 1)
        return after is not None and column > min(after.cells) and column in after.cells and column not in header[-1].cells

    def _another_section(self, index: int) -> bool:
        """Whether texts alone head other rows further down: « Âge » is then the first section, not the head of a column."""
        column = self.lines[index].first.column
        for later in self.lines[index + 1 :]:
            if later.is_text and len(later.cells) > 1:
                return False
            if later.is_text and later.first.column == column:
                return self._leads_to_figures(self._index[later.row])
        return False

    def _numeric_header(self, index: int, header: list[Line]) -> bool:
        """Whether a line with numbers is a header: years, dates, or codes above their labels."""
        line, after = self.lines[index], self._line(index + 1)
        if after is None or line.columns("symbol"):
            return False
        texts = [column for column in line.columns("text") if column > line.numbers[0]]
        label_ok = not line.label or line.first.column in line.numbers or is_labelish(line.label) or bool(units.lone(line.label))
        below = next((later for later in self.lines[index + 1 :] if later.numbers), None)
        if not label_ok and below is not None and below.first.column < line.first.column in below.numbers:
            label_ok = True  # « Ensemble » over a column of figures, beside the years
        if header and not label_ok and len(line.numbers) > 1:  # the corner itself, when no line above has given it yet
            named = any(line.first.column in head.cells for head in header)
            label_ok = not named and not is_total(line.label) and self._spread(header[-1], line)
        if (
            after.is_text and len(after.cells) > 1 and after.row == line.row + 1
            and len(set(line.numbers) & set(after.cells)) * 2 >= len(line.numbers)
        ):  # fmt: skip
            whole = all(is_whole(cell) or is_yearish(cell) for cell in (line.cells[c] for c in line.columns("number")))
            return whole and (label_ok or bool(line.sequence()) or (not header and (line.all_yearish() or line.maybe_years())))
        if below is None:
            return False
        if line.all_yearish():
            values = [line.cells[column].text for column in line.numbers]
            first = line.numbers[0]
            if header and not self._spread(header[-1], line):
                return False
            if header and (not label_ok or self._year_section(index)):
                return False
            if first == below.first.column and is_yearish(below.cells[first]):
                return False  # years that name rows, and counts that look like years
            if len(values) != len(set(values)) and not header:
                return False
            if len(values) > 1 and not line.in_order():
                return False
            if header and below.all_yearish() and line.label and below.in_order():
                return False
            if len(values) == 1 and not texts and not header:
                return first in below.cells and first != below.first.column and (label_ok or self._stands_out(index, first))
            return not (below.all_yearish() and below.numbers[0] == first and len(values) == 1)
        if header and not label_ok:
            return False
        return (
            bool(line.sequence())
            and (label_ok or not header)
            and (bool(below.label) or below.first.column < line.numbers[0])
            and (below.numbers[0] >= line.numbers[0] or below.first.column < line.numbers[0])
            and not below.sequence()
        )

    def _spread(self, head: Line, line: Line) -> bool:
        """Whether the headers of a line stand over several of the columns below each, as spanners do."""
        inside = [column for column in line.numbers if column >= min(head.cells)]
        return any((cell := head.cells.get(column)) is None or self._spans(cell) for column in inside)

    def _year_section(self, index: int) -> bool:
        """Whether a year alone on its line, below a header, heads the rows that follow: « 2021 », then the forms."""
        line, after = self.lines[index], self._line(index + 1)
        if not line.is_single or line.is_text or after is None or after.is_text:
            return False
        column = line.first.column
        again = any(
            later.is_single and not later.is_text and column in later.cells for later in self.lines[index + 1 : index + 80]
        )
        return column <= after.first.column or again or self._spans(line.first)

    def _stands_out(self, index: int, column: int) -> bool:
        """Whether a lone year at the top of a column looks otherwise than the figures below: it is then their header."""
        top = self.lines[index].cells[column]
        below = [later.cells[column] for later in self.lines[index + 1 : index + 30] if column in later.cells and later.numbers]
        values = [value for cell in below if (value := read(cell).value) is not None]
        looks = {(isinstance(cell.value, str), cell.bold, cell.number_format) for cell in below}
        near = any(400 <= value <= 10_000 for value in values)
        return (isinstance(top.value, str), top.bold, top.number_format) not in looks or (bool(values) and not near)

    # -- the body ---------------------------------------------------------------------------------------------------
    def _block(self, start: int) -> tuple[int, RawBlock | None]:
        """The table that begins at a line, and the index of the line after it."""
        index = self._header_end(start)
        if index >= len(self.lines) or not any(not line.is_text for line in self.lines[index : index + 12]):
            return start, None
        block = RawBlock(header=self.lines[start:index])
        block.labels, block.data = label_and_data(self.grid, block.header, self._run(index))
        previous_gap = False
        while index < len(self.lines):
            limits.tick()
            line = self.lines[index]
            gap = self._gap(index) and bool(block.body)
            if block.body and self._ends(index, block, gap):
                break
            heads = line.is_text or (line.is_single and line.first.column in block.labels) or self._year_section(index)
            if not heads or self._is_words_row(line, block):
                block.body.append(BodyRow("data", line, gap or previous_gap))
            elif self._section(index, block):
                block.body.append(BodyRow("section", line, gap or previous_gap, self._spans(line.first)))
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
        block.labels, data = label_and_data(self.grid, block.header, block.figures())
        corner = (head.cells[column].text for head in block.header for column in block.labels if column in head.cells)
        block.unit = next((unit for text in corner if (unit := units.lone(text))), block.unit)
        named = (
            column for head in block.header for column, cell in head.cells.items() if _UNITS.fullmatch(split_marks(cell.text)[0])
        )
        block.unit_column = next((column for column in named if column not in data), 0)
        block.labels = [column for column in block.labels if column != block.unit_column]
        block.flags = flags(self.grid, block.header, block.figures(), block.labels, data)
        block.data = [column for column in data if column not in block.flags]
        block.doubt = self._first_row_doubt(block)
        return index, block

    def _first_row_doubt(self, block: RawBlock) -> str:
        """Whether the first row of figures looks like headers (years, ages in order) and the others do not."""
        first, *others = block.figures()
        headed = {column for line in block.header for column in line.columns("text")}
        if headed.issuperset(block.data) and block.labels and first.label and not first.all_yearish():
            return ""  # a label, and 1, 2, 3 below three headers in words: figures
        ordered = [line.all_yearish() or line.maybe_years() or bool(line.sequence()) for line in (first, *others)]
        alone = ordered[0] and (len(first.numbers) > 1 or not block.header) and sum(ordered[1:]) * 2 < len(others)
        return "the first row may be a header" if alone else ""

    def _run(self, index: int) -> list[Line]:
        """Lines of figures from an index to the next header, title or note: the first hundred at most."""
        found: list[Line] = []
        for line in self.lines[index : index + 100]:
            if found and (is_caption(line.label) or self._note_between(found[-1].row, line.row)):
                break
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
        if any(_same_texts(line, head, block.data) for head in block.header[-1:]):
            return True  # the header again, under the same corner or another
        if not line.all_yearish() or (
            any(column in block.labels for column in line.columns("text")) and not is_labelish(line.label)
        ):
            after = self._line(index + 1)
            return bool(gap and line.sequence() and after and after.is_text and len(after.cells) > 1)
        if any(column in block.labels for column in line.numbers) and not is_labelish(line.label):
            return False
        same = any(
            all(head.cells[c].text == line.cells[c].text for c in line.numbers if c in head.cells)
            and set(line.numbers) & set(head.cells)
            for head in block.header
        )
        return (same or (gap and len(line.numbers) > 1)) and self._numeric_header(index, [])

    def _note_between(self, top: int, bottom: int) -> bool:
        return bisect_left(self.note_rows, bottom) > bisect_right(self.note_rows, top)

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
            if self._ends(later, block, self._gap(later)) or (self._numeric_header(later, []) and not found.label):
                return False
            unit = unit_of(line, found, self.grid)
            return unit is None or len(line.cells) > 1 or not found.all_yearish()
        return False

    # -- its title --------------------------------------------------------------------------------------------------
    def _title(self, block: RawBlock, titles: list[Title]) -> None:
        """Title lines of a table: what stands just below the table before may be a closing note of that one."""
        if self.blocks:
            last = self.blocks[-1].bottom
            while titles and titles[0].row == last + 1 and notes.starts(titles[0].text) and not is_caption(titles[0].text):
                last = titles[0].row
                self.trailing.append((last, titles.pop(0).text))
        block.own = list(titles)


def _same_texts(line: Line, other: Line, columns: list[int]) -> bool:
    some = False
    for column in columns:  # most lines differ at once: the texts of the others are not asked for
        one, two = line.cells.get(column), other.cells.get(column)
        if (one is None) != (two is None) or (one is not None and two is not None and one.text != two.text):
            return False
        some = some or one is not None
    return some
