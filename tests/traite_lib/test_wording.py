"""French wording: numbers, quantities, sentences."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statements import statement

from traite_lib import open_edition
from traite_lib.loading.selection import load
from traite_lib.presentation import wording
from traite_lib.presentation.sentences import change_sentence

NBSP, NARROW = "\u00a0", "\u202f"


def row(**changes: object) -> pd.Series:
    return pd.Series(statement(**changes))


def said(name: str) -> str:
    """Sentence of a statement of the project."""
    _, words, table = load()
    return (
        wording.sentence(table.set_index("statement_id", drop=False).loc[name], words, "X")
        .replace(NBSP, " ")
        .replace(NARROW, " ")
    )


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(0.5, 0, "1"), (1.5, 0, "2"), (2.5, 0, "3"), (-0.5, 0, "−1"), (-0.4, 0, "0"), (0.125, 2, "0,13"), (2.675, 2, "2,68"), (1.005, 2, "1,01")],
)  # fmt: skip
def test_numbers_are_rounded_half_up(value: float, digits: int, text: str) -> None:
    assert wording.number(value, digits) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (999, "999"),
        (1000, f"1{NARROW}000"),
        (2675.0, f"2{NARROW}675"),
        (1234567, f"1{NARROW}234{NARROW}567"),
        (66.7, "66,7"),
        (20.9, "20,9"),
        (3.14159, "3,14"),
        (-1234.5, f"−1{NARROW}234,5"),
    ],
)
def test_numbers_keep_their_own_decimals_two_at_most(value: float, text: str) -> None:
    assert wording.number(value) == text


@pytest.mark.parametrize(("value", "text"), [(3, "+3"), (0, "0"), (-3, "−3"), (0.4, "0")])
def test_a_sign_is_shown_when_asked(value: float, text: str) -> None:
    assert wording.number(value, 0, sign=True) == text


@given(st.integers(-(10**12), 10**12), st.integers(0, 3))
def test_a_number_reads_back_as_the_value_rounded_half_up(ten_thousandths: int, digits: int) -> None:
    step = 10 ** (4 - digits)
    rounded = (2 * abs(ten_thousandths) + step) // (2 * step)  # half up, away from zero, in whole numbers
    text = wording.number(ten_thousandths / 10**4, digits)
    assert int(text.replace(NARROW, "").replace(",", "").replace("−", "-")) == (-rounded if ten_thousandths < 0 else rounded)
    assert len(text.partition(",")[2]) == digits
    assert all(len(group) == 3 for group in text.partition(",")[0].split(NARROW)[1:])


@pytest.mark.parametrize(
    ("value", "unit", "bound", "text"),
    [
        (82, "percent", "", f"82{NBSP}%"),
        (1, "percent", "<", f"moins de 1{NBSP}%"),
        (80, "percent", ">", f"plus de 80{NBSP}%"),
        (66.7, "percent", "~", f"environ 67{NBSP}%"),
        (66.7, "percent", "", f"66,7{NBSP}%"),
        (3000, "count", "~", f"environ 3{NARROW}000"),
        (2675, "count", "", f"2{NARROW}675"),
        (3.8, "years", "", f"3,8{NBSP}ans"),
        (3, "ratio", ">", "multiplié par plus de 3"),
        (1, "points", "", f"1{NBSP}point"),
        (-1.5, "points", "", f"−1,5{NBSP}point"),
        (2, "points", "", f"2{NBSP}points"),
        (13.6, "per_100000", "", "13,6 pour 100 000 habitants"),
        (float("nan"), "percent", "", "non relevé"),
    ],
)
def test_a_quantity_has_its_unit_and_bound(value: float, unit: str, bound: str, text: str) -> None:
    assert wording.quantity(value, unit, bound) == text


@pytest.mark.parametrize(
    ("base", "text"),
    [
        (10, "5"),
        (11, "5 sur 11"),
        (29, "13 sur 29"),
        (30, f"46{NBSP}% (petite base)"),
        (99, f"46{NBSP}% (petite base)"),
        (100, f"45,5{NBSP}%"),
        (None, f"45,5{NBSP}%"),
    ],
)
def test_a_share_is_shown_according_to_its_base(base: int | None, text: str) -> None:
    assert wording.quantity_of(row(value=45.5, base=base)) == text


@pytest.mark.parametrize(("bound", "text"), [(">", "plus de 10 sur 20"), ("~", "environ 10 sur 20"), ("<", "moins de 10 sur 20")])
def test_a_bound_is_kept_on_a_small_base(bound: str, text: str) -> None:
    assert wording.quantity_of(row(value=50.0, base=20, bound=bound)) == text


def test_a_share_says_its_base_or_that_none_was_published_and_a_count_says_nothing() -> None:
    assert wording.base_of(row(base=6457)) == f"base : 6{NARROW}457"
    assert wording.base_of(row()) == "base non publiée"
    assert wording.base_of(row(unit="count")) == ""
    assert wording.base_cell(row(base=6457)) == f"6{NARROW}457"
    assert wording.base_cell(row()) == "non publiée"


def test_a_published_change_has_a_sign_and_no_base() -> None:
    change = row(variable="change_total", category="2020-2021", value=20.0)
    assert wording.quantity_of(change) == f"+20{NBSP}%"
    assert wording.base_of(change) == ""


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("victimes", "de victimes"),
        ("associations", "d’associations"),
        ("Europe", "d’Europe"),
        ("hommes", "d’hommes"),
        ("hébergement", "d’hébergement"),
        ("œuvres", "d’œuvres"),
        ("Nigeria", "de Nigeria"),
    ],
)
def test_de_is_elided_before_a_vowel(word: str, text: str) -> None:
    assert wording.of(word) == text


@pytest.mark.parametrize(("items", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a et b"), (["a", "b", "c"], "a, b et c")])
def test_items_are_listed(items: list[str], text: str) -> None:
    assert wording.listed(items) == text


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("Femmes", "femmes"),
        ("Âge moyen", "âge moyen"),
        ("MNA", "MNA"),
        ("SSMSI, Interstats", "SSMSI, Interstats"),
        ("La première édition", "la première édition"),
        ("L’enquête", "l’enquête"),
        ("À partir de 2016", "à partir de 2016"),
        ("96 % des femmes", "96 % des femmes"),
    ],
)
def test_a_text_loses_its_capital_inside_a_sentence_unless_it_is_an_acronym(text: str, inside: str) -> None:
    assert wording.lower_first(text) == inside


def test_typography_keeps_punctuation_and_quotation_marks_with_their_words() -> None:
    text = wording.typographic("Il dit « oui » : vrai ; faux ? Non !")
    assert text == f"Il dit «{NBSP}oui{NBSP}»{NBSP}: vrai{NBSP}; faux{NBSP}? Non{NBSP}!"
    assert wording.typographic(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4 363 victimes, 1 234 567", f"4{NARROW}363 victimes, 1{NARROW}234{NARROW}567"),
        (
            "2022 363, 12/22 363, 0,5 363, 1.25 363, 2-125 363, 4 3634",
            "2022 363, 12/22 363, 0,5 363, 1.25 363, 2-125 363, 4 3634",
        ),
        ("5 %, 1 point, 12 points, 18 ans, 3 pointsx", f"5{NBSP}%, 1{NBSP}point, 12{NBSP}points, 18{NBSP}ans, 3 pointsx"),
        ("l'âge, l&#39;âge, 'cité', &#39;cité&#39;", "l’âge, l’âge, 'cité', &#39;cité&#39;"),
    ],
)
def test_typography_of_numbers_and_apostrophes(text: str, expected: str) -> None:
    assert wording.typographic(text) == expected


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("E2022-001", "En 2022, 4 363 victimes ont été repérées par les associations répondantes (source : X)."),
        (
            "E2022-016",
            "En 2022, moins de 1 % des victimes accompagnées et exploitées au moins en partie en France ont subi d’autres formes "
            "d’exploitation (base non publiée ; source : X).",
        ),
        (
            "E2022-033",
            "En 2022, environ 67 % des victimes accompagnées, exploitées au moins en partie en France et contraintes à "
            "commettre des délits sont mineures (base non publiée ; source : X). Réserve : la source dit seulement « accompagnées » : le "
            "chiffre est rapporté, comme le reste de l’édition, aux victimes exploitées au moins en partie en France.",
        ),
        (
            "E2022-031",
            "En 2022, 66 % des victimes mineures accompagnées et exploitées au moins en partie en France sont des filles "
            "(base non publiée ; source : X). Réserve : la source dit seulement « accompagnées » : le chiffre est rapporté, comme "
            "le reste de l’édition, aux victimes exploitées au moins en partie en France.",
        ),
        (
            "E2022-029",
            "En 2022, les victimes accompagnées, exploitées au moins en partie en France et contraintes à commettre des délits "
            "viennent de 12 pays (source : X). Réserve : la source dit seulement « accompagnées » : le chiffre est rapporté, comme "
            "le reste de l’édition, aux victimes exploitées au moins en partie en France.",
        ),
        ("E2019-003", "En 2019, 40 % des victimes repérées ont été accompagnées (base : 6 457 ; source : X)."),
        (
            "E2020-022",
            "En 2020, 49 % des victimes repérées et contraintes à mendier ont été accompagnées (base non publiée ; source : X).",
        ),
        ("ADM-044", "De 2016 à 2017, l’âge moyen des victimes enregistrées par la police et la gendarmerie est de 26 ans (source : X)."),
        (
            "ADM-232",
            "De 2016 à 2023, 85 % des victimes enregistrées par la police et la gendarmerie à Mayotte l’ont été pour des faits "
            "d’exploitation par le travail (base non publiée ; source : X).",
        ),
        (
            "ADM-257",
            "En 2015 (de janvier à mai), 45 infractions relevées par la police et la gendarmerie l’ont été pour des faits de traite "
            "des êtres humains (au sens strict) (source : X).",
        ),
        (
            "ADM-260",
            "En 2015 (de janvier à mai), infractions relevées par la police et la gendarmerie, réduction en esclavage : 1 (source : X).",
        ),
        (
            "ADM-304",
            "En moyenne par an depuis 2016, le nombre de mis en cause enregistrés par la police et la gendarmerie a augmenté de 5,2 %, "
            "selon la source (source : X).",
        ),
        (
            "ED2-001",
            "En 2016 ou 2017, 13 % des victimes accompagnées sont mineures (fiabilité faible ; base non publiée ; source : X). "
            "Réserve : la source ne dit pas si l’année décrite est 2016 ou 2017.",
        ),
    ],
)  # fmt: skip
def test_an_observation_is_said_in_one_sentence(name: str, sentence: str) -> None:
    assert said(name) == sentence


def test_every_retained_statement_makes_a_whole_sentence() -> None:
    _, words, table = load()
    broken = []
    for _, retained in table[table["retained"]].iterrows():
        try:
            text = wording.sentence(retained, words, "X")
        except Exception as error:
            text = f"  {error}"
        if "  " in text:
            broken.append(f"{retained['statement_id']} ({retained['variable']})")
    assert broken == []


@pytest.mark.parametrize(
    ("edition", "statistic", "since", "sentence"),
    [
        (
            2022,
            {"variable": "total", "population": "accompanied"},
            None,
            "De 2021 à 2022, le nombre de victimes accompagnées passe de 2 872 à 2 994 (+122, soit +4 %). Le nombre d’associations "
            "répondantes passe de 44 à 72 entre 2021 et 2022 : les niveaux dépendent d’abord de cette participation. 2021 : valeur "
            "exacte (Collectif « Ensemble contre la traite », source partenaire ou savante) ; la source officielle dit « plus de 2 800 ».",
        ),
        (
            2019,
            {"variable": "form", "category": "sexual"},
            None,
            "De 2018 à 2019, la part des victimes accompagnées qui ont subi une exploitation sexuelle passe de 74 % à 75 % (+1 point). "
            "Le nombre d’associations répondantes passe de 53 à 37 entre 2018 et 2019 : la part dépend aussi des associations "
            "répondantes.",
        ),
        (
            2023,
            {"variable": "form", "category": "sexual"},
            "2021",
            "Aucune valeur n’a été retenue pour l’édition 2023.",
        ),
    ],
)  # fmt: skip
def test_a_change_is_said_with_its_reservation_or_why_there_is_none(
    edition: int, statistic: dict[str, str], since: str | None, sentence: str
) -> None:
    survey = open_edition(edition)
    change = survey.change(**statistic, since=since)
    assert change is not None
    text = change_sentence(change, survey.nomenclatures)
    assert text.replace(NBSP, " ").replace(NARROW, " ") == sentence


def test_no_change_is_said_as_staying() -> None:
    survey = open_edition(2022)
    change = survey.change("sex", "women", since="2019")
    stays = open_edition(2024).change("sex", "women", form="sexual")  # 94 % both years
    assert change is not None
    assert "n’est pas calculé" in change_sentence(change, survey.nomenclatures)
    assert stays is not None
    assert f"reste à 94{NBSP}%." in change_sentence(stays, survey.nomenclatures)


def test_the_same_number_of_respondents_is_not_said_to_change() -> None:
    change = open_edition(2024).change("total", population="accompanied", since="2021")  # 44 associations in both
    assert change is not None
    assert any("associations répondantes" in text for text in change.reservations)
    assert not any("passe de 44 à 44" in text for text in change.reservations)


@pytest.mark.parametrize(
    ("period", "text"), [("2022", "En 2022"), ("2016-2021", "De 2016 à 2021"), ("2016|2017", "En 2016 ou 2017")]
)
def test_a_period_is_said(period: str, text: str) -> None:
    assert wording.period_of(row(period=period)) == text


def test_a_finding_says_the_largest_value_first_and_leaves_out_what_is_missing() -> None:
    rows = pd.DataFrame({"inline": ["a", "b", "c"], "text": ["1 %", "9 %", "non relevé"], "value": [1.0, 9.0, float("nan")]})
    rows["status"] = ["U", "A", "O"]
    assert wording.finding(rows) == "Valeur la plus élevée : b, 9 %. Puis : a, 1 % (fiabilité faible)."
    assert wording.finding(rows[:1]) == "a, 1 % (fiabilité faible)."
    assert wording.finding(rows[2:]) == "Aucune valeur relevée."


def test_a_note_names_the_lines_it_is_about_unless_it_is_about_all() -> None:
    rows = pd.DataFrame({"inline": ["a", "b", "c"], "note": ["Doute.", "Doute.", ""], "category": ["a", "b", "c"]})
    rows = rows.assign(variable="v", period="2022")
    assert wording.notes_of(rows) == ["A et b : doute."]
    assert wording.notes_of(rows[:2]) == ["Doute."]
    rows = rows.assign(category="a", period=["2020", "2021", "2022"])  # a modality that changed its name
    assert wording.notes_of(rows) == ["2020 et 2021 : doute."]


def test_sources_are_each_named_once() -> None:
    assert wording.source_line(["SSMSI", "", "SSMSI"]) == "Source : SSMSI."
    assert wording.source_line(["SSMSI", "ASH"]) == "Sources : SSMSI ; ASH."


def test_unknown_respondents_are_not_said_to_be_the_same_nor_counted() -> None:
    survey = open_edition(2022)
    (entry,) = [entry for entry in survey.catalogue.breaks if entry.every_pair]
    one, other = ({"period": year, "unit": "percent"} for year in ("2021", "2022"))
    told = [
        wording.obstacle(entry, one, other, survey.nomenclatures, known)
        for known in ({"2021": 44, "2022": 72}, {"2021": 44, "2022": 44}, {"2021": 44}, {})
    ]
    assert "passe de 44 à 72 entre 2021 et 2022" in told[0]
    assert "est le même en 2021 et en 2022 (44)" in told[1]
    assert told[2] == told[3]
    assert told[2].startswith("Faute de connaître le nombre d’associations répondantes en 2021 comme en 2022, rien ne dit")
