"""Series over editions, changes between two editions, and the breaks that both respect."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from ..catalogue import Break, Catalogue
from ..errors import ComparisonError, ObservationsError
from ..nomenclature import ALL, Nomenclatures
from ..table import SUB_POPULATION, Row, at, find, records, take

NOT_FOUND = "valeur non relevée"
"""Motive of a refusal for want of a value."""


def respondents(table: pd.DataFrame) -> pd.Series:
    """Number of responding associations, by period."""
    rows = find(table, "total", {}, population="associations", unit="count", known=True)
    return pd.Series(at(table, "value", rows).astype(int), pd.Index(at(table, "period", rows), name="period"), name="value")


def crossed(before: Row, after: Row, catalogue: Catalogue, nomenclatures: Nomenclatures) -> list[Break]:
    """Breaks and reservations between two observations of the same statistic, in file order.

    Parameters
    ----------
    before, after : mapping or Series
        Two rows of Observations, the earlier first.
    """
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
class Comparison:
    """Two observations of one statistic; the change exists only where no break separates them.

    Attributes
    ----------
    before, after : mapping or Series
        Rows of Observations.
    refusals, reservations : tuple of str
        French sentences: why no change is computed (a break, else a value that is doubtful or was not found); what to keep
        in mind.
    motive : str
        The first refusal in a few words, for a cell.
    """

    before: Row
    after: Row
    refusals: tuple[str, ...]
    reservations: tuple[str, ...]
    motive: str = ""

    @property
    def difference(self) -> float:
        """After minus before: in units for a count, in points for a share.

        Raises
        ------
        ComparisonError
            A break of series separates the two; the message is the French sentence that says why.
        """
        if self.refusals:
            raise ComparisonError(" ".join(self.refusals))
        return float(self.after["value"] - self.before["value"])

    @property
    def percent(self) -> float:
        """Change in percent of a count (a change between two shares is in points, never in percent).

        Raises
        ------
        ComparisonError
            A break separates the two, or they are shares.
        """
        if self.after["unit"] != "count":
            raise ComparisonError("L’écart entre deux parts s’exprime en points.")
        return self.difference / float(self.before["value"]) * 100


def compare(
    before: Row,
    after: Row,
    table: pd.DataFrame,
    catalogue: Catalogue,
    nomenclatures: Nomenclatures,
    *,
    known: pd.Series | None = None,
) -> Comparison:
    """Compare two observations of one statistic; see `Comparison`.

    Parameters
    ----------
    before, after : mapping or Series
        Two rows of Observations, the earlier first.
    table : DataFrame
        Observations, where the number of responding associations is looked up.
    known : Series, optional
        That number by period, when `respondents` has been asked already.

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
    known = respondents(table) if known is None else known
    periods = (before["period"], after["period"])
    refusals: list[str] = []
    reservations: list[str] = []
    motives: list[str] = []
    # A value that is not there is the reason, whatever else would separate the two.
    missing = list(_missing(one, other))
    for entry in crossed(one, other, catalogue, nomenclatures) if not missing else []:
        values: list[object] = list(periods)
        if entry.every_pair:
            values = [known.get(period, "nombre inconnu") for period in periods]
        elif entry.populations_differ:
            values = [nomenclatures.populations[row["population"]].scope_fr for row in (one, other)]
        elif entry.publications_differ:
            values = [row["publication"] for row in (one, other)]
        sentence = entry.share if entry.share and after["unit"] == "percent" else entry.sentence
        if entry.unchanged and values[0] == values[1]:
            sentence = entry.unchanged
        said = sentence.format(before=values[0], after=values[1], year_before=periods[0], year_after=periods[1])
        (refusals if entry.effect == "refuse" else reservations).append(said)
        motives += [entry.short] if entry.effect == "refuse" else []
    for motive, sentence in missing or (_unfit(one, other, nomenclatures) if not refusals else []):
        refusals.append(sentence)
        motives.append(motive)
    return Comparison(before, after, tuple(refusals), tuple(reservations), *motives[:1])


def _missing(before: Row, after: Row) -> Iterator[tuple[str, str]]:
    """The values that were not found; a row that stands for one brings in its note the value that was set aside, and why."""
    for row in (before, after):
        if pd.isna(row["value"]):
            why = f"Aucune valeur n’a été retenue pour l’édition {row['period']}."
            yield NOT_FOUND, " ".join(filter(None, (why, row["note"])))


def _unfit(before: Row, after: Row, nomenclatures: Nomenclatures) -> Iterator[tuple[str, str]]:
    """Why two values of one statistic give no change, though no break separates them: motive and sentence."""
    if nomenclatures.nomenclature(before["variable"]) == "change":
        yield "déjà des évolutions", "Les deux chiffres sont déjà des évolutions : leur différence ne mesure rien."
        return
    for row in (before, after):
        if row["bound"] in ("<", ">"):
            yield "valeur non exacte", f"Aucune valeur exacte n’a été retenue pour l’édition {row['period']}."
        elif row["status"] == "U":
            why = f"La valeur relevée pour l’édition {row['period']} est de fiabilité faible : aucun écart n’est calculé."
            yield "valeur de fiabilité faible", " ".join(filter(None, (why, row["note"])))


def series(
    table: pd.DataFrame,
    catalogue: Catalogue,
    nomenclatures: Nomenclatures,
    variable: str,
    category: str = ALL,
    *,
    unit: str = "percent",
    population: str | None = None,
    known: pd.Series | None = None,
    **sub_population: str,
) -> pd.DataFrame:
    """One statistic over the dated editions, or over the years of an administrative population.

    Parameters
    ----------
    population : str, optional
        Who is described. By default the population that each edition computes its shares on, which is not always the
        same: the series then breaks.
    known : Series, optional
        Number of responding associations by period, when `respondents` has been asked already.

    Returns
    -------
    DataFrame
        Rows of Observations in time order, with ``respondents`` (associations, survey only), ``segment`` (a new number
        after each break) and ``break_before`` (the sentence of the break, or empty).
    """
    found = find(table, variable, sub_population, category=category, unit=unit, population=population, known=True)
    found = found[pd.notna(at(table, "reference_year", found))]
    if population is None:
        described = {edition.key: edition.share_population for edition in catalogue.editions}
        theirs = [described.get(key) for key in at(table, "edition", found)]
        found = found[at(table, "population", found) == np.array(theirs, dtype=object)]
    found = found[np.argsort(at(table, "reference_year", found).astype(int), kind="stable")]
    rows = take(table, found)
    known = respondents(table) if known is None else known
    lines = records(rows)
    segments, sentences = [0] * len(lines), [""] * len(lines)
    for n, (before, after) in enumerate(pairwise(lines), start=1):
        refused = compare(before, after, table, catalogue, nomenclatures, known=known).refusals
        segments[n], sentences[n] = segments[n - 1] + bool(refused), " ".join(refused)
    survey = [nomenclatures.universe(line["population"]) == "survey" for line in lines]
    return rows.assign(
        respondents=[
            float(known.get(line["period"], float("nan"))) if counted else float("nan")
            for line, counted in zip(lines, survey, strict=True)
        ],
        segment=segments,
        break_before=sentences,
    )
