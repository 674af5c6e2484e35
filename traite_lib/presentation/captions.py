"""Captions: from rows of Observations to a `Result` with its title, its population, its notes, or why there is none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

import pandas as pd

from ..analysis.compare import Comparison, Unfit
from ..catalogue import INTERNAL, Break, Catalogue, Edition
from ..nomenclature import ALL, Nomenclatures, Variable, terms
from ..table import SUB_POPULATION, WITHHELD, Row, last_year, records
from . import wording
from .quantities import MISSING
from .result import Change, Result, ResultKind, together

SubPopulation = Mapping[str, str]


@dataclass(frozen=True)
class Captions:
    """How an edition reads the rows that answer a question: one method for each kind of question."""

    edition: Edition
    catalogue: Catalogue
    words: Nomenclatures

    def with_labels(self, rows: pd.DataFrame, found: Sequence[Row] | None = None) -> pd.DataFrame:
        """Rows of Observations with the French words that tables and charts show; `found` are their records, when known."""
        found = records(rows) if found is None else found
        words, known, units = self.words, self.catalogue.sources, terms("units")
        sources = [known[row["source_id"]] if row["source_id"] else None for row in found]
        read = pd.DataFrame(
            {
                "label": [self._label(row) for row in found],
                "inline": [wording.inline(row, words) for row in found],
                "text": [wording.quantity_of(row) for row in found],
                "who": [wording.population_of(row, words) for row in found],
                "variable_label": [words.variables[row["variable"]].label_fr for row in found],
                "unit_label": [units[row["unit"]].short_fr for row in found],
                "publisher": [source.publisher_fr if source else "" for source in sources],
                "citation": [source.citation_fr if source else "" for source in sources],
            },
            index=rows.index,
            dtype="str",
        )
        # One concatenation costs less than half of eight assignments, which only rows that were read before need.
        return rows.assign(**read) if "label" in rows else pd.concat([rows, read], axis=1)

    def _label(self, row: Row) -> str:
        if row["category"] == ALL:
            alone = row["variable"] == "total"
            return wording.subtitle(row, self.words) if alone else self.words.variable(row["variable"]).label_fr
        return wording.label_of(row, self.words)

    def result(
        self, rows: pd.DataFrame, variable: str, population: str, sub: SubPopulation, kind: ResultKind = "distribution"
    ) -> Result:  # fmt: skip
        """Rows about one variable and one population, with what every kind of result says."""
        info = self.words.variable(variable)
        found = records(rows)
        described = found[0] if found else self._blank(population, sub)
        frame = self.with_labels(rows, found)
        title = info.label_fr if variable != "total" else self.words.populations[population].label_fr
        notes = (*wording.notes_of(frame), *self._notes(found), *self._mark)
        absent = self._absent(info, described)
        return Result(frame, title, wording.subtitle(described, self.words), notes, absent, kind, self._said(frame))

    @property
    def _mark(self) -> list[str]:  # in notes, it is inside the image of a chart too
        return [f"{INTERNAL}."] if self.edition.is_internal else []

    def _notes(self, rows: Sequence[Row]) -> list[str]:
        """What a reader must know of rows together: several answers, values that nobody gives."""
        notes = []
        # Modalities of one variable, for the same victims: what several answers can add up to.
        asked = {
            (row["variable"], row["population"], *(row[name] for name in SUB_POPULATION), row["category"])
            for row in rows
            if row["unit"] == "percent" and pd.notna(row["value"])
        }
        several = {key[0] for key, number in Counter(key[:-1] for key in asked).items() if number > 1}
        multiple = [self.words.variable(name) for name in several if self.words.variable(name).multiple]
        if any(variable.question == "administrative" for variable in multiple):
            notes.append("Une même personne peut compter dans plusieurs lignes : les parts peuvent dépasser 100 % au total.")
        elif multiple:
            notes.append("Plusieurs réponses possibles : les parts peuvent dépasser 100 % au total.")
        if any(pd.isna(row["value"]) and row["source_id"] == "" for row in rows):
            notes.append(f"« {MISSING.capitalize()} » : aucun chiffre dans les sources consultées ; ce n’est pas zéro.")
        signs = {row["status"] for row in rows if pd.isna(row["value"]) and row["source_id"]}
        told = [term for code, term in terms("statuses").items() if code in signs and term.short_fr.startswith("[")]
        return notes + [f"{term.short_fr} : {term.label_fr}." for term in told]

    def _said(self, frame: pd.DataFrame) -> str:
        """The sentence of a single value, with the modalities that were asked for and not found."""
        known = frame["value"].notna().to_numpy()
        if known.sum() != 1:
            return ""
        row = frame[known].iloc[0]
        unknown: dict[str, list[str]] = {}
        for other in records(frame[~known]):
            why = wording.lower_first(wording.MASKED) if other["status"] == WITHHELD else MISSING
            unknown.setdefault(why, []).append(other["inline"])
        others = [f" {wording.upper_first(wording.listed(dict.fromkeys(names)))} : {why}." for why, names in unknown.items()]
        return "".join([wording.sentence(row, self.words, row["publisher"]), *others])

    # -- one method for each question of `Survey` ------------------------------------------------------------------------

    def distribution(
        self, rows: pd.DataFrame, variable: str, population: str, sub: SubPopulation, by: str | None, among: str | None
    ) -> Result:
        """A distribution, or one for each code of a sub-population column, or of what one modality is made of."""
        result = self.result(rows, variable, population, sub)
        if among and not result:
            inside = f"le détail de « {wording.lower_first(self.words.label(variable, among, self.edition.years[0]))} »"
            who = wording.lower_first(result.population)
            return replace(result, absent=f"Aucun chiffre relevé pour cette édition : {inside} ({who}).")
        if population != self.edition.share_population and variable != "accompanied":
            described = self.words.populations[population]
            result = replace(result, title=f"{result.title}, {described.noun_fr} {described.qualifier_fr}")
        if not by:
            return replace(result, message=wording.message(records(rows), self.words))
        title = f"{result.title}, selon {terms('columns')[by].short_fr}"
        frame = result.frame.assign(group=self._parts_of(rows, by))
        absent = f"Aucun chiffre relevé pour cette édition : {wording.lower_first(title)}."
        whole = wording.subtitle(self._blank(population, sub), self.words)
        return replace(result, frame=frame, title=title, kind="groups", absent=absent, population=whole)

    def indicator(
        self, rows: pd.DataFrame, variable: str, category: str, population: str, sub: SubPopulation,
        *, by: str | None, unit: str | None, nearest: Row | None,
    ) -> Result:  # fmt: skip
        """One number, or the same number for each part; without it, what is missing and the nearest edition that has it."""
        result = self.result(rows, variable, population, sub)
        if not result and unit is not None:  # the share may be known: nothing is said of a missing count
            result = replace(result, absent="")
        elif not result and category != ALL:
            result = replace(result, absent=self._absent_category(variable, category, population, sub))
        if by and not result:
            subject = self.words.variable(variable).subject_fr
            absent = f"Aucun chiffre relevé pour cette édition : {subject}, selon {terms('columns')[by].short_fr}."
            return replace(result, absent=absent)
        if not by:
            return replace(result, elsewhere=nearest)
        title = f"{self._subject(result)[0]}, selon {terms('columns')[by].short_fr}"
        labels = self._parts_of(rows, by)
        frame = result.frame.assign(label=labels, inline=[wording.lower_first(text) for text in labels])
        whole = wording.subtitle(self._blank(population, sub), self.words)  # of all the parts, not of the first that is shown
        return replace(result, frame=frame, title=title, population=whole, said=self._said(frame))

    def totals(self, rows: pd.DataFrame, populations: Sequence[str], title: str) -> Result:
        """Numbers of one or several populations."""
        result = self.result(rows, "total", populations[0], {})
        if len(populations) == 1 or result.said:
            return result
        return replace(result, title=title, population=together(result.frame["label"]) or result.population)

    def profile(self, indicators: Sequence[Result], title: str) -> Result:
        """One indicator a line."""
        frame = pd.concat([result.frame for result in indicators if result] or [indicators[0].frame])
        labels = _with_subject(frame)
        frame = frame.assign(label=labels, inline=[wording.lower_first(label) for label in labels])
        absent = "Aucun des chiffres clés n’a été relevé pour cette édition."
        who, notes = indicators[0].population, (*wording.notes_of(frame), *self._mark)
        return Result(frame, title, who, notes, absent, said=self._said(frame))

    def statistics(
        self, rows: pd.DataFrame, variables: Sequence[str], title: str, universe: str, sub: SubPopulation, *, others: bool
    ) -> Result:  # fmt: skip
        """Figures about several populations; `others` when some stand above."""
        result = self.result(rows, variables[0] if variables else "total", self.edition.share_population, sub)
        found = records(rows)
        described = {row["population"] for row in found}
        whole = self.words.populations[described.pop()].scope_fr if len(described) == 1 else ""
        parts = list(result.frame["who"])
        population = together(parts)
        if whole and universe != "associations" and len(set(parts)) > 1:
            population = f"{whole} ou une de leurs parties, que chaque ligne précise"
            parts = [wording.part_of(row, self.words) for row in found]
            parts = [f"ensemble des {part}" if " " not in part else part for part in parts]
        subjects = wording.listed(self.words.variable(name).subject_fr for name in variables)
        who = terms("universes")[universe].label_fr
        if universe == "survey":
            who = wording.population_of(self._blank(self.edition.share_population, sub), self.words)
        absent = f"Aucun chiffre relevé pour cette édition : {subjects or wording.lower_first(title)} ({who})."
        if others:
            absent = f"Aucun autre chiffre relevé pour cette édition ({who})."
        named = result.only(_named(result.frame).assign(group=parts))
        return replace(named, title=title, population=population or result.population, absent=absent, kind="statistics")

    def over_editions(
        self, rows: pd.DataFrame, variables: Sequence[str], title: str, sub: SubPopulation, *, others: bool
    ) -> Result:  # fmt: skip
        """The same theme in all dated editions; `others` when some figures stand above."""
        result = self.result(rows, variables[0] if variables else "total", self.edition.share_population, sub)
        result = result.only(_named(result.frame))
        dash = "rien de plus que ci-dessus" if others else "aucun chiffre relevé"
        notes = [*result.notes, f"Un tiret : {dash}. Ce qui se compare d’une édition à l’autre est au chapitre des évolutions."]
        if (rows["status"] == "U").any():
            notes.append("* : fiabilité faible.")
        shown = set(rows["period"])
        if missing := [edition.key for edition in self.catalogue.dated if edition.key not in shown]:
            named = wording.listed(map(wording.spelt, missing))
            notes.append(f"{'Rien de plus que ci-dessus' if others else 'Sans chiffre sur ce thème'} : {named}.")
        who = together(result.frame["who"]) if result.frame["who"].nunique() == 1 else wording.EACH_LINE
        absent = f"Aucun chiffre retenu : {wording.lower_first(title)}."
        return replace(result, title=title, population=who, notes=tuple(notes), kind="editions", said="", absent=absent)

    def series(
        self, rows: pd.DataFrame, comparisons: Sequence[Comparison], withheld: Sequence[str], variable: str,
        population: str | None, sub: SubPopulation, answered: Mapping[str, tuple[int, str]],
    ) -> Result:  # fmt: skip
        """One statistic over time, its breaks and years without a value: `analysis.compare.series`, and its `respondents`."""
        respondents = {key: number for key, (number, _) in answered.items()}
        universe = self.words.universe(population or self.edition.share_population)
        known = pd.array([respondents.get(key) if universe == "survey" else None for key in rows["period"]], "Int64")
        said = [" ".join(self._said_of(each.refused, each, respondents)) for each in comparisons]
        segments = list(accumulate((int(bool(each.refused)) for each in comparisons), initial=0))  # a new number after each break
        rows = rows.assign(segment=segments[: len(rows)], respondents=known, break_before=["", *said][: len(rows)])
        result = self.result(rows, variable, population or self.edition.share_population, sub, "series")
        breaks = [
            f"Avant {wording.spelt(period)}, la ligne s’interrompt : {wording.lower_first(sentence)}"
            for period, sentence in zip(rows["period"], rows["break_before"], strict=True)
            if sentence
        ]
        who = together(result.frame["who"]) or result.population
        masked = [f"{wording.MASKED} : {wording.listed(map(wording.spelt, withheld))}."] if withheld else []
        title, share = self._subject(result)
        result = replace(result, title=title, message=share, population=who, notes=(*result.notes, *masked))
        if universe == "administrative" or rows.empty:
            return replace(result, notes=(*result.notes, *breaks))
        dated = [edition.key for edition in self.catalogue.dated]
        missing = [key for key in dated if key not in {*rows["period"], *withheld}]
        said_once = dict.fromkeys(missing[:1], " associations répondantes")
        told = {key: f" ({respondents[key]}{said_once.get(key, '')})" for key in missing if key in respondents}
        named = [f"{wording.spelt(key)}{told.get(key, '')}" for key in missing]
        gap = [f"Sans valeur retenue : {wording.listed(named)}."] if named else []
        by_edition = {key: respondents[key] for key in dated if key in respondents and universe == "survey"}  # or said twice
        beside = tuple(name for _, name in answered.values()) if universe == "survey" else ()
        return replace(result, notes=(*result.notes, *gap, *breaks), respondents=by_edition, beside=beside)

    def change(self, found: Comparison, answered: Mapping[str, tuple[int, str]]) -> Change:
        """A comparison, with why there is no change or what to keep in mind of it; `answered` are the respondents of both."""
        known = {key: number for key, (number, _) in answered.items()}
        refusals, reservations = (tuple(self._said_of(each, found, known)) for each in (found.refused, found.reserved))
        first = next(iter(found.refused), None)
        motive = terms("refusals")[first.code].short_fr if isinstance(first, Unfit) else first.short if first else ""
        beside = tuple(name for _, name in answered.values())
        return Change(**vars(found), refusals=refusals, reservations=reservations, motive=motive, beside=beside)

    def _said_of(self, entries: Iterable[Break | Unfit], found: Comparison, respondents: Mapping[str, int]) -> Iterator[str]:
        return (wording.obstacle(entry, found.before, found.after, self.words, respondents) for entry in entries)

    def small_multiples(self, variable: str, frames: Sequence[pd.DataFrame]) -> Result:
        """Several yearly series, each labelled, that come from one publication: series of two publications are not one."""
        frame = pd.concat(frames)
        frame = frame[frame["publication"].isin(frame["publication"].mode()[:1])]  # the one that says most
        title = f"{self.words.variable(variable).label_fr} : effectifs par année"
        return Result(frame, title, together(frame["who"]), tuple(wording.notes_of(frame)), "", "small_multiples")

    def missing(self, wanted: Mapping[str, Any], aside: pd.DataFrame) -> pd.Series:
        """The row that an edition does not have; its note says which values were found and set aside, and why."""
        blank = self._blank(wanted["population"], wanted) | {"reference_year": last_year(wanted["period"])}
        blank |= {"value": float("nan"), "bound": "", "status": "O", "source_id": "", "publication": ""}
        said = [f"{wording.quantity_of(row)} : {wording.lower_first(row['reason'])}" for row in records(aside)]
        return pd.Series(blank | {"note": f"Valeur écartée, {' ; '.join(said)}" if said else ""})

    # -- inside ----------------------------------------------------------------------------------------------------------

    def _parts_of(self, rows: pd.DataFrame, by: str) -> list[str]:
        return [self.words.label(by, code, self.edition.years[0]) for code in rows[by]]

    def _subject(self, result: Result) -> tuple[str, str]:
        """« Sexe : femmes », or the variable alone where it has one modality; and, of shares, « Part des victimes qui sont… »."""
        last: Row = records(result.frame)[-1] if result else {"category": ALL}
        if last["category"] == ALL or len(self.words.top_level(last["variable"], wording.year_of(last))) == 1:
            return result.title, ""
        now = {**last, "period": str(self.edition.years[-1])}  # as this edition says it
        who = wording.part_of(now, self.words) if result.frame["who"].nunique() > 1 else ""
        share = wording.share_of(now, self.words, who) if result.frame["unit"].eq("percent").all() else ""
        return f"{result.title} : {wording.inline(now, self.words)}", wording.upper_first(share)

    def _blank(self, population: str, sub: Mapping[str, Any]) -> dict[str, Any]:
        """Who a missing observation would describe."""
        year = self.edition.years[0]
        about = {"population": population, "reference_year": year, "period": self.edition.key}
        return dict.fromkeys(SUB_POPULATION, ALL) | about | dict(sub)

    def _absent(self, info: Variable, described: Row) -> str:
        if described["population"] == "identified" and not self.edition.identified_counted:
            return "Les victimes repérées n’étaient pas encore dénombrées pour cette édition."
        who = wording.population_of(described, self.words)
        if info.code == "total":
            return f"Aucun chiffre relevé pour cette édition : nombre {wording.of(who)}."
        return f"Aucun chiffre relevé pour cette édition : {info.subject_fr} ({who})."

    def _absent_category(self, variable: str, category: str, population: str, sub: SubPopulation) -> str:
        """What is said of one missing modality: nothing when the edition did not have it."""
        year = self.edition.years[0]
        asked = [(variable, category), *((column, code) for column, code in sub.items() if code != ALL)]
        if not all(self.words.valid(name, code, year) for name, code in asked):
            return ""
        asked_of = self._blank(population, sub) | {"variable": variable, "category": category}
        return f"Aucun chiffre relevé pour cette édition : {wording.share_of(asked_of, self.words)}."


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows whose labels tell their variable, where there are several; the others keep the capital of proper nouns."""
    if frame["variable"].nunique() < 2:
        return frame
    labels = _with_subject(frame)
    same = zip(frame["label"], frame["inline"], labels, strict=True)
    inline = [inline if label == new else wording.lower_first(new) for label, inline, new in same]
    return frame.assign(label=labels, inline=inline)


def _with_subject(frame: pd.DataFrame) -> list[str]:
    """Label of each row with its variable, where a table holds several."""
    pairs = zip(frame["variable_label"], frame["label"], frame["inline"], strict=True)
    return [label if label == subject else f"{subject} : {inline}" for subject, label, inline in pairs]


def masked(result: Result) -> Result:
    """A result without a figure, because disclosure control hides it."""
    return replace(result, absent=result.absent.replace("Aucun chiffre relevé", wording.MASKED))


def as_group(result: Result, group: str, label: str = "") -> pd.DataFrame:
    """Rows of a result as one of several series; `label` in place of its own."""
    return result.frame.assign(group=wording.upper_first(group), label=label or result.frame["label"])
