"""Rare modalities put together under one name, as ``data/aggregates.toml`` says, in place of a column of hidden cells."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import pandas as pd

from traite_lib.nomenclature import ALL, UNKNOWN
from traite_lib.table import SUB_POPULATION, WITHHELD, percent, records

from .plan import Plan


def merged(rows: pd.DataFrame, plan: Plan, several: Collection[str]) -> pd.DataFrame:
    """What the hidden modalities of a line are together: those who answered, less the modalities that are shown.

    It reads nothing but what is released, so that it tells nothing that was not told: whoever has the page can subtract too. The
    audit of the release has asked that this sum be of nobody alone (see ``table_disclosure``).

    Parameters
    ----------
    rows : DataFrame
        Released observations: hidden ones have status Q and no value.
    plan : Plan
        The tables; those without ``merge`` are left as they are.
    several : collection of str
        Variables of several answers: their modalities do not add.

    Returns
    -------
    DataFrame
        Rows of the same columns, a count for each line where two modalities or more are hidden and others are shown, and its
        share where the others have theirs.
    """
    into = {table.variable: table.merge for table in plan.table if table.merge and table.variable not in several}
    lines = rows[rows["variable"].isin([*into])].groupby(["source_id", "population", *SUB_POPULATION, "variable"], sort=False)
    made = [row for _, line in lines for row in _together(line, into)]
    return pd.DataFrame(made, columns=rows.columns).astype(rows.dtypes)


def _together(line: pd.DataFrame, into: dict[str, str]) -> Iterator[dict[str, Any]]:
    counts, shares = line[line["unit"] == "count"], line[line["unit"] == "percent"]
    every = {row["category"]: row for row in records(counts)}
    modalities = counts[~counts["category"].isin([ALL, UNKNOWN])]
    shown = modalities["value"].dropna()
    alone = set(shares["category"][shares["value"].notna()]) - set(modalities["category"][modalities["value"].notna()])
    if alone or not shown.any() or (modalities["status"] == WITHHELD).sum() < 2:
        return  # a share that stands without its count would be told twice
    if ALL not in every or pd.isna(whole := every[ALL]["value"]):
        return
    code, value = into[every[ALL]["variable"]], whole - shown.sum()
    numbers = {"count": value} | ({"percent": percent(value, whole)} if len(shares) else {})
    for unit, number in numbers.items():
        name = every[ALL]["statement_id"].removesuffix(f"{ALL}/count") + f"{code}/{unit}"
        yield every[ALL] | {"category": code, "unit": unit, "value": number, "base": int(whole), "statement_id": name}
