"""Repair an Office Open XML workbook in memory, so that openpyxl reads every cell that holds something and nothing else.

What real files need: Strict Open XML (openpyxl finds no sheet in it, without a word), malformed or overlapping merges, styles
that break the schema, formatted but empty cells up to XFD1048576, formulas that were never calculated. The package is
rebuilt with the values, number formats, bold and indents only: no document property, image, link or macro is read at all.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from posixpath import dirname, join, normpath
from typing import IO
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

from . import limits
from .grid import Area, letters
from .limits import printable

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = {
    b"http://purl.oclc.org/ooxml/spreadsheetml/main": MAIN.encode(),
    b"http://purl.oclc.org/ooxml/officeDocument/": b"http://schemas.openxmlformats.org/officeDocument/2006/",
}
"""Namespaces of ISO/IEC 29500 Strict and what they are in the Transitional schema that openpyxl knows."""

NOT_CALCULATED = "#FORMULE!"
"""Stands for a formula without a stored result: a value that nobody calculated is not a value."""

_CHUNK = 1 << 20
_FORMULA = re.compile(
    rb"<((?:\w+:)?)c\b([^<>]*)>\s*<\1f\b(?:[^<>]*/>|[^<>]*>[^<]*</\1f>)\s*(?:<\1v\s*/>|<\1v>\s*</\1v>)?\s*</\1c>"
)
_RUN = re.compile(rb"<((?:\w+:)?)r>(?:(?!<\1r>).)*?</\1r>", re.DOTALL)
_SUPERSCRIPT = re.compile(rb'vertAlign\s+val="superscript"')
_RUN_TEXT = re.compile(rb"(<(?:\w+:)?t\b[^<>]*>)\s*\(?([\d ,;]+)\)?\s*(</(?:\w+:)?t>)")
_ROW = re.compile(rb"<(?:\w+:)?row\b([^<>]*)")
# these two begin with plain letters, which `re` looks for at the speed of a search
_FAR = re.compile(rb"""r\s*=\s*["']\s*\+?([\d_]{7,})""")
_BEFORE_FIRST = re.compile(rb"""t="s"[^<>]*>\s*<(?:\w+:)?v>\s*-""")
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})")


@dataclass
class SheetParts:
    """What stands around the cells of a sheet, read apart from them."""

    name: str
    visible: bool
    merges: list[Area] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    links: set[str] = field(default_factory=set)
    repairs: list[str] = field(default_factory=list)


class BadPackage(Exception):
    """The archive is not a workbook; the message says what is missing."""


def repaired(archive: zipfile.ZipFile) -> tuple[io.BytesIO, list[SheetParts], list[str]]:
    """A package with the same cells that openpyxl reads, what stands around them, and what was repaired.

    Raises
    ------
    BadPackage
        No workbook part, or a part that is not XML.
    """
    names = set(archive.namelist())
    book = _workbook_part(archive, names)
    root = _xml(archive, book)
    relations = {
        relation.get("Id", ""): (relation.get("Type", "").rpartition("/")[2], _target(book, relation.get("Target", "")))
        for relation in _xml(archive, join(dirname(book), "_rels", f"{book.rpartition('/')[2]}.rels"))
    }
    repairs = ["Strict Open XML: namespaces read as Transitional"] if b"purl.oclc.org" in archive.read(book) else []
    target = io.BytesIO()
    sheets: list[SheetParts] = []
    listed: list[str] = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as copy:
        for entry in root.iterfind(".//{*}sheets/{*}sheet"):
            identifier = next((value for name, value in entry.attrib.items() if name.endswith("}id")), "")
            kind, part = relations.get(identifier, ("", ""))
            name = printable(entry.get("name", ""))
            if len(sheets) >= limits.SHEETS:
                raise BadPackage(f"it has more than {limits.SHEETS:,} sheets, the limit")
            if kind != "worksheet":
                repairs.append(f"{name}: a {kind or 'part that does not exist'}, not a sheet of cells: left aside")
                continue
            if part not in names:
                raise BadPackage(f"the sheet {name!r} is listed but its cells ({part}) are missing")
            sheet = SheetParts(name, entry.get("state", "visible") == "visible")
            sheets.append(sheet)
            number = len(sheets)
            listed.append(f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="r{number}"/>')
            with archive.open(part) as stream, copy.open(f"xl/worksheets/sheet{number}.xml", "w") as out:
                for piece in _cells_only(stream, sheet) if sheet.visible else [f'<worksheet xmlns="{MAIN}"/>'.encode()]:
                    out.write(piece)
        extra = {kind: part for kind, part in relations.values() if part in names}
        _write_around(copy, archive, listed, extra, '<workbookPr date1904="1"/>' if _date1904(root) else "")
    target.seek(0)
    return target, sheets, repairs


def _workbook_part(archive: zipfile.ZipFile, names: set[str]) -> str:
    if "_rels/.rels" in names:
        for relation in _xml(archive, "_rels/.rels"):
            if relation.get("Type", "").endswith("/officeDocument"):
                part = relation.get("Target", "").lstrip("/")
                if part in names and part.endswith(".xml") and b"spreadsheetml" in archive.read(part):
                    return part
                raise BadPackage(f"its main part is {part or 'not named'}, not a spreadsheet of XML cells")
    if "xl/workbook.xml" in names:
        return "xl/workbook.xml"
    raise BadPackage("it holds no xl/workbook.xml")


def _date1904(root: ElementTree.Element) -> bool:
    properties = root.find("{*}workbookPr")
    return properties is not None and properties.get("date1904") in ("1", "true")


def _target(source: str, target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else normpath(join(dirname(source), target))


def _xml(archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    try:
        data = _transitional(archive.read(part))
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            raise BadPackage(f"its part {part} declares a document type, which no workbook does")
        return ElementTree.fromstring(data)
    except KeyError:
        raise BadPackage(f"its part {part} is missing") from None
    except ElementTree.ParseError as error:
        raise BadPackage(f"its part {part} is not XML ({error})") from None


def _transitional(data: bytes) -> bytes:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = re.sub(r"^<\?xml.*?\?>", "", data.decode("utf-16")).encode()
    for strict, transitional in STRICT.items():
        data = data.replace(strict, transitional)
    return data


def _write_around(
    copy: zipfile.ZipFile, archive: zipfile.ZipFile, listed: list[str], extra: dict[str, str], properties: str
) -> None:
    """The parts beside the sheets: list of sheets, shared texts, styles, and how they hang together."""
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
        for n in range(1, len(listed) + 1)
    )
    relations = "".join(
        f'<Relationship Id="r{n}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(listed) + 1)
    )
    for kind in ("sharedStrings", "styles"):
        if kind in extra:
            data = _transitional(archive.read(extra[kind]))
            plain = _plain_styles(data, extra[kind]) if kind == "styles" else _RUN.sub(_noted, data)
            copy.writestr(f"xl/{kind}.xml", plain)
            relations += f'<Relationship Id="{kind}" Type="{RELATIONS}/{kind}" Target="{kind}.xml"/>'
            types += (
                f'<Override PartName="/xl/{kind}.xml" '
                f'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml"/>'
            )
    package = "http://schemas.openxmlformats.org/package/2006"
    copy.writestr(
        "[Content_Types].xml",
        f'<Types xmlns="{package}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" '
        f'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>{types}</Types>',
    )
    copy.writestr(
        "_rels/.rels",
        f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    )
    copy.writestr(
        "xl/workbook.xml",
        f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{properties}<sheets>{"".join(listed)}</sheets></workbook>',
    )
    copy.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{package}/relationships">{relations}</Relationships>')


def _noted(run: re.Match[bytes]) -> bytes:
    """A run of raised digits as a footnote sign, so that « 45 » and its note 3 are not read as 453."""
    if not _SUPERSCRIPT.search(run[0]):
        return run[0]
    return _RUN_TEXT.sub(lambda text: b'<t xml:space="preserve">' + b" (%b)" % text[2].strip() + text[3], run[0])


def _plain_styles(data: bytes, part: str) -> bytes:
    """The stylesheet reduced to what reading needs: number formats, bold, indent. The rest may break the schema."""
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        raise BadPackage(f"its part {part} is not XML ({error})") from None
    formats = [
        f"<numFmt numFmtId={quoteattr(f.get('numFmtId', ''))} formatCode={quoteattr(f.get('formatCode', ''))}/>"
        for f in root.iterfind("{*}numFmts/{*}numFmt")
    ]
    fonts = []
    for font in root.iterfind("{*}fonts/{*}font"):
        bold = font.find("{*}b")
        fonts.append("<font><b/></font>" if bold is not None and bold.get("val") not in ("0", "false") else "<font/>")
    cells = []
    for xf in root.iterfind("{*}cellXfs/{*}xf"):
        alignment = xf.find("{*}alignment")
        indent = "" if alignment is None else alignment.get("indent", "")
        inside = f'<alignment indent="{indent}"/>' if indent.isdigit() else ""
        cells.append(
            f'<xf numFmtId={quoteattr(xf.get("numFmtId", "0"))} fontId={quoteattr(xf.get("fontId", "0"))} fillId="0" '
            f'borderId="0" xfId="0">{inside}</xf>'
        )
    return (
        f'<styleSheet xmlns="{MAIN}"><numFmts>{"".join(formats)}</numFmts><fonts>{"".join(fonts) or "<font/>"}</fonts>'
        "<fills><fill><patternFill/></fill></fills><borders><border/></borders>"
        '<cellStyleXfs><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f"<cellXfs>{''.join(cells)}</cellXfs>"
        '<cellStyles><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    ).encode()


def _cells_only(stream: IO[bytes], sheet: SheetParts) -> Iterator[bytes]:
    """XML of a sheet with nothing but the cells that hold something; the rest goes to `sheet`.

    The part is read piece by piece, cut before a row: a piece of rows without any value is dropped at the speed of a
    search, so that time and memory follow the cells that are used, not those that are formatted.
    """
    head = b""
    while b"<sheetData" not in head and b":sheetData" not in head and (piece := stream.read(_CHUNK)):
        head += piece
    head = _transitional(head)
    opening = re.search(rb"<(?:\w+:)?sheetData\s*(/?)>", head)
    if opening is None:
        raise BadPackage(f"the sheet {sheet.name!r} holds no table of cells")
    prefix = opening[0][1:].partition(b"sheetData")[0]
    for tag in re.findall(rb"<(?:\w+:)?col\b[^<>]*>", head[: opening.start()]):
        given = _attributes(tag)
        first, last = given.get("min", ""), given.get("max", "")
        if given.get("hidden") in ("1", "true") and first.isdigit():  # without its first column, nothing says which is hidden
            sheet.hidden_columns.append((int(first[:7]), int((last if last.isdigit() else first)[:7])))
    root = re.search(rb"<(?:\w+:)?worksheet\b[^<>]*>", head)
    # dimensions that openpyxl finds at once, and is told to forget: without them it would parse the whole sheet twice
    dimension = b"<" + prefix + b'dimension ref="A1"/>'
    yield (root[0] if root else b"") + dimension + b"<" + prefix + b"sheetData>"
    rest, tail = head[opening.end() :], b""
    closing, row = b"</" + prefix + b"sheetData>", b"<" + prefix + b"row"
    ended = bool(opening[1])
    while not ended:
        end = rest.find(closing)
        if end >= 0:
            ended, tail, rest = True, rest[end + len(closing) :], rest[:end]
            cut = len(rest)
        else:
            cut = max(rest.rfind(row), 0)
        limits.tick()
        filled = _filled(rest[:cut], prefix, sheet)
        limits.hold(filled.count(b"<" + prefix + b"v>"))
        yield filled
        rest = rest[cut:]
        if not ended:
            piece = stream.read(_CHUNK)
            if not piece:
                raise BadPackage(f"the sheet {sheet.name!r} ends in the middle of its cells")
            rest += piece
    if opening[1]:
        tail = rest
    while piece := stream.read(_CHUNK):
        tail += piece
    _after(tail.decode("utf-8", "replace"), sheet)
    yield closing + b"</" + prefix + b"worksheet>"


def _attributes(tag: bytes) -> dict[str, str]:
    return dict(re.findall(r'(\w+)="(\w+)"', tag.decode("utf-8", "replace")))


@cache
def _empty(prefix: bytes, tag: bytes) -> re.Pattern[bytes]:
    """Elements that hold nothing, in the namespace of this prefix."""
    name = re.escape(prefix + tag)
    return re.compile(rb"<%b\b[^<>]*+>(?:(?<=/>)|\s*</%b>)" % (name, name))


@cache
def _inline(prefix: bytes) -> re.Pattern[bytes]:
    """A cell that holds its text itself, in one run."""
    p = re.escape(prefix)
    return re.compile(
        rb'<%bc\b([^<>]*) t="inlineStr"([^<>]*)>\s*<%bis>\s*<%bt\b[^<>]*>([^<]*)</%bt>\s*</%bis>\s*</%bc>' % (p, p, p, p, p, p)
    )


def _filled(rows: bytes, prefix: bytes, sheet: SheetParts) -> bytes:
    """Whole rows without their empty cells, and without the rows that have no other."""
    if b"</" + prefix + b"c>" not in rows:  # a cell that holds something has a closing tag
        return b""
    rows = _empty(prefix, b"row").sub(b"", _empty(prefix, b"c").sub(b"", rows))
    if b"<" + prefix + b"f" in rows:
        rows = _FORMULA.sub(_not_calculated, rows)
    if b"inlineStr" in rows:  # as the text of a formula, which openpyxl reads ten times faster
        rows = _inline(prefix).sub(rb'<%bc\1 t="str"\2><%bv>\3</%bv></%bc>' % (prefix, prefix, prefix, prefix), rows)
    if b"superscript" in rows:
        rows = _RUN.sub(_noted, rows)
    if any(int(number.replace(b"_", b"")[:12] or 0) > limits.ROWS for number in _FAR.findall(rows)):
        raise BadPackage(f"the sheet {sheet.name!r} has a row below row {limits.ROWS:,}, the last of the format")
    if _BEFORE_FIRST.search(rows):
        raise BadPackage(f"the sheet {sheet.name!r} has a cell whose text is before the first of the shared texts")
    if b"hidden" in rows:
        for tag in _ROW.findall(rows):
            given = _attributes(tag)
            if given.get("hidden") in ("1", "true") and given.get("r", "").isdigit():
                sheet.hidden_rows.add(int(given["r"]))
    return rows


def _not_calculated(found: re.Match[bytes]) -> bytes:
    if b't="str"' in found[2]:
        return b""  # calculated, and the result is an empty text
    attributes = re.sub(rb'\st="\w*"', b"", found[2])
    return b'<%bc%b t="str"><%bv>%b</%bv></%bc>' % (
        found[1], attributes, found[1], NOT_CALCULATED.encode(), found[1], found[1],
    )  # fmt: skip


def _after(tail: str, sheet: SheetParts) -> None:
    """Merged areas and links, from what follows the cells."""
    for reference in re.findall(r'<(?:\w+:)?mergeCell\b[^<>]*\bref="([^"]*)"', tail):
        area = _area(reference)
        limits.tick()
        if len(sheet.merges) >= limits.MERGES:
            raise BadPackage(f"the sheet {sheet.name!r} has more than {limits.MERGES:,} merged areas, the limit")
        if area is None:
            sheet.repairs.append(f"merge {reference!r} is malformed: ignored")
        elif any(area.overlaps(other) for other in sheet.merges[-400:]):  # writers list neighbours together
            sheet.repairs.append(f"merge {reference!r} overlaps another one: ignored")
        elif (area.top, area.left) != (area.bottom, area.right):
            sheet.merges.append(area)
    for tag in re.findall(r"<(?:\w+:)?hyperlink\b[^<>]*>", tail):
        found = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if "location" in found:
            sheet.links.add(found.get("ref", "").partition(":")[0])


def _area(reference: str) -> Area | None:
    if not (found := _REFERENCE.fullmatch(reference)):
        return None
    left, right = (_number(found[1]), _number(found[3]))
    top, bottom = int(found[2]), int(found[4])
    if not (1 <= left <= right <= 16384 and 1 <= top <= bottom <= 1048576):
        return None
    return Area(top, left, bottom, right)


def _number(column: str) -> int:
    number = 0
    for letter in column:
        number = number * 26 + ord(letter) - 64
    return number


def hidden_place(sheet: SheetParts, row: int, column: int) -> str:
    """Why a position is hidden: ``row 5`` or ``column C``; empty when it is visible."""
    if row in sheet.hidden_rows:
        return f"row {row}"
    if any(first <= column <= last for first, last in sheet.hidden_columns):
        return f"column {letters(column)}"
    return ""
