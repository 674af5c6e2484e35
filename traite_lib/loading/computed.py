"""Observations that were computed from answers, outside the library: what disclosure control let through, as a file of codes."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ..catalogue import Catalogue
from ..nomenclature import ALL
from ..table import COLUMNS, SUB_POPULATION, WITHHELD

SAME: Any = {"locator": "records", "retained": True}
SAME |= dict.fromkeys(["bound", "publication", "reason", "note"], "")
KEPT = ["statement_id", "source_id", "population", *SUB_POPULATION[:4], "variable", "category", "unit", "value", "base"]
"""Columns of a file; what is the `SAME` for every computed statement is not in it, nor what its edition tells.
A last one, `status`, is Q where disclosure control hides a figure, and empty elsewhere; a file may do without it."""


def read_computed(catalogue: Catalogue) -> pd.DataFrame:
    """Computed observations of every edition that has them, in the columns of Observations."""
    frames = []
    for edition in catalogue.editions:
        if edition.observations:
            rows = pd.read_csv(catalogue.verified(edition.observations), dtype=str, keep_default_na=False)
            numbers = {name: pd.to_numeric(rows[name].replace("", None)) for name in ("value", "base")}
            status = rows.get("status", pd.Series("", rows.index)).replace("", "A")
            told = {"status": status, "confidentiality": (status == WITHHELD).map({True: "C", False: "F"})}
            about = {
                "edition": edition.key,
                "period": edition.key,
                "reference_year": edition.reference_year,
                "rank": 4 if catalogue.synthetic else 1,
            }
            frames.append(rows.assign(**dict.fromkeys(SUB_POPULATION[4:], ALL), **SAME, **about, **numbers, **told))
    table = pd.concat(frames, ignore_index=True)
    return table[COLUMNS].astype({"reference_year": "Int64", "base": "Int64", "value": float})
