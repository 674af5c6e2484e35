"""Counts that agree with everything known of cells that are tied, in whole numbers: what an attacker may believe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csc_array, csr_array, hstack

from .model import Cell
from .rules import Need
from .solver import Numbers, Programme

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
        sums, self.ties = rows @ self.truth, abs(rows)
        self.room = least - sums, most - sums  # how far lines may move from the truth
        self.beside = csr_array(self.ties.T @ self.ties)
        self.ways = csc_array(hstack([rows, -rows]).astype(float))  # moves up, then moves down
        self.lowest, self.highest = _tightened(rows, least, most, low, high)
        # What each knows: a reader nothing of its own, then contributors what they bring, and the cells that they alone feed.
        self.row: dict[str | None, int] = {who: number for number, who in enumerate((None, *people))}
        self.own = np.array([[cell.brought(who) for cell in cells] for who in self.row])
        self.owned = np.array([[who is not None and cell.owner == who for cell in cells] for who in self.row])
        # Counts that agree with everything known, and who believes them: the truth, then those that programmes find.
        self.seen = self.truth.reshape(1, -1), np.ones((1, len(self.row)), dtype=bool)
        self.doubts = 0
        """Programmes of which it is not known whether they have a solution."""

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
            reached |= self.beside @ reached > 0
        return [None] if 2 * reached.sum() > len(reached) else [np.flatnonzero(reached), None]

    def _moves(
        self, low: Whole, high: Whole, places: Whole, cost: Whole | None = None, *,
        asked: Whole | None = None, least: int = 0, whole: bool = False,
    ) -> Numbers | None:  # fmt: skip
        """Moves of some cells from the truth, of least cost; without one, near the truth. `asked` must reach `least`.

        The presolve of HiGHS finds some programmes infeasible that are not (1.12, factors of shares): it is trusted with those
        alone that are feasible for sure.
        """
        down, up, columns = (low - self.truth)[places], (high - self.truth)[places], places
        costs = np.zeros(len(places)) if cost is None else cost[places].astype(float)
        if nearest := cost is None and not whole:  # these are most often in whole numbers
            costs, columns = np.ones(2 * len(places)), np.concatenate([places, places + len(self.cells)])
            down, up = np.zeros(len(columns)), np.concatenate([up, -down])
        everything = asked is None and len(places) == len(self.cells)
        programme = self.programme if everything else self.part
        if not everything:
            programme.restrict(columns)
        if asked is not None:
            programme.add(np.concatenate([asked, -asked])[columns], least - asked @ self.truth)
        found = programme.solve(costs, down, up, whole=whole, presolve=asked is None and not everything)
        self.doubts += found.values is None and not found.certain
        return np.subtract(*np.split(found.values, 2)) if nearest and found.values is not None else found.values

    @cached_property
    def programme(self) -> Programme:
        """Moves of all cells from the truth."""
        return Programme(self.ways[:, : len(self.cells)], *self.room)

    @cached_property
    def part(self) -> Programme:
        """Moves of some cells, up and down."""
        return Programme(self.ways, *self.room)

    def reach(self, low: Whole, high: Whole, asked: Whole, least: int, among: Whole | None = None) -> Whole | None:
        """Counts where `asked` reaches `least`, if any: in fractions; if that is not in whole numbers, in whole numbers.

        `among`: places of the cells that move, the others being what they are: a small programme, whose solution is one of all.
        """
        places = np.arange(len(self.cells)) if among is None else among
        if not asked[places].any() and asked @ self.truth < least:
            return None  # it is not of these cells, and is not true
        for whole in (False, True):
            moves = self._moves(low, high, places, asked=asked, least=least, whole=whole)
            if moves is None:
                return None
            counts = self._rounded(places, moves)
            if asked @ counts >= least and self._agree(counts, low, high):
                return counts
            moving = places[np.abs(moves) > SMALL]
            if not whole and len(moving) < len(places):  # what moves in fractions, by itself
                found = self.reach(low, high, asked, least, moving)
                if found is not None:
                    return found
        return None

    def furthest(self, low: Whole, high: Whole, asked: Whole, among: Whole | None = None) -> tuple[int, Whole | None]:
        """How far a quantity goes in fractions: no further in whole numbers. And counts that go so far, if these are whole."""
        places = np.arange(len(self.cells)) if among is None else among
        moves = self._moves(low, high, places, -asked)
        if moves is None:  # the truth is within bounds: no time was left
            return int(np.maximum(asked * self.lowest, asked * self.highest).sum()), None
        end = int(np.floor(asked @ self.truth + asked[places] @ moves + SMALL))
        counts = self._rounded(places, moves)
        return end, counts if asked @ counts >= end and self._agree(counts, low, high) else None

    def _rounded(self, places: Whole, moves: Numbers) -> Whole:
        counts: Whole = self.truth.copy()
        counts[places] += np.rint(moves).astype(np.int64)
        return counts

    def _agree(self, counts: Whole, low: Whole, high: Whole) -> bool:
        """Whether counts agree with everything known, in whole numbers; they are then kept, with who believes them."""
        sums = self.rows @ counts
        if (counts < low).any() or (counts > high).any() or (sums < self.least).any() or (sums > self.most).any():
            return False
        believes = ((counts >= self.own) & (~self.owned | (counts == self.truth))).all(axis=1)
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
                end, counts = self.furthest(least, most, sign * cost)
                if counts is None:
                    self.reach(least, most, sign * cost, end)

    def extreme(self, name: str, sign: int) -> int:
        """The least (-1) or greatest (1) count of a cell, of those that are proven possible."""
        vector = sign * self.vector({name: 1})
        outer = sign * int((self.lowest if sign < 0 else self.highest)[self.place[name]])
        most = int((self.seen[0] @ vector).max())
        for among in self._around(vector):
            if most >= outer:
                break
            end, counts = self.furthest(self.low, self.high, vector, among)
            if counts is not None:
                most = max(most, end)
            asked, step = end, 1  # whole numbers most often go as far, or nearly
            while most < end:
                counts = self.reach(self.low, self.high, vector, asked, among)
                if counts is not None:
                    most = int(vector @ counts)
                    asked = (most + end + 1) // 2
                else:
                    end = asked - 1
                    asked, step = max(most + 1, asked - step), 2 * step
        return sign * most

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
        return any(self.reach(low, high, asked, least, among) is not None for among in self._around(asked))


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
