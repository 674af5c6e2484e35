"""A workbook that is no longer the one that was described says which sheet, area and header differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import openpyxl

from tidy_workbook import drift, headings, read_workbook


@dataclass
class Described:
    sheet: str = "Eggs"
    area: str = "A3:C5"
    columns: dict[str, str] = field(default_factory=lambda: {"B": "Spring", "C": "Autumn"})
    rows: dict[str, str] = field(default_factory=lambda: {"4": "Hens", "5": "Ducks"})


def eggs(path: Path, *birds: str) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Eggs"
    for row in [["Table 1. Eggs"], [], ["Bird", "Spring", "Autumn"], *([bird, 10, 20] for bird in birds)]:
        sheet.append(row)
    book.save(path)
    return path


def test_the_workbook_that_was_described_has_not_changed(tmp_path: Path) -> None:
    reading = read_workbook(eggs(tmp_path / "eggs.xlsx", "Hens", "Ducks"))
    assert headings(reading.cells) == (Described().columns, Described().rows)
    assert list(drift(reading, [Described()], ["Eggs"])) == []


def test_a_sheet_an_area_and_a_header_that_differ_are_named(tmp_path: Path) -> None:
    reading = read_workbook(eggs(tmp_path / "eggs.xlsx", "Hens", "Geese"))
    said = list(drift(reading, [Described(), Described(sheet="Milk"), Described(area="A3:C9")], ["Milk", "Eggs"]))
    assert said == [
        "sheet 'Milk': expected, not found",
        "sheet 'Eggs', cell A5: expected 'Ducks', found 'Geese'",
        "sheet 'Milk': expected, not found",
        "sheet 'Eggs': a table in A3:C9 was expected, found A3:C5",
    ]
