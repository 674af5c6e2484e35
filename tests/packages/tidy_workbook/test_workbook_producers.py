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
    "flags in a column that is called so, letters without a header at the left of their figures": (
        {1: ["T"], 3: ["Country", "2021", "Flag", "2022", "Flag"], 4: ["A", 120, "p", 130, "e"], 5: ["B", 12, _, 13, 0]}, {},
        ["B4 A | 2021 = 120 [provisional (p)]", "D4 A | 2022 = 130 [estimated (e)]", "B5 B | 2021 = 12", "D5 B | 2022 = 13"],
    ),
    "OECD: flags at the left of their figures, « Year » over the columns, « Country » over the rows": (
        {1: ["Dataset: Crime"], 2: [_, "Year", "2018", _, "2019", _], 3: ["Country"], 4: ["Austria", _, "i", 12, _, 13], 5: ["Belgium", _, _, 14, "(e)", 15]},
        {"merges": ["C2:D2", "E2:F2"]},
        ["D4 Austria | 2018 = 12", "F4 Austria | 2019 = 13", "D5 Belgium | 2018 = 14", "F5 Belgium | 2019 = 15 [estimated (e)]"],
    ),
    "a code, a name and « nd » are a row, not a header": (
        {1: ["T"], 3: ["Numéro", "Département", "Taux pour 1 000"], 4: ["01", "Ain", 1.2], 5: ["2A", "Corse-du-Sud", "nd"], 6: ["971", "Guadeloupe", 2.2]}, {},
        ["C4 01 > Ain | Taux pour 1 000 = 1.2", "C5 2A > Corse-du-Sud | Taux pour 1 000 [not_available nd]", "C6 971 > Guadeloupe | Taux pour 1 000 = 2.2"],
    ),
    "labels between two columns of figures": (
        {1: ["Pyramide des âges"], 2: ["Hommes", "Âge", "Femmes"], 3: [100, "0-9", 95], 4: [110, "10-19", 105], 5: [90, "20-29", 92]}, {},
        ["A3 0-9 | Hommes = 100", "C3 0-9 | Femmes = 95", "A4 10-19 | Hommes = 110", "C4 10-19 | Femmes = 105", "A5 20-29 | Hommes = 90",
         "C5 20-29 | Femmes = 92"],
    ),
    "StatCan: a legend without a sign between, notes in two cells": (
        {1: ["T"], 3: ["Age", "2021", "2022"], 4: ["Less than 18", "F", "x"], 5: ["Unknown", "..", 12], 7: ["Symbol legend:"],
         8: [".. not available for a specific reference period"], 9: ["F too unreliable to be published"], 10: ["x suppressed to meet the Statistics Act"],
         12: ["Footnotes:"], 13: [1, "Counts are based on police reports"]}, {},
        ["B4 Less than 18 | 2021 [not_significant F]", "C4 Less than 18 | 2022 [confidential x]", "B5 Unknown | 2021 [not_available ..]", "C5 Unknown | 2022 = 12"],
    ),
    "a letter that a legend defines otherwise than usual; several marks on a line": (
        {1: ["T"], 3: ["Année", "Victimes"], 4: ["2019", "11(e)"], 5: ["2020 (r)", 20], 6: ["2021 (p)", 30],
         8: ["(r) Rupture de série ; (p) Population au 1er janvier ; (e) estimation. : non disponible."]}, {},
        ["B4 2019 | Victimes = 11 [estimated (e)]", "B5 2020 | Victimes = 20", "B6 2021 | Victimes = 30"],
    ),
    "three levels of headers, one of them over some columns each time": (
        {1: ["T"], 3: ["Secteur", "Femmes", _, _, "Hommes", _, _], 4: [_, "Effectifs", _, "Évolution", "Effectifs", _, "Évolution"],
         5: [_, 2021, 2022, "(en %)", 2021, 2022, "(en %)"], 6: ["Privé", 10, 20, 100.0, 30, 33, 10.0]},
        {"merges": ["A3:A5", "B3:D3", "E3:G3", "B4:C4", "E4:F4"]},
        ["B6 Privé | Femmes > Effectifs > 2021 = 10", "C6 Privé | Femmes > Effectifs > 2022 = 20", "D6 Privé | Femmes > Évolution > (en %) = 100 %",
         "E6 Privé | Hommes > Effectifs > 2021 = 30", "F6 Privé | Hommes > Effectifs > 2022 = 33", "G6 Privé | Hommes > Évolution > (en %) = 10 %"],
    ),
    "a total of totals, by its name and by its figures": (
        {1: ["Table 2"], 2: ["Type", "Male", "Female"], 3: ["Adult"], 4: ["Labour", 1003, 203], 5: ["Sexual", 107, 2009], 6: ["Adult total", 1110, 2212],
         7: ["Child"], 8: ["Labour", 504, 53], 9: ["Sexual", 59, 604], 10: ["Child total", 563, 657], 11: ["Grand total", 1673, 2869]}, {},
        [f"{cell} | {sex} = {value}" for row in (
            (("B4 Adult > Labour", "Male", 1003), ("C4 Adult > Labour", "Female", 203)), (("B5 Adult > Sexual", "Male", 107), ("C5 Adult > Sexual", "Female", 2009)),
            (("B6 Adult > Adult total", "Male", 1110), ("C6 Adult > Adult total", "Female", 2212)), (("B8 Child > Labour", "Male", 504), ("C8 Child > Labour", "Female", 53)),
            (("B9 Child > Sexual", "Male", 59), ("C9 Child > Sexual", "Female", 604)), (("B10 Child > Child total", "Male", 563), ("C10 Child > Child total", "Female", 657)),
            (("B11 Grand total", "Male", 1673), ("C11 Grand total", "Female", 2869))) for cell, sex, value in row],
    ),
    "a text that goes on in the row below, or heads it: in doubt": (
        {1: ["T"], 3: ["Catégorie", "2021"], 4: ["Victimes de traite"], 5: ["à des fins d'exploitation", 10], 6: ["Autres victimes", 30]}, {},
        ["B5 Victimes de traite > à des fins d'exploitation | 2021 = 10 [ambiguous a section, or a row without figures]",
         "B6 Victimes de traite > Autres victimes | 2021 = 30 [ambiguous a section, or a row without figures]"],
    ),
    "ONS: a block of keys of several series": (
        {1: ["Title", "CPIH RATE", "CPI INDEX"], 2: ["CDID", "L55O", "D7BT"], 3: ["Source dataset ID", "MM23", "MM23"], 4: ["PreUnit"],
         5: ["Unit", "%", "Index, base year = 100"], 6: ["Release date", "19-06-2024", "19-06-2024"], 7: ["Important notes"], 8: ["1989", 5.7, 50.1],
         9: ["1989 Q1", 5.2, 51]}, {},
        ["B8 1989 | CPIH RATE > % = 5.7 %", "C8 1989 | CPI INDEX > Index, base year = 100 = 50.1 index, base year = 100", "B9 1989 Q1 | CPIH RATE > % = 5.2 %",
         "C9 1989 Q1 | CPI INDEX > Index, base year = 100 = 51 index, base year = 100"],
    ),
    "Insee: rows of keys below the names of the series": (
        {1: ["Libellé", "Victimes – Ensemble", "Victimes – Femmes"], 2: ["idBank", "010001", "010002"], 3: ["Dernière mise à jour", "12/05/2023", "12/05/2023"],
         4: ["Période"], 5: ["2020", 100, 60], 6: ["2021", 110, 65]}, {},
        ["B5 2020 | Victimes – Ensemble = 100", "C5 2020 | Victimes – Femmes = 60", "B6 2021 | Victimes – Ensemble = 110", "C6 2021 | Victimes – Femmes = 65"],
    ),
    "BLS: keys with their colon, none of which is known": (
        {1: ["Labor Force Statistics"], 2: ["Series Id:", "LNS14"], 3: ["Seasonally Adjusted"], 4: ["Labor force status:", "Unemployment rate"],
         5: ["Type of data:", "Percent or rate"], 6: ["Years:", "2020 to 2022"], 8: ["Year", "Jan", "Feb"], 9: [2020, 3.5, 3.6], 10: [2021, 6.3, 6.2]}, {},
        ["B9 2020 | Jan = 3.5", "C9 2020 | Feb = 3.6", "B10 2021 | Jan = 6.3", "C10 2021 | Feb = 6.2"],
    ),
    "keys that only their neighbours tell": (
        {1: ["Intitulé", "Nombre de victimes"], 2: ["Thématique", "Justice"], 3: ["Unité de mesure", "Nombre"], 4: ["Organisme gestionnaire", "SSMSI"],
         6: ["Année", "Victimes", "Mis en cause"], 7: [2016, 100, 90], 8: [2017, 110, 95]}, {},
        ["B7 2016 | Victimes = 100", "C7 2016 | Mis en cause = 90", "B8 2017 | Victimes = 110", "C8 2017 | Mis en cause = 95"],
    ),
    "a date below its key, at the end of a sheet": (
        {1: ["T"], 3: [_, "2020", "2021"], 4: ["A", 100, 110], 6: ["Latest update:"], 7: ["20230512 09:00"], 8: ["Source:"], 9: ["Statistics X"]}, {},
        ["B4 A | 2020 = 100", "C4 A | 2021 = 110"],
    ),
    "years that say their status in words": (
        {1: ["T"], 3: ["Zone", "2021", "2022 provisoire", "2023 – estimation"], 4: ["A", 1, 2, 3]}, {},
        ["B4 A | 2021 = 1", "C4 A | 2022 provisoire = 2 [provisional (provisoire)]", "D4 A | 2023 – estimation = 3 [estimated (estimation)]"],
    ),
    "« Source » and « Champ » head columns": (
        {1: ["T"], 3: ["Source", "Champ", "2021"], 4: ["SSMSI", "France", 12], 5: ["SDSE", "Métropole", 13]}, {},
        ["C4 SSMSI > France | 2021 = 12", "C5 SDSE > Métropole | 2021 = 13"],
    ),
    "one year above figures typed as text, another table below": (
        {1: ["Figure 1 – Victimes"], 2: ["en %"], 3: ["Sexe", "2021"], 4: ["Femmes", "60,1"], 5: ["Hommes", "39,9"], 6: ["Source : A."],
         8: ["Figure 2 – Mis en cause"], 9: ["Sexe", "2021"], 10: ["Femmes", 100]}, {},
        ["B4 Femmes | 2021 = 60.1 %", "B5 Hommes | 2021 = 39.9 %", "B10 Femmes | 2021 = 100"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", PRODUCERS)
def test_every_cell_of_a_producer(tmp_path: Path, kind: str) -> None:
    rows, look, expected = PRODUCERS[kind]
    assert lines(tmp_path, rows, **look) == expected
