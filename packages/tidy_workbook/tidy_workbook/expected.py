"""Whether a workbook is still the one that someone described: its sheets, and the area and headers of some of its tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from .model import Block, Reading, TidyCell


class ExpectedTable(Protocol):
    """A table as it was described: its sheet, its area (``A4:D9``), and its labels by column letter or by row number.

    Levels of a label are joined by `` > ``. Columns, or rows, that were not described are not looked at.
    """

    sheet: str
    area: str
    columns: dict[str, str]
    rows: dict[str, str]


def headings(cells: Iterable[TidyCell]) -> tuple[dict[str, str], dict[str, str]]:
    """Labels of a table by column letter and by row number, levels joined by `` > ``."""
    columns: dict[str, str] = {}
    rows: dict[str, str] = {}
    for cell in cells:
        letters, number = re.findall(r"[A-Z]+|\d+", cell.cell)
        columns.setdefault(letters, " > ".join(cell.columns))
        rows.setdefault(number, " > ".join(cell.rows))
    return columns, rows


def drift(reading: Reading, tables: Iterable[ExpectedTable], sheets: Sequence[str] = ()) -> Iterator[str]:
    """What is no longer as it was described, one sentence each: the sheet, the cell, what was expected and what was found.

    Parameters
    ----------
    reading : Reading
        The workbook as it is now.
    tables : iterable of ExpectedTable
        The tables that were described.
    sheets : sequence of str
        All the sheets, in order; none, they are not looked at.
    """
    blocks = {sheet.name: sheet.blocks for sheet in reading.sheets}
    expected, found = list(sheets or blocks), list(blocks)
    yield from (f"sheet {name!r}: expected, not found" for name in expected if name not in found)
    yield from (f"sheet {name!r}: found, not expected" for name in found if name not in expected)
    if expected != found and sorted(expected) == sorted(found):
        yield f"sheets: expected in the order {', '.join(expected)}; found {', '.join(found)}"
    for table in tables:
        if table.sheet not in blocks:
            yield f"sheet {table.sheet!r}: expected, not found"
        elif block := next((b for b in blocks[table.sheet] if b.area == table.area), None):
            yield from _differing_headers(table, block, reading)
        else:
            areas = ", ".join(b.area for b in blocks[table.sheet]) or "none"
            yield f"sheet {table.sheet!r}: a table in {table.area} was expected, found {areas}"


def _differing_headers(table: ExpectedTable, block: Block, reading: Reading) -> Iterator[str]:
    columns, rows = headings(c for c in reading.cells if c.sheet == table.sheet and c.table == block.table)
    head = str(block.header_rows[-1]) if block.header_rows else ""
    side = block.label_columns[-1] if block.label_columns else ""
    for expected, present, cell in ((table.columns, columns, "{key}" + head), (table.rows, rows, side + "{key}")):
        for key in dict.fromkeys([*expected, *present]) if expected else ():
            wanted, seen = expected.get(key), present.get(key)
            said = "nothing was expected" if wanted is None else f"expected {wanted!r}"
            if wanted != seen:
                yield f"sheet {table.sheet!r}, cell {cell.format(key=key)}: {said}, found {seen!r}"
