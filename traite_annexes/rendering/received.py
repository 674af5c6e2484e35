"""Annexes as they were received, read into memory within limits: nothing is unpacked or followed, each byte is accounted for."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from ..errors import RenderError
from ..files import checked_name, every
from ..publishing.manifest import MANIFEST

LARGEST = 256 * 2**20
"""Bytes of all files together; a full edition with its PDF has 40 million."""
MOST = 5_000
"""Files; a full edition has 200."""

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_DATE = 1 << 5 | 1
"""1 January 1980, as a zip writes it."""


@dataclass(frozen=True)
class Received:
    """What was received.

    Attributes
    ----------
    root : str
        What stands before the names of the files of the edition: nothing in a folder, ``traite_2022/2022/`` in a bundle.
    files : dict
        Content of each file, by path.
    unknown : tuple of str
        What is not a plain file (a link, a socket), which was not read.
    """

    root: str
    files: dict[str, bytes]
    unknown: tuple[str, ...] = ()


def receive(path: Path) -> Received:
    """Read the folder of an edition, or a bundle.

    Raises
    ------
    RenderError
        It is neither, or too large, damaged, encrypted, or not made as `traite bundle` makes one: the sentence says why.
    """
    try:
        return _folder(path) if path.is_dir() else _bundle(path)
    except OSError as error:
        raise RenderError(f"{path} cannot be read: {error.strerror or error}.") from None


def _folder(path: Path) -> Received:
    if not (path / MANIFEST).is_file() or (path / MANIFEST).is_symlink():
        raise RenderError(f"{path} has no {MANIFEST}: the folder of one edition, or its zip, was expected.")
    found = list(every(path))
    plain = {name: file for name, file in found if stat.S_ISREG(file.lstat().st_mode)}
    _limited(path, len(found), sum(file.lstat().st_size for file in plain.values()))
    return Received("", {name: file.read_bytes() for name, file in plain.items()}, tuple(n for n, _ in found if n not in plain))


def _limited(path: Path, files: int, size: int) -> None:
    if files > MOST or size > LARGEST:
        raise RenderError(
            f"{path} holds {files} files of {size} bytes together; an edition has at most {MOST} of {LARGEST}. Nothing was read."
        )


def _bundle(path: Path) -> Received:
    if not path.is_file() or not zipfile.is_zipfile(path):
        raise RenderError(f"{path} is neither a folder nor a zip of `traite bundle`.")
    _limited(path, 1, path.stat().st_size)
    raw = path.read_bytes()
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:  # ValueError: a name that is not in UTF-8
        raise RenderError(f"{path} is a damaged zip ({error}).") from None
    _limited(path, len(members), sum(member.file_size for member in members))
    files: dict[str, bytes] = {}
    streams = []
    for member in members:
        name = member.filename
        try:
            checked_name(name)
        except ValueError:
            raise RenderError(f"{path}: {name!r:.200} leaves the archive or is no file's name; nothing was unpacked.") from None
        if member.flag_bits & 1:
            raise RenderError(f"{path}: {name} is encrypted, which `traite bundle` never does.")
        if name in files:
            raise RenderError(f"{path} holds {name} twice.")
        stream = _stream(raw, member)
        files[name] = _inflated(path, member, stream)
        streams.append((member, stream))
    if _container(streams) != raw:
        raise RenderError(f"{path} holds bytes that are in none of its files: it is not a zip as `traite bundle` writes it.")
    roots = [name.removesuffix(MANIFEST) for name in files if name.count("/") == 2 and name.endswith(f"/{MANIFEST}")]
    if len(roots) != 1:
        raise RenderError(f"{path}: one */*/{MANIFEST} was expected, found {len(roots)}.")
    return Received(roots[0], files)


def _stream(raw: bytes, member: zipfile.ZipInfo) -> bytes:
    start = member.header_offset + _LOCAL.size + len(member.filename.encode())
    return raw[start : start + member.compress_size]


def _inflated(path: Path, member: zipfile.ZipInfo, stream: bytes) -> bytes:
    """Content of a file, never more than it says that it has."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = inflater.decompress(stream, member.file_size + 1)
        content += inflater.decompress(inflater.unconsumed_tail, 1)
    except zlib.error:
        content = b""
    whole = inflater.eof and not inflater.unused_data and len(content) == member.file_size
    if not whole or zlib.crc32(content) != member.CRC or member.compress_type != zipfile.ZIP_DEFLATED:
        raise RenderError(f"{path}: {member.filename} is damaged, or not packed as `traite bundle` packs it.")
    return content


def _container(streams: list[tuple[zipfile.ZipInfo, bytes]]) -> bytes:
    """The zip that `archive.packed` writes around compressed files, which another zlib compresses otherwise."""
    files, directory = bytearray(), bytearray()
    for member, stream in streams:
        name = member.filename.encode()
        same = (0, zipfile.ZIP_DEFLATED, 0, _DATE, member.CRC, len(stream), member.file_size, len(name), 0)
        directory += _CENTRAL.pack(b"PK\1\2", 3 << 8 | 20, 20, *same, 0, 0, 0, 0o644 << 16, len(files)) + name
        files += _LOCAL.pack(b"PK\3\4", 20, *same) + name + stream
    return bytes(files + directory + _END.pack(b"PK\5\6", 0, 0, len(streams), len(streams), len(directory), len(files), 0))
