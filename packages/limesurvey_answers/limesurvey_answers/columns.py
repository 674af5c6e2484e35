"""The columns of a survey: which ones a question has, and the names that each export gives them."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from .errors import StructureError
from .kinds import BLANK_IS_NULL, OTHER_CODE, Content, Layout
from .survey import Group, Option, Question, Subquestion, Survey


class Part(StrEnum):
    """What a column is to its question."""

    ANSWER = "answer"
    OTHER = "other"
    COMMENT = "comment"
    OTHER_COMMENT = "othercomment"
    FILE_COUNT = "filecount"


@dataclass(frozen=True)
class Names:
    """The spellings of one column."""

    code: str
    """`Q[SQ001]`: headings by code; the name of the column in this package."""
    em: str
    """`Q_SQ001`: the expression manager's."""
    raw: str
    """`654168X5X12SQ001`: the table of LimeSurvey up to 6."""
    raw7: tuple[str, ...]
    """`Q12_S34`: the table of LimeSurvey 7, in the spellings that its sources show."""
    older_code: tuple[str, ...] = ()
    """Headings by code that some development versions wrote."""


@dataclass(frozen=True, eq=False)
class Column:
    """One column of the table of answers."""

    names: Names
    question: Question = field(repr=False)
    group: Group = field(repr=False)
    part: Part
    content: Content
    row: Subquestion | None = field(default=None, repr=False)
    axis: Subquestion | None = field(default=None, repr=False)
    scale: int = 0
    rank: int = 0
    position: int = -1
    """Place in the order of the questionnaire."""

    @property
    def name(self) -> str:
        """The heading by code, unique in the survey."""
        return self.names.code

    @property
    def blank_is_null(self) -> bool:
        """Whether the table cannot tell « left blank » from « not shown »."""
        return self.part is Part.ANSWER and self.question.type in BLANK_IS_NULL

    @property
    def tick(self) -> bool:
        """Whether it is a box of a checkbox array."""
        return self.question.checkboxes and self.content is Content.BOX

    @property
    def options(self) -> list[Option]:
        """The answers that the structure lists for this column."""
        return self.question.choices(self.scale) if self.content is Content.CHOICE else []

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code that the structure gives the column, in order; none for an open column."""
        if self.content is not Content.CHOICE:
            return ()
        listed = tuple(option.code for option in self.options) or self.question.kind.implicit
        return (*listed, OTHER_CODE) if self.question.other and self.question.type in "L!" else listed


class _Maker:
    """Makes the columns of one question."""

    def __init__(self, question: Question, group: Group, sid: int) -> None:
        self.question, self.group = question, group
        self.raw, self.new = f"{sid}X{question.gid}X{question.qid}", f"Q{question.qid}"
        self.content = Content.BOX if question.checkboxes else question.kind.content

    def make(
        self,
        key: str = "",
        *new: str,
        bracket: str = "",
        old: str = "",
        part: Part = Part.ANSWER,
        content: Content | None = None,
        row: Subquestion | None = None,
        axis: Subquestion | None = None,
        scale: int = 0,
        rank: int = 0,
    ) -> Column:
        """A column. `key` is what follows the code of the question, where `bracket` and `old` do not say otherwise."""
        code = self.question.code
        names = Names(
            code=code + (bracket or (f"[{key}]" if key else "")),
            em=code + (f"_{key}" if key else ""),
            raw=self.raw + (old or key),
            raw7=tuple(self.new + end for end in new or ("",)),
            # a development version of LimeSurvey 7 wrote `Q[_Cother]`
            older_code=(f"{code}[_C{key}]",) if part is not Part.ANSWER and row is None else (),
        )
        return Column(names, self.question, self.group, part, content or self.content, row, axis, scale, rank)

    def rows(self) -> Iterator[Column]:
        for sub in self.question.rows():
            yield self.make(sub.code, f"_S{sub.qid}", row=sub)
            if self.question.type == "P":
                new = (f"_S{sub.qid}_Ccomment", f"_S{sub.qid}comment")
                yield self.make(f"{sub.code}comment", *new, part=Part.COMMENT, content=Content.TEXT, row=sub)

    def grid(self) -> Iterator[Column]:
        for sub in self.question.rows():
            for axis in self.question.rows(1):
                yield self.make(f"{sub.code}_{axis.code}", f"_S{sub.qid}_S{axis.qid}", row=sub, axis=axis)

    def dual(self) -> Iterator[Column]:
        for sub in self.question.rows():
            for scale in (0, 1):
                bracket, old = f"[{sub.code}][{scale + 1}]", f"{sub.code}#{scale}"
                yield self.make(f"{sub.code}_{scale}", f"_S{sub.qid}#{scale}", bracket=bracket, old=old, row=sub, scale=scale)

    def ranks(self) -> Iterator[Column]:
        choices = self.question.choices()
        count = len(choices) or len(self.question.rows())
        limit = self.question.attributes.get("max_subquestions", "").strip()
        if limit.isdigit() and int(limit) > 0:
            count = min(count, int(limit))
        for rank in range(1, count + 1):
            aid = choices[rank - 1].aid if rank <= len(choices) else None
            yield self.make(str(rank), f"_R{aid}", f"_S{aid}", f"_R{rank}", rank=rank)

    def extras(self) -> Iterator[Column]:
        type_, text = self.question.type, Content.TEXT
        if self.question.other and type_ in "L!MP":
            yield self.make("other", "_Cother", part=Part.OTHER, content=text)
            if type_ == "P":
                yield self.make("othercomment", "_Cothercomment", "_Cother_Ccomment", part=Part.OTHER_COMMENT, content=text)
        if type_ == "O":
            yield self.make("comment", "_Ccomment", part=Part.COMMENT, content=text)
        if type_ == "|":
            yield self.make("filecount", "_Cfilecount", old="_filecount", part=Part.FILE_COUNT, content=Content.NUMBER)

    def all(self) -> Iterator[Column]:
        makers = {Layout.ROWS: self.rows, Layout.GRID: self.grid, Layout.DUAL: self.dual, Layout.RANKS: self.ranks}
        layout = self.question.kind.layout
        yield from makers[layout]() if layout in makers else (self.make(),)
        yield from self.extras()


def survey_columns(survey: Survey) -> list[Column]:
    """The columns of a survey, in the order of its exports.

    Raises
    ------
    StructureError
        If two columns would have one name: the exports of that survey cannot be read.
    """
    groups = {group.gid: group for group in survey.groups}
    found = (
        column for question in survey.questions for column in _Maker(question, groups[question.gid], survey.sid).all()
    )  # fmt: skip
    columns = [replace(column, position=position) for position, column in enumerate(found)]
    seen: set[str] = set()
    for column in columns:
        if column.name in seen:
            raise StructureError(f"Two columns of the survey would be named {column.name}: two subquestions share a code.")
        seen.add(column.name)
    return columns
