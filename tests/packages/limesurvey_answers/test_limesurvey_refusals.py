"""What is refused, with one sentence that says what to ask for; and hostile files."""

import csv
import io
import os
import re
import zipfile

import pytest

import limesurvey_answers as ls

from . import garden
from .garden import DONE, TABLE, row


def swap(content: bytes, old: str, new: str) -> bytes:
    assert old.encode() in content
    return content.replace(old.encode(), new.encode())


def abbreviated() -> bytes:
    return swap(garden.to_csv(TABLE, "full"), '"Name of the club"', '"Name of the c.. "')


def twins_lost() -> bytes:
    return garden.to_json(TABLE, "full")  # one key for FIRST and SECOND: the later column overwrites the earlier one


def conversion(table: list[garden.Row] = TABLE) -> bytes:
    """Y to 1, N and blanks to 2, in boxes, yes/no, « other » and comments, as LimeSurvey 6.14 does."""
    found = []
    for line in table:
        line = dict(line)
        for code in ("TOOLS[SPADE]", "TOOLS[RAKE]", "TOOLS[NONE]", "TOOLS[other]", "KEEP", "WITH[BEES]", "WITH[BEEScomment]"):
            line[code] = {"Y": "1", "N": "2", "": "2"}.get(line[code] or "" if line[code] is not None else None, line[code])
        found.append(line)
    return garden.to_csv(found)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (abbreviated(), "abbreviated.*Ask for headings by code"),
        (swap(abbreviated(), "Name of the c.. ", "Name_of_the_c.._"), "abbreviated"),
        (twins_lost(), r"FIRST, SECOND\) and the export shows 1"),
        (conversion(), "convert Y/N.*declare it"),
        (b"'Ada','Lovelace','ada@example.invalid',1,'03-02-2026'\r\n", "SPSS.*names and e-mails"),
        (b"1,'03-02-2026 10:00:00',2,'en','7'\r\n", "SPSS"),
        (b"%PDF-1.7", "a PDF.*Ask for the .lsa"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (b'{"status": "No Data, could not get max id."}', "server's message"),
        (b'[1, 2]', "server's message"),
        (garden.to_csv(TABLE).replace(b'"KIND"', b'"AREA"'), r"twice in the export \(AREA\)"),
        (swap(garden.to_csv(TABLE, "full"), '"Response ID"', '"Identifiant"'), "not a heading line"),
        (b'"id","lastpage"\r\n"1","2"', "No heading of the export is a question"),
        (garden.to_csv([*TABLE, TABLE[0]]), "same id"),
        (swap(garden.to_csv(TABLE), '"A2"', '"Flowers"'), "mixes answer codes and full answers"),
        (garden.to_csv([{**line, "KIND": "Z9", "SOIL[R1]": "Z8", "KEEP": "Q7", "MOOD": "Z1", "RANK[1]": "Z", "RANK[2]": "Z"} for line in TABLE[:1]]), "neither codes nor labels"),
        (garden.to_zip(a_txt="x"), "holds no responses"),
        (garden.to_lsr(TABLE).replace("<LimeSurveyDocType>Responses", "<LimeSurveyDocType>Survey"), "not a file of responses"),
    ],
)  # fmt: skip
def test_refused_with_what_to_ask_for(read, content, says):
    with pytest.raises(ls.RefusedExportError, match=says) as caught:
        read(content)
    assert "\n" not in str(caught.value)
    assert "example.invalid" not in str(caught.value)


def test_twins_are_told_apart_by_the_order_of_the_whole_file(read):
    answers = read(garden.to_csv(TABLE, "full"), keep_text=("FIRST", "SECOND"))
    assert answers.wide().loc[1, ["FIRST", "SECOND"]].tolist() == ["one", "two"]
    lines = [line.split(b",") for line in garden.to_csv([TABLE[1]], "full").split(b"\r\n")]
    moved = b"\r\n".join(b",".join([*line[:6], *line[7:], line[6]]) for line in lines)
    with pytest.raises(ls.RefusedExportError, match="not in the order"):
        read(moved)


def test_a_declared_conversion_keeps_what_it_did_not_overwrite(read):
    answers = read(conversion(), converted=ls.Converted("1", "2"))
    states, values = answers.states, answers.wide()
    assert (values.loc[1, "TOOLS[SPADE]"], values.loc[1, "TOOLS[RAKE]"]) == (True, False)
    assert values.loc[1, "KEEP"] == "Y"
    assert states.loc[2, "KEEP"] == "undetermined", "no, or left blank"
    assert states.loc[2, "TOOLS[other]"] == "undetermined", "a blank that became 2, or somebody's 2"
    with pytest.raises(ls.RefusedExportError, match="convert Y/N"):
        read(conversion(), converted=ls.Converted("1", "0"))


def test_a_conversion_that_shows_only_in_texts(read):
    table = [row(1, DONE, "2", 2, KEEP="Y", TOOLS__other="2", WITH__BEEScomment="2")]
    with pytest.raises(ls.RefusedExportError, match="Texts of one character"):
        read(garden.to_csv(table, labels=True))
    assert read(garden.to_csv(table, labels=True), converted=ls.Converted()).states.loc[1, "TOOLS[other]"] == "answered"
    assert (
        read(garden.to_csv(table, labels=True), converted=ls.Converted("1", "2")).states.loc[1, "TOOLS[other]"] == "undetermined"
    )


def test_a_text_of_one_character_among_blanks_is_somebody_s(read):
    table = [row(1, DONE, "2", 2, KEEP="Y", TOOLS__other="2"), row(2, DONE, "2", 1, KEEP="N"), garden.OPENED]
    assert read(garden.to_csv(table, labels=True), keep_text="TOOLS[other]").wide().loc[1, "TOOLS[other]"] == "2"


def test_two_options_with_one_label_are_not_told_apart(tmp_path, read):
    (tmp_path / "twins.lss").write_text(garden.lss().replace("Vegetables", "Flowers"), encoding="utf-8")
    survey = ls.read_survey(tmp_path / "twins.lss")
    content = garden.to_csv(TABLE, labels=True).replace(b"Vegetables", b"Flowers")
    answers = read(content, survey)
    assert answers.states.loc[1, "KIND"] == "undetermined"
    assert [issue.responses for issue in answers.issues if issue.column == "KIND"] == [(1,)]
    assert read(garden.to_csv(TABLE), survey).wide().loc[1, "KIND"] == "A2", "codes tell them apart"


@pytest.mark.parametrize("written", ["Vege\ntables", "<p>Vege</p>\n<p>tables</p>", "Vege tables"])
def test_a_label_has_several_spellings(tmp_path, read, written):
    # the web page strips tags, remote control does not
    (tmp_path / "html.lss").write_text(garden.lss().replace("Vegetables", "<p>Vege</p>\n<p>tables</p>"), encoding="utf-8")
    survey = ls.read_survey(tmp_path / "html.lss")
    answers = read(swap(garden.to_csv(TABLE, labels=True), "Vegetables", written), survey)
    assert answers.wide().loc[1, "KIND"] == "A2"


def test_an_unknown_code_is_said_and_never_shown(read):
    answers = read(swap(garden.to_csv(TABLE), '"A2"', '"Marie"'))
    assert answers.states.loc[1, "KIND"] == "undetermined"
    (issue,) = [issue for issue in answers.issues if issue.code == "unreadable"]
    assert issue.column == "KIND"
    assert issue.responses == (1,)
    assert "Marie" not in repr(answers.issues)


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\r\n", b'{"responses": []}', b"[]", garden.to_csv([])])
def test_no_response_is_none(read, content):
    answers = read(content)
    assert len(answers) == 0
    assert [issue.code for issue in answers.issues if issue.code == "no_response"] == ["no_response"]


def test_the_blank_record_of_an_empty_export_is_no_response(read):
    blank = dict.fromkeys(TABLE[0])
    assert len(read(garden.to_csv([blank], keeps_null=False))) == 0


def test_a_file_saved_again_by_a_spreadsheet(read):
    with pytest.raises(ls.UnsafeFileError, match=r"encoding='cp1252'"):
        read(garden.resaved([{**TABLE[0], "NAME": "Été"}]))
    answers = read(garden.resaved([{**TABLE[0], "NAME": "Été"}]), encoding="cp1252", keep_text="NAME")
    assert answers.wide().loc[1, ["AREA", "NAME"]].tolist() == [12.5, "Été"]
    assert answers.provenance.keeps_null == "none"


def quoting(content: bytes, quoted: int) -> bytes:
    """What another program makes of a CSV, with its way to quote."""
    buffer = io.StringIO()
    csv.writer(buffer, quoting=quoted).writerows(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    return buffer.getvalue().encode()


def texts_quoted(content: bytes) -> bytes:
    """A spreadsheet told to quote texts: numbers are not, empty cells are nothing."""
    return re.sub(rb'"([0-9.]*)"', rb"\1", content)


@pytest.mark.parametrize("keeps_null", [True, False])
@pytest.mark.parametrize(
    "change", [texts_quoted, lambda c: quoting(c, csv.QUOTE_ALL), lambda c: quoting(c, csv.QUOTE_MINIMAL), lambda c: c.replace(b'""', b"")],
    ids=["texts quoted", "all quoted", "as little as possible", "all but empty cells"],
)  # fmt: skip
def test_null_is_not_taken_from_another_program(read, change, keeps_null):
    reference = read(garden.to_lsa(TABLE))
    answers = read(change(garden.to_csv(TABLE, keeps_null=keeps_null)))
    assert answers.provenance.keeps_null == "none"
    told = answers.states != "undetermined"
    assert answers.states.where(told).equals(reference.states.where(told))
    assert answers.wide().loc[1].equals(reference.wide().loc[1])


def workbook(cells: str) -> bytes:
    """A workbook that a spreadsheet saved again: texts apart. One response: id, AREA and KIND."""
    shared = "".join(f"<si><t>{text}</t><rPh><t>spoken</t></rPh></si>" for text in ("id", "AREA", "KIND", "A2"))
    heads = "".join(f'<c r="{letter}1" t="s"><v>{number}</v></c>' for number, letter in enumerate("ABC"))
    return garden.to_zip(
        xl__workbook_xml="<w/>", xl__sharedStrings_xml=f"<sst>{shared}</sst>",
        xl__worksheets__sheet1_xml=f'<s><row r="1">{heads}</row><row r="2"><c r="A2"><v>1</v></c>{cells}</row></s>',
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "value"),
    [("1.1000000000000001", 1.1), ("12", 12), ("1234567890123450000", None), ("0.123456789012345", None), ("1E+30", None)],
)
def test_numbers_of_a_spreadsheet(read, cell, value):
    answers = read(workbook(f'<c r="B2"><v>{cell}</v></c><c r="C2" t="s"><v>3</v></c>'))
    assert answers.wide("code").loc[1, "KIND"] == "A2"
    assert answers.states.loc[1, "AREA"] == ("undetermined" if value is None else "answered")
    assert answers.wide().loc[1, ["AREA"]].fillna(0).tolist() == [value or 0]


def test_a_text_that_became_true_is_no_code(read):
    answers = read(workbook('<c r="B2" t="b"><v>1</v></c><c r="C2" t="s"><v>3</v></c>'))
    assert answers.states.loc[1, "AREA"] == "undetermined"


def test_numbers_of_another_copy_of_the_survey(tmp_path, read):
    # questions are renumbered as a survey is imported: 111X1X11 is NAME here, AREA there
    text = re.sub(
        r"<(qid|parent_qid)><!\[CDATA\[(1\d)\]\]>", lambda found: found[0].replace(found[2], str(int(found[2]) - 1)), garden.lss()
    )
    (tmp_path / "copy.lss").write_text(text, encoding="utf-8")
    survey = ls.read_survey(tmp_path / "copy.lss")
    for content in (garden.to_lsr(TABLE), garden.to_vv(TABLE, "raw")):
        with pytest.raises(ls.RefusedExportError, match="another copy of the survey"):
            read(content, survey)
    assert read(garden.to_vv(TABLE), survey).frame.equals(read(garden.to_vv(TABLE)).frame), "codes are the same"


def test_a_question_named_as_a_column_of_participants(tmp_path, read):
    (tmp_path / "name.lss").write_text(garden.lss().replace("[Name of the club]", "[Last name]"), encoding="utf-8")
    with pytest.raises(ls.RefusedExportError, match=r"\(NAME\) has the text of a heading"):
        read(swap(garden.to_csv(TABLE, "full"), "Name of the club", "Last name"), ls.read_survey(tmp_path / "name.lss"))


def test_a_column_that_the_questionnaire_does_not_have(read):
    answers = read(swap(garden.to_csv(TABLE), '"KIND"', '"GONE"'))
    assert [issue.code for issue in answers.issues][:2] == ["unknown_column", "missing_columns"]
    assert "GONE" in answers.issues[0].message
    assert "KIND" in answers.issues[1].message


def test_a_structure_is_needed(read):
    with pytest.raises(ls.StructureError, match=r"give the \.lss"):
        read(garden.to_csv(TABLE), None)
    assert len(read(garden.to_lsa(TABLE), None)) == 5


def test_a_name_that_is_no_text_column(read):
    with pytest.raises(ls.RefusedExportError, match="NAMES, which is not a text column"):
        read(garden.to_csv(TABLE), keep_text=("NAMES",))


# --- hostile files -----------------------------------------------------------------------------------------------------------

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE document [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    "<document><LimeSurveyDocType>Survey</LimeSurveyDocType>&b;</document>"
)


def zip_bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("responses.lsr", b"0" * 60_000_000)
    return buffer.getvalue()


HOSTILE = {
    "entities in a .lsr": BOMB.encode(),
    "entities in a .lsa": garden.to_zip(survey_lss=garden.lss(), responses_lsr=BOMB),
    "entities in a workbook": garden.to_zip(xl__workbook_xml="<w/>", xl__worksheets__sheet1_xml=BOMB),
    "cut archive": garden.to_lsa(TABLE)[:-40],
    "not UTF-8": b'"id","NAME"\r\n"1","\xe9t\xe9"',
    "binary": b"id\0name",
    "open quote": b'"id","NAME"\r\n"1","x',
    "after a quote": b'"id","NAME"\r\n"1"x,"y"',
    "too many cells": b'"id","NAME"\r\n"1","x","y"',
    "too few cells": b'"id","NAME"\r\n"1"',
    "not JSON": b'{"responses": [{"id": 1, ',
    "deep JSON": b"[" * 200_000,
    "nested JSON": b'[{"id": 1, "NAME": {"x": [1, 2]}}]',
    "JSON of two exports": b'[{"id": 1, "NAME": ""}, {"id": 2, "AREA": ""}]',
    "ids that are none": b'"id","NAME"\r\n"x","y"',
    "answers without id": b'"id","NAME"\r\n"","y"',
    "cut XML": garden.to_lsr(TABLE)[:-20].encode(),
    "rows of unnamed columns": re.sub("<fields>.*</fields>", "<fields/>", garden.to_lsr(TABLE)).encode(),
    "deep XML": b"<document>" + b"<a>" * 100,
    "workbook without addresses": garden.to_zip(xl__workbook_xml="<w/>", xl__worksheets__sheet1_xml="<s><row><c><v>1</v></c></row></s>"),
    "workbook with lost texts": garden.to_zip(
        xl__workbook_xml="<w/>", xl__sharedStrings_xml="<s/>",
        xl__worksheets__sheet1_xml='<s><row><c r="A1" t="s"><v>7</v></c></row></s>',
    ),
}  # fmt: skip


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_files_end_in_one_sentence(read, content):
    with pytest.raises(ls.UnsafeFileError) as caught:
        read(content)
    assert re.fullmatch(r"[^\n]{20,300}", str(caught.value))


def test_a_bomb_is_not_unpacked(read):
    with pytest.raises(ls.UnsafeFileError, match="unreasonable size"):
        read(zip_bomb())


def test_hostile_structures(tmp_path):
    for content, error in (
        (BOMB, ls.UnsafeFileError),
        ("not xml", ls.StructureError),
        ("<document><LimeSurveyDocType>Group</LimeSurveyDocType></document>", ls.StructureError),
        (garden.lss().replace("<title><![CDATA[AREA]]>", "<title><![CDATA[NAME]]>"), ls.StructureError),
        (garden.lss().replace("<code><![CDATA[A1]]>", "<codes>"), ls.UnsafeFileError),
    ):
        (tmp_path / "x.lss").write_text(content, encoding="utf-8")
        with pytest.raises(error):
            ls.read_survey(tmp_path / "x.lss")


def test_a_document_type_in_the_text_of_a_question_is_text(tmp_path):
    (tmp_path / "x.lss").write_text(garden.lss().replace("[Area?]", "[Area <!DOCTYPE x>?]"), encoding="utf-8")
    assert ls.read_survey(tmp_path / "x.lss").question("AREA")


def test_what_is_not_a_file(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path / "fifo", tmp_path, tmp_path / "absent", "\0", "/dev/zero"):
        with pytest.raises(ls.UnsafeFileError):
            ls.read_survey(path)
