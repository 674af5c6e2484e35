"""Judging, from data files with reasons: corrections, then one retained statement for each statistic."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pandas as pd

from ..catalogue import Catalogue, Correction, project_root
from ..errors import CatalogueError, available
from ..nomenclature import Nomenclatures
from ..observations import COLUMNS, KEY, is_cell, validate
from .official import load_official
from .published import Observation, load_published

RANKS = {1: "source officielle", 2: "source partenaire ou savante", 3: "presse"}


def _checked(correction: Correction, table: pd.DataFrame) -> list[str]:
    """Statements of a correction, once each still has the value that the correction was written for."""
    values = table["value"]
    for statement, expected in correction.statements.items():
        where = f"data/corrections.toml, {correction.id}, statement {statement}"
        if statement not in values.index:
            raise CatalogueError(f"{where}: it does not exist. {available(statement, values.index[:0])}".rstrip())
        if values[statement] != expected:
            raise CatalogueError(
                f"{where}: the value {expected:g} was expected, found {values[statement]:g}. The source changed: "
                "review the correction."
            )
    return list(correction.statements)


def apply_corrections(table: pd.DataFrame, corrections: list[Correction]) -> pd.DataFrame:
    """Apply ``corrections.toml``: recode, mark as doubtful, set aside, or prefer a statement.

    Parameters
    ----------
    table : DataFrame
        Observations before retention.
    corrections : list of Correction
        In file order.

    Returns
    -------
    DataFrame
        The same rows, with a column ``choice``: 1 preferred, 0 none, -1 set aside.

    Raises
    ------
    CatalogueError
        A statement does not exist, or no longer has the value that the correction expects (its guard).
    """
    table = table.set_index("statement_id", drop=False).assign(choice=0)
    for correction in corrections:
        ids = _checked(correction, table)
        if correction.action == "recode":
            if unknown := set(correction.set) - set(KEY):
                raise CatalogueError(f"data/corrections.toml, {correction.id}: {available(sorted(unknown)[0], KEY)}")
            for column, value in correction.set.items():
                table.loc[ids, column] = value
            table.loc[ids, "note"] = [_joined(note, correction.reason) for note in table.loc[ids, "note"]]
        else:
            table.loc[ids, "reason"] = correction.reason
            if correction.action == "retain":
                table.loc[ids, "choice"] = 1
            else:
                table.loc[ids, "status"] = "U"
                table.loc[ids, "choice"] = -1 if correction.action == "set_aside" else 0
                table.loc[ids, "note"] = [_joined(note, correction.reason) for note in table.loc[ids, "note"]]
    return table.reset_index(drop=True)


def _joined(*texts: str) -> str:
    """Sentences of a note, each with its full stop, once."""
    whole = [text[:1].upper() + text[1:].rstrip(".") + "." for text in texts if text]
    return " ".join(dict.fromkeys(whole))


def retain(table: pd.DataFrame) -> pd.DataFrame:
    """Keep every statement and mark, for each statistic, the one to publish.

    Order of preference: a value before the sign of a missing one, a correction's choice or an exact cell of a workbook, a sure
    population before a doubtful one, an exact value before a bound or an approximation, the rank of the source (official,
    partner, press), the data workbook of the edition, then that of a later edition, before figures that are cited, and the
    order of the data file. A correction that prefers a cited statement was a choice between cited statements: against a
    workbook, its cell is set aside. A statement that is set aside is never retained, even alone.

    Parameters
    ----------
    table : DataFrame
        Corrected statements, those of workbooks first.

    Returns
    -------
    DataFrame
        With ``retained`` and, where there was a choice, ``reason`` in French.
    """
    cells = table["locator"].map(is_cell)
    order = table.assign(
        _absent=table["value"].isna(),
        _choice=~((table["choice"] == 1) | (cells & (table["bound"] == ""))),
        _weak=table["status"] == "U",
        _inexact=table["bound"] != "",
        _line=range(len(table)),
    ).sort_values(["_absent", "_choice", "_weak", "_inexact", "rank", "_line"])
    usable = order[order["choice"] >= 0]
    first = usable.drop_duplicates(KEY)
    rivals = usable.groupby(KEY, dropna=False)["statement_id"].transform("size")
    table = table.assign(retained=table["statement_id"].isin(set(first["statement_id"])))
    chosen_among_many = table["retained"] & table["statement_id"].isin(set(usable.loc[rivals > 1, "statement_id"]))
    unexplained = chosen_among_many & (table["reason"] == "")
    exact = (table["bound"] == "").map({True: "Valeur exacte", False: "Valeur approchée"})
    kind = cells.map({True: ", classeur de données", False: ""})
    table["reason"] = table["reason"].mask(unexplained, exact + ", " + table["rank"].map(RANKS) + kind + ".")
    return table.drop(columns="choice")


def fill_bases(table: pd.DataFrame) -> pd.DataFrame:
    """Bases that are known by definition.

    The accompanied share of identified victims is computed on all identified victims: its base is their number. No other
    base follows from what is published (each question has its own respondents), so none is assumed.
    """
    totals = table[
        table["retained"] & (table["unit"] == "count") & (table["bound"] == "") & (table["population"] == "identified")
    ].dropna(subset="value")
    by_form = totals[totals["variable"] == "form"].set_index(["period", "category"])["value"]
    whole = totals[totals["variable"] == "total"].set_index("period")["value"]
    for index, row in table[(table["variable"] == "accompanied") & table["base"].isna()].iterrows():
        base = whole.get(row["period"]) if row["form"] == "_T" else by_form.get((row["period"], row["form"]))
        if base is not None:
            table.loc[index, "base"] = int(base)
    return table


def build(observations: list[Observation], catalogue: Catalogue, nomenclatures: Nomenclatures) -> pd.DataFrame:
    """Coded statements, corrected, with one retained statement for each statistic, validated."""
    table = pd.DataFrame(observations).assign(reason="", retained=False)
    table["reference_year"] = table["reference_year"].astype("Int64")
    table["base"] = table["base"].astype("Int64")
    table["note"] = table["note"].map(_joined)
    table = fill_bases(retain(apply_corrections(table, catalogue.corrections)))
    return validate(table[COLUMNS], nomenclatures)


@lru_cache(maxsize=4)
def _loaded(root: Path) -> tuple[Catalogue, Nomenclatures, pd.DataFrame]:
    catalogue = Catalogue(root)
    nomenclatures = Nomenclatures(catalogue.data)
    for edition in catalogue.editions:
        nomenclatures.universe(edition.share_population)
    statements = load_official(catalogue, nomenclatures) + load_published(catalogue, nomenclatures)
    return catalogue, nomenclatures, build(statements, catalogue, nomenclatures)


def load(root: Path | None = None) -> tuple[Catalogue, Nomenclatures, pd.DataFrame]:
    """Catalogue, nomenclatures and Observations of a project (by default the one found), read once per process."""
    return _loaded(root or project_root())
