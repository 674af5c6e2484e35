"""Sheets composed at random from the kinds of layout of statistical offices: no cell is silently wrong, and nearly all are right.

A few hundred here; more with ``TIDY_WORKBOOK_GENERATED=20000`` or by hand (`generated_sheets`).
"""

from __future__ import annotations

import os
import random
from collections import Counter
from dataclasses import replace

from generated_sheets import generate, judge
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("TIDY_WORKBOOK_GENERATED", "150"))


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.randoms(use_true_random=False))
def test_no_generated_cell_is_silently_wrong(draw: random.Random) -> None:
    count, said = judge(generate(draw))
    assert not count["silently wrong"], said
    assert not count["no data, silently"], said
    assert not count["missing"], said


def test_generated_cells_are_nearly_all_right() -> None:
    total: Counter[str] = Counter()
    for seed in range(7_000_000, 7_000_000 + EXAMPLES):
        total += judge(generate(random.Random(seed)))[0]
    assert total["right"] >= 0.95 * total.total(), total
    assert total.total() > 10 * EXAMPLES


def test_the_judge_sees_a_wrong_label() -> None:
    sheet = generate(random.Random(1))
    where, truth = next(iter(sheet.truth.items()))
    sheet.truth[where] = replace(truth, rows=("another label",))
    assert judge(sheet)[0]["silently wrong"] == 1
