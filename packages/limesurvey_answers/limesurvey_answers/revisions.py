"""Whether a questionnaire changed: one checksum, and what differs between two of them."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from .survey import Question, Survey, Texts
from .texts import comparable

ALIKE = 0.9
"""Similarity under which two wordings are said to differ: a comma moved is none, « and crimes » added is one."""


@dataclass(frozen=True)
class Difference:
    """Something that differs between two questionnaires, in one sentence. It quotes codes, and never a cell of answers.

    `kind` is `question`, `type`, `answers` (rows, options, « other »), `wording` (one code, two meanings: invisible in a file of
    codes) or `asking` (skip logic, obligation, default: who answers may differ, the codes do not).
    """

    kind: str
    question: str
    message: str


def _codes(question: Question) -> list[str]:
    rows = [f"row {sub.axis} {sub.code}" for sub in question.subquestions]
    return sorted([*rows, *(f"option {option.scale} {option.code}" for option in question.options)])


def fingerprint(survey: Survey) -> str:
    """Checksum of what answers can be: codes and types of questions, codes of rows and options.

    Ids, order, wordings and skip logic are left out: the same survey on another server has the same one.
    """
    lines = sorted(f"{q.code} {q.type} {q.other} {' '.join(_codes(q))}" for q in survey.questions)
    return "sha256:" + hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _wordings(survey: Survey, question: Question) -> dict[str, str]:
    """Wordings of a question, of its rows and of its options, by code."""
    texts: dict[str, Texts] = {"": question.texts}
    texts |= {f"{sub.code} (row, axis {sub.axis})": sub.texts for sub in question.subquestions}
    texts |= {f"{option.code} (option, scale {option.scale})": option.texts for option in question.options}
    return {code: comparable(survey.text(found)) for code, found in texts.items()}


def _between(before: Survey, one: Question, after: Survey, other: Question) -> Iterator[tuple[str, str]]:
    if one.type != other.type:
        yield "type", f"its type was {one.kind.name}, and is now {other.kind.name}"
    if one.other != other.other:
        yield "answers", f"« other » is now {'offered' if other.other else 'no longer offered'}"
    for name, missing in (("removed", _less(_codes(one), _codes(other))), ("added", _less(_codes(other), _codes(one)))):
        if missing:
            yield "answers", f"{name}: {', '.join(missing)}"
    wordings = _wordings(after, other)
    for code, text in _wordings(before, one).items():
        if code in wordings and SequenceMatcher(None, text, wordings[code], autojunk=False).ratio() < ALIKE:
            yield "wording", f"{code or 'the question'} keeps its code and has another wording: does it mean the same?"
    for name, was, now in (
        ("skip logic", one.relevance.strip() or "1", other.relevance.strip() or "1"),
        ("obligation to answer", one.mandatory, other.mandatory),
        ("default", sorted(one.defaults.values()), sorted(other.defaults.values())),
    ):
        if was != now:
            yield "asking", f"its {name} changed"


def _less(codes: Iterable[str], others: Iterable[str]) -> list[str]:
    without = set(others)
    return [code for code in codes if code not in without]


def differences(before: Survey, after: Survey) -> list[Difference]:
    """What differs between two questionnaires, question by question, in the order of the first."""
    one, other = ({question.code: question for question in survey.questions} for survey in (before, after))
    found = [Difference("question", code, f"{code}: the question is no longer asked.") for code in _less(one, other)]
    found += [Difference("question", code, f"{code}: the question is new.") for code in _less(other, one)]
    for code in [code for code in one if code in other]:
        found += [Difference(kind, code, f"{code}: {text}.") for kind, text in _between(before, one[code], after, other[code])]
    return found
