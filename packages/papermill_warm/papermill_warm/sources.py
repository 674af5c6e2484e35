"""Checksums of the sources of import packages: what tells a warm process that it holds another state than the one on disk."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Iterable
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
    found = {}
    for package in packages:
        top = folder(package)
        for path in sorted(top.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                state = path.stat()
                found[f"{package}/{path.relative_to(top).as_posix()}"] = _digest(path, state.st_mtime_ns, state.st_size)
    return found


@cache
def _digest(path: Path, _changed: int, _size: int) -> str:
    """Checksum of a file, read once until it changes: each kernel that starts asks for all of them."""
    return digest(path.read_bytes())


def state(packages: Iterable[str]) -> str:
    """One checksum for all files of some import packages."""
    return digest(json.dumps(checksums(packages), sort_keys=True).encode())
