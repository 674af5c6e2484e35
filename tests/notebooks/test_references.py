"""What the program renders is what the references say: nbval runs those of one edition again, this reads both."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from make_reference import EDITIONS, FOLDER

from traite_annexes.publishing.chapters import CONTROL, discover
from traite_annexes.publishing.pages import lighten


def chapter(path: Path) -> list[nbformat.NotebookNode]:
    """Cells of an executed chapter, but the one that says where its table goes."""
    notebook = nbformat.read(path, as_version=4)
    lighten(notebook)  # a reference has what a cell gives, plain text too
    return [cell for cell in notebook.cells if "injected-parameters" not in cell.metadata.get("tags", [])]


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_rendered_chapter_prints_the_numbers_of_its_reference(site: Path, edition: str) -> None:
    references = sorted((FOLDER / edition).glob("*.ipynb"))
    assert [path.stem for path in references] == [chapter.name for chapter in discover(FOLDER.parents[1] / "notebooks")]
    for path in references:
        told, made = (chapter(folder) for folder in (path, site / edition / path.name))
        assert [cell.source for cell in told] == [cell.source for cell in made], f"{path.stem}: `make reference`"
        controls = [n for n, cell in enumerate(told) if CONTROL in cell.metadata.get("tags", [])]
        assert len(controls) == 2
        for number in controls:
            assert made[number].outputs == told[number].outputs, f"{path.stem}, cell {number}: `make reference`"
