"""« annex » among nbconvert's exporters: the page of the notebook that is open in JupyterLab."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT
from nbconvert.exporters import get_export_names, get_exporter

from traite_annexes.errors import RenderError
from traite_annexes.publishing.exporter import AnnexExporter


def executed(*cells: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """A notebook whose code cells have been executed."""
    for number, cell in enumerate((cell for cell in cells if cell.cell_type == "code"), start=1):
        cell.execution_count = number
    return nbformat.v4.new_notebook(cells=list(cells))


def test_jupyter_lists_the_exporter() -> None:
    assert "annex" in get_export_names()
    assert get_exporter("annex") is AnnexExporter
    assert AnnexExporter().file_extension == ".html"
    assert AnnexExporter.output_mimetype == "text/html"


def test_nbconvert_gives_the_page_of_a_chapter_and_its_edition(site: Path, tmp_path: Path) -> None:
    """From the executed notebook of an edition, the page that stands beside it; sent alone, it offers nothing that is missing."""
    command = [
        sys.executable,
        "-m",
        "nbconvert",
        "--to",
        "annex",
        str(site / "2022/04_origines.ipynb"),
        "--output-dir",
        str(tmp_path),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "04_origines.html").read_text(encoding="utf-8")
    beside = (site / "2022/04_origines.html").read_text(encoding="utf-8")
    for part in (
        "<title>Origines et nationalités",
        '<h2 id="a-retenir">',
        'rel="next"',
        '<nav class="terms"',
        'class="citation"',
    ):
        assert page.count(part) == beside.count(part) == 1, part
    assert page.count("<table") == beside.count("<table") > 5


def test_a_chapter_opened_alone_finds_its_neighbours_in_the_project(site: Path, tmp_path: Path) -> None:
    alone = shutil.copy(site / "2024/04_origines.ipynb", tmp_path / "04_origines.ipynb")
    notebook = nbformat.read(alone, as_version=4)
    page, _ = AnnexExporter().from_notebook_node(notebook, {"metadata": {"name": "04_origines"}})
    assert "<title>Origines et nationalités — édition 2024</title>" in page
    assert 'href="05_exploitation_sexuelle.html"' in page


def test_a_notebook_that_is_not_executed_is_refused_and_the_message_says_what_to_do() -> None:
    with pytest.raises(RenderError, match=r"02_formes: code cell 2 has not been executed .* Run all cells, save, then export"):
        AnnexExporter().from_filename(str(ROOT / "notebooks/02_formes.ipynb"))
    failed = nbformat.v4.new_code_cell("1 / 0", outputs=[nbformat.v4.new_output("error", ename="Z", evalue="z", traceback=[])])
    with pytest.raises(RenderError, match=r"brouillon: code cell 1 failed \(`1 / 0`\)"):
        AnnexExporter().from_notebook_node(executed(failed), {"metadata": {"name": "brouillon"}})


@pytest.mark.parametrize("source", ["output = ''", 'edition: str = "1998"'])
def test_a_chapter_that_names_no_known_edition_is_refused(source: str) -> None:
    tags = [{"tags": ["parameters"]}, {"tags": ["key-points"]}]
    cells = [nbformat.v4.new_code_cell(text, metadata=given) for text, given in zip([source, "points"], tags, strict=True)]
    with pytest.raises(Exception, match=r"which edition it is about|1998"):
        AnnexExporter().from_notebook_node(executed(*cells), {"metadata": {"name": "02_formes"}})


def test_a_notebook_that_is_no_chapter_gets_a_plain_page() -> None:
    text = nbformat.v4.new_output("stream", name="stdout", text="<b>42</b>")
    cells = [nbformat.v4.new_markdown_cell("# Mon *brouillon*"), nbformat.v4.new_code_cell("print(42)", outputs=[text])]
    page, resources = AnnexExporter().from_notebook_node(executed(*cells), {"metadata": {"name": "essai"}})
    assert resources["output_extension"] == ".html"
    assert "<title>Mon brouillon — Victimes de traite" in page
    assert "&lt;b&gt;42&lt;/b&gt;" in page
    assert "Ce n’est pas un chapitre" in page
    nameless, _ = AnnexExporter().from_notebook_node(executed(cells[1]), {"metadata": {"name": "essai"}})
    assert "<h1>essai</h1>" in nameless
