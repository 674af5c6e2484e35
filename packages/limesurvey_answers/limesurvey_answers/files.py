"""Opening files that come from elsewhere: how much of them is read, and whether it is text or an archive."""

import io
import stat
import zipfile
import zlib
from pathlib import Path

from .errors import UnsafeFileError

MAX_BYTES = 1_000_000_000
"""No survey export comes near; a decompressed member of an archive obeys the same limit."""


def read_regular_file(path: str | Path) -> bytes:
    """The bytes of a file.

    Raises
    ------
    UnsafeFileError
        If it is absent, not a regular file (a FIFO would wait for ever, a device never end), unreadable or too large.
    """
    path = Path(path)
    too_large = f"{path.name} is larger than {MAX_BYTES // 1_000_000} MB: this is no survey export."
    try:
        status = path.stat()
    except (OSError, ValueError):
        raise UnsafeFileError(f"{path.name}: there is no such file, or it cannot be reached.") from None
    if not stat.S_ISREG(status.st_mode):
        raise UnsafeFileError(f"{path.name} is not a regular file.")
    if status.st_size > MAX_BYTES:
        raise UnsafeFileError(too_large)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError:
        raise UnsafeFileError(f"{path.name} cannot be read: check its permissions.") from None
    if len(content) > MAX_BYTES:
        raise UnsafeFileError(too_large)
    return content


def decode(content: bytes, encoding: str | None) -> str:
    """Text of an export: UTF-8 as LimeSurvey writes it, or the encoding that the caller names.

    Raises
    ------
    UnsafeFileError
        If it is not text in that encoding. Nothing is tried in its place: cp1252 reads any file, rightly or not.
    """
    if b"\0" in content[:100_000]:
        raise UnsafeFileError("The file is binary: it is none of the exports of LimeSurvey that can be read.")
    try:
        return content.decode("utf-8-sig" if encoding is None else encoding).removeprefix("\ufeff")
    except LookupError:
        raise UnsafeFileError("The encoding that is named is unknown.") from None
    except UnicodeError:
        raise UnsafeFileError(
            f"The file is not in {encoding or 'UTF-8'}: ask for the export as LimeSurvey wrote it, or name the encoding that the "
            "spreadsheet saved it in (encoding='cp1252')."
        ) from None


MAX_RATIO = 100
"""Between a member of an archive and what it unpacks to, beyond ten megabytes. Exports of real servers stay under twenty."""


class Archive:
    """Members of a zip (`.lsa`, `.xlsx`), read one by one under the size limit."""

    def __init__(self, content: bytes) -> None:
        try:
            self._file = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
            raise UnsafeFileError("The archive is damaged: ask for it again.") from None

    @property
    def names(self) -> list[str]:
        """Names of the members. Not to be shown: they may be chosen by anyone."""
        return self._file.namelist()

    def read(self, name: str) -> bytes:
        """One member, decompressed.

        Raises
        ------
        UnsafeFileError
            If it is damaged, encrypted, or a bomb.
        """
        info = self._file.getinfo(name)
        # zipfile stops at the declared size: a member cannot give more than it declares
        if info.file_size > MAX_BYTES or info.file_size > 10_000_000 + MAX_RATIO * info.compress_size:
            raise UnsafeFileError("A member of the archive would unpack to an unreasonable size: the archive is refused.")
        try:
            return self._file.read(info)
        except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError):
            raise UnsafeFileError("A member of the archive is damaged or encrypted: ask for the archive again.") from None
