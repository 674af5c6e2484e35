"""Exports of real servers, cell by cell against the table of the server. Read from `../shared`, skipped where it is absent.

`pytest -s -k "every_genuine and kept"` prints the table: file | cells right | undetermined, or file | refused | reason.
"""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

import limesurvey_answers as ls
from limesurvey_answers.values import canonical_date, canonical_number

SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "limesurvey"
GENUINE = SHARED / "genuine"
FOLDERS = [
    "s1_n2_654365", "s2_dsfr_282267", "s3_associations_720261", "s3_associations_720261_LS5.6.54", "s3_associations_720261_LS6.4.2",
    "LS3.25.12_assoc_842017",
]  # fmt: skip
CONVERTED = {
    "Y1N2": ls.Converted("1", "2"), "YN": ls.Converted("1", "2"), "Y1N0": ls.Converted("1", "0"), "N2_seul": ls.Converted(None, "2"),
}  # fmt: skip
MUST_BE_REFUSED = re.compile(r"abbreviated|spss|R_data|rdata")

pytestmark = pytest.mark.skipif(
    not GENUINE.is_dir(), reason="the exports of real servers (../shared/limesurvey/genuine) are not here"
)


def structure(folder: Path) -> ls.Survey:
    return ls.read_survey(next(iter(sorted(folder.glob("web/limesurvey_survey_*.lss")))))


def exports(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.glob("*/*")) if path.suffix not in (".tsv", ".lss", ".md")]


def one_of_each_format(folder: Path) -> list[Path]:
    """Reading without texts forgets them, whatever the format: one file of each shows it."""
    return list({path.suffix: path for path in exports(folder)}.values())


def raw_table(folder: Path) -> dict[int, dict[str, str | None]]:
    """The response table: NULL is `\\N`, the rest is escaped."""
    marks = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}

    def cell(text: str) -> str | None:
        return None if text == "\\N" else re.sub(r"\\(.)", lambda found: marks[found[1]], text)

    (path,) = [*folder.glob("verite_brute_*.tsv"), *folder.glob("table_brute_*.tsv")]
    with path.open(encoding="utf-8", newline="\n") as file:
        first, *lines = [line.rstrip("\n").split("\t") for line in file]
    return {int(line[0]): dict(zip(first, map(cell, line), strict=True)) for line in lines}


def traces(folder: Path) -> dict[tuple[int, str], str]:
    """What the browser saw of a question: shown, hidden, not reached, … (other words in each series)."""
    found: dict[tuple[int, str], str] = {}
    original = GENUINE / folder.name.split("_LS")[0]  # the same rows were copied to older servers
    for path in [*original.glob("etats_verite_*.csv"), *folder.glob("etats_navigateur.csv")]:
        with path.open(encoding="utf-8", newline="") as file:
            for line in csv.DictReader(file, delimiter=";" if path.name == "etats_navigateur.csv" else ","):
                found[int(line["id"]), line["question"]] = line["etat"]
    return found


NEVER_SENT = re.compile(r"non atteint|page affichée, (non|jamais) envoyée")
HIDDEN = re.compile(r"masqué|sauté")


def verdict(column: ls.Column, cell: object, raw: dict[str, str | None], trace: str, family: list[ls.Column]) -> str:
    """right, undetermined, or why it is wrong."""
    state, code, value = cell.state, None if cell.code != cell.code else cell.code, cell.value  # type: ignore[attr-defined]
    stored = raw[column.names.raw]
    text = (stored or "").replace("\r\n", "\n").strip()
    number = canonical_number(text) if column.content.value in ("number", "computed") else None
    true = number or (canonical_date(text) if column.content.value == "date" else None) or text
    if state == "undetermined":
        return "undetermined" if code is None else "a value beside undetermined"
    if state in ("answered", "default_only"):
        if column.content.value == "box" and value is False:
            off = any(raw[other.names.raw] for other in family if other.row and other.row.code in column.question.exclusive)
            return "right" if true in ("", "0") and (stored is not None or off) else "not unticked"
        hidden = column.content.value in ("text", "file", "computed") and code is None
        return "right" if true and (hidden or code == true) else "another value"
    if state == "blank":
        blank = (stored is not None and not text) or (stored is None and column.question.type in "NKD")
        return "right" if blank and not NEVER_SENT.search(trace) and not HIDDEN.search(trace) else "not blank"
    if stored is not None:
        return "something is stored"
    if state == "not_reached":
        return "right" if not trace or NEVER_SENT.search(trace) else "reached"
    shown = trace and not HIDDEN.search(trace) and column.question.type in "NKD"
    return "right" if not shown and not NEVER_SENT.search(trace) else "shown, or not reached"


def read(path: Path, survey: ls.Survey, keep: tuple[str, ...]) -> ls.Answers:
    declared = re.search(r"convert(Y1N2|Y1N0|YN|N2_seul)", path.name)
    if declared is None:
        return ls.read_answers(path, survey, keep_text=keep)
    with pytest.raises(ls.RefusedExportError):
        ls.read_answers(path, survey)
    return ls.read_answers(path, survey, keep_text=keep, converted=CONVERTED[declared[1]])


@pytest.mark.parametrize("keep", [False, True], ids=["texts dropped", "texts kept"])
@pytest.mark.parametrize("name", FOLDERS)
def test_every_genuine_export_is_right_or_refused(name, keep):
    folder = GENUINE / name
    if not folder.is_dir():
        pytest.skip(f"{name} is kept aside")
    survey, table, seen = structure(folder), raw_table(folder), traces(folder)
    columns = {column.name: column for column in ls.survey_columns(survey)}
    families = {code: [c for c in columns.values() if c.question.code == code and c.part == "answer"] for code in
                {column.question.code for column in columns.values()}}  # fmt: skip
    texts = tuple(code for code, column in columns.items() if column.content.value in ("text", "computed")) if keep else ()
    shown = [name for name, column in columns.items() if column.content.value != "nothing"]
    wrong, unforeseen = Counter[tuple[str, str, str]](), 0
    for path in exports(folder) if keep else one_of_each_format(folder):
        try:
            answers = read(path, survey, texts)
        except ls.LimeSurveyError as error:
            print(f"{path.name} | refused | {error}")
            unforeseen += isinstance(error, ls.UnexpectedContentError)
            continue
        assert not MUST_BE_REFUSED.search(path.name), path.name
        for number, response in answers.responses.iterrows():
            assert response.get("submitted", True) == (table[number]["submitdate"] is not None), path.name
            assert response.get("last_page", 0) == int(table[number]["lastpage"] or 0) * ("last_page" in response), path.name
        if len(answers) and "choisie" not in path.name:
            assert set(answers.columns) == set(shown), path.name
        if re.search(r"all|archive|version|DEFAUT", path.name) and "choisie" not in path.name:
            assert set(answers.responses.index) == set(table), path.name
        counts = Counter[str]()
        for cell in answers.frame.itertuples():
            column = columns[cell.column]
            trace = seen.get((cell.response, column.question.code), "")
            found = verdict(column, cell, table[cell.response], trace, families[column.question.code])
            counts[found] += 1
            if found not in ("right", "undetermined"):
                wrong[path.name, column.name, found] += 1
        print(f"{path.name} | {counts['right']} | {counts['undetermined']}")
    assert not wrong
    assert not unforeseen


EVERYTHING = re.compile(r"short_all(?!_convert)|survey_archive|vvexport_\d+_(v\d_all|version\d)")
"""Exports of all responses and columns, by answer codes."""


@pytest.mark.parametrize("name", FOLDERS)
def test_archive_csv_and_vv_give_identical_tables(name):
    folder = GENUINE / name
    if not folder.is_dir():
        pytest.skip(f"{name} is kept aside")
    survey = structure(folder)
    texts = tuple(column.name for column in ls.survey_columns(survey) if column.content.value == "text")
    reference = ls.read_answers(next(folder.glob("web/survey_archive_*.lsa")), survey, keep_text=texts)
    formats = Counter[str]()
    for path in exports(folder):
        if not EVERYTHING.search(path.name) or MUST_BE_REFUSED.search(path.name):
            continue
        try:
            answers = ls.read_answers(path, survey, keep_text=texts)
        except ls.RefusedExportError:  # twins of full-text JSON
            continue
        if answers.provenance.keeps_null != "all":
            continue
        # the web page puts a ' before a text that starts with =: such a text, and nothing else, is undetermined
        changed = [
            (number, issue.column) for issue in answers.issues if "spelling" in issue.message for number in issue.responses
        ]
        frames = [found.frame.set_index(["response", "column"]).drop(index=changed) for found in (answers, reference)]
        assert frames[0].equals(frames[1]), path.name
        formats[answers.provenance.format] += 1
    assert formats["lsr"] == 1
    assert formats["vv"]
    assert bool(formats["csv"]) == ("LS" not in name), "older CSV have lost NULL"


def test_headings_of_the_29_types_are_the_real_ones():
    folder = GENUINE / "s1_n2_654365"
    original = ls.read_survey(SHARED / "n2__test_survey_structure_DB365_all29types.lss")
    system = ("id", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp")
    assert len({question.type for question in original.questions}) == 29
    for survey in (original, structure(folder)):
        columns = ls.survey_columns(survey)
        for style, file in (
            (ls.Style.CODE, "web_csv_en_code_short_all.csv"),
            (ls.Style.CODE_TEXT, "web_csv_en_codetext_short_all.csv"),
            (ls.Style.TEXT, "web_csv_en_full_long_all.csv"),
        ):
            with (folder / "web" / file).open(encoding="utf-8-sig", newline="") as lines:
                assert ls.heading_line(survey, columns, style, "en", system=system) == next(csv.reader(lines))
        for style, file in ((ls.Style.RAW, "vvexport_654365_v1_all.csv"), (ls.Style.EM, "vvexport_654365_v2_all.csv")):
            if survey is not original:  # the server gave other numbers to groups and questions
                line = (folder / "web" / file).read_text(encoding="utf-8").split("\n")[1]
                assert ls.heading_line(survey, columns, style, system=system) == [head.strip('"\r') for head in line.split("\t")]


@pytest.mark.parametrize(
    ("style", "file"),
    [(ls.Style.CODE_TEXT, "web_csv_fr_codetext_short_all.csv"), (ls.Style.TEXT, "CLIC_PAR_DEFAUT_results-survey720261.csv")],
)
def test_french_headings_are_the_real_ones(style, file):
    folder = GENUINE / "s3_associations_720261"
    survey = structure(folder)
    columns = ls.survey_columns(survey)
    system = ("id", "submitdate", "lastpage", "startlanguage", "seed", "token", "startdate", "datestamp", "ipaddr", "refurl")
    line = ls.heading_line(survey, columns, style, "fr", system=system)
    with (folder / "web" / file).open(encoding="utf-8-sig", newline="") as lines:
        assert line == next(csv.reader(lines))[: len(line)]


@pytest.mark.parametrize(
    "file", ["results-survey282267_code_short_LS6.4+.csv", "vvexport_282267.csv", "survey_archive_282267.reconstructed.lsa"]
)
def test_the_public_test_bench(file):
    folder = SHARED / "dsfr_282267"
    survey = ls.read_survey(folder / "limesurvey_survey_282267.reconstructed.lss")
    reference = ls.read_answers(folder / "survey_archive_282267.reconstructed.lsa")
    answers = ls.read_answers(folder / file, survey)
    assert answers.frame.equals(reference.frame)
    states, values = answers.states.loc[122], answers.wide().loc[122]
    assert [values[f"moe[SQ0{number}]"] for number in range(1, 6)] == [False, False, False, False, True], "SQ05 is exclusive"
    assert {states[name] for name in answers.columns if name.startswith("FAFE[")} == {"not_shown"}, "filtered rows"
    robots = answers.frame[(answers.frame["question"] == "Q2") & (answers.frame["code"] == "6")]
    assert len(robots) > 30
    assert set(robots["state"]) == {"default_only"}, "a slider left where it starts"
    assert set(answers.frame.loc[(answers.frame["column"] == "ldd") & (answers.frame["code"] == "A0"), "state"]) == {
        "default_only"
    }


def test_exports_without_a_response():
    for path in sorted((GENUINE / "vide").iterdir()):
        survey = structure(GENUINE / "s1_n2_654365")
        assert len(ls.read_answers(path, survey)) == 0
