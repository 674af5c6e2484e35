"""A sheet as lines: what each row holds, what was set apart first (navigation, notes, lone units), tables side by side."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise

from . import notes, units
from .grid import Cell, Grid, address
from .metadata import is_navigation, read_metadata
from .values import (
    Kind,
    Read,
    folded,
    is_sign,
    is_whole,
    is_yearish,
    meaning,
    read,
    split_marks,
    thousands_by_comma,
    without_commas,
)

_CAPTION = re.compile(
    r"\W*(?:tableau|tab\.|graphique|graph\.|figure|fig\.|carte|encadr[ée]|annexe|sch[ée]ma|table)\b[^:–—.|]{0,30}?(?:\d|[A-Z]\b)",
    re.IGNORECASE,
)
_CLASS = re.compile(r"moins de|inf", re.IGNORECASE)
"""« moins de 18 » heads a column of ages as often as it hides a small number."""
_LABELISH = re.compile(
    r"(?:ann[ée]es?|[âa]ges?|num[ée]ros?|n°|codes?|d[ée]p(?:artements?|\.)?s?|r[ée]gions?|territoires?|rang|mois|"
    r"pays|country|countries|states?|ans|"
    r"years?|months?|quarters?|time|time period|geo(?: \(labels?\)|[\\/]time)?|age groups?|areas?|regions?|"
    r"trimestres?|semaines?|dates?|jours?|p[ée]riodes?|"
    r"mill[ée]simes?|insee|id|x|ann[ée]e d['’]\w+|code .{0,20}|n° .{0,20}|num[ée]ro .{0,20}|ann[ée]e de .{0,30}|"
    r"[âa]ges? (?:x|r[ée]volus?|atteints?(?: .{0,30})?|exact|d[ée]taill[ée]|"
    r"en ann[ée]es.*|au .{0,30}|\(.{0,30}\))|d[ée]partements?/.{0,30})",
    re.IGNORECASE,
)


_TOTAL = re.compile(
    r"ensemble|(?:grand |overall |general )?total|tous|toutes|france entiere|france metro|overall\b|insgesamt|"
    r"all (?!other)\w+$|both sexes|united kingdom$|england and wales$"
)
_OR_MORE = re.compile(
    r"(\d{1,3})(?: \w+)? ?(?:\+|(?:ou|et) (?:plus|\+|au-delà)|(?:or|and) (?:more|over|above))(?: .{0,15})?", re.IGNORECASE
)
"""« 3 ou plus », « 85+ », « 5 or more »: the last of numbers that follow each other."""


@dataclass
class Line:
    """One row of a table's columns: its cells from left to right, and how each was read."""

    row: int
    cells: dict[int, Cell]
    reads: dict[int, Read]
    heads: bool = False
    _columns: dict[tuple[Kind, ...], list[int]] = field(default_factory=dict, repr=False)

    def columns(self, *kinds: Kind) -> list[int]:
        """Columns whose cell is of one of these kinds."""
        if kinds not in self._columns:
            self._columns[kinds] = [column for column, found in self.reads.items() if found.kind in kinds]
        return self._columns[kinds]

    @property
    def numbers(self) -> list[int]:
        """Columns with a number or a date."""
        return self.columns("number", "date")

    def drop(self, column: int) -> None:
        """Take a cell away."""
        del self.cells[column], self.reads[column]
        self._columns.clear()

    @property
    def is_text(self) -> bool:
        """No number nor date, and at most a few letters that could also be symbols (« x » at the head of ages)."""
        if self.heads:
            return True
        symbols = sum(not _CLASS.match(self.cells[column].text) for column in self.columns("symbol"))
        return not self.numbers and (not symbols or len(self.cells) == 1 or symbols * 2 < len(self.cells) - 1)

    @property
    def is_single(self) -> bool:
        """One cell only, which a title, a section or a stray year may be."""
        if len(self.cells) != 1:
            return False
        (column,) = self.cells
        return self.reads[column].kind in ("text", "symbol") or is_yearish(self.cells[column])

    @property
    def first(self) -> Cell:
        """Its leftmost cell."""
        return next(iter(self.cells.values()))

    @property
    def label(self) -> str:
        """Text of its leftmost cell when that is a text, else nothing."""
        cell = self.first
        return cell.text if self.reads[cell.column].kind == "text" else ""

    def all_yearish(self) -> bool:
        """Whether every number and date looks like a year or a date at the head of a column."""
        if not all(is_yearish(self.cells[column], formatted=True) for column in self.numbers):
            return False
        years = [is_yearish(self.cells[column]) for column in self.numbers]
        if not years or all(years):
            return bool(years)
        # years of a header may carry the number format of the figures below them: the others, and their order, tell
        most = len(years) > 2 and sum(years) * 2 >= len(years)
        return self.maybe_years() and (most or (self._names_rows() and len(years) > 1 and self._one_by_one()))

    def maybe_years(self) -> bool:
        """Whether every number may be a year, whatever its format, and they follow each other."""
        return bool(self.numbers) and self.in_order() and all(is_yearish(self.cells[c], formatted=True) for c in self.numbers)

    def _names_rows(self) -> bool:
        return not self.label or is_labelish(self.label)

    def _one_by_one(self) -> bool:
        steps = {int(after) - int(before) for before, after in pairwise(self.cells[c].text[:4] for c in self.numbers)}
        return steps in ({1}, {-1})

    def in_order(self) -> bool:
        """Whether its years or dates follow each other, up or down, the same under each spanner: 2021, 2022, 2021, 2022."""
        values = [self.cells[column].text for column in self.numbers]
        return any(_repeats(values, step) for step in (1, -1))

    def sequence(self) -> list[int]:
        """Its whole numbers when they follow each other (department numbers, ranks, ages), else nothing."""
        cells = [self.cells[column] for column in self.numbers]
        values = [int(re.sub(r"\D", "", cell.text) or 0) for cell in cells]
        last = _OR_MORE.fullmatch(next(reversed(self.cells.values())).text)
        if values and last and int(last[1]) == values[-1] + 1:
            values.append(int(last[1]))
        if len(values) < 3 or not all(is_whole(cell) for cell in cells):
            return []
        restarts = [0, *(n for n, (before, after) in enumerate(pairwise(values), start=1) if after <= before), len(values)]
        runs = [values[start:end] for start, end in pairwise(restarts)]
        steps = [after - before for before, after in pairwise(runs[0])]
        alike = all(run == runs[0] for run in runs) and len(steps) > 0
        return values if alike and steps.count(1) >= len(steps) * 0.8 else []


def _repeats(values: list[str], step: int) -> bool:
    """Whether values form one increasing (or, with -1, decreasing) run, or the same one again and again, parts hidden or not."""
    edges = [n for n, (before, after) in enumerate(pairwise(values), start=1) if ((after > before) - (after < before)) != step]
    runs = [set(values[start:end]) for start, end in pairwise([0, *edges, len(values)])]
    return any(all(run <= longest for run in runs) for longest in runs)


@dataclass
class Cleared:
    """A sheet without what is not a table: its lines, and what was set apart with the reason."""

    grid: Grid
    notes: list[tuple[int, str]] = field(default_factory=list)
    note_places: list[tuple[int, int]] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    unit: str = ""


def joined(cells: list[Cell]) -> str:
    """Texts of a row as one; a sign and its meaning in two cells become « nd : non disponible »."""
    if len(cells) == 2 and len(cells[0].text) <= 5 and not cells[0].text.rstrip(".)").isdigit():
        return f"{cells[0].text} : {cells[1].text}"
    return " ".join(cell.text for cell in cells)


def is_caption(text: str) -> bool:
    """Whether a text is the title of a numbered table or figure: « Tableau 2 : … », « Graphique 1 • … »."""
    return bool(_CAPTION.match(text)) and len(text) > 8


def is_total(text: str) -> bool:
    """Whether a label is that of a whole: « Ensemble », « Total France »."""
    return bool(_TOTAL.match(folded(text)))


def is_labelish(text: str) -> bool:
    """Whether a header names what its column's labels are (« Année », « Département », « Âge ») rather than a measure."""
    return bool(_LABELISH.fullmatch(split_marks(text)[0]))


def cleared(grid: Grid) -> Cleared:
    """Set apart navigation cells and notes that begin with a keyword; what is left is titles, tables and plain notes."""
    block = read_metadata(grid)
    bare = _plain_thousands(grid.without(block.places, (replace(cell, value=title) for cell, title in block.titles)))
    found = Cleared(_without_stray_zeros(bare))
    if found.grid is not bare:
        found.skipped += [(address(*place), "zero far below the table") for place in bare.cells if place not in found.grid.cells]
    found.skipped += [(address(*place), "key or value of the block above the table") for place in sorted(block.places)]
    found.unit = next((units.normal(unit) for unit in block.units), "")
    found.notes += block.notes
    grid = found.grid
    gone = []
    last = next((row for row in reversed(grid.rows) if _is_of_figures(grid.rows[row])), 0)
    for row, cells in grid.rows.items():
        words = [cell for cell in cells if isinstance(cell.value, str)]
        numbered = row > last and _is_numbered_note(cells)
        if numbered or (len(words) == len(cells) and _defines_a_sign(cells, row > last)):
            text = f"({cells[0].text.strip('(.)')}) {cells[1].text}" if numbered else joined(cells)
            found.notes.append((row, text))
            found.note_places += [cell.place for cell in cells]
            gone += [cell.place for cell in cells]
            continue
        for cell in words:
            away = is_navigation(cell)
            if not away and (not notes.has_keyword(str(cell.value)) or units.lone(cell.text)):
                continue
            numbers = [other.column for other in cells if read(other).kind in ("number", "symbol")]
            if away and not (_figures(cells) and cell.column < numbers[-1]) and not _is_head(cell, grid):
                found.skipped.append((cell.address, f"navigation: « {cell.text} »"))
            elif notes.has_keyword(str(cell.value)) and not units.lone(cell.text):
                if numbers and cell.column < numbers[0]:
                    continue  # the label of a row of figures
                found.notes.append((row, str(cell.value)))
                found.note_places.append(cell.place)
            else:
                continue
            gone.append(cell.place)
    found.grid = grid.without(gone)
    return found


def _figures(cells: list[Cell]) -> bool:
    """Whether a row holds a number, or a symbol in its place, that is no year."""
    return any(read(cell).kind in ("number", "symbol") and not is_yearish(cell) for cell in cells)


def _plain_thousands(grid: Grid) -> Grid:
    """A sheet whose « 1,512 » are numbers, where its other numbers typed as text say that a comma parts thousands."""
    words = [cell for cell in grid.cells.values() if isinstance(cell.value, str)]
    typed = [(cell, plain) for cell in words if (plain := without_commas(cell.text))]
    if not typed or not thousands_by_comma(cell.text for cell in words):
        return grid
    return grid.without((), (replace(cell, value=int(plain) if plain.isdigit() else plain) for cell, plain in typed))


def _defines_a_sign(cells: list[Cell], below: bool) -> bool:
    """Whether a row is a line of a legend in two cells, a sign and its meaning: any words below the last figures of a sheet."""
    if len(cells) != 2 or not all(isinstance(cell.value, str) for cell in cells) or not is_sign(cells[0].text):
        return False
    words = cells[1].text
    return len(words) > 3 and not is_sign(words) and (below or meaning(words) is not None)


def _is_of_figures(cells: list[Cell]) -> bool:
    """Whether a row holds a number that does not number the words at its right."""
    return any(read(cell).kind == "number" for cell in cells) and not _is_numbered_note(cells)


def _is_numbered_note(cells: list[Cell]) -> bool:
    """Whether a row is a note in two cells, its number and its words: « 1 | Counts are based on… »."""
    if len(cells) != 2 or not re.fullmatch(r"\(?\d{1,2}[).]?", cells[0].text):
        return False
    words = cells[1]
    return isinstance(words.value, str) and read(words).kind == "text" and len(words.text) > _NOTE


_NOTE = 12
"""Characters of the shortest words of a numbered note: shorter ones are the name of a row."""


def _without_stray_zeros(grid: Grid) -> Grid:
    """A sheet without the zeros that formulas left far below its last row: rows of nothing but zeros, after an empty row."""
    rows = list(grid.rows)
    stray: list[int] = []
    for row in reversed(rows):
        if not all(not isinstance(cell.value, str) and cell.value == 0 for cell in grid.rows[row]):
            break
        stray.append(row)
    if not stray or len(stray) == len(rows) or stray[-1] - rows[-len(stray) - 1] < 2:
        return grid
    return grid.without(cell.place for row in stray for cell in grid.rows[row])


def _is_head(cell: Cell, grid: Grid) -> bool:
    """Whether « Accueil », which leads nowhere, heads a column of figures: one stands below it, others beside it."""
    beside = len(grid.rows[cell.row])
    if cell.link or beside < 2:
        return False
    under = (grid.cells.get((row, cell.column)) for row in range(cell.row + 1, cell.row + (6 if beside > 2 else 3)))
    return any(below is not None and read(below).kind in ("number", "symbol") for below in under)


def lines_of(grid: Grid, groups: list[range]) -> list[list[Line]]:
    """Lines of each group of columns of a sheet, from top to bottom; rows without a cell there have no line."""
    found: list[list[Line]] = [[] for _ in groups]
    starts = [columns.start for columns in groups]
    for row, cells in grid.rows.items():
        for number, inside in groupby(cells, lambda cell: bisect_right(starts, cell.column)) if len(starts) > 1 else [(1, cells)]:
            own = {cell.column: cell for cell in inside}
            found[number - 1].append(Line(row, own, {column: read(cell) for column, cell in own.items()}))
    for lines in found:
        for line, after in pairwise(lines):  # « Oui | Non | NSP | NR » above figures: signs that are headers
            signs = line.columns("symbol")
            if signs and not line.numbers and len(line.cells) > 2 and all(line.cells[column].text.isalpha() for column in signs):
                words = [column for column in line.columns("text") if column != line.first.column]
                line.heads = bool(words) and len(set(after.numbers) & set(line.cells)) >= len(line.cells) - 1
    return found


def unit_of(line: Line, following: Line | None, grid: Grid) -> int | None:
    """Column of the lone cell of a line that gives the unit of the whole table, if there is one.

    « En % » at the right above the header is; « En % » among the headers, or one of several units side by side, is not.
    """
    if _above_last_year(line, following):
        return line.first.column
    if _at_the_right(line, following):
        return next(reversed(line.cells))
    lone = [column for column in line.columns("text") if units.lone(line.cells[column].text)]
    if len(lone) != 1:
        return None
    others = [column for column in line.cells if column != lone[0]]
    if not others:
        return lone[0]
    area = grid.merge(line.row, lone[0])
    if line.numbers or len(others) > 1 or (area and area.left != area.right and following is not None and not following.is_text):
        return None
    above_header = following is not None and lone[0] in following.cells and (following.is_text or following.all_yearish())
    return lone[0] if above_header and others[0] < lone[0] and units.of_label(line.cells[others[0]].text) == "" else None


_OF_ALL = re.compile(
    r"(?:numbers?|counts?|percentages?|per ?cent|effectifs?|nombres?|pourcentages?|rates?|"
    r"rates? per [\d, ]+.{0,30}|numbers? of .{0,40})",
    re.IGNORECASE,
)


def _at_the_right(line: Line, following: Line | None) -> bool:
    """« England and Wales |   |   | Numbers » above a full line of headers: its last cell is the unit of all of them."""
    if len(line.cells) != 2 or following is None or following.row != line.row + 1 or not line.is_text:
        return False
    place, unit = line.cells.values()
    heads = following.cells
    full = len(heads) > 2 and set(heads) >= set(range(min(heads), unit.column + 1)) and unit.column == max(heads)
    return (
        full
        and place.column == min(heads)
        and bool(_OF_ALL.fullmatch(unit.text))
        and (following.is_text or following.all_yearish())
    )


def _above_last_year(line: Line, following: Line | None) -> bool:
    """« Dépense par membre (en euros) » alone above the last of several years: the unit of all, not the head of one."""
    if len(line.cells) != 1 or following is None or not following.all_yearish() or len(following.numbers) < 2:
        return False
    gives = units.of_label(line.first.text) not in ("", units.COUNT)
    return line.is_text and gives and line.first.column == following.numbers[-1]
