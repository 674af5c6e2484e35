"""One table → tidy cells: value, unit, status, labels and notes of each cell of its body."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from . import limits, notes, units
from .blocks import RawBlock
from .changes import Change, changes
from .grid import Area, Cell, Grid, Place, address, letters
from .headers import column_paths
from .labels import row_paths
from .lines import is_caption
from .measures import BOUNDS, OTHERWISE, UNKNOWN, Measure, bounds, cannot_have, evolves, one_of
from .model import Block, Status, TidyCell
from .notes import KINDS, Decision, Legend
from .paths import Path, texts
from .second_reading import second_reading
from .shares import ABOVE, HUNDRED, above_a_hundred, fractions_under_percent, shares
from .values import SEVERAL, Read, folded, is_yearish, read

MOST_PERCENT, MOST_CHANGE = 100.5, 1000.0
"""Above these a percentage is in doubt: said by words alone; said by the format of the cell or under a word of change."""
_THOUSANDS = {1: ("millier", "thousand"), 2: ("million",), 3: ("milliard", "billion")}
_SCALES = (*(word for words in _THOUSANDS.values() for word in words), "k€", "m€")
_CHANGE_TITLE = re.compile(r"\W*(?:tableau|graphique|figure)?[\s\w.]{0,8}\W*evolution")
_BRACKETED_NUMBER = re.compile(r"\(\d{1,2}\)")
_NOTHING = Read("text")
_PROVISIONAL_TITLE = re.compile(r"(?:donnees?|chiffres?|resultats?) (?:semi-definiti\w+|provisoires?)")


@dataclass(frozen=True)
class _Side:
    """What the labels of one row, or the headers of one column, say of its cells; the nearest label first."""

    texts: tuple[str, ...] = field(compare=False)
    named: bool
    units: tuple[str, ...]
    decision: tuple[str, Decision] | None
    footnotes: tuple[str, ...]
    measure: Measure
    change: Change
    doubt: str

    @classmethod
    def of(cls, path: Path, legend: Legend, doubt: str, change: Change) -> _Side:
        near = tuple(reversed(path))
        marks = [mark for label in near for mark in label.marks]
        decided = next(((mark, found) for mark in marks if (found := legend.mark(mark))), None)
        footnotes = tuple(f"{mark} {words}" for mark in dict.fromkeys(reversed(marks)) if (words := legend.footnote(mark)))
        said = texts(path)
        near_units = tuple(units.of_label(label.written) for label in near)
        if len(near) > 1 and not near_units[0]:  # « mois » below « Durée »
            near_units = (units.of_label(f"({near[0].text})"), *near_units[1:])
        return cls(said, bool(said), near_units, decided, footnotes, Measure.of(said), change, doubt)


@dataclass(frozen=True)
class _Meeting:
    """What a row and a column say together of the cell where they meet; many rows say the same.

    `units` are all that its row and its column give, `unit` the nearest, `unsure` why that is no unit of a number that gives none
    itself. `doubt` is about the labels.
    """

    columns: tuple[str, ...]
    units: tuple[tuple[str, ...], tuple[str, ...]]
    measures: tuple[Measure, Measure]
    unit: str
    unsure: str
    doubt: str
    decision: tuple[str, Decision] | None
    evolves: bool
    footnotes: tuple[str, ...]


class Table:
    """One table with the words around it, ready to give its cells.

    Parameters
    ----------
    sheet : str
        Name of the sheet.
    number : int
        Rank of the table on its sheet, from 1.
    block : RawBlock
        The table as it was delimited.
    grid : Grid
        The sheet, without notes and navigation.
    legend : Legend
        Meaning of its symbols and marks.
    """

    def __init__(self, sheet: str, number: int, block: RawBlock, grid: Grid, legend: Legend) -> None:
        self.sheet, self.name, self.block, self.grid, self.legend = sheet, str(number), block, grid, legend
        self.title = " – ".join(block.titles)
        self.words = {kind: notes.words(block.notes, kind) for kind in KINDS}
        self._around = self.words["population"], self.words["source"], self.words["reading"]
        self.note = notes.words(block.notes, "note")
        self._lines = [line.row for line in block.figures()]
        limits.table(len(self._lines) * len(block.data), len(self.note) + sum(map(len, self.words.values())) + len(self.title))
        paths = column_paths(block, grid)
        self.rows = list(row_paths(block, grid))
        second = second_reading(
            block, grid, [(row, path) for row, path, _ in self.rows], {column: path for column, (path, _) in paths.items()}
        )
        self.doubted_rows = second.rows
        figures = block.values()
        row_changes = changes(figures, [_says_a_change(path) for _, path, _ in self.rows])
        self.row_changes = {row.line.row: change for (row, *_), change in zip(self.rows, row_changes, strict=True)}
        across = changes(list(zip(*figures, strict=True)), [_says_a_change(path) for path, _ in paths.values()])
        self.columns = {
            column: _Side.of(path, legend, doubt or second.columns.get(column, ""), change)
            for (column, (path, doubt)), change in zip(paths.items(), across, strict=True)
        }
        self._give_bounds_their_unit(figures)
        main = [not number or is_caption(title) for number, title in enumerate(block.titles)]
        each = [units.of_title(title, main=first) for title, first in zip(block.titles, main, strict=True)]
        said = [unit for unit in reversed(each) if unit]
        counted = [
            unit for unit in said if unit != units.COUNT and not units.is_relative(unit)
        ]  # « Nombre… », « en milliers » above
        self.title_unit = next(iter(counted if said[:1] == [units.COUNT] and counted else said), "")
        title = folded(self.title)
        self.evolves = evolves(title)
        self.provisional = bool(_PROVISIONAL_TITLE.search(title))
        self.in_points = bool(
            _CHANGE_TITLE.match(title) and re.search(r"\bde -?\d+(?:,\d+)? points?\b", folded(self.words["reading"]))
        )
        self.decided: dict[str, tuple[str, str, str]] = {}
        self._met: dict[_Side, dict[int, _Meeting]] = {}
        self._said: dict[tuple[str, ...], str] = {}
        self._counting: dict[int, bool] = {}
        self._below_one: dict[int, bool] = {}

    def _give_bounds_their_unit(self, figures: list[list[float | None]]) -> None:
        """« Lower CI », « Upper CI » without a unit have that of the figure that they bound."""
        data = self.block.data
        heads = ["" if any(side.units) else " ".join(side.texts) for side in self.columns.values()]
        for column, about in bounds(heads, figures).items():
            if about < 0:
                self.columns[data[column]] = replace(self.columns[data[column]], doubt=BOUNDS)
            else:
                self.columns[data[column]] = replace(self.columns[data[column]], units=self.columns[data[about]].units)

    def explained(self) -> set[str]:
        """Addresses of the cells that gave labels, headers or flags."""
        block = self.block
        found = {cell.address for line in block.header for cell in line.cells.values()}
        for row in block.body:
            for column, cell in row.line.cells.items():
                if column in (*block.labels, *block.flags, block.unit_column) or row.kind == "section":
                    found.add(cell.address)
        return found

    def summary(self) -> Block:
        """What is said of the table by the command ``inspect``."""
        block = self.block
        columns = sorted([*block.labels, *block.data])
        area = f"{letters(columns[0])}{block.top}:{letters(columns[-1])}{block.bottom}"
        return Block(
            self.name, area, self.title, tuple(line.row for line in block.header),
            tuple(map(letters, block.labels)), tuple(map(letters, block.data)),
        )  # fmt: skip

    def cells(self) -> list[TidyCell]:
        """A tidy cell for each cell of the body."""
        rows = {texts(path) for _, path, _ in self.rows}
        distinct = len(rows) == len(self.rows) and len({side.texts for side in self.columns.values()}) == len(self.columns)
        return _doubted(list(self._cells()), distinct=distinct)

    def _cells(self) -> Iterator[TidyCell]:
        cells, merged = self.grid.cells, bool(self.grid.merges)
        for row, path, doubt in self.rows:
            number = row.line.row
            side = _Side.of(path, self.legend, doubt or self.doubted_rows.get(number, ""), self.row_changes[number])
            if (own := row.line.cells.get(self.block.unit_column)) is not None:
                side = replace(side, units=(units.normal(own.text), *side.units))
            flags = {
                target: cell.text if cell.text.startswith(("(", "*")) else f"({cell.text})"
                for column, target in self.block.flags.items()
                if (cell := row.line.cells.get(column)) and read(cell).kind != "number"  # a zero flags nothing
            }
            limits.tick(work=len(self.block.data))
            for column, met in self._meetings(side).items():
                cell = cells.get((number, column))
                if cell is None and merged and self.grid.merge(number, column):
                    continue  # the anchor of the merged area has been given
                yield self._cell((number, column), cell, side.texts, met, flags.get(column, ""))

    def _meetings(self, row: _Side) -> dict[int, _Meeting]:
        """What a row says together with each column of figures."""
        if row not in self._met:
            self._met[row] = {column: self._meeting(row, self.columns[column]) for column in self.block.data}
        return self._met[row]

    def _meeting(self, row: _Side, column: _Side) -> _Meeting:
        unit, unsure = self._unit_and_doubt(row, column)
        named = (row.named or not self.block.labels) and (column.named or bool(self.block.labels))
        return _Meeting(
            column.texts, (row.units, column.units), (row.measure, column.measure), unit, unsure,
            (self.block.doubt or row.doubt or column.doubt) if named else "no label", row.decision or column.decision,
            self.evolves or row.measure.evolves or column.measure.evolves, (*row.footnotes, *column.footnotes),
        )  # fmt: skip

    def _cell(self, place: Place, cell: Cell | None, labels: tuple[str, ...], met: _Meeting, flag: str) -> TidyCell:
        found = read(cell) if cell else _NOTHING
        unit = found.unit or met.unit
        value, status, marker = self._status(cell, found, met, flag)
        if unit.startswith(units.MIXED) and value is not None:
            unit = one_of(units.one_of(unit), met.measures, value, self._counts(place[1])) or unit
        divided = found.divided
        if value is not None and divided and unit.startswith(_THOUSANDS.get(divided, ())):
            value, divided = value / 1000**divided, 0  # the number is in units, shown and announced in thousands
        if status not in ("ambiguous", "blank", "error") and (
            doubt := met.doubt or self._doubt(place, cell, found, value, unit, met, divided)
        ):
            status, marker = "ambiguous", doubt
        note = self.note
        if found.marks or met.footnotes:
            own = [f"{mark} {words}" for mark in found.marks if (words := self.legend.footnote(mark))]
            note = self._with_footnotes((*own, *met.footnotes))
        return TidyCell(
            self.sheet, address(*place), self.name, self.title, labels, met.columns, value,
            "" if unit == units.COUNT or unit.startswith(units.MIXED) else unit, status, marker,
            *self._around, note,
        )  # fmt: skip

    def _with_footnotes(self, footnotes: tuple[str, ...]) -> str:
        if footnotes not in self._said:
            new = [footnote for footnote in dict.fromkeys(footnotes) if footnote not in self.note]
            self._said[footnotes] = " ".join([*new, self.note]).strip()
        return self._said[footnotes]

    def _status(self, cell: Cell | None, found: Read, met: _Meeting, flag: str) -> tuple[float | None, Status, str]:
        """Value, status and marker: the cell's own sign first, then the flag beside it, its row, its column, the title."""
        if cell is None:
            return None, "blank", ""
        if cell.error:
            return None, "error", cell.text
        if found.doubt:
            return None, "ambiguous", cell.text
        if found.kind == "symbol":
            if re.match(r"<|≤|moins|inf", found.symbol, re.IGNORECASE):
                return None, "below_threshold", found.symbol
            status, how = self.legend.symbol(found.symbol, cell.text if len(cell.text) == 1 else "")
            self.decided[found.symbol] = (found.symbol, status, how)
            return (0.0 if status == "observed" else None), status, found.symbol
        if found.value is None and len(cell.text) <= 4 and (word := self.legend.word(cell.text)):
            self.decided[cell.text] = (cell.text, *word)
            return (0.0 if word[0] == "observed" else None), word[0], cell.text
        if found.value is None:
            self.decided[cell.text] = (cell.text, "ambiguous", "words or a date where a number was expected")
            return None, "ambiguous", cell.text
        marks = (*found.marks, flag) if flag else found.marks
        own = next(((mark, decision) for mark in marks if (decision := self.legend.mark(mark))), None) if marks else None
        if decided := own or met.decision:
            mark, (status, how) = decided
            self.decided[mark] = (mark, status, how)
            return found.value, status, mark
        if self.provisional:
            return found.value, "provisional", "title"
        return found.value, "observed", " ".join(found.marks)

    def _doubt(
        self, place: Place, cell: Cell | None, found: Read, value: float | None, unit: str, met: _Meeting, divided: int
    ) -> str:  # fmt: skip
        """Why a number is not taken for granted: it may be a header, or its unit cannot hold it."""
        if value is None:
            return ""
        if any(map(_BRACKETED_NUMBER.fullmatch, found.marks)) and self._brackets:
            return self._brackets
        if divided and unit.startswith(_SCALES):
            return "the format divides by thousands, and the unit is another one"
        if cell and not self.block.header and cell.row == self.block.top and is_yearish(cell):
            return "a year or a number"
        own = found.unit == "%"  # what a person sees in the cell itself
        if unit == "%" and abs(value) > (most := MOST_CHANGE if own or met.evolves else MOST_PERCENT):
            return f"more than {most:.0f} %"
        if self.grid.merges and (area := self.grid.merge(*place)) and self._covers(area):
            return "one figure over several rows or columns"
        if not own and (
            why := met.unsure if unit == met.unit or met.unit.startswith(units.MIXED) else self._unit_doubt(unit, *met.units)
        ):
            return why
        if not unit and 0 < abs(value) < 1 and any(one.share for one in met.measures) and self._is_fraction(place, met):
            return "fraction or percentage"
        return "a percentage or a number: the unit says both" if unit.startswith(units.MIXED) else ""

    def _is_fraction(self, place: Place, met: _Meeting) -> bool:
        """Whether all figures of a row, or of a column, that says a share without a unit are below 1."""
        row, column = place
        key = -row if met.measures[0].share else column
        if key not in self._below_one:
            cells = [line.reads.get(c) for line in self.block.figures() for c in self.block.data if key in (-line.row, c)]
            self._below_one[key] = all(found.value is None or abs(found.value) <= 1 for found in cells if found)
        return self._below_one[key]

    @cached_property
    def _brackets(self) -> str:
        """Why « 40 (12) » may hold two figures: others are « 30 (10,5 %) », or several such numbers have no note."""
        every = [found for line in self.block.figures() for column in self.block.data if (found := line.reads.get(column))]
        if any(found.doubt == SEVERAL and "(" in found.symbol for found in every):
            return "a note, or a second figure as in other cells"
        numbers = {mark for found in every for mark in found.marks if _BRACKETED_NUMBER.fullmatch(mark)}
        return "numbers in brackets that no note explains" if sum(not self.legend.footnote(mark) for mark in numbers) > 1 else ""

    def _unit_and_doubt(self, row: _Side, column: _Side) -> tuple[str, str]:
        """Unit of the cells of a row and a column, and why it is not theirs; a column of units says what a row of changes is."""
        unit = self._nearest_unit(row.units, column.units)
        change, others = column.change or ("" if self.block.unit_column and row.units else row.change), units.one_of(unit)
        if change == "%":
            return "%", ""
        if change == "difference" and (unit == "%" or others):  # between two percentages
            unit = "points" if unit == "%" else next((other for other in others if other != "%"), unit)
        elif change == "unknown" and (not units.is_relative(unit) or (unit == "%" and not self.evolves)):
            return unit, UNKNOWN
        if others:
            return unit, ""
        for side in (row, column):
            if not any(side.units) and cannot_have(side.measure, unit, changes=self.evolves):
                return unit, OTHERWISE
        return unit, self._unit_doubt(unit, row.units, column.units)

    def _unit_doubt(self, unit: str, row: tuple[str, ...], column: tuple[str, ...]) -> str:
        """Whether the words around a number say the unit that was read: one of them at least, and not two in a table that has a
        column of units."""
        said = {*row, *column, self.block.unit, self.title_unit}
        headed = next(filter(None, column), "")
        own = row[0] if self.block.unit_column and row else ""
        if own and (unit != own or headed not in ("", own)):
            return "two units: of its row, and of its column"
        if (unit == "%" and "%" not in said) or (headed == "%" and unit not in ("%", "points")):
            return "a percentage or a number: words say otherwise"
        return ""

    def _covers(self, area: Area) -> bool:
        """Whether a merged figure stands for more than one row of figures, or more than one column of them."""
        data, lines = self.block.data, self._lines
        columns = bisect_right(data, area.right) - bisect_left(data, area.left)
        return columns > 1 or bisect_right(lines, area.bottom) > bisect_right(lines, area.top)

    def _counts(self, column: int) -> bool:
        """Whether a column holds a number that no percentage of a whole reaches."""
        if column not in self._counting:
            cells = (line.reads.get(column) for line in self.block.figures())
            self._counting[column] = any(found.value is not None and abs(found.value) > MOST_PERCENT for found in cells if found)
        return self._counting[column]

    def _nearest_unit(self, row: tuple[str, ...], near: tuple[str, ...]) -> str:
        """Unit of a cell from the nearest words that give one: column, spanner, row, unit of the table, title."""
        if row[:1] == (units.COUNT,) and near[:1] != ("%",):
            near = ()  # « Effectif » at the head of a row counts, whatever a spanner says of the others
        chain = (*near, *row, self.block.unit, self.title_unit)
        for position, unit in enumerate(chain):
            if unit == units.COUNT:
                return next((u for u in chain[position + 1 :] if u and u != units.COUNT and not units.is_relative(u)), unit)
            if unit:
                # a change between two percentages is in points, when the notes of the table say so
                return "points" if unit == "%" and self.in_points and position >= len(near) else unit
        return ""


def _says_a_change(path: Path) -> bool:
    """Whether labels say a change, and none of them its unit."""
    return Measure.of(texts(path)).change and not any(units.of_label(label.written) not in ("", units.COUNT) for label in path)


def in_doubt(cell: TidyCell, why: str) -> TidyCell:
    """A cell whose figure is not taken for granted; one that has none stays as it is."""
    return cell if cell.value is None or cell.status == "ambiguous" else replace(cell, status="ambiguous", marker=why)


def _doubted(cells: list[TidyCell], *, distinct: bool) -> list[TidyCell]:
    """Cells of a table; two figures with the same labels and unit are both in doubt, so are fractions under « % », and what adds
    to 100 without a word of shares. `distinct` says that no two rows, and no two columns, have the same labels."""
    seen = Counter((cell.rows, cell.columns, cell.unit) for cell in cells if cell.value is not None and not distinct)
    fractions, added, above = fractions_under_percent(cells), shares(cells), above_a_hundred(cells)
    if distinct and not (fractions or added or above):
        return cells
    found = []
    for cell in cells:
        if cell.value is not None and cell.status != "ambiguous":
            if seen[cell.rows, cell.columns, cell.unit] > 1:
                cell = replace(cell, status="ambiguous", marker="same labels twice")
            elif (cell.columns, cell.unit) in fractions:
                cell = replace(cell, status="ambiguous", marker="fraction or percentage")
            elif cell.cell in above:
                cell = replace(cell, status="ambiguous", marker=ABOVE)
            elif added.get(cell.cell):
                cell = replace(cell, unit=added[cell.cell])
            elif cell.cell in added:
                cell = replace(cell, status="ambiguous", marker=HUNDRED)
        found.append(cell)
    return found
