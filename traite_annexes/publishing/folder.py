"""An output folder: annexes put in place whole or not at all, kept while their key is the same, and the manifest that tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode

from papermill_warm.sources import digest
from traite_lib.catalogue import Catalogue, Edition, sha256

from ..files import FAILURES, remove, replace_files
from ..fingerprints import beside_key
from . import manifest
from .chapters import NAME, Chapter, shared
from .manifest import MANIFEST, ChapterTold, Overall, checksums, intact
from .marking import file_name

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
        chapters: Mapping[str, ChapterTold] = self._manifest.chapters if self._manifest else {}
        self._intact = {name: told.key for name, told in chapters.items() if told.outputs and intact(folder, told.outputs)}
        self._keys: dict[str, str] = {}
        self._outputs = {name: told.outputs for name, told in chapters.items()}

    def has(self, chapter: Chapter) -> bool:
        """Whether the chapter's annex is there, untouched."""
        return chapter.name in self._intact

    def holds(self, chapter: Chapter, key: str) -> bool:
        """Whether the chapter's annex is there, untouched, and was made with this key."""
        return self._intact.get(chapter.name) == key

    def keep(self, chapter: Chapter, key: str) -> Path:
        """Leave a chapter's annex as it is: it has this key. Its page is returned, as by `accept`.

        What failed since it was made is no longer what the chapter is: it is not kept.
        """
        self._failed(chapter).unlink(missing_ok=True)
        self._keys[chapter.name] = key
        return self.folder / f"{chapter.name}.html"

    def accept(self, chapter: Chapter, files: Mapping[str, bytes], key: str) -> Path:
        """Put a chapter's annex in place of the previous one."""
        replace_files(self.folder, files)
        for name in set(self._outputs.get(chapter.name) or self._named(chapter.name)) - set(files):
            remove(self.folder, name)  # the chapter no longer makes it
        self._outputs[chapter.name] = {name: digest(content) for name, content in files.items()}
        return self.keep(chapter, key)

    def refuse(self, chapter: Chapter, notebook: bytes) -> None:
        """Leave the previous annex as it is, and keep the notebook that failed apart, when there is one."""
        if notebook:  # made in the edition's folder, where the next run looks for what a killed one was making
            replace_files(self.folder, {self._failed(chapter).relative_to(self.folder).as_posix(): notebook})

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
        before = self._manifest
        if not force and before and before.key == key and before.outputs and intact(self.folder, before.outputs):
            return
        from . import site  # what makes pages takes long: an edition that is up to date does without

        done = [(chapter, notebook) for chapter in chapters if (notebook := self._executed(chapter)) is not None]
        around = site.beside_chapters(self.edition, done, self.folder, catalogue, data(self.edition.key), pdf=pdf)
        for old in self.folder.glob("*.pdf"):
            old.unlink()
        gone = set(before.outputs) - set(around) if before else set[str]()
        for name in gone:
            remove(self.folder, name)  # the edition no longer has it, or under another name
        replace_files(self.folder, around)
        told = {
            chapter.name: {
                "parameters": dict(notebook.metadata.papermill.parameters),
                "key": present.get(chapter.name, ""),
                # as they were made, not as they are: another chapter may have written there since
                "outputs": self._outputs.get(chapter.name) or checksums(self.folder, self._named(chapter.name)),
            }
            for chapter, notebook in done
        }
        made = {name: digest(content) for name, content in sorted(around.items())}
        content = manifest.describe(self.edition, catalogue, key, told, made)
        replace_files(self.folder, {MANIFEST: manifest.written(content)})

    def _executed(self, chapter: Chapter) -> NotebookNode | None:
        """The executed notebook of a chapter that has a page; none when there is no page, or it was damaged since."""
        import nbformat

        if not (self.folder / f"{chapter.name}.html").is_file():
            return None
        try:
            notebook = nbformat.read(self.folder / f"{chapter.name}.ipynb", as_version=4)
            return notebook if isinstance(notebook.metadata.papermill.parameters, dict) else None
        except (OSError, ValueError, AttributeError, KeyError, TypeError, RecursionError, nbformat.ValidationError):
            return None  # whatever its shape, this chapter must be rendered again

    def _named(self, chapter: str) -> list[str]:
        """Files of a chapter by their names, when no manifest tells which they are."""
        figures = [path.relative_to(self.folder).as_posix() for path in self.folder.glob(f"figures/{chapter}-*")]
        return [f"{chapter}.ipynb", f"{chapter}.html", file_name(f"tables/{chapter}.csv", self.edition), *figures]


def finish_overall(
    catalogue: Catalogue, chapters: Sequence[Chapter], output: Path, inputs: Mapping[str, str], *, force: bool
) -> None:
    """Write what all editions share, unless it is up to date."""
    told = {edition.key: manifest.read(output / edition.key / MANIFEST) for edition in catalogue.dated}
    editions = {edition: found.key if found else "" for edition, found in told.items()}
    note = catalogue.root / "docs" / "method.md"
    method = sha256(note) if note.is_file() else ""
    links = shared(chapters)
    key = beside_key(SITE, catalogue.root, data=inputs, links=links, editions=editions, method=method)
    before = manifest.read(output / OVERALL, Overall)
    if not force and before and before.key == key and before.outputs and intact(output, before.outputs):
        return
    from . import site

    files = site.beside_editions(catalogue, _rendered(catalogue, output))
    replace_files(output, files)
    made = {name: digest(content) for name, content in sorted(files.items())}
    replace_files(output, {OVERALL: manifest.written({"key": key, "outputs": made})})


def _rendered(catalogue: Catalogue, output: Path) -> dict[str, list[str]]:
    """Names of the rendered chapters, by key of edition."""
    editions = (edition.key for edition in catalogue.dated if (output / edition.key / "index.html").is_file())
    return {key: sorted(path.stem for path in (output / key).glob("*.html") if NAME.fullmatch(path.stem)) for key in editions}
