"""Linked tables from records: the same persons are the same cell in every table that counts them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import product

from .model import Cell, Relation, Tables, total
from .profiles import Profile
from .rules import needs

Record = tuple[str, Mapping[str, str], int]
"""Who contributes, the category of each dimension, how many persons."""


def name_of(categories: Mapping[str, str]) -> str:
    """Name of the cell of these categories: ``"sex=f, age=minor"``; everybody is ``"total"``."""
    return ", ".join(f"{dimension}={category}" for dimension, category in categories.items()) or "total"


def crossing(
    records: Iterable[Record],
    tables: Iterable[Sequence[str]],
    *,
    impossible: Iterable[Mapping[str, str]] = (),
    within: str = "",
) -> Tables:
    """Cells of tables, each given by the dimensions that it crosses, with all their margins and how they sum.

    Parameters
    ----------
    records
        Counts by contributor, as fine as the finest table.
    tables
        ``[("sex", "age"), ("age", "place")]``: two tables, linked by the margin of age and by the total.
    impossible
        Categories that cannot go together: zeros that everyone knows.
    within
        Put before each name, for tables of different populations to stand in one system.
    """
    rows = list(records)
    order = list(dict.fromkeys(dimension for table in tables for dimension in table))
    categories = {dimension: list(dict.fromkeys(row[1][dimension] for row in rows)) for dimension in order}
    never = [dict(one) for one in impossible]
    cells: dict[str, Cell] = {}
    relations: dict[tuple[str, str], Relation] = {}
    for table in tables:
        kept = [dimension for dimension in order if dimension in table]
        for shown in product((True, False), repeat=len(kept)):
            dimensions = [dimension for dimension, is_shown in zip(kept, shown, strict=True) if is_shown]
            found: dict[str, dict[str, int]] = {}
            for who, labels, number in rows:
                key = within + name_of({dimension: labels[dimension] for dimension in dimensions})
                found.setdefault(key, {}).setdefault(who, 0)
                found[key][who] += number
            for values in product(*(categories[dimension] for dimension in dimensions)):
                here = dict(zip(dimensions, values, strict=True))
                name = within + name_of(here)
                brought = {who: number for who, number in found.get(name, {}).items() if number}
                excluded = any(one.items() <= here.items() for one in never)
                cells[name] = Cell(name, sum(brought.values()), brought, structural=excluded)
                for dimension in set(kept) - set(dimensions):
                    every = [here | {dimension: value} for value in categories[dimension]]
                    parts = [within + name_of({one: labels[one] for one in kept if one in labels}) for labels in every]
                    relations[name, dimension] = total(name, parts)
    return Tables(cells.values(), relations.values())


def merged(records: Iterable[Record], dimension: str, into: str, profile: Profile) -> tuple[list[Record], list[str]]:
    """Put the categories that a rule would hide together, before anything is hidden; those that were put together are named.

    They join `into`, which may exist already; where that is not enough, the smallest of the others joins too. Nothing changes
    when no category is sensitive by itself.
    """
    rows = list(records)
    brought: dict[str, Counter[str]] = {}
    for who, labels, number in rows:
        brought.setdefault(labels[dimension], Counter())[who] += number

    def sensitive(categories: Iterable[str]) -> bool:
        together = sum((brought[category] for category in categories), Counter[str]())
        return bool(needs(Tables([Cell(into, together.total(), together)]), profile))

    smallest = sorted(brought, key=lambda category: (brought[category].total(), category))
    chosen = [category for category in smallest if category == into or sensitive([category])]
    if not chosen or (chosen == [into] and not sensitive(chosen)):
        return rows, []
    for category in (category for category in smallest if category not in chosen):
        if not sensitive(chosen):
            break
        chosen.append(category)
    change = dict.fromkeys(chosen, into)
    return [(who, {**labels, dimension: change.get(labels[dimension], labels[dimension])}, n) for who, labels, n in rows], chosen
