"""Cited figures (CSV, one row a statement): faithful reading, then labels to codes. Nothing is judged here."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

from ..catalogue import Catalogue, DataFile, Edition, csv_rows, plain_words
from ..errors import NomenclatureError, ObservationsError, available
from ..nomenclature import ALL, Nomenclatures, Years, plain
from ..table import CHANGE, SUB_POPULATION

DIMENSIONS = (("dimension_1", "modality_1"), ("dimension_2", "modality_2"))
REQUIRED = ["statement_id", "reference_year", "indicator", "population", *sum(DIMENSIONS, ()), "value", "unit"]
REQUIRED += ["qualifier", "base", "source_id"]

FOLDER = "data/correspondences"

WHOLE = ("total", "total général", "ensemble")
"""Words of a line that is the whole, and no category of what is measured."""

Line = dict[str, str]
Observation = dict[str, object]


def read_statements(path: Path) -> Iterator[tuple[str, Line]]:
    """Rows of a CSV of statements with the place of each, « file, line n »; each has all the cells of the heading."""
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        columns = list(reader.fieldnames or [])
        if missing := [name for name in REQUIRED if name not in columns]:
            raise ObservationsError(f"{path.name}, line 1: column {missing[0]!r} is missing, found {', '.join(columns)}.")
        for number, row in enumerate(reader, start=2):
            if None in row or None in row.values():
                raise ObservationsError(f"{path.name}, line {number}: {len(columns)} cells expected.")
            for column, text in row.items():
                try:
                    plain_words(text)
                except ValueError as error:
                    raise ObservationsError(f"{path.name}, line {number}, column {column}: {error}.") from None
            yield f"{path.name}, line {number}", row


def _number(text: str, column: str, where: str, kind: type[float]) -> float:
    try:
        return kind(text)
    except ValueError:
        expected = "a whole number" if kind is int else "a number"
        raise ObservationsError(f"{where}, column {column}: {expected} was expected, found {text!r}.") from None


def _years(text: str, edition: Edition | None, where: str) -> tuple[Years, str]:
    """Years described and their text: 2022, the range 2016-2021, or 2016|2017 where it is one or the other."""
    if edition:
        expected = str(edition.reference_year or "")
        if text != expected:
            raise ObservationsError(f"{where}, column reference_year: {expected!r} was expected, found {text!r}.")
        return edition.years, "|".join(str(year) for year in dict.fromkeys(edition.years))
    found = re.fullmatch(r"(\d{4})(?:-(\d{4}))?( \([^)]+\))?", text)
    if not found:
        raise ObservationsError(f"{where}, column reference_year: a year or a range was expected, found {text!r}.")
    return (int(found[1]), int(found[2] or found[1])), text


@dataclass(frozen=True)
class Correspondences:
    """From the words of the sources to the columns of the table (``data/correspondences/*.csv``)."""

    populations: dict[tuple[str, str], Line]
    indicators: dict[str, Line]
    dimensions: dict[str, Line]
    units: dict[str, Line]

    @classmethod
    def read(cls, data: Path) -> Correspondences:
        """Read the four correspondences below the ``data`` folder."""
        populations, *others = (csv_rows(data / "correspondences" / f"{field.name}.csv") for field in fields(cls))
        by_words = {(row["universe"], plain(row["label"])): row for row in populations}
        return cls(by_words, *({next(iter(row.values())): row for row in rows} for rows in others))

    def lookup(self, table: str, key: str, where: str, column: str) -> Line:
        """Row of a correspondence, or a clear error."""
        rows: dict[str, Line] = getattr(self, table)
        if key not in rows:
            raise NomenclatureError(f"{where}, column {column}: {key!r} is not in {FOLDER}/{table}.csv. {available(key, rows)}")
        return rows[key]

    def population(self, universe: str, label: str, where: str) -> Line:
        """What the words of a population mean in one universe, or a clear error."""
        if found := self.populations.get((universe, plain(label))):
            return found
        known = [row["label"] for (name, _), row in self.populations.items() if name == universe]
        raise NomenclatureError(
            f"{where}, column population: {label!r} is not in {FOLDER}/populations.csv for the {universe} data. "
            f"{available(label, known)}"
        )


def code_statement(
    row: Line, where: str, universe: str, years: Years, nomenclatures: Nomenclatures, correspondences: Correspondences
) -> Observation:
    """Codes of one statement: population, sub-population, variable, category, unit.

    A dimension is either what the indicator measures (it gives the category) or a restriction of the population. The
    population's own words may already say the restriction: the two must agree, and the more precise of the two is kept.
    """
    described = correspondences.population(universe, row["population"], where)
    indicator = correspondences.lookup("indicators", row["indicator"], where, "indicator")
    unit = correspondences.lookup("units", row["unit"], where, "unit")
    sub = {column: described.get(column, ALL) for column in SUB_POPULATION}
    variable, category = indicator["variable"], indicator["category"] or ALL
    measured = False
    for dimension, modality in DIMENSIONS:
        name, label = row[dimension], row[modality]
        if not name or not label:
            continue
        place = f"{where}, column {modality}"
        if name == indicator["measured"] and indicator["otherwise"] and plain(label) in WHOLE:
            continue
        if name == indicator["measured"] and not measured:
            measured, category = True, nomenclatures.code(variable, label, years, place)
        elif column := correspondences.lookup("dimensions", name, where, dimension)["column"]:
            code = nomenclatures.code(column, label, years, place)
            if sub[column] == ALL or nomenclatures.within(column, code, sub[column]):
                sub[column] = code
            elif not nomenclatures.within(column, sub[column], code):
                raise ObservationsError(f"{place}: {label!r} contradicts the population {row['population']!r}.")
    if indicator["measured"] and not measured:
        variable = indicator["otherwise"]
    if not variable:
        needs = f"needs a modality of {indicator['measured']!r}, found none"
        raise ObservationsError(f"{where}: the indicator {row['indicator']!r} {needs}.")
    own = nomenclatures.nomenclature(variable)
    value = _number(row["value"], "value", where, float)
    change = own == CHANGE and unit["unit"] == "percent"  # « +97 % » is no share
    if sub.get(own) == category:  # « minors among minors » says no more than « minors »
        sub[own] = ALL
    return {
        "population": indicator["population"] or described["population"], **sub,
        "variable": variable, "category": category, "value": value,
        "unit": "percent_change" if change else unit["unit"],
        "bound": row["qualifier"] or ("~" if unit["rounded"] == "1" and value not in (0, 100) else ""),  # « toutes » is exact
        "status": "U" if described["weak"] == "1" else "A", "note": described["note_fr"],
    }  # fmt: skip


def load_published(catalogue: Catalogue, nomenclatures: Nomenclatures) -> list[Observation]:
    """Every cited statement of every edition and of the administrative sources, coded.

    The error of a row that cannot be coded names the file, the line, the column and the label.
    """
    correspondences = Correspondences.read(catalogue.data)
    sources = catalogue.sources
    files: list[tuple[DataFile, Edition | None]] = [(e.figures, e) for e in catalogue.editions if e.figures]
    files += [(file, None) for file in catalogue.administrative]
    observations: list[Observation] = []
    for file, edition in files:
        for where, row in read_statements(catalogue.verified(file)):
            years, period = _years(row["reference_year"], edition, where)
            if row["source_id"] not in sources:
                raise ObservationsError(f"{where}, column source_id: {available(row['source_id'], sources)}")
            source = sources[row["source_id"]]
            coded = code_statement(row, where, "survey" if edition else "administrative", years, nomenclatures, correspondences)
            observations.append(coded | {
                "edition": edition.key if edition else "", "period": period,
                "reference_year": years[0] if period == str(years[0]) or (edition and years[0] == years[1]) else None,
                "base": _number(row["base"], "base", where, int) if row["base"] else None, "confidentiality": "F",
                "source_id": source.source_id, "publication": row.get("publication", ""), "rank": source.rank,
                "locator": source.url or f"data/{file.path}, {row['statement_id']}", "statement_id": row["statement_id"],
            })  # fmt: skip
    return observations
