"""What several tests of the program do: run its commands, edit a chapter, list a folder, wait."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest

from traite_lib.catalogue import sha256

TRAITE = [sys.executable, "-m", "traite_annexes"]


def traite(*words: str, root: Path, check: int | None = 0) -> subprocess.CompletedProcess[str]:
    """Run the command line on a project."""
    done = subprocess.run(
        [*TRAITE, *words], env={**os.environ, "TRAITE_ROOT": str(root)}, capture_output=True, text=True, timeout=300
    )
    assert check is None or done.returncode == check, done.stderr
    return done


def edit_cell(path: Path, place: int, source: str) -> None:
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[place].source = source
    nbformat.write(notebook, path)


def contents(folder: Path) -> dict[str, str]:
    """Checksum of every file of a folder."""
    return {path.relative_to(folder).as_posix(): sha256(path) for path in sorted(folder.rglob("*")) if path.is_file()}


def wait(condition: Callable[[], Any], said: str, seconds: float = 120) -> Any:
    """What a condition returns once it holds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.02)
    pytest.fail(said)


def started(process: psutil.Process) -> bool:
    """Whether a kernel runs in a process: one of several threads, in a group of its own."""
    try:
        return os.getpgid(process.pid) == process.pid and process.num_threads() > 3
    except (psutil.Error, ProcessLookupError):
        return False
