"""Arrows only go down: `lint-imports` is green, turns red when a wall is crossed, and notebooks import the library alone."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from conftest import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PACKAGES = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["root_packages"]


def imported(notebook: Path) -> set[str]:
    """Import packages of this project that the cells of a notebook import."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    tree = ast.parse("\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"))
    nodes = list(ast.walk(tree))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in names} & set(PACKAGES)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_imports_the_library_and_nothing_else_of_ours(notebook: Path) -> None:
    assert imported(notebook) == {"traite_lib"}


def test_a_notebook_that_imports_the_program_is_seen(tmp_path: Path) -> None:
    cells = [{"cell_type": "code", "source": ["import traite_lib\n", "from traite_annexes.rendering import batch"]}]
    (tmp_path / "15_x.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    assert imported(tmp_path / "15_x.ipynb") == {"traite_lib", "traite_annexes"}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources of all packages, in a folder of their own."""
    folder = tmp_path_factory.mktemp("walls")
    for package in PACKAGES:
        source = ROOT / package if (ROOT / package).is_dir() else ROOT / "packages" / package / package
        shutil.copytree(source, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.mark.parametrize(
    ("module", "line"),
    [
        (None, ""),
        ("tidy_workbook/tidy.py", "import traite_lib"),
        ("papermill_warm/server.py", "import tidy_workbook"),
        ("traite_lib/metadata.py", "from traite_annexes import fingerprints"),
        ("traite_lib/analysis/shares.py", "from ..presentation import wording"),
        ("traite_lib/presentation/wording.py", "from . import sentences"),
        ("traite_annexes/publishing/pages.py", "from ..rendering import batch"),
    ],
    ids=lambda value: str(value),
)
def test_lint_imports_is_green_and_red_when_a_wall_is_crossed(copy: Path, module: str | None, line: str) -> None:
    before = (copy / module).read_text(encoding="utf-8") if module else ""
    if module:
        (copy / module).write_text(f"{before}\n{line}\n", encoding="utf-8")
    script = (
        "import sys; from importlinter.cli import lint_imports_command as lint; sys.argv = ['lint-imports', '--no-cache']; lint()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=copy, env={**os.environ, "PYTHONPATH": str(copy)}, capture_output=True, text=True, check=False
    )  # fmt: skip
    if module:
        (copy / module).write_text(before, encoding="utf-8")
    assert (done.returncode == 0) is (module is None), done.stdout + done.stderr
