"""Layouts: what a person says of a workbook when its own words are not enough (``data/layouts/<edition>.toml``).

A layout also says what it was written for: the sheets, and the area and headers of each table that it describes. When the
workbook is no longer so (a revised file, another reader), the load stops and names the cells that differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from tidy_workbook import Block, Reading, TidyCell

from ...catalogue import Strict
from ...errors import LayoutError
from ...table import SUB_POPULATION


class TableLayout(Strict):
    """What is said of one table.

    `sheet` and `area` (``"A4:D9"``) say where it stands, `columns` (``{ B = "Effectif" }``) and `rows` (``{ 5 = "Femmes" }``,
    levels joined by `` > ``) which labels are expected, `set_aside`, alone, why it is not taken. The codes replace the reading
    of the title and of the « Champ »; `variable` and `unit` may be left out when the labels say them. `labels` are words that
    mean a category of `variable`; an empty code leaves their cells out, on purpose.
    """

    sheet: str
    area: str
    columns: dict[str, str] = Field({})
    rows: dict[str, str] = Field({})
    set_aside: str = ""
    population: str = ""
    variable: str = ""
    unit: Literal["", "count", "percent"] = ""
    form: str = ""
    sex: str = ""
    age: str = ""
    origin: str = ""
    labels: dict[str, str] = Field({})

    def _faults(self) -> dict[str, bool]:
        return {
            "give either set_aside (and why) or population": bool(self.set_aside) == bool(self.population),
            "labels need the variable that they are categories of": bool(self.labels and not self.variable),
            "give the expected columns or rows, the guard of this table": not self.columns and not self.rows,
        }

    @property
    def restriction(self) -> dict[str, str]:
        """Sub-population that the whole table describes."""
        return {name: code for name in SUB_POPULATION if (code := getattr(self, name, ""))}


class Layout(Strict):
    """What is said of a workbook: its sheets, in order, and some of its tables."""

    sheets: tuple[str, ...] = ()
    table: tuple[TableLayout, ...] = ()

    def of(self, sheet: str, area: str) -> TableLayout | None:
        """What is said of the table of a sheet that covers an area."""
        return next((t for t in self.table if t.sheet == sheet and t.area == area), None)


def headers(cells: list[TidyCell]) -> tuple[dict[str, str], dict[str, str]]:
    """Labels of a table by column letter and by row number, levels joined by `` > ``."""
    columns: dict[str, str] = {}
    rows: dict[str, str] = {}
    for cell in cells:
        letters, number = split(cell.cell)
        columns.setdefault(letters, " > ".join(cell.columns))
        rows.setdefault(number, " > ".join(cell.rows))
    return columns, rows


def split(cell: str) -> tuple[str, str]:
    """``C7`` as ``C`` and ``7``."""
    return re.sub(r"\d", "", cell), re.sub(r"\D", "", cell)


def check(layout: Layout, reading: Reading, name: str) -> None:
    """Stop when a workbook is not the one that its layout was written for.

    Raises
    ------
    LayoutError
        The message names the layout, the workbook, and each sheet and cell with what was expected and found.
    """
    if drift := list(_drift(layout, reading)):
        more = [f"and {len(drift) - 12} more."] if len(drift) > 12 else []
        first = f"{reading.path.name} is not the workbook that data/{name} was written for:"
        last = "Read the workbook again (`traite inspect`), then complete the layout."
        raise LayoutError("\n".join([first, *drift[:12], *more, last]))


def _drift(layout: Layout, reading: Reading) -> Iterator[str]:
    blocks = {sheet.name: sheet.blocks for sheet in reading.sheets}
    expected, found = list(layout.sheets or blocks), list(blocks)
    yield from (f"sheet {name!r}: expected, not found" for name in expected if name not in found)
    yield from (f"sheet {name!r}: found, not expected" for name in found if name not in expected)
    if expected != found and sorted(expected) == sorted(found):
        yield f"sheets: expected in the order {', '.join(expected)}; found {', '.join(found)}"
    for table in layout.table:
        if table.sheet not in blocks:
            yield f"sheet {table.sheet!r}: expected, not found"
        elif block := next((b for b in blocks[table.sheet] if b.area == table.area), None):
            yield from _differing_headers(table, block, reading)
        else:
            areas = ", ".join(b.area for b in blocks[table.sheet]) or "none"
            yield f"sheet {table.sheet!r}: a table in {table.area} was expected, found {areas}"


def _differing_headers(table: TableLayout, block: Block, reading: Reading) -> Iterator[str]:
    columns, rows = headers([c for c in reading.cells if c.sheet == table.sheet and c.table == block.table])
    head = str(block.header_rows[-1]) if block.header_rows else ""
    side = block.label_columns[-1] if block.label_columns else ""
    for expected, present, cell in ((table.columns, columns, "{key}" + head), (table.rows, rows, side + "{key}")):
        if not expected:
            continue
        for key in dict.fromkeys([*expected, *present]):
            wanted, seen = expected.get(key), present.get(key)
            if wanted != seen:
                said = "nothing was expected" if wanted is None else f"expected {wanted!r}"
                yield f"sheet {table.sheet!r}, cell {cell.format(key=key)}: {said}, found {seen!r}"
