"""Tables of a sheet beside each other: totals that they repeat otherwise, or under other headers, and figures that nothing tells
apart are in doubt."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from .lines import is_total
from .model import TidyCell

OTHERWISE = "another table of the sheet gives another total"
ELSEWHERE = "the totals of another table stand under other headers"
_ENOUGH = 3
"""Columns below which two rows of totals say nothing of each other."""
_ROUNDING = 0.006

Totals = dict[tuple[str, ...], TidyCell]


def repeated_totals(tables: Sequence[Sequence[TidyCell]]) -> dict[str, str]:
    """Cells of tables whose totals another table of the sheet contradicts, by address, and why.

    Tables with the same headers, unit and population are compared, each with the one before it. Two that have nothing in common
    are about two things; two that agree but for one column are not.
    """
    alike: dict[object, list[tuple[Totals, Sequence[TidyCell]]]] = {}
    for cells in tables:
        if len(totals := _totals(cells)) >= _ENOUGH:
            first = next(iter(totals.values()))
            alike.setdefault((frozenset(totals), first.unit, first.population), []).append((totals, cells))
    found: dict[str, str] = {}
    for group in alike.values():
        for (one, cells), (other, others) in pairwise(group):
            apart = [column for column in one if not _same(one[column], other[column])]
            agreeing = len(one) - len(apart)
            if apart and agreeing > len(apart):
                found.update((total.cell, OTHERWISE) for column in apart for total in (one[column], other[column]))
            elif not agreeing and _shifted([cell.value for cell in one.values()], [cell.value for cell in other.values()]):
                found.update((cell.cell, ELSEWHERE) for cell in (*cells, *others))
    return found


def told_apart(cells: list[TidyCell]) -> list[TidyCell]:
    """Cells of a sheet; figures that differ, in two tables that neither a title nor a label tells apart, are all in doubt."""
    values: dict[tuple[str, ...], set[float]] = {}
    for cell in cells:
        if cell.value is not None:
            values.setdefault(_named(cell), set()).add(cell.value)
    return [
        replace(cell, status="ambiguous", marker="same labels in two tables")
        if cell.value is not None and cell.status != "ambiguous" and len(values[_named(cell)]) > 1
        else cell
        for cell in cells
    ]  # fmt: skip


def _named(cell: TidyCell) -> tuple[str, ...]:
    return (cell.title, cell.unit, cell.population, *cell.rows, "|", *cell.columns)


def _totals(cells: Sequence[TidyCell]) -> Totals:
    """The row of totals of a table, by column; nothing when it has several, or one of shares."""
    wholes = [cell for cell in cells if len(cell.rows) == 1 and is_total(cell.rows[0]) and cell.status != "blank"]
    if any(cell.value is None or cell.unit != wholes[0].unit or cell.unit == "%" for cell in wholes):
        return {}
    found = {cell.columns: cell for cell in wholes}
    return found if len(found) == len(wholes) else {}


def _same(one: TidyCell, other: TidyCell) -> bool:
    return math.isclose(one.value or 0, other.value or 0, rel_tol=_ROUNDING)


def _shifted(one: list[float | None], other: list[float | None]) -> bool:
    """Whether the figures of a row are those of another one, one column further: three that differ at least."""
    return any(a == b and len(set(a)) >= _ENOUGH for a, b in ((one[1:], other[:-1]), (one[:-1], other[1:])))
