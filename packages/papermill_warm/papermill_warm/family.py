"""A kernel and all that it started, in its own group and session or not, which end together."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

MARK = "PAPERMILL_WARM_KERNEL"
"""Variable of a kernel's environment that what it starts inherits: its private folder."""

_PR_SET_CHILD_SUBREAPER = 36
_PROC = Path("/proc")


def adopt() -> None:
    """Be the parent of the orphans of what this process starts, where the system can (Linux): none gets away by forking twice."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end(leader: int, mark: str, *, alive: bool = True) -> None:
    """End a kernel and all that it started.

    Parameters
    ----------
    leader : int
        Process of the kernel; this one, when the kernel ends itself.
    mark : str
        Its `MARK`: a folder of its own.
    alive : bool
        Whether the kernel itself runs: the number of one that has ended may be another's.
    """
    if not hasattr(os, "killpg"):
        if alive:
            os.kill(leader, signal.SIGTERM)
        return
    if alive and leader != os.getpid():
        with suppress(OSError):
            os.kill(leader, signal.SIGSTOP)  # it starts nothing more, and is still the parent of its orphans
    born = 0
    with suppress(OSError):
        born = _told(str(leader)).born if alive else 0
    for _ in range(20):  # a process that is ended may just have started another
        found = set(_members(leader, mark, born)) - {leader, os.getpid()}
        if not found:
            break
        for process in found:
            with suppress(OSError):
                os.kill(process, signal.SIGKILL)
    for kill in (os.killpg, os.kill) if alive else ():  # one that was just born has no group of its own yet
        with suppress(OSError):
            kill(leader, signal.SIGKILL)


def _members(leader: int, mark: str, born: int) -> Iterator[int]:
    """Processes that run and descend from a kernel, are of its group or session, or bear its mark: none is older than it."""
    if not _PROC.is_dir():
        return
    parents: dict[int, int] = {}
    for name in filter(str.isdigit, os.listdir(_PROC)):
        with suppress(OSError, ValueError):
            told = _told(name)
            if told.state in b"ZX" or told.born < born:
                continue
            parents[process := int(name)] = told.parent
            if leader in (told.group, told.session) or (mark and _bears(_PROC / name, mark)):
                yield process
    for process in parents:
        above = process
        while (above := parents.get(above, 0)) and above != leader:
            pass
        if above == leader:
            yield process


class _Told(NamedTuple):
    """What the system tells of a process; `born`: in hundredths of a second since it runs itself."""

    state: bytes
    parent: int
    group: int
    session: int
    born: int


def _told(process: str) -> _Told:
    fields = (_PROC / process / "stat").read_bytes().rpartition(b")")[2].split()  # what follows the name: proc(5)
    return _Told(fields[0], *map(int, (*fields[1:4], fields[19])))


def _bears(entry: Path, mark: str) -> bool:
    """Whether a process was started with a mark, or is in its folder."""
    with suppress(OSError):
        if f"{os.readlink(entry / 'cwd')}/".startswith(f"{mark}/"):
            return True
        return f"{MARK}={mark}\0".encode() in (entry / "environ").read_bytes()
    return False


if __name__ == "__main__":  # an ordinary kernel: what adopts orphans does so still when it becomes another program
    adopt()
    os.execv(sys.argv[1], sys.argv[1:])
