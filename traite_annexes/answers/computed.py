"""From the answers of one edition to its file of Observations, which the library reads: the end of the way that answers go."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from traite_lib.loading.computed import KEPT
from traite_lib.loading.derived import Rules, read_rules
from traite_lib.nomenclature import Nomenclatures
from traite_lib.table import find, percent, take

from .aggregates import compute
from .plan import read_plan
from .tables import read_tables


def observations_csv(mapping: Path, data: Path, edition: str) -> str:
    """The retained observations of an edition, as the CSV that its catalogue entry names.

    Parameters
    ----------
    mapping : Path
        The mapping beside the answers, which are synthetic.
    data : Path
        The ``data`` folder, where nomenclatures and tables to compute are.
    edition : str
        Key of the edition, as demo2022.
    """
    words = Nomenclatures(data)
    found = compute(read_tables(mapping), read_plan(data), words, edition=edition, source_id=edition).observations
    rows = pd.concat([found[found["retained"]], _ratios(found, read_rules(data, words))])
    return rows.assign(value=rows["value"].map("{:.12g}".format))[KEPT].to_csv(index=False, lineterminator="\n")


def _ratios(found: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Totals over the totals that they are a part of, as ``data/derived.toml`` says."""
    made = []
    for rule in rules.ratio:
        part, whole = (find(found, "total", {}, population=who, unit="count") for who in (rule.numerator, rule.denominator))
        if len(part) and len(whole):
            rows = take(found, whole)
            base = int(rows["value"].iloc[0])
            told: dict[str, Any] = {"variable": rule.variable, "category": rule.category, "unit": "percent", "base": base}
            names = rows["statement_id"].str.replace("total._T/count", f"{rule.variable}.{rule.category}/percent")
            made.append(rows.assign(**told, value=percent(found["value"].iloc[part[0]], base), statement_id=names))
    return pd.concat(made) if made else found.iloc[:0]
