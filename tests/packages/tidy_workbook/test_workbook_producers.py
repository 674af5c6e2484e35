"""Layouts of other producers (ONS, Home Office, Eurostat, Destatis, UNODC, Insee dossiers…), each as small as possible; numbers are invented."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sheets import Rows, lines

_ = None
PRODUCERS: dict[str, tuple[Rows, dict[str, Any], list[str]]] = {
    "signs in square brackets are symbols, marks or notes": (
        {1: ["Table 1: Referrals by age [note 1]"], 3: ["Quarter", "Adult", "Child [note 2]"], 4: ["2022 Q1", 1200, "[c]"],
         5: ["2022 Q2 [p]", 1300, "[low]"], 6: ["2022 Q3", "[x]", "[z]"]}, {},
        ["B4 2022 Q1 | Adult = 1200", "C4 2022 Q1 | Child [confidential [c]]", "B5 2022 Q2 | Adult = 1300 [provisional [p]]",
         "C5 2022 Q2 | Child [below_threshold [low]]", "B6 2022 Q3 | Adult [not_available [x]]", "C6 2022 Q3 | Child [not_applicable [z]]"],
    ),
    "Eurostat's flags in columns of their own, its legend in two cells below": (
        {1: ["Data extracted on 12/05/2023"], 2: ["Dataset:", "Victims"], 4: ["Time frequency", _, "Annual"], 6: ["TIME", "2020", _, "2021", _],
         7: ["GEO (Labels)"], 8: ["Belgium", 130, "b", 140, "p"], 9: ["France", ":", _, 230, "bp"], 11: ["Special value"],
         12: [":", "not available"], 13: ["Observation flags:"], 14: ["b", "break in time series"], 15: ["e", "estimated"]}, {},
        ["B8 Belgium | 2020 = 130", "D8 Belgium | 2021 = 140 [provisional (p)]", "B9 France | 2020 [not_available :]",
         "D9 France | 2021 = 230 [provisional (bp)]"],
    ),
    "Eurostat's flags after a number typed as text": (
        {1: ["T"], 3: ["GEO/TIME", "2020", "2021"], 4: ["Belgium", "130 b", "140 p"], 5: ["France", "210 e", "230 bp"]}, {},
        ["B4 Belgium | 2020 = 130", "C4 Belgium | 2021 = 140 [provisional (p)]", "B5 France | 2020 = 210 [estimated (e)]",
         "C5 France | 2021 = 230 [provisional (bp)]"],
    ),
    "a legend in two cells just below a table is none of its rows": (
        {1: ["T"], 3: ["Type", "2021", "2022"], 4: ["Amont", 75, "nd"], 5: ["Aval", "ns", 30], 7: ["nd", "non disponible"],
         8: ["ns", "non significatif"]}, {},
        ["B4 Amont | 2021 = 75", "C4 Amont | 2022 [not_available nd]", "B5 Aval | 2021 [not_significant ns]", "C5 Aval | 2022 = 30"],
    ),
    "« dont A » and « of which: » are about the row above": (
        {1: ["T"], 3: ["Type", "2021"], 4: ["Ensemble", 100], 5: ["dont femmes", 60], 6: ["dont mineurs", 10], 7: ["Amont", 70],
         8: ["dont femmes", 50], 9: ["Aval", 30], 10: ["of which:"], 11: ["Lac", 11], 12: ["Port", 19]},
        {"indents": {"A11": 1, "A12": 1}},
        ["B4 Ensemble | 2021 = 100", "B5 Ensemble > dont femmes | 2021 = 60", "B6 Ensemble > dont mineurs | 2021 = 10", "B7 Amont | 2021 = 70",
         "B8 Amont > dont femmes | 2021 = 50", "B9 Aval | 2021 = 30", "B11 Aval > of which: > Lac | 2021 = 11",
         "B12 Aval > of which: > Port | 2021 = 19"],
    ),
    "years alone on their line, above sections": (
        {1: ["T"], 3: ["Forme", "Femmes"], 4: [2021], 5: ["Amont"], 6: ["a", 1], 7: ["Aval"], 8: ["a", 5], 9: [2022], 10: ["Amont"], 11: ["a", 3]}, {},
        ["B6 2021 > Amont > a | Femmes = 1", "B8 2021 > Aval > a | Femmes = 5", "B11 2022 > Amont > a | Femmes = 3"],
    ),
    "« Numbers » at the right of the place, above all headers": (
        {1: ["Table 1"], 2: ["North and South", _, _, "Numbers"], 3: ["Offence", "Year to 2021", "Year to 2022", "Change"], 4: ["A", 10, 20, 10]}, {},
        ["B4 A | Year to 2021 = 10", "C4 A | Year to 2022 = 20", "D4 A | Change = 10"],
    ),
    "headers 1, 2, « 3 ou plus »": (
        {1: ["T"], 3: ["Canton", 1, 2, "3 ou plus"], 4: ["Amont", 10, 20, 30], 5: ["Aval", 11, 21, 31]}, {},
        ["B4 Amont | 1 = 10", "C4 Amont | 2 = 20", "D4 Amont | 3 ou plus = 30", "B5 Aval | 1 = 11", "C5 Aval | 2 = 21", "D5 Aval | 3 ou plus = 31"],
    ),
    "each « % » is about the column at its left": (
        {1: ["T"], 3: [_, "Ensemble", "%", "Ateliers", "%"], 4: ["Industrie", 20, 16.7, 10, 12.5]}, {},
        ["B4 Industrie | Ensemble = 20", "C4 Industrie | Ensemble > % = 16.7 %", "D4 Industrie | Ateliers = 10",
         "E4 Industrie | Ateliers > % = 12.5 %"],
    ),
    "the unit of each row, in the last column": (
        {1: ["T"], 3: ["Indicateur", "2021", "2022", "Unité"], 4: ["Adhérents", 100, 110, "nombre"], 5: ["Taux", 60, 66, "%"]}, {},
        ["B4 Adhérents | 2021 = 100", "C4 Adhérents | 2022 = 110", "B5 Taux | 2021 = 60 %", "C5 Taux | 2022 = 66 %"],
    ),
    "a unit of the row and another one of the column: in doubt": (
        {1: ["T"], 3: ["Indicateur", "Unité", "Effectif"], 4: ["Dépense", "euros", 1019], 5: ["Adhérents", "nombre", 12]}, {},
        ["C4 Dépense | Effectif = 1019 euros [ambiguous two units: of its row, and of its column]", "C5 Adhérents | Effectif = 12"],
    ),
    "the unit below the table": (
        {1: ["T"], 3: ["Forme", "Femmes"], 4: ["A", 10], 5: ["B", 95], 7: ["Unité : %"], 8: ["Source : service inventé"]}, {},
        ["B4 A | Femmes = 10 %", "B5 B | Femmes = 95 %"],
    ),
    "shares that add to 100, which the title calls so": (
        {1: ["Part des ateliers par canton"], 3: ["Canton", "Femmes", "Hommes"], 4: ["A", 10.5, 20.2], 5: ["B", 89.5, 79.8]}, {},
        ["B4 A | Femmes = 10.5 %", "C4 A | Hommes = 20.2 %", "B5 B | Femmes = 89.5 %", "C5 B | Hommes = 79.8 %"],
    ),
    "numbers in brackets under a header of their own are not flags": (
        {1: ["T"], 3: ["Forme", "2021", "Solde"], 4: ["A", 10, "(5)"], 5: ["B", 90, "(3)"]}, {},
        ["B4 A | 2021 = 10", "C4 A | Solde [ambiguous (5)]", "B5 B | 2021 = 90", "C5 B | Solde [ambiguous (3)]"],
    ),
    "two dashes that the legend tells apart": (
        {1: ["T"], 3: ["Forme", "2021", "2022"], 4: ["A", 10, "-"], 5: ["B", 90, "–"], 7: ["- : néant ; – : non disponible"]}, {},
        ["B4 A | 2021 = 10", "C4 A | 2022 = 0", "B5 B | 2021 = 90", "C5 B | 2022 [not_available -]"],
    ),
    "sections in the first column, labels in the second": (
        {1: ["T"], 3: [_, _, "2021", "2022"], 4: ["Femmes"], 5: [_, "Lac", 1, 2], 6: ["Hommes"], 7: [_, "Lac", 1, 3], 8: ["Ensemble", _, 2, 5]}, {},
        ["C5 Femmes > Lac | 2021 = 1", "D5 Femmes > Lac | 2022 = 2", "C7 Hommes > Lac | 2021 = 1", "D7 Hommes > Lac | 2022 = 3",
         "C8 Ensemble | 2021 = 2", "D8 Ensemble | 2022 = 5"],
    ),
    "a rate in the title is the unit of all": (
        {1: ["Table 1: Rates per 1,000 population"], 3: ["Area", "Rate", "Lower"], 4: ["North", 12.3, 10.1]}, {},
        ["B4 North | Rate = 12.3 per 1,000 population", "C4 North | Lower = 10.1 per 1,000 population"],
    ),
    "a base in a table of percentages": (
        {1: ["Table: Prevalence (%)"], 3: ["Area", "Estimate", "Unweighted base"], 4: ["North", 12.3, 1234]}, {},
        ["B4 North | Estimate = 12.3 %", "C4 North | Unweighted base = 1234"],
    ),
    "thousands with a comma, where decimals have a dot": (
        {1: ["Table 1: Workshops"], 3: ["Area", "2021", "2022", "Rate"], 4: ["North", "1,512", "950", "12.5"], 5: ["South", "2,004", "1,100", "3.1"]}, {},
        ["B4 North | 2021 = 1512", "C4 North | 2022 = 950", "D4 North | Rate = 12.5", "B5 South | 2021 = 2004", "C5 South | 2022 = 1100",
         "D5 South | Rate = 3.1"],
    ),
    "fractions that add to 1, without a word or a format": (
        {1: ["Répartition des ateliers"], 3: ["Canton", "2021", "2022"], 4: ["A", 0.6, 0.62], 5: ["B", 0.4, 0.38]}, {},
        [f"{cell} [ambiguous adds to 100, or to 1: percentages or numbers]"
         for cell in ("B4 A | 2021 = 0.6", "C4 A | 2022 = 0.62", "B5 B | 2021 = 0.4", "C5 B | 2022 = 0.38")],
    ),
    "an interval in square brackets, thousands with a comma: in doubt": (
        {1: ["T"], 3: ["Zone", "2021", "IC 95 %"], 4: ["Nord", "2,512", "[10,1 ; 14,5]"]}, {},
        ["B4 Nord | 2021 [ambiguous 2,512]", "C4 Nord | IC 95 % [ambiguous [10,1 ; 14,5]]"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", PRODUCERS)
def test_every_cell_of_a_producer(tmp_path: Path, kind: str) -> None:
    rows, look, expected = PRODUCERS[kind]
    assert lines(tmp_path, rows, **look) == expected
