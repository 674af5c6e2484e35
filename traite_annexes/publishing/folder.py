"""What an output folder holds: annexes put in place whole or not at all, kept while their key is the same, and what stands
beside them (index, search, data, manifest).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat

from traite_lib.catalogue import Catalogue, Edition, sha256

from ..files import FAILURES, listed, replace_files
from ..fingerprints import beside_key
from . import manifest, pages
from .chapters import NAME, Chapter
from .manifest import MANIFEST, checksums, intact

OVERALL = ".overall.json"
"""Key and checksums of what is common to all editions."""

DOWNLOADS = [
    pages.Download("traite_{}.xlsx", "Classeur de l’édition (XLSX)", "un tableau par feuille, avec notes et sources"),
    pages.Download("traite_{}.pdf", "Tous les chapitres (PDF)", "un seul document, à lire ou à imprimer"),
    pages.Download("observations.csv", "Toutes les observations (CSV)", "une ligne par énoncé, avec sa source et ses codes"),
    pages.Download("codes.csv", "Codes et libellés (CSV)", "ce que veulent dire les codes des observations"),
    pages.Download(
        "datapackage.json", "Description des données (JSON)", "Data Package : colonnes et licence, pour les logiciels"
    ),
    pages.Download(MANIFEST, "Inventaire technique (JSON)", "paramètres, empreintes des fichiers, versions"),
]
"""Files of an edition that its index offers when they are there; {} stands for the edition."""


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
        links = [(chapter.name, chapter.title) for chapter in chapters]
        key = beside_key(__name__, catalogue.root, data=inputs, links=links, edition=self.edition.key, present=present, pdf=pdf)
        own = self._manifest.get("outputs", {})
        if not force and self._manifest.get("key") == key and own and intact(self.folder, own):
            return
        done = [chapter for chapter in chapters if (self.folder / f"{chapter.name}.html").is_file()]
        notebooks = {chapter.name: nbformat.read(self.folder / f"{chapter.name}.ipynb", as_version=4) for chapter in done}
        self._write_around(done, notebooks, catalogue, data(self.edition.key), pdf=pdf)
        told = {
            name: {
                "parameters": dict(notebook.metadata.papermill.parameters),
                "key": present.get(name, ""),
                "outputs": checksums(self.folder, self._outputs.get(name) or self._named(name)),
            }
            for name, notebook in notebooks.items()
        }
        of_chapters = {name for entry in told.values() for name in entry["outputs"]}
        others = checksums(self.folder, set(listed(self.folder)) - of_chapters - {MANIFEST})
        content = manifest.describe(self.edition, catalogue, key, told, others)
        replace_files(self.folder, {MANIFEST: manifest.written(content)})

    def _named(self, chapter: str) -> list[str]:
        """Files of a chapter by their names, when no manifest tells which they are."""
        return [name for name in listed(self.folder) if Path(name).stem == chapter or Path(name).match(f"figures/{chapter}-*")]

    def _write_around(
        self, done: Sequence[Chapter], notebooks: Mapping[str, nbformat.NotebookNode], catalogue: Catalogue,
        data: Mapping[str, bytes], *, pdf: bool,
    ) -> None:  # fmt: skip
        """Search index, PDF, data and index of the chapters that are there."""
        edition, licence = self.edition, catalogue.licence.figures
        texts = [(chapter, (self.folder / f"{chapter.name}.html").read_text(encoding="utf-8")) for chapter in done]
        for old in self.folder.glob("*.pdf"):
            old.unlink()
        files = {"search-index.js": pages.search_index(edition, texts).encode()} | dict(data)
        if pdf:
            from .pdf import convert, edition_pdf

            files |= {f"{chapter.name}.pdf": convert(page) for chapter, page in texts}
            files[f"traite_{edition.key}.pdf"] = edition_pdf(edition, texts, licence)
        named = [replace(file, path=file.path.format(edition.key)) for file in DOWNLOADS]
        offered = [file for file in named if file.path in files or file.path == MANIFEST]
        points = [(chapter, pages.key_points(notebooks[chapter.name])) for chapter in done]
        files["index.html"] = pages.edition_index(edition, points, offered, licence).encode()
        replace_files(self.folder, files)


def finish_overall(
    catalogue: Catalogue, chapters: Sequence[Chapter], output: Path, inputs: Mapping[str, str], *, force: bool
) -> None:
    """Write what all editions share, unless it is up to date."""
    editions = {edition.key: manifest.read(output / edition.key / MANIFEST).get("key", "") for edition in catalogue.dated}
    note = catalogue.root / "docs" / "method.md"
    method = sha256(note) if note.is_file() else ""
    links = [(chapter.name, chapter.title) for chapter in chapters]
    key = beside_key(__name__, catalogue.root, data=inputs, links=links, editions=editions, method=method)
    before = manifest.read(output / OVERALL)
    if not force and before.get("key") == key and before.get("outputs") and intact(output, before["outputs"]):
        return
    replace_files(output, overall(catalogue, _rendered(catalogue, output)))
    own = [name for name in listed(output) if name.partition("/")[0] not in editions]
    replace_files(output, {OVERALL: manifest.written({"key": key, "outputs": checksums(output, own)})})


def _rendered(catalogue: Catalogue, output: Path) -> dict[str, list[str]]:
    """Names of the rendered chapters, by key of edition."""
    editions = (edition.key for edition in catalogue.dated if (output / edition.key / "index.html").is_file())
    return {key: sorted(path.stem for path in (output / key).glob("*.html") if NAME.fullmatch(path.stem)) for key in editions}


def overall(catalogue: Catalogue, chapters: Mapping[str, Sequence[str]]) -> dict[str, bytes]:
    """What stands beside editions, by name: their index, the method note, the search, the map that every page reads.

    Parameters
    ----------
    chapters : mapping
        Names of the rendered chapters, by key of edition.
    """
    rendered = [edition for edition in catalogue.dated if edition.key in chapters]
    note = catalogue.root / "docs" / "method.md"
    texts = {
        "index.html": pages.overall_index(catalogue, rendered, method=note.is_file()),
        "recherche.html": pages.search_page(catalogue, rendered),
        "site.js": pages.site_map(chapters),
    }
    if note.is_file():
        texts["methode.html"] = pages.method_page(note.read_text(encoding="utf-8"), catalogue.licence.figures)
    return {name: text.encode() for name, text in texts.items()}
