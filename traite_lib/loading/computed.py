"""Observations that were computed from answers, outside the library: what disclosure control let through, as a file of codes."""

from __future__ import annotations

import pandas as pd

from ..catalogue import Catalogue
from ..nomenclature import ALL
from ..table import COLUMNS, SUB_POPULATION

SAME = {"bound": "", "status": "A", "confidentiality": "F", "publication": "", "locator": "records", "rank": 4, "retained": True,
        "reason": "", "note": ""}  # fmt: skip
"""What every computed statement has: it is exact and sure, and the only one of its statistic."""

KEPT = ["statement_id", "source_id", "population", *SUB_POPULATION[:4], "variable", "category", "unit", "value", "base"]
"""Columns of the file; the others are in `SAME`, or follow from the edition."""


def read_computed(catalogue: Catalogue) -> pd.DataFrame:
    """Computed observations of every edition that has them, in the columns of Observations."""
    frames = []
    for edition in catalogue.editions:
        if edition.observations:
            rows = pd.read_csv(catalogue.verified(edition.observations), dtype=str, keep_default_na=False)
            numbers = {name: pd.to_numeric(rows[name].replace("", None)) for name in ("value", "base")}
            about = {"edition": edition.key, "period": edition.key, "reference_year": edition.reference_year}
            frames.append(rows.assign(**dict.fromkeys(SUB_POPULATION[4:], ALL), **SAME, **about, **numbers))
    table = pd.concat(frames, ignore_index=True)
    return table[COLUMNS].astype({"reference_year": "Int64", "base": "Int64", "value": float})
