"""File → grids. Each kind of file is opened by the library that knows it, or refused with the reason and what to do."""

from __future__ import annotations

import datetime as dt
import io
import stat
import warnings
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from . import limits
from .errors import WorkbookError
from .grid import Area, Cell, Grid, Value, address, letters
from .limits import printable
from .package import BadPackage, SheetParts, hidden_place, repaired

if TYPE_CHECKING:
    import xlrd

ERRORS = ("#REF!", "#VALUE!", "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#FORMULE!", "#SPILL!", "#CALC!")

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SIGNATURES = (
    (b"\x89PNG", "an image (PNG)"),
    (b"\xff\xd8\xff", "an image (JPEG)"),
    (b"GIF8", "an image (GIF)"),
    (b"BM", "an image (BMP)"),
    (b"RIFF", "an image or a sound (RIFF)"),
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
)


def open_grids(path: Path) -> tuple[list[Grid], list[str]]:
    """Every sheet of a workbook as a grid, and what had to be repaired to read it.

    Raises
    ------
    WorkbookError
        The file is missing, is not a workbook, is truncated, damaged or protected by a password: one sentence says which,
        and what to do.
    """
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise WorkbookError(f"{path} is not a regular file: a workbook was expected.")
        if about.st_size > limits.LARGEST_FILE:
            raise WorkbookError(f"{path.name} is larger than {limits.LARGEST_FILE // limits.MiB} MiB, the limit.")
        data = path.read_bytes()
    except OSError as error:
        raise WorkbookError(f"{path}: the workbook cannot be opened: {error.strerror or error}.") from None
    with limits.clocked(len(data)):
        return _open(path, data)


def _open(path: Path, data: bytes) -> tuple[list[Grid], list[str]]:
    if data.startswith(b"PK\x03\x04") or data.startswith(b"PK\x05\x06"):
        grids, repairs = _open_xml(path, data)
    elif data.startswith(_OLE) or data[:2] in (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00"):
        grids, repairs = _open_xls(path, data)
    else:
        raise WorkbookError(f"{path.name} is {_nature(data)}, not a workbook: an .xlsx or .xls file was expected.")
    if not any(grid.cells or grid.hidden for grid in grids):
        raise WorkbookError(f"{path.name} is empty: none of its {len(grids)} sheet(s) holds a cell with something in it.")
    return grids, repairs


def _nature(data: bytes) -> str:
    """What a file that is no workbook looks like."""
    if not data:
        return "an empty file"
    for signature, name in _SIGNATURES:
        if data.startswith(signature):
            return name
    head = data[:4096]
    if b"<html" in head.lower() or b"<!doctype html" in head.lower():
        return "a web page (HTML)"
    if b"<?xml" in head and b"urn:schemas-microsoft-com:office:spreadsheet" in head:
        return "an « XML Spreadsheet 2003 » file (open it and save it as .xlsx)"
    text = head.decode("utf-8-sig", "replace") if b"\x00" not in head else ""
    if text and sum(not char.isprintable() and char not in "\r\n\t" for char in text) <= len(text) // 50:
        separators = max(text.count(char) for char in ";,\t")
        return "text (a CSV, by its separators)" if separators > 2 else "plain text"
    return "of an unknown kind"


def _open_xml(path: Path, data: bytes) -> tuple[list[Grid], list[str]]:
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if any(info.flag_bits & 1 for info in archive.infolist()):
                raise WorkbookError(f"{path.name} is protected by a password: remove the protection and try again.")
            if "mimetype" in archive.namelist() and b"opendocument" in archive.read("mimetype"):
                raise WorkbookError(f"{path.name} is an OpenDocument file: open it and save it as .xlsx.")
            if "xl/workbook.bin" in archive.namelist():
                raise WorkbookError(f"{path.name} is a binary workbook (.xlsb): open it and save it as .xlsx.")
            unpacked, most = sum(info.file_size for info in archive.infolist()), limits.unpacked(len(data))
            if unpacked > most:
                raise BadPackage(f"it unpacks to {unpacked:,} bytes, more than {most:,}, the limit for a file of its size")
            package, sheets, repairs = repaired(archive)
    except BadPackage as error:
        raise WorkbookError(f"{path.name} is not a readable workbook: {error}.") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:  # zipfile, by kind of damage
        raise WorkbookError(f"{path.name} is truncated or damaged: its archive cannot be read ({error}).") from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about what the repaired package leaves out
            book = openpyxl.load_workbook(package, read_only=True, data_only=True)
            grids = [_grid(book[sheet.name], sheet) for sheet in sheets]
            book.close()
    except (
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        SyntaxError,
        ArithmeticError,
        OSError,
    ) as error:  # openpyxl's, by kind of damage
        raise WorkbookError(f"{path.name} is damaged: its cells cannot be read ({error}).") from None
    return grids, repairs


def _grid(worksheet: Any, sheet: SheetParts) -> Grid:
    grid = Grid(sheet.name, merges=sheet.merges, visible=sheet.visible, repairs=sheet.repairs)
    cells = grid.cells
    styles: dict[int, tuple[str, bool, int]] = {}
    hidden: dict[str, list[Cell]] = {}
    hides, linked = bool(sheet.hidden_rows or sheet.hidden_columns), bool(sheet.links)
    worksheet.reset_dimensions()
    for row in worksheet.iter_rows():
        held = 0
        for cell in row:
            value = cell.value
            if value is None:
                continue
            words = isinstance(value, str)
            if words and not value.strip():
                continue
            held += 1
            place = (cell.row, cell.column)
            style = cell._style_id
            if style not in styles:
                styles[style] = (
                    printable(cell.number_format or "General")[: limits.FORMAT_LENGTH],
                    bool(cell.font and cell.font.b),
                    _indent(cell.alignment),
                )
            shown, bold, indent = styles[style]
            error, link = words and _is_error(value, cell.data_type), linked and address(*place) in sheet.links
            plain = type(value) is float or (type(value) is int and -_PLAIN < value < _PLAIN)
            found = Cell(*place, value if plain else _value(value), shown, bold, indent, error, link)
            if hides and (why := hidden_place(sheet, *place)):
                hidden.setdefault(why, []).append(found)
            else:
                cells[place] = found
        limits.tick(held)  # hidden cells take time too
    _finish(grid, hidden, lambda row, column: bool(hidden_place(sheet, row, column)))
    return grid


def _finish(grid: Grid, hidden: dict[str, list[Cell]], is_hidden: Callable[[int, int], bool]) -> None:
    """Set apart what nobody sees: hidden rows and columns, and cells under a merged area other than its first.

    The text of a merged area whose first row or column is hidden is still seen in what is left of it: it moves there.
    """
    grid.hidden = [(why, f"hidden {why.split()[0]}: {len(cells)} cell(s)") for why, cells in hidden.items()]
    grid.hidden_rows = sorted({cell.row for why, cells in hidden.items() if why.startswith("row") for cell in cells})
    anchors = {cell.place: cell for cells in hidden.values() for cell in cells}
    for number, area in enumerate(grid.merges):
        limits.tick()
        if (cell := anchors.get((area.top, area.left))) is None:
            continue
        rows = [row for row in range(area.top, min(area.bottom, area.top + 2000) + 1) if not is_hidden(row, 0)]
        columns = [column for column in range(area.left, area.right + 1) if not is_hidden(0, column)]
        if rows and columns:
            grid.merges[number] = Area(rows[0], columns[0], area.bottom, area.right)
            grid.cells[rows[0], columns[0]] = replace(cell, row=rows[0], column=columns[0])
    covered = [place for place in grid.cells if (over := grid.merge(*place)) and place != (over.top, over.left)]
    for place in covered:
        grid.hidden.append((address(*place), "under a merged area"))
        del grid.cells[place]
    grid.__dict__.pop("_merged", None)


def _indent(alignment: Any) -> int:
    return int(alignment.indent or 0) if alignment else 0


def _value(value: Any) -> Value:
    """What a cell may hold here: dates without a time become datetimes, a time or a duration its text."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, int) and value.bit_length() > 1000:
        return "a number of more than 300 digits"
    if isinstance(value, (bool, int, float, dt.datetime)):
        return value
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day)
    return str(value)


_PLAIN = 10**15
"""Whole numbers that are kept as they are."""


def _is_error(value: object, kind: str = "") -> bool:
    return isinstance(value, str) and (kind == "e" or value in ERRORS)


def _open_xls(path: Path, data: bytes) -> tuple[list[Grid], list[str]]:
    import xlrd

    if "EncryptedPackage".encode("utf-16-le") in data:
        raise WorkbookError(f"{path.name} is protected by a password: remove the protection and try again.")
    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=io.StringIO(), on_demand=False)
    except Exception as error:  # xlrd raises a kind of its own for each kind of damage, assertions included
        if "encrypt" in str(error).lower() or "password" in str(error).lower():
            raise WorkbookError(f"{path.name} is protected by a password: remove the protection and try again.") from None
        raise WorkbookError(
            f"{path.name} is not a readable .xls workbook ({error or type(error).__name__}): it may be truncated, or another "
            "kind of Office document."
        ) from None
    return [_xls_grid(book, sheet) for sheet in book.sheets()], []


def _xls_grid(book: xlrd.Book, sheet: xlrd.sheet.Sheet) -> Grid:
    import xlrd

    grid = Grid(printable(sheet.name), visible=sheet.visibility == 0)
    grid.merges = [Area(top + 1, left + 1, bottom, right) for top, bottom, left, right in sheet.merged_cells]
    columns = {number + 1 for number, info in sheet.colinfo_map.items() if info.hidden}
    rows = {number + 1 for number, info in sheet.rowinfo_map.items() if info.hidden}
    links = {((link.frowx or 0) + 1, (link.fcolx or 0) + 1) for link in sheet.hyperlink_list if link.textmark}
    hidden: dict[str, list[Cell]] = {}
    for row in range(sheet.nrows) if grid.visible else ():
        for column, cell in enumerate(sheet.row(row), start=1):
            if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK) or (isinstance(cell.value, str) and not cell.value.strip()):
                continue
            place = (row + 1, column)
            style = book.xf_list[cell.xf_index or 0]
            shown = book.format_map[style.format_key].format_str if style.format_key in book.format_map else "General"
            value: Value = printable(cell.value) if isinstance(cell.value, str) else cell.value
            error = cell.ctype == xlrd.XL_CELL_ERROR
            if error:
                value = xlrd.error_text_from_code.get(int(cell.value), "#VALUE!")
            elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
                value = bool(cell.value)
            elif cell.ctype == xlrd.XL_CELL_DATE:
                value = _xls_date(float(cell.value), book.datemode)
            elif isinstance(value, str):
                value = _raised_noted(book, sheet, row, column - 1, value)
            bold = bool(book.font_list[style.font_index].bold)
            indent = style.alignment.indent_level if style.alignment else 0
            found = Cell(*place, value, shown, bold, indent, error, place in links)
            if place[0] in rows or column in columns:
                why = f"row {place[0]}" if place[0] in rows else f"column {letters(column)}"
                hidden.setdefault(why, []).append(found)
            else:
                grid.cells[place] = found
    _finish(grid, hidden, lambda row, column: row in rows or column in columns)
    return grid


def _raised_noted(book: xlrd.Book, sheet: xlrd.sheet.Sheet, row: int, column: int, text: str) -> str:
    """A text whose raised digits are footnote signs: « 45³ » gives « 45 (3) »."""
    runs = sheet.rich_text_runlist_map.get((row, column), [])
    bounds = [start for start, _ in runs] + [len(text)]
    for (start, font), end in reversed(list(zip(runs, bounds[1:], strict=True))):
        raised = text[start:end].strip()
        if book.font_list[font].escapement == 1 and raised.isdigit():
            text = f"{text[:start]} ({raised}){text[end:]}"
    return text


def _xls_date(value: float, datemode: Literal[0, 1]) -> Value:
    import xlrd

    try:
        date: dt.datetime = xlrd.xldate_as_datetime(value, datemode)
    except (ValueError, OverflowError, xlrd.XLDateError):  # a number in a date format, no date
        return value
    return date
