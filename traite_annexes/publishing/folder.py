"""An output folder: annexes put in place whole or not at all, kept while their key is the same, and the manifest that tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from traite_lib.catalogue import Catalogue, Edition, sha256

from ..files import FAILURES, listed, replace_files
from ..fingerprints import beside_key
from . import manifest
from .chapters import NAME, Chapter, shared
from .manifest import MANIFEST, checksums, intact

OVERALL = ".overall.json"
"""Key and checksums of what is common to all editions."""

SITE = "traite_annexes.publishing.site"
"""What makes the files beside chapters."""


class EditionFolder:
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
        self._manifest = manifest.read(folder / MANIFEST)
        chapters: dict[str, Any] = self._manifest.get("chapters", {})
        self._intact = {name: told.get("key", "") for name, told in chapters.items() if intact(folder, told.get("outputs", {}))}
        self._keys: dict[str, str] = {}
        self._outputs: dict[str, list[str]] = {name: list(told.get("outputs", {})) for name, told in chapters.items()}

    def has(self, chapter: Chapter) -> bool:
        """Whether the chapter's annex is there, untouched."""
        return chapter.name in self._intact

    def holds(self, chapter: Chapter, key: str) -> bool:
        """Whether the chapter's annex is there, untouched, and was made with this key."""
        return self._intact.get(chapter.name) == key

    def keep(self, chapter: Chapter, key: str) -> Path:
        """Leave a chapter's annex as it is: it has this key. Its page is returned, as by `accept`."""
        self._keys[chapter.name] = key
        return self.folder / f"{chapter.name}.html"

    def accept(self, chapter: Chapter, files: Mapping[str, bytes], key: str) -> Path:
        """Put a chapter's annex in place of the previous one."""
        replace_files(self.folder, files)
        for name in set(self._outputs.get(chapter.name, ())) - set(files):
            (self.folder / name).unlink(missing_ok=True)  # the chapter no longer makes it
        self._failed(chapter).unlink(missing_ok=True)
        self._outputs[chapter.name] = list(files)
        return self.keep(chapter, key)

    def refuse(self, chapter: Chapter, notebook: bytes) -> None:
        """Leave the previous annex as it is, and keep the notebook that failed apart, when there is one."""
        if notebook:
            failed = self._failed(chapter)
            replace_files(failed.parent, {failed.name: notebook})

    def _failed(self, chapter: Chapter) -> Path:
        return self.folder / FAILURES / f"{chapter.name}.ipynb"

    def finish(
        self, chapters: Sequence[Chapter], catalogue: Catalogue, inputs: Mapping[str, str],
        data: Callable[[str], Mapping[str, bytes]], *, force: bool, pdf: bool,
    ) -> None:  # fmt: skip
        """Write what an edition has beside its chapters, unless it is up to date.

        Parameters
        ----------
        chapters : sequence of Chapter
            All chapters.
        inputs : mapping
            Checksums of the data files.
        data : callable
            The files of an edition's data, from its key.
        pdf : bool
            Write the PDF of chapters; without it those of an earlier run are removed: they may no longer say what pages say.
        """
        present = {
            name: key
            for name, key in (self._intact | self._keys).items()
            if (self.folder / f"{name}.html").is_file() and any(chapter.name == name for chapter in chapters)
        }
        links = shared(chapters)
        key = beside_key(SITE, catalogue.root, data=inputs, links=links, edition=self.edition.key, present=present, pdf=pdf)
        own = self._manifest.get("outputs", {})
        if not force and self._manifest.get("key") == key and own and intact(self.folder, own):
            return
        import nbformat  # it and what makes pages take long: an edition that is up to date needs neither

        from . import site

        done = [
            (chapter, nbformat.read(self.folder / f"{chapter.name}.ipynb", as_version=4))
            for chapter in chapters
            if (self.folder / f"{chapter.name}.html").is_file()
        ]
        around = site.beside_chapters(self.edition, done, self.folder, catalogue, data(self.edition.key), pdf=pdf)
        for old in self.folder.glob("*.pdf"):
            old.unlink()
        replace_files(self.folder, around)
        told = {
            chapter.name: {
                "parameters": dict(notebook.metadata.papermill.parameters),
                "key": present.get(chapter.name, ""),
                "outputs": checksums(self.folder, self._outputs.get(chapter.name) or self._named(chapter.name)),
            }
            for chapter, notebook in done
        }
        of_chapters = {name for entry in told.values() for name in entry["outputs"]}
        others = checksums(self.folder, set(listed(self.folder)) - of_chapters - {MANIFEST})
        content = manifest.describe(self.edition, catalogue, key, told, others)
        replace_files(self.folder, {MANIFEST: manifest.written(content)})

    def _named(self, chapter: str) -> list[str]:
        """Files of a chapter by their names, when no manifest tells which they are."""
        figures = [path.relative_to(self.folder).as_posix() for path in self.folder.glob(f"figures/{chapter}-*")]
        return [f"{chapter}.ipynb", f"{chapter}.html", f"tables/{chapter}.csv", *figures]


def finish_overall(
    catalogue: Catalogue, chapters: Sequence[Chapter], output: Path, inputs: Mapping[str, str], *, force: bool
) -> None:
    """Write what all editions share, unless it is up to date."""
    editions = {edition.key: manifest.read(output / edition.key / MANIFEST).get("key", "") for edition in catalogue.dated}
    note = catalogue.root / "docs" / "method.md"
    method = sha256(note) if note.is_file() else ""
    links = shared(chapters)
    key = beside_key(SITE, catalogue.root, data=inputs, links=links, editions=editions, method=method)
    before = manifest.read(output / OVERALL)
    if not force and before.get("key") == key and before.get("outputs") and intact(output, before["outputs"]):
        return
    from . import site

    replace_files(output, site.beside_editions(catalogue, _rendered(catalogue, output)))
    own = [name for name in listed(output) if name.partition("/")[0] not in editions]
    replace_files(output, {OVERALL: manifest.written({"key": key, "outputs": checksums(output, own)})})


def _rendered(catalogue: Catalogue, output: Path) -> dict[str, list[str]]:
    """Names of the rendered chapters, by key of edition."""
    editions = (edition.key for edition in catalogue.dated if (output / edition.key / "index.html").is_file())
    return {key: sorted(path.stem for path in (output / key).glob("*.html") if NAME.fullmatch(path.stem)) for key in editions}
