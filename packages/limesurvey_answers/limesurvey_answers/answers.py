"""The answers of a survey, as frames."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd

from . import codebook as codebooks
from .columns import Column
from .decoding import Contents
from .errors import LimeSurveyError
from .kinds import Content
from .labels import shown_labels
from .states import STATE_NAMES, State, States
from .survey import Survey
from .values import typed_number

_NUMBERS = (Content.NUMBER, Content.COMPUTED)


@dataclass(frozen=True)
class Issue:
    """Something to look at. It names columns and responses, never what a cell holds."""

    code: str
    message: str
    column: str = ""
    responses: tuple[int, ...] = ()


@dataclass(frozen=True)
class Provenance:
    """What was read, and how."""

    sha256: str
    format: str
    headings: str
    answers: str
    """Codes or labels."""
    language: str
    """Of the labels."""
    keeps_null: str
    """`all`, `some` or `none` of the columns keep « not shown » apart from « left blank » in this file."""
    survey_id: int
    responses: int
    personal_columns_dropped: int
    texts_dropped: int


def _typed(content: str | None, column: Column) -> Any:
    if content is None:
        return None
    if column.content is Content.BOX:
        return content in ("Y", "1")
    if column.content is Content.DATE:
        return pd.Timestamp(content)
    if column.content in _NUMBERS and content.lstrip("-").replace(".", "", 1).isdecimal():  # an equation may hold text
        return typed_number(content)
    return content


class Answers:
    """The answers of a survey: values, the state of each of them, and the codebook.

    Built by `read_answers`. Its text form shows counts, never a cell.

    Attributes
    ----------
    responses
        One row per response: whether and when it was submitted, last page, language, dates, duration in seconds, as far as the
        export tells.
    issues
        What to look at, as `Issue`.
    provenance
        What was read, and how.
    """

    def __init__(
        self,
        survey: Survey,
        columns: Sequence[Column],
        contents: Sequence[Contents],
        states: States,
        responses: pd.DataFrame,
        issues: Sequence[Issue],
        provenance: Provenance,
    ) -> None:
        self.survey = survey
        self.provenance = provenance
        self.issues = tuple(issues)
        self.responses = responses
        self._columns = list(columns)
        self._contents = list(contents)
        self._states = states

    def __repr__(self) -> str:
        return (
            f"<Answers to survey {self.survey.sid}: {len(self)} responses × {len(self._columns)} columns, "
            f"{self.provenance.format}, {self.provenance.answers}, {len(self.issues)} issues>"
        )

    def __len__(self) -> int:
        return len(self.responses)

    @property
    def columns(self) -> list[str]:
        """Names of the columns: the codes `Q`, `Q[SQ001]`, `Q[other]`, …, in the order of the questionnaire."""
        return [column.name for column in self._columns]

    def _values(self, index: int) -> list[Any]:
        """Typed values of a column: `None` unless something was answered, or stored."""
        column, contents = self._columns[index], self._contents[index]
        typed = {content: _typed(content, column) for content in set(contents)}
        values = [typed[content] for content in contents]
        if column.content is Content.BOX:  # an unticked box of an answered question holds no text
            no = self._states[:, index] == State.ANSWERED
            values = [False if value is None and unticked else value for value, unticked in zip(values, no, strict=True)]
        return values

    @cached_property
    def states(self) -> pd.DataFrame:
        """The state of each cell: responses × columns, categorical."""
        dtype = pd.CategoricalDtype(STATE_NAMES)
        codes = self._states.astype(np.int8)
        frame = {name: pd.Categorical.from_codes(codes[:, index], dtype=dtype) for index, name in enumerate(self.columns)}
        return pd.DataFrame(frame, index=self.responses.index)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per response and column, column after column.

        `response` · `column`, its name · `question` · `row` and `axis`, codes of the subquestions · `part`: answer, other,
        comment, … · `scale`, 1 or 2 of a dual scale · `rank` · `state` · `code`, as the table of answers holds it, numbers
        without needless zeros · `label` of a closed question, in the base language · `value`, typed: bool, int, float,
        Timestamp, str.
        """
        count, width = len(self), len(self._columns)

        def repeat(values: list[str]) -> Any:
            place = {value: number for number, value in enumerate(dict.fromkeys(values))}
            codes = np.repeat(np.array([place[value] for value in values], int), count)
            return pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(list(place)))

        labels: list[str | None] = []
        values = np.empty(count * width, object)
        for index, column in enumerate(self._columns):
            by_code = shown_labels(self.survey, column)
            labels.extend(by_code.get(content or "") for content in self._contents[index])
            values[index * count : (index + 1) * count] = np.fromiter(self._values(index), object, count)
        states = self._states.T.ravel().astype(np.int8)
        return pd.DataFrame(
            {
                "response": np.tile(self.responses.index.to_numpy(), width),
                "column": repeat(self.columns),
                "question": repeat([column.question.code for column in self._columns]),
                "row": repeat([column.row.code if column.row else "" for column in self._columns]),
                "axis": repeat([column.axis.code if column.axis else "" for column in self._columns]),
                "part": repeat([column.part.value for column in self._columns]),
                "scale": np.repeat(np.array([column.scale + 1 for column in self._columns], int), count),
                "rank": np.repeat(np.array([column.rank for column in self._columns], int), count),
                "state": pd.Categorical.from_codes(states, dtype=pd.CategoricalDtype(STATE_NAMES)),
                "code": pd.array([content for contents in self._contents for content in contents], dtype="str"),
                "label": pd.array(labels, dtype="str"),
                "value": values,
            }
        )

    def wide(
        self, values: Literal["code", "label", "value"] = "value", *, states: Sequence[str] = ("answered",)
    ) -> pd.DataFrame:  # fmt: skip
        """One row per response, one column per column of the survey.

        Parameters
        ----------
        values
            `value`: numbers as Int64 or Float64 (as objects where a float would change digits), boxes as boolean, dates,
            closed questions as ordered categories of codes. `label`: the same with labels, where no two codes share one.
            `code`: everything as text.
        states
            States whose values are shown; the others are missing. A default that nobody chose is shown only when asked for.

        Raises
        ------
        LimeSurveyError
            If a state does not exist.
        """
        for state in states:
            if state not in STATE_NAMES:
                raise LimeSurveyError(f"There is no state {state}: choose among {', '.join(STATE_NAMES)}.")
        chosen = [STATE_NAMES.index(state) for state in states]
        frame: dict[str, Any] = {}
        for index, column in enumerate(self._columns):
            kept = np.isin(self._states[:, index], chosen)
            if values == "code":
                contents = self._contents[index].copy()
                contents[~kept] = None
                frame[column.name] = pd.array(contents, dtype="str")
                continue
            found = [value if keep else None for value, keep in zip(self._values(index), kept, strict=True)]
            frame[column.name] = self._array(column, found, values)
        return pd.DataFrame(frame, index=self.responses.index)

    def _array(self, column: Column, values: list[Any], form: str) -> Any:
        """Values in the dtype of their column."""
        present = [value for value in values if value is not None]
        if column.content is Content.BOX:
            return pd.array(values, dtype="boolean")
        if column.content is Content.DATE:
            return pd.to_datetime(pd.Series(values, dtype="object")).array
        if column.content is Content.CHOICE:
            codes = list(column.codes) or list(dict.fromkeys(present))
            labels = shown_labels(self.survey, column) if form == "label" else {}
            shown = {code: labels.get(code, code) for code in codes}
            if len(set(shown.values())) < len(shown):
                shown = {code: code for code in codes}
            return pd.Categorical([shown.get(value) for value in values], categories=list(shown.values()), ordered=True)
        if column.content in _NUMBERS and not any(isinstance(value, str) for value in present):
            if all(isinstance(value, int) and abs(value) < 2**63 for value in present):
                return pd.array(values, dtype="Int64")
            if not any(isinstance(value, int) and abs(value) > 2**53 for value in present):
                return pd.array(values, dtype="Float64")
            return np.fromiter(values, object, len(values))  # a float would change these digits in silence
        return pd.array(values, dtype="str")

    @cached_property
    def codebook(self) -> pd.DataFrame:
        """One row per column: wording, type, skip logic, default, number of cells in each state, response rate."""
        return codebooks.codebook(self.survey, self._columns, self._states)

    @cached_property
    def codes(self) -> pd.DataFrame:
        """One row per column and code of a closed question: code, label, number of answers."""
        return codebooks.codes(self.survey, self._columns, self._contents, self._states)
