"""Ways to execute every chapter of some editions: ``python benchmarks/contenders.py NAME FOLDER JOBS EDITION…``."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLOOMBER = ROOT / ".bench"
"""Where `make bench` installs ploomber-engine: beside papermill, it would be imported by each contender that uses papermill."""
Job = tuple[str, str, str]
"""Notebook, result, edition."""


def papermill_api(job: Job) -> None:
    """One notebook with papermill's function."""
    import papermill

    source, result, edition = job
    papermill.execute_notebook(source, result, {"edition": edition}, kernel_name="python3", progress_bar=False)


def papermill_loop(jobs: list[Job], workers: int) -> None:
    """papermill's function, one notebook after the other."""
    for job in jobs:
        papermill_api(job)


def papermill_pool(jobs: list[Job], workers: int) -> None:
    """papermill's function in a pool of processes."""
    with ProcessPoolExecutor(workers) as pool:
        list(pool.map(papermill_api, jobs))


def papermill_cli(jobs: list[Job], workers: int) -> None:
    """papermill's command, one notebook after the other."""
    for source, result, edition in jobs:
        command = [sys.executable, "-m", "papermill", source, result, "-r", "edition", edition, "--no-progress-bar"]
        subprocess.run(command, check=True, capture_output=True)


def nbconvert(jobs: list[Job], workers: int) -> None:
    """``jupyter nbconvert --execute``; the parameter is written into each notebook first (three milliseconds)."""
    for source, result, edition in jobs:
        text = Path(source).read_text(encoding="utf-8").replace('edition: str = \\"2022\\"', f'edition: str = \\"{edition}\\"')
        Path(result).write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "jupyter", "nbconvert", "--to", "notebook", "--execute", "--inplace", result]
        subprocess.run(command, check=True, capture_output=True)


def ploomber(jobs: list[Job], workers: int) -> None:
    """ploomber-engine: no kernel, all notebooks in one process."""
    sys.path.append(str(PLOOMBER))
    import ploomber_engine

    for source, result, edition in jobs:
        ploomber_engine.execute_notebook(source, result, parameters={"edition": edition}, progress_bar=False)


def floor(jobs: list[Job], workers: int) -> None:
    """The same code cells in one warm process: IPython's shell and its formatters, no kernel, nothing written."""
    import nbformat
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    for source, _, edition in jobs:
        for cell in nbformat.read(source, as_version=4).cells:
            if cell.cell_type == "code":
                shell.run_cell(cell.source)
            if "parameters" in cell.metadata.get("tags", []):
                shell.run_cell(f"edition = {edition!r}")


def traite(jobs: list[Job], workers: int) -> None:
    """``traite render``: notebooks, pages, tables, indexes, manifests. What is up to date in the folder stays."""
    editions = list(dict.fromkeys(edition for _, _, edition in jobs))
    wanted = editions[0] if len(editions) == 1 else "all"
    folder = str(Path(jobs[0][1]).parent)
    command = [sys.executable, "-m", "traite_annexes", "render", wanted, "--jobs", str(workers), "--output", folder]
    subprocess.run(command, check=True, capture_output=True)


CONTENDERS = {f.__name__: f for f in (papermill_cli, papermill_loop, papermill_pool, nbconvert, ploomber, traite, floor)}


def main(name: str, folder: str, workers: str, *editions: str) -> None:
    """Execute all chapters of the editions in one way."""
    os.environ |= {"TRAITE_ROOT": str(ROOT), "PLOOMBER_STATS_ENABLED": "false", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    notebooks = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    jobs = [(str(path), f"{folder}/{edition}_{path.name}", edition) for edition in editions for path in notebooks]
    with contextlib.redirect_stdout(io.StringIO()):
        CONTENDERS[name](jobs, int(workers))


if __name__ == "__main__":
    main(*sys.argv[1:])
