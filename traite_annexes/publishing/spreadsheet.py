"""One workbook an edition, laid out so that anyone can use it, a screen reader and a script included.

Rules of the UK Government Analysis Function (« Releasing statistics in spreadsheets »): a cover, a list of contents, notes;
one table a sheet, a real table object, from column A; its title in A1, what to know about it below, no merged cell; numbers
as numbers; symbols in square brackets, explained; nothing said by colour.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import xlsxwriter

from traite_lib.nomenclature import ALL, terms
from traite_lib.presentation import wording
from traite_lib.presentation.tables import Link
from traite_lib.table import SUB_POPULATION, records
from traite_lib.table import WITHHELD as Q

from .marking import file_name

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from traite_lib.survey import Survey

NOT_PUBLISHED, NOT_APPLICABLE, LOW, ESTIMATED, PROVISIONAL, BREAK = "[x]", "[z]", "[u]", "[e]", "[p]", "[b]"
WITHHELD, NOT_ASKED, IMPRECISE, CALCULATED = "[s]", "[n]", "[i]", "[d]"
SYMBOLS = {
    NOT_PUBLISHED: "Non relevé ou non publié : aucun chiffre dans les sources consultées. Ce n’est pas zéro.",
    NOT_APPLICABLE: "Sans objet ; ou base d’un effectif, qui n’en a pas.",
    WITHHELD: "Masqué au titre du secret statistique ; la valeur peut être nulle ou non.",
    NOT_ASKED: "Question non posée dans cette édition.",
    IMPRECISE: "Trop imprécis ou trop petit, selon la source.",
    LOW: "Fiabilité faible : la raison est donnée dans la colonne « Note ».",
    CALCULATED: "Calculé à partir de deux effectifs publiés : la formule est donnée dans la colonne « Note ».",
    ESTIMATED: "Estimé par la source.",
    PROVISIONAL: "Provisoire selon la source.",
    BREAK: "Rupture de série : voir la feuille « Ruptures ».",
}
"""Symbols of the workbook; the letters are those of the Analysis Function where it has one."""

_MISSING = {"L": NOT_ASKED, "M": NOT_APPLICABLE, "N": IMPRECISE, "O": NOT_PUBLISHED, "Q": WITHHELD}
_SYMBOL_OF = {"A": "normale", "I": CALCULATED, "U": LOW, "E": ESTIMATED, "P": PROVISIONAL, "B": BREAK, **_MISSING}
NO_NOTE = "aucune"
BASE = "Base (nombre de victimes)"
_EPOCH = dt.datetime(2020, 1, 1)
"""Creation date written in every workbook: two workbooks of the same data are the same file."""

VERBATIM = ["Référence", "Emplacement", "Adresse"]
"""Columns that are not prose."""

PORTRAIT, LANDSCAPE = 105, 155
"""Characters that a printed page holds side by side, on A4 and at no less than 85 % of the size of the screen."""

ROOM = (LANDSCAPE, 330)
"""Characters that one page holds, and two side by side, at no less than three quarters of the size of the screen."""

WIDEST, NARROWEST, LONGEST = 40, 15, 20
"""Characters of a column of text, when there is room and when a page has to hold it; of the longest word kept whole."""

_STYLE = {"font_name": "Arial", "font_size": 10, "valign": "top"}
"""A font that every system has, or has the widths of: what fits here fits there."""


@dataclass(frozen=True)
class Sheet:
    """One sheet: a title, lines to read before the table, and the table."""

    name: str
    title: str
    lines: Sequence[str]
    frame: pd.DataFrame


def workbook(survey: Survey, rows: pd.DataFrame) -> bytes:
    """The workbook of an edition, as the bytes of an xlsx file; the same bytes for the same data.

    Parameters
    ----------
    survey : Survey
        The edition.
    rows : DataFrame
        Its observations, with their reading words: see `dataset.rows_of`.
    """
    warning = [survey.edition.warning] if survey.edition.warning else []
    sheets = [_notes(), _breaks(survey), *_subjects(survey, rows), _observations(survey, rows), _sources(survey, rows)]
    contents = Sheet(
        "Sommaire",
        "Sommaire",
        ["Chaque feuille contient un seul tableau."],
        pd.DataFrame({"Feuille": [Link(sheet.name, f"internal:'{sheet.name}'!A1") for sheet in sheets],
                      "Contenu": [sheet.title for sheet in sheets]}),
    )  # fmt: skip
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_urls": False, "strings_to_numbers": False, "strings_to_formulas": False,
               "default_format_properties": dict(_STYLE)}  # fmt: skip  # a copy: XlsxWriter writes into it
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties(
            {"title": f"Victimes de traite accompagnées par les associations, édition {wording.spelt(survey.edition.key)}",
             "subject": survey.edition.title, "author": ", ".join(survey.edition.producers), "created": _EPOCH,
             "keywords": "traite des êtres humains, victimes, associations", "comments": "Langue : français."}
        )  # fmt: skip
        _cover(book, survey)
        for number, sheet in enumerate([contents, *sheets]):
            _add(book, replace(sheet, lines=[*warning, *sheet.lines]), number)
    return buffer.getvalue()


def _cover(book: Workbook, survey: Survey) -> None:
    edition = survey.edition
    sheet = book.add_worksheet("Couverture")
    wrap = book.add_format({"text_wrap": True})
    sheet.set_column(0, 0, PORTRAIT - 10, wrap)
    title = book.add_format({"bold": True, "font_size": 16, "text_wrap": True})
    sheet.write(0, 0, f"{wording.PUBLICATION}, édition {wording.spelt(edition.key)}", title)
    heading = book.add_format({"bold": True, "font_size": 13})
    parts = {
        "Édition": [f"{edition.title}. {wording.listed(edition.producers)}, {edition.published}.", edition.remarks],
        "Champ": [
            "L’année est celle de l’accompagnement des victimes, non celle de la publication.",
            f"Sauf mention contraire, les parts décrivent {survey.nomenclatures.populations[edition.share_population].scope_fr}.",
        ],
        "Ce que ces chiffres ne disent pas": [
            "L’enquête est volontaire : ses effectifs dépendent des associations qui répondent, et ne mesurent pas le nombre de "
            "victimes en France.",
            "Chaque part porte sur les victimes des associations qui ont répondu à la question ; sa base est rarement publiée.",
        ],
        "Citer": [wording.citation(edition), "Citez aussi la source de chaque chiffre : elle figure sur chaque ligne."],
        "Licence": [survey.catalogue.licence.figures],
    }
    line = 1
    for name, texts in parts.items():
        sheet.write(line, 0, name, heading)
        for text in filter(None, texts):
            line += 1
            sheet.set_row(line, _height([text], [PORTRAIT - 10]))
            sheet.write(line, 0, wording.typographic(text), wrap)
        line += 1
    _set_up(sheet, [PORTRAIT - 10])


def _notes() -> Sheet:
    frame = pd.DataFrame({"Signe": list(SYMBOLS), "Signification": list(SYMBOLS.values())})
    lines = [
        "Précision : « exacte », ou « moins de », « plus de », « environ » selon les mots de la source.",
        "Fiabilité : « normale », ou un signe ; « aucune » veut dire qu’il n’y a pas de note.",
        "Une valeur est vide quand il n’y a pas de nombre : la colonne « Fiabilité » dit pourquoi.",
    ]
    return Sheet("Notes", "Signes et notes", lines, frame)


def _breaks(survey: Survey) -> Sheet:
    frame = pd.DataFrame(
        {
            "Rupture ou réserve": [wording.upper_first(entry.short) for entry in survey.catalogue.breaks],
            "À partir de": [
                f"édition {entry.year}" if entry.year else "toutes les éditions" for entry in survey.catalogue.breaks
            ],
            "Explication": [entry.summary or entry.sentence for entry in survey.catalogue.breaks],
        }
    )
    return Sheet("Ruptures", "Ruptures de série et réserves", ["Aucun écart n’est calculé à travers une rupture."], frame)


def _subjects(survey: Survey, rows: pd.DataFrame) -> list[Sheet]:
    """One sheet a variable: the retained statements of the edition."""
    kept = rows[rows["retained"]]
    variables = [variable for name, variable in survey.nomenclatures.variables.items() if name in set(kept["variable"])]
    sheets = []
    for number, variable in enumerate(variables, start=1):
        found = kept[kept["variable"] == variable.code]
        frame = pd.DataFrame(
            {
                "Statistique": found["label"],
                "Population": found["who"].map(wording.upper_first),
                "Unité": _units(found),
                "Valeur": pd.Series(_numbers(found["value"]), found.index, dtype=object),
                "Précision": found["bound"].map(_label("bounds")),
                BASE: _bases(found),
                "Fiabilité": found["status"].map(_SYMBOL_OF),
                "Note": found["note"].replace("", NO_NOTE),
                "Source": [
                    ", ".join(filter(None, (row["citation"] or row["publisher"], wording.cell_of(row["locator"]))))
                    for row in records(found)
                ],
                "Référence": [Link(row["statement_id"], row["locator"]) for row in records(found)],
            }
        )
        lines = [
            "Statistiques retenues pour cette édition. Signes expliqués dans la feuille « Notes ». La référence mène à la source."
        ]
        if found["unit"].eq("percent").any():
            lines.append("Chaque part porte sur les victimes des associations ayant répondu à la question.")
        if variable.multiple:
            lines.append("Plusieurs réponses possibles : les parts peuvent dépasser 100 % au total.")
        name = textwrap.shorten(re.sub(r"[\[\]:*?/\\]", " ", f"{number:02d} {variable.label_fr}"), 31, placeholder="…")
        sheets.append(Sheet(name, f"{variable.label_fr}, édition {wording.spelt(survey.edition.key)}", lines, frame))
    return sheets


def _observations(survey: Survey, rows: pd.DataFrame) -> Sheet:
    """Every statement of the edition, one row each: labels first, the value last."""
    every = records(rows)
    names = {"form": "Forme", "sex": "Sexe", "age": "Âge", "origin": "Origine", "offence": "Infraction"}
    names["territory"] = "Territoire"
    parts = {
        names[column]: [
            survey.nomenclatures.label(column, row[column], wording.year_of(row)) if row[column] != ALL else "Ensemble"
            for row in every
        ]
        for column in SUB_POPULATION
    }
    frame = pd.DataFrame(
        {
            "Référence": rows["statement_id"],
            "Période": rows["period"].map(wording.spelt),
            "Population": [survey.nomenclatures.populations[name].label_fr for name in rows["population"]],
            **parts,
            "Variable": rows["variable_label"],
            "Modalité": rows["label"].where(rows["category"] != ALL, "Ensemble"),
            "Unité": _units(rows),
            "Précision": rows["bound"].map(_label("bounds")),
            "Fiabilité": rows["status"].map(_SYMBOL_OF),
            "Retenu": rows["retained"].map({True: "oui", False: "non"}),
            "Source": rows["citation"],
            "Emplacement": rows["locator"].replace("", NOT_APPLICABLE),
            "Note": rows["note"].replace("", NO_NOTE),
            BASE: _bases(rows),
            "Valeur": pd.Series(_numbers(rows["value"]), rows.index, dtype=object),
        }
    )
    lines = [
        "Tous les énoncés relevés, ceux qui ne sont pas retenus compris (colonne « Retenu »), puis les chiffres administratifs "
        "de la même année.",
        f"Les mêmes lignes, avec leurs codes, sont dans {file_name('observations.csv', survey.edition)}, décrit par "
        "datapackage.json.",
    ]
    return Sheet("Observations", f"Toutes les observations, édition {wording.spelt(survey.edition.key)}", lines, frame)


def _sources(survey: Survey, rows: pd.DataFrame) -> Sheet:
    found = [survey.catalogue.sources[name] for name in dict.fromkeys(rows["source_id"]) if name]
    frame = pd.DataFrame(
        {
            "Source": [source.citation_fr for source in found],
            "Organisme": [source.publisher_fr for source in found],
            "Rang": [terms("ranks")[str(source.rank)].short_fr for source in found],
            "Adresse": [Link(source.url, source.url) if source.url else NOT_PUBLISHED for source in found],
        }
    )
    return Sheet("Sources", "Sources citées dans ce classeur", [survey.catalogue.licence.figures], frame)


def _numbers(values: pd.Series) -> list[float | None]:
    """A column that stays one of numbers: an empty cell where there is none, and « Fiabilité » says why."""
    return [None if pd.isna(value) else float(value) for value in values]


def _bases(rows: pd.DataFrame) -> list[float | str]:
    """The base of each number, or the sign that says why there is none."""
    signs = (
        WITHHELD if row["status"] == Q else NOT_PUBLISHED if wording.base_of(row) else NOT_APPLICABLE for row in records(rows)
    )
    return [sign if pd.isna(base) else float(base) for base, sign in zip(rows["base"], signs, strict=True)]


def _units(rows: pd.DataFrame) -> pd.Series:
    return rows["unit"].map(_label("units"))


def _label(name: str) -> dict[str, str]:
    return {term.code: term.label_fr for term in terms(name).values()}


def _add(book: Workbook, sheet: Sheet, number: int) -> None:
    """Write one sheet: title in A1, lines, then the table object; and how it is printed."""
    page: Worksheet = book.add_worksheet(sheet.name)
    columns, frame = list(sheet.frame.columns), sheet.frame
    filtered = len(frame) > 10
    widths = _widths(frame, filtered=filtered)
    page.write(0, 0, sheet.title, book.add_format({"bold": True, "font_size": 14}))
    lines = [part for text in sheet.lines for part in textwrap.wrap(wording.typographic(text), min(sum(widths), LANDSCAPE))]
    for line, text in enumerate(lines, start=1):
        page.write(line, 0, text)
    first = len(lines) + 1
    rule = {"text_wrap": True, "bottom": 1, "align": "left", "indent": 1}
    head = book.add_format(rule | {"bold": True, "valign": "bottom"})
    page.add_table(
        first, 0, first + len(frame), len(columns) - 1,
        {"name": f"Tableau_{number:02d}", "style": "Table Style Light 1", "autofilter": filtered,
         "columns": [{"header": name, "header_format": head} for name in columns]},
    )  # fmt: skip
    page.set_row(first, _height(columns, [width - 2 * filtered for width in widths]))
    wrap = book.add_format(rule | {"bottom_color": "#C3C7CD"})
    link = book.add_format(rule | {"bottom_color": "#C3C7CD", "font_color": "#1F4E79", "underline": 1})
    numbers = _number_formats(book)
    for column, width in enumerate(widths):
        page.set_column(column, column, width)
    for line, row in enumerate(frame.itertuples(index=False, name=None), start=first + 1):
        page.set_row(line, _height(row, widths))
        for column, value in enumerate(row):
            shown = value if columns[column] in VERBATIM or not isinstance(value, str) else wording.typographic(value)
            _write(page, line, column, shown, link if isinstance(value, Link) else wrap, numbers, widths[column])
    page.ignore_errors({"number_stored_as_text": f"A1:Z{first + len(frame) + 1}"})
    page.repeat_rows(first)
    _set_up(page, widths)


def _set_up(page: Worksheet, widths: Sequence[int]) -> None:
    """How a sheet is printed: on A4, upright when it is narrow, all its columns on a page or, at a size that is read, on two
    with the first of them on both; its name and the number of the page below.
    """
    page.set_paper(9)
    if sum(widths) > PORTRAIT:
        page.set_landscape()
    across = 1 + sum(sum(widths) > room for room in ROOM)
    page.fit_to_pages(across, 0)
    if across > 1:
        page.repeat_columns(0)
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    page.set_footer("&L&A&Rpage &P / &N")


def _widths(frame: pd.DataFrame, *, filtered: bool) -> list[int]:
    """Widths of columns, in characters: what they need up to `WIDEST`, and less for the widest ones when a page has to hold
    them all. No word is cut: neither of a heading, which has room for its filter, nor of a text.
    """
    texts = {name: [str(value) for value in frame[name]] for name in frame.columns}
    words = {
        name: max(
            *(len(word) + 2 * filtered for word in name.split()),
            *(min(len(word), LONGEST) for text in values for word in re.split(r"[\s/-]", text)),
        )
        for name, values in texts.items()
    }
    needs = {name: min(WIDEST, max(map(len, values), default=0)) for name, values in texts.items()}

    def at(most: int) -> list[int]:
        return [max(words[name], min(needs[name], most)) + 2 for name in frame.columns]

    tried = ((at(most), room) for room in ROOM for most in range(WIDEST, NARROWEST, -1))
    return next((widths for widths, room in tried if sum(widths) <= room), at(NARROWEST))


def _height(row: Sequence[object], widths: Sequence[int]) -> float:
    """Height of a row, in points, for its longest wrapped text (not every program finds it by itself)."""
    texts = [(str(value).expandtabs(), max(8, width)) for value, width in zip(row, widths, strict=True)]
    lines = [len(textwrap.wrap(text, width)) for text, width in texts if len(text) > width]
    return 12.75 * max([1, *lines]) + 4


def _number_formats(book: Workbook) -> list[Format]:
    """Formats of numbers with 0, 1 and 2 decimals."""
    style = {"bottom": 1, "bottom_color": "#C3C7CD", "align": "right", "indent": 1}
    return [book.add_format(style | {"num_format": text}) for text in ("#,##0", "#,##0.0", "#,##0.00")]


def _write(page: Worksheet, line: int, column: int, value: Any, text: Format, numbers: list[Format], width: int) -> None:
    if isinstance(value, Link) and value.url.startswith(("http", "internal:")):
        if len(value.text) < width:
            page.write_url(line, column, value.url, text, string=wording.typographic(value.text))
        else:  # LibreOffice cuts a link longer than its cell, and no formula is written that data might reach
            page.write_string(line, column, value.text, text)
    elif value is None:
        page.write_blank(line, column, None, text)
    elif isinstance(value, float):
        decimals = next(n for n in (0, 1, 2) if n == 2 or round(value, n) == value)
        page.write_number(line, column, value, numbers[decimals])
    else:
        page.write_string(line, column, str(value), text)
