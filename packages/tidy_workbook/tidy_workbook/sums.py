"""Which lines of figures are the sums of lines beside them: arithmetic alone, without a look at any label."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

LONGEST = 400
"""Lines of a table above which nothing is added: such a table is a list."""
_ENOUGH = 3.0
"""Digits by which a sum must be better than chance, for all the runs that were tried."""

Figures = Sequence[float | None]


@dataclass(frozen=True)
class Sum:
    """A line that holds, figure by figure, what the lines of a run beside it hold together."""

    whole: int
    parts: range


def sums(lines: Sequence[Figures]) -> Iterator[Sum]:
    """Lines that are sums of at least two lines next to them, above or below; the shortest run for each side.

    Parameters
    ----------
    lines : sequence of sequences of float or None
        The figures of a table, line by line; its columns may be given as lines.
    """
    if not 3 <= len(lines) <= LONGEST:
        return
    complete = [column for column in zip(*lines, strict=True) if _complete(column)]
    if not complete:
        return
    first = max(complete, key=lambda column: sum(value or 0 for value in column))
    pivot = _Column(first)
    others: list[_Column] = []
    for whole, total in enumerate(pivot.values):
        for run in pivot.runs(whole, total) if total > 0 else ():
            if len(run) < 2 or pivot.digits(whole, run) < 0:
                continue
            others = others or [_Column(column) for column in complete if column is not first]
            if _likely((pivot, *others), whole, run) >= _ENOUGH + math.log10(2 * len(lines)):
                yield Sum(whole, run)


def _likely(columns: Sequence[_Column], whole: int, run: range) -> float:
    """Digits of all columns together; less than nothing when one of them does not add up."""
    digits = 0.0
    for column in columns:
        digits += column.digits(whole, run)
        if digits < 0:
            break
    return digits


def _complete(column: Figures) -> bool:
    return all(value is not None and value >= 0 for value in column) and any(column)


class _Column:
    """The figures of a column, and their sums from the top."""

    def __init__(self, values: Figures) -> None:
        self.values = [value or 0.0 for value in values]
        self.prefix = [0.0, *accumulate(self.values)]
        places = next((places for places in range(4) if all(_rounds(value, places) for value in self.values)), None)
        self.step = 10.0**-places if places is not None else 1e-6 * max(self.values)
        self.exact = places in (0, None)

    def _slack(self, parts: int) -> float:
        """How far a sum of rounded figures may be from the rounded sum; whole numbers add exactly."""
        return self.step * 0.01 if self.exact else self.step * (0.51 + 0.5 * math.sqrt(parts))

    def runs(self, whole: int, total: float) -> Iterator[range]:
        """Runs just below and just above a line that add to its figure, within what rounding takes away."""
        slack = self._slack(len(self.values))
        end = bisect_left(self.prefix, self.prefix[whole + 1] + total - slack, whole + 1)
        if end < len(self.prefix):
            yield range(whole + 1, end)
        start = bisect_left(self.prefix, self.prefix[whole] - total + slack, 0, whole + 1)
        if start and self.prefix[start] > self.prefix[whole] - total + slack:
            start -= 1
        if start < whole:
            yield range(start, whole)

    def digits(self, whole: int, run: range) -> float:
        """How unlikely it is that a run adds to a line by chance, in digits; less than nothing when it does not add to it."""
        total = self.values[whole]
        slack = self._slack(len(run))
        if abs(self.prefix[run.stop] - self.prefix[run.start] - total) > slack:
            return -math.inf
        mean = total / max(len(run), 1)
        return max(0.0, math.log10(mean / max(slack, self.step))) if mean else 0.0


def _rounds(value: float, places: int) -> bool:
    shifted = value * float(10**places)
    return abs(shifted - round(shifted)) < 1e-6
