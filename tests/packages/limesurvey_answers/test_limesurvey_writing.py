"""What is written is read back: one questionnaire, the same answers, from each format; and what changed between two questionnaires."""

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import limesurvey_answers as ls
from limesurvey_answers import writing

PAGES = [
    {
        "name": "Club",
        "questions": [
            {"code": "NAME", "type": "S", "text": "Name <b>& town</b>"},
            {"code": "SIZE", "type": "N", "text": "Members"},
            {"code": "HAS", "type": "M", "text": "Has", "rows": {"POND": "A pond", "SHED": "A shed"}, "other": True},
            {"code": "KIND", "type": "L", "text": "Kind", "options": {"A1": "Flowers", "A2": "Trees"}, "other": True},
        ],
    },
    {
        "name": "Beds",
        "relevance": 'KIND.NAOK == "A1"',
        "questions": [
            {"code": "BED", "type": ":", "text": "Beds", "rows": {"B1": "North", "B2": "South"}, "columns": {"DUG": "Dug", "SOWN": "Sown"},
             "attributes": {"multiflexible_checkbox": "1"}},
            {"code": "TWO", "type": "1", "text": "Twice", "rows": {"R1": "Sun"}, "options": {"T1": "Little"}, "options2": {"T2": "Much"}},
            {"code": "SEED", "type": "K", "text": "Seeds", "rows": {"TOM": "Tomato"}},
        ],
    },
]  # fmt: skip
SURVEY = writing.build_survey(7, "Clubs", PAGES)
SYSTEM = {"submitdate": "2026-02-03 10:00:00", "lastpage": "2", "startlanguage": "en", "seed": "1"}
CELLS = {
    "NAME": st.sampled_from(["", "Les Jardins", 'a "b"\tc', "{x} {question_not_shown}"]),
    "SIZE": st.sampled_from([None, "0", "12", "1.5"]),
    **dict.fromkeys(["HAS[POND]", "HAS[SHED]"], st.sampled_from(["", "Y"])),
    "HAS[other]": st.sampled_from(["", "a bench"]),
    "KIND": st.sampled_from(["", "A1", "A2", "-oth-"]),
    "KIND[other]": st.just(""),
    **dict.fromkeys(["BED[B1_DUG]", "BED[B1_SOWN]", "BED[B2_DUG]", "BED[B2_SOWN]"], st.sampled_from(["", "1"])),
    "TWO[R1][1]": st.sampled_from(["", "T1"]),
    "TWO[R1][2]": st.sampled_from(["", "T2"]),
    "SEED[TOM]": st.sampled_from([None, "3"]),
}
UNSEEN = {**SYSTEM, "id": "1", "submitdate": None, "lastpage": None}


@given(st.lists(st.fixed_dictionaries(CELLS), min_size=1, max_size=4))
@settings(max_examples=15, deadline=None)
def test_every_format_gives_what_was_written(tmp_path_factory, answers):
    folder = tmp_path_factory.mktemp("written")
    # one response never seen and one blank cell: a CSV proves by both spellings that it keeps them apart
    rows = [UNSEEN, {**SYSTEM, "id": "2", **dict.fromkeys(CELLS, "")}]
    rows += [{**SYSTEM, "id": str(n), **found} for n, found in enumerate(answers, 3)]
    (folder / "s.lss").write_text(writing.to_lss(SURVEY), encoding="utf-8")
    assert ls.read_survey(folder / "s.lss") == SURVEY
    frames = []
    for name, content in (
        ("lsa", writing.to_lsa(SURVEY, rows)),
        ("csv", writing.to_csv(SURVEY, rows)),
        ("vv", writing.to_vv(SURVEY, rows)),
    ):
        (folder / name).write_bytes(content)
        read = ls.read_answers(folder / name, folder / "s.lss", keep_text=["NAME", "HAS[other]"])
        assert read.issues == ()
        frames.append(read.wide("code"))
        for column in read.columns:
            found = [None if pd.isna(cell) else cell for cell in frames[-1][column]]
            assert found == [(row.get(column) or "").strip() or None for row in rows], column
        assert read.states.loc[1, "NAME"] == "not_reached"
    pd.testing.assert_frame_equal(frames[0], frames[1])
    pd.testing.assert_frame_equal(frames[0], frames[2])


def changed(**parts):
    """The questionnaire, with one of its questions changed."""
    pages = [{**page, "questions": [{**asked, **parts.get(asked["code"], {})} for asked in page["questions"]]} for page in PAGES]
    return writing.build_survey(8, "Clubs", pages)


def test_ids_order_and_wording_do_not_change_the_fingerprint():
    shuffled = writing.build_survey(99, "Other title", list(reversed(PAGES)))
    assert ls.fingerprint(shuffled) == ls.fingerprint(SURVEY)
    assert ls.differences(SURVEY, shuffled) == []
    reworded = changed(KIND={"options": {"A1": "Flowers", "A2": "Vegetables and trees"}})
    assert ls.fingerprint(reworded) == ls.fingerprint(SURVEY)


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        ({"KIND": {"type": "!"}}, "type"),
        ({"KIND": {"other": False}}, "answers"),
        ({"KIND": {"options": {"A1": "Flowers"}}}, "answers"),
        ({"HAS": {"rows": {"POND": "A pond", "SHED": "A shed", "BARN": "A barn"}}}, "answers"),
        ({"KIND": {"options": {"A1": "Flowers", "A2": "Vegetables"}}}, "wording"),
        ({"SIZE": {"text": "Members last year, not this one"}}, "wording"),
        ({"SIZE": {"mandatory": "Y"}}, "asking"),
        ({"SIZE": {"relevance": "KIND.NAOK == 'A1'"}}, "asking"),
        ({"KIND": {"default": "A1"}}, "asking"),
    ],
)
def test_each_kind_of_change_is_told(parts, kind):
    later = changed(**parts)
    found = ls.differences(SURVEY, later)
    assert [difference.kind for difference in found] == [kind]
    assert (ls.fingerprint(later) == ls.fingerprint(SURVEY)) is (kind in ("wording", "asking"))


def test_a_question_added_or_removed_is_told():
    later = replace(SURVEY, questions=SURVEY.questions[1:])
    assert [(d.kind, d.question) for d in ls.differences(SURVEY, later)] == [("question", "NAME")]
    assert ls.differences(later, SURVEY)[0].message == "NAME: the question is new."
