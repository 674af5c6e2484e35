"""CSV and VV: two comma- or tab-separated formats that the `csv` module reads wrongly.

`csv` makes no difference between `,,` (NULL) and `,"",` (left blank), which is all the difference between a question that was
not shown and one that was not answered. And the VV files that PHP writes leave the quote of a backslash and quote undoubled.
"""

import re
from collections.abc import Iterator, Sequence

from .errors import RefusedExportError, UnsafeFileError
from .exports import Cell, Export, Format, check_headings

_SEPARATORS = ",;\t"
_VV_MARKS = {"newline": "\n", "cr": "\r", "tab": "\t", "lbrace": "{", "quote": '"'}
_VV_MARK = re.compile(r"\{(newline|cr|tab|lbrace|quote)\}")
_VV_QUOTED = re.compile(r'\\"|""')
_NOT_SHOWN = "{question_not_shown}"

_NOTHING, _CELL, _RECORD = "\ud800", "\ud801", "\ud802"
"""Marks of what is outside quotes: an empty cell, the ends of a cell and of a record. No text that was decoded holds one, for
each is half a character."""


def _separator(text: str) -> str:
    """The separator of the first line, outside quotes: the texts of headings may hold any of them."""
    line = text.split("\n", 1)[0]
    if text.startswith('"'):
        line = re.sub(r'"(?:[^"]|"")*"', "", line)
    counts = {separator: line.count(separator) for separator in _SEPARATORS}
    found = [separator for separator, count in counts.items() if count]
    if not found:
        return ","
    if len(found) > 1 and text.startswith('"'):
        raise RefusedExportError("The separator of the CSV cannot be told: export again with the default separator (comma).")
    return max(found, key=lambda separator: counts[separator])


def records(text: str, separator: str) -> tuple[list[list[Cell]], bool]:
    """The records of a CSV, with `None` for a cell that holds nothing, not even quotes; and whether a value has no quotes.

    Cut at its quotes, a text is outside them at even places and inside at odd ones; nothing between two quotes is a doubled one.
    Pieces outside are few different ones, and marked once each; then the whole is cut at the marks.

    Raises
    ------
    UnsafeFileError
        If a quote is never closed, or something else than a separator stands beside one.
    """
    edges = f"{separator}\n"
    pieces = f"\n{text}\n".replace("\r\n", "\n").replace("\r", "\n").split('"')
    if len(pieces) % 2 == 0:
        raise UnsafeFileError("A quote of the CSV is never closed: the file is cut short or was changed by hand.")
    empty = re.compile(f"(?<=[{edges}])(?=[{edges}])")
    marked = {"": '"'}
    for piece in set(pieces[::2]) - {""}:
        if piece[0] not in edges or piece[-1] not in edges:
            raise UnsafeFileError("Something follows a closing quote in the CSV: the file was changed by hand.")
        marked[piece] = empty.sub(_NOTHING, piece).replace(separator, _CELL).replace("\n", _RECORD)
    pieces[::2] = [marked[piece] for piece in pieces[::2]]
    lines = [line for line in "".join(pieces).split(_RECORD)[1:-1] if line != _NOTHING]  # the others are blank
    found = [[None if cell == _NOTHING else cell for cell in line.split(_CELL)] for line in lines]
    return found, any(piece.strip(edges) for piece in marked if piece)


def open_csv(text: str) -> Export:
    """An export in CSV, as LimeSurvey or a spreadsheet wrote it.

    Raises
    ------
    RefusedExportError, UnsafeFileError
        If it has no heading line, or is damaged.
    """
    found, resaved = records(text, _separator(text))  # LimeSurvey quotes every value
    first, *others = found or [[]]
    headings = check_headings(cell or "" for cell in first)

    def rows(take: Sequence[int]) -> Iterator[list[Cell]]:
        width = len(headings)
        for number, row in enumerate(others, 2):
            if len(row) > width or (len(row) < width and not resaved):
                raise UnsafeFileError(
                    f"Record {number} of the CSV has not as many cells as there are headings: the file is damaged."
                )
            full = row + [None] * (width - len(row)) if len(row) < width else row
            yield [full[index] for index in take]

    return Export(Format.CSV, headings, rows, separates_null=not resaved, resaved=resaved)


def _vv_cell(cell: str) -> Cell:
    if len(cell) > 1 and cell[0] == '"' and cell[-1] == '"':
        cell = _VV_QUOTED.sub(lambda found: found[0] if found[0][0] == "\\" else '"', cell[1:-1])
    if cell == _NOT_SHOWN:
        return None
    return _VV_MARK.sub(lambda found: _VV_MARKS[found[1]], cell) if "{" in cell else cell


def looks_like_vv(text: str) -> bool:
    """Whether the second line starts with `id`, after a first line of texts with as many tabs."""
    lines = text.split("\n", 2)
    if len(lines) < 2 or "\t" not in lines[0]:
        return False
    codes = [_vv_cell(cell) for cell in lines[1].rstrip("\r").split("\t")]
    return codes[0] == "id" and len(codes) == lines[0].count("\t") + 1


def open_vv(text: str) -> Export:
    """An export for « VV survey file »: two heading lines, tabs, line breaks and tabs of the texts spelt out."""
    lines = [line.rstrip("\r") for line in text.split("\n")]
    headings = check_headings(_vv_cell(cell) or "" for cell in lines[1].split("\t"))
    if not headings[-1]:  # LimeSurvey 3 ends both heading lines with a tab, and no other
        headings.pop()

    def rows(take: Sequence[int]) -> Iterator[list[Cell]]:
        for number, line in enumerate(lines[2:], 3):
            if not line:
                continue
            cells = line.split("\t")
            if len(cells) != len(headings):
                raise UnsafeFileError(f"Line {number} of the VV file has not as many cells as headings: it was changed by hand.")
            yield [_vv_cell(cells[index]) for index in take]

    return Export(Format.VV, headings, rows)
