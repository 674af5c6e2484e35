"""The notebook contract, and the reference outputs that nbval compares."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT
from make_reference import EDITIONS, FOLDER

from traite_annexes.errors import RenderError
from traite_annexes.publishing.chapters import Chapter, choose, discover, violations

CHAPTERS = discover(ROOT / "notebooks")


def test_the_collection_has_a_summary_and_fifteen_chapters_in_order() -> None:
    assert [chapter.number for chapter in CHAPTERS] == [f"{n:02d}" for n in range(16)]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_a_chapter_keeps_the_contract(chapter: Chapter) -> None:
    assert list(violations(chapter)) == []


def test_the_template_keeps_the_contract_too() -> None:
    assert list(violations(Chapter(ROOT / "notebooks" / "chapter_template.ipynb"))) == []


def broken(tmp_path: Path, change: dict[int, str]) -> Chapter:
    """Chapter 02 with some cells replaced."""
    notebook = nbformat.read(CHAPTERS[2].path, as_version=4)
    for place, source in change.items():
        notebook.cells[place].source = source
    path = tmp_path / "02_broken.ipynb"
    nbformat.write(notebook, path)
    return Chapter(path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({0: "Formes"}, "the first cell is the title"),
        ({1: 'edition = "2022"'}, "`name: type = literal` was expected"),
        ({1: 'edition: str = "2022"\nyear: int = int(edition)'}, "`name: type = literal` was expected"),
        ({1: 'edition: str = "2022"'}, "the parameters are `edition` and `output`"),
        ({5: "## Résultats\n\nEn 2022, tout change."}, "no year in prose, found 2022"),
        ({3: "## Résumé"}, "a section « À retenir »"),
        ({6: "def f():\n    return 1"}, "defines a function"),
        ({6: 'import pandas as pd\npd.read_excel("x.xlsx")'}, "reads a file"),
        ({6: 'name = "../data/x.csv"'}, "holds a path"),
        ({6: "\n".join(["x = 1"] * 11)}, "more than 10 lines"),
        ({16: "shown = [forms]\ncontrol(*shown)"}, "`identified` is shown and not named in `shown`"),
    ],
)
def test_a_breach_of_the_contract_is_named(tmp_path: Path, change: dict[int, str], said: str) -> None:
    assert any(said in violation for violation in violations(broken(tmp_path, change)))


def test_a_chapter_with_outputs_is_refused(tmp_path: Path) -> None:
    notebook = nbformat.read(CHAPTERS[1].path, as_version=4)
    notebook.cells[1].execution_count = 3
    path = tmp_path / "02_executed.ipynb"
    nbformat.write(notebook, path)
    assert any("committed stripped" in violation for violation in violations(Chapter(path)))


def test_two_chapters_with_one_number_are_refused(project: Path) -> None:
    (project / "notebooks" / "02_autre.ipynb").write_bytes(CHAPTERS[2].path.read_bytes())
    with pytest.raises(RenderError, match="Two chapters have the number 02: 02_autre and 02_formes"):
        discover(project / "notebooks")


def test_a_chapter_is_chosen_by_number_or_name_and_a_wrong_one_lists_them() -> None:
    assert choose(CHAPTERS, "3") == choose(CHAPTERS, "03") == choose(CHAPTERS, "03_sexe_et_age")
    with pytest.raises(RenderError, match=r"There is no chapter 99\. Available: 00_synthese, 01_vue_d_ensemble"):
        choose(CHAPTERS, "99")


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_a_reference_has_the_code_of_its_chapter(chapter: Chapter, edition: str) -> None:
    """When this fails, the chapter changed: read what `make reference` changes, then commit it."""
    reference = nbformat.read(FOLDER / edition / chapter.path.name, as_version=4)
    kept = [cell for cell in reference.cells if "injected-parameters" not in cell.metadata.get("tags", [])]
    assert [(c.cell_type, c.source) for c in kept] == [(c.cell_type, c.source) for c in chapter.notebook.cells]
    injected = [cell for cell in reference.cells if "injected-parameters" in cell.metadata.get("tags", [])]
    assert [cell.source.split() for cell in injected] == [["#", "Parameters", "edition", "=", f'"{edition}"']]


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.ipynb")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_reference_is_text_and_has_something_to_compare(path: Path) -> None:
    outputs = [o for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] for o in cell.get("outputs", [])]
    assert outputs
    assert {kind for o in outputs for kind in o.get("data", {})} <= {"text/plain", "text/markdown"}
    assert {cell.stem for cell in FOLDER.rglob("*.ipynb")} == {chapter.name for chapter in CHAPTERS}
