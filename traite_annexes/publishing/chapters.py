"""Chapters: the notebooks of ``notebooks/``, and the contract that each one keeps."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode

from traite_lib.errors import available

from ..errors import RenderError

NAME = re.compile(r"(?P<number>\d\d)_[a-z0-9_]+")
PARAMETERS, INJECTED, CONTROL, KEY_POINTS = "parameters", "injected-parameters", "nbval-check-output", "key-points"
"""Tags: the parameters cell and the one that papermill adds, a control cell (nbval), the « À retenir » cell."""

PANDAS = "**Les mêmes chiffres avec pandas.**"
"""How the prose begins that stands before a cell for those who go on with the code."""

IMAGE_SUFFIXES = (".png", ".svg")
"""Files of a chart that are made when they are asked for."""


@dataclass(frozen=True)
class Chapter:
    """One notebook ``NN_theme.ipynb``; a new file is a new chapter, nothing else declares it."""

    path: Path

    @property
    def name(self) -> str:
        """Name of the file, without its extension: ``02_formes``."""
        return self.path.stem

    @property
    def number(self) -> str:
        """The two digits that order the chapters."""
        return self.path.stem[:2]

    @cached_property
    def notebook(self) -> NotebookNode:
        """The source notebook.

        Raises
        ------
        RenderError
            The file is not a notebook.
        """
        import nbformat  # it takes two seconds: what only looks at titles and parameters does without

        try:
            notebook: NotebookNode = nbformat.read(self.path, as_version=4)
        except (ValueError, nbformat.ValidationError) as error:
            raise RenderError(f"notebooks/{self.path.name} is not a readable notebook: {error}.") from None
        return notebook

    @cached_property
    def cells(self) -> list[dict[str, Any]]:
        """Its cells as they are in the file, each source as one text; `notebook` validates them.

        Raises
        ------
        RenderError
            The file is not a notebook.
        """
        try:
            cells = json.loads(self.path.read_text(encoding="utf-8"))["cells"]
            return [{**cell, "source": "".join(cell["source"])} for cell in cells]
        except (ValueError, KeyError, TypeError) as error:
            raise RenderError(f"notebooks/{self.path.name} is not a readable notebook: {error}.") from None

    @property
    def title(self) -> str:
        """Its first heading."""
        first: str = self.cells[0]["source"] if self.cells else ""
        return first.partition("\n")[0].lstrip("# ").strip() or self.name

    @property
    def subject(self) -> str:
        """What it is about: what its first cell says under the title."""
        first: str = self.cells[0]["source"] if self.cells else ""
        return " ".join(first.partition("\n")[2].split())

    @property
    def parameters(self) -> dict[str, object]:
        """Names and default values of its parameters cell.

        Raises
        ------
        RenderError
            There is no such cell, or it holds something else than literals: papermill would keep a derived value at its
            default, silently.
        """
        code = [cell for cell in self.cells if cell["cell_type"] == "code"]
        if not code or PARAMETERS not in code[0]["metadata"].get("tags", []):
            raise RenderError(f"notebooks/{self.path.name}: the first code cell must be tagged {PARAMETERS!r}.")
        found: dict[str, object] = {}
        for statement in ast.parse(code[0]["source"]).body:
            match statement:
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=value)):
                    found[name] = value
                case _:
                    raise RenderError(
                        f"notebooks/{self.path.name}, parameters: `name: type = literal` was expected, found "
                        f"`{ast.unparse(statement)}`."
                    )
        return found


def discover(folder: Path) -> list[Chapter]:
    """Chapters of a folder, in order.

    Raises
    ------
    RenderError
        There is none, or two have the same number.
    """
    chapters = [Chapter(path) for path in sorted(folder.glob("*.ipynb")) if NAME.fullmatch(path.stem)]
    if not chapters:
        raise RenderError(f"There is no chapter (NN_theme.ipynb) in {folder}.")
    for one, two in pairwise(chapters):
        if one.number == two.number:
            raise RenderError(f"Two chapters have the number {one.number}: {one.name} and {two.name}.")
    return chapters


DEFINITIONS = "## Définitions"
"""How the section of a chapter that defines terms begins."""


def shared(chapters: Sequence[Chapter]) -> list[tuple[str, str]]:
    """What each page takes from other chapters, for its key: their names and titles (links), their definitions (glossary)."""
    links = [(chapter.name, chapter.title) for chapter in chapters]
    return links + [(chapter.name, text) for chapter in chapters for text in definitions(chapter)]


def definitions(chapter: Chapter) -> list[str]:
    """Sections of a chapter that define terms, in Markdown."""
    texts = [cell["source"] for cell in chapter.cells if cell["cell_type"] == "markdown"]
    return [text for text in texts if text.startswith(DEFINITIONS)]


def choose(chapters: list[Chapter], wanted: str) -> Chapter:
    """The chapter of a number (``3`` or ``03``) or of a name.

    Raises
    ------
    RenderError
        There is no such chapter; the message lists those that exist.
    """
    for chapter in chapters:
        if wanted == chapter.name or wanted.zfill(2) == chapter.number:
            return chapter
    raise RenderError(f"There is no chapter {wanted}. {available(wanted, [chapter.name for chapter in chapters])}")


def violations(chapter: Chapter) -> Iterator[str]:
    """What a chapter breaks of the contract of ``CONTRIBUTING.md``: nothing, when it is fit to be published."""
    cells = chapter.notebook.cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    try:
        if set(chapter.parameters) != {"edition", "output"}:
            yield "the parameters are `edition` and `output`"
    except RenderError as error:
        yield str(error)
    if not 8 <= len(code) <= 15:
        yield f"8 to 15 code cells, found {len(code)}"
    prose = [cell.source for cell in cells if cell.cell_type == "markdown"]
    if not prose or cells[0].cell_type != "markdown" or not prose[0].startswith("# "):
        yield "the first cell is the title"
    if not any(text.startswith("## À retenir") for text in prose):
        yield "a section « À retenir »"
    tags = [set(cell.metadata.get("tags", [])) for cell in code]
    if [KEY_POINTS in found for found in tags].count(True) != 1 or {KEY_POINTS, CONTROL} not in tags:
        yield f"one cell tagged {KEY_POINTS!r} and {CONTROL!r}"
    if tags.count({CONTROL}) != 1:
        yield f"one control cell, tagged {CONTROL!r}, after the results"
    for name in sorted(_named("display", code) - _listed("shown", code)):
        yield f"`{name}` is shown and not named in `shown`: its numbers would be neither compared nor sourced"
    for text in prose:
        if year := re.search(r"\b(19|20)\d\d\b", text):
            yield f"no year in prose, found {year.group()}"
    for number, cell in enumerate(code, start=1):
        if cell.outputs or cell.execution_count is not None:
            yield f"code cell {number} has outputs: chapters are committed stripped"
        if len(cell.source.splitlines()) > 10:
            yield f"code cell {number} has more than 10 lines"
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
                yield f"code cell {number} defines a function: it belongs to the library"
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and re.search(r"[/\\]|\.(csv|xlsx?|toml)$", node.value)
            ):
                yield f"code cell {number} holds a path: {node.value!r}"
            if isinstance(node, ast.Call) and re.match(r"(open|read_\w+)$", ast.unparse(node.func).rpartition(".")[2]):
                yield f"code cell {number} reads a file"


def _named(function: str, code: list[NotebookNode]) -> set[str]:
    """Variables that cells give to a function."""
    calls = [node for cell in code for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call)]
    return {arg.id for call in calls if ast.unparse(call.func) == function for arg in call.args if isinstance(arg, ast.Name)}


def _listed(name: str, code: list[NotebookNode]) -> set[str]:
    """Variables of a list that a cell makes: ``shown = [forms, *lines]``."""
    made = [node for cell in code for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Assign)]
    lists = [node.value for node in made if [ast.unparse(target) for target in node.targets] == [name]]
    return {node.id for value in lists for node in ast.walk(value) if isinstance(node, ast.Name)}


def key_points(notebook: NotebookNode) -> list[str]:
    """Sentences of « À retenir » of an executed chapter; what announces its list (« … : ») comes with what it announces."""
    for cell in notebook.cells:
        if KEY_POINTS in cell.metadata.get("tags", []):
            for output in cell.get("outputs", []):
                text = output.get("data", {}).get("text/markdown", "")
                text = re.sub(r":\n+- (\w)", lambda found: f": {found[1].lower()}", text)
                return [line.removeprefix("- ") for line in text.splitlines() if line]
    return []
