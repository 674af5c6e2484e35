"""Changes and series: what crosses a break is refused, what does not is given with its reservations."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from traite_lib import ComparisonError, open_edition
from traite_lib.analysis import compare
from traite_lib.analysis.compare import Comparison
from traite_lib.errors import ObservationsError
from traite_lib.loading.harmonise import load

PARTICIPATION = "Le nombre d’associations répondantes passe de {} à {} entre {} et {}"


def pair(before: str, after: str) -> Comparison:
    """Comparison of two statements of the project."""
    catalogue, words, table = load()
    rows = table.set_index("statement_id", drop=False)
    return compare.compare(rows.loc[before], rows.loc[after], table, catalogue, words)


def crossed(before: str, after: str) -> list[str]:
    """Breaks and reservations between two statements of the project."""
    catalogue, words, table = load()
    rows = table.set_index("statement_id", drop=False)
    return [entry.id for entry in compare.crossed(rows.loc[before], rows.loc[after], catalogue, words)]


def changed(edition: int, variable: str, category: str = "_T", **more: str) -> Comparison:
    found = open_edition(edition).change(variable, category, **more)
    assert found is not None
    return found


def series(variable: str, category: str = "_T", **more: str) -> pd.DataFrame:
    catalogue, words, table = load()
    return compare.series(table, catalogue, words, variable, category, **more)


def test_sexual_exploitation_from_2021_to_2023_is_refused_because_the_population_differs() -> None:
    change = changed(2023, "form", "sexual", since="2021")
    assert change.refusals == (
        "Les deux éditions ne décrivent pas la même population : les victimes accompagnées et exploitées au moins en partie en "
        "France en 2021, toutes les victimes accompagnées en 2023. L’écart mêle ce changement de champ et l’évolution des "
        "situations : il n’est pas calculé.",
    )
    assert change.motive == "champ différent"
    with pytest.raises(ComparisonError, match="Les deux éditions ne décrivent pas la même population"):
        _ = change.difference


def test_accompanied_victims_from_2021_to_2023_are_compared_with_a_reservation_on_participation() -> None:
    change = changed(2023, "total", since="2021", population="accompanied")
    assert (change.before["value"], change.after["value"]) == (2872, 4160)
    assert change.refusals == ()
    assert change.difference == 1288
    assert change.percent == pytest.approx(44.847, abs=0.001)
    assert change.reservations[0].startswith(PARTICIPATION.format(44, 70, 2021, 2023))


@pytest.mark.parametrize(
    ("ask", "motive", "said"),
    [
        (lambda: pair("E2022-003", "ADM-108"), "sources différentes", "jamais dans une même série"),
        (lambda: changed(2018, "form", "labour", since="2015"), "formes du travail redécoupées", "sépare la servitude domestique"),
        (lambda: changed(2024, "age_at_start", "minor_at_start", age="adult"), "mesure différente", "lorsque précisé"),
        (lambda: changed(2024, "form", "labour", since="2020"), "formes redéfinies", "article 225-4-1"),
        (lambda: pair("E2018-010", "E2024-010"), "formes redéfinies", "n’a plus le même contenu"),
        (lambda: pair("E2019-022", "E2022-034"), "champ différent", "Les deux éditions ne décrivent pas la même population"),
        (lambda: changed(2022, "complaint", "filed"), "valeur non relevée", "Aucune valeur exacte n’a été relevée pour l’édition 2021."),
        (lambda: changed(2022, "form", "other"), "valeur non relevée", "Aucune valeur exacte n’a été relevée pour l’édition 2022."),
    ],
)  # fmt: skip
def test_a_change_that_means_nothing_is_refused(ask: Callable[[], Comparison], motive: str, said: str) -> None:
    change = ask()
    assert change.motive == motive
    assert said in " ".join(change.refusals)
    with pytest.raises(ComparisonError):
        _ = change.difference


@pytest.mark.parametrize(
    ("before", "after", "breaks"),
    [
        ("E2015-013", "E2018-008", ["participation"]),
        ("E2018-008", "E2019-013", ["participation"]),
        ("E2019-013", "E2020-024", ["participation", "producer-ssmsi"]),
        ("E2020-024", "E2021-013", ["population", "participation"]),
        ("E2022-033", "E2023-028", ["population", "participation", "producer-miprof", "labels-criminality"]),
        ("E2023-026", "E2024-012", ["participation"]),
        ("E2019-001", "E2020-006", ["participation", "producer-ssmsi"]),
        ("SER-036", "SER-042", []),
        ("E2022-003", "SER-042", ["administrative"]),
        ("E2022-003", "E2022-003", []),
    ],
)
def test_the_breaks_between_two_statements_are_those_that_lie_between_them(before: str, after: str, breaks: list[str]) -> None:
    assert crossed(before, after) == breaks


def test_a_modality_whose_content_changed_breaks_its_sub_population_too() -> None:
    assert "labels-criminality" in crossed("E2022-033", "E2023-028")  # minors among forced criminality
    assert "labels-criminality" not in crossed("E2022-050", "E2023-010")  # minors among all


def test_a_change_between_two_shares_is_in_points_never_in_percent() -> None:
    change = changed(2022, "form", "sexual")
    assert change.difference == 2  # 74 then 76
    with pytest.raises(ComparisonError, match="L’écart entre deux parts s’exprime en points"):
        _ = change.percent


def test_two_administrative_numbers_compare_without_reservation() -> None:
    change = pair("SER-036", "SER-042")
    assert (change.refusals, change.reservations) == ((), ())
    assert change.difference == 588  # 1439 then 2027
    assert change.percent == pytest.approx(40.861, abs=0.001)


@pytest.mark.parametrize(
    ("before", "after", "column"),
    [("E2015-013", "E2015-018", "unit"), ("E2018-008", "E2019-011", "category"), ("E2022-017", "E2022-031", "age"), ("E2022-017", "E2022-012", "variable")],
)  # fmt: skip
def test_two_statements_of_different_statistics_are_not_compared(before: str, after: str, column: str) -> None:
    with pytest.raises(ObservationsError, match=f"Statements {before} and {after} differ in {column}: "):
        pair(before, after)


def test_the_first_edition_and_a_statistic_never_found_have_no_change() -> None:
    assert open_edition(2015).change("total", population="accompanied") is None
    assert open_edition(2024).change("complaint", "filed") is None


def test_the_share_of_sexual_exploitation_breaks_exactly_where_the_population_and_the_forms_change() -> None:
    rows = series("form", "sexual")
    assert list(rows["period"]) == ["2015", "2018", "2019", "2020", "2021", "2022", "2024"]
    assert list(rows["value"]) == [81, 74, 75, 77, 74, 76, 86]
    assert list(rows["segment"]) == [0, 0, 0, 0, 1, 1, 2]
    assert list(rows["break_before"] != "") == [False, False, False, False, True, False, True]
    assert list(rows["respondents"]) == [13, 53, 37, 26, 44, 72, 44]


@pytest.mark.parametrize(
    ("variable", "category", "values"),
    [("total", "_T", [1826, 2918, 2573, 2259, 2872, 2994, 4160, 4823])],
)
def test_the_number_of_all_accompanied_victims_is_one_line(variable: str, category: str, values: list[int]) -> None:
    rows = series(variable, category, unit="count", population="accompanied")
    assert list(rows["value"]) == values
    assert set(rows["segment"]) == {0}
    assert list(rows["respondents"]) == [13, 53, 37, 26, 44, 72, 70, 44]


@pytest.mark.parametrize("variable", ["form", "sex", "age", "complaint", "age_at_start", "region", "nationality"])
def test_a_series_breaks_exactly_where_a_change_is_refused(variable: str) -> None:
    catalogue, words, table = load()
    sub = {"age": "adult"} if variable == "age_at_start" else {}
    for category in words.top_level(variable, 2022):
        rows = series(variable, category, **sub)
        for n in range(1, len(rows)):
            refused = bool(compare.compare(rows.iloc[n - 1], rows.iloc[n], table, catalogue, words).refusals)
            assert (rows["segment"].iloc[n] != rows["segment"].iloc[n - 1]) is refused
            assert bool(rows["break_before"].iloc[n]) is refused


def test_the_share_of_adults_who_were_minors_at_the_start_breaks_in_2024() -> None:
    rows = series("age_at_start", "minor_at_start", age="adult")
    assert list(rows["value"]) == [11, 52]
    assert list(rows["segment"]) == [0, 1]
    assert "lorsque précisé" in rows["break_before"].iloc[1]


def test_the_edition_without_a_certain_year_is_on_no_series() -> None:
    for variable, category in (("form", "sexual"), ("age", "minor"), ("nationality", "NGA")):
        assert "edition-2" not in set(series(variable, category)["edition"])


def test_an_administrative_series_has_no_respondents() -> None:
    rows = series("total", unit="count", population="recorded_victims")
    assert list(rows["value"])[:7] == [1439, 1451, 1538, 1669, 1372, 1811, 2027]
    assert rows["respondents"].isna().all()


def test_a_series_that_nobody_published_is_empty() -> None:
    assert series("form", "sexual", sex="trans").empty
