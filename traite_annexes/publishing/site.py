"""What stands beside the chapters of an edition (index, search, data, PDF) and beside editions, as files to be written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from nbformat import NotebookNode

from traite_lib.catalogue import Catalogue, Edition
from traite_lib.nomenclature import Nomenclatures

from . import pages, search
from .chapters import Chapter, discover, key_points
from .glossary import GLOSSARY, glossary
from .manifest import DISCLOSURE, MANIFEST
from .marking import file_name

CODES, PACKAGE = "codes.csv", "datapackage.json"
"""Files without a number."""
DOWNLOADS = [
    pages.Download("traite_{}.xlsx", "Classeur de l’édition (XLSX)", "un tableau par feuille, avec notes et sources"),
    pages.Download("traite_{}.pdf", "Tous les chapitres (PDF)", "un seul document, à lire ou à imprimer"),
    pages.Download("observations.csv", "Toutes les observations (CSV)", "une ligne par énoncé, avec sa source et ses codes"),
    pages.Download(CODES, "Codes et libellés (CSV)", "ce que veulent dire les codes des observations"),
    pages.Download(PACKAGE, "Description des données (JSON)", "Data Package : colonnes et licence, pour les logiciels"),
    pages.Download(
        DISCLOSURE, "Secret statistique (JSON)", "règles, nombre de cases masquées, intervalles possibles ; aucune valeur masquée"
    ),
    pages.Download(MANIFEST, "Inventaire technique (JSON)", "paramètres, empreintes des fichiers, versions"),
]
"""Files of an edition that its index offers when they are there; {} stands for the edition."""


def _path(path: str, edition: Edition) -> str:
    named = path.format(edition.key)
    return named if path in (CODES, PACKAGE, MANIFEST, DISCLOSURE) else file_name(named, edition)


def beside_chapters(
    edition: Edition, done: Sequence[tuple[Chapter, NotebookNode]], folder: Path, catalogue: Catalogue, data: Mapping[str, bytes],
    *, pdf: bool,
) -> dict[str, bytes]:  # fmt: skip
    """Search index, data, PDF and index of an edition, by name.

    Parameters
    ----------
    done : sequence of (Chapter, NotebookNode)
        Its chapters that are there, executed.
    folder : Path
        Where their pages are.
    data : mapping
        Files of its data, by name.
    pdf : bool
        Make the PDF of each chapter and of the edition.
    """
    licence = catalogue.licence.figures
    texts = [(chapter, (folder / f"{chapter.name}.html").read_text(encoding="utf-8")) for chapter, _ in done]
    others = search.other_words(Nomenclatures(catalogue.root / "data"))
    found = [part for chapter, page in texts for part in search.passages(chapter.name, chapter.title, page, others)]
    files = {"search-index.js": search.index(edition.key, found).encode()} | dict(data)
    if edition.released:
        files[DISCLOSURE] = catalogue.verified(edition.released).read_bytes()
    if pdf:
        from .pdf import convert, edition_pdf

        files |= {f"{chapter.name}.pdf": convert(page) for chapter, page in texts}
        files[_path("traite_{}.pdf", edition)] = edition_pdf(edition, texts, licence)
    named = [replace(file, path=_path(file.path, edition)) for file in DOWNLOADS]
    offered = [file for file in named if file.path in files or file.path == MANIFEST]
    points = [(chapter, key_points(notebook)) for chapter, notebook in done]
    terms = bool(glossary(discover(catalogue.root / "notebooks")))
    files["index.html"] = pages.edition_index(edition, points, offered, licence, terms=terms).encode()
    return files


def beside_editions(catalogue: Catalogue, chapters: Mapping[str, Sequence[str]]) -> dict[str, bytes]:
    """What stands beside editions, by name: their index, the method note, the glossary, the search, the map that pages read.

    Parameters
    ----------
    chapters : mapping
        Names of the rendered chapters, by key of edition.
    """
    rendered = [edition for edition in catalogue.dated if edition.key in chapters]
    note = catalogue.root / "docs" / "method.md"
    licence = catalogue.licence.figures
    terms = glossary(discover(catalogue.root / "notebooks"))
    texts = {
        "index.html": pages.overall_index(catalogue, rendered, method=note.is_file(), terms=bool(terms)),
        "recherche.html": pages.search_page(catalogue, rendered),
        "site.js": pages.site_map(chapters),
    }
    found = []
    if note.is_file():
        texts["methode.html"] = pages.method_page(note.read_text(encoding="utf-8"), licence)
        found += search.passages("methode", "Note de méthode", texts["methode.html"], {})
    if terms:
        texts[f"{GLOSSARY}.html"] = pages.glossary_page(terms, licence)
        found += search.passages(GLOSSARY, "Glossaire : définitions", texts[f"{GLOSSARY}.html"], {})
    texts["search-index.js"] = search.index("", found)
    return {name: text.encode() for name, text in texts.items()}
