"""The second reading: faults put into the first one are found, what is right stays so, and sums tell what typography does not."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest
from faults import FAULTS, found
from generated_sheets import generate
from sheets import Rows, lines

from tidy_workbook.sums import sums

_ = None
FOUND = {  # share of the wrong cells that are in doubt, at least
    "header_shifted": 1.0, "header_level_lost": 0.95, "spanner_too_wide": 1.0, "stub_level_lost": 0.9, "wrong_parent": 1.0,
    "total_inside": 1.0, "under_its_neighbour": 0.9, "labels_down_one": 1.0, "unit_swapped": 0.65,
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_first_reading_is_found(fault: str) -> None:
    total: Counter[str] = Counter()
    for seed in range(40):
        total += found(random.Random(seed), generate(random.Random(seed)).grid, fault)
    wrong = total["caught"] + total["silent"]
    assert total["caught"] >= FOUND[fault] * wrong, total
    assert wrong or fault == "total_inside"


@pytest.mark.parametrize(
    ("figures", "wholes"),
    [
        ([[10, 20], [4, 9], [6, 11]], [(0, [1, 2])]),
        ([[4, 9], [6, 11], [10, 20]], [(2, [0, 1])]),
        ([[400, 900], [600, 1100], [1000, 2001]], []),
        ([[1200.5, 3], [1300.2, 5], [2500.8, 8]], [(2, [0, 1])]),
        ([[1, 1], [1, 1], [2, 2]], []),
        ([[10, None], [4, 9], [6, None]], []),
        ([[-10, 2], [4, 9], [6, 5]], []),
    ],
)
def test_sums(figures: list[list[float | None]], wholes: list[tuple[int, list[int]]]) -> None:
    enough = (
        [[value and value * 100 for value in line] for line in figures] if figures[0][0] == 10 or figures[0][0] == 4 else figures
    )
    assert [(one.whole, list(one.parts)) for one in sums(enough)] == wholes


TWICE: Rows = {
    1: ["Tableau 1 – Ateliers selon le canton"], 2: ["Canton", 2021, 2022, 2023, 2024], 3: ["Amont", 100, 200, 300, 400],
    4: ["Aval", 20, 30, 40, 50], 5: ["Ensemble", 120, 230, 340, 450], 7: ["Tableau 2 – Ateliers selon la taille"],
    8: ["Taille", 2021, 2022, 2023, 2024], 9: ["Petite", 70, 130, 140, 150], 10: ["Grande", 50, 100, 200, 300],
}  # fmt: skip
DOUBTS: dict[str, tuple[Rows, dict[str, object], list[str]]] = {
    "a total that another table of the sheet gives otherwise, once": (
        {**TWICE, 11: ["Ensemble", 120, 230, 340, 460]}, {},
        ["D5 Ensemble | 2023 = 340", "E5 Ensemble | 2024 = 450 [ambiguous another table of the sheet gives another total]",
         "E10 Grande | 2024 = 300", "E11 Ensemble | 2024 = 460 [ambiguous another table of the sheet gives another total]"],
    ),
    "the same totals one column further": (
        {**TWICE, 11: ["Ensemble", 230, 340, 450, 470]}, {},
        ["B3 Amont | 2021 = 100 [ambiguous the totals of another table stand under other headers]",
         "B9 Petite | 2021 = 70 [ambiguous the totals of another table stand under other headers]"],
    ),
    "other totals of another subject": (
        {**TWICE, 11: ["Ensemble", 17, 230, 18, 19]}, {}, ["B5 Ensemble | 2021 = 120", "B11 Ensemble | 2021 = 17", "C11 Ensemble | 2022 = 230"],
    ),
    "rows in bold that are the sums of those below them, without an indent": (
        {1: ["T"], 3: ["Canton", 2021, 2022], 4: ["Amont", 3010, 4120], 5: ["Lac", 1007, 1515], 6: ["Rive", 2003, 2605],
         7: ["Aval", 7151, 8222], 8: ["Pont", 3100, 2111], 9: ["Quai", 4051, 6111]},
        {"bold": ["A4", "A7"]},
        ["B4 Amont | 2021 = 3010", "B5 Lac | 2021 = 1007 [ambiguous below a row in bold that they add to: parts of it, or beside it]",
         "C9 Quai | 2022 = 6111 [ambiguous below a row in bold that they add to: parts of it, or beside it]"],
    ),
    "two figures in one cell, and a number in brackets": (
        {1: ["T"], 3: ["Canton", 2021, 2022], 4: ["Amont", "30 (10,5 %)", "40 (12)"], 5: ["Aval", "15 (1)", 12],
         7: ["(1) Y compris les ateliers mobiles."]}, {},
        ["B4 Amont | 2021 [ambiguous 30 (10,5 %)]", "C4 Amont | 2022 = 40 [ambiguous a note, or a second figure as in other cells]",
         "B5 Aval | 2021 = 15 [ambiguous a note, or a second figure as in other cells]", "C5 Aval | 2022 = 12"],
    ),
    "numbers in brackets that no note explains": (
        {1: ["T"], 3: ["Canton", 2021], 4: ["Amont", "30 (12)"], 5: ["Aval", "15 (7)"], 6: ["Lac", "14 (1)"], 8: ["(1) Y compris les ateliers mobiles."]},
        {}, ["B4 Amont | 2021 = 30 [ambiguous numbers in brackets that no note explains]"],
    ),
    "one note that is missing": ({1: ["T"], 3: ["Canton", 2021], 4: ["Amont", "30 (1)"], 5: ["Aval", 15]}, {}, ["B4 Amont | 2021 = 30"]),
    "a class in place of a number, whatever a legend says": (
        {1: ["T"], 3: ["Canton", 2021, 2022], 4: ["Amont", "1-4", 40], 5: ["Aval", "1 à 4", 15], 6: ["Lac", "[1;4]", 16], 8: ["« 1-4 » : de 1 à 4"]}, {},
        ["B4 Amont | 2021 [ambiguous 1-4]", "B5 Aval | 2021 [ambiguous 1 à 4]", "B6 Lac | 2021 [ambiguous [1;4]]"],
    ),
    "a total typed as one of the group above it, and which is that of the table": (
        {1: ["T"], 3: ["Canton", 2021, 2022], 4: ["Amont"], 5: ["Lac", 410, 523], 6: ["Gare", 320, 377], 7: ["Aval"], 8: ["Port", 201, 244],
         9: ["Rive", 118, 109], 10: ["Lieux réunis", 1049, 1253]},
        {"indents": {"A5": 1, "A6": 1, "A8": 1, "A9": 1, "A10": 1}},
        ["B10 Aval > Lieux réunis | 2021 = 1049 [ambiguous sums say otherwise: of a group, or of several]"],
    ),
    "a total of totals that is not called so": (
        {1: ["Table 2"], 2: ["Type", "Male", "Female"], 3: ["Adult"], 4: ["Labour", 1003, 203], 5: ["Sexual", 107, 2009], 6: ["Adult total", 1110, 2212],
         7: ["Child"], 8: ["Labour", 504, 53], 9: ["Sexual", 59, 604], 10: ["Child total", 563, 657], 11: ["Referrals", 1673, 2869]}, {},
        ["B10 Child > Child total | Male = 563", "B11 Child > Referrals | Male = 1673 [ambiguous sums say otherwise: of a group, or of several]"],
    ),
    "numbers and percentages that add up by chance": (
        {1: ["POP T0"], 3: [_, 2009, "%", 2014, "%"], 4: ["Ensemble", 1000, 100.0, 1100, 100.0], 5: ["0 à 14 ans", 200, 20.0, 220, 20.0],
         6: ["15 à 29 ans", 800, 80.0, 880, 80.0]}, {},
        ["B4 Ensemble | 2009 = 1000", "D6 15 à 29 ans | 2014 = 880"],
    ),
    "a row as large as the one it is indented below, in a table that adds up": (
        {1: ["T"], 3: ["Canton", 2021, 2022], 4: ["Amont", 730, 900], 5: ["Lac", 410, 523], 6: ["Gare", 320, 377], 7: ["Aval", 201, 244],
         8: ["Rive", 318, 409]},
        {"indents": {"A5": 1, "A6": 1, "A8": 1}},
        ["B8 Aval > Rive | 2021 = 318 [ambiguous larger than what it would be a part of]"],
    ),
    "years that begin again in the middle of a table": (
        {1: ["T"], 3: ["Canton", 2019, 2020, 2021], 4: ["Amont", 5, 4, 3], 5: ["Aval", 2020, 2021, 2022], 6: ["Rive", 7, 8, 9]}, {},
        ["B6 Rive | 2019 = 7 [ambiguous years in order, where figures were expected]"],
    ),
    "numbers without a unit that add to 100, year after year": (
        {1: ["T"], 3: ["Canton", 2021, 2022], 4: ["Amont", 41.2, 40], 5: ["Aval", 38.6, 40.5], 6: ["Rive", 20.2, 19.5], 7: ["Total", 100, 100]},
        {}, ["B4 Amont | 2021 = 41.2 [ambiguous adds to 100, or to 1: percentages or numbers]"],
    ),
}  # fmt: skip


TOTALS = {
    "of the table: all rows make it": ((10, 20, 30, 40, 100), "B9 Ensemble | 2021 = 100"),
    "of the table: the rows of each section make it": ((40, 60, 30, 70, 100), "B9 Ensemble | 2021 = 100"),
    "of its section alone": ((10, 20, 30, 70, 100), "B9 Âge > Ensemble | 2021 = 100"),
    "of nothing that adds up": (
        (10, 20, 30, 40, 95),
        "B9 Ensemble | 2021 = 95 [ambiguous the total of a section or of the table]",
    ),
}


def test_a_total_after_an_empty_row_that_is_the_sum_of_its_section_alone(tmp_path: Path) -> None:
    rows: Rows = {
        1: ["T"], 3: [_, 2001, 2002], 4: ["Zone rive"], 5: ["Crête", 980, 133], 6: ["Bourgs", 83, 53], 8: ["Total rive", 1063, 186],
        9: ["Zone aval"], 10: ["Lac", 26, 12], 11: ["Port", 144, 51],
    }  # fmt: skip
    assert "B8 Total rive | 2001 = 1063 [ambiguous the total of a section or of the table]" in lines(tmp_path, rows)


def test_a_sum_of_decimals_is_no_sum_within_one(tmp_path: Path) -> None:
    """35,1 is the total of both zones, not 2,6 + 14,4 + 17,0, whatever the changes beside it do."""
    rows: Rows = {
        1: ["T"], 3: [_, 2001, "Évolution (en %)"], 4: ["Zone rive"], 5: ["Crête", 9.8, 13.3], 6: ["Bourgs", 8.3, -53.0], 7: ["Total rive", 18.1, -17.1],
        8: ["Zone aval"], 9: ["Lac", 2.6], 10: ["Port", 14.4, -51.4], 11: ["Total aval", 17.0, -58.8], 12: ["Total", 35.1, -37.3],
    }  # fmt: skip
    assert "B12 Total | 2001 = 35.1" in lines(tmp_path, rows)


@pytest.mark.parametrize("kind", TOTALS)
def test_whose_the_last_total_is(tmp_path: Path, kind: str) -> None:
    (a, b, c, d, total), expected = TOTALS[kind]
    rows: Rows = {
        1: ["T"], 2: ["Canton", 2021, 2022], 3: ["Sexe"], 4: ["Femmes", a, a], 5: ["Hommes", b, b], 6: ["Âge"], 7: ["Jeunes", c, c],
        8: ["Autres", d, d], 9: ["Ensemble", total, total],
    }  # fmt: skip
    assert expected in lines(tmp_path, rows)


@pytest.mark.parametrize("kind", DOUBTS)
def test_what_figures_say_against_the_labels(tmp_path: Path, kind: str) -> None:
    rows, look, expected = DOUBTS[kind]
    assert set(expected) <= set(lines(tmp_path, rows, **look))
