"""Renders that are killed at random moments: `make chaos`, ten minutes at most, its table in docs/reliability.md.

Each time, a chapter has just changed, and one process of the render is ended (SIGKILL). Then: each chapter that is there is
whole, the previous or the new one; nothing that was started still runs; and the next render gives what an undisturbed one
gives, and leaves no temporary file. Where one of these is not so, the report says which file, and from which byte.
"""

from __future__ import annotations

import itertools
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
from commands import TRAITE, started
from conftest import ROOT, copy_project
from test_batch import chapter, only

SECONDS = int(os.environ.get("TRAITE_CHAOS_SECONDS", "580"))
KILLS = int(os.environ.get("TRAITE_CHAOS_KILLS", "100"))
NAMES = ("16_first", "17_second", "18_third", "19_fourth", "20_fifth", "21_sixth")
LANES = (os.cpu_count() or 1) + 1
"""Projects at once: a blow waits more than it works."""
MOST = 2 * len(NAMES)
"""Kernels killed by one blow: each chapter is tried twice."""
TWO = "two renders at once"


class Chaos:
    """One project, its two states, and what was counted."""

    def __init__(self, base: Path) -> None:
        self.temporary = base / "t"
        self.temporary.mkdir()
        self.root = copy_project(base / "project à part")
        only(self.root)
        self.environment = {**os.environ, "TRAITE_ROOT": str(self.root), "TMPDIR": str(self.temporary)}
        self.right: dict[int, dict[str, bytes]] = {}
        self.counts: Counter[tuple[str, str]] = Counter()
        self.faults: list[str] = []
        self.notebooks = {state: self.chapters(state) for state in (0, 1)}
        for state in (0, 1):
            self.write(state)
            begun = time.monotonic()
            self.render().wait()
            self.usual = time.monotonic() - begun
            self.right[state] = self.outputs()

    def outputs(self) -> dict[str, bytes]:
        """Every file that was rendered, by path."""
        folder = self.root / "outputs"
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}

    def chapters(self, state: int) -> dict[Path, bytes]:
        """The chapters of a state, made once: a notebook that is made again has other names for its cells."""
        for name in NAMES:
            made = "import pathlib\npathlib.Path(output).parent.mkdir()\npathlib.Path(output).write_text(f'{text}\\n')"
            chapter(self.root, name, f"text = '{name} {state} ' * 2000\nprint(text)", "import time; time.sleep(0.3)", made)
        return {path: path.read_bytes() for path in (self.root / "notebooks" / f"{name}.ipynb" for name in NAMES)}

    def write(self, state: int) -> None:
        for path, content in self.notebooks[state].items():
            path.write_bytes(content)

    def render(self, *words: str) -> subprocess.Popen[bytes]:
        command = [*TRAITE, "render", "2022", *words]
        return subprocess.Popen(command, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def whole(self) -> bool:
        """Whether each chapter's files are all of one state."""
        found = self.outputs()
        return all(
            any(all(found.get(n) == content for n, content in right.items() if name in n) for right in self.right.values())
            for name in NAMES
        )

    def left(self) -> list[psutil.Process]:
        """Processes of this chaos that still run."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("TMPDIR") == str(self.temporary) and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except (psutil.Error, OSError):
                continue
        return found

    def ended(self, name: str, process: subprocess.Popen[bytes]) -> None:
        """Wait for a render; one that does not end is frozen."""
        try:
            process.wait(120)
        except subprocess.TimeoutExpired:
            self.counts[name, "frozen"] += 1
            process.kill()

    def settled(self, name: str, *, check_next: bool, state: int) -> None:
        """Count what is true after a blow."""
        end = time.monotonic() + 15
        while (left := self.left()) and time.monotonic() < end:
            time.sleep(0.1)
        self.counts[name, "blows"] += 1
        self.counts[name, "not whole"] += not self.whole()
        self.counts[name, "processes left"] += len(left)
        for process in left:
            with suppress(psutil.Error):
                self.faults.append(f"{name}: a process was left: {' '.join(process.cmdline())[:200]}")
                process.kill()
        if check_next:
            self.render().wait()
            wrong = list(differences(self.outputs(), self.right[state]))
            files = [path for path in self.temporary.iterdir() if not path.name.startswith("dask")]
            files += self.root.rglob(".staging-*")
            self.counts[name, "next renders"] += 1
            self.counts[name, "next render wrong"] += bool(wrong)
            self.counts[name, "files left"] += len(files)
            self.faults += [f"{name}: {said}" for said in wrong]
            self.faults += [f"{name}: {path.name} was left{_within(path)}" for path in files]


def differences(found: Mapping[str, bytes], right: Mapping[str, bytes]) -> Iterator[str]:
    """What differs between two sets of files: one sentence a file."""
    for path in sorted({*found, *right}):
        if path not in right:
            yield f"{path} is there, and should not be"
        elif path not in found:
            yield f"{path} is missing"
        elif found[path] != right[path]:
            pairs = enumerate(zip(found[path], right[path], strict=False))
            first = next((n for n, (a, b) in pairs if a != b), min(len(found[path]), len(right[path])))
            shown = [each[path][max(0, first - 40) : first + 40] for each in (found, right)]
            yield f"{path}, from byte {first}: {shown[0]!r} in place of {shown[1]!r}"


def _within(folder: Path) -> str:
    """The first files of a folder."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))[:5] if folder.is_dir() else []
    return f", with {', '.join(names)}" if names else ""


def victims(parent: psutil.Process, name: str) -> list[psutil.Process]:
    """Processes of a render that bear a part in it."""
    try:
        family = parent.children(recursive=True)
        if name == "parent":
            return [parent]
        if name == "server":
            return [p for p in family if "forkserver" in " ".join(p.cmdline()) and p.ppid() == parent.pid]
        return [p for p in family if started(p)]
    except psutil.Error:
        return []


def blow(chaos: Chaos, name: str, moments: list[float]) -> int:
    """Start a render and kill some of its processes, each after so long; how many there were."""
    process = chaos.render()
    parent = psutil.Process(process.pid)
    begun, hits, waiting = time.monotonic(), 0, sorted(moments)
    while process.poll() is None and waiting and time.monotonic() - begun < 60:
        if time.monotonic() - begun >= waiting[0] and (found := victims(parent, name)):
            with suppress(psutil.Error):
                random.choice(found).kill()
                hits += 1
            waiting.pop(0)
        time.sleep(0.01)
    chaos.ended(name, process)
    return hits


def cluster_blow(chaos: Chaos, name: str, moments: list[float]) -> int:
    """The same with a dask cluster, of which the worker or the scheduler is killed."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    dask, quiet = [sys.executable, "-m", "dask"], {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    how: Any = {**quiet, "env": chaos.environment, "start_new_session": True}
    address = f"tcp://127.0.0.1:{port}"
    scheduler = subprocess.Popen([*dask, "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"], **how)
    worker = [*dask, "worker", address, "--nworkers", "1", "--nthreads", "2", "--no-dashboard", "--death-timeout", "10"]
    working = [subprocess.Popen(worker, **how) for _ in range(2)]
    time.sleep(4)
    process = chaos.render("--dask", address)
    time.sleep(2 + moments[0])
    hit = process.poll() is None
    os.killpg((scheduler if name == "scheduler" else working[0]).pid, signal.SIGKILL)
    chaos.ended(name, process)
    for each in (*working, scheduler):
        with suppress(ProcessLookupError):
            os.killpg(each.pid, signal.SIGKILL)
        each.wait()
    return int(hit)


def report(counts: Counter[tuple[str, str]], faults: list[str], seconds: float) -> str:
    columns = ["kills", "blows", "frozen", "not whole", "processes left", "next renders", "next render wrong", "files left"]
    names = sorted({name for name, _ in counts})
    lines = [f"| {name} | " + " | ".join(str(counts[name, column]) for column in columns) + " |" for name in names]
    kills = sum(counts[name, "kills"] for name in names)
    return "\n".join(
        [
            "# What survives\n", "Written by `make chaos` (`tests/chaos.py`, which says what is done), never by hand.\n",
            f"{kills} processes killed at random moments in {seconds:.0f} s (asked: {KILLS} in at most {SECONDS} s), on a machine of "
            f"{os.cpu_count()} cores, {os.getloadavg()[1]:.0f} processes wanting them. A blow is a render, during which one process is "
            f"killed, or up to {MOST} kernels. All columns but those that count attempts should hold 0.\n",
            "| killed | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|", *lines, "",
            *(["What was wrong:\n", *(f"- {fault}" for fault in sorted(faults)), ""] if faults else []),
            "A full disk, a long or full temporary folder, another umask and the locale C: `tests/traite_annexes/test_resources.py`.",
            "",
        ]
    )  # fmt: skip


def lane(base: Path, end: float, kills: Counter[str], first: int) -> Chaos:
    """Blows on one project until there are enough of them, or no time is left."""
    base.mkdir()
    chaos = Chaos(base)
    order = ["parent", "server", "kernel", "kernel", "parent", TWO, "kernel", "scheduler", "server", "worker", "kernel"]
    state = 1
    for number in itertools.count(first):
        if kills.total() >= KILLS or time.monotonic() > end:
            return chaos
        name, state = order[number % len(order)], 1 - state
        chaos.write(state)
        moments = [random.uniform(0, chaos.usual) for _ in range(random.randint(1, MOST) if name == "kernel" else 1)]
        if name == TWO:
            hits = 0
            for process in [chaos.render(), chaos.render()]:
                chaos.ended(name, process)
        else:
            hits = (cluster_blow if name in ("scheduler", "worker") else blow)(chaos, name, moments)
        if hits or name == TWO:
            kills[name] += hits
            chaos.counts[name, "kills"] += hits
            chaos.settled(name, check_next=number % 3 == 0, state=state)
    raise AssertionError("it counts for ever")


def main() -> int:
    begun = time.monotonic()
    kills: Counter[str] = Counter()
    counts: Counter[tuple[str, str]] = Counter()
    faults: list[str] = []
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="c") as base, ThreadPoolExecutor(LANES) as pool:
        lanes = [pool.submit(lane, Path(base, str(n)), begun + SECONDS - 60, kills, 4 * n) for n in range(LANES)]
        for each in lanes:
            counts += each.result().counts
            faults += each.result().faults
    text = report(counts, faults, time.monotonic() - begun)
    (ROOT / "docs" / "reliability.md").write_text(text, encoding="utf-8")
    print(text)
    bad = ("frozen", "not whole", "processes left", "next render wrong", "files left")
    return int(any(count for (_, column), count in counts.items() if column in bad))


if __name__ == "__main__":
    sys.exit(main())
