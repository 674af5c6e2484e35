"""Sheets composed at random from the kinds of layout of statistical offices: no cell is silently wrong, and nearly all are right.

A few hundred here; more with ``TIDY_WORKBOOK_GENERATED=20000`` or by hand (`generated_sheets`).
"""

from __future__ import annotations

import os
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

from generated_sheets import generate, judge
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sheets import said, write_xls

from tidy_workbook import read_workbook
from tidy_workbook.tidy import tidy_sheet

EXAMPLES = int(os.environ.get("TIDY_WORKBOOK_GENERATED", "150"))


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.randoms(use_true_random=False))
def test_no_generated_cell_is_silently_wrong(draw: random.Random) -> None:
    count, said = judge(generate(draw))
    assert not count["silently wrong"], said
    assert not count["no data, silently"], said
    assert [
        line for line in said if ": missing:" in line and "value=None" not in line
    ] == []  # a first row of signs may be a header


def test_generated_cells_are_nearly_all_right() -> None:
    total: Counter[str] = Counter()
    for seed in range(7_000_000, 7_000_000 + EXAMPLES):
        total += judge(generate(random.Random(seed)))[0]
    assert total["right"] >= 0.95 * total.total(), total
    assert total.total() > 10 * EXAMPLES


def test_the_judge_sees_a_wrong_label() -> None:
    sheets = (generate(random.Random(seed)) for seed in range(50))
    sheet = next(sheet for sheet in sheets if judge(sheet)[0]["right"] == len(sheet.truth))
    where, truth = next(iter(sheet.truth.items()))
    sheet.truth[where] = replace(truth, rows=("another label",))
    assert judge(sheet)[0]["silently wrong"] == 1


def test_a_sheet_is_read_the_same_from_an_old_xls(tmp_path: Path) -> None:
    """Cells, formats, merged areas and indents of some generated sheets, written as .xls and read back."""
    for seed in range(20):
        sheet = generate(random.Random(seed))
        path = tmp_path / f"{seed}.xls"
        write_xls(sheet.grid, path)
        before, after = tidy_sheet(sheet.grid, [])[0], read_workbook(path).cells
        assert [said(cell) for cell in after] == [said(cell) for cell in before], seed
