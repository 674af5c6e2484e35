"""Kinds of layouts found in workbooks of other producers, each as small as possible, read cell by cell. Numbers are invented."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sheets import Rows, lines, reading, said, write

from tidy_workbook import read_workbook

_ = None
YEARS = {"merges": ["B3:C3", "D3:E3"]}
TWO_YEARS: Rows = {
    1: ["T"], 3: ["Canton", 2022, _, "2023 (p)", _], 4: [_, "Femmes", "Hommes", "Femmes", "Hommes"], 5: ["Amont", 10, 20, 30, 40],
}  # fmt: skip
KINDS: dict[str, tuple[Rows, dict[str, Any], list[str]]] = {
    "« dont : A », and B beside it below the line above": (
        {1: ["T"], 3: ["Origine", "2022"], 4: ["Propres", 96], 5: ["dont : adhésions", 42], 6: ["billetterie", 33], 7: ["buvette", 21],
         8: ["Subventions", 61], 9: ["Ensemble", 157]},
        {"indents": {"A6": 4, "A7": 4}},
        ["B4 Propres | 2022 = 96", "B5 Propres > dont : adhésions | 2022 = 42", "B6 Propres > billetterie | 2022 = 33",
         "B7 Propres > buvette | 2022 = 21", "B8 Subventions | 2022 = 61", "B9 Ensemble | 2022 = 157"],
    ),
    "« dont A » without a colon, and sums that say nothing: in doubt": (
        {1: ["T"], 3: ["Origine", "2022"], 4: ["Propres", 96], 5: ["dont adhésions", 42], 6: ["annuelles", 30]},
        {"indents": {"A6": 4}},
        ["B4 Propres | 2022 = 96", "B5 Propres > dont adhésions | 2022 = 42 [ambiguous beside « dont », or a part of it]",
         "B6 Propres > annuelles | 2022 = 30 [ambiguous beside « dont », or a part of it]"],
    ),
    "« dont A » whose indented rows add up to it: its parts": (
        {1: ["T"], 3: ["Origine", "2022"], 4: ["Propres", 96], 5: ["dont adhésions", 42], 6: ["annuelles", 30], 7: ["autres", 12]},
        {"indents": {"A6": 4, "A7": 4}},
        ["B4 Propres | 2022 = 96", "B5 Propres > dont adhésions | 2022 = 42", "B6 Propres > dont adhésions > annuelles | 2022 = 30",
         "B7 Propres > dont adhésions > autres | 2022 = 12"],
    ),
    "« dont » merged down, below a total merged over both columns": (
        {1: ["T"], 3: ["Type", _, "2021"], 4: ["Total", _, 10], 5: ["dont", "Hommes", 4], 6: [_, "Femmes", 5], 7: ["Autre", _, 3]},
        {"merges": ["A3:B3", "A4:B4", "A5:A6", "A7:B7"]},
        ["C4 Total | 2021 = 10", "C5 Total > dont > Hommes | 2021 = 4", "C6 Total > dont > Femmes | 2021 = 5", "C7 Autre | 2021 = 3"],
    ),
    "a spanner year with its mark is a header": (
        TWO_YEARS, YEARS,
        ["B5 Amont | 2022 > Femmes = 10", "C5 Amont | 2022 > Hommes = 20",
         "D5 Amont | 2023 > Femmes = 30 [provisional (p)]", "E5 Amont | 2023 > Hommes = 40 [provisional (p)]"],
    ),
    "a year of the header with the number format of the figures": (
        {1: ["T"], 3: ["Canton", 2006, 2007, 2008], 4: ["Amont", 606, 585, 555], 5: ["Aval", 577, 560, 544]},
        {"formats": {"C3": "#,##0", "B4:D5": "#,##0"}},
        ["B4 Amont | 2006 = 606", "C4 Amont | 2007 = 585", "D4 Amont | 2008 = 555",
         "B5 Aval | 2006 = 577", "C5 Aval | 2007 = 560", "D5 Aval | 2008 = 544"],
    ),
    "a unit above the last year is the unit of all": (
        {1: ["T"], 3: [_, _, "Dépense (en euros)"], 4: [_, 2016, 2017], 5: ["Atelier", 6270, 5974]}, {},
        ["B5 Atelier | 2016 = 6270 euros", "C5 Atelier | 2017 = 5974 euros"],
    ),
    "ages beside years of birth name the rows": (
        {1: ["T"], 3: ["Année de naissance", "Âge atteint dans l'année", "Femmes"], 4: [2000, 22, 100], 5: [1999, 23, 101]}, {},
        ["C4 2000 > 22 | Femmes = 100", "C5 1999 > 23 | Femmes = 101"],
    ),
    "only a footnote sign tells two headers apart": (
        {1: ["T"], 3: ["Canton", "Taux (1)", "Taux (2)"], 4: ["Amont", 1.5, 2.5]}, {},
        ["B4 Amont | Taux (1) = 1.5", "C4 Amont | Taux (2) = 2.5"],
    ),
    "a lone « £ million »": (
        {1: ["Table 1: Spending"], 2: [_, _, "£ million"], 3: ["Area", "2021", "2022"], 4: ["North", 10, 20]}, {},
        ["B4 North | 2021 = 10 £ million", "C4 North | 2022 = 20 £ million"],
    ),
    "one figure merged over two years": (
        {1: ["T"], 3: ["Canton", 2021, 2022], 4: ["Amont", 5, _], 5: ["Aval", 6, 7]}, {"merges": ["B4:C4"]},
        ["B4 Amont | 2021 = 5 [ambiguous one figure over several rows or columns]", "B5 Aval | 2021 = 6", "C5 Aval | 2022 = 7"],
    ),
    "stacked tables that nothing tells apart": (
        {1: ["T"], 3: ["Canton", 2021, 2022], 4: ["Amont", 5, 4], 6: ["Canton", 2021, 2022], 7: ["Amont", 15, 4]}, {},
        ["B4 Amont | 2021 = 5 [ambiguous same labels in two tables]", "C4 Amont | 2022 = 4",
         "B7 Amont | 2021 = 15 [ambiguous same labels in two tables]", "C7 Amont | 2022 = 4"],
    ),
    "a header typed in the middle of the columns it spans": (
        {1: ["T"], 3: ["Canton", _, "Femmes", _], 4: [_, "2020", "2021", "2022"], 5: ["Amont", 1, 2, 3]}, {},
        ["B5 Amont | 2020 = 1 [ambiguous header in doubt]", "C5 Amont | Femmes > 2021 = 2 [ambiguous header in doubt]",
         "D5 Amont | 2022 = 3 [ambiguous header in doubt]"],
    ),
    "a column of flags and zeros is no data": (
        {1: ["T"], 3: ["Canton", "Total", _], 4: ["Amont", 279, "(e)"], 5: ["Aval", 244, 0]}, {"merges": ["B3:C3"]},
        ["B4 Amont | Total = 279 [estimated (e)]", "B5 Aval | Total = 244"],
    ),
    "row labels that look like links": (
        {1: ["T"], 3: ["Aide", "Effectifs"], 4: ["Accès aux soins", 55], 5: ["Retour volontaire", 3]}, {},
        ["B4 Accès aux soins | Effectifs = 55", "B5 Retour volontaire | Effectifs = 3"],
    ),
    "« Accueil » heads a column, and a label like a link stands beside a code": (
        {1: ["T"], 3: ["Code", "Canton", "Accueil", "Femmes"], 4: ["01", "Accès aux soins", 459, 76]}, {},
        ["C4 01 > Accès aux soins | Accueil = 459", "D4 01 > Accès aux soins | Femmes = 76"],
    ),
    "zeros far below the notes": (
        {1: ["T"], 3: ["Canton", "Aide"], 4: ["Amont", 5], 5: ["Aval", 9], 6: ["(e) Données estimées."], 41: [_, 0], 42: [_, 0]}, {},
        ["B4 Amont | Aide = 5", "B5 Aval | Aide = 9"],
    ),
    "« ratio » inside « déclarations » lifts no guard": (
        {1: ["T (en %)"], 3: ["Motif", "2021"], 4: ["Âge", 60], 5: ["Déclarations reçues", 5400]}, {},
        ["B4 Âge | 2021 = 60 %", "B5 Déclarations reçues | 2021 = 5400 % [ambiguous more than 100 %]"],
    ),
    "an index of 107 %, by the format of its cells": (
        {1: ["T"], 3: ["Canton", "Écart à la médiane"], 4: ["Amont", 1.07], 5: ["Aval", 0.93]}, {"formats": {"B4:B5": "0 %"}},
        ["B4 Amont | Écart à la médiane = 107 %", "B5 Aval | Écart à la médiane = 93 %"],
    ),
    "« % et effectif » is no unit of both: a share is said by the word of its column": (
        {1: ["T (en % et effectif)"], 3: ["Canton", "Niveau", "Part"], 4: ["Amont", 5400, 40], 5: ["Aval", 5600, 60]}, {},
        ["B4 Amont | Niveau = 5400", "C4 Amont | Part = 40 %", "B5 Aval | Niveau = 5600", "C5 Aval | Part = 60 %"],
    ),
    "two marks on one line, the first without a colon": (
        {1: ["T"], 3: ["Taille", 2021, 2022], 4: ["Petits", "1 250*", 130], 5: ["Grands", "310 (e)", 31], 7: ["* Donnée révisée. (e) : estimation."]},
        {},
        ["B4 Petits | 2021 = 1250 [revised *]", "C4 Petits | 2022 = 130", "B5 Grands | 2021 = 310 [estimated (e)]", "C5 Grands | 2022 = 31"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_cell_of_a_kind(tmp_path: Path, kind: str) -> None:
    rows, look, expected = KINDS[kind]
    assert lines(tmp_path, rows, **look) == expected


def test_a_bullet_of_a_change_log_defines_no_dash(tmp_path: Path) -> None:
    log = {1: ["Présentation"], 2: ["- décembre 2019 : ajout des données provisoires sur les jeunes ;"]}
    table: Rows = {1: ["T"], 3: ["Canton", 2017], 4: ["Amont", "-"], 5: ["Aval", 90]}
    book = read_workbook(write(tmp_path / "c.xlsx", {"T1": table, "Présentation": log}))
    assert [said(cell) for cell in book.cells] == ["B4 Amont | 2017 [ambiguous -]", "B5 Aval | 2017 = 90"]


BLOCKS: dict[str, tuple[Rows, dict[str, Any], str, tuple[str, str, str, str]]] = {
    "two columns, merged, some without a colon": (
        {1: ["Titre", "Apprentis"], 2: ["Type de données :", "brutes"], 3: ["Unité :", "euros"], 4: ["Champ :", "L'île"],
         5: ["Source :", "Service inventé"], 7: ["Mois", "Niveau"], 8: ["Janvier", 5]},
        {"merges": ["B1:D1", "B2:D2", "B3:D3", "B4:D4", "B5:D5"]},
        "B8 Janvier | Niveau = 5 euros", ("Apprentis", "L'île", "Service inventé", "euros"),
    ),
    "one column": (
        {1: ["Titre : Apprentis"], 2: ["Champ : France"], 3: ["Source : Insee"], 4: ["Unité : %"], 6: ["Mois", "Niveau"], 7: ["Janvier", 5]},
        {}, "B7 Janvier | Niveau = 5 %", ("Apprentis", "France", "Insee", "%"),
    ),
    "no colon at all": (
        {1: ["Titre", "Apprentis"], 2: ["Données", "brutes"], 3: ["Niveau géographique", "Région"], 5: ["Région", "2021", "2022"],
         6: ["Amont", 1, 2]},
        {}, "B6 Amont | 2021 = 1", ("Apprentis", "", "", ""),
    ),
    "Eurostat": (
        {1: ["Title:", "Population"], 2: ["Last updated:", "12/11/2024"], 4: ["Time frequency", _, "Annual"],
         5: ["Unit of measure", _, "Percentage"], 6: ["Sex", _, "Total"], 8: ["TIME", "2021", "2022"], 9: ["GEO (Labels)"],
         10: ["Belgium", 5.1, 6.2]},
        {}, "B10 Belgium | 2021 = 5.1 %", ("Population", "", "", "%"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", BLOCKS)
def test_a_block_of_keys_and_values_is_metadata(tmp_path: Path, kind: str) -> None:
    rows, look, line, around = BLOCKS[kind]
    first = reading(tmp_path, rows, **look).cells[0]
    assert (said(first), (first.title, first.population, first.source, first.unit)) == (line, around)


def test_one_key_alone_is_a_header(tmp_path: Path) -> None:
    assert lines(tmp_path, {1: ["T"], 3: ["Type", "Effectif"], 4: ["Amont", 5]}) == ["B4 Amont | Effectif = 5"]
