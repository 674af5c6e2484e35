"""Layouts changed a little, as another hand would type them: no cell says something else without being in doubt.

A few hundred changes here; the whole run is ``TIDY_WORKBOOK_MUTATIONS=2000``, from the seed ``TIDY_WORKBOOK_SEED``.
"""

from __future__ import annotations

import os
import random

import pytest
from generated_sheets import generate
from mutations import wrong
from sheets import write
from test_workbook_kinds import KINDS
from test_workbook_tables import LAYOUTS

from tidy_workbook.grid import Grid
from tidy_workbook.opening import open_grids

NUMBER = int(os.environ.get("TIDY_WORKBOOK_MUTATIONS", "300"))
FIRST = int(os.environ.get("TIDY_WORKBOOK_SEED", "11"))


@pytest.fixture(scope="module")
def layouts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Grid]:
    path = tmp_path_factory.mktemp("layouts") / "layout.xlsx"
    every = {
        **{name: (rows, look) for name, (rows, look, _) in LAYOUTS.items()},
        **{name: kind[:2] for name, kind in KINDS.items()},
    }
    return {name: open_grids(write(path, {"Figure 1": rows}, **look))[0][0] for name, (rows, look) in every.items()}


def test_no_change_of_a_layout_is_silently_wrong(layouts: dict[str, Grid]) -> None:
    faults, same = [], 0
    for seed in range(FIRST, FIRST + NUMBER):
        draw = random.Random(seed)
        name = draw.choice(sorted(layouts))
        changes, said, kept = wrong(draw, layouts[name] if seed % 2 else generate(draw).grid)
        same += kept
        faults += [f"seed {seed}, {name if seed % 2 else 'generated'}, {changes}: {fault}" for fault in said]
    assert faults == []
    assert same > 5 * NUMBER  # most cells say what they said: not all are in doubt
