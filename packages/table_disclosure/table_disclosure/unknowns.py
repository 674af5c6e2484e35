"""Counts that agree with everything known of cells that are tied, in whole numbers: what an attacker may believe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, hstack, vstack

from .model import Cell
from .rules import Need

Whole = NDArray[np.int64]
SMALL = 1e-6
"""What a solver's error may be."""
PULLS = 2
"""Programmes, twice, that pull many quantities to their ends before each is asked about: cheap, and most are then answered."""


class Unknowns:
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

    def _around(self, asked: Whole) -> list[Whole | None]:
        """Places of the cells that two lines tie to those of a quantity, then of all (``None``)."""
        reached = asked != 0
        for _ in range(2):
            reached |= (self.ties.T @ (self.ties @ reached)) > 0
        return [None] if reached.all() else [np.flatnonzero(reached), None]

    def solve(
        self, low: Whole, high: Whole, cost: Whole | None = None, *, asked: Whole | None = None, least: int = 0,
        among: Whole | None = None, below: float = np.inf,
    ) -> Whole | None:  # fmt: skip
        """Counts of least cost where `asked` reaches `least`, if any; without a cost, they are near the truth.

        `among`: places of the cells that move, the others being what they are: a small programme, whose solution is one of all.
        `below`: only what costs less is looked for, the truth costing nothing.
        """
        columns = np.arange(len(self.cells)) if among is None else among
        rows, first, last = self.rows[:, columns], self.least - self.sums, self.most - self.sums
        if asked is not None:
            rows = vstack([rows, csr_array(asked[columns].reshape(1, -1))], format="csr")
            first, last = np.append(first, least - asked @ self.truth), np.append(last, np.inf)
        used = np.diff(rows.indptr) > 0
        if (first[~used] > 0).any():
            return None  # what is asked is not of these cells, and is not true
        rows, down, up = rows[used], (low - self.truth)[columns], (high - self.truth)[columns]

        def programme(whole: int, presolve: bool) -> tuple[NDArray[np.float64] | None, float]:
            """Moves from the truth, and what they cost."""
            ways, costs, bounds = [rows], np.zeros(len(columns)) if cost is None else cost[columns], Bounds(down, up)
            if cost is None and not whole:  # the nearest are most often in whole numbers
                ways, costs = [rows, -rows], np.ones(2 * len(columns))
                bounds = Bounds(0, np.concatenate([up, -down]))
            constraints = LinearConstraint(hstack(ways, format="csc"), first[used], last[used]) if used.any() else ()
            options = {"time_limit": 10.0, "presolve": presolve}
            found = milp(costs, constraints=constraints, bounds=bounds, integrality=whole, options=options)
            if found.x is None:
                return None, np.inf
            return found.x[: len(columns)] - (found.x[len(columns) :] if len(ways) > 1 else 0), found.fun

        # In fractions; if that is not in whole numbers, in whole numbers. The presolve of HiGHS finds some programmes infeasible
        # that are not (1.12, factors of shares): it is not trusted with that, and is of use to programmes with a cost alone.
        for whole, presolve in ((0, False), (1, False)) if cost is None else ((0, True), (1, True), (1, False)):
            moves, spent = programme(whole, presolve)
            if moves is None and whole and presolve:
                continue
            if moves is None or (cost is not None and np.ceil(spent - SMALL) >= below):
                return None
            made = np.rint(moves).astype(np.int64)
            counts: Whole = self.truth.copy()
            counts[columns] += made
            rounded = cost is not None and not whole and abs(cost[columns] @ made - spent) >= SMALL
            if not rounded and (asked is None or asked @ counts >= least) and self._agree(counts, low, high):
                return counts
            if whole:
                continue
            if cost is not None:  # no further than fractions go, near the truth
                end = int(cost @ self.truth + np.ceil(spent - SMALL))
                found = self.solve(low, high, asked=-cost, least=-end, among=columns)
            else:  # what moves in fractions, by itself
                moving = columns[np.abs(moves) > SMALL]
                few = len(moving) < len(columns)
                found = self.solve(low, high, asked=asked, least=least, among=moving) if few else None
            if found is not None:
                return found
        return None

    def _agree(self, counts: Whole, low: Whole, high: Whole) -> bool:
        """Whether counts agree with everything known, in whole numbers; they are then kept, with who believes them."""
        sums = self.rows @ counts
        if (counts < low).any() or (counts > high).any() or (sums < self.least).any() or (sums > self.most).any():
            return False
        believes = ((counts >= self.own) & (~self.owned | (counts == self.truth))).all(axis=1)
        with self.finding:
            self.seen = np.vstack([self.seen[0], counts]), np.vstack([self.seen[1], believes])
        return True

    def pull(self, needs: Sequence[Need]) -> None:
        """Look for counts that reach the ends of many quantities at once: some up, others down, and the other way round.

        Cells of lines whose factors are not all one, as those of shares, are left as they are: the rest is in whole numbers
        without being asked to.
        """
        chance = np.random.default_rng(0)
        held = self.ties.T @ (self.ties.max(axis=1).toarray().ravel() > 1) > 0
        low, high = np.where(held, self.truth, self.low), np.where(held, self.truth, self.high)
        asked = [need for need in needs if any(name in self.place for name in need.terms)]
        for need in asked:
            if len(need.terms) == 1:
                place = self.place[need.subject]
                high[place] = max(min(high[place], need.high), self.truth[place])
        owned, own = self.owned.any(axis=0), np.maximum(low, self.own.max(axis=0))
        views = (low, high), (np.where(owned, self.truth, own), np.where(owned, self.truth, high))  # a reader's; everyone's
        for _ in range(PULLS):
            ways = chance.choice([-1, 1], len(asked))
            cost = sum((way * self.vector(need.terms) for way, need in zip(ways, asked, strict=True)), 0 * self.truth)
            for (least, most), sign in product(views, (1, -1)):
                self.solve(least, most, sign * cost)

    def extreme(self, name: str, sign: int) -> int:
        """The least (-1) or greatest (1) count of a cell, of those that are proven possible."""
        place = self.place[name]
        end = int((self.lowest if sign < 0 else self.highest)[place])
        vector = -sign * self.vector({name: 1})
        for among in self._around(vector):
            most = int((sign * self.seen[0][:, place]).max())
            if most >= sign * end:
                return end
            reached = sign * int(self.truth[place]) - most  # at this cost
            self.solve(self.low, self.high, vector, among=among, below=reached)
        return sign * int((sign * self.seen[0][:, place]).max())

    def fixed(self, name: str) -> bool:
        """Whether a cell can be nothing but what it is."""
        seen = self.seen[0][:, self.place[name]]
        return seen.min() == seen.max() and self.extreme(name, -1) == self.extreme(name, 1)

    def believable(self, asked: Whole, least: Sequence[int], people: Sequence[str | None]) -> list[bool]:
        """Whether each of them, who knows what it brings itself, may believe that a quantity reaches so much."""
        rows = [self.row[who] for who in people]
        witnesses, believers = self.seen
        seen = np.any(believers[:, rows] & ((witnesses @ asked)[:, None] >= np.array(least)), axis=0)
        return [done or self._believed(asked, end, row) for done, end, row in zip(seen.tolist(), least, rows, strict=True)]

    def _believed(self, asked: Whole, least: int, person: int) -> bool:
        """Whether one of them may, looked for with the cells that are near, then with all."""
        witnesses, believers = self.seen
        if (believers[:, person] & (witnesses @ asked >= least)).any():
            return True
        low, high = np.maximum(self.low, self.own[person]), self.high
        low, high = (np.where(self.owned[person], self.truth, end) for end in (low, high))
        return any(self.solve(low, high, asked=asked, least=least, among=among) is not None for among in self._around(asked))


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
