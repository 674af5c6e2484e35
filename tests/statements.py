"""Rows of the one table, for tests."""

from __future__ import annotations

import pandas as pd

from traite_lib.table import COLUMNS, SUB_POPULATION, find, take


def statement(**changes: object) -> dict[str, object]:
    """A sound row of Observations, with some cells changed: 76 % of all accompanied victims are in sexual exploitation."""
    row: dict[str, object] = dict.fromkeys(SUB_POPULATION, "_T") | dict.fromkeys(["bound", "reason", "note"], "")
    row |= {"edition": "2022", "reference_year": 2022, "period": "2022", "population": "accompanied"}
    row |= {"variable": "form", "category": "sexual", "value": 76.0, "unit": "percent", "base": None, "status": "A"}
    row |= {
        "confidentiality": "F",
        "source_id": "source-01",
        "publication": "",
        "locator": "https://example.org",
        "statement_id": "T-1",
    }
    return row | {"rank": 1, "retained": True} | changes


def table(*rows: dict[str, object]) -> pd.DataFrame:
    """Observations made of some rows."""
    frame = pd.DataFrame(list(rows), columns=COLUMNS)
    return frame.astype({"reference_year": "Int64", "base": "Int64", "value": float})


def select(rows: pd.DataFrame, variable: str, *, population: str | None = None, **asked: str) -> pd.DataFrame:
    """Retained rows of one variable, for one sub-population; `category` and `unit` among what is asked keep only this one."""
    category, unit = asked.pop("category", None), asked.pop("unit", None)
    return take(rows, find(rows, variable, asked, population=population, category=category, unit=unit))
