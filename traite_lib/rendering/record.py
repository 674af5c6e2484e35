"""What an output folder holds, and from what: annexes put in place whole or not at all, kept while their key is the same."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..catalogue import Catalogue, Edition, sha256
from . import keys
from .bundle import Bundle
from .chapters import Chapter
from .work import Product

STAGING = ".staging-"
"""Start of the name of what is being written; `batch.prepare` removes what a killed run left."""

MANIFEST = "manifest.json"
OVERALL = ".overall.json"
"""Key and checksums of what is common to all editions."""
FAILURES = "failures"


class Record:
    """An edition's folder, with the keys of its chapters in its manifest.

    Parameters
    ----------
    edition : Edition
        Whose annexes.
    folder : Path
        Where they are.
    """

    def __init__(self, edition: Edition, folder: Path) -> None:
        self.edition, self.folder = edition, folder
        self._manifest = _read(folder / MANIFEST)
        chapters: dict[str, Any] = self._manifest.get("chapters", {})
        self._intact = {
            name: entry.get("key", "") for name, entry in chapters.items() if _intact(folder, entry.get("outputs", {}))
        }
        self._keys: dict[str, str] = {}
        self._outputs: dict[str, list[str]] = {name: list(entry.get("outputs", {})) for name, entry in chapters.items()}

    def has(self, chapter: Chapter) -> bool:
        """Whether the chapter's annex is there, untouched."""
        return chapter.name in self._intact

    def holds(self, chapter: Chapter, key: str) -> bool:
        """Whether the chapter's annex is there, untouched, and was made with this key."""
        return self._intact.get(chapter.name) == key

    def accept(self, chapter: Chapter, product: Product | None, key: str) -> Path | None:
        """Put a chapter's annex in place of the previous one, or keep the failed notebook apart.

        Parameters
        ----------
        product : Product or None
            What was rendered; None keeps the annex that is there.
        key : str
            Its key.

        Returns
        -------
        Path or None
            Its page; None when the previous annex was left as it was.
        """
        page = self.folder / f"{chapter.name}.html"
        failed = self.folder / FAILURES / f"{chapter.name}.ipynb"
        if product is None:
            self._keys[chapter.name] = key
            return page
        if product.failure:
            if product.notebook:
                replace_files(failed.parent, {failed.name: product.notebook})
            return None
        replace_files(self.folder, product.files)
        for name in set(self._outputs.get(chapter.name, ())) - set(product.files):
            (self.folder / name).unlink(missing_ok=True)  # the chapter no longer makes it
        failed.unlink(missing_ok=True)
        self._keys[chapter.name] = key
        self._outputs[chapter.name] = list(product.files)
        return page

    def finish(
        self, chapters: Sequence[Chapter], catalogue: Catalogue, bundle: Bundle, data: Callable[[str], Mapping[str, bytes]],
        *, force: bool, pdf: bool,
    ) -> None:  # fmt: skip
        """Write what an edition has beside its chapters (index, data, manifest…), unless it is up to date.

        `data` gives the files of its data, from its key.
        """
        present = {
            name: key
            for name, key in (self._intact | self._keys).items()
            if (self.folder / f"{name}.html").is_file() and any(chapter.name == name for chapter in chapters)
        }
        key = _site_key(chapters, catalogue, bundle, edition=self.edition.key, present=present, pdf=pdf)
        own = self._manifest.get("outputs", {})
        if not force and self._manifest.get("key") == key and own and _intact(self.folder, own):
            return
        from . import site

        site.write_edition(self.edition, chapters, self.folder, catalogue, data(self.edition.key), pdf=pdf)
        manifest = _read(self.folder / MANIFEST)
        for name, entry in manifest["chapters"].items():
            entry["key"] = present.get(name, "")
            entry["outputs"] = _checksums(self.folder, self._outputs.get(name) or entry["outputs"])
        of_chapters = {name for entry in manifest["chapters"].values() for name in entry["outputs"]}
        manifest["key"] = key
        manifest["outputs"] = _checksums(self.folder, set(_files(self.folder)) - of_chapters - {MANIFEST})
        replace_files(self.folder, {MANIFEST: _json(manifest)})


def finish_overall(catalogue: Catalogue, chapters: Sequence[Chapter], output: Path, bundle: Bundle, *, force: bool) -> None:
    """Write what all editions share, unless it is up to date."""
    editions = {edition.key: _read(output / edition.key / MANIFEST).get("key", "") for edition in catalogue.dated}
    note = catalogue.root / "docs" / "method.md"
    method = sha256(note) if note.is_file() else ""
    key = _site_key(chapters, catalogue, bundle, editions=editions, method=method)
    before = _read(output / OVERALL)
    if not force and before.get("key") == key and before.get("outputs") and _intact(output, before["outputs"]):
        return
    from . import site

    site.write_overall(catalogue, output)
    own = [name for name in _files(output) if name.partition("/")[0] not in editions and name != OVERALL]
    replace_files(output, {OVERALL: _json({"key": key, "outputs": _checksums(output, own)})})


def replace_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files beside the previous ones first, then put all in their place."""
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


def _site_key(chapters: Sequence[Chapter], catalogue: Catalogue, bundle: Bundle, **parts: object) -> str:
    return keys.key(
        library=keys.depends(["traite_lib.rendering.site"]), versions=keys.versions(), data=bundle.data,
        links=[(chapter.name, chapter.title) for chapter in chapters], commit=_commit(catalogue.root), **parts,
    )  # fmt: skip


def _commit(root: Path) -> str:
    """Commit of the project, which a manifest quotes."""
    command = ["git", "describe", "--always", "--abbrev=40", "--dirty", "--match="]
    try:
        return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def _read(path: Path) -> dict[str, Any]:
    """A manifest; one that is missing or unreadable holds nothing, so that everything is made anew."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _files(folder: Path) -> list[str]:
    found = (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file())
    return [name for name in found if not name.startswith(STAGING) and name.partition("/")[0] != FAILURES]


def _checksums(folder: Path, names: Sequence[str] | set[str] | dict[str, str]) -> dict[str, str]:
    return {name: sha256(folder / name) for name in sorted(names) if (folder / name).is_file()}


def _intact(folder: Path, outputs: Mapping[str, str]) -> bool:
    """Whether files are there with the content that they had when they were made."""
    return all((folder / name).is_file() and sha256(folder / name) == checksum for name, checksum in outputs.items())
