"""Render chapters with papermill: to a staging folder first, and in place of the previous annex only when all is well."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient.exceptions import CellTimeoutError
from nbformat import NotebookNode

from ..catalogue import Catalogue, Edition
from ..errors import RenderError, available
from . import html, site
from .chapters import Chapter
from .site import STAGING

ERROR_MARKER_TAG = "papermill-error-cell-tag"
"""Tag of the cells that papermill adds to a notebook that failed."""


@dataclass(frozen=True)
class Outcome:
    """What became of one chapter: its page, or the reason why the previous annex was left as it was."""

    edition: Edition
    chapter: Chapter
    page: Path | None
    failure: str = ""
    warnings: tuple[str, ...] = ()


def check_parameters(chapter: Chapter, given: dict[str, object]) -> None:
    """Refuse a parameter that the chapter does not have, or of another type (papermill would only warn).

    Raises
    ------
    RenderError
        The message names the parameter and those that exist.
    """
    known = chapter.parameters
    for name, value in given.items():
        if name not in known:
            raise RenderError(f"Chapter {chapter.name} has no parameter {name!r}. {available(name, known)}")
        if type(value) is not type(known[name]):
            raise RenderError(
                f"Parameter {name!r} of chapter {chapter.name} is {value!r}, of type {type(value).__name__}: "
                f"{type(known[name]).__name__} was expected."
            )


def prepare(folder: Path) -> None:
    """Make the output folder, clean what a killed run left there, and check that it can be written.

    Raises
    ------
    RenderError
        The folder is read-only or cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not folder.stat().st_mode & stat.S_IWUSR:  # root may write all the same: the owner's wish is respected
            raise PermissionError("it is read-only")
        for left in folder.glob(f"{STAGING}*"):
            if not _alive(int(left.name.removeprefix(STAGING).partition("-")[0])):
                shutil.rmtree(left)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=STAGING):
            pass
    except OSError as error:
        raise RenderError(f"The annexes cannot be written to {folder}: {error.strerror or error}.") from None


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def kernel_settings(root: Path) -> Iterator[dict[str, object]]:
    """Keyword arguments that papermill hands to nbclient, and the environment of the kernels while they are used.

    Kernels talk over files where the system has such sockets: no TCP port, so no race between runs and no warning.
    """
    from traitlets.config import Config

    settings: dict[str, object] = {"extra_arguments": ["--IPKernelApp.log_level=CRITICAL"]}  # silent when it is shut down
    changed = {"TRAITE_ROOT": str(root), "PYTHONHASHSEED": "0", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    with tempfile.TemporaryDirectory(prefix="traite-", ignore_cleanup_errors=True) as runtime:
        if sys.platform != "win32":
            settings["config"] = Config({"KernelManager": {"transport": "ipc"}})
            changed["JUPYTER_RUNTIME_DIR"] = runtime
        before = {name: os.environ.get(name) for name in changed}
        os.environ.update(changed)
        try:
            yield settings
        finally:
            for name, value in before.items():
                os.environ.pop(name, None)
                if value is not None:
                    os.environ[name] = value


def clean(notebook: NotebookNode) -> tuple[NotebookNode, tuple[str, ...]]:
    """An executed notebook without what changes from one run to the next: times, paths, random identifiers, stderr.

    Returns
    -------
    notebook, warnings
        The notebook, and what its cells wrote to stderr.
    """
    parameters = notebook.metadata.get("papermill", {}).get("parameters", {})
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": notebook.metadata.get("kernelspec", {}),
            "language_info": {"name": "python"},
            "papermill": {"parameters": parameters},
        }
    )
    warnings = []
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:02d}"
        cell.metadata = nbformat.from_dict({"tags": cell.metadata["tags"]} if cell.metadata.get("tags") else {})
        if cell.cell_type == "code":
            warnings += [o.text.strip() for o in cell.outputs if o.output_type == "stream" and o.name == "stderr"]
            cell.outputs = _joined([o for o in cell.outputs if not (o.output_type == "stream" and o.name == "stderr")])
    return notebook, tuple(warnings)


def _joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Outputs with the pieces of one printed text put together: where a kernel cuts it depends on the moment."""
    found: list[NotebookNode] = []
    for output in outputs:
        if found and output.output_type == found[-1].output_type == "stream" and output.name == found[-1].name:
            found[-1].text += output.text
        else:
            found.append(output)
    return found


def _failure(notebook: NotebookNode, error: Exception) -> str:
    """The cell that failed and why, in one line."""
    cells = [cell for cell in notebook.cells if ERROR_MARKER_TAG not in cell.metadata.get("tags", [])]
    for number, cell in enumerate(cells, start=1):
        raised = [f"{o.ename}: {o.evalue}" for o in cell.get("outputs", []) if o.output_type == "error"]
        if raised or cell.metadata.get("papermill", {}).get("status") in ("failed", "running"):
            first = next((line for line in cell.source.splitlines() if line.strip()), "")
            why = raised[0] if raised and not isinstance(error, CellTimeoutError) else f"{type(error).__name__}: {error}"
            return f"cell {number} (`{first}`): {why}".splitlines()[0]
    return f"{type(error).__name__}: {error}".splitlines()[0]


def _execute(
    chapter: Chapter, edition: Edition, parameters: dict[str, object], stage: Path, timeout: int, settings: dict[str, object]
) -> Path:
    """Execute a chapter into its staging folder with papermill; the notebook is there even when it fails."""
    import papermill

    result = stage / f"{chapter.name}.ipynb"
    given = {"edition": edition.key, "output": f"tables/{chapter.name}.csv"} | parameters
    check_parameters(chapter, given)
    papermill.execute_notebook(
        nbformat.from_dict(chapter.notebook), _literal(result), given, kernel_name="python3", progress_bar=False, cwd=str(stage),
        execution_timeout=timeout, **settings,
    )  # fmt: skip
    return result


def _literal(path: Path) -> str:
    """A path that papermill takes as it is (it formats paths: a brace would be a field)."""
    return str(path).replace("{", "{{").replace("}", "}}")


def render_chapter(
    chapter: Chapter, chapters: Sequence[Chapter], edition: Edition, folder: Path, *, settings: dict[str, object],
    parameters: dict[str, object] | None = None, timeout: int = 120,
) -> Outcome:  # fmt: skip
    """Render one chapter of one edition: executed notebook, page and table of figures.

    Parameters
    ----------
    chapter, chapters
        The chapter, and all of them for the links of the page.
    edition : Edition
        What to render it for.
    folder : Path
        Folder of the edition's annexes.
    settings : dict
        From `kernel_settings`.
    parameters : dict, optional
        Further parameters of the notebook.
    timeout : int
        Seconds that one cell may take.

    Returns
    -------
    Outcome
        A failure leaves the previous annex whole; the failed notebook is kept under ``failures/``.
    """
    stage = Path(tempfile.mkdtemp(dir=folder, prefix=f"{STAGING}{os.getpid()}-"))
    failed = folder / "failures" / f"{chapter.name}.ipynb"
    try:
        executed = stage / f"{chapter.name}.ipynb"
        try:
            _execute(chapter, edition, parameters or {}, stage, timeout, settings)
        except RenderError:
            raise
        except Exception as error:  # papermill, nbclient and the kernel each have their own: all mean « not rendered »
            reason = f"{type(error).__name__}: {error}".splitlines()[0]
            if executed.is_file():
                reason = _failure(nbformat.read(executed, as_version=4), error)
                failed.parent.mkdir(exist_ok=True)
                executed.replace(failed)
            return Outcome(edition, chapter, None, reason)
        notebook, warnings = clean(nbformat.read(executed, as_version=4))
        page = stage / f"{chapter.name}.html"
        page.write_text(html.chapter_page(notebook, chapter, chapters, edition), encoding="utf-8")
        drawn = html.write_figures(notebook, chapter, stage)
        nbformat.write(notebook, executed)
        (folder / "figures").mkdir(exist_ok=True)
        for old in (folder / "figures").glob(f"{chapter.name}-*"):
            old.unlink()
        for file in drawn:
            file.replace(folder / "figures" / file.name)
        (folder / "tables").mkdir(exist_ok=True)
        for file in (stage / "tables").glob("*.csv"):
            file.replace(folder / "tables" / file.name)
        executed.replace(folder / executed.name)
        page.replace(folder / page.name)
        failed.unlink(missing_ok=True)
        return Outcome(edition, chapter, folder / page.name, warnings=warnings)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def render(
    editions: Sequence[Edition], chosen: Sequence[Chapter], chapters: Sequence[Chapter], catalogue: Catalogue, output: Path,
    *, parameters: dict[str, object] | None = None, timeout: int = 120, pdf: bool = False,
) -> Iterator[Outcome]:  # fmt: skip
    """Render chapters of editions one after the other, then the indexes and manifests.

    Yields
    ------
    Outcome
        As each chapter ends.

    Raises
    ------
    RenderError, CatalogueError
        Before anything is written: a folder is read-only, a parameter is unknown, a data file is not the declared one.
    """
    for chapter in chosen:
        check_parameters(chapter, {"edition": "", "output": ""} | (parameters or {}))
    for file in catalogue.files():
        catalogue.verified(file)
    prepare(output)
    with kernel_settings(catalogue.root) as settings:
        for edition in editions:
            folder = output / edition.key
            prepare(folder)
            for chapter in chosen:
                yield render_chapter(
                    chapter, chapters, edition, folder, settings=settings, parameters=parameters, timeout=timeout
                )
            site.write_edition(edition, chapters, folder, catalogue, pdf=pdf)
    site.write_overall(catalogue, output)
