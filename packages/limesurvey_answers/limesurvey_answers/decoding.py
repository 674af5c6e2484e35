"""From cells as written to what the table of answers held: a value, a blank, NULL, or what can no longer be told."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .columns import Column, Part
from .exports import LOST, Cell, Export, Format
from .kinds import Content
from .labels import is_not_available
from .texts import comparable
from .values import canonical_date, canonical_number

Signs = npt.NDArray[np.uint8]
Contents = npt.NDArray[np.object_]

PRESENT = "\0present"
"""Stands for a text that is not kept: that there was one is all that leaves the parser."""
CONVERTED = "\0converted"
"""Stands for the character that « convert N to » wrote into a text column."""


class Sign(IntEnum):
    """What is known of a cell of the table of answers."""

    VALUE = 1
    BLANK = 2
    """An empty string: shown and left blank, or a box that is not ticked."""
    NULL = 3
    EMPTY = 4
    """An empty string or NULL: the file does not tell."""
    UNREADABLE = 5
    """Something is stored, which is neither a code, a number nor a date as it should be."""
    UNSURE = 6
    """A value, a blank or NULL: the file does not tell."""


class Mode(StrEnum):
    """How answers are written."""

    CODES = "codes"
    LABELS = "labels"


@dataclass(frozen=True)
class Converted:
    """The export options « convert Y to » and « convert N to ». `None` says that an option was not used.

    The second one overwrites blanks: in a file exported with it, « no » and « left blank » are one character.
    """

    yes: str | None = None
    no: str | None = None


@dataclass(frozen=True)
class Reading:
    """How the cells of a file are to be read, found out before any is decoded."""

    mode: Mode
    language: str
    """Of the labels."""
    converted: Converted
    exact: frozenset[tuple[str, Part]]
    """Types and parts in which the file keeps NULL and blank apart."""
    unticked: Sign
    """What a box labelled « no » is: builds of LimeSurvey 6.4 write it for NULL too."""


class Meaning(NamedTuple):
    """What a cell is."""

    sign: Sign
    content: str | None = None


UNREADABLE = Meaning(Sign.UNREADABLE)


@dataclass
class Decoded:
    """A column, decoded."""

    signs: Signs
    contents: Contents = field(repr=False)
    """Canonical text of the values; `None` elsewhere, and for texts that are not kept."""


def text_mark(cell: Cell, column: Column, keep: bool, converted: Converted) -> Cell:
    """What the parser lets through of a cell of free text.

    Outer spaces are not kept: VV files have lost them, and one answer must read the same from every format.
    """
    if cell is None or not (cell := cell.replace("\r\n", "\n").replace("\r", "\n").strip()):
        return None if cell is None else ""
    if converted.no is not None and cell == converted.no and column.question.type in "MP":
        return CONVERTED
    if keep or cell in column.question.defaults.values():  # a default is the questionnaire's text, nobody's
        return cell
    return PRESENT


def _empty(column: Column, reading: Reading) -> tuple[Sign, Sign]:
    """Signs of a cell written as NULL, and of one written empty."""
    if column.blank_is_null:
        return Sign.NULL, Sign.NULL
    if (column.question.type, column.part) in reading.exact:
        return Sign.NULL, Sign.BLANK
    return Sign.EMPTY, Sign.EMPTY


def _closed(cell: str, column: Column, reading: Reading, labels: Mapping[str, str | None]) -> Meaning:
    """A code or a label of a closed question."""
    if column.question.type == "Y" and reading.mode is Mode.CODES:
        if reading.converted.yes is not None and cell == reading.converted.yes:
            return Meaning(Sign.VALUE, "Y")
        if reading.converted.no is not None and cell == reading.converted.no:
            return Meaning(Sign.UNSURE)  # no, or left blank
    if column.question.type == "I":  # no option is listed: only the codes of the survey's languages are nobody's text
        return Meaning(Sign.VALUE, cell) if cell in column.question.texts else UNREADABLE
    if reading.mode is Mode.CODES or column.question.type in "5AB":
        return Meaning(Sign.VALUE, cell) if cell in column.codes else UNREADABLE
    key = comparable(cell)
    if key in labels:
        code = labels[key]
        return UNREADABLE if code is None else Meaning(Sign.VALUE, code)
    if column.question.type in "YG" and is_not_available(cell):
        return Meaning(Sign.EMPTY)  # blank and NULL are both written so
    return UNREADABLE


def _box(cell: str, column: Column, reading: Reading, labels: Mapping[str, str | None]) -> Meaning:
    """A tick box of a multiple choice, or of a checkbox array."""
    if column.tick:
        number = canonical_number(cell)
        return Meaning(Sign.VALUE, number) if number in ("0", "1") else UNREADABLE
    if reading.mode is Mode.LABELS:
        key = comparable(cell)
        if is_not_available(cell):
            return Meaning(Sign.NULL)
        if key in labels:
            return Meaning(Sign.VALUE, "Y") if labels[key] == "Y" else Meaning(reading.unticked)
        return UNREADABLE
    if cell == "Y" or (reading.converted.yes is not None and cell == reading.converted.yes):
        return Meaning(Sign.VALUE, "Y")
    if reading.converted.no is not None and cell == reading.converted.no:
        return Meaning(_empty(column, reading)[1])
    return UNREADABLE


def _open(cell: str, column: Column) -> Meaning:
    """A number, a date, a text."""
    if cell == PRESENT:
        return Meaning(Sign.VALUE)
    if cell == CONVERTED:
        return Meaning(Sign.UNSURE)
    if cell == LOST:
        return UNREADABLE
    if column.content is Content.NUMBER:
        number = canonical_number(cell)
        return UNREADABLE if number is None else Meaning(Sign.VALUE, number)
    if column.content is Content.COMPUTED:
        return Meaning(Sign.VALUE, canonical_number(cell) or cell)
    if column.content is Content.DATE:
        date = canonical_date(cell)
        return UNREADABLE if date is None else Meaning(Sign.VALUE, date)
    return Meaning(Sign.VALUE, cell)


def decode_column(cells: Sequence[Cell], column: Column, reading: Reading, labels: Mapping[str, str | None]) -> Decoded:
    """Decode a column. Each distinct cell is decoded once."""
    null, blank = _empty(column, reading)

    def meaning(cell: Cell) -> Meaning:
        if cell is None:
            return Meaning(null)
        if not cell.strip():
            return Meaning(blank)
        if column.content is Content.CHOICE:
            return _closed(cell, column, reading, labels)
        return _box(cell, column, reading, labels) if column.content is Content.BOX else _open(cell, column)

    table = {cell: meaning(cell) for cell in set(cells)}
    signs = {cell: found.sign for cell, found in table.items()}
    contents = {cell: found.content for cell, found in table.items()}
    decoded = Decoded(np.fromiter(map(signs.__getitem__, cells), np.uint8, len(cells)), np.empty(len(cells), object))
    decoded.contents[:] = list(map(contents.__getitem__, cells))
    return decoded


# Label mode of LimeSurvey 6.14 inverts them: NULL of F, H and 1 is written empty, blank of C and E is written as NULL.
_NEVER_EXACT_IN_LABELS = frozenset("FH1CEYG")


def exact_parts(
    export: Export, mode: Mode, cells: Mapping[int, Sequence[Cell]], columns: Mapping[int, Column]
) -> frozenset[tuple[str, Part]]:
    """Where a file keeps NULL and blank apart, proved by the file itself.

    The version that wrote a file is not told, and being « recent » proves nothing: LimeSurvey 6.4 writes NULL of the timings
    as NULL, and of nothing else. So both spellings must be seen in columns of questions: one alone may be a program's, which
    read the file and wrote it again. Labels: versions differ from type to type, so both must be seen in the type.
    """
    parts = frozenset((column.question.type, column.part) for column in columns.values())
    if not export.separates_null:
        return frozenset()
    if export.format in (Format.LSR, Format.VV):
        return parts
    if mode is Mode.CODES:
        both = all(any(cell in cells[index] for index in columns) for cell in (None, ""))
        return parts if both else frozenset()
    if export.native_numbers is False:  # JSON of LimeSurvey 5: both spellings are seen, and mean nothing
        return frozenset()
    seen = Counter[tuple[str, Part, Cell]]()
    for index, column in columns.items():
        for cell in (None, ""):
            seen[column.question.type, column.part, cell] += cell in cells[index]
    return frozenset(
        (type_, part)
        for type_, part in parts
        if seen[type_, part, None] and seen[type_, part, ""] and (part is not Part.ANSWER or type_ not in _NEVER_EXACT_IN_LABELS)
    )
