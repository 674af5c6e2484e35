"""A project whose demonstrations have hidden cells, and the record of a release: what tests of disclosure start from."""

from __future__ import annotations

import csv
import json
import re
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Any

from traite_lib.catalogue import sha256

HIDDEN = [
    *("demo2022-core/accompanied_in_france/form.begging", "demo2022-core/accompanied_in_france/form.other"),
    *("demo2022-core/accompanied_in_france/sex.trans", "demo2022-core/accompanied_in_france/sex.men"),
    *("demo2022-core/accompanied_in_france/age=minor/sex.trans", "demo2022-core/accompanied_in_france/age=minor/sex.men"),
    "demo2022-core/accompanied_abroad_only/total._T",
]
"""Statements without their unit: a count and its share are hidden together. Some are published elsewhere, for chapter 15."""


def release(project: Path, edition: str = "demo2022", profile: str = "publication", hidden: Collection[str] = HIDDEN) -> None:
    """Hide cells of an edition, and all small counts with them, in the files that the project declares; write its record."""
    path = project / "data" / "demonstration" / f"{edition}.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        rows = [{"status": "", **row} for row in csv.DictReader(lines)]
    small = {
        row["statement_id"].rpartition("/")[0]
        for row in rows
        if hidden and row["unit"] == "count" and row["population"] != "associations" and 0 < float(row["value"] or 0) < 5
    }
    for row in rows:
        if row["status"] == "Q":
            row |= {"value": "60", "status": ""}  # what the demonstration itself hides is another matter
        if row["statement_id"].rpartition("/")[0] in small.union(hidden) and row["unit"] in ("count", "percent"):
            row |= {"value": "", "base": "", "status": "Q"}
    columns = [*(name for name in rows[0] if name != "status"), "status"]
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    names = [row["statement_id"] for row in rows if row["status"] == "Q"]
    declare(project, edition, record(project, edition, profile, len(rows), names))


def record(project: Path, edition: str, profile: str, cells: int, names: Collection[str]) -> dict[str, Any]:
    """The record of a release."""
    rules = tomllib.loads((project / "data" / "disclosure.toml").read_text(encoding="utf-8"))[profile]
    return {
        "edition": edition, "profile": profile, "rules": rules, "cells": cells, "published": cells - len(names),
        "hidden": len(names), "primary": len(names) // 2, "secondary": len(names) - len(names) // 2,
        "by_rule": {"threshold": len(names) // 2}, "merged": [], "narrowest": 7 if names else None, "information_lost": 1.5,
        "before": ["demo2020", "demo2021"], "audited": True, "intervals": {name: [0, None] for name in names},
    }  # fmt: skip


def declare(project: Path, edition: str, record: object) -> None:
    """Write a record, and declare it and the observations in the catalogue."""
    data = project / "data"
    (data / "released").mkdir(exist_ok=True)
    (data / "released" / f"{edition}.json").write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    path = data / "editions.toml"
    text = path.read_text(encoding="utf-8")
    entry = rf'observations = \{{ path = "demonstration/{edition}.csv".*\n(released = .*\n)?'
    lines = [
        f'{key} = {{ path = "{name}", sha256 = "{sha256(data / name)}" }}\n'
        for key, name in (("observations", f"demonstration/{edition}.csv"), ("released", f"released/{edition}.json"))
    ]
    path.write_text(re.sub(entry, "".join(lines), text), encoding="utf-8")
