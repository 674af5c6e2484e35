"""The attacker as suppression sees it: how far each count may move from the truth when some cells are hidden.

An attacker who must find a quantity able to move by `target` solves a linear programme over the moves of the hidden cells. When
it cannot, the dual of this programme gives an inequality that every safe choice of hidden cells satisfies, and this one does not
(Fischetti and Salazar, 2000). Whole numbers and everything else that was released are for the audit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csc_array, csr_array, hstack, vstack

from .model import Fate, Tables
from .profiles import Profile, Zeros
from .rules import Need, floor

Numbers = NDArray[np.float64]
Choice = NDArray[np.bool_]
"""For each cell, whether it is hidden."""
SMALL = 1e-6
TRIED = 64
"""How many moves that were found for other attacks are tried before a programme is solved."""


@dataclass(frozen=True, eq=False)
class Cut:
    """``factors @ hidden >= least``, true of every choice that is safe."""

    factors: Numbers
    least: float


@dataclass(frozen=True, eq=False)
class Attack:
    """A quantity that must be able to move by `target` in the eyes of one attacker: nobody's (0), or a contributor's."""

    need: Need
    move: Numbers
    target: float
    who: int
    row: int


class System:
    """Cells and relations of tables as vectors of moves, and the attacks that a choice of hidden cells must resist."""

    def __init__(self, tables: Tables, profile: Profile, found: list[Need]) -> None:
        cells = list(tables.cells.values())
        size = len(cells)
        place = {cell.name: number for number, cell in enumerate(cells)}
        self.tables, self.profile, self.cells, self.place = tables, profile, cells, place
        self.loss = np.array([cell.loss for cell in cells])
        known = np.array([cell.fate is Fate.PUBLIC or cell.structural for cell in cells])
        self.never = np.array([cell.fate is Fate.NEVER and not cell.structural for cell in cells])
        shown = np.array([profile.zeros is Zeros.SHOWN and cell.count == 0 for cell in cells])
        self.free: Choice = ~known & ~shown
        equal: list[tuple[dict[int, int], float]] = []
        bounded: list[tuple[dict[int, int], float]] = []
        for relation in tables.relations:
            terms = {place[name]: factor for name, factor in relation.terms.items()}
            value = sum(factor * cells[column].count for column, factor in terms.items())
            if relation.low == relation.high:
                equal.append((terms, 0.0))
                continue
            if np.isfinite(relation.high):
                bounded.append((terms, relation.high - value))
            if np.isfinite(relation.low):
                bounded.append(({column: -factor for column, factor in terms.items()}, value - relation.low))
        self.equal, self.bounded = _matrix(equal, size), _matrix(bounded, size)
        self.slack = np.array([slack for _, slack in bounded])
        self.lines = [relation.margin for relation in tables.relations if relation.margin]

        # What each attacker knows: nobody's floor; then one row a contributor, with what it brings and the cells it owns.
        people = sorted({who for cell in cells for who in cell.contributions or ()}) if profile.insiders else []
        brought: list[Mapping[str, int]] = [cell.contributions or {} for cell in cells]
        counts = np.array([cell.count for cell in cells], dtype=float)
        floors = np.array([floor(cell, profile) for cell in cells], dtype=float)
        self.own = np.array([[0.0] * size, *([float(one.get(who, 0)) for one in brought] for who in people)])
        owned = np.array([[False] * size, *([cell.owner == who for cell in cells] for who in people)])
        self.down = np.where(owned | ~self.free, 0.0, np.maximum(counts - np.maximum(floors, self.own), 0.0))
        self.up = np.where(owned | ~self.free, 0.0, np.inf)
        asked = _matrix([({place[name]: factor for name, factor in need.terms.items()}, 0.0) for need in found], size)
        rows = vstack([self.equal, self.bounded, asked, -asked])
        self._rows = csc_array(hstack([rows, -rows]))  # moves up, then moves down
        self._least = np.concatenate([np.zeros(len(equal)), np.full(len(bounded) + 2 * len(found), -np.inf)])
        self._most = np.concatenate([np.zeros(len(equal)), self.slack, np.full(2 * len(found), np.inf)])
        self.attacks = [
            attack for number, need in enumerate(found) for attack in self._attacks(number, need, len(found), counts, owned)
        ]
        self._moves: Numbers = np.zeros((0, size))
        self._lengths: Numbers = np.zeros(0)

    def _attacks(self, number: int, need: Need, needs: int, counts: Numbers, owned: NDArray[np.bool_]) -> Iterator[Attack]:
        """A reader's two attacks on a quantity, then those of each contributor who is not alone in it."""
        vector = np.zeros(len(self.cells))
        for name, factor in need.terms.items():
            vector[self.place[name]] = factor
        opposite, value = -vector, float(vector @ counts)
        row = len(self._least) - 2 * needs + number
        for who in range(len(self.down)):
            if owned[who][vector != 0].all():
                continue
            low = max(need.low, float(vector @ self.own[who]))
            if need.high > value:
                yield Attack(need, vector, need.high - value, who, row)
            if value > low:
                yield Attack(need, opposite, value - low, who, row + needs)

    def resists(self, attack: Attack, hidden: Choice) -> bool:
        """Whether the quantity may move as far as it must, by moves of hidden cells alone. Moves once found are tried first."""
        asked, columns = np.flatnonzero(attack.move), np.flatnonzero(hidden)
        gains = self._moves[:, asked] @ attack.move[asked]
        tried = np.flatnonzero(gains >= attack.target - SMALL)[-TRIED:]
        part = np.minimum(attack.target / gains[tried], 1.0)  # less of a move is a move
        moves = self._moves[np.ix_(tried, columns)] * part[:, None]
        within = (moves <= self.up[attack.who][columns] + SMALL) & (moves >= -self.down[attack.who][columns] - SMALL)
        elsewhere = self._lengths[tried] * part - np.abs(moves).sum(axis=1)
        if (within.all(axis=1) & (elsewhere < SMALL)).any():
            return True
        return self._cheapest(attack, hidden, np.ones(len(self.cells))) is not None

    def cheapest(self, attack: Attack, hidden: Choice) -> Choice | None:
        """The cells to hide beside those that are hidden, for the quantity to move as it must at little loss."""
        move = self._cheapest(attack, self.free, np.where(hidden, SMALL, self.loss + SMALL))
        return None if move is None else hidden | (np.abs(move) > SMALL)

    def _cheapest(self, attack: Attack, hidden: Choice, cost: Numbers) -> Numbers | None:
        """The move of hidden cells that reaches the target and costs least, kept for other attacks; ``None`` where none does."""
        least = self._least.copy()
        least[attack.row] = attack.target
        room = np.concatenate([np.where(hidden, self.up[attack.who], 0.0), np.where(hidden, self.down[attack.who], 0.0)])
        columns = np.flatnonzero(room)
        if not len(columns):
            return None
        constraints = LinearConstraint(self._rows[:, columns], least, self._most)
        found = milp(np.tile(cost, 2)[columns], constraints=constraints, bounds=Bounds(0, room[columns]))
        if found.x is None:
            return None
        moves = np.zeros(len(room))
        moves[columns] = found.x
        move: Numbers = moves[: len(cost)] - moves[len(cost) :]
        self._moves = np.vstack([self._moves, move])
        self._lengths = np.append(self._lengths, np.abs(move).sum())
        return move

    def cut(self, attack: Attack, hidden: Numbers) -> Cut | None:
        """An inequality that `hidden` breaks, from the dual of the attack that it does not resist; ``None`` when it breaks none.

        `hidden` may be in fractions: cells are then hidden in part, and move in part. Those that are shown may move a little: of
        all duals, this takes one that asks for few of them.
        """
        enough = 4 * attack.target
        for little in (1e-3, 0.0):
            most = np.minimum(self.up[attack.who], enough) * hidden + np.minimum(self.up[attack.who], little)
            least = np.minimum(self.down[attack.who], enough) * hidden + np.minimum(self.down[attack.who], little)
            found = linprog(
                -attack.move,
                A_eq=self.equal if self.equal.shape[0] else None,
                b_eq=np.zeros(self.equal.shape[0]) if self.equal.shape[0] else None,
                A_ub=self.bounded if self.bounded.shape[0] else None,
                b_ub=self.slack if self.bounded.shape[0] else None,
                bounds=np.column_stack([-least, most]),
                method="highs",
            )
            if found.status == 0:
                upper = np.maximum(-found.ineqlin.marginals, 0.0)
                cut = self.combined(attack, -found.eqlin.marginals, upper)
                if cut is not None and cut.factors @ hidden < cut.least - 0.01:
                    return cut
        return None

    def more(self, hidden: Choice) -> Cut:
        """Something else must be hidden."""
        return Cut(np.where(self.free & ~hidden, 1.0, 0.0), 1.0)

    def combined(self, attack: Attack, equal: Numbers, upper: Numbers) -> Cut | None:
        """The inequality that a weighted sum of relations gives: any weights, those of inequalities not negative."""
        rest = attack.move - equal @ self.equal - upper @ self.bounded
        least = attack.target - float(upper @ self.slack)
        if least <= SMALL:
            return None
        rest[np.abs(rest) < 1e-9] = 0.0
        with np.errstate(invalid="ignore"):
            room = np.where(rest > 0, rest * self.up[attack.who], -rest * self.down[attack.who])
        room = np.where((rest == 0) | ~self.free, 0.0, room)
        return Cut(np.minimum(room, least), least)

    def first_cuts(self) -> Iterator[Cut]:
        """What each line asks by itself, without solving anything."""
        zero = np.zeros(self.equal.shape[0])
        none = np.zeros(self.bounded.shape[0])
        columns = self.equal.tocsc()
        for attack in self.attacks:
            if attack.who:
                continue
            tried = [zero]
            for cell in np.flatnonzero(attack.move):
                entries = slice(columns.indptr[cell], columns.indptr[cell + 1])
                for row, factor in zip(columns.indices[entries], columns.data[entries], strict=True):
                    weights = zero.copy()
                    weights[row] = attack.move[cell] / factor
                    tried.append(weights)
            for weights in tried:
                if (cut := self.combined(attack, weights, none)) is not None:
                    yield cut


def _matrix(rows: list[tuple[dict[int, int], float]], size: int) -> csr_array:
    """Rows of factors as a sparse matrix."""
    pointers = np.cumsum([0, *(len(terms) for terms, _ in rows)])
    columns = [column for terms, _ in rows for column in terms]
    factors = [float(factor) for terms, _ in rows for factor in terms.values()]
    return csr_array((factors, columns, pointers), shape=(len(rows), size))
