"""File → reading: opens a workbook, reads its sheets, and lets nothing leave but its own error."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import limits
from .errors import WorkbookError, available
from .grid import Grid
from .model import Reading


def read_workbook(path: Path, sheet: str | None = None) -> Reading:
    """Read a workbook, or one sheet of it.

    Parameters
    ----------
    path : Path
        An ``.xlsx`` (Transitional or Strict Open XML) or ``.xls`` file.
    sheet : str, optional
        Name of the only sheet to read; the others still give their legend of symbols.

    Raises
    ------
    WorkbookError
        The file cannot be opened, passes a limit, or has no such sheet. Nothing else leaves this function.
    """
    try:
        with _no_collection():
            return _read(path, sheet)
    except WorkbookError as error:
        raise WorkbookError(limits.printable(str(error))) from None
    except limits.LimitError as error:
        raise WorkbookError(f"{limits.printable(path.name)} is too large to be read: {error}.") from None
    except (
        ArithmeticError, AttributeError, LookupError, MemoryError, RuntimeError, StopIteration, TypeError, ValueError
    ) as error:  # fmt: skip
        # a damage that no check above foresaw: said in a sentence, with what Python says of it for whoever mends the reader
        raise WorkbookError(f"{limits.printable(path.name)} cannot be read ({type(error).__name__}: {error}).") from error


@contextmanager
def _no_collection() -> Iterator[None]:
    """What is read is kept: the collector would only walk through a hundred thousand new cells, again and again."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def _read(path: Path, sheet: str | None) -> Reading:
    from .opening import open_grids

    with limits.clocked(path.stat().st_size if path.is_file() else 0):
        grids, repairs = open_grids(path)
        return _understood(path, grids, repairs, sheet)


def _understood(path: Path, grids: list[Grid], repairs: list[str], sheet: str | None) -> Reading:
    from .tidy import documentation_texts, is_documentation, tidy_sheet

    names = [grid.name for grid in grids]
    if sheet is not None and sheet not in names:
        raise WorkbookError(f"{path.name} has no sheet {sheet!r}. {available(sheet, names)}")
    explained = [text for grid in grids if grid.visible and is_documentation(grid) for text in documentation_texts(grid)]
    read = [tidy_sheet(grid, explained) for grid in grids if sheet in (None, grid.name)]
    cells = tuple(cell for found, _ in read for cell in found)
    return Reading(path, cells, tuple(report for _, report in read), tuple(repairs))
