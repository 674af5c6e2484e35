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
from ..table import SUB_POPULATION, Row, at, find, records, take


def respondents(table: pd.DataFrame) -> pd.DataFrame:
    """Numbers of responding associations, one row a period."""
    return take(table, find(table, "total", {}, population="associations", unit="count", known=True))


def crossed(before: Row, after: Row, catalogue: Catalogue, nomenclatures: Nomenclatures) -> list[Break]:
    """Breaks and reservations between two observations of the same statistic, the earlier first, in file order."""
    return [entry for entry in catalogue.breaks if _applies(entry, before, after, nomenclatures)]


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

    Attributes
    ----------
    before, after : mapping or Series
        Rows of Observations.
    refused : tuple of Break or Unfit
        Why no change is computed: breaks of series, else a value that is doubtful or was not found.
    reserved : tuple of Break
        What to keep in mind.
    """

    before: Row
    after: Row
    refused: tuple[Break | Unfit, ...]
    reserved: tuple[Break, ...]

    @property
    def difference(self) -> float:
        """After minus before: in units for a count, in points for a share.

        Raises
        ------
        ComparisonError
            Something refuses the change: the message says what.
        """
        if self.refused:
            years = f"from {self.before['period']} to {self.after['period']}"
            raise ComparisonError(f"No change is computed {years}: {' '.join(found.why for found in self.refused)}")
        return float(self.after["value"] - self.before["value"])

    @property
    def percent(self) -> float:
        """Change in percent of a count (a change between two shares is in points, never in percent).

        Raises
        ------
        ComparisonError
            Something refuses the change, or the two are shares.
        """
        if self.after["unit"] != "count":
            raise ComparisonError("A change between two shares is in points, never in percent.")
        return self.difference / float(self.before["value"]) * 100


def compare(before: Row, after: Row, catalogue: Catalogue, nomenclatures: Nomenclatures) -> Comparison:
    """Compare two observations of one statistic, the earlier first; see `Comparison`.

    Raises
    ------
    ObservationsError
        The two rows do not measure the same thing in the same unit.
    """
    for column in ("variable", "category", "unit", *SUB_POPULATION):
        if before[column] != after[column]:
            raise ObservationsError(
                f"Statements {before['statement_id']} and {after['statement_id']} differ in {column}: "
                f"{before[column]!r} and {after[column]!r}; they are not two values of one statistic."
            )
    one, other = ({str(name): value for name, value in row.items()} for row in (before, after))  # each is read many times
    # A value that is not there is the reason, whatever else would separate the two.
    refused: list[Break | Unfit] = [Unfit("not_found", row) for row in (one, other) if pd.isna(row["value"])]
    entries = [] if refused else crossed(one, other, catalogue, nomenclatures)
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
) -> tuple[pd.DataFrame, list[Comparison]]:  # fmt: skip
    """One statistic over the dated editions, or over the years of an administrative population.

    Parameters
    ----------
    population : str, optional
        Who is described. By default the population that each edition computes its shares on, which is not always the
        same: the series then breaks.

    Returns
    -------
    DataFrame, list of Comparison
        Rows of Observations in time order, with ``segment``, a new number after each break; each row with the one before it.
    """
    found = find(table, variable, sub_population, category=category, unit=unit, population=population, known=True)
    found = found[pd.notna(at(table, "reference_year", found))]
    if population is None:
        described = {edition.key: edition.share_population for edition in catalogue.editions}
        theirs = [described.get(key) for key in at(table, "edition", found)]
        found = found[at(table, "population", found) == np.array(theirs, dtype=object)]
    rows = take(table, found[np.argsort(at(table, "reference_year", found).astype(int), kind="stable")])
    comparisons = [compare(before, after, catalogue, nomenclatures) for before, after in pairwise(records(rows))]
    breaks = [0, *(bool(comparison.refused) for comparison in comparisons)][: len(rows)]
    return rows.assign(segment=np.cumsum(breaks, dtype=int)), comparisons
