"""What `traite check` looks at before an edition is published: coherence, coverage, moves, agreement with what was published.

Every check is a frame in, findings out. A finding is a `look` when a person must look before publishing, a `note` otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from traite_lib.analysis.compare import compare, respondents
from traite_lib.catalogue import Catalogue
from traite_lib.nomenclature import ALL, Nomenclatures
from traite_lib.table import CALCULATED, KEY, SUB_POPULATION, agree, is_cell, is_change, last_year

HALF = 0.5
"""Points that one share rounded to a whole number may gain or lose."""
POINTS, BIG_POINTS = 5.0, 15.0
"""A share that moved by so many points is listed; by so many, a person must look."""
RATIO, BIG_RATIO = 1.25, 2.0
"""The same for a number, multiplied or divided."""
FEW = 30
"""Below so many victims, a ratio says nothing."""

WHOLE = ["period", "population", *SUB_POPULATION, "variable"]


@dataclass(frozen=True)
class Finding:
    """One thing that a check saw: how grave, which check, where (``sheet!cell`` or a statement), and what, in one sentence."""

    level: Literal["look", "note"]
    check: str
    where: str
    text: str


def place(row: pd.Series) -> str:
    """Where a statement stands: its cell, else its name."""
    return str(row["locator"] if is_cell(row["locator"]) else row["statement_id"])


def told(row: pd.Series) -> str:
    """What a statement is about, for a person: ``sex=women (form=sexual)``."""
    part = [f"{column}={row[column]}" for column in SUB_POPULATION if row[column] != ALL]
    what = row["population"] if row["variable"] == "total" else f"{row['variable']}={row['category']}"
    return f"{what} ({', '.join(part)})" if part else str(what)


def _number(row: pd.Series) -> str:
    return f"{row['bound']}{row['value']:,g}" + (" %" if row["unit"].startswith("percent") else "")


def _exact(rows: pd.DataFrame, unit: str) -> pd.DataFrame:
    return rows[(rows["unit"] == unit) & rows["value"].notna() & (rows["bound"] == "")]


def _top(rows: pd.DataFrame, variable: str, words: Nomenclatures) -> pd.DataFrame:
    """Rows of categories that no other row of the group contains."""
    codes = set(rows["category"]) - {ALL}
    inside = {c for c in codes if any(words.within(variable, c, other) for other in codes - {c})}
    return rows[rows["category"].isin(codes - inside)]


def parts_and_totals(rows: pd.DataFrame, words: Nomenclatures) -> Iterator[Finding]:
    """Parts against their total: above it, a person must look; below, it is noted (totals need not be sums)."""
    for key, group in _exact(rows, "count").drop_duplicates(KEY).groupby(WHOLE, sort=False):
        variable = str(key[-1])
        totals = group[group["category"] == ALL]
        if variable == "total" or totals.empty:
            continue
        total, parts = totals.iloc[0], _top(group, variable, words)
        for _, row in group[group["value"] > total["value"]].iterrows():
            text = f"{told(row)}: {_number(row)}, more than its total, {_number(total)} in {place(total)}"
            yield Finding("look", "total", place(row), text)
        known = rows[(rows[WHOLE] == pd.Series(dict(zip(WHOLE, key, strict=True)))).all(axis=1) & (rows["unit"] == "count")]
        gap = parts["value"].sum() - total["value"]
        partial = (
            gap < 0 and not words.variable(variable).closed and len(parts) < 2
        )  # one modality of a question: no distribution
        if parts.empty or gap == 0 or partial or words.variable(variable).multiple or known["value"].isna().any():
            continue
        level: Literal["look", "note"] = "look" if gap > 0 else "note"
        text = f"{told(total)}: the parts add to {parts['value'].sum():,g}, the total is {_number(total)}"
        yield Finding(level, "total", place(total), text)


def shares_and_counts(rows: pd.DataFrame) -> Iterator[Finding]:
    """Shares against the counts of the same distribution, where its total is given."""
    known = _exact(rows, "count").drop_duplicates(KEY).set_index([*WHOLE, "category"])["value"]
    for _, row in _exact(rows, "percent").iterrows():
        key = tuple(row[name] for name in WHOLE)
        count, total = known.get((*key, row["category"])), known.get((*key, ALL))
        if count is None or not total or row["category"] == ALL:
            continue
        share = count / total * 100
        if abs(share - row["value"]) > _half(row["value"]) + 1e-9:
            text = f"{told(row)}: {_number(row)}, but {count:,g} of {total:,g} is {share:.1f} %; no base is given"
            yield Finding("look", "share", place(row), text)


def _half(value: float) -> float:
    decimals = len(f"{value:.6f}".rstrip("0").partition(".")[2])
    return HALF * 10.0**-decimals


def sums_of_shares(rows: pd.DataFrame, words: Nomenclatures) -> Iterator[Finding]:
    """Shares of one distribution: near 100 when its categories exclude each other and are all there, never far above."""
    for key, group in rows[rows["unit"] == "percent"].drop_duplicates(KEY).groupby(WHOLE, sort=False):
        info = words.variable(str(key[-1]))
        parts = _top(group, info.code, words)
        if info.multiple or is_change(info.code) or len(parts) < 2:
            continue
        known = parts[parts["value"].notna()]
        total, margin = known["value"].sum(), HALF * len(parts) + 1e-9
        year = last_year(key[0])
        whole = info.closed and set(words.top_level(info.code, year)) <= set(parts["category"]) and len(known) == len(parts)
        low = total < 100 - margin and whole and not (parts["bound"] != "").any()
        slack = known.loc[known["bound"] == "<", "value"].sum()
        if total - slack > 100 + margin or low:
            text = f"{told(parts.iloc[0].copy())} and {len(parts) - 1} more: the shares add to {total:g}"
            yield Finding("look", "sum", place(parts.iloc[0]), text)


def populations(rows: pd.DataFrame, words: Nomenclatures) -> Iterator[Finding]:
    """A part of a population is not larger than the population; accompanied victims were identified first."""
    totals = _exact(rows, "count")
    totals = totals[(totals["variable"] == "total") & (totals[SUB_POPULATION] == ALL).all(axis=1)]
    for _, group in totals.drop_duplicates(KEY).groupby("period", sort=False):
        known = {row["population"]: row for _, row in group.iterrows()}
        pairs = [(code, words.populations[code].parent) for code in known]
        pairs += [("accompanied", "identified"), ("associations", "associations_invited")]
        for part, of in pairs:
            if part in known and of in known and known[part]["value"] > known[of]["value"]:
                text = f"{part}: {_number(known[part])}, more than {of}, {_number(known[of])}"
                yield Finding("look", "population", place(known[part]), text)
        split = {"accompanied_in_france", "accompanied_abroad_only", "accompanied"}
        if split <= set(known):
            whole = known["accompanied"]
            gap = known["accompanied_in_france"]["value"] + known["accompanied_abroad_only"]["value"] - whole["value"]
            if gap:
                text = f"exploited in France and abroad only: {gap:+,g} against {_number(whole)} accompanied"
                yield Finding("look" if gap > 0 else "note", "population", place(whole), text)


def agreement(rows: pd.DataFrame, table: pd.DataFrame, judged: set[str]) -> Iterator[Finding]:
    """Each statement against what other sources say of the same statistic.

    Parameters
    ----------
    rows, table : DataFrame
        The statements to check; Observations, all of them.
    judged : set of str
        Cited statements that ``corrections.toml`` speaks of: where one says the same, the disagreement of the others is known,
        as is the one of a doubtful statement.
    """
    stated = table["value"].notna() & (table["status"] != CALCULATED)  # what is calculated here is no witness
    others = table[~table["statement_id"].isin(rows["statement_id"]) & stated]
    groups = dict(iter(others.groupby(KEY, sort=False)))
    for _, row in rows.iterrows():
        around = [other for _, other in groups.get(tuple(row[name] for name in KEY), others.iloc[:0]).iterrows()]
        if pd.isna(row["value"]):
            for other in around if row["status"] == "Q" else []:
                text = f"{told(row)}: withheld, but {other['source_id']} gives {_number(other)} ({other['statement_id']})"
                yield Finding("look", "published", place(row), text)
            continue
        settled = any(other["statement_id"] in judged and agree(row, other) for other in around)
        for other in around:
            if not agree(row, other):
                known = settled or other["status"] == "U"
                text = f"{told(row)}: {_number(row)}; {other['source_id']} says {_number(other)} ({other['statement_id']})"
                yield Finding("note" if known else "look", "published", place(row), text)


def moves(rows: pd.DataFrame, table: pd.DataFrame, catalogue: Catalogue, words: Nomenclatures) -> Iterator[Finding]:
    """What moved since the last edition that compares, with the number of responding associations of both."""
    past = table[table["retained"] & table["value"].notna() & table["reference_year"].notna() & (table["status"] != CALCULATED)]
    statistic = [name for name in KEY if name != "period"]
    groups = {key: group.sort_values("reference_year", ascending=False) for key, group in past.groupby(statistic, sort=False)}
    known = {period: number for period, (number, _) in respondents(table).items()}
    base = (rows["category"] == ALL) & (rows["variable"] != "total")
    for _, row in rows[rows["retained"] & rows["value"].notna() & (rows["bound"] == "") & ~base].iterrows():
        for _, before in groups.get(tuple(row[name] for name in statistic), past.iloc[:0]).iterrows():
            if before["reference_year"] >= row["reference_year"]:
                continue
            comparison = compare(before, row, catalogue, words)
            if comparison.refused:
                continue
            if finding := _moved(row, before, comparison.difference, known):
                yield finding
            break


def _moved(row: pd.Series, before: pd.Series, gap: float, known: dict[str, int]) -> Finding | None:
    if row["unit"] == "percent":
        small, big, much = POINTS, BIG_POINTS, abs(gap)
        text = f"{gap:+g} points"
    else:
        low, high = sorted((float(row["value"]), float(before["value"])))
        small, big, much = RATIO, BIG_RATIO, high / low if low else 1.0
        text = f"{gap:+,g}"
    few = row["unit"] == "count" and max(row["value"], before["value"]) < FEW
    if much < small or few or row["unit"] not in ("percent", "count"):
        return None
    panel = " → ".join(str(known.get(period, "unknown")) for period in (before["period"], row["period"]))
    text = f"{told(row)}: {_number(before)} in {before['period']}, {_number(row)} now ({text}; associations {panel})"
    return Finding("look" if much >= big else "note", "move", place(row), text)


def check_edition(
    rows: pd.DataFrame, table: pd.DataFrame, catalogue: Catalogue, words: Nomenclatures
) -> list[Finding]:  # fmt: skip
    """Every check on the statements of an edition, or of its workbook.

    Parameters
    ----------
    rows : DataFrame
        The statements to check: those of the workbook, or all of an edition that has none.
    table : DataFrame
        Observations, all of them.
    catalogue, words
        Breaks of series; nomenclatures.
    """
    rows = rows[rows["status"] != CALCULATED]
    return [
        *populations(rows, words),
        *parts_and_totals(rows, words),
        *shares_and_counts(rows),
        *sums_of_shares(rows, words),
        *agreement(rows, table, {name for correction in catalogue.corrections for name in correction.statements}),
        *moves(rows, table, catalogue, words),
    ]
