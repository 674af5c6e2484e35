"""Fingerprints: what an annex depends on, in one checksum. Two annexes with the same one are the same bytes."""

from __future__ import annotations

import ast
import importlib.metadata
import json
import platform
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from papermill_warm import sources
from papermill_warm.sources import digest

OWN = ("limesurvey_answers", "papermill_warm", "table_disclosure", "tidy_workbook", "traite_annexes", "traite_lib")
"""Import packages of this project: those of ``pyproject.toml``, which a test compares."""
PACKAGES = [
    *("babel", "ipykernel", "ipython", "jinja2", "matplotlib", "matplotlib-inline", "nbclient", "nbconvert", "nbformat", "numpy"),
    *("mistune", "openpyxl", "pandas", "pandera", "papermill", "pillow", "pydantic", "pygments", "seaborn"),
    *("weasyprint", "xlsxwriter"),
]
"""Packages whose version may change a byte of an annex, beside those that the project asks for itself."""
NEVER = {"jupyterlab", "nbval", "pypdf", "typer", "rich"}
"""Packages that the project asks for and that no annex passes through."""


def fingerprint(**parts: object) -> str:
    """Checksum of everything named: JSON values, sorted."""
    return digest(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode())


@cache
def versions() -> dict[str, str]:
    """Versions of Python, of this project and of the packages that make an annex: those that its manifest tells."""
    found = {"python": platform.python_version()}
    try:
        required = importlib.metadata.requires("traite") or []
    except importlib.metadata.PackageNotFoundError:
        required = []
    own = {re.split(r"[^\w.-]", text)[0].lower() for text in required if not re.search(r"extra == .(dev|dask)", text)}
    for name in sorted({*PACKAGES, *own, "traite"} - NEVER):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def own_sources() -> dict[str, str]:
    """Checksum of each source file of this project's packages that is on disk, by path: ``traite_lib/survey.py``."""
    return sources.checksums(OWN)


AT_IMPORT = own_sources()
"""The packages as this process runs them (near enough: as they were when rendering was first asked for)."""


def depends(roots: Iterable[str], files: Mapping[str, str] = AT_IMPORT) -> dict[str, str]:
    """Checksums of the sources that some modules may run: their own, and those of all that they import, from near to far.

    An import inside a function counts, and so does a text that names a module (``import_module(".metadata", …)``): more may be
    listed than is run, never less. Files that are not Python (templates) belong to the package that holds them.

    Parameters
    ----------
    roots : iterable of str
        Names of modules of this project.
    files : mapping
        Checksums of all sources, from `own_sources`.
    """
    found: dict[str, str] = {}
    waiting = [_file(name, files) for name in roots]
    while waiting:
        path = waiting.pop()
        if path and path not in found:
            found[path] = files[path]
            waiting += _imports(path, files[path], tuple(files))
    packages = {path.rpartition("/")[0] for path in found}
    data = [path for path in files if not path.endswith(".py")]
    return found | {path: files[path] for path in data if any(path.startswith(f"{package}/") for package in packages)}


def _file(module: str, files: Iterable[str]) -> str:
    """File of a module or of a package; empty when it is not one of ours."""
    stem = module.replace(".", "/")
    return next((path for path in (f"{stem}.py", f"{stem}/__init__.py") if path in files), "")


@cache
def _imports(path: str, _checksum: str, files: tuple[str, ...]) -> list[str]:
    """Files of this project that a source file names."""
    package = Path(path).parent.parts
    names: set[str] = {".".join(package[: n + 1]) for n in range(len(package))}  # a module runs the packages above it
    top, _, rest = path.partition("/")
    for node in ast.walk(ast.parse((sources.folder(top) / rest).read_bytes())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *filter(None, [node.module])])
            names |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value and node.value.isascii():
            dots = len(node.value) - len(node.value.lstrip("."))
            names.add(".".join([*package[: len(package) - dots + 1], node.value.lstrip(".")]) if dots else node.value)
    return sorted(filter(None, {_file(name, files) for name in names}))


JOB = "traite_annexes.rendering.jobs"
"""The module that makes a chapter."""


def chapter_key(
    name: str, source: bytes, edition: str, parameters: Mapping[str, object], links: Iterable[tuple[str, str]],
    data: Mapping[str, str],
) -> str:  # fmt: skip
    """Key of one chapter of one edition.

    Parameters
    ----------
    name, source
        The notebook, as it is in ``notebooks/``.
    edition, parameters
        What it is rendered for.
    links : iterable of (name, text)
        What a page takes from all chapters: it links to the others, and to the terms that they define.
    data : mapping
        Checksums of the data files. An edition uses those of all editions (series, changes, sources), so all are in its key.
    """
    cells, own = _notebook(source)
    return fingerprint(
        name=name, source=cells, edition=edition, parameters=dict(parameters), links=list(links), data=dict(data),
        own=own, versions=versions(), platform=sys.platform, configuration=configuration(),
    )  # fmt: skip


@cache
def configuration() -> dict[str, str]:
    """Checksums of the machine's own settings of IPython, which no private folder takes the place of; most have none."""
    folders = [Path(sys.prefix, "etc"), Path("/usr/local/etc"), Path("/etc")]
    found = [path for folder in folders for path in sorted(folder.glob("ipython/**/*")) if path.is_file()]
    return {path.name: digest(path.read_bytes()) for path in found}


@cache
def _notebook(source: bytes) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Cells of a notebook, and checksums of the sources of this project that they may run."""
    cells: list[dict[str, Any]] = json.loads(source)["cells"]
    tree = ast.parse("\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    imported |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return cells, depends(["traite_lib", JOB, *sorted(imported)])


def beside_key(module: str, root: Path, **parts: object) -> str:
    """Key of what stands beside chapters: index, data, manifest.

    Parameters
    ----------
    module : str
        What makes it.
    root : Path
        The project, whose commit a manifest tells.
    **parts
        Chapters, data and options that it is made from.
    """
    return fingerprint(own=depends([module]), versions=versions(), commit=commit(root), **parts)


def commit(root: Path) -> str:
    """Commit of the project, marked when files have changed since; empty outside a git checkout."""
    command = ["git", "describe", "--always", "--abbrev=40", "--dirty", "--match="]
    try:
        return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:  # there is no git
        return ""
