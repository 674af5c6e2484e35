"""Tables as people lay them out, read cell by cell: labels, units, statuses; and what is left in doubt rather than guessed.

Every list below is the whole reading: a cell too many, a label too few or a wrong unit turns it red.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from sheets import Rows, lines, reading

_ = None
LAYOUTS: dict[str, tuple[Rows, dict[str, Any], list[str]]] = {
    "one figure, unit in the title, a threshold": (
        {1: ["Figure 1. Ménages selon la forme (en %)"], 3: [_, "2022"], 4: ["Urbaine", 76], 5: ["Autres", "< 1"]},
        {},
        ["B4 Urbaine | 2022 = 76 %", "B5 Autres | 2022 % [below_threshold < 1]"],
    ),
    "fractions shown as percentages, counts beside them": (
        {1: ["Figure 2"], 3: ["Sexe", "Effectif", "%"], 4: ["Femmes", 90, 0.6], 5: ["Hommes", 60, 0.4]},
        {"formats": {"C4:C5": "0 %"}},
        ["B4 Femmes | Effectif = 90", "C4 Femmes | % = 60 %", "B5 Hommes | Effectif = 60", "C5 Hommes | % = 40 %"],
    ),
    "a percentage sign between quotes multiplies nothing": (
        {1: ["Figure 2"], 3: ["Sexe", "Part"], 4: ["Femmes", 60], 5: ["Hommes", 40]},
        {"formats": {"B4:B5": '0" %"'}},
        ["B4 Femmes | Part = 60 %", "B5 Hommes | Part = 40 %"],
    ),
    "spanners merged over their columns": (
        {1: ["T"], 3: ["Forme", "Femmes", _, "Hommes", _], 4: [_, "n", "%", "n", "%"], 5: ["Urbaine", 10, 20, 30, 40]},
        {"merges": ["B3:C3", "D3:E3", "A3:A4"]},
        [
            "B5 Urbaine | Femmes > n = 10", "C5 Urbaine | Femmes > % = 20 %",
            "D5 Urbaine | Hommes > n = 30", "E5 Urbaine | Hommes > % = 40 %",
        ],
    ),
    "spanners that nothing merges, each with its columns below": (
        {1: ["T"], 3: ["Forme", "Femmes", _, "Hommes", _, "Total"], 4: [_, "Mineures", "Majeures", "Mineurs", "Majeurs"],
         5: ["Urbaine", 10, 20, 1, 2, 33]},
        {},
        [
            "B5 Urbaine | Femmes > Mineures = 10", "C5 Urbaine | Femmes > Majeures = 20", "D5 Urbaine | Hommes > Mineurs = 1",
            "E5 Urbaine | Hommes > Majeurs = 2", "F5 Urbaine | Total = 33",
        ],
    ),
    "spanners centred by hand: in doubt, never given to the wrong column": (
        {1: ["T"], 3: [_, _, "Femmes", _, _, "Hommes", _], 4: [_, "2020", "2021", "2022", "2020", "2021", "2022"],
         5: ["Urbaine", 1, 2, 3, 4, 5, 6]},
        {},
        [
            "B5 Urbaine | 2020 = 1 [ambiguous header in doubt]", "C5 Urbaine | Femmes > 2021 = 2 [ambiguous header in doubt]",
            "D5 Urbaine | 2022 = 3 [ambiguous header in doubt]", "E5 Urbaine | 2020 = 4 [ambiguous header in doubt]",
            "F5 Urbaine | Hommes > 2021 = 5 [ambiguous header in doubt]", "G5 Urbaine | 2022 = 6 [ambiguous header in doubt]",
        ],
    ),
    "years as numbers, as text, provisional, revised": (
        {1: ["T"], 3: [_, 2019, "2020 (r)", "2021 (p)", "2022*"], 4: ["Ménages", 1, 2, 3, 4], 6: ["* Données provisoires."]},
        {},
        [
            "B4 Ménages | 2019 = 1", "C4 Ménages | 2020 = 2 [revised (r)]", "D4 Ménages | 2021 = 3 [provisional (p)]",
            "E4 Ménages | 2022 = 4 [provisional *]",
        ],
    ),
    "months in a column, shown by their format": (
        {1: ["T"], 2: ["Mois", "Ménages"], 3: [dt.datetime(2022, 1, 1), 90], 4: [dt.datetime(2022, 2, 1), 60]},
        {"formats": {"A3:A4": "mmm-yy"}},
        ["B3 2022-01 | Ménages = 90", "B4 2022-02 | Ménages = 60"],
    ),
    "sections of text": (
        {1: ["T (en %)"], 3: [_, "2022"], 4: ["Sexe"], 5: ["Femmes", 80], 6: ["Hommes", 20], 7: ["Âge"], 8: ["Mineurs", 16]},
        {},
        ["B5 Sexe > Femmes | 2022 = 80 %", "B6 Sexe > Hommes | 2022 = 20 %", "B8 Âge > Mineurs | 2022 = 16 %"],
    ),
    "sections that are years": (
        {1: ["T"], 3: [_, "Femmes"], 4: [2021], 5: ["Urbaine", 1], 6: ["Travail", 2], 7: [2022], 8: ["Urbaine", 3]},
        {},
        ["B5 2021 > Urbaine | Femmes = 1", "B6 2021 > Travail | Femmes = 2", "B8 2022 > Urbaine | Femmes = 3"],
    ),
    "sections that are units": (
        {1: ["T"], 3: [_, "Femmes"], 4: [_, "En effectifs"], 5: ["Urbaine", 80], 6: [_, "En %"], 7: ["Urbaine", 82]},
        {},
        ["B5 En effectifs > Urbaine | Femmes = 80", "B7 En % > Urbaine | Femmes = 82 %"],
    ),
    "an outline: the group is written once": (
        {1: ["T"], 3: ["Sexe", "Âge", "Effectif"], 4: ["Femmes", "Mineures", 1], 5: [_, "Majeures", 2], 6: ["Hommes", "Mineurs", 3]},
        {},
        ["C4 Femmes > Mineures | Effectif = 1", "C5 Femmes > Majeures | Effectif = 2", "C6 Hommes > Mineurs | Effectif = 3"],
    ),
    "groups that merged cells delimit: nothing goes down further": (
        {1: ["T"], 3: [_, _, "2022"], 4: ["Femmes", "Mineures", 1], 5: [_, "Majeures", 2], 6: [_, "Hommes mineurs", 3]},
        {"merges": ["A4:A5"]},
        ["C4 Femmes > Mineures | 2022 = 1", "C5 Femmes > Majeures | 2022 = 2", "C6 Hommes mineurs | 2022 = 3"],
    ),
    "a group label in the middle of its rows: in doubt": (
        {1: ["T"], 3: [_, _, "2022"], 4: [_, "Femmes", 1], 5: ["Sexe", "Hommes", 2], 6: [_, "Inconnu", 3]},
        {},
        [
            "C4 Femmes | 2022 = 1 [ambiguous labels in the middle of their groups]",
            "C5 Sexe > Hommes | 2022 = 2 [ambiguous labels in the middle of their groups]",
            "C6 Sexe > Inconnu | 2022 = 3 [ambiguous labels in the middle of their groups]",
        ],
    ),
    "indents and spaces": (
        {1: ["T"], 3: [_, "2022"], 4: ["Travail, dont :", 3], 5: ["   domestique", 1], 6: ["   hors domestique", 2], 7: ["Autres", 4]},
        {},
        [
            "B4 Travail, dont : | 2022 = 3", "B5 Travail, dont : > domestique | 2022 = 1",
            "B6 Travail, dont : > hors domestique | 2022 = 2", "B7 Autres | 2022 = 4",
        ],
    ),
    "a code and its label": (
        {1: ["T"], 3: ["Département", _, "Ménages"], 4: ["01", "Ain", 1], 5: ["2A", "Corse-du-Sud", 2], 6: ["974", "Réunion", 3]},
        {},
        ["C4 01 > Ain | Ménages = 1", "C5 2A > Corse-du-Sud | Ménages = 2", "C6 974 > Réunion | Ménages = 3"],
    ),
    "years name rows, counts look like years": (
        {1: ["T"], 3: ["Année", "Femmes", "Hommes"], 4: [2019, 1987, 2024], 5: [2020, 1990, 2030]},
        {},
        ["B4 2019 | Femmes = 1987", "C4 2019 | Hommes = 2024", "B5 2020 | Femmes = 1990", "C5 2020 | Hommes = 2030"],
    ),
    "two tables side by side": (
        {1: ["T"], 3: ["Forme", "2022", _, "Sexe", "2022"], 4: ["Urbaine", 75, _, "Femmes", 80], 5: ["Travail", 15, _, "Hommes", 20]},
        {},
        ["B4 Urbaine | 2022 = 75", "E4 Femmes | 2022 = 80", "B5 Travail | 2022 = 15", "E5 Hommes | 2022 = 20"],
    ),
    "the header repeated further down, a total after an empty row": (
        {1: ["T"], 3: ["Pays", "2021", "2022"], 4: ["France", 1, 2], 5: ["Pays", "2021", "2022"], 6: ["Maroc", 3, 4], 8: ["Total", 4, 6]},
        {},
        [
            "B4 France | 2021 = 1", "C4 France | 2022 = 2", "B6 Maroc | 2021 = 3", "C6 Maroc | 2022 = 4",
            "B8 Total | 2021 = 4", "C8 Total | 2022 = 6",
        ],
    ),
    "flags in a column of their own": (
        {1: ["T"], 2: ["Forme", "Effectif", _, "Part", _], 3: ["Urbaine", 90, "(e)", 60, _], 4: ["Travail", 60, _, 40, "p"]},
        {"merges": ["B2:C2"]},
        [
            "B3 Urbaine | Effectif = 90 [estimated (e)]", "D3 Urbaine | Part = 60", "B4 Travail | Effectif = 60",
            "D4 Travail | Part = 40 [provisional (p)]",
        ],
    ),
    "« Effectif » at the head of a row counts below « En % »": (
        {1: ["T"], 2: [_, "En %"], 3: [_, "Femmes", "Hommes"], 4: ["Urbaine", 52, 48], 5: ["Effectif", 1200, 900]},
        {"merges": ["B2:C2"]},
        [
            "B4 Urbaine | Femmes = 52 %", "C4 Urbaine | Hommes = 48 %", "B5 Effectif | Femmes = 1200", "C5 Effectif | Hommes = 900",
        ],
    ),
    "the unit is nearer in the column than in the title": (
        {1: ["T (en %)"], 3: [_, "Part", "Dépense (en euros)"], 4: ["Urbaine", 52, 48]},
        {},
        ["B4 Urbaine | Part = 52 %", "C4 Urbaine | Dépense (en euros) = 48 euros"],
    ),
    "a change beside a column of units": (
        {1: ["T"], 3: ["Canton", "Unité", "2005", "2006", "Évolution"], 4: ["Plaine", "%", 11.9, 5.9, -6.0], 5: ["Aval", "euros", 5088, 6414, 1326],
         6: ["Amont", "%", 10.6, 9.2, -1.4]},
        {}, ["C4 Plaine | 2005 = 11.9 %", "D4 Plaine | 2006 = 5.9 %", "E4 Plaine | Évolution = -6 points [ambiguous two units: of its row, and of its column]", "C5 Aval | 2005 = 5088 euros",
             "D5 Aval | 2006 = 6414 euros", "E5 Aval | Évolution = 1326 euros", "C6 Amont | 2005 = 10.6 %", "D6 Amont | 2006 = 9.2 %",
             "E6 Amont | Évolution = -1.4 points [ambiguous two units: of its row, and of its column]"],
    ),
    "a column of units": (
        {1: ["T"], 3: ["Indicateur", "Unité", "2022"], 4: ["Ménages", "Nombre", 100], 5: ["Femmes", "%", 82]},
        {},
        ["C4 Ménages | 2022 = 100", "C5 Femmes | 2022 = 82 %"],
    ),
    "fractions that a title calls percentages": (
        {1: ["T (en %)"], 3: [_, "2022"], 4: ["Urbaine", 0.6], 5: ["Travail", 0.4]},
        {},
        [
            "B4 Urbaine | 2022 = 0.6 % [ambiguous fraction or percentage]",
            "B5 Travail | 2022 = 0.4 % [ambiguous fraction or percentage]",
        ],
    ),
    "a count that stands under a percentage": (
        {1: ["T (en %)"], 3: [_, "2022"], 4: ["Urbaine", 60], 5: ["Toutes", 2675]},
        {},
        ["B4 Urbaine | 2022 = 60 %", "B5 Toutes | 2022 = 2675 % [ambiguous more than 100 %]"],
    ),
    "a share that rounding takes above 100, and one that it does not": (
        {1: ["T (en %)"], 3: [_, "2022"], 4: ["Sexuelle", 100.5], 5: ["Travail", 100.6]},
        {},
        ["B4 Sexuelle | 2022 = 100.5 %", "B5 Travail | 2022 = 100.6 % [ambiguous more than 100 %]"],
    ),
    "a number without a label": (
        {1: ["T"], 3: ["Forme", "2022"], 4: ["Urbaine", 60], 5: [_, 60]},
        {},
        ["B4 Urbaine | 2022 = 60", "B5  | 2022 = 60 [ambiguous no label]"],
    ),
    "the same labels twice": (
        {1: ["T"], 3: [_, "2022"], 4: ["Femmes", 1], 5: ["Femmes", 2], 6: ["Hommes", 3]},
        {},
        [
            "B4 Femmes | 2022 = 1 [ambiguous same labels twice]", "B5 Femmes | 2022 = 2 [ambiguous same labels twice]",
            "B6 Hommes | 2022 = 3",
        ],
    ),
    "thousands written by the format": (
        {1: ["T (en milliers)"], 3: [_, "2022"], 4: ["Ménages", 4363000], 5: ["Autres", 2000]},
        {"formats": {"B4:B5": "#,##0,"}},
        ["B4 Ménages | 2022 = 4363 milliers", "B5 Autres | 2022 = 2 milliers"],
    ),
    "a number that its format hides": (
        {1: ["T"], 3: [_, "2022"], 4: ["Femmes", 3], 5: ["Hommes", 4], 6: ["Autres", 5]},
        {"formats": {"B4": '"ns"', "B5": ";;;"}},
        ["B4 Femmes | 2022 [not_significant ns]", "B5 Hommes | 2022 [ambiguous 4]", "B6 Autres | 2022 = 5"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_is_read_as_a_person_reads_it(name: str, tmp_path: Path) -> None:
    rows, look, expected = LAYOUTS[name]
    assert lines(tmp_path, rows, **look) == expected


def test_every_symbol_has_its_status(tmp_path: Path) -> None:
    symbols = {
        "nd": "not_available", "n.d.": "not_available", "NR": "not_available", "NC": "not_available", "…": "not_available",
        "ns": "not_significant", "s": "confidential", "c": "confidential", "///": "not_applicable", "ε": "below_threshold",
        "-": "ambiguous", "< 5": "below_threshold", "moins de 1 %": "below_threshold", "#REF!": "error", "non dit": "ambiguous",
    }  # fmt: skip
    rows = {1: ["T"], 2: ["Forme", "2021", "2022"]} | {
        number: [f"Modalité {number}", 7, symbol] for number, symbol in enumerate(symbols, start=3)
    }
    found = [cell for cell in reading(tmp_path, rows).cells if cell.columns == ("2022",)]
    assert [(cell.marker, cell.status, cell.value) for cell in found] == [(s, status, None) for s, status in symbols.items()]


def test_the_legend_of_the_sheet_decides_before_the_default_table(tmp_path: Path) -> None:
    rows = {1: ["T"], 2: ["Forme", "2022"], 3: ["Femmes", "-"], 4: ["Hommes", "NC"], 5: ["Autres", 3]}
    assert lines(tmp_path, rows)[:2] == ["B3 Femmes | 2022 [ambiguous -]", "B4 Hommes | 2022 [not_available NC]"]
    rows |= {6: ["- : résultat nul ; NC : non concerné"]}
    assert lines(tmp_path, rows)[:2] == [
        "B3 Femmes | 2022 = 0",
        "B4 Hommes | 2022 [not_applicable NC]",
    ]


def test_a_footnote_that_explains_a_label_gives_no_status(tmp_path: Path) -> None:
    rows = {
        1: ["T"],
        2: ["Mesure (1)", "2022"],
        3: ["Placement (1)", 3],
        4: ["Autre", 4],
        6: ["(1) Ordonnance de placement provisoire."],
    }
    cell = reading(tmp_path, rows).cells[0]
    assert (cell.rows, cell.status) == (("Placement",), "observed")
    assert "Ordonnance de placement provisoire" in cell.note


def test_notes_go_to_the_table_that_they_follow(tmp_path: Path) -> None:
    rows = {
        1: ["Tableau 1 – Formes"], 2: [_, "2022"], 3: ["Urbaine", 1], 4: ["Travail", 2],
        5: ["Champ : ménages accompagnées,"], 6: ["y compris à l'étranger."], 7: ["Source : Insee. Lecture : 1 ménage."],
        9: ["Tableau 2 – Sexe"], 10: [_, "2022"], 11: ["Femmes", 1], 12: ["Hommes", 2], 13: ["Champ > ménages repérées\nSource • SSMSI"],
    }  # fmt: skip
    first, *_rest, last = reading(tmp_path, rows).cells
    assert (first.title, first.population) == ("Tableau 1 – Formes", "ménages accompagnées, y compris à l'étranger.")
    assert (first.source, first.reading) == ("Insee.", "1 ménage.")
    assert (last.title, last.population, last.source, last.reading) == ("Tableau 2 – Sexe", "ménages repérées", "SSMSI", "")


def test_titles_of_the_sheet_and_of_its_tables(tmp_path: Path) -> None:
    rows = {
        1: ["Figure 3 : Profil"],
        3: ["Formes"],
        4: [_, "2022"],
        5: ["Urbaine", 1],
        7: ["Sexe"],
        8: [_, "2022"],
        9: ["Femmes", 2],
    }
    assert [cell.title for cell in reading(tmp_path, rows).cells] == ["Figure 3 : Profil – Formes", "Figure 3 : Profil – Sexe"]


def test_what_is_hidden_or_leads_elsewhere_is_no_data_and_is_said(tmp_path: Path) -> None:
    rows = {
        1: ["T", _, _, "Retour au sommaire"],
        2: ["Forme", "2021", "2022"],
        3: ["Femmes", 1, 2],
        4: ["Hommes", 3, 4],
        5: ["Autres", 5, 6],
    }
    found = reading(tmp_path, rows, hidden=["B", "4"])
    assert [cell.cell for cell in found.cells] == ["C3", "C5"]
    said = dict(found.sheets[0].skipped)
    assert "row 4" in said
    assert "column B" in said
    assert said["D1"] == "navigation: « Retour au sommaire »"


def test_a_stray_number_is_never_data_for_sure(tmp_path: Path) -> None:
    rows = {
        1: ["T"],
        3: ["Région", "2020", "2021"],
        4: ["Bretagne", 10, 8],
        5: ["Corse", 1, 1, _, _, _, _, 42],
        6: ["Total", 11, 9],
    }
    found = {cell.cell: cell.status for cell in reading(tmp_path, rows).cells if cell.value is not None}
    assert found.pop("H5") == "ambiguous"
    assert set(found.values()) == {"observed"}
