"""Series over editions, changes between two editions, and the breaks that both respect."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from ..catalogue import Break, Catalogue
from ..errors import ComparisonError, ObservationsError
from ..nomenclature import ALL, Nomenclatures, terms
from ..table import SUB_POPULATION, WITHHELD, Row, at, find, records, take


def respondents(table: pd.DataFrame) -> dict[str, tuple[int, str]]:
    """Number of responding associations, and its statement, by period."""
    rows = find(table, "total", {}, population="associations", unit="count", known=True)
    periods, numbers, names = (at(table, column, rows) for column in ("period", "value", "statement_id"))
    return {period: (int(number), name) for period, number, name in zip(periods, numbers, names, strict=True)}


def _applies(entry: Break, before: Row, after: Row, nomenclatures: Nomenclatures) -> bool:
    universes = [nomenclatures.universe(row["population"]) for row in (before, after)]
    if entry.universes_differ:
        return universes[0] != universes[1]
    if universes != [entry.universe, entry.universe]:
        return False
    if entry.populations_differ:
        return bool(before["population"] != after["population"])
    if entry.publications_differ:
        return bool(before["publication"] != after["publication"])
    if entry.every_pair:
        return bool(before["reference_year"] != after["reference_year"])
    if not before["reference_year"] < (entry.year or 0) <= after["reference_year"]:
        return False
    if entry.populations and after["population"] not in entry.populations:
        return False
    if not entry.variables:
        return True
    if after["variable"] in entry.variables and (not entry.categories or after["category"] in entry.categories):
        return True
    # A modality whose content changed also changes the sub-population that it defines.
    columns = [column for column in map(nomenclatures.nomenclature, entry.variables) if column in after]
    return any(after[column] != ALL and after[column] in entry.categories for column in columns)


@dataclass(frozen=True)
class Unfit:
    """Why an observation gives no change, though no break separates it from the other: a code of the terms ``refusals``."""

    code: str
    row: Row

    @property
    def why(self) -> str:
        """The reason, for who uses the library."""
        return terms("refusals")[self.code].label_en.format(period=self.row["period"])


@dataclass(frozen=True)
class Comparison:
    """Two observations of one statistic; the change exists only where nothing refuses it.

    `refused` says why no change is computed: a value that was not found, else breaks of series, else a value that is doubtful;
    `reserved` what to keep in mind.
    """

    before: Row
    after: Row
    refused: tuple[Break | Unfit, ...]
    reserved: tuple[Break, ...]

    @property
    def difference(self) -> float:
        """After minus before, in units for a count, in points for a share; an error that says why when the change is refused."""
        if self.refused:
            years = f"from {self.before['period']} to {self.after['period']}"
            raise ComparisonError(f"No change is computed {years}: {' '.join(found.why for found in self.refused)}")
        return round(float(self.after["value"] - self.before["value"]), 9)  # 75.5 - 73.6 is 1.9, not 1.9000000000000057

    @property
    def percent(self) -> float:
        """Change in percent of a count."""
        if self.after["unit"] != "count":
            raise ComparisonError("A change between two shares is in points, never in percent.")
        return self.difference / float(self.before["value"]) * 100


def compare(before: Row, after: Row, catalogue: Catalogue, nomenclatures: Nomenclatures) -> Comparison:
    """Compare two observations of one statistic, in the same unit, the earlier first; see `Comparison`."""
    for column in ("variable", "category", "unit", *SUB_POPULATION):
        if before[column] != after[column]:
            names = f"Statements {before['statement_id']} and {after['statement_id']}"
            differ = f"differ in {column}: {before[column]!r} and {after[column]!r}"
            raise ObservationsError(f"{names} {differ}; they are not two values of one statistic.")
    one, other = ({str(name): value for name, value in row.items()} for row in (before, after))  # each is read many times
    # A value that is not there is the reason, whatever else would separate the two.
    refused: list[Break | Unfit] = [
        Unfit("withheld" if row["status"] == WITHHELD else "not_found", row) for row in (one, other) if pd.isna(row["value"])
    ]
    entries = [entry for entry in catalogue.breaks if not refused and _applies(entry, one, other, nomenclatures)]
    refused += [entry for entry in entries if entry.effect == "refuse"]
    refused = refused or list(_unfit(one, other, nomenclatures))
    return Comparison(before, after, tuple(refused), tuple(entry for entry in entries if entry.effect == "reserve"))


def _unfit(before: Row, after: Row, nomenclatures: Nomenclatures) -> Iterator[Unfit]:
    """Why two values of one statistic give no change, though no break separates them."""
    if nomenclatures.nomenclature(before["variable"]) == "change":
        yield Unfit("change", after)
        return
    for row in (before, after):
        if row["bound"] in ("<", ">"):
            yield Unfit("not_exact", row)
        elif row["status"] == "U":
            yield Unfit("low_reliability", row)


def series(
    table: pd.DataFrame, catalogue: Catalogue, nomenclatures: Nomenclatures, variable: str, category: str = ALL,
    *, unit: str = "percent", population: str | None = None, **sub_population: str,
) -> tuple[pd.DataFrame, list[Comparison], list[str]]:  # fmt: skip
    """One statistic over the dated editions, or over the years of an administrative population.

    The `population` is by default the one that each edition computes its shares on, not always the same: the series then breaks.
    Rows come in time order, then each compared with the one before it, which a break may separate from it, then the periods whose
    value is withheld.
    """
    found = find(table, variable, sub_population, category=category, unit=unit, population=population)
    found = found[pd.notna(at(table, "reference_year", found))]
    if population is None:
        described = {edition.key: edition.share_population for edition in catalogue.editions}
        theirs = [described.get(key) for key in at(table, "edition", found)]
        found = found[at(table, "population", found) == np.array(theirs, dtype=object)]
    found = found[np.argsort(at(table, "reference_year", found).astype(int), kind="stable")]
    known, withheld = pd.notna(at(table, "value", found)), at(table, "status", found) == WITHHELD
    rows = take(table, found[known])
    compared = [compare(before, after, catalogue, nomenclatures) for before, after in pairwise(records(rows))]
    return rows, compared, list(at(table, "period", found[withheld]))
