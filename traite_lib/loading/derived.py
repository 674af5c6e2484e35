"""What published numbers imply: ratios of two of them, with their formula, beside published values, never in their place."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import BaseModel, ConfigDict, ValidationError

from ..errors import CatalogueError
from ..nomenclature import ALL, Nomenclatures
from ..table import CALCULATED, KEY, SUB_POPULATION, records

SOURCE = "calcul"
"""Source of a derived row, in ``sources.csv``; its two statements are in `locator` and in `note`."""


class _Rule(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Ratio(_Rule):
    """The total of a population over the total of the one that it is a part of."""

    id: str
    variable: str
    category: str
    numerator: str
    denominator: str
    formula: str


class Shares(_Rule):
    """Counts of the modalities of some variables over the number of the same victims."""

    variables: list[str]
    populations: list[str]
    formula: str


class Rules(_Rule):
    """``data/derived.toml``."""

    ratio: list[Ratio]
    shares: Shares

    @classmethod
    def read(cls, data: Path, nomenclatures: Nomenclatures) -> Rules:
        """The rules below the ``data`` folder.

        Raises
        ------
        CatalogueError
            The file is missing, is not TOML, breaks its schema, or names a code that no nomenclature has.
        """
        path = data / "derived.toml"
        try:
            rules = cls.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except (OSError, tomllib.TOMLDecodeError, ValidationError) as error:
            raise CatalogueError(f"data/derived.toml cannot be read: {error}") from None
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

    Parameters
    ----------
    table : DataFrame
        Observations, judged.
    rules : Rules
        What is calculated.
    publishers : mapping
        Publisher by source, to name both witnesses.

    Returns
    -------
    DataFrame
        Rows of Observations, percent rounded half up to one decimal, with their base, their two statements in ``locator`` and
        their formula in ``note``.
    """
    known = table[table["retained"] & table["value"].notna()]
    sure = known[
        (known["status"] == "A") & (known["bound"] == "") & (known["unit"] == "count") & (known["confidentiality"] == "F")
    ]
    counts = {tuple(row[name] for name in KEY): row for row in records(sure)}
    published = {tuple(row[name] for name in KEY): row for row in records(known)}
    made = []
    for row in counts.values():
        for ratio in rules.ratio:
            whole = counts.get(_key(row, population=ratio.denominator))
            if row["population"] == ratio.numerator and row["variable"] == "total" and _alone(row) and whole is not None:
                made.append(_row(row, whole, ratio.variable, ratio.category, ratio.formula, publishers))
        shared = row["variable"] in rules.shares.variables and row["population"] in rules.shares.populations
        if shared and row["category"] != ALL and (whole := _whole(row, counts)) is not None:
            made.append(_row(row, whole, row["variable"], row["category"], rules.shares.formula, publishers))
    for row in made:
        rival = published.get(tuple(row[name] for name in KEY))
        row["retained"] = rival is None
        row["reason"] = "" if rival is None else "Calculé pour vérifier la valeur publiée, qui est retenue."
    return pd.DataFrame(made, columns=table.columns)


def _alone(row: dict[str, Any]) -> bool:
    return all(row[name] == ALL for name in SUB_POPULATION)


def _key(row: dict[str, Any], **other: str) -> tuple[Any, ...]:
    return tuple((row | other)[name] for name in KEY)


def _whole(row: dict[str, Any], counts: dict[tuple[Any, ...], dict[str, Any]]) -> dict[str, Any] | None:
    """The published number of the victims that a count is a part of, from the same edition or publication."""
    own = [name for name in SUB_POPULATION if row[name] != ALL]
    if not own:
        whole = counts.get(_key(row, variable="total", category=ALL))
    elif len(own) == 1:
        whole = counts.get(_key(row, variable=own[0], category=row[own[0]], **{own[0]: ALL}))
    else:
        return None
    if whole is None or whole["publication"] != row["publication"] or whole["value"] < row["value"] or not whole["value"]:
        return None
    return whole


def _row(
    part: dict[str, Any], whole: dict[str, Any], variable: str, category: str, formula: str, publishers: Mapping[str, str]
) -> dict[str, Any]:
    share = Decimal(str(part["value"])) * 100 / Decimal(str(whole["value"]))
    who = part if part["population"] == whole["population"] else whole
    return part | {name: who[name] for name in ("population", *SUB_POPULATION)} | {
        "variable": variable,
        "category": category,
        "value": float(share.quantize(Decimal("0.1"), ROUND_HALF_UP)),
        "unit": "percent",
        "base": int(whole["value"]),
        "status": CALCULATED,
        "source_id": SOURCE,
        "locator": f"{part['statement_id']} / {whole['statement_id']}",
        "statement_id": f"{part['statement_id']}/{whole['statement_id']}",
        "rank": max(part["rank"], whole["rank"]),
        "note": f"Calculé : {_told(part, publishers)} / {_told(whole, publishers)}, {formula}.",
    }  # fmt: skip


def _told(row: dict[str, Any], publishers: Mapping[str, str]) -> str:
    """A count and who published it: « 2 994 (Ministère de l’Intérieur) »."""
    value = f"{row['value']:,.0f}".replace(",", "\N{NARROW NO-BREAK SPACE}")
    return f"{value} ({publishers.get(row['source_id'], row['source_id'])})"
