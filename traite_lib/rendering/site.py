"""What an edition's folder holds beside its chapters (index, manifest), and the index of all editions."""

from __future__ import annotations

import importlib.metadata
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from ..catalogue import Catalogue, Edition, sha256
from . import html
from .chapters import NAME, Chapter

PACKAGES = ["pandas", "matplotlib", "seaborn", "papermill", "nbconvert", "nbclient", "ipykernel", "babel", "xlsxwriter"]
STAGING = ".staging-"
"""Start of the name of what is being written; `batch.prepare` removes what a killed run left."""

DOWNLOADS = [
    html.Download("traite_{}.xlsx", "Classeur de l’édition (XLSX)", "un tableau par feuille, avec notes et sources"),
    html.Download("traite_{}.pdf", "Tous les chapitres (PDF)", "un seul document, à lire ou à imprimer"),
    html.Download("observations.csv", "Toutes les observations (CSV)", "une ligne par énoncé, avec sa source et ses codes"),
    html.Download("codes.csv", "Codes et libellés (CSV)", "ce que veulent dire les codes des observations"),
    html.Download("datapackage.json", "Description des données (JSON)", "Data Package : colonnes et licence, pour les logiciels"),
    html.Download("manifest.json", "Inventaire technique (JSON)", "paramètres, empreintes des fichiers, versions"),
]
"""Files of an edition that its index offers when they are there; {} stands for the edition."""


def downloads(edition: Edition) -> dict[str, html.Download]:
    """Files that the index of an edition offers, by name."""
    named = [replace(file, path=file.path.format(edition.key)) for file in DOWNLOADS]
    return {file.path: file for file in named}


def write(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f"{STAGING}{os.getpid()}-", delete=False) as file:
        file.write(content.encode() if isinstance(content, str) else content)
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)


def write_edition(
    edition: Edition,
    chapters: Sequence[Chapter],
    folder: Path,
    catalogue: Catalogue,
    data: Mapping[str, bytes],
    *,
    pdf: bool = False,
) -> None:
    """Index, search index, data and manifest of the chapters that an edition's folder holds; their PDF when asked for.

    `data` are the files that `data.files` makes. Without `pdf`, those of an earlier run are removed: they may no longer say what
    the pages say.
    """
    done = [chapter for chapter in chapters if (folder / f"{chapter.name}.html").is_file()]
    notebooks = {chapter.name: nbformat.read(folder / f"{chapter.name}.ipynb", as_version=4) for chapter in done}
    listed = [(chapter, html.key_points(notebooks[chapter.name])) for chapter in done]
    pages = [(chapter, (folder / f"{chapter.name}.html").read_text(encoding="utf-8")) for chapter in done]
    write(folder / "search-index.js", html.search_index(edition, pages))
    for old in folder.glob("*.pdf"):
        old.unlink()
    if pdf:
        _write_pdf(edition, pages, folder, catalogue)
    for name, content in data.items():
        write(folder / name, content)
    offered = [file for name, file in downloads(edition).items() if name == "manifest.json" or (folder / name).is_file()]
    write(folder / "index.html", html.edition_index(edition, listed, offered, catalogue.licence.figures))
    described = manifest(edition, notebooks, folder, catalogue)
    write(folder / "manifest.json", json.dumps(described, indent=2, ensure_ascii=False) + "\n")


def _write_pdf(edition: Edition, pages: Sequence[tuple[Chapter, str]], folder: Path, catalogue: Catalogue) -> None:
    from .pdf import convert, edition_pdf

    for chapter, page in pages:
        write(folder / f"{chapter.name}.pdf", convert(page))
    write(folder / f"traite_{edition.key}.pdf", edition_pdf(edition, pages, catalogue.licence.figures))


def write_overall(catalogue: Catalogue, output: Path) -> None:
    """Index of the editions that have been rendered, method note, search page, and the map that every page reads."""
    rendered = [edition for edition in catalogue.dated if (output / edition.key / "index.html").is_file()]
    chapters = {
        edition.key: sorted(path.stem for path in (output / edition.key).glob("*.html") if NAME.fullmatch(path.stem))
        for edition in rendered
    }
    note = catalogue.root / "docs" / "method.md"
    if note.is_file():
        write(output / "methode.html", html.method_page(note.read_text(encoding="utf-8"), catalogue.licence.figures))
    write(output / "index.html", html.overall_index(catalogue, rendered, method=note.is_file()))
    write(output / "recherche.html", html.search_page(catalogue, rendered))
    write(output / "site.js", html.site_map(chapters))


def manifest(edition: Edition, notebooks: dict[str, NotebookNode], folder: Path, catalogue: Catalogue) -> dict[str, object]:
    """What an edition's annexes are made of: parameters, checksums of inputs and outputs, versions, commit.

    Nothing in it depends on when or where the annexes were rendered.
    """
    made = provenance(catalogue)
    return {
        "edition": edition.key,
        "title": edition.title,
        "commit": _commit(catalogue.root),
        "versions": made["versions"],
        "inputs": made["inputs"],
        "chapters": {
            name: {
                "parameters": dict(notebook.metadata.papermill.parameters),
                "source": made["notebooks"][f"notebooks/{name}.ipynb"],
                "outputs": {file.relative_to(folder).as_posix(): sha256(file) for file in _files(folder, name)},
            }
            for name, notebook in notebooks.items()
        },
    }


def provenance(catalogue: Catalogue) -> dict[str, dict[str, str]]:
    """What annexes are made from, here: ``inputs`` and ``notebooks`` (checksums by path), ``versions`` of the software."""
    root = catalogue.root
    inputs = sorted(
        path for path in catalogue.data.rglob("*") if path.is_file() and path.suffix in (".csv", ".toml", ".xlsx", ".xls")
    )
    return {
        "inputs": {path.relative_to(root).as_posix(): sha256(path) for path in inputs},
        "notebooks": {f"notebooks/{path.name}": sha256(path) for path in sorted((root / "notebooks").glob("*.ipynb"))},
        "versions": {"python": ".".join(map(str, sys.version_info[:3])), "traite": _version("traite")}
        | {name: _version(name) for name in PACKAGES},
    }


def _files(folder: Path, name: str) -> list[Path]:
    """Files of a chapter: notebook, page, table, figures."""
    files = [folder / f"{name}.ipynb", folder / f"{name}.html", folder / "tables" / f"{name}.csv"]
    return [file for file in files if file.is_file()] + sorted((folder / "figures").glob(f"{name}-*"))


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _commit(root: Path) -> str:
    """Commit of the project, marked when files have changed since; empty outside a git checkout."""
    try:
        found = subprocess.run(
            ["git", "describe", "--always", "--abbrev=40", "--dirty", "--match="],
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return found.stdout.strip()
