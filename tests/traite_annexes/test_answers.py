"""``traite answers``: a draft to review, findings to decide on, a codebook; and answers are found nowhere."""

from __future__ import annotations

import io
import os
import shutil
import tempfile
import tomllib
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import nbformat
import pytest
from commands import apart, edit_cell, traite
from conftest import ROOT
from invented_answers import mapping, pages, responses, write

import limesurvey_answers as ls
from limesurvey_answers import writing
from traite_annexes.answers.codebook import codebook_page
from traite_annexes.answers.draft import draft_mapping, layout_of
from traite_annexes.answers.findings import Report, check
from traite_annexes.answers.mapping import Mapping, faults
from traite_lib.nomenclature import Nomenclatures

LAYOUTS = ["one_response", "array_rows", "repeated_codes"]
GOOD: list[dict[str, Any]] = [
    {"name": "Les Tilleuls", "counts": {"NBACC": 4, "NBFORM[S]": 3, "NBFORM[T]": 1, "EFF[S_FMAJ]": 2}, "victims": [{"FORM": "S"}]},
    {"name": "Le Refuge", "counts": {"NBACC": 7, "NBFORM[S]": 2, "NBFORM[T]": 5}, "victims": [{"FORM": "T"}, {"FORM": "T", "AGE": 20}]},
]  # fmt: skip


def survey(layout: str = "repeated_codes", **changes: dict[str, Any]) -> ls.Survey:
    """The questionnaire, with some of its questions changed."""
    found = [{**p, "questions": [{**q, **changes.get(q["code"], {})} for q in p["questions"]]} for p in pages(layout)]
    return writing.build_survey(654, "Enquête inventée", found, language="fr")


def report(folder: Path, rows: list[dict[str, Any]], *, before: ls.Survey | None = None, **tables: Any) -> Report:
    """What is found in some responses."""
    folder.mkdir(mode=0o700, exist_ok=True)
    asked = survey()
    files = {"answers.lsa": writing.to_lsa(asked, rows), "mapping.toml": mapping("repeated_codes", asked, **tables).encode()}
    for name, content in files.items():
        (folder / name).write_bytes(content)
        os.chmod(folder / name, 0o600)
    earlier = folder / "before.lss"
    if before:
        earlier.write_text(writing.to_lss(before), encoding="utf-8")
    return check(folder / "answers.lsa", folder / "mapping.toml", before=earlier if before else None)


def rows(*changes: dict[str, Any]) -> list[dict[str, Any]]:
    """The responses of two associations, the first changed; more are the first again, changed."""
    found: list[dict[str, Any]] = list(responses("repeated_codes", GOOD))
    more = [{**found[0], "id": str(n), **change} for n, change in enumerate(changes[1:], 3)]
    return [{**found[0], **(changes[0] if changes else {})}, found[1], *more]


def test_good_answers_wait_for_nothing_and_say_what_they_cover(tmp_path: Path) -> None:
    found = report(tmp_path / "a", rows())
    assert found.open == []
    assert [finding.code for finding in found.findings] == ["complete_only"]
    assert found.coverage["coverage"].round(1).tolist() == [25.0, 28.6]
    both = found.reconciled.set_index(["population", "variable", "category"])[["counted", "described"]]
    assert both.loc[("accompanied", "form", "sexual")].tolist() == [5, 1]
    assert both.loc[("accompanied", "form", "_T")].tolist() == [11, 3]
    waiting = report(tmp_path / "b", rows({"ASSO": ""}))
    assert waiting.open
    assert waiting.reconciled.empty


@pytest.mark.parametrize(
    ("changes", "code", "responses"),
    [
        ([{"submitdate": None, "lastpage": "1", "NBACC": None}], "partial", (1,)),
        ([{}, {"ASSO": "association « LES TILLEULS »"}], "duplicate", (1, 3)),
        ([{}, {"ASSO": "Autre nom"}], "same_counts", (1, 3)),
        ([{"ASSO": "essai de l’équipe"}], "test", (1,)),
        ([{"ASSO": ""}], "unnamed", (1,)),
        ([{"submitdate": "2026-07-01 10:00:00"}], "late", (1,)),
        ([{"NBV": "0"}], "more_described", (1,)),
        ([{"NBFORM[S]": "4"}], "sum", (1,)),
        ([{"NBACC": "0", "NBFORM[S]": "", "NBFORM[T]": "", "EFF[S_FMAJ]": ""}], "more_than_accompanied", (1,)),
        ([{"V01FORM": "SURPRISE"}], "unreadable", (1,)),
        ([{"NBREP": "-3"}], "no_count", (1,)),
        ([{"NBREP": "2.5"}], "no_count", (1,)),
    ],
)
def test_what_a_person_must_decide_is_found_and_a_decision_with_its_reason_settles_it(
    tmp_path: Path, changes: list[dict[str, Any]], code: str, responses: tuple[int, ...]
) -> None:
    edition = {"year": 2022, "survey": 654, "fingerprint": ls.fingerprint(survey()), "closed": date(2026, 6, 16)}
    found = report(tmp_path / "a", rows(*changes), edition=edition)
    assert {finding.code: finding.responses for finding in found.open} == {code: responses}
    assert "SURPRISE" not in repr(found)
    asked = [question for finding in found.open for question in finding.questions]
    decision = [
        {"finding": code, "action": "keep", "responses": list(responses), "questions": asked, "reason": "vu avec l’équipe"}
    ]
    settled = report(tmp_path / "a", rows(*changes), edition=edition, decision=decision)
    assert settled.open == []
    assert {finding.code: finding.decided for finding in settled.findings}[code] == "vu avec l’équipe"


def test_a_questionnaire_changed_since_the_last_edition_is_told_question_by_question(tmp_path: Path) -> None:
    before = survey(V01SEXE={"options": {"F": "Femme", "H": "Femme trans", "NSP": "Ne sait pas"}}, NBREP={"mandatory": "Y"})
    found = report(tmp_path / "a", rows(), before=before)
    assert [(finding.code, finding.questions) for finding in found.open] == [("changed", ("V01SEXE",))]
    said = [{"finding": "changed", "action": "acknowledge", "questions": ["V01SEXE"], "reason": "libellé corrigé"}]
    assert report(tmp_path / "a", rows(), before=before, decision=said).open == []


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_draft_knows_the_layout_is_valid_toml_and_is_refused_until_it_is_reviewed(layout: str) -> None:
    nomenclatures = Nomenclatures(ROOT / "data")
    asked = survey(layout)
    text = draft_mapping(asked, nomenclatures, 2022)
    said = Mapping.model_validate(tomllib.loads(text))
    assert said.victims.layout == layout_of(ls.survey_columns(asked)).layout == layout
    assert said.edition.fingerprint == ls.fingerprint(asked)
    assert said.associations.key == ["ASSO"]
    assert any("TODO" in fault for _, fault in faults(said, asked, nomenclatures))
    by_item = {variable.item: variable for variable in said.variable}
    assert (by_item["SEXE"].name, by_item["SEXE"].unknown, by_item["LIEN"].codes["CONJ"]) == ("sex", ["NSP"], "partner")


def test_the_command_exits_with_1_where_a_person_must_decide(tmp_path: Path) -> None:
    path = write(tmp_path / "a", "repeated_codes", GOOD)
    words = ["answers", "check", str(path.parent / "survey.lsa"), "--mapping", str(path)]
    done = traite(*words, root=ROOT)
    assert "2\t29 %" in done.stdout
    path = write(tmp_path / "a", "repeated_codes", [GOOD[0], {**GOOD[0], "name": "Essai"}])
    done = traite(*words, root=ROOT, check=1)
    assert "to decide\ttest\t" in done.stdout
    os.chmod(path.parent / "survey.lsa", 0o644)
    assert "chmod 600" in traite(*words, root=ROOT, check=1).stderr


def test_the_codebook_is_a_french_page_that_tells_the_questionnaire_and_no_answer(tmp_path: Path) -> None:
    path = write(tmp_path / "a", "array_rows", [{**GOOD[0], "name": "Sklodowska"}])
    traite("answers", "codebook", str(path.parent / "survey.lsa"), "-o", str(tmp_path / "page.html"), root=ROOT)
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page == codebook_page(survey("array_rows"))
    assert '<html lang="fr">' in page
    assert "Combien de victimes décrivez-vous ?" in page
    assert "cases à cocher" in codebook_page(survey())
    assert 'href="#NBV"' not in page
    assert "Sklodowska" not in page


SECRETS = ["marie.curie@example.invalid", "Sklodowska"]


def test_no_finding_nor_error_of_a_check_quotes_an_answer(tmp_path: Path) -> None:
    base = rows()[0]
    for name in base:
        path = write(tmp_path / "a", "repeated_codes", GOOD)
        (path.parent / "survey.lsa").write_bytes(writing.to_lsa(survey(), rows({name: SECRETS[0]}, {name: SECRETS[1]})))
        try:
            shown = repr(check(path.parent / "survey.lsa", path))
        except Exception as error:
            shown = repr(error) + repr(error.__cause__) + repr(error.__context__)
        assert [secret for secret in SECRETS if secret in shown] == [], name


READS = """
from pathlib import Path
from traite_annexes.answers.aggregates import compute
from traite_annexes.answers.plan import read_plan
from traite_annexes.answers.tables import read_tables
tables = read_tables(Path({path!r}))
found = compute(tables, read_plan(survey.catalogue.data), survey.nomenclatures)
print(tables, len(found.observations))
"""


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, and every member of every archive there."""
    found = {path.as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    for name, content in list(found.items()):
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                found |= {f"{name}/{member}": archive.read(member) for member in archive.namelist()}
    return found


def test_answers_are_found_nowhere_after_a_render(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A chapter reads them, another fails while it holds them: pages, failures, caches and temporary folders hold none of them."""
    victims = [{"FORM": "S", "SEXE": "F", "AGE": 47, "LIEN": {"CONJ"}, "PLT": "Y"}] * 3
    answered = [{"name": SECRETS[1], "mail": SECRETS[0], "counts": {"NBACC": 90817}, "victims": victims}]
    path = write(tmp_path / "kept", "repeated_codes", answered)
    for variable, folder in {"XDG_CACHE_HOME": "cache", "IPYTHONDIR": "ipython"}.items():
        (tmp_path / folder).mkdir()
        monkeypatch.setenv(variable, str(tmp_path / folder))
    temporary = Path(tempfile.mkdtemp())  # short: a socket lies in it
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setenv("TRAITE_ANSWERS", str(path.parent))
    for chapter, more in (("01_vue_d_ensemble", READS), ("02_formes", READS + "\n1 / 0")):
        notebook = nbformat.read(project / "notebooks" / f"{chapter}.ipynb", as_version=4)
        place = next(n for n, cell in enumerate(notebook.cells) if "open_edition(" in cell.source)
        edit_cell(
            project / "notebooks" / f"{chapter}.ipynb",
            place,
            notebook.cells[place].source.rstrip() + "\n" + more.format(path=str(path)),
        )
    read = apart("answers", "check", str(path.parent / "survey.lsa"), "-m", str(path), root=project)
    whole = apart("render", "2022", "-c", "1", "--output", str(tmp_path / "out"), root=project, check=1)
    assert "01_vue_d_ensemble.ipynb, /cells/3/source: an absolute path." in whole.stderr, "the gate sees where they were read"
    failed = apart("render", "2022", "-c", "2", "--output", str(tmp_path / "out"), root=project, check=1)
    found = {name: data for name, data in contents(tmp_path).items() if not name.startswith(path.parent.as_posix())}
    found |= contents(temporary)
    shutil.rmtree(temporary)
    found |= {f"{n} said": text.encode() for n, done in enumerate((read, whole, failed)) for text in (done.stdout, done.stderr)}
    assert any(b"1 responses, 3 described victims, synthetic" in data for data in found.values()), "the chapter did read them"
    raw = writing.to_lsr(survey(), responses("repeated_codes", answered)).encode()
    marks = [
        *(secret.encode() for secret in SECRETS),
        b"90817",
        path.parent.joinpath("survey.lsa").read_bytes()[:200],
        raw[-400:-200],
    ]
    assert [(name, mark) for mark in marks for name, data in found.items() if mark in data] == []
