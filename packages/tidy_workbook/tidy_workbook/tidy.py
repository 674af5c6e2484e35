"""Tables → tidy cells: value, unit, status, labels and notes of each body cell."""

from __future__ import annotations

import heapq
import re
from collections import Counter

from .grid import Grid
from .lines import cleared, joined
from .model import SheetReport, TidyCell
from .notes import Legend
from .surroundings import read_blocks
from .table import Table, in_doubt
from .totals import repeated_totals, told_apart
from .values import folded, read

_DOCUMENTATION = re.compile(
    r"(?<![a-z])(?:sommaire|lisez|lisez-?moi|lire|notice|presentation|methodes?|methodologie|definitions?|glossaire|documentation|"
    r"contenu|contents|index|a propos|avertissement|credits|readme|couverture|liste des|notes?$|sources?$|signes)(?![a-z])"
)


def is_documentation(grid: Grid) -> bool:
    """Whether a sheet explains or lists, and holds no table: a contents page, a « Lisez-moi », a page of method."""
    named = bool(_DOCUMENTATION.search(folded(grid.name)))
    heads = heapq.nsmallest(3, grid.cells)
    alone = (grid.cells[place].text for place in heads if len(grid.rows[place[0]]) == 1)
    named = named or any(_DOCUMENTATION.fullmatch(folded(text)) for text in alone)
    if not named:
        return not any(read(cell).kind == "number" for cell in grid.cells.values())
    kinds = Counter(read(cell).kind for cell in grid.cells.values())
    return kinds["number"] == 0 or kinds["number"] <= kinds["text"]


def documentation_texts(grid: Grid) -> list[str]:
    """Texts of a sheet that explains the workbook: its legend of symbols is that of every sheet."""
    texts: list[str] = []
    for cells in grid.rows.values():
        words = [cell for cell in cells if isinstance(cell.value, str)]
        sign = len(words) == 2 and len(words[0].text) <= 5
        texts += [joined(words)] if sign else [str(cell.value) for cell in words]
    return [line.strip() for text in texts for line in text.splitlines() if line.strip()]


def tidy_sheet(grid: Grid, workbook_notes: list[str]) -> tuple[list[TidyCell], SheetReport]:
    """Tidy cells of a sheet, and what was understood of it."""
    if not grid.visible:
        return [], SheetReport(grid.name, "hidden", skipped=(("", "hidden sheet: not read"),))
    hidden = tuple(grid.hidden) + tuple(("", repair) for repair in grid.repairs)
    if not grid.cells:
        return [], SheetReport(grid.name, "empty", skipped=hidden)
    if is_documentation(grid):
        contents = bool(re.search(r"sommaire|contents|index|liste", folded(grid.name + " " + grid.cells[min(grid.cells)].text)))
        lines = tuple(documentation_texts(grid))
        return [], SheetReport(grid.name, "contents" if contents else "documentation", skipped=hidden, notes=lines)
    clear = cleared(grid)
    blocks, loose, set_apart = read_blocks(clear)
    all_notes = [text.strip() for _, cell in [*clear.notes, *loose] for text in cell.splitlines() if text.strip()]
    legend = Legend(all_notes, workbook_notes)
    tables = [Table(grid.name, number, block, clear.grid, legend) for number, block in enumerate(blocks, start=1)]
    each = [table.cells() for table in tables]
    cells = [cell for found in each for cell in found]
    if len(tables) > 1:
        doubts = repeated_totals(each)
        cells = [in_doubt(cell, doubts[cell.cell]) if cell.cell in doubts else cell for cell in told_apart(cells)]
        cells.sort(key=lambda cell: _order(cell.cell))
    emitted = {cell.cell for cell in cells}
    apart = {where for where, _ in set_apart}
    skipped = [*hidden, *clear.skipped, *set_apart, *_left_over(clear.grid, tables, emitted | apart, loose)]
    symbols: dict[str, tuple[str, str, str]] = {}
    for table in tables:
        symbols.update(table.decided)
    report = SheetReport(
        grid.name, "data", tuple(table.summary() for table in tables), tuple(skipped), tuple(symbols.values()), tuple(all_notes)
    )
    return cells, report


def _order(address: str) -> tuple[int, int, str]:
    column = address.rstrip("0123456789")
    return int(address[len(column) :]), len(column), column


def _left_over(grid: Grid, tables: list[Table], emitted: set[str], loose: list[tuple[int, str]]) -> list[tuple[str, str]]:
    """Numbers and symbols that are in no table, and texts in the body of one: said, never dropped in silence."""
    known = emitted | {address for table in tables for address in table.explained()}
    rows = {row for row, _ in loose}
    within = {row for table in tables for row in range(table.block.top, table.block.bottom + 1)}
    found = []
    for cell in grid.cells.values():
        if cell.address in known:
            continue
        kind = read(cell).kind
        inside = cell.row in within
        if kind == "number" or (inside and cell.row not in rows and kind != "text"):
            found.append((cell.address, f"{kind} outside every table: « {cell.text[:40]} »"))
        elif inside and cell.row not in rows:
            found.append((cell.address, f"text beside the table: « {cell.text[:60]} »"))
    return found
