"""What several tests of the program do: run its commands, edit a chapter, list a folder, wait."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest

from traite_annexes import cli
from traite_lib.catalogue import sha256
from traite_lib.loading import selection

TRAITE = [sys.executable, "-m", "traite_annexes"]


def traite(*words: str, root: Path, check: int | None = 0) -> subprocess.CompletedProcess[str]:
    """Run the command line on a project, in this process: its imports and its server of kernels are there already.

    What a test says of the process itself, or of its environment, takes `apart`.
    """
    said, told, code = io.StringIO(), io.StringIO(), 0
    selection._loaded.cache_clear()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(said), redirect_stderr(told):
        patch.setenv("TRAITE_ROOT", str(root))
        patch.setattr("sys.argv", ["traite", *words])
        try:
            cli.main()
        except SystemExit as left:
            code = int(left.code or 0)
    selection._loaded.cache_clear()
    assert check is None or code == check, told.getvalue()
    return subprocess.CompletedProcess(list(words), code, said.getvalue(), told.getvalue())


def apart(*words: str, root: Path, check: int | None = 0) -> subprocess.CompletedProcess[str]:
    """Run the command line on a project, as a process of its own."""
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
