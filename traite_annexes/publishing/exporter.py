"""« annex » in JupyterLab's export menu, and ``jupyter nbconvert --to annex``: the page of the notebook that is open."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter
from nbformat import NotebookNode

from traite_lib.catalogue import Catalogue, project_root

from ..errors import RenderError
from . import pages
from .chapters import INJECTED, KEY_POINTS, NAME, PARAMETERS, Chapter, discover


class AnnexExporter(Exporter):
    """Page of an executed notebook: that of its chapter and edition, or a plain one when it is no chapter."""

    export_from_notebook = "Annex"
    output_mimetype = "text/html"

    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(  # type: ignore[override]  # a page is text, as in nbconvert's own exporters
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kwargs: Any
    ) -> tuple[str, dict[str, Any]]:
        """Page of a notebook, as nbconvert asks for it.

        Parameters
        ----------
        nb : NotebookNode
            The notebook, as it is open: what its cells gave is shown, nothing is executed.
        resources : dict, optional
            Its name and folder, under ``metadata``.

        Raises
        ------
        RenderError
            A cell was not executed or failed, or the chapter names no edition of the catalogue.
        """
        notebook, resources = super().from_notebook_node(nb, resources, **kwargs)
        about = resources.get("metadata", {})
        return page(notebook, str(about.get("name") or "notebook"), Path(about.get("path") or ".")), resources


def page(notebook: NotebookNode, name: str, folder: Path) -> str:
    """Page of an executed notebook.

    Parameters
    ----------
    notebook : NotebookNode
        What is shown.
    name : str
        Name of its file, without the extension.
    folder : Path
        Where it is; its chapters are those beside it, or those of the project.

    Raises
    ------
    RenderError
        A cell was not executed or failed, or the chapter names no edition of the catalogue.
    """
    _check(notebook, name)
    pages.lighten(notebook)  # the files of its figures are nowhere
    own = (folder / f"{name}.ipynb").is_file()
    tagged = any(KEY_POINTS in cell.metadata.get("tags", []) for cell in notebook.cells)
    chapters = discover(folder if own else project_root() / "notebooks") if NAME.fullmatch(name) and tagged else []
    chapter = next((chapter for chapter in chapters if chapter.name == name), None)
    if chapter is None:
        return pages.notebook_page(notebook, Chapter(folder / f"{name}.ipynb"))
    return pages.chapter_page(notebook, chapter, chapters, Catalogue.of(key := _edition(notebook, name)).edition(key))


def _check(notebook: NotebookNode, name: str) -> None:
    """Refuse a notebook whose page would show less than it says."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    for number, cell in enumerate(code, start=1):
        first = cell.source.partition("\n")[0]
        if any(output.output_type == "error" for output in cell.outputs):
            raise RenderError(f"{name}: code cell {number} failed (`{first}`). Mend it, run all cells, save, then export.")
        if cell.execution_count is None and PARAMETERS not in cell.metadata.get("tags", []):
            raise RenderError(f"{name}: code cell {number} has not been executed (`{first}`). Run all cells, save, then export.")


def _edition(notebook: NotebookNode, name: str) -> str:
    """Key of the edition that a notebook was executed for: the last that its parameters say."""
    found = ""
    for cell in notebook.cells:
        if {PARAMETERS, INJECTED} & set(cell.metadata.get("tags", [])):
            for node in ast.walk(ast.parse(cell.source)):
                if isinstance(node, ast.AnnAssign | ast.Assign) and isinstance(node.value, ast.Constant):
                    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                    if [ast.unparse(target) for target in targets] == ["edition"]:
                        found = str(node.value.value)
    if not found:
        raise RenderError(f'{name}: its parameters do not say which edition it is about: `edition: str = "2022"` was expected.')
    return found
