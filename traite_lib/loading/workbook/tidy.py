"""Tables → tidy cells: value, unit, status, labels and notes of each body cell."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace

from . import notes, units
from .blocks import RawBlock, read_blocks
from .grid import Cell, Grid, letters
from .labels import Path, column_paths, row_paths, texts
from .lines import cleared
from .notes import Legend
from .reading import Block, SheetReport, Status, TidyCell
from .values import Read, folded, read

_EVOLUTION = re.compile(r"evolution|variation|croissance|glissement|accroissement|hausse|baisse|progression|indice|ratio|rapport|base 100|taux")
_DOCUMENTATION = re.compile(
    r"sommaire|lisez|lisez-?moi|lire|notice|presentation|methode|methodologie|definition|glossaire|documentation|contenu|contents|index|"
    r"a propos|avertissement|credits|readme|couverture|liste des|notes?$|sources?$|signes"
)


@dataclass(frozen=True)
class _Status:
    status: Status
    marker: str = ""


def is_documentation(grid: Grid) -> bool:
    """Whether a sheet explains or lists, and holds no table: a contents page, a « Lisez-moi », a page of method."""
    kinds = Counter(read(cell).kind for cell in grid.cells.values())
    named = bool(_DOCUMENTATION.search(folded(grid.name)))
    heads = sorted(grid.cells)[:3]
    named = named or any(_DOCUMENTATION.fullmatch(folded(grid.cells[place].text)) for place in heads)
    return kinds["number"] == 0 or (named and kinds["number"] <= kinds["text"])


def documentation_texts(grid: Grid) -> list[str]:
    """Texts of a sheet that explains the workbook: its legend of symbols is that of every sheet."""
    return [line.strip() for cell in grid.cells.values() if isinstance(cell.value, str) for line in cell.value.splitlines() if line.strip()]


def tidy_sheet(grid: Grid, workbook_notes: list[str]) -> tuple[list[TidyCell], SheetReport]:
    """Tidy cells of a sheet, and what was understood of it."""
    if not grid.visible:
        return [], SheetReport(grid.name, "hidden", skipped=(("", "hidden sheet: not read"),))
    hidden = tuple(grid.hidden) + tuple(("", repair) for repair in grid.repairs)
    if not grid.cells:
        return [], SheetReport(grid.name, "empty", skipped=hidden)
    if is_documentation(grid):
        contents = bool(re.search(r"sommaire|contents|index|liste", folded(grid.name + " " + grid.cells[min(grid.cells)].text)))
        lines = tuple(documentation_texts(grid))
        return [], SheetReport(grid.name, "contents" if contents else "documentation", skipped=hidden, notes=lines)
    clear = cleared(grid)
    blocks, loose, set_apart = read_blocks(clear)
    all_notes = [text.strip() for _, cell in [*clear.notes, *loose] for text in cell.splitlines() if text.strip()]
    legend = Legend(all_notes, workbook_notes)
    tables = [_Table(grid.name, number, block, clear.grid, legend) for number, block in enumerate(blocks, start=1)]
    cells = [cell for table in tables for cell in table.cells()]
    cells.sort(key=lambda cell: _order(cell.cell))
    emitted = {cell.cell for cell in cells}
    apart = {where for where, _ in set_apart}
    skipped = [*hidden, *clear.skipped, *set_apart, *_left_over(clear.grid, tables, emitted | apart, loose)]
    symbols: dict[str, tuple[str, str, str]] = {}
    for table in tables:
        symbols.update(table.decided)
    report = SheetReport(
        grid.name, "data", tuple(table.summary() for table in tables), tuple(skipped), tuple(symbols.values()), tuple(all_notes)
    )
    return cells, report


def _order(address: str) -> tuple[int, int, str]:
    column = address.rstrip("0123456789")
    return int(address[len(column) :]), len(column), column


def _left_over(grid: Grid, tables: list[_Table], emitted: set[str], loose: list[tuple[int, str]]) -> list[tuple[str, str]]:
    """Numbers and symbols that are in no table, and texts in the body of one: said, never dropped in silence."""
    known = emitted | {address for table in tables for address in table.explained}
    rows = {row for row, _ in loose}
    found = []
    for cell in grid.cells.values():
        if cell.address in known:
            continue
        kind = read(cell).kind
        inside = any(table.block.top <= cell.row <= table.block.bottom for table in tables)
        if kind == "number" or (inside and cell.row not in rows and kind != "text"):
            found.append((cell.address, f"{kind} outside every table: « {cell.text[:40]} »"))
        elif inside and cell.row not in rows:
            found.append((cell.address, f"text beside the table: « {cell.text[:60]} »"))
    return found


class _Table:
    """One table with the words around it, ready to give its cells."""

    def __init__(self, sheet: str, number: int, block: RawBlock, grid: Grid, legend: Legend) -> None:
        self.sheet, self.name, self.block, self.grid, self.legend = sheet, str(number), block, grid, legend
        self.title = " – ".join(block.titles)
        self.columns = column_paths(block, grid)
        self.rows = list(row_paths(block, grid))
        self.decided: dict[str, tuple[str, str, str]] = {}
        self.title_unit = next((u for title in reversed(block.titles) if (u := units.of_title(title))), "")
        self.words = {kind: notes.words(block.notes, kind) for kind in ("population", "source", "reading")}  # type: ignore[arg-type]
        self.note = notes.words(block.notes, "note")
        self.explained = self._explained()

    def _explained(self) -> set[str]:
        """Addresses of the cells that gave labels, headers or flags."""
        block = self.block
        found = {cell.address for line in block.header for cell in line.cells.values()}
        for row in block.body:
            for column, cell in row.line.cells.items():
                if column in block.labels or column in block.flags or row.kind == "section":
                    found.add(cell.address)
        return found

    def summary(self) -> Block:
        """What is said of the table by `traite inspect`."""
        block = self.block
        right = max([*block.data, *block.labels])
        left = min([*block.labels, *block.data])
        return Block(
            self.name, f"{letters(left)}{block.top}:{letters(right)}{block.bottom}", self.title,
            tuple(line.row for line in block.header), tuple(map(letters, block.labels)), tuple(map(letters, block.data)),
        )  # fmt: skip

    def cells(self) -> list[TidyCell]:
        """A tidy cell for each cell of the body."""
        found: list[TidyCell] = []
        flags: dict[int, dict[int, tuple[str, ...]]] = {}
        for row, path in self.rows:
            for column, target in self.block.flags.items():
                if cell := row.line.cells.get(column):
                    mark = cell.text if cell.text.startswith(("(", "*")) else f"({cell.text})"
                    flags.setdefault(row.line.row, {}).setdefault(target, ())
                    flags[row.line.row][target] += (mark,)
            found += [
                tidy
                for column in self.block.data
                if (tidy := self._cell(row.line.row, column, path, flags.get(row.line.row, {}).get(column, ())))
            ]
        return _doubted(found)

    def _cell(self, row: int, column: int, path: Path, flags: tuple[str, ...]) -> TidyCell | None:
        cell = self.grid.cells.get((row, column))
        if cell is None and self.grid.merge(row, column):
            return None  # the anchor of the merged area has been given
        heads = self.columns[column]
        found = read(cell) if cell else Read("text")
        unit = found.unit or self._unit(path, heads)
        value, decided = self._status(cell, found, path, heads, flags)
        tidy = TidyCell(
            self.sheet, f"{letters(column)}{row}", self.name, self.title, texts(path), texts(heads), value,
            "" if unit == units.COUNT else unit, decided.status, decided.marker,
            self.words["population"], self.words["source"], self.words["reading"], self._note(path, heads, found),
        )  # fmt: skip
        if value is not None and tidy.status == "observed":
            return self._checked(tidy, bool(path) or not self.block.labels, bool(heads))
        return tidy

    # -- status -----------------------------------------------------------------------------------------------------
    def _status(
        self, cell: Cell | None, found: Read, path: Path, heads: Path, flags: tuple[str, ...]
    ) -> tuple[float | None, _Status]:
        """Value and status of a cell: its own sign first, then the flag beside it, its row, its column, the title."""
        if cell is None:
            return None, _Status("blank")
        if cell.error:
            return None, _Status("error", cell.text)
        if found.doubt:
            return None, _Status("ambiguous", cell.text)
        if found.kind == "symbol":
            if re.match(r"<|≤|moins|inf", found.symbol, re.IGNORECASE):
                return None, _Status("below_threshold", found.symbol)
            status, how = self.legend.symbol(found.symbol)
            self.decided[found.symbol] = (found.symbol, status, how)
            return (0.0 if status == "observed" else None), _Status(status, found.symbol)
        if found.value is None:
            self.decided[cell.text] = (cell.text, "ambiguous", "words or a date where a number was expected")
            return None, _Status("ambiguous", cell.text)
        signs = [*found.marks, *flags, *(m for label in reversed(path) for m in label.marks), *(m for h in reversed(heads) for m in h.marks)]
        for sign in signs:
            if decision := self.legend.mark(sign):
                self.decided[sign] = (sign, *decision)
                return found.value, _Status(decision[0], sign)
        if re.search(r"donnees? (?:semi-)?(?:provisoires?|definitives? provisoires?)|chiffres? provisoires?", folded(self.title)):
            return found.value, _Status("provisional", "title")
        return found.value, _Status("observed", " ".join(found.marks))

    def _checked(self, tidy: TidyCell, has_row: bool, has_column: bool) -> TidyCell:
        """A number that nothing names, or that its unit cannot hold, is not taken for granted."""
        if not has_row or (not has_column and not self.block.labels):
            return replace(tidy, status="ambiguous", marker="no label")
        words = folded(" ".join([tidy.title, *tidy.rows, *tidy.columns]))
        if tidy.unit == "%" and tidy.value is not None and abs(tidy.value) > 100.5 and not _EVOLUTION.search(words):
            return replace(tidy, status="ambiguous", marker="more than 100 %")
        return tidy

    # -- unit -------------------------------------------------------------------------------------------------------
    def _unit(self, path: Path, heads: Path) -> str:
        """Unit of a cell from the nearest words that give one: column, spanner, row, unit of the table, title."""
        near = [units.of_label(label.written) for label in reversed(heads)]
        row = [units.of_label(label.written) for label in reversed(path)]
        if row and units.COUNT in row[:1] and "%" not in near[:1]:
            near = []  # « Effectif » at the head of a row counts, whatever a spanner says of the others
        chain = [*near, *row, self.block.unit, self.title_unit]
        for position, unit in enumerate(chain):
            if unit == units.COUNT:
                return next((u for u in chain[position + 1 :] if u and u != units.COUNT and not units.is_relative(u)), unit)
            if unit:
                return self._points(unit, position >= len(near))
        return ""

    def _points(self, unit: str, far: bool) -> str:
        """A change between two percentages is in points, when the notes of the table say so."""
        moved = re.match(r"\W*(?:tableau|graphique|figure)?[\s\w]{0,6}\W*evolution", folded(self.title))
        return "points" if unit == "%" and far and moved and re.search(r"\bde -?\d+(?:,\d+)? points?\b", folded(self.words["reading"])) else unit

    def _note(self, path: Path, heads: Path, found: Read) -> str:
        """Footnotes of the signs of a cell and of its labels, then the notes of the table."""
        signs = [*found.marks, *(m for label in (*path, *heads) for m in label.marks)]
        own = [f"{sign} {words}" for sign in dict.fromkeys(signs) if (words := self.legend.footnote(sign))]
        return " ".join([*own, self.note]).strip()


def _doubted(cells: list[TidyCell]) -> list[TidyCell]:
    """Cells of a table; two figures with the same labels and unit are both in doubt, fractions under « % » too."""
    seen = Counter((cell.rows, cell.columns, cell.unit) for cell in cells if cell.value is not None)
    fractions = _maybe_fractions(cells)
    return [
        replace(cell, status="ambiguous", marker="same labels twice")
        if cell.value is not None and seen[cell.rows, cell.columns, cell.unit] > 1
        else replace(cell, status="ambiguous", marker="fraction or percentage")
        if cell.value is not None and (cell.columns, cell.unit) in fractions
        else cell
        for cell in cells
    ]


def _maybe_fractions(cells: list[TidyCell]) -> set[tuple[tuple[str, ...], str]]:
    """Columns said to be in % by words only, where all numbers lie in 0-1 and one is exactly 1, or they add to 1."""
    found = set()
    columns: dict[tuple[tuple[str, ...], str], list[float]] = {}
    for cell in cells:
        if cell.unit == "%" and cell.value is not None:
            columns.setdefault((cell.columns, cell.unit), []).append(cell.value)
    for key, values in columns.items():
        small = len(values) > 1 and all(0 <= value <= 1 for value in values) and any(0 < value < 1 for value in values)
        if small and (1.0 in values or abs(sum(values) - 1) < 0.011):
            found.add(key)
    return found
