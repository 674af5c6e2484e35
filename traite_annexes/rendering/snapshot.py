"""The project as one value: the data and the notebooks of one moment, to render from here or on another machine."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from papermill_warm.sources import digest

from ..fingerprints import fingerprint

FOLDERS = ("data", "notebooks")
IGNORED = (".ipynb_checkpoints", "drafts")


@dataclass(frozen=True)
class Snapshot:
    """Files of ``data/`` and ``notebooks/`` by path: read once, so that an edit during a run changes nothing of it."""

    files: Mapping[str, bytes]

    @classmethod
    def read(cls, root: Path) -> Snapshot:
        """Read the project below a folder."""
        found = [path for folder in FOLDERS for path in sorted((root / folder).rglob("*")) if path.is_file()]
        kept = [path for path in found if not set(IGNORED) & set(path.relative_to(root).parts)]
        return cls({path.relative_to(root).as_posix(): path.read_bytes() for path in kept})

    @cached_property
    def data(self) -> dict[str, str]:
        """Checksum of each data file that an edition may use; notes to people are not data."""
        return {
            name: digest(content)
            for name, content in self.files.items()
            if name.startswith("data/") and PurePosixPath(name).suffix not in (".md", "")
        }

    @cached_property
    def key(self) -> str:
        """Checksum of the whole."""
        return fingerprint(files={name: digest(content) for name, content in self.files.items()})

    def unpack(self, folder: Path) -> Path:
        """Write the files below ``folder/<key>``, unless they are there; another process may be doing the same.

        Returns
        -------
        Path
            A project folder, which nobody changes.
        """
        target = folder / self.key[:16]
        if target.is_dir():
            return target
        with tempfile.TemporaryDirectory(dir=folder) as part:
            for name, content in self.files.items():
                file = Path(part, "project", name)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
            try:
                os.rename(Path(part, "project"), target)
            except OSError:  # the other process was first
                if not target.is_dir():
                    raise
        return target
