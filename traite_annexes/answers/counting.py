"""Lines counted by association: who holds each modality, who answered, who did not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from traite_lib.analysis.shares import is_residual
from traite_lib.nomenclature import UNKNOWN, Nomenclatures

from .plan import Table
from .tables import NONE, NOT_ASKED

Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int32]
SPECIAL = (NONE, UNKNOWN, NOT_ASKED)


class Records:
    """Victims, or cells of counts: one line each, with the number of its association, a weight, and codes.

    `bounded`: those who did not answer are lines too. Otherwise nobody knows the base: counts are given, and no share.
    """

    def __init__(
        self, frame: pd.DataFrame, numbers: Mapping[str, int], several: Mapping[str, list[str]],
        weight: Ints | None = None, bounded: bool = True,
    ) -> None:  # fmt: skip
        self.frame, self.several, self.weight, self.associations = frame, several, weight, len(numbers)
        self.bounded = bounded
        self.who = frame["association"].map(numbers).to_numpy(np.int64)
        self.all = np.arange(len(frame), dtype=np.int32)
        self.members, self.codes, self.coded = cache(self._members), cache(self._codes), cache(self._coded)
        self.categories = cache(self._categories)

    def count(self, rows: Rows, codes: Ints | int = 0, width: int = 1) -> Ints:
        """Lines of each association, by code."""
        weight = None if self.weight is None else self.weight[rows]
        found = np.bincount(self.who[rows] * width + codes, weight, self.associations * width)
        return np.rint(found).astype(np.int64).reshape(self.associations, width)

    def column(self, name: str, nomenclatures: Nomenclatures) -> str:
        """The column that holds a variable or a sub-population; empty without one."""
        same = (other for other in nomenclatures.variables if nomenclatures.nomenclature(other) == name)
        return next((each for each in (name, *same) if each in self.frame), "")

    def _categories(self, column: str) -> list[str]:
        return list(self.frame[column].cat.categories)

    def _codes(self, column: str) -> Ints:
        return np.asarray(self.frame[column].cat.codes, np.int64)

    def _coded(self, column: str) -> tuple[str, ...]:
        """Modalities of a column."""
        listed = self.several.get(column) or self.frame[column].cat.categories
        return tuple(code for code in listed if code not in SPECIAL)

    def ticked(self, column: str, codes: tuple[str, ...]) -> npt.NDArray[np.bool_]:
        """Lines that hold one of some modalities."""
        if column in self.several:
            flags = [self.frame[f"{column}={code}"].to_numpy(bool) for code in codes]
            return np.asarray(np.logical_or.reduce(flags), bool)
        return np.isin(self.codes(column), self.frame[column].cat.categories.get_indexer(pd.Index(codes)))

    def _members(self, sub: tuple[tuple[str, tuple[str, ...]], ...]) -> Rows:
        """Lines of a sub-population: columns, each with the modalities that it allows."""
        if not sub:
            return self.all
        (column, codes), *others = sub
        rows = self.members(tuple(others))
        return rows[self.ticked(column, codes)[rows]]


@dataclass(frozen=True)
class Tally:
    """For each association: those who hold each modality (`several`: or more than one), who answered, who did not."""

    codes: list[str]
    holding: Ints
    answered: Ints
    unknown: Ints
    several: bool


@dataclass(frozen=True)
class Block:
    """A table for one sub-population, before any rule: what each association brings. Never published as it is."""

    population: str
    base: str
    sub: Mapping[str, str]
    question: str
    whole: Ints
    tally: Tally | None

    @property
    def several(self) -> bool:
        """Whether its question allows several answers, which do not add."""
        return self.tally is not None and self.tally.several


def tally_of(records: Records, column: str, rows: Rows, gathered: Mapping[str, list[str]], table: Table) -> Tally:
    """What each association says of a question: one column a modality that the table lists (`gathered`)."""
    listed = records.categories(column)
    raw = records.count(rows, records.codes(column)[rows], len(listed))
    unsaid = [code for code in listed if code == UNKNOWN or (table.other == "unknown" and is_residual(code))]
    said = [code for code in listed if code != NOT_ASKED and code not in unsaid]

    def sum_of(codes: Sequence[str]) -> Ints:
        return np.asarray(raw[:, [listed.index(code) for code in codes]].sum(axis=1))

    codes = [code for code in gathered if not (table.other == "unknown" and is_residual(code))]
    if column in records.several:
        flags = [records.ticked(column, tuple(gathered[code])) for code in codes]
        holding = [records.count(rows[flag[rows]])[:, 0] for flag in flags]
    else:
        holding = [sum_of([part for part in gathered[code] if part in said]) for code in codes]
    answered, unknown = sum_of(said), sum_of(unsaid)
    if table.unknown == "modality":
        codes, holding = [*codes, UNKNOWN], [*holding, unknown]
        answered, unknown = answered + unknown, np.zeros_like(unknown)
    shape = (records.associations, len(codes))
    held = np.column_stack(holding) if codes else np.zeros(shape, np.int64)
    return Tally(codes, held, answered, unknown, column in records.several)
