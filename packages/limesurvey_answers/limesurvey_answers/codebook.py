"""The codebook: wordings, codes, skip logic and response rates."""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd

from .columns import Column
from .decoding import Contents
from .labels import shown_labels
from .states import STATE_NAMES, State, States
from .survey import Question, Survey
from .texts import flatten

_IDENTIFIER = re.compile(r"\b[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*\b|\b\d+X\d+X\d+\w*\b")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")


def depends_on(survey: Survey, question: Question) -> list[str]:
    """Codes of the questions that decide whether this one is shown, in the order of the questionnaire.

    Read off its relevance equation, its group's, its rows' and its array filters; nothing is evaluated.
    """
    equations = (question.relevance, survey.group_of(question).relevance, *(sub.relevance for sub in question.subquestions))
    filters = (question.attributes.get(name, "") for name in ("array_filter", "array_filter_exclude"))
    words = set(_IDENTIFIER.findall(_QUOTED.sub(" ", " ".join((*equations, *filters)))))

    def named(other: Question) -> bool:
        raw = re.compile(rf"{survey.sid}X{other.gid}X{other.qid}(?!\d)")
        return any(word == other.code or word.startswith(f"{other.code}_") or raw.match(word) for word in words)

    return [other.code for other in survey.questions if other is not question and named(other)]


def _wording(survey: Survey, column: Column) -> str:
    parts = [column.question.texts, *(sub.texts for sub in (column.row, column.axis) if sub is not None)]
    return " · ".join(flatten(survey.text(texts)) for texts in parts)


def codebook(survey: Survey, columns: Sequence[Column], states: States) -> pd.DataFrame:
    """One row per column.

    The response rate is answered / (answered + blank); it is missing where a state is undetermined: nobody knows its base.
    """
    rows = []
    for index, column in enumerate(columns):
        question = column.question
        counts = Counter(states[:, index].tolist())
        base = counts[State.ANSWERED] + counts[State.BLANK]
        rows.append(
            {
                "column": column.name,
                "question": question.code,
                "part": column.part.value,
                "group": flatten(survey.text(column.group.names)),
                "type": question.type,
                "type_name": question.kind.name,
                "content": column.content.value,
                "wording": _wording(survey, column),
                "mandatory": question.mandatory == "Y",
                "hidden": question.hidden,
                "relevance": question.relevance,
                "group_relevance": column.group.relevance,
                "depends_on": ", ".join(depends_on(survey, question)),
                "has_default": bool(question.defaults),
                "exclusive": ", ".join(sorted(question.exclusive)),
                **{name: counts[number] for number, name in enumerate(STATE_NAMES)},
                "response_rate": counts[State.ANSWERED] / base if base and not counts[State.UNDETERMINED] else None,
            }
        )
    return pd.DataFrame(rows).astype({"response_rate": "Float64"}) if rows else pd.DataFrame()


def codes(survey: Survey, columns: Sequence[Column], contents: Sequence[Contents], states: States) -> pd.DataFrame:
    """One row per column and code, with the number of answers (defaults that nobody chose are not counted)."""
    rows = []
    for index, column in enumerate(columns):
        labels = shown_labels(survey, column)
        answered = np.equal(states[:, index], State.ANSWERED)
        counts = Counter(contents[index][answered].tolist())
        for code in column.codes:
            rows.append({"column": column.name, "code": code, "label": labels[code], "answers": counts[code]})
    return pd.DataFrame(rows, columns=["column", "code", "label", "answers"])
