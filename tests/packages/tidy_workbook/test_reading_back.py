"""Random tables, written in random layouts, come back identical; what is changed in them is read right or refused."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.styles import Font

from tidy_workbook import TidyCell, read_workbook

ROWS = ["Femmes", "Hommes", "Personnes trans", "Mineures", "Majeures", "Nigeria", "Roumanie", "Maroc", "Autres nationalités"]
GROUPS = ["Exploitation sexuelle", "Exploitation par le travail", "Mendicité forcée"]
FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass(frozen=True)
class Table:
    """A table and how it is written: groups are section rows, spanners, or merged labels on the left."""

    rows: tuple[str, ...]
    groups: tuple[str, ...]
    values: tuple[int, ...]
    shares: tuple[int, ...]
    style: str
    text: bool
    fractions: bool
    top: int
    left: int
    notes: bool
    total: bool

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.rows, "Ensemble") if self.total else self.rows

    def cells(self) -> dict[tuple[frozenset[str], str], float]:
        """Value of each body cell by its labels, whatever their axis, and its unit."""
        found: dict[tuple[frozenset[str], str], float] = {}
        for place, (group, row) in enumerate((g, r) for g in self.groups or ("",) for r in self.names):
            labels = {row, group} - {""}
            found[frozenset({*labels, "Effectif"}), ""] = float(self.values[place])
            found[frozenset({*labels, "Part (en %)"}), "%"] = float(self.shares[place])
        return found


@st.composite
def tables(draw: st.DrawFn) -> Table:
    rows = draw(st.lists(st.sampled_from(ROWS), min_size=2, max_size=5, unique=True))
    groups = draw(st.lists(st.sampled_from(GROUPS), max_size=3, unique=True))
    size = (len(rows) + 1) * max(len(groups), 1)
    style = draw(st.sampled_from(["sections", "spanners", "merged"]))
    total = draw(st.booleans()) and not (style == "sections" and len(groups) == 1)  # that one has a test of its own
    return Table(
        tuple(rows), tuple(groups),
        tuple(draw(st.lists(st.integers(0, 9999).filter(lambda n: not 1900 <= n <= 2100), min_size=size, max_size=size))),
        tuple(draw(st.lists(st.integers(0, 100), min_size=size, max_size=size))),
        style, draw(st.booleans()), draw(st.booleans()),
        draw(st.integers(1, 4)), draw(st.integers(1, 3)), draw(st.booleans()), total,
    )  # fmt: skip


def write(table: Table, path: Path) -> Path:
    """Write a table as a person would."""
    book = Workbook()
    sheet = book.active
    row, left = table.top, table.left
    sheet.cell(row, left, "Figure 1 – Victimes accompagnées en 2022").font = Font(bold=True)
    row += 2

    def put(line: int, column: int, number: int, share: int) -> None:
        sheet.cell(line, column, f"{number:,}".replace(",", "\u202f") if table.text else number)
        cell = sheet.cell(line, column + 1, share / 100 if table.fractions else share)
        cell.number_format = "0 %" if table.fractions else "0"

    groups, places = table.groups or ("",), iter(zip(table.values, table.shares, strict=True))
    heads = ("Effectif", "Part (en %)")
    if table.style == "spanners" and table.groups:
        for place, group in enumerate(groups):
            column = left + 1 + 2 * place
            sheet.cell(row, column, group).font = Font(bold=True)
            sheet.merge_cells(start_row=row, end_row=row, start_column=column, end_column=column + 1)
            for offset, head in enumerate(heads):
                sheet.cell(row + 1, column + offset, head).font = Font(bold=True)
            for line, name in enumerate(table.names, start=row + 2):
                sheet.cell(line, left, name)
                put(line, column, *next(places))
        row += 2 + len(table.names)
    else:
        labels = 2 if table.style == "merged" and table.groups else 1
        for offset, head in enumerate(heads):
            sheet.cell(row, left + labels + offset, head).font = Font(bold=True)
        row += 1
        for group in groups:
            if group and labels == 2:
                sheet.cell(row, left, group)
                sheet.merge_cells(start_row=row, end_row=row + len(table.names) - 1, start_column=left, end_column=left)
            elif group:
                sheet.cell(row, left, group).font = Font(bold=True)
                row += 1
            for name in table.names:
                sheet.cell(row, left + labels - 1, name)
                put(row, left + labels, *next(places))
                row += 1
    if table.notes:
        sheet.cell(row + 1, left, "Champ : victimes accompagnées en 2022.")
        sheet.cell(row + 2, left, "Source : Miprof, enquête auprès des associations.")
    book.save(path)
    return path


def read_back(cells: tuple[TidyCell, ...]) -> dict[tuple[frozenset[str], str], float]:
    """Values by labels; a spanner over the whole table is a subtitle, which the title then ends with."""
    found = {(frozenset((*c.rows, *c.columns, *c.title.split(" – ")[2:])), c.unit): c.value for c in cells}
    assert all(value is not None for value in found.values())
    return found  # type: ignore[return-value]


@FEW
@given(tables())
def test_a_table_comes_back_identical(tmp_path: Path, table: Table) -> None:
    reading = read_workbook(write(table, tmp_path / "t.xlsx"))
    assert read_back(reading.cells) == table.cells()
    assert all(c.title.startswith("Figure 1 – Victimes accompagnées en 2022") for c in reading.cells)
    if table.notes:
        assert {c.population for c in reading.cells} == {"victimes accompagnées en 2022."}


@FEW
@given(tables(), st.integers(0, 6), st.integers(0, 4))
def test_a_table_that_moves_is_the_same_table(tmp_path: Path, table: Table, down: int, right: int) -> None:
    before = read_workbook(write(table, tmp_path / "a.xlsx"))
    moved = dataclasses.replace(table, top=table.top + down, left=table.left + right)
    after = read_workbook(write(moved, tmp_path / "b.xlsx"))
    assert read_back(before.cells) == read_back(after.cells)


@FEW
@given(tables(), st.randoms(use_true_random=False))
def test_groups_in_another_order_carry_their_values_along(tmp_path: Path, table: Table, random: object) -> None:
    order = list(range(len(table.groups)))
    random.shuffle(order)  # type: ignore[attr-defined]
    size = len(table.names)
    swapped = dataclasses.replace(
        table,
        groups=tuple(table.groups[n] for n in order),
        values=tuple(v for n in order for v in table.values[n * size : (n + 1) * size]) or table.values,
        shares=tuple(v for n in order for v in table.shares[n * size : (n + 1) * size]) or table.shares,
    )
    assert read_back(read_workbook(write(swapped, tmp_path / "t.xlsx")).cells) == table.cells()


@pytest.mark.parametrize("style", ["sections", "spanners", "merged"])
def test_a_written_table_is_what_one_reads_by_hand(tmp_path: Path, style: str) -> None:
    table = Table(("Femmes", "Hommes"), ("Mendicité forcée",), (26, 17), (60, 40), style, False, False, 1, 1, True, False)
    cells = read_workbook(write(table, tmp_path / "t.xlsx")).cells
    assert sorted((c.value, c.unit) for c in cells) == [(17.0, ""), (26.0, ""), (40.0, "%"), (60.0, "%")]


def test_the_total_of_the_only_section_belongs_to_it(tmp_path: Path) -> None:
    table = Table(
        ("Femmes", "Hommes"), ("Mendicité forcée",), (26, 17, 43), (60, 40, 100), "sections", False, False, 1, 1, True, True
    )
    assert read_back(read_workbook(write(table, tmp_path / "t.xlsx")).cells) == table.cells()
