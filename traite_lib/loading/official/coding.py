"""Tidy cells of one table → statements: population, sub-population, variable, category and unit.

A cell is placed only when every word around it is understood and when they say one thing. Otherwise it is `unmatched` or
`ambiguous`, with the reason: it stays in the tidy table, it never becomes a number of a chapter.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

from tidy_workbook import TidyCell

from ...catalogue import Edition
from ...nomenclature import ALL, ANY, Nomenclatures
from ...table import CHANGE, SUB_POPULATION, decimals
from .facts import Facts, State, TableWords, Unplaced, ambiguous
from .layouts import TableLayout
from .lexicon import Lexicon

STATUS = {
    "observed": "A", "revised": "A", "below_threshold": "A", "estimated": "E", "provisional": "P",
    "not_available": "O", "not_applicable": "M", "confidential": "Q", "not_significant": "N",
}  # fmt: skip
"""SDMX observation status of each status of a tidy cell."""

NOTES = {"revised": "Valeur révisée par la source."}
SIGNS = {
    "<": "<", "moins de": "<", "inférieur à": "<", ">": ">", "plus de": ">", "supérieur à": ">",
    "~": "~", "≈": "~", "environ": "~",
}  # fmt: skip
BOUND = re.compile(rf"\s*({'|'.join(SIGNS)})\s*(\d[\d\s]*(?:[.,]\d+)?)\s*(%?)\s*", re.IGNORECASE)
"""« < 5 », « moins de 1 % »: sign, number, unit."""

NEAR_100 = 1.5
"""Points within which shares rounded to whole numbers add to 100 (half a point for each of a few modalities)."""

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Statement:
    """What one cell says, coded."""

    year: int
    population: str
    sub: dict[str, str]
    variable: str
    category: str
    unit: str
    value: float | None
    bound: str
    status: str
    note: str
    base: int | None = None

    @property
    def whole(self) -> tuple[object, ...]:
        """What the cell is a part of: the same for all modalities of one distribution."""
        return (self.year, self.population, *self.sub.values(), self.variable)


@dataclass(frozen=True)
class CodedCell:
    """A tidy cell and what became of it; `unknown` are the words that no file explains."""

    cell: TidyCell
    state: State
    why: str = ""
    statement: Statement | None = None
    unknown: tuple[str, ...] = ()


def place_table(
    cells: Sequence[TidyCell], edition: Edition, words: Nomenclatures, lexicon: Lexicon, layout: TableLayout | None = None
) -> list[CodedCell]:
    """What became of each body cell of one table, in order; the `edition` gives the year of a table that says none."""
    if layout and layout.set_aside:
        return [CodedCell(cell, "set_aside", layout.set_aside) for cell in cells]
    said = TableWords(edition, words, lexicon, cells, layout)
    try:
        return _Table(said, words).place(cells)
    except Unplaced as no:
        unknown = said.unknown
        return [CodedCell(c, "blank") if c.status == "blank" else CodedCell(c, no.state, no.why, unknown=unknown) for c in cells]


class _Table:
    """One table whose title and « Champ » are understood."""

    def __init__(self, said: TableWords, words: Nomenclatures) -> None:
        self.said, self.words, self.context = said, words, said.context()
        self.facts: list[Facts] = []

    def place(self, cells: Sequence[TidyCell]) -> list[CodedCell]:
        done: dict[str, CodedCell] = {}

        def tried(cell: TidyCell, step: Callable[[], _Result]) -> _Result | None:
            try:
                return step()
            except Unplaced as no:
                done[cell.cell] = CodedCell(cell, no.state, no.why, unknown=self.said.unknown_labels(cell))
                return None

        read = [fact for cell in cells if (fact := tried(cell, lambda c=cell: self.said.facts(c, self.context)))]  # type: ignore[misc]
        self.facts = [fact for fact in read if tried(fact.cell, lambda f=fact: self._resolved(f, read))]  # type: ignore[misc]
        for fact in self.facts:
            if statement := tried(fact.cell, lambda f=fact: self._statement(f)):  # type: ignore[misc]
                whole = statement.category == ALL and statement.unit == "percent"
                done[fact.cell.cell] = CodedCell(fact.cell, "control" if whole else "observation", statement=statement)
        return with_bases([done[cell.cell] for cell in cells])

    # -- what each label means in this table -----------------------------------------------------------------------
    def _resolved(self, fact: Facts, read: list[Facts]) -> bool:
        """Choose one sense for each label: the one of a variable that is named, else the one of the other labels beside it."""
        named = {self.words.nomenclature(v) for v in (fact.variables or self.context.variables)}
        for axis, senses in fact.choices:
            beside = self._sure(read, axis)
            names = {s.nomenclature for s in senses}
            if names == {ANY}:
                names = named if len(named) == 1 else beside
                senses = [replace(senses[0], nomenclature=name) for name in names]
            for keep in (named, beside):
                if len(names) > 1 and names & keep:
                    names = names & keep
            if len(names) != 1:
                raise ambiguous(f"{' > '.join(fact.cell.rows + fact.cell.columns)!r}: {' or '.join(sorted(names)) or 'of what'}?")
            (name,) = names
            own = [s for s in senses if s.nomenclature == name]
            self._add(fact, name, own[0].code)
            for column, code in filter(None, (s.needs for s in own)):
                inside = {**self.context.restriction, **fact.dims}.get(column, ALL)
                if inside == ALL or not self.words.within(column, inside, code):
                    raise ambiguous(f"{self.words.label(name, own[0].code, None, code)!r}: of which {column}?")
        return True

    @staticmethod
    def _sure(read: list[Facts], axis: str) -> set[str]:
        """Nomenclatures of the labels of an axis that have one sense only."""
        known = [{s.nomenclature for s in senses} for fact in read for a, senses in fact.choices if a == axis]
        return {name for names in known if len(names) == 1 for name in names} - {ANY}

    def _add(self, fact: Facts, name: str, code: str) -> None:
        before = fact.dims.get(name, code)
        if code != before and self.words.within(name, code, before):
            fact.within[name] = before
        elif code != before and self.words.within(name, before, code):
            fact.within[name], code = code, before
        elif code != before:
            raise ambiguous(f"{self.words.label(name, before)!r} and {self.words.label(name, code)!r} around one cell")
        fact.dims[name] = code

    # -- what the table distributes --------------------------------------------------------------------------------
    @cached_property
    def _crossed(self) -> set[str]:
        """Nomenclatures that cross in some cell of the table."""
        return {name for fact in self.facts if len(fact.dims) > 1 for name in fact.dims}

    @cached_property
    def _all(self) -> set[str]:
        return {name for fact in self.facts for name in fact.dims}

    def _measured(self, fact: Facts) -> str:
        """Nomenclature that the cell gives a modality, or the total, of; empty for a number of the whole population."""
        if fact.share_of:
            return fact.share_of
        if self.context.share_of:
            return self.context.share_of.nomenclature
        if self._crossed and (not fact.dims or fact.dims.keys() & self._crossed):
            return self._distributed
        if not fact.dims:
            return next(iter(self._all)) if len(self._all) == 1 else ""
        (name,) = fact.dims
        titled = [self.words.nomenclature(v) for v in self.context.primary]
        if titled and name not in titled and not fact.variables:
            raise ambiguous(f"the title speaks of {', '.join(self.context.primary)}, the label of {name}")
        return name

    @cached_property
    def _distributed(self) -> str:
        """What a table that crosses variables distributes: the one that its title says, else what its shares say."""
        titled = [n for n in dict.fromkeys(self.words.nomenclature(v) for v in self.context.primary) if n in self._crossed]
        sums = {name: verdict for name in self._crossed if (verdict := self._adds_up(name)) is not None}
        whole = sorted(name for name, verdict in sums.items() if verdict)
        if self.context.primary and not titled:
            said = ", ".join(self.context.primary)
            raise ambiguous(f"the title speaks of {said}, the labels of {', '.join(sorted(self._crossed))}")
        if self._shares_of_the_whole():
            raise ambiguous("the shares of the whole table add to 100: they are no distributions of its parts")
        if len(titled) == 1:
            if whole and titled[0] not in whole and sums.get(titled[0]) is False:
                raise ambiguous(f"the title distributes by {titled[0]}, the shares add to 100 by {', '.join(whole)}")
            return titled[0]
        if len(whole) == 1:
            return whole[0]
        if any(fact.unit == "percent" for fact in self.facts):
            raise ambiguous(f"shares by {' or by '.join(sorted(self._crossed))}: neither the title nor the sums say which")
        order = [v for v in self.words.variables if self.words.nomenclature(v) in self._crossed]
        return self.words.nomenclature(order[-1])  # numbers: both readings are true, the same one is always chosen

    def _shares_of_the_whole(self) -> bool:
        """Whether the shares of a table that crosses variables add to 100 all together, year by year."""
        sums: dict[int, float] = {}
        for fact in self.facts:
            if fact.unit == "percent" and len(fact.dims) > 1 and not fact.within:
                sums[fact.year] = sums.get(fact.year, 0.0) + fact.number
        alone = any(len({fact.dims[name] for fact in self.facts if name in fact.dims}) == 1 for name in self._crossed)
        return bool(sums) and not alone and all(abs(total - 100) <= NEAR_100 for total in sums.values())

    def _adds_up(self, name: str) -> bool | None:
        """Whether the shares of each distribution over a nomenclature add to 100; None when none is complete."""
        groups: dict[tuple[object, ...], list[float]] = {}
        for fact in self.facts:
            if fact.unit == "percent" and name in fact.dims and name not in fact.within:
                key = (fact.year, *sorted((n, c) for n, c in fact.dims.items() if n != name))
                groups.setdefault(key, []).append(fact.number)
        sums = [total for values in groups.values() if len(values) > 1 and not math.isnan(total := math.fsum(values))]
        return all(abs(total - 100) <= NEAR_100 for total in sums) if sums else None

    # -- statements ------------------------------------------------------------------------------------------------
    def _statement(self, fact: Facts) -> Statement:
        name, dims = self._measured(fact), dict(fact.dims)
        sub = dict.fromkeys(SUB_POPULATION, ALL) | self.context.restriction
        if self.context.share_of and not fact.share_of:
            dims[name] = self.context.share_of.code
        category = dims.pop(name, ALL)
        if category == ALL and not fact.total:
            raise ambiguous(f"no label says which {name or 'number'} the cell is")
        if category == ALL and name:
            self._owned_total(name, dims)
        for column, code in dims.items():
            if column not in SUB_POPULATION:
                raise ambiguous(f"a part of the population by {column} has no column")
            self.said.narrow(sub, column, code, self.words.label(column, code))
        if fact.unit == "percent" and name in fact.within:
            self._nest(fact, name, sub)
        variable = self._variable(name, category, fact) if name else "total"
        if variable == "total" and fact.unit == "percent":
            raise ambiguous("a share of what no label names")
        if sub.get(name) == category:  # « minors among minors » says no more than « minors »
            sub[name] = ALL
        if self.words.nomenclature(variable) == CHANGE:
            raise ambiguous("a change between years is no number of one year: leave it out, or give it as a cited figure")
        unit, value, bound, status, note = self._value(fact)
        if category == ALL and unit == "percent" and (value is None or abs(value - 100) > NEAR_100):
            raise ambiguous(f"the total of the shares is {fact.cell.value}, 100 was expected")
        notes = " ".join(filter(None, (self.context.note, fact.cell.note, note)))
        return Statement(fact.year, self._population(fact), sub, variable, category, unit, value, bound, status, notes)

    def _owned_total(self, name: str, dims: dict[str, str]) -> None:
        """Refuse a total that may be the one of the only group of its table: « Ensemble » at the end of one section."""
        parts = [fact.dims for fact in self.facts if name in fact.dims]
        for other in self._all - {name, *dims}:
            if parts and all(other in part for part in parts) and len({part[other] for part in parts}) == 1:
                group = self.words.label(other, parts[0][other])
                raise ambiguous(f"a total of all, or of {group!r}, the only group of the table?")

    def _nest(self, fact: Facts, name: str, sub: dict[str, str]) -> None:
        """A share under the label of a broader category is one of all, or one of that category: the sums say which."""
        parent, rest = fact.within[name], {n: c for n, c in fact.dims.items() if n != name}
        alike = [f for f in self.facts if (f.unit, f.year) == (fact.unit, fact.year)]
        same = [f for f in alike if {n: c for n, c in f.dims.items() if n != name} == rest]
        children = [f.cell.value for f in same if f.within.get(name) == parent]
        whole = next((f.cell.value for f in same if f.dims.get(name) == parent), None)
        total = math.fsum(value for value in children if value is not None)
        adds_up = len(children) > 1 and None not in children and abs(total - 100) <= NEAR_100
        if whole is not None and total <= whole + NEAR_100:
            return
        if not adds_up or name not in SUB_POPULATION:
            raise ambiguous(f"a share of all, or of {self.words.label(name, parent)!r}? The sums do not say")
        self.said.narrow(sub, name, parent, self.words.label(name, parent))

    def _variable(self, name: str, category: str, fact: Facts) -> str:
        """The variable of a nomenclature; where several share it, the one that is named, else the one that the code tells."""
        known = [v.code for v in self.words.variables.values() if v.nomenclature == name]
        named = list(dict.fromkeys(v for v in (fact.variables or self.context.variables) if v in known))
        if len(known) == 1 or len(named) == 1:
            return (named or known)[0]
        if set(named) == {"nationality", "region"} and category != ALL:
            return "nationality" if category.isupper() or category == "other_nationalities" else "region"
        raise ambiguous(f"{self.words.label(name, category)!r}: {' or '.join(named or known)}?")

    def _population(self, fact: Facts) -> str:
        around, said = self.context.populations, self.said.narrowest(fact.populations)
        if len(said) > 1:
            raise ambiguous(f"two populations around one cell: {', '.join(said)}")
        if said:
            apart = not around or self.words.universe(said[0]) == "associations"
            if apart or any(self.said.below(said[0], p) for p in around):
                return said[0]
            raise ambiguous(f"the label says {said[0]}, the « Champ » or the title {', '.join(around)}")
        if len(around) != 1:
            raise ambiguous(f"one population was expected in the title or the « Champ », found {', '.join(around) or 'none'}")
        return around[0]

    def _value(self, fact: Facts) -> tuple[str, float | None, str, str, str]:
        """Unit, value, bound, status and note of the cell."""
        cell, unit, bound = fact.cell, fact.unit, ""
        value, status, note = cell.value, STATUS[cell.status], NOTES.get(cell.status, "")
        if value is None and (found := BOUND.fullmatch(unicodedata.normalize("NFKC", cell.marker))):
            if found[3] and unit != "percent":
                raise ambiguous(f"the bound {cell.marker!r} is not one of a number")
            bound, status = SIGNS[found[1].casefold()], "A"
            value = float(re.sub(r"\s", "", found[2]).replace(",", "."))
        elif value is None:
            status = "N" if cell.status == "below_threshold" else status
            if status in ("A", "E", "P"):
                raise ambiguous(f"the cell is {cell.status} and holds no number ({cell.marker!r})")
        elif status in ("O", "M", "Q", "N"):
            raise ambiguous(f"the cell is {cell.status} and holds a number ({value:g})")
        if unit == "thousand":
            unit, value, bound = "count", value and value * 1000, bound or "~"
        if value is not None and unit == "percent" and not 0 <= value <= 100:
            raise ambiguous(f"a share lies between 0 and 100, found {value:g}")
        if value is not None and unit == "count" and (value < 0 or value % 1):
            raise ambiguous(f"a number of victims or associations is whole, found {value:g}")
        return unit, value, "" if value is None else bound, status, note


def with_bases(placed: list[CodedCell]) -> list[CodedCell]:
    """Shares with the number that they are computed on, where the same table gives it and its counts do not deny it."""
    said = [p.statement for p in placed if p.statement]
    counts = {(*s.whole, s.category): s.value for s in said if s.unit == "count" and s.value is not None and not s.bound}

    def based(p: CodedCell) -> CodedCell:
        s = p.statement
        if s is None or s.unit != "percent" or p.state != "observation" or not (base := counts.get((*s.whole, ALL))):
            return p
        count = counts.get((*s.whole, s.category))
        if count is not None and s.value is not None and not s.bound and not consistent(s.value, count, base):
            share = count / base * 100
            return replace(p, why=f"no base: {count:g} of {base:g} is {share:.1f} %, the table says {s.value:g} %")
        return replace(p, statement=replace(s, base=int(base)))

    return [based(p) for p in placed]


def consistent(share: float, count: float, base: float) -> bool:
    """Whether a share is what a count and its base give, at the share's own precision."""
    return abs(count / base * 100 - share) <= 0.5 * 10.0 ** -decimals(round(share, 6)) + 1e-9
