"""Reading a questionnaire: what a `.lss` file declares."""

from pathlib import Path

from .errors import StructureError
from .files import Archive, read_regular_file
from .kinds import KINDS
from .privacy import forgetful
from .survey import Group, Option, Question, Subquestion, Survey, Texts
from .xmlrows import Document, Row, read_document

# Nothing else is ever stored: `surveys` also holds the name and the e-mail of the person in charge.
KEPT = {
    section: frozenset(names.split())
    for section, names in {
        "surveys": "sid language format datestamp anonymized savetimings questionindex",
        "surveys_languagesettings": "surveyls_language surveyls_title",
        "groups": "gid group_name group_order language grelevance randomization_group",
        "group_l10ns": "gid group_name language",
        "questions": "qid gid type title question other mandatory question_order language relevance",
        "subquestions": "qid parent_qid title question question_order language scale_id relevance",
        "question_l10ns": "qid question language",
        "answers": "aid qid code answer sortorder language scale_id",
        "answer_l10ns": "aid answer language",
        "question_attributes": "qid attribute value language",
        "defaultvalues": "dvid qid sqid scale_id language defaultvalue specialtype",
        "defaultvalue_l10ns": "dvid language defaultvalue",
    }.items()
}

SPECIAL_DEFAULT = "\0"
"""A default of a special kind (the text of « other »): it is known that there is one, its value matters to nobody."""


def _number(row: Row, name: str, default: int | None = None) -> int:
    value = row.get(name, "")
    try:
        return int(value)
    except ValueError:
        if default is not None:
            return default
        raise StructureError(f"The structure is damaged: a row has no {name}. Export the .lss again.") from None


def _by_language(rows: list[Row], key: str, text: str) -> dict[int, Texts]:
    """Texts of things that have one row per language: LimeSurvey 3's own tables, and the `*_l10ns` of later ones."""
    found: dict[int, Texts] = {}
    for row in rows:
        if text in row:
            found.setdefault(_number(row, key), {})[row.get("language", "")] = row[text]
    return found


def _once(rows: list[Row], key: str) -> list[Row]:
    """One row of each thing: up to LimeSurvey 3, a thing has a row per language."""
    seen: dict[str, Row] = {}
    for row in rows:
        seen.setdefault(row.get(key, ""), row)
    return list(seen.values())


class _Builder:
    """Puts the rows of a document together."""

    def __init__(self, document: Document) -> None:
        self.rows = document.rows
        # The presence of the section decides, not the version: LimeSurvey's importer does the same.
        self.localised = "question_l10ns" in document.rows

    def section(self, name: str) -> list[Row]:
        return self.rows.get(name, [])

    def texts(self, section: str, l10ns: str, key: str, text: str) -> dict[int, Texts]:
        return _by_language(self.section(l10ns if self.localised else section), key, text)

    def groups(self) -> list[Group]:
        names = self.texts("groups", "group_l10ns", "gid", "group_name")
        groups = [
            Group(
                gid=_number(row, "gid"),
                names=names.get(_number(row, "gid"), {}),
                order=_number(row, "group_order", 0),
                relevance=row.get("grelevance", ""),
                randomised=bool(row.get("randomization_group", "").strip()),
            )
            for row in _once(self.section("groups"), "gid")
        ]
        return sorted(groups, key=lambda group: (group.order, group.gid))

    def questions(self) -> dict[int, Question]:
        texts = self.texts("questions", "question_l10ns", "qid", "question")
        found: dict[int, Question] = {}
        for row in _once(self.section("questions"), "qid"):
            qid, type_ = _number(row, "qid"), row.get("type", "")
            if type_ not in KINDS:
                raise StructureError(f"Question {qid} has a type that LimeSurvey 3 to 7 do not have.")
            found[qid] = Question(
                qid=qid,
                gid=_number(row, "gid"),
                code=row.get("title", ""),
                type=type_,
                order=_number(row, "question_order", 0),
                other=row.get("other") == "Y",
                mandatory=row.get("mandatory", "N"),
                relevance=row.get("relevance", ""),
                texts=texts.get(qid, {}),
            )
        return found

    def add_subquestions(self, questions: dict[int, Question]) -> None:
        texts = self.texts("subquestions", "question_l10ns", "qid", "question")
        for row in _once(self.section("subquestions"), "qid"):
            parent = questions.get(_number(row, "parent_qid"))
            if parent is not None:  # else an orphan, which the server does not show either
                qid = _number(row, "qid")
                parent.subquestions.append(
                    Subquestion(
                        qid=qid,
                        code=row.get("title", ""),
                        axis=_number(row, "scale_id", 0),
                        order=_number(row, "question_order", 0),
                        texts=texts.get(qid, {}),
                        relevance=row.get("relevance", ""),
                    )
                )

    def add_options(self, questions: dict[int, Question]) -> None:
        texts = _by_language(self.section("answer_l10ns"), "aid", "answer") if self.localised else {}
        found: dict[tuple[int, int, str], Option] = {}
        for row in self.section("answers"):
            qid, scale, code = _number(row, "qid"), _number(row, "scale_id", 0), row.get("code", "")
            aid = _number(row, "aid") if "aid" in row else None
            option = found.get((qid, scale, code))
            if option is None:
                own = dict(texts.get(aid, {})) if aid is not None else {}
                option = found[qid, scale, code] = Option(aid, code, scale, _number(row, "sortorder", 0), own)
                if qid in questions:
                    questions[qid].options.append(option)
            if not self.localised and "answer" in row:
                option.texts[row.get("language", "")] = row["answer"]

    def add_attributes(self, questions: dict[int, Question]) -> None:
        for row in self.section("question_attributes"):
            question = questions.get(_number(row, "qid"))
            if question is not None and row.get("value"):
                question.attributes.setdefault(row.get("attribute", ""), row["value"])

    def add_defaults(self, questions: dict[int, Question]) -> None:
        later = {_number(row, "dvid"): row.get("defaultvalue", "") for row in reversed(self.section("defaultvalue_l10ns"))}
        for row in self.section("defaultvalues"):
            question = questions.get(_number(row, "qid"))
            value = row.get("defaultvalue") or later.get(_number(row, "dvid", -1), "")
            if question is not None and value:
                place = (_number(row, "sqid", 0), _number(row, "scale_id", 0))
                question.defaults.setdefault(place, SPECIAL_DEFAULT if row.get("specialtype") else value)


def _build(document: Document) -> Survey:
    if document.kind != "Survey":
        raise StructureError("This is not the structure of a survey (.lss): export it from « Export > Survey structure ».")
    builder = _Builder(document)
    row = next(iter(builder.section("surveys")), {})
    # the base language is the last one of the list, not the first
    language = row.get("language") or (document.languages[-1] if document.languages else "")
    if not language:
        raise StructureError("The structure names no language: export the .lss again.")
    groups, questions = builder.groups(), builder.questions()
    builder.add_subquestions(questions)
    builder.add_options(questions)
    builder.add_attributes(questions)
    builder.add_defaults(questions)
    place = {group.gid: position for position, group in enumerate(groups)}
    kept = [question for question in questions.values() if question.gid in place]
    codes = [question.code for question in kept]
    twins = sorted({code for code in codes if codes.count(code) > 1})
    if twins:
        raise StructureError(f"Several questions have the code {', '.join(twins)}: their columns cannot be told apart.")
    if not kept:
        raise StructureError("The structure holds no question.")
    titles = builder.section("surveys_languagesettings")
    return Survey(
        sid=_number(row, "sid", 0),
        language=language,
        languages=[language, *(name for name in document.languages if name != language)],
        version=int(document.version) if document.version.isdigit() else 0,
        titles={title.get("surveyls_language", ""): title.get("surveyls_title", "") for title in titles},
        settings={name: row[name] for name in row if name not in ("sid", "language")},
        groups=groups,
        questions=sorted(kept, key=lambda question: (place[question.gid], question.order, question.qid)),
    )


def parse_structure(content: bytes) -> Survey:
    """The questionnaire in the bytes of a `.lss`, or of the `.lss` of a `.lsa`.

    Raises
    ------
    StructureError
        If it is not one, or contradicts itself.
    UnsafeFileError
        If the XML or the archive is unsafe.
    """
    if content.startswith(b"PK"):
        archive = Archive(content)
        members = [name for name in archive.names if name.lower().endswith(".lss")]
        if len(members) != 1:
            raise StructureError("The archive holds no structure (.lss), or several: export the .lss from LimeSurvey.")
        content = archive.read(members[0])
    if not content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        raise StructureError("This is not a structure file: give the .lss of the survey, or its .lsa.")
    return _build(read_document(content, lambda section, name: name in KEPT.get(section, ())))


@forgetful
def read_survey(path: str | Path) -> Survey:
    """Read a questionnaire.

    Parameters
    ----------
    path
        A `.lss`, or a `.lsa` that holds one. Recognised by content.

    Raises
    ------
    StructureError
        If it is not a questionnaire, or contradicts itself.
    UnsafeFileError
        If the file is unsafe to read.
    """
    return parse_structure(read_regular_file(path))
