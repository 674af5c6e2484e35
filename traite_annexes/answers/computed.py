"""From the answers of one edition to its file of Observations, which the library reads: the end of the way that answers go."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from traite_lib.loading.computed import KEPT
from traite_lib.loading.derived import Rules, read_rules
from traite_lib.nomenclature import ALL, UNKNOWN, Nomenclatures
from traite_lib.table import SUB_POPULATION, find, percent, records, take

from .aggregates import compute, named
from .panel import change_made_of
from .plan import read_plan
from .tables import Tables, read_tables


def observations_csv(mapping: Path, data: Path, edition: str, before: Path | None = None) -> str:
    """The retained observations of an edition, as the CSV that its catalogue entry names.

    Parameters
    ----------
    mapping : Path
        The mapping beside the answers, which are synthetic.
    data : Path
        The ``data`` folder, where nomenclatures and tables to compute are.
    edition : str
        Key of the edition, as demo2022.
    before : Path, optional
        The mapping of the edition before: what the change is made of is computed too.
    """
    words = Nomenclatures(data)
    tables = read_tables(mapping)
    found = compute(tables, read_plan(data), words, edition=edition, source_id=edition).observations
    rows = pd.concat([found[found["retained"]], _ratios(found, read_rules(data, words))])
    if before:
        rows = pd.concat([rows, _panel(read_tables(before), tables, edition)])
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


def _panel(before: Tables, after: Tables, edition: str) -> pd.DataFrame:
    """What the change of accompanied victims since the edition before is made of, in all and by form, and how many associations.

    Entries − exits + the change of those that answered both is the change, exactly: see `panel.decompose`.
    """
    lines: list[dict[str, Any]] = []
    for population in ("accompanied", "accompanied_in_france"):
        for row in records(change_made_of({"before": before, "after": after}, population, "form")):
            gone, new = (row[f"respondents_{when}"] - row["associations"] for when in ("before", "after"))
            if row["associations"] + gone and row["associations"] + new and row["category"] != UNKNOWN:
                parts = {"entries": row["entries"], "exits": row["exits"]}
                parts |= {"stayed_before": row["panel_before"], "stayed_after": row["panel_after"]}
                who = {"population": population, "form": row["category"]}
                lines += [who | {"category": code, "value": number} for code, number in parts.items()]
            if (population, row["category"]) == ("accompanied", ALL):
                numbers = {"entries": new, "exits": gone, "stayed_after": row["associations"]}
                lines += [{"population": "associations", "category": code, "value": number} for code, number in numbers.items()]
    same: dict[str, Any] = {"edition": edition, "variable": "panel", "unit": "count", "base": pd.NA, "_base": "core"}
    made = [same | dict.fromkeys(SUB_POPULATION, ALL) | line for line in lines]
    return pd.DataFrame([line | {"source_id": f"{line['edition']}-core", "statement_id": named(line)} for line in made])
