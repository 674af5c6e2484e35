"""Changes between two lines of a table: figures tell whether they are differences or percentages, where no word does."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Literal

Change = Literal["", "%", "difference", "unknown"]
"""What a line of figures is: no change, a change in percent of another line, a difference, or a change that nothing tells."""
_NEAR = 6
"""Lines before a change among which the two that it compares are."""

Figures = Sequence[float | None]


def changes(lines: Sequence[Figures], said: Sequence[bool]) -> list[Change]:
    """What each line is, of those whose labels say a change and give no unit.

    Parameters
    ----------
    lines : sequence of sequences of float or None
        The figures of a table, line by line; its columns may be given as lines.
    said : sequence of bool
        Whether the labels of each line say a change without a unit.
    """
    return [_change(lines, said, number) if of else "" for number, of in enumerate(said)]


def _change(lines: Sequence[Figures], said: Sequence[bool], number: int) -> Change:
    before = [n for n in range(max(0, number - 2 * _NEAR), number) if not said[n]][-_NEAR:]
    found: set[Change] = set()
    for one, other in combinations(before, 2):
        triples = [
            (a, b, change)
            for a, b, change in zip(lines[one], lines[other], lines[number], strict=True)
            if a is not None and b is not None and change is not None
        ]
        if len(triples) < 2 < len(before) or not any(change for *_, change in triples):
            continue
        if all(_near(b - a, change, _half(a) + _half(b)) for a, b, change in triples):
            found.add("difference")
        if all(
            a and _near(100 * (b / a - 1), change, 100 * (_half(b) + _half(a) * abs(b / a)) / abs(a)) for a, b, change in triples
        ):
            found.add("%")
    return found.pop() if len(found) == 1 else "unknown"


def _half(value: float) -> float:
    """Half of the last decimal of a figure, which rounding may have taken away; nothing for a whole number."""
    text = repr(value)
    return 0.0 if value.is_integer() or "e" in text else 0.5 * 10.0 ** -len(text.partition(".")[2])


def _near(exact: float, shown: float, slack: float) -> bool:
    """Whether a figure is another one, rounded as it is shown; whole numbers differ by whole numbers."""
    text = repr(shown)
    decimals = 0 if shown.is_integer() else min(len(text.partition(".")[2]), 6)
    rounding = 0.0 if exact.is_integer() and not slack else 0.5001 * 10.0**-decimals
    return math.isclose(exact, shown, rel_tol=1e-9, abs_tol=slack + rounding)
