"""What the figures of a table say of its unit: numbers that add to 100, percentages above it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from . import units
from .model import TidyCell
from .values import folded

HUNDRED = "adds to 100, or to 1: percentages or numbers"
ABOVE = "more than 100 % in most of its column"
_SHARES = re.compile(
    r"\b(?:parts?|repartitions?|proportions?|distributions?|ventilation|structure|shares?|breakdowns?|percentages?)\b"
)


def shares(cells: Sequence[TidyCell]) -> dict[str, str]:
    """Numbers of a table without a unit that add to 100, in one column and in another one too: by address, ``%`` where words say
    so too (« Répartition »), else nothing: a percentage or a number."""
    found: dict[str, str] = {}
    if not any(cell.value is not None and (cell.value == 100 or cell.value % 1) for cell in cells):
        return found  # whole numbers, and no total of 100 among them
    for down in (True, False):
        groups: dict[object, list[TidyCell]] = {}
        for cell in cells:
            if not cell.unit:
                key = (cell.columns, cell.rows[:-1]) if down else (cell.rows, cell.columns[:-1])
                groups.setdefault(key, []).append(cell)
        added = [group for group in groups.values() if _adds_to(100, group)]
        if not added:  # fractions: of one
            added = [group for group in groups.values() if _adds_to(1, group)]
        alike = [group for group in groups.values() if len(group) > 1]
        fractions = bool(added) and _adds_to(1, added[0])
        if len(added) < 2 or 2 * len(added) <= len(alike):
            continue
        for cell in (cell for group in added for cell in group):
            labels = (*cell.rows, *cell.columns)
            if any(units.of_label(label) == units.COUNT for label in labels):
                continue  # « Effectif »: a hundred people
            said = _SHARES.search(folded(" ".join((cell.title, *labels)))) is not None
            found[cell.cell] = "%" if said and not fractions else ""
        heads = {(cell.columns, cell.rows) for group in added for cell in group if cell.rows} if down else set()
        for cell in cells:  # parts of shares: of the same unit, or not
            if not cell.unit and any((cell.columns, cell.rows[:depth]) in heads for depth in range(1, len(cell.rows))):
                found.setdefault(cell.cell, "")
    return found


def above_a_hundred(cells: Sequence[TidyCell]) -> set[str]:
    """Percentages of columns most of which are above 100: they hold none."""
    columns: dict[object, list[TidyCell]] = {}
    for cell in cells:
        if cell.unit == "%" and cell.value is not None:
            columns.setdefault(cell.columns, []).append(cell)
    most = (
        group
        for group in columns.values()
        if 2 * sum(cell.status == "ambiguous" and cell.marker.startswith("more than") for cell in group) > len(group)
    )
    return {cell.cell for group in most for cell in group}


def fractions_under_percent(cells: Sequence[TidyCell]) -> set[tuple[tuple[str, ...], str]]:
    """Columns said to be in % by words only, where all numbers lie in 0-1 and one is exactly 1, or they add to 1."""
    found = set()
    columns: dict[tuple[tuple[str, ...], str], list[float]] = {}
    for cell in cells:
        if cell.unit == "%" and cell.value is not None:
            columns.setdefault((cell.columns, cell.unit), []).append(cell.value)
    for key, values in columns.items():
        small = len(values) > 1 and all(0 <= value <= 1 for value in values) and any(0 < value < 1 for value in values)
        if small and (1.0 in values or abs(sum(values) - 1) < 0.011):
            found.add(key)
    return found


def _adds_to(whole: int, group: Sequence[TidyCell]) -> bool:
    """Whether two numbers or more, apart from a total of 100 (or 1), add to it, as rounded shares do."""
    parts = [cell.value for cell in group if cell.value is not None and cell.value != whole]
    rounded = any(value % 1 for value in parts)
    if len(parts) < 2 or min(parts) < 0 or not (rounded or (whole == 100 and len(parts) < len(group))):
        return False
    return abs(sum(parts) - whole) < (0.06 if rounded else 0.51) * len(parts) * whole / 100
