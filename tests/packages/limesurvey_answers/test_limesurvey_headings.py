"""Headings, numbers, dates and quoting."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import limesurvey_answers as ls
from limesurvey_answers.text_exports import records
from limesurvey_answers.texts import comparable, flatten
from limesurvey_answers.values import canonical_date, canonical_number, typed_number

from . import garden

SYSTEM = tuple(code for code, _ in garden.SYSTEM)


@pytest.mark.parametrize(
    ("style", "name"),
    [
        (ls.Style.CODE, "code"),
        (ls.Style.EM, "em"),
        (ls.Style.RAW, "raw"),
        (ls.Style.TEXT, "full"),
        (ls.Style.CODE_TEXT, "codetext"),
    ],
)
def test_heading_lines_are_those_of_limesurvey(survey, style, name):
    assert ls.heading_line(survey, ls.survey_columns(survey), style, system=SYSTEM) == garden.headings(name)


@pytest.mark.parametrize("style", ["code", "codetext", "full"])
def test_the_older_structure_gives_the_same(tmp_path, read, style):
    (tmp_path / "flat.lss").write_text(garden.lss(localised=False), encoding="utf-8")
    flat = ls.read_survey(tmp_path / "flat.lss")
    assert flat.version == 365
    assert read(garden.to_csv(garden.TABLE, style), flat).frame.equals(read(garden.to_csv(garden.TABLE, style)).frame)


def test_headings_changed_on_the_way(read):
    reference = read(garden.to_csv(garden.TABLE)).frame
    text = garden.to_csv(garden.TABLE, "codetext").decode("utf-8-sig")
    head, rest = text.split("\r\n", 1)
    for changed in (
        head.replace(". ", " - "),
        head.replace(" ", "_"),
        head.replace("Do you keep a gard", "Do y.. "),
        head.replace(". ", ""),
    ):
        assert read(changed + "\r\n" + rest).frame.equals(reference)
    full, rest = garden.to_csv(garden.TABLE, "full").decode("utf-8-sig").split("\r\n", 1)
    assert read(full.replace(" ", "_") + "\r\n" + rest).frame.equals(reference)


def test_timings_come_after_the_answers(read):
    lines = garden.to_csv(garden.TABLE).decode("utf-8-sig").split("\r\n")
    lines[0] += ',"interviewtime","groupTime1","NAMETime"'
    lines[1:] = [line + ',"61.5","60",' for line in lines[1:]]
    answers = read("\r\n".join(lines))
    assert answers.responses.loc[1, "duration"] == 61.5
    assert not any(issue.code == "unknown_column" for issue in answers.issues)


def test_null_of_the_timings_does_not_prove_that_null_is_kept(read):
    # LimeSurvey 6.4: question cells lose NULL, timing cells keep it
    lines = garden.to_csv(garden.TABLE, keeps_null=False).decode("utf-8-sig").split("\r\n")
    lines[0] += ',"interviewtime","NAMETime"'
    lines[1:] = [line + ',"61.5",' for line in lines[1:]]
    answers = read("\r\n".join(lines))
    assert answers.provenance.keeps_null == "none"
    assert answers.states.loc[2, "SOIL[R1]"] == "undetermined"


def test_names_of_limesurvey_7(survey):
    names = {column.name: column.names.raw7[0] for column in ls.survey_columns(survey)}
    assert names["TOOLS[SPADE]"] == "Q13_S101"
    assert names["TOOLS[other]"] == "Q13_Cother"
    assert names["GRID[L1_C2]"] == "Q25_S109_S112"


def test_a_ranking_may_be_cut_short(tmp_path):
    (tmp_path / "short.lss").write_text(garden.lss(attributes=[(27, "max_subquestions", "1")]), encoding="utf-8")
    names = [column.name for column in ls.survey_columns(ls.read_survey(tmp_path / "short.lss"))]
    assert [name for name in names if name.startswith("RANK")] == ["RANK[1]"]


def test_raw_names_that_may_be_two_columns_are_refused(tmp_path, read):
    # rank 1 of question 2 and question 21: both are 111X2X21
    text = garden.lss().replace("<qid><![CDATA[27]]>", "<qid><![CDATA[2]]>")
    (tmp_path / "two.lss").write_text(text, encoding="utf-8")
    content = garden.to_vv(garden.TABLE, "raw").replace(b"111X2X271", b"111X2X21").replace(b"111X2X272", b"111X2X22")
    with pytest.raises(ls.RefusedExportError, match=r"twice in the export|may be two columns"):
        read(content, ls.read_survey(tmp_path / "two.lss"))


@given(
    st.lists(st.lists(st.one_of(st.none(), st.text('a"\n,;é \t')), min_size=2, max_size=4), min_size=1, max_size=5),
    st.sampled_from(",;\t"),
)
def test_records_are_read_back(table, separator):
    text = "\r\n".join(
        separator.join("" if cell is None else '"' + cell.replace('"', '""') + '"' for cell in line) for line in table
    )
    assert records(text, separator) == (table, False)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=10))
def test_a_number_is_one_however_many_zeros_it_has(number):
    stored = format(number, "f")
    canonical = canonical_number(stored)
    assert canonical is not None
    assert Decimal(canonical) == number
    assert canonical == canonical_number(canonical)
    assert typed_number(canonical) == (int(canonical) if "." not in canonical else float(canonical))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3.0000000000", "3"), (".5", "0.5"), ("-0.0", "0"), ("007", "7"), ("1 234", "1234"), ("1,5", "1.5"), ("+3", "3"),
        ("12345678901234567890", "12345678901234567890"), ("1,234", None), ("environ 10", None), ("1e5", None), ("", None),
        ("1.2.3", None), ("١٢", None), ("12 34", None), ("nan", None), ("9" * 60, None),
    ],
)  # fmt: skip
def test_numbers(text, number):
    assert canonical_number(text) == number


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2014-05-01 00:00:00", "2014-05-01 00:00:00"), ("2014-05-01", "2014-05-01 00:00:00"), ("01/05/2014", None),
        ("2014-13-01", None), ("0000-00-00 00:00:00", None),
    ],
)  # fmt: skip
def test_dates(text, date):
    assert canonical_date(text) == date


def test_digits_are_not_lost_in_a_float(read):
    table = [{**garden.TABLE[0], "AREA": "12345678901234567890"}, {**garden.TABLE[1], "AREA": "1.5"}]
    assert read(garden.to_lsa(table)).wide()["AREA"].tolist() == [12345678901234567890, 1.5]
    assert read(garden.to_xlsx(table)).wide()["AREA"].tolist() == [12345678901234567890, 1.5]


def test_texts():
    assert flatten("<p>a&nbsp;b <b>c</b>  d\r\n</p>") == "a\u00a0b c  d"
    assert comparable("L’été_&amp;  <i>fin</i>\u00a0") == "L'été & fin"


def test_vv_quotes(read):
    table = [{**garden.TABLE[0], "NAME": 'say ""{question_not_shown}"'}]
    assert read(garden.to_vv(table), keep_text="NAME").wide().loc[1, "NAME"] == 'say ""{question_not_shown}"'
    # PHP leaves a quote undoubled after a backslash
    content = garden.to_vv(garden.TABLE[:1]).replace(b'"Les Jardins"', rb'"a \" b \"')
    assert read(content, keep_text="NAME").wide().loc[1, "NAME"] == r"a \" b" + " \\"


@pytest.mark.parametrize(("text", "kept"), [("1.50", None), ("=1+1", None), ("007", "007"), ("hoe", "hoe")])
def test_a_workbook_changes_the_spelling_of_texts(read, text, kept):
    answers = read(garden.to_xlsx([{**garden.TABLE[0], "NAME": text}]), keep_text="NAME")
    assert answers.states.loc[1, "NAME"] == ("undetermined" if kept is None else "answered")
    assert answers.wide("code").loc[1].fillna("")["NAME"] == (kept or "")
