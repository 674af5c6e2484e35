"""Which columns of a table name its rows, which hold its figures, and which only flag them."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

from . import units
from .grid import Cell, Grid
from .lines import Line, is_labelish
from .values import Kind, is_flag_text, is_whole, is_yearish, read

_FLAGS_HEAD = re.compile(
    r"(?:obs(?:ervation)?[ ._]?)?(?:flags?|status)|codes?|symboles?|signes?|marques?|statut(?: de l['’]observation)?|"
    r"indicateur de .{0,20}",
    re.IGNORECASE,
)
"""A header that says that the letters of its column flag the figures beside them."""
_DURATION = re.compile(r"ans|mois|semaines?|jours?|months?|quarters?|years?", re.IGNORECASE)
"""Below another header, the unit of a duration; alone, what names the rows."""
_NOTED = re.compile(r"\s*(?:\(\d{1,2}\)|\*)$")
"""A note's mark after a header."""
_BRACKETED = re.compile(r"\(\d{1,2}\)")
_Kinds = dict[int, Counter[Kind]]


def label_and_data(grid: Grid, header: list[Line], body: list[Line]) -> tuple[list[int], list[int]]:
    """Label columns, at the left, and data columns.

    Parameters
    ----------
    grid : Grid
        The sheet.
    header, body : list of Line
        Header lines of the table, and lines that hold its figures.
    """
    columns = sorted({column for line in body for column in line.cells})
    kinds: _Kinds = {column: Counter(line.reads[column].kind for line in body if column in line.reads) for column in columns}
    labels: list[int] = []
    for position, column in enumerate(columns):
        if labels and _measures(grid, header, column):
            break
        if labels and _flags_the_next(grid, header, body, column):
            break
        if not (
            _in_words(kinds[column], labels)
            or _numbers_that_name(grid, column, columns[position + 1 :], header, body, kinds, labels)
        ):
            break
        labels.append(column)
    if not labels and (middle := _labels_in_the_middle(columns, kinds)):
        labels = [middle]
    rest = [column for column in columns if column not in labels]
    if not rest and labels:  # numbers all look like labels: the last ones are the figures
        last = next((column for column in reversed(labels) if kinds[column]["number"]), None)
        labels, rest = ([column for column in labels if column != last], [last]) if last else (labels, [])
    return labels, [
        column
        for column in rest
        if not (labels and _flags_the_next(grid, header, body, column))
        and (_holds_figures(kinds[column]) or _brackets(header, body, column) or (labels and _measures(grid, header, column)))
    ]


def _brackets(header: list[Line], body: list[Line], column: int) -> bool:
    """Whether a column with a header of its own holds numbers in brackets: negative ones, or notes, but figures that are said."""
    cells = [line.cells[column] for line in body if column in line.cells]
    return (
        len(cells) > 0 and read(cells[0]).kind == "flag" and any(column in line.cells for line in header)
        and all(_BRACKETED.fullmatch(cell.text) for cell in cells)
    )  # fmt: skip


def _measures(grid: Grid, header: list[Line], column: int) -> bool:
    """Whether the nearest header of a column is a year or a unit: what stands below are figures, even in words."""
    heads = [cell for line in header if (cell := grid.at(line.row, column))]
    return bool(heads) and (is_yearish(heads[-1]) or units.of_label(heads[-1].text) not in ("", units.COUNT))


def _in_words(count: Counter[Kind], labels: list[int]) -> bool:
    """Whether a column is mostly words or dates; the first one may have signs such as « - » among its words."""
    words, figures = count["text"] + count["date"], count["number"] + count["symbol"]
    if not words:
        return False
    return words >= figures or (not labels and words > count["number"]) or (not labels and not count["number"])


def _holds_figures(count: Counter[Kind]) -> bool:
    figures = count["number"] + count["symbol"]
    return figures > 0 and count["text"] <= 2 * figures


def _numbers_that_name(
    grid: Grid, column: int, later: list[int], header: list[Line], body: list[Line], kinds: _Kinds, labels: list[int]
) -> bool:
    """Whether a column of numbers names the rows: years, ages, codes of departments."""
    cells = [line.cells[column] for line in body if column in line.cells]
    if not cells or not any(kinds[other]["number"] or kinds[other]["symbol"] for other in later):
        return False
    heads = [cell for line in header if (cell := grid.at(line.row, column))]
    own = [cell for cell in heads if _over_one(grid, cell, column) and not units.lone(cell.text)]
    if heads and is_labelish(heads[-1].text) and not (len(own) > 1 and _DURATION.fullmatch(heads[-1].text)):
        return True
    if not labels and any(kinds[column][kind] for kind in ("text", "date")) and all(map(_is_period, cells)):
        return True  # « 1989 », « 1989 Q1 », « 1989 JAN »
    words_next = bool(later) and kinds[later[0]]["text"] > kinds[later[0]]["number"]
    if words_next and all(is_whole(cell) for cell in cells) and (not own or (not labels and _in_order(cells))):
        return True
    numbers = [cell for cell in cells if read(cell).kind == "number"]
    consecutive = (
        len(numbers) > 1 and len(cells) - len(numbers) < 2 and all(is_whole(cell) and cell.text.isdigit() for cell in numbers)
    )
    consecutive = consecutive and all(int(after.text) - int(before.text) == 1 for before, after in pairwise(numbers))
    if own:  # « Nombre d'enfants | 2022 », then 0, 1, 2, 3 ou plus
        return not labels and consecutive and len(cells) > 1
    if all(is_yearish(cell) for cell in cells):
        return len({cell.text for cell in cells}) > 1 or len(cells) == 1
    return consecutive and len(cells) >= 4


def _is_period(cell: Cell) -> bool:
    return re.match(r"(?:19|20)\d\d\b", cell.text) is not None or read(cell).kind == "date"


def _in_order(cells: list[Cell]) -> bool:
    """Whether codes grow from row to row, as those of a list do; figures beside their labels do not."""
    codes = [(len(cell.text), cell.text) for cell in cells]
    return all(before < after for before, after in pairwise(codes))


def _over_one(grid: Grid, cell: Cell, column: int) -> bool:
    area = grid.merge(cell.row, cell.column)
    return cell.column == column and (area is None or area.left == area.right)


def flags(grid: Grid, header: list[Line], body: list[Line], labels: list[int], data: list[int]) -> dict[int, int]:
    """Columns of flags such as ``(e)``, and the data column that each is about: the nearest at its left."""
    found: dict[int, int] = {}
    before = False  # flags at the left of their figures
    for column in sorted({column for line in body for column in line.cells} - set(labels)):
        cells = [(line.reads[column], line.cells[column]) for line in body if column in line.cells]
        heads = [cell for line in header if (cell := line.cells.get(column))]
        called = bool(heads) and _FLAGS_HEAD.fullmatch(_NOTED.sub("", heads[-1].text)) is not None
        headed = bool(heads) and not called and _over_one(grid, heads[-1], column)
        if headed and (_measures(grid, header, column) or _brackets(header, body, column)):
            continue
        flagging = [
            one.kind == "flag" or (not headed and is_flag_text(cell.text)) or (called and cell.text == "A") for one, cell in cells
        ]
        zeros = [one.value == 0 for one, _ in cells]  # a formula that flags nothing leaves a zero
        flagged = all(flagging) or (
            not headed and all(flag or zero for flag, zero in zip(flagging, zeros, strict=True))
            and (any(flagging) or called or _beside_its_header(grid, header, column) or _past_the_headers(grid, header, column))
        )  # fmt: skip
        if not cells or not flagged:
            continue
        before = before or (bool(data) and column < data[0])
        near = next(
            (n for n in data if n > column) if before else (n for n in reversed(data) if n < column and n not in found), None
        )
        if near:
            found[column] = near
    return found


def _labels_in_the_middle(columns: list[int], kinds: _Kinds) -> int:
    """The only column of words of a table, between two others of figures: « Hommes | Âge | Femmes »; 0 when there is none."""
    words = [column for column in columns if kinds[column]["text"] and not kinds[column]["number"]]
    return words[0] if len(words) == 1 and columns[0] < words[0] < columns[-1] else 0


def _flags_the_next(grid: Grid, header: list[Line], body: list[Line], column: int) -> bool:
    """Whether a column of letters without a header of its own, between labels and figures, flags those at its right."""
    cells = [line.cells[column] for line in body if column in line.cells]
    own = [cell for line in header if (cell := grid.at(line.row, column)) and _over_one(grid, cell, column)]
    return bool(cells) and not own and all(read(cell).kind == "flag" or is_flag_text(cell.text) for cell in cells)


def _past_the_headers(grid: Grid, header: list[Line], column: int) -> bool:
    """Whether nothing heads a column, at the right of others that are headed: zeros there are what a formula left."""
    return (
        bool(header)
        and not any(grid.at(line.row, column) for line in header)
        and any(min(line.cells) < column for line in header)
    )


def _beside_its_header(grid: Grid, header: list[Line], column: int) -> bool:
    """Whether the nearest header of a column is merged from its left neighbour: it has no name of its own."""
    area = grid.merge(header[-1].row, column) if header else None
    return area is not None and (area.left, area.right) == (column - 1, column)
