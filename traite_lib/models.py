"""What files of ``data/`` hold: plain words, known keys; and what was released of figures that are made from answers."""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, field_validator, model_validator

_ALIVE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]"
    r"|<[A-Za-z/!?]|\]\(|\]\[|\{[{%#]"
    r"|^\s*(=|@|[+-](?=[^\d\s]|.*(\w\(|[|!])|\d[\d.,]*\s?[-+*/^&=]))"
)
"""What would be more than words somewhere: on a page, in Markdown, in a spreadsheet, on a terminal."""


def plain_words(text: str) -> str:
    """A text of ``data/``, or of who adds to it, which every page, file and terminal shows as it is.

    Raises
    ------
    ValueError
        It holds a control or direction character, a tag, a link, a template or the start of a formula.
    """
    if found := _ALIVE.search(text):
        raise ValueError(f"plain words were expected, found {text[found.start() : found.start() + 20]!r}")
    return text


class Strict(BaseModel):
    """What a file of ``data/`` holds: an unknown key is refused, and what `_faults` says of the known ones."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def _faults(self) -> dict[str, bool]:
        """What each value alone does not tell: what to write, and whether it was not."""
        return {}

    @field_validator("*")
    @classmethod
    def _plain(cls, value: object) -> object:
        for text in value if isinstance(value, (list, tuple)) else [value]:
            if isinstance(text, str):
                plain_words(text)
        return value

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        for sentence, wrong in self._faults().items():
            if wrong:
                raise ValueError(sentence)
        return self


class Rule(Strict):
    """A rule of disclosure control: its value, why it has it, and who recommends it."""

    value: bool | int | float | str | list[tuple[int, float]]
    reason: str
    source: str


class Release(Strict):
    """What disclosure control decided of an edition, and the bounds it left to each hidden cell: decisions, never a value.

    `narrowest` is the width of the tightest of these intervals; `merged` are the statements of what several hidden modalities are
    together; `before` are the earlier releases that were audited with it.
    """

    edition: str
    profile: str
    rules: dict[str, Rule]
    cells: int
    published: int
    hidden: int
    primary: int
    secondary: int
    by_rule: dict[str, int]
    merged: list[str]
    narrowest: int | None
    information_lost: float
    before: list[str]
    audited: Literal[True]
    intervals: dict[str, tuple[float, float | None]]

    def _faults(self) -> dict[str, bool]:
        parts = {"published and hidden": (self.published, self.hidden, self.cells)}
        parts |= {"primary and secondary": (self.primary, self.secondary, self.hidden)}
        return {f"{names} cells add to {whole}": one + other != whole for names, (one, other, whole) in parts.items()}
