"""Golden numbers: what anyone can check in the press releases, asked as a chapter asks."""

from __future__ import annotations

import pytest

from traite_lib import Result, open_edition

TOTALS = [
    (2022, "identified", 4363),
    (2022, "accompanied", 2994),
    (2022, "accompanied_in_france", 2675),
    (2022, "accompanied_abroad_only", 319),
    (2022, "associations", 72),
    (2020, "identified", 3489),
    (2020, "accompanied", 2259),
    (2020, "associations", 26),
    (2019, "identified", 6457),
    (2019, "accompanied", 2573),
    (2019, "associations", 37),
    (2024, "identified", 7285),
    (2024, "accompanied", 4823),
    (2024, "associations", 44),
    (2021, "accompanied", 2872),
    (2021, "accompanied_in_france", 2637),
    (2021, "accompanied_abroad_only", 235),
    (2023, "accompanied", 4160),
    (2023, "identified", 6022),
]

SHARES = [
    (2022, "form", "sexual", 76),
    (2022, "form", "labour", 15),
    (2022, "form", "criminality", 7),
    (2022, "form", "begging", 2),
    (2022, "sex", "women", 82),
    (2022, "age", "adult", 84),
    (2022, "region", "europe", 17),
    (2022, "region", "latin_america_caribbean", 10),
    (2022, "nationality", "FRA", 11),
    (2022, "nationality", "BRA", 5),
    (2022, "complaint", "filed", 39),
    (2020, "form", "sexual", 77),
    (2020, "form", "labour", 15),
    (2020, "form", "criminality", 6),
    (2020, "form", "begging", 1),
    (2020, "sex", "women", 79),
    (2020, "sex", "men", 12),
    (2020, "sex", "trans", 9),
    (2024, "form", "sexual", 86),
    (2024, "form", "labour", 11),
    (2024, "form", "criminality", 2),
    (2024, "form", "begging", 1),
    (2024, "sex", "women", 89),
]


def is_cited(result: Result) -> bool:
    """Whether each number names a source of the catalogue and where it stood."""
    sources = open_edition(2022).catalogue.sources
    return set(result.frame["source_id"]) <= set(sources) and bool((result.frame["locator"].str.len() > 10).all())


@pytest.mark.parametrize(("edition", "population", "value"), TOTALS)
def test_a_total_is_the_published_one(edition: int, population: str, value: int) -> None:
    result = open_edition(edition).totals(population)
    assert result.value == value
    assert result.frame["bound"].item() == ""
    assert is_cited(result)


@pytest.mark.parametrize(("edition", "variable", "category", "value"), SHARES)
def test_a_share_is_the_published_one(edition: int, variable: str, category: str, value: int) -> None:
    result = open_edition(edition).indicator(variable, category)
    assert result.value == value
    assert (result.frame["unit"].item(), result.frame["bound"].item()) == ("percent", "")
    assert is_cited(result)


def test_other_forms_are_less_than_one_percent_in_2022() -> None:
    result = open_edition(2022).indicator("form", "other")
    assert (result.value, result.frame["bound"].item()) == (1, "<")
    assert result.frame["text"].item() == "moins de 1\u00a0%"
    assert is_cited(result)


def test_minors_and_unaccompanied_minors_of_2022() -> None:
    survey = open_edition(2022)
    minors = survey.indicator("age", "minor", unit="count")
    alone = survey.indicator("unaccompanied", "yes", age="minor", unit="count")
    share = survey.indicator("unaccompanied", "yes", age="minor", unit="percent")
    assert (minors.value, alone.value, share.value) == (409, 148, 36)
    assert all(is_cited(result) for result in (minors, alone, share))


@pytest.mark.parametrize(
    ("year", "value"), [(2016, 1439), (2017, 1451), (2018, 1538), (2019, 1669), (2020, 1372), (2021, 1811), (2022, 2027)]
)
def test_victims_recorded_by_police_and_gendarmerie(year: int, value: int) -> None:
    result = open_edition(2022).series("total", unit="count", population="recorded_victims")
    assert is_cited(result)
    assert result.frame.set_index("reference_year").loc[year, "value"] == value


def test_the_two_parts_of_accompanied_victims_add_up() -> None:
    for edition, whole in ((2022, 2994), (2021, 2872)):
        parts = open_edition(edition).totals("accompanied_in_france", "accompanied_abroad_only")
        assert parts.frame["value"].sum() == whole
