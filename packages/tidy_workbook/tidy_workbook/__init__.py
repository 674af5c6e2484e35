"""Workbooks made by people for people: file → grid of cells → blocks → tidy cells, and what was understood of each sheet.

The reader is faithful: it says where each value stood and how it was read, and judges nothing. What it cannot read for sure
is marked ``ambiguous`` or refused with an error; nothing is left out without a word (`Reading.sheets`).
"""

from __future__ import annotations

from .errors import WorkbookError
from .expected import ExpectedTable, drift, headings
from .model import Block, Reading, SheetReport, Status, TidyCell
from .reading import read_workbook

__all__ = [
    "Block", "ExpectedTable", "Reading", "SheetReport", "Status", "TidyCell", "WorkbookError",
    "drift", "headings", "read_workbook",
]  # fmt: skip
