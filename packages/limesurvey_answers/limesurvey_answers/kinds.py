"""The question types of LimeSurvey, and what each one stores."""

from dataclasses import dataclass
from enum import StrEnum


class Content(StrEnum):
    """What a column holds."""

    CHOICE = "choice"
    """One code of a closed list."""
    BOX = "box"
    """A tick box: ticked or not."""
    NUMBER = "number"
    DATE = "date"
    TEXT = "text"
    """Free text: kept only where the caller asks for it by name."""
    COMPUTED = "computed"
    """An equation: kept where it is a number."""
    FILE = "file"
    """Uploaded files: never kept."""
    NOTHING = "nothing"
    """Text displayed to the respondent, with a column that is always blank."""


class Layout(StrEnum):
    """How a question becomes columns."""

    SINGLE = "single"
    ROWS = "rows"
    GRID = "grid"
    DUAL = "dual"
    RANKS = "ranks"


@dataclass(frozen=True)
class Kind:
    """A question type. `implicit` are the codes that no structure file lists."""

    name: str
    content: Content
    layout: Layout = Layout.SINGLE
    implicit: tuple[str, ...] = ()


def _scale(last: int) -> tuple[str, ...]:
    return tuple(str(point) for point in range(1, last + 1))


KINDS: dict[str, Kind] = {
    "5": Kind("5 point choice", Content.CHOICE, implicit=_scale(5)),
    "!": Kind("list (dropdown)", Content.CHOICE),
    "L": Kind("list (radio)", Content.CHOICE),
    "O": Kind("list with comment", Content.CHOICE),
    "G": Kind("gender", Content.CHOICE, implicit=("F", "M")),
    "Y": Kind("yes/no", Content.CHOICE, implicit=("Y", "N")),
    "I": Kind("language switch", Content.CHOICE),
    "M": Kind("multiple choice", Content.BOX, Layout.ROWS),
    "P": Kind("multiple choice with comments", Content.BOX, Layout.ROWS),
    "N": Kind("numerical input", Content.NUMBER),
    "K": Kind("multiple numerical input", Content.NUMBER, Layout.ROWS),
    "D": Kind("date/time", Content.DATE),
    "S": Kind("short free text", Content.TEXT),
    "T": Kind("long free text", Content.TEXT),
    "U": Kind("huge free text", Content.TEXT),
    "Q": Kind("multiple short text", Content.TEXT, Layout.ROWS),
    "A": Kind("array (5 point choice)", Content.CHOICE, Layout.ROWS, _scale(5)),
    "B": Kind("array (10 point choice)", Content.CHOICE, Layout.ROWS, _scale(10)),
    "C": Kind("array (yes/no/uncertain)", Content.CHOICE, Layout.ROWS, ("Y", "N", "U")),
    "E": Kind("array (increase/same/decrease)", Content.CHOICE, Layout.ROWS, ("I", "S", "D")),
    "F": Kind("array", Content.CHOICE, Layout.ROWS),
    "H": Kind("array by column", Content.CHOICE, Layout.ROWS),
    "1": Kind("array (dual scale)", Content.CHOICE, Layout.DUAL),
    ":": Kind("array (numbers)", Content.NUMBER, Layout.GRID),
    ";": Kind("array (texts)", Content.TEXT, Layout.GRID),
    "R": Kind("ranking", Content.CHOICE, Layout.RANKS),
    "*": Kind("equation", Content.COMPUTED),
    "|": Kind("file upload", Content.FILE),
    "X": Kind("text display", Content.NOTHING),
}

OTHER_CODE = "-oth-"
"""What a list stores when the respondent chose « other »."""

BLANK_IS_NULL = frozenset("NKD")
"""Types whose columns cannot hold an empty string: left blank or not shown, they are NULL."""
