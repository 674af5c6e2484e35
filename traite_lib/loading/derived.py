"""What published numbers imply: ratios of two of them, with their formula, beside published values, never in their place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from ..catalogue import Strict, read_toml
from ..nomenclature import ALL, Nomenclatures
from ..table import CALCULATED, SUB_POPULATION, french, key_of, percent, records, whole_of

SOURCE = "calcul"
"""Source of a derived row, in ``sources.csv``; its two statements are in `locator` and in `note`."""


class Ratio(Strict):
    """The total of a population over the total of the one that it is a part of."""

    id: str
    variable: str
    category: str
    numerator: str
    denominator: str
    formula: str


class Shares(Strict):
    """Counts of the modalities of some variables over the number of the same victims."""

    variables: list[str]
    populations: list[str]
    formula: str


class Rules(Strict):
    """``data/derived.toml``."""

    ratio: list[Ratio]
    shares: Shares


def read_rules(data: Path, nomenclatures: Nomenclatures) -> Rules:
    """The rules below the ``data`` folder; one that names a code that no nomenclature has is refused."""
    rules = read_toml(data / "derived.toml", Rules)
    for ratio in rules.ratio:
        nomenclatures.item(ratio.variable, ratio.category)
    for name in [who for ratio in rules.ratio for who in (ratio.numerator, ratio.denominator)] + rules.shares.populations:
        nomenclatures.universe(name)
    for name in rules.shares.variables:
        nomenclatures.variable(name)
    return rules


def derive(table: pd.DataFrame, rules: Rules, publishers: Mapping[str, str]) -> pd.DataFrame:
    """Rows calculated from retained statements, for the same edition or publication.

    Only statements that are sure (status A), exact (no bound) and not confidential are used. A derived row is retained where its
    statistic has no retained value; beside a published one it is kept, not retained, for the check that compares the two.

    ``locator`` names the two statements, ``note`` their publishers and the formula.
    """
    known = table[table["retained"] & table["value"].notna()]
    sure = {"status": "A", "bound": "", "unit": "count", "confidentiality": "F"}
    counts = {key_of(row): row for row in records(known[(known[list(sure)] == pd.Series(sure)).all(axis=1)])}
    published = {key_of(row) for row in records(known)}
    made = list(_derived(counts, rules, publishers))
    for row in made:
        row["retained"] = key_of(row) not in published
        row["reason"] = "" if row["retained"] else "Calculé pour vérifier la valeur publiée, qui est retenue."
    return pd.DataFrame(made, columns=table.columns)


def _derived(
    counts: Mapping[tuple[Any, ...], dict[str, Any]], rules: Rules, publishers: Mapping[str, str]
) -> Iterator[dict[str, Any]]:  # fmt: skip
    for row in counts.values():
        alone = row["variable"] == "total" and all(row[name] == ALL for name in SUB_POPULATION)
        for ratio in rules.ratio if alone else ():
            whole = counts.get(key_of(row, population=ratio.denominator))
            if row["population"] == ratio.numerator and whole is not None:
                yield _row(row, whole, ratio.variable, ratio.category, ratio.formula, publishers)
        shared = row["variable"] in rules.shares.variables and row["population"] in rules.shares.populations
        if shared and row["category"] != ALL and (columns := whole_of(row)) is not None:
            whole = counts.get(key_of(row, **columns))
            if whole and whole["publication"] == row["publication"] and whole["value"] >= row["value"] and whole["value"]:
                yield _row(row, whole, row["variable"], row["category"], rules.shares.formula, publishers)


def _row(
    part: dict[str, Any], whole: dict[str, Any], variable: str, category: str, formula: str, publishers: Mapping[str, str]
) -> dict[str, Any]:  # fmt: skip
    names = [row["statement_id"] for row in (part, whole)]
    told = [f"{french(row['value'])} ({publishers.get(row['source_id'], row['source_id'])})" for row in (part, whole)]
    who = part if part["population"] == whole["population"] else whole
    return part | {name: who[name] for name in ("population", *SUB_POPULATION)} | {
        "variable": variable, "category": category, "unit": "percent",
        "value": percent(part["value"], whole["value"]),
        "base": int(whole["value"]), "status": CALCULATED, "source_id": SOURCE, "rank": max(part["rank"], whole["rank"]),
        "locator": " / ".join(names), "statement_id": "/".join(names),
        "note": f"Calculé : {' / '.join(told)}, {formula}.",
    }  # fmt: skip
