"""The attacker as suppression sees it: how far each count may move from the truth when some cells are hidden.

An attacker who must find a quantity able to move by `target` solves a linear programme over the moves of the hidden cells. When
it cannot, the dual of this programme gives an inequality that every safe choice of hidden cells satisfies, and this one does not
(Fischetti and Salazar, 2000). Whole numbers and everything else that was released are for the audit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array, hstack, vstack

from .model import Fate, Tables
from .profiles import Profile, Zeros
from .rules import Need, contributor_rules, floor
from .solver import Numbers, Programme

Choice = NDArray[np.bool_]
"""For each cell, whether it is hidden."""
SMALL = 1e-6
TRIED = 64
"""How many moves that were found for other attacks are tried before a programme is solved."""
NEAR = 2
"""How many relations away from a quantity a move is looked for first: most end there, and the programme is small."""
AROUND = 3
"""How many relations away from a quantity the cells are that may move with it, before all of them may."""


@dataclass(frozen=True, eq=False)
class Cut:
    """``factors @ hidden >= least``, true of every choice that is safe."""

    factors: Numbers
    least: float


@dataclass(frozen=True, eq=False)
class Attack:
    """A quantity that must be able to move by `target` in the eyes of `who`: nobody in particular (0), or contributors.

    Of several at once, one move must be believed by each of them: `down` and `up` say how far each count may then go. `way`: the
    number of the quantity and the direction, whoever attacks.
    """

    need: Need
    move: Numbers
    target: float
    who: tuple[int, ...]
    way: tuple[int, int]
    down: Numbers
    up: Numbers


class System:
    """Cells and relations of tables as vectors of moves, and the attacks that a choice of hidden cells must resist."""

    def __init__(self, tables: Tables, profile: Profile, found: list[Need]) -> None:
        cells = list(tables.cells.values())
        size = len(cells)
        place = {cell.name: number for number, cell in enumerate(cells)}
        self.tables, self.profile, self.cells, self.place, self.needs = tables, profile, cells, place, found
        self.loss = np.array([cell.loss for cell in cells])
        known = np.array([cell.fate is Fate.PUBLIC or cell.structural for cell in cells])
        self.never = np.array([cell.fate in (Fate.NEVER, Fate.TOLD) and not cell.structural for cell in cells])
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
        self.follows = [(place[cell.name], place[cell.follows]) for cell in cells if cell.follows]

        # What each attacker knows: nobody's floor; then one row a contributor, with what it brings and the cells it owns.
        people = sorted({who for cell in cells for who in cell.contributions or ()}) if profile.insiders else []
        brought: list[Mapping[str, int]] = [cell.contributions or {} for cell in cells]
        self.counts = np.array([cell.count for cell in cells], dtype=float)
        self._floors = np.array([floor(cell, profile) for cell in cells], dtype=float)
        self.own = np.array([[0.0] * size, *([float(one.get(who, 0)) for one in brought] for who in people)])
        self._owned = np.array([[False] * size, *([cell.owner == who for cell in cells] for who in people)])
        self._views: dict[tuple[int, ...], tuple[Numbers, Numbers]] = {}
        self._vectors = _matrix(
            [({place[name]: factor for name, factor in need.terms.items()}, 0.0) for need in found], size
        ).toarray()
        lines = vstack([self.equal, self.bounded], format="csr")
        self._least = np.concatenate([np.zeros(len(equal)), np.full(len(bounded), -np.inf)])
        self._most = np.concatenate([np.zeros(len(equal)), self.slack])
        self._sum, self._beside = csr_array(lines.T), abs(lines.T) @ abs(lines)
        self._ways = csc_array(hstack([lines, -lines]))  # moves up, then moves down
        self._near: dict[tuple[int, int], Choice] = {}
        self._moves: Numbers = np.zeros((0, size))
        self._lengths: Numbers = np.zeros(0)
        self.programmes = 0

    @cached_property
    def attacks(self) -> list[Attack]:
        """A reader's two attacks on each quantity, then those of each contributor who is not alone in it."""
        found = (
            self.attack(number, sign, (who,))
            for number in range(len(self.needs)) for people in [(0, *self.others(number))] for sign in (1, -1) for who in people
        )  # fmt: skip
        return [attack for attack in found if attack is not None]

    def others(self, number: int) -> list[int]:
        """Contributors who are not alone in a quantity."""
        alone: Choice = np.all(self._owned[:, self._vectors[number] != 0], axis=1)
        return [who for who in range(1, len(self.own)) if not alone[who]]

    def brought(self, number: int, who: int) -> float:
        """What someone brings to a quantity."""
        return float(self._vectors[number] @ self.own[who])

    def attack(self, number: int, sign: int, who: tuple[int, ...]) -> Attack | None:
        """The attack of some on a quantity, upwards (1) or downwards; ``None`` where nothing is asked of its bound."""
        vector, need, asked = self._vectors[number], self.needs[number], self._vectors[number] != 0
        if any(self._owned[one][asked].all() for one in who):
            return None
        value = float(vector @ self.counts)
        low = max(need.low, *(self.brought(number, one) for one in who)) if sign < 0 else 0.0
        target = need.high - value if sign > 0 else value - low
        if target <= 0:
            return None
        return Attack(need, sign * vector, target, who, (number, sign), *self._view(who))

    def _view(self, who: tuple[int, ...]) -> tuple[Numbers, Numbers]:
        """How far each count may fall and rise in the eyes of each of them."""
        if who not in self._views:
            fixed = self._owned[list(who)].any(axis=0) | ~self.free
            own = self.own[list(who)].max(axis=0)
            down = np.where(fixed, 0.0, np.maximum(self.counts - np.maximum(self._floors, own), 0.0))
            self._views[who] = down, np.where(fixed, 0.0, np.inf)
        return self._views[who]

    def believes(self, who: int, move: Numbers) -> bool:
        """Whether one of them finds a move possible."""
        down, up = self._view((who,))
        return bool((move >= -down - SMALL).all() and (move <= up + SMALL).all())

    def _tried(self, attacks: Sequence[Attack], hidden: Choice) -> tuple[Numbers, Choice]:
        """Moves of hidden cells alone that were found before, and which of them answer which of some attacks of one `way`.

        Each goes as far as the attack asks: less of a move is a move. Shapes: attacks × moves × cells, attacks × moves.
        """
        targets, columns = np.array([attack.target for attack in attacks])[:, None], np.flatnonzero(hidden)
        gains = self._moves @ attacks[0].move
        tried = np.flatnonzero(gains >= targets.min() - SMALL)[-TRIED:]
        tried = tried[self._lengths[tried] - np.abs(self._moves[np.ix_(tried, columns)]).sum(axis=1) < SMALL]
        moves = self._moves[tried] * np.minimum(targets / gains[tried], 1.0)[:, :, None]
        up = np.array([attack.up[columns] for attack in attacks])[:, None, :]
        down = np.array([attack.down[columns] for attack in attacks])[:, None, :]
        believed = (moves[:, :, columns] <= up + SMALL) & (moves[:, :, columns] >= -down - SMALL)
        return moves, believed.all(axis=2) & (gains[tried] >= targets - SMALL)

    def unanswered(self, attacks: Sequence[Attack], hidden: Choice) -> list[Attack]:
        """Those of some attacks on one quantity, one way, that no move found before answers."""
        if not attacks:
            return []
        _, believed = self._tried(attacks, hidden)
        return [attack for attack, answers in zip(attacks, believed, strict=True) if not answers.any()]

    def found(self, attack: Attack, hidden: Choice, *, far: bool = True) -> Numbers | None:
        """A new move of hidden cells alone, near the quantity; where there is none and `far` cells may move, of any."""
        near = hidden & self.around(attack, NEAR)
        for cells in (near, hidden) if far and (near != hidden).any() else (near,):
            if (move := self.programme(attack, cells, np.ones(len(self.cells)))) is not None:
                return move
        return None

    def within(self, attack: Attack, hidden: Choice, *, far: bool = True) -> Numbers | None:
        """A move of hidden cells alone that goes as far as the quantity must, if any: one that was found before, or a new one."""
        (moves,), (believed,) = self._tried([attack], hidden)
        return moves[believed][-1] if believed.any() else self.found(attack, hidden, far=far)

    def cheapest(self, attack: Attack, hidden: Choice, *, whole: bool = False) -> Numbers | None:
        """The move of little loss beside what is hidden: looked for around the quantity, then everywhere."""
        cost = np.where(hidden, SMALL, self.loss + SMALL)
        near = self.free & (self.around(attack, AROUND) | hidden)
        for cells in (near, self.free) if (near != self.free).any() else (near,):
            if (move := self.programme(attack, cells, cost, whole=whole)) is not None:
                return move
        return None

    def around(self, attack: Attack, steps: int) -> Choice:
        """Cells that so many relations separate from a quantity."""
        number, _ = attack.way
        if (number, steps) not in self._near:
            reached: Choice = attack.move != 0
            for _ in range(steps):
                reached = reached | (self._beside @ reached.astype(float) > 0)
            self._near[number, steps] = reached
        return self._near[number, steps]

    def programme(self, attack: Attack, hidden: Choice, cost: Numbers, *, whole: bool = False) -> Numbers | None:
        """The move of these cells that reaches the target and costs least, kept for other attacks; ``None`` where none does."""
        room = np.concatenate([np.where(hidden, attack.up, 0.0), np.where(hidden, attack.down, 0.0)])
        columns = np.flatnonzero(room)
        asked = np.concatenate([attack.move, -attack.move])[columns]
        if not asked.any():
            return None
        self.programmes += 1
        self._moving.restrict(columns)
        self._moving.add(asked, attack.target)
        found = self._moving.solve(np.tile(cost, 2)[columns], np.zeros(len(columns)), room[columns], whole=whole, presolve=False)
        if found.values is None:
            return None
        moves = np.zeros(len(room))
        moves[columns] = found.values
        move: Numbers = moves[: len(cost)] - moves[len(cost) :]
        back = [-move] if (self.bounded @ move >= -self.slack - SMALL).all() else []
        self._moves = np.vstack([self._moves, *back, move])
        self._lengths = np.append(self._lengths, [np.abs(move).sum()] * (1 + len(back)))
        return move

    @cached_property
    def _moving(self) -> Programme:
        return Programme(self._ways, self._least, self._most)

    @cached_property
    def _duals(self) -> Programme:
        return Programme(self._ways[:, : len(self.cells)], self._least, self._most)

    def cut(self, attack: Attack, hidden: Numbers) -> Cut | None:
        """An inequality that `hidden` breaks, from the dual of an attack that it does not resist, or ``None``.

        `hidden` may be in fractions: cells are then hidden in part, and move in part. Those that are shown may move a little: of
        all duals, this takes one that asks for few of them.
        """
        for little in (1e-3, 0.0):
            down = np.minimum(attack.down, 4 * attack.target) * hidden + np.minimum(attack.down, little)
            up = np.minimum(attack.up, 4 * attack.target) * hidden + np.minimum(attack.up, little)
            found = self._duals.solve(-attack.move, -down, up)
            if found.values is None:
                continue
            cut = self.combined(attack, -found.duals)
            if cut is not None and cut.factors @ hidden < cut.least - 0.01:
                return cut
        return None

    def more(self, hidden: Choice) -> Cut:
        """Something else must be hidden."""
        return Cut(np.where(self.free & ~hidden, 1.0, 0.0), 1.0)

    def combined(self, attack: Attack, weights: Numbers) -> Cut | None:
        """The inequality that a weighted sum of relations gives: any weights, those of inequalities not negative."""
        weights = np.where(np.isfinite(self._least), weights, np.maximum(weights, 0.0))
        rest = attack.move - self._sum @ weights
        least = attack.target - float(weights @ self._most)
        if least <= SMALL:
            return None
        rest[np.abs(rest) < 1e-9] = 0.0
        with np.errstate(invalid="ignore"):
            room = np.where(rest > 0, rest * attack.up, -rest * attack.down)
        room = np.where((rest == 0) | ~self.free, 0.0, room)
        return Cut(np.minimum(room, least), least)

    def exposed(self, hidden: Choice) -> Iterator[tuple[list[int], list[int]]]:
        """Lines whose hidden cells, taken together, break a rule on contributors: these cells, and the others of the line."""
        for whole, parts in self.lines:
            if hidden[self.place[whole]]:
                continue
            inside = [self.place[part] for part in parts if hidden[self.place[part]]]
            known = [name for name in (whole, *parts) if not hidden[self.place[name]]]
            if all(self.tables.cells[name].fate is Fate.PUBLIC for name in known):
                continue  # no release tells it
            together: dict[str, int] = {}
            for number in inside:
                for who, brought in (self.cells[number].contributions or {}).items():
                    together[who] = together.get(who, 0) + brought
            if len(inside) > 1 and contributor_rules(sum(self.cells[n].count for n in inside), together, self.profile):
                others = [self.place[name] for name in (whole, *parts)]
                yield inside, [number for number in others if number not in inside and self.free[number]]

    def first_cuts(self) -> Iterator[Cut]:
        """What each line asks by itself, without solving anything."""
        zero = np.zeros(len(self._most))
        columns = self.equal.tocsc()
        for attack in self.attacks:
            if attack.who != (0,):
                continue
            tried = [zero]
            for cell in np.flatnonzero(attack.move):
                entries = slice(columns.indptr[cell], columns.indptr[cell + 1])
                for row, factor in zip(columns.indices[entries], columns.data[entries], strict=True):
                    weights = zero.copy()
                    weights[row] = attack.move[cell] / factor
                    tried.append(weights)
            for weights in tried:
                if (cut := self.combined(attack, weights)) is not None:
                    yield cut


def _matrix(rows: list[tuple[dict[int, int], float]], size: int) -> csr_array:
    """Rows of factors as a sparse matrix."""
    pointers = np.cumsum([0, *(len(terms) for terms, _ in rows)])
    columns = [column for terms, _ in rows for column in terms]
    factors = [float(factor) for terms, _ in rows for factor in terms.values()]
    return csr_array((factors, columns, pointers), shape=(len(rows), size))
