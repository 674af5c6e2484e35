"""Files written whole or not at all, what is being written, and which files a folder of annexes holds."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from pathlib import Path

STAGING = ".staging-"
"""Start of the name of what is being written, with the process that writes: `sweep` removes what killed ones left."""
ROOM = 2**20
"""Bytes that a temporary folder must have left to be used."""
FAILURES = "failures"
"""Folder of notebooks that failed; they are no annexes."""


def checked_name(name: str) -> str:
    """A path that came from a file (a manifest, a zip), if it is one of a file below a folder and nothing else.

    Raises
    ------
    ValueError
        It leaves the folder, on some system, or could not be shown.
    """
    if not all(part.strip(". ") for part in name.split("/")) or not name.isprintable() or set(name) & set('\\:*?"<>|'):
        raise ValueError(f"{name!r:.200} is not the path of a file below a folder")
    return name


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
    mode = stat.S_IMODE(folder.stat().st_mode)  # whoever may look into the folder may read what is there, under any umask
    stage = Path(tempfile.mkdtemp(dir=folder, prefix=f"{STAGING}{os.getpid()}-"))
    try:
        for name, content in files.items():
            (stage / name).parent.mkdir(parents=True, exist_ok=True)
            (stage / name).write_bytes(content)
            (stage / name).chmod(mode & 0o666 | stat.S_IWUSR)
        for name in files:
            if not (parent := (folder / name).parent).is_dir():
                parent.mkdir(parents=True)
                parent.chmod(mode)
            (stage / name).replace(folder / name)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def listed(folder: Path) -> list[str]:
    """Paths of the files of a folder, in order: all but what is being written, hidden, or was kept of a failure."""
    found = (path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file())
    return [path.as_posix() for path in found if not path.parts[0].startswith(".") and path.parts[0] != FAILURES]


def remove(folder: Path, name: str) -> None:
    """Remove a file of a folder, by a name that came from a file: never one that a link puts elsewhere."""
    path = folder / checked_name(name)
    if path.parent.resolve().is_relative_to(folder.resolve()):
        path.unlink(missing_ok=True)


def every(folder: Path) -> Iterator[tuple[str, Path]]:
    """All that is in a folder but folders, hidden or not, by path: links are named, not followed."""
    for place, folders, names in os.walk(folder):
        links = [name for name in folders if Path(place, name).is_symlink()]
        for name in sorted(names + links):
            path = Path(place, name)
            yield path.relative_to(folder).as_posix(), path


def collected(folder: Path, names: AbstractSet[str]) -> dict[str, bytes]:
    """Content of the files of a folder that somebody else has written, which are those that he may write.

    Raises
    ------
    ValueError
        There is another file, or a link.
    """
    found = {}
    for name, path in every(folder):
        if not stat.S_ISREG(path.lstat().st_mode):
            raise ValueError(f"it left {name!r:.200} in its folder, which is not a plain file")
        if name not in names:
            raise ValueError(f"it wrote {name!r:.200}; it may write {', '.join(sorted(filter(None, names))) or 'nothing'}")
        found[name] = path.read_bytes()
    return found


SHORT = 40
"""Bytes of the longest folder below which sockets may stand: their whole path has at most 107."""


def short_folder() -> Path:
    """The system's temporary folder, or another where its name is too long for sockets or nothing can be written.

    Raises
    ------
    OSError
        Nothing can be written anywhere.
    """
    tried = [tempfile.gettempdir(), os.environ.get("XDG_RUNTIME_DIR", ""), "/tmp", "/var/tmp", "/dev/shm"]
    for folder in filter(None, tried):
        if len(os.fsencode(folder)) <= SHORT or os.name == "nt":
            with suppress(OSError), tempfile.NamedTemporaryFile(dir=folder, prefix="traite-") as probe:
                probe.write(bytes(ROOM))
                probe.flush()
                return Path(folder)
    raise OSError(errno.ENOSPC, f"there is no short temporary folder with room (tried {', '.join(filter(None, tried))})")


def sweep(folder: Path, prefix: str) -> None:
    """Remove what processes that no longer exist left: ``<prefix><process>-…``."""
    for left in folder.glob(f"{prefix}*-*"):
        process = left.name.removeprefix(prefix).partition("-")[0]
        if process.isdigit() and not _alive(int(process)):
            shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)


def _alive(process: int) -> bool:
    """Whether a process runs: one that has ended, and whose end nobody has taken note of yet, does not.

    Where process 1 looks for orphans now and then, as in containers, a killed one is still listed for seconds, or for ever.
    """
    import psutil

    try:
        return psutil.Process(process).status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True
