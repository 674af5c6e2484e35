"""The unit of work: one chapter of one edition, from a snapshot to bytes. It touches nothing outside its private folder."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from multiprocessing.util import Finalize
from pathlib import Path

from papermill_warm import Setup, server
from traite_lib.catalogue import Catalogue, is_synthetic
from traite_lib.presentation.text import IMAGES

from ..files import collected, short_folder
from ..fingerprints import OWN
from ..publishing import marking
from ..publishing.chapters import Chapter, choose, discover
from .snapshot import Snapshot

_starting = threading.Lock()

REHEARSAL = "traite_annexes.rendering.rehearsal"
"""What the warm server does before any chapter: all imports, and a chapter's worth of calls."""


@dataclass(frozen=True)
class Job:
    """What to render, and how: the arguments of `perform` beside the snapshot.

    Attributes
    ----------
    chapter, edition : str
        Name of the chapter, key of the edition.
    parameters : mapping
        Further parameters of the notebook.
    timeout : int
        Seconds that one cell may take.
    warm : bool
        Fork the kernel from the warm server of the process that does the work.
    images : bool
        Have each chart make its images for a slide too, PNG and SVG.
    """

    chapter: str
    edition: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    timeout: int = 120
    warm: bool = True
    images: bool = False


@dataclass(frozen=True)
class JobResult:
    """What came of it.

    Attributes
    ----------
    files : dict
        Content of each file of the annex, by path relative to the edition's folder; empty when it failed.
    failure : str
        The cell that failed and why.
    notebook : bytes
        The notebook as far as it went, when it failed.
    died : bool
        The kernel was killed from outside: another try may succeed.
    warnings : tuple of str
        What its cells wrote to stderr.
    cells : tuple of (seconds, first line)
        Its cells, the slowest first.
    seconds : float
        From start to end.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    failure: str = ""
    notebook: bytes = b""
    died: bool = False
    warnings: tuple[str, ...] = ()
    cells: tuple[tuple[float, str], ...] = ()
    seconds: float = 0.0


def setup(root: Path, *, images: bool = False) -> Setup:
    """What the warm server holds and what kernels find, for the project in a folder."""
    return Setup((REHEARSAL,), {"TRAITE_ROOT": str(root)} | ({IMAGES: "1"} if images else {}), OWN, _home(root))


def _home(root: Path) -> Path:
    """What kernels find in place of the user's home: a folder of the environment, which keeps matplotlib's list of fonts.

    Where that cannot be written, it is beside the unpacked project, and the list is made again by each run.
    """
    home = Path(sys.prefix, "share", "traite-kernels")
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError:
        return root.parent / "home"
    return home if os.access(home, os.W_OK) else root.parent / "home"


def perform(job: Job, snapshot: Snapshot, folder: Path | None = None) -> JobResult:
    """Render one chapter of one edition.

    Parameters
    ----------
    job : Job
        Which one.
    snapshot : Snapshot
        The project it comes from.
    folder : Path, optional
        Where the snapshot may be unpacked and private files made; a temporary folder that lasts as long as this process when
        it is not given (on a cluster).

    Returns
    -------
    JobResult
        A failure of the chapter is a result too; only a bad request raises.

    Raises
    ------
    RenderError, CatalogueError
        The chapter or the edition does not exist.
    """
    started = time.monotonic()
    folder = folder or Path(_temporary().name)
    root = snapshot.unpack(folder)
    catalogue, chapters = _project(root, is_synthetic(job.edition))
    edition = catalogue.edition(job.edition)
    chapter = choose(chapters, job.chapter)
    held = setup(root, images=job.images)
    given = {"edition": edition.key, "output": marking.file_name(f"tables/{chapter.name}.csv", edition)} | dict(job.parameters)
    with tempfile.TemporaryDirectory(dir=folder, prefix="k", ignore_cleanup_errors=True) as private:
        stage = Path(private, "annex")
        stage.mkdir()
        warm = job.warm and server.can_fork()
        if warm:
            _start(held)
        from papermill_warm import execution, kernels  # after the server has started: it takes seconds too

        from ..publishing import pages

        logging.getLogger("papermill").setLevel(logging.CRITICAL)  # what goes wrong is returned
        logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # it tells of each task that a dead kernel leaves
        pages.prepare(chapter.notebook)
        options = kernels.client_options(Path(private), held, stage, warm=warm)
        notebook, error = execution.execute(chapter.notebook, given, job.timeout, options)
        cells = execution.durations(notebook)
        if error is not None:
            return JobResult(
                failure=execution.failure(notebook, error), notebook=execution.written(notebook), cells=cells,
                died=execution.died(error), seconds=time.monotonic() - started,
            )  # fmt: skip
        try:
            files = collected(stage, {str(given["output"])})
        except ValueError as wrong:
            return JobResult(failure=str(wrong), notebook=execution.written(notebook), cells=cells)
        notebook, warnings = execution.clean(notebook)
        if edition.warning:
            marking.mark(notebook, edition.warning)
        page = pages.chapter_page(notebook, chapter, chapters, edition).encode()
        files |= pages.figure_files(notebook, chapter)
        pages.lighten(notebook)
    files[f"{chapter.name}.ipynb"] = execution.written(notebook)
    files[f"{chapter.name}.html"] = page
    return JobResult(files, warnings=warnings, cells=cells, seconds=time.monotonic() - started)


def edition_data(edition: str, root: Path, folder: Path) -> Mapping[str, bytes]:
    """Files of an edition's data, by name; see `dataset.files`.

    Parameters
    ----------
    edition : str
        Key of the edition.
    root : Path
        The project, as `Snapshot.unpack` wrote it.
    folder : Path
        Where private files may be made.
    """
    found: Mapping[str, bytes] | None = server.call(
        "traite_annexes.publishing.dataset", "files", edition, root, setup=setup(root), folder=folder
    )
    if found is None:
        from ..publishing.dataset import files

        found = files(edition, root)
    return found


def warm_up(snapshot: Snapshot, folder: Path) -> None:
    """Have the warm server start while the caller goes on, where there may be one: `perform` will need it.

    Parameters
    ----------
    snapshot, folder
        As for `perform`.
    """
    if server.can_fork():
        _start(setup(snapshot.unpack(folder)))


def _start(held: Setup) -> None:
    """Start the warm server, with its socket in a folder of this process: short, and removed by the next run if it is killed."""
    with _starting:
        before, tempfile.tempdir = tempfile.tempdir, _of_server()  # where multiprocessing makes its own, once
        try:
            server.start(held)
        finally:
            tempfile.tempdir = before


def end_kernels() -> None:
    """End the kernels that this process runs; the work that waits for them comes back as a failure."""
    from papermill_warm import kernels

    kernels.end_all()


@lru_cache(maxsize=2)
def _project(root: Path, synthetic: bool) -> tuple[Catalogue, list[Chapter]]:
    """Catalogue and chapters of an unpacked snapshot, which nobody changes."""
    return Catalogue(root, synthetic=synthetic), discover(root / "notebooks")


@cache
def _of_server() -> str:
    """A folder for the warm server's socket, removed after multiprocessing has removed it: at -100, says its source."""
    folder = tempfile.mkdtemp(prefix=f"traite-{os.getpid()}-", dir=short_folder())
    Finalize(None, shutil.rmtree, args=(folder,), kwargs={"ignore_errors": True}, exitpriority=-200)
    return folder


@cache
def _temporary() -> tempfile.TemporaryDirectory[str]:
    """A temporary folder of this process, removed when it ends, or by the next run of `batch` when it is killed."""
    return tempfile.TemporaryDirectory(prefix=f"traite-{os.getpid()}-", dir=short_folder(), ignore_cleanup_errors=True)
