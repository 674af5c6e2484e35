"""Where answers live: a folder of the person who may read them, outside the project, that nobody else can open."""

from __future__ import annotations

import os
from pathlib import Path

from traite_lib.catalogue import Strict, project_root, read_toml

from ..errors import AnswersError

LOCAL = "traite.local.toml"
"""Settings of one machine, beside ``README.md``, never committed."""


class _Answers(Strict):
    folder: str


class _Local(Strict):
    answers: _Answers


def answers_folder(root: Path | None = None) -> Path | None:
    """Folder of the answers: ``TRAITE_ANSWERS``, else ``folder`` of ``[answers]`` in ``traite.local.toml``; None without.

    Raises
    ------
    AnswersError
        The folder does not exist, lies in the project or in a git checkout, or others can read it.
    """
    root = root or project_root()
    named = os.environ.get("TRAITE_ANSWERS", "")
    if not named and (root / LOCAL).is_file():
        named = read_toml(root / LOCAL, _Local).answers.folder
    return private(Path(named).expanduser(), root) if named else None


def private(path: Path, root: Path | None = None) -> Path:
    """The path of a file or folder of answers, once nobody else can read it, and nothing of the project can take it along.

    Raises
    ------
    AnswersError
        It does not exist, lies in the project or in a git checkout, or its mode lets others in.
    """
    root, found = (root or project_root()).resolve(), path.resolve()
    if not found.exists():
        raise AnswersError(f"{path}: answers were expected there, and there is nothing.")
    if found.is_relative_to(root) or root.is_relative_to(found):
        raise AnswersError(
            f"{path}: answers never lie in the project, whose files are copied and published. Move them out of it."
        )
    if inside := next((folder for folder in (found, *found.parents) if (folder / ".git").exists()), None):
        raise AnswersError(f"{path}: answers never lie in a git checkout ({inside.name}), which keeps them for ever. Move them.")
    if os.name == "posix" and found.stat().st_mode & 0o077:
        mode = "700" if found.is_dir() else "600"
        raise AnswersError(f"{path}: others on this machine can open it. Run `chmod {mode}` on it, after asking who already has.")
    return found
