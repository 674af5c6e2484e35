"""What does not exist is refused, whatever asks: a misspelt code is never « aucun chiffre relevé »."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner

from traite_annexes.cli import app
from traite_lib import Survey, TraiteError, explore, open_edition

QUESTIONS: dict[str, Callable[..., Any]] = {
    "distribution": lambda survey, variable, category, **more: survey.distribution(variable, among=category, **more),
    "crosstab": lambda survey, variable, category, **more: survey.crosstab(variable, "sex", **more),
    "indicator": lambda survey, *asked, **more: survey.indicator(*asked, **more),
    "statistics": lambda survey, variable, category, **more: survey.statistics(
        variable, title="", populations=[more.pop("population", "accompanied")], **more
    ),
    "over_editions": lambda survey, variable, category, **more: survey.over_editions(variable, title="", **more),
    "series": lambda survey, *asked, **more: survey.series(*asked, **more),
    "change": lambda survey, *asked, **more: survey.change(*asked, **more),
    "explore": lambda survey, *asked, **more: explore(*asked, **more),
}
FAULTS: dict[str, tuple[tuple[str, str], dict[str, str], str]] = {
    "variable": (("frm", "sexual"), {}, "There is no variable 'frm'. Available: total, form, sex"),
    "category": (("form", "sexuelle"), {}, "'form' has no category 'sexuelle'. Available: sexual, labour"),
    "population": (
        ("form", "sexual"),
        {"population": "acompanied"},
        "There is no population 'acompanied'. Available: identified",
    ),
    "column": (("form", "sexual"), {"sxe": "women"}, "There is no sub-population 'sxe'. Available: form, sex, age"),
    "code": (("form", "sexual"), {"sex": "womem"}, "'sex' has no category 'womem'. Available: women, men"),
    "unit": (("form", "sexual"), {"unit": "percents"}, "There is no unit 'percents'. Available: count, percent"),
    "by": (("form", "sexual"), {"by": "gender"}, "There is no sub-population 'gender'. Available: form, sex"),
}
TAKEN = {
    "distribution": {"variable", "category", "population", "column", "code", "by"},
    "crosstab": {"variable", "population", "column", "code"},
    "indicator": set(FAULTS),
    "statistics": {"variable", "population", "column", "code"},
    "over_editions": {"variable", "column", "code"},
    "series": {"variable", "category", "population", "column", "code", "unit"},
    "change": {"variable", "category", "population", "column", "code", "unit"},
    "explore": {"variable", "category", "population", "column", "code"},
}


@pytest.mark.parametrize(("verb", "fault"), [(verb, fault) for verb, faults in TAKEN.items() for fault in sorted(faults)])
def test_what_does_not_exist_is_refused_by_every_verb(survey_2022: Survey, verb: str, fault: str) -> None:
    asked, more, said = FAULTS[fault]
    with pytest.raises(TraiteError) as error:
        QUESTIONS[verb](survey_2022, *asked, **more)
    assert said in str(error.value)
    if fault not in ("by",):
        assert "Did you mean" in str(error.value)


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda s: s.totals("acompanied"), "There is no population 'acompanied'"),
        (lambda s: s.crosstab("form", "gender"), "There is no sub-population 'gender'. Available: form, sex"),
        (lambda s: s.crosstab("housing", "form"), "2022 has no 'housing' by 'form'; from answers: `traite answers"),
        (lambda s: s.profile(("form", "sexuelle"), title=""), "'form' has no category 'sexuelle'"),
        (lambda s: s.small_multiples("ofence", ["suspects"]), "There is no variable 'ofence'"),
        (lambda s: s.small_multiples("offence", ["suspect"]), "There is no population 'suspect'"),
        (lambda s: s.statistics(title="", universe="police"), "There is no universe 'police'. Available: administrative, assoc"),
        (lambda s: s.change("form", "sexual", since="2016"), "There is no edition 2016. Available: 2015"),
        (lambda s: explore("form", editions=[2016]), "There is no edition 2016. Available: 2015"),
    ],
)
def test_so_is_every_other_argument(survey_2022: Survey, ask: Callable[[Survey], object], said: str) -> None:
    with pytest.raises(TraiteError) as error:
        ask(survey_2022)
    assert said in str(error.value)


def test_a_crossing_is_what_was_published_by_part(survey_2022: Survey) -> None:
    found = survey_2022.crosstab("sex", "form").frame
    assert found.loc[found["value"].notna(), ["group", "category", "value", "unit"]].to_numpy().tolist() == [
        ["Exploitation sexuelle", "women", 94.0, "percent"]
    ]


def test_so_does_the_command_line() -> None:
    result = CliRunner().invoke(app, ["change", "2022", "--since", "2020", "--variable", "form", "--category", "sexuelle"])
    assert isinstance(result.exception, TraiteError)
    assert "'form' has no category 'sexuelle'" in str(result.exception)
    assert "Did you mean 'sexual'?" in str(result.exception)


def test_the_command_line_prints_what_the_annex_says_and_its_error_is_english() -> None:
    result = CliRunner().invoke(app, ["change", "2022", "--since", "2021", "--variable", "sex", "--category", "women"])
    assert result.output == "Aucune valeur n’a été retenue pour l’édition 2021.\n"
    assert str(result.exception) == "No change is computed from 2021 to 2022: No value was retained for edition 2021."


def test_what_a_modality_is_made_of_is_said_absent_and_not_the_whole_distribution() -> None:
    survey = open_edition("2022")
    assert survey.distribution("form")
    absent = survey.distribution("form", among="labour", but=[survey.series("form", "labour")]).absent
    assert "le détail de « exploitation par le travail (y compris domestique) » (victimes accompagnées" in absent
    assert "répartition" not in absent
