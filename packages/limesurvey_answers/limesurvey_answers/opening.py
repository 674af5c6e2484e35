"""Which format a file is, decided on its content: names and extensions are chosen by people."""

import re

from .archive_export import open_lsr, responses_of
from .errors import RefusedExportError
from .exports import Export, Format
from .files import Archive, decode
from .json_export import open_json
from .text_exports import looks_like_vv, open_csv, open_vv
from .xlsx_export import open_xlsx

_ASK = "Ask for the .lsa, or for CSV with code headings and answer codes."
_REFUSED_STARTS = (
    (b"%PDF", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file, which cuts columns and loses the difference between blank and not shown"),
    (b"$FL", "an SPSS file, which recodes the answers"),
)


def open_export(content: bytes, encoding: str | None = None) -> Export:
    """Open an export.

    Parameters
    ----------
    content
        Its bytes.
    encoding
        Of a text file that a spreadsheet saved in something else than UTF-8.

    Raises
    ------
    RefusedExportError
        If the format does not allow the answers to be read safely.
    UnsafeFileError
        If the file is damaged or unsafe.
    """
    for beginning, what in _REFUSED_STARTS:
        if content.startswith(beginning):
            raise RefusedExportError(f"This is {what}. {_ASK}")
    if content.startswith(b"PK"):
        archive = Archive(content)
        return open_xlsx(content) if "xl/workbook.xml" in archive.names else open_lsr(responses_of(archive))
    if not content.strip(b"\xef\xbb\xbf \r\n\t"):
        # what LimeSurvey 5 and 6 write when no response matches: 0 byte, or an empty line
        return Export(Format.CSV, [], lambda take: iter(()))
    start = content[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<"):
        if b"<document" in start or b"<!DOCTYPE document" in start:
            return open_lsr(content)
        raise RefusedExportError(f"This is a web page or another XML file. {_ASK}")
    text = decode(content, encoding)
    if start[:1] in (b"{", b"["):
        return open_json(text)
    if start.startswith(b"'") or re.match(rb"\d+,'", start):
        raise RefusedExportError(
            "This is an SPSS data file: it has no headings, recodes the answers and may start with names and e-mails. "
            f"Delete it. {_ASK}"
        )
    return open_vv(text) if looks_like_vv(text) else open_csv(text)
