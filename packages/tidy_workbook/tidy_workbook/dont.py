"""« dont A », « of which B »: parts of the row above, and what stands beside them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from . import limits
from .blocks import RawBlock
from .lines import Line
from .paths import Label
from .values import folded

_DONT = re.compile(r"(?:dont|of which|of whom|parmi lesquel(?:le)?s)\b\s*:?\s*(?=.)")
_BARE_DONT = re.compile(r"(?:dont|of (?:which|whom)|including|parmi (?:lesquel(?:le)?s|eux|elles)|davon|darunter)\s*:?")


def starts_dont(text: str) -> bool:
    """Whether a label begins with « dont »: what follows is a part of what stands above."""
    return bool(_DONT.match(folded(text)) or _BARE_DONT.fullmatch(folded(text)))


@dataclass(frozen=True)
class Dont:
    """A row « dont : A » with rows indented below it: their depth, the row that all are parts of, and what is in doubt."""

    column: int
    depth: int
    above: Label | None
    above_depth: int
    doubt: str


def beside_dont(block: RawBlock, indent_of: dict[int, dict[int, int]]) -> dict[int, Dont]:
    """Rows « dont : A » whose next rows are indented: B and C stand beside A, below the row above « dont ».

    The colon says so. Without it B and C may be parts of A: the sums of the rows tell, and where they do not, the row and those
    below are in doubt.
    """
    found: dict[int, Dont] = {}
    rows = [row for row in block.body if row.kind == "data"]
    for position, row in enumerate(rows[:-1]):
        cell = row.line.first
        if cell.column not in block.labels or not (start := _DONT.match(folded(cell.text))):
            continue
        depths = indent_of[cell.column]
        depth, after = depths.get(cell.row, 0), rows[position + 1].line.first
        deeper = depths.get(after.row, 0)
        if after.column != cell.column or deeper <= depth:
            continue
        above = rows[position - 1].line if position else None
        if above is not None and (above.first.column != cell.column or depths.get(above.row, 0) > depth):
            above = None
        parts = []
        for number in range(position + 1, len(rows)):
            limits.tick()
            later = rows[number]
            if depths.get(later.line.first.row, 0) < deeper:
                break
            if depths.get(later.line.first.row, 0) == deeper:
                parts.append(later.line)
        colon = ":" in start[0]
        under = adds_up(row.line, parts, block)
        sums = above is not None and adds_up(above, [row.line, *parts], block)
        if not colon and under and not sums:
            continue  # B and C make A: they are its parts
        doubt = "" if sums or (colon and not under) else "beside « dont », or a part of it"
        label = Label.of(above.first) if above is not None else None
        found[cell.row] = Dont(cell.column, deeper, label, depths.get(above.row, 0) if above is not None else -1, doubt)
        if doubt:
            for part in parts:
                found[part.row] = Dont(cell.column, deeper, label, found[cell.row].above_depth, doubt)
    return found


def adds_up(whole: Line, parts: list[Line], block: RawBlock) -> bool:
    """Whether the figures of some rows make those of another, in every column that has them all; two parts at least.

    Whole numbers add exactly, others within what rounding to their decimals takes away. A column with a figure below zero, as
    changes have, adds to nothing.
    """
    compared = 0
    for column in block.data:
        figures = [line.reads[column].value for line in (whole, *parts) if column in line.reads]
        known = [figure for figure in figures if figure is not None]
        if len(known) <= len(parts) or min(known) < 0:
            continue
        compared += 1
        total, *added = known
        rounding = 0.505 * _step(known) * len(known) if any(figure % 1 for figure in known) else 0.0
        if abs(math.fsum(added) - total) > 1e-6 * total + rounding:
            return False
    return compared > 0 and len(parts) > 1


def _step(figures: list[float]) -> float:
    """One unit of the last decimal that figures have, the sixth at most."""
    return 10.0 ** -max(min(len(repr(figure).partition(".")[2]), 6) for figure in figures)


def dont_path(column: int, label: Label, found: Dont, indents: dict[int, list[tuple[int, Label]]]) -> list[Label]:
    """Path of « dont : A » in its column: below the row above it; what is indented under it will stand beside it."""
    stack = [(depth, kept) for depth, kept in indents.get(column, []) if depth < found.depth and kept != label]
    if found.above is not None and not any(kept.place == found.above.place for _, kept in stack):
        stack = [(depth, kept) for depth, kept in stack if depth < found.above_depth]
        stack.append((found.above_depth, found.above))
    indents[column] = [*stack, (found.depth, label)]
    return [kept for _, kept in indents[column]]
