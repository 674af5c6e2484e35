"""Primary rules: which quantities are sensitive, and between which bounds nobody may place them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from .model import Cell, Fate, Tables
from .profiles import Profile, Zeros


class Reason(StrEnum):
    """Why a cell is hidden. For those who make the release: a reader is told that a cell is hidden, not by which rule."""

    THRESHOLD = "threshold"
    ZERO = "zero"
    CONTRIBUTORS = "contributors"
    DOMINANCE = "dominance"
    P_PERCENT = "p_percent"
    REMAINDER = "remainder"
    GROUP = "group"
    EARLIER = "earlier"
    """An earlier release hid it."""
    PROTECTS = "protects"
    """Not sensitive itself: without it a sensitive one could be computed."""


@dataclass(frozen=True)
class Need:
    """A sensitive quantity: an attacker must find both `low` and `high` possible.

    `terms` is the quantity, one cell or the difference of two; `subject` is the cell that is spoken of.
    """

    subject: str
    terms: Mapping[str, int]
    reasons: tuple[Reason, ...]
    low: int
    high: int


def _ceil(value: float) -> int:
    """Round up what is not whole, but for the error of a float."""
    return math.ceil(round(value, 9))


def contributor_rules(count: int, contributions: Mapping[str, int], profile: Profile) -> list[Reason]:
    """Rules on contributors that these contributions break. Nobody's cell breaks none."""
    sizes = sorted((number for number in contributions.values() if number), reverse=True)
    if not sizes:
        return []
    rest = count - sum(sizes[:2])
    broken = {
        Reason.CONTRIBUTORS: len(sizes) < profile.contributors,
        Reason.DOMINANCE: any(sum(sizes[:n]) * 100 > k * count for n, k in profile.dominance),
        Reason.P_PERCENT: rest * 100 < profile.p_percent * sizes[0],
        Reason.REMAINDER: count - sizes[0] < profile.remainder,
    }
    return [reason for reason, breaks in broken.items() if breaks]


def _margin_of_error(count: int, contributions: Mapping[str, int], profile: Profile) -> int:
    """How far the truth must be from each end of the interval.

    The largest of: `protection` % of the largest contribution; for dominance, what the n largest would have to be k % of;
    for p %, p % of the largest contribution less what the others bring; for the remainder, what is missing; one person.
    The formulas are those of Hundepool and others (2012), chapter 4.
    """
    sizes = sorted(contributions.values(), reverse=True)
    wanted = [1.0, profile.protection * sizes[0] / 100, profile.remainder - (count - sizes[0])]
    wanted += [sum(sizes[:n]) * 100 / k - count for n, k in profile.dominance if k]
    wanted.append(profile.p_percent * sizes[0] / 100 - (count - sum(sizes[:2])))
    return _ceil(max(wanted))


def floor(cell: Cell, profile: Profile) -> int:
    """What everyone knows that a hidden cell counts at least."""
    return int(profile.zeros is Zeros.SHOWN and cell.fate is Fate.DECIDE and cell.follows is None)


def _cell_needs(cell: Cell, profile: Profile) -> Iterator[Need]:
    """What one cell needs: below the threshold, from nothing to the threshold; for its contributors, a margin around it."""
    reasons, low, high = [], cell.count, cell.count
    lowest = floor(cell, profile)
    if 0 < cell.count < profile.threshold:
        reasons.append(Reason.THRESHOLD)
        low, high = lowest, profile.threshold
    if cell.count == 0 and profile.zeros is Zeros.HIDDEN:
        reasons.append(Reason.ZERO)
        high = max(profile.threshold, 1)
    contributions = cell.contributions or {}
    if broken := contributor_rules(cell.count, contributions, profile):
        reasons += broken
        margin = _margin_of_error(cell.count, contributions, profile)
        low, high = min(low, max(lowest, cell.count - margin)), max(high, cell.count + margin)
    if cell.kept and cell.kept != (cell.count, cell.count):
        reasons.append(Reason.EARLIER)
        low, high = min(low, cell.kept[0]), max(high, cell.kept[1])
    low, high = cell.told or (low, high)
    if reasons:
        yield Need(cell.name, {cell.name: 1}, tuple(reasons), low, high)


def needs(tables: Tables, profile: Profile) -> list[Need]:
    """Every sensitive quantity of these tables. A cell that is public already, harmless, or a structural zero, is none."""
    free = {
        name: cell
        for name, cell in tables.cells.items()
        if cell.fate not in (Fate.PUBLIC, Fate.HARMLESS) and not cell.structural and cell.follows is None
    }
    found = [need for cell in free.values() for need in _cell_needs(cell, profile)]
    for relation in tables.relations if profile.group else ():
        if relation.margin is None or not relation.attribute:
            continue
        whole, parts = relation.margin
        possible = [part for part in parts if not tables.cells[part].structural]
        for part in possible:
            others = [name for name in possible if name != part]
            same = 0 < tables.cells[part].count == tables.cells[whole].count
            if same and any(name in free and free[name].fate is not Fate.NEVER for name in others):
                found.append(Need(part, {whole: 1, part: -1}, (Reason.GROUP,), 0, 1))
    return found
