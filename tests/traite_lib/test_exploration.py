"""Exploration: what a researcher asks, sees and exports without reading a manual."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from traite_lib import TraiteError, explore, open_edition
from traite_lib.exploration import Exploration


def test_one_edition_is_a_table_a_chart_bases_and_sources() -> None:
    found = explore("form", editions=2022)
    assert found.frame.set_index("statement_id").loc["E2022-012", "value"] == 76
    assert found.charts[0].alt.startswith("Diagramme en barres. Forme d’exploitation.")
    assert "non publiée" in set(found.bases.frame["Base"])
    assert "Ministère de l’Intérieur" in found.sources.text()
    assert found.breaks.text() == "Une seule édition est choisie : aucune comparaison."
    assert all(part in found._repr_html_() for part in ("<table", "<svg", "Provenance"))


def test_a_modality_over_editions_stops_at_the_breaks_between_those_chosen() -> None:
    found = explore("form", "sexual", editions=["2019", "2020", "2021"])
    assert list(found.frame["period"]) == ["2019", "2020", "2021"]
    assert list(found.breaks.frame["Avant l’édition"]) == ["2021"]
    alone = explore("form", "sexual", editions=["2019", "2022"])
    assert list(alone.breaks.frame["Avant l’édition"]) == ["2022"], "a break is not lost with the edition that it stands at"
    same = explore("form", "sexual", editions=["2019", "2020"])
    assert same.breaks.frame.empty
    assert "répondantes change toujours" in same.breaks.text()


def test_all_modalities_over_editions_are_one_table_and_one_line_each() -> None:
    found = explore("form", editions="all")
    assert {"2015", "2022", "2024"} <= set(found.table.frame.columns)
    row = found.table.frame[(found.table.frame["Modalité"] == "Exploitation sexuelle") & (found.table.frame["Mesure"] == "Part")]
    assert "76\u00a0%" in list(row["2022"])
    assert len(found.charts) > 3


def test_totals_and_parts_of_a_population() -> None:
    assert explore("total", population="identified", editions=2022).frame["value"].tolist() == [4363]
    assert explore("total", editions="all").frame.set_index("period").loc["2022", "value"] == 2994
    assert explore("sex", form="sexual", editions=2022).frame.set_index("category").loc["women", "value"] == 94


def test_what_nobody_published_says_so() -> None:
    found = explore("exploiter", editions=2022)
    assert found.frame.empty
    assert found.charts == []
    assert "Aucun chiffre relevé pour cette édition" in str(found)


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: explore("frm"), "Did you mean 'form'?"),
        (lambda: explore("form", "sexal"), "Did you mean 'sexual'?"),
        (lambda: explore("form", population="acompanied"), "Did you mean 'accompanied'?"),
        (lambda: explore("form", frm="sexual"), "Did you mean 'form'?"),
        (lambda: explore("form", sex="woman"), "Did you mean 'women'?"),
        (lambda: explore("form", editions=2016), "There is no edition 2016. Available: 2015"),
        (lambda: explore("form", editions=[]), "No edition is chosen."),
    ],
)
def test_a_wrong_word_is_answered_with_the_right_one(ask: Callable[[], Exploration], said: str) -> None:
    with pytest.raises(TraiteError) as error:
        ask()
    assert said in str(error.value)


def test_the_printed_code_gives_the_exploration_again() -> None:
    for found in (explore("form"), explore("sex", "women", population="accompanied", editions=[2020, 2024], form="sexual")):
        again = eval(found.code, {"explore": explore})
        assert again.code == found.code
        assert again.frame.equals(found.frame)


def test_an_export_is_a_tidy_csv_and_figures(tmp_path: Path) -> None:
    written = explore("form", editions=2022).export(tmp_path / "export")
    assert [path.name for path in written] == ["form_2022.csv", "form_2022-1.png", "form_2022-1.svg"]
    frame = pd.read_csv(written[0], keep_default_na=False)
    assert {"value", "base", "source_id", "locator", "citation"} <= set(frame.columns)
    assert written[1].read_bytes().startswith(b"\x89PNG")
    assert "<svg" in written[2].read_text(encoding="utf-8")
    with pytest.raises(TraiteError, match=r"written as \.png or \.svg, not '\.pdf'"):
        explore("form", editions=2022).charts[0].save(tmp_path / "form.pdf")


def test_what_there_is_to_ask_is_listed() -> None:
    assert explore.variables().loc["form", "2022"] == 7
    assert "accompanied" in explore.populations().index
    assert list(explore.categories("sex").index) == ["women", "men", "trans"]
    assert "2022" in explore.editions().index
    assert "explore.variables()" in repr(explore)


def test_the_menus_show_what_they_ask() -> None:
    shown_menus = explore.menus()
    menus, shown = shown_menus.children[0], shown_menus.children[1]  # type: ignore[attr-defined]
    names = [widget.description for widget in (*menus.children[0].children, menus.children[1])]
    assert names == ["Variable", "Population", "Forme", "Sexe", "Âge", "Éditions"]
    menus.children[0].children[0].value = "sex"
    assert shown is not None


def test_the_main_objects_show_themselves() -> None:
    survey = open_edition(2022)
    assert "Ce que l’on peut demander" in survey._repr_html_()
    change = survey.change("form", "sexual")
    assert change is not None
    assert "Écart : +2\u00a0points." in change._repr_html_()
    refused = survey.change("form", "sexual", since="2020")
    assert refused is not None
    assert "Écart" not in refused._repr_html_().partition("il n’est pas calculé")[0].replace("L’écart", "")
