"""Writing LimeSurvey's own formats: a questionnaire described in a few lines, and answers to it, for tests and demonstrations."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from .archive_export import table_element
from .columns import Column, survey_columns
from .headings import Style, heading_line
from .kinds import Content
from .structure import KEPT
from .survey import Group, Option, Question, Subquestion, Survey, Texts

Answer = Mapping[str, str | None]
"""One response: system columns (`id`, `submitdate`…) and columns by name (`Q[SQ001]`); what is absent is NULL."""

SYSTEM = ("id", "submitdate", "lastpage", "startlanguage", "seed")
VERSION = 648
"""DBVersion of LimeSurvey 6.14."""


def build_survey(
    sid: int, title: str, groups: Iterable[Mapping[str, Any]], *, language: str = "en", settings: Mapping[str, str] | None = None
) -> Survey:  # fmt: skip
    """A questionnaire.

    Parameters
    ----------
    sid, title, language, settings
        Of the survey.
    groups
        Pages: `name`, `relevance`, and `questions`, each with `code`, `type`, `text`, and where it has them `rows`, `columns`,
        `options` and `options2` (texts by code), `other`, `mandatory`, `relevance`, `attributes` and `default`.
    """
    ids = iter(range(1, 1_000_000))
    found_groups, questions = [], []
    for order, page in enumerate(groups, 1):
        gid = next(ids)
        found_groups.append(Group(gid, {language: page["name"]}, order, page.get("relevance", ""), False))
        for place, asked in enumerate(page["questions"], 1):
            qid = next(ids)

            def listed(name: str, asked: Mapping[str, Any] = asked) -> list[tuple[int, int, str, Texts]]:
                return [(next(ids), n, code, {language: text}) for n, (code, text) in enumerate(asked.get(name, {}).items(), 1)]

            rows = [(axis, found) for axis, name in enumerate(("rows", "columns")) for found in listed(name)]
            options = [(scale, found) for scale, name in enumerate(("options", "options2")) for found in listed(name)]
            questions.append(
                Question(
                    qid,
                    gid,
                    asked["code"],
                    asked["type"],
                    place,
                    asked.get("other", False),
                    asked.get("mandatory", "N"),
                    asked.get("relevance", "1"),
                    {language: asked["text"]},
                    [Subquestion(sub, code, axis, n, texts, "1") for axis, (sub, n, code, texts) in rows],
                    [Option(aid, code, scale, n, texts) for scale, (aid, n, code, texts) in options],
                    dict(asked.get("attributes", {})),
                    {(0, 0): asked["default"]} if "default" in asked else {},
                )
            )
    given = {"format": "G", "datestamp": "Y", "anonymized": "N", **(settings or {})}
    return Survey(sid, language, [language], VERSION, {language: title}, given, found_groups, questions)


def _xml(kind: str, survey: Survey, sections: Mapping[str, Sequence[Mapping[str, object]]], fields: Sequence[str] = ()) -> str:
    """A LimeSurvey document. A field that is None is absent."""

    def element(name: str, value: object) -> str:
        text = str(value)
        return f"<{name}><![CDATA[{text.replace(']]>', ']] >')}]]></{name}>" if text else f"<{name}/>"

    def section(name: str, rows: Sequence[Mapping[str, object]]) -> str:
        names = "".join(f"<fieldname>{escape(field)}</fieldname>" for field in fields or sorted(KEPT.get(name, ())))
        body = "\n".join(
            "<row>" + "".join(element(key, value) for key, value in row.items() if value is not None) + "</row>" for row in rows
        )
        return f"<{name}>\n<fields>{names}</fields>\n<rows>\n{body}\n</rows>\n</{name}>\n" if rows else ""

    languages = "".join(f"<language>{language}</language>" for language in (*survey.languages[1:], survey.language))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<document>\n<LimeSurveyDocType>{kind}</LimeSurveyDocType>\n'
        f"<DBVersion>{survey.version}</DBVersion>\n<languages>{languages}</languages>\n"
        f"{''.join(section(name, rows) for name, rows in sections.items())}</document>\n"
    )


def to_lss(survey: Survey) -> str:
    """The structure, as LimeSurvey 6 writes it."""

    def texts(key: str, column: str, things: Iterable[tuple[int | None, Texts]]) -> list[dict[str, object]]:
        return [{key: n, column: text, "language": name} for n, found in things for name, text in found.items()]

    asked = survey.questions
    subs = [(q, sub) for q in asked for sub in q.subquestions]
    options = [(q, option) for q in asked for option in q.options]
    defaults = [(n, q, place, text) for n, (q, place, text) in enumerate(
        ((q, place, text) for q in asked for place, text in q.defaults.items()), 1)]  # fmt: skip
    sections: dict[str, list[dict[str, object]]] = {
        "answers": [{"aid": o.aid, "qid": q.qid, "code": o.code, "sortorder": o.order, "scale_id": o.scale} for q, o in options],
        "answer_l10ns": texts("aid", "answer", ((o.aid, o.texts) for _, o in options)),
        "groups": [{"gid": g.gid, "group_order": g.order, "grelevance": g.relevance} for g in survey.groups],
        "group_l10ns": texts("gid", "group_name", ((g.gid, g.names) for g in survey.groups)),
        "questions": [
            {"qid": q.qid, "gid": q.gid, "type": q.type, "title": q.code, "other": "Y" if q.other else "N",
             "mandatory": q.mandatory, "question_order": q.order, "relevance": q.relevance} for q in asked
        ],
        "subquestions": [
            {"qid": s.qid, "parent_qid": q.qid, "title": s.code, "question_order": s.order, "scale_id": s.axis,
             "relevance": s.relevance} for q, s in subs
        ],
        "question_l10ns": texts("qid", "question", [*((q.qid, q.texts) for q in asked), *((s.qid, s.texts) for _, s in subs)]),
        "question_attributes": [{"qid": q.qid, "attribute": a, "value": v} for q in asked for a, v in q.attributes.items()],
        "defaultvalues": [{"dvid": n, "qid": q.qid, "sqid": sub, "scale_id": scale} for n, q, (sub, scale), _ in defaults],
        "defaultvalue_l10ns": [{"dvid": n, "language": survey.language, "defaultvalue": text} for n, _, _, text in defaults],
        "surveys": [{"sid": survey.sid, "language": survey.language, **survey.settings}],
        "surveys_languagesettings": [
            {"surveyls_language": name, "surveyls_title": title} for name, title in survey.titles.items()
        ],
    }  # fmt: skip
    return _xml("Survey", survey, sections)


def _cell(column: Column, answer: Answer) -> str | None:
    """A value as exports write it: what a number or a date lacks is NULL."""
    return answer.get(column.name) or (None if column.blank_is_null else answer.get(column.name))


def _stored(column: Column, answer: Answer) -> str | None:
    """A value as the table holds it: decimal(30,10)."""
    value = _cell(column, answer)
    if value and column.content is Content.NUMBER and column.question.type in "NK":
        whole, _, decimals = value.partition(".")
        return f"{whole}.{decimals:0<10}"
    return value


def to_lsr(survey: Survey, answers: Sequence[Answer]) -> str:
    """The table of answers in XML: NULL is an absent element."""
    columns = survey_columns(survey)
    rows = [
        {name: answer.get(name) for name in SYSTEM}
        | {table_element(column.names.raw): _stored(column, answer) for column in columns}
        for answer in answers
    ]
    return _xml("Responses", survey, {"responses": rows}, [*SYSTEM, *(column.names.raw for column in columns)])


def to_lsa(survey: Survey, answers: Sequence[Answer]) -> bytes:
    """The archive: structure and answers. The same answers give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (("lss", to_lss(survey)), ("responses.lsr", to_lsr(survey, answers))):
            member = zipfile.ZipInfo(f"survey_{survey.sid}{'.' if name == 'lss' else '_'}{name}", (1980, 1, 1, 0, 0, 0))
            archive.writestr(member, text, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def to_csv(survey: Survey, answers: Sequence[Answer], style: Style = Style.CODE) -> bytes:
    """CSV with answer codes, as LimeSurvey 6.14 writes it: all cells quoted, and nothing at all for NULL."""
    columns = survey_columns(survey)
    lines: list[Sequence[str | None]] = [heading_line(survey, columns, style)]
    lines += [[*map(answer.get, SYSTEM), *(_cell(column, answer) for column in columns)] for answer in answers]
    quoted = (",".join("" if cell is None else f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in line) for line in lines)
    return ("\ufeff" + "\r\n".join(quoted)).encode()


def to_vv(survey: Survey, answers: Sequence[Answer]) -> bytes:
    """VV: tabs, two heading lines, a mark for NULL."""
    columns = survey_columns(survey)

    def cell(value: str | None) -> str:
        if value is None:
            return "{question_not_shown}"
        value = value.replace("{", "{lbrace}").replace("\r", "{cr}").replace("\n", "{newline}").replace("\t", "{tab}").strip()
        return f'"{value.replace(chr(34), chr(34) * 2)}"' if any(mark in value for mark in ' "') else value

    lines = [heading_line(survey, columns, style) for style in (Style.TEXT, Style.EM)]
    for answer in answers:
        lines.append([cell(value) for value in (*map(answer.get, SYSTEM), *(_stored(column, answer) for column in columns))])
    return "\n".join("\t".join(line) for line in lines).encode()
