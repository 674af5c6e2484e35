"""Labels of rows and columns: one step of a path, and a path."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .grid import Cell, Place
from .values import is_yearish, read, split_marks

_SAID = re.compile(
    r"(?:19|20)\d\d\b.{0,25}[\s,–-](provisoires?|provisional|preliminary|estim\w+|r[ée]vis[ée]\w*|semi-d[ée]finiti\w+)\.?$",
    re.IGNORECASE,
)
"""A year that says its status in words: « 2022 provisoire », « 2023 – estimation »."""


@dataclass(frozen=True)
class Label:
    """One step of a path: its words without footnote signs, the words as written, those signs, where it stands, and whether it
    is a code rather than words or a year (a code goes down to no other row)."""

    text: str
    written: str
    marks: tuple[str, ...]
    place: Place
    code: bool = False

    @classmethod
    def of(cls, cell: Cell) -> Label:
        """Label of a cell."""
        if (found := read(cell)).kind == "flag":
            return cls("", cell.text, found.marks, cell.place)
        text, marks = split_marks(cell.text)
        if said := _SAID.match(text):
            marks = (*marks, f"({said[1].lower()})")
        return cls(text, cell.text, marks, cell.place, read(cell).kind != "text" and not is_yearish(cell))


Path = tuple[Label, ...]


def texts(path: Path) -> tuple[str, ...]:
    """Words of a path."""
    return tuple(label.text for label in path if label.text)
