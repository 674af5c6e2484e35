"""Command line: ``python -m tidy_workbook tidy FILE`` and ``inspect FILE``. Starts without pandas: a person is waiting."""

from __future__ import annotations

import csv
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Optional

import typer
from rich.console import Console

from .errors import WorkbookError
from .model import Reading, SheetReport, Status, TidyCell
from .reading import read_workbook

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


def inspect(workbook: Workbook, sheet: Sheet = None) -> None:
    """Say what was understood of a workbook: sheets, tables, units, symbols and how each was decided, what was set aside."""
    reading = read_workbook(workbook, sheet)
    screen = Console(highlight=False, soft_wrap=True)

    def say(text: str, style: str = "") -> None:
        screen.print(text, style=style, markup=False)

    total = Counter(cell.status for cell in reading.cells)
    say(f"{workbook.name}: {len(reading.sheets)} sheet(s), {len(reading.cells)} body cell(s): {_counts(total)}", "bold")
    for repair in reading.repairs:
        say(f"  repaired: {repair}", "yellow")
    for report in reading.sheets:
        _say_sheet(report, [cell for cell in reading.cells if cell.sheet == report.name], say)
    _check_list(reading, say)


Say = Callable[..., None]


def _counts(statuses: Counter[Status]) -> str:
    return ", ".join(f"{number} {status}" for status, number in statuses.most_common())


def _shares(cells: list[TidyCell]) -> str:
    """How much of a sheet was read, and the commonest reasons of what was not: « 90 % observed, 10 % ambiguous of 20 cells »."""
    doubts = Counter(cell.marker for cell in cells if cell.status == "ambiguous")
    observed = sum(cell.status == "observed" for cell in cells)
    text = f"{_percent(observed, len(cells))} observed, {_percent(doubts.total(), len(cells))} ambiguous, of {len(cells)} cell(s)"
    reasons = "; ".join(f"{why} ({number})" for why, number in doubts.most_common(3))
    return f"{text}: {reasons}" if reasons else text


def _percent(part: int, whole: int) -> str:
    """A share in whole percents; a part that is not zero is never shown as 0 %, nor one that lacks some as 100 %."""
    share = 100 * part / whole
    return "< 1 %" if 0 < share < 1 else "> 99 %" if 99 < share < 100 else f"{share:.0f} %"


def _say_sheet(report: SheetReport, cells: list[TidyCell], say: Say) -> None:
    say(f"\n{report.name} — {report.kind}", "bold cyan")
    if cells:
        say(f"  {_shares(cells)}", "yellow" if any(cell.status == "ambiguous" for cell in cells) else "")
    for block in report.blocks:
        own = [cell for cell in cells if cell.table == block.table]
        found = Counter(cell.unit or "number" for cell in own)
        say(f"  table {block.table}, {block.area}: {block.title or '(no title)'}")
        rows = ", ".join(map(str, block.header_rows)) or "none"
        say(f"    header rows {rows}; labels in {_letters(block.label_columns)}; figures in {_letters(block.data_columns)}")
        used = ", ".join(f"{unit} ({number})" for unit, number in found.most_common())
        say(f"    {_counts(Counter(cell.status for cell in own))}; units: {used}")
        if own:
            first, last = own[0], own[-1]
            say(f"    for example {_shown(first)}" + (f"; {_shown(last)}" if last is not first else ""))
    for symbol, status, how in report.symbols:
        say(f"  « {symbol} »: {status}, by {how}", "" if "default" not in how and "unknown" not in how else "yellow")
    for note in report.notes if report.kind == "data" else report.notes[:3]:
        say(f"  note: {note[:160]}{'…' if len(note) > 160 else ''}", "dim")
    for where, why in report.skipped:
        say(f"  set aside{' ' + where if where else ''}: {why}", "dim")


def _letters(columns: tuple[str, ...]) -> str:
    if not columns:
        return "none"
    return ", ".join(columns) if len(columns) < 9 else f"{columns[0]}…{columns[-1]} ({len(columns)} columns)"


def _shown(cell: TidyCell) -> str:
    value = cell.marker if cell.value is None else f"{cell.value:g} {cell.unit}".strip()
    return f"{cell.cell} [{' > '.join(cell.rows)} | {' > '.join(cell.columns)}] = {value or cell.status}"


def _check_list(reading: Reading, say: Say) -> None:
    """What a person must look at, with the cells, at the end where it is seen."""
    doubts: dict[tuple[str, str], list[str]] = {}
    for cell in reading.cells:
        if cell.status in ("ambiguous", "error"):
            doubts.setdefault((cell.sheet, f"{cell.status}: {cell.marker}"), []).append(cell.cell)
    if doubts:
        say("\nTo look at", "bold yellow")
    for (name, why), places in doubts.items():
        more = f" and {len(places) - 6} more" if len(places) > 6 else ""
        say(f"  {name}!{', '.join(places[:6])}{more}: {why}", "yellow")


app = typer.Typer(
    help="Workbooks made by people for people, as tidy tables.",
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
)  # fmt: skip
app.command()(tidy)
app.command()(inspect)


def main() -> None:
    """Entry point: an error that a user can mend is one message on stderr and exit code 1."""
    try:
        app()
    except WorkbookError as error:
        print(f"tidy_workbook: {error}", file=sys.stderr)
        sys.exit(1)
