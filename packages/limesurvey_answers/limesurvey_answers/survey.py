"""A questionnaire: groups, questions, rows, options."""

from dataclasses import dataclass, field

from .errors import StructureError
from .kinds import KINDS, Kind

Texts = dict[str, str]
"""A text by language."""


@dataclass(frozen=True)
class Group:
    """A page of questions, or a run of pages."""

    gid: int
    names: Texts
    order: int
    relevance: str
    randomised: bool


@dataclass(frozen=True)
class Subquestion:
    """A row (axis 0) or a column (axis 1) of a question."""

    qid: int
    code: str
    axis: int
    order: int
    texts: Texts
    relevance: str


@dataclass(frozen=True)
class Option:
    """An answer that a closed question offers, on scale 0, or 1 of a dual scale."""

    aid: int | None
    code: str
    scale: int
    order: int
    texts: Texts


@dataclass
class Question:
    """A question, with its rows, columns, options, attributes and defaults."""

    qid: int
    gid: int
    code: str
    type: str
    order: int
    other: bool
    mandatory: str
    relevance: str
    texts: Texts
    subquestions: list[Subquestion] = field(default_factory=list)
    options: list[Option] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    defaults: dict[tuple[int, int], str] = field(default_factory=dict)
    """By (qid of the subquestion or 0, scale)."""

    @property
    def kind(self) -> Kind:
        """What its type stores."""
        return KINDS[self.type]

    @property
    def hidden(self) -> bool:
        """Never shown; it may be filled by a default, an equation or the address of the survey."""
        return self.attributes.get("hidden") == "1"

    @property
    def checkboxes(self) -> bool:
        """Whether it is an array of tick boxes (numbers stored as text: `1` or nothing)."""
        return self.type == ":" and self.attributes.get("multiflexible_checkbox") == "1"

    @property
    def exclusive(self) -> frozenset[str]:
        """Codes of the boxes that switch the others off."""
        return frozenset(code.strip() for code in self.attributes.get("exclude_all_others", "").split(";") if code.strip())

    @property
    def filtered(self) -> bool:
        """Whether something else decides which of its rows are shown."""
        names = ("array_filter", "array_filter_exclude")
        return any(self.attributes.get(name, "").strip() for name in names) or any(
            is_conditional(sub.relevance) for sub in self.subquestions
        )

    def rows(self, axis: int = 0) -> list[Subquestion]:
        """Its rows, or its columns, in their order."""
        return sorted((sub for sub in self.subquestions if sub.axis == axis), key=lambda sub: (sub.order, sub.qid))

    def choices(self, scale: int = 0) -> list[Option]:
        """Its options on a scale, in their order."""
        return sorted((option for option in self.options if option.scale == scale), key=lambda option: option.order)


@dataclass
class Survey:
    """A questionnaire."""

    sid: int
    language: str
    languages: list[str]
    version: int
    titles: Texts
    settings: dict[str, str]
    groups: list[Group]
    questions: list[Question]

    def __repr__(self) -> str:
        return f"<Survey {self.sid}: {len(self.questions)} questions in {len(self.groups)} groups, {', '.join(self.languages)}>"

    def question(self, code: str) -> Question:
        """The question of that code.

        Raises
        ------
        StructureError
            If there is none.
        """
        for question in self.questions:
            if question.code == code:
                return question
        raise StructureError(f"The questionnaire has no question {code}.")

    def group_of(self, question: Question) -> Group:
        """The group that a question belongs to."""
        return next(group for group in self.groups if group.gid == question.gid)

    def text(self, texts: Texts, language: str | None = None) -> str:
        """A text in a language, or in the base language where the translation is missing."""
        return texts.get(language or self.language) or texts.get(self.language) or next(iter(texts.values()), "")


def is_conditional(relevance: str) -> bool:
    """Whether a relevance equation can be false: « 1 » and nothing are always true."""
    return relevance.strip() not in ("", "1")
