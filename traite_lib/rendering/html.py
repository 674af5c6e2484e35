"""Pages: one for each chapter (nbconvert, the project's template), an index for each edition and one for all."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from nbconvert import HTMLExporter
from nbformat import NotebookNode

from ..catalogue import Catalogue, Edition
from .chapters import KEY_POINTS, Chapter

TEMPLATES = Path(__file__).parent / "templates"


def _style() -> str:
    return (TEMPLATES / "style.css").read_text(encoding="utf-8")


@lru_cache(maxsize=32)
def _exporter(_thread: int) -> HTMLExporter:
    """Exporter of a thread: its templates take longer to compile than a page to write."""
    return HTMLExporter(template_name="traite", extra_template_basedirs=[str(TEMPLATES)], exclude_anchor_links=True)


def chapter_page(notebook: NotebookNode, chapter: Chapter, chapters: Sequence[Chapter], edition: Edition) -> str:
    """HTML of one executed chapter: a page that needs nothing but itself.

    Parameters
    ----------
    notebook : NotebookNode
        The executed notebook.
    chapter : Chapter
        Its source.
    chapters : sequence of Chapter
        All chapters, for the links to the previous and the next.
    edition : Edition
        What it was executed for.
    """
    exporter = _exporter(threading.get_ident())
    names = [other.name for other in chapters]
    place = names.index(chapter.name)
    context = {
        "title": chapter.title,
        "edition": edition,
        "style": _style(),
        "previous": chapters[place - 1] if place else None,
        "following": chapters[place + 1] if place + 1 < len(chapters) else None,
    }
    body, _ = exporter.from_notebook_node(notebook, resources={"annex": context})
    return str(body)


def key_sentence(notebook: NotebookNode) -> str:
    """First sentence of « À retenir » of an executed chapter."""
    for cell in notebook.cells:
        if KEY_POINTS in cell.metadata.get("tags", []):
            for output in cell.get("outputs", []):
                text = output.get("data", {}).get("text/markdown", "")
                return str(text).partition("\n")[0].removeprefix("- ")
    return ""


def edition_index(edition: Edition, chapters: Sequence[tuple[Chapter, str]], licence: str) -> str:
    """HTML index of an edition: its chapters, each with its first key sentence."""
    return _page("edition.html.j2", edition=edition, chapters=chapters, licence=licence)


def overall_index(catalogue: Catalogue, rendered: Sequence[Edition]) -> str:
    """HTML index of the editions that have been rendered."""
    return _page("editions.html.j2", editions=rendered, licence=catalogue.licence.figures)


def _page(template: str, **context: object) -> str:
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.get_template(template).render(style=_style(), **context) + "\n"
