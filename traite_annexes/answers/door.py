"""The door: before it, counts by association; after it, what a profile allows to be published, audited as one system."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

import table_disclosure as td
from traite_lib.nomenclature import ALL, UNKNOWN, Nomenclatures
from traite_lib.table import SUB_POPULATION, WITHHELD, decimals, records

from .aggregates import Aggregates
from .counting import Block
from .linked import ANSWERED, ASKED, UNSAID, Key, Linked

SECONDS = 600.0
"""For a release that is made once, and published for ever."""


@dataclass(frozen=True)
class Change:
    """A row of what the change since the edition before is made of, before any rule: the persons that each association brings.

    They are a part of `whole`: a cell of this edition, or the statement of a count of the edition before; `what` they are
    (entries of a population…) adds over forms, `code` is theirs.
    """

    statement: str
    brought: Mapping[str, int]
    whole: Key | str
    what: str
    code: str


@dataclass(frozen=True)
class Since:
    """The change since the edition before: its rows, what they are, and that edition.

    `counts` are, by statement, those of the edition before by association; `hidden`, the statements that it did not release, with
    the bounds that it left to each, where it was released; `edition`, its key where it was released.
    """

    rows: pd.DataFrame
    changes: Sequence[Change] = ()
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    hidden: Mapping[str, tuple[int, int | None] | None] = field(default_factory=dict)
    edition: str = ""


@dataclass(frozen=True)
class Ratio:
    """A row that is a total over another: hidden with either, told by both."""

    row: Mapping[str, Any]
    part: str
    whole: str


@dataclass(frozen=True)
class Crossing:
    """Tables that someone asked for beside those of the survey; `hidden`: cells that were not shown, ``None`` when asked now."""

    blocks: Sequence[Block]
    hidden: frozenset[str] | None = None


class Door:
    """All tables of an edition as one system, its changes since the edition before, and what everyone knows already.

    Parameters
    ----------
    found : Aggregates
        Every table, before any rule.
    words : Nomenclatures
        Which modalities are parts of others.
    profile : table_disclosure.Profile
        The rules.
    known : mapping
        By what a figure is of (``population``, sub-populations, ``variable``, ``category``, ``unit``): its published value. A
        count that was published is public, and is not hidden again; what a share tells of its part and base, and what both help
        to compute, is known. Another value than ours is of another population, and tells nothing of these.
    ratios : list of Ratio
        Totals over the totals that they are a part of.
    since : Since
        The change since the edition before.
    hidden : set of str, optional
        Statements that the release of this edition did not show: it is made, and only crossings are to be decided.
    crossings : list of Crossing
        Tables that were asked for beside those of the survey, in order: what was shown of them is known.
    """

    def __init__(
        self, found: Aggregates, words: Nomenclatures, profile: td.Profile, known: Mapping[tuple[str, ...], float] | None = None,
        ratios: Sequence[Ratio] = (), since: Since | None = None,
        hidden: Collection[str] | None = None, crossings: Sequence[Crossing] = (),
    ) -> None:  # fmt: skip
        self.found, self.since = found, since or Since(found.observations.iloc[:0])
        self.profile, self.hidden, self.crossings = profile, hidden, crossings
        self.names = [f"{number:04}" for number in range(len(found.names))]
        self.linked = Linked([*found.blocks, *(block for crossing in crossings for block in crossing.blocks)], words)
        kept = found.observations[found.observations["retained"]]
        self.cells: dict[str, tuple[str, str]] = {}
        """By statement: the cell of its value, and that of its base, or nothing."""
        self.printed: dict[str, float] = {}
        """By statement of a share: as it was published, which is not hidden again."""
        self.tables = self._tables(records(kept), known or {}, profile)
        self.cells |= {str(r.row["statement_id"]): (self.cells[r.part][0], self.cells[r.whole][0]) for r in ratios}
        self.rows = pd.concat([kept, pd.DataFrame([ratio.row for ratio in ratios], columns=kept.columns), self.since.rows])

    def _keys(self, row: Mapping[str, Any]) -> tuple[Key | None, Key | None]:
        """The cells of a row: its value, its base."""
        block = self.found.block_of[row["statement_id"]]
        if pd.isna(block):
            return None, None
        place = self.linked.place
        if row["variable"] == "total":
            return place(int(block), ASKED), None
        if row["category"] in (ALL, UNKNOWN) and row["unit"] == "count":
            return place(int(block), ANSWERED if row["category"] == ALL else UNSAID), place(int(block), ASKED)
        return place(int(block), row["category"]), place(int(block), ANSWERED)

    def _tables(
        self, rows: list[dict[str, Any]], known: Mapping[tuple[str, ...], float], profile: td.Profile
    ) -> td.Tables:  # fmt: skip
        shown: set[Key] = set()
        public: set[Key] = set()
        shares: dict[str, tuple[str, str, float]] = {}
        for row in rows:
            value, base = self._keys(row)
            if value is None or row["population"] == "associations":
                continue
            self.cells[row["statement_id"]] = str(value), str(base) if base else ""
            shown |= {value} | ({base} if base else set())
            printed = known.get(tuple(row[name] for name in ("population", *SUB_POPULATION, "variable", "category", "unit")))
            if row["unit"] == "count" and printed == row["value"]:
                public.add(value)
            if row["unit"] == "percent" and printed is not None and base:
                shares[row["statement_id"]] = str(value), str(base), printed
            if self.hidden is not None and row["unit"] == "count" and row["statement_id"] not in self.hidden:
                public.add(value)
        if self.hidden is not None:
            shown = self._crossed(shown, public)
        cells = {cell.name: cell for cell in self.linked.cells(shown, public, self.names)}
        relations = [*self.linked.relations(), *self._changed(cells)]
        for statement, (name, whole, share) in shares.items():
            if bounds := _share(cells[name], cells[whole], share):
                relations += bounds
                self.printed[statement] = share
        cells = _deduced(cells, relations)
        fed = {row["statement_id"]: self._supported(row) for row in rows if row["population"] == "associations"}
        named = {statement: str(key) for statement, key in fed.items() if key is not None}
        numbers, known_numbers = td.contributors([cells[name] for name in dict.fromkeys(named.values())], relations)
        self.cells |= {statement: (f"contributors: {name}", "") for statement, name in named.items()}
        return td.told(td.Tables([*cells.values(), *numbers], [*relations, *known_numbers]), profile)

    def _crossed(self, released: set[Key], public: set[Key]) -> set[Key]:
        """Cells of the crossing that is asked for now, but those that the edition or an earlier crossing decided."""
        first, asked, gone = len(self.found.blocks), set[Key](), released - public
        for crossing in self.crossings:
            places = {key for number in range(len(crossing.blocks)) for key in self.linked.places(first + number)}
            first += len(crossing.blocks)
            if crossing.hidden is None:
                asked |= places
                continue
            gone |= {key for key in places if str(key) in crossing.hidden}
            public |= places - gone
        return asked - gone - public

    def _supported(self, row: Mapping[str, Any]) -> Key | None:
        """The victims of one form, where a row says how many associations accompanied them."""
        block = self.found.block_of[row["statement_id"]]
        return None if pd.isna(block) else self.linked.place(int(block), row["form"])

    def _changed(self, cells: dict[str, td.Cell]) -> Iterator[td.Relation]:
        """Entries and those that stayed are the whole of this edition; exits and those that stayed, of the one before.

        Forms add to all of them. What the edition before hid stays as open as it left it.
        """
        sums: dict[str, list[str]] = defaultdict(list)
        forms: dict[str, dict[str, str]] = defaultdict(dict)
        for change in self.since.changes:
            fate = td.Fate.HARMLESS if change.code == UNKNOWN else td.Fate.DECIDE  # it has no row
            cells[change.statement] = td.Cell(change.statement, sum(change.brought.values()), change.brought, fate)
            self.cells |= {} if change.code == UNKNOWN else {change.statement: (change.statement, "")}
            sums[str(change.whole)].append(change.statement)
            forms[change.what][change.code] = change.statement
            if isinstance(change.whole, str):
                cells.setdefault(change.whole, self._earlier(change.whole))
                forms[f"before {change.what}"][change.code] = change.whole
        totals = [(whole, *parts) for whole, parts in sums.items()]
        totals += [(same[ALL], *(name for code, name in same.items() if code != ALL)) for same in forms.values() if ALL in same]
        for whole, *parts in dict.fromkeys(totals):  # exits and those that stayed both name the edition before
            if parts and whole in cells and cells[whole].count == sum(cells[part].count for part in parts):
                yield td.total(whole, parts, attribute=False)

    def _earlier(self, statement: str) -> td.Cell:
        """A count of the edition before: public, or hidden within the bounds that were left."""
        brought = self.since.counts[statement]
        count = sum(brought.values())
        if statement not in self.since.hidden:
            return td.Cell(statement, count, brought, td.Fate.PUBLIC)
        left = self.since.hidden[statement]  # where nothing bounded it, twice as many and ten more must stay possible
        kept = left and (left[0], 2 * count + 10 if left[1] is None else left[1])
        return td.Cell(statement, count, brought, td.Fate.NEVER, kept=kept)

    def open(self) -> tuple[pd.DataFrame, dict[str, Any]]:
        """The retained rows as they may be published, and the record of this release: decisions and intervals, no value.

        Returns
        -------
        DataFrame
            The rows, with ``status`` Q, and neither value nor base that are hidden; a share that was published has its published
            value, without a base.
        dict
            The profile and its rules, how many cells are hidden and why, how much is lost, and the interval of each hidden count.

        Raises
        ------
        table_disclosure.UndoneError
            No release is safe.
        """
        release = td.protect(self.tables, self.profile, seconds=SECONDS)
        hidden = set(release.hidden)
        value = self.rows["statement_id"].map(lambda name: self.cells.get(name, ("", ""))[0] in hidden)
        base = self.rows["statement_id"].map(lambda name: self.cells.get(name, ("", ""))[1] in hidden)
        gone = value | (base & (self.rows["unit"] == "percent"))
        printed = self.rows["statement_id"].map(self.printed)
        status = self.rows["status"].mask(gone & printed.isna(), WITHHELD)
        rows = self.rows.assign(
            value=self.rows["value"].mask(gone, printed), base=self.rows["base"].mask(base | gone), status=status
        )
        return rows, self._record(release)

    def cross(self) -> set[str]:
        """Cells of the last crossing that must not be shown, those of the edition being what they are.

        Raises
        ------
        table_disclosure.UndoneError
            Nothing of it can be shown.
        """
        release = td.protect(self.tables, self.profile, seconds=SECONDS)
        first = len(self.found.blocks) + sum(len(crossing.blocks) for crossing in self.crossings[:-1])
        places = {str(key) for block in range(first, self.linked.size) for key in self.linked.places(block)}
        return places & set(release.hidden)

    def _record(self, release: td.Release) -> dict[str, Any]:
        shown = {name for pair in self.cells.values() for name in pair if name}
        decisions = {name: release.decisions[name] for name in shown}
        hidden = {name: decision for name, decision in decisions.items() if decision.hidden}
        primary = [decision for decision in hidden.values() if decision.reasons != (td.Reason.PROTECTS,)]
        loss = {name: self.tables.cells[name].loss for name in shown}
        spans = [d.interval.high - d.interval.low for d in hidden.values() if d.interval and d.interval.high is not None]
        told = {
            statement: hidden[cell].interval
            for statement, (cell, _) in self.cells.items()
            if cell in hidden and not statement.endswith("/percent")
        }
        return {
            "profile": self.profile.name,
            "rules": {name: {"value": _plain(getattr(self.profile, name)), "reason": why.reason, "source": why.source}
                      for name, why in self.profile.why.items()},
            "cells": len(shown), "published": len(shown) - len(hidden), "hidden": len(hidden),
            "primary": len(primary), "secondary": len(hidden) - len(primary),
            "by_rule": dict(sorted(Counter(str(reason) for decision in primary for reason in set(decision.reasons)).items())),
            "narrowest": min(spans, default=None),
            "information_lost": round(100 * sum(loss[name] for name in hidden) / sum(loss.values()), 1),
            "audited": True,
            "intervals": {statement: [i.low, i.high] for statement, i in sorted(told.items()) if i},
        }  # fmt: skip


def _share(part: td.Cell, base: td.Cell, printed: float) -> list[td.Relation]:
    """What a published share tells of a part and of its base, where it is theirs."""
    try:
        return td.share(part, base, f"{printed:.{decimals(printed)}f}")
    except td.TablesError:
        return []


def _plain(value: object) -> object:
    return [list(pair) for pair in value] if isinstance(value, tuple) else value


def _deduced(cells: Mapping[str, td.Cell], relations: list[td.Relation]) -> dict[str, td.Cell]:
    """Cells, of which those that public figures alone give by subtraction are public too: no release tells them."""
    found = dict(cells)
    public = {name for name, cell in cells.items() if cell.fate is td.Fate.PUBLIC}
    while True:
        left = [[name for name in relation.terms if name not in public] for relation in relations]
        told = {names[0] for names in left if len(names) == 1}
        if not told:
            break
        public |= told
    for name in public:
        found[name] = td.Cell(name, found[name].count, found[name].contributions, td.Fate.PUBLIC)
    return found
