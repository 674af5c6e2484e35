"""What a notebook holds: one edition of the survey, and the questions that can be put to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .analysis import compare, shares
from .analysis.compare import NOT_FOUND
from .catalogue import INVENTED, Catalogue, Edition
from .loading.harmonise import load
from .nomenclature import ALL, Nomenclatures, Variable
from .presentation import wording
from .result import Kind, Markdown, Result, together, without
from .table import CALCULATED, SUB_POPULATION, Row, at, find, records, take

if TYPE_CHECKING:
    from .loading.official import Matching

KEY_POINTS = 5
"""Sentences of « À retenir », at most."""

KEY_STATUSES = ("A", CALCULATED)
"""Statuses that may open a chapter: published as sure, or calculated from two such values."""

UNITS = {
    "count": "unités",
    "percent": "%",
    "percent_change": "%",
    "points": "points",
    "years": "ans",
    "months": "mois",
    "ratio": "fois",
}
UNITS |= {"per_100000": "pour 100 000"}


@dataclass
class Survey:
    """One edition of the survey with everything needed to question it; made by `open_edition`.

    Every number that a method returns is remembered in `shown`: the chapter ends with their sources.
    """

    edition: Edition
    catalogue: Catalogue
    words: Nomenclatures
    observations: pd.DataFrame
    shown: list[str] = field(default_factory=list)
    _counted: tuple[pd.DataFrame, pd.Series] | None = field(default=None, init=False, repr=False, compare=False)

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
            A sub-population column: one distribution for each of its codes that has figures (the whole is a distribution of
            its own).
        among : str, optional
            Keep one modality and those below it: ``among="labour"``.
        but : iterable of Result
            Leave out what these show already.
        **sub_population : str
            Restriction, such as ``form="sexual"``.
        """
        who = population or self.edition.share_population
        parts = [sub_population]
        if by:
            codes = self._codes(variable, who, by, sub_population)
            parts = [{**sub_population, by: code} for code in codes if code != ALL]
        frames = [
            shares.distribution(self.observations, self.words, variable, period=self.edition.key, population=who, **part)
            for part in parts
        ]
        rows = pd.concat(frames) if frames else self.observations.iloc[:0].assign(level=0, order=0)
        if among:
            rows = rows[rows["category"].isin({code for code in rows["category"] if self.words.within(variable, code, among)})]
        rows = without(rows, but)
        result = self._result(rows, variable, who, sub_population)
        if who != self.edition.share_population and variable != "accompanied":
            described = self.words.populations[who]
            result = replace(result, title=f"{result.title}, {described.noun_fr} {described.qualifier_fr}")
        if not by:
            return result
        title = f"{result.title}, selon {wording.SELECTORS[by]}"
        frame = result.frame.assign(group=self._parts_of(rows, by))
        absent = f"Aucun chiffre relevé pour cette édition : {wording.lower_first(title)}."
        whole = wording.subtitle(self._blank(who, sub_population, self.edition.years[0]), self.words)
        return replace(result, frame=frame, title=title, kind="groups", absent=absent, population=whole)

    def indicator(
        self, variable: str, category: str = ALL, *, population: str | None = None, unit: str | None = None,
        by: str | None = None, but: Iterable[Result] = (), **sub_population: str,
    ) -> Result:  # fmt: skip
        """One number of the edition: the share of a modality, or its count when no share was found.

        With `by`, the same number for all and for each code of a sub-population column that has one, `but` what other results
        show already; the labels are then those of the sub-populations.
        """
        who = population or self.edition.share_population
        if category != ALL:
            self.words.item(variable, category)
        parts: dict[str, str | None] = {**sub_population, by: None} if by else {**sub_population}
        # A sign in place of a value is shown in a distribution, it answers nothing alone.
        found = self._find(variable, who, parts, category=category, unit=unit, known=True)
        found = found[np.argsort(at(self.observations, "unit", found) != "percent", kind="stable")]
        first: dict[str, int] = {}
        for code, place in zip(at(self.observations, by, found) if by else [ALL] * len(found), found, strict=True):
            first.setdefault(code, place)
        rows = take(self.observations, np.array([first[code] for code in self._in_order(by, first)], dtype=int))
        rows = without(rows, but)
        result = self._result(rows, variable, who, sub_population)
        if not result and unit is not None:  # the share may be known: nothing is said of a missing count
            result = replace(result, absent="")
        elif not result and category != ALL:
            result = replace(result, absent=self._absent_category(variable, category, who, sub_population))
        if not result and not by and self.words.universe(who) == "survey":
            result = replace(result, elsewhere=self._nearest(variable, category, population, unit, sub_population))
        if by and not result:
            subject = self.words.variable(variable).subject_fr
            absent = f"Aucun chiffre relevé pour cette édition : {subject}, selon {wording.SELECTORS[by]}."
            return replace(result, absent=absent)
        if not by:
            return result
        title = f"{self._subject(result)}, selon {wording.SELECTORS[by]}"
        labels = self._parts_of(rows, by)
        return replace(
            result, frame=result.frame.assign(label=labels, inline=[wording.lower_first(text) for text in labels]), title=title
        )

    def _nearest(
        self, variable: str, category: str, population: str | None, unit: str | None, sub: dict[str, str]
    ) -> Row | None:  # fmt: skip
        """The sure value of the nearest edition that has one, the earlier of two as near."""
        year = self.edition.years[0]
        for edition in sorted(self.catalogue.dated, key=lambda e: (abs(e.years[0] - year), e.years[0])):
            who = population or edition.share_population
            rows = find(
                self.observations, variable, sub, population=who, category=category, unit=unit, edition=edition.key, known=True
            )
            for row in records(take(self.observations, rows)):
                if row["status"] == "A" and edition.key != self.edition.key:
                    return row
        return None

    def totals(self, *populations: str, title: str = "Effectifs") -> Result:
        """Numbers of victims, associations, procedures… of one or several populations."""
        found = [self._find("total", who, {}, unit="count", known=True) for who in populations]
        result = self._result(take(self.observations, np.concatenate(found)), "total", populations[0], {})
        if len(populations) == 1 or result.said:
            return result
        return replace(result, title=title, population=together(result.frame["label"]) or result.population)

    def profile(self, *statistics: tuple[str, str], title: str) -> Result:
        """One indicator a line: variable and modality, in the population that the edition computes its shares on."""
        found = [result for result in (self.indicator(*statistic) for statistic in statistics)]
        frame = pd.concat([result.frame for result in found if result] or [found[0].frame])
        labels = _with_subject(frame)
        frame = frame.assign(label=labels, inline=[wording.lower_first(label) for label in labels])
        absent = "Aucun des chiffres clés n’a été relevé pour cette édition."
        return Result(frame, title, found[0].population, tuple(wording.notes_of(frame)), absent, said=self._said(frame))

    def figures(
        self, *variables: str, title: str, universe: str = "survey", populations: Sequence[str] = (), restricted: bool = False,
        but: Iterable[Result] = (), **sub_population: str,
    ) -> Result:  # fmt: skip
        """Every retained figure of the edition on some variables or about some sub-population, whatever the population.

        Parameters
        ----------
        *variables : str
            What is measured; all variables when none is given.
        title : str
            Title of the table.
        universe : str
            ``survey`` (victims), ``associations`` or ``administrative``, of the edition's year.
        populations : sequence of str
            Keep these only.
        restricted : bool
            Keep only what describes a part of a population.
        but : iterable of Result
            Leave out what these show already.
        **sub_population : str
            Keep what describes these victims or a part of them: ``form="labour"`` keeps domestic labour too.
        """
        kept = self._retained("" if universe == "administrative" else self.edition.key)
        if universe == "administrative":
            kept = kept[kept["period"] == self.edition.key]
        if populations:
            kept = kept[kept["population"].isin(populations)]
        rows = self._about(kept, variables, universe, restricted, but, sub_population)
        first = variables[0] if variables else "total"
        result = self._result(rows, first, self.edition.share_population, sub_population)
        found = records(rows)
        labels = list(result.frame["label"])
        if len({row["variable"] for row in found}) > 1:
            labels = _with_subject(result.frame)
        described = {row["population"] for row in found}
        whole = self.words.populations[described.pop()].scope_fr if len(described) == 1 else ""
        parts = list(result.frame["who"])
        population = together(parts)
        if whole and len(set(parts)) > 1:
            population = f"{whole} ; chaque ligne dit laquelle de ses parties"
            parts = [wording.part_of(row, self.words) for row in found]
            parts = [f"ensemble des {part}" if " " not in part else part for part in parts]
        subjects = wording.listed(self.words.variable(name).subject_fr for name in variables)
        who = {"survey": self._who(sub_population), "associations": "associations répondantes"}.get(universe, "police et justice")
        absent = f"Aucun chiffre relevé pour cette édition : {subjects or wording.lower_first(title)} ({who})."
        if list(but):  # what there is stands above
            absent = f"Aucun autre chiffre relevé pour cette édition ({who})."
        return replace(
            result,
            frame=result.frame.assign(label=labels, inline=_inline(result.frame, labels), group=parts),
            title=title,
            population=population or result.population,
            absent=absent,
            kind="figures",
        )

    def over_editions(self, *variables: str, title: str, but: Iterable[Result] = (), **sub_population: str) -> Result:
        """The same theme in all dated editions: one row a statistic, one column an edition; nothing is compared.

        Parameters are those of `figures`.
        """
        keys = [edition.key for edition in self.catalogue.dated]
        kept = pd.concat([self._retained(key) for key in keys])
        kept = kept[kept["value"].notna() & ~kept["variable"].str.startswith("change_")]
        rows = self._about(kept, variables, "survey", False, but, sub_population)
        result = self._result(rows, variables[0] if variables else "total", self.edition.share_population, sub_population)
        labels = list(result.frame["label"])
        if result.frame["variable"].nunique() > 1:
            labels = _with_subject(result.frame)
        shown = set(rows["period"])
        notes = [
            *result.notes,
            "Un tiret : aucun chiffre relevé. Aucun écart n’est calculé ici : ce qui se compare est au chapitre des évolutions.",
        ]
        if (rows["status"] == "U").any():
            notes.append("* : fiabilité faible.")
        if others := [key for key in keys if key not in shown]:
            notes.append(f"Sans {'autre ' if list(but) else ''}chiffre sur ce thème : {wording.listed(others)}.")
        return replace(
            result,
            frame=result.frame.assign(label=labels, inline=_inline(result.frame, labels)),
            title=title, population=wording.EACH_LINE, notes=tuple(notes), kind="editions", said="",
            absent=f"Aucun chiffre retenu : {wording.lower_first(title)}.",
        )  # fmt: skip

    def _about(
        self, rows: pd.DataFrame, variables: Sequence[str], universe: str, restricted: bool, but: Iterable[Result],
        sub: dict[str, str],
    ) -> pd.DataFrame:  # fmt: skip
        """Rows of a universe on some variables or about some victims, in the order of variables, but what was shown."""
        rows = without(rows, but)

        def asked(row: Row) -> bool:
            if self.words.universe(row["population"]) != universe or (variables and row["variable"] not in variables):
                return False
            if row["category"] == ALL and self.words.variables[row["variable"]].nomenclature:
                return False  # the total of a distribution is a base: it is shown beside the shares
            if restricted and all(row[column] == ALL for column in SUB_POPULATION):
                return False
            return all(row[name] != ALL and self.words.within(name, row[name], code) for name, code in sub.items())

        order = {name: number for number, name in enumerate(self.words.variables)}
        found = [(order[row["variable"]], place) for place, row in enumerate(records(rows)) if asked(row)]
        return take(rows, np.array([place for _, place in sorted(found)], dtype=int))

    def series(
        self, variable: str, category: str = ALL, *, unit: str = "percent", population: str | None = None, **sub_population: str
    ) -> Result:
        """One statistic over all editions, broken where editions do not compare; see `analysis.compare.series`."""
        rows = compare.series(
            self.observations, self.catalogue, self.words, variable, category, unit=unit, population=population,
            known=self._respondents, **sub_population,
        )  # fmt: skip
        result = self._result(rows, variable, population or self.edition.share_population, sub_population, "series")
        breaks = tuple(
            f"Avant {p}, la ligne s’interrompt : {wording.lower_first(b)}"
            for p, b in zip(rows["period"], rows["break_before"], strict=True)
            if b
        )
        who = together(result.frame["who"]) or result.population
        if self.words.universe(population or self.edition.share_population) == "administrative" or rows.empty:
            return replace(result, population=who, notes=(*result.notes, *breaks))
        dated = [edition.key for edition in self.catalogue.dated]
        known = {key: int(self._respondents[key]) for key in dated if key in self._respondents}
        missing = [key for key in dated if key not in set(rows["period"])]
        if self.words.universe(population or "accompanied") == "survey":
            counted = find(self.observations, "total", {}, population="associations", unit="count", known=True)
            self.shown += list(at(self.observations, "statement_id", counted))
        said_once = dict.fromkeys(missing[:1], " associations répondantes")
        named = [f"{key} ({known[key]}{said_once.get(key, '')})" if key in known else key for key in missing]
        gap = (f"Sans valeur retenue : {wording.listed(named)}.",) if named else ()
        return replace(result, population=who, notes=(*result.notes, *gap, *breaks), respondents=known)

    def panels(self, variable: str, populations: Iterable[str]) -> Result:
        """Yearly counts of several populations over a variable, its total first: for small multiples."""
        frames = []
        for who in populations:
            codes = self.words.top_level(variable, self.edition.years[0])
            for name, code in [("total", ALL), *((variable, code) for code in codes)]:
                found = self.series(name, code, unit="count", population=who)
                label = "Ensemble" if name == "total" else None
                frames.append(
                    found.frame.assign(
                        group=wording.upper_first(self.words.populations[who].noun_fr), label=label or found.frame["label"]
                    )
                )
        frame = pd.concat(frames)
        # One publication, the one that says most: series of two publications are not one.
        frame = frame[frame["publication"] == frame["publication"].mode().iloc[0]]
        title = f"{self.words.variable(variable).label_fr} : effectifs par année"
        return Result(frame, title, together(frame["who"]), tuple(wording.notes_of(frame)), "", "panels")

    def change(
        self, variable: str, category: str = ALL, *, since: str | None = None, population: str | None = None,
        unit: str | None = None, **sub_population: str,
    ) -> compare.Comparison | None:  # fmt: skip
        """Change since another edition (by default the one before); None for the first edition, or when neither has a value.

        A total is compared for one population. A share is taken in the population of each edition: when the two differ, or
        when a break of series separates them, the comparison says why and gives no number, whatever was published.
        """
        keys = [edition.key for edition in self.catalogue.dated]
        earlier = self.catalogue.edition(since).key if since else dict(zip(keys[1:], keys, strict=False)).get(self.edition.key)
        if earlier is None:
            return None
        unit = unit or ("count" if variable == "total" else "percent")
        found = []
        for key in (earlier, self.edition.key):
            who = population or self.catalogue.edition(key).share_population
            rows = find(self.observations, variable, sub_population, population=who, category=category, unit=unit, edition=key)
            found.append(
                self.observations.iloc[rows[0]]
                if len(rows)
                else self._missing(variable, category, unit, who, sub_population, key)
            )
        if all(pd.isna(row["value"]) for row in found):
            return None
        result = compare.compare(found[0], found[1], self.observations, self.catalogue, self.words, known=self._respondents)
        if not result.refusals:
            self.shown += [row["statement_id"] for row in found]
        return result

    def _missing(
        self, variable: str, category: str, unit: str, population: str, sub: dict[str, str], key: str
    ) -> pd.Series:  # fmt: skip
        """The row that an edition does not have; its note says which values were found and set aside, and why."""
        blank = self._blank(population, sub, int(key)) | {"variable": variable, "category": category, "unit": unit}
        blank |= {"value": float("nan"), "bound": "", "status": "O", "source_id": "", "publication": ""}
        rows = self.observations
        rows = rows[(rows["edition"] == key) & ~rows["retained"] & rows["value"].notna()]
        for column in (*SUB_POPULATION, "population", "variable", "category", "unit"):
            rows = rows[rows[column] == blank[column]]
        aside = [f"{wording.quantity_of(row)} : {wording.lower_first(row['reason'])}" for row in records(rows)]
        return pd.Series(blank | {"note": f"Valeur écartée, {' ; '.join(aside)}" if aside else ""})

    def workbook(self, sheet: str | None = None) -> pd.DataFrame:
        """The edition's workbook as a tidy table: every body cell, also those that became no statement, and why.

        Parameters
        ----------
        sheet : str, optional
            Keep the tables of one sheet.

        Returns
        -------
        DataFrame
            One row a cell: ``sheet, cell, table, title, rows, columns, value, unit, status, marker, population, source,
            reading, note``; then ``state`` (observation, control, blank, unmatched, ambiguous, set_aside), ``why`` and, for
            an observation, ``statement_id``. Label paths are joined by `` > ``, outermost first. Empty without a workbook.

        Raises
        ------
        WorkbookError
            There is no such sheet; the message lists those that exist.
        """
        from .loading.official import tidy_frame

        return tidy_frame(self.matching, sheet)

    @cached_property
    def matching(self) -> Matching | None:
        """What became of each cell of the edition's workbook; None without one."""
        from .loading.official import matching

        return matching(self.edition, self.catalogue, self.words)

    def heading(self) -> Markdown:
        """The edition in one paragraph: who produced it, when, about whom, from how many associations."""
        edition = self.edition
        answered = ""
        if len(found := self._find("total", "associations", {}, unit="count", known=True)):
            row = self.observations.iloc[found[0]]
            self.shown.append(row["statement_id"])
            answered = f" {wording.quantity_of(row)} associations ont répondu."
        invented = f"\n\n**{INVENTED}**" if edition.invented else ""
        return Markdown(
            f"**Édition {edition.key}** — {edition.title}. {wording.listed(edition.producers)}, {edition.published}.{answered} "
            f"Sauf mention contraire, les parts décrivent {self.words.populations[edition.share_population].scope_fr}.{invented}"
        )

    def key_points(self, *points: Result | compare.Comparison | None) -> Markdown:
        """« À retenir »: up to five sentences, in order of preference, none of them doubtful.

        With fewer than three, what was not found is said. When the edition has none, what the nearest editions say comes first,
        under their years.
        """
        said: list[str] = []
        unsaid: list[str] = []
        unanswered: list[str] = []
        nearest: list[Row] = []
        reserves: set[str] = set()
        before: Row | None = None
        for point in points:
            if isinstance(point, compare.Comparison):
                fresh = tuple(text for text in point.reservations if text not in reserves)
                sentence = wording.change_sentence(replace(point, reservations=fresh or ("Même réserve.",)), self.words)
                if point.motive == NOT_FOUND:  # its own point says that a value was not found: the change comes after
                    since = f"Aucun écart depuis {point.before['period']} : {wording.lower_first(sentence)}"
                    unanswered.append(since)
                else:
                    (unsaid if point.refusals else said).append(sentence)
                reserves |= set(point.reservations)
                before = None
            elif point:
                row = point.frame.iloc[0]
                if row["status"] in KEY_STATUSES and len(said) < KEY_POINTS:
                    said.append(wording.sentence(row, self.words, row["publisher"], after=before))
                    # « ces victimes » are those of a total just said; after a share, they would be read as its part.
                    before = row if row["variable"] == "total" else None
            elif point is not None:
                unsaid += [point.absent] if point.absent else []
                nearest += [point.elsewhere] if point.elsewhere else []
        said = list(dict.fromkeys(said))
        lines = (said + list(dict.fromkeys(unsaid + unanswered))[: max(0, 3 - len(said))])[:KEY_POINTS]
        if said or not nearest:
            return Markdown("\n".join(f"- {line}" for line in lines))
        intro = "Cette édition n’a aucun chiffre sûr sur ce thème ; à défaut, ce que disent les éditions les plus proches :"
        away = [abs(int(row["reference_year"]) - self.edition.years[0]) for row in nearest]
        nearest = [row for row, years in zip(nearest, away, strict=True) if years <= max(2, min(away))]
        self.shown += [row["statement_id"] for row in nearest[:3]]
        theirs = [wording.sentence(row, self.words, self.catalogue.sources[row["source_id"]].publisher_fr) for row in nearest[:3]]
        return Markdown("\n".join([intro, "", *(f"- {line}" for line in dict.fromkeys([*theirs, *lines[:2]]))]))

    def mention(self, *points: Result) -> Markdown:
        """Short sentences, one a value, whatever their reliability: what there is to say beside tables."""
        lines = [
            wording.sentence(row, self.words, row["publisher"])
            for point in points
            for row in records(point.frame)
            if pd.notna(row["value"])
        ]
        return Markdown("\n".join(f"- {line}" for line in dict.fromkeys(lines)))

    def _repr_html_(self) -> str:
        """What the edition is, and what there is to ask about it."""
        from markupsafe import escape

        from .presentation.tables import Table

        kept = self._retained()
        counts = kept.groupby("variable", sort=False).size()
        frame = pd.DataFrame(
            {
                "Variable": [self.words.variable(name).label_fr for name in self.words.variables if name in counts],
                "Code": [name for name in self.words.variables if name in counts],
                "Chiffres retenus": [str(counts[name]) for name in self.words.variables if name in counts],
            }
        )
        about = self.heading().text.replace("**", "")
        table = Table(frame, "Ce que l’on peut demander : survey.distribution(code), survey.series(code, modalité)…")
        return f"<p>{escape(about)}</p>\n{table.html()}"

    def save(self, output: str) -> None:
        """Write the figures shown so far as a tidy CSV, when the renderer asks for it.

        Parameters
        ----------
        output : str
            File to write; empty, nothing is written.
        """
        if output:
            Path(output).parent.mkdir(parents=True, exist_ok=True)
            self.read(self.observations[self.observations["statement_id"].isin(self.shown)]).to_csv(output, index=False)

    def read(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows of Observations with the French words that tables and charts show."""
        return self._read(rows, records(rows))

    # -- inside ----------------------------------------------------------------------------------------------------
    def _read(self, rows: pd.DataFrame, found: Sequence[Row]) -> pd.DataFrame:
        words, known = self.words, self.catalogue.sources
        sources = [known[row["source_id"]] if row["source_id"] else None for row in found]
        read = pd.DataFrame(
            {
                "label": [self._label(row) for row in found],
                "inline": [wording.inline(row, words) for row in found],
                "text": [wording.quantity_of(row) for row in found],
                "who": [wording.population_of(row, words) for row in found],
                "variable_label": [words.variables[row["variable"]].label_fr for row in found],
                "unit_label": [UNITS[row["unit"]] for row in found],
                "publisher": [source.publisher_fr if source else "" for source in sources],
                "citation": [source.citation_fr if source else "" for source in sources],
            },
            index=rows.index,
            dtype="str",
        )
        # One concatenation costs less than half of eight assignments, which only rows that were read before need.
        return rows.assign(**read) if "label" in rows else pd.concat([rows, read], axis=1)

    @property
    def _respondents(self) -> pd.Series:
        """Number of responding associations by period, counted again when the survey is given other observations."""
        if self._counted is None or self._counted[0] is not self.observations:
            self._counted = self.observations, compare.respondents(self.observations)
        return self._counted[1]

    def _retained(self, key: str | None = None) -> pd.DataFrame:
        """Retained rows of an edition, this one by default; of the administrative sources when the key is empty."""
        rows = np.flatnonzero(self.observations["retained"].to_numpy())
        return take(self.observations, rows[at(self.observations, "edition", rows) == (self.edition.key if key is None else key)])

    def _find(
        self, variable: str, population: str, sub: Mapping[str, str | None],
        *, category: str | None = None, unit: str | None = None, known: bool = False,
    ) -> np.ndarray:  # fmt: skip
        """Positions about a population in the edition's year: statements of the edition, or of the administrative sources."""
        edition = "" if self.words.universe(population) == "administrative" else self.edition.key
        return find(
            self.observations, variable, sub, population=population, category=category, unit=unit, edition=edition,
            period=self.edition.key, known=known,
        )  # fmt: skip

    def _codes(self, variable: str, population: str, by: str, sub: dict[str, str]) -> list[str]:
        """Codes of a sub-population column that have figures on a variable."""
        rows = self._find(variable, population, {**sub, by: None})
        return self._in_order(by, set(at(self.observations, by, rows)))

    def _in_order(self, by: str | None, codes: Iterable[str]) -> list[str]:
        """Codes of a sub-population column, all first, then in nomenclature order."""
        year = self.edition.years[0]
        return sorted(codes, key=lambda code: -1 if code == ALL else self.words.item(str(by), code, year).order)

    def _parts_of(self, rows: pd.DataFrame, by: str) -> list[str]:
        return [self.words.label(by, code, self.edition.years[0]) for code in rows[by]]

    def _label(self, row: Row) -> str:
        if row["category"] == ALL:
            alone = row["variable"] == "total"
            return wording.subtitle(row, self.words) if alone else self.words.variable(row["variable"]).label_fr
        return wording.label_of(row, self.words)

    def _result(
        self, rows: pd.DataFrame, variable: str, population: str, sub: dict[str, str], kind: Kind = "distribution"
    ) -> Result:
        info = self.words.variable(variable)
        found = records(rows)
        described = found[0] if found else self._blank(population, sub, self.edition.years[0])
        frame = self._read(rows, found)
        self.shown += [row["statement_id"] for row in found if pd.notna(row["value"])]
        self.shown += [name for row in found if row["status"] == CALCULATED for name in row["locator"].split(" / ")]
        notes = wording.notes_of(frame)
        # Modalities of one variable, for the same victims: what several answers can add up to.
        asked = {
            (row["variable"], row["population"], *(row[name] for name in SUB_POPULATION), row["category"])
            for row in found
            if row["unit"] == "percent" and pd.notna(row["value"])
        }
        several = {key[0] for key, number in Counter(key[:-1] for key in asked).items() if number > 1}
        multiple = [self.words.variable(name) for name in several if self.words.variable(name).multiple]
        if any(variable.question == "administrative" for variable in multiple):
            notes.append("Une même personne peut compter dans plusieurs lignes : les parts peuvent dépasser 100 % au total.")
        elif multiple:
            notes.append("Plusieurs réponses possibles : les parts peuvent dépasser 100 % au total.")
        if any(pd.isna(row["value"]) and row["source_id"] == "" for row in found):
            notes.append(f"« {wording.MISSING.capitalize()} » : aucun chiffre dans les sources consultées ; ce n’est pas zéro.")
        title = info.label_fr if variable != "total" else self.words.populations[population].label_fr
        result = Result(frame, title, wording.subtitle(described, self.words), tuple(notes), self._absent(info, described), kind)
        result = replace(result, said=self._said(frame))
        return replace(result, title=self._subject(result)) if kind == "series" else result

    def _said(self, frame: pd.DataFrame) -> str:
        """The sentence of a single value, with the modalities that were asked for and not found."""
        known = frame["value"].notna().to_numpy()
        if known.sum() != 1:
            return ""
        row = frame[known].iloc[0]
        missing = wording.listed(str(label) for label in frame["inline"][~known])
        other = f" {wording.upper_first(missing)} : non relevé." if missing else ""
        return wording.sentence(row, self.words, row["publisher"]) + other

    def _subject(self, result: Result) -> str:
        """Title of a result about one modality: « Sexe : femmes », or the variable alone when it has no other."""
        if not result or result.frame["category"].iloc[-1] == ALL:
            return result.title
        last = result.frame.iloc[-1]
        if len(self.words.top_level(last["variable"], wording.year_of(last))) == 1:
            return result.title
        own = wording.inline({**last, "period": str(self.edition.years[-1])}, self.words)  # as this edition says it
        return f"{result.title} : {own}"

    @staticmethod
    def _blank(population: str, sub: dict[str, str], year: int) -> dict[str, Any]:
        """Who a missing observation would describe."""
        return dict.fromkeys(SUB_POPULATION, ALL) | {
            "population": population, "reference_year": year, "period": str(year)
        } | sub  # fmt: skip

    def _who(self, sub: dict[str, str]) -> str:
        return wording.population_of(self._blank(self.edition.share_population, sub, self.edition.years[0]), self.words)

    def _absent(self, info: Variable, described: Row) -> str:
        if described["population"] == "identified" and not self.edition.identified_counted:
            return "Les victimes repérées n’étaient pas encore dénombrées pour cette édition."
        who = wording.population_of(described, self.words)
        if info.code == "total":
            return f"Aucun chiffre relevé pour cette édition : nombre {wording.of(who)}."
        return f"Aucun chiffre relevé pour cette édition : {info.subject_fr} ({who})."

    def _absent_category(self, variable: str, category: str, population: str, sub: dict[str, str]) -> str:
        """What is said of one missing modality: nothing when the edition did not have it."""
        year = self.edition.years[0]
        asked = [(variable, category), *((column, code) for column, code in sub.items() if code != ALL)]
        if not all(self.words.valid(name, code, year) for name, code in asked):
            return ""
        predicate = self.words.item(variable, category, year, sub.get("age", ALL)).predicate_fr
        who = wording.population_of(self._blank(population, sub, year), self.words)
        return f"Aucun chiffre relevé pour cette édition : part des {who} qui {predicate}."


def _inline(frame: pd.DataFrame, labels: Sequence[str]) -> list[str]:
    """Labels inside a sentence: those of the frame where they did not change, which keep the capital of proper nouns."""
    same = zip(frame["label"], frame["inline"], labels, strict=True)
    return [inline if label == new else wording.lower_first(new) for label, inline, new in same]


def _with_subject(frame: pd.DataFrame) -> list[str]:
    """Label of each row with its variable, where a table holds several."""
    pairs = zip(frame["variable_label"], frame["label"], frame["inline"], strict=True)
    return [label if label == subject else f"{subject} : {inline}" for subject, label, inline in pairs]


def observations() -> pd.DataFrame:
    """The whole Observations table, every statement of every source; a copy, free to change."""
    return load()[2].copy()


def open_edition(edition: str | int) -> Survey:
    """Open an edition of the survey by its reference year.

    Parameters
    ----------
    edition : str or int
        Reference year (papermill's command line makes a year an int).

    Raises
    ------
    CatalogueError
        There is no such edition; the message lists those that exist.
    """
    catalogue, words, table = load()
    return Survey(catalogue.edition(edition), catalogue, words, table)
