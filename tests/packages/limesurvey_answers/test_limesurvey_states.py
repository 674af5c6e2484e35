"""Values and states, against what a person reads off the five rows of the garden club."""

import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import limesurvey_answers as ls

from . import garden
from .garden import DONE, row

A, B, S, R, D, U = "answered", "blank", "not_shown", "not_reached", "default_only", "undetermined"

FAITHFUL = {
    "csv by code": garden.to_csv(garden.TABLE),
    "csv, EM codes": garden.to_csv(garden.TABLE, "em"),
    "csv, code and text": garden.to_csv(garden.TABLE, "codetext"),
    "csv, full text": garden.to_csv(garden.TABLE, "full"),
    "csv with semicolons": garden.to_csv(garden.TABLE, "full", separator=";"),
    "csv with tabs": garden.to_csv(garden.TABLE, "full", separator="\t"),
    "vv 2": garden.to_vv(garden.TABLE),
    "vv 1": garden.to_vv(garden.TABLE, "raw"),
    "json": garden.to_json(garden.TABLE),
    "json keyed by id": garden.to_json(garden.TABLE, keyed=True, strings=True),
    "lsr": garden.to_lsr(garden.TABLE).encode(),
    "lsa": garden.to_lsa(garden.TABLE),
}


def states_of(answers: ls.Answers, response: int) -> dict[str, str]:
    return answers.states.loc[response].astype(str).to_dict()


@pytest.mark.parametrize("content", FAITHFUL.values(), ids=FAITHFUL.keys())
def test_every_faithful_format_gives_the_same_table(read, content):
    answers, reference = read(content), read(FAITHFUL["lsa"])
    pd.testing.assert_frame_equal(answers.frame, reference.frame)
    pd.testing.assert_frame_equal(answers.wide(), reference.wide())
    assert answers.provenance.keeps_null == "all"
    assert len(answers) == 5


def test_a_complete_response(read):
    answers = read(FAITHFUL["lsa"])
    states, values = states_of(answers, 1), answers.wide().loc[1]
    assert values["AREA"] == 12.5
    assert (values["TOOLS[SPADE]"], values["TOOLS[RAKE]"], values["TOOLS[NONE]"]) == (True, False, False)
    assert (values["KIND"], values["MOOD"], values["SOIL[R1]"], values["RANK[1]"]) == ("A2", "M2", "S1", "B2")
    assert values["SINCE"] == pd.Timestamp(2011, 5, 1)
    assert values["SEEDS[TOM]"] == 3
    assert answers.wide("label").loc[1, "KIND"] == "Vegetables"
    assert states["SEEDS[BEAN]"] == B, "NULL beside an answer of the same question"
    assert states["SOIL[R2]"] == B
    assert (states["GRID[L1_C1]"], states["GRID[L1_C2]"], states["GRID[L2_C1]"]) == (A, A, B), "a row with a tick is answered"
    assert bool(values["GRID[L1_C2]"]) is False
    assert states["HOURS[WEEK]"] == D, "5 is where the slider starts"
    assert states["TWO[R1][2]"] == B
    assert (states["NAME"], states["TOOLS[other]"], states["WITH[BEEScomment]"]) == (A, A, A)


def test_a_skipped_group_is_not_shown(read):
    states = states_of(read(FAITHFUL["lsa"]), 2)
    assert {states[code] for code in garden.CODES[10:]} == {S}
    assert states["AREA"] == B, "page 1 was shown, as its neighbours prove"
    assert (states["KEEP"], states["TOOLS[SPADE]"], states["NAME"]) == (A, B, B)


def test_an_exclusive_box_switches_the_others_off(read):
    answers = read(FAITHFUL["lsa"])
    states, values = states_of(answers, 3), answers.wide().loc[3]
    assert (states["TOOLS[SPADE]"], states["TOOLS[RAKE]"], states["TOOLS[NONE]"]) == (A, A, A)
    assert (values["TOOLS[SPADE]"], values["TOOLS[RAKE]"], values["TOOLS[NONE]"]) == (False, False, True)
    assert states["TOOLS[other]"] == S
    assert (states["KIND"], states["KIND[other]"]) == (A, B)
    assert states["HOURS[WEEK]"] == A, "8 is not where the slider starts"
    assert states["MOOD"] == D, "M1 is the default: nobody may have chosen it"
    assert states["SINCE"] == B
    assert pd.isna(values["MOOD"])
    assert answers.wide(states=("answered", "default_only")).loc[3, "MOOD"] == "M1"


def test_a_page_displayed_and_left_is_not_reached(read):
    states = states_of(read(FAITHFUL["lsa"]), 4)
    assert states["MOOD"] == D
    assert {states[code] for code in garden.CODES[10:] if code != "MOOD"} == {R}
    assert states["AREA"] == B
    opened = states_of(read(FAITHFUL["lsa"]), 5)
    assert {opened[code] for code in garden.CODES[1:]} == {R}


def test_going_back_lowers_lastpage_but_not_what_was_sent(read):
    # page 2 was stored by « previous », then the respondent left on page 1
    states = states_of(read(garden.to_lsa([row(6, None, "0", 2, KEEP="Y", SOIL__R1="S1")])), 6)
    assert (states["SOIL[R1]"], states["SOIL[R2]"], states["SINCE"]) == (A, B, B)


def test_lastpage_counts_skipped_groups(read):
    states = states_of(read(garden.to_lsa([row(7, None, "2", 1, KEEP="N")])), 7)
    assert {states[code] for code in garden.CODES[10:]} == {S}


def test_a_hidden_question_and_an_unknown_condition(tmp_path, read):
    (tmp_path / "other.lss").write_text(
        garden.lss(attributes=[(11, "hidden", "1")], relevance={"SINCE": 'KIND == "A1"'}), encoding="utf-8"
    )
    survey = ls.read_survey(tmp_path / "other.lss")
    answers = read(garden.to_csv([row(1, DONE, "2", 2, NAME="from the address", KEEP="Y", HOURS__WEEK="5")]), survey)
    states = states_of(answers, 1)
    assert states["NAME"] == D, "a hidden question proves nothing"
    assert states["SINCE"] == U, "its blank is NULL, and its condition may have hidden it"
    assert states["HOURS[WEEK]"] == A, "without the attributes of a slider, 5 was typed"


def test_a_default_that_is_computed_may_be_any_value(tmp_path, read):
    (tmp_path / "computed.lss").write_text(garden.lss(mood="{KIND.NAOK}"), encoding="utf-8")
    assert read(FAITHFUL["lsr"], ls.read_survey(tmp_path / "computed.lss")).states.loc[1, "MOOD"] == D


@pytest.mark.parametrize("page_by", ["S", "I"])
def test_what_a_page_is_may_not_be_known(tmp_path, read, page_by):
    # question by question, or as the server's settings say, which no structure tells: the last page is no group
    (tmp_path / "page.lss").write_text(garden.lss(page_by=page_by), encoding="utf-8")
    states = read(garden.to_lsr([row(1, None, "5", 1, NAME="x", KEEP="Y")]), ls.read_survey(tmp_path / "page.lss")).states
    assert {states.loc[1, code] for code in garden.PAGE2[:6]} == {U}


def test_answers_left_after_going_back_are_said(read):
    answers = read(garden.to_lsa([*garden.TABLE, row(6, None, "1", 2, KEEP="Y", SOIL__R1="S1")]))
    assert [(issue.code, issue.responses) for issue in answers.issues] == [("left_after_going_back", (6,))]


def test_no_file_is_no_answer(read):
    assert read(FAITHFUL["lsa"]).states.loc[1, ["PLAN", "PLAN[filecount]"]].tolist() == [B, D]


@pytest.mark.parametrize(
    ("before", "setting"),
    [
        ("<group_order><![CDATA[2]]>", "<randomization_group><![CDATA[x]]></randomization_group>"),
        ("<format>", "<questionindex><![CDATA[2]]></questionindex>"),
        ("<format>", "<questionindex><![CDATA[-1]]></questionindex>"),
    ],
    ids=["groups in random order", "an index to jump with", "an index that is inherited"],
)
def test_nothing_is_known_beyond_what_is_stored_without_an_order(tmp_path, read, before, setting):
    (tmp_path / "free.lss").write_text(garden.lss().replace(before, setting + before), encoding="utf-8")
    states = states_of(read(garden.to_lsr(garden.TABLE), ls.read_survey(tmp_path / "free.lss")), 4)
    assert states["SOIL[R1]"] == U


VALUES = {
    "NAME": "Ada", "AREA": "1.5000000000", "TOOLS[SPADE]": "Y", "TOOLS[NONE]": "Y", "TOOLS[other]": "hoe", "KEEP": "Y", "KIND": "A1",
    "SINCE": "2011-05-01 00:00:00", "SEEDS[TOM]": "3.0000000000", "HOURS[WEEK]": "8.0000000000", "SOIL[R1]": "S2", "GRID[L2_C1]": "1",
    "MOOD": "M2", "RANK[1]": "B1", "TWO[R1][1]": "T2", "WITH[BEES]": "Y", "WITH[BEEScomment]": "two",
}  # fmt: skip


@st.composite
def responses(draw: st.DrawFn) -> list[garden.Row]:
    """Responses as the server stores them: some questions answered on each page that was sent."""
    table = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        given_ = draw(st.sets(st.sampled_from(sorted(VALUES))))
        sent = draw(st.integers(0, 2)) if "KEEP" in given_ else draw(st.integers(0, 1))
        done = sent == 2 or (sent == 1 and "KEEP" not in given_ and draw(st.booleans()))
        line = row(number, DONE if done else None, str(2 if done else sent), sent)
        line.update({code: value for code, value in VALUES.items() if code in given_ and line[code] is not None})
        line.update({code: VALUES[code] for code in ("AREA",) if sent and code in given_})
        line.update({code: VALUES[code] for code in ("SINCE", "SEEDS[TOM]", "HOURS[WEEK]") if sent == 2 and code in given_})
        if line["TOOLS[NONE]"]:
            line.update(dict.fromkeys(("TOOLS[SPADE]", "TOOLS[RAKE]", "TOOLS[other]")))
        table.append(line)
    return table


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(responses())
def test_no_format_says_more_than_the_table_nor_anything_else(read, table):
    reference = read(garden.to_lsr(table))
    for content in (
        *(garden.to_csv(table, style, labels=labels, keeps_null=keeps)
          for style in ("code", "full") for labels in (False, True) for keeps in (False, True)),
        *(garden.to_json(table, labels=labels, strings=strings) for labels in (False, True) for strings in (False, True)),
        garden.to_vv(table), garden.to_xlsx(table), garden.to_xlsx(table, "codetext", labels=True),
    ):  # fmt: skip
        answers = read(content)
        told = answers.states != U
        assert answers.states.where(told).equals(reference.states.where(told))
        assert (told | ~reference.states.isin([A, D]) | (reference.wide("code", states=(A, D)).isna())).all(axis=None)
        codes = answers.wide("code", states=(A, D))
        assert codes.where(told).equals(reference.wide("code", states=(A, D)).where(told))


@pytest.mark.parametrize("keeps_null", [True, False])
@pytest.mark.parametrize("labels", [True, False])
def test_what_a_format_has_lost_is_undetermined_and_values_are_not(read, labels, keeps_null):
    reference = read(FAITHFUL["lsa"]).frame.set_index(["response", "column"])
    frame = read(garden.to_csv(garden.TABLE, labels=labels, keeps_null=keeps_null)).frame.set_index(["response", "column"])
    told = frame["state"] != U
    assert told.all() == (keeps_null and not labels)
    assert (frame.loc[told, "state"] == reference.loc[told, "state"]).all()
    assert frame.loc[told, "code"].equals(reference.loc[told, "code"])
    answered = reference["state"].isin([A, D]) & reference["code"].notna()
    assert (frame.loc[answered, "state"] == reference.loc[answered, "state"]).all(), "no answer is lost"


def test_xlsx_gives_the_values(read):
    reference, answers = read(FAITHFUL["lsa"]), read(garden.to_xlsx(garden.TABLE))
    assert answers.provenance.keeps_null == "none"
    assert answers.wide().loc[1, "AREA"] == 12.5
    told = answers.states != U
    assert (answers.states.astype(str)[told] == reference.states.astype(str)[told])[told].fillna(True).all(axis=None)
    assert (answers.states.loc[1, ["KIND", "TOOLS[RAKE]", "KEEP"]] == A).all()


def test_boxes_that_read_no_for_null_are_undetermined(read):
    # builds of LimeSurvey 6.4: « No » for a filtered box, and no N/A anywhere
    content = garden.to_csv(garden.TABLE, labels=True, keeps_null=False).replace(b'"N/A"', b'"No"')
    states = read(content).states
    assert states.loc[2, "TOOLS[SPADE]"] == U
    assert states.loc[1, "TOOLS[RAKE]"] == A, "a box beside a ticked one is not ticked, whatever it is"


@pytest.mark.parametrize("keeps_null", [True, False])
def test_a_box_that_may_have_been_filtered_out(tmp_path, read, keeps_null):
    (tmp_path / "filter.lss").write_text(garden.lss(attributes=[(13, "array_filter", "KEEP")]), encoding="utf-8")
    table = [row(1, DONE, "2", 2, KEEP="Y", TOOLS__SPADE="Y", TOOLS__NONE=None)]
    states = read(garden.to_csv(table, keeps_null=keeps_null), ls.read_survey(tmp_path / "filter.lss")).states.loc[1]
    found = states[["TOOLS[SPADE]", "TOOLS[RAKE]", "TOOLS[NONE]"]].tolist()
    assert found == ([A, A, S] if keeps_null else [A, U, U])


def test_a_hidden_question_of_a_skipped_group_shows_nothing(tmp_path, read):
    # filled from the address of the survey; the file has lost the NULL of its neighbours
    (tmp_path / "hidden.lss").write_text(garden.lss(attributes=[(26, "hidden", "1")]), encoding="utf-8")
    content = garden.to_csv([row(1, DONE, "2", 1, KEEP="N", MOOD="M2")], keeps_null=False)
    assert read(content, ls.read_survey(tmp_path / "hidden.lss")).states.loc[1, ["MOOD", "SINCE"]].tolist() == [D, U]


def test_a_file_without_a_code_is_not_taken_for_one_of_codes(read):
    # in label mode, LimeSurvey 6.14 writes NULL of an array as an empty string
    wanted = [*range(6), garden.CODES.index("NAME") + 6, garden.CODES.index("SOIL[R1]") + 6]
    lines = (
        garden.to_csv([row(1, DONE, "2", 1, NAME="x", KEEP="N"), garden.OPENED], labels=True).decode("utf-8-sig").split("\r\n")
    )
    content = "\r\n".join(",".join(line.split(",")[place] for place in wanted) for line in lines)
    assert read(content).states.loc[[1, 5], "SOIL[R1]"].tolist() == [U, U]


def test_a_number_that_may_have_been_filtered_out(tmp_path, read):
    (tmp_path / "filter.lss").write_text(garden.lss(attributes=[(22, "array_filter", "KEEP")]), encoding="utf-8")
    states = read(garden.to_lsa(garden.TABLE), ls.read_survey(tmp_path / "filter.lss")).states.loc[1]
    assert states[["SEEDS[TOM]", "SEEDS[BEAN]"]].tolist() == [A, U]


def test_neighbours_that_contradict_each_other_tell_nothing(read):
    # a row that was imported: some questions of a page were given, others not
    states = read(garden.to_lsa([row(1, DONE, "2", 2, KEEP="Y", KIND=None, MOOD=None)])).states.loc[1]
    assert states[["KIND", "MOOD", "SOIL[R1]", "SINCE"]].tolist() == [S, S, B, U]


def test_null_of_older_json_is_not_trusted_with_labels(read):
    assert read(garden.to_json(garden.TABLE, labels=True)).provenance.keeps_null == "some"
    assert read(garden.to_json(garden.TABLE, labels=True, strings=True)).provenance.keeps_null == "none"


def test_before_1981_means_without_a_date(read):
    answers = read(garden.to_lsa([row(1, "1980-01-01 00:00:00", "2", 2, KEEP="N")]))
    assert bool(answers.responses.loc[1, "submitted"])
    assert pd.isna(answers.responses.loc[1, "submit_date"])


def test_codebook_counts_states_and_names_what_a_question_depends_on(read):
    answers = read(FAITHFUL["lsa"])
    book = answers.codebook.set_index("column")
    assert book.loc["KIND", "depends_on"] == "KEEP"
    assert book.loc["KEEP", "depends_on"] == ""
    assert book.loc["KIND", ["answered", "blank", "not_shown", "not_reached"]].tolist() == [2, 0, 1, 2]
    assert book.loc["SOIL[R1]", "response_rate"] == 0.5, "one answer, one blank"
    assert book.loc["SOIL[R1]", "wording"] == "Soil · Sand"
    assert book.loc["TOOLS[SPADE]", "exclusive"] == "NONE"
    assert bool(book.loc["MOOD", "has_default"])
    codes = answers.codes.set_index(["column", "code"])
    assert codes.loc[("KIND", "A2"), "answers"] == 1
    assert codes.loc[("MOOD", "M1"), "answers"] == 0, "defaults are not answers"
    assert codes.loc[("KEEP", "N"), "label"] == "No"


def test_the_example_of_the_readme_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    readme = Path(ls.__file__).parents[1] / "README.md"
    (code,) = re.findall(r"```python\n(.*?)```", readme.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "results-survey12345.csv").write_bytes(FAITHFUL["csv, full text"])
    (tmp_path / "survey12345.lss").write_text(garden.lss(), encoding="utf-8")
    assert len(code.replace("\n\n", "\n").splitlines()) == 5
    exec(code.replace("CITY", "NAME"), names := {})
    assert set(re.findall(r"\w+", code.split("# tidy: ")[1].split("\n")[0])) == set(names["answers"].frame)


def test_the_frame_is_tidy(read):
    answers = read(FAITHFUL["lsa"])
    frame = answers.frame
    assert len(frame) == 5 * (len(garden.CODES) - 1), "a text display is no answer"
    assert not frame.duplicated(["response", "column"]).any()
    cell = frame[(frame["response"] == 1) & (frame["column"] == "TWO[R1][1]")].iloc[0]
    assert (cell["question"], cell["row"], cell["scale"], cell["code"], cell["label"]) == ("TWO", "R1", 1, "T1", "Little")
    with pytest.raises(ls.LimeSurveyError, match="no state guessed"):
        answers.wide(states=("guessed",))
