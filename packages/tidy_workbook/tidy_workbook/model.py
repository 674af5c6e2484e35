"""What reading a workbook gives: one tidy cell for each body cell, and a report for each sheet."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Status = Literal[
    "observed", "estimated", "provisional", "revised", "not_available", "not_applicable", "confidential",
    "not_significant", "below_threshold", "ambiguous", "blank", "error",
]  # fmt: skip


@dataclass(slots=True, unsafe_hash=True)
class TidyCell:
    """One body cell of one table; not to be changed (not frozen: that makes one eight times slower).

    `rows` and `columns` are label paths, outermost first. `value` is missing when the cell holds no number; a percentage is
    0-100 with unit ``%``. `marker` is the sign that decided the status, as it is written. `population`, `source`, `reading`
    and `note` are the words of the sheet's notes (« Champ », « Source », « Lecture », the others).
    """

    sheet: str
    cell: str
    table: str
    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    value: float | None
    unit: str
    status: Status
    marker: str
    population: str
    source: str
    reading: str
    note: str


@dataclass(frozen=True)
class Block:
    """One table of a sheet, as it was understood."""

    table: str
    area: str
    title: str
    header_rows: tuple[int, ...]
    label_columns: tuple[str, ...]
    data_columns: tuple[str, ...]


@dataclass(frozen=True)
class SheetReport:
    """What was understood of one sheet, for the command ``inspect``."""

    name: str
    kind: str  # data, contents, documentation, empty, hidden
    blocks: tuple[Block, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()  # (cell or range, why)
    symbols: tuple[tuple[str, str, str], ...] = ()  # (symbol, status, how it was decided)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """A workbook as it was understood."""

    path: Path
    cells: tuple[TidyCell, ...]
    sheets: tuple[SheetReport, ...]
    repairs: tuple[str, ...] = field(default=())
