"""Golden numbers: what anyone can check in the press releases, asked as a chapter asks."""

from __future__ import annotations

import pytest

from traite_lib import Result, open_edition
from traite_lib.presentation.quantities import quantity_of

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
    share = survey.indicator("unaccompanied", "potentially", age="minor", unit="percent")  # « potentiellement » in the source
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


SET_ASIDE = [
    "E2018-016",  # 7 %: French girls and young women only
    "E2018-023",  # the excerpt stops before saying for what
    *(f"E2019-{number:03d}" for number in (16, 17, 18, 19, 20, 21, 25, 26, 27, 28, 29)),  # whose victims is not said
    "E2022-023",
    "E2022-052",  # about 500 minors
    "E2022-053",
    "E2022-054",  # « femmes et personnes sexisées »
    "E2023-020",  # 24 % of unaccompanied minors, said of all minors
    "E2023-023",  # 15 %: 62 % of 129 are already 17 % of 471
    "E2023-025",
    "E2023-034",
    "E2023-035",  # year unknown
    "E2024-032",
    "E2024-035",  # 8 % for 83 %
    "E2024-036",  # « presque doublé »: 4,363 then 7,285
]

DOUBTED = ["E2015-066", "E2015-067", "E2022-051", "E2024-021", "E2024-022", "E2024-023", "E2024-024", "E2024-033", "E2024-034"]


def test_a_statement_that_does_not_describe_whom_its_sentence_says_is_no_result() -> None:
    table = open_edition(2022).observations.set_index("statement_id")
    assert not table.loc[SET_ASIDE, "retained"].any()
    assert table.loc["E2019-014", "value"] == 75
    assert open_edition(2019).indicator("form", "sexual").value == 75
    assert open_edition(2019).indicator("complaint", "filed").value == 28


@pytest.mark.parametrize("name", DOUBTED)
def test_a_doubted_statement_says_why(name: str) -> None:
    row = open_edition(2022).observations.set_index("statement_id").loc[name]
    assert row["status"] == "U"
    assert row["note"] == row["reason"]
    assert len(row["note"]) > 60


def test_the_doubt_on_the_growth_of_minors_is_arithmetic() -> None:
    """16 % of 2022, 5 points more than 11 % of 2,637: 290, and 409 is 41 % more."""
    before = round(0.11 * 2637)
    assert (before, round(100 * (409 / before - 1))) == (290, 41)
    assert "41 %" in open_edition(2022).observations.set_index("statement_id").loc["E2022-051", "reason"]


def test_the_number_of_associations_of_2022_is_the_ministry_s() -> None:
    row = open_edition(2022).totals("associations").frame.iloc[0]
    assert (row["value"], row["source_id"]) == (72, "interieur-01")


def test_the_second_edition_has_a_total_that_its_published_shares_agree_with() -> None:
    rows = open_edition(2022).observations.query("edition == 'edition-2'").set_index("statement_id")
    assert rows.loc["ED2-010", "value"] == 1857
    assert round(100 * rows.loc["ED2-012", "value"] / 1857) == rows.loc["ED2-004", "value"] == 74
    assert round(100 * rows.loc["ED2-013", "value"] / 1857) == rows.loc["ED2-009", "value"] == 53


def test_all_said_in_words_is_exact() -> None:
    row = open_edition(2015).observations.set_index("statement_id").loc["E2015-066"]
    assert (row["value"], row["bound"]) == (100, "")


def test_a_calculated_share_is_rounded_once() -> None:
    """32 of 66 are 48.48 %: shown 49 % (petite base) when it was stored as 48.5."""
    rows = open_edition(2015).observations
    share = rows[rows["statement_id"] == "E2015-064/E2015-021"].iloc[0]
    assert (share["value"], share["base"]) == (48, 66)
    assert quantity_of(share) == "48\u00a0% (petite base)"
