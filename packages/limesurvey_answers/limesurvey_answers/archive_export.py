"""`.lsr`, alone or in a `.lsa`: the raw table in XML. A NULL field is absent, an empty one is an empty element."""

from collections.abc import Iterator, Sequence

from .errors import RefusedExportError, UnsafeFileError
from .exports import Cell, Export, Format, check_headings
from .files import Archive
from .xmlrows import read_document


def table_element(name: str) -> str:
    """The XML element of a table column: a leading digit is not allowed in XML, nor is `#`."""
    name = name.replace("#", "-")
    return f"_{name}" if name[:1].isdigit() else name


def open_lsr(content: bytes) -> Export:
    """The responses of a `.lsr`.

    Raises
    ------
    RefusedExportError
        If it holds something else.
    UnsafeFileError
        If the XML is unsafe.
    """
    # Which columns are wanted is known only once the headings are: names first, in a pass that stores nothing else.
    heads = read_document(content, lambda section, name: False, names_only=True)
    if heads.kind != "Responses":
        raise RefusedExportError("The XML is not a file of responses: give the .lsr, or the .lsa that holds it.")
    names = heads.fields.get("responses", [])
    if not names and heads.rows.get("responses"):
        raise UnsafeFileError("The responses do not say what their columns are: the file was changed by hand.")
    if not names:  # a table without a row
        return Export(Format.LSR, [], lambda take: iter(()), raw_names=True)
    headings = check_headings(names)

    def rows(take: Sequence[int]) -> Iterator[list[Cell]]:
        elements = [table_element(headings[index]) for index in take]
        wanted = set(elements)
        document = read_document(content, lambda section, name: section == "responses" and name in wanted)
        for row in document.rows.get("responses", []):
            yield [row.get(element) for element in elements]

    return Export(Format.LSR, headings, rows, raw_names=True)


def responses_of(archive: Archive) -> bytes:
    """The only `.lsr` of an archive. The participants' list beside it is never opened.

    Raises
    ------
    RefusedExportError
        If there is none, or several.
    """
    members = [name for name in archive.names if name.lower().endswith(".lsr")]
    if len(members) != 1:
        raise RefusedExportError("The archive holds no responses (.lsr), or several: ask for the .lsa of the active survey.")
    return archive.read(members[0])
