"""Sheets composed at random from the kinds of layout that statistical offices use, with the truth of each cell.

`generate` draws one sheet from a source of random choices: hypothesis's, which shrinks what fails, or ``random.Random(seed)``.
By hand, on many seeds: ``python tests/packages/tidy_workbook/generated_sheets.py FIRST_SEED NUMBER`` prints how many cells are right, in doubt and
silently wrong, and the seeds to look at.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from dataclasses import dataclass, field

from tidy_workbook import TidyCell
from tidy_workbook.grid import Area, Cell, Grid, address
from tidy_workbook.tidy import tidy_sheet

Value = int | float | str
WORDS = (
    "Amont", "Aval", "Rive", "Crête", "Plaine", "Accès aux soins", "Retour volontaire", "Déclarations reçues", "Immigration", "Ateliers",
    "Autres communes", "Bourgs", "Rapports annuels", "Étang", "Lac", "Forêt", "Gare", "Port",
)  # fmt: skip
HEADS = ("Femmes", "Hommes", "Aide", "Domicile", "Accueil", "Ménages", "Degré 1", "Degré 2")
CORNERS = ("Canton", "Type de commune", "", "Catégorie")


@dataclass(frozen=True)
class Truth:
    """What a cell is."""

    value: float
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    unit: str
    status: str


@dataclass
class Sheet:
    """A sheet that is being composed, what its cells are, and the kinds that it is made of."""

    grid: Grid = field(default_factory=lambda: Grid("Feuille"))
    truth: dict[str, Truth] = field(default_factory=dict)
    kinds: list[str] = field(default_factory=list)

    def put(self, row: int, column: int, value: Value, number_format: str = "General", indent: int = 0) -> None:
        """Write a cell."""
        self.grid.cells[row, column] = Cell(row, column, value, number_format, False, indent)

    def merge(self, top: int, left: int, bottom: int, right: int) -> None:
        """Merge an area."""
        if (top, left) != (bottom, right):
            self.grid.merges.append(Area(top, left, bottom, right))


@dataclass(frozen=True)
class _Stub:
    """The label of a row: its cells (one a label column) with its indent, its path, whether it is a section."""

    cells: tuple[Value, ...]
    path: tuple[str, ...]
    indent: int = 0
    section: bool = False
    merged: int = 0


def generate(draw: random.Random) -> Sheet:
    """A sheet of one or two tables."""
    sheet = Sheet()
    row, title, unit = _above(draw, sheet)
    tables = 2 if title and draw.random() < 0.25 else 1
    for number in range(tables):
        if number:
            sheet.kinds.append("two tables")
            sheet.put(row + 1, 1, "Tableau 2 – Autres ateliers")
            row, unit = row + 3, ""
        row = _table(draw, sheet, row, unit)
    _below(draw, sheet, row)
    return sheet


def _above(draw: random.Random, sheet: Sheet) -> tuple[int, bool, str]:
    """What stands above the first table: a title or a block of keys; the next row, whether it is numbered, the unit."""
    if draw.random() < 0.35:
        style = draw.choice(("two", "two with colon", "one", "merged"))
        sheet.kinds.append(f"metadata {style}")
        unit = draw.choice(("", "%", "euros"))
        pairs = [("Titre", "Ateliers suivis"), ("Type de données", "données brutes"), ("Champ", "ensemble de l'île")]
        pairs += [("Source", "service inventé, déclarations")] + ([("Unité", unit)] if unit else [])
        if draw.random() < 0.5:
            pairs.insert(2, ("Niveau géographique", "canton"))
        for row, (key, value) in enumerate(pairs, start=1):
            if style == "one":
                sheet.put(row, 1, f"{key} : {value}")
                continue
            sheet.put(row, 1, key if style == "two" else f"{key} :")
            sheet.put(row, 2, value)
            if style == "merged":
                sheet.merge(row, 2, row, 5)
        return len(pairs) + 2, False, unit
    where = draw.choice(("none", "title", "title brackets", "right", "left"))
    unit = "" if where == "none" else draw.choice(("%", "milliers", "euros"))
    said = {"none": "", "title": f", en {unit}", "title brackets": f" (en {unit})"}.get(where, "")
    sheet.kinds.append(f"unit {where}")
    sheet.put(1, 1, f"Tableau 1 – Ateliers suivis{said}")
    if where in ("right", "left"):
        sheet.put(2, 1 if where == "left" else 4, f"En {unit}" if draw.random() < 0.5 else f"(en {unit})")
    return 3, True, unit


def _stubs(draw: random.Random, sheet: Sheet) -> tuple[tuple[str, ...], list[_Stub]]:
    """Corner cells and rows of a table."""
    kind = draw.choice(("flat", "flat", "ages", "codes", "sections", "dont", "groups"))
    sheet.kinds.append(f"stub {kind}")
    words = draw.sample(WORDS, 9)
    size = draw.randint(3, 5)
    if kind == "ages":
        first = draw.randint(0, 60)
        return ("Âge atteint dans l'année",), [_Stub((first + n,), (str(first + n),)) for n in range(size + 1)]
    if kind == "codes":
        return ("Code", "Canton"), [_Stub((f"{n + 1:02}", words[n]), (f"{n + 1:02}", words[n])) for n in range(size)]
    corner = (draw.choice(CORNERS),)
    if kind == "sections":
        found = []
        for n in range(2):
            found.append(_Stub((f"Zone {words[n]}",), (), section=True))
            found += [_Stub((w,), (f"Zone {words[n]}", w)) for w in words[2 + 3 * n : 5 + 3 * n]]
        return corner, found
    if kind == "dont":
        found = []
        for n in range(2):
            top, *parts = words[4 * n : 4 * n + 4]
            found.append(_Stub((top,), (top,)))
            found.append(_Stub((f"dont : {parts[0].lower()}",), (top, f"dont : {parts[0].lower()}")))
            found += [_Stub((part.lower(),), (top, part.lower()), indent=2) for part in parts[1:]]
        return corner, found
    if kind == "groups":
        found = []
        for n in range(2):
            for m, word in enumerate(words[3 * n : 3 * n + 3]):
                found.append(_Stub((f"Groupe {n + 1}" if not m else "", word), (f"Groupe {n + 1}", word), merged=0 if m else 3))
        return (corner[0] or "Groupe", "Lieu"), found
    return corner, [_Stub((word,), (word,)) for word in words[:size]]


def _header(
    draw: random.Random, sheet: Sheet, row: int, left: int, corner: tuple[str, ...]
) -> tuple[int, list[tuple[tuple[str, ...], str]], str]:
    """Header rows of a table; the next row, the path and status of each column, the unit that they give."""
    unit, first = "", draw.randint(2001, 2018)
    kind = draw.choice(("years", "years", "years marked", "years formatted", "words", "spanners", "spanner years", "unit above"))
    sheet.kinds.append(f"header {kind}")
    size = draw.randint(3, 4)
    paths: list[tuple[tuple[str, ...], str]] = []
    if kind == "unit above":
        unit = "euros"
        sheet.put(row, left + size - 1, "Dépense par membre (en euros)")
        row += 1
    if kind.startswith("spanner"):
        heads = draw.sample(HEADS, 2)
        last = draw.choice(("2023 (p)", "2023 (1)", 2023))
        spans: list[Value] = [2022, last] if kind == "spanner years" else ["Ensemble A", "Ensemble B"]
        for n, span in enumerate(spans):
            sheet.put(row, left + 2 * n, span)
            sheet.merge(row, left + 2 * n, row, left + 2 * n + 1)
            for m, head in enumerate(heads):
                sheet.put(row + 1, left + 2 * n + m, head)
                paths.append(((str(span).split(" (")[0], head), "provisional" if span == "2023 (p)" else "observed"))
        for column, text in enumerate(corner, start=1):
            if text:
                sheet.put(row, column, text)
                sheet.merge(row, column, row + 1, column)
        return row + 2, paths, unit
    for column, text in enumerate(corner, start=1):
        if text:
            sheet.put(row, column, text)
    as_text = draw.random() < 0.5
    words = draw.sample(HEADS, size)
    for n in range(size):
        year, status, shown = first + n, "observed", "General"
        value: Value = str(year) if as_text else year
        if kind == "years marked" and n == size - 1:
            value, status = f"{year} (p)", "provisional"
        if kind == "years formatted" and n == 1:
            value, shown = year, "#,##0"
        if kind == "words":
            value = words[n]
        sheet.put(row, left + n, value, shown)
        paths.append(((str(words[n] if kind == "words" else year),), status))
    return row + 1, paths, unit


def _table(draw: random.Random, sheet: Sheet, row: int, unit: str) -> int:
    """Write a table from a row; the row after it."""
    corner, stubs = _stubs(draw, sheet)
    left = len(corner) + 1
    row, paths, own = _header(draw, sheet, row, left, corner)
    unit = own or unit
    flagged = draw.random() < 0.2 and len(paths) < 5
    if flagged:
        sheet.kinds.append("flags")
        sheet.merge(row - 1, left + len(paths) - 1, row - 1, left + len(paths))
    shown = draw.choice(("General", "# ##0", "#,##0"))
    for number, stub in enumerate(stubs):
        for column, text in enumerate(stub.cells, start=1):
            if text != "":
                sheet.put(row, column, text, indent=stub.indent if column == len(stub.cells) else 0)
                if stub.merged and column == 1:
                    sheet.merge(row, 1, row + stub.merged - 1, 1)
        for n, (path, status) in enumerate([] if stub.section else paths):
            value = round(draw.uniform(1, 99), 1) if unit == "%" else draw.randint(11, 9999)
            sheet.put(row, left + n, value, "General" if unit == "%" else shown)
            last = n == len(paths) - 1
            if flagged and last:
                flag = "(e)" if number == len(stubs) - 1 else draw.choice(("(e)", 0, ""))
                if flag != "":
                    sheet.put(row, left + n + 1, flag)
                status = "estimated" if flag == "(e)" else status
            sheet.truth[address(row, left + n)] = Truth(value, stub.path, path, unit, status)
        row += 1
    return row


def _below(draw: random.Random, sheet: Sheet, row: int) -> None:
    """Notes, and zeros that a formula left."""
    notes = draw.sample(
        ("Source : service inventé.", "Champ : ensemble de l'île.", "(1) Données au 31 décembre.", "(e) : estimation."), 2
    )
    for text in notes:
        row += 1
        sheet.put(row, 1, text)
    if draw.random() < 0.15:
        sheet.kinds.append("stray zeros")
        for n in range(3):
            sheet.put(row + 20 + n, 4, 0)


def judge(sheet: Sheet) -> tuple[Counter[str], list[str]]:
    """Read a sheet: how many cells are right, in doubt, silently wrong, missing, or no data at all; and each that is not right."""
    cells, _ = tidy_sheet(sheet.grid, [])
    count: Counter[str] = Counter()
    said: list[str] = []
    emitted = {cell.cell: cell for cell in cells}
    for where, truth in sheet.truth.items():
        cell = emitted.pop(where, None)
        kind = "missing" if cell is None else _outcome(cell, truth)
        count[kind] += 1
        if kind != "right":
            said.append(f"{where}: {kind}: expected {truth}, got {_short(cell)}")
    for where, cell in emitted.items():
        kind = "in doubt, no data" if cell.status in ("ambiguous", "blank") else "no data, silently"
        count[kind] += 1
        said.append(f"{where}: {kind}: {_short(cell)}")
    return count, said


def _outcome(cell: TidyCell, truth: Truth) -> str:
    got = Truth(cell.value or 0.0, cell.rows, cell.columns, cell.unit, cell.status)
    if got == truth:
        return "right"
    return "in doubt" if cell.status == "ambiguous" else "silently wrong"


def _short(cell: TidyCell | None) -> str:
    return f"{cell.rows} | {cell.columns} = {cell.value} {cell.unit} [{cell.status} {cell.marker}]" if cell else "nothing"


def main(first: int, number: int) -> None:
    """Judge the sheets of some seeds."""
    total: Counter[str] = Counter()
    kinds: dict[str, Counter[str]] = {}
    seeds: dict[str, list[int]] = {}
    for seed in range(first, first + number):
        sheet = generate(random.Random(seed))
        count, _ = judge(sheet)
        total += count
        for outcome in count:
            if outcome != "right":
                kinds.setdefault(outcome, Counter()).update(sheet.kinds)
                seeds.setdefault(outcome, []).append(seed)
    cells = sum(total[kind] for kind in ("right", "in doubt", "silently wrong", "missing"))
    print(f"seeds {first} to {first + number - 1}: {cells} cells, {100 * total['right'] / cells:.2f} % right; {dict(total)}")
    for outcome, found in kinds.items():
        print(f"  {outcome}: seeds {seeds[outcome][:8]}; {found.most_common(6)}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
