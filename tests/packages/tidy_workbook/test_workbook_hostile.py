"""Files made to stop a reader: each ends within seconds, right or in one sentence that names the limit or the damage."""

from __future__ import annotations

import os
import random
import re
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from sheets import said, write
from test_workbook_files import LINES, ROWS, changed

from tidy_workbook import WorkbookError, limits, read_workbook
from tidy_workbook.grid import Area, Cell, Grid
from tidy_workbook.tidy import tidy_sheet

SECONDS = 30
"""Far above the limits of the reader: it tells an answer from a hang. Times themselves are measured by `make bench`."""
Make = Callable[[Path], Path]


def part(change: Callable[[bytes], bytes], name: str = "sheet1") -> Make:
    """A good workbook, one part of which is changed."""

    def make(folder: Path) -> Path:
        good = write(folder / "bon.xlsx", {"Figure 1": ROWS})
        return changed(good, lambda entry, data: change(data) if name in entry and "rels" not in entry else data)

    return make


def text(value: str) -> Make:
    """A good workbook with one more text, below its table."""
    return lambda folder: write(folder / "texte.xlsx", {"Figure 1": {**ROWS, 9: [value]}})


def before_cells(extra: bytes) -> Make:
    return part(lambda data: data.replace(b"<sheetData>", extra + b"<sheetData>"))


def last_row(extra: bytes) -> Make:
    return part(lambda data: data.replace(b"</sheetData>", extra + b"</sheetData>"))


def bomb(folder: Path) -> Path:
    path = write(folder / "bombe.xlsx", {"Figure 1": ROWS})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media.xml", b" " * (200 << 20))
    return path


def named_pipe(folder: Path) -> Path:
    path = folder / "tube.xlsx"
    os.mkfifo(path)
    return path


REFUSED: dict[str, tuple[Make, str]] = {
    "a row that no format has": (
        last_row(b'<row r="10000000000"><c r="A10000000000"><v>1</v></c></row>'), "below row 1,048,576, the last of the format",
    ),
    "the same with spaces": (last_row(b"<row r=' +10000000000 '><c><v>1</v></c></row>"), "below row 1,048,576"),
    "every row as wide as the format": (
        last_row(b"".join(b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>' % (n, n) for n in range(20, 9000))), "the limit|no table|damaged",
    ),
    "an archive that unpacks to 200 MiB": (bomb, "unpacks to .* the limit for a file of its size"),
    "a pipe that nobody writes to": (named_pipe, "is not a regular file"),
    "an endless device": (lambda folder: Path("/dev/zero"), "is not a regular file"),
    "a folder": (lambda folder: folder, "is not a regular file"),
    "a shared text before the first": (
        last_row(b'<row r="20"><c r="A20" t="s"><v>-1</v></c></row>'), "before the first of the shared texts",
    ),
    "a shared text after the last": (last_row(b'<row r="20"><c r="A20" t="s"><v>999</v></c></row>'), "cells cannot be read"),
    "a document type": (part(lambda data: data.replace(b"<workbook", b"<!DOCTYPE x []><workbook", 1), "workbook.xml"), "document type"),
    "more cells than its size allows": (
        last_row(b"".join(b'<row r="%d">%s</row>' % (n, b"<c><v>1</v></c>" * 200) for n in range(20, 1200))), "more than .* cells, the limit",
    ),
    "a number that is none": (last_row(b'<row r="20"><c r="A20"><v>1e</v></c></row>'), "cells cannot be read"),
}  # fmt: skip
READ: dict[str, Make] = {
    "hidden columns without their first": before_cells(b'<cols><col hidden="1"/><col hidden="1" min="x"/></cols>'),
    "tags of columns that never close": before_cells(b'<cols><col hidden="0" min="1" max="1"/></cols>' + b"<!--" + b"<col hidden=" * 400 + b"-->"),
    "400 digits": last_row(b'<row r="20"><c r="A20"><v>' + b"9" * 400 + b"</v></c></row>"),
    "digits and spaces": text("1 " * 2500),
    "spaces before a sign that never comes": text("x" + " " * 5000 + "y"),
    "brackets": text("(" * 5000),
    "signs": text("(1)" * 1600 + "x"),
    "« en » again and again": text("en " * 1600),
    "stars": text("* " * 2000),
    "dots and groups": text("1.234" * 1000),
    "a number format of brackets": part(
        lambda data: data.replace(b"<fonts", b'<numFmts><numFmt numFmtId="164" formatCode="' + b"[" * 5000 + b'"/></numFmts><fonts', 1), "styles"
    ),
    "runs that never close": part(lambda data: data.replace(b"</sst>", b"</sst><!--" + b"<r>" * 3000 + b"-->"), "sharedStrings"),
}  # fmt: skip


def timed(path: Path) -> tuple[list[str], float]:
    start = time.process_time()
    try:
        found = [said(cell) for cell in read_workbook(path).cells]
    except WorkbookError as error:
        found = [str(error)]
    return found, time.process_time() - start


@pytest.mark.parametrize("kind", REFUSED)
def test_it_is_refused_in_one_sentence(tmp_path: Path, kind: str) -> None:
    make, sentence = REFUSED[kind]
    found, seconds = timed(make(tmp_path))
    assert re.search(sentence, found[0]), found
    assert (len(found), found[0][-1], "\n" in found[0]) == (1, ".", False)
    assert seconds < SECONDS


@pytest.mark.parametrize("kind", READ)
def test_it_is_read_right_all_the_same(tmp_path: Path, kind: str) -> None:
    found, seconds = timed(READ[kind](tmp_path))
    assert found[: len(LINES)] == LINES
    assert seconds < SECONDS


def test_too_many_cells_are_refused_before_they_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = b"".join(b'<row r="%d">%s</row>' % (n, b"<c><v>1</v></c>" * 200) for n in range(20, 700))
    path = last_row(rows)(tmp_path)
    monkeypatch.setattr("openpyxl.load_workbook", lambda *_, **__: pytest.fail("its cells are parsed"))
    with pytest.raises(WorkbookError, match=r"holds more than 130,000 cells, the limit for a file of its size\.$"):
        read_workbook(path)


def test_no_control_character_leaves_a_workbook(tmp_path: Path) -> None:
    name, label = "F\u202e1", "Urbaine\u009b31m\u2066"
    cells = read_workbook(write(tmp_path / "c.xlsx", {name: {1: ["T\u200f"], 3: ["Forme", "2021"], 4: [label, 75]}})).cells
    assert [(cell.sheet, cell.title, *cell.rows) for cell in cells] == [("F1", "T", "Urbaine31m")]


@pytest.mark.parametrize(("microseconds", "read"), [(120, True), (1000, False)])
def test_a_machine_three_times_slower_reads_what_ours_reads(
    monkeypatch: pytest.MonkeyPatch, microseconds: int, read: bool
) -> None:
    """60 sheets of 2,000 cells in 452 kB take 40 µs a cell where the limits were set."""
    now = [0.0]
    monkeypatch.setattr(time, "process_time", lambda: now[0])
    with limits.clocked(452_000) if read else pytest.raises(limits.LimitError, match="takes more than"), limits.clocked(452_000):
        for _ in range(6_000):
            now[0] += 20 * microseconds / 1e6
            limits.tick(20)


WORDS: tuple[object, ...] = (
    "Femmes", "Total", "dont : A", "%", "En %", "nd", "(e)", "e", "-", "Notes :", "Source : X", "Unité : mineur", "Titre", "CDID", "Unit", "Flag", "2021",
    "2022 (p)", 2021, 2022, 1, 2, 12.5, 100, 0, 0.25, -3, "1,234", "12 (3)", "Évolution", "Lower CI", "Rang", "Latest update:", "20230512 09:00", "Code",
    "01", "2A", "Tableau 3", "[c]", "x", "  Aval", "- B", "Part (en %)", "Grand total", " ",
)  # fmt: skip


def test_a_sheet_of_anything_anywhere_is_read_without_an_error() -> None:
    """Words of tables, at random: whatever they make, reading ends with cells, not with an exception that loses the whole workbook."""
    for seed in range(1500):
        draw = random.Random(seed)
        places = [
            (row, column)
            for row in range(1, draw.randint(2, 14))
            for column in range(1, draw.randint(2, 7))
            if draw.random() < 0.6
        ]
        cells = {
            place: Cell(*place, draw.choice(WORDS), "General", draw.random() < 0.2, draw.choice((0, 0, 1))) for place in places
        }  # type: ignore[arg-type]
        if cells:
            tidy_sheet(Grid("Figures", cells), [])


Shape = Callable[[int], Iterator[list[object]]]
MERGED: dict[str, Callable[[int], list[Area]]] = {
    "figures merged two by two": lambda size: [Area(2 + 2 * n, 2, 3 + 2 * n, 2) for n in range(size // 2)],
    "groups merged": lambda size: [Area(2 + 3 * n, 1, 4 + 3 * n, 1) for n in range(size // 3)],
}


def tables(size: int) -> Iterator[list[object]]:
    for number in range(size // 4):
        yield from (
            [f"Tableau {number} – Ateliers"],
            [],
            ["Canton", 2021, 2022],
            ["Amont", number, 1],
            ["Aval", 2, 3],
            ["Source : x"],
            [],
        )


def bare_tables(size: int) -> Iterator[list[object]]:
    for number in range(size // 4):
        yield from (["Canton", 2021, 2022], ["Amont", number, 1], ["Aval", 2, 3], [])


def table(row: Callable[[int], list[list[object]]], header: tuple[str, ...] = ("Canton", "A", "B")) -> Shape:
    def rows(size: int) -> Iterator[list[object]]:
        yield list(header)
        for number in range(size):
            yield from row(number)

    return rows


def wide(size: int) -> Iterator[list[object]]:
    yield [None, *("Groupe" if number % 2 else None for number in range(size))]
    yield ["Canton", *(f"Forme {number}" for number in range(size))]
    for number in range(3):
        yield [f"Canton {number}", *range(number, size + number)]


def beside(size: int) -> Iterator[list[object]]:
    yield [text for number in range(size // 4) for text in ("Canton", "Type", 2021, None)]
    for row in range(4):
        yield [text for number in range(size // 4) for text in (f"Canton {row}", f"type {row}", row, None)]


SHAPES: dict[str, Shape] = {
    "tables with titles and sources": tables,
    "tables that nothing parts": bare_tables,
    "columns": wide,
    "tables side by side": beside,
    "rows": table(lambda n: [[f"Atelier {n}", n, 1]]),
    "sections": table(lambda n: [[f"Partie {n}"], [f"Atelier {n}", n, 1]]),
    "sections in a section": table(lambda n: [[f"Partie {n}"] if n % 2 else [f"  Partie {n}"], [f"    Atelier {n}", n, 1]]),
    "years as sections": table(lambda n: [[2000 + n % 20], ["Atelier", n, 1]]),
    "years alone": table(lambda n: [[2000 + n % 20]], ()),
    "indents": table(lambda n: [[" " * (2 * (n % 7)) + f"Atelier {n}", n, 1]]),
    "indents without a parent": table(lambda n: [[f"   Atelier {n}", n, 1]]),
    "outline": table(lambda n: [[f"Groupe {n}" if n % 3 == 0 else None, f"Atelier {n}", n]]),
    "« dont »": table(lambda n: [[f"dont {n}" if n % 2 else f"Atelier {n}", n, 1]]),
    "texts below": lambda size: iter([["Canton", "A"], ["Amont", 1], *([f"Texte {n}"] for n in range(size))]),
    "notes between rows": table(lambda n: [[f"Atelier {n} ({n % 50})", n, 1], [f"({n % 50}) précision {n}"]]),
    "words instead of figures": table(lambda n: [[f"Atelier {n}", "non demandé", "non demandé"]]),
    "figures merged two by two": table(lambda n: [[f"Atelier {n}", None if n % 2 else n, 1]]),
    "groups merged": table(lambda n: [[f"Groupe {n}" if n % 3 == 0 else None, f"Atelier {n}", n]]),
}  # fmt: skip


def work(kind: str, size: int) -> int:
    """Steps of Python that reading a sheet of a shape takes: the same on every machine."""
    grid = Grid("Figures", merges=MERGED.get(kind, lambda _: [])(size))
    for row, values in enumerate(SHAPES[kind](size), start=1):
        grid.cells |= {(row, column): Cell(row, column, v) for column, v in enumerate(values, start=1) if v is not None}  # type: ignore[arg-type]
    steps = 0

    def count(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal steps
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        steps += event == "opcode"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        tidy_sheet(grid, [])
    finally:
        sys.settrace(before)
    return steps


@pytest.mark.parametrize("kind", SHAPES)
def test_work_follows_the_size(kind: str) -> None:
    """Four times the size is four times the work, or so; where each looks at all others, it is sixteen times."""
    small = work(kind, 30)
    assert work(kind, 120) < 5.5 * small
