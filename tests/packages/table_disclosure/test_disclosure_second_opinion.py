"""Tau-Argus (`pip install pytauargus`, where it installs) judges the same tables: same primary cells, and never a smaller loss.

What it hides passes our audit; it protects more than this profile asks, so that ours may lose less.
"""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

import table_disclosure as td

from .test_disclosure_attacks import OPEN

pytauargus = pytest.importorskip("pytauargus")
DOMINANCE = replace(OPEN, threshold=0, protection=0, dominance=((1, 75.0),))


@pytest.mark.parametrize("seed", range(8))
def test_tau_argus_finds_the_same_primary_cells_and_loses_no_less(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    records = [
        (f"{row}{column}{who}", {"row": row, "column": column}, int(chance.expovariate(1 / 15)) + 1)
        for row in "abcde"
        for column in "wxyz"
        for who in range(chance.choice([1, 2, 3, 5, 8]))
    ]
    made = td.crossing(records, [("row", "column")])
    tables = td.Tables([replace(cell, weight=float(cell.count)) for cell in made.cells.values()], made.relations)

    columns = {name: [labels[name] for _, labels, _ in records] for name in ("row", "column")}
    numbers = [float(number) for _, _, number in records]
    theirs = pytauargus.protect(
        columns | {"persons": numbers},
        ["row", "column"],
        "persons",
        safety_rules="NK(1,75)",
        suppress="OPT(1)",
        workdir=str(tmp_path),
    )
    status: dict[str, str] = {}
    for line in theirs.tables[0].rows:
        labels = [f"{name}={line[name]}" for name in ("row", "column") if line[name] != "Total"]
        status[", ".join(labels) or "total"] = line["status"]
    assert set(status) == set(tables.cells)
    assert {name for name, said in status.items() if said == "U"} == {need.subject for need in td.needs(tables, DOMINANCE)}

    hidden = {name for name, said in status.items() if said in "UM"}
    td.audit(tables, DOMINANCE, {name: cell.count for name, cell in tables.cells.items() if name not in hidden})
    ours = td.protect(tables, DOMINANCE)
    assert ours.optimal
    assert ours.loss <= sum(tables.cells[name].loss for name in hidden) + 1e-6
