"""Layouts: what a person says of a workbook when its own words are not enough (``data/layouts/<edition>.toml``).

A layout also says what it was written for: the sheets, and the area and headers of each table that it describes. When the
workbook is no longer so (a revised file, another reader), the load stops and names the cells that differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, model_validator

from tidy_workbook import Block, Reading, TidyCell

from ...catalogue import read_toml
from ...errors import LayoutError
from ...table import SUB_POPULATION


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TableLayout(_Strict):
    """What is said of one table.

    Attributes
    ----------
    sheet, area : str
        Where the table stands: ``area = "A4:D9"``.
    columns, rows : dict
        Expected labels: ``columns = { B = "Effectif" }``, ``rows = { 5 = "Femmes" }``, levels joined by `` > ``.
    set_aside : str
        Why the table is not taken; alone, then.
    population, variable, unit, form, sex, age, origin : str
        Codes that replace the reading of the title and of the « Champ »; `variable` and `unit` may be left out when the
        labels say them.
    labels : dict
        Words of the table that mean a category of `variable`; an empty code leaves their cells out, on purpose.
    """

    sheet: str
    area: str
    columns: dict[str, str] = {}
    rows: dict[str, str] = {}
    set_aside: str = ""
    population: str = ""
    variable: str = ""
    unit: str = ""
    form: str = ""
    sex: str = ""
    age: str = ""
    origin: str = ""
    labels: dict[str, str] = {}

    @model_validator(mode="after")
    def _says_something(self) -> TableLayout:
        if bool(self.set_aside) == bool(self.population):
            raise ValueError("give either set_aside (and why) or population")
        if self.labels and not self.variable:
            raise ValueError("labels need the variable that they are categories of")
        if self.unit not in ("", "count", "percent"):
            raise ValueError(f"unit is count or percent, found {self.unit!r}")
        if not self.columns and not self.rows:
            raise ValueError("give the expected columns or rows, the guard of this table")
        return self

    @property
    def restriction(self) -> dict[str, str]:
        """Sub-population that the whole table describes."""
        return {name: code for name in SUB_POPULATION if (code := getattr(self, name, ""))}


class Layout(_Strict):
    """What is said of a workbook: its sheets, in order, and some of its tables."""

    sheets: list[str] = []
    table: list[TableLayout] = []

    def of(self, sheet: str, area: str) -> TableLayout | None:
        """What is said of the table of a sheet that covers an area."""
        return next((t for t in self.table if t.sheet == sheet and t.area == area), None)


def read_layout(path: Path) -> Layout:
    """Read a layout.

    Raises
    ------
    CatalogueError
        The file is missing, is not TOML, or breaks its schema: the message names the file and the key.
    """
    return read_toml(path, Layout)


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
        more = f"\nand {len(drift) - 12} more." if len(drift) > 12 else ""
        raise LayoutError(
            f"{reading.path.name} is not the workbook that data/{name} was written for:\n" + "\n".join(drift[:12]) + more
            + "\nRead the workbook again (`traite inspect`), then complete the layout."
        )  # fmt: skip


def _drift(layout: Layout, reading: Reading) -> Iterator[str]:
    found = [sheet.name for sheet in reading.sheets]
    if layout.sheets and layout.sheets != found:
        for one in layout.sheets:
            if one not in found:
                yield f"sheet {one!r}: expected, not found"
        for one in found:
            if one not in layout.sheets:
                yield f"sheet {one!r}: found, not expected"
        if set(found) == set(layout.sheets):
            yield f"sheets: expected in the order {', '.join(layout.sheets)}; found {', '.join(found)}"
    blocks = {sheet.name: sheet.blocks for sheet in reading.sheets}
    for table in layout.table:
        if table.sheet not in blocks:
            yield f"sheet {table.sheet!r}: expected, not found"
            continue
        block = next((b for b in blocks[table.sheet] if b.area == table.area), None)
        if block is None:
            areas = ", ".join(b.area for b in blocks[table.sheet]) or "none"
            yield f"sheet {table.sheet!r}: a table in {table.area} was expected, found {areas}"
            continue
        yield from _differing_headers(table, block, reading)


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
