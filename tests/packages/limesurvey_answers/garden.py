"""A small invented survey and writers of LimeSurvey's formats, written from the rules of its exports and not with the package.

Garden club: page 1 for everyone, page 2 for those who keep a garden. Every heading is spelt out by hand below.
"""

import csv
import io
import json
import zipfile
from xml.sax.saxutils import escape

SID = 111
Row = dict[str, str | None]

# code, expression manager's code, table column, full text
COLUMNS = [
    ("HELLO", "HELLO", "111X1X10", "Welcome & thanks"),
    ("NAME", "NAME", "111X1X11", "Name of the club"),
    ("AREA", "AREA", "111X1X12", "Area?"),
    ("TOOLS[SPADE]", "TOOLS_SPADE", "111X1X13SPADE", "Tools [Spade]"),
    ("TOOLS[RAKE]", "TOOLS_RAKE", "111X1X13RAKE", "Tools [Rake]"),
    ("TOOLS[NONE]", "TOOLS_NONE", "111X1X13NONE", "Tools [None of them]"),
    ("TOOLS[other]", "TOOLS_other", "111X1X13other", "Tools [Other]"),
    ("FIRST", "FIRST", "111X1X14", "Specify:"),
    ("SECOND", "SECOND", "111X1X15", "Specify:"),
    ("KEEP", "KEEP", "111X1X16", "Do you keep a garden?"),
    ("KIND", "KIND", "111X2X20", "Kind of garden"),
    ("KIND[other]", "KIND_other", "111X2X20other", "Kind of garden [Other]"),
    ("SINCE", "SINCE", "111X2X21", "Since when?"),
    ("SEEDS[TOM]", "SEEDS_TOM", "111X2X22TOM", "Seeds [Tomato]"),
    ("SEEDS[BEAN]", "SEEDS_BEAN", "111X2X22BEAN", "Seeds [Bean]"),
    ("HOURS[WEEK]", "HOURS_WEEK", "111X2X23WEEK", "Hours [A week]"),
    ("SOIL[R1]", "SOIL_R1", "111X2X24R1", "Soil [Sand]"),
    ("SOIL[R2]", "SOIL_R2", "111X2X24R2", "Soil [Clay]"),
    ("GRID[L1_C1]", "GRID_L1_C1", "111X2X25L1_C1", "Beds [North][Dug]"),
    ("GRID[L1_C2]", "GRID_L1_C2", "111X2X25L1_C2", "Beds [North][Sown]"),
    ("GRID[L2_C1]", "GRID_L2_C1", "111X2X25L2_C1", "Beds [South][Dug]"),
    ("GRID[L2_C2]", "GRID_L2_C2", "111X2X25L2_C2", "Beds [South][Sown]"),
    ("MOOD", "MOOD", "111X2X26", "Mood"),
    ("RANK[1]", "RANK_1", "111X2X271", "Order [Rank 1]"),
    ("RANK[2]", "RANK_2", "111X2X272", "Order [Rank 2]"),
    ("TWO[R1][1]", "TWO_R1_0", "111X2X28R1#0", "Twice [Sun][Scale 1]"),
    ("TWO[R1][2]", "TWO_R1_1", "111X2X28R1#1", "Twice [Sun][Scale 2]"),
    ("WITH[BEES]", "WITH_BEES", "111X2X29BEES", "With [Bees]"),
    ("WITH[BEEScomment]", "WITH_BEEScomment", "111X2X29BEEScomment", "With [Bees][Comment]"),
    ("PLAN", "PLAN", "111X2X30", "A drawing"),
    ("PLAN[filecount]", "PLAN_filecount", "111X2X30_filecount", "filecount - A drawing"),
]  # fmt: skip
CODES = [code for code, *_ in COLUMNS]
SYSTEM = [
    ("id", "Response ID"), ("submitdate", "Date submitted"), ("lastpage", "Last page"), ("startlanguage", "Start language"),
    ("seed", "Seed"), ("token", "Access code"),
]  # fmt: skip

LABELS = {
    "KIND": {"A1": "Flowers", "A2": "Vegetables", "-oth-": "Other"},
    "SOIL": {"S1": "Good", "S2": "Poor"},
    "MOOD": {"M1": "Fine", "M2": "So-so"},
    "RANK": {"B1": "Water", "B2": "Sun"},
    "TWO": {"T1": "Little", "T2": "Much"},
    "KEEP": {"Y": "Yes", "N": "No"},
}  # fmt: skip

PAGE1 = ["HELLO", "NAME", "TOOLS[SPADE]", "TOOLS[RAKE]", "TOOLS[NONE]", "TOOLS[other]", "FIRST", "SECOND", "KEEP"]
PAGE2 = [code for code in CODES[10:] if code not in ("SINCE", "SEEDS[TOM]", "SEEDS[BEAN]", "HOURS[WEEK]")]


def row(number: int, submitted: str | None, last: str | None, pages: int, **answers: str | None) -> Row:
    """A row of the table: NULL, then blanks on the pages that were sent, then the answers (`TOOLS__SPADE` for `TOOLS[SPADE]`)."""
    found: Row = dict.fromkeys(CODES)
    found.update(dict.fromkeys(PAGE1 if pages > 0 else [], ""))
    found.update(dict.fromkeys(PAGE2 if pages > 1 else [], ""))
    found["PLAN[filecount]"] = "0" if pages > 1 else None
    given = {name.replace("__", "[", 1) + "]" if "__" in name else name: value for name, value in answers.items()}
    given = {name.replace("__", "][") if "__" in name else name: value for name, value in given.items()}
    assert set(given) <= set(CODES), set(given) - set(CODES)
    system: Row = {
        "id": str(number), "submitdate": submitted, "lastpage": last, "startlanguage": "en", "seed": "7", "token": f"tok{number}",
    }  # fmt: skip
    return {**system, **found, **given}


DONE = "2026-02-03 10:00:00"
EVERYTHING = row(
    1, DONE, "2", 2, NAME="Les Jardins", AREA="12.5000000000", TOOLS__SPADE="Y", TOOLS__other="hoe", KEEP="Y", KIND="A2",
    SINCE="2011-05-01 00:00:00", SEEDS__TOM="3.0000000000", HOURS__WEEK="5.0000000000", SOIL__R1="S1", GRID__L1_C1="1", MOOD="M2",
    RANK__1="B2", RANK__2="B1", TWO__R1__1="T1", WITH__BEES="Y", WITH__BEEScomment="two hives", FIRST="one", SECOND="two",
)  # fmt: skip
NO_GARDEN = row(2, DONE, "2", 1, KEEP="N")
EXCLUSIVE = row(
    3, DONE, "2", 2, KEEP="Y", TOOLS__NONE="Y", TOOLS__SPADE=None, TOOLS__RAKE=None, TOOLS__other=None,
    HOURS__WEEK="8.0000000000", MOOD="M1", KIND="-oth-",
)  # fmt: skip
LEFT_ON_PAGE_2 = row(4, None, "1", 1, KEEP="Y", MOOD="M1")  # the default was stored as page 2 was displayed
OPENED = row(5, None, None, 0)
TABLE = [EVERYTHING, NO_GARDEN, EXCLUSIVE, LEFT_ON_PAGE_2, OPENED]


# --- structure ---------------------------------------------------------------------------------------------------------------

_QUESTIONS = [  # qid, gid, type, code, text, other
    (10, 1, "X", "HELLO", "<p>Welcome &amp; <b>thanks</b></p>", "N"), (11, 1, "S", "NAME", "Name of the club", "N"),
    (12, 1, "N", "AREA", "Area?", "N"), (13, 1, "M", "TOOLS", "Tools", "Y"), (14, 1, "T", "FIRST", "Specify:", "N"),
    (15, 1, "T", "SECOND", "Specify:", "N"), (16, 1, "Y", "KEEP", "Do you keep a garden?", "N"),
    (20, 2, "L", "KIND", "Kind of garden", "Y"), (21, 2, "D", "SINCE", "Since when?", "N"), (22, 2, "K", "SEEDS", "Seeds", "N"),
    (23, 2, "K", "HOURS", "Hours", "N"), (24, 2, "F", "SOIL", "Soil", "N"), (25, 2, ":", "GRID", "Beds", "N"),
    (26, 2, "L", "MOOD", "Mood", "N"), (27, 2, "R", "RANK", "Order", "N"), (28, 2, "1", "TWO", "Twice", "N"),
    (29, 2, "P", "WITH", "With", "N"), (30, 2, "|", "PLAN", "A drawing", "N"),
]  # fmt: skip
_SUBQUESTIONS = [  # qid, parent, code, text, scale
    (101, 13, "SPADE", "Spade", 0), (102, 13, "RAKE", "Rake", 0), (103, 13, "NONE", "None of them", 0),
    (104, 22, "TOM", "Tomato", 0), (105, 22, "BEAN", "Bean", 0), (106, 23, "WEEK", "A week", 0), (107, 24, "R1", "Sand", 0),
    (108, 24, "R2", "Clay", 0), (109, 25, "L1", "North", 0), (110, 25, "L2", "South", 0), (111, 25, "C1", "Dug", 1),
    (112, 25, "C2", "Sown", 1), (113, 28, "R1", "Sun", 0), (114, 29, "BEES", "Bees", 0),
]  # fmt: skip
_OPTIONS = [(20, "KIND", 0), (24, "SOIL", 0), (26, "MOOD", 0), (27, "RANK", 0), (28, "TWO", 0), (28, "TWO", 1)]
_ATTRIBUTES = [
    (13, "exclude_all_others", "NONE"), (25, "multiflexible_checkbox", "1"), (23, "slider_layout", "1"), (23, "slider_default", "5"),
    (23, "slider_min", "1"), (23, "slider_max", "10"),
]  # fmt: skip


def _section(name: str, rows: list[dict[str, object]]) -> str:
    if not rows:
        return ""
    body = "".join(
        "<row>" + "".join(f"<{key}><![CDATA[{value}]]></{key}>" for key, value in found.items() if value is not None) + "</row>"
        for found in rows
    )
    return f"<{name}><fields/><rows>{body}</rows></{name}>"


def lss(
    *,
    localised: bool = True,
    attributes: list[tuple[int, str, str]] | None = None,
    relevance: dict[str, str] | None = None,
    mood: str = "M1",
    page_by: str = "G",
) -> str:
    """The structure, as LimeSurvey 6 writes it, or as 3 did (texts beside the things, a row per language)."""
    relevance = relevance or {}
    text = (lambda value: {}) if localised else (lambda value: {"question": value, "language": "en"})
    questions = [
        {"qid": qid, "gid": gid, "type": type_, "title": code, "other": other, "mandatory": "N", "question_order": qid,
         "relevance": relevance.get(code, "1"), **text(label)} for qid, gid, type_, code, label, other in _QUESTIONS
    ]  # fmt: skip
    subquestions = [
        {
            "qid": qid,
            "parent_qid": parent,
            "title": code,
            "question_order": qid,
            "scale_id": scale,
            "relevance": "1",
            **text(label),
        }
        for qid, parent, code, label, scale in _SUBQUESTIONS
    ]
    answers, answer_texts, aid = [], [], 0
    for qid, name, scale in _OPTIONS:
        for order, (code, label) in enumerate(pair for pair in LABELS[name].items() if pair[0] != "-oth-"):
            aid += 1
            answers.append({**({"aid": aid} if localised else {"answer": label, "language": "en"}), "qid": qid, "code": code,
                            "sortorder": order, "scale_id": scale})  # fmt: skip
            answer_texts.append({"aid": aid, "answer": label, "language": "en"})
    texts = [{"qid": qid, "question": label, "language": "en"} for qid, _, _, _, label, _ in _QUESTIONS]
    texts += [{"qid": qid, "question": label, "language": "en"} for qid, _, _, label, _ in _SUBQUESTIONS]
    names = [{"gid": 1, "group_name": "You", "language": "en"}, {"gid": 2, "group_name": "Garden", "language": "en"}]
    groups = [
        {"gid": 1, "group_order": 1, "grelevance": "", **({} if localised else {"group_name": "You", "language": "en"})},
        {"gid": 2, "group_order": 2, "grelevance": '((KEEP.NAOK == "Y"))', **({} if localised else names[1])},
    ]
    default = {"dvid": 1, "qid": 26, "sqid": 0, "scale_id": 0, "specialtype": ""}
    if not localised:
        default |= {"language": "en", "defaultvalue": mood}
    sections = [
        _section("answers", answers), _section("answer_l10ns", answer_texts if localised else []),
        _section("defaultvalues", [default]),
        _section("defaultvalue_l10ns", [{"dvid": 1, "language": "en", "defaultvalue": mood}] if localised else []),
        _section("groups", groups), _section("group_l10ns", names if localised else []),
        _section("questions", questions), _section("subquestions", subquestions),
        _section("question_l10ns", texts if localised else []),
        _section("question_attributes", [{"qid": q, "attribute": a, "value": v} for q, a, v in attributes or _ATTRIBUTES]),
        _section("surveys", [{"sid": SID, "language": "en", "format": page_by, "admin": "Ada Admin", "adminemail": "ada@example.invalid"}]),
    ]  # fmt: skip
    version = 630 if localised else 365
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><document><LimeSurveyDocType>Survey</LimeSurveyDocType><DBVersion>{version}</DBVersion>'
        f"<languages><language>en</language></languages>{''.join(sections)}</document>"
    )


# --- exports -----------------------------------------------------------------------------------------------------------------


def headings(style: str) -> list[str]:
    """The heading line, spelt by hand above."""
    place = {"code": 0, "em": 1, "raw": 2, "full": 3}
    if style == "codetext":
        return [f"{code}. {text}" for code, text in SYSTEM] + [f"{code}. {text}" for code, _, _, text in COLUMNS]
    return [found[1 if style == "full" else 0] for found in SYSTEM] + [found[place[style]] for found in COLUMNS]


def cell(code: str, value: str | None, *, labels: bool = False) -> str | None:
    """A cell as exports write it: numbers trimmed, labels for codes as LimeSurvey 6.14 writes them."""
    question = code.split("[")[0]
    if question in ("AREA", "SEEDS", "HOURS") and value and "." in value:
        value = value.rstrip("0").rstrip(".")
    if labels and question in ("TOOLS", "WITH") and not code.endswith(("other]", "comment]")):
        return {"Y": "Yes", "": "No", None: "N/A"}[value]
    if labels and code == "KEEP":
        return LABELS["KEEP"].get(value or "", "N/A")
    if labels and question in ("SOIL", "TWO") and not value:
        return ""
    if labels and question in LABELS and not code.endswith("[other]") and value:
        return LABELS[question][value]
    return value


def cells(table: list[Row], *, labels: bool = False) -> list[list[str | None]]:
    """The rows of an export."""
    return [[line[code] for code, _ in SYSTEM] + [cell(code, line[code], labels=labels) for code in CODES] for line in table]


def to_csv(
    table: list[Row], style: str = "code", *, labels: bool = False, separator: str = ",", keeps_null: bool = True
) -> bytes:
    """CSV: all cells quoted, NULL as nothing at all (or, as older versions did, as a quoted nothing)."""

    def written(value: str | None) -> str:
        if value is None:
            return "" if keeps_null else '""'
        return '"' + value.replace('"', '""') + '"'

    lines = [headings(style), *cells(table, labels=labels)]
    return ("\ufeff" + "\r\n".join(separator.join(map(written, line)) for line in lines)).encode()


def to_vv(table: list[Row], style: str = "em") -> bytes:
    """VV: tabs, two heading lines, the table's own order and untrimmed numbers, PHP's quoting."""

    def written(value: str | None) -> str:
        if value is None:
            return "{question_not_shown}"
        value = value.replace("{", "{lbrace}").replace("\n", "{newline}").replace("\t", "{tab}").strip()
        return '"' + value.replace('"', '""') + '"' if any(mark in value for mark in ' "') else value

    lines = ["\t".join(f'"{text}"' for text in headings("full")), "\t".join(headings(style))]
    lines += ["\t".join(written(line[code]) for code in [name for name, _ in SYSTEM] + CODES) for line in table]
    return "\n".join(lines).encode()


def to_json(table: list[Row], style: str = "code", *, labels: bool = False, keyed: bool = False, strings: bool = False) -> bytes:
    """JSON, flat or keyed by id."""
    rows = [dict(zip(headings(style), line, strict=True)) for line in cells(table, labels=labels)]
    first = headings(style)[0]
    found = [
        {key: int(value) if key == first and value and not strings else value for key, value in line.items()} for line in rows
    ]
    return json.dumps({"responses": [{str(line[first]): line} for line in found] if keyed else found}).encode()


def to_lsr(table: list[Row]) -> str:
    """The raw table in XML: NULL is an absent element."""
    names = {**{code: code for code, _ in SYSTEM}, **{code: raw for code, _, raw, _ in COLUMNS}}
    fields = "".join(f"<fieldname>{name}</fieldname>" for name in names.values())

    def element(name: str, value: str) -> str:
        tag = ("_" + name if name[0].isdigit() else name).replace("#", "-")
        return f"<{tag}><![CDATA[{value}]]></{tag}>" if value else f"<{tag}/>"

    rows = "".join(
        "<row>" + "".join(element(names[code], value) for code, value in line.items() if value is not None) + "</row>"
        for line in table
    )
    return (
        "<document><LimeSurveyDocType>Responses</LimeSurveyDocType><DBVersion>630</DBVersion><languages><language>en</language></languages>"
        f"<responses><fields>{fields}</fields><rows>{rows}</rows></responses></document>"
    )


def to_zip(**members: str) -> bytes:
    """A zip of texts (`__` for `/`, a last `_` for the dot)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            path, _, end = name.replace("__", "/").rpartition("_")
            archive.writestr(f"{path}.{end}", text)
    return buffer.getvalue()


def to_lsa(table: list[Row], structure: str | None = None) -> bytes:
    """The archive, with the participants that must not be opened."""
    return to_zip(
        survey_lss=structure or lss(), responses_lsr=to_lsr(table), tokens_lst="<not xml: this member must never be parsed"
    )


def to_xlsx(table: list[Row], style: str = "code", *, labels: bool = False) -> bytes:
    """xlsx as LimeSurvey's writer does it: texts in the sheet, numeric-looking texts as numbers, NULL and blank both empty."""

    def address(number: int) -> str:
        return (chr(64 + number // 26) if number >= 26 else "") + chr(65 + number % 26)

    def written(line: int, number: int, value: str | None) -> str:
        place = f'r="{address(number)}{line}"'
        if not value:
            return f"<c {place}/>"
        if value.replace(".", "", 1).isdigit() and (value[0] != "0" or value in ("0",) or value.startswith("0.")):
            return f'<c {place} t="n"><v>{value}</v></c>'
        if value.startswith("="):
            return f'<c {place} t="s"><f>{escape(value[1:])}</f></c>'
        return f'<c {place} t="inlineStr"><is><t>{escape(value)}</t></is></c>'

    lines = [headings(style), *cells(table, labels=labels)]
    rows = "".join(
        f'<row r="{line}">' + "".join(written(line, number, value) for number, value in enumerate(found)) + "</row>"
        for line, found in enumerate(lines, 1)
    )
    return to_zip(
        xl__workbook_xml="<workbook/>", xl__worksheets__sheet1_xml=f"<worksheet><sheetData>{rows}</sheetData></worksheet>"
    )


def resaved(table: list[Row], *, encoding: str = "cp1252") -> bytes:
    """A CSV that a French spreadsheet saved again: no BOM, no needless quotes, `;`, decimal commas."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow(headings("code"))
    for line in cells(table):
        writer.writerow(
            [(value or "").replace(".", ",") if value and value.replace(".", "").isdigit() else value for value in line]
        )
    return buffer.getvalue().encode(encoding)
