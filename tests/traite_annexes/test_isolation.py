"""What the user's machine holds changes no number, and a chapter neither ends early, nor writes elsewhere, nor leaves processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from commands import TRAITE, apart, traite, wait
from test_batch import chapter, needs_fork, only, printed, run_folder  # noqa: F401

from papermill_warm import server
from traite_annexes.rendering import jobs
from traite_annexes.rendering.jobs import Job, perform
from traite_annexes.rendering.snapshot import Snapshot

WARM = pytest.mark.parametrize("warm", [pytest.param(True, marks=needs_fork), False], ids=["warm", "cold"])

SEEN = """
import builtins, locale, os, sys, time
import matplotlib, numpy, pandas, traite_lib, papermill_warm
print([name for name in ("startup", "pythonstartup", "site") if hasattr(builtins, f"evil_{name}") or f"evil_{name}" in globals()])
print(matplotlib.rcParams["font.size"], matplotlib.rcParams["figure.dpi"], pandas.get_option("display.width"), time.tzname[0])
print(sorted(name for name in os.environ if name.startswith(("EVIL", "PYTHONSTARTUP", "PANDAS"))))
print(os.path.basename(os.path.dirname(os.path.dirname(traite_lib.__file__))), len(numpy.__version__) > 0)
print(get_ipython().ast_node_interactivity, locale.getpreferredencoding(False))
"""


def _hostile(home: Path) -> dict[str, str]:
    """The home of a user, each of whose start-up files changes something, and the environment that goes with it."""
    for profile in (home / ".ipython", home / "ipython"):
        (profile / "profile_default/startup").mkdir(parents=True)
        (profile / "profile_default/startup/00.py").write_text(
            "evil_startup = 1\nimport pandas\npandas.set_option('display.width', 9)\n"
        )
        (profile / "profile_default/ipython_config.py").write_text("c.InteractiveShell.ast_node_interactivity = 'all'\n")
    (home / ".config/matplotlib").mkdir(parents=True)
    (home / ".config/matplotlib/matplotlibrc").write_text("font.size: 30\n")
    (home / "matplotlibrc").write_text("figure.dpi: 7\n")
    (home / "startup.py").write_text("evil_pythonstartup = 1\n")
    user = home / f".local/lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"
    user.mkdir(parents=True)
    (user / "usercustomize.py").write_text("import builtins\nbuiltins.evil_site = 1\n")
    for name in ("traite_lib", "papermill_warm", "numpy", "json"):
        (home / name).mkdir()
        (home / name / "__init__.py").write_text("raise SystemExit('the wrong one')\n")
    return {
        "HOME": str(home), "IPYTHONDIR": str(home / "ipython"), "MATPLOTLIBRC": str(home / "matplotlibrc"), "EVIL": "1",
        "PYTHONSTARTUP": str(home / "startup.py"), "TZ": "Asia/Tokyo", "COLUMNS": "20", "XDG_CONFIG_HOME": str(home / ".config"),
        "MPLBACKEND": "svg", "PYTHONOPTIMIZE": "1",
    }  # fmt: skip


@pytest.mark.parametrize("how", [pytest.param([], marks=needs_fork), ["--cold"]], ids=["warm", "cold"])
def test_nothing_of_the_user_is_found_in_a_kernel(
    project: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, how: list[str]
) -> None:
    only(project)
    chapter(project, "15_seen", SEEN, "1\n2")
    apart("render", "2022", *how, "--output", str(project / "plain"), root=project)
    home = tmp_path / "home"
    home.mkdir()
    compiled = tmp_path_factory.getbasetemp() / "optimised"  # nobody has compiled all that is imported for PYTHONOPTIMIZE
    # the command as it is installed: `python -m` would itself look into the working folder first
    done = subprocess.run(
        [sys.executable, "-P", *TRAITE[1:], "render", "2022", *how, "--force", "--output", str(project / "hostile")], cwd=home,
        env={**os.environ, **_hostile(home), "TRAITE_ROOT": str(project), "PYTHONPYCACHEPREFIX": str(compiled), "PYTHONDONTWRITEBYTECODE": ""},
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    plain = (project / "plain/2022/15_seen.ipynb").read_text(encoding="utf-8")
    assert (project / "hostile/2022/15_seen.ipynb").read_text(encoding="utf-8") == plain
    assert '"text":"[]\\n' in plain


@WARM
@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["import sys; sys.exit(0)", "print(1)"], "SystemExit"),
        (["raise SystemExit", "print(1)"], "SystemExit"),
        (["print(1)", "import sys; sys.exit()"], "SystemExit"),
        (["import os; os._exit(0)", "print(1)"], "died"),
    ],
)
def test_a_chapter_that_ends_early_has_failed(
    project: Path, run_folder: Path, warm: bool, cells: list[str], said: str  # noqa: F811
) -> None:  # fmt: skip
    only(project)
    chapter(project, "15_early", *cells)
    found = perform(Job("15_early", "2022", warm=warm), Snapshot.read(project), run_folder)
    assert said in found.failure
    assert found.files == {}


@WARM
def test_a_cell_that_was_not_run_is_a_failure(project: Path, run_folder: Path, warm: bool) -> None:  # noqa: F811
    import nbformat

    only(project)
    chapter(project, "15_skipped", "print(1)", "print(2)")
    path = project / "notebooks/15_skipped.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[-1].metadata.tags = ["skip-execution"]
    nbformat.write(notebook, path)
    assert "was not executed" in perform(Job("15_skipped", "2022", warm=warm), Snapshot.read(project), run_folder).failure


@WARM
@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("open('01_autre.html', 'w').write('x')", "it wrote '01_autre.html'"),
        ("import os; os.mkdir('figures'); open('figures/x.png', 'w').write('x')", "it wrote 'figures/x.png'"),
        ("import os; os.mkdir('tables'); os.symlink('/etc/passwd', output)", "is not a plain file"),
        ("import os; os.symlink('/etc', 'tables')", "is not a plain file"),
        ("import os; os.mkdir('tables'); os.mkfifo(output)", "is not a plain file"),
    ],
)
def test_a_chapter_publishes_its_own_files_only(
    project: Path, run_folder: Path, warm: bool, source: str, said: str  # noqa: F811
) -> None:  # fmt: skip
    only(project)
    chapter(project, "15_writes", source)
    found = perform(Job("15_writes", "2022", warm=warm), Snapshot.read(project), run_folder)
    assert said in found.failure
    assert found.files == {}


def test_what_a_chapter_writes_on_another_is_not_told_as_made(project: Path) -> None:
    only(project)
    chapter(project, "15_first", "print(1)")
    page = project / "outputs/2022/15_first.html"
    chapter(project, "16_second", f"open({str(page)!r}, 'a').write('forged')")
    made = traite("render", "2022", "--jobs", "1", root=project, check=1)
    assert "15_first.html: it is not the one that was made." in made.stderr
    done = traite("verify", "--quick", str(project / "outputs/2022"), root=project, check=1)
    assert "15_first.html: differs" in done.stdout


OUTLIVES = {
    "a child": "subprocess.Popen(['sleep', '777'])",
    "a session": "subprocess.Popen(['setsid', 'sleep', '777'])",
    "a daemon": "subprocess.Popen('setsid sh -c \"sleep 777 & exit\" &', shell=True)",
    "without environment": "subprocess.Popen('cd / && env -i setsid sh -c \"sleep 777 & exit\" &', shell=True)",
    "forked twice": "os.fork() or (os.setsid(), os.chdir('/'), os.fork() and os._exit(0), time.sleep(777))",
}


def _left(before: set[int]) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid not in before and "777" in " ".join(process.cmdline()):
                found.append(process)
        except psutil.Error:
            pass
    return found


@WARM
@pytest.mark.skipif(sys.platform != "linux", reason="a kernel adopts orphans, and is told their session, on Linux only")
@pytest.mark.parametrize("how", OUTLIVES)
def test_what_a_chapter_started_ends_with_it(project: Path, run_folder: Path, warm: bool, how: str) -> None:  # noqa: F811
    only(project)
    chapter(project, "15_daemon", f"import os, subprocess, time\nchild = {OUTLIVES[how]}\ntime.sleep(1)", "print(1)")
    before = set(psutil.pids())
    assert perform(Job("15_daemon", "2022", warm=warm), Snapshot.read(project), run_folder).failure == ""
    wait(lambda: not _left(before), "a process outlived its chapter", 10)


@needs_fork
def test_a_server_of_kernels_that_was_killed_is_started_again(project: Path, run_folder: Path) -> None:  # noqa: F811
    from multiprocessing import forkserver

    only(project)
    chapter(project, "15_small", "print(1)")
    snapshot = Snapshot.read(project)
    held = jobs.setup(snapshot.unpack(run_folder))
    server.start(held)
    pid = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
    os.kill(pid, 9)
    found = perform(Job("15_small", "2022"), snapshot, run_folder)
    assert found.died or found.failure == "", found.failure
    assert printed(perform(Job("15_small", "2022"), snapshot, run_folder), "15_small") == "1\n"


@needs_fork
def test_a_server_that_still_imports_ends_with_who_started_it(tmp_path: Path) -> None:
    slow = f"import time\nopen({str(tmp_path / 'importing')!r}, 'w').close()\ntime.sleep(60)\n"
    (tmp_path / "slow.py").write_text(slow, encoding="utf-8")
    script = "import time\nfrom papermill_warm import Setup, server\nserver.start(Setup(preload=('slow',)))\ntime.sleep(60)"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", script], env=environment) as caller:
        wait((tmp_path / "importing").exists, "it imports nothing")
        children = psutil.Process(caller.pid).children()
        (started,) = (child for child in children if "forkserver" in " ".join(child.cmdline()))
        caller.kill()
    wait(lambda: not started.is_running() or started.status() == psutil.STATUS_ZOMBIE, "a server outlived its caller", 20)


def test_the_warm_server_imports_nothing_that_no_chapter_needs() -> None:
    """Each module that it holds is one that each kernel looks at when it starts."""
    code = "import sys, traite_annexes.rendering.rehearsal\nprint(*{'hypothesis', 'ipywidgets', 'scipy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert done.stdout.split() == []
