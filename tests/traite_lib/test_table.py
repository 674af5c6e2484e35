"""The one table: its schema, and `select`."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT
from statements import select, statement, table

from traite_lib import observations
from traite_lib.errors import ObservationsError
from traite_lib.nomenclature import Nomenclatures
from traite_lib.table import COLUMNS, SUB_POPULATION, find, records, take, validate

WORDS = Nomenclatures(ROOT / "data")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"value": 0.0},
        {"value": 100.0, "base": 1},
        {"value": 2994.0, "unit": "count", "variable": "total", "category": "_T"},
        {"value": -12.0, "unit": "percent_change", "variable": "change_total", "category": "2019-2020"},
        {"value": 225.0, "unit": "percent_change", "variable": "change_total", "category": "2016-2021"},
        {"value": float("nan"), "status": "O"},
        {"value": 1.0, "bound": "<"},
        {"reference_year": None, "period": "2016|2017", "edition": "edition-2"},
    ],
)
def test_a_sound_row_is_returned_unchanged(changes: dict[str, object]) -> None:
    rows = table(statement(**changes))
    pd.testing.assert_frame_equal(validate(rows, WORDS), rows)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"value": 100.5}, "found 100.5 percent: counts are whole and positive, shares lie between 0 and 100"),
        ({"variable": "change_total", "category": "2019-2020"}, "a published change in percent is a percent_change"),
        ({"unit": "percent_change"}, "a published change in percent is a percent_change, and nothing else is"),
        ({"value": -1.0}, "shares lie between 0 and 100"),
        ({"value": -1.0, "unit": "count"}, "counts are whole and positive"),
        ({"value": 1.5, "unit": "count"}, "counts are whole and positive"),
        ({"population": "victims"}, "column population, found 'victims'"),
        ({"form": "slavery"}, "column form, found 'slavery'"),
        ({"sex": "female"}, "column sex, found 'female'"),
        ({"origin": "XXX"}, "column origin, found 'XXX'"),
        ({"variable": "colour", "category": "_T"}, "column variable, found 'colour'"),
        ({"category": "women"}, "the category belongs to the nomenclature of its variable"),
        ({"value": float("nan")}, "a missing value has a status of its own"),
        ({"status": "O"}, "a missing value has a status of its own"),
        ({"status": "X"}, "column status, found 'X'"),
        ({"base": 0}, "column base, found 0"),
        ({"base": -5}, "column base, found -5"),
        ({"bound": "≈"}, "column bound, found '≈'"),
        ({"unit": "kg"}, "column unit, found 'kg'"),
        ({"rank": 5}, "column rank, found 5"),
        ({"confidentiality": "X"}, "column confidentiality, found 'X'"),
    ],
)
def test_a_wrong_row_is_refused_with_its_name_and_the_rule(changes: dict[str, object], said: str) -> None:
    rows = table(statement(statement_id="T-0"), statement(**changes))
    with pytest.raises(ObservationsError) as error:
        validate(rows, WORDS)
    assert "Statement T-1 (https://example.org)" in str(error.value)
    assert said in str(error.value)


def test_two_statements_with_one_name_are_refused_by_name() -> None:
    with pytest.raises(ObservationsError, match=r"T-1.*unique|unique.*T-1|T-1.*duplicate"):
        validate(table(statement(), statement(value=77.0)), WORDS)


def test_a_missing_or_unknown_column_is_refused() -> None:
    with pytest.raises(ObservationsError, match="status"):
        validate(table(statement()).drop(columns="status"), WORDS)
    with pytest.raises(ObservationsError, match="colour"):
        validate(table(statement()).assign(colour="red"), WORDS)


def test_a_column_that_is_not_named_is_selected_as_all() -> None:
    rows = table(
        statement(statement_id="all"),
        statement(statement_id="minors", age="minor"),
        statement(statement_id="girls", age="minor", sex="women"),
        statement(statement_id="rival", retained=False),
        statement(statement_id="identified", population="identified"),
        statement(statement_id="count", unit="count"),
        statement(statement_id="sex", variable="sex", category="women"),
    )
    assert list(select(rows, "form")["statement_id"]) == ["all", "identified", "count"]
    assert list(select(rows, "form", population="accompanied", unit="percent")["statement_id"]) == ["all"]
    assert list(select(rows, "form", age="minor")["statement_id"]) == ["minors"]
    assert list(select(rows, "form", age="minor", sex="women")["statement_id"]) == ["girls"]
    assert select(rows, "form", category="labour").empty


def test_any_code_and_only_known_values_can_be_found() -> None:
    rows = table(
        statement(statement_id="all"),
        statement(statement_id="minors", age="minor"),
        statement(statement_id="boys", age="minor", sex="men"),
        statement(statement_id="withheld", age="adult", value=float("nan"), status="Q"),
        statement(statement_id="earlier", edition="2021", period="2021"),
    )
    assert list(find(rows, "form", {"age": None}, edition="2022")) == [0, 1, 3]
    assert list(find(rows, "form", {"age": None}, period="2022", known=True)) == [0, 1]
    assert list(find(rows[rows["age"] == "minor"], "form", {"age": None, "sex": "men"})) == [1]


@pytest.mark.parametrize("places", [[], [2], [1, 2, 3], [3, 1], [0, 2], [2, 2]])
def test_rows_are_taken_as_asked_whether_they_follow_each_other_or_not(places: list[int]) -> None:
    rows = table(*(statement(statement_id=f"T-{n}") for n in range(4)))
    pd.testing.assert_frame_equal(take(rows, np.array(places, dtype=int)), rows.iloc[places])


def test_records_hold_what_a_row_holds() -> None:
    rows = table(statement(), statement(statement_id="T-2", value=float("nan"), base=100))
    for record, (_, row) in zip(records(rows), rows.iterrows(), strict=True):
        assert list(record) == list(row.index)
        assert [(type(value), str(value)) for value in record.values()] == [(type(value), str(value)) for value in row]


def test_an_unknown_sub_population_is_refused_with_those_that_exist() -> None:
    with pytest.raises(
        ObservationsError, match=r"no sub-population 'gender'. Available: form, sex, age, origin, offence, territory\."
    ):
        select(table(statement()), "form", gender="women")


def test_the_table_of_the_project_is_a_copy_free_to_change() -> None:
    mine = observations()
    mine["value"] = 0.0
    assert observations()["value"].sum() > 100_000
    assert list(mine.columns) == COLUMNS


def test_a_reference_year_is_the_year_described_and_missing_for_ranges() -> None:
    rows = observations()
    known = rows[rows["reference_year"].notna()]
    assert list(known["period"]) == [str(year) for year in known["reference_year"]]
    others = rows.loc[rows["reference_year"].isna(), "period"]  # a range, one of two years, or a part of a year
    assert others.str.fullmatch(r"\d{4}[-|]\d{4}|\d{4} \(.+\)").all()


def test_a_pivot_of_one_unit_mixes_nothing() -> None:
    shares = observations(labels=True, unit="percent", retained=True)
    wide = shares.pivot(index=["variable", "who", "category"], columns="period", values="value")  # raises where two values meet
    assert wide.loc[("Sexe", "victimes accompagnées", "Femmes"), "2015"] == 88
    who = "victimes accompagnées et exploitées au moins en partie en France"
    assert wide.loc[("Forme d’exploitation", who, "Exploitation sexuelle"), "2022"] == 76
    counts = observations(labels=True, unit="count", retained=True)
    assert not counts.duplicated(["variable", "who", "category", "period"]).any()
    assert set(shares["unit"]) == {"%"}
    assert set(counts["unit"]) == {"nombre"}


def test_labels_are_french_and_in_the_order_of_the_nomenclatures() -> None:
    every = observations(labels=True)
    for column in ("population", *SUB_POPULATION, "variable", "category", "unit", "status"):
        assert every[column].cat.ordered, column
        assert every[column].notna().all(), column
    assert list(every["sex"].cat.categories) == ["Ensemble", "Femmes"]
    sexes = every.loc[every["variable"] == "Sexe", "category"].cat.remove_unused_categories()
    assert list(sexes.cat.categories) == ["Femmes", "Hommes", "Personnes trans"]
    assert list(every["variable"].cat.categories)[:3] == ["Effectif", "Forme d’exploitation", "Sexe"]
    assert "fiabilité faible" in set(every["status"])


def test_every_statement_is_there_unless_less_is_asked() -> None:
    every = observations()
    assert len(observations(labels=True)) == len(every)
    assert set(observations(retained=True)["retained"]) == {True}
    assert set(observations(unit="points")["unit"]) == {"points"}
    with pytest.raises(ObservationsError, match=r"There is no unit 'percents'. Available: .* Did you mean 'percent'\?"):
        observations(unit="percents")
    every["value"] = 0.0
    assert observations()["value"].max() > 0, "a copy"
