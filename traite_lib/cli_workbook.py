"""Command line for workbooks: ``traite tidy FILE``, ``traite inspect FILE``. Starts without pandas: a person is waiting."""

from __future__ import annotations

import csv
import os
import sys
import tempfile
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Optional

import typer
from rich.console import Console

from .errors import WorkbookError
from .loading.workbook import Reading, SheetReport, TidyCell, read_workbook

Workbook = Annotated[Path, typer.Argument(help="An .xlsx or .xls file.")]
Sheet = Annotated[Optional[str], typer.Option(help="Read this sheet only.")]  # noqa: UP045
COLUMNS = [field.name for field in fields(TidyCell)]


def tidy(
    workbook: Workbook,
    sheet: Sheet = None,
    output: Annotated[Optional[Path], typer.Option(help="CSV to write; standard output by default.")] = None,  # noqa: UP045
) -> None:
    """Write a workbook as a tidy CSV: one row for each body cell, with its labels, unit, status and notes."""
    reading = read_workbook(workbook, sheet)
    if output is None:
        _write(reading, sys.stdout)
        return
    try:
        with tempfile.NamedTemporaryFile("w", dir=output.parent, delete=False, encoding="utf-8", newline="") as file:
            _write(reading, file)
        os.chmod(file.name, 0o644)
        os.replace(file.name, output)
    except OSError as error:
        raise WorkbookError(f"{output} cannot be written: {error.strerror or error}.") from None


def _write(reading: Reading, file: object) -> None:
    lines = csv.writer(file, lineterminator="\n")  # type: ignore[arg-type]
    lines.writerow(COLUMNS)
    lines.writerows(row(cell) for cell in reading.cells)


def row(cell: TidyCell) -> list[str]:
    """A tidy cell as text: paths joined by `` > ``, whole numbers without decimals."""
    value = "" if cell.value is None else repr(int(cell.value)) if cell.value.is_integer() else repr(cell.value)
    return [
        cell.sheet, cell.cell, cell.table, cell.title, " > ".join(cell.rows), " > ".join(cell.columns), value, cell.unit,
        cell.status, cell.marker, cell.population, cell.source, cell.reading, cell.note,
    ]  # fmt: skip
