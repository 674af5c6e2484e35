"""Distributions, and how a share may be shown given its base."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from ..nomenclature import ALL, UNKNOWN, Nomenclatures
from ..table import at, find, take

ShareRule = Literal["counts_only", "x_of_n", "small_base", "normal", "unknown_base"]


def share_rule(base: int | None) -> ShareRule:
    """How a share is shown, from the size of its base (project rule, docs/method.md, « petites bases »).

    Below 11 only counts are shown; from 11 to 29 « x sur n »; from 30 to 99 a whole number marked « petite base »; from
    100 the share as it is. Without a published base, the share as published, marked « base non publiée ».
    """
    if base is None:
        return "unknown_base"
    if base < 11:
        return "counts_only"
    if base < 30:
        return "x_of_n"
    return "small_base" if base < 100 else "normal"


def distribution(
    table: pd.DataFrame, nomenclatures: Nomenclatures, variable: str, *, period: str, population: str, **sub_population: str
) -> pd.DataFrame:
    """Published distribution of a population over a variable, as shares, counts, or both.

    Nothing is computed: each row is a retained statement, with a value or with the reason why its source gives none. When the
    nomenclature is closed, its modalities without a statement are added with status O (missing), so that a reader sees what
    was not found. A distribution nobody published is an empty frame.

    `period` is the key of the edition, or the period of an administrative source (``2022``, ``2016-2021``). Rows have their
    ``order`` in the nomenclature and ``level`` (1 when a broader modality of the same source is listed too: what another source
    says of a part is no part of this whole); they are in nomenclature order when it is closed or nested, else from the largest to
    the smallest; « others » and those who did not answer come last.
    """
    info = nomenclatures.variable(variable)
    found = find(table, variable, sub_population, population=population, period=period)
    unit, category = at(table, "unit", found), at(table, "category", found)
    found = found[((unit == "percent") | (unit == "count")) & (category != ALL)]  # a total is a base, no modality
    rows = take(table, found)
    if rows.empty:
        return rows.assign(level=pd.Series(dtype=int), order=pd.Series(dtype=int))
    year = int(rows["reference_year"].iloc[0]) if rows["reference_year"].notna().all() else None
    present = set(rows["category"])
    expected = nomenclatures.top_level(variable, year) if info.closed and year is not None else []
    if missing := [code for code in expected if code not in present]:
        empty = dict.fromkeys(("bound", "note", "reason", "source_id", "publication", "locator"), "")
        names, nothing = [f"{period}.{variable}.{code}" for code in missing], pd.array([None] * len(missing), dtype="Int64")
        blank = rows.iloc[[0] * len(missing)].assign(**empty, category=missing, statement_id=names, unit="percent", status="O")
        rows = pd.concat([rows, blank.assign(value=float("nan"), base=nothing)])
    listed = list(rows["category"])
    order = [nomenclatures.item(variable, code, year).order for code in listed]
    parents = {code: nomenclatures.item(variable, code, year).parent for code in present}
    said = {code: set(rows["source_id"][rows["category"] == code]) for code in present}
    level = [
        int(any(nomenclatures.within(variable, parents.get(c, ""), p) and said[c] & said[p] for p in present if p != c))
        for c in listed
    ]
    largest = [] if info.closed or any(level) else [-rows["value"].to_numpy()]
    last = [is_residual(code) for code in listed]
    places = np.lexsort([np.array(order), *largest, np.array(last)])  # the last key decides first
    return take(rows.assign(level=level, order=order), places)


def is_residual(category: str) -> bool:
    """Whether a modality gathers what is left: « others », or those who did not answer."""
    return category == UNKNOWN or category.startswith("other")


def main_unit(rows: pd.DataFrame) -> str:
    """Unit to draw: the one that describes most modalities, shares when it is a tie; who did not answer may have no share."""
    known = rows[rows["value"].notna() & (rows["category"] != UNKNOWN)]
    counts, shares = ((known["unit"] == unit).sum() for unit in ("count", "percent"))
    return "count" if counts > shares else "percent"
