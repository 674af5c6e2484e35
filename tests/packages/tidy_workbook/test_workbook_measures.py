"""What figures measure: units said in ten places, two units of one table, rates among counts, changes, bounds; numbers are invented."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sheets import Rows, lines

from tidy_workbook import units
from tidy_workbook.changes import changes

_ = None
DOUBT = "[ambiguous a rate, a ratio or a change under the unit of something else]"
MEASURES: dict[str, tuple[Rows, dict[str, Any], list[str]]] = {
    "two units in a title: the words of a column tell which": (
        {1: ["T – Emploi par sexe en milliers et part en %"], 3: ["Sexe", "Emploi", "Part"], 4: ["Femmes", 1200, 48.0], 5: ["Hommes", 1300, 52.0]}, {},
        ["B4 Femmes | Emploi = 1200 milliers", "C4 Femmes | Part = 48 %", "B5 Hommes | Emploi = 1300 milliers", "C5 Hommes | Part = 52 %"],
    ),
    "two units, and nothing tells which": (
        {1: ["T"], 2: ["en milliers et en %"], 3: ["Sexe", "A", "B"], 4: ["Femmes", 1200, 48.0], 5: ["Hommes", 1300, 5.0]}, {},
        ["B4 Femmes | A = 1200 milliers", "C4 Femmes | B = 48 [ambiguous a percentage or a number: the unit says both]",
         "B5 Hommes | A = 1300 milliers", "C5 Hommes | B = 5 [ambiguous a percentage or a number: the unit says both]"],
    ),
    "« Numbers and percentages » above the last column is no header of it": (
        {1: ["Table 1"], 2: ["North", _, _, "Numbers and percentages"], 3: ["Offence", "To 2021", "To 2022", "% change"], 4: ["A", 1200, 1300, 8.3]}, {},
        ["B4 A | To 2021 = 1200", "C4 A | To 2022 = 1300", "D4 A | % change = 8.3 %"],
    ),
    "« [Numbers in thousands] », and rates that are none": (
        {1: ["Table 1"], 2: ["[Numbers in thousands]"], 4: ["Status", "2021", "2022"], 5: ["Labor force", "162,099", "164,753"],
         6: ["Unemployment rate", "3.9", "3.4"]}, {},
        ["B5 Labor force | 2021 = 162099 thousands", "C5 Labor force | 2022 = 164753 thousands",
         f"B6 Unemployment rate | 2021 = 3.9 thousands {DOUBT}", f"C6 Unemployment rate | 2022 = 3.4 thousands {DOUBT}"],
    ),
    "a rate and a ratio of deciles in a table of euros": (
        {1: ["T, en euros"], 3: ["Décile", "2021"], 4: ["D1", 11000], 5: ["D9/D1", 3.6], 6: ["Taux d'effort", 20.0], 7: ["Part (en %)", 30.0]}, {},
        ["B4 D1 | 2021 = 11000 euros", f"B5 D9/D1 | 2021 = 3.6 euros {DOUBT}", f"B6 Taux d'effort | 2021 = 20 euros {DOUBT}",
         "B7 Part (en %) | 2021 = 30 %"],
    ),
    "a unit in the corner, after the name of the rows": (
        {1: ["T"], 3: ["Sexe (en %)", "2021"], 4: ["Femmes", 71], 5: ["Hommes", 29]}, {}, ["B4 Femmes | 2021 = 71 %", "B5 Hommes | 2021 = 29 %"],
    ),
    "a unit in the corner is that of classes": (
        {1: ["T"], 3: ["Part du revenu (en %)", "Ménages"], 4: ["0-10", 71], 5: ["10-20", 29]}, {}, ["B4 0-10 | Ménages = 71", "B5 10-20 | Ménages = 29"],
    ),
    "a unit among the notes, before another one": (
        {1: ["T1"], 3: ["Sex", "2021"], 4: ["Women", 1200], 6: ["Unit: thousands. Source: an office."]}, {}, ["B4 Women | 2021 = 1200 thousands"],
    ),
    "what a table counts, by its key": ({1: ["T"], 2: ["Unité : mineur"], 4: ["Sexe", "2021"], 5: ["Garçons", 12]}, {}, ["B5 Garçons | 2021 = 12 mineur"]),
    "dollars in brackets": (
        {1: ["Table"], 3: ["Area", "Median income (dollars)"], 4: ["North", 76330]}, {}, ["B4 North | Median income (dollars) = 76330 dollars"],
    ),
    "changes that figures show to be differences, or percentages": (
        {1: ["T, en milliers"], 3: ["Sexe", "2021", "2022", "Évolution"], 4: ["Femmes", 1200, 1300, 100], 5: ["Hommes", 1300, 1350, 50],
         7: ["U, en milliers"], 9: ["Sexe", "2021", "2022", "Évolution"], 10: ["Femmes", 1200, 1300, 8.3], 11: ["Hommes", 1300, 1400, 7.7]}, {},
        ["B4 Femmes | 2021 = 1200 milliers", "C4 Femmes | 2022 = 1300 milliers", "D4 Femmes | Évolution = 100 milliers",
         "B5 Hommes | 2021 = 1300 milliers", "C5 Hommes | 2022 = 1350 milliers", "D5 Hommes | Évolution = 50 milliers",
         "B10 Femmes | 2021 = 1200 milliers", "C10 Femmes | 2022 = 1300 milliers", "D10 Femmes | Évolution = 8.3 %",
         "B11 Hommes | 2021 = 1300 milliers", "C11 Hommes | 2022 = 1400 milliers", "D11 Hommes | Évolution = 7.7 %"],
    ),
    "a change of other years than those shown": (
        {1: ["T"], 3: ["Sexe", "2021", "2022", "Évolution 2012-2022"], 4: ["Femmes", 1200, 1300, 31], 5: ["Hommes", 1300, 1400, 12]}, {},
        ["B4 Femmes | 2021 = 1200", "C4 Femmes | 2022 = 1300", "D4 Femmes | Évolution 2012-2022 = 31 [ambiguous a change: in numbers, in points or in %]",
         "B5 Hommes | 2021 = 1300", "C5 Hommes | 2022 = 1400", "D5 Hommes | Évolution 2012-2022 = 12 [ambiguous a change: in numbers, in points or in %]"],
    ),
    "a change between percentages that nothing tells": (
        {1: ["T (en %)"], 3: ["Sexe", "2021", "2022", "Évolution"], 4: ["Femmes", 10.8, 10.8, 0.0], 5: ["Hommes", 11.0, "nd", _]}, {},
        ["B4 Femmes | 2021 = 10.8 %", "C4 Femmes | 2022 = 10.8 %", "D4 Femmes | Évolution = 0 % [ambiguous a change: in numbers, in points or in %]",
         "B5 Hommes | 2021 = 11 %", "C5 Hommes | 2022 % [not_available nd]", "D5 Hommes | Évolution % [blank]"],
    ),
    "bounds have the unit of what they bound": (
        {1: ["Table"], 3: ["Sex", "%", "Lower CI", "Upper CI"], 4: ["Men", 4.1, 3.2, 5.1], 5: ["Women", 7.3, 6.1, 8.6]}, {},
        ["B4 Men | % = 4.1 %", "C4 Men | Lower CI = 3.2 %", "D4 Men | Upper CI = 5.1 %", "B5 Women | % = 7.3 %", "C5 Women | Lower CI = 6.1 %",
         "D5 Women | Upper CI = 8.6 %"],
    ),
    "bounds that bound nothing": (
        {1: ["Table"], 3: ["Sex", "%", "Lower CI"], 4: ["Men", 4.1, 5.2]}, {},
        ["B4 Men | % = 4.1 %", "C4 Men | Lower CI = 5.2 [ambiguous bounds that the figure beside them does not lie between]"],
    ),
    "« % » below each row is about that row": (
        {1: ["T"], 3: ["Sexe", "2021", "2022"], 4: ["Femmes", 120, 130], 5: ["%", "60,0", "65,0"], 6: ["Hommes", 80, 70], 7: ["%", "40,0", "35,0"]}, {},
        ["B4 Femmes | 2021 = 120", "C4 Femmes | 2022 = 130", "B5 Femmes > % | 2021 = 60 %", "C5 Femmes > % | 2022 = 65 %",
         "B6 Hommes | 2021 = 80", "C6 Hommes | 2022 = 70", "B7 Hommes > % | 2021 = 40 %", "C7 Hommes > % | 2022 = 35 %"],
    ),
    "« % » after an empty row is about a row that nothing tells": (
        {1: ["T"], 3: ["Sexe", "2021"], 4: ["Femmes", 120], 5: ["%", "60,0"], 6: ["Hommes", 80], 8: ["%", "40,0"]}, {},
        ["B4 Femmes | 2021 = 120", "B5 Femmes > % | 2021 = 60 %", "B6 Hommes | 2021 = 80", "B8 % | 2021 = 40 % [ambiguous a percentage of which row]"],
    ),
    "a hundred people, said to be counted": (
        {1: ["T"], 3: ["Sexe", "Femmes", _, "Hommes", _], 4: [_, "Effectif", "%", "Effectif", "%"], 5: ["Ville", 10, "10,0", 20, "20,0"],
         6: ["Bourg", 90, "90,0", 80, "80,0"], 7: ["Total", 100, "100,0", 100, "100,0"]}, {"merges": ["B3:C3", "D3:E3"]},
        ["B5 Ville | Femmes > Effectif = 10", "C5 Ville | Femmes > % = 10 %", "D5 Ville | Hommes > Effectif = 20", "E5 Ville | Hommes > % = 20 %",
         "B6 Bourg | Femmes > Effectif = 90", "C6 Bourg | Femmes > % = 90 %", "D6 Bourg | Hommes > Effectif = 80", "E6 Bourg | Hommes > % = 80 %",
         "B7 Total | Femmes > Effectif = 100", "C7 Total | Femmes > % = 100 %", "D7 Total | Hommes > Effectif = 100", "E7 Total | Hommes > % = 100 %"],
    ),
    "a base after a dash": (
        {1: ["Table 2"], 2: ["Percentages"], 3: ["Age", "Men", "Women"], 4: ["16 to 19", 4.1, 10.2], 5: ["Unweighted base - number of adults", 1200, 1300]}, {},
        ["B4 16 to 19 | Men = 4.1 %", "C4 16 to 19 | Women = 10.2 %", "B5 Unweighted base - number of adults | Men = 1200",
         "C5 Unweighted base - number of adults | Women = 1300"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", MEASURES)
def test_what_each_figure_measures(tmp_path: Path, kind: str) -> None:
    rows, look, expected = MEASURES[kind]
    assert lines(tmp_path, rows, **look) == expected


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("% et effectif", "mixed:%/count"), ("en milliers et en %", "mixed:milliers/%"), ("Effectifs en milliers", "milliers"),
        ("Effectifs en milliers, évolutions en %", "mixed:milliers/%"), ("[Numbers in thousands]", "thousands"), ("(dollars)", "dollars"),
        ("Part des femmes, en %", "%"), ("Salaires (en euros) des femmes", "euros"), ("Victims in thousands", "thousands"),
        ("Changes in 2022", ""), ("Households in London", ""), ("Montant (en euros) et part (en %)", "mixed:euros/%"),
    ],
)  # fmt: skip
def test_the_units_of_a_title(text: str, unit: str) -> None:
    assert units.of_title(text) == unit


def test_a_change_is_known_by_arithmetic_alone() -> None:
    before, after = [100.0, 250.0, 80.0], [110.0, 200.0, 84.0]
    assert changes([before, after, [10.0, -50.0, 4.0]], [False, False, True]) == ["", "", "difference"]
    assert changes([before, after, [10.0, -20.0, 5.0]], [False, False, True]) == ["", "", "%"]
    assert changes([before, after, [0.1, -0.2, 0.05]], [False, False, True]) == ["", "", "unknown"]


@pytest.mark.parametrize(
    ("title", "unit"),
    [
        ("Expenditure (million euro)", "million euro"), ("Expenditure, EUR million", "eur million"), ("Employed (1 000 persons)", "1 000 persons"),
        ("Table 3: Victimisation rate per 1,000 adults", "per 1,000 adults"), ("Nombre de victimes pour 1 000 habitants", "pour 1 000 habitants"),
        ("Nombre de lits et taux pour 1 000 habitants", "mixed:count/pour 1 000 habitants"), ("Part des 25-34 ans (en %)", "%"),
        ("Espérance de vie (en années) et écart (en %)", "mixed:années/%"), ("Nombre de victimes", "count"), ("Victimes en 2022", ""),
    ],
)  # fmt: skip
def test_more_units_of_a_title(title: str, unit: str) -> None:
    assert units.of_title(title) == unit


def test_a_unit_alone_below_a_header(tmp_path: Path) -> None:
    rows: Rows = {1: ["T"], 3: ["Type", "Durée", "Effectif"], 4: [_, "mois", "nombre"], 5: ["A", 12, 100], 6: ["B", 14, 200]}
    assert lines(tmp_path, rows) == [
        "B5 A | Durée > mois = 12 mois", "C5 A | Effectif > nombre = 100", "B6 B | Durée > mois = 14 mois", "C6 B | Effectif > nombre = 200",
    ]  # fmt: skip


RANKS: dict[str, str] = {
    "Rang": "[ambiguous",
    "Répondants": "[ambiguous",
    "Montant moyen": "[ambiguous",
    "Nombre de lits": "= 12",
    "Part": "= 12 %",
}


@pytest.mark.parametrize("head", RANKS)
def test_what_cannot_be_a_percentage_of_its_table(tmp_path: Path, head: str) -> None:
    found = lines(tmp_path, {1: ["T (en %)"], 3: ["Zone", "Taux", head], 4: ["A", 60, 12], 5: ["B", 30, 8]})
    assert RANKS[head] in found[1]


def test_a_share_below_one_without_a_unit(tmp_path: Path) -> None:
    found = lines(tmp_path, {1: ["T"], 3: ["Indicateur", "2021"], 4: ["Victimes", 120], 5: ["Part de femmes", 0.6]})
    assert found == ["B4 Victimes | 2021 = 120", "B5 Part de femmes | 2021 = 0.6 [ambiguous fraction or percentage]"]
