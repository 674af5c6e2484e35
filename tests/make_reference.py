"""Write the reference outputs of every chapter for two editions: ``make reference``.

A reference keeps the source of the chapter, its injected parameters, and the text of its control cells: no image,
no HTML, nothing that depends on the machine. nbval executes it again and compares that text.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from papermill_warm import execution, kernels, server
from traite_annexes.publishing.chapters import CONTROL, Chapter, discover
from traite_annexes.rendering import batch
from traite_annexes.rendering.jobs import setup
from traite_lib.catalogue import Catalogue

FOLDER = Path(__file__).parent / "reference"
EDITIONS = ("2022", "2024")


def reference(chapter: Chapter, edition: str, root: Path, folder: Path) -> NotebookNode:
    """A chapter executed for an edition, with the outputs of its control cells only, all text."""
    with tempfile.TemporaryDirectory(dir=folder) as private:
        options = kernels.client_options(Path(private), setup(root), Path(private), warm=server.can_fork())
        notebook, error = execution.execute(chapter.notebook, {"edition": edition}, 120, options)
    if error is not None:
        raise error
    notebook, _ = execution.clean(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            control = CONTROL in cell.metadata.get("tags", [])
            cell.outputs = [o for o in cell.outputs if control]  # printed numbers, or the sentences of « À retenir »
    return notebook


def main() -> None:
    """Write all references, and remove those of chapters that no longer exist."""
    catalogue = Catalogue()
    chapters = discover(catalogue.root / "notebooks")
    if server.can_fork():
        server.start(setup(catalogue.root))
    with batch.run_folder() as work:
        for edition in EDITIONS:
            folder = FOLDER / edition
            folder.mkdir(parents=True, exist_ok=True)
            for old in set(folder.glob("*.ipynb")) - {folder / chapter.path.name for chapter in chapters}:
                old.unlink()
            for chapter in chapters:
                nbformat.write(reference(chapter, edition, catalogue.root, work), folder / chapter.path.name)
                print(f"{edition} {chapter.name}", file=sys.stderr)


if __name__ == "__main__":
    main()
