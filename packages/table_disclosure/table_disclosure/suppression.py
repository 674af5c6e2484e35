"""Which cells to hide beside the sensitive ones: the least information lost, for all tables as one system.

Exact: an integer programme chooses cells, attackers break it, each break is one more inequality (`attacks`), until no attacker
succeeds; then the audit, in whole numbers. The choice is optimal when this ends in time. When it does not, cells are added where
attackers still succeed until none does, then shown again where none would; at the very end, everything is hidden. Whatever the
way, nothing is returned that the audit refuses.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from scipy.sparse import csc_array

from .attacks import Attack, Choice, Cut, System
from .auditing import Interval, examine
from .errors import UndoneError
from .heuristic import Heuristic
from .model import Fate, Tables
from .profiles import Profile
from .rules import Reason, needs
from .solver import Numbers, Programme

EXACT = 400
"""Cells above which the best choice is not looked for."""
THINKABLE = 10.0
"""Seconds after which it is seldom found."""
PATIENCE = 8
"""Choices in whole numbers that attackers break before some are made in fractions, which most tables do not need."""


@dataclass(frozen=True)
class Decision:
    """What becomes of a cell. `reasons` and `interval` are for those who make the release, not for its readers."""

    name: str
    hidden: bool
    reasons: tuple[Reason, ...] = ()
    interval: Interval | None = None


@dataclass(frozen=True)
class Release:
    """A decision for each cell, and what it costs.

    `optimal` says that no safe release loses less; `published` is what may be shown, and nothing else.
    """

    decisions: Mapping[str, Decision]
    published: Mapping[str, int]
    loss: float
    optimal: bool

    @property
    def hidden(self) -> list[str]:
        """Names of the cells that are hidden."""
        return [name for name, decision in self.decisions.items() if decision.hidden]


class _Search:
    """The search for what to hide in cells that relations tie together."""

    def __init__(self, tables: Tables, profile: Profile) -> None:
        self.profile = profile
        self.system = System(tables, profile, needs(tables, profile))
        self.cells, self.place = self.system.cells, self.system.place
        self.exactly = len(self.cells) <= EXACT
        first = self.system.first_cuts() if self.exactly else ()
        self.cuts: list[Cut] = list({(cut.factors.tobytes(), cut.least): cut for cut in first}.values())
        self.certain, self.given_up = True, False
        # Cells hidden or not; each goes with the one that it follows. Inequalities are added as they are found.
        self.programme, self.known = Programme(csc_array((0, len(self.cells))), np.zeros(0), np.zeros(0)), 0
        for follower, followed in self.system.follows:
            row = np.zeros(len(self.cells))
            row[follower], row[followed] = 1.0, -1.0
            self.programme.add(row, 0.0)
        self.whole: frozenset[str] = frozenset()

    def everything(self) -> Choice:
        """All that may be hidden."""
        return self.system.free.copy()

    def choose(self, deadline: float, *, whole: bool = True) -> tuple[Numbers | None, bool]:
        """The cheapest choice that all inequalities allow, and whether it is known to be; ``None``: they allow none."""
        for cut in self.cuts[self.known :]:
            self.programme.add(cut.factors, cut.least - 1e-7)
        self.known = len(self.cuts)
        low, high = self.system.never.astype(float), self.system.free.astype(float)
        seconds = max(deadline - time.monotonic(), 0.01)
        found = self.programme.solve(self.system.loss, low, high, whole=whole, seconds=seconds)
        return found.values, found.certain

    def succeeding(self, hidden: Choice) -> Iterator[Attack]:
        """Attacks that succeed: one on each quantity, one way, where there is one; a reader's rather than a contributor's.

        A contributor who succeeds whatever is hidden knows it without any release: it is not asked about again.
        """
        for _, each in groupby(list(self.system.attacks), lambda attack: attack.way):
            waiting = list(each)
            while waiting := self.system.unanswered(waiting, hidden):
                attack, *waiting = waiting
                if self.system.found(attack, hidden) is not None:
                    continue
                if attack.who == (0,) or self.system.cheapest(attack, hidden) is not None:
                    yield attack
                    break  # one at a time: what is hidden from it may do for the others
                self.system.attacks.remove(attack)

    def relaxed(self, attacks: list[Attack], deadline: float) -> None:
        """Inequalities that choices in fractions break, which cost little to find, and shorten the search in whole numbers."""
        while attacks and time.monotonic() < deadline:
            chosen, _ = self.choose(deadline, whole=False)
            if chosen is None:
                return
            found = [self.system.cut(attack, chosen) for attack in attacks]
            self.cuts += [cut for cut in found if cut is not None]
            attacks = [attack for attack, cut in zip(attacks, found, strict=True) if cut is not None]

    def exact(self, deadline: float) -> tuple[Choice, bool]:
        """The optimal choice; or, when time ends, the last one tried, which is not safe."""
        hidden = self.system.never.copy()
        succeeded: dict[Attack, None] = {}
        rounds = 0
        while time.monotonic() < deadline:
            rounds += 1
            if rounds >= PATIENCE:
                self.relaxed(list(succeeded), deadline)
            chosen, certain = self.choose(deadline)
            if chosen is None:
                return (self.everything(), False) if certain else (hidden, False)
            hidden = chosen > 0.5
            if not certain:
                break
            tried = hidden.astype(float)
            attacks = list(self.succeeding(hidden))
            succeeded |= dict.fromkeys(attacks)
            found = [self.system.cut(attack, tried) or self.system.more(hidden) for attack in attacks]
            for inside, others in self.system.exposed(hidden):
                factors = np.zeros(len(self.cells))
                factors[others] = 1.0
                factors[inside] = -1.0
                found.append(Cut(factors, 1.0 - len(inside)))
            if not found:
                return hidden, True
            self.cuts += found
        return hidden, False

    def solve(self, deadline: float) -> None:
        """Choose what to hide: exactly in half of the time that is left, where this is thinkable; else attack by attack."""
        if self.given_up:
            return
        self.optimal = False
        if self.exactly:
            self.hidden, self.optimal = self.exact(min((time.monotonic() + deadline) / 2, time.monotonic() + THINKABLE))
        if not self.optimal:
            self.hidden = Heuristic(self.system, self.whole).run(deadline)

    def refuse(self, exposed: Collection[str], certain: bool) -> bool:
        """Learn that this choice, and any that hides less (if that is `certain`), is undone; whether there is another to try."""
        self.certain &= certain
        more = self.system.more(self.hidden)
        self.cuts.append(more)
        if not self.optimal:
            self.given_up = self.whole >= set(exposed) or (self.hidden == self.everything()).all()
            self.whole |= set(exposed)
            if self.given_up:
                self.hidden = self.everything()
        return bool(more.factors.any())


def _parts(tables: Tables) -> Iterator[Tables]:
    """Tables cut where nothing ties them: what is known already ties nothing. Each part is solved by itself."""
    group = {name: {name} for name, cell in tables.cells.items() if cell.fate is not Fate.PUBLIC and not cell.structural}
    ties = [[name for name in relation.terms if name in group] for relation in tables.relations]
    for tied in [
        *ties,
        *([name, cell.follows] for name, cell in tables.cells.items() if cell.follows in group and name in group),
    ]:
        together = set().union(*(group[name] for name in tied))
        group |= dict.fromkeys(together, together)
    for members in {id(members): members for members in group.values()}.values():
        relations = [relation for relation, tied in zip(tables.relations, ties, strict=True) if members.intersection(tied)]
        names = members.union(*(relation.terms for relation in relations))
        yield Tables([cell for name, cell in tables.cells.items() if name in names], relations)


def protect(tables: Tables, profile: Profile, *, seconds: float = 20.0) -> Release:
    """Decide for each cell whether it is published, hiding as little as the profile allows.

    Parameters
    ----------
    tables
        All that is released together, as one system.
    profile
        The rules.
    seconds
        Time for the search. When it ends, the release loses more than the least possible, and is as safe.

    Raises
    ------
    UndoneError
        Even with everything hidden, some cell could be computed, as from what is public already.
    """
    deadline = time.monotonic() + seconds
    reasons: dict[str, tuple[Reason, ...]] = {}
    for need in needs(tables, profile):
        reasons[need.subject] = reasons.get(need.subject, ()) + need.reasons
    hidden = {name for name, cell in tables.cells.items() if cell.fate in (Fate.NEVER, Fate.TOLD) and not cell.structural}
    searches = [_Search(part, profile) for part in _parts(tables) if needs(part, profile)]
    stale = sorted(searches, key=lambda search: len(search.cells))
    while True:
        for number, search in enumerate(stale):
            now = time.monotonic()
            search.solve(now + max(deadline - now, 0.0) / (len(stale) - number))
        chosen = {cell.name for search in searches for cell, hides in zip(search.cells, search.hidden, strict=True) if hides}
        published = {name: cell.count for name, cell in tables.cells.items() if name not in hidden | chosen}
        findings = examine(tables, profile, published)
        if not findings.failures:
            break
        exposed = {name: len(names) == 1 for names, _ in findings.failures for name in names}
        hurt = [search for search in searches if exposed.keys() & search.place.keys()]
        stale = []
        for search in hurt:
            here = exposed.keys() & search.place.keys()
            if search.refuse(here, all(exposed[name] for name in here)):
                stale.append(search)
        if not stale:
            raise UndoneError(findings.failures)

    # What protects nobody, for it can be computed all the same: hiding it would be a pretence.
    computed = {
        name: cell.count
        for name, cell in tables.cells.items()
        if cell.fate in (Fate.DECIDE, Fate.HARMLESS) and name not in published and name not in reasons and cell.follows is None
        and ((interval := findings.intervals.get(name)) is None or interval.low == interval.high)
    }  # fmt: skip
    published |= computed

    def decision(name: str) -> Decision:
        if name in published:
            return Decision(name, False)
        return Decision(name, True, reasons.get(name, (Reason.PROTECTS,)), findings.intervals.get(name))

    loss = sum(cell.loss for name, cell in tables.cells.items() if name not in published)
    optimal = all(search.optimal and search.certain for search in searches)
    return Release({name: decision(name) for name in tables.cells}, published, loss, optimal)
