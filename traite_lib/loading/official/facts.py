"""What the words around a cell say, each taken alone: the title and the « Champ » of its table, then its labels.

Nothing is concluded here; `coding` puts the words of a whole table together.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from tidy_workbook import TidyCell

from ...catalogue import Edition
from ...nomenclature import ALL, Nomenclatures
from ...table import SUB_POPULATION
from .layouts import TableLayout
from .lexicon import WORDS, Lexicon, Meaning, Phrase, Text, without_number

State = Literal["observation", "control", "blank", "unmatched", "ambiguous", "set_aside"]
"""What became of a cell. `control`: the total of a distribution of shares, 100 by construction; `set_aside`: a layout says
why; `unmatched`: some words are not understood; `ambiguous`: they are, and do not say one thing."""

LEFT_OUT = "-"
"""Code of a label that a layout leaves out."""


class Unplaced(Exception):
    """Why a cell, or a whole table, is not a statement."""

    def __init__(self, state: State, why: str) -> None:
        super().__init__(why)
        self.state, self.why = state, why


def ambiguous(why: str) -> Unplaced:
    """The words are known and do not say one thing."""
    return Unplaced("ambiguous", why)


@dataclass
class Context:
    """What the title and the « Champ » of a table say.

    `variables` are all those that the title names, `primary` those that it distributes (« X selon Y » distributes X);
    `share_of` is the modality of a « part de … »; `populations` are those that are named, without those that a narrower one
    makes precise.
    """

    populations: list[str] = field(default_factory=list)
    restriction: dict[str, str] = field(default_factory=dict)
    variables: list[str] = field(default_factory=list)
    primary: list[str] = field(default_factory=list)
    share_of: Meaning | None = None
    units: set[str] = field(default_factory=set)
    years: set[int] = field(default_factory=set)
    note: str = ""


@dataclass
class Facts:
    """What the labels of one cell say.

    `choices` are the modalities, each with the axis of its label and its possible senses; `dims` those that were chosen, by
    nomenclature; `within` the broader modality that a label above gives; `share_of` the nomenclature of a « part de … »;
    `either` the words that name a population or a modality: « exploitées en France », where victims were, or those victims.
    """

    cell: TidyCell
    year: int
    unit: str = ""
    total: bool = False
    populations: list[str] = field(default_factory=list)
    variables: list[str] = field(default_factory=list)
    choices: list[tuple[str, list[Meaning]]] = field(default_factory=list)
    share_of: str = ""
    units: set[str] = field(default_factory=set)
    either: list[tuple[str, str, list[Meaning]]] = field(default_factory=list)
    dims: dict[str, str] = field(default_factory=dict)
    within: dict[str, str] = field(default_factory=dict)

    @property
    def number(self) -> float:
        """The value of the cell, no number when it has none."""
        return math.nan if self.cell.value is None else self.cell.value


class TableWords:
    """The words of one table and of all its body cells; a `layout` speaks in place of its title and « Champ »."""

    def __init__(
        self, edition: Edition, words: Nomenclatures, lexicon: Lexicon, cells: Sequence[TidyCell], layout: TableLayout | None
    ) -> None:
        self.edition, self.words, self.lexicon, self.cells, self.layout = edition, words, lexicon, cells, layout
        self.extra: list[tuple[str, Meaning]] = []
        if layout and layout.labels:
            name = words.nomenclature(words.variable(layout.variable).code)
            for label, code in layout.labels.items():
                if code:
                    words.item(layout.variable, code)
                self.extra.append((label, Meaning("modality", code or LEFT_OUT, name)))

    # -- title and Champ -------------------------------------------------------------------------------------------
    @cached_property
    def _texts(self) -> list[tuple[str, Text]]:
        title, champ = self.cells[0].title, self.cells[0].population
        return [("title", self.lexicon.read(without_number(title))), ("Champ", self.lexicon.read(champ))]

    @property
    def unknown(self) -> tuple[str, ...]:
        """Words of the title and of the « Champ » that belong to no phrase."""
        return () if self.layout else tuple(word for _, text in self._texts for word in text.unknown)

    def context(self) -> Context:
        """What the title and the « Champ » say, or the layout in their place."""
        if self.layout:
            variables = [self.layout.variable] if self.layout.variable else []
            return Context([self.layout.population], self.layout.restriction, variables, variables)
        if len({(c.title, c.population) for c in self.cells}) > 1:
            raise ambiguous("the cells of this table do not have one title and one « Champ »")
        for name, text in self._texts:
            if text.unknown:
                raise Unplaced("unmatched", f"words of the {name} that are not understood: {', '.join(map(repr, text.unknown))}")
        context = Context()
        (_, title), (_, champ) = self._texts
        self._read_context(context, title)
        self._read_context(context, champ)
        self._order(context, title)
        named = [phrase.of("population") for phrase in champ.phrases + title.phrases]
        context.populations = self.narrowest(found[0].code for found in named if found)
        return context

    def narrowest(self, populations: Iterable[str]) -> list[str]:
        """Populations without those that another one is a part of."""
        every = list(dict.fromkeys(populations))
        return [p for p in every if not any(q != p and self.below(q, p) for q in every)]

    def below(self, population: str, ancestor: str) -> bool:
        """Whether a population is another one or a part of it."""
        while population and population != ancestor:
            population = self.words.populations[population].parent
        return population == ancestor

    def _read_context(self, context: Context, text: Text) -> None:
        sharing = False
        for place, phrase in enumerate(text.phrases):
            kinds = {sense.kind for sense in phrase.senses}
            if "share" in kinds:
                sharing = True
                context.units.add("percent")
            elif kinds & {"among", "by"}:
                sharing = False
            elif "year" in kinds:
                context.years.add(int(phrase.senses[0].code))
            elif "measure" in kinds:
                context.units |= {sense.code for sense in phrase.of("measure")}
            elif "answered" in kinds:
                context.note = f"Champ de la source : {phrase.words}."
            elif kinds == {"modality"}:
                self._restrict(context, phrase, sharing, text.phrases[max(0, place - 2) : place])

    def _restrict(self, context: Context, phrase: Phrase, sharing: bool, previous: Sequence[Phrase]) -> None:
        senses = {s.nomenclature: s for s in self.valid(phrase.of("modality"), self.edition.years[0])}
        if sharing:
            if context.share_of or len(senses) != 1:
                raise ambiguous(f"the title does not say what {phrase.words!r} is a share of")
            context.share_of = next(iter(senses.values()))
            return
        if len(previous) > 1 and previous[-1].of("and") and previous[-2].of("modality"):
            raise ambiguous(f"{previous[-2].words!r} and {phrase.words!r}: together, or each apart?")
        columns = [name for name in senses if name in SUB_POPULATION]
        if len(columns) != 1:
            raise ambiguous(f"{phrase.words!r} restricts the population in a way that no column holds")
        self.narrow(context.restriction, columns[0], senses[columns[0]].code, phrase.words)

    def narrow(self, sub: dict[str, str], column: str, code: str, words: str) -> None:
        """Keep the more precise of two restrictions on one column, which must not exclude each other."""
        before = sub.get(column, ALL)
        if before == ALL or self.words.within(column, code, before):
            sub[column] = code
        elif not self.words.within(column, before, code):
            raise ambiguous(f"{words!r} contradicts {self.words.label(column, before)!r}, said elsewhere")

    @staticmethod
    def _order(context: Context, title: Text) -> None:
        second = False
        for phrase in title.phrases:
            if phrase.of("by"):
                second = bool(context.primary)
            elif found := phrase.of("variable"):
                context.variables.append(found[0].code)
                if not second:
                    context.primary.append(found[0].code)

    @staticmethod
    def valid(senses: Sequence[Meaning], year: int) -> list[Meaning]:
        """Senses that exist in a year and that the survey speaks of (offences belong to the administrative data)."""
        return [s for s in senses if s.nomenclature not in ("offence", "territory") and s.valid[0] <= year <= s.valid[1]]

    # -- labels ----------------------------------------------------------------------------------------------------
    def labels(self, cell: TidyCell) -> list[tuple[str, bool, str, Text]]:
        """Axis, whether a finer label follows, words and meaning of each label."""
        return [
            (axis, place < len(path) - 1, label, self.lexicon.read(label, self.extra))
            for axis, path in (("rows", cell.rows), ("columns", cell.columns))
            for place, label in enumerate(path)
        ]

    def unknown_labels(self, cell: TidyCell) -> tuple[str, ...]:
        """Labels of a cell that are not understood in full."""
        return tuple(label for _, _, label, text in self.labels(cell) if text.unknown)

    def facts(self, cell: TidyCell, context: Context) -> Facts:
        """What the labels of a cell say, unless it is blank, wrong or doubtful, or a label is not understood."""
        if cell.status == "blank":
            raise Unplaced("blank", "")
        if cell.status == "error":
            raise Unplaced("unmatched", f"the cell holds the error {cell.marker}")
        if cell.status == "ambiguous":
            raise ambiguous(f"the reader is not sure of this cell ({cell.marker or 'no sign'})")
        if unknown := self.unknown_labels(cell):
            raise Unplaced("unmatched", "not in the nomenclatures: " + ", ".join(map(repr, unknown)))
        labels = self.labels(cell)
        if any(sense.code == LEFT_OUT for *_, text in labels for phrase in text.phrases for sense in phrase.senses):
            raise Unplaced("set_aside", "left out by the layout")
        fact = Facts(cell, self._year([text for *_, text in labels], context))
        for axis, outer, label, text in labels:
            self._read_label(fact, axis, outer, label, text)
        fact.unit = self._unit(fact, context)
        named = {self.words.nomenclature(v) for v in (fact.variables or context.variables)}
        for population, axis, senses in fact.either:
            if fact.unit == "percent" or named & {sense.nomenclature for sense in senses}:
                fact.choices.append((axis, senses))
            else:
                fact.populations.append(population)
        fact.total = fact.total or "count" in fact.units or bool(fact.populations)
        return fact

    def _year(self, texts: list[Text], context: Context) -> int:
        said, around = {int(code) for text in texts for code in text.codes("year")}, context.years
        if len(said) > 1 or (not said and len(around) > 1):
            raise ambiguous(f"several years are said: {', '.join(map(str, sorted(said or around)))}")
        if said and around and not min(around) <= min(said) <= max(around):
            raise ambiguous(f"the label says {min(said)}, the title or the « Champ » {', '.join(map(str, sorted(around)))}")
        return min(said or around or {self.edition.years[0]})

    def _read_label(self, fact: Facts, axis: str, outer: bool, label: str, text: Text) -> None:
        sharing, among, modalities = False, False, 0
        for phrase in text.phrases:
            modality, population = phrase.of("modality"), phrase.of("population")
            found = self.valid(modality, fact.year)
            if modality and not found and len(modality) == len(phrase.senses):
                raise Unplaced("unmatched", f"{phrase.words!r} is not a category of {fact.year}")
            if phrase.of("share"):
                sharing = True
                fact.units.add("percent")
            elif phrase.of("among"):
                among = True
            elif phrase.of("total"):
                fact.total = True
            elif measures := phrase.of("measure"):
                fact.units |= {sense.code for sense in measures}
            elif phrase.of("variable") and (outer or not found):
                fact.variables.append(phrase.of("variable")[0].code)
            elif found and population:
                fact.either.append((population[0].code, axis, found))
            elif found:
                modalities += 1
                if sharing and not among and len({s.nomenclature for s in found}) == 1:
                    fact.share_of = found[0].nomenclature
                fact.choices.append((axis, found))
            elif population:
                fact.populations.append(population[0].code)
        if modalities > 1 and any(phrase.of("and") for phrase in text.phrases):
            raise ambiguous(f"{label!r} puts several categories together")
        if among and modalities > 1 and not fact.share_of:
            raise ambiguous(f"{label!r}: what is a share of what is not said")

    def _unit(self, fact: Facts, context: Context) -> str:
        """``count``, ``thousand`` or ``percent``, where the sheet says it."""
        cell, units, counted = fact.cell, fact.units, bool(fact.populations or fact.either)
        if self.layout and self.layout.unit:
            return self.layout.unit
        only_counts = not units and context.units == {"count"}
        if cell.unit == "%" or (cell.value is None and units == {"percent"}):  # a sign has no number format
            if units == {"count"} or only_counts:
                raise ambiguous("the words say a number, the cell is a percentage")
            return "percent"
        named = self.lexicon.read(cell.unit)
        if named.unknown:
            raise Unplaced("unmatched", f"the unit {cell.unit!r} is not in {WORDS}")
        if "percent" in units and "count" not in units:
            raise ambiguous("the words say a share, the cell is not a percentage")
        if "thousand" in units | set(named.codes("measure")):
            return "thousand"
        if cell.unit or "count" in units or counted or only_counts:
            return "count"
        if context.units == {"percent"} or context.share_of:
            raise ambiguous("the title says a share, the cell is not a percentage")
        raise Unplaced("unmatched", "no unit: neither the labels nor the title say what is counted")
