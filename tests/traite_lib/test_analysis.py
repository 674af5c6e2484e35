"""Distributions, series, changes that refuse to cross a break, and quality."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traite_lib import ComparisonError, open_edition
from traite_lib.analysis import compare, quality, shares
from traite_lib.catalogue import Break
from traite_lib.errors import ObservationsError
from traite_lib.presentation.sentences import change_sentence


def test_a_distribution_lists_what_is_missing_from_a_closed_nomenclature() -> None:
    rows = open_edition(2022).distribution("sex").frame
    assert list(rows["category"]) == ["women", "men", "trans"]
    assert list(rows["status"]) == ["A", "O", "O"]
    assert rows["value"].isna().tolist() == [False, True, True]


def test_a_distribution_that_nobody_published_is_empty_and_says_so() -> None:
    result = open_edition(2022).distribution("exploiter")
    assert not result
    assert result.absent.startswith("Aucun chiffre relevé pour cette édition : la répartition selon le lien avec l’exploiteur")


def test_an_open_nomenclature_goes_from_the_largest_to_the_smallest_in_its_main_unit() -> None:
    rows = open_edition(2015).distribution("nationality").frame
    assert shares.main_unit(rows) == "percent", "the shares that were not published are calculated"
    assert list(rows[rows["status"] == "I"]["value"]) == [2.8, 2.5, 2.1, 1.7]
    assert list(rows[rows["unit"] == "count"]["value"]) == [888, 116, 96, 51, 46, 38, 31]


def test_a_part_listed_with_its_whole_is_one_level_below() -> None:
    rows = open_edition(2023).distribution("place").frame
    assert dict(zip(rows["category"], rows["level"], strict=True)) == {"in_france": 0, "only_in_france": 1}


@pytest.mark.parametrize(
    ("edition", "since", "variable", "category", "sub", "said"),
    [
        (2023, "2021", "sex", "women", {}, "n’a été retenue pour l’édition 2021"),
        (2023, "2022", "sex", "women", {}, "ne décrivent pas la même population"),
        (2018, "2015", "form", "labour", {}, "n’a été retenue pour l’édition 2015"),
        (2024, "2023", "age_at_start", "minor_at_start", {"age": "adult"}, "lorsque précisé"),
        (2023, "2022", "age", "minor", {"form": "criminality"}, "s’étend aux crimes"),
        (2024, "2020", "form", "sexual", {}, "article 225-4-1"),
        (2024, "2018", "sex", "women", {}, "Aucune valeur n’a été retenue pour l’édition 2018"),
    ],
)
def test_a_change_across_a_break_is_refused_with_its_sentence(
    edition: int, since: str, variable: str, category: str, sub: dict[str, str], said: str
) -> None:
    found = open_edition(edition).change(variable, category, since=since, **sub)  # type: ignore[arg-type]
    assert found is not None
    assert said in " ".join(found.refusals)
    with pytest.raises(ComparisonError, match=f"^No change is computed from {since} to {edition}: [A-Z0-9]"):
        _ = found.difference


def test_the_change_in_accompanied_victims_is_answered_with_the_number_of_respondents() -> None:
    found = open_edition(2023).change("total", since="2021", population="accompanied")
    assert found is not None
    assert (found.before["value"], found.after["value"], found.difference) == (2872, 4160, 1288)
    assert round(found.percent, 1) == 44.8
    assert "passe de 44 à 70" in found.reservations[0]


@pytest.mark.parametrize(
    ("before", "after", "breaks"), [(2018, 2019, False), (2019, 2020, True), (2018, 2024, True), (2020, 2021, False)]
)
def test_a_break_of_a_year_separates_what_is_before_from_that_year_and_after(before: int, after: int, breaks: bool) -> None:
    survey = open_edition(2022)
    row = survey.indicator("form", "sexual").frame.iloc[0]
    entry = Break(id="b", effect="refuse", year=2020, short="rupture", sentence="Rupture.", why="test")
    rows = [row.to_dict() | {"reference_year": year, "period": str(year)} for year in (before, after)]
    assert compare._applies(entry, *rows, survey.nomenclatures) is breaks


@pytest.mark.parametrize(("bound", "refused"), [("<", True), (">", True), ("~", False), ("", False)])
@pytest.mark.parametrize("place", [0, 1])
def test_a_bound_on_either_side_gives_no_change(bound: str, refused: bool, place: int) -> None:
    survey = open_edition(2022)
    change = survey.change("form", "sexual")
    assert change is not None
    rows = [dict(change.before), dict(change.after)]
    rows[place] |= {"bound": bound}
    found = compare.compare(*rows, survey.catalogue, survey.nomenclatures)
    assert [reason.code for reason in found.refused if isinstance(reason, compare.Unfit)] == (["not_exact"] if refused else [])
    assert survey.captions.change(found, compare.respondents(survey.observations)).motive == (
        "valeur non exacte" if refused else ""
    )


def test_a_change_of_share_is_in_points_only() -> None:
    found = open_edition(2022).change("form", "sexual")
    assert found is not None
    assert found.difference == 2
    with pytest.raises(ComparisonError, match="points"):
        _ = found.percent


def test_a_change_has_the_decimals_of_its_shares_and_no_more() -> None:
    survey = open_edition(2022)
    change = survey.change("form", "sexual")
    assert change is not None
    rows = [dict(change.before) | {"value": 73.6}, dict(change.after) | {"value": 75.5}]
    found = survey.captions.change(compare.compare(*rows, survey.catalogue, survey.nomenclatures), {})
    assert "(+1,9 point)".replace(" ", "\N{NO-BREAK SPACE}") in change_sentence(found, survey.nomenclatures)


def test_the_survey_and_the_records_are_never_compared() -> None:
    survey = open_edition(2022)
    before = survey.totals("accompanied").frame.iloc[0]
    after = survey.totals("recorded_victims").frame.iloc[0]
    found = compare.compare(before, after, survey.catalogue, survey.nomenclatures)
    assert "jamais dans une même série" in " ".join(
        survey.captions.change(found, compare.respondents(survey.observations)).refusals
    )


def test_two_statistics_are_not_compared() -> None:
    survey = open_edition(2022)
    rows = [survey.indicator("sex", "women").frame.iloc[0], survey.indicator("form", "sexual").frame.iloc[0]]
    with pytest.raises(ObservationsError, match="differ in variable"):
        compare.compare(*rows, survey.catalogue, survey.nomenclatures)


def test_a_series_breaks_where_a_change_is_refused_and_counts_respondents() -> None:
    rows = open_edition(2022).series("form", "sexual").frame
    assert list(rows["period"]) == ["2015", "2018", "2019", "2020", "2021", "2022", "2024"]
    assert list(rows["segment"]) == [0, 0, 0, 0, 1, 1, 2]
    assert [bool(text) for text in rows["break_before"]] == [False, False, False, False, True, False, True]
    assert [str(number) for number in rows["respondents"]] == ["13", "53", "37", "26", "44", "72", "44"], "whole numbers"


def test_respondents_are_counted_again_in_other_observations() -> None:
    survey = open_edition(2022)
    assert survey.change("total", population="accompanied") is not None
    survey.observations = survey.observations[survey.observations["population"] != "associations"]
    assert survey.series("form", "sexual").frame["respondents"].isna().all()


def test_no_series_holds_the_edition_without_a_year() -> None:
    survey = open_edition(2024)
    for variable, category in (("form", "sexual"), ("age", "minor"), ("nationality", "NGA")):
        assert survey.series(variable, category).frame["reference_year"].notna().all()


def statement(value: float, bound: str) -> pd.Series:
    return pd.Series({"value": value, "bound": bound, "unit": "percent"})


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ((26, ""), (30, "~"), True),
        ((409, ""), (500, "~"), False),
        ((2259, ""), (2200, ">"), True),
        ((2100, ""), (2200, ">"), False),
        ((0.4, ""), (1, "<"), True),
        ((28, ""), (22, ""), False),
        ((2994, ""), (3000, "~"), True),
    ],
)
def test_statements_agree_or_not(one: tuple[float, str], two: tuple[float, str], expected: bool) -> None:
    assert quality.agree(statement(*one), statement(*two)) is expected
    assert quality.agree(statement(*two), statement(*one)) is expected


pairs = st.tuples(st.integers(1, 5000).map(float), st.sampled_from(["", "<", ">", "~"]))


@given(pairs, pairs)
def test_agreement_is_symmetric_and_reflexive(one: tuple[float, str], two: tuple[float, str]) -> None:
    a, b = statement(*one), statement(*two)
    assert quality.agree(a, b) == quality.agree(b, a)
    assert quality.agree(a, a)


@pytest.mark.parametrize(
    ("edition", "variable", "values"),
    [
        ("2015", "total", {1826, 1828}),
        ("2019", "sex", {82, 90}),
        ("2021", "total", {44, 45}),
        ("2022", "sex", {94, 96, 82}),
        ("2022", "age", {409, 500}),
        ("", "total", {772, 722}),
        ("", "total", {1046, 880}),
    ],
)
def test_the_known_disagreements_are_found(edition: str, variable: str, values: set[float]) -> None:
    survey = open_edition(2022)
    found = quality.disagreements(survey.observations.query("edition == @edition"), survey.nomenclatures)
    groups = [set(rows["value"]) for _, rows in found[found["variable"] == variable].groupby("group")]
    assert values in groups


def test_shares_are_recomputed_from_published_counts() -> None:
    survey = open_edition(2022)
    rows = quality.recomputed(survey.observations.query("edition == '2022'"))
    found: dict[Any, tuple[float, float]] = {
        row["statement_id"]: (round(row["computed"], 2), row["value"]) for _, row in rows.iterrows()
    }
    assert "E2022-025" not in found  # « potentiellement » non accompagnés: not the 148 who are
    assert found["E2022-014"] == (7.29, 7)
