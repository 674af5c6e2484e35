"""Render chapters of editions: only what changed, several at once, and in place of the previous annex only when all is well."""

from __future__ import annotations

import os
import stat
import tempfile
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from traite_lib.catalogue import Catalogue, Edition
from traite_lib.errors import TraiteError, available

from .. import fingerprints
from ..errors import RenderError
from ..files import STAGING, short_folder, sweep
from ..publishing.chapters import IMAGE_SUFFIXES, Chapter, shared
from ..publishing.folder import EditionFolder, finish_overall
from .jobs import Job, JobResult, edition_data, end_kernels, perform, warm_up
from .snapshot import Snapshot

JOBS = (os.cpu_count() or 1) + 2
"""Notebooks at once: two more than cores, for a kernel and papermill wait for each other, and fill no core at start and end."""

RUN = "traite-"
"""Start of the name of a run's temporary folder; the next run removes those of killed ones."""


@dataclass(frozen=True, eq=False)
class Task:
    """One chapter of one edition, with the key of what its annex would be made of."""

    edition: Edition
    chapter: Chapter
    key: str


@dataclass(frozen=True)
class Outcome:
    """What became of one chapter: its page, or the reason why the previous annex was left as it was.

    `kept` says that it was up to date; `retried`, that its kernel was killed once; `cells` are its cells with their seconds,
    the slowest first.
    """

    edition: Edition
    chapter: Chapter
    page: Path | None
    failure: str = ""
    warnings: tuple[str, ...] = ()
    kept: bool = False
    retried: bool = False
    cells: tuple[tuple[float, str], ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True)
class Options:
    """How to render; what is rendered does not depend on it, but for `pdf`.

    Attributes
    ----------
    jobs : int
        Notebooks at once.
    force : bool
        Render even what is up to date.
    timeout : int
        Seconds that one cell may take.
    warm : bool
        Fork kernels from a warm server where that is possible.
    executor : Executor, optional
        Where `perform` runs; threads of this process when it is not given.
    pdf : bool
        Write the PDF of each chapter and of the edition too.
    images : bool
        Have charts make their images for a slide; see `images`.
    watch : callable
        Told, as it changes, how many are done and which are being rendered.
    """

    jobs: int = JOBS
    force: bool = False
    timeout: int = 120
    warm: bool = True
    executor: Executor | None = None
    pdf: bool = False
    images: bool = False
    watch: Callable[[int, Sequence[Task]], None] = lambda done, running: None


def check_parameters(chapter: Chapter, given: Mapping[str, object]) -> None:
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
        sweep(folder, STAGING)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=STAGING):
            pass
    except OSError as error:
        raise RenderError(f"The annexes cannot be written to {folder}: {error.strerror or error}.") from None


@contextmanager
def run_folder() -> Iterator[Path]:
    """A short temporary folder for one run: sockets have short names."""
    place = short_folder()
    sweep(place, RUN)
    with tempfile.TemporaryDirectory(prefix=f"{RUN}{os.getpid()}-", dir=place, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def render(
    editions: Sequence[Edition], chosen: Sequence[Chapter], chapters: Sequence[Chapter], catalogue: Catalogue, output: Path,
    *, parameters: Mapping[str, object] | None = None, options: Options | None = None,
) -> Iterator[Outcome]:  # fmt: skip
    """Render what changed of some chapters of some editions, then the indexes and manifests.

    Yields
    ------
    Outcome
        In the order of editions and chapters, as soon as those before it have come.

    Raises
    ------
    RenderError, CatalogueError
        Before anything is written: a folder is read-only, a parameter is unknown, a data file is not the declared one, the
        library has changed since this process imported it.
    """
    options, given = options or Options(), dict(parameters or {})
    if fingerprints.own_sources() != fingerprints.AT_IMPORT:
        raise RenderError("The code has changed since this process imported it: start Python again.")
    for chapter in chosen:
        check_parameters(chapter, {"edition": "", "output": ""} | given)
    for file in catalogue.files():
        catalogue.verified(file)
    snapshot = Snapshot.read(catalogue.root)
    prepare(output)
    folders = {edition.key: EditionFolder(edition, output / edition.key) for edition in editions}
    for each in folders.values():
        prepare(each.folder)
    with run_folder() as folder, ThreadPoolExecutor(3) as writer:  # Ctrl-C stops this thread, never those that write
        missing = any(not folders[edition.key].has(chapter) for edition in editions for chapter in chosen)
        if (options.force or missing) and options.warm and not options.executor:
            warm_up(snapshot, folder)  # it takes seconds: keys are computed meanwhile
        links = shared(chapters)
        tasks = [
            Task(edition, chapter, fingerprints.chapter_key(
                chapter.name, snapshot.files[f"notebooks/{chapter.path.name}"], edition.key, given, links, snapshot.data
            ))
            for edition in editions
            for chapter in chosen
        ]  # fmt: skip
        waiting = [task for task in tasks if options.force or not folders[task.edition.key].holds(task.chapter, task.key)]
        # The longest chapters of an edition first: begun last, they would end alone, and other cores wait.
        longest = sorted(waiting, key=lambda task: (editions.index(task.edition), -len(task.chapter.cells)))
        rendered = _render(longest, snapshot, folder, given, options)
        ready: dict[Task, Outcome] = {}
        left = Counter(task.edition.key for task in tasks)
        finished: list[Future[None]] = []
        ahead: dict[str, Future[Mapping[str, bytes]]] = {}

        def data(edition: str) -> Mapping[str, bytes]:
            return edition_data(edition, snapshot.unpack(folder), folder)

        def prepared(edition: str) -> Mapping[str, bytes]:
            return ahead[edition].result() if edition in ahead else data(edition)

        def accept(task: Task, result: JobResult | None) -> Path | None:
            """Put an annex in its place; with the last one of an edition, its index and data, while the next is rendered."""
            place = folders[task.edition.key]
            if result is None:
                page: Path | None = place.keep(task.chapter, task.key)
            elif result.failure:
                page = writer.submit(place.refuse, task.chapter, result.notebook).result()
            else:
                page = writer.submit(place.accept, task.chapter, result.files, task.key).result()
            left[task.edition.key] -= 1
            if result and task.edition.key not in ahead:
                ahead[task.edition.key] = writer.submit(data, task.edition.key)  # needed when the last chapter has come
            if not left[task.edition.key]:
                finish = partial(place.finish, chapters, catalogue, snapshot.data, prepared, force=options.force, pdf=options.pdf)
                finished.append(writer.submit(finish))
            return page

        try:
            for task in tasks:
                if task not in waiting:
                    yield Outcome(task.edition, task.chapter, accept(task, None), kept=True)
                    continue
                while task not in ready:
                    done, result, retried = next(rendered)
                    ready[done] = Outcome(
                        done.edition, done.chapter, accept(done, result), result.failure, result.warnings, retried=retried,
                        cells=result.cells, seconds=result.seconds,
                    )  # fmt: skip
                yield ready.pop(task)
        finally:
            rendered.close()
        for future in finished:
            future.result()
        writer.submit(finish_overall, catalogue, chapters, output, snapshot.data, force=options.force).result()


def images(edition: Edition, chosen: Sequence[Chapter], catalogue: Catalogue) -> dict[str, bytes]:
    """Images of the charts of some chapters for a slide or a report: title, population, notes and sources inside.

    Returns
    -------
    dict
        Content by name: ``02_formes-forme-d-exploitation.png`` and ``.svg``. Chapters are executed anew: an annex holds none.

    Raises
    ------
    RenderError
        A chapter failed.
    """
    snapshot, tasks = Snapshot.read(catalogue.root), [Task(edition, chapter, "") for chapter in chosen]
    found: dict[str, bytes] = {}
    with run_folder() as folder:
        warm_up(snapshot, folder)
        for task, result, _ in _render(tasks, snapshot, folder, {}, Options(images=True)):
            if result.failure:
                raise RenderError(f"Chapter {task.chapter.name} could not be executed: {result.failure}")
            made = {Path(name): content for name, content in result.files.items()}
            found |= {path.name: content for path, content in made.items() if path.suffix in IMAGE_SUFFIXES}
    return dict(sorted(found.items()))


def _render(
    tasks: Sequence[Task], snapshot: Snapshot, folder: Path, parameters: Mapping[str, object], options: Options
) -> Generator[tuple[Task, JobResult, bool], None, None]:
    """Results as they come, never more than `jobs` in the making; a kernel that was killed is tried once more.

    Closed before its end (Ctrl-C), it ends the kernels that run and waits for their threads.
    """
    waiting, died = deque(tasks), set[Task]()
    running: dict[Future[JobResult], Task] = {}
    executor = options.executor or ThreadPoolExecutor(options.jobs)

    def fill() -> None:
        while waiting and len(running) < options.jobs:
            task = waiting.popleft()
            job = Job(task.chapter.name, task.edition.key, parameters, options.timeout, options.warm, options.images)
            place = () if options.executor else (folder,)
            running[executor.submit(perform, job, snapshot, *place)] = task

    try:
        fill()
        while running:
            options.watch(len(tasks) - len(waiting) - len(running), tuple(running.values()))
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            came = [(running.pop(future), _result(future)) for future in finished]
            again = [task for task, result in came if result.died and task not in died]
            waiting.extendleft(again)
            fill()  # before anything is written: no core waits for the disk
            yield from ((task, result, task in died) for task, result in came if task not in again)
            died.update(again)
    finally:
        if running:
            for future in running:
                future.cancel()
            end_kernels()
        if not options.executor:
            executor.shutdown()


def _result(future: Future[JobResult]) -> JobResult:
    """Result of a unit of work; an executor that lost its workers for good is a failure of the chapter."""
    try:
        return future.result()
    except TraiteError:
        raise
    except Exception as error:  # each executor has its own
        return JobResult(failure=f"{type(error).__name__}: {error}".splitlines()[0])
