"""Times of the library alone, as « what, tab, seconds »: loading, then selections over synthetic observations.

The synthetic table repeats the statements of all editions under invented periods (« synthetic-17 »): it says nothing about
anybody, and is never written.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import answers
import disclosure
import pandas as pd
from openpyxl import Workbook

from tidy_workbook import read_workbook
from traite_lib.analysis.shares import distribution
from traite_lib.catalogue import Catalogue
from traite_lib.loading import selection
from traite_lib.nomenclature import Nomenclatures
from traite_lib.table import find, take, validate

SIZES = (10_000, 100_000, 1_000_000)


def best(function: Callable[[], object], times: int = 5) -> float:
    """Seconds of the fastest of some calls."""
    found = []
    for _ in range(times):
        started = time.perf_counter()
        function()
        found.append(time.perf_counter() - started)
    return min(found)


def synthetic(table: pd.DataFrame, rows: int) -> pd.DataFrame:
    """A table of so many observations, in as many periods as that takes."""
    copies = -(-rows // len(table))
    parts = [
        table.assign(period=f"synthetic-{n}", statement_id=f"synthetic-{n}-" + table["statement_id"]) for n in range(copies - 1)
    ]
    return pd.concat([table, *parts], ignore_index=True).iloc[:rows]


def load() -> tuple[Catalogue, Nomenclatures, pd.DataFrame]:
    """Load as the first call of a process does."""
    selection._loaded.cache_clear()
    return selection.load()


def workbook(folder: Path, sheets: int = 60, rows: int = 100, columns: int = 20) -> Path:
    """A workbook of invented numbers: so many sheets, a title, a header and as many rows and columns of figures on each."""
    book = Workbook(write_only=True)
    for number in range(1, sheets + 1):
        sheet = book.create_sheet(f"Figure {number}")
        for line in ([f"Figure {number} – Ateliers"], [], ["Canton", *(f"Type {n}" for n in range(columns))]):
            sheet.append(line)
        for row in range(rows):
            sheet.append([f"Canton {row}", *(row * columns + n for n in range(columns))])
    path = folder / "bench.xlsx"
    book.save(path)
    return path


def workbooks() -> tuple[float, float]:
    """Seconds to read that workbook as tidy cells, and for pandas to read its sheets as they are."""
    with tempfile.TemporaryDirectory() as folder:
        path = workbook(Path(folder))
        ours = best(lambda: read_workbook(path), 3)
        return ours, best(lambda: pd.read_excel(path, sheet_name=None, engine="openpyxl"), 3)


def main() -> None:
    """Print the times."""
    ours, pandas_seconds = workbooks()
    print(f"read a workbook of 60 sheets of 2,000 cells\t{ours}")
    print(f"the same, pandas.read_excel(engine=openpyxl)\t{pandas_seconds}")
    print(f"load all editions ({len(load()[2])} observations)\t{best(load)}")
    _, words, table = load()
    for rows in SIZES:
        many = synthetic(table, rows)
        found = best(lambda m=many: take(m, find(m, "form", {}, population="accompanied", unit="percent")))
        print(f"select, {rows} observations\t{found}")
        seconds = best(lambda m=many: distribution(m, words, "form", period="2022", population="accompanied_in_france"))
        print(f"distribution, {rows} observations\t{seconds}")
        print(f"validate, {rows} observations\t{best(lambda m=many: validate(m, words), 1)}")
    for label, seconds in [*answers.times(), *disclosure.times()]:
        print(f"{label}\t{seconds}")


if __name__ == "__main__":
    main()
