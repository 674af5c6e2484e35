"""Quality of what is published: disagreements between sources, shares recomputed from counts, what exists where."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..catalogue import Catalogue
from ..nomenclature import Nomenclatures
from ..table import CALCULATED, Row, agree, is_cell, key_of, levels, records, whole_of


def disagreements(table: pd.DataFrame, nomenclatures: Nomenclatures) -> pd.DataFrame:
    """Statistics on which the sources do not agree, every statement of each, the retained one first.

    Statements about all accompanied victims and about a part of them are put together, except for totals: a source that
    says « accompanied » may describe the part that the edition computes its shares on. Two cells of workbooks are compared
    only when their populations are the same: a workbook says which victims it describes. A sign in place of a value (not
    available, confidential…) disagrees with nothing. The rows have a ``group``: a number for each statistic.
    """

    def root(population: str) -> str:
        parent = nomenclatures.populations[population].parent
        return root(parent) if parent else population

    lines = records(table)
    together: dict[tuple[str, ...], list[int]] = {}
    for place, row in enumerate(lines):
        if pd.notna(row["value"]) and row["status"] != CALCULATED:
            exact = row["variable"] == "total" or row["unit"] == "points"
            family = row["population"] if exact else root(row["population"])
            together.setdefault(key_of(row, population=family), []).append(place)
    found: list[list[int]] = []
    for places in together.values():
        places.sort(key=lambda place: (not lines[place]["retained"], lines[place]["rank"]))
        first, *others = (lines[place] for place in places)
        if not all(agree(first, other) for other in others if _same_victims(first, other)):
            found.append(places)
    numbers = np.repeat(np.arange(1, len(found) + 1), [len(places) for places in found])
    return table.iloc[[place for places in found for place in places]].assign(group=numbers)


def _same_victims(one: Row, other: Row) -> bool:
    exact = all(is_cell(row["locator"]) or row["locator"] == "records" for row in (one, other))  # they say whom they count
    return bool(one["population"] == other["population"]) or not exact


def recomputed(table: pd.DataFrame) -> pd.DataFrame:
    """Published shares, but those made from answers, beside the share that published counts give, where both exist.

    The count is divided by the base of the share where its source gives it, else by the published total. A gap is then not an
    error: the base of a question is the victims of the associations that answered it, not the total. The rows of the shares have
    ``count``, ``total`` and ``computed`` (percent, unrounded).
    """
    rows = levels(table[table["retained"] & (table["bound"] == "") & table["value"].notna() & (table["status"] != CALCULATED)])
    counts = {key_of(row): row["value"] for row in records(rows[rows["unit"] == "count"])}
    made = []
    for row in records(rows[(rows["unit"] == "percent") & (rows["locator"] != "records")]):
        count, whole = counts.get(key_of(row, unit="count")), whole_of(row)
        total = row["base"] if pd.notna(row["base"]) else counts.get(key_of(row, **whole, unit="count")) if whole else None
        if count is not None and total is not None:
            made.append(row | {"count": count, "total": total, "computed": count / total * 100})
    return pd.DataFrame(made, columns=[*table.columns, "count", "total", "computed"])


def availability(table: pd.DataFrame, catalogue: Catalogue, variables: list[str]) -> pd.DataFrame:
    """Number of retained figures by variable (rows) and dated edition (columns), associations left out."""
    found = table["retained"] & table["value"].notna() & (table["status"] != CALCULATED) & table["variable"].isin(variables)
    rows = table[found & ~table["population"].str.startswith("associations")]
    keys = [edition.key for edition in catalogue.dated]
    counts = pd.crosstab(rows["variable"], rows["edition"])
    return counts.reindex(index=pd.Index(variables, name="variable"), columns=pd.Index(keys, name="edition"), fill_value=0)
