"""What the command line shows of a render: live on a terminal, a line each elsewhere, and where the time went."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from .batch import Options, Outcome, Task

SLOWEST = 5
"""Cells named in the summary."""


def report(render: Callable[..., Iterator[Outcome]], options: Options, total: int, console: Console) -> list[str]:
    """Render, and tell it as it goes.

    Parameters
    ----------
    render : callable
        `batch.render`, with all its arguments but the options.
    options : Options
        Its options; `watch` is ours.
    total : int
        Number of chapters × editions.
    console : Console
        Where to tell.

    Returns
    -------
    list of str
        A line for each failure.
    """
    started = time.monotonic()
    outcomes: list[Outcome] = []
    for done in _shown(render, options, total, console):
        outcomes.append(done)
        name = f"{done.edition.key} {done.chapter.name}"
        if done.retried:
            console.print(f"{name}: its kernel was killed; tried once more.", style="yellow", markup=False, soft_wrap=True)
        for warning in done.warnings:
            console.print(f"{name}: {warning}", style="yellow", markup=False)
    rendered = [done for done in outcomes if not done.kept]
    kept = len(outcomes) - len(rendered)
    console.print(f"{len(rendered)} rendered, {kept} up to date, {time.monotonic() - started:.1f} s.", markup=False)
    cells = [(seconds, done, line) for done in rendered for seconds, line in done.cells]
    slowest = sorted(cells, key=lambda cell: -cell[0])[:SLOWEST]
    if slowest:
        console.print("Slowest cells:", markup=False)
        for seconds, done, line in slowest:
            console.print(f"  {seconds:5.2f} s  {done.edition.key} {done.chapter.name}  {line}", markup=False, soft_wrap=True)
    return [f"{done.edition.key} {done.chapter.name}: {done.failure}" for done in rendered if done.failure]


def _shown(render: Callable[..., Iterator[Outcome]], options: Options, total: int, console: Console) -> Iterator[Outcome]:
    if not console.is_terminal:
        for number, done in enumerate(render(options=options), start=1):
            if not done.kept:
                state = f"FAILED, {done.failure}" if done.failure else "done"
                console.print(f"[{number}/{total}] {done.edition.key} {done.chapter.name}: {state}", markup=False, soft_wrap=True)
            yield done
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as live:
        bar = live.add_task("Rendering", total=total)
        finished = 0

        def watch(done: int, running: Sequence[Task]) -> None:
            names = ", ".join(f"{task.edition.key} × {task.chapter.name}" for task in running)
            live.update(bar, description=names or "Rendering", completed=finished + done)

        for done in render(options=replace(options, watch=watch)):
            if done.kept:
                finished += 1
                live.update(bar, completed=finished)
            yield done
