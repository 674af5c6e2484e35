"""Small changes of a sheet, as another clerk or another version of a spreadsheet would make them, that change no figure's meaning.

Each is undone in the mind of a reader: what a cell says after it is what it said before, or the cell is in doubt.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from tidy_workbook import TidyCell
from tidy_workbook.grid import Area, Cell, Grid, Place, address
from tidy_workbook.tidy import tidy_sheet
from tidy_workbook.values import read

Move = Callable[[Place], Place]
Change = Callable[[random.Random, Grid], tuple[Grid, Move]]


def _moved(grid: Grid, move: Move) -> Grid:
    """A sheet whose cells and merged areas went elsewhere."""
    cells = {move(place): replace(cell, row=move(place)[0], column=move(place)[1]) for place, cell in grid.cells.items()}
    merges = [Area(*move((area.top, area.left)), *move((area.bottom, area.right))) for area in grid.merges]
    return Grid(grid.name, cells, merges)


def _changed(grid: Grid, change: Callable[[Cell], Cell]) -> tuple[Grid, Move]:
    return Grid(grid.name, {place: change(cell) for place, cell in grid.cells.items()}, list(grid.merges)), _still


def _still(place: Place) -> Place:
    return place


def shift(draw: random.Random, grid: Grid) -> tuple[Grid, Move]:
    """The whole sheet some rows and columns further."""
    rows, columns = draw.randint(0, 3), draw.randint(0, 2)

    def move(place: Place) -> Place:
        return place[0] + rows, place[1] + columns

    return _moved(grid, move), move


def empty_row(draw: random.Random, grid: Grid) -> tuple[Grid, Move]:
    """An empty row anywhere."""
    at = draw.randint(2, max(grid.rows))

    def move(place: Place) -> Place:
        return place[0] + (place[0] >= at), place[1]

    return _moved(grid, move), move


def empty_column(draw: random.Random, grid: Grid) -> tuple[Grid, Move]:
    """An empty column anywhere."""
    at = draw.randint(1, max(column for _, column in grid.cells))

    def move(place: Place) -> Place:
        return place[0], place[1] + (place[1] >= at)

    return _moved(grid, move), move


def unmerged(draw: random.Random, grid: Grid) -> tuple[Grid, Move]:
    """Merged areas undone, some or all; not one that alone says that the row below it has no label in its column."""
    some = draw.random() < 0.5
    kept = [area for area in grid.merges if (some and draw.random() < 0.5) or _says_where_it_ends(grid, area)]
    return Grid(grid.name, dict(grid.cells), kept), _still


def _says_where_it_ends(grid: Grid, area: Area) -> bool:
    below = area.bottom + 1
    return area.bottom > area.top and below in grid.rows and (below, area.left) not in grid.cells


def title_merged(draw: random.Random, grid: Grid) -> tuple[Grid, Move]:
    """The first line merged over the width of the sheet, when it holds one text."""
    first = grid.rows[min(grid.rows)]
    area = Area(first[0].row, first[0].column, first[0].row, max(column for _, column in grid.cells))
    free = len(first) == 1 and not any(area.overlaps(other) for other in grid.merges) and area.left < area.right
    return Grid(grid.name, dict(grid.cells), [*grid.merges, area] if free else list(grid.merges)), _still


def bold(draw: random.Random, grid: Grid) -> tuple[Grid, Move]:
    """All in bold, or nothing."""
    all_bold = draw.random() < 0.5
    return _changed(grid, lambda cell: replace(cell, bold=all_bold))


def spaces(draw: random.Random, grid: Grid) -> tuple[Grid, Move]:
    """No-break spaces, line breaks and trailing spaces in texts."""
    space = draw.choice(("\u00a0", "\n", "  ", "\u202f"))

    def change(cell: Cell) -> Cell:
        if not isinstance(cell.value, str) or draw.random() < 0.5 or read(cell).kind != "text":
            return cell
        head, _, tail = cell.value.rstrip().rpartition(" ")
        return replace(
            cell, value=(f"{head}{space if head else ''}{tail}" if space != "\n" else cell.value) + draw.choice(("", " "))
        )

    return _changed(grid, change)


def typed(draw: random.Random, grid: Grid) -> tuple[Grid, Move]:
    """Numbers typed as text, with the thousands apart."""
    space = draw.choice((" ", "\u202f", "\u00a0"))

    def change(cell: Cell) -> Cell:
        plain = isinstance(cell.value, (int, float)) and not isinstance(cell.value, bool) and cell.number_format == "General"
        if not plain or (isinstance(cell.value, int) and 1900 <= cell.value <= 2100):
            return cell
        return replace(cell, value=f"{cell.value:,}".replace(",", space).replace(".", ","))

    return _changed(grid, change)


def formats(draw: random.Random, grid: Grid) -> tuple[Grid, Move]:
    """Another number format for every plain number."""
    code = draw.choice(("#,##0", "0", "# ##0.0", "#,##0_);(#,##0)"))
    return _changed(grid, lambda cell: replace(cell, number_format=code) if cell.number_format == "General" else cell)


def noted(draw: random.Random, grid: Grid) -> tuple[Grid, Move]:
    """A note at the end, and one more sign after a label."""
    mark = draw.choice(("(7)", "(9)"))
    texts = [
        cell for cell in grid.cells.values() if isinstance(cell.value, str) and read(cell).kind == "text" and len(cell.text) > 3
    ]
    chosen = draw.choice(texts).place if texts else None
    changed, move = _changed(grid, lambda cell: replace(cell, value=f"{cell.value} {mark}") if cell.place == chosen else cell)
    last = max(grid.rows) + 1
    changed.cells[last, min(column for _, column in grid.cells)] = Cell(
        last, min(column for _, column in grid.cells), f"{mark} Y compris les annexes."
    )
    return changed, move


def link(draw: random.Random, grid: Grid) -> tuple[Grid, Move]:
    """« Retour au sommaire » at the right of the first line, or above it."""
    right = max(column for _, column in grid.cells)
    if draw.random() < 0.5:
        changed, move = _changed(grid, lambda cell: cell)
        row = min(grid.rows)
        changed.cells.setdefault((row, right + 1), Cell(row, right + 1, "Retour au sommaire"))
        return changed, move

    def down(place: Place) -> Place:
        return place[0] + 1, place[1]

    changed = _moved(grid, down)
    changed.cells[1, 1] = Cell(1, 1, "Retour au sommaire")
    return changed, down


CHANGES: dict[str, Change] = {
    change.__name__: change
    for change in (shift, empty_row, empty_column, unmerged, title_merged, bold, spaces, typed, formats, noted, link)
}


def wrong(draw: random.Random, grid: Grid) -> tuple[str, list[str], int]:
    """One or two changes of a sheet: their names, the cells that now say something else without a doubt, how many are the same."""
    before, _ = tidy_sheet(grid, [])
    names = draw.sample(list(CHANGES), draw.choice((1, 1, 2)))
    moves: list[Move] = []
    for name in names:
        grid, move = CHANGES[name](draw, grid)
        moves.append(move)
    after = {cell.cell: cell for cell in tidy_sheet(grid, [])[0]}
    said, same = [], 0
    for cell in before:
        place = _place(cell.cell)
        for move in moves:
            place = move(place)
        found = after.pop(address(*place), None)
        if cell.status in ("ambiguous", "blank") or found is None:
            continue
        same += _of(found) == _of(cell)
        if found.status not in ("ambiguous", "blank") and _of(found) != _of(cell):
            said.append(f"{cell.cell}: {_of(cell)} became {_of(found)}")
    said += [f"{cell.cell}: new, {_of(cell)}" for cell in after.values() if cell.status not in ("ambiguous", "blank")]
    return "+".join(names), said, same


def _place(where: str) -> Place:
    letters = where.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(where[len(letters) :]), column


def _of(cell: TidyCell) -> tuple[object, ...]:
    def bare(path: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(label.replace(" (7)", "").replace(" (9)", "") for label in path)

    return cell.value, bare(cell.rows), bare(cell.columns), cell.unit if cell.value is not None else "", cell.status
