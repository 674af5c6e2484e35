"""xlsx: the sheet read as it is written.

Cells are read from the XML itself, by the same guarded expat as structures: a library would turn `1.50` into 1.5, a number of
twenty digits into a float, `=1+1` into nothing, and reads document type declarations. What LimeSurvey writes is one sheet.
"""

import functools
import re
from collections.abc import Iterator, Sequence
from xml.parsers import expat

from .errors import RefusedExportError, UnsafeFileError
from .exports import LOST, Cell, Export, Format, check_headings
from .files import Archive
from .xmlrows import refuse_doctype

_LETTERS = re.compile(r"[A-Z]{1,3}")


@functools.cache
def _column(letters: str) -> int:
    """The number of a column, from 0."""
    if not _LETTERS.fullmatch(letters):
        raise UnsafeFileError("A cell of the workbook has no address: it is no export of LimeSurvey.")
    return functools.reduce(lambda number, letter: number * 26 + ord(letter) - 64, letters, 0) - 1


class _Sheet:
    """Events of a sheet, or of the shared strings."""

    def __init__(self, shared: list[str]) -> None:
        self.shared = shared
        self.rows: list[dict[int, tuple[str, bool]]] = []
        self.strings: list[str] = []
        self.column, self.kind, self.formula, self.inside = -1, "n", False, ""
        self.text: list[str] = []

    def parse(self, content: bytes) -> "_Sheet":
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self.start, self.end
        parser.CharacterDataHandler = self.characters
        parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse_doctype
        try:
            parser.Parse(content, True)
        except (expat.ExpatError, LookupError):
            raise UnsafeFileError("The sheet of the workbook is damaged: ask for the export again.") from None
        return self

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "row":
            self.rows.append({})
        elif name == "c":
            letters = attributes.get("r", "").rstrip("0123456789")
            self.column, self.kind, self.formula, self.text = _column(letters), attributes.get("t", "n"), False, []
        elif name == "si":
            self.text = []
        elif name in ("v", "t", "f", "rPh") and self.inside != "rPh":  # `rPh` tells how a text is pronounced
            self.inside = name
            self.formula = self.formula or name == "f"

    def characters(self, data: str) -> None:
        if self.inside in ("v", "t"):
            self.text.append(data)

    def end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name == self.inside:
            self.inside = ""
        elif name == "si":
            self.strings.append("".join(self.text))
        elif name == "c" and self.rows:
            value = "".join(self.text)
            if self.kind == "s" and not self.formula:
                if not value.isdecimal() or int(value) >= len(self.shared):
                    raise UnsafeFileError("The workbook refers to texts that it does not hold: ask for the export again.")
                value = self.shared[int(value)]
            if self.formula or self.kind in "be":  # an error, or a text that became true or false
                self.rows[-1][self.column] = (LOST, True)
            elif value:
                self.rows[-1][self.column] = (value, self.kind == "n")


def _spreadsheet_number(value: str) -> str:
    """A number of a spreadsheet, which writes 1.1 as `1.1000000000000001` and has lost what lies beyond fifteen digits."""
    try:
        number = float(value)
    except ValueError:
        return LOST
    short = format(number, ".14g")
    return short if float(short) == number and "e" not in short else LOST


def open_xlsx(content: bytes) -> Export:
    """An export in xlsx. It cannot tell NULL from blank.

    Raises
    ------
    UnsafeFileError
        If the workbook is damaged or unsafe.
    RefusedExportError
        If it has several sheets, or no heading line.
    """
    archive = Archive(content)
    sheets = [name for name in archive.names if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name)]
    if len(sheets) != 1:
        raise RefusedExportError("The workbook has not exactly one sheet: it is not an export as LimeSurvey wrote it.")
    resaved = "xl/sharedStrings.xml" in archive.names  # LimeSurvey writes texts in the sheet itself
    shared = _Sheet([]).parse(archive.read("xl/sharedStrings.xml")).strings if resaved else []
    sheet = _Sheet(shared).parse(archive.read(sheets[0]))
    first, *others = sheet.rows or [{}]
    headings = check_headings(first.get(index, ("", False))[0] for index in range(max(first, default=-1) + 1))
    others = [row for row in others if row]
    numeric = {(number, index) for number, row in enumerate(others) for index, (_, changed) in row.items() if changed}
    if resaved:
        for row in others:
            row.update((index, (_spreadsheet_number(value), True)) for index, (value, changed) in row.items() if changed)

    def rows(take: Sequence[int]) -> Iterator[list[Cell]]:
        for row in others:
            yield [row[index][0] if index in row else "" for index in take]

    return Export(Format.XLSX, headings, rows, separates_null=False, resaved=resaved, numeric_cells=numeric)
