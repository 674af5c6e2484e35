"""Rendering, end to end: real papermill, real kernels."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
import psutil
import pytest
from commands import TRAITE, contents, edit_cell, started, traite, wait
from conftest import ROOT, copy_project

from traite_annexes.publishing.chapters import discover
from traite_annexes.publishing.folder import EditionFolder
from traite_annexes.rendering import batch
from traite_lib.catalogue import Catalogue, sha256


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The annexes of chapter 02 of 2022, rendered once."""
    root = copy_project(tmp_path_factory.mktemp("once") / "project")
    traite("render", "2022", "--chapter", "02", root=root)
    return root / "outputs"


@pytest.fixture
def rendered(project: Path, once: Path) -> Path:
    """A copy of the project with chapter 02 of 2022 rendered."""
    shutil.copytree(once, project / "outputs")
    return project


def test_a_chapter_is_rendered_as_notebook_page_table_index_and_manifest(rendered: Path) -> None:
    folder = rendered / "outputs" / "2022"
    assert set(contents(folder)) == {
        "02_formes.html", "02_formes.ipynb", "index.html", "manifest.json", "search-index.js", "tables/02_formes.csv",
        "figures/02_formes-forme-d-exploitation.csv", "figures/02_formes-forme-d-exploitation.json", "traite_2022.xlsx", "observations.csv", "codes.csv",
        "datapackage.json",
    }  # fmt: skip
    assert (rendered / "outputs" / "index.html").is_file()
    notebook = nbformat.read(folder / "02_formes.ipynb", as_version=4)
    assert notebook.metadata.papermill.parameters == {"edition": "2022", "output": "tables/02_formes.csv"}
    text = (folder / "02_formes.ipynb").read_text(encoding="utf-8")
    assert str(rendered) not in text
    assert "start_time" not in text
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    outputs = manifest["chapters"]["02_formes"]["outputs"]
    assert outputs["02_formes.html"] == sha256(folder / "02_formes.html")
    assert manifest["inputs"]["data/published/survey_2022.csv"] == sha256(rendered / "data/published/survey_2022.csv")


def test_the_table_of_a_chapter_is_tidy_and_traceable(rendered: Path) -> None:
    import pandas as pd

    table = pd.read_csv(rendered / "outputs/2022/tables/02_formes.csv", keep_default_na=False)
    sexual = table[(table["statement_id"] == "E2022-012")].iloc[0]
    assert (float(sexual["value"]), sexual["unit"], sexual["source_id"]) == (76.0, "percent", "interieur-01")
    assert sexual["locator"].startswith("https://")


def test_two_renders_are_identical_to_the_byte(rendered: Path) -> None:
    before = contents(rendered / "outputs")
    traite("render", "2022", "--chapter", "02", root=rendered)
    assert contents(rendered / "outputs") == before


def test_a_chapter_that_fails_leaves_the_previous_annex_and_names_its_cell(rendered: Path) -> None:
    before = contents(rendered / "outputs")
    edit_cell(rendered / "notebooks/02_formes.ipynb", 6, "survey.distribution('colour')")
    done = traite("render", "2022", "--chapter", "02", "--chapter", "03", root=rendered, check=1)
    assert "2022 02_formes: cell 8 (`survey.distribution('colour')`): NomenclatureError" in done.stderr
    assert "1 chapter(s) could not be rendered" in done.stderr
    after = contents(rendered / "outputs")
    assert after["2022/02_formes.html"] == before["2022/02_formes.html"]
    assert after["2022/02_formes.ipynb"] == before["2022/02_formes.ipynb"]
    assert "2022/failures/02_formes.ipynb" in after
    assert "2022/03_sexe_et_age.html" in after, "the other chapter is rendered all the same"


def test_what_failed_is_not_kept_once_the_chapter_is_again_what_its_annex_was_made_from(rendered: Path) -> None:
    before, chapter = contents(rendered / "outputs"), rendered / "notebooks/02_formes.ipynb"
    source = chapter.read_bytes()
    edit_cell(chapter, 6, "raise ValueError")
    traite("render", "2022", "--chapter", "02", root=rendered, check=1)
    chapter.write_bytes(source)
    traite("render", "2022", "--chapter", "02", root=rendered)  # nothing to render
    assert contents(rendered / "outputs") == before


def test_what_a_killed_run_was_keeping_of_a_failure_is_swept_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chapter = discover(ROOT / "notebooks")[0]
    place = EditionFolder(Catalogue(ROOT).edition("2022"), tmp_path / "2022")
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", lambda *args, **how: None)  # as if the process had ended before
        patch.setattr(os, "getpid", lambda: 2**22 + 1)  # nobody's
        place.refuse(chapter, b"{}")
    assert [path.parent for path in tmp_path.rglob(".staging-*")] == [place.folder], "in a folder where it is looked for"
    batch.prepare(place.folder)
    assert list(tmp_path.rglob(".staging-*")) == []


def test_a_cell_that_takes_too_long_is_a_failure(rendered: Path) -> None:
    before = contents(rendered / "outputs")
    edit_cell(rendered / "notebooks/02_formes.ipynb", 6, "import time\ntime.sleep(600)")
    done = traite(
        "render", "2022", "--chapter", "02", "--timeout", "15", root=rendered, check=1
    )  # the other cells have time, on any machine
    assert "cell 8 (`import time`): CellTimeoutError" in done.stderr
    assert contents(rendered / "outputs")["2022/02_formes.ipynb"] == before["2022/02_formes.ipynb"]


def test_a_killed_render_leaves_the_previous_annex_whole_and_the_next_one_cleans_up(rendered: Path, tmp_path: Path) -> None:
    before = contents(rendered / "outputs")
    short = {"TMPDIR": tempfile.mkdtemp(dir="/tmp")}  # sockets have short names
    edit_cell(rendered / "notebooks/02_formes.ipynb", 6, "import time\ntime.sleep(60)")
    process = subprocess.Popen(
        [*TRAITE, "render", "2022", "--chapter", "02"],
        env={**os.environ, "TRAITE_ROOT": str(rendered), **short},
        stderr=subprocess.DEVNULL,
    )
    kernels = wait(lambda: [p for p in psutil.Process(process.pid).children(recursive=True) if started(p)], "no kernel")
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait(lambda: not any(kernel.is_running() for kernel in kernels), "a kernel outlived its render")
    assert contents(rendered / "outputs") == before
    shutil.copy(ROOT / "notebooks/02_formes.ipynb", rendered / "notebooks/02_formes.ipynb")
    left = {path.name for path in Path(short["TMPDIR"]).glob("traite-*")}
    done = subprocess.run(
        [*TRAITE, "render", "2022", "--chapter", "02"], env={**os.environ, "TRAITE_ROOT": str(rendered), **short}
    )
    assert done.returncode == 0
    assert contents(rendered / "outputs") == before
    assert left, "the killed run had left its private folder"
    assert list(Path(short["TMPDIR"]).glob("traite-*")) == [], "the next run removes it"
    shutil.rmtree(short["TMPDIR"])  # with the empty folder where multiprocessing had its socket


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["render", "2016"], "There is no edition 2016. Available: 2015, 2018, 2019, 2020, 2021, 2022, 2023, 2024."),
        (["render", "2022", "--chapter", "99"], "There is no chapter 99. Available: 00_synthese, 01_vue_d_ensemble"),
        (
            ["render", "2022", "-p", "editoin=2024"],
            "has no parameter 'editoin'. Available: edition, output. Did you mean 'edition'?",
        ),
        (["render", "2022", "-p", "edition=2024"], "The edition is the argument of `traite render`, not a parameter."),
        (["show", "2022", "--variable", "colour"], "There is no variable 'colour'. Available: total, form"),
    ],
)
def test_a_wrong_request_is_one_sentence_and_writes_nothing(project: Path, words: list[str], said: str) -> None:
    done = traite(*words, root=project, check=1)
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (project / "outputs").exists()


def test_a_catalogue_with_a_typo_is_one_sentence_and_writes_nothing(project: Path) -> None:
    path = project / "data" / "editions.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("\nshare_population", "\nshare_populatoin", 1), encoding="utf-8")
    done = traite("render", "2022", root=project, check=1)
    assert "data/editions.toml, edition.0." in done.stderr
    assert "share_populat" in done.stderr
    assert not (project / "outputs").exists()


def test_a_data_file_that_changed_is_refused_until_it_is_declared(project: Path) -> None:
    path = project / "data/published/survey_2022.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",4363,", ",4364,"), encoding="utf-8")
    done = traite("render", "2022", root=project, check=1)
    assert "data/published/survey_2022.csv has changed: its checksum is" in done.stderr
    assert not (project / "outputs").exists()
    traite("checksums", root=project, check=1)
    traite("checksums", "--write", root=project)
    assert "4364" in traite("show", "2022", "--population", "identified", root=project).stdout


def test_a_read_only_output_folder_is_one_sentence(project: Path) -> None:
    folder = project / "outputs"
    folder.mkdir()
    folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    done = traite("render", "2022", root=project, check=1)
    assert re.search(r"The annexes cannot be written to .*outputs: it is read-only\.", done.stderr)
    assert list(folder.iterdir()) == []
    folder.chmod(0o755)


def test_a_new_edition_is_one_file_and_one_catalogue_entry(project: Path) -> None:
    rows = (project / "data/published/survey_2024.csv").read_text(encoding="utf-8")
    new = project / "data/published/survey_2025.csv"
    lines = rows.replace("E2024-", "E2025-").splitlines()
    kept = [lines[0], *(line.replace(",2024,", ",2025,", 1) for line in lines[1:] if ",évolution," not in line)]
    new.write_text("\n".join(kept) + "\n", encoding="utf-8")
    with (project / "data/editions.toml").open("a", encoding="utf-8") as catalogue:
        catalogue.write(
            '\n[[edition]]\nkey = "2025"\nnumber = 10\nreference_year = 2025\ntitle = "Édition d’essai"\nproducers = ["Miprof"]\n'
            'published = "octobre 2026"\nshare_population = "accompanied"\nidentified_counted = true\n'
            f'figures = {{ path = "published/survey_2025.csv", sha256 = "{sha256(new)}" }}\n'
        )
    traite("render", "2025", "--chapter", "01", "--chapter", "12", root=project)
    page = (project / "outputs/2025/01_vue_d_ensemble.html").read_text(encoding="utf-8")
    assert "En 2025, 7 285 victimes ont été repérées" in page.replace("\u202f", " ")
    assert "Depuis 2024" in (project / "outputs/2025/12_evolutions.html").read_text(encoding="utf-8")


def test_a_new_chapter_is_one_notebook(project: Path) -> None:
    notebook = nbformat.read(project / "notebooks/chapter_template.ipynb", as_version=4)
    notebook.cells[0].source = "# Un chapitre de plus\n\nPour voir."
    nbformat.write(notebook, project / "notebooks/16_un_chapitre_de_plus.ipynb")
    assert "16_un_chapitre_de_plus\tUn chapitre de plus" in traite("chapters", root=project).stdout
    traite("render", "2022", "--chapter", "16", root=project)
    assert "<h1>Un chapitre de plus</h1>" in (project / "outputs/2022/16_un_chapitre_de_plus.html").read_text(encoding="utf-8")
    assert "16_un_chapitre_de_plus.html" in (project / "outputs/2022/index.html").read_text(encoding="utf-8")


def test_plain_papermill_works_from_any_directory(project: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.ipynb"
    subprocess.run(
        [sys.executable, "-m", "papermill", str(ROOT / "notebooks/02_formes.ipynb"), str(target), "-p", "edition", "2024"],
        cwd=tmp_path, env={**os.environ, "TRAITE_ROOT": ""}, check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    text = target.read_text(encoding="utf-8")
    assert "En 2024, 86" in text
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".csv"] == [], "nothing is written unless asked"


def test_nbval_turns_red_when_a_published_number_changes(project: Path) -> None:
    path = project / "data/published/survey_2022.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace("exploitation sexuelle,,,76,%", "exploitation sexuelle,,,75,%", 1),
        encoding="utf-8",
    )
    traite("checksums", "--write", root=project)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--nbval-lax",
        "--nbval-current-env",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
    ]
    reference = str(ROOT / "tests/reference/2022/02_formes.ipynb")
    done = subprocess.run(
        [*command, "--rootdir", str(project), reference], cwd=project, env={**os.environ, "TRAITE_ROOT": str(project)},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout
    assert "75.00 %" in done.stdout
