"""Small workbooks for the tests of the reader: a few rows written as a person would, read back, and said in one line a cell."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xlwt
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

import tidy_workbook
from tidy_workbook import Reading, TidyCell, read_workbook
from tidy_workbook.grid import Area, Grid

Rows = Mapping[int, Sequence[Any]]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(Path(tidy_workbook.__file__).parents[1])}
"""Where a program that a test starts finds the package, installed or not."""


def write(
    path: Path, sheets: Mapping[str, Rows], *, merges: Sequence[str] = (), formats: Mapping[str, str] | None = None,
    bold: Sequence[str] = (), indents: Mapping[str, int] | None = None, hidden: Sequence[str] = (),
) -> Path:  # fmt: skip
    """Write a workbook; rows are numbered from 1, cells from column A; the rest is about the first sheet."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for number, values in rows.items():
            for column, value in enumerate(values, start=1):
                if value is not None:
                    sheet.cell(number, column, value)
    first = book.worksheets[0]
    for area in merges:
        first.merge_cells(area)
    for area, code in (formats or {}).items():
        for row in first[area] if ":" in area else ((first[area],),):
            for cell in row:
                cell.number_format = code
    for address in bold:
        first[address].font = Font(bold=True)
    for address, indent in (indents or {}).items():
        first[address].alignment = Alignment(indent=indent)
    for name in hidden:
        dimension = first.row_dimensions[int(name)] if name.isdigit() else first.column_dimensions[name]
        dimension.hidden = True
    book.save(path)
    return path


def write_xls(grid: Grid, path: Path) -> None:
    """Write a grid as an .xls file of one sheet: values, formats, bold, indents, merged areas."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Feuille")
    anchors = {(area.top, area.left): area for area in grid.merges}
    for place, cell in grid.cells.items():
        style = xlwt.easyxf(
            f"font: bold {'on' if cell.bold else 'off'}; alignment: indent {cell.indent}", num_format_str=cell.number_format
        )
        area = anchors.get(place, Area(*place, *place))
        sheet.write_merge(area.top - 1, area.bottom - 1, area.left - 1, area.right - 1, cell.value, style)
    book.save(str(path))


def reading(folder: Path, rows: Rows, **look: Any) -> Reading:
    """A sheet « Figure 1 », written and read."""
    return read_workbook(write(folder / "classeur.xlsx", {"Figure 1": rows}, **look))


def said(cell: TidyCell) -> str:
    """A cell in one line: ``B4 Femmes | 2022 = 82 %``, then its status when it is not observed."""
    value = "" if cell.value is None else f" = {cell.value:g}"
    status = "" if cell.status == "observed" else f" [{cell.status} {cell.marker}".rstrip() + "]"
    unit = f" {cell.unit}" if cell.unit else ""
    return f"{cell.cell} {' > '.join(cell.rows)} | {' > '.join(cell.columns)}{value}{unit}{status}"


def lines(folder: Path, rows: Rows, **look: Any) -> list[str]:
    """Every cell of a sheet, in one line each."""
    return [said(cell) for cell in reading(folder, rows, **look).cells]
