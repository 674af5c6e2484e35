"""Quality: disagreements between sources, recomputed shares, what was found."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statements import statement

from traite_lib.analysis import quality
from traite_lib.loading.selection import load
from traite_lib.table import agree

values = st.one_of(st.integers(0, 5000).map(float), st.integers(0, 1000).map(lambda n: n / 10))
statements = st.tuples(values, st.sampled_from(["", "<", ">", "~"])).map(lambda v: pd.Series(statement(value=v[0], bound=v[1])))


@given(statements, statements)
def test_agreement_is_mutual(one: pd.Series, other: pd.Series) -> None:
    assert agree(one, other) == agree(other, one)


@given(statements)
def test_a_statement_agrees_with_itself(one: pd.Series) -> None:
    assert agree(one, one)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((1826, ""), (1828, ""), False),
        ((44, ""), (44, ""), True),
        ((2994, ""), (3000, "~"), True),
        ((409, ""), (500, "~"), False),
        ((450, ""), (500, "~"), True),  # half up
        ((449, ""), (500, "~"), False),
        ((1811, ""), (1810, "~"), True),
        ((26, ""), (30, "~"), True),
        ((2573, ""), (2500, ">"), True),
        ((2500, ""), (2500, ">"), False),
        ((0.4, ""), (1, "<"), True),
        ((1, ""), (1, "<"), False),
        ((5, "<"), (3, ">"), True),
        ((5, "<"), (10, ">"), False),
        ((60, "~"), (80, ">"), False),
        ((2500, "~"), (3000, "~"), True),
        ((3000, "~"), (4000, "~"), False),
    ],
)
def test_two_statements_agree_when_both_can_be_true(one: tuple[float, str], other: tuple[float, str], expected: bool) -> None:
    first, second = (pd.Series(statement(value=float(value), bound=bound)) for value, bound in (one, other))
    assert agree(first, second) is expected


@pytest.mark.parametrize(
    "group",
    [
        {"E2015-005", "E2015-006", "E2015-007"},  # 1,826 / 1,828 victims
        {"E2019-015", "E2019-016"},  # women 82 % / 90 %
        {"E2021-005", "E2021-006", "E2021-007"},  # 44 / 45 associations
        {"E2022-021", "E2022-022", "E2022-052"},  # minors 409 / about 500
        {"E2022-046", "E2022-054", "E2022-039"},  # women in sexual exploitation 94 % / 96 % / 82 %
        {"ADM-059", "ADM-060", "ADM-061"},  # procedures 722 / 772
        {"ADM-127", "ADM-142"},  # convictions 1,046 / 880
    ],
    ids=lambda group: min(group),
)
def test_the_known_disagreements_are_found(group: set[str]) -> None:
    _, words, table = load()
    found = quality.disagreements(table, words)
    assert group in [set(rows["statement_id"]) for _, rows in found.groupby("group")]


def test_a_disagreement_shows_the_retained_statement_first_and_only_where_values_differ() -> None:
    _, words, table = load()
    found = quality.disagreements(table, words)
    for _, rows in found.groupby("group", sort=False):
        assert rows["retained"].iloc[0]
        assert len(set(zip(rows["value"], rows["bound"], strict=True))) > 1
    assert "E2022-001" not in set(found["statement_id"])  # 4,363, 4,363 and about 4,400 agree


def test_statements_that_agree_give_no_disagreement() -> None:
    _, words, table = load()
    found = quality.disagreements(table[table["edition"] == "2020"], words)
    assert found.empty
    assert "group" in found


def recomputed(edition: str) -> pd.DataFrame:
    _, _, table = load()
    return quality.recomputed(table[table["edition"] == edition]).set_index("statement_id")


@pytest.mark.parametrize(
    ("edition", "name", "published", "count", "total", "computed"),
    [
        ("2022", "E2022-014", 7, 195, 2675, 7.2897),
        ("2022", "E2022-050", 16, 409, 2675, 15.2897),
        ("2015", "E2015-013", 81, 1476, 1826, 80.8324),
        ("2020", "E2020-018", 68, 2369, 3489, 67.8991),
        ("2023", "E2023-015", 27, 129, 471, 27.3885),
    ],
)
def test_a_share_is_recomputed_from_published_counts(
    edition: str, name: str, published: float, count: int, total: int, computed: float
) -> None:
    row = recomputed(edition).loc[name]
    assert (row["value"], row["count"], row["total"]) == (published, count, total)
    assert row["computed"] == pytest.approx(computed, abs=0.0001)


def test_without_counts_nothing_is_recomputed() -> None:
    assert recomputed("2024").empty


def test_availability_counts_retained_figures_by_dated_edition() -> None:
    catalogue, _, table = load()
    found = quality.availability(table, catalogue, ["form", "complaint", "permit"])
    assert list(found.columns) == ["2015", "2018", "2019", "2020", "2021", "2022", "2023", "2024"]
    assert list(found.loc["complaint"]) == [0, 1, 1, 0, 0, 1, 0, 0]
    assert list(found.loc["permit"]) == [0] * 8  # 2019: victims unknown, set aside
    assert found.loc["form", "2015"] == 10  # five shares, five counts
