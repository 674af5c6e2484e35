"""Content keys: what an annex depends on, in one checksum. Two annexes with the same key are the same bytes."""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
import json
import platform
import re
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

LIBRARY = Path(__file__).resolve().parents[1]
PACKAGES = [
    *("babel", "ipykernel", "ipython", "jinja2", "matplotlib", "matplotlib-inline", "nbclient", "nbconvert", "nbformat", "numpy"),
    *("mistune", "openpyxl", "pandas", "pandera", "papermill", "pillow", "pydantic", "pygments", "seaborn"),
    *("weasyprint", "xlsxwriter"),
]
"""Packages whose version may change a byte of an annex, beside those that the project asks for itself."""
NEVER = {"jupyterlab", "nbval", "typer", "rich"}
"""Packages that the project asks for and that no annex passes through."""


def digest(content: bytes) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def key(**parts: object) -> str:
    """Checksum of everything named: JSON values, sorted."""
    return digest(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode())


@cache
def versions() -> dict[str, str]:
    """Versions of Python and of the packages that make an annex."""
    found = {"python": platform.python_version()}
    try:
        required = importlib.metadata.requires("traite") or []
    except importlib.metadata.PackageNotFoundError:
        required = []
    own = {re.split(r"[^\w.-]", text)[0].lower() for text in required if not re.search(r"extra == .(dev|dask)", text)}
    for name in sorted({*PACKAGES, *own} - NEVER):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def library() -> dict[str, str]:
    """Checksum of each source file of the library that is on disk, by path relative to it."""
    files = (path for path in sorted(LIBRARY.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)
    found = ((path, path.stat()) for path in files)
    return {path.relative_to(LIBRARY).as_posix(): _digest(path, state.st_mtime_ns, state.st_size) for path, state in found}


@cache
def _digest(path: Path, _changed: int, _size: int) -> str:
    """Checksum of a file, read once until it changes: kernels ask for the library's each time one starts."""
    return digest(path.read_bytes())


AT_IMPORT = library()
"""The library as this process runs it (near enough: as it was when rendering was first asked for)."""


def depends(roots: Iterable[str], sources: Mapping[str, str] = AT_IMPORT) -> dict[str, str]:
    """Checksums of the sources that some modules may run: their own, and those of all that they import, from near to far.

    An import inside a function counts, and so does a text that names a module (``import_module(".annex", …)``): more may be
    listed than is run, never less. Files that are not Python (templates) belong to the package that holds them.

    Parameters
    ----------
    roots : iterable of str
        Names of modules of the library.
    """
    found: dict[str, str] = {}
    waiting = [_file(name, sources) for name in roots]
    while waiting:
        path = waiting.pop()
        if path and path not in found:
            found[path] = sources[path]
            waiting += _imports(path, sources[path], tuple(sources))
    packages = {path.rpartition("/")[0] for path in found}
    data = [path for path in sources if not path.endswith(".py")]
    return found | {path: sources[path] for path in data if any(path.startswith(f"{p}/") for p in packages if p)}


def _file(module: str, sources: Iterable[str]) -> str:
    """File of a module, or of the package, relative to the library; empty when it is not one of ours."""
    parts = module.split(".")
    if parts[0] != LIBRARY.name:
        return ""
    stem = "/".join(parts[1:])
    return next((p for p in (f"{stem}.py", f"{stem}/__init__.py".lstrip("/")) if p in sources), "")


@cache
def _imports(path: str, _checksum: str, sources: tuple[str, ...]) -> list[str]:
    """Files of the library that a source file names."""
    package = [LIBRARY.name, *Path(path).parent.parts]
    names: set[str] = {".".join(package[: n + 1]) for n in range(len(package))}  # a module runs the packages above it
    for node in ast.walk(ast.parse((LIBRARY / path).read_bytes())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *filter(None, [node.module])])
            names |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value and node.value.isascii():
            dots = len(node.value) - len(node.value.lstrip("."))
            names.add(".".join([*package[: len(package) - dots + 1], node.value.lstrip(".")]) if dots else node.value)
    return sorted(filter(None, {_file(name, sources) for name in names}))


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
    links : iterable of (name, title)
        All chapters: a page links to the others.
    data : mapping
        Checksums of the data files. An edition uses those of all editions (series, changes, sources), so all are in its key.
    """
    cells, sources = _notebook(source)
    return key(
        name=name, source=cells, edition=edition, parameters=dict(parameters), links=list(links), data=dict(data),
        library=sources, versions=versions(), platform=sys.platform,
    )  # fmt: skip


@cache
def _notebook(source: bytes) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Cells of a notebook, and checksums of the library's sources that they may run."""
    cells: list[dict[str, Any]] = json.loads(source)["cells"]
    tree = ast.parse("\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    imported |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return cells, depends(["traite_lib", "traite_lib.rendering.work", *sorted(imported)])
