"""What a workbook may ask of the machine, said in one place; past a limit, reading ends with one sentence that names it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

MiB = 1 << 20
LARGEST_FILE = 256 * MiB
ROWS, COLUMNS = 1_048_576, 16_384
"""Of the format itself: a cell further away is no cell."""
SHEETS = 1_000
MERGES = 100_000
FORMAT_LENGTH = 255
"""Characters of a number format, as spreadsheets have it."""
_LEAST_UNPACKED, _RATIO = 32 * MiB, 40
_CELLS, _MORE_CELLS, _BYTES_A_CELL = 130_000, 100_000, 4
_CHARACTERS, _CHARACTERS_A_BYTE = 128 * MiB, 32
_BLANKS = 4
_TICKS = 256
"""The clock is looked at once in so many ticks, a cell being one: asking the system costs more than most ticks."""
_SECONDS, _CELLS_A_SECOND, _LARGE_CELLS_A_SECOND = 4.0, 10_000, 2_500
"""A file of up to 1 MiB ends within seconds whatever it holds, a cell taking 40 µs of an idle core: a slower one reads it too. A
larger file, as real ones are, has four times more."""


class LimitError(Exception):
    """A limit is passed; the message names it."""


def unpacked(size: int) -> int:
    """Bytes that the parts of an archive of `size` bytes may hold together: real workbooks pack 5 to 20 times."""
    return max(_LEAST_UNPACKED, _RATIO * size)


def cells(size: int) -> int:
    """Cells that a file of `size` bytes may hold: up to 1 MiB, what five seconds read (real ones take 7 bytes a cell, packed, and
    fewer in a file of many texts); above, each takes some bytes of it."""
    return _CELLS if size <= MiB else size // _BYTES_A_CELL + _MORE_CELLS


class _Clock:
    """Processor time that reading one workbook may take: a few seconds, and more as it gives cells.

    Processor time, so that a busy machine refuses no workbook that an idle one reads.
    """

    def __init__(self, size: int) -> None:
        self._until = time.process_time() + _SECONDS
        self._pace = _CELLS_A_SECOND if size <= MiB else _LARGE_CELLS_A_SECOND
        self._left = self._unseen = cells(size)
        self._most = self._left
        self._places = _BLANKS * self._left
        self._characters = self._most_characters = _CHARACTERS + _CHARACTERS_A_BYTE * size
        self._ticks = 0

    def hold(self, cells: int) -> None:
        self._unseen -= cells
        if self._unseen < 0:
            raise LimitError(f"it holds more than {self._most:,} cells, the limit for a file of its size")

    def tick(self, found: int, work: int) -> None:
        if found:
            self._left -= found
            self._until += found / self._pace
            if self._left < 0:
                raise LimitError(f"it holds more than {self._most:,} cells, the limit for a file of its size")
        self._ticks += max(work, found)
        if self._ticks >= _TICKS:
            self._ticks = 0
            if time.process_time() > self._until:
                raise LimitError(f"reading it takes more than {_SECONDS:g} s and 1 s for each {self._pace:,} cells, the limit")

    def tables(self, places: int, characters: int) -> None:
        self._places -= places
        if self._places < 0:
            raise LimitError(
                f"its tables have more than {_BLANKS * self._most:,} cells, blank ones included, the limit for its size"
            )
        self._characters -= places * characters
        if self._characters < 0:
            most = f"{self._most_characters:,} characters"
            raise LimitError(f"the notes of its tables, said with each of their cells, take more than {most}, the limit")


_clock: ContextVar[_Clock | None] = ContextVar("clock", default=None)


@contextmanager
def clocked(size: int) -> Iterator[None]:
    """Count time and cells until the end of the block, for a file of `size` bytes; inside another block, its clock goes on."""
    if _clock.get() is not None:
        yield
        return
    token = _clock.set(_Clock(size))
    try:
        yield
    finally:
        _clock.reset(token)


def tick(found: int = 0, work: int = 1) -> None:
    """Say that work goes on, how much, and that some cells were found; to be called in every loop over what a file holds.

    Raises
    ------
    LimitError
        Too much time, or too many cells.
    """
    if (clock := _clock.get()) is not None:
        clock.tick(found, work)


def hold(cells: int) -> None:
    """Say that so many cells are to be read, before any of them is: too many are refused at once.

    Raises
    ------
    LimitError
        Too many cells.
    """
    if (clock := _clock.get()) is not None:
        clock.hold(cells)


def table(places: int, characters: int) -> None:
    """Say that a table has so many places, blank ones included, each of which repeats so many characters of notes.

    Raises
    ------
    LimitError
        Too many of either, with the tables before.
    """
    if (clock := _clock.get()) is not None:
        clock.tables(places, characters)


_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """Text of a workbook without control characters nor bidirectional marks: none of them reaches a terminal."""
    return _UNSEEN.sub("", text)
