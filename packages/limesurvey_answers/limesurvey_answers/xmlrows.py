"""The XML that LimeSurvey writes (`.lss`, `.lsr`): sections of rows of fields, read as a stream.

Read with expat itself, because a document type declaration, where every XML bomb starts, can then be refused as it opens.
Looking for `<!DOCTYPE` in the bytes would also refuse a question whose help text shows it, and ElementTree gives no hold on
expat. So no other library is needed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from xml.parsers import expat

from .errors import UnsafeFileError

Row = dict[str, str]
MAX_DEPTH = 32
MAX_FIELD = 50_000_000


@dataclass
class Document:
    """What a LimeSurvey document holds. A field that is absent from a row is NULL; an empty element is an empty string."""

    kind: str = ""
    version: str = ""
    languages: list[str] = field(default_factory=list)
    fields: dict[str, list[str]] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=dict)


def refuse_doctype(*_: object) -> None:
    """A handler of expat that refuses what a bomb starts with."""
    raise UnsafeFileError("The XML declares a document type or entities, which LimeSurvey never does: it is refused.")


class _EnoughError(Exception):
    """What was looked for is read."""


def read_document(content: bytes, keep: Callable[[str, str], bool], *, names_only: bool = False) -> Document:
    """Read a document.

    Parameters
    ----------
    content
        The bytes.
    keep
        Whether a field of a section is kept. What is not kept is never stored (e-mail of the administrator, tokens, …).
    names_only
        Stop once a section has told the names of its fields.

    Raises
    ------
    UnsafeFileError
        If it is not well formed, declares a document type or entities, or nests or grows without reason.
    """
    document, path, text, row = Document(), list[str](), list[str](), dict[str, str]()
    size = 0

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal size
        path.append(name)
        if len(path) > MAX_DEPTH:
            raise UnsafeFileError("The XML nests too deeply to be a LimeSurvey file.")
        size = 0
        text.clear()
        if len(path) == 4 and path[2] == "rows" and name == "row":
            row.clear()

    def characters(data: str) -> None:
        nonlocal size
        size += len(data)
        if size > MAX_FIELD:
            raise UnsafeFileError("A field of the XML is too long to be a LimeSurvey field.")
        text.append(data)

    def end(name: str) -> None:
        value = "".join(text)
        depth, section = len(path), path[1] if len(path) > 1 else ""
        path.pop()
        inside = path[2] if depth > 3 else ""
        if depth == 5 and inside == "rows":  # nearly all elements are fields of a row
            if path[3] == "row" and keep(section, name):
                row[name] = value
        elif depth == 4 and inside == "rows" and name == "row":
            document.rows.setdefault(section, []).append(dict(row))
        elif depth == 4 and inside == "fields":
            document.fields.setdefault(section, []).append(value)
        elif depth == 3 and name == "fields" and names_only and section in document.fields:
            raise _EnoughError
        elif depth == 3 and section == "languages":
            document.languages.append(value.strip())
        elif depth == 2 and name == "LimeSurveyDocType":
            document.kind = value.strip()
        elif depth == 2 and name == "DBVersion":
            document.version = value.strip()
        text.clear()

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = refuse_doctype
    parser.EntityDeclHandler = refuse_doctype
    try:
        parser.Parse(content, True)
    except _EnoughError:
        pass
    except expat.ExpatError as error:
        raise UnsafeFileError(f"The XML is not well formed (line {error.lineno}): ask for the file again.") from None
    except (ValueError, LookupError):
        raise UnsafeFileError("The XML is in an unknown encoding: ask for the file as LimeSurvey wrote it.") from None
    return document
