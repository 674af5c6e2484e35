"""Which cells to hide beside the sensitive ones: the least information lost, for all tables as one system.

Exact: an integer programme chooses cells, attackers break it, each break is one more inequality (`attacks`), until no attacker
succeeds; then the audit, in whole numbers. The choice is optimal when this ends in time. When it does not, cells are added where
attackers still succeed until none does, then shown again where none would; at the very end, everything is hidden. Whatever the
way, nothing is returned that the audit refuses.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from .attacks import Attack, Choice, Cut, Numbers, System
from .auditing import Interval, examine
from .errors import UndoneError
from .model import Fate, Tables
from .profiles import Profile
from .rules import Reason, contributor_rules, needs

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
        self.cuts: list[Cut] = list({(cut.factors.tobytes(), cut.least): cut for cut in self.system.first_cuts()}.values())
        self.certain, self.given_up = True, False
        self.follows = [(self.place[cell.name], self.place[cell.follows]) for cell in self.cells if cell.follows]

    def everything(self) -> Choice:
        """All that may be hidden."""
        return self.system.free.copy()

    def choose(self, deadline: float, *, whole: bool = True) -> tuple[Numbers | None, bool]:
        """The cheapest choice that all inequalities allow, and whether it is known to be; ``None``: they allow none."""
        rows = [cut.factors for cut in self.cuts]
        least = [cut.least - 1e-7 for cut in self.cuts]
        for follower, followed in self.follows:
            row = np.zeros(len(self.cells))
            row[follower], row[followed] = 1.0, -1.0
            rows, least = [*rows, row], [*least, 0.0]
        found = milp(
            self.system.loss,
            constraints=LinearConstraint(csr_array(np.array(rows)), least, np.inf) if rows else (),
            bounds=Bounds(self.system.never.astype(float), self.system.free.astype(float)),
            integrality=int(whole),
            options={"time_limit": max(deadline - time.monotonic(), 0.01), "mip_rel_gap": 1e-9},
        )
        return found.x, found.status != 1

    def succeeding(self, hidden: Choice) -> Iterator[Attack]:
        """Attacks that succeed: those of readers, then, where there are none, those of contributors.

        A contributor who succeeds whatever is hidden knows it without any release: it is not asked about again.
        """
        for readers in (True, False):
            succeeded: set[int] = set()
            for attack in [attack for attack in self.system.attacks if (attack.who == 0) is readers]:
                if attack.row in succeeded or self.system.resists(attack, hidden):
                    continue  # one contributor at a time: what is hidden from it may do for the others
                if not readers and self.system.cheapest(attack, hidden) is None:
                    self.system.attacks.remove(attack)
                    continue
                succeeded.add(attack.row)
                yield attack
            if succeeded:
                return

    def exposed(self, hidden: Choice) -> Iterator[tuple[list[int], list[int]]]:
        """Lines whose hidden cells, taken together, break a rule on contributors: these cells, and the others of the line."""
        for whole, parts in self.system.lines:
            if hidden[self.place[whole]]:
                continue
            inside = [self.place[part] for part in parts if hidden[self.place[part]]]
            together: dict[str, int] = {}
            for number in inside:
                for who, brought in (self.cells[number].contributions or {}).items():
                    together[who] = together.get(who, 0) + brought
            if len(inside) > 1 and contributor_rules(sum(self.cells[n].count for n in inside), together, self.profile):
                others = [self.place[name] for name in (whole, *parts)]
                yield inside, [number for number in others if number not in inside and self.system.free[number]]

    def relaxed(self, attacks: list[Attack], deadline: float) -> None:
        """Inequalities that choices in fractions break, which cost little to find, and shorten the search in whole numbers."""
        while attacks and time.monotonic() < deadline:
            chosen, _ = self.choose(deadline, whole=False)
            if chosen is None:
                return
            found = [(attack, self.system.cut(attack, chosen)) for attack in attacks]
            self.cuts += [cut for _, cut in found if cut is not None]
            attacks = [attack for attack, cut in found if cut is not None]

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
            for inside, others in self.exposed(hidden):
                factors = np.zeros(len(self.cells))
                factors[others] = 1.0
                factors[inside] = -1.0
                found.append(Cut(factors, 1.0 - len(inside)))
            if not found:
                return hidden, True
            self.cuts += found
        return hidden, False

    def grown(self, hidden: Choice, deadline: float) -> Choice:
        """Hide more until no attacker succeeds; everything, where time ends or nothing less will do."""
        while time.monotonic() < deadline:
            before = hidden.copy()
            for attack in self.succeeding(hidden):
                if self.system.resists(attack, hidden):
                    continue  # thanks to what was hidden for another
                more = self.system.cheapest(attack, hidden)
                if more is None:
                    return self.everything()
                hidden = more
            for _, others in self.exposed(hidden):
                if not others:
                    return self.everything()
                hidden[min(others, key=lambda number: float(self.system.loss[number]))] = True
            for follower, followed in self.follows:
                hidden[follower] |= hidden[followed]
            if (hidden == before).all():
                return hidden
        return self.everything()

    def pruned(self, hidden: Choice, deadline: float) -> Choice:
        """Show again, the dearest first, what no attack needs hidden."""
        for number in np.argsort(-self.system.loss):
            if time.monotonic() > deadline:
                break
            if not hidden[number] or self.system.never[number] or any(hidden[n] for f, n in self.follows if f == number):
                continue
            fewer = hidden.copy()
            fewer[number] = False
            if not any(self.succeeding(fewer)) and not any(self.exposed(fewer)):
                hidden = fewer
        return hidden

    def solve(self, deadline: float) -> None:
        """Choose what to hide: exactly in half of the time that is left, by adding and taking away in the other half."""
        if self.given_up:
            return
        start = time.monotonic()
        self.hidden, self.optimal = self.exact((start + deadline) / 2)
        if not self.optimal:
            self.hidden = self.pruned(self.grown(self.hidden, start / 4 + deadline * 3 / 4), deadline)

    def refuse(self, certain: bool) -> bool:
        """Learn that this choice, and any that hides less (if that is `certain`), is undone; whether there is another to try."""
        self.certain &= certain
        more = self.system.more(self.hidden)
        self.cuts.append(more)
        if not self.optimal:
            self.hidden, self.given_up = self.everything(), True
        return bool(more.factors.any())


def _parts(tables: Tables) -> Iterator[Tables]:
    """Tables cut where nothing ties them: what is known already ties nothing. Each part is solved by itself."""
    group = {name: {name} for name, cell in tables.cells.items() if cell.fate is not Fate.PUBLIC and not cell.structural}
    ties = [[name for name in relation.terms if name in group] for relation in tables.relations]
    for tied in [*ties, *([cell.name, cell.follows] for cell in tables.cells.values() if cell.follows)]:
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
    hidden = {name for name, cell in tables.cells.items() if cell.fate is Fate.NEVER and not cell.structural}
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
        stale = [search for search in hurt if search.refuse(all(exposed.get(name, True) for name in search.place))]
        if not stale:
            raise UndoneError(findings.failures)

    def decision(name: str) -> Decision:
        if name in published:
            return Decision(name, False)
        return Decision(name, True, reasons.get(name, (Reason.PROTECTS,)), findings.intervals.get(name))

    loss = sum(cell.loss for name, cell in tables.cells.items() if name not in published)
    optimal = all(search.optimal and search.certain for search in searches)
    return Release({name: decision(name) for name in tables.cells}, published, loss, optimal)
