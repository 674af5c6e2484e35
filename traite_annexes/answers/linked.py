"""The tables of an edition as linked cells: which persons each number counts, and what everyone can add and subtract."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import table_disclosure as td
from traite_lib.nomenclature import UNKNOWN, Nomenclatures

from .counting import Block, Ints

Said = frozenset[tuple[str, str]]
"""What is said of persons: ``{("sex", "women"), ("violence", "sexual")}``."""

ASKED, ANSWERED, UNSAID, REST, HIDDEN = "asked", "answered", "no answer", "the rest", "not shown"
"""Said of persons beside modalities: asked a question; those who answered it, or not; who hold no listed modality; not asked."""
MADE = frozenset([ASKED, ANSWERED, UNSAID, REST, HIDDEN])

WITHIN = {
    "accompanied_in_france": ["accompanied", "identified"], "accompanied": ["identified"],
    "accompanied_in_network": ["accompanied_in_france", "accompanied"], "accompanied_abroad_only": ["accompanied"],
}  # fmt: skip
"""Populations that others are parts of."""

MARGIN = 4
"""How many times more a cell tells than one of which one thing more is said: tables without sub-populations are read first."""

PARTS = ("form", "sex", "age")
"""Sub-populations that tables are repeated for: they are added and subtracted as modalities are."""


@dataclass(frozen=True)
class Key:
    """Some persons: of a population, in a part of the questionnaire (``core``, ``optional``), of whom something is said."""

    population: str
    base: str
    said: Said = frozenset()

    def but(self, *more: tuple[str, str], without: str = "") -> Key:
        """These persons with something more said, or one thing less."""
        return Key(self.population, self.base, frozenset(pair for pair in self.said if pair[0] != without) | {*more})

    def __str__(self) -> str:
        said = ", ".join(f"{name}={code}" for name, code in sorted(self.said))
        return f"{self.base}/{self.population}" + (f": {said}" if said else "")


class Linked:
    """Cells by `Key`, with what each association brings, and the relations between them.

    Every block enters, retained or not: what is left of a margin is then what it is, and not what was forgotten. The same
    persons have one cell; where an equal name counts others (a question asked twice), each has its own.
    """

    def __init__(self, blocks: Sequence[Block], words: Nomenclatures) -> None:
        self.words = words
        self.brought: dict[Key, Ints] = {}
        self._same: dict[Key, Key] = {}
        self._sums: dict[tuple[Key, frozenset[Key]], bool] = {}
        self._listed: dict[tuple[str, str, str], set[str]] = defaultdict(set)
        self._places: list[dict[str, Key]] = [self._block(block) for block in blocks]
        self._margins({block.question for block in blocks if block.several})
        self._populations()

    def place(self, block: int, code: str) -> Key:
        """The cell of a modality of a block; of `ASKED`, `ANSWERED` or `UNSAID`."""
        return self._places[block][code]

    def places(self, block: int) -> Collection[Key]:
        """All cells that a block shows."""
        return self._places[block].values()

    @property
    def size(self) -> int:
        """Number of blocks."""
        return len(self._places)

    def _cell(self, key: Key, vector: Ints) -> Key:
        again = 0
        while (known := self.brought.get(key)) is not None and (known != vector).any():
            again += 1
            key = key.but(("again", str(again)), without="again")
        self.brought[key] = vector
        return key

    def _add(self, whole: Key, parts: list[Key], rest: Key, *, complete: bool = False, attribute: bool = True) -> None:
        """A whole is the sum of its parts, and of a rest that is never shown.

        `complete`: the parts are all that there can be, and everyone knows when nobody is left.
        """
        left = self.brought[whole] - sum(self.brought[part] for part in parts)
        if (left < 0).any():
            return  # they are not the same persons: nothing can be subtracted
        if left.any() or not complete:
            parts = [*parts, self._cell(rest, left)]
        if parts and parts != [whole]:
            self._sums[whole, frozenset(parts)] = attribute

    def _block(self, block: Block) -> dict[str, Key]:
        whole = self._cell(Key(block.population, block.base, frozenset(block.sub.items())), block.whole)
        tally, question = block.tally, block.question
        if tally is None:
            return {ASKED: whole}
        asked, top = tally.answered + tally.unknown, whole
        if (asked != block.whole).any():
            top = self._cell(whole.but((question, ASKED)), asked)
            self._add(whole, [top], whole.but((question, HIDDEN)), attribute=False)
        places = {ASKED: top}
        places[ANSWERED] = self._cell(whole.but((question, ANSWERED)), tally.answered)
        places[UNSAID] = self._cell(whole.but((question, UNSAID)), tally.unknown)
        self._add(top, [places[ANSWERED], places[UNSAID]], top.but((question, REST)), complete=True, attribute=False)
        held = zip(tally.codes, tally.holding.T, strict=True)
        keys = {code: self._cell(whole.but((question, code)), vector) for code, vector in held}
        if tally.several:
            for code, key in keys.items():
                self._add(places[ANSWERED], [key], whole.but((question, f"not {code}")))
        else:
            finest = self._finest(question, list(keys))
            self._listed[block.population, block.base, question] |= set(finest)
            self._add(places[ANSWERED], [keys[code] for code in finest], whole.but((question, REST)), complete=True)
            for code in keys.keys() - set(finest):
                parts = [keys[each] for each in finest if self.words.within(question, each, code)]
                self._add(keys[code], parts, whole.but((question, f"rest of {code}")), complete=True)
        return places | keys

    def _finest(self, question: str, codes: list[str]) -> list[str]:
        within = self.words.within
        return [code for code in codes if not any(other != code and within(question, other, code) for other in codes)]

    def _margins(self, several: set[str]) -> None:
        """Sub-populations add to those that they are parts of."""
        groups: dict[tuple[Key, str], list[str]] = defaultdict(list)
        for key in list(self.brought):
            for name, code in key.said:
                if name in PARTS and name not in several and code not in MADE and not code.startswith(("not ", "rest of ")):
                    groups[key.but(without=name), name].append(code)
        for (whole, name), codes in groups.items():
            if whole not in self.brought or whole.but((name, ANSWERED)) in self.brought:
                continue  # nobody counts the margin, or the question itself adds to it
            finest, unsaid = self._finest(name, codes), whole.but((name, UNSAID))
            parts = [whole.but((name, code)) for code in finest]
            every = self._listed[whole.population, whole.base, name] <= set(finest)  # a crossing may count some of them only
            self._add(whole, parts + [unsaid] * (unsaid in self.brought), whole.but((name, REST)), complete=every)
            for code in set(codes) - set(finest):
                parts = [whole.but((name, each)) for each in finest if self.words.within(name, each, code)]
                self._add(whole.but((name, code)), parts, whole.but((name, f"rest of {code}")), complete=True)

    def _populations(self) -> None:
        """A population within another, the optional part within the core: what is left is never shown, and can be computed.

        A question that counts fewer with a modality than what should be a part of it did not count the same persons: nothing is
        subtracted from any of its cells.
        """
        pairs: dict[tuple[str, ...], list[tuple[Key, Key]]] = defaultdict(list)
        for key in list(self.brought):
            wider = [Key(wide, key.base, key.said) for wide in WITHIN.get(key.population, ())]
            wider += [Key(key.population, "core", key.said)] if key.base == "optional" else []
            for whole in wider:
                if whole in self.brought:
                    names = sorted(name for name, _ in key.said)
                    pairs[whole.population, key.population, whole.base, key.base, *names].append((whole, key))
        for same in pairs.values():
            counted = [(whole, part) for whole, part in same if not MADE.intersection(code for _, code in whole.said)]
            if all((self.brought[whole] >= self.brought[part]).all() for whole, part in counted):
                for whole, part in same:
                    left = ("not", "described" if whole.population == part.population else part.population)
                    told = part.population in ("accompanied_in_network", "accompanied_abroad_only")
                    self._add(whole, [part], whole.but(left), attribute=told and left[1] != "described")

    def cells(self, shown: set[Key], public: set[Key], names: Sequence[str]) -> Iterator[td.Cell]:
        """Every cell, with the names of those who bring something: what is not shown can still be computed."""
        for key, vector in self.brought.items():
            brought = {names[number]: int(count) for number, count in enumerate(vector) if count}
            fate, weight = td.Fate.NEVER, (1 + math.log1p(int(vector.sum()))) * MARGIN ** max(0, 3 - len(key.said))
            if key in public:
                fate = td.Fate.PUBLIC
            elif any(code in (UNSAID, UNKNOWN) for _, code in key.said):
                fate = td.Fate.HARMLESS
            elif key in shown:
                fate = td.Fate.DECIDE
            elif any(code.startswith("not ") for _, code in key.said):
                fate, weight = td.Fate.DECIDE, 0.01  # as good as shown: the other box is
            yield td.Cell(str(key), int(vector.sum()), brought, fate, weight=weight)

    def relations(self) -> Iterator[td.Relation]:
        """What everyone can add and subtract."""
        for (whole, parts), said in self._sums.items():
            yield td.total(str(whole), [str(part) for part in parts], attribute=said)
