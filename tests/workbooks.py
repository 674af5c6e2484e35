"""Workbooks « in the manner of » official ones, for two years and in three layouts, small enough to be checked by hand.

The published numbers of 2021 and 2022 are the real ones (``data/published``); every other number is invented so that parts add
up, and the workbook says so in a note on each sheet. Layout A has one figure a sheet; B several tables a sheet, with section
rows, fractions formatted as percentages; C both years side by side, with numbers typed as text. All say the same things.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

NAME = "Donnees_Enquete_Traite_des_etres_humains.xlsx"
INVENTED = "Classeur d’exemple : les nombres qui ne figurent pas dans les publications citées sont inventés."
SOURCE = "Miprof et SSMSI, enquête auprès des associations."
IN_FRANCE = "victimes accompagnées par les associations répondantes en {years}, exploitées au moins en partie en France"
LAYOUTS = ("A", "B", "C")

Number = int | float | str
"""A number, « < 1 » or « s » (confidential)."""


@dataclass(frozen=True)
class Figure:
    """One figure of one year: rows (label, code, number, share), total first or last, perhaps once for each group."""

    title: str
    champ: str
    variable: str
    population: str
    groups: tuple[tuple[str, str, tuple[tuple[str, str, Number, Number | None], ...]], ...]
    sub: dict[str, str] = field(default_factory=dict)
    by: str = ""
    unmatched: bool = False

    @property
    def shares(self) -> bool:
        return self.groups[0][2][0][3] is not None


def simple(
    title: str, champ: str, variable: str, rows: Sequence[tuple[str, str, Number, Number | None]], **more: object
) -> Figure:
    """A figure with one group; the population is the one that the edition computes its shares on unless said."""
    options = {"population": "accompanied_in_france"} | more
    return Figure(title, champ, variable, groups=(("", "_T", tuple(rows)),), **options)  # type: ignore[arg-type]


TOTAL = ("Ensemble", "_T")
FORMS = (
    ("Exploitation sexuelle", "sexual"), ("Exploitation par le travail", "labour"),
    ("Contrainte à commettre des délits", "criminality"), ("Mendicité forcée", "begging"),
    ("Autres formes d’exploitation", "other"),
)  # fmt: skip
SEXES = (("Femmes", "women"), ("Hommes", "men"), ("Personnes trans", "trans"))
PEOPLE = (
    ("Associations invitées à répondre", "associations_invited"), ("Associations répondantes", "associations"),
    ("Victimes repérées", "identified"), ("Victimes accompagnées", "accompanied"),
    ("dont exploitées au moins en partie en France", "accompanied_in_france"),
    ("dont exploitées uniquement à l’étranger", "accompanied_abroad_only"),
)  # fmt: skip
REGIONS = (
    ("Afrique", "africa"),
    ("Europe", "europe"),
    ("Amérique latine et Caraïbes", "latin_america_caribbean"),
    ("Asie", "asia"),
)
NATIONS = (("Nigeria", "NGA"), ("France", "FRA"), ("Brésil", "BRA"), ("Roumanie", "ROU"), ("Chine", "CHN"))
NATIONS += (("Autres nationalités", "other_nationalities"),)
AGES = (("Majeures", "adult"), ("Mineures", "minor"), ("dont 15 à 17 ans", "15_to_17"))

DATA: dict[int, dict[str, list[Number]]] = {
    2021: {
        "people": [80, 44, 4868, 2872, 2637, 235],
        "form": [1951, 475, 158, 27, 26, 2637], "form%": [74, 18, 6, 1, 1, 100],
        "sex": [2110, 442, 85, 2637], "sex%": [80, 17, 3, 100],
        "sex sexual": [1815, 58, 78, 1951], "sex sexual%": [93, 3, 4, 100],
        "sex labour": [218, 252, 5, 475], "sex labour%": [46, 53, 1, 100],
        "sex criminality": [44, 112, 2, 158], "sex criminality%": [28, 71, 1, 100],
        "sex begging": [15, 12, 0, 27], "sex begging%": [56, 44, 0, 100],
        "sex other": [18, 8, 0, 26], "sex other%": [69, 31, 0, 100],
        "age": [2276, 281, 205, 2557], "age%": [89, 11, 8, 100],
        "sex minor": [197, 84, 281], "sex minor%": [70, 30, 100],
        "alone": [90, 281], "alone%": [32, 100],
        "region": [1951, 264, 343, 79, 2637], "region%": [74, 10, 13, 3, 100],
        "nation": [923, 105, 158, 132, 53, 1266, 2637], "nation%": [35, 4, 6, 5, 2, 48, 100],
        "complaint": [612, 1800], "complaint%": [34, 100],
        "housing": [990, 360, 1800], "housing%": [55, 20, 100],
        "recruited": [700, 1100, 1800],
    },
    2022: {
        "people": [82, 72, 4363, 2994, 2675, 319],
        "form": [2033, 401, 195, 43, 3, 2675], "form%": [76, 15, 7, 2, "< 1", 100],
        "sex": [2194, 433, 48, 2675], "sex%": [82, 16, 2, 100],
        "sex sexual": [1911, 81, 41, 2033], "sex sexual%": [94, 4, 2, 100],
        "sex labour": [212, 185, 4, 401], "sex labour%": [53, 46, 1, 100],
        "sex criminality": [43, 150, 2, 195], "sex criminality%": [22, 77, 1, 100],
        "sex begging": [26, 16, 1, 43], "sex begging%": [60, 37, 2, 100],
        "sex other": ["s", "s", "s", 3], "sex other%": ["s", "s", "s", 100],
        "age": [2147, 409, 300, 2556], "age%": [84, 16, 12, 100],
        "sex minor": [270, 139, 409], "sex minor%": [66, 34, 100],
        "alone": [148, 409], "alone%": [36, 100],
        "region": [1873, 455, 267, 80, 2675], "region%": [70, 17, 10, 3, 100],
        "nation": [803, 294, 134, 107, 54, 1283, 2675], "nation%": [30, 11, 5, 4, 2, 48, 100],
        "complaint": [780, 2000], "complaint%": [39, 100],
        "housing": [1160, 420, 2000], "housing%": [58, 21, 100],
        "recruited": [800, 1200, 2000],
    },
}  # fmt: skip
"""Numbers and shares (name ending with %), the total last. Published and real: people (but 80 invited in 2021), forms, in 2022
women 82 and 94 %, adults 84 %, 409 minors, girls and boys, 148 minors alone (36 %), Europe, Latin America, France, Brazil,
complaints; in 2022 195 victims of forced criminality. The rest is invented."""

PUBLISHED_2022 = [
    ("total", "_T", {}, "identified", "count", 4363), ("total", "_T", {}, "accompanied", "count", 2994),
    ("total", "_T", {}, "accompanied_in_france", "count", 2675), ("total", "_T", {}, "accompanied_abroad_only", "count", 319),
    ("total", "_T", {}, "associations", "count", 72), ("total", "_T", {}, "associations_invited", "count", 82),
    ("form", "sexual", {}, "", "percent", 76), ("form", "labour", {}, "", "percent", 15), ("form", "criminality", {}, "", "percent", 7),
    ("form", "begging", {}, "", "percent", 2), ("form", "other", {}, "", "percent", 1), ("form", "criminality", {}, "", "count", 195),
    ("sex", "women", {}, "", "percent", 82), ("sex", "women", {"form": "sexual"}, "", "percent", 94),
    ("age", "adult", {}, "", "percent", 84), ("age", "minor", {}, "", "percent", 16), ("age", "minor", {}, "", "count", 409),
    ("sex", "women", {"age": "minor"}, "", "percent", 66), ("sex", "men", {"age": "minor"}, "", "percent", 34),
    ("unaccompanied", "yes", {"age": "minor"}, "", "percent", 36), ("unaccompanied", "yes", {"age": "minor"}, "", "count", 148),
    ("region", "europe", {}, "", "percent", 17), ("region", "latin_america_caribbean", {}, "", "percent", 10),
    ("nationality", "FRA", {}, "", "percent", 11), ("nationality", "BRA", {}, "", "percent", 5), ("complaint", "filed", {}, "", "percent", 39),
]  # fmt: skip
"""Known published figures of 2022: variable, category, sub-population, population (empty: that of the shares), unit, value."""


def _rows(year: int, name: str, labels: Sequence[tuple[str, str]]) -> tuple[tuple[str, str, Number, Number | None], ...]:
    numbers, shares = DATA[year][name], DATA[year].get(f"{name}%", [None] * len(DATA[year][name]))
    return tuple((label, code, n, s) for (label, code), n, s in zip(labels, numbers, shares, strict=True))


def figures(year: int) -> list[Figure]:
    """All figures of a year, in the order of the publication."""
    by_form = tuple((label, code, _rows(year, f"sex {code}", (*SEXES, TOTAL))) for label, code in FORMS)
    minors = IN_FRANCE.replace("victimes accompagnées", "victimes mineures accompagnées")
    asked = f"{IN_FRANCE}, ayant répondu à la question"
    girls = (("Filles", "women"), ("Garçons", "men"), TOTAL)
    return [
        simple(
            "Associations répondantes, victimes repérées et victimes accompagnées",
            "victimes repérées ou accompagnées par les associations répondantes en {years}", "total", _rows(year, "people", PEOPLE),
        ),
        simple("Répartition des victimes selon la forme d’exploitation", IN_FRANCE, "form", _rows(year, "form", (*FORMS, TOTAL))),
        simple("Répartition des victimes par sexe", IN_FRANCE, "sex", _rows(year, "sex", (*SEXES, TOTAL))),
        Figure("Sexe des victimes selon la forme d’exploitation", IN_FRANCE, "sex", "accompanied_in_france", by_form, by="form"),
        simple("Répartition des victimes par âge", f"{IN_FRANCE}, dont l’âge est connu", "age", _rows(year, "age", (*AGES, TOTAL))),
        simple("Sexe des victimes mineures", minors, "sex", _rows(year, "sex minor", girls), sub={"age": "minor"}),
        simple(
            "Mineurs non accompagnés parmi les victimes mineures", minors, "unaccompanied",
            _rows(year, "alone", (("Mineurs non accompagnés", "yes"), TOTAL)), sub={"age": "minor"},
        ),
        simple("Répartition des victimes par région d’origine", IN_FRANCE, "region", _rows(year, "region", (*REGIONS, TOTAL))),
        simple("Nationalité des victimes", IN_FRANCE, "nationality", _rows(year, "nation", (*NATIONS, TOTAL))),
        simple(
            "Dépôt de plainte des victimes", asked, "complaint",
            _rows(year, "complaint", (("Dépôt de plainte", "filed"), TOTAL)),
        ),
        simple(
            "Hébergement pendant l’exploitation", asked, "housing",
            _rows(year, "housing", (("Hébergées par leur exploiteur", "by_exploiter"), ("Hébergées chez leur exploiteur", "at_exploiter_home"), TOTAL)),
        ),
        simple(
            "Mode de recrutement des victimes", asked, "", unmatched=True,
            rows=_rows(year, "recruited", (("Par une annonce", ""), ("Par une connaissance", ""), TOTAL)),
        ),
    ]  # fmt: skip


def statements(year: int) -> Iterator[tuple[tuple[object, ...], float | None, str, str, int | None]]:
    """What a workbook of a year says, coded by hand: key, value, bound, status, base. Totals of shares are no statement."""
    for figure in figures(year):
        for _, group, rows in () if figure.unmatched else figure.groups:
            base = next((n for _, code, n, _ in rows if code == "_T" and isinstance(n, int)), None)
            for _, code, *values in rows:
                for unit, value in zip(("count", "percent"), values, strict=True):
                    if value is None or (code == "_T" and unit == "percent"):
                        continue
                    sub = dict.fromkeys(("form", "sex", "age", "origin", "offence", "territory"), "_T") | figure.sub
                    if figure.by:
                        sub[figure.by] = group
                    population, category = (code, "_T") if figure.variable == "total" else (figure.population, code)
                    key = (str(year), population, *sub.values(), figure.variable, category, unit)
                    bound = "<" if value == "< 1" else ""
                    known = None if value == "s" else 1.0 if bound else float(value)
                    yield key, known, bound, "Q" if value == "s" else "A", base if unit == "percent" else None


# -- writing -----------------------------------------------------------------------------------------------------------
def write(path: Path, layout: str, year: int) -> Path:
    """Write the workbook of a year in a layout; C also holds the year before."""
    if layout == "C" and year - 1 not in DATA:
        raise ValueError(f"layout C needs the figures of {year - 1}")
    book = Workbook()
    book.remove(book.active)
    if layout == "B-untitled":  # no title above the first table's
        _several_tables_a_sheet(book, year, titled=False)
    else:
        {"A": _one_figure_a_sheet, "B": _several_tables_a_sheet, "C": _years_side_by_side}[layout](book, year)
    book.properties.creator = "traite, tests"
    book.save(path)
    return path


def _title(sheet: Worksheet, row: int, text: str) -> None:
    sheet.cell(row, 1, text).font = Font(bold=True, size=12)


def _header(sheet: Worksheet, row: int, texts: Sequence[str], first: int = 2) -> None:
    for column, text in enumerate(texts, start=first):
        sheet.cell(row, column, text).font = Font(bold=True)


def _label(sheet: Worksheet, row: int, text: str, column: int = 1) -> None:
    cell = sheet.cell(row, column, text)
    cell.alignment = Alignment(indent=1 if text.startswith("dont ") else 0)
    cell.font = Font(bold=text == "Ensemble")


def _notes(sheet: Worksheet, row: int, champ: str, years: str, secret: bool = False) -> int:
    lines = [f"Champ : {champ.format(years=years)}.", f"Source : {SOURCE}", f"Note : {INVENTED}"]
    lines += ["s : secret statistique."] if secret else []
    for number, line in enumerate(lines):
        sheet.cell(row + number, 1, line).font = Font(size=8)
    return row + len(lines)


def _secret(*figures: Figure) -> bool:
    return any("s" in row for figure in figures for _, _, rows in figure.groups for row in rows)


def _one_figure_a_sheet(book: Workbook, year: int) -> None:
    """A: a title, a header (two levels where a figure has groups), whole percentages under « Part (en %) », notes below."""
    for number, figure in enumerate(figures(year), start=1):
        sheet = book.create_sheet(f"Figure {number}")
        _title(sheet, 1, f"Figure {number} – {figure.title} en {year}")
        heads, row = ["Nombre", "Part (en %)"] if figure.shares else ["Nombre"], 3
        if figure.by:
            for place, (label, *_) in enumerate(figure.groups):
                _header(sheet, row, [label], 2 + 2 * place)
                sheet.merge_cells(start_row=row, end_row=row, start_column=2 + 2 * place, end_column=3 + 2 * place)
            row += 1
        _header(sheet, row, heads * len(figure.groups))
        for line, (label, *_) in enumerate(figure.groups[0][2], start=row + 1):
            _label(sheet, line, label)
            for place, (_, _, rows) in enumerate(figure.groups):
                for offset, value in enumerate(v for v in rows[line - row - 1][2:] if v is not None):
                    sheet.cell(line, 2 + len(heads) * place + offset, value)
        _notes(sheet, row + len(figure.groups[0][2]) + 2, figure.champ, str(year), _secret(figure))


def _several_tables_a_sheet(book: Workbook, year: int, titled: bool = True) -> None:
    """B: tables by theme one below the other; groups are section rows; shares are fractions shown as percentages."""
    every = figures(year)
    themes = {"Participation": every[:1], "Profil": every[1:7], "Origines": every[7:9], "Situation": every[9:]}
    for name, chosen in themes.items():
        sheet, row = book.create_sheet(name), 1
        if titled:
            _title(sheet, row, f"{name} des victimes en {year}")
            row += 2
        for figure in chosen:
            _title(sheet, row, f"{figure.title} en {year}")
            _header(sheet, row + 1, ["Effectif", "Part"] if figure.shares else ["Effectif"])
            row += 2
            for label, _, rows in figure.groups:
                if label:
                    sheet.cell(row, 1, label).font = Font(bold=True, italic=True)
                    row += 1
                for text, _, number, share in rows:
                    _label(sheet, row, text)
                    sheet.cell(row, 2, number)
                    if share is not None:
                        cell = sheet.cell(
                            row,
                            3,
                            {"< 1": "moins de 1 %", "s": "s"}.get(share) if isinstance(share, str) else round(share / 100, 6),
                        )
                        cell.number_format = "0.0 %" if isinstance(share, float) else "0 %"
                    row += 1
            row = _notes(sheet, row, figure.champ, str(year), _secret(figure)) + 2


def _years_side_by_side(book: Workbook, year: int) -> None:
    """C: the year before on the left, groups as merged labels on the left, numbers typed as text with narrow spaces."""
    for number, (before, after) in enumerate(zip(figures(year - 1), figures(year), strict=True), start=1):
        sheet = book.create_sheet(f"T{number}")
        _title(sheet, 1, f"Tableau {number} : {after.title}")
        labels, heads = 2 if after.by else 1, ["Effectif", "%"] if after.shares else ["Effectif"]
        for place, then in enumerate((year - 1, year)):
            sheet.cell(3, labels + 1 + len(heads) * place, then).font = Font(bold=True)
            if len(heads) > 1:
                first = labels + 1 + 2 * place
                sheet.merge_cells(start_row=3, end_row=3, start_column=first, end_column=first + 1)
        _header(sheet, 4, heads * 2, labels + 1)
        row = 5
        for (group, _, old), (_, _, new) in zip(before.groups, after.groups, strict=True):
            if group:
                sheet.cell(row, 1, group)
                sheet.merge_cells(start_row=row, end_row=row + len(new) - 1, start_column=1, end_column=1)
            for (text, _, *past), (_, _, *present) in zip(old, new, strict=True):
                _label(sheet, row, text, labels)
                for offset, value in enumerate(v for v in (*past, *present) if v is not None):
                    sheet.cell(row, labels + 1 + offset, _typed(value))
                row += 1
        _notes(sheet, row + 1, after.champ, f"{year - 1} et en {year}", _secret(before, after))


def _typed(value: Number) -> str:
    return value if isinstance(value, str) else f"{value:,}".replace(",", "\u202f").replace(".", ",")
