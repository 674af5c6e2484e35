"""Labels of closed questions."""

from collections.abc import Mapping

from .columns import Column, Part
from .kinds import OTHER_CODE, Content
from .survey import Survey
from .texts import comparable, flatten
from .words import ANSWER_LABELS, NOT_AVAILABLE


def is_not_available(cell: str) -> bool:
    """Whether a cell is the mark that label mode writes for NULL."""
    return cell.strip() == NOT_AVAILABLE


class Labels:
    """Codes by label, column by column, in one language."""

    def __init__(self, survey: Survey, language: str) -> None:
        self.survey, self.language = survey, language
        self._found: dict[tuple[int, int, str, str], Mapping[str, str | None]] = {}

    @staticmethod
    def key(label: str) -> str:
        """A label as it is compared. The web page strips tags from labels, remote control does not."""
        return comparable(label)

    def of(self, column: Column) -> Mapping[str, str | None]:
        """Codes by label; `None` for a label that two codes share."""
        place = (column.question.qid, column.scale, column.content.value, column.part.value)
        if place not in self._found:
            self._found[place] = self._build(column)
        return self._found[place]

    def _build(self, column: Column) -> Mapping[str, str | None]:
        if column.part is not Part.ANSWER:
            return {}
        words = ANSWER_LABELS.get(self.language, {})
        pairs: list[tuple[str, str]] = []
        if column.content is Content.BOX and not column.tick:
            pairs = [(label, code) for code, label in words.get("M", {}).items()]
        elif column.content is Content.CHOICE:
            pairs = [(self.survey.text(option.texts, self.language), option.code) for option in column.options]
            pairs += [(label, code) for code, label in words.get(column.question.type, {}).items()]
            if OTHER_CODE in column.codes:
                pairs += [(label, code) for code, label in words.get(OTHER_CODE, {}).items()]
        found: dict[str, str | None] = {}
        for label, code in pairs:
            key = self.key(label)
            found[key] = None if key in found and found[key] != code else code
        return found


def labels_by_code(survey: Survey, column: Column, language: str) -> dict[str, str]:
    """Labels of the codes of a closed column, to be shown."""
    if column.content is not Content.CHOICE or column.part is not Part.ANSWER:
        return {}
    words = ANSWER_LABELS.get(language, ANSWER_LABELS["en"])
    found = {code: code for code in column.question.kind.implicit}
    found |= words.get(column.question.type, {})
    found |= {option.code: flatten(survey.text(option.texts, language)) for option in column.options}
    if OTHER_CODE in column.codes:
        found[OTHER_CODE] = column.question.attributes.get("other_replace_text") or words[OTHER_CODE][OTHER_CODE]
    return found
