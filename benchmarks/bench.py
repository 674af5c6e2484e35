"""``make bench``: every way to render, side by side, and what the library itself costs; writes docs/benchmarks.md.

Wall and CPU times are those of a whole process with everything that it started, to the last. Memory is the peak of the sum of
proportional set sizes, looked at every second, more often in the first five. Ratios matter, seconds depend on the machine: run it
when nothing else runs.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import platform
import resource
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import psutil
from contenders import PLOOMBER

from traite_annexes.fingerprints import versions
from traite_annexes.rendering.batch import JOBS
from traite_lib.catalogue import Catalogue

HERE = Path(__file__).parent
ROOT = HERE.parent
REPORT = ROOT / "docs" / "benchmarks.md"


@dataclass(frozen=True)
class Measure:
    """What one command took: seconds, seconds of all processors, MiB."""

    wall: float
    cpu: float
    memory: float


def adopt_orphans() -> None:
    """Make this process the parent of what its children leave (a fork server), so that its time is counted (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def _seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _memory(process: psutil.Process) -> float:
    total = 0
    for each in [process, *process.children(recursive=True)]:
        try:
            total += each.memory_full_info().pss
        except psutil.Error:
            continue
    return total / 2**20


def measure(command: list[str]) -> Measure:
    """Run a command to its end and that of all that it started."""
    before, started, peak, over = _seconds(), time.perf_counter(), 0.0, threading.Event()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    watched = psutil.Process(process.pid)

    def watch() -> None:
        nonlocal peak
        while not over.wait(0.2 if time.perf_counter() - started < 5 else 1):
            try:
                peak = max(peak, _memory(watched))
            except psutil.Error:
                return

    watcher = threading.Thread(target=watch)
    watcher.start()
    _, errors = process.communicate()
    wall = time.perf_counter() - started
    over.set()
    watcher.join()
    while True:  # orphans
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            break
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{errors.decode()[-2000:]}")
    return Measure(wall, _seconds() - before, peak)


def rendering(editions: list[str], *, quick: bool) -> tuple[list[tuple[str, Measure]], list[tuple[str, float]]]:
    """Each way to render all chapters of some editions; when quick, without the two slowest ones."""
    taken: dict[str, list[Measure]] = {}
    ours = f"traite render, {JOBS} jobs (its default)"

    with tempfile.TemporaryDirectory() as work:

        def run(label: str, contender: str, workers: int, folder: str = "") -> None:
            """Measure, in a folder of its own unless one is named."""
            where = Path(work, folder) if folder else Path(tempfile.mkdtemp(dir=work))
            where.mkdir(exist_ok=True)
            command = [sys.executable, str(HERE / "contenders.py"), contender, str(where), str(workers), *editions]
            taken.setdefault(label, []).append(found := measure(command))
            print(f"{label:50} {found.wall:8.1f} s  CPU {found.cpu:8.1f} s", flush=True)

        def short() -> None:
            """The two that others are compared with: a machine that others use too changes its speed within minutes."""
            run("floor: the cells in one warm process", "floor", 1)
            run(ours, "traite", JOBS)

        run("floor: the cells in one warm process", "floor", 1)
        run("traite render, 1 job", "traite", 1)
        run("traite render, 2 jobs", "traite", 2)
        run(ours, "traite", JOBS, "ours")
        run("traite render, nothing changed", "traite", JOBS, "ours")
        if PLOOMBER.is_dir():
            run("ploomber-engine (no kernel, one process)", "ploomber", 1)
        short()
        run("papermill in a pool of 2 processes", "papermill_pool", 2)
        short()
        run("papermill API in a loop", "papermill_loop", 1)
        short()
        pages = [("edition index ready in Chromium, from disk", ready(next(Path(work, "ours").rglob("[0-9]*/index.html"))))]
        if not quick:
            run("papermill command in a loop", "papermill_cli", 1)
            run("jupyter nbconvert --execute in a loop", "nbconvert", 1)
    return [(label, _mean(found)) for label, found in taken.items()], pages


def _mean(found: list[Measure]) -> Measure:
    return Measure(fmean(m.wall for m in found), fmean(m.cpu for m in found), max(m.memory for m in found))


def ready(page: Path) -> float:
    """Seconds until a page answers in Debian's Chromium, the best of five."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        tab, times = browser.new_page(), []
        for _ in range(5):
            started = time.perf_counter()
            tab.goto(page.as_uri(), wait_until="load")
            times.append(time.perf_counter() - started)
        browser.close()
    return min(times)


def library() -> list[tuple[str, float]]:
    """Seconds of imports (best of 7 processes), of loading, of selections and distributions over synthetic observations."""
    times: dict[str, list[float]] = {}
    for _ in range(7):  # each in turn: a shared machine changes its speed
        for statement in ("pass", "import pandas", "import pandas, traite_lib", "from traite_lib import open_edition"):
            started = time.perf_counter()
            subprocess.run([sys.executable, "-c", statement], check=True, cwd=ROOT)
            times.setdefault(statement, []).append(time.perf_counter() - started)
    found = [(f"`{statement}`", min(taken)) for statement, taken in times.items()]
    output = subprocess.run([sys.executable, str(HERE / "library.py")], check=True, capture_output=True, text=True, cwd=ROOT)
    for line in output.stdout.splitlines():
        label, _, seconds = line.rpartition("\t")
        found.append((label, float(seconds)))
    return found


SHEETS, ROWS, YEARS = 60, 26, 8


def workbook(path: Path) -> None:
    """A workbook of 60 figures in the manner of a statistical service; its numbers mean nothing."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    for number in range(1, SHEETS + 1):
        sheet = book.create_sheet(f"Figure {number}")
        sheet.append([f"Figure {number} – Figure inventée pour mesurer un temps (en %)"])
        sheet.append([])
        sheet.append(["Modalité", *range(2015, 2015 + YEARS)])
        for row in range(ROWS):
            sheet.append([f"Modalité {row + 1}", *((row * 7 + year * 3) % 97 + 0.5 for year in range(YEARS))])
        for note in ("Lecture : rien.", "Champ : rien.", "Source : figure inventée."):
            sheet.append([note])
    book.save(path)


def reading() -> list[tuple[str, Measure]]:
    """Whole processes, Python start and imports included, the best of five: the reader, and pandas alone for comparison."""
    with tempfile.TemporaryDirectory() as work:
        path = Path(work, "figures.xlsx")
        workbook(path)
        pandas = f"import pandas; pandas.read_excel({str(path)!r}, sheet_name=None, engine='openpyxl')"
        commands = {
            f"`traite tidy`, {SHEETS} sheets": [sys.executable, "-m", "traite_annexes", "tidy", str(path)],
            "`pandas.read_excel(sheet_name=None)`, the same file": [sys.executable, "-c", pandas],
        }
        return [(label, min((measure(command) for _ in range(5)), key=lambda m: m.wall)) for label, command in commands.items()]


def report(
    editions: list[str], ways: list[tuple[str, Measure]], costs: list[tuple[str, float]], readers: list[tuple[str, Measure]]
) -> str:
    """The page of results."""
    named = dict(ways)
    loop, floor = named["papermill API in a loop"], named["floor: the cells in one warm process"]
    chapters = len(list((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")))
    load = os.getloadavg()[2] if hasattr(os, "getloadavg") else float("nan")
    processor = next(
        (line.partition(":")[2].strip() for line in _cpuinfo() if line.startswith("model name")), platform.processor()
    )
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`; do not edit. What it measures is in `benchmarks/`.",
        "",
        f"- {chapters} chapters × {len(editions)} editions ({', '.join(editions)}) = {chapters * len(editions)} notebooks.",
        f"- {processor}, {os.cpu_count()} cores, {psutil.virtual_memory().total / 2**30:.0f} GiB; {platform.system()} "
        f"{platform.release()}; load over the last 15 minutes before the end: {load:.1f}.",
        "- " + ", ".join(f"{name} {version}" for name, version in versions().items() if name in MATTER) + ".",
        *(
            []
            if any("nbconvert" in label for label, _ in ways)
            else ["- Quick run: papermill's command and nbconvert, in loops, are left out."]
        ),
        "- The floor and `traite render` with its default jobs: means of four runs, between the others, for a shared machine "
        "changes its speed within minutes.",
        "- CPU is that of all processes; memory is the peak of the sum of their proportional sets.",
        "- `traite render` also writes a page, a table, an index and a manifest; the others write the executed notebook only, "
        "the floor nothing.",
        "",
        "| way | wall, s | a notebook, s | CPU, s | memory, MiB | faster than the papermill loop | CPU, times the floor |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    lines += [
        f"| {label} | {m.wall:.1f} | {m.wall / chapters / len(editions):.2f} | {m.cpu:.1f} | {m.memory:.0f} | "
        f"{loop.wall / m.wall:.1f} × | {m.cpu / floor.cpu:.1f} |"
        for label, m in ways
    ]
    lines += ["", "## The library", "", "| what | ms |", "|---|--:|"]
    lines += [f"| {label} | {1000 * seconds:.1f} |" for label, seconds in costs]
    imports = dict(costs)
    bare, pandas, both = (imports[f"`{s}`"] for s in ("pass", "import pandas", "import pandas, traite_lib"))
    survey = imports["`from traite_lib import open_edition`"]
    lines += [
        "",
        f"`import traite_lib` adds {100 * (both - pandas) / (pandas - bare):.0f} % to `import pandas`; all that "
        f"`open_edition` needs adds {100 * (survey - pandas) / (pandas - bare):.0f} %.",
        "",
        "## Reading a workbook",
        "",
        "| what | wall, s | CPU, s | memory, MiB |",
        "|---|--:|--:|--:|",
        *(f"| {label} | {m.wall:.2f} | {m.cpu:.2f} | {m.memory:.0f} |" for label, m in readers),
        "",
    ]
    return "\n".join(lines)


MATTER = ("python", "pandas", "matplotlib", "seaborn", "papermill", "nbclient", "ipykernel", "nbconvert")


def _cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []


def main() -> None:
    """Measure, and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("edition", nargs="?", help="reference year; all of them by default, as `traite render` takes one or all")
    parser.add_argument("--output", type=Path, default=REPORT)
    parser.add_argument("--quick", action="store_true", help="without papermill's command and nbconvert in loops")
    given = parser.parse_args()
    adopt_orphans()
    editions = [given.edition] if given.edition else [edition.key for edition in Catalogue().dated]
    ways, pages = rendering(editions, quick=given.quick)
    text = report(editions, ways, [*library(), *pages], reading())
    given.output.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
