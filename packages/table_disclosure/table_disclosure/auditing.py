"""Can this release be undone? Asked apart from whoever chose what to hide, of everything that is known, in whole numbers.

Each question is an integer programme. A solution that the solver gives counts only once it has been checked in whole numbers:
where that fails, or where time ends, the cell is said to be unprotected.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from .errors import TablesError, UndoneError, named
from .model import Fate, Tables
from .profiles import Profile
from .rules import Need, contributor_rules, floor, needs
from .unknowns import Unknowns

Released = Mapping[str, int | tuple[int, int]]
"""What is published of each cell: its count, or the bounds that a rounded one stands for. What is not named is hidden."""


@dataclass(frozen=True)
class Interval:
    """The values of a hidden cell that agree with everything published. `high` is ``None`` where nothing bounds it."""

    low: int
    high: int | None


Failure = tuple[tuple[str, ...], str]
"""Cells that are exposed, and a sentence on how."""


@dataclass(frozen=True)
class Findings:
    """What an attacker obtains: the interval of each hidden cell, and the sensitive ones that are not protected."""

    intervals: Mapping[str, Interval]
    failures: list[Failure]


Groups = Mapping[str, Unknowns]
"""Each cell that is not known, and those that it is tied to."""


def _bounds(tables: Tables, profile: Profile, released: Released) -> dict[str, tuple[int, int]]:
    """What everyone knows of each cell by itself. No count is unbounded for the solver: beyond twice everybody, it is."""
    beyond = 2 * sum(cell.count for cell in tables.cells.values()) + 1000
    found = {}
    for name, cell in tables.cells.items():
        if cell.structural or cell.fate is Fate.PUBLIC:
            found[name] = (cell.count, cell.count)
        elif name in released:
            value = released[name]
            low, high = value if isinstance(value, tuple) else (value, value)
            if not low <= cell.count <= high:
                raise TablesError(f"{name!r}: what is released is not its count.")
            found[name] = (low, high)
        else:
            # A zero that is always shown is known to nobody as long as it is not.
            found[name] = (min(floor(cell, profile), cell.count), beyond)
    return found


def _deduced(tables: Tables, bounds: dict[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """What a subtraction gives, and what this gives in turn: a relation whose other terms are known tells the last one."""
    found = dict(bounds)
    waiting = [relation for relation in tables.relations if relation.low == relation.high]
    while waiting:
        left = [(relation, [name for name in relation.terms if found[name][0] < found[name][1]]) for relation in waiting]
        told = {unknown[0] for _, unknown in left if len(unknown) == 1}
        found |= {name: (tables.cells[name].count, tables.cells[name].count) for name in told}
        waiting = [relation for relation, unknown in left if len(unknown) > 1] if told else []
    return found


def _people(tables: Tables, profile: Profile) -> list[str]:
    """Contributors who attack."""
    return sorted({who for cell in tables.cells.values() for who in cell.contributions or ()}) if profile.insiders else []


def _groups(tables: Tables, profile: Profile, bounds: Mapping[str, tuple[int, int]]) -> Groups:
    """The cells that are not known, in groups that no relation ties to each other."""
    people = _people(tables, profile)
    cells = [tables.cells[name] for name, (low, high) in bounds.items() if low < high]
    place = {cell.name: number for number, cell in enumerate(cells)}
    entries: list[tuple[int, int, int]] = []
    known: list[int] = []
    for number, relation in enumerate(tables.relations):
        known.append(sum(factor * bounds[name][0] for name, factor in relation.terms.items() if name not in place))
        entries += [(number, place[name], factor) for name, factor in relation.terms.items() if name in place]
    if not cells:
        return {}
    rows, columns, factors = np.array(entries, dtype=np.int64).reshape(-1, 3).T
    matrix = csr_array(coo_array((factors, (rows, columns)), shape=(len(tables.relations), len(cells))))
    _, groups = connected_components((abs(matrix.T) @ abs(matrix)) if entries else csr_array((len(cells), len(cells))))
    found: dict[str, Unknowns] = {}
    for group in range(groups.max() + 1):
        members = np.flatnonzero(groups == group)
        used = np.unique(rows[np.isin(columns, members)])
        unknowns = Unknowns(
            [cells[member] for member in members],
            np.array([bounds[cells[member].name][0] for member in members]),
            np.array([bounds[cells[member].name][1] for member in members]),
            matrix[used][:, members],
            np.array([tables.relations[row].low - known[row] for row in used]),
            np.array([tables.relations[row].high - known[row] for row in used]),
            people,
        )
        found |= dict.fromkeys((cell.name for cell in unknowns.cells), unknowns)
    return found


def _pulled(groups: Groups, asked: Sequence[Need]) -> Groups:
    """These groups, each having been pulled: much of what is asked next is answered then."""
    for unknowns in set(groups.values()):
        unknowns.pull(asked)
    return groups


def _reached(need: Need, groups: Groups, tables: Tables, people: Sequence[str | None]) -> list[tuple[bool, bool]]:
    """Whether each, a reader or a contributor who knows what it brings, may place a quantity at each end of what it needs."""
    unknowns = next((groups[name] for name in need.terms if name in groups), None)
    value = sum(factor * tables.cells[name].count for name, factor in need.terms.items())
    if unknowns is None:  # published, or said by what is
        return [(value <= need.low, value >= need.high)] * len(people)
    vector = unknowns.vector(need.terms)
    parts = [sum(factor * tables.cells[name].brought(who) for name, factor in need.terms.items()) for who in people]
    known = value - int(vector @ unknowns.truth)
    low = unknowns.believable(-vector, [known - max(need.low, part) for part in parts], people)
    high = unknowns.believable(vector, [need.high - known] * len(people), people)
    return list(zip(low, high, strict=True))


def _failures(tables: Tables, profile: Profile, groups: Groups) -> Iterator[Failure]:
    """Sensitive quantities that someone can place more narrowly than they need.

    What a contributor could tell if nothing at all were released is not told by this release.
    """
    people, asked = _people(tables, profile), needs(tables, profile)

    def narrow(need: Need) -> dict[str | None, tuple[bool, bool]]:
        """Who cannot place a quantity at both ends: a reader, else contributors who are not alone in it."""
        others = [who for who in people if not all(tables.cells[name].owner == who for name in need.terms)]
        for each in ([None], others):
            found = zip(each, _reached(need, groups, tables, each), strict=True)
            if narrowly := {who: reached for who, reached in found if not all(reached)}:
                return narrowly
        return {}

    found = [(need, narrow(need)) for need in asked]
    silence: Groups = {}
    if any(each and None not in each for _, each in found):
        silence = _pulled(_groups(tables, profile, _bounds(tables, profile, {})), asked)

    for need, each in found:
        who = "a reader"
        if None not in each:
            who, before = "a contributor, who knows its own,", _reached(need, silence, tables, [*each])
            if not any(could and not can for can, could in zip(chain(*each.values()), chain(*before), strict=True)):
                continue
        yield (need.subject,), f"{need.subject!r} ({', '.join(need.reasons)}): {who} can tell more of it than it should."


def _lines(tables: Tables, profile: Profile, unknown: Collection[str]) -> Iterator[Failure]:
    """Lines whose hidden cells, taken together, are the total less what is known, when this sum is sensitive."""
    for relation in tables.relations:
        if relation.margin is None or relation.margin[0] in unknown:
            continue
        if all(tables.cells[name].fate is Fate.PUBLIC for name in relation.terms if name not in unknown):
            continue  # no release tells it
        hidden = [tables.cells[part] for part in relation.margin[1] if part in unknown]
        together: Counter[str] = Counter()
        for cell in hidden:
            together.update(cell.contributions or {})
        if len(hidden) > 1 and (broken := contributor_rules(together.total(), together, profile)):
            names = tuple(cell.name for cell in hidden)
            sentence = f"their sum, obtained by subtraction, breaks a rule on contributors ({', '.join(broken)})."
            yield names, f"{', '.join(map(repr, names))}: {sentence}"


def examine(tables: Tables, profile: Profile, released: Released) -> Findings:
    """What an attacker obtains from a release."""
    for name in released:
        if name not in tables.cells:
            raise TablesError(f"No cell is called {name!r}. {named(name, tables.cells)}")
    bounds = _deduced(tables, _bounds(tables, profile, released))
    groups = _pulled(_groups(tables, profile, bounds), needs(tables, profile))
    failures = list(_failures(tables, profile, groups))  # the counts that attackers believe are found on the way

    def interval(name: str) -> Interval:
        low, high = groups[name].extreme(name, -1), groups[name].extreme(name, 1)
        return Interval(low, None if high >= bounds[name][1] else high)

    found = {name: interval(name) for name in groups if tables.cells[name].fate is not Fate.NEVER}
    unknown = {name for name, unknowns in groups.items() if not unknowns.fixed(name)}
    return Findings(found, [*failures, *_lines(tables, profile, unknown)])


def told(tables: Tables, profile: Profile) -> Tables:
    """These tables, where what public figures tell too well, though nothing is released, is asked to stay as they leave it.

    To hide such a cell protects nobody more than that: it is never published, and stays within what a reader finds possible.
    Where they tell that a part is its whole, this is no attribute that a release discloses.
    """
    asked = needs(tables, profile)
    groups = _pulled(_groups(tables, profile, _deduced(tables, _bounds(tables, profile, {}))), asked)
    cells, same = dict(tables.cells), set()

    def left(need: Need) -> tuple[int, int] | None:
        """What a reader finds possible of it, within what it needs; nothing to say where all of that is, or where one doubts."""
        name = need.subject
        doubts = groups[name].doubts if name in groups else 0
        (reached,) = _reached(need, groups, tables, [None])
        if all(reached):
            return None
        if name not in groups:
            return tables.cells[name].count, tables.cells[name].count
        ends = zip((need.low, need.high), (-1, 1), reached, strict=True)
        low, high = (end if possible else groups[name].extreme(name, way) for end, way, possible in ends)
        return (low, high) if groups[name].doubts == doubts else None

    for need in asked:
        bounds = left(need)
        if bounds is not None and len(need.terms) > 1:
            same.add(frozenset(need.terms))
        elif bounds is not None:
            cell = tables.cells[need.subject]
            cells[cell.name] = replace(cell, fate=Fate.TOLD if cell.fate is Fate.DECIDE else cell.fate, told=bounds)
    said = [
        replace(relation, attribute=False)
        if relation.margin and any(frozenset([relation.margin[0], part]) in same for part in relation.margin[1])
        else relation
        for relation in tables.relations
    ]
    return Tables(cells.values(), said)


def audit(tables: Tables, profile: Profile, released: Released) -> Mapping[str, Interval]:
    """Give the interval that an attacker finds for each hidden cell, or refuse the release.

    Raises
    ------
    UndoneError
        A sensitive cell can be placed within bounds narrower than the profile requires, by a reader or by a contributor.
    """
    findings = examine(tables, profile, released)
    if findings.failures:
        raise UndoneError(findings.failures)
    return findings.intervals
