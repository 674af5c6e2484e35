"""An attacker of small tables who solves nothing: it tries whole numbers one after the other. Nothing of the package is in it.

It also says what a safe release is, in its own words, so that the cheapest can be found by trying them all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

Known = dict[str, tuple[int, int]]


def known_to_all(tables: Any, published: Mapping[str, int], *, zeros_shown: bool = False) -> Known:
    """Bounds of each cell. What is hidden is at most twice everybody."""
    most = max(2 * max(cell.count for cell in tables.cells.values()), 12)
    known = {}
    for name, cell in tables.cells.items():
        if name in published or cell.structural or cell.fate == "public":
            known[name] = (cell.count, cell.count)
        else:
            known[name] = (1 if zeros_shown and cell.fate == "decide" else 0, most)
    return known


def known_to(who: str, tables: Any, known: Known) -> Known:
    """What a contributor knows besides: at least its own; exactly where it is alone."""
    found = dict(known)
    for name, cell in tables.cells.items():
        own = (cell.contributions or {}).get(who, 0)
        low, high = found[name]
        found[name] = (cell.count, cell.count) if own and own == cell.count else (max(low, own), high)
    return found


def narrowed(relations: Any, known: Known) -> Known | None:
    """Bounds that the relations allow, one at a time until nothing moves; ``None`` when they allow nothing."""
    known = dict(known)
    moved = True
    while moved:
        moved = False
        for relation in relations:
            ends = {name: sorted(factor * end for end in known[name]) for name, factor in relation.terms.items()}
            least, most = sum(low for low, _ in ends.values()), sum(high for _, high in ends.values())
            if least > relation.high or most < relation.low:
                return None
            for name, factor in relation.terms.items():
                low, high = known[name]
                values = [
                    value
                    for value in range(low, high + 1)
                    if factor * value + least - ends[name][0] <= relation.high
                    and factor * value + most - ends[name][1] >= relation.low
                ]
                if not values:
                    return None
                if (values[0], values[-1]) != (low, high):
                    known[name] = (values[0], values[-1])
                    moved = True
                    break
    return known


def tables_that_agree(relations: Any, known: Known) -> Iterator[dict[str, int]]:
    """All counts that agree with what is known."""
    found = narrowed(relations, known)
    if found is None:
        return
    open_cells = [name for name, (low, high) in found.items() if low < high]
    if not open_cells:
        yield {name: low for name, (low, _) in found.items()}
        return
    name = min(open_cells, key=lambda one: found[one][1] - found[one][0])
    for value in range(found[name][0], found[name][1] + 1):
        yield from tables_that_agree(relations, found | {name: (value, value)})


class Asked:
    """A quantity between bounds, as a relation."""

    def __init__(self, terms: Mapping[str, int], low: float, high: float) -> None:
        self.terms, self.low, self.high = terms, low, high


def possible(tables: Any, known: Known, terms: Mapping[str, int], low: float, high: float) -> bool:
    """Whether some table that agrees with what is known puts this quantity there."""
    return next(tables_that_agree([*tables.relations, Asked(terms, low, high)], known), None) is not None


def values_of(tables: Any, known: Known, name: str) -> set[int]:
    """Every value that a cell may have."""
    low, high = known[name]
    return {value for value in range(low, high + 1) if possible(tables, known, {name: 1}, value, value)}


def beaten(tables: Any, profile: Any, needs: Any, published: Mapping[str, int]) -> list[str]:
    """Names of the cells that somebody places within bounds narrower than they need."""
    everyone = known_to_all(tables, published, zeros_shown=profile.zeros == "shown")
    people = sorted({who for cell in tables.cells.values() for who in cell.contributions or {}}) if profile.insiders else []
    found = []
    for need in needs:
        for who in [None, *people]:
            known = everyone if who is None else known_to(who, tables, everyone)
            part = sum(factor * (tables.cells[name].contributions or {}).get(who, 0) for name, factor in need.terms.items())
            if who and all(
                0 < tables.cells[name].count == (tables.cells[name].contributions or {}).get(who) for name in need.terms
            ):
                continue  # it is all its own
            silent = known_to(who, tables, known_to_all(tables, {}, zeros_shown=profile.zeros == "shown")) if who else None
            for end in ((-(10**6), max(need.low, part)), (need.high, 10**6)):
                # what a contributor knows if nothing is released is not told by a release
                if not possible(tables, known, need.terms, *end) and (not silent or possible(tables, silent, need.terms, *end)):
                    found.append(need.subject)
    found = list(dict.fromkeys(found))
    return found


def exposed_lines(tables: Any, profile: Any, published: Mapping[str, int]) -> list[list[str]]:
    """Cells of a line whose sum is known without any of them being, and that few contributors feed, or one large one."""
    everyone = known_to_all(tables, published, zeros_shown=profile.zeros == "shown")

    def is_known(name: str) -> bool:
        count = tables.cells[name].count
        return name in published or not any(
            possible(tables, everyone, {name: 1}, *ends) for ends in ((0, count - 1), (count + 1, 10**6))
        )

    found = []
    for relation in tables.relations:
        whole = [name for name, factor in relation.terms.items() if factor == 1]
        hidden = [name for name, factor in relation.terms.items() if factor == -1 and not is_known(name)]
        if len(whole) != 1 or len(hidden) < 2 or not is_known(whole[0]):
            continue
        brought: Counter[str] = Counter()
        for name in hidden:
            brought.update({who: n for who, n in (tables.cells[name].contributions or {}).items() if n})
        sizes, together = sorted(brought.values(), reverse=True), sum(brought.values())
        if sizes and (
            len(sizes) < profile.contributors
            or any(100 * sum(sizes[:n]) > k * together for n, k in profile.dominance)
            or 100 * (together - sum(sizes[:2])) < profile.p_percent * sizes[0]
            or together - sizes[0] < profile.remainder
        ):
            found.append(hidden)
    return found


def cheapest(tables: Any, profile: Any, needs: Any) -> float:
    """Least information lost by a safe release, all of them being tried."""
    decided = [cell for cell in tables.cells.values() if cell.fate == "decide" and not cell.structural]
    if profile.zeros == "shown":
        decided = [cell for cell in decided if cell.count]
    choices = [chosen for size in range(len(decided) + 1) for chosen in combinations(decided, size)]
    for chosen in sorted(choices, key=lambda chosen: sum(cell.loss for cell in chosen)):
        hidden = {cell.name for cell in chosen}
        if any(set(need.terms).isdisjoint(hidden) for need in needs):
            continue
        published = {name: cell.count for name, cell in tables.cells.items() if name not in hidden and cell.fate != "never"}
        if not exposed_lines(tables, profile, published) and not beaten(tables, profile, needs, published):
            return float(sum(cell.loss for cell in chosen))
    return float("inf")
