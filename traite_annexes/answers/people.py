"""Victims who do not exist: drawn from assumptions, then moved until every published figure of their year holds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field

from traite_lib.catalogue import Strict
from traite_lib.nomenclature import ALL, UNKNOWN, Nomenclatures
from traite_lib.table import SUB_POPULATION, Row, decimals

Codes = npt.NDArray[np.object_]
Numbers = npt.NDArray[np.int64]
ROUNDS = 20_000
PATIENCE = 0.05
"""How often a move that makes figures a little worse is kept: the way out of a dead end."""


class _Edition(Strict):
    key: str
    year: int
    in_france_only: bool
    described: float
    unknown: dict[str, float]
    not_used: dict[str, str]
    identified: dict[str, int]
    reason: str


class _Associations(Strict):
    stay: float
    stay_reason: str
    specialised: float
    specialised_reason: str
    spread: float
    spread_reason: str
    aliases: float
    aliases_reason: str


class _Start(Strict):
    asked: dict[str, str] = Field(default_factory=dict)
    shares: dict[str, float]
    reason: str


class _Question(_Start):
    variable: str
    multiple: bool
    unknown: float


class Assumptions(Strict):
    """``data/demonstration.toml``."""

    seed: int
    title: str
    edition: list[_Edition]
    associations: _Associations
    start: dict[str, _Start]
    question: list[_Question]


@dataclass(frozen=True)
class Target:
    """A published figure: how many of a sub-population (`base`) hold a modality, within the interval that rounds to it."""

    statement: str
    attribute: str
    codes: frozenset[str]
    base: tuple[tuple[str, frozenset[str]], ...]
    unit: str
    low: float
    high: float
    described: bool

    def bounds(self, base: int) -> tuple[int, int]:
        """Fewest and most persons that give the published figure."""
        if self.unit == "count":
            return int(self.low), int(self.high)
        return math.ceil(self.low * base / 100), math.ceil(self.high * base / 100) - 1


def target(
    row: Row, attribute: str, nomenclatures: Nomenclatures, domains: Mapping[str, Iterable[str]], *, described: bool
) -> Target:  # fmt: skip
    """The target behind a published figure.

    Parameters
    ----------
    row : mapping or Series
        The statement.
    attribute : str
        What holds its variable: regions are held by nationalities.
    nomenclatures : Nomenclatures
        What its modality gathers.
    domains : mapping
        Modalities of each attribute.
    described : bool
        Whether it is about described victims only.
    """

    def below(name: str, code: str) -> frozenset[str]:
        return frozenset(each for each in domains[name] if each and nomenclatures.within(name, each, code))

    value, step = float(row["value"]), 10.0 ** -decimals(float(row["value"])) / 2
    margin = 0.05 if step > 0.05 else 0.0  # what is published and what Observations say, to a decimal, then agree
    interval = (0.0, value) if row["bound"] == "<" else (value - step, value + step - margin)
    if row["unit"] == "count":
        interval = (value, value)
    base = tuple((name, below(name, row[name])) for name in SUB_POPULATION if row[name] != ALL)
    category = below(attribute, row["category"])
    return Target(str(row["statement_id"]), attribute, category, base, str(row["unit"]), *interval, described)


class People:
    """Attributes of victims, and the figures that they must give.

    Codes are small numbers here, and after a move only those who moved are counted again.
    """

    def __init__(
        self, attributes: Mapping[str, Codes], fixed: Mapping[str, npt.NDArray[np.bool_]],
        shares: Mapping[str, Mapping[str, float]], described: npt.NDArray[np.bool_], targets: list[Target],
        random: np.random.Generator,
    ) -> None:  # fmt: skip
        self.listed = {name: pd.Index([*shares[name], UNKNOWN]) for name in attributes}
        indexed = {name: self.listed[name].get_indexer(pd.Index(codes)) for name, codes in attributes.items()}
        self.numbers = {name: found.astype(np.int8) for name, found in indexed.items()}
        self.weights = {name: np.array([*shares[name].values(), 0.0]) for name in attributes}
        self.random, self.targets = random, targets
        self.known = {name: ~fixed[name] for name in attributes}
        self.asked = [self.known[each.attribute] & (described | (not each.described)) for each in targets]
        self.held = [self._table(each.attribute, each.codes) for each in targets]
        self.within = [[(name, self._table(name, codes)) for name, codes in each.base] for each in targets]
        about = [{each.attribute, *(name for name, _ in each.base)} for each in targets]
        self.touched = {name: [place for place, names in enumerate(about) if name in names] for name in attributes}

    def _table(self, name: str, codes: frozenset[str]) -> npt.NDArray[np.bool_]:
        return np.asarray(self.listed[name].isin(list(codes)), bool)

    def _counted(self, place: int, rows: Numbers | slice) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Of some lines, those of the base of a figure (others are elsewhere or unknown), and those that hold its modality."""
        base = self.asked[place][rows].copy()
        for name, table in self.within[place]:
            base &= table[self.numbers[name][rows]]
        return base, base & self.held[place][self.numbers[self.targets[place].attribute][rows]]

    def _sums(self, places: list[int], rows: Numbers | slice) -> npt.NDArray[np.int64]:
        return np.array([[part.sum() for part in self._counted(place, rows)] for place in places], np.int64).reshape(-1, 2)

    def _gaps(self, counts: npt.NDArray[np.int64]) -> list[int]:
        """How many persons each figure lacks (or has too many of, when negative)."""
        found = []
        for target, (base, holding) in zip(self.targets, counts.tolist(), strict=True):
            low, high = target.bounds(base)
            found.append(low - holding if holding < low else min(0, high - holding))
        return found

    def settle(self) -> list[str]:
        """Move people until every figure holds; statements that still do not, when nobody can be moved for the better."""
        counts = self._sums(list(range(len(self.targets))), slice(None))
        gaps = self._gaps(counts)
        for _ in range(ROUNDS):
            wrong = [place for place, gap in enumerate(gaps) if gap]
            if not wrong:
                break
            counts, gaps = self._try(wrong[self.random.integers(len(wrong))], counts, gaps)
        return [found.statement for found, gap in zip(self.targets, gaps, strict=True) if gap]

    def _try(self, place: int, counts: npt.NDArray[np.int64], gaps: list[int]) -> tuple[npt.NDArray[np.int64], list[int]]:
        """Move some people towards a figure; kept when all figures together are not worse off."""
        name, table, lack = self.targets[place].attribute, self.held[place], gaps[place]
        base, column = self._counted(place, slice(None))[0], self.numbers[name]
        number = max(1, int(abs(lack) * self.random.choice([1.0, 0.5, 0.1, 0.0])))
        wanted = table[column] if lack < 0 else ~table[column]
        way = self.random.integers(3) if self.within[place] else 0
        if way == 0:  # they change
            moved = self._some(base & wanted, number)
            after = self._drawn((table if lack > 0 else ~table) * self.weights[name], len(moved))
        elif way == 1:  # they change with others, outside the base: the whole stays as it is
            inside, outside = self._some(base & wanted, number), self._some(self.asked[place] & ~base & ~wanted, number)
            number = min(len(inside), len(outside))
            inside, outside = inside[:number], outside[:number]
            moved = np.concatenate([inside, outside])
            after = column[np.concatenate([outside, inside])].copy()
        else:  # they leave the base
            name, within = self.within[place][0]
            column = self.numbers[name]
            moved = self._some(base & wanted & self.known[name], number)
            after = self._drawn(~within * self.weights[name], len(moved))
        if not len(moved) or len(after) < len(moved):
            return counts, gaps
        before, touched = column[moved].copy(), self.touched[name]  # only those who move, and what is about them, count again
        found = counts.copy()
        found[touched] -= self._sums(touched, moved)
        column[moved] = after
        found[touched] += self._sums(touched, moved)
        new = self._gaps(found)
        worse = sum(map(abs, new)) - sum(map(abs, gaps))
        if worse <= 0 or (worse <= 2 and self.random.random() < PATIENCE):
            return found, new
        column[moved] = before
        return counts, gaps

    def _some(self, pool: npt.NDArray[np.bool_], number: int) -> Numbers:
        rows = np.flatnonzero(pool)
        return self.random.choice(rows, min(number, len(rows)), replace=False)

    def _drawn(self, weights: npt.NDArray[np.float64], number: int) -> Numbers:
        return self.random.choice(len(weights), number, p=weights / weights.sum()) if weights.any() else np.array([], np.int64)

    def codes(self) -> dict[str, Codes]:
        """Attributes, as codes of the nomenclatures."""
        listed = {name: np.array(list(codes), object) for name, codes in self.listed.items()}
        return {name: listed[name][numbers] for name, numbers in self.numbers.items()}


def drawn(shares: Mapping[str, float], number: int, random: np.random.Generator) -> Codes:
    """Codes drawn with some shares, which need not add to one."""
    weights = np.array(list(shares.values()))
    return np.asarray(random.choice(np.array(list(shares), object), number, p=weights / weights.sum()), object)


def published(observations: pd.DataFrame, edition: str) -> pd.DataFrame:
    """Retained figures of an edition that are sure: those that a demonstration must give back."""
    rows = observations[(observations["edition"] == edition) & observations["retained"] & (observations["status"] == "A")]
    rows = rows[rows["value"].notna() & ~rows["variable"].str.startswith("change_")]
    return rows[rows["unit"].isin(["count", "percent"])]
