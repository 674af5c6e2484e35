"""Checksums of the sources of import packages: what tells a warm process that it holds another state than the one on disk."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path


def digest(content: bytes) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


@cache
def folder(package: str) -> Path:
    """Folder of an import package, which is not imported for that.

    Raises
    ------
    ModuleNotFoundError
        There is no such package.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"There is no package {package!r}.", name=package)
    return Path(next(iter(spec.submodule_search_locations)))


def checksums(packages: Iterable[str]) -> dict[str, str]:
    """Checksum of each file of some import packages as they are on disk, by path: ``package/module.py``."""
    return dict(sorted(pair for package in packages for pair in _below(package, str(folder(package)))))


def _below(name: str, place: str) -> Iterator[tuple[str, str]]:
    """Path and checksum of each file of a folder: each kernel that starts asks for all of them, so they are listed at once."""
    with os.scandir(place) as entries:
        for entry in entries:
            if entry.is_file():
                state = entry.stat()
                yield f"{name}/{entry.name}", _digest(entry.path, state.st_mtime_ns, state.st_size)
            elif entry.name != "__pycache__" and entry.is_dir(follow_symlinks=False):
                yield from _below(f"{name}/{entry.name}", entry.path)


@cache
def _digest(path: str, _changed: int, _size: int) -> str:
    """Checksum of a file, read once until it changes."""
    return digest(Path(path).read_bytes())


def state(packages: Iterable[str]) -> str:
    """One checksum for all files of some import packages."""
    return digest(json.dumps(checksums(packages), sort_keys=True).encode())
