"""Exploration: what a researcher asks, sees and exports without reading a manual."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from IPython.core.formatters import DisplayFormatter
from markupsafe import escape

from traite_lib import TraiteError, exploration, explore, metadata, open_edition
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


def test_what_nobody_published_says_so_and_where_there_is_some() -> None:
    found = explore("exploiter", editions=2022)
    assert found.frame.empty
    assert found.charts == []
    assert "Aucun chiffre relevé pour cette édition" in str(found)
    assert "Éditions qui en ont : 2024." in str(found)
    assert not explore("exploiter", editions=2024).frame.empty
    assert "Éditions qui en ont\xa0: 2024." in found._repr_html_()
    assert "Aucune édition n’en a." in str(explore("permit", editions="all"))
    another = explore("form", editions=2022, population="accompanied")  # the same question, of the same victims
    others = re.findall(r"\d{4}", str(another).partition("qui en ont")[2].partition(".")[0])
    for key in [edition for edition in explore.editions().index if edition != "2022"]:
        assert explore("form", editions=key, population="accompanied").frame.empty == (key not in others)


@pytest.mark.parametrize(
    ("french", "codes"),
    [
        (lambda: explore("Sexe"), lambda: explore("sex")),
        (lambda: explore("SEX", "Femmes"), lambda: explore("sex", "women")),
        (lambda: explore("forme d'exploitation", "Exploitation Sexuelle"), lambda: explore("form", "sexual")),
        (lambda: explore("Sexe", forme="exploitation sexuelle"), lambda: explore("sex", form="sexual")),
        (lambda: explore("Sexe", âge="mineurs"), lambda: explore("sex", age="minor")),
        (lambda: explore("Sexe", AGE="Minors"), lambda: explore("sex", age="minor")),
        (lambda: explore("Nationalité", "Nigeria"), lambda: explore("nationality", "NGA")),
        (lambda: explore("Sex", population="victimes accompagnees"), lambda: explore("sex", population="accompanied")),
        (lambda: explore("form", editions="latest"), lambda: explore("form", editions=explore.editions().index[-1])),
        (lambda: explore("form", editions=explore.editions()), lambda: explore("form", editions="all")),
    ],
)
def test_labels_and_capitals_are_understood(french: Callable[[], Exploration], codes: Callable[[], Exploration]) -> None:
    assert french().code == codes().code


def test_each_label_of_each_variable_gives_its_code_or_is_refused_never_another() -> None:
    words = explore("form").survey.nomenclatures
    wrong = []
    for variable in words.variables.values():
        for item in words.items_of(variable.code):
            for label in (item.label_fr, item.label_en.upper(), item.code):
                meant = exploration._code(label, exploration._things(variable.code, words))
                same = {
                    each.code
                    for each in words.items_of(variable.code)
                    if label.lower() in (each.label_fr.lower(), each.label_en.lower())
                }
                if meant not in {item.code, label, *same}:
                    wrong.append((variable.code, label, meant))
    assert wrong == []


@pytest.mark.parametrize("asked", ["titre de séjour", "TITRE DE SEJOUR", "titres de séjours", "residence permit", "permit"])
def test_search_finds_by_french_or_english_words_accents_or_not(asked: str) -> None:
    found = explore.search(asked)
    assert ("permit", "has_permit") in {name[:2] for name in found.index}
    assert found.loc[("permit", "has_permit")].iloc[0]["2019"] == "15\xa0% (non retenu)"


def test_search_finds_variables_modalities_and_figures() -> None:
    variable = explore.search("forme exploitation")
    assert {"sexual", "labour", "begging"} <= set(variable.index.get_level_values("category"))
    assert variable.index.get_level_values("variable")[0] == "form", "what the words name comes before what they restrict"
    figure = explore.search("femmes exploitation sexuelle")  # the modality of one variable, in a part of the victims
    assert ("sex", "women") in {name[:2] for name in figure.index}
    assert explore.search("licorne").empty
    filed = explore.search("plainte").loc[("complaint", "filed")]
    assert "21\xa0%" in set(filed["2018"]), "the retained figure alone, where there is one"


def test_names_of_exported_files_are_short_and_tell_what_they_are(tmp_path: Path) -> None:
    choices = [
        explore("form", "sexual", editions="all"), explore("form", "sexual", editions=[2019, 2022]),
        explore("form", "sexual", editions=[2019, 2020, 2021, 2022]), explore("form", editions=[2019, 2020]),
        explore("total", population="identified", editions=[2022, 2023]), explore("total", editions=[2022, 2023]),
    ]  # fmt: skip
    names = [[path.name for path in choice.export(tmp_path)] for choice in choices]
    assert names[0] == ["form_sexual_2015-2024.csv", "form_sexual_2015-2024_percent.png", "form_sexual_2015-2024_percent.svg"]
    assert "form_2019-2020_labour_percent.svg" in names[3]
    every = [name for written in names for name in written]
    assert len(set(every)) == len(every), "no file replaces another"
    assert max(map(len, every)) < 50


def test_a_terminal_shows_objects_in_few_columns() -> None:
    survey = open_edition(2022)
    refused = survey.change("form", "sexual", since="2020")
    shown = [
        survey,
        survey.distribution("form"),
        survey.indicator("sex", "women"),
        refused,
        survey.change("total", population="accompanied"),
    ]
    assert [repr(each) for each in shown if max(map(len, repr(each).splitlines())) > 80] == []
    assert "n’est pas calculé" in repr(refused).replace("\n", " ")
    assert "Exploitation sexuelle" in str(survey.distribution("form"))
    assert "76\xa0%" in str(survey.indicator("form", "sexual"))
    assert repr(explore("form")) == "explore('form', editions=['2022'])"


@pytest.mark.parametrize(
    "asked",
    [
        ("total", {"since": "2021"}),  # none
        ("total", {"since": "2020"}),  # two populations
        ("form", {"category": "sexual", "since": "2020"}),  # another population
        ("age", {"category": "adult", "since": "2021"}),  # a value that was not found
        ("sex", {"category": "women", "since": "2015", "form": "sexual"}),
        ("form", {"category": "other", "since": "2021"}),
    ],
)
def test_a_refused_change_is_shown_with_its_reason(asked: tuple[str, dict[str, str]]) -> None:
    variable, how = asked
    survey = open_edition(2022)
    change = survey.change(variable, how.pop("category", "_T"), **how)
    assert change is not None
    shown, _ = DisplayFormatter().format(change)
    assert escape(change.refusals[0] if change.refused else "Écart : +") in shown["text/html"]
    assert {"text/html", "text/plain"} <= set(shown)
    assert metadata.sources(survey, change).html()
    assert survey.key_points(change).text


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
        (lambda: explore("form", editions=explore.editions().iloc[:0]), "No edition is chosen."),
        (lambda: explore(editions=explore.editions()), "Name a variable: explore('form'). Available: total, form"),
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
    assert [path.name for path in written] == ["form_2022.csv", "form_2022.png", "form_2022.svg"]
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
