"""The state of each cell: what was asked, what was answered, and what cannot be told.

The rules, each seen on real servers:

- NULL says « not shown »: skipped group, hidden question, page never sent. It says nothing for N, K and D, whose blank is
  NULL too.
- `lastpage` goes down when the respondent goes back, and counts skipped groups: it proves that pages were passed, never that
  they were not. It says nothing of surveys shown question by question, where what it counts was not seen.
- A page left by « previous », or refused by a check, is stored all the same: what is stored there proves that it was sent.
- A value that the server stores on display (default, equation, hidden question) proves only that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from .columns import Column, Part
from .decoding import Decoded, Sign
from .defaults import self_stored, stored_on_display
from .kinds import Content, Layout
from .survey import Survey, is_conditional

Flags = npt.NDArray[np.bool_]
States = npt.NDArray[np.uint8]


class State(IntEnum):
    """What is known of a cell."""

    ANSWERED = 0
    BLANK = 1
    """Shown, and left blank."""
    NOT_SHOWN = 2
    """Its page was passed without it: skipped group, hidden question, filtered row, « other » switched off."""
    NOT_REACHED = 3
    """The respondent left before its page was sent."""
    DEFAULT_ONLY = 4
    """It holds what the server stores by itself: a default, a slider's start, an equation, a hidden question's value."""
    UNDETERMINED = 5
    """The file does not tell."""


STATE_NAMES = [state.name.lower() for state in State]


@dataclass
class Progress:
    """How far each response went. `None` where the export lacks the column."""

    submitted: Flags | None
    last_page: npt.NDArray[np.int64] | None


class _Table:
    """Signs of all columns, and what is asked of them."""

    def __init__(self, survey: Survey, columns: Sequence[Column], decoded: Sequence[Decoded], count: int) -> None:
        self.survey, self.columns = survey, columns
        self.signs = np.column_stack([cells.signs for cells in decoded]) if columns else np.zeros((count, 0), np.uint8)
        self.stored: Flags = np.isin(self.signs, (Sign.VALUE, Sign.BLANK, Sign.UNREADABLE))
        self.null: Flags = np.equal(self.signs, Sign.NULL)
        self.group = np.array([survey.groups.index(column.group) for column in columns], int)
        self.free = np.array([not is_conditional(column.question.relevance) for column in columns], bool)
        self.reliable = np.array([_reliable(column) for column in columns], bool)
        # a format may be inherited from settings that no structure tells; question by question supposes least
        self.format = survey.settings.get("format", "G") if survey.settings.get("format", "G") in "GA" else "S"
        question = {question.qid: number for number, question in enumerate(survey.questions)}
        pages = {"A": [0] * len(columns), "S": [question[column.question.qid] for column in columns]}
        self.page = np.array(pages.get(self.format, self.group), int)
        self.pages = {"A": 1, "S": len(survey.questions)}.get(self.format, len(survey.groups))
        # groups in random order, and an index to jump with, say nothing of what came before
        self.jumps = survey.settings.get("questionindex", "0") not in ("0", "1")
        self.ordered = not self.jumps and not any(group.randomised for group in survey.groups)


def _any(flags: Flags, chosen: Flags) -> Flags:
    return np.asarray(flags[:, chosen].any(axis=1), bool)


def _reliable(column: Column) -> bool:
    """Whether NULL proves that the question was not shown, once its page was passed."""
    question = column.question
    by_itself = question.filtered or question.exclusive or stored_on_display(question)
    return column.part is Part.ANSWER and not column.blank_is_null and not by_itself


def _passed(table: _Table, progress: Progress) -> tuple[Flags, Flags]:
    """(response, page): pages that were passed, and pages that were certainly never sent."""
    shape = (len(table.signs), table.pages)
    sent, empty = np.zeros(shape, bool), np.zeros(shape, bool)
    proves = np.array([not stored_on_display(column.question) for column in table.columns], bool)
    for page in range(table.pages):
        here = table.page == page
        sent[:, page] = _any(table.stored, here & proves)
        empty[:, page] = _any(table.null, here & table.reliable & table.free)
    passed = sent.copy()
    if table.ordered:
        later = np.flip(np.maximum.accumulate(np.flip(sent, axis=1), axis=1), axis=1)  # a later page was sent
        passed |= later
        if progress.last_page is not None and table.format != "S":
            passed |= np.arange(1, table.pages + 1)[None, :] <= progress.last_page[:, None]
    if progress.submitted is not None:
        passed |= progress.submitted[:, None]
    # Question by question, what lies beyond the last page stored may have been skipped as well as not reached.
    known = table.ordered and table.format != "S" and progress.submitted is not None and progress.last_page is not None
    return passed, empty & ~passed if known else np.zeros(shape, bool)


def _witnesses(table: _Table, me: int, progress: Progress) -> tuple[Flags, Flags]:
    """For a column whose blank is NULL: was the question shown, or not, by what its neighbours hold?

    Neighbours are questions of the same group under the same condition: shown together, hidden together. What is shown there
    without condition is shown whenever the group is.
    """
    column, group = table.columns[me], table.group == table.group[me]
    free = bool(table.free[me])
    condition = column.question.relevance.strip()
    alike = np.array([other.question.relevance.strip() == condition for other in table.columns], bool)
    visible = np.array([not other.question.hidden for other in table.columns], bool)
    shown = _any(table.stored, group & visible & (alike | free))
    hidden = _any(table.null, group & table.reliable & (alike | table.free))
    always = free and not is_conditional(column.group.relevance) and not table.jumps
    if always and progress.submitted is not None and not (group & table.reliable & table.free).any():
        shown = shown | progress.submitted  # nothing can hide it, and nothing in the file says more
    return shown & ~hidden, hidden & ~shown


def _boxes(table: _Table, states: States, answered: Flags) -> None:
    """Unticked boxes of a question where something is ticked are answers: « no ».

    A box that an exclusive one switched off is NULL, and « no » too. A question where nothing is ticked is blank, not « none ».
    """
    families: dict[tuple[int, int], list[int]] = {}
    others: dict[int, int] = {}
    for index, column in enumerate(table.columns):
        if column.content is Content.BOX:  # a checkbox array is one multiple choice per row
            families.setdefault((column.question.qid, column.row.qid if column.tick and column.row else 0), []).append(index)
        elif column.part is Part.OTHER:
            others[column.question.qid] = index
    for (qid, _), members in families.items():
        question = table.columns[members[0]].question
        ticked = answered[:, members].any(axis=1)
        if qid in others:
            ticked |= np.isin(table.signs[:, others[qid]], (Sign.VALUE, Sign.UNREADABLE))
        switches = [index for index in members if (row := table.columns[index].row) and row.code in question.exclusive]
        off = answered[:, switches].any(axis=1)
        for index in members:
            signs = table.signs[:, index]
            no = (signs == Sign.BLANK) & ticked
            if not question.filtered:
                no |= ((signs == Sign.EMPTY) & ticked) | ((signs == Sign.NULL) & off)
            states[no, index] = State.ANSWERED


def _null_states(table: _Table, index: int, passed: Flags, never: Flags, progress: Progress, state: States) -> None:
    """States of the cells that are NULL."""
    column, page = table.columns[index], table.page[index]
    null = table.null[:, index]
    state[null & never[:, page]] = State.NOT_REACHED
    null = null & passed[:, page]
    if not column.blank_is_null or column.question.hidden:
        state[null] = State.NOT_SHOWN
    elif not column.question.filtered:  # else its row may have been filtered out
        if column.question.kind.layout is Layout.ROWS:
            family = np.array([other.question is column.question for other in table.columns], bool)
            beside = _any(table.stored, family)
            state[null & beside] = State.BLANK
            null = null & ~beside
        shown, hidden = _witnesses(table, index, progress)
        state[null & shown] = State.BLANK
        state[null & hidden] = State.NOT_SHOWN


def find_states(
    survey: Survey, columns: Sequence[Column], decoded: Sequence[Decoded], progress: Progress, count: int
) -> States:  # fmt: skip
    """The state of each cell.

    Parameters
    ----------
    survey
        The structure.
    columns, decoded
        The columns of the file and their cells, text displays included: they tell which pages were seen.
    progress
        How far each response went.
    count
        Number of responses.

    Returns
    -------
    An array of `State`, responses × columns.
    """
    table = _Table(survey, columns, decoded, count)
    passed, never = _passed(table, progress)
    states: States = np.full(table.signs.shape, State.UNDETERMINED, np.uint8)
    answered: Flags = table.signs == Sign.VALUE
    for index, column in enumerate(columns):
        alone = self_stored(column)
        if alone is None:
            answered[:, index] = False
        elif alone:
            answered[:, index] &= np.fromiter((content not in alone for content in decoded[index].contents), bool, count)
        state = states[:, index]
        state[table.signs[:, index] == Sign.VALUE] = State.DEFAULT_ONLY
        state[answered[:, index]] = State.ANSWERED
        state[table.signs[:, index] == Sign.BLANK] = State.BLANK
        _null_states(table, index, passed, never, progress, state)
    _boxes(table, states, answered)
    return states
