"""Labels of closed questions."""

from .columns import Column, Part
from .kinds import OTHER_CODE, Content
from .survey import Survey
from .texts import comparable, flatten
from .words import ANSWER_LABELS, NOT_AVAILABLE


def is_not_available(cell: str) -> bool:
    """Whether a cell is the mark that label mode writes for NULL."""
    return cell.strip() == NOT_AVAILABLE


def labels_by_code(survey: Survey, column: Column, language: str) -> dict[str, str]:
    """Labels of the codes of a closed column, in the words of the questionnaire and of the server, tags and all."""
    if column.part is not Part.ANSWER:
        return {}
    words = ANSWER_LABELS.get(language, {})
    if column.content is Content.BOX and not column.tick:
        return words.get("M", {})
    if column.content is not Content.CHOICE:
        return {}
    found = {option.code: survey.text(option.texts, language) for option in column.options}
    found |= words.get(column.question.type, {})
    return found | words.get(OTHER_CODE, {}) if OTHER_CODE in column.codes else found


def codes_by_label(survey: Survey, column: Column, language: str) -> dict[str, str | None]:
    """Codes by label, made comparable; `None` for a label that two codes share.

    The web page strips tags from labels, remote control does not.
    """
    found: dict[str, str | None] = {}
    for code, label in labels_by_code(survey, column, language).items():
        key = comparable(label)
        found[key] = None if key in found else code
    return found


def shown_labels(survey: Survey, column: Column) -> dict[str, str]:
    """Labels of all codes of a closed question, in the base language, to be shown."""
    english = ANSWER_LABELS["en"]
    known = english.get(column.question.type, {}) | english[OTHER_CODE] | labels_by_code(survey, column, survey.language)
    if other := column.question.attributes.get("other_replace_text"):
        known[OTHER_CODE] = other
    return {code: flatten(known.get(code, code)) for code in column.codes}
