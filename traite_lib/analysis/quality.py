"""Quality of what is published: disagreements between sources, shares recomputed from counts, what exists where."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pandas as pd

from ..catalogue import Catalogue
from ..nomenclature import ALL, Nomenclatures
from ..observations import KEY, is_cell, select


def agree(a: pd.Series, b: pd.Series) -> bool:
    """Whether two statements of one statistic can both be true.

    An approximation agrees with an exact value that rounds to it (half up, at the approximation's own precision); so do two
    shares or changes in points given with more and with fewer decimals; a bound agrees with a value on its right side.
    """
    for one, other in ((a, b), (b, a)):
        if one["bound"] == "<" and not other["bound"]:
            return bool(other["value"] < one["value"])
        if one["bound"] == ">" and not other["bound"]:
            return bool(other["value"] > one["value"])
        if one["bound"] == "~" and not other["bound"]:
            return _rounded_like(one["value"], other["value"])
        if one["bound"] == "<" and other["bound"] in (">", "~"):
            return bool(other["value"] < one["value"])
        if one["bound"] == ">" and other["bound"] == "~":
            return bool(other["value"] > one["value"])
    if a["bound"] == b["bound"] == "" and a["unit"] in ("percent", "points"):
        fewer, more = sorted((float(a["value"]), float(b["value"])), key=_decimals)
        return rounded_to(more, _decimals(fewer)) == Decimal(str(fewer)).quantize(Decimal(1).scaleb(-_decimals(fewer)))
    return bool(a["value"] == b["value"] or a["bound"] == b["bound"] != "")


def rounded_to(value: float, decimals: int) -> Decimal:
    """A value rounded half up."""
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _decimals(value: float) -> int:
    return max(0, -_exponent(value))


def _rounded_like(approximation: float, exact: float) -> bool:
    """Whether `exact`, rounded half up to the last significant digit of `approximation`, gives it."""
    step = Decimal(1).scaleb(_exponent(approximation))
    return (Decimal(str(exact)) / step).quantize(Decimal(1), ROUND_HALF_UP) * step == Decimal(str(approximation))


def _exponent(value: float) -> int:
    exponent = Decimal(str(value)).normalize().as_tuple().exponent
    assert isinstance(exponent, int)  # a finite number: the schema accepts no other
    return exponent


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

    table = table[table["value"].notna()]
    exact = (table["variable"] == "total") | (table["unit"] == "points")
    family = table["population"].where(exact, table["population"].map(root))
    groups = table.assign(_family=family).groupby([*(k for k in KEY if k != "population"), "_family"], sort=False)
    found: list[pd.DataFrame] = []
    for _, rows in groups:
        reference = rows.sort_values(["retained", "rank"], ascending=[False, True])
        first = reference.iloc[0]
        if len(rows) > 1 and not all(agree(first, row) for _, row in reference.iterrows() if _same_victims(first, row)):
            found.append(reference.assign(group=len(found) + 1))
    return pd.concat(found) if found else table.iloc[:0].assign(group=pd.Series(dtype=int))


def _same_victims(one: pd.Series, other: pd.Series) -> bool:
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
    rows = table[table["retained"] & (table["bound"] == "") & table["value"].notna()]
    rows = rows[~rows["variable"].str.startswith("change_")]
    counts = rows[(rows["unit"] == "count") & (rows["variable"] != "total")]
    key = [name for name in KEY if name != "unit"]
    both = rows[rows["unit"] == "percent"].merge(counts[[*key, "value"]], on=key, suffixes=("", "_count"))
    totals: list[float] = []
    for _, row in both.iterrows():
        sub = {name: row[name] for name in ("form", "sex", "age", "origin", "offence")}
        own = [name for name, code in sub.items() if code != ALL]
        if pd.notna(row["base"]):
            totals.append(float(row["base"]))
            continue
        if not own:
            whole = select(rows, "total", population=row["population"], unit="count")
        elif len(own) == 1:
            whole = select(rows, own[0], category=sub[own[0]], population=row["population"], unit="count")
        else:
            whole = rows.iloc[:0]
        totals.append(float(whole["value"].iloc[0]) if len(whole) == 1 else float("nan"))
    both = both.assign(total=totals).rename(columns={"value_count": "count"}).dropna(subset=["total"])
    return both.assign(computed=both["count"] / both["total"].astype(float) * 100)


def availability(table: pd.DataFrame, catalogue: Catalogue, variables: list[str]) -> pd.DataFrame:
    """Number of retained figures by variable (rows) and dated edition (columns), associations left out."""
    rows = table[
        table["retained"]
        & table["value"].notna()
        & table["variable"].isin(variables)
        & ~table["population"].str.startswith("associations")
    ]
    counts = pd.crosstab(rows["variable"], rows["edition"])
    return counts.reindex(index=variables, columns=[e.key for e in catalogue.dated], fill_value=0)
