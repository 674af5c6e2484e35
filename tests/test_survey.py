"""The questions that a chapter puts to an edition."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from traite_lib import Survey, open_edition, side_by_side
from traite_lib.catalogue import Catalogue
from traite_lib.errors import NomenclatureError, ObservationsError

EDITIONS = ["2015", "2018", "2019", "2020", "2021", "2022", "2023", "2024"]


def test_an_edition_is_opened_by_text_or_number() -> None:
    assert open_edition(2022).edition == open_edition("2022").edition
    assert open_edition(2022).edition.reference_year == 2022


def test_each_opening_remembers_its_own_numbers() -> None:
    one, other = open_edition(2022), open_edition(2022)
    one.totals("identified")
    assert (one.shown, other.shown) == (["E2022-001"], [])


def test_an_indicator_is_one_number_with_its_source(survey_2022: Survey) -> None:
    women = survey_2022.indicator("sex", "women")
    assert women.value == 82
    assert women.frame["source_id"].item() == "interieur-01"
    assert women.frame["publisher"].item() == "Ministère de l’Intérieur"


def test_an_indicator_prefers_the_share_to_the_count(survey_2022: Survey) -> None:
    assert survey_2022.indicator("form", "criminality").value == 7
    assert survey_2022.indicator("form", "criminality", unit="count").value == 195
    assert survey_2022.indicator("age", "minor", unit="count").value == 409
    assert open_edition(2018).indicator("nationality", "FRA").value == 174  # only a count was found... beside no share


def test_several_values_or_none_are_not_one(survey_2022: Survey) -> None:
    with pytest.raises(ValueError, match="Forme d’exploitation: 6 values, one was expected"):
        _ = survey_2022.distribution("form").value
    with pytest.raises(
        ValueError, match="0 values, one was expected. Aucun chiffre relevé pour cette édition : part des victimes"
    ):
        _ = open_edition(2023).indicator("form", "sexual").value


def test_an_indicator_by_a_column_has_all_first_then_each_part() -> None:
    accompanied = open_edition(2020).indicator("accompanied", "yes", population="identified", by="form")
    assert list(accompanied.frame["value"]) == [65, 73, 53, 33, 49]
    assert list(accompanied.frame["label"]) == [
        "Ensemble", "Exploitation sexuelle", "Exploitation par le travail (domestique ou non)", "Contrainte à commettre des délits",
        "Mendicité forcée",
    ]  # fmt: skip
    assert accompanied.title.endswith(", selon la forme d’exploitation")


def test_a_distribution_by_a_column_is_one_distribution_for_each_part() -> None:
    sexes = open_edition(2020).distribution("sex", by="age")
    known = sexes.frame[sexes.frame["value"].notna()]
    assert known.groupby("group", sort=False)["value"].apply(list).to_dict() == {"Ensemble": [79, 12, 9], "Mineures": [51, 49]}
    assert list(known["label"]) == ["Femmes", "Hommes", "Personnes trans", "Filles", "Garçons"]


def test_a_distribution_may_be_kept_to_one_modality_and_those_below() -> None:
    _ = open_edition(2015)
    labour = open_edition(2015).distribution("form", among="labour")
    assert set(labour.frame["category"]) == {"domestic_servitude", "forced_labour"}


def test_figures_keep_the_parts_of_a_sub_population() -> None:
    labour = open_edition(2020).figures(title="Travail", form="labour")
    assert set(labour.frame["form"]) == {"labour", "labour_domestic", "labour_other"}
    assert labour.frame["retained"].all()


def test_figures_on_associations_stay_apart_from_victims() -> None:
    found = open_edition(2015).figures(title="Associations", universe="associations", restricted=True)
    assert list(found.frame["statement_id"]) == ["E2015-003", "E2015-004"]
    assert set(found.frame["form"]) == {"sexual"}


def test_figures_that_nobody_published_say_so() -> None:
    found = open_edition(2021).figures("permit", title="Titres de séjour")
    assert not found
    assert found.absent == (
        "Aucun chiffre relevé pour cette édition : la part des victimes disposant d’un titre de séjour "
        "(victimes accompagnées et exploitées au moins en partie en France)."
    )


def test_totals_of_several_populations_keep_their_order(survey_2022: Survey) -> None:
    found = survey_2022.totals(
        "identified", "accompanied", "accompanied_in_france", "accompanied_abroad_only", "recorded_victims"
    )
    assert list(found.frame["value"]) == [4363, 2994, 2675, 319, 2027]


def test_a_profile_has_one_line_an_indicator_and_skips_what_was_not_found() -> None:
    found = open_edition(2021).profile(("form", "sexual"), ("sex", "women"), ("form", "begging"), title="Profil")
    assert list(found.frame["label"]) == [
        "Forme d’exploitation : exploitation sexuelle",
        "Forme d’exploitation : mendicité forcée",
    ]
    assert list(found.frame["value"]) == [74, 1]
    nothing = open_edition(2021).profile(("sex", "women"), title="Profil")
    assert (bool(nothing), nothing.absent) == (False, "Aucun des chiffres clés n’a été relevé pour cette édition.")


def test_panels_are_series_of_one_variable_total_first(survey_2022: Survey) -> None:
    found = survey_2022.panels("offence", ["recorded_victims"])
    frame = found.frame[found.frame["period"] == "2022"]
    assert list(frame["label"])[0] == "Ensemble"
    assert sorted(frame["value"]) == [45, 362, 798, 993, 2027]


def test_a_series_ends_with_the_sentence_of_each_break(survey_2022: Survey) -> None:
    found = survey_2022.series("form", "sexual")
    assert [note[:20] for note in found.notes] == ["Rupture avant 2021 :", "Rupture avant 2024 :"]
    assert found.title == "Forme d’exploitation : exploitation sexuelle"


def test_side_by_side_needs_two_groups_and_says_which_is_missing(survey_2022: Survey) -> None:
    result = side_by_side(
        "Formes",
        Repérées=survey_2022.distribution("form", population="identified"),
        Accompagnées=survey_2022.distribution("form"),
    )
    assert not result
    assert result.absent.startswith(
        "Aucun chiffre relevé pour cette édition : la répartition par forme d’exploitation (victimes rep"
    )


def test_every_number_shown_is_remembered_and_none_that_was_not(survey_2022: Survey) -> None:
    survey_2022.distribution("sex")  # women only were found
    assert survey_2022.shown == ["E2022-017"]
    survey_2022.change("form", "sexual")
    assert survey_2022.shown == ["E2022-017", "E2021-013", "E2022-012"]
    survey_2022.change("complaint", "filed")  # refused: 2021 has no value
    assert survey_2022.shown == ["E2022-017", "E2021-013", "E2022-012"]


def test_the_numbers_shown_are_written_only_when_asked(survey_2022: Survey, tmp_path: Path) -> None:
    survey_2022.indicator("sex", "women")
    survey_2022.save("")
    assert list(tmp_path.iterdir()) == []
    survey_2022.save(str(tmp_path / "tables" / "x.csv"))
    written = pd.read_csv(tmp_path / "tables" / "x.csv", keep_default_na=False)
    assert list(written["statement_id"]) == ["E2022-017"]
    assert {"value", "base", "source_id", "locator", "text"} <= set(written.columns)


@pytest.mark.parametrize("edition", EDITIONS)
def test_three_to_five_lines_are_kept_in_mind(edition: str) -> None:
    survey = open_edition(edition)
    points = survey.key_points(
        survey.totals("identified"),
        survey.totals("accompanied"),
        survey.totals("accompanied_in_france"),
        survey.indicator("form", "sexual"),
        survey.indicator("sex", "women"),
        survey.indicator("age", "minor"),
        survey.indicator("complaint", "filed"),
        survey.change("total", population="accompanied"),
        survey.change("form", "sexual"),
    )
    lines = points.text.splitlines()
    assert 3 <= len(lines) <= 5
    assert all(line.startswith("- ") and line.endswith(".") for line in lines)


@pytest.mark.parametrize("edition", EDITIONS)
def test_three_to_five_lines_are_kept_in_mind_on_a_subject_with_little(edition: str) -> None:
    survey = open_edition(edition)
    points = survey.key_points(
        survey.indicator("permit", "has_permit"),
        survey.indicator("care", "medical_care"),
        survey.indicator("duration", "over_18_months"),
        survey.indicator("complaint", "filed"),
    )
    assert 3 <= len(points.text.splitlines()) <= 5


def test_a_reservation_already_said_is_not_said_again() -> None:
    survey = open_edition(2022)
    text = survey.key_points(survey.change("total", population="accompanied"), survey.change("form", "sexual")).text
    assert text.count("les niveaux dépendent d’abord de cette participation") == 1
    assert text.endswith("Même réserve.")


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_heading_says_who_produced_the_edition_and_how_many_associations_answered(edition: str) -> None:
    respondents = dict(zip(EDITIONS, [13, 53, 37, 26, 44, 72, 70, 44], strict=True))
    text = open_edition(edition).heading().text
    assert text.startswith(f"**Édition {edition}** — ")
    assert f"{respondents[edition]} associations ont répondu." in text


@pytest.mark.parametrize(
    ("ask", "error", "said"),
    [
        (lambda s: s.indicator("sexe", "women"), NomenclatureError, "There is no variable 'sexe'.*Did you mean 'sex'"),
        (lambda s: s.indicator("sex", "women", population="victims"), NomenclatureError, "There is no population 'victims'"),
        (lambda s: s.indicator("sex", "women", gender="x"), ObservationsError, "There is no sub-population 'gender'"),
        (lambda s: s.indicator("sex", "female"), NomenclatureError, "'sex' has no category 'female'"),
        (lambda s: s.distribution("form", sex="female"), NomenclatureError, "'sex' has no category 'female'"),
    ],
)
def test_a_misspelt_question_is_an_error_not_an_empty_answer(
    survey_2022: Survey, ask: object, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        ask(survey_2022)  # type: ignore[operator]


def test_the_library_is_light_to_import() -> None:
    heavy = "{'matplotlib', 'seaborn', 'pandera', 'papermill', 'nbconvert'}"
    code = f"import sys, traite_lib; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_names_of_the_library_are_a_dozen_and_exist() -> None:
    import traite_lib

    assert len(traite_lib.__all__) <= 12
    assert all(hasattr(traite_lib, name) for name in traite_lib.__all__)
    with pytest.raises(AttributeError, match="no attribute 'chart'"):
        _ = traite_lib.chart


def test_the_editions_tested_here_are_those_of_the_catalogue() -> None:
    assert [edition.key for edition in Catalogue().dated] == EDITIONS
