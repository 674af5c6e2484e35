"""What every format gives: headings, then rows of the columns asked for. The others go with the file, as reading ends."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from .errors import RefusedExportError

Cell = str | None
"""Text as written, `""` for a cell written empty, `None` for a cell that is written as NULL or not at all."""

LOST = "\0lost"
"""Stands for a value that a spreadsheet has changed: a formula, digits beyond the fifteenth, the spelling of a text."""


class Format(StrEnum):
    """The physical formats that are read."""

    CSV = "csv"
    VV = "vv"
    JSON = "json"
    XLSX = "xlsx"
    LSR = "lsr"


@dataclass
class Export:
    """An export, opened. `rows` gives the cells of the columns that are taken, by their place among the headings."""

    format: Format
    headings: list[str]
    rows: Callable[[Sequence[int]], Iterator[list[Cell]]] = field(repr=False)
    raw_names: bool = False
    """Headings are names of table columns, in a format that has no other."""
    separates_null: bool = True
    """Whether the format can tell NULL from an empty string at all."""
    resaved: bool = False
    """Whether a spreadsheet wrote it, and may have changed numbers and dates."""
    numeric_cells: set[tuple[int, int]] = field(default_factory=set, repr=False)
    """(row, heading) of cells that a spreadsheet holds as numbers or formulas: the spelling of a text is lost there."""
    native_numbers: bool | None = None
    """JSON: whether `id` is a number. Writers that make it one keep NULL in label mode; older ones do not."""


def check_headings(headings: Iterable[str]) -> list[str]:
    """The headings, if they can be.

    Raises
    ------
    RefusedExportError
        If there is none.
    """
    found = list(headings)
    if not any(heading.strip() for heading in found):
        raise RefusedExportError("The export has no heading line: ask for a CSV, VV or .lsa export.")
    return found
