"""Where the best choice would take too long: hide what each attack needs, one after the other, then show again what none needs.

An attack is answered for many at once: a move that a reader and all contributors believe. Where there is none, they are asked
about in halves, down to those who know whatever is hidden.
"""

from __future__ import annotations

import time

import numpy as np

from .attacks import SMALL, Attack, Choice, System
from .solver import Numbers

PRUNING = 150
"""Programmes solved to show cells again."""


class Heuristic:
    """A choice of hidden cells, with a move for each attack that it resists.

    `whole` are subjects whose moves are looked for in whole numbers, the audit having refused those in fractions.
    """

    def __init__(self, system: System, whole: frozenset[str] = frozenset()) -> None:
        self.system, self.whole = system, whole
        self.hidden: Choice = system.never.copy()
        self.moves: list[tuple[Attack, Numbers]] = []

    def run(self, deadline: float) -> Choice:
        """Hide, then show again; everything, where time ends or nothing less will do."""
        complete = self._grow(deadline) and self._expose(deadline)
        if not complete:
            return self.system.free.copy()
        self._prune(deadline)
        return self.hidden

    def _grow(self, deadline: float) -> bool:
        system = self.system
        for need in system.needs:
            if len(need.terms) == 1:  # it is hidden whatever the others need
                self.hidden[[system.place[name] for name in need.terms]] = True
        self.hidden &= system.free
        order = sorted(range(len(system.needs)), key=lambda n: -max(1, system.needs[n].high - system.needs[n].low))
        return all(self._answer(number, sign, deadline) for number in order for sign in (1, -1))

    def _answer(self, number: int, sign: int, deadline: float) -> bool:
        """Hide what an attack on a quantity needs, by as many as one move can answer; whether a reader cannot succeed.

        A contributor who succeeds whatever is hidden knows it without any release.
        """
        system = self.system
        people, low = system.others(number), system.needs[number].low
        far = {who for who in people if sign > 0 or system.brought(number, who) <= low}
        waiting = [(0, *sorted(far)), *((who,) for who in people if who not in far)]
        while waiting:
            if time.monotonic() > deadline:
                return False
            who = waiting.pop(0)
            attack = system.attack(number, sign, who)
            if attack is None:
                continue
            if (move := self._move(attack)) is not None:
                believers = {one for each in waiting for one in far.intersection(each) if system.believes(one, move)}
                answered = system.attack(number, sign, (*who, *sorted(believers))) if believers else attack
                self.moves.append((answered or attack, move))
                self.hidden |= np.abs(move) > SMALL
                for follower, followed in system.follows:
                    self.hidden[follower] |= self.hidden[followed]
                waiting = [left for each in waiting if (left := tuple(one for one in each if one not in believers))]
            elif who == (0,):
                return False
            elif who[0] == 0:  # what a reader does not believe, no contributor does
                waiting = [(0,), who[1:], *waiting]
            elif len(who) > 1:
                waiting = [who[: len(who) // 2], who[len(who) // 2 :], *waiting]
        return True

    def _move(self, attack: Attack) -> Numbers | None:
        exact = attack.need.subject in self.whole
        move = None if exact else self.system.within(attack, self.hidden, far=False)
        return move if move is not None else self.system.cheapest(attack, self.hidden, whole=exact)

    def _expose(self, deadline: float) -> bool:
        """Hide more in lines whose hidden cells, taken together, break a rule on contributors."""
        while found := list(self.system.exposed(self.hidden)):
            for _, others in found:
                if not others or time.monotonic() > deadline:
                    return False
                self.hidden[min(others, key=lambda number: float(self.system.loss[number]))] = True
            for follower, followed in self.system.follows:
                self.hidden[follower] |= self.hidden[followed]
        return True

    def _prune(self, deadline: float) -> None:
        """Show again, the dearest first, what no attack needs hidden; what this costs is counted, so that a result is one."""
        system, last = self.system, self.system.programmes + PRUNING
        followers = {follower: followed for follower, followed in system.follows}
        for number in np.argsort(-system.loss):
            if time.monotonic() > deadline or system.programmes > last:
                return
            tied = number in followers and self.hidden[followers[number]]
            if not self.hidden[number] or system.never[number] or tied:
                continue
            fewer = self.hidden.copy()
            fewer[number] = False
            moved = self._moved(int(number), fewer)
            if moved is not None and not any(system.exposed(fewer)):
                self.hidden = fewer
                for place, move in moved.items():
                    self.moves[place] = self.moves[place][0], move

    def _moved(self, number: int, fewer: Choice) -> dict[int, Numbers] | None:
        """Other moves for the attacks whose own needs a cell; ``None`` where one has no other."""
        found: dict[int, Numbers] = {}
        for place, (attack, move) in enumerate(self.moves):
            if abs(move[number]) > SMALL:
                if attack.move[number] or attack.need.subject in self.whole:
                    return None
                other = self.system.within(attack, fewer)
                if other is None:
                    return None
                found[place] = other
        return found
