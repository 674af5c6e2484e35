"""An e-mail, a token and a name put into every column are found nowhere but in the texts that the caller named."""

import logging
import pickle
import subprocess
import sys
import traceback

import pytest

import limesurvey_answers as ls

from . import garden

SECRETS = ("marie.curie@example.invalid", "tok9secret", "Sklodowska")
WRITERS = {
    "csv": garden.to_csv,
    "csv, full text": lambda table: garden.to_csv(table, "full"),
    "vv": garden.to_vv,
    "json": lambda table: garden.to_json(table, strings=True),
    "xlsx": garden.to_xlsx,
    "lsa": garden.to_lsa,
}
STATES = tuple(state.name.lower() for state in ls.State)


def planted(secret: str, columns: tuple[str, ...]) -> list[garden.Row]:
    """The garden club, with a secret in one response's columns, and in everybody's token."""
    table = [{**line, "token": secret} for line in garden.TABLE]
    return [{**table[0], **dict.fromkeys(columns, secret)}, *table[1:]]


def everything_shown(answers: ls.Answers) -> str:
    frames = (answers.frame, answers.wide(), answers.wide("code"), answers.wide("label", states=("answered", "undetermined")))
    tables = (answers.codebook, answers.codes, answers.states, answers.responses)
    texts = [frame.to_csv() + repr(frame) for frame in (*frames, *tables)]
    return "".join([repr(answers), repr(answers.issues), repr(answers.provenance), repr(vars(answers)), *texts])


def everything_of(error: BaseException) -> str:
    """The error, its causes, and the variables of the package's frames that it holds. (Those of the test hold the secret.)"""
    assert error.__cause__ is None
    assert error.__context__ is None
    held = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    frames = [frame for frame in held if "packages/limesurvey_answers/lime" in frame.f_code.co_filename]
    assert [frame.f_code.co_name for frame in frames] == ["wrapper"], "no frame of the reader is left"
    return repr(error) + repr(vars(error)) + "".join(repr(frame.f_locals) for frame in frames)


@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS.keys())
def test_nothing_planted_in_a_column_comes_out(read, caplog, capsys, writer):
    caplog.set_level(logging.DEBUG)
    for column in garden.CODES:
        table = [{**line, "token": secret, column: secret} for line, secret in zip(garden.TABLE, SECRETS, strict=False)]
        answers = read(writer(table))
        shown = repr(answers) + repr(answers.issues) + repr(vars(answers))
        shown += pickle.dumps([vars(answers), answers.frame, answers.wide("code", states=STATES)]).decode("latin-1")
        for secret in SECRETS:
            assert secret not in shown + caplog.text, column
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS.keys())
def test_nothing_planted_everywhere_comes_out_of_errors(read, caplog, writer, secret):
    caplog.set_level(logging.DEBUG)
    names = ("id", "submitdate", "lastpage", "startlanguage", "seed")
    for columns in (
        ("id",),
        ("id", *garden.CODES),
        (*names, *garden.CODES),
        ("KIND", "SOIL[R1]", "KEEP", "MOOD", "RANK[1]", "RANK[2]"),
    ):
        try:
            shown = everything_shown(read(writer(planted(secret, columns))))
        except ls.LimeSurveyError as error:
            shown = everything_of(error)
        assert secret not in shown + caplog.text, columns


OPEN = ("NAME", "AREA", "TOOLS[other]", "FIRST", "KIND", "SINCE", "SEEDS[TOM]", "GRID[L1_C1]", "WITH[BEEScomment]", "PLAN")
LOOK_EVERYWHERE = """
import gc, sys, numpy, limesurvey_answers as ls
try:
    found = ls.read_answers(sys.argv[1], sys.argv[2])
    found.frame, found.wide(), found.wide("label"), found.codebook, found.codes, found.states
except ls.LimeSurveyError as error:
    found = error
secret = bytes.fromhex(sys.argv[3]).decode()
for holder in gc.get_objects():
    for held in gc.get_referents(holder):
        cells = held.ravel().tolist() if isinstance(held, numpy.ndarray) and held.dtype == object else [held]
        for cell in cells:
            if cell is not secret and secret in (cell.decode("latin-1") if isinstance(cell, bytes) else cell if isinstance(cell, str) else ""):
                sys.exit(f"found in a {type(holder).__name__}")
print(type(found).__name__)
"""


@pytest.mark.parametrize("broken", [False, True], ids=["read", "refused"])
@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS.keys())
def test_nothing_planted_stays_in_memory(tmp_path, survey, writer, broken):
    (tmp_path / "export").write_bytes(writer(planted(SECRETS[0], ("id",) if broken else OPEN)))
    command = [
        sys.executable,
        "-c",
        LOOK_EVERYWHERE,
        str(tmp_path / "export"),
        str(tmp_path / "survey.lss"),
        SECRETS[0].encode().hex(),
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert (done.stdout.strip(), done.stderr) == ("UnsafeFileError" if broken else "Answers", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["export", "survey.lss"]


def test_an_interrupted_reading_holds_nothing(read, monkeypatch):
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("limesurvey_answers.reading.read_responses", interrupted)
    with pytest.raises(KeyboardInterrupt) as caught:
        read(garden.to_csv(planted(SECRETS[0], ("AREA",))))
    assert SECRETS[0] not in everything_of(caught.value)


def test_an_unforeseen_fault_tells_its_place_only(read, monkeypatch):
    def broken(cell: str) -> str:
        return str(int(cell))  # « invalid literal for int(): 'marie.curie@…' »

    monkeypatch.setattr("limesurvey_answers.decoding.canonical_number", broken)
    with pytest.raises(ls.UnexpectedContentError, match=r"\(ValueError in test_limesurvey_privacy.py, line \d+\)") as caught:
        read(garden.to_csv(planted(SECRETS[0], ("AREA",))))
    assert SECRETS[0] not in everything_of(caught.value)


def test_texts_are_kept_by_name_only(read):
    answers = read(garden.to_csv(garden.TABLE), keep_text=("NAME", "TOOLS[other]"))
    wide = answers.wide()
    assert wide.loc[1, ["NAME", "TOOLS[other]"]].tolist() == ["Les Jardins", "hoe"]
    assert wide["WITH[BEEScomment]"].isna().all()
    assert answers.states.loc[1, "WITH[BEEScomment]"] == "answered", "that something was written is known"
    assert answers.provenance.personal_columns_dropped == 1
    assert answers.provenance.texts_dropped == 5, "FIRST, SECOND, KIND[other], the comment of WITH and the files of PLAN"


def test_a_question_does_not_bring_its_other_text(read):
    assert read(garden.to_csv(garden.TABLE), keep_text="TOOLS_other").wide().loc[1, "TOOLS[other]"] == "hoe"
    with pytest.raises(ls.RefusedExportError, match="TOOLS, which is not a text column"):
        read(garden.to_csv(garden.TABLE), keep_text="TOOLS")


def test_participants_added_by_an_analyst_are_dropped(read):
    content = garden.to_csv(garden.TABLE).decode("utf-8-sig").split("\r\n")
    heads = ("firstname", "lastname", "email", "attribute_1", "ipaddr", "refurl")
    content[0] += "".join(f',"{head}"' for head in heads)
    for number in range(1, len(content)):
        content[number] += f',"{SECRETS[2]}"' * len(heads)
    answers = read("\r\n".join(content))
    assert answers.provenance.personal_columns_dropped == 7
    assert SECRETS[2] not in everything_shown(answers)
    assert not answers.issues


def test_a_heading_that_looks_like_an_address_is_not_shown(read):
    content = garden.to_csv(garden.TABLE).replace(b'"MOOD"', SECRETS[0].join('""').encode())
    assert SECRETS[0] not in everything_shown(read(content))


def test_the_person_in_charge_of_the_survey_is_not_kept(survey):
    assert "example.invalid" not in repr(vars(survey))
    assert "Ada" not in repr(vars(survey))


def test_the_list_of_participants_is_never_opened(read):
    assert len(read(garden.to_lsa(garden.TABLE), None)) == 5, "the garden's .lst is no XML: parsing it would have failed"
