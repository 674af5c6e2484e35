"""Tables, charts and results as a notebook shows them."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from traite_lib import Result, Survey, TraiteError, control, metadata, open_edition, side_by_side
from traite_lib.presentation.tables import Link, Table


def test_a_table_is_accessible_and_escaped() -> None:
    frame = pd.DataFrame({"Nom": ["<b>"], "Part": ["1 %"], "Source": [Link("a & b", "https://exemple.fr/?a=1&b=2")]})
    html = Table(frame, "Titre", ["Note."], ("Part",)).html()
    assert "<caption><span>Titre</span></caption>" in html
    assert html.count("scope=col") == 3
    assert "<th scope=row>&lt;b&gt;<td>" in html
    assert '<a href="https://exemple.fr/?a=1&amp;b=2">a &amp; b</a>' in html
    assert "href" not in Link("texte", "data/published/x.csv, E1").__html__()


def test_a_table_without_rows_is_its_sentence() -> None:
    assert Table(pd.DataFrame(), "T", absent="Rien.").html() == '<p class="absent">Rien.</p>'
    assert Table(pd.DataFrame(), "T", absent="Rien.").text() == "Rien."


def test_a_table_says_base_reliability_and_source() -> None:
    frame = open_edition(2024).statistics("housing", title="Hébergement").table.frame
    assert set(frame["Base"]) == {"non publiée"}
    assert set(frame["Fiabilité"]) == {"fiabilité faible"}
    assert set(frame["Source"]) == {"onemedia.fr"}


def test_control_prints_sorted_numbers_with_fixed_decimals(capsys: pytest.CaptureFixture[str]) -> None:
    survey = open_edition(2022)
    control(survey.distribution("form"))
    title, *lines = capsys.readouterr().out.splitlines()
    assert title == "Forme d’exploitation"
    shares = [line for line in lines if line.startswith("E2022-01")]
    assert shares == sorted(set(shares))
    assert shares[0].split(" | ")[2] == "76.00 %"
    assert "<1.00 %" in shares[4]


def test_results_speak() -> None:
    survey = open_edition(2022)
    with pytest.raises(TraiteError, match=r"6 values, one was expected. Ask for one, survey.indicator"):
        _ = survey.distribution("form").value
    with pytest.raises(TraiteError, match=r"0 values, one was expected. Aucun chiffre relevé"):
        _ = survey.distribution("exploiter").value
    assert survey.indicator("accompanied", "yes", population="identified").value == 68.6
    assert open_edition(2018).indicator("complaint", "filed", form="sexual").absent.endswith("qui ont déposé plainte.")
    assert survey.indicator("form", "domestic_servitude").absent == "", "nothing is said of a modality that did not exist"
    assert (
        open_edition(2015).totals("identified").absent
        == "Les victimes repérées n’étaient pas encore dénombrées pour cette édition."
    )


def forms(survey: Survey) -> Result:
    return side_by_side(
        "Formes", Repérées=survey.distribution("form", population="identified"), Accompagnées=survey.distribution("form")
    )


@pytest.mark.parametrize(
    "wrong", [lambda s: side_by_side(s), lambda s: side_by_side("Formes"), lambda s: side_by_side("Formes", a=s)]
)
def test_what_is_not_results_by_name_is_not_put_side_by_side(survey_2022: Survey, wrong: Callable[[Survey], Result]) -> None:
    with pytest.raises(TraiteError, match="side_by_side takes a title, then results by name"):
        wrong(survey_2022)


def test_a_comparison_needs_two_groups() -> None:
    both = forms(open_edition(2022))
    assert not both
    assert "victimes repérées" in both.absent
    assert forms(open_edition(2020))


@pytest.mark.parametrize("edition", [2015, 2018, 2019, 2020, 2021, 2022, 2023, 2024])
def test_there_are_three_to_five_key_points_for_every_edition(edition: int) -> None:
    survey = open_edition(edition)
    points = [survey.totals("accompanied"), survey.totals("identified")]
    points += [
        survey.indicator(v, c) for v, c in (("form", "sexual"), ("sex", "women"), ("age", "minor"), ("complaint", "filed"))
    ]
    assert 3 <= len(survey.key_points(*points, survey.change("total", population="accompanied")).text.splitlines()) <= 5


def test_there_are_five_key_points_at_most_and_the_sources_are_theirs() -> None:
    survey = open_edition(2022)
    asked = [
        ("form", "sexual"),
        ("form", "labour"),
        ("form", "criminality"),
        ("sex", "women"),
        ("age", "minor"),
        ("complaint", "filed"),
    ]
    points = [survey.totals("accompanied"), *(survey.indicator(*each) for each in asked)]
    assert all(points)
    said = survey.key_points(*points)
    assert len(said.text.splitlines()) == 5
    assert set(said.statements) == {name for point in points[:5] for name in point.statements}
    change = survey.change("form", "sexual")
    assert len(survey.key_points(*points[:5], change).text.splitlines()) == 5
    assert len(survey.key_points(*points[:4], change).text.splitlines()) == 5


def test_the_sources_are_those_of_the_results_that_are_named() -> None:
    survey = open_edition(2022)
    forms = survey.distribution("form")
    assert {"E2022-012", "E2022-016", "E2022-027"} <= set(forms.statements)
    listed = set(metadata.sources(survey, forms).frame["Référence"])
    assert set(forms.statements) <= listed
    assert "E2022-045" in listed, "another witness of the same share, not retained, is listed too"
    assert "E2022-017" not in listed


def test_sources_of_nothing_are_refused() -> None:
    with pytest.raises(TraiteError, match="Name what is shown"):
        metadata.sources(open_edition(2022))


def test_an_edition_is_opened_by_text_or_number() -> None:
    assert open_edition(2022).edition == open_edition("2022").edition


def test_by_gives_one_number_for_each_part() -> None:
    result = open_edition(2020).indicator("accompanied", "yes", population="identified", by="form")
    assert dict(zip(result.frame["label"], result.frame["value"], strict=True)) == {
        "Ensemble": 65,
        "Exploitation sexuelle": 73,
        "Exploitation par le travail (y compris domestique)": 53,
        "Contrainte à commettre des délits": 33,
        "Mendicité forcée": 49,
    }


def test_what_may_be_compared_is_a_table() -> None:
    frame = metadata.comparisons(
        open_edition(2023), metadata.statistic("total", population="accompanied"), ("form", "sexual")
    ).frame.set_index("Statistique")
    assert frame.loc["Victimes accompagnées", "Depuis 2021"] == "+1\u202f288"
    assert frame.loc["Forme d’exploitation : exploitation sexuelle", "Depuis 2021"] == "non : valeur non relevée"
    assert metadata.comparisons(open_edition(2015), metadata.statistic("total", population="accompanied")).frame.empty


def test_the_edition_without_a_year_is_in_the_quality_chapter_only() -> None:
    survey = open_edition(2024)
    assert len(metadata.provenance(survey, undated=True).frame) == 18
    assert "incertaine" in set(metadata.editions(survey).frame["Année de référence"])


def test_a_number_by_part_is_about_all_the_parts_and_not_about_the_first_that_is_left() -> None:
    """Without the number of all, which another result shows, the line said « victimes d’exploitation sexuelle accompagnées »."""
    survey = open_edition(2020)
    whole = survey.indicator("sex", "women")
    parts = survey.indicator("sex", "women", by="form", but=[whole])
    assert len(parts.frame) > 2
    assert parts.population == whole.population == "Victimes accompagnées"
