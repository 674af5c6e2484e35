"""Distributions, and how a share may be shown given its base."""

from __future__ import annotations

import pytest
from conftest import ROOT
from statements import statement, table

from traite_lib.analysis.shares import distribution, main_unit, share_rule
from traite_lib.errors import NomenclatureError
from traite_lib.loading.selection import load
from traite_lib.nomenclature import Nomenclatures

WORDS = Nomenclatures(ROOT / "data")


@pytest.mark.parametrize(
    ("base", "rule"),
    [
        (1, "counts_only"),
        (10, "counts_only"),
        (11, "x_of_n"),
        (29, "x_of_n"),
        (30, "small_base"),
        (99, "small_base"),
        (100, "normal"),
        (6457, "normal"),
        (None, "unknown_base"),
    ],
)
def test_the_base_decides_how_a_share_is_shown(base: int | None, rule: str) -> None:
    assert share_rule(base) == rule


def test_a_closed_distribution_keeps_its_order_and_says_what_is_missing() -> None:
    rows = table(
        statement(statement_id="b", category="begging", value=2.0),
        statement(statement_id="s", category="sexual", value=76.0),
        statement(statement_id="minors", category="labour", age="minor"),
        statement(statement_id="rival", category="labour", retained=False),
        statement(statement_id="elsewhere", category="labour", period="2021"),
    )
    found = distribution(rows, WORDS, "form", period="2022", population="accompanied")
    assert list(found["category"]) == ["sexual", "labour", "criminality", "begging", "other"]
    assert list(found["status"]) == ["A", "O", "O", "A", "O"]
    assert list(found["value"].isna()) == [False, True, True, False, True]
    missing = found[found["status"] == "O"]
    assert set(missing["source_id"]) | set(missing["locator"]) | set(missing["note"]) == {""}
    assert missing["base"].isna().all()
    assert found["statement_id"].is_unique


def test_an_open_distribution_goes_from_the_largest_to_the_smallest_and_adds_nothing() -> None:
    codes = [("FRA", 11.0), ("NGA", 40.0), ("BRA", 11.0)]
    rows = table(*(statement(statement_id=c, variable="nationality", category=c, value=v) for c, v in codes))
    found = distribution(rows, WORDS, "nationality", period="2022", population="accompanied")
    assert list(found["category"]) == ["NGA", "FRA", "BRA"]
    assert set(found["level"]) == {0}


def test_a_modality_below_another_of_the_list_has_a_level() -> None:
    codes = [("minor", 16.0), ("adult", 84.0), ("15_to_17", 12.0), ("under_25", 50.0)]
    rows = table(*(statement(statement_id=c, variable="age", category=c, value=v) for c, v in codes))
    found = distribution(rows, WORDS, "age", period="2022", population="accompanied")
    assert dict(zip(found["category"], found["level"], strict=True)) == {"adult": 0, "minor": 0, "15_to_17": 1, "under_25": 0}
    assert list(found["category"]) == ["adult", "minor", "15_to_17", "under_25"]


def test_a_distribution_that_nobody_published_is_empty() -> None:
    found = distribution(table(statement()), WORDS, "form", period="2023", population="accompanied")
    assert found.empty
    assert {"level", "order"} <= set(found.columns)


def test_the_forms_of_2018_lack_the_others_that_no_source_gives() -> None:
    _, words, rows = load()
    found = distribution(rows, words, "form", period="2018", population="accompanied").set_index("category")["value"]
    assert found.dropna().to_dict() == {"sexual": 74, "labour": 17, "criminality": 5, "begging": 3}
    assert list(found[found.isna()].index) == ["other"]


def test_the_edition_without_a_certain_year_gets_no_invented_modality() -> None:
    _, words, rows = load()
    found = distribution(rows, words, "form", period="2016|2017", population="accompanied")
    found = found[found["unit"] == "percent"]
    assert dict(zip(found["category"], found["value"], strict=True)) == {
        "sexual": 74, "labour": 15, "criminality": 7, "begging": 2, "other": 2,
    }  # fmt: skip


def test_an_unknown_variable_is_refused() -> None:
    with pytest.raises(NomenclatureError, match="There is no variable 'forme'"):
        distribution(table(statement()), WORDS, "forme", period="2022", population="accompanied")


@pytest.mark.parametrize(
    ("units", "unit"),
    [(["percent"], "percent"), (["count"], "count"), (["percent", "count"], "percent"), (["percent", "count", "count"], "count")],
)
def test_the_unit_that_describes_most_modalities_is_drawn(units: list[str], unit: str) -> None:
    assert main_unit(table(*(statement(statement_id=str(n), unit=u, value=5.0) for n, u in enumerate(units)))) == unit


def test_a_missing_modality_does_not_weigh_on_the_unit() -> None:
    rows = table(
        statement(unit="count", value=5.0), *(statement(statement_id=str(n), value=float("nan"), status="O") for n in range(3))
    )
    assert main_unit(rows) == "count"
