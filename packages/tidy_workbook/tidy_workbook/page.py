"""Lines of a sheet, from top to bottom: which of them may begin a table, and where its header ends."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from itertools import takewhile

from . import limits, units
from .grid import Cell, Grid
from .lines import Line, is_caption, is_labelish, is_total, unit_of
from .values import is_whole, is_yearish, read

_NUMBERING = re.compile(r"\(?(?:\d{1,2}|[A-Z])[.)]?")
_TIME = re.compile(r"time(?: period)?|years?|ann[ée]es?|p[ée]riodes?|periods?", re.IGNORECASE)
"""What heads columns that are years, at their left."""
_NEAR = 9
"""Lines below a lone header within which its figures begin."""


class Page:
    """Lines of some columns of a sheet, and what is asked of a line and of those below it.

    Parameters
    ----------
    grid : Grid
        The sheet, without navigation and notes.
    lines : list of Line
        The lines of these columns.
    note_rows : list of int
        Rows where notes stood in these columns, from top to bottom.

    Attributes
    ----------
    closed : int
        Last row of the table above, when it has a header.
    """

    def __init__(self, grid: Grid, lines: list[Line], note_rows: list[int]) -> None:
        self.grid, self.lines, self.note_rows = grid, lines, note_rows
        self.index = {line.row: index for index, line in enumerate(lines)}
        self.closed = 0
        self._with_numbers = self._next(lambda line: bool(line.numbers))
        self._not_alone = self._next(lambda line: not line.is_text or len(line.cells) > 1)
        self._captions = self._next(lambda line: line.is_text and len(line.cells) == 1 and is_caption(line.first.text))

    def _next(self, chosen: Callable[[Line], bool]) -> list[int]:
        """For each index, that of the first line from there on which is chosen; the number of lines when none is."""
        found = [len(self.lines)] * (len(self.lines) + 1)
        for index in range(len(self.lines) - 1, -1, -1):
            found[index] = index if chosen(self.lines[index]) else found[index + 1]
        return found

    def line(self, index: int) -> Line | None:
        """A line by its index; none past the edges."""
        return self.lines[index] if 0 <= index < len(self.lines) else None

    def gap(self, index: int) -> bool:
        """Whether an empty row or a note stands before a line."""
        return index > 0 and self.lines[index].row - self.lines[index - 1].row > 1

    def heads(self, index: int) -> bool:
        """Whether a line may begin a table: a header or figures, not a title."""
        line, after = self.lines[index], self.line(index + 1)
        if self._numbered_title(line, after) or (self._after_notes(line) and not self.numeric_header(index, [])):
            return False
        if len(line.cells) > 1 and is_caption(line.label) and not self.spans(line.first):
            return False  # a title with a date or a page number at its right
        if len(line.cells) == 1 and not line.is_single and after is not None and (after.is_text or after.all_yearish()):
            return False  # a stray number above a header
        if line.is_text:
            if not self._leads_to_figures(index):
                return False
            if is_caption(line.label) and not self.spans(line.first):
                return False
            if len(line.cells) > 1:
                return True
            return self._lone_header(index)
        if line.is_single:  # a stray year
            return self._lone_header(index)
        return True

    def _after_notes(self, line: Line) -> bool:
        """Figures without a header below the closing notes of a table: « Nombre d'associations | 44 »."""
        if not self.closed or line.is_text or len(line.cells) == 1:
            return False
        if line.all_yearish() and len(line.numbers) > 1:
            return False
        return self.note_between(self.closed, line.row)

    def spans(self, cell: Cell) -> bool:
        """Whether a cell is merged over several columns."""
        area = self.grid.merge(cell.row, cell.column)
        return bool(area and area.right > area.left)

    def _lone_header(self, index: int) -> bool:
        """A text or a year alone above a column of figures, or spread over several: « Répartition », « 2022 », « Domicile ».

        Further headers, or the first sections of the body, may stand between it and the figures.
        """
        line = self.lines[index]
        cell = line.first
        near = enumerate(self.lines[index + 1 : index + 1 + _NEAR], index + 1)
        end = next((n for n, later in near if not (later.is_text or later.is_single)), None)
        if end is None or is_caption(cell.text) or len(cell.text) > 120:
            return False
        figures, between = self.lines[end], self.lines[index + 1 : end]
        labels, gap = figures.first.column, self.lines[index + 1].row - line.row
        if cell.column <= labels:  # figures below their name, in one column without labels
            alone = line.is_text and gap == 1 and not between and list(figures.cells) == [cell.column]
            return alone and len(cell.text) < 80 and not cell.text.endswith(":")  # « Latest update: », then a date
        if gap > (1 if line.is_text and not between else 2):
            return False
        if all(later.is_single and later.first.column == labels for later in between):
            return len(between) < 4 and (cell.column in figures.cells or self.spans(cell))
        return self.spans(cell) or (cell.column in self.lines[index + 1].cells and len(cell.text) <= 60)

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

    def header_end(self, start: int) -> int:
        """Index of the first line of figures or sections of a table that begins at `start`."""
        index = start
        header: list[Line] = []
        while index < len(self.lines):
            limits.tick()
            line, after = self.lines[index], self.line(index + 1)
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
            elif not self.numeric_header(index, header):
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
        corner = next((cell for cell in header[-1].cells.values() if _TIME.fullmatch(cell.text)), None)
        if corner is not None and line.first.column <= corner.column and is_labelish(line.first.text):
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
        after = self.line(index + 1)
        return after is not None and column > min(after.cells) and column in after.cells and column not in header[-1].cells

    def _another_section(self, index: int) -> bool:
        """Whether texts alone head other rows further down: « Âge » is then the first section, not the head of a column."""
        column = self.lines[index].first.column
        for later in range(index + 1, len(self.lines)):
            limits.tick()
            line = self.lines[later]
            if line.is_text and (len(line.cells) > 1 or line.first.column == column):
                return len(line.cells) == 1 and self._leads_to_figures(later)
        return False

    def numeric_header(self, index: int, header: list[Line]) -> bool:
        """Whether a line with numbers is a header: years, dates, or codes above their labels."""
        line, after = self.lines[index], self.line(index + 1)
        if after is None or line.columns("symbol"):
            return False
        texts = [column for column in line.columns("text") if column > line.numbers[0]]
        label_ok = not line.label or line.first.column in line.numbers or is_labelish(line.label) or bool(units.lone(line.label))
        below = self.line(self._with_numbers[index + 1])
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
            if header and (not label_ok or self.year_section(index)):
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
        left = min(head.cells)
        inside = [column for column in line.numbers if column >= left]
        return any((cell := head.cells.get(column)) is None or self.spans(cell) for column in inside)

    def year_section(self, index: int) -> bool:
        """Whether a year alone on its line, below a header, heads the rows that follow: « 2021 », then the forms, or sections."""
        line, after = self.lines[index], self.line(self._not_alone[index + 1])
        if not line.is_single or line.is_text or after is None or after.is_text:
            return False
        column = line.first.column
        again = any(
            later.is_single and not later.is_text and column in later.cells for later in self.lines[index + 1 : index + 80]
        )
        return column <= after.first.column or again or self.spans(line.first)

    def _stands_out(self, index: int, column: int) -> bool:
        """Whether a lone year at the top of a column looks otherwise than the figures below: it is then their header."""
        top = self.lines[index].cells[column]
        following = range(index + 1, min(index + 30, len(self.lines)))
        table = [self.lines[n] for n in takewhile(lambda n: not (self.gap(n) and self.lines[n].is_text), following)]
        below = [later.cells[column] for later in table if column in later.cells and later.numbers]
        values = [value for cell in below if (value := read(cell).value) is not None]
        looks = {(isinstance(cell.value, str), cell.bold, cell.number_format) for cell in below}
        near = any(400 <= value <= 10_000 for value in values)
        return (isinstance(top.value, str), top.bold, top.number_format) not in looks or (bool(values) and not near)

    def heading_ends(self, index: int) -> int:
        """Index of the first line below a text alone that is none; 0 when a caption or a note comes first, or nothing."""
        end = self._not_alone[index + 1]
        if end == len(self.lines) or self._captions[index + 1] < end:
            return 0
        return 0 if self.note_between(self.lines[index].row, self.lines[end].row) else end

    def note_between(self, top: int, bottom: int) -> bool:
        """Whether a note stood between two rows."""
        return bisect_left(self.note_rows, bottom) > bisect_right(self.note_rows, top)
