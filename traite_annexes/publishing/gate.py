"""The gate: what is about to be published, looked at once more, file by file, for what must never leave.

The door is elsewhere: disclosure control decides before the one table, and nothing after it holds a hidden value. The gate trusts
none of this. It opens every file, as deep as it goes (cells, metadata, images, zips), and refuses what must not be there.
"""

from __future__ import annotations

import base64
import csv
import html
import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from traite_lib.catalogue import Catalogue, Edition
from traite_lib.nomenclature import UNKNOWN

from ..files import listed
from . import manifest
from .manifest import DISCLOSURE, MANIFEST

Piece = tuple[str, str]
"""A place in a file, and a text that stands there."""

LARGEST = 64 * 2**20
"""Bytes that a file inside another may have: more is no annex."""

_FIELDS = [
    "ipaddr",
    "refurl",
    "submitdate",
    "startdate",
    "datestamp",
    "lastpage",
    "startlanguage",
    "participant_id",
    "emailstatus",
]
_FIELD = "|".join([*_FIELDS, "token", "firstname", "lastname"])
"""Columns that LimeSurvey gives to answers, of which an annex has none."""

_ROOTS = ["/home/", "/Users/", "/root/", "/tmp/", "/mnt/", "/srv/", "/work/", "/private/", "/var/"]

FORBIDDEN: dict[str, tuple[Sequence[str], re.Pattern[str]]] = {
    name: (hints, re.compile(pattern))
    for name, hints, pattern in (
        ("a traceback", ["Traceback", "\x1b["], r"Traceback \(most recent call last\)|\x1b\[[0-9;]*m"),
        (
            "an absolute path",
            _ROOTS,
            r"/(?<![\w/.:~%-]/)(?:home|Users|root|tmp|mnt|srv|work|private|var/(?:tmp|folders))/[^\s\"'<>]",
        ),
        ("an absolute path (Windows)", [":\\"], r":(?<=\b[A-Za-z]:)\\+(?:Users|Documents|home)\b"),
        ("the address of a file", ["file:///"], r"file:///"),
        ("an e-mail address", ["@"], r"@(?<=[\w.+-]@)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"),
        ("an IP address", [], r"\.(?<=\d\.)\d{1,3}\.\d{1,3}\.\d{1,3}(?![\d.])"),
        ("an identifier", ["-"], r"-(?<=[0-9a-f]{8}-)(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![\w-])"),
        ("a pseudonym", [], r"[>,;|\t\n\"'](?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{12}[<,;|\t\n\"']"),
        ("a record of answers", _FIELDS, rf"\b(?:{_FIELD})\b(?:\W+\w+){{0,8}}?\W+(?:{_FIELD})\b"),
        ("a record of a victim", ["slot"], r"\bassociation\W{1,20}response\W{1,20}slot\b"),
    )
}
"""What is refused in any text, whatever the edition: words without which there is none of it (found much faster), and the
pattern, which begins with a letter that is rare: what stands before it is looked at there only."""

COLUMNS = ({"statement_id"}, {"list", "code", "label_fr", "label_en"})
"""What a CSV of annexes has among its columns: figures, each with its statement, or codes."""


@dataclass
class Gate:
    """What is looked for in the files of one edition.

    Attributes
    ----------
    hidden : set of str
        Statements that disclosure control hides.
    threshold : int
        Counts of victims below it, and above zero, are hidden; 0 where nothing is.
    names : pattern or None
        Names of associations, folded, when who runs the gate holds them.
    """

    hidden: frozenset[str] = frozenset()
    threshold: int = 0
    names: re.Pattern[str] | None = None
    refused: list[str] = field(default_factory=list)

    def look(self, name: str, content: bytes) -> None:
        """Look into a file, whatever its kind."""
        kind = PurePosixPath(name).suffix
        if kind not in _READERS:
            self.refused.append(f"{name}: the gate cannot look into a file of this kind.")
            return
        pieces: list[Piece] = []
        damaged: list[str] = []
        try:
            for piece in _READERS[kind](self, name, content):
                pieces.append(piece)  # what comes before the damage is looked at too
        except (ValueError, KeyError, TypeError, struct.error, zlib.error, zipfile.BadZipFile, EOFError) as error:
            damaged.append(f"{name}: it cannot be read ({type(error).__name__}).")
        if any(self._said("\n".join(text for _, text in pieces))):  # where nothing is, in no piece is any
            for place, text in pieces:
                self.say(name, place, text)
        self.refused += damaged

    def say(self, name: str, place: str, text: str) -> None:
        """Refuse a text for what it has."""
        self.refused += [f"{name}, {place}: {what}." for what in self._said(text)]

    def _said(self, text: str) -> Iterator[str]:
        """What a text has that is refused; never what it says of it: others may read the refusal."""
        for what, (hints, pattern) in FORBIDDEN.items():
            if (not hints or any(hint in text for hint in hints)) and pattern.search(text):
                yield what
        if self.names and (named := self.names.search(folded(text))):
            yield f"the name of an association (number {named.lastindex or 0} of the list)"

    def row(self, name: str, place: str, statement: str, numbers: Iterable[str]) -> None:
        """Refuse a row that names a hidden statement and gives a number."""
        if statement in self.hidden and any(re.search(r"\d", number) for number in numbers):
            self.refused.append(f"{name}, {place}: {statement} is hidden, and a number stands beside it.")

    def count(self, name: str, place: str, row: Mapping[str, str]) -> None:
        """Refuse a count of victims made from answers that the profile does not allow."""
        if row.get("locator") == "records" and row.get("unit") == "count" and row.get("population") != "associations":
            value = float(row.get("value") or 0)
            unsaid = row.get("category") == UNKNOWN  # how many did not answer tells nothing of anybody
            if 0 < value < self.threshold and row.get("variable") != "countries" and not unsaid:
                self.refused.append(f"{name}, {place}: {row['statement_id']} is a count below {self.threshold}.")


def folded(text: str) -> str:
    """A text as names are compared: case, accents and punctuation never decide."""
    import unicodedata

    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    return f" {' '.join(re.findall(r'[a-z0-9]+', plain))} "


# -- one reader for each kind of file: the texts of a file, once what its rows say has been looked at ----------------------


def _text(gate: Gate, name: str, content: bytes) -> Iterator[Piece]:
    text = content.decode("utf-8")
    yield "as text", text


def _csv(gate: Gate, name: str, content: bytes) -> Iterator[Piece]:
    text = content.decode("utf-8")
    rows = csv.DictReader(io.StringIO(text))
    columns = set(rows.fieldnames or ())
    if text and not any(known <= columns for known in COLUMNS):
        gate.refused.append(f"{name}, line 1: these columns are not those of figures with their statements.")
    for row in rows:
        place = f"line {rows.line_num}"
        gate.row(name, place, row.get("statement_id") or "", [row.get("value") or "", row.get("text") or ""])
        gate.count(name, place, row)
    yield "as text", text


_TABLE, _ROW, _CELL = (re.compile(rf"<{tag}\b([^>]*)>") for tag in ("table", "tr", "t[hd]"))
"""Where a table, a row, a cell begins: HTML lets the tags that end them go."""
_MARKED = re.compile(r"<td\b[^>]*\bnumber\b")
"""A cell that is said to hold a number: a heading that is says nothing of the cells below it."""
_ROW_ENDS = re.compile(r"</?(?:tr|thead|tbody|tfoot|table)\b")
_IMAGE = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=]+)")


def _html(gate: Gate, name: str, content: bytes) -> Iterator[Piece]:
    yield from _markup(gate, name, "", content.decode("utf-8"))


def _markup(gate: Gate, name: str, place: str, text: str) -> Iterator[Piece]:
    """Texts of a page or a drawing: its rows, its words, what its images tell."""
    for statement, numbers in _rows(text) if gate.hidden else ():
        gate.row(name, f"{place}a table", statement, numbers)
    for image in _IMAGE.findall(text):
        yield from ((f"{place}{part}", said) for part, said in _png(gate, name, base64.b64decode(image)))
    yield f"{place}as text", html.unescape(text)


def _rows(text: str) -> Iterator[tuple[str, list[str]]]:
    """What stands in the cells of numbers of each row of its tables, for each other cell, which may name a statement.

    Which cells hold numbers is said by a class of the table (``n3``: the third column) or of the cell; where neither says it,
    each cell of the row may.
    """
    for about, table in _pieces(_TABLE, text):
        columns = {int(number) for number in re.findall(r"\bn(\d+)\b", about)}
        known = bool(columns) or _MARKED.search(table) is not None
        for _, row in _pieces(_ROW, table):
            cells = [
                (not known or number in columns or "number" in about, html.unescape(re.sub(r"<[^>]+>", "", cell)).strip())
                for number, (about, cell) in enumerate(_pieces(_CELL, _ROW_ENDS.split(row)[0]), 1)
            ]
            for statement in {cell for _, cell in cells if "/" in cell}:
                yield statement, [cell for is_number, cell in cells if is_number and cell != statement]


def _pieces(start: re.Pattern[str], text: str) -> Iterator[tuple[str, str]]:
    """What follows each tag, up to the next of its kind, with the attributes of the tag."""
    _, *found = start.split(text)
    yield from zip(found[::2], found[1::2], strict=True)


def _strings(value: object, place: str) -> Iterator[Piece]:
    """Every text of a JSON value, names of keys included, with where it stands."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield f"{place}, a name", key
            yield from _strings(inner, f"{place}/{key}")
    elif isinstance(value, list):
        if value and all(isinstance(line, str) for line in value):
            yield place, "".join(value)
        else:
            for number, inner in enumerate(value):
                yield from _strings(inner, f"{place}/{number}")


def _json(gate: Gate, name: str, content: bytes) -> Iterator[Piece]:
    if name == MANIFEST:  # checksums and versions, checked one by one elsewhere
        return
    yield from _strings(json.loads(content), "")


def _notebook(gate: Gate, name: str, content: bytes) -> Iterator[Piece]:
    for place, text in _strings(json.loads(content), ""):
        kind = place.rpartition("/")[2]
        if kind == "output_type" and text == "error":
            gate.refused.append(f"{name}, {place}: a cell that failed.")
        elif kind == "png":
            yield from ((f"{place}, {part}", said) for part, said in _png(gate, name, base64.b64decode(text)))
        elif kind in ("html", "svg+xml"):
            yield from _markup(gate, name, f"{place}, ", text)
        else:
            for line in text.splitlines() if gate.hidden and " | " in text else ():
                statement, _, rest = line.partition(" | ")
                gate.row(name, place, statement, [rest.partition("|")[2]])
            yield place, text


def _png(gate: Gate, name: str, content: bytes) -> Iterator[Piece]:
    """Texts of the chunks of an image, and what follows its end."""
    if not content.startswith(b"\x89PNG\r\n\x1a\n"):
        raise ValueError("no PNG")
    place = 8
    while place < len(content):
        (length,), kind = struct.unpack(">I", content[place : place + 4]), content[place + 4 : place + 8]
        data = content[place + 8 : place + 8 + length]
        if kind in (b"tEXt", b"zTXt", b"iTXt", b"eXIf"):
            keyword, _, rest = data.partition(b"\0")
            if kind == b"zTXt":
                rest = zlib.decompressobj().decompress(rest[1:], LARGEST)
            elif kind == b"iTXt" and rest[:1] == b"\1":
                rest = zlib.decompressobj().decompress(rest[2:].split(b"\0", 2)[2], LARGEST)
            yield f"chunk {kind.decode()}", f"{keyword.decode('latin-1')} {rest.decode('utf-8', 'replace')}"
        place += 12 + length
        if kind == b"IEND" and place != len(content):
            gate.refused.append(f"{name}: something follows the end of an image.")
            return


def _sheet(gate: Gate, name: str, content: bytes) -> Iterator[Piece]:
    """Texts of a workbook, and its rows that name a hidden statement: whatever is a number in them."""
    members = dict(_members(content))
    shared = [_bare(text) for text in _SHARED.findall(members.get("xl/sharedStrings.xml", b"").decode("utf-8"))]
    hidden = {number: text for number, text in enumerate(shared) if text in gate.hidden}
    for member, inside in members.items():
        if not member.endswith((".xml", ".rels")):
            gate.look(f"{name}/{member}", inside)
            continue
        text = inside.decode("utf-8")
        for number, row in enumerate(text.split("<row ")[1:] if hidden and "/worksheets/" in member else (), start=1):
            cells = _VALUE.findall(row)
            for statement in (hidden[int(value)] for about, value in cells if 't="s"' in about and int(value) in hidden):
                gate.row(name, f"{member}, row {number}", statement, [value for about, value in cells if 't="' not in about])
        yield member, _bare(text)


_SHARED, _VALUE = re.compile(r"<si>(.*?)</si>", re.DOTALL), re.compile(r"<c ([^>]*)><v>([^<]*)</v>")


def _bare(text: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", text)).strip()


def _zip(gate: Gate, name: str, content: bytes) -> Iterator[Piece]:
    for member, inside in _members(content):
        gate.look(f"{name}/{member}", inside)
    return
    yield


def _members(content: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in archive.infolist():
            if member.file_size > LARGEST:
                raise ValueError("too large")
            if member.comment or archive.comment:
                raise ValueError("a comment")
            if not member.is_dir():
                yield member.filename, archive.read(member)


def _pdf(gate: Gate, name: str, content: bytes) -> Iterator[Piece]:
    try:
        from pypdf import PdfReader
    except ImportError:
        gate.refused.append(f"{name}: the gate reads PDF with pypdf, which is not installed (`pip install 'traite[pdf]'`).")
        return
    document = PdfReader(io.BytesIO(content))
    if document.attachments:
        gate.refused.append(f"{name}: a file is attached to it.")
    yield "metadata", " ".join(map(str, (document.metadata or {}).values()))
    if document.xmp_metadata:
        yield "metadata", document.xmp_metadata.stream.get_data().decode("utf-8", "replace")
    for number, page in enumerate(document.pages, start=1):
        yield f"page {number}", page.extract_text()


_READERS: Mapping[str, Callable[[Gate, str, bytes], Iterator[Piece]]] = {
    **dict.fromkeys([".js", ".txt", ".md"], _text), **dict.fromkeys([".html", ".svg"], _html),
    ".csv": _csv, ".json": _json, ".ipynb": _notebook, ".png": _png, ".xlsx": _sheet, ".zip": _zip, ".pdf": _pdf,
}  # fmt: skip


# -- an edition --------------------------------------------------------------------------------------------------------------


def refusals(edition: Edition, folder: Path, catalogue: Catalogue, names: Iterable[str] = ()) -> list[str]:
    """Why the annexes of an edition may not be published, a sentence each; nothing when they may.

    Parameters
    ----------
    edition : Edition
        Whose annexes.
    folder : Path
        Where they are.
    names : iterable of str
        Names of associations that must not be in them, from who holds them.
    """
    if edition.is_internal:
        return [f"Edition {edition.key} is internal, nothing is hidden in it: it stays with those who hold the answers."]
    told = manifest.read(folder / MANIFEST)
    if told is None:
        return [f"{MANIFEST}: it is missing or damaged."]
    files = {name: (folder / name).read_bytes() for name in listed(folder)}
    sums = manifest.checksums(folder, files)
    found = [
        f"{name}: it is not in {MANIFEST}: nobody knows what made it, remove it."
        for name in files
        if name not in {MANIFEST, *told.declared}
    ]
    found += [
        f"{name}: it is {'not the one that was made' if name in files else 'missing'}."
        for name, checksum in told.declared.items()
        if sums.get(name) != checksum
    ]
    inputs = manifest.provenance(catalogue)["inputs"]
    stale = sorted(name for name in {*inputs, *told.inputs} if inputs.get(name) != told.inputs.get(name))
    found += [f"{name}: it has changed since, and these annexes are stale: `traite render {edition.key}`." for name in stale]
    if told.profile != (edition.release.profile if edition.release else ""):
        found.append(f"{MANIFEST}: it tells the profile {told.profile!r}, which is not that of the release.")
    gate = of(edition, catalogue, names)
    for name, content in files.items():
        if name == DISCLOSURE and edition.released:
            if content != catalogue.verified(edition.released).read_bytes():
                found.append(f"{name}: it is not the record of the release.")
        else:
            gate.look(name, content)
    return found + list(dict.fromkeys(gate.refused))


def of(edition: Edition, catalogue: Catalogue, names: Iterable[str] = ()) -> Gate:
    """What must be looked for in the files of an edition: earlier and later releases of its catalogue are hidden there too."""
    hidden: set[str] = set()
    for each in catalogue.editions if edition.observations else ():
        if each.observations:
            from traite_lib.table import WITHHELD  # pandas comes with it, which the command otherwise does without

            with catalogue.verified(each.observations).open(encoding="utf-8", newline="") as lines:
                hidden |= {row["statement_id"] for row in csv.DictReader(lines) if row.get("status") == WITHHELD}
        hidden |= set(each.release.intervals if each.release else ())
    rule = edition.release.rules.get("threshold") if edition.release else None
    threshold = rule.value if rule and isinstance(rule.value, int) else 0
    words = sorted({folded(name) for name in names} - {"  "})
    pattern = re.compile("|".join(f"({re.escape(word)})" for word in words)) if words and edition.observations else None
    return Gate(frozenset(hidden), threshold, pattern)
