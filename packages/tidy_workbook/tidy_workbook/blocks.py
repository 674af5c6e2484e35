"""Lines → tables: where each begins and ends, its title, its header rows, its label and data columns, its body."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from . import limits, notes, units
from .columns import flags, label_and_data
from .grid import letters
from .lines import Line, is_caption, is_labelish, joined, unit_of
from .notes import Note
from .page import Page
from .values import split_marks

_UNITS = re.compile(r"unit[ée]s?(?: de mesure)?|units?(?: of measure(?:ment)?)?", re.IGNORECASE)
_NUMBER_ALONE = 14
"""Characters of a caption that is a number without words: « Tableau 3.12 »."""
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
        """Last row of its body, or of its header while it has no body; 0 while it has neither."""
        lines = [row.line for row in self.body[-1:]] or self.header[-1:]
        return lines[0].row if lines else 0

    def figures(self) -> list[Line]:
        """Lines that hold figures."""
        return [row.line for row in self.body if row.kind == "data"]

    def values(self) -> list[list[float | None]]:
        """Its figures, line by line; nothing where there is no number."""
        return [[found.value if (found := line.reads.get(c)) else None for c in self.data] for line in self.figures()]


class Reader:
    """Splits the lines of a page, some columns of a sheet, into tables."""

    def __init__(self, page: Page) -> None:
        self.page, self.grid, self.lines, self._noted = page, page.grid, page.lines, set(page.note_rows)
        self.blocks: list[RawBlock] = []
        self.trailing: list[tuple[int, str]] = []
        self.skipped: list[tuple[str, str]] = []

    def read(self) -> list[RawBlock]:
        """All tables, from top to bottom."""
        index, titles, unit = 0, list[Title](), ""
        while index < len(self.lines):
            limits.tick()
            line = self.lines[index]
            if (column := unit_of(line, self.page.line(index + 1), self.grid)) is not None:
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
            if self.page.heads(index):
                index, block = self._block(index)
            if block is None:
                self._text(line, titles)
                index += 1
                continue
            block.unit = unit or block.unit
            self._title(block, titles)
            self.blocks.append(block)
            self.page.closed = block.bottom if block.header else 0
            titles, unit = [], ""
        self.trailing += [(title.row, title.text) for title in titles]
        return self.blocks

    def _below_its_table(self, index: int, titles: list[Title], text: str) -> bool:
        """Whether « Unité : % » is a note of the table above: nothing stands between them, and no table just below."""
        if not self.blocks or titles or self.blocks[-1].unit or not notes.has_keyword(text):
            return False
        after = self.page.line(index + 1)
        return after is None or after.row - self.lines[index].row > 1 or not self.page.heads(index + 1)

    def _text(self, line: Line, titles: list[Title]) -> None:
        """A line of text outside tables: the title of the next one, or the continuation of a note just above."""
        captioned = is_caption(line.label)
        numbered = captioned and len(line.first.text) <= _NUMBER_ALONE  # « Tableau 3 | Taux de pauvreté »
        text = line.first.text if captioned and not numbered else joined(list(line.cells.values()))
        footnote = notes.is_footnote(text) and not self.page.heads(min(self.page.index[line.row] + 1, len(self.lines) - 1))
        noted = line.row - 1 in self._noted or bool(self.trailing and self.trailing[-1][0] == line.row - 1)
        if self.blocks and (noted or footnote) and not is_caption(text):
            self.trailing.append((line.row, text))
        else:
            titles.append(Title(line.row, text, line.first.bold))

    def _drop(self, line: Line, column: int) -> None:
        self.skipped.append((f"{letters(column)}{line.row}", f"unit of the table: « {line.cells[column].text} »"))
        line.drop(column)

    # -- the body ---------------------------------------------------------------------------------------------------
    def _block(self, start: int) -> tuple[int, RawBlock | None]:
        """The table that begins at a line, and the index of the line after it."""
        index = self.page.header_end(start)
        if index >= len(self.lines) or not any(not line.is_text for line in self.lines[index : index + 12]):
            return start, None
        block = RawBlock(header=self.lines[start:index])
        block.labels, block.data = label_and_data(self.grid, block.header, self._run(index, block.header))
        previous_gap = False
        while index < len(self.lines):
            limits.tick()
            line = self.lines[index]
            gap = self.page.gap(index) and bool(block.body)
            if block.body and self._ends(index, block, gap):
                break
            heads = line.is_text or (line.is_single and line.first.column in block.labels) or self.page.year_section(index)
            if not heads or self._is_words_row(line, block):
                block.body.append(BodyRow("data", line, gap or previous_gap))
            elif self._section(index, block):
                block.body.append(BodyRow("section", line, gap or previous_gap, self.page.spans(line.first)))
            else:
                break
            previous_gap = False
            index += 1
        while block.body and block.body[-1].kind == "section":
            block.body.pop()
            index -= 1
        if not block.body:
            return start, None
        block.labels, data = label_and_data(self.grid, block.header, block.figures())
        while len(block.body) > 1 and self._below(block.body[-1], block.body[-2], data):
            block.body.pop()
            index -= 1
        while block.body and block.body[-1].kind == "section":
            block.body.pop()
            index -= 1
        if not block.body:
            return start, None
        block.unit = _unit_of_corner(block) or block.unit
        named = (
            column for head in block.header for column, cell in head.cells.items() if _UNITS.fullmatch(split_marks(cell.text)[0])
        )
        block.unit_column = next((column for column in named if column not in data), 0)
        block.labels = [column for column in block.labels if column != block.unit_column]
        block.flags = flags(self.grid, block.header, block.figures(), block.labels, data)
        block.data = [column for column in data if column not in block.flags]
        if not block.data:
            return start, None
        united = [row for row in block.body if row.kind == "section" and units.lone(row.line.first.text)]
        if len(united) == 1 and united[0] is block.body[0]:
            block.unit = block.unit or units.lone(united[0].line.first.text)
            self._drop(united[0].line, united[0].line.first.column)
            block.body.pop(0)
        block.doubt = self._first_row_doubt(block)
        return index, block

    @staticmethod
    def _below(row: BodyRow, before: BodyRow, data: list[int]) -> bool:
        """Whether a row without figures, after an empty one or a heading, is a note rather than a row: « 1 | Counts are… »."""
        apart = row.after_gap or before.kind == "section"
        return row.kind == "data" and apart and row.line.cells.keys().isdisjoint(data)

    def _first_row_doubt(self, block: RawBlock) -> str:
        """Whether the first row of figures looks like headers (years, ages in order) and the others do not."""
        first, *others = block.figures()
        headed = {column for line in block.header for column in line.columns("text")}
        if headed.issuperset(block.data) and block.labels and first.label and not first.all_yearish():
            return ""  # a label, and 1, 2, 3 below three headers in words: figures
        ordered = [line.all_yearish() or line.maybe_years() or bool(line.sequence()) for line in (first, *others)]
        alone = ordered[0] and (len(first.numbers) > 1 or not block.header) and sum(ordered[1:]) * 2 < len(others)
        return "the first row may be a header" if alone else ""

    def _run(self, index: int, header: list[Line]) -> list[Line]:
        """Lines of figures from an index to the next header, title or note: the first hundred at most."""
        found: list[Line] = []
        for line in self.lines[index : index + 100]:
            if header and _same_texts(line, header[-1], list(header[-1].cells)):
                break
            if found and (is_caption(line.label) or self.page.note_between(found[-1].row, line.row)):
                break
            if line.is_text and len(line.cells) > 1 and found and len(line.cells) >= len(found[-1].cells) - 1:
                break
            if not line.is_text:
                found.append(line)
        return found

    def _ends(self, index: int, block: RawBlock, gap: bool) -> bool:
        """Whether a line begins something else than the body: another table, its title, closing notes."""
        line = self.lines[index]
        if self.page.note_between(block.bottom, line.row):
            return True
        if line.is_text and len(line.cells) > 1:
            if line.cells.keys().isdisjoint(block.data):
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
            after = self.page.line(index + 1)
            return bool(gap and line.sequence() and after and after.is_text and len(after.cells) > 1)
        if any(column in block.labels for column in line.numbers) and not is_labelish(line.label):
            return False
        same = any(
            all(head.cells[c].text == line.cells[c].text for c in line.numbers if c in head.cells)
            and set(line.numbers) & set(head.cells)
            for head in block.header
        )
        return (same or (gap and len(line.numbers) > 1)) and self.page.numeric_header(index, [])

    def _is_words_row(self, line: Line, block: RawBlock) -> bool:
        """A row whose figures are replaced by short words, « non demandé | non demandé », or by signs: « 2A | Corse | nd »."""
        words = [line.cells[column].text for column in block.data if column in line.cells]
        labelled = not block.labels or any(column in block.labels for column in line.cells)
        if words and block.labels and labelled and all(line.reads[c].kind == "symbol" for c in block.data if c in line.reads):
            return True
        return bool(words) and labelled and len(set(words)) == 1 and len(words[0]) <= 25 and len(words) == len(block.data) > 1

    def _section(self, index: int, block: RawBlock) -> bool:
        """Whether a line of text inside a table heads the rows below; otherwise it belongs to what follows the table."""
        line = self.lines[index]
        if is_caption(line.first.text):
            return False
        end = self.page.heading_ends(index)
        while end and (found := self.lines[end]).is_single and found.first.column in block.labels:
            limits.tick()
            end = self.page.heading_ends(end)
        if not end:
            return False
        if found.is_text:
            return found.cells.keys().isdisjoint(block.data) or self._is_words_row(found, block)
        if self._ends(end, block, self.page.gap(end)) or (self.page.numeric_header(end, []) and not found.label):
            return False
        unit = unit_of(line, found, self.grid)
        return unit is None or len(line.cells) > 1 or not found.all_yearish()

    # -- its title --------------------------------------------------------------------------------------------------
    def _title(self, block: RawBlock, titles: list[Title]) -> None:
        """Title lines of a table: what stands just below the table before may be a closing note of that one."""
        if self.blocks:
            last = self.blocks[-1].bottom
            while titles and titles[0].row == last + 1 and notes.starts(titles[0].text) and not is_caption(titles[0].text):
                last = titles[0].row
                self.trailing.append((last, titles.pop(0).text))
        block.own = list(titles)


def _unit_of_corner(block: RawBlock) -> str:
    """« en euros » in the corner, or « Sexe (en %) » above words: a unit in brackets above classes is that of the classes."""
    corner = [head.cells[column].text for head in block.header for column in block.labels if column in head.cells]
    if unit := next(filter(None, map(units.lone, corner)), ""):
        return unit
    named = [row.line.first.text for row in block.body]
    words = not any(any(map(str.isdigit, text)) for text in named)
    return next((unit for text in corner if (unit := units.of_label(text)) == "%"), "") if words else ""


def _same_texts(line: Line, other: Line, columns: list[int]) -> bool:
    some = False
    for column in columns:  # most lines differ at once: the texts of the others are not asked for
        one, two = line.cells.get(column), other.cells.get(column)
        if (one is None) != (two is None) or (one is not None and two is not None and one.text != two.text):
            return False
        some = some or one is not None
    return some
