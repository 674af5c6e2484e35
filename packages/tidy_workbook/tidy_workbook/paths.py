"""Labels of rows and columns: one step of a path, and a path."""

from __future__ import annotations

from dataclasses import dataclass

from .grid import Cell, Place
from .values import is_yearish, read, split_marks


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
        return cls(text, cell.text, marks, cell.place, read(cell).kind != "text" and not is_yearish(cell))


Path = tuple[Label, ...]


def texts(path: Path) -> tuple[str, ...]:
    """Words of a path."""
    return tuple(label.text for label in path if label.text)
