"""Can this release be undone? Asked apart from whoever chose what to hide, of everything that is known, in whole numbers.

Each question is an integer programme. A solution that the solver gives counts only once it has been checked in whole numbers:
where that fails, or where time ends, the cell is said to be unprotected.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, hstack, vstack
from scipy.sparse.csgraph import connected_components

from .errors import TablesError, UndoneError, named
from .model import Cell, Fate, Tables
from .profiles import Profile
from .rules import Need, contributor_rules, floor, needs

Released = Mapping[str, int | tuple[int, int]]
"""What is published of each cell: its count, or the bounds that a rounded one stands for. What is not named is hidden."""
Whole = NDArray[np.int64]
PULLS = 2
"""Programmes, twice, that pull many quantities to their ends before each is asked about: cheap, and most are then answered."""


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


class _Unknowns:
    """Cells that are not known and that relations tie to each other, everything else being known."""

    def __init__(
        self, cells: list[Cell], low: Whole, high: Whole, rows: csr_array, least: Whole, most: Whole, people: Sequence[str]
    ) -> None:  # fmt: skip
        self.cells = cells
        self.place = {cell.name: number for number, cell in enumerate(cells)}
        self.truth = np.array([cell.count for cell in cells])
        self.low, self.high, self.rows, self.least, self.most = low, high, rows, least, most
        self.sums, self.ties = rows @ self.truth, abs(rows)
        self.lowest, self.highest = _tightened(rows, least, most, low, high)
        # What each knows: a reader nothing of its own, then contributors what they bring, and the cells that they alone feed.
        self.row: dict[str | None, int] = {who: number for number, who in enumerate((None, *people))}
        self.own = np.array([[cell.brought(who) for cell in cells] for who in self.row])
        self.owned = np.array([[who is not None and cell.owner == who for cell in cells] for who in self.row])
        # Counts that agree with everything known, and who believes them: the truth, then those that programmes find.
        self.seen = self.truth.reshape(1, -1), np.ones((1, len(self.row)), dtype=bool)
        self.finding = Lock()

    def vector(self, terms: Mapping[str, int]) -> Whole:
        """A quantity as factors of these cells. What is known of it is left out."""
        vector = np.zeros(len(self.cells), dtype=np.int64)
        for name, factor in terms.items():
            if name in self.place:
                vector[self.place[name]] = factor
        return vector

    def _near(self, asked: Whole) -> Iterator[Whole | None]:
        """Places of the cells that two lines tie to those of a quantity; then all of them."""
        reached = asked != 0
        for _ in range(2):
            reached |= (self.ties.T @ (self.ties @ reached)) > 0
        yield np.flatnonzero(reached)
        yield None

    def solve(
        self, cost: Whole, low: Whole, high: Whole, asked: Whole | None = None, least: int = 0,
        among: Whole | None = None, below: float = np.inf,
    ) -> Whole | None:  # fmt: skip
        """Counts of least cost, by how far above and below the truth they are, where `asked` reaches `least`; if any.

        `among`: places of the cells that move, the others being what they are: a small programme, whose solution is one of all.
        `below`: only what costs less is looked for.
        """
        columns = np.arange(len(self.cells)) if among is None else among
        rows, first, last = self.rows[:, columns], self.least - self.sums, self.most - self.sums
        if asked is not None:
            rows = vstack([rows, csr_array(asked[columns].reshape(1, -1))], format="csr")
            first, last = np.append(first, least - asked @ self.truth), np.append(last, np.inf)
        used = np.diff(rows.indptr) > 0
        if (first[~used] > 0).any():
            return None  # what is asked is not of these cells, and is not true
        moves = hstack([rows[used], -rows[used]], format="csc")
        constraints = LinearConstraint(moves, first[used], last[used]) if used.any() else ()
        room = np.concatenate([np.maximum(high - self.truth, 0)[columns], np.maximum(self.truth - low, 0)[columns]])
        costs = np.concatenate([cost[columns], cost[len(self.cells) + columns]])
        # In fractions, whose solution is most often in whole numbers; if not, in whole numbers; and once more, for the presolve
        # of HiGHS finds some programmes infeasible that are not (1.12, factors of shares).
        for whole, presolve in ((0, True), (1, True), (1, False)):
            found = milp(
                costs,
                constraints=constraints,
                bounds=Bounds(0, room),
                integrality=whole,
                options={"time_limit": 10.0, "presolve": presolve},
            )
            if found.x is None and whole and presolve:
                continue
            if found.x is None or np.ceil(found.fun - 1e-6) >= below:
                return None
            made = np.rint(found.x).astype(np.int64)
            counts: Whole = self.truth.copy()
            counts[columns] += made[: len(columns)] - made[len(columns) :]
            sums = self.rows @ counts
            agree = (counts >= low).all() and (counts <= high).all() and (sums >= self.least).all() and (sums <= self.most).all()
            if agree and (whole or abs(costs @ made - found.fun) < 1e-6):
                believes = ((counts >= self.own) & (~self.owned | (counts == self.truth))).all(axis=1)
                with self.finding:
                    self.seen = np.vstack([self.seen[0], counts]), np.vstack([self.seen[1], believes])
                return counts
        return None

    def pull(self, needs: Sequence[Need]) -> None:
        """Look for counts that reach the ends of many quantities at once: some up, others down, and the other way round."""
        chance = np.random.default_rng(0)
        high = self.high.copy()
        asked = [need for need in needs if any(name in self.place for name in need.terms)]
        for need in asked:
            if len(need.terms) == 1:
                place = self.place[need.subject]
                high[place] = max(min(high[place], need.high), self.truth[place])
        for _ in range(PULLS):
            ways = chance.choice([-1, 1], len(asked))
            for sign in (1, -1):
                cost = sum((sign * way * self.vector(need.terms) for way, need in zip(ways, asked, strict=True)), 0 * self.truth)
                self.solve(np.concatenate([cost, -cost]), self.low, high)

    def extreme(self, name: str, sign: int) -> int:
        """The least (-1) or greatest (1) count of a cell, of those that are proven possible."""
        place = self.place[name]
        end = int((self.lowest if sign < 0 else self.highest)[place])
        vector = -sign * self.vector({name: 1})
        for among in self._near(vector):
            most = int((sign * self.seen[0][:, place]).max())
            if most >= sign * end:
                return end
            reached = sign * int(self.truth[place]) - most  # at this cost
            self.solve(np.concatenate([vector, -vector]), self.low, self.high, among=among, below=reached)
        return sign * int((sign * self.seen[0][:, place]).max())

    def fixed(self, name: str) -> bool:
        """Whether a cell can be nothing but what it is."""
        seen = self.seen[0][:, self.place[name]]
        return seen.min() == seen.max() and self.extreme(name, -1) == self.extreme(name, 1)

    def believable(self, asked: Whole, least: int, who: str | None) -> bool:
        """Whether someone who knows what it brings itself may believe that a quantity reaches `least`."""
        columns, person = np.flatnonzero(asked), self.row[who]
        witnesses, believers = self.seen
        if (believers[:, person] & (witnesses[:, columns] @ asked[columns] >= least)).any():
            return True
        owned = self.owned[person]
        low, high = np.maximum(self.low, self.own[person]), np.where(owned, self.truth, self.high)
        low = np.where(owned, self.truth, low)
        for among in self._near(asked):
            found = self.solve(np.ones(2 * len(self.cells), dtype=np.int64), low, high, asked, least, among)
            if found is not None and asked @ found >= least:
                return True
        return False


def _tightened(rows: csr_array, least: Whole, most: Whole, low: Whole, high: Whole) -> tuple[Whole, Whole]:
    """Bounds that each line gives to each of its cells, those of the others being what they are, as long as one is narrower."""
    entries = coo_array(rows)
    line, cell, factor = entries.row, entries.col, entries.data
    lows, highs = low.astype(float), high.astype(float)
    for _ in range(100):
        ends = np.sort(np.vstack([factor * lows[cell], factor * highs[cell]]), axis=0)
        others = np.array([np.bincount(line, end, rows.shape[0])[line] - end for end in ends])
        found = np.sort(np.vstack([(least[line] - others[1]) / factor, (most[line] - others[0]) / factor]), axis=0)
        before = lows.sum() - highs.sum()
        np.maximum.at(lows, cell, np.ceil(found[0] - 1e-9))
        np.minimum.at(highs, cell, np.floor(found[1] + 1e-9))
        if lows.sum() - highs.sum() <= before:
            break
    return lows.astype(np.int64), highs.astype(np.int64)


Groups = Mapping[str, _Unknowns]
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
            found[name] = (floor(cell, profile), beyond)
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
    found: dict[str, _Unknowns] = {}
    for group in range(groups.max() + 1):
        members = np.flatnonzero(groups == group)
        used = np.unique(rows[np.isin(columns, members)])
        unknowns = _Unknowns(
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
    """These groups, each having been pulled: of use where little is released, for much is then possible at once."""
    for unknowns in set(groups.values()):
        unknowns.pull(asked)
    return groups


Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


def _at_once(question: Callable[[Asked], Answer], asked: Sequence[Asked]) -> list[Answer]:
    """Answers in order, to questions asked from as many threads as there are processors: the solver runs beside Python."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(question, asked))


def _reached(need: Need, groups: Groups, tables: Tables, who: str | None) -> tuple[bool, bool]:
    """Whether a reader, or a contributor who knows what it brings, may place a quantity at each end of what it needs."""
    unknowns = next((groups[name] for name in need.terms if name in groups), None)
    if unknowns is None:
        return False, False  # published, or said by what is
    vector = unknowns.vector(need.terms)
    value = sum(factor * tables.cells[name].count for name, factor in need.terms.items())
    part = sum(factor * tables.cells[name].brought(who) for name, factor in need.terms.items())
    known = value - int(vector @ unknowns.truth)
    return (
        unknowns.believable(-vector, known - max(need.low, part), who),
        unknowns.believable(vector, need.high - known, who),
    )


def _failures(tables: Tables, profile: Profile, groups: Groups) -> Iterator[Failure]:
    """Sensitive quantities that someone can place more narrowly than they need.

    What a contributor could tell if nothing at all were released is not told by this release.
    """
    people, asked = _people(tables, profile), needs(tables, profile)

    @cache
    def silence() -> Groups:
        return _pulled(_groups(tables, profile, _bounds(tables, profile, {})), asked)

    def learns(need: Need, who: str) -> bool:
        if all(tables.cells[name].owner == who for name in need.terms):
            return False  # nobody else is in it
        reached = _reached(need, groups, tables, who)
        before = (True, True) if all(reached) else _reached(need, silence(), tables, who)
        return any(could and not can for can, could in zip(reached, before, strict=True))

    def failing(need: Need) -> str:
        if not all(_reached(need, groups, tables, None)):
            return "a reader can tell more of it than it should."
        told = any(learns(need, who) for who in people)
        return "a contributor, who knows its own, can tell more of it than it should." if told else ""

    for need, how in zip(asked, _at_once(failing, asked), strict=True):
        if how:
            yield (need.subject,), f"{need.subject!r} ({', '.join(need.reasons)}): {how}"


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
    groups = _groups(tables, profile, bounds)
    failures = list(_failures(tables, profile, groups))  # the counts that attackers believe are found on the way

    def interval(name: str) -> Interval:
        low, high = groups[name].extreme(name, -1), groups[name].extreme(name, 1)
        return Interval(low, None if high >= bounds[name][1] else high)

    names = [name for name in groups if tables.cells[name].fate is not Fate.NEVER]
    found = dict(zip(names, _at_once(interval, names), strict=True))
    unknown = {name for name, unknowns in groups.items() if not unknowns.fixed(name)}
    return Findings(found, [*failures, *_lines(tables, profile, unknown)])


def told(tables: Tables, profile: Profile) -> set[str]:
    """Cells that a reader can tell too well though nothing is released, from what is public: hiding them protects nobody.

    Whoever releases decides what is made of them: `Fate.TOLD` keeps them hidden, and asks nothing more.
    """
    asked = needs(tables, profile)
    groups = _pulled(_groups(tables, profile, _deduced(tables, _bounds(tables, profile, {}))), asked)
    answers = _at_once(lambda need: all(_reached(need, groups, tables, None)), asked)
    return {need.subject for need, safe in zip(asked, answers, strict=True) if not safe}


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
