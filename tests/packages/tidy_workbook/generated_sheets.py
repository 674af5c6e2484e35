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


@dataclass(frozen=True)
class Tongue:
    """The words of one language."""

    places: tuple[str, ...]
    heads: tuple[str, ...]
    corners: tuple[str, ...]
    table: str
    title: str
    ages: str
    zone: str
    dont: str
    units: dict[str, tuple[str, ...]]
    """Unit as it is read → how a title ends, how brackets say it, how a lone cell does."""
    measures: tuple[tuple[str, str], ...]
    symbols: dict[str, str]
    notes: tuple[str, ...]
    legend: tuple[tuple[str, str], ...]
    """Signs and their meaning, as they stand in two cells below a table."""
    dont_alone: str
    unit_column: str


FRENCH = Tongue(
    ("Amont", "Aval", "Rive", "Crête", "Plaine", "Accès aux soins", "Retour volontaire", "Déclarations reçues", "Immigration", "Ateliers",
     "Autres communes", "Bourgs", "Rapports annuels", "Étang", "Lac", "Forêt", "Gare", "Port"),
    ("Femmes", "Hommes", "Aide", "Domicile", "Accueil", "Ménages", "Degré 1", "Degré 2"),
    ("Canton", "Type de commune", "", "Catégorie"),
    "Tableau", "Ateliers suivis", "Âge atteint dans l'année", "Zone", "dont",
    {"%": (", en %", " (en %)", "En %"), "milliers": (", en milliers", " (en milliers)", "(en milliers)"),
     "euros": (", en euros", " (en euros)", "En euros")},
    (("Effectif", ""), ("Part (en %)", "%"), ("Montant (en euros)", "euros"), ("Durée (en jours)", "jours"), ("Nombre", ""), ("En %", "%")),
    {"nd": "not_available", "ns": "not_significant", "s": "confidential", "///": "not_applicable", "-": "ambiguous"},
    ("Source : service inventé.", "Champ : ensemble de l'île.", "(1) Données au 31 décembre.", "(e) : estimation."),
    (("nd", "non disponible"), ("ns", "non significatif"), ("s", "secret statistique")),
    "dont :",
    "Unité",
)  # fmt: skip
ENGLISH = Tongue(
    ("North", "South", "Riverside", "Hill", "Plain", "Access to care", "Returns received", "Immigration", "Workshops", "Other towns",
     "Villages", "Annual reports", "Lake", "Forest", "Station", "Harbour", "Moor", "Coast"),
    ("Women", "Men", "Support", "Home", "Shelter", "Households", "Level 1", "Level 2"),
    ("Area", "Type of place", "", "Category"),
    "Table", "Workshops attended", "Age", "Zone", "of which",
    {"%": (", per cent", " (%)", "Per cent"), "thousands": (", thousands", " (thousands)", "Thousands"),
     "£ million": (", £ million", " (£ million)", "£ million")},
    (("Number", ""), ("Percentage", "%"), ("Share (%)", "%"), ("Spending (£ million)", "£ million"), ("Count", ""), ("%", "%")),
    {"..": "not_available", ":": "not_available", "c": "confidential", "-": "ambiguous", "[c]": "confidential", "[x]": "not_available",
     "[z]": "not_applicable", "[low]": "below_threshold"},
    ("Source: an invented office.", "Notes: figures as at 31 December.", "(1) Includes the islands.", "(e) Estimated."),
    (("..", "not available"), (":", "not available"), ("b", "break in series"), ("c", "confidential")),
    "of which:",
    "Unit of measure",
)  # fmt: skip


@dataclass(frozen=True)
class Truth:
    """What a cell is."""

    value: float | None
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    unit: str
    status: str


@dataclass(frozen=True)
class _Column:
    """A column of figures: its headers, outermost first, the unit that they give, the status that they give."""

    path: tuple[str, ...]
    status: str = "observed"
    unit: str | None = None
    of: str = ""
    """A difference or a change of the two columns before, the lower or the upper bound of the nearest one that is none."""


@dataclass(frozen=True)
class _Stub:
    """The label of a row: its cells (one a label column) with its indent, its path, whether it is a section; the rows that it adds."""

    cells: tuple[Value, ...]
    path: tuple[str, ...]
    indent: int = 0
    section: bool = False
    merged: int = 0
    bold: bool = False
    gap: bool = False
    status: str = "observed"
    unit: str | None = None
    sum_of: tuple[int, ...] = ()


@dataclass
class Sheet:
    """A sheet that is being composed, what its cells are, and the kinds that it is made of."""

    grid: Grid = field(default_factory=lambda: Grid("Feuille"))
    truth: dict[str, Truth] = field(default_factory=dict)
    kinds: list[str] = field(default_factory=list)
    tongue: Tongue = FRENCH
    note_unit: str = ""
    """A unit that a note below the table gives."""

    def put(
        self, row: int, column: int, value: Value, number_format: str = "General", indent: int = 0, bold: bool = False
    ) -> None:
        """Write a cell."""
        self.grid.cells[row, column] = Cell(row, column, value, number_format, bold, indent)

    def merge(self, top: int, left: int, bottom: int, right: int) -> None:
        """Merge an area."""
        if (top, left) != (bottom, right):
            self.grid.merges.append(Area(top, left, bottom, right))


def generate(draw: random.Random) -> Sheet:
    """A sheet of one or two tables."""
    sheet = Sheet(tongue=draw.choice((FRENCH, FRENCH, ENGLISH)))
    sheet.kinds.append("English" if sheet.tongue is ENGLISH else "French")
    row, title, unit = _above(draw, sheet)
    tables = 2 if title and not sheet.note_unit and draw.random() < 0.25 else 1
    for number in range(tables):
        if number:
            sheet.kinds.append("two tables")
            sheet.put(row + 1, 1, f"{sheet.tongue.table} 2 – {sheet.tongue.heads[2]} {sheet.tongue.places[3].lower()}")
            row, unit = row + 3, ""
        row = _table(draw, sheet, row, unit)
    _below(draw, sheet, row)
    return sheet


def _above(draw: random.Random, sheet: Sheet) -> tuple[int, bool, str]:
    """What stands above the first table: a title or a block of keys; the next row, whether it is numbered, the unit."""
    tongue = sheet.tongue
    if draw.random() < 0.35:
        style = draw.choice(("two", "two with colon", "one", "merged"))
        sheet.kinds.append(f"metadata {style}")
        unit = draw.choice(("", *tongue.units))
        if tongue is FRENCH:
            pairs = [("Titre", "Ateliers suivis"), ("Type de données", "données brutes"), ("Champ", "ensemble de l'île")]
            pairs += [("Source", "service inventé, déclarations")] + ([("Unité", unit)] if unit else [])
            extra = ("Niveau géographique", "canton")
        else:
            pairs = [("Title", "Workshops attended"), ("Time frequency", "Annual"), ("Coverage", "the whole island")]
            pairs += [("Source", "an invented office")] + ([("Unit of measure", unit)] if unit else [])
            extra = ("Last updated", "12 May 2023")
        if draw.random() < 0.5:
            pairs.insert(2, extra)
        for row, (key, value) in enumerate(pairs, start=1):
            colon = ":" if tongue is ENGLISH else " :"
            if style == "one":
                sheet.put(row, 1, f"{key}{colon} {value}")
                continue
            sheet.put(row, 1, key if style == "two" else f"{key}{colon}")
            sheet.put(row, 2, value)
            if style == "merged":
                sheet.merge(row, 2, row, 5)
        return len(pairs) + 2, False, unit
    where = draw.choice(("none", "title", "title brackets", "right", "left", "note"))
    unit = "" if where == "none" else draw.choice(tuple(tongue.units))
    ending, brackets, lone = tongue.units.get(unit, ("", "", ""))
    sheet.kinds.append(f"unit {where}")
    said = {"title": ending, "title brackets": brackets}.get(where, "")
    sheet.put(1, 1, f"{tongue.table} 1{draw.choice((' – ', ': ', '. '))}{tongue.title}{said}", bold=draw.random() < 0.5)
    sheet.note_unit = unit if where == "note" else ""
    if where in ("right", "left"):
        sheet.put(2, 1 if where == "left" else 4, lone if draw.random() < 0.5 else f"({lone.strip('()')})")
    return 3, True, unit


def _stubs(draw: random.Random, sheet: Sheet) -> tuple[tuple[str, ...], list[_Stub]]:
    """Corner cells and rows of a table."""
    tongue = sheet.tongue
    kind = draw.choice(
        (
            "flat",
            "flat",
            "total",
            "ages",
            "years",
            "codes",
            "sections",
            "bold sections",
            "tree",
            "dont",
            "groups",
            "outline",
            "flat dont",
            "dont section",
            "marked",
            "units",
            "shares below",
            "totals",
            "codes without a figure",
        )
    )
    sheet.kinds.append(f"stub {kind}")
    words = draw.sample(tongue.places, 9)
    size = draw.randint(3, 5)
    corner = (draw.choice(tongue.corners),)
    if kind == "ages":
        first = draw.randint(0, 60)
        return (tongue.ages,), [_Stub((first + n,), (str(first + n),)) for n in range(size + 1)]
    if kind == "years":
        first = draw.randint(2001, 2018)
        return (draw.choice(("Année", "")) if tongue is FRENCH else "Year",), [
            _Stub((first + n,), (str(first + n),)) for n in range(size + 1)
        ]
    if kind == "codes":
        return ("Code", "Canton"), [_Stub((f"{n + 1:02}", words[n]), (f"{n + 1:02}", words[n])) for n in range(size)]
    if kind.endswith("sections"):
        found = []
        for n in range(2):
            name = f"{tongue.zone} {words[n].lower()}"
            found.append(_Stub((name,), (), section=True, bold=kind == "bold sections"))
            found += [_Stub((w,), (name, w)) for w in words[2 + 3 * n : 5 + 3 * n]]
        return corner, found
    if kind == "tree":
        found = []
        for n in range(2):
            top, *parts = words[3 * n : 3 * n + 3]
            found.append(_Stub((top,), (top,), bold=draw.random() < 0.5))
            found += [_Stub((part,), (top, part), indent=1) for part in parts]
        return corner, found
    if kind == "dont":
        found = []
        for n in range(2):
            top, *parts = words[4 * n : 4 * n + 4]
            first_part = f"{tongue.dont}{' : ' if tongue is FRENCH else ': '}{parts[0].lower()}"
            found.append(_Stub((top,), (top,)))
            found.append(_Stub((first_part,), (top, first_part)))
            found += [_Stub((part.lower(),), (top, part.lower()), indent=2) for part in parts[1:]]
        return corner, found
    if kind == "flat dont":
        found = []
        for n in range(2):
            top, *parts = words[4 * n : 4 * n + 3]
            found.append(_Stub((top,), (top,)))
            found += [_Stub((said := f"{tongue.dont} {part.lower()}",), (top, said)) for part in parts]
        return corner, found
    if kind == "dont section":
        top, *parts = words[:3]
        found = [_Stub((top,), (top,)), _Stub((tongue.dont_alone,), (), section=True)]
        found += [_Stub((part,), (top, tongue.dont_alone, part), indent=1) for part in parts]
        return corner, [*found, _Stub((words[4],), (words[4],))]
    if kind == "marked":
        mark, status = draw.choice((("[p]", "provisional"), ("[r]", "revised"), ("(e)", "estimated"), ("[note 1]", "observed")))
        found = [_Stub((word,), (word,)) for word in words[:size]]
        return corner, [*found, _Stub((f"{words[size]} {mark}",), (words[size],), status=status)]
    if kind == "units":
        own = [("%", "%"), ("euros" if tongue is FRENCH else "months", "euros" if tongue is FRENCH else "months"), ("%", "%")]
        return (corner[0] or "Indicateur", tongue.unit_column), [
            _Stub((word, text), (word,), unit=unit) for word, (text, unit) in zip(words, own, strict=False)
        ]
    if kind == "shares below":
        rows = [(_Stub((word,), (word,)), _Stub(("%",), (word, "%"), unit="%")) for word in words[:3]]
        return corner, [stub for pair in rows for stub in pair]
    if kind == "totals":
        total = "Total" if tongue is FRENCH else "Grand total"
        found = []
        for n in range(2):
            name, first = f"{tongue.zone} {words[n].lower()}", len(found)
            found.append(_Stub((name,), (), section=True))
            found += [_Stub((w,), (name, w)) for w in words[2 + 2 * n : 4 + 2 * n]]
            found.append(_Stub((f"Total {words[n]}",), (name, f"Total {words[n]}"), sum_of=(first + 1, first + 2)))
        return corner, [*found, _Stub((total,), (total,), sum_of=(3, 7), gap=draw.random() < 0.5)]
    if kind == "codes without a figure":
        codes = ["01", "02", "2A", "2B", "971"][:size]
        return ("Code", "Canton"), [_Stub((code, word), (code, word)) for code, word in zip(codes, words, strict=False)]
    if kind in ("groups", "outline"):
        found = []
        for n in range(2):
            name = f"{'Groupe' if tongue is FRENCH else 'Group'} {n + 1}"
            for m, word in enumerate(words[3 * n : 3 * n + 3]):
                merged = 0 if m or kind == "outline" else 3
                found.append(_Stub((name if not m else "", word), (name, word), merged=merged))
        return (corner[0] or "Groupe", "Lieu"), found
    found = [_Stub((word,), (word,)) for word in words[:size]]
    if kind == "total":
        name = draw.choice(("Ensemble", "Total")) if tongue is FRENCH else "Total"
        found.append(_Stub((name,), (name,), bold=True, gap=draw.random() < 0.3))
    return corner, found


def _header(draw: random.Random, sheet: Sheet, row: int, left: int, corner: tuple[str, ...]) -> tuple[int, list[_Column], str]:
    """Header rows of a table; the next row, its columns, the unit that they all have."""
    tongue, unit, first = sheet.tongue, "", draw.randint(2001, 2018)
    kind = draw.choice(
        ("years", "years", "years marked", "years formatted", "words", "words noted", "spanners", "spanner years", "spanners unmerged",
         "years unmerged", "measures", "measures of years", "unit above", "unit row", "three levels", "change", "bounds")
    )  # fmt: skip
    sheet.kinds.append(f"header {kind}")
    size = draw.randint(3, 4)
    if kind == "unit above":
        unit = "euros" if tongue is FRENCH else "£ million"
        sheet.put(row, left + size - 1, "Dépense par membre (en euros)" if tongue is FRENCH else "Spending (£ million)")
        row += 1
    if kind.startswith("spanner") or kind in ("years unmerged", "measures of years"):
        lower: list[tuple[str, str | None]] = [(head, None) for head in draw.sample(tongue.heads, 2)]
        if kind == "measures of years":
            lower = list(draw.sample(tongue.measures, 2))
            while lower[0][1] == lower[1][1]:
                lower = list(draw.sample(tongue.measures, 2))
        last = draw.choice(("2023 (p)", "2023 (1)", 2023))
        spans: list[Value] = [2022, last] if "years" in kind else ["Ensemble A", "Ensemble B"]
        columns = []
        for n, span in enumerate(spans):
            sheet.put(row, left + 2 * n, span)
            if "unmerged" not in kind:
                sheet.merge(row, left + 2 * n, row, left + 2 * n + 1)
            for m, (head, own) in enumerate(lower):
                sheet.put(row + 1, left + 2 * n + m, head)
                columns.append(
                    _Column((str(span).split(" (")[0], head), "provisional" if span == "2023 (p)" else "observed", own)
                )
        for column, text in enumerate(corner, start=1):
            if text:
                low = "unmerged" in kind and draw.random() < 0.5
                sheet.put(row + low, column, text)
                if not low:
                    sheet.merge(row, column, row + 1, column)
        return row + 2, columns, unit
    if kind == "three levels":
        return _three_levels(sheet, row, left, corner, first)
    for column, text in enumerate(corner, start=1):
        if text:
            sheet.put(row, column, text)
    if kind in ("change", "bounds"):
        return row + 1, _compared(draw, sheet, row, left, first, kind), unit
    if kind == "measures":
        chosen = draw.sample(tongue.measures, size)
        for n, (head, _) in enumerate(chosen):
            sheet.put(row, left + n, head)
        return row + 1, [_Column((head,), unit=own) for head, own in chosen], unit
    as_text = draw.random() < 0.5
    words = draw.sample(tongue.heads, size)
    columns = []
    for n in range(size):
        year, status, shown = first + n, "observed", "General"
        value: Value = str(year) if as_text else year
        if kind == "years marked" and n == size - 1:
            value, status = f"{year} (p)", "provisional"
        if kind == "years formatted" and n == 1:
            value, shown = year, "#,##0"
        if kind in ("words", "words noted", "unit row"):
            value = words[n] if kind != "words noted" or n else f"{words[n]} (1)"
        sheet.put(row, left + n, value, shown)
        columns.append(_Column((words[n] if kind in ("words", "words noted", "unit row") else str(year),), status))
    if kind == "unit row":  # a line of units below the headers
        chosen = [
            draw.choice((("Effectif", ""), ("En %", "%"))) if tongue is FRENCH else draw.choice((("Number", ""), ("%", "%")))
            for _ in columns
        ]
        for n, (text, _) in enumerate(chosen):
            sheet.put(row + 1, left + n, text)
        columns = [_Column((*column.path, text), unit=own) for column, (text, own) in zip(columns, chosen, strict=True)]
        row += 1
    return row + 1, columns, unit


def _three_levels(
    sheet: Sheet, row: int, left: int, corner: tuple[str, ...], first: int
) -> tuple[int, list[_Column], str]:  # fmt: skip
    """Two spanners, each over counts of two years and their change in %."""
    count, change, percent = ("Effectifs", "Évolution", "(en %)") if sheet.tongue is FRENCH else ("Number", "Change", "(%)")
    columns: list[_Column] = []
    for n, span in enumerate(sheet.tongue.heads[:2]):
        at = left + 3 * n
        for column, text in ((0, span), (0, count), (2, change)):
            sheet.put(row + (text != span), at + column, text)
        sheet.merge(row, at, row, at + 2)
        sheet.merge(row + 1, at, row + 1, at + 1)
        for m, text in enumerate((first, first + 1, percent)):
            sheet.put(row + 2, at + m, text)
        columns += [_Column((span, count, str(first + m)), unit="") for m in range(2)]
        columns.append(_Column((span, change, percent), unit="%"))
    for column, text in enumerate(corner, start=1):
        if text:
            sheet.put(row, column, text)
            sheet.merge(row, column, row + 2, column)
    return row + 3, columns, ""


def _compared(draw: random.Random, sheet: Sheet, row: int, left: int, first: int, kind: str) -> list[_Column]:
    """Two years and their change without a unit, or a share and its bounds."""
    french = sheet.tongue is FRENCH
    if kind == "change":
        heads: list[Value] = [first, first + 1, "Évolution" if french else "Change"]
        of = draw.choice(("difference", "change"))
        columns = [
            _Column((str(head),), unit="%" if of == "change" and n == 2 else None, of=of if n == 2 else "")
            for n, head in enumerate(heads)
        ]
    else:
        heads = ["Part (en %)", "Borne inférieure", "Borne supérieure"] if french else ["Percentage", "Lower CI", "Upper CI"]
        columns = [_Column((str(head),), unit="%", of=("", "lower", "upper")[n]) for n, head in enumerate(heads)]
    for n, head in enumerate(heads):
        sheet.put(row, left + n, head)
    return columns


def _computed(of: str, values: list[float | None]) -> float | None:
    """Figure of a column that is about those before it; None when one of them is missing."""
    if of in ("lower", "upper"):
        found = next((value for value in values[:1]), None)
        return None if found is None else round(found * (0.9 if of == "lower" else 1.1), 1)
    one, other = values[0], values[1]
    if one is None or other is None or not one:
        return None
    return round(other - one, 1) if of == "difference" else round(100 * (other / one - 1), 1)


def _table(draw: random.Random, sheet: Sheet, row: int, unit: str) -> int:
    """Write a table from a row; the row after it."""
    corner, stubs = _stubs(draw, sheet)
    left = len(corner) + 1
    row, columns, own = _header(draw, sheet, row, left, corner)
    unit = own or unit
    computed = any(column.of for column in columns)
    flagged = draw.random() < 0.2 and len(columns) < 5 and all(column.unit is None for column in columns)
    letter = draw.choice(("(e)", "(e)", "e", "bp", "p headed"))
    flagged = flagged and not computed
    if flagged and letter == "p headed":
        letter = "p"
        sheet.put(row - 1, left + len(columns), draw.choice(("Statut", "Flag") if sheet.tongue is FRENCH else ("Flag", "Status")))
    if flagged:
        sheet.kinds.append("flags" if letter == "(e)" else "flags in letters")
    if flagged and letter == "(e)":
        sheet.merge(row - 1, left + len(columns) - 1, row - 1, left + len(columns))
    symbols = draw.random() < 0.3
    if symbols:
        sheet.kinds.append("symbols")
    shown = draw.choice(("General", "# ##0", "#,##0"))
    sums = [0.0] * len(columns)
    values: dict[int, list[float | None]] = {}
    for number, stub in enumerate(stubs):
        row += stub.gap
        for column, text in enumerate(stub.cells, start=1):
            if text != "":
                sheet.put(row, column, text, indent=stub.indent if column == len(stub.cells) else 0, bold=stub.bold)
                if stub.merged and column == 1:
                    sheet.merge(row, 1, row + stub.merged - 1, 1)
        figures = values.setdefault(number, [])
        for n, column in enumerate([] if stub.section else columns):
            said = unit if column.unit is None else column.unit
            said = stub.unit if stub.unit is not None and column.unit is None else said
            if column.unit == "" and unit not in ("", "%"):
                said = unit
            if column.of == "difference":
                said = "points" if said == "%" else said
            where = address(row, left + n)
            all_signs = stub.cells[0] == "2A" and len(columns) < 4
            if all_signs or (symbols and draw.random() < 0.15 and not stub.bold and not stub.sum_of):
                figures.append(None)
                symbol = draw.choice(tuple(sheet.tongue.symbols)) if not all_signs else next(iter(sheet.tongue.symbols))
                sheet.put(row, left + n, symbol)
                sheet.truth[where] = Truth(None, stub.path, column.path, said, sheet.tongue.symbols[symbol])
                continue
            value = round(draw.uniform(1, 15), 1) if said == "%" else draw.randint(11, 9999)
            if stub.bold and stub.path and len(stub.path) == 1 and number == len(stubs) - 1:
                value = round(sums[n], 1) if said == "%" else round(sums[n])
            if stub.sum_of and not column.of:
                value = round(sum(values[part][n] or 0 for part in stub.sum_of), 1)
            if column.of:
                if (found := _computed(column.of, figures)) is None:
                    figures.append(None)
                    sheet.truth[where] = Truth(None, stub.path, column.path, said, "blank")
                    continue
                value = found
            figures.append(value)
            sums[n] += value
            status, format_ = stub.status if stub.status != "observed" else column.status, "General" if said == "%" else shown
            if said == "%" and column.unit and n % 2 and draw.random() < 0.3:
                sheet.put(row, left + n, round(value / 100, 4), "0.0%")
            else:
                sheet.put(row, left + n, value, format_)
            if flagged and n == len(columns) - 1:
                flag = letter if number == len(stubs) - 1 else draw.choice((letter, 0, ""))
                if flag != "":
                    sheet.put(row, left + n + 1, flag)
                status = {"(e)": "estimated", "e": "estimated"}.get(letter, "provisional") if flag == letter else status
            sheet.truth[where] = Truth(value, stub.path, column.path, said, status)
        row += 1
    return row


def _below(draw: random.Random, sheet: Sheet, row: int) -> None:
    """Notes, and zeros that a formula left."""
    if draw.random() < 0.2:
        sheet.kinds.append("legend in two cells")
        for n, pair in enumerate(draw.sample(sheet.tongue.legend, 2), start=row + 1):
            sheet.put(n, 1, pair[0])
            sheet.put(n, 2, pair[1])
        row += 3
    if draw.random() < 0.15:
        sheet.kinds.append("numbered notes")
        sheet.put(row + 1, 1, "Footnotes:" if sheet.tongue is ENGLISH else "Notes")
        for n in (1, 2):
            sheet.put(row + 1 + n, 1, n)
            sheet.put(row + 1 + n, 2, f"{sheet.tongue.title} {sheet.tongue.heads[n].lower()}.")
        row += 4
    if sheet.note_unit:
        row += 1
        french = sheet.tongue is FRENCH
        said = f"Unité : {sheet.note_unit}. Champ : l'île." if french else f"Unit: {sheet.note_unit}. Source: an office."
        sheet.put(row, 1, said)
    for text in draw.sample(sheet.tongue.notes, 2):
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
    unit = cell.unit if truth.value is not None else truth.unit  # the unit of a missing number says nothing
    got = Truth(cell.value, cell.rows, cell.columns, unit, cell.status)
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
