"""Commands that make annexes: ``traite chapters``, ``traite render 2022``."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Optional

import typer

from traite_lib.catalogue import Catalogue, project_root

from ..errors import RenderError
from .handover import checked
from .terminal import errors, outputs, pairs, rows


def chapters() -> None:
    """List the chapters: one notebook each."""
    from ..publishing.chapters import discover

    rows(["chapter", "title"], [[c.name, c.title] for c in discover(project_root() / "notebooks")])


def render(
    edition: Annotated[str, typer.Argument(help="Reference year, « all », or demo2022 for a demonstration.")],
    chapter: Annotated[list[str], typer.Option("--chapter", "-c", help="Number or name; may be repeated.")] = [],  # noqa: B006
    output: Annotated[Optional[Path], typer.Option(help="Folder of the annexes; outputs/ by default.")] = None,  # noqa: UP045
    parameter: Annotated[list[str], typer.Option("--parameter", "-p", help="NAME=VALUE, a parameter of the chapter.")] = [],  # noqa: B006
    timeout: Annotated[int, typer.Option(help="Seconds that one cell may take.")] = 120,
    pdf: Annotated[bool, typer.Option("--pdf", help="PDF of each chapter and of the edition (extra [pdf]).")] = False,
    jobs: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option("--jobs", "-j", min=1, help="Notebooks at once.", show_default="two more than there are cores"),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Render what is up to date too.")] = False,
    cold: Annotated[bool, typer.Option("--cold", help="Start ordinary kernels in place of forked ones.")] = False,
    dask: Annotated[str, typer.Option(help="Scheduler of a dask cluster, as tcp://host:8786.")] = "",
) -> None:
    """Render what changed of the annexes of an edition: executed notebooks, pages, tables, index and manifest."""
    from ..publishing.chapters import choose, discover
    from ..rendering import batch, progress
    from ..rendering.cluster import cluster

    catalogue = Catalogue.of(edition)
    wanted = catalogue.dated if edition == "all" else [catalogue.edition(edition)]
    every = discover(catalogue.root / "notebooks")
    chosen = [choose(every, name) for name in chapter] or every
    given: dict[str, object] = dict(pairs(parameter, "--parameter"))
    if "edition" in given:
        raise RenderError("The edition is the argument of `traite render`, not a parameter.")
    folder = outputs(catalogue, output)
    options = batch.Options(jobs=jobs or batch.JOBS, force=force, timeout=timeout, warm=not cold, pdf=pdf)
    outcomes = partial(batch.render, wanted, chosen, every, catalogue, folder, parameters=given)
    with cluster(dask, options) as options:
        failures = progress.report(outcomes, options, len(wanted) * len(chosen), errors)
    if failures:
        kept = f"The previous annexes are left as they were; see {folder}/*/failures/."
        raise RenderError("\n".join([f"{len(failures)} chapter(s) could not be rendered.", *failures, kept]))
    for each in wanted:
        checked(each, folder / each.key, catalogue, again=False)
    print(f"{folder / (wanted[0].key if len(wanted) == 1 else '')}/index.html".replace("//", "/"))


def figures(
    edition: Annotated[str, typer.Argument(help="Reference year.")],
    chapter: Annotated[list[str], typer.Option("--chapter", "-c", help="Number or name; may be repeated.")] = [],  # noqa: B006
    to: Annotated[Optional[Path], typer.Option(help="Folder to write to; figures_<edition>/ by default.")] = None,  # noqa: UP045
) -> None:
    """Write the charts of an edition for slides and reports, PNG and SVG, with title, population and sources inside."""
    from ..files import replace_files
    from ..publishing.chapters import choose, discover
    from ..rendering import batch

    catalogue = Catalogue.of(edition)
    found = catalogue.edition(edition)
    every = discover(catalogue.root / "notebooks")
    folder = (to or Path(f"figures_{found.key}")).resolve()
    batch.prepare(folder)
    images = batch.images(found, [choose(every, name) for name in chapter] or every, catalogue)
    if not images:
        raise RenderError(f"Edition {found.key} has no chart in these chapters: their figures are sentences and tables.")
    replace_files(folder, images)
    print("\n".join(str(folder / name) for name in images))
