"""Nomenclatures: labels, codes, dates of validity, and what they promise to the data."""

from __future__ import annotations

from itertools import combinations

import pytest
from conftest import ROOT

from traite_lib.catalogue import Catalogue
from traite_lib.errors import NomenclatureError
from traite_lib.loading.published import load_published
from traite_lib.nomenclature import ALL, Nomenclatures, plain, terms
from traite_lib.table import STATUSES, SUB_POPULATION, UNITS

WORDS = Nomenclatures(ROOT / "data")


@pytest.mark.parametrize(
    ("label", "years", "code"),
    [
        ("travail forcé (forced labor)", (2015, 2015), "forced_labour"),
        ("travail forcé (forced labor)", (2018, 2018), "labour"),
        ("travail forcé (forced labor)", (2016, 2017), "labour"),
        ("exploitation par le travail", (2022, 2022), "labour"),
        ("exploitation par le travail", (2024, 2024), "labour"),
        ("EXPLOITATION  par le travail", (2022, 2022), "labour"),
    ],
)
def test_a_label_has_its_code_in_the_years_described(label: str, years: tuple[int, int], code: str) -> None:
    assert WORDS.code("form", label, years, "here") == code


@pytest.mark.parametrize("label", ["autres formes d'exploitation", "autres formes d’exploitation"])
def test_an_apostrophe_does_not_decide(label: str) -> None:
    assert WORDS.code("form", label, (2022, 2022), "here") == "other"


@pytest.mark.parametrize(
    ("label", "year"),
    [("servitude domestique", 2018), ("autres formes d'exploitation", 2024), ("exploitation d’activité criminelle ou délictuelle", 2022)],
)  # fmt: skip
def test_a_label_out_of_its_years_is_unknown(label: str, year: int) -> None:
    with pytest.raises(NomenclatureError, match=f"is not in the nomenclature 'form' for {year}"):
        WORDS.code("form", label, (year, year), "here")


def test_an_unknown_label_is_named_with_its_place_the_file_to_complete_and_the_nearest() -> None:
    with pytest.raises(NomenclatureError) as error:
        WORDS.code("nationality", "nigeriane", (2022, 2022), "survey_2022.csv, line 9, column modality_1")
    text = str(error.value)
    assert text.startswith(
        "survey_2022.csv, line 9, column modality_1: the label 'nigeriane' is not in the nomenclature 'origin'"
    )
    assert "Complete the column source_labels of data/nomenclatures/origins.csv." in text
    assert "Did you mean 'nigérianes'?" in text


@pytest.mark.parametrize(
    ("year", "label"),
    [
        (2022, "Contrainte à commettre des délits"),
        (2023, "Contrainte à commettre des délits ou des crimes"),
        (2024, "Exploitation d’activité criminelle ou délictuelle"),
    ],
)
def test_a_code_is_labelled_as_in_the_year(year: int, label: str) -> None:
    assert WORDS.label("form", "criminality", year) == label


def test_a_code_out_of_its_years_or_without_a_year_has_its_latest_label() -> None:
    assert WORDS.label("form", "criminality") == "Exploitation d’activité criminelle ou délictuelle"
    assert WORDS.label("form", "domestic_servitude", 2024) == "Servitude domestique"
    assert WORDS.label("form", ALL) == "Ensemble"


@pytest.mark.parametrize(
    ("sex", "age", "label"),
    [
        ("women", "_T", "Femmes"),
        ("women", "adult", "Femmes"),
        ("women", "minor", "Filles"),
        ("men", "minor", "Garçons"),
        ("trans", "minor", "Personnes trans"),
        ("women", "unaccompanied_minor", "Filles"),
        ("men", "15_to_17", "Garçons"),
    ],
)
def test_women_and_men_are_girls_and_boys_among_minors(sex: str, age: str, label: str) -> None:
    assert WORDS.label("sex", sex, 2022, age) == label


@pytest.mark.parametrize(
    ("year", "codes"),
    [
        (2015, ["sexual", "domestic_servitude", "forced_labour", "criminality", "begging"]),
        (2018, ["sexual", "labour", "criminality", "begging", "other"]),
        (2022, ["sexual", "labour", "criminality", "begging", "other"]),
        (2023, ["sexual", "labour", "criminality", "begging", "other"]),
        (2024, ["sexual", "labour", "criminality", "begging"]),
    ],
)
def test_the_forms_of_an_edition_are_those_that_it_distinguished(year: int, codes: list[str]) -> None:
    assert WORDS.top_level("form", year) == codes


@pytest.mark.parametrize(
    ("variable", "code", "ancestor", "inside"),
    [
        ("age", "15_to_17", "minor", True),
        ("age", "unaccompanied_minor", "minor", True),
        ("age", "minor", "minor", True),
        ("age", "minor", "15_to_17", False),
        ("age", "adult", "minor", False),
        ("form", "labour_domestic", "labour", True),
        ("form", "sexual", "labour", False),
        ("nationality", "NGA", "africa", True),
        ("nationality", "NGA", "europe", False),
        ("sentence", "partly_suspended", "prison", True),
    ],
)
def test_a_sub_population_stands_within_another(variable: str, code: str, ancestor: str, inside: bool) -> None:
    assert WORDS.within(variable, code, ancestor) is inside


def test_the_parent_of_every_item_exists() -> None:
    codes = {(item.variable, item.code) for item in WORDS.items}
    assert [item for item in WORDS.items if item.parent and (item.variable, item.parent) not in codes] == []
    assert [p.code for p in WORDS.populations.values() if p.parent and p.parent not in WORDS.populations] == []


def test_no_two_codes_share_a_label_in_the_same_years() -> None:
    clashes = [
        (one.code, other.code, label)
        for one, other in combinations(WORDS.items, 2)
        if one.variable == other.variable and one.code != other.code
        for label in set(map(plain, one.source_labels)) & set(map(plain, other.source_labels))
        if one.valid[0] <= other.valid[1] and other.valid[0] <= one.valid[1]
    ]
    assert clashes == []


def test_the_periods_of_a_code_do_not_overlap_and_every_item_has_a_french_label_and_a_field_or_says_there_is_none() -> None:
    for one, other in combinations(WORDS.items, 2):
        if (one.variable, one.code) == (other.variable, other.code):
            assert one.valid[1] < other.valid[0] or other.valid[1] < one.valid[0], one.code
    assert [item.code for item in WORDS.items if not (item.label_fr and item.label_en and item.htcds)] == []


def test_the_nomenclature_of_every_variable_exists() -> None:
    known = {item.variable for item in WORDS.items}
    assert [v.code for v in WORDS.variables.values() if v.nomenclature and v.nomenclature not in known] == []


def test_every_label_of_the_published_figures_is_covered() -> None:
    codes = {(item.variable, item.code) for item in WORDS.items}
    coded = load_published(Catalogue(ROOT), WORDS)
    used = {(column, row[column]) for row in coded for column in SUB_POPULATION}
    used |= {(WORDS.nomenclature(str(row["variable"])), row["category"]) for row in coded}
    assert {pair for pair in used if pair[1] != ALL} <= codes
    assert {row["population"] for row in coded} <= set(WORDS.populations)


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: WORDS.variable("forms"), "There is no variable 'forms'. Available: total, form, sex.*Did you mean 'form'?"),
        (lambda: WORDS.universe("acompanied"), "There is no population 'acompanied'.*Did you mean 'accompanied'?"),
        (lambda: WORDS.item("sex", "female"), "'sex' has no category 'female'. Available: women, men, trans"),
    ],
)
def test_an_unknown_code_is_an_error_that_lists_those_that_exist(ask: object, said: str) -> None:
    with pytest.raises(NomenclatureError, match=said):
        ask()  # type: ignore[operator]


def test_a_label_with_two_codes_in_one_year_is_refused(project: object) -> None:
    path = project / "data" / "nomenclatures" / "sexes.csv"  # type: ignore[operator]
    path.write_text(path.read_text(encoding="utf-8").replace("hommes|garçons", "hommes|garçons|femmes"), encoding="utf-8")
    with pytest.raises(NomenclatureError, match="here: the label 'femmes' may be men or women in 2022"):
        Nomenclatures(project / "data").code("sex", "femmes", (2022, 2022), "here")  # type: ignore[operator]


def test_the_terms_are_those_of_the_table_with_french_and_english_labels() -> None:
    assert list(terms("units")) == UNITS
    assert set(terms("statuses")) == set(STATUSES)
    assert list(terms("bounds")) == ["", "<", ">", "~"]
    assert set(terms("universes")) == {population.universe for population in Nomenclatures(ROOT / "data").populations.values()}
    assert set(terms("effects")) == {"refuse", "reserve"}
    assert list(terms("ranks")) == ["1", "2", "3", "4"]
    for name in ("units", "statuses", "bounds", "universes", "effects", "ranks", "states"):
        assert all(term.label_fr and term.label_en for term in terms(name).values())
    with pytest.raises(NomenclatureError, match=r"There are no terms 'unit'. Available: bounds.* Did you mean 'units'\?"):
        terms("unit")
