"""Files written whole or not at all, what is being written, and which files a folder of annexes holds."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

STAGING = ".staging-"
"""Start of the name of what is being written, with the process that writes: `sweep` removes what killed ones left."""
FAILURES = "failures"
"""Folder of notebooks that failed; they are no annexes."""


def replace_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files beside the previous ones first, then put all in their place, in the order given.

    Parameters
    ----------
    folder : Path
        Made when it does not exist.
    files : mapping
        Contents, by path relative to the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stage = Path(tempfile.mkdtemp(dir=folder, prefix=f"{STAGING}{os.getpid()}-"))
    try:
        for name, content in files.items():
            (stage / name).parent.mkdir(parents=True, exist_ok=True)
            (stage / name).write_bytes(content)
        for name in files:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (stage / name).replace(folder / name)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def listed(folder: Path) -> list[str]:
    """Paths of the files of a folder, in order: all but what is being written, hidden, or was kept of a failure."""
    found = (path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file())
    return [path.as_posix() for path in found if not path.parts[0].startswith(".") and path.parts[0] != FAILURES]


def sweep(folder: Path, prefix: str) -> None:
    """Remove what processes that no longer exist left: ``<prefix><process>-…``."""
    for left in folder.glob(f"{prefix}*-*"):
        process = left.name.removeprefix(prefix).partition("-")[0]
        if process.isdigit() and not _alive(int(process)):
            shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
