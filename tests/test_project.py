"""What the repository says of itself is true."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from conftest import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import traite_lib
from traite_annexes.publishing.chapters import discover

README = (ROOT / "README.md").read_text(encoding="utf-8")


def tree() -> dict[str, str]:
    """Paths of the tree of the README, with what it says of each."""
    found: dict[str, str] = {}
    above: list[str] = []
    for line in README.partition("## The tree\n")[2].partition("```\n")[2].partition("```")[0].splitlines():
        name, _, said = line.strip().partition(" ")
        depth = (len(line) - len(line.lstrip())) // 2
        above[depth:] = [name]
        found["".join(above)] = said.strip()
    return found


SOURCES = [path for folder in ("traite_lib", "traite_annexes", "packages") for path in (ROOT / folder).rglob("*.py")]


def test_the_tree_of_the_readme_is_on_disk_and_says_what_each_line_is() -> None:
    assert [path for path in tree() if path != "outputs/" and not (ROOT / path).exists()] == []
    assert [path for path, said in tree().items() if len(said) < 8] == []


def test_every_module_of_the_library_and_of_the_program_is_in_the_tree() -> None:
    modules = {path for package in ("traite_lib", "traite_annexes") for path in (ROOT / package).rglob("*.py")}
    named = {path.relative_to(ROOT).as_posix() for path in modules if not path.name.startswith("__")}
    assert named - set(tree()) == set()


def test_the_library_is_small_and_no_module_is_long() -> None:
    lines = {path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert sum(number for name, number in lines.items() if name.startswith("traite_lib/")) <= 6000
    assert [name for name, number in lines.items() if number > 400 and not name.endswith("/blocks.py")] == []


def test_every_document_is_linked_to() -> None:
    texts = README + "".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md"))
    assert [path.name for path in (ROOT / "docs").glob("*.md") if f"{path.name}" not in texts] == []


TO_COME = {"data/layouts/2025.toml", "data/published/survey_2025.csv", "notebooks/16_theme.ipynb"}
"""Files that documents tell a reader to make."""


def test_every_file_that_a_document_names_is_there() -> None:
    """What moves or goes is followed by what is said of it; a decision tells of its day, and its files may have gone since."""
    folders = "|".join(("tests", "traite_lib", "traite_annexes", "packages", "data", "docs", "notebooks", "benchmarks"))
    kept = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *ROOT.glob("packages/*/README.md")]
    said = {
        (path.name, name)
        for path in kept
        if path.name not in ("decisions.md", "CHANGELOG.md")
        for name in re.findall(rf"`((?:{folders})/[\w./-]*\w)`", path.read_text(encoding="utf-8"))
    }
    assert len(said) > 10
    assert [(where, name) for where, name in sorted(said) if name not in TO_COME and not (ROOT / name).exists()] == []


def test_the_readme_lists_every_chapter_with_its_title() -> None:
    for chapter in discover(ROOT / "notebooks"):
        assert f"| {chapter.number} {chapter.title} |" in README


def test_environment_yml_agrees_with_pyproject() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    conda = [entry for entry in environment["dependencies"] if isinstance(entry, str)]
    assert environment["name"] == "traite"
    assert f"python{project['requires-python']}" in conda
    wanted = [Requirement(text) for text in project["dependencies"]]
    assert [entry for entry in conda if not entry.startswith(("python", "pip"))] == [
        re.sub(r"^matplotlib(?=\W)", "matplotlib-base", re.sub(r"\[.*?\]", "", text)) for text in project["dependencies"]
    ], "pip brings the project only"
    locked = dict(line.strip().split("==") for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines())
    versions = {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in locked.items()}
    assert [str(one) for one in wanted if versions[one.name.lower()] not in one.specifier] == [], "both install what was tested"
    assert {"pip": ["-e ."]} in environment["dependencies"]


def test_no_path_of_a_machine_is_committed() -> None:
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split("\n")
    if files == [""]:
        pytest.skip("not a git checkout")
    texts = [ROOT / name for name in files if name and not name.endswith(".png") and (ROOT / name).is_file()]
    wrong = re.compile("/" + "(work|root|home)" + r"/\w")
    assert [path.name for path in texts if wrong.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("module", ["matplotlib", "seaborn", "pandera", "nbconvert", "papermill"])
def test_importing_the_library_is_light(module: str) -> None:
    code = f"import traite_lib, sys; sys.exit({module!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("first", ["import traite_lib.table", "import traite_lib.survey", "import traite_lib"])
def test_the_package_gives_functions_and_not_the_modules_of_the_same_name(first: str) -> None:
    script = f"{first}\nfrom traite_lib import observations, open_edition\nassert callable(observations), observations"
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT)


def test_importing_the_library_imports_neither_pandas_nor_matplotlib() -> None:
    script = "import sys, traite_lib\nassert not {'pandas', 'matplotlib', 'pydantic'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT)


def test_what_makes_pages_imports_neither_pandas_nor_matplotlib() -> None:
    modules = "from papermill_warm import kernels\nfrom traite_annexes.publishing import folder, pages\nfrom traite_annexes.rendering import batch"
    script = f"import sys\n{modules}\nassert not {{'numpy', 'pandas', 'matplotlib'}} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT)


def test_there_is_one_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["hatch"]["version"]["path"] == "traite_lib/__init__.py"
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == traite_lib.__version__


LOCK = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines())


def test_the_lock_holds_names_and_versions_and_covers_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [
        Requirement(text) for texts in (project["dependencies"], *project["optional-dependencies"].values()) for text in texts
    ]
    locked = {canonicalize_name(name): version for name, version in LOCK.items()}
    assert {
        r.name: locked[canonicalize_name(r.name)] for r in asked if not r.specifier.contains(locked[canonicalize_name(r.name)])
    } == {}
    assert all(re.fullmatch(r"[\w.-]+", name) and re.fullmatch(r"[\w.]+", version) for name, version in LOCK.items())


def test_the_lock_is_what_runs() -> None:
    """Skipped in an environment that `make` did not make, as conda's."""
    if not (ROOT / ".venv").is_dir() or not Path(sys.prefix).samefile(ROOT / ".venv"):
        pytest.skip("this Python is not that of `make`")
    found = {name: metadata.version(name) for name in LOCK if _installed(name)}
    assert found == {name: LOCK[name] for name in found}, "run `make upgrade`, or `make clean test`"


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def test_what_decides_whether_to_render_imports_nothing_heavy() -> None:
    """A run where nothing changed needs neither notebooks nor pages; in any other, they are imported while the server starts."""
    modules = "from traite_annexes.cli import app\nfrom traite_annexes.publishing import folder\nfrom traite_annexes.rendering import batch"
    script = f"import sys\n{modules}\nassert not {{'nbformat', 'jinja2', 'papermill', 'pandas'}} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT)
