"""What is protected: cells, and the relations between them that everyone knows. All tables together are one system."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from functools import cached_property

from .errors import TablesError


class Fate(StrEnum):
    """What may become of a cell, whatever the rules say."""

    DECIDE = "decide"
    """Published, unless it must be hidden."""
    PUBLIC = "public"
    """Known already: it is not hidden again, and what it helps to compute is counted."""
    NEVER = "never"
    """Not published, but computable by whoever knows the rest: the difference of two releases."""
    TOLD = "told"
    """Never published, though what is public tells it too well (see `told`)."""
    HARMLESS = "harmless"
    """Tells nothing of anybody, as the number of those who did not answer: no rule asks for it; it may be hidden to protect."""


@dataclass(frozen=True)
class Cell:
    """A count of persons, the same whatever the number of tables that show it: its name says which persons.

    Parameters
    ----------
    name
        Where the same persons are counted in several tables, the name is the same.
    count
        Number of persons.
    contributions
        How many each contributor brings. ``None`` is for public figures alone.
    fate
        See `Fate`.
    structural
        A zero that could be nothing else: known to everyone.
    weight
        Information lost when it is hidden; ``1 + ln(1 + count)`` unless given.
    follows
        Name of a cell: this one is hidden with it, and has no rule of its own (see `contributors`).
    kept
        Bounds that an earlier release left to it: both must stay possible, so that this release does not undo that one.
    told
        Bounds that public figures leave to it, too narrow for a rule: both must stay possible, and nothing more is asked.
    """

    name: str
    count: int
    contributions: Mapping[str, int] | None = None
    fate: Fate = Fate.DECIDE
    structural: bool = False
    weight: float | None = None
    follows: str | None = None
    kept: tuple[int, int] | None = None
    told: tuple[int, int] | None = None

    @property
    def loss(self) -> float:
        """Information lost when it is hidden."""
        if self.fate in (Fate.NEVER, Fate.TOLD):
            return 0.0
        return self.weight if self.weight is not None else 1 + math.log1p(self.count)

    def brought(self, who: str | None) -> int:
        """How many someone brings; nobody brings nothing."""
        return (self.contributions or {}).get(who, 0) if who is not None else 0

    @cached_property
    def owner(self) -> str | None:
        """The contributor who brings everybody, and so knows the cell."""
        return next((who for who, number in (self.contributions or {}).items() if 0 < number == self.count), None)


@dataclass(frozen=True)
class Relation:
    """What everyone knows: ``low <= sum(terms[name] * count of name) <= high``, in whole numbers.

    `attribute`: its parts say something of the persons of its whole, so that a part equal to the whole says it of each of them.
    Whether they answered, or belong to an earlier release, is no such thing.
    """

    terms: Mapping[str, int]
    low: float = 0
    high: float = 0
    attribute: bool = True

    def holds(self, counts: Mapping[str, int]) -> bool:
        """Whether it is true of these counts."""
        return self.low <= sum(factor * counts[name] for name, factor in self.terms.items()) <= self.high

    @property
    def margin(self) -> tuple[str, tuple[str, ...]] | None:
        """The total and its parts, where this is what it says."""
        totals = [name for name, factor in self.terms.items() if factor == 1]
        parts = tuple(name for name, factor in self.terms.items() if factor == -1)
        is_sum = len(totals) == 1 and len(parts) == len(self.terms) - 1 and self.low == self.high == 0
        return (totals[0], parts) if is_sum and parts else None


def total(name: str, parts: Iterable[str], *, attribute: bool = True) -> Relation:
    """A margin, a level of a hierarchy: the cell `name` is the sum of its parts; `attribute`: see `Relation`."""
    return Relation({name: 1} | {part: -1 for part in parts}, attribute=attribute)


def difference(name: str, whole: Cell, part: Cell) -> tuple[Cell, Relation]:
    """Those of `whole` that are not in `part`: never published, and obtained by subtracting one release from the other."""
    if whole.contributions is None or part.contributions is None:
        raise TablesError(f"{name!r}: the contributions to {whole.name!r} and {part.name!r} are needed to know who is left.")
    left = {who: number - part.contributions.get(who, 0) for who, number in whole.contributions.items()}
    left = {who: number for who, number in left.items() if number}
    cell = Cell(name, whole.count - part.count, left, Fate.NEVER)
    return cell, total(whole.name, [part.name, name])


def share(part: Cell, base: Cell, percent: str) -> list[Relation]:
    """A percentage that is published **whatever happens to its part and its base**, as it is printed: ``"12"``, ``"12.5"``.

    A share that is shown only when both counts are published tells nothing more: it need not be declared. Which way halves
    were rounded is taken as known: of the two ends of the interval, only one that is the truth belongs to it.
    """
    printed, half = Fraction(percent), Fraction(1, 2 * 10 ** len(percent.partition(".")[2]))
    found = []
    for end, sign in ((printed - half, 1), (printed + half, -1)):
        ratio = end / 100
        terms = {part.name: sign * ratio.denominator, base.name: -sign * ratio.numerator}
        slack = sign * (ratio.denominator * part.count - ratio.numerator * base.count)
        if slack < 0:
            raise TablesError(f"The share of {part.name!r} in {base.name!r} is not {percent} %.")
        found.append(Relation(terms, 0 if slack == 0 else 1, math.inf))
    return found


def contributors(cells: Iterable[Cell], relations: Iterable[Relation]) -> tuple[list[Cell], list[Relation]]:
    """Numbers of contributors shown beside these cells, as cells that follow them, and what they tell.

    Each contributor brings at least one person, and whoever feeds a total feeds one of its parts: where a total says
    « 10 contributors » and its published part « 8 », the hidden part counts two persons at least.
    """
    shown = {cell.name: cell for cell in cells}
    numbers = {name: f"contributors: {name}" for name in shown}
    found = []
    for name, cell in shown.items():
        brought = [number for number in (cell.contributions or {}).values() if number]
        found.append(Cell(numbers[name], len(brought), None, cell.fate, cell.structural, 0.01, follows=name))
    known = [Relation({name: 1, numbers[name]: -1}, 0, math.inf) for name in shown]
    for relation in relations:
        if relation.margin and {relation.margin[0], *relation.margin[1]} <= set(shown):
            whole, parts = relation.margin
            known.append(Relation({numbers[part]: 1 for part in parts} | {numbers[whole]: -1}, 0, math.inf))
            known += [Relation({numbers[whole]: 1, numbers[part]: -1}, 0, math.inf) for part in parts]
    return found, known


@dataclass(frozen=True)
class Tables:
    """Cells of all tables of a release, and the relations between them; refused when they contradict each other."""

    cells: Mapping[str, Cell] = field(init=False)
    relations: tuple[Relation, ...] = field(init=False)

    def __init__(self, cells: Iterable[Cell], relations: Iterable[Relation] = ()) -> None:
        given, known = list(cells), tuple(relations)
        named = {cell.name: cell for cell in given}
        object.__setattr__(self, "cells", named)
        object.__setattr__(self, "relations", known)
        if len(named) < len(given):
            twice = sorted({cell.name for cell in given if cell is not named[cell.name]})
            raise TablesError(f"Given twice: {', '.join(map(repr, twice))}. The same persons are one cell, whatever the tables.")
        for cell in given:
            brought = list((cell.contributions or {}).values())
            if cell.count < 0 or any(number < 0 for number in brought):
                raise TablesError(f"{cell.name!r}: a count and a contribution are whole numbers, never negative.")
            if cell.contributions is not None and sum(brought) != cell.count:
                raise TablesError(f"{cell.name!r}: its contributions do not sum to its count.")
            if cell.contributions is None and cell.fate is not Fate.PUBLIC and cell.follows is None:
                raise TablesError(f"{cell.name!r}: its contributions are needed; only a public figure may have none.")
            if cell.structural and cell.count:
                raise TablesError(f"{cell.name!r}: said to be a structural zero, and is not zero.")
            if cell.follows is not None and cell.follows not in named:
                raise TablesError(f"{cell.name!r} follows {cell.follows!r}, which is not a cell.")
        counts = {name: cell.count for name, cell in named.items()}
        for relation in known:
            if unknown := sorted(set(relation.terms) - set(counts)):
                raise TablesError(f"A relation names {unknown[0]!r}, which is not a cell.")
            if not relation.holds(counts):
                raise TablesError(f"The relation between {', '.join(map(repr, relation.terms))} is not true of their counts.")
