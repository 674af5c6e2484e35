"""Answers to two tables: the same victims whatever the layout and the format, and nothing invented on the way."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from invented_answers import BOXES, OPTIONS, SLOTS, pages, responses, write

from limesurvey_answers import LimeSurveyError, writing
from traite_annexes.answers.findings import check
from traite_annexes.answers.mapping import read_mapping
from traite_annexes.answers.place import answers_folder, private
from traite_annexes.answers.tables import comparable_name, read_tables
from traite_annexes.errors import AnswersError
from traite_lib.errors import CatalogueError

LAYOUTS = ["one_response", "array_rows", "repeated_codes"]
ALICE = {"FORM": "S", "SEXE": "F", "AGE": 17, "LIEN": {"FAM", "CONJ"}, "PLT": "Y"}
ASSOCIATIONS: list[dict[str, Any]] = [
    {"name": "Association Les Tilleuls", "counts": {"NBREP": 9, "NBACC": 5, "NBFORM[S]": 3, "NBFORM[T]": 2, "EFF[S_FMIN]": 1},
     "victims": [ALICE, {"FORM": "D", "SEXE": "NSP", "AGE": 18, "LIEN": {"AUC"}, "PLT": "N"}, {"FORM": "A", "LIEN": {"NSP"}}]},
    {"name": "Le Refuge", "counts": {"NBACC": 0}},
]  # fmt: skip


def victims(table: pd.DataFrame) -> pd.DataFrame:
    """Victims without where they stood and without this session's pseudonyms."""
    return table.drop(columns=["response", "slot"]).assign(association=pd.factorize(table["association"])[0])


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_a_victim_is_said_to_be(tmp_path: Path, layout: str) -> None:
    tables = read_tables(write(tmp_path / layout, layout, ASSOCIATIONS))
    assert tables.synthetic
    found = victims(tables.victims)
    assert list(found["form"]) == ["sexual", "labour_domestic", "other"]
    assert list(found["sex"]) == ["women", "_U", "_U"]
    assert list(found["age"]) == ["minor", "adult", "_U"]
    assert list(found["complaint"]) == ["filed", "", "_U"]
    assert list(found["exploiter"]) == ["", "", "_U"]
    assert found[["exploiter=family", "exploiter=partner", "exploiter=stranger"]].values.tolist() == [
        [True, True, False], [False, False, False], [False, False, False],
    ]  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_associations_counted(tmp_path: Path, layout: str) -> None:
    tables = read_tables(write(tmp_path / layout, layout, ASSOCIATIONS))
    found = tables.associations.set_index(pd.RangeIndex(len(tables.associations)))
    assert list(found["accompanied"]) == [5, 0]
    assert list(found["declared"]) == [3, 0]
    assert found.loc[0, "accompanied form=sexual"] == 3
    assert pd.isna(found.loc[0, "accompanied form=labour_domestic"])
    assert found.loc[0, "accompanied form=sexual sex=women age=minor"] == 1
    assert pd.isna(found.loc[1, "identified"])
    assert tables.dims["accompanied form=sexual sex=men age=_U"] == ("accompanied", {"form": "sexual", "sex": "men", "age": "_U"})


VICTIM = st.fixed_dictionaries(
    {"FORM": st.sampled_from(list(OPTIONS["FORM"]))},
    optional={
        "SEXE": st.sampled_from(list(OPTIONS["SEXE"])), "AGE": st.integers(0, 99), "LIEN": st.sets(st.sampled_from(list(BOXES))),
        "PLT": st.sampled_from(["Y", "N"]),
    },
)  # fmt: skip
ANSWERS = st.lists(st.lists(VICTIM, max_size=SLOTS), min_size=1, max_size=5)


@given(ANSWERS)
@settings(max_examples=12, deadline=None)
def test_the_same_victims_in_the_three_layouts_give_the_same_table(
    tmp_path_factory: pytest.TempPathFactory, answers: list[list[dict[str, Any]]]
) -> None:
    folder = tmp_path_factory.mktemp("layouts")
    associations = [{"name": f"Asso {n}", "victims": found, "counts": {"NBACC": 7}} for n, found in enumerate(answers)]
    first, *others = [victims(read_tables(write(folder / layout, layout, associations)).victims) for layout in LAYOUTS]
    assert len(first) == sum(map(len, answers))
    for other in others:
        if len(first):
            pd.testing.assert_frame_equal(first, other)
        else:
            assert other.empty


def test_a_decision_leaves_a_response_out(tmp_path: Path) -> None:
    decided = [{"finding": "test", "action": "exclude", "responses": [1], "reason": "essai de l’équipe"}]
    tables = read_tables(write(tmp_path / "a", "repeated_codes", ASSOCIATIONS, decision=decided))
    assert len(tables.associations) == 1
    assert tables.victims.empty


def test_spellings_of_a_name_are_one_association(tmp_path: Path) -> None:
    twice = [
        {**ASSOCIATIONS[0], "name": name}
        for name in ("Les Tilleuls", "association LES  TILLEULS", "Tilleuls (Les)", "Lés-Tilleuls")
    ]
    tables = read_tables(write(tmp_path / "a", "repeated_codes", twice))
    assert pd.factorize(tables.associations["association"])[0].tolist() == [0, 0, 1, 0]
    path = write(tmp_path / "b", "repeated_codes", twice, associations={"key": ["ASSO"], "aliases": "aliases.csv"})
    (path.parent / "aliases.csv").write_text("spelling,name\nTilleuls (Les),Les Tilleuls\n", encoding="utf-8")
    os.chmod(path.parent / "aliases.csv", 0o600)
    assert read_tables(path).associations["association"].nunique() == 1
    assert comparable_name("L’Étape – association loi 1901") == comparable_name("l'etape")


def test_a_questionnaire_that_changed_and_a_code_that_is_not_mapped_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a", "repeated_codes", ASSOCIATIONS)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("sha256:", "sha256:0"), encoding="utf-8")
    with pytest.raises(AnswersError, match="another questionnaire"):
        read_tables(path)
    path.write_text(text.replace('NSP = "unknown"', "").replace('unknown = ["NSP"]', "unknown = []", 1), encoding="utf-8")
    with pytest.raises(AnswersError, match="SEXE: the code NSP is not mapped"):
        read_tables(path)
    path.write_text(text.replace("sexual", "sexuall"), encoding="utf-8")
    with pytest.raises(AnswersError, match="no modality 'sexuall'"):
        read_tables(path)
    path.write_text(text + "\nsurprise = 1\n", encoding="utf-8")
    with pytest.raises(CatalogueError):
        read_mapping(path)


def test_answers_that_others_can_open_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a", "repeated_codes", ASSOCIATIONS)
    os.chmod(path.parent / "survey.lsa", 0o640)
    with pytest.raises(AnswersError, match="chmod 600"):
        read_tables(path)
    monkeypatch.setenv("TRAITE_ANSWERS", str(path.parent))
    assert answers_folder() == path.parent.resolve()
    os.chmod(path.parent, 0o750)
    with pytest.raises(AnswersError, match="chmod 700"):
        answers_folder()


def test_answers_never_lie_in_the_project_nor_in_a_checkout(tmp_path: Path) -> None:
    with pytest.raises(AnswersError, match="never lie in the project"):
        private(ROOT / "data" / "editions.toml")
    (tmp_path / ".git").mkdir()
    (tmp_path / "a.csv").touch(0o600)
    with pytest.raises(AnswersError, match="git checkout"):
        private(tmp_path / "a.csv")
    with pytest.raises(AnswersError, match="there is nothing"):
        private(tmp_path / "b.csv")


def test_the_folder_is_named_by_the_machine_s_own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRAITE_ANSWERS", raising=False)
    root, folder = tmp_path / "project", tmp_path / "kept"
    root.mkdir()
    folder.mkdir(mode=0o700)
    assert answers_folder(root) is None
    (root / "traite.local.toml").write_text(f'[answers]\nfolder = "{folder}"\n', encoding="utf-8")
    assert answers_folder(root) == folder.resolve()


SECRETS = ["marie.curie@example.invalid", "Sklodowska", "jeton-9"]


def test_no_text_form_nor_error_holds_an_answer(tmp_path: Path) -> None:
    associations = [{**ASSOCIATIONS[0], "name": SECRETS[1], "mail": SECRETS[0]}]
    path = write(tmp_path / "a", "repeated_codes", associations)
    tables = read_tables(path)
    shown = repr(tables) + tables.victims.to_csv() + tables.associations.to_csv() + repr(vars(tables))
    assert [secret for secret in SECRETS if secret in shown] == []
    for name in ("NBACC", "V01FORM", "V01AGE", "id"):
        bad = path.parent / "bad"
        survey = writing.build_survey(654, "x", pages("repeated_codes"), language="fr")
        rows = [{**row, name: SECRETS[2]} for row in responses("repeated_codes", associations)]
        bad.write_bytes(writing.to_csv(survey, rows))
        os.chmod(bad, 0o600)
        try:
            shown = repr(read_tables(path, bad, path.parent / "survey.lsa"))
        except (AnswersError, LimeSurveyError) as error:
            shown = repr(error) + repr(error.__cause__) + repr(error.__context__)
        assert SECRETS[2] not in shown


def test_the_file_itself_says_whether_its_answers_are_synthetic(tmp_path: Path) -> None:
    for synthetic in (True, False):
        path = write(tmp_path / str(synthetic), "repeated_codes", ASSOCIATIONS, synthetic=synthetic)
        assert read_tables(path).synthetic is synthetic
        assert check(path.parent / "survey.lsa", path).open == []
