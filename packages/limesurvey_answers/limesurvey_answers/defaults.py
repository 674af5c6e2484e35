"""Values that the server stores by itself, and that prove nothing about the respondent."""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal, InvalidOperation

from .columns import Column, Part
from .survey import Question
from .values import canonical_number


def _attribute(question: Question, name: str) -> Decimal | None:
    try:
        value = Decimal(question.attributes.get(name, "").strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def slider_starts(question: Question) -> frozenset[str]:
    """Values at which a slider may have been left: it stores its start as soon as its page is sent.

    The start cannot be read off one attribute (a slider of 1 to 10 with 5 as default and the middle as start was seen to store
    5 on some servers and 6 on others): the default, and the middle with its roundings.
    """
    if question.type != "K" or question.attributes.get("slider_layout") != "1":
        return frozenset()
    starts: list[Decimal] = []
    default = _attribute(question, "slider_default")
    if default is not None:
        starts.append(default)
    low, high = _attribute(question, "slider_min"), _attribute(question, "slider_max")
    if question.attributes.get("slider_middlestart") == "1" and low is not None and high is not None:
        middle = (low + high) / 2
        starts += [middle, *(middle.quantize(Decimal(1), rule) for rule in (ROUND_FLOOR, ROUND_CEILING, ROUND_HALF_UP))]
    return frozenset(number for start in starts if (number := canonical_number(format(start, "f"))) is not None)


def self_stored(column: Column) -> frozenset[str] | None:
    """Values of a column that may be nobody's answer; `None` for « any value »."""
    question = column.question
    if question.hidden or question.type in "*I":  # equations; the language of the interface
        return None
    if column.part is not Part.ANSWER:
        return frozenset({"0"}) if column.part is Part.FILE_COUNT else frozenset()
    found = set(slider_starts(question))
    place = (column.row.qid if column.row is not None else 0, column.scale)
    if place in question.defaults:
        default = question.defaults[place]
        if "{" in default:  # an expression: it was evaluated when the question was shown
            return None
        found |= {default, canonical_number(default) or default}
    return frozenset(found)


def stored_on_display(question: Question) -> bool:
    """Whether a value may be there although the page was never sent."""
    return question.hidden or question.type == "*" or bool(question.defaults)
