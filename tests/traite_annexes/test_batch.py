"""Many annexes at once: warm kernels, isolation, what is redone, what is left behind. Real papermill, real kernels."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from commands import TRAITE, contents, edit_cell, started, traite, wait
from conftest import ROOT

from papermill_warm import server, sources
from traite_annexes import fingerprints
from traite_annexes.errors import RenderError
from traite_annexes.publishing import dataset
from traite_annexes.publishing.chapters import discover
from traite_annexes.rendering import batch
from traite_annexes.rendering.jobs import Job, JobResult, edition_data, perform, setup
from traite_annexes.rendering.snapshot import Snapshot
from traite_lib.catalogue import Catalogue, sha256
from traite_lib.errors import CatalogueError

LEAK_RUNS = int(os.environ.get("TRAITE_LEAK_RUNS", "24"))
"""Notebooks of the test that looks for what they leave; 200 before a release."""
needs_fork = pytest.mark.skipif(not server.can_fork(), reason="kernels are not forked on this system")


def chapter(project: Path, name: str, *cells: str) -> None:
    """Add a chapter of a few code cells to a project (it need not keep the contract of published ones)."""
    parameters = nbformat.v4.new_code_cell('edition: str = "2022"\noutput: str = ""', metadata={"tags": ["parameters"]})
    code = [nbformat.v4.new_code_cell(source) for source in cells]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(f"# {name}"), parameters, *code])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    nbformat.write(notebook, project / "notebooks" / f"{name}.ipynb")


def only(project: Path, *names: str) -> None:
    """Remove the chapters that a test does not need."""
    for path in (project / "notebooks").glob("[0-9]*.ipynb"):
        if path.stem not in names:
            path.unlink()


@pytest.fixture
def run_folder() -> Iterator[Path]:
    with batch.run_folder() as folder:
        yield folder


def printed(product: JobResult, name: str) -> str:
    """Everything that a chapter printed."""
    assert product.failure == ""
    notebook = nbformat.reads(product.files[f"{name}.ipynb"].decode(), as_version=4)
    return "".join(o.text for cell in notebook.cells for o in cell.get("outputs", []) if o.output_type == "stream")


# -- warm kernels ------------------------------------------------------------------------------------------------------
@needs_fork
def test_warm_and_ordinary_kernels_give_the_same_bytes(project: Path) -> None:
    only(project, "02_formes", "14_methode_et_qualite")
    chapter(project, "16_pyplot", "import matplotlib.pyplot as plt", "plt.plot([1, 2]); plt.title('x')", "print({'a', 'b', 'c'})")
    traite("render", "2022", "--output", str(project / "warm"), root=project)
    traite("render", "2022", "--cold", "--output", str(project / "cold"), root=project)
    warm, cold = contents(project / "warm"), contents(project / "cold")
    assert warm == cold
    assert "image/png" in (project / "warm/2022/16_pyplot.ipynb").read_text(encoding="utf-8")


POLLUTE = """
import builtins, os, random, sys, warnings
import matplotlib, numpy, pandas, traite_lib
from traite_lib import nomenclature as module, open_edition
leaked = builtins.leaked = 1
sys.path.insert(0, "/nowhere"); os.environ["LEAKED"] = "1"; os.environ.pop("HOME", None)
os.chdir("/"); os.umask(0o777); random.seed(0); numpy.random.seed(0)
matplotlib.rcParams["font.size"] = 30; pandas.set_option("display.precision", 1)
open_edition("2022").observations["value"] = 1.0; module.ALL = "pour cent"
descriptor = os.open("/dev/null", os.O_RDONLY); warnings.simplefilter("error")
"""
WITNESS = """
import builtins, os, sys, warnings
import matplotlib, pandas
from traite_lib import nomenclature as module, open_edition
print("leaked" in globals(), hasattr(builtins, "leaked"), "/nowhere" in sys.path, "LEAKED" in os.environ, "HOME" in os.environ)
print(os.path.basename(os.getcwd()), oct(os.umask(0o22)), matplotlib.rcParams["font.size"], pandas.get_option("display.precision"))
print(open_edition("2022").observations["value"].sum(), module.ALL, len(warnings.filters))
print(sorted(os.path.basename(entry) for entry in sys.path), matplotlib.rcParams["backend"])
"""


@needs_fork
def test_a_chapter_that_pollutes_everything_changes_nothing_for_the_next(project: Path, run_folder: Path) -> None:
    only(project)
    chapter(project, "15_pollution", POLLUTE, "print(leaked)")
    chapter(project, "16_witness", WITNESS)
    chapter(project, "17_seeds", "import random, numpy", "print(random.random(), numpy.random.rand())")
    snapshot = Snapshot.read(project)
    alone = perform(Job("16_witness", "2022", warm=False), snapshot, run_folder)
    assert printed(perform(Job("15_pollution", "2022"), snapshot, run_folder), "15_pollution") == "1\n"
    after = perform(Job("16_witness", "2022"), snapshot, run_folder)
    assert printed(after, "16_witness").splitlines()[0] == "False False False False True"
    assert after.files == alone.files
    seeds = {printed(perform(Job("17_seeds", "2022"), snapshot, run_folder), "17_seeds") for _ in range(2)}
    assert len(seeds) == 2, "two kernels of the same server drew the same numbers"


@needs_fork
def test_a_kernel_is_a_process_of_its_own_forked_from_a_server_of_one_thread(project: Path, run_folder: Path) -> None:
    only(project)
    source = "import os, sys\npreload = sys.modules['papermill_warm.preload']\nprint(os.getpid(), preload._THREADS)"
    chapter(project, "15_process", source)
    snapshot = Snapshot.read(project)
    found = [printed(perform(Job("15_process", "2022"), snapshot, run_folder), "15_process").split() for _ in range(2)]
    assert {threads for _, threads in found} == {"1"}
    assert len({process for process, _ in found}) == 2


@needs_fork
def test_a_server_that_holds_another_library_is_not_used(
    project: Path, run_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(project)
    chapter(project, "15_modules", "import sys\nprint('papermill_warm.preload' in sys.modules)")
    snapshot = Snapshot.read(project)
    assert printed(perform(Job("15_modules", "2022"), snapshot, run_folder), "15_modules") == "True\n"
    monkeypatch.setattr(sources, "checksums", lambda packages: {"traite_lib/__init__.py": "edited since"})
    assert printed(perform(Job("15_modules", "2022"), snapshot, run_folder), "15_modules") == "False\n"


@needs_fork
def test_the_data_of_an_edition_are_the_same_from_the_warm_server(
    project: Path, run_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Snapshot.read(project).unpack(run_folder)
    server.start(setup(root))
    expected = dataset.files("2022", root)
    ask = partial(server.call, "traite_annexes.publishing.dataset", "files", setup=setup(root), folder=run_folder)
    assert ask("2022", root) == expected
    assert ask("1900", root) is None, "it failed: whoever asks does it again, and sees why"
    with pytest.raises(CatalogueError, match="1900"):
        edition_data("1900", root, run_folder)
    monkeypatch.setattr(sources, "checksums", lambda packages: {"traite_lib/__init__.py": "edited since"})
    assert ask("2022", root) is None
    assert edition_data("2022", root, run_folder) == expected
    assert not list(run_folder.glob("c*")), "it leaves nothing"


def test_a_library_that_changed_under_a_session_is_refused(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fingerprints, "own_sources", lambda: {"traite_lib/__init__.py": "edited since"})
    catalogue = Catalogue()
    with pytest.raises(RenderError, match="start Python again"):
        next(batch.render(catalogue.dated, discover(project / "notebooks"), [], catalogue, project / "outputs"))


@needs_fork
def test_notebooks_leave_no_process_port_socket_or_file(project: Path, tmp_path: Path) -> None:
    only(project)
    chapter(project, "15_small", "from traite_lib import open_edition\nprint(len(open_edition(edition).observations))")
    script = tmp_path / "many.py"  # not guarded by `if __name__ == "__main__"`: it must not matter
    script.write_text(
        "import gc, os, psutil, sys\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from pathlib import Path\n"
        "from traite_annexes.rendering import batch\n"
        "from traite_annexes.rendering.snapshot import Snapshot\n"
        "from traite_annexes.rendering.jobs import Job, perform\n"
        "snapshot, me = Snapshot.read(Path(sys.argv[1])), psutil.Process()\n"
        "def state(folder):\n"
        "    gc.collect()\n"
        "    tree = me.children(recursive=True)\n"
        "    return [len(tree), me.num_fds(), len(me.net_connections()), len(list(folder.rglob('*'))), me.memory_info().rss / 2**20]\n"
        "with batch.run_folder() as folder:\n"
        "    with ThreadPoolExecutor(2) as pool:\n"
        "        done = lambda n: [p.failure for p in pool.map(lambda _: perform(Job('15_small', '2022'), snapshot, folder), range(n))]\n"
        "        assert set(done(8)) == {''}\n"
        "        print(*state(folder))\n"
        "        assert set(done(int(sys.argv[2]))) == {''}\n"
        "        print(*state(folder))\n",
        encoding="utf-8",
    )
    temporary = Path(tempfile.mkdtemp(dir="/tmp"))
    environment = {**os.environ, "TMPDIR": str(temporary), "TRAITE_ROOT": str(project)}
    command = [sys.executable, str(script), str(project), str(LEAK_RUNS)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=580)
    assert done.returncode == 0, done.stderr
    before, after = ([float(number) for number in line.split()] for line in done.stdout.splitlines())
    assert after[:4] == before[:4], "processes, descriptors, ports, files"
    assert after[4] < before[4] + 10 + 0.05 * LEAK_RUNS, "MiB"
    wait(lambda: list(temporary.iterdir()) == [], "a temporary file was left")
    wait(lambda: not [p for p in psutil.process_iter() if _mentions(p, str(temporary))], "a process was left")
    temporary.rmdir()


def _mentions(process: psutil.Process, text: str) -> bool:
    try:
        return process.environ().get("TMPDIR") == text
    except (psutil.Error, OSError):
        return False


# -- several at once ---------------------------------------------------------------------------------------------------
def test_a_killed_kernel_is_reported_and_its_notebook_tried_once_more(project: Path, tmp_path: Path) -> None:
    only(project)
    flag = tmp_path / "killed"
    die = "import os\nfrom pathlib import Path\n"
    once = f"{die}flag = Path({str(flag)!r})\nkilled = flag.exists()\nflag.touch()\nif not killed: os.kill(os.getpid(), 9)"
    chapter(project, "15_once", once)
    chapter(project, "16_always", f"{die}os.kill(os.getpid(), 9)")
    chapter(project, "17_never", "print(1)")
    done = traite("render", "2022", "--jobs", "2", root=project, check=1)
    assert "2022 15_once: its kernel was killed; tried once more." in done.stderr
    states = re.findall(r"\[\d/3\] 2022 (\d\d)_\w+: (\w+)", done.stderr)
    assert states == [("15", "done"), ("16", "FAILED"), ("17", "done")], "in order"
    assert re.search(r"16_always: .*(DeadKernelError|Kernel died)", done.stderr)
    assert (project / "outputs/2022/17_never.html").is_file()


def test_ctrl_c_leaves_nothing_half_written_and_no_process(project: Path) -> None:
    only(project, "02_formes")
    traite("render", "2022", root=project)
    before = contents(project / "outputs")
    edit_cell(
        project / "notebooks/02_formes.ipynb", 6, "import subprocess, time\nsubprocess.Popen(['sleep', '600'])\ntime.sleep(60)"
    )
    temporary = Path(tempfile.mkdtemp(dir="/tmp"))
    environment = {**os.environ, "TRAITE_ROOT": str(project), "TMPDIR": str(temporary), "PYTHONFAULTHANDLER": "1"}
    process = subprocess.Popen(
        [*TRAITE, "render", "2022"], env=environment, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # tests that run in the background inherit a deaf one
    )  # fmt: skip
    tree = psutil.Process(process.pid)
    wait(lambda: [p for p in tree.children(recursive=True) if "sleep" in _name(p)], "the cell never started")
    family = tree.children(recursive=True)
    process.send_signal(signal.SIGINT)
    try:
        process.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGABRT)  # it tells where each of its threads is
        left = [p.name() for p in family if p.is_running()]
        pytest.fail(f"Not ended after 30 s; {left} run.\n{process.communicate(timeout=30)[1]}")
    assert process.returncode != 0
    wait(lambda: not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in family), "a process was left")
    assert contents(project / "outputs") == before
    assert list(temporary.iterdir()) == []
    temporary.rmdir()


def _name(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.Error:
        return ""


# -- only what changed -------------------------------------------------------------------------------------------------
class Recorder(Executor):
    """An executor that renders nothing and remembers what it was asked for: what is redone, without the time it takes."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        work, bundle = args
        assert function is perform
        self.asked.append(f"{work.edition} {work.chapter}")
        future: Future[JobResult] = Future()
        notebook = bundle.files[f"notebooks/{work.chapter}.ipynb"]
        future.set_result(JobResult({f"{work.chapter}.ipynb": _with_metadata(notebook), f"{work.chapter}.html": b"<p>page</p>"}))
        return future


def _with_metadata(notebook: bytes) -> bytes:
    found = json.loads(notebook)
    found["metadata"]["papermill"] = {"parameters": {}}
    return json.dumps(found).encode()


def redone(project: Path, *, names: tuple[str, ...] = (), **how: Any) -> list[str]:
    """Chapters × editions that a run renders."""
    catalogue, every = Catalogue(project), discover(project / "notebooks")
    chosen = [one for one in every if not names or one.name in names]
    recorder = Recorder()
    options = batch.Options(executor=recorder, force=how.pop("force", False))
    editions = [catalogue.edition(key) for key in ("2021", "2022")]
    list(batch.render(editions, chosen, every, catalogue, project / "outputs", options=options, **how))
    return sorted(recorder.asked)


ALL = ["2021 02_formes", "2021 12_evolutions", "2022 02_formes", "2022 12_evolutions"]


@pytest.fixture
def settled(project: Path) -> Path:
    """A project whose annexes are up to date."""
    only(project, "02_formes", "12_evolutions")
    assert redone(project) == ALL
    assert redone(project) == []
    return project


def _replace(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def test_a_chapter_that_changed_is_redone_alone(settled: Path) -> None:
    edit_cell(settled / "notebooks/12_evolutions.ipynb", -1, "metadata.save(survey, output, *shown)")
    assert redone(settled) == ["2021 12_evolutions", "2022 12_evolutions"]
    assert redone(settled) == []


def test_a_new_title_or_a_new_chapter_redoes_the_pages_that_link_to_it(settled: Path) -> None:
    edit_cell(settled / "notebooks/12_evolutions.ipynb", 0, "# Un autre titre")
    assert redone(settled) == ALL


@pytest.mark.parametrize(
    "name", ["nomenclatures/forms.csv", "correspondences/units.csv", "breaks.toml", "corrections.toml", "editions.toml"]
)
def test_a_data_file_that_changed_redoes_all_that_may_depend_on_it(settled: Path, name: str) -> None:
    with (settled / "data" / name).open("a", encoding="utf-8") as file:
        file.write("\n" if name.endswith(".csv") else "# a remark\n")
    assert redone(settled) == ALL
    assert redone(settled) == []


def test_figures_of_another_edition_redo_series_too(settled: Path) -> None:
    path = settled / "data/published/survey_2019.csv"
    _replace(path, ",2019,", ",2019,")
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    traite("checksums", "--write", root=settled)
    assert redone(settled) == ALL


def test_a_layout_or_a_workbook_is_data_a_note_is_not(settled: Path) -> None:
    (settled / "data/README.md").write_text("A note.\n", encoding="utf-8")
    assert redone(settled) == []
    (settled / "data/layouts").mkdir(exist_ok=True)
    (settled / "data/layouts/new.toml").write_text("# a layout\n", encoding="utf-8")
    assert redone(settled) == ALL


def test_parameters_are_in_the_key(settled: Path) -> None:
    assert redone(settled, parameters={"output": "tables/other.csv"}) == ALL
    assert redone(settled) == ALL


def test_force_redoes_everything_and_one_chapter_leaves_the_others(settled: Path) -> None:
    assert redone(settled, names=("02_formes",), force=True) == ["2021 02_formes", "2022 02_formes"]
    assert redone(settled) == [], "the keys of the chapters that were not asked for are kept"


@pytest.mark.parametrize("name", ["02_formes.html", "02_formes.ipynb"])
def test_an_annex_that_was_touched_or_removed_is_redone(settled: Path, name: str) -> None:
    path = settled / "outputs/2022" / name
    path.write_text(path.read_text(encoding="utf-8") + " ", encoding="utf-8")
    assert redone(settled) == ["2022 02_formes"]
    path.unlink()
    assert redone(settled) == ["2022 02_formes"]


def test_an_index_or_a_manifest_that_was_touched_is_written_anew(settled: Path) -> None:
    before = contents(settled / "outputs")
    (settled / "outputs/2022/index.html").write_text("", encoding="utf-8")
    (settled / "outputs/index.html").unlink()
    assert redone(settled) == []
    assert contents(settled / "outputs") == before
    (settled / "outputs/2022/manifest.json").write_text("{", encoding="utf-8")
    assert redone(settled) == ["2022 02_formes", "2022 12_evolutions"]
    assert contents(settled / "outputs") == before


def test_what_a_chapter_no_longer_makes_is_removed(settled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    more = {"figures/02_formes.svg": b"<svg/>"}
    submit = Recorder.submit
    with monkeypatch.context() as patch:
        patch.setattr(Recorder, "submit", lambda self, f, work, bundle: _more(submit(self, f, work, bundle), more))
        redone(settled, names=("02_formes",), force=True)
    assert (settled / "outputs/2022/figures/02_formes.svg").is_file()
    redone(settled, names=("02_formes",), force=True)
    assert not (settled / "outputs/2022/figures/02_formes.svg").exists()


def _more(future: Future[JobResult], files: dict[str, bytes]) -> Future[JobResult]:
    future.result().files.update(files)
    return future


@pytest.fixture
def copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the sources of this project, whose keys are looked at in place of the real ones."""
    for package in fingerprints.OWN:
        shutil.copytree(sources.folder(package), tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(sources, "folder", lambda package: tmp_path / package)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "redoes"),
    [
        ("traite_lib/presentation/charts.py", True),
        ("traite_lib/metadata.py", True),
        ("traite_lib/loading/published.py", True),
        ("traite_annexes/publishing/pages.py", True),
        ("traite_annexes/publishing/templates/style.css", True),
        ("papermill_warm/kernels.py", True),
        ("papermill_warm/execution.py", True),
        ("traite_annexes/cli/__init__.py", False),
        ("traite_annexes/rendering/progress.py", False),
        ("traite_annexes/rendering/cluster.py", False),
        ("traite_annexes/adding.py", False),
    ],
)
def test_a_source_is_in_the_key_of_what_may_run_it(copies: Path, name: str, redoes: bool) -> None:
    roots = ["traite_lib", fingerprints.JOB]
    before = fingerprints.depends(roots, fingerprints.own_sources())
    with (copies / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    after = fingerprints.depends(roots, fingerprints.own_sources())
    assert (before != after) is redoes


def test_keys_look_into_every_import_package_of_the_project() -> None:
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert sorted(Path(folder).name for folder in wheel["packages"]) == list(fingerprints.OWN)
    reached = fingerprints.depends(["traite_lib", fingerprints.JOB])
    # no chapter is made from answers yet
    assert {path.partition("/")[0] for path in reached} == set(fingerprints.OWN) - {"limesurvey_answers", "table_disclosure"}


def test_a_module_moved_to_another_package_stays_in_the_key(copies: Path) -> None:
    """A tool taken out of the library makes annexes stale as it did inside."""
    (copies / "papermill_warm/moved.py").write_text("X = 1\n", encoding="utf-8")
    with (copies / "traite_lib/survey.py").open("a", encoding="utf-8") as file:
        file.write("\ndef later():\n    from papermill_warm.moved import X\n")
    before = fingerprints.depends(["traite_lib"], fingerprints.own_sources())
    (copies / "papermill_warm/moved.py").write_text("X = 2\n", encoding="utf-8")
    assert fingerprints.depends(["traite_lib"], fingerprints.own_sources()) != before


def test_versions_are_in_the_key(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = (project / "notebooks/02_formes.ipynb").read_bytes()
    before = fingerprints.chapter_key("02_formes", source, "2022", {}, [], {})
    monkeypatch.setattr(fingerprints, "versions", lambda: {"pandas": "0"})
    assert fingerprints.chapter_key("02_formes", source, "2022", {}, [], {}) != before


def test_the_manifest_tells_the_key_and_the_files(settled: Path) -> None:
    folder = settled / "outputs/2022"
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert re.fullmatch("[0-9a-f]{64}", manifest["chapters"]["02_formes"]["key"])
    assert manifest["chapters"]["02_formes"]["outputs"]["02_formes.html"] == sha256(folder / "02_formes.html")
    beside = ["codes.csv", "datapackage.json", "index.html", "observations.csv", "search-index.js", "traite_2022.xlsx"]
    assert manifest["outputs"] == {name: sha256(folder / name) for name in beside}
    assert manifest["versions"] == fingerprints.versions(), "what a key counts, `verify` can name"


# -- other machines ----------------------------------------------------------------------------------------------------
def test_any_executor_runs_the_unit_of_work(project: Path) -> None:
    only(project, "02_formes")
    catalogue, every = Catalogue(project), discover(project / "notebooks")
    with ThreadPoolExecutor(1) as pool:
        options = batch.Options(executor=pool, jobs=1)
        done = list(batch.render([catalogue.edition("2022")], every, every, catalogue, project / "outputs", options=options))
    assert [outcome.failure for outcome in done] == [""]
    traite("render", "2022", "--output", str(project / "other"), root=project)
    assert contents(project / "outputs/2022") == contents(project / "other/2022")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def dask_cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers on the loopback, as three commands; the workers know nothing of the project's folder."""
    pytest.importorskip("distributed", reason="dask is not installed: pip install -e '.[dask]'")
    address = f"tcp://127.0.0.1:{_free_port()}"
    elsewhere = {name: value for name, value in os.environ.items() if name != "TRAITE_ROOT"}
    dask = [sys.executable, "-m", "dask"]
    host, _, port = address.removeprefix("tcp://").partition(":")
    quiet: dict[str, Any] = {"cwd": tmp_path, "env": elsewhere, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    scheduler = subprocess.Popen([*dask, "scheduler", "--host", host, "--port", port, "--no-dashboard"], **quiet)
    worker = [*dask, "worker", address, "--nworkers", "1", "--nthreads", "1", "--no-dashboard", "--death-timeout", "60"]
    workers = [subprocess.Popen(worker, **quiet, start_new_session=True) for _ in range(2)]
    try:
        yield address, workers
    finally:
        for process in (*workers, scheduler):
            process.terminate()
        for process in (*workers, scheduler):
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


def test_a_cluster_gives_the_same_bytes_and_survives_the_loss_of_a_worker(
    project: Path, dask_cluster: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    from distributed import Client

    only(project, "02_formes", "04_origines", "09_conditions_d_exploitation", "10_accompagnement")
    address, workers = dask_cluster
    with Client(address, timeout="60s") as client:
        client.wait_for_workers(2, timeout=60)
    command = [*TRAITE, "render", "2022", "--output", str(project / "far"), "--dask", address]
    process = subprocess.Popen(command, env={**os.environ, "TRAITE_ROOT": str(project)}, stderr=subprocess.PIPE, text=True)
    tree = psutil.Process(workers[0].pid)
    wait(lambda: [p for p in tree.children(recursive=True) if started(p)], "no kernel on the worker", 90)
    lost = tree.children(recursive=True)
    os.killpg(workers[0].pid, signal.SIGKILL)
    _, said = process.communicate(timeout=180)
    assert process.returncode == 0, said
    assert "4 rendered" in said
    wait(lambda: not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in lost), "an orphan of the lost worker")
    traite("render", "2022", "--output", str(project / "near"), root=project)
    assert contents(project / "far") == contents(project / "near")


@pytest.mark.parametrize("loss", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "frozen"])
def test_a_scheduler_lost_midway_ends_the_render_in_seconds(project: Path, tmp_path: Path, loss: signal.Signals) -> None:
    pytest.importorskip("distributed", reason="dask is not installed: pip install -e '.[dask]'")
    from distributed import Client

    only(project)
    chapter(project, "15_first", "print(1)")
    go = tmp_path / "slow"
    chapter(project, "16_slow", f"import time\nopen({str(go)!r}, 'w').close()\ntime.sleep(100)")
    address = f"tcp://127.0.0.1:{_free_port()}"
    dask = [sys.executable, "-m", "dask"]
    quiet: dict[str, Any] = {"cwd": tmp_path, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    port = address.rpartition(":")[2]
    scheduler = subprocess.Popen([*dask, "scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard"], **quiet)
    worker = [*dask, "worker", address, "--nworkers", "1", "--nthreads", "2", "--no-dashboard", "--death-timeout", "5"]
    working = subprocess.Popen(worker, **quiet, start_new_session=True)
    try:
        with Client(address, timeout="60s") as client:
            client.wait_for_workers(1, timeout=60)
        process = subprocess.Popen(
            [*TRAITE, "render", "2022", "--dask", address], env={**os.environ, "TRAITE_ROOT": str(project)},
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        wait(lambda: go.exists() and (project / "outputs/2022/15_first.html").is_file(), "the work did not begin")
        scheduler.send_signal(loss)
        _, said = process.communicate(timeout=60)
    finally:
        scheduler.kill()
        os.killpg(working.pid, signal.SIGKILL)
    assert process.returncode == 1
    assert "1 chapter(s) could not be rendered" in said
    assert "was lost" in said
    assert "Traceback" not in said
    assert (project / "outputs/2022/manifest.json").is_file(), "what was rendered is kept"
    assert "15_first" in (project / "outputs/2022/manifest.json").read_text(encoding="utf-8")


def test_a_scheduler_that_does_not_answer_is_one_sentence(project: Path) -> None:
    pytest.importorskip("distributed", reason="dask is not installed: pip install -e '.[dask]'")
    done = traite("render", "2022", "--dask", f"tcp://127.0.0.1:{_free_port()}", root=project, check=1)
    assert "No dask scheduler answers at tcp://127.0.0.1" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (project / "outputs").exists()
