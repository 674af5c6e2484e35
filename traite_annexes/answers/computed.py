"""From the answers of one edition to its file of Observations, which the library reads: the end of the way that answers go."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

import table_disclosure
from traite_lib.catalogue import is_synthetic
from traite_lib.loading.computed import KEPT
from traite_lib.loading.derived import Rules, read_rules
from traite_lib.loading.selection import load
from traite_lib.nomenclature import ALL, UNKNOWN, Nomenclatures
from traite_lib.table import SUB_POPULATION, find, percent, records, take

from ..errors import AnswersError
from .aggregates import compute, named
from .door import Change, Door, Ratio, Since
from .linked import Key
from .merging import merged
from .panel import counted
from .people import published
from .plan import read_plan
from .tables import Tables, read_tables

PROFILES = "disclosure.toml"
RELEASED = "released"


@dataclass(frozen=True)
class Released:
    """An edition as it may be published: its observations, and the record of what was hidden, without a value."""

    csv: str
    record: str


def edition_key(tables: Tables) -> str:
    """Key of the edition that answers make: demo2022, or 2022 where somebody gave them."""
    return f"{'demo' if tables.synthetic else ''}{tables.mapping.edition.year}"


def read_profile(data: Path, name: str) -> table_disclosure.Profile:
    """The rules of a profile of ``data/disclosure.toml``."""
    try:
        return table_disclosure.profile(tomllib.loads((data / PROFILES).read_text(encoding="utf-8")), name)
    except table_disclosure.ProfileError as error:
        raise AnswersError(f"data/{PROFILES}: {error}") from None


def release(mapping: Path, root: Path, edition: str, before: Path | None = None, profile: str = "publication") -> Released:
    """The retained observations of an edition, through the door.

    Parameters
    ----------
    mapping : Path
        The mapping beside the answers.
    root : Path
        The project: its ``data`` has the nomenclatures, the tables to compute, the profiles, and the releases before this one.
    edition : str
        Key of the edition, as demo2022; the key of a demonstration says that its answers are synthetic, and no other does.
    before : Path, optional
        The mapping of the edition before: what the change is made of is computed too.
    profile : str
        Rules under which it is released (``data/disclosure.toml``).

    Raises
    ------
    AnswersError
        The edition's key does not say what the answers are, or no release of them is safe.
    """
    data, words = root / "data", Nomenclatures(root / "data")
    rules = read_profile(data, profile)
    tables = read_tables(mapping)
    if tables.synthetic != is_synthetic(edition):
        said = "are synthetic" if tables.synthetic else "are not synthetic"
        raise AnswersError(f"{mapping.name}: these answers {said}, and {edition!r} says otherwise: demo2022 is a demonstration.")
    plan = read_plan(data)
    found = compute(tables, plan, words, edition=edition, source_id=edition)
    more = _ratios(found.observations, read_rules(data, words))
    since = _panel(read_tables(before), tables, edition, found.names, data) if before else Since(found.observations.iloc[:0])
    known = {
        tuple(row[name] for name in ("population", *SUB_POPULATION, "variable", "category", "unit")): row["value"]
        for row in records(published(load(root)[2], str(tables.mapping.edition.year))) if not row["bound"]
    }  # fmt: skip
    door = Door(found, words, rules, known, more, since)
    try:
        rows, record = door.open()
    except table_disclosure.DisclosureError as error:
        raise AnswersError(f"{mapping.name}: {error}") from None
    together = merged(rows, plan, {block.question for block in found.blocks if block.several})
    rows = pd.concat([rows, together], ignore_index=True)
    lines = [*together["statement_id"][together["unit"] == "count"]]
    told = {"edition": edition, **record, "merged": lines, "before": [since.edition] if since.edition else []}
    rows = rows.assign(value=rows["value"].map("{:.12g}".format, na_action="ignore"), status=rows["status"].replace("A", ""))
    return Released(
        rows[[*KEPT, "status"]].to_csv(index=False, lineterminator="\n"), json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    )


def _ratios(found: pd.DataFrame, rules: Rules) -> list[Ratio]:
    """Totals over the totals that they are a part of, as ``data/derived.toml`` says."""
    made = []
    for rule in rules.ratio:
        part, whole = (find(found, "total", {}, population=who, unit="count") for who in (rule.numerator, rule.denominator))
        if len(part) and len(whole):
            (row,) = records(take(found, whole[:1]))
            over = found.iloc[part[0]]
            told = {"variable": rule.variable, "category": rule.category, "unit": "percent", "base": int(row["value"])}
            name = row["statement_id"].replace("total._T/count", f"{rule.variable}.{rule.category}/percent")
            value = percent(over["value"], int(row["value"]))
            made.append(Ratio({**row, **told, "value": value, "statement_id": name}, over["statement_id"], row["statement_id"]))
    return made


def _panel(before: Tables, after: Tables, edition: str, names: list[str], data: Path) -> Since:
    """What the change of accompanied victims since the edition before is made of, in all and by form, and how many associations.

    Entries − exits + the change of those that answered both is the change, exactly: see `panel.decompose`.
    """
    last = edition_key(before)
    released = data / RELEASED / f"{last}.json"
    hidden = json.loads(released.read_text(encoding="utf-8"))["intervals"] if released.is_file() else None
    lines: list[dict[str, Any]] = []
    changes: list[Change] = []
    counts: dict[str, dict[str, int]] = {}
    for population in ("accompanied", "accompanied_in_france"):
        was, now = (counted(tables, population, "form") for tables in (before, after))
        both = was.index.intersection(now.index)
        gone, new, stayed = len(was) - len(both), len(now) - len(both), len(both)
        if population == "accompanied":
            numbers = {"entries": new, "exits": gone, "stayed_after": stayed}
            lines += [{"population": "associations", "category": code, "value": number} for code, number in numbers.items()]
        if not stayed + gone or not stayed + new:
            continue
        called = {name: f"{number:04}" for number, name in enumerate(names)}
        called |= {name: f"before {number:04}" for number, name in enumerate(was.index[~was.index.isin(list(called))])}
        before_both, now_both = was.index.isin(both), now.index.isin(both)
        for code in [str(code) for code in was if code in now]:
            parts = {
                "entries": now[code][~now_both], "exits": was[code][~before_both],
                "stayed_before": was[code][before_both], "stayed_after": now[code][now_both],
            }  # fmt: skip
            said = frozenset([("form", code)] if code != ALL else [])
            named_before = f"{last}-core/{population}/{'total' if code == ALL else 'form'}.{code}/count"
            counts[named_before] = _brought(was[code], called)
            for category, vector in parts.items():
                line = {"population": population, "form": code, "category": category, "value": int(vector.sum())}
                whole = Key(population, "core", said) if category in ("entries", "stayed_after") else named_before
                what = f"{population} {category}"
                changes.append(Change(_row(line, edition)["statement_id"], _brought(vector, called), whole, what, code))
                lines += [line] if code != UNKNOWN else []
    earlier = dict.fromkeys(counts) if hidden is None else {name: (low, high) for name, (low, high) in hidden.items()}
    rows = pd.DataFrame([_row(line, edition) for line in lines])
    return Since(rows, changes, counts, earlier, last if hidden is not None else "")


def _brought(vector: pd.Series, called: dict[str, str]) -> dict[str, int]:
    return {called[str(name)]: int(number) for name, number in vector.items() if number}


def _row(line: dict[str, Any], edition: str) -> dict[str, Any]:
    """A row of what a change is made of."""
    same: dict[str, Any] = {
        "edition": edition,
        "variable": "panel",
        "unit": "count",
        "base": pd.NA,
        "_base": "core",
        "status": "A",
    }
    row = same | dict.fromkeys(SUB_POPULATION, ALL) | line
    return row | {"source_id": f"{edition}-core", "statement_id": named(row)}
