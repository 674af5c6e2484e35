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


def cut_at_quotes(text: str) -> list[str]:
    """The pieces of a CSV: what stands at odd places is inside quotes, what stands at even places outside.

    Raises
    ------
    UnsafeFileError
        If a quote is never closed.
    """
    pieces = text.replace("\r\n", "\n").replace("\r", "\n").split('"')
    if len(pieces) % 2 == 0:
        raise UnsafeFileError("A quote of the CSV is never closed: the file is cut short or was changed by hand.")
    return pieces


def records(pieces: Sequence[str], separator: str) -> Iterator[list[Cell]]:
    """The records of a CSV, with `None` for a cell that holds nothing, not even quotes.

    Outside quotes only separators, ends of line and unquoted values can be; an empty piece there is a doubled quote.

    Raises
    ------
    UnsafeFileError
        If something follows a closing quote.
    """
    row: list[Cell] = []
    cell: Cell = None  # the cell being read
    last = len(pieces) - 1
    # By far the most pieces stand between two values: separators alone, and the blank cells that they make.
    between = {piece: [None] * (len(piece) - 1) for piece in set(pieces[::2]) if piece and not piece.strip(separator)}
    for place, piece in enumerate(pieces):
        if place % 2:
            cell = piece if cell is None else f'{cell}"{piece}'
            continue
        if not piece and 0 < place < last:
            continue  # a doubled quote
        if (blanks := between.get(piece)) is not None:
            row.append(cell)
            row += blanks
            cell = None
            continue
        for number, line in enumerate(piece.split("\n")):
            if number:  # an end of line
                row.append(cell)
                cell = None
                if row != [None]:
                    yield row
                row = []
            unquoted = line.split(separator)
            if unquoted[0]:
                if cell is not None:
                    raise UnsafeFileError("Something follows a closing quote in the CSV: the file was changed by hand.")
                cell = unquoted[0]
            for following in unquoted[1:]:
                row.append(cell)
                cell = following or None
    row.append(cell)
    if row != [None]:
        yield row


def open_csv(text: str) -> Export:
    """An export in CSV, as LimeSurvey or a spreadsheet wrote it.

    Raises
    ------
    RefusedExportError, UnsafeFileError
        If it has no heading line, or is damaged.
    """
    separator, pieces = _separator(text), cut_at_quotes(text)
    headings = check_headings(cell or "" for cell in next(records(pieces, separator), []))
    resaved = any(piece.strip(separator + "\n") for piece in set(pieces[::2]))  # LimeSurvey quotes every value

    def rows(take: Sequence[int]) -> Iterator[list[Cell]]:
        source = records(pieces, separator)
        next(source, None)
        width = len(headings)
        for number, row in enumerate(source, 2):
            if len(row) > width or (len(row) < width and not resaved):
                raise UnsafeFileError(
                    f"Record {number} of the CSV has not as many cells as there are headings: the file is damaged."
                )
            yield [row[index] if index < len(row) else None for index in take]

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
