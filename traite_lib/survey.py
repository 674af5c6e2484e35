"""What a notebook holds: one edition of the survey, and the questions that can be put to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .aliases import renamed
from .analysis import compare, shares
from .catalogue import Catalogue, Edition, is_synthetic
from .errors import ObservationsError, available
from .loading.selection import load
from .nomenclature import ALL, Nomenclatures
from .presentation import sentences
from .presentation.captions import Captions, as_group, masked
from .presentation.result import Change, Markdown, Result, without
from .presentation.tables import Table
from .table import SUB_POPULATION, WITHHELD, Row, at, check_question, find, levels, records, take

if TYPE_CHECKING:
    from .loading.official import Matching


@dataclass
class Survey:
    """One edition of the survey with everything needed to question it; made by `open_edition`. Every method refuses a variable, a
    category, a population, a unit or an edition that does not exist, with the nearest one and the list.
    """

    edition: Edition
    catalogue: Catalogue
    nomenclatures: Nomenclatures
    observations: pd.DataFrame

    def distribution(
        self, variable: str, *, population: str | None = None, by: str | None = None, among: str | None = None,
        but: Iterable[Result] = (), **sub_population: str,
    ) -> Result:  # fmt: skip
        """Distribution of a population over a variable, as published; see `analysis.shares.distribution`.

        Parameters
        ----------
        variable : str
            What is distributed: ``form``, ``sex``, ``nationality``…
        population : str, optional
            Who is described; by default the population that the edition computes its shares on.
        by : str, optional
            A sub-population column: one distribution for each of its codes that has figures.
        among : str, optional
            Keep one modality and those below it: ``among="labour"``.
        but : iterable of Result
            Leave out what these show already.
        **sub_population : str
            Restriction, such as ``form="sexual"``.
        """
        who = population or self.edition.share_population
        self._check(variable, among, populations=[who], sub=sub_population, by=by)
        parts = [sub_population]
        if by:
            found = set(at(self.observations, by, self._find(variable, who, {**sub_population, by: None}))) - {ALL}
            parts = [{**sub_population, by: code} for code in self._in_order(by, found)]
        frames = [
            shares.distribution(self.observations, self.nomenclatures, variable, period=self.edition.key, population=who, **part)
            for part in parts
        ]
        rows = pd.concat(frames) if frames else self.observations.iloc[:0].assign(level=0, order=0)
        if among:
            inside = [self.nomenclatures.within(variable, code, among) for code in rows["category"]]
            rows = rows[np.array(inside, dtype=bool)]
        return self.captions.distribution(without(rows, but), variable, who, sub_population, by, among)

    def crosstab(self, rows: str, columns: str, *, population: str | None = None, **sub_population: str) -> Result:
        """The distribution of `rows` by `columns`, where figures cross them; refused elsewhere, for margins make no crossing."""
        if found := self.distribution(rows, population=population, by=columns, but=(), **sub_population):
            return found
        raise ObservationsError(f"{self.edition.key} has no {rows!r} by {columns!r}; from answers: `traite answers crosstab`.")

    def indicator(
        self, variable: str, category: str = ALL, *, population: str | None = None, unit: str | None = None,
        by: str | None = None, but: Iterable[Result] = (), **sub_population: str,
    ) -> Result:  # fmt: skip
        """One number of the edition: the share of a modality, or its count when no share was found.

        With `by`, the same number for all and for each code of a sub-population column that has one, `but` what other results
        show already; the labels are then those of the sub-populations.
        """
        who = population or self.edition.share_population
        self._check(variable, category, populations=[who], unit=unit, sub=sub_population, by=by)
        parts: dict[str, str | None] = {**sub_population, by: None} if by else {**sub_population}
        # A sign in place of a value is shown in a distribution, it answers nothing alone.
        found, withheld = self._known(self._find(variable, who, parts, category=category, unit=unit), masked=by is not None)
        found = found[np.argsort(at(self.observations, "unit", found) != "percent", kind="stable")]
        first: dict[str, int] = {}
        for code, place in zip(at(self.observations, by, found) if by else [ALL] * len(found), found, strict=True):
            first.setdefault(code, place)
        places = np.array([first[code] for code in self._in_order(by, first)], dtype=int)
        rows = without(take(self.observations, places), but)
        nearest = None
        if rows.empty and not by and not withheld and self.nomenclatures.universe(who) == "survey":
            nearest = self._nearest(variable, category, population, unit, sub_population)
        result = self.captions.indicator(rows, variable, category, who, sub_population, by=by, unit=unit, nearest=nearest)
        return masked(result) if withheld and not result else result

    def totals(self, *populations: str, title: str = "Effectifs") -> Result:
        """Numbers of victims, associations, procedures… of one or several populations."""
        self._check("total", populations=populations)
        found = np.concatenate([self._find("total", who, {}, unit="count") for who in populations])
        found, withheld = self._known(found, masked=len(populations) > 1)
        result = self.captions.totals(take(self.observations, found), populations, title)
        return masked(result) if withheld and not result else result

    def profile(self, *statistics: tuple[str, str], title: str) -> Result:
        """One indicator a line: variable and modality, in the population that the edition computes its shares on."""
        return self.captions.profile([self.indicator(*statistic) for statistic in statistics], title)

    def statistics(
        self, *variables: str, title: str, universe: str = "survey", populations: Sequence[str] = (), restricted: bool = False,
        but: Sequence[Result] = (), **sub_population: str,
    ) -> Result:  # fmt: skip
        """Every retained figure of the edition on some variables or some sub-population, whatever the population.

        Parameters
        ----------
        *variables : str
            What is measured; all variables when none is given.
        universe : str
            ``survey`` (victims), ``associations`` or ``administrative``, of the edition's year.
        populations : sequence of str
            Keep these only.
        restricted : bool
            Keep only what describes a part of a population.
        **sub_population : str
            Keep what describes these victims or a part of them: ``form="labour"`` keeps domestic labour too.
        """
        for variable in variables or ["total"]:
            self._check(variable, populations=populations, sub=sub_population)
        if universe not in (known := sorted({each.universe for each in self.nomenclatures.populations.values()})):
            raise ObservationsError(f"There is no universe {universe!r}. {available(universe, known)}")
        kept = self._retained("" if universe == "administrative" else self.edition.key)
        if universe == "administrative":
            kept = kept[kept["period"] == self.edition.key]
        kept = kept[kept["population"].isin(populations)] if populations else kept
        rows = self._about(kept, variables, universe, restricted, but, sub_population)
        return self.captions.statistics(rows, variables, title, universe, sub_population, others=any(but))

    def over_editions(self, *variables: str, title: str, but: Sequence[Result] = (), **sub_population: str) -> Result:
        """The theme of `statistics` in all dated editions: one row a statistic, one column an edition; nothing is compared."""
        for variable in variables or ["total"]:
            self._check(variable, sub=sub_population)
        kept = pd.concat([self._retained(edition.key) for edition in self.catalogue.dated])
        kept = levels(kept[kept["value"].notna() | (kept["status"] == WITHHELD)])
        rows = self._about(kept, variables, "survey", False, but, sub_population)
        return self.captions.over_editions(rows, variables, title, sub_population, others=any(but))

    def series(
        self, variable: str, category: str = ALL, *, unit: str = "percent", population: str | None = None, **sub_population: str
    ) -> Result:
        """One statistic over all editions, broken where editions do not compare; see `analysis.compare.series`."""
        self._check(variable, category, populations=[population], unit=unit, sub=sub_population)
        rows, comparisons, withheld = compare.series(
            self.observations, self.catalogue, self.nomenclatures, variable, category, unit=unit, population=population,
            **sub_population,
        )  # fmt: skip
        answered = compare.respondents(self.observations)
        return self.captions.series(rows, comparisons, withheld, variable, population, sub_population, answered)

    def small_multiples(self, variable: str, populations: Iterable[str]) -> Result:
        """Yearly counts of several populations over a variable, its total first: for small multiples."""
        frames = []
        for who in populations:
            self._check(variable, populations=[who])
            noun = self.nomenclatures.populations[who].noun_fr
            frames.append(as_group(self.series("total", unit="count", population=who), noun, "Ensemble"))
            for code in self.nomenclatures.top_level(variable, self.edition.years[0]):
                frames.append(as_group(self.series(variable, code, unit="count", population=who), noun))
        return self.captions.small_multiples(variable, frames)

    def change(
        self, variable: str, category: str = ALL, *, since: str | None = None, population: str | None = None,
        unit: str | None = None, **sub_population: str,
    ) -> Change | None:  # fmt: skip
        """Change since another edition (by default the one before); None for the first edition, or when neither has a value.

        A total is compared for one population. A share is taken in the population of each edition: when the two differ, or
        when a break of series separates them, the comparison says why and gives no number, whatever was published.
        """
        self._check(variable, category, populations=[population], unit=unit, sub=sub_population)
        keys = [edition.key for edition in self.catalogue.dated]
        earlier = self.catalogue.edition(since).key if since else dict(zip(keys[1:], keys, strict=False)).get(self.edition.key)
        if earlier is None:
            return None
        unit = unit or ("count" if variable == "total" else "percent")
        found: list[Row] = []
        for key in (earlier, self.edition.key):
            who = population or self.catalogue.edition(key).share_population
            rows = find(self.observations, variable, sub_population, population=who, category=category, unit=unit, edition=key)
            wanted = {"population": who, "variable": variable, "category": category, "unit": unit, "period": key}
            found.append(self.observations.iloc[rows[0]] if len(rows) else self._missing(wanted | sub_population))
        if all(pd.isna(row["value"]) and row["status"] != WITHHELD for row in found):
            return None
        before, after = found
        answered = compare.respondents(self.observations)
        answered = {key: answered[key] for key in (earlier, self.edition.key) if key in answered}
        return self.captions.change(compare.compare(before, after, self.catalogue, self.nomenclatures), answered)

    def workbook(self, sheet: str | None = None) -> pd.DataFrame:
        """The edition's workbook as a tidy table, one row a cell of one sheet or of all, also those that became no statement.

        After what the reader gives: ``state`` (observation, control, blank, unmatched, ambiguous, set_aside), ``why`` and, for an
        observation, ``statement_id``. Label paths are joined by `` > ``, outermost first. Empty without a workbook.
        """
        from .loading.official import tidy_frame

        return tidy_frame(self.matching, sheet)

    @cached_property
    def matching(self) -> Matching | None:
        """What became of each cell of the edition's workbook; None without one."""
        from .loading.official import matching

        return matching(self.edition, self.catalogue, self.nomenclatures)

    def heading(self) -> Markdown:
        """The edition in one paragraph: who produced it, when, about whom, from how many associations."""
        return sentences.heading(self.captions, self.totals("associations"))

    def key_points(self, *points: Result | Change | None) -> Markdown:
        """« À retenir »: up to five sentences, in order of preference, none of them doubtful; see `sentences.key_points`."""
        return sentences.key_points(self.captions, points)

    def mention(self, *points: Result) -> Markdown:
        """Short sentences, one a value, whatever their reliability: what there is to say beside tables."""
        return sentences.mention(self.captions, points)

    def with_labels(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows of Observations with the French words that tables and charts show."""
        return self.captions.with_labels(rows)

    @property
    def captions(self) -> Captions:
        """How rows of this edition are titled, labelled and explained."""
        return Captions(self.edition, self.catalogue, self.nomenclatures)

    def __repr__(self) -> str:
        return f"Survey {self.edition.key}: {len(self._retained())} figures; survey.distribution('form')…, explore.variables()"

    def _repr_html_(self) -> str:
        """What the edition is, and what there is to ask about it."""
        from markupsafe import escape

        counts = self._retained().groupby("variable", sort=False).size()
        asked = [(v.label_fr, v.code, str(counts[v.code])) for v in self.nomenclatures.variables.values() if v.code in counts]
        frame = pd.DataFrame(asked, columns=["Variable", "Code", "Chiffres retenus"])
        table = Table(frame, "Ce que l’on peut demander : survey.distribution(code), survey.series(code, modalité)…")
        return f"<p>{escape(self.heading().text.replace('**', ''))}</p>\n{table.html()}"

    words = renamed("words", "nomenclatures")
    figures = renamed("figures", "statistics")
    panels = renamed("panels", "small_multiples")
    read = renamed("read", "with_labels")

    # -- inside ----------------------------------------------------------------------------------------------------------
    def _check(
        self, variable: str, category: str | None = None, *, populations: Iterable[str | None] = (), unit: str | None = None,
        sub: Mapping[str, str] | None = None, by: str | None = None,
    ) -> None:  # fmt: skip
        parts = {**(sub or {}), **({by: ALL} if by else {})}
        for population in (None, *populations):
            check_question(self.nomenclatures, variable, category or ALL, population=population, unit=unit, sub_population=parts)

    def _retained(self, key: str | None = None) -> pd.DataFrame:
        """Retained rows of an edition, this one by default; of the administrative sources when the key is empty."""
        rows = np.flatnonzero(self.observations["retained"].to_numpy())
        return take(self.observations, rows[at(self.observations, "edition", rows) == (self.edition.key if key is None else key)])

    def _find(
        self, variable: str, population: str, sub: Mapping[str, str | None], *, known: bool = False, **only: str | None
    ) -> np.ndarray:
        """Positions about a population in the edition's year: statements of the edition, or of the administrative sources."""
        edition = "" if self.nomenclatures.universe(population) == "administrative" else self.edition.key
        only |= {"population": population, "edition": edition, "period": self.edition.key}
        return find(self.observations, variable, sub, known=known, **only)

    def _known(self, places: np.ndarray, *, masked: bool) -> tuple[np.ndarray, bool]:
        """Of some positions, those that have a value, or are `masked` too; and whether disclosure control hides any."""
        withheld = at(self.observations, "status", places) == WITHHELD
        return places[pd.notna(at(self.observations, "value", places)) | (withheld & masked)], bool(withheld.any())

    def _in_order(self, by: str | None, codes: Iterable[str]) -> list[str]:
        """Codes of a sub-population column, all first, then in nomenclature order."""
        year = self.edition.years[0]
        return sorted(codes, key=lambda code: -1 if code == ALL else self.nomenclatures.item(str(by), code, year).order)

    def _about(
        self, rows: pd.DataFrame, variables: Sequence[str], universe: str, restricted: bool, but: Iterable[Result],
        sub: dict[str, str],
    ) -> pd.DataFrame:  # fmt: skip
        """Rows of a universe on some variables or about some victims, in the order of variables, but what was shown."""
        rows = without(rows, but)

        def asked(row: Row) -> bool:
            if self.nomenclatures.universe(row["population"]) != universe or (variables and row["variable"] not in variables):
                return False
            if row["category"] == ALL and self.nomenclatures.variables[row["variable"]].nomenclature:
                return False  # the total of a distribution is a base: it is shown beside the shares
            if restricted and all(row[column] == ALL for column in SUB_POPULATION):
                return False
            return all(row[name] != ALL and self.nomenclatures.within(name, row[name], code) for name, code in sub.items())

        order = {name: number for number, name in enumerate(self.nomenclatures.variables)}
        found = [(order[row["variable"]], place) for place, row in enumerate(records(rows)) if asked(row)]
        return take(rows, np.array([place for _, place in sorted(found)], dtype=int))

    def _nearest(self, variable: str, category: str, population: str | None, unit: str | None, sub: dict[str, str]) -> Row | None:
        """The sure value of the nearest edition that has one, the earlier of two as near."""
        year = self.edition.years[0]
        others = [edition for edition in self.catalogue.dated if edition.key != self.edition.key]
        for edition in sorted(others, key=lambda e: (abs(e.years[0] - year), e.years[0])):
            asked = {"population": population or edition.share_population, "category": category, "unit": unit}
            rows = find(self.observations, variable, sub, **asked, edition=edition.key, known=True)
            for row in records(take(self.observations, rows)):
                if row["status"] == "A":
                    return row
        return None

    def _missing(self, wanted: Mapping[str, str]) -> pd.Series:
        """The row that an edition does not have, with the values that were found and set aside."""
        rows = self.observations
        rows = rows[(rows["edition"] == wanted["period"]) & ~rows["retained"] & rows["value"].notna()]
        for column in (*SUB_POPULATION, "population", "variable", "category", "unit"):
            rows = rows[rows[column] == wanted.get(column, ALL)]
        return self.captions.missing(wanted, rows)


def open_edition(edition: str | int) -> Survey:
    """Open an edition of the survey by its reference year, as text or a number, or a demonstration by its key, ``"demo2022"``."""
    catalogue, words, table = load(synthetic=is_synthetic(edition))
    return Survey(catalogue.edition(edition), catalogue, words, table)
