"""Numbers in French: a value with its unit, its bound, its base and the mark of what is not an ordinary published value."""

from __future__ import annotations

from functools import lru_cache

import pandas as pd
from babel.numbers import format_decimal

from ..analysis.shares import share_rule
from ..nomenclature import terms
from ..table import Row, decimals, is_change, rounded_to
from .text import NBSP

UNKNOWN_BASE, SMALL_BASE = "base non publiée", " (petite base)"
MISSING = "non relevé"


def mark(status: str) -> str:
    """Mark of a status beside a value, or why there is none: « fiabilité faible »; nothing for an ordinary value."""
    return terms("statuses")[status].short_fr


def bounded(bound: str) -> str:
    """Words of a bound, before a number: « moins de  »."""
    return f"{terms('bounds')[bound].short_fr} ".lstrip()


@lru_cache(maxsize=4096)  # a chapter writes the same numbers in sentences, tables and charts
def number(value: float, digits: int | None = None, *, sign: bool = False) -> str:
    """A number in French: narrow no-break space between thousands, decimal comma, « + » when a `sign` is asked.

    `digits` are the decimals after rounding half up; by default those it was published with, two at most.
    """
    if digits is None:
        digits = min(2, decimals(value))
    exact = rounded_to(value, digits)
    text = format_decimal(abs(exact), format="#,##0." + "0" * digits if digits else "#,##0", locale="fr")
    return ("−" if exact < 0 else "+" if sign and exact > 0 else "") + text


def quantity(value: float, unit: str, bound: str = "", *, sign: bool = False) -> str:
    """A value with its unit and bound: « moins de 1 % », « environ 67 % », « 2 675 ».

    An approximation is rounded to a whole number: the words it transcribes (« deux tiers ») have no decimals.
    """
    if pd.isna(value):
        return MISSING
    if unit == "ratio":
        return f"multiplié par {bounded(bound)}{number(value)}"
    written = number(value, 0 if bound == "~" else None, sign=sign)
    after = (terms("units")[unit].after_one_fr if abs(value) < 2 else terms("units")[unit].after_fr) if unit else ""
    space = " " if " " in after else NBSP  # a unit of several words may go to the next line
    return f"{bounded(bound)}{written}{space if after else ''}{after}"


def quantity_of(row: Row) -> str:
    """The quantity of an observation, shown according to its base (see `share_rule`); a published change has a sign."""
    if pd.isna(row["value"]):
        return mark(row["status"]) if row["source_id"] else MISSING
    change = is_change(row["variable"])
    base = None if pd.isna(row["base"]) else int(row["base"])
    if row["unit"] == "percent" and not change and base is not None:
        rule = share_rule(base)
        if rule in ("counts_only", "x_of_n"):
            count = number(row["value"] * base / 100, 0)
            return bounded(row["bound"]) + (count if rule == "counts_only" else f"{count} sur {base}")
        if rule == "small_base":
            return f"{quantity(float(rounded_to(row['value'], 0)), 'percent', row['bound'])}{SMALL_BASE}"
    return quantity(row["value"], row["unit"], row["bound"], sign=change and row["unit"] != "ratio")


def marked(row: Row) -> str:
    """The value as words alone say it, with the mark of what is not an ordinary published value."""
    said: str = mark(row["status"]) if pd.notna(row["value"]) else ""
    return f"{row['text']} ({said})" if said else str(row["text"])


def base_of(row: Row) -> str:
    """What a share is computed on: its base, or that none was published; nothing for a count or a change."""
    if row["unit"] != "percent" or is_change(row["variable"]) or pd.isna(row["value"]):
        return ""
    return UNKNOWN_BASE if pd.isna(row["base"]) else f"base : {number(int(row['base']))}"


def base_cell(row: Row) -> str:
    """`base_of` under a heading that already says « Base »."""
    return base_of(row).removeprefix("base").removeprefix(" :").strip()
