"""Judging, from data files with reasons: corrections, then one retained statement for each statistic."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from ..catalogue import Catalogue, Correction, project_root
from ..errors import CatalogueError, available
from ..nomenclature import Nomenclatures, terms
from ..table import COLUMNS, KEY, Row, agree, decimals, french, is_cell, key_of, records, validate, whole_of
from .computed import read_computed
from .derived import derive, read_rules
from .official import load_official
from .published import Observation, load_published


def _checked(correction: Correction, expected: Mapping[str, float], known: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Statements of a correction, once each still has the value that the correction was written for."""
    for statement, value in expected.items():
        where = f"data/corrections.toml, {correction.id}, statement {statement}"
        if statement not in known:
            raise CatalogueError(f"{where}: it does not exist.")
        if known[statement]["value"] != value:
            found = f"the value {value:g} was expected, found {known[statement]['value']:g}"
            raise CatalogueError(f"{where}: {found}. The source changed: review the correction.")
    return [known[statement] for statement in expected]


def apply_corrections(
    table: pd.DataFrame, corrections: list[Correction], publishers: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Apply ``corrections.toml``: recode first, then mark as doubtful, supersede, set aside, or prefer a statement.

    The same rows come back, with a column ``choice``: 1 preferred, 0 none, -1 set aside or superseded. Only a publisher revises
    its own figures: `publishers`, by source. A statement must still have the value that the correction expects (its guard).
    """
    every = [row | {"choice": 0} for row in records(table)]
    known = {row["statement_id"]: row for row in every}
    for correction in sorted(corrections, key=lambda c: c.action != "recode"):
        action, rows = correction.action, _checked(correction, correction.statements, known)
        if unknown := set(correction.set) - set(KEY):
            raise CatalogueError(f"data/corrections.toml, {correction.id}: {available(sorted(unknown)[0], KEY)}")
        if action == "supersede":
            (later,) = _checked(correction, correction.by, known)
            _check_revision(correction, rows, later, publishers or {})
        for row in rows:
            row |= correction.set
            if action in ("recode", "doubt", "set_aside"):
                row["note"] = _joined(row["note"], correction.reason)
            if action in ("doubt", "set_aside"):
                row["status"] = "U"
            if action != "recode":
                row |= {"reason": correction.reason, "choice": {"retain": 1, "doubt": 0}.get(action, -1)}
    return pd.DataFrame(every).astype(table.dtypes.to_dict() | {"choice": int})


def _check_revision(
    correction: Correction, rows: list[dict[str, Any]], later: dict[str, Any], publishers: Mapping[str, str]
) -> None:
    """A revision is a statement of the same statistic, by the same publisher."""
    for row in rows:
        for column in (*KEY, "publisher"):
            one, other = (str(each[column]) if column in KEY else _publisher(each, publishers) for each in (row, later))
            if one != other:
                is_not = f"its {column} is" if column == "publisher" else f"{column} is"
                where = f"data/corrections.toml, {correction.id}, statement {row['statement_id']}"
                raise CatalogueError(f"{where}: {later['statement_id']} is no revision of it, {is_not} {other!r}, not {one!r}.")


def _publisher(row: Row, publishers: Mapping[str, str]) -> str:
    return publishers.get(row["source_id"], row["source_id"])


def _joined(*texts: str) -> str:
    """Sentences of a note, each with its full stop, once."""
    whole = [text[:1].upper() + text[1:].rstrip(".") + "." for text in texts if text]
    return " ".join(dict.fromkeys(whole))


PREFERENCE = ["_absent", "_choice", "_weak", "rank", "_inexact", "_place"]
"""Order of preference, best first; what two statements tie on must not make them differ in value."""


def retain(table: pd.DataFrame, publishers: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Keep every statement and mark, for each statistic, the one to publish: the best witness.

    Order of preference: a value before the sign of a missing one; a correction's choice or an exact cell of a workbook; a sure
    population before a doubtful one; the rank of the source (official, partner, press); an exact value, then an
    approximation, then a bound; the data workbook of the edition, then that of a later edition, the last first, before figures
    that are cited. A correction that prefers a cited statement was a choice between cited statements: against a workbook, its
    cell is set aside. A statement that is set aside or superseded is never retained, even alone.

    Where the best witness gives a bound or an approximation only, an exact value of a lower rank stands for it when it agrees
    with every better source; its note and its reason then say both. Where they do not agree, rank wins.

    Statements that tie on all this must agree, or a person must choose, in ``corrections.toml``. The tie is then broken by
    decimals (the more precise value), by the source that gives most figures of the table (a series rather than one figure),
    then by the name of the statement: never by the order of a file.

    `publishers`, by source, name a witness in the ``reason``, in French, that is given where there was a choice.
    """
    cells = table["locator"].map(is_cell)
    order = table.assign(
        _absent=table["value"].isna(),
        _choice=~((table["choice"] == 1) | (cells & (table["bound"] == ""))),
        _weak=table["status"] == "U",
        _inexact=table["bound"].map({"": 0, "~": 1}).fillna(2),
        _place=[_place(row) if cell else 1 for row, cell in zip(records(table), cells, strict=True)],
        _coarse=[-decimals(value) if pd.notna(value) else 0 for value in table["value"]],
        _few=-table.groupby("source_id")["source_id"].transform("size"),
    ).sort_values([*PREFERENCE, "_coarse", "_few", "statement_id"])
    usable = order[order["choice"] >= 0]
    rivals = usable[usable.duplicated(KEY, keep=False)]
    chosen = set(usable.drop_duplicates(KEY, keep=False)["statement_id"])
    said: dict[str, str] = {}
    for _, group in rivals.groupby(KEY, sort=False):
        found, words = _best(records(group), publishers or {})
        chosen.add(found)
        said |= {found: words} if words else {}
    table = table.assign(retained=table["statement_id"].isin(chosen))
    both = table["statement_id"].map(lambda name: said.get(name, ""))
    table["note"] = [_joined(note, words) for note, words in zip(table["note"], both, strict=True)]
    unexplained = table["retained"] & table["statement_id"].isin(set(rivals["statement_id"])) & (table["reason"] == "")
    exact = (table["bound"] == "").map({True: "Valeur exacte", False: "Valeur approchée"})
    kind = cells.map({True: ", classeur de données", False: ""})
    reason = both.mask(both == "", exact + ", " + table["rank"].map(_rank) + kind + ".")
    table["reason"] = table["reason"].mask(unexplained, reason)
    return table.drop(columns="choice")


def _place(cell: Row) -> int:
    """A cell of the edition's own workbook comes first, then those of later editions, the last before the others."""
    found = re.match(r"W(\d{4})-", str(cell["statement_id"]))
    own = found is not None and found[1] == cell["edition"]
    return -10_000 if own else -int(found[1]) if found else 0


def _best(rivals: list[dict[str, Any]], publishers: Mapping[str, str]) -> tuple[str, str]:
    """The best of several statements of one statistic, given best first, and what must be said of the choice."""
    first, words = rivals[0], ""
    sure = [row for row in rivals if row["_weak"] == first["_weak"] and pd.notna(row["value"])]
    for row in sure if first["bound"] and first["choice"] < 1 else []:
        better = [other for other in sure if other["rank"] < row["rank"]]
        if not row["bound"] and better and all(agree(row, other) for other in better):
            who = _publisher(row, publishers)
            bound, unit = terms("bounds")[first["bound"]].short_fr, terms("units")[first["unit"]].after_fr
            told = f"{bound} {french(first['value'])} {unit}".strip()
            words = f"Valeur exacte ({who}, {_rank(row['rank'])}) ; la {_rank(first['rank'])} dit « {told} »."
            first = row
            break
    for other in rivals:
        tie = all(first[name] == other[name] for name in PREFERENCE)
        if tie and pd.notna(first["value"]) and not agree(first, other):
            raise CatalogueError(
                f"Statements {first['statement_id']} ({first['value']:g}) and {other['statement_id']} ({other['value']:g}) give "
                "two values of one statistic, and nothing says which is the better witness: write the choice, with its reason, "
                "in data/corrections.toml."
            )
    return str(first["statement_id"]), words


def _rank(rank: int) -> str:
    return terms("ranks")[str(rank)].label_fr


def fill_bases(table: pd.DataFrame) -> pd.DataFrame:
    """Bases that are known by definition.

    The accompanied share of identified victims is computed on all identified victims: its base is their number. No other
    base follows from what is published (each question has its own respondents), so none is assumed; a doubted number is none.
    """
    identified = table[table["retained"] & (table["population"] == "identified") & (table["unit"] == "count")]
    sure = identified[(identified["status"] == "A") & (identified["bound"] == "") & identified["value"].notna()]
    known = {key_of(row): int(row["value"]) for row in records(sure)}
    for index, row in table[(table["variable"] == "accompanied") & table["base"].isna()].iterrows():
        columns = whole_of(row)
        if columns and (base := known.get(key_of(row, **columns, population="identified", unit="count"))):
            table.loc[index, "base"] = base
    return table


def build(observations: list[Observation], catalogue: Catalogue, nomenclatures: Nomenclatures) -> pd.DataFrame:
    """Coded statements, corrected, with one retained statement for each statistic, validated."""
    table = pd.DataFrame(observations).assign(reason="", retained=False).astype({"reference_year": "Int64", "base": "Int64"})
    table["note"] = table["note"].map(_joined)
    publishers = {source.source_id: source.publisher_fr for source in catalogue.sources.values()}
    table = apply_corrections(table, catalogue.corrections, publishers)
    # A statement of low reliability says why: its note is its reason, where no correction gives another.
    table["reason"] = table["reason"].mask((table["status"] == "U") & (table["reason"] == ""), table["note"])
    table = fill_bases(retain(table, publishers))
    for entry in catalogue.breaks:
        if entry.caution:
            rows = table["variable"].isin(entry.variables) & table["value"].notna()
            table.loc[rows, "note"] = [_joined(note, entry.caution) for note in table.loc[rows, "note"]]
    table = table[COLUMNS]
    derived = derive(table, read_rules(catalogue.data, nomenclatures), publishers)
    whole = pd.concat([table, derived.astype(table.dtypes.to_dict())], ignore_index=True) if len(derived) else table
    return validate(whole, nomenclatures)


@lru_cache(maxsize=4)
def _loaded(root: Path, synthetic: bool) -> tuple[Catalogue, Nomenclatures, pd.DataFrame]:
    catalogue = Catalogue(root, synthetic=synthetic)
    nomenclatures = Nomenclatures(catalogue.data)
    for edition in catalogue.editions:
        nomenclatures.universe(edition.share_population)
    computed = [read_computed(catalogue)] if any(edition.observations for edition in catalogue.editions) else []
    if not synthetic:
        statements = load_official(catalogue, nomenclatures) + load_published(catalogue, nomenclatures)
        computed.insert(0, build(statements, catalogue, nomenclatures))
    return catalogue, nomenclatures, validate(pd.concat(computed, ignore_index=True), nomenclatures)


def load(root: Path | None = None, *, synthetic: bool = False) -> tuple[Catalogue, Nomenclatures, pd.DataFrame]:
    """Catalogue, nomenclatures and Observations of a project, of what was published or of demonstrations, read once a process."""
    return _loaded(root or project_root(), synthetic)
