"""The heading line of an export, generated from the structure."""

from collections.abc import Sequence
from enum import StrEnum

from .columns import Column, Part
from .errors import StructureError
from .kinds import Layout
from .survey import Survey
from .texts import flatten
from .words import HEADING_WORDS, SYSTEM_TEXTS


class Style(StrEnum):
    """How columns are named."""

    CODE = "code"
    EM = "expression manager code"
    RAW = "table column"
    CODE_TEXT = "code and text"
    TEXT = "full text"


def full_text(survey: Survey, column: Column, language: str) -> str | None:
    """The heading of a column in full text, or `None` where it needs a word that is not known in that language."""
    question, words = column.question, HEADING_WORDS.get(language)
    text = flatten(survey.text(question.texts, language))
    brackets = [flatten(survey.text(sub.texts, language)) for sub in (column.row, column.axis) if sub is not None]
    key, number = "", 0
    if column.part is Part.FILE_COUNT:
        return f"filecount - {text}"  # so in every language
    if column.part is not Part.ANSWER:
        key = column.part.value
    elif question.kind.layout is Layout.DUAL:
        key, number = "scale", column.scale + 1
    elif question.kind.layout is Layout.RANKS:
        key, number = "rank", column.rank
    if key:
        if words is None:
            return None
        brackets.append(words[key].format(number))
    return text + (" " if brackets else "") + "".join(f"[{bracket}]" for bracket in brackets)


def heading_line(
    survey: Survey,
    columns: Sequence[Column],
    style: Style,
    language: str | None = None,
    *,
    system: Sequence[str] = ("id", "submitdate", "lastpage", "startlanguage", "seed"),
    separator: str = ". ",
) -> list[str]:
    """The headings that LimeSurvey writes.

    Parameters
    ----------
    survey, columns
        The structure and its columns (`survey_columns`).
    style
        How columns are named.
    language
        Language of the texts; the base language by default.
    system
        Columns before the answers.
    separator
        Between code and text.

    Raises
    ------
    StructureError
        If the words that the server adds are not known in that language.
    """
    language = language or survey.language
    if style in (Style.CODE, Style.EM, Style.RAW):
        kinds = {Style.CODE: "code", Style.EM: "em", Style.RAW: "raw"}
        return [*system, *(str(getattr(column.names, kinds[style])) for column in columns)]
    words = SYSTEM_TEXTS.get(language)
    texts = [full_text(survey, column, language) for column in columns]
    if words is None or None in texts:
        raise StructureError(f"The words that LimeSurvey adds to headings in « {language} » are not known.")
    line = [*(words[name][0] for name in system), *(text or "" for text in texts)]
    if style is Style.TEXT:
        return line
    codes = (*system, *(column.names.code for column in columns))
    return [f"{code}{separator}{text}" for code, text in zip(codes, line, strict=True)]
