"""What stands around the tables of a sheet: which title, which unit and which notes are whose."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import pairwise

from . import limits, notes, units
from .blocks import RawBlock, Reader, Title
from .lines import Cleared, is_caption, is_labelish, lines_of
from .notes import Note, NoteKind
from .page import Page
from .side_by_side import column_groups

ALL_KINDS: tuple[NoteKind, ...] = ("population", "source", "reading", "note", "unit")


def read_blocks(cleared: Cleared) -> tuple[list[RawBlock], list[tuple[int, str]], list[tuple[str, str]]]:
    """Tables of a sheet with their titles, units and notes; the texts that are in none (row, text); what was set apart."""
    every: list[RawBlock] = []
    texts: list[tuple[int, str]] = []
    skipped: list[tuple[str, str]] = []
    groups = column_groups(cleared.grid)
    starts = [columns.start for columns in groups]
    note_rows: list[list[int]] = [[] for _ in groups]
    for row, column in sorted(cleared.note_places):
        note_rows[bisect_right(starts, column) - 1].append(row)
    for lines, rows in zip(lines_of(cleared.grid, groups), note_rows, strict=True):
        reader = Reader(Page(cleared.grid, lines, rows))
        blocks = reader.read()
        _give_titles(blocks, every)
        _give_corners(blocks)
        _give_units(blocks)
        for block in blocks:
            block.unit = block.unit or cleared.unit
        every += blocks
        texts += reader.trailing
        skipped += reader.skipped
    _give_notes(every, _note_groups(cleared.notes, texts, every))
    return every, texts, skipped


def _give_titles(blocks: list[RawBlock], before: list[RawBlock]) -> None:
    """A table without a title of its own has that of the table above; one with its own has the sheet's before it, unless
    its own is numbered (« Tableau 2 : … »)."""
    if not blocks:
        return
    first = blocks[0]
    first.titles = [title.text for title in first.own] or (list(before[0].titles) if before else [])
    if (
        first.own and before and not any(is_caption(title.text) for title in first.own)
    ):  # « Tableau 1 » above « Hommes », « Femmes »
        first.titles[:0] = [title.text for title in before[0].own if title.row < first.own[0].row]
    later = [block for block in blocks[1:] if block.own]
    base = _titles_of_the_sheet(first, later) if later and first.own else first.titles
    for above, block in pairwise(blocks):
        own = [title.text for title in block.own]
        if not own:
            block.titles = list(above.titles)
        else:
            block.titles = own if any(is_caption(title) for title in own) else [*base, *own]


def _give_corners(blocks: list[RawBlock]) -> None:
    """Tables one below the other with the same headers and each its own corner: the corner is the name of the table."""
    corners = [_corner(block) for block in blocks]
    for number, block in enumerate(blocks):
        near = [other for other in (number - 1, number + 1) if 0 <= other < len(blocks) and not blocks[max(number, other)].own]
        if any(corners[number] and corners[other] not in ("", corners[number]) for other in near):
            block.titles = [*block.titles, corners[number]]


def _corner(block: RawBlock) -> str:
    texts = [cell.text for line in block.header for column, cell in line.cells.items() if column in block.labels]
    return texts[0] if len(texts) == 1 and not is_labelish(texts[0]) and not units.lone(texts[0]) else ""


def _titles_of_the_sheet(first: RawBlock, later: list[RawBlock]) -> list[str]:
    """Of the titles above the first table, those that hold for the whole sheet: not the one that is its own."""
    titles = first.own
    if any(is_caption(block.own[0].text) for block in later):
        return []
    if len(titles) == 1:
        alone = not is_caption(titles[0].text) and _touches(titles[0], first)
        same_look = all(_touches(block.own[-1], block) and block.own[-1].bold == titles[0].bold for block in later)
        return [] if alone and same_look else [titles[0].text]
    gaps = [number for number, (above, below) in enumerate(pairwise(titles), start=1) if below.row - above.row > 1]
    return [title.text for title in titles[: gaps[-1] if gaps else len(titles) - 1]]


def _touches(title: Title, block: RawBlock) -> bool:
    return block.top - title.row == 1


def _give_units(blocks: list[RawBlock]) -> None:
    """A table without a unit of its own takes that of the table above it that has the same headers."""
    for above, block in pairwise(blocks):
        one, other = ([[cell.text for cell in line.cells.values()] for line in found.header] for found in (above, block))
        if not block.unit and one == other and not any(is_caption(title.text) for title in block.own):
            block.unit = above.unit


def _note_groups(keyed: list[tuple[int, str]], plain: list[tuple[int, str]], blocks: list[RawBlock]) -> list[list[Note]]:
    """Notes of a sheet, in groups: a table between two notes separates them."""
    edges = sorted({block.bottom for block in blocks})
    groups: dict[int, list[tuple[int, str]]] = {}
    for row, text in sorted([*keyed, *plain]):
        groups.setdefault(bisect_left(edges, row), []).append((row, text))
    return [notes.parse(groups[key]) for key in sorted(groups)]


def _give_notes(blocks: list[RawBlock], groups: list[list[Note]]) -> None:
    """Notes of each table: those beside or just below it; of a kind that it lacks, those above the first table of the
    sheet; where it has none at all, those of the next tables below."""
    tops = sorted(block.top for block in blocks)
    every = sorted((note for group in groups for note in group), key=lambda note: note.row)
    rows = [note.row for note in every]
    groups = [group for group in groups if group]
    starts = [group[0].row for group in groups]
    above = every[: bisect_left(rows, tops[0])] if tops else []
    for block in blocks:
        limits.tick()
        below = bisect_right(tops, block.bottom)
        following = tops[below] if below < len(tops) else 10**9
        own = every[bisect_left(rows, block.top) : bisect_left(rows, following)]
        further = [] if own else groups[bisect_left(starts, following) :]
        limits.tick(work=len(further))
        for kind in ALL_KINDS:
            for candidates in (own, above, *further):
                if found := [note for note in candidates if note.kind == kind]:
                    block.notes += found
                    break
        block.unit = block.unit or units.of_note(notes.words(block.notes, "unit"))
