"""Pages of the site: one for each chapter, an index for each edition, one for all, and the search. Each is whole in one file."""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from html import escape
from itertools import chain, count, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from nbformat import NotebookNode
from rcssmin import cssmin

if TYPE_CHECKING:
    from nbconvert.filters.markdown_mistune import MarkdownWithMath

from traite_lib.catalogue import Catalogue, Edition, spelt
from traite_lib.presentation.text import FIGURE, PUBLICATION, citation, typographic

from ..files import checked_name
from .chapters import CONTROL, IMAGE_SUFFIXES, INJECTED, KEY_POINTS, PANDAS, PARAMETERS, Chapter
from .glossary import Term, glossary, used
from .marking import file_name, marks_of
from .policy import protected
from .search import prose

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Figure:
    """A chart of an executed chapter, numbered in it.

    Attributes
    ----------
    number : int
        From 1, in the chapter.
    name : str
        From what it is about, and so the same in each edition: ``forme-d-exploitation``.
    svg : Markup
        The drawing, whose text is text.
    title, subject, population : str
        What it shows, what it is about when that is not its title, and whom.
    notes : tuple of str
        Signs, bases, reservations and sources.
    alt : str
        All that it shows, in words.
    files : mapping
        What the chart hands to the renderer, by suffix.
    """

    number: int
    name: str
    svg: Markup
    title: str
    subject: str = ""
    population: str = ""
    notes: tuple[str, ...] = ()
    alt: str = ""
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Block:
    """One cell of an executed chapter: ``prose``, ``key-points``, ``result``, ``control``; `aside`: shown with the code only."""

    kind: str
    source: str = ""
    outputs: list[Figure | Markup] = field(default_factory=list)
    aside: bool = False


@cache
def _asset(name: str) -> str:
    """A style or a script, which each page carries: without comments, and a script without the margins of its lines."""
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    return str(cssmin(text)) if name.endswith(".css") else re.sub(r"^\s*//.*\n|^\s+", "", text, flags=re.MULTILINE)


@cache
def _environment() -> Environment:
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.globals |= {"style": _asset("style.css"), "index_style": _asset("index.css"), "publication": PUBLICATION}
    environment.globals["script"] = _asset("page.js") + _asset("figure.js")
    environment.filters |= {"slug": slug, "spelt": spelt, "marked": file_name, "below": _below}
    environment.tests["figure"] = lambda output: isinstance(output, Figure)
    return environment


def _below(table: Markup, figures: Sequence[Figure]) -> Markup:
    """A table that stands just below the figures of which it gives the numbers, without the notes that each of them has said."""
    said = set.intersection(*({figure.population, *figure.notes} for figure in figures))
    left = re.sub(r"<p>(.*?)</p>", lambda found: "" if Markup(found[1]).unescape() in said else found[0], table)
    return Markup(left.replace("<figcaption></figcaption>\n", ""))


_VERBATIM = re.compile(r"(<(?P<tag>style|script|pre|svg)\b.*?</(?P=tag)>)", re.DOTALL)


def _french(template: str, **context: object) -> str:
    """HTML of a template, with French spaces everywhere but in code and drawings."""
    html = _environment().get_template(template).render(**context) + "\n"
    ends = [end for found in _VERBATIM.finditer(html) for end in found.span()]
    parts = [html[start:end] for start, end in pairwise([0, *ends, len(html)])]
    return "".join(part if number % 2 else typographic(part) for number, part in enumerate(parts))


def _page(template: str, **context: object) -> str:
    """A whole page, with its policy."""
    return protected(_french(template, **context))


@lru_cache(maxsize=1024)
def _markdown(text: str) -> Markup:
    """HTML of a Markdown text; the text of a chapter is the same in each edition."""
    return Markup(_parser().render(text))


@cache
def _parser() -> MarkdownWithMath:
    """nbconvert's Markdown; to make one takes ten times longer than to read a cell."""
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    return MarkdownWithMath(renderer=IPythonRenderer(escape=False, exclude_anchor_links=True))


def prepare(notebook: NotebookNode) -> None:
    """Read the prose of a chapter and the templates of its page: there is time while its kernel is not there yet."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            _markdown(cell.source)
    for name in ("body.html.j2", "chapter.html.j2"):
        _environment().get_template(name)


def _preformatted(text: str, kind: str) -> Markup:
    """Printed text, which the keyboard can scroll; nothing when there is none."""
    return Markup('<pre class="{}" tabindex="0">{}</pre>').format(kind, text) if text.strip() else Markup()


_FRAME = 'class="dataframe"'
"""What pandas says of a frame that it shows."""


def _frame(html: str) -> Markup:
    """A frame of pandas as aligned text, folded: its words are those of the code, not of the page. An empty one shows nothing."""
    lines = [re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row, re.DOTALL) for row in re.findall(r"<tr.*?</tr>", html, re.DOTALL)]
    width = max(map(len, lines))
    about = "".join(f" — {Markup(text).unescape()}" for text in re.findall(r"<caption>(.*?)</caption>", html))
    table = [[""] * (width - len(line)) + [Markup(cell).unescape() for cell in line] for line in lines]  # an index is said once
    sizes = [max(map(len, column)) for column in zip(*table, strict=True)]
    text = "\n".join("  ".join(map(str.ljust, line, sizes)).rstrip() for line in table)
    if "<td" not in html:
        return Markup()
    shown = Markup('<pre class="text" tabindex="0"><samp>{}</samp></pre>').format(text)
    told = f"Données ordonnées, avec leurs codes{about}"
    return Markup('<details class="data"><summary>{}</summary>\n{}\n</details>').format(told, shown)


def blocks(notebook: NotebookNode) -> list[Block]:
    """Cells of an executed chapter as a page shows them, its figures numbered."""
    found: list[Block] = []
    drawn = iter(figures(notebook))
    given = any(INJECTED in _tags(cell) for cell in notebook.cells)  # what is run is then said below the defaults
    for cell in (cell for cell in notebook.cells if not (given and PARAMETERS in _tags(cell))):
        block = Block(_kind(cell), Markup(escape(cell.source, quote=False)))
        before = found[-1] if found else block
        block.aside = block.kind == "control" or cell.source.startswith(PANDAS) or (before.kind == "prose" and before.aside)
        if block.kind == "prose":
            block.outputs.append(_markdown(cell.source))
        for output in _outputs(cell):
            data = output.get("data", {})
            if output.output_type == "stream":
                block.outputs.append(_preformatted(output.text if output.name == "stdout" else "", "text"))
            elif SVG in data or PNG in data:
                block.outputs.append(next(drawn))
            elif "text/html" in data:
                html = data["text/html"]
                block.outputs.append(_frame(html) if _FRAME in html else Markup(html))
            elif "text/markdown" in data:
                block.outputs.append(_markdown(data["text/markdown"]))
            else:
                block.outputs.append(_preformatted(data.get("text/plain", ""), "text"))
        found.append(block)
    return found


SVG, PNG = "image/svg+xml", "image/png"


def figures(notebook: NotebookNode) -> list[Figure]:
    """Charts of an executed chapter, numbered and named, in order."""
    drawn: list[Figure] = []
    for cell in notebook.cells:
        for output in _outputs(cell):
            if {SVG, PNG} & set(output.get("data", {})):
                drawn.append(_figure(output, drawn))
    return drawn


def _tags(cell: NotebookNode) -> Sequence[str]:
    tags: Sequence[str] = cell.metadata.get("tags", [])
    return tags


def _kind(cell: NotebookNode) -> str:
    """Kind of block that a cell is; see `Block`."""
    tags = _tags(cell)
    if cell.cell_type != "code":
        return "prose"
    return "key-points" if KEY_POINTS in tags else "control" if CONTROL in tags else "result"


def _outputs(cell: NotebookNode) -> Sequence[NotebookNode]:
    """Outputs that a page shows: what nbval compares repeats its tables, and is in the notebook."""
    found: Sequence[NotebookNode] = () if _kind(cell) in ("prose", "control") else cell.outputs
    return found


def _figure(output: NotebookNode, before: Sequence[Figure]) -> Figure:
    words = {"title": "", **output.metadata.get(SVG, {})}
    if SVG in output.data:
        drawing = Markup(output.data[SVG])
    else:  # a chapter may draw by itself
        words = {"title": "", "alt": output.metadata.get(PNG, {}).get("alt", "")}
        image = output.data[PNG].replace("\n", "")
        drawing = Markup('<img src="data:image/png;base64,{}" alt="{}">').format(image, words["alt"])
    name = slug(words.get("subject") or words["title"]) or "figure"
    name = _apart(f"{name}{marks_of(words.get('alt', ''))}", {figure.name for figure in before})
    words["notes"] = tuple(words.get("notes", ()))
    return Figure(len(before) + 1, name, drawing, files=output.data.get(FIGURE, {}), **words)


def _apart(name: str, taken: Collection[str]) -> str:
    """A name, numbered where others have it already."""
    numbered = (f"{name}-{number}" for number in count(2))
    return next(one for one in chain([name], numbered) if one not in taken)


def figure_files(notebook: NotebookNode, chapter: Chapter) -> dict[str, bytes]:
    """Files of the charts of an executed chapter, by path: ``figures/02_formes-forme-d-exploitation.csv``."""
    return {
        checked_name(f"{figure_file(chapter, figure)}{suffix}"): (
            base64.b64decode(content) if suffix in IMAGE_SUFFIXES else content.encode()
        )
        for figure in figures(notebook)
        for suffix, content in figure.files.items()
    }


def lighten(notebook: NotebookNode) -> None:
    """Take out of an executed notebook what its charts hand to the renderer, and plain text that another form says too."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            data.pop(FIGURE, None)
            if {"text/html", "text/markdown", SVG} & set(data):  # every reader of notebooks shows them; a drawing has its words
                data.pop("text/plain", None)


def figure_file(chapter: Chapter, figure: Figure) -> str:
    """Path of a figure's files in the folder of an edition, without their suffix."""
    return f"figures/{chapter.name}-{figure.name}"


def slug(text: str) -> str:
    """Anchor of a heading: « Répartition par forme » gives ``repartition-par-forme``."""
    plain = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("’", "-")).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def anchored(body: str) -> tuple[Markup, list[tuple[int, str, str]]]:
    """A body whose headings of levels 2 and 3 have anchors, and the list of them.

    Returns
    -------
    body, contents
        `contents`: level, anchor and HTML text of each heading, in order.
    """
    contents: list[tuple[int, str, str]] = []

    def anchor(heading: re.Match[str]) -> str:
        level, text = int(heading["level"]), heading["text"]
        name = _apart(slug(re.sub(r"<[^>]+>", "", text)) or "section", {other for _, other, _ in contents})
        contents.append((level, name, text))
        return f'<h{level} id="{name}">{text}</h{level}>'

    return Markup(re.sub(r"<h(?P<level>[23])[^>]*>(?P<text>.*?)</h(?P=level)>", anchor, body, flags=re.DOTALL)), contents


def chapter_body(notebook: NotebookNode, chapter: Chapter) -> tuple[Markup, list[tuple[int, str, str]]]:
    """What a chapter says, as HTML with anchors, and its headings (see `anchored`)."""
    return anchored(_french("body.html.j2", blocks=blocks(notebook), chapter=chapter, figure_file=figure_file))


def chapter_page(notebook: NotebookNode, chapter: Chapter, chapters: Sequence[Chapter], edition: Edition) -> str:
    """HTML of one executed chapter: a page that needs nothing but itself.

    Parameters
    ----------
    notebook : NotebookNode
        The executed notebook.
    chapter : Chapter
        Its source.
    chapters : sequence of Chapter
        All chapters, for the links to the previous and the next, and to the terms that they define.
    edition : Edition
        What it was executed for.
    """
    place = [other.name for other in chapters].index(chapter.name)
    body, contents = chapter_body(notebook, chapter)
    return _page(
        "chapter.html.j2", body=body, terms=used(glossary(chapters), prose(body)), chapter=chapter, edition=edition, root="../",
        contents=[(level, name, Markup(text)) for level, name, text in contents],
        citation=citation(edition, int(chapter.number), chapter.title),
        previous=chapters[place - 1] if place else None,
        following=chapters[place + 1] if place + 1 < len(chapters) else None,
    )  # fmt: skip


def notebook_page(notebook: NotebookNode, chapter: Chapter) -> str:
    """HTML of an executed notebook that is no chapter: what its cells gave, in the same dress."""
    body, _ = chapter_body(notebook, chapter)
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", body, re.DOTALL)
    return _page("notebook.html.j2", body=body, title=Markup(heading[1]).striptags() if heading else chapter.name, root="")


@dataclass(frozen=True)
class Download:
    """A file of an edition that its index offers: its path there, its name in French, what it is for."""

    path: str
    name: str
    use: str


def edition_index(
    edition: Edition, chapters: Sequence[tuple[Chapter, list[str]]], downloads: Sequence[Download], licence: str, *, terms: bool
) -> str:
    """HTML index of an edition: what to keep from it, its chapters each with its first key sentence, its files.

    `terms`: a glossary is a page beside the editions.
    """
    return _page(
        "edition.html.j2",
        edition=edition,
        chapters=chapters,
        downloads=downloads,
        licence=licence,
        terms=terms,
        citation=citation(edition),
        root="../",
    )


def document(edition: Edition, parts: Sequence[tuple[Chapter, str]], licence: str) -> str:
    """HTML of all chapters of an edition, one after the other, to be printed: chapters and the HTML of their content."""
    return _page("document.html.j2", edition=edition, parts=parts, licence=licence, citation=citation(edition))


def overall_index(catalogue: Catalogue, rendered: Sequence[Edition], *, method: bool, terms: bool) -> str:
    """HTML index of the editions that have been rendered; `method`, `terms`: the method note, the glossary are beside it."""
    licence = catalogue.licence.figures
    return _page("editions.html.j2", editions=rendered, licence=licence, method=method, terms=terms, root="")


def method_page(text: str, licence: str) -> str:
    """The statistical method note (``docs/method.md``) as a page of the site."""
    body, _ = anchored(_markdown(text))
    return _page("method.html.j2", body=body, licence=licence, root="")


def glossary_page(terms: Sequence[Term], licence: str) -> str:
    """The terms of the survey as a page of the site, each with its anchor."""
    told = [(term, _markdown(term.text[:1].upper() + term.text[1:])) for term in terms]
    return _page("glossary.html.j2", terms=told, licence=licence, root="")


def search_page(catalogue: Catalogue, rendered: Sequence[Edition]) -> str:
    """Page that searches all the words of the site without a server: it loads ``<edition>/search-index.js``."""
    return _page("search.html.j2", editions=rendered, licence=catalogue.licence.figures, searching=_asset("search.js"), root="")


def site_map(chapters: Mapping[str, Sequence[str]]) -> str:
    """Script that tells every page which pages exist: pages do not change when another edition is rendered.

    Parameters
    ----------
    chapters : dict
        Names of the rendered chapters, by key of edition.
    """
    return f"window.traite = {json.dumps({'editions': dict(chapters)}, sort_keys=True)};\n"
