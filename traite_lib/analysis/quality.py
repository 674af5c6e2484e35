"""Quality of what is published: disagreements between sources, shares recomputed from counts, what exists where."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd

from ..catalogue import Catalogue
from ..nomenclature import ALL, Nomenclatures
from ..table import CALCULATED, KEY, SUB_POPULATION, Row, agree, at, find, is_cell, levels, records


def disagreements(table: pd.DataFrame, nomenclatures: Nomenclatures) -> pd.DataFrame:
    """Statistics on which the sources do not agree, every statement of each, the retained one first.

    Statements about all accompanied victims and about a part of them are put together, except for totals: a source that
    says « accompanied » may describe the part that the edition computes its shares on. Two cells of workbooks are compared
    only when their populations are the same: a workbook says which victims it describes. A sign in place of a value (not
    available, confidential…) disagrees with nothing.

    Returns
    -------
    DataFrame
        Rows of Observations, with ``group`` (a number for each statistic).
    """

    def root(population: str) -> str:
        parent = nomenclatures.populations[population].parent
        return root(parent) if parent else population

    statistic = [name for name in KEY if name != "population"]
    lines = records(table)
    together: dict[tuple[str, ...], list[int]] = {}
    for place, row in enumerate(lines):
        if pd.notna(row["value"]) and row["status"] != CALCULATED:
            exact = row["variable"] == "total" or row["unit"] == "points"
            family = row["population"] if exact else root(row["population"])
            together.setdefault((*(row[name] for name in statistic), family), []).append(place)
    found: list[list[int]] = []
    for places in together.values():
        places.sort(key=lambda place: (not lines[place]["retained"], lines[place]["rank"]))
        first, *others = (lines[place] for place in places)
        if not all(agree(first, other) for other in others if _same_victims(first, other)):
            found.append(places)
    numbers = np.repeat(np.arange(1, len(found) + 1), [len(places) for places in found])
    return table.iloc[[place for places in found for place in places]].assign(group=numbers)


def _same_victims(one: Row, other: Row) -> bool:
    cells = is_cell(one["locator"]) and is_cell(other["locator"])
    return bool(one["population"] == other["population"]) or not cells


def recomputed(table: pd.DataFrame) -> pd.DataFrame:
    """Published shares beside the share that published counts give, where both exist.

    The count is divided by the base of the share where its source gives it, else by the published total. A gap is then not an
    error: the base of a question is the victims of the associations that answered it, not the total.

    Parameters
    ----------
    table : DataFrame
        Observations of one edition.

    Returns
    -------
    DataFrame
        Rows of the shares, with ``count``, ``total`` and ``computed`` (percent, unrounded).
    """
    rows = table[table["retained"] & (table["bound"] == "") & table["value"].notna() & (table["status"] != CALCULATED)]
    rows = levels(rows)
    counts = rows[(rows["unit"] == "count") & (rows["variable"] != "total")]
    key = [name for name in KEY if name != "unit"]
    both = rows[rows["unit"] == "percent"].merge(counts[[*key, "value"]], on=key, suffixes=("", "_count"))
    totals: list[float] = []
    for row in records(both):
        sub = {name: row[name] for name in SUB_POPULATION}
        own = [name for name, code in sub.items() if code != ALL]
        if pd.notna(row["base"]):
            totals.append(float(row["base"]))
            continue
        whole = np.array([], dtype=int)
        if not own:
            whole = find(rows, "total", {}, population=row["population"], unit="count")
        elif len(own) == 1:
            whole = find(rows, own[0], {}, category=sub[own[0]], population=row["population"], unit="count")
        totals.append(float(at(rows, "value", whole)[0]) if len(whole) == 1 else float("nan"))
    both = both.assign(total=totals).rename(columns={"value_count": "count"}).dropna(subset=["total"])
    return both.assign(computed=both["count"] / both["total"].astype(float) * 100)


def availability(table: pd.DataFrame, catalogue: Catalogue, variables: list[str]) -> pd.DataFrame:
    """Number of retained figures by variable (rows) and dated edition (columns), associations left out."""
    found = table["retained"] & table["value"].notna() & (table["status"] != CALCULATED)
    rows = np.flatnonzero(found.to_numpy())
    rows = rows[np.isin(at(table, "variable", rows), variables)]
    places = zip(*(at(table, name, rows) for name in ("variable", "edition", "population")), strict=True)
    counts = Counter((name, edition) for name, edition, population in places if not population.startswith("associations"))
    keys = [edition.key for edition in catalogue.dated]
    return pd.DataFrame(
        [[counts[name, key] for key in keys] for name in variables],
        index=pd.Index(variables, name="variable"),
        columns=pd.Index(keys, name="edition"),
    )
