"""The engine as any papermill user takes it: any notebook, no survey. Real papermill, real kernels."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

from papermill_warm import can_fork, family, sources
from papermill_warm.kernels import QUIET

needs_fork = pytest.mark.skipif(not can_fork(), reason="kernels are not forked on this system")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """An import package, preloaded and watched."""
    folder = tmp_path / "warmed_here"
    folder.mkdir()
    (folder / "__init__.py").write_text("import os\nPROCESS = os.getpid()\n", encoding="utf-8")
    return folder


def notebook(path: Path, *cells: str, kernel: str = "python3") -> str:
    """Write a notebook with a cell of parameters and these."""
    code = [nbformat.v4.new_code_cell(source) for source in cells]
    found = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x = 1", metadata={"tags": ["parameters"]}), *code])
    found.metadata.kernelspec = {"name": kernel, "display_name": kernel, "language": "python"}
    nbformat.write(found, path)
    return str(path)


HEAD = """
import sys
from pathlib import Path
import papermill, nbformat
import papermill_warm.execution
from papermill_warm import Setup, server
SETUP = {"preload": ("json.tool", "warmed_here"), "environment": {"COLOUR": "green"}, "watched": ("warmed_here",)}
def run(source, result="out.ipynb"):
    papermill.execute_notebook(source, result, {"x": 2}, engine_name="warm", progress_bar=False, **SETUP)
    cells = nbformat.read(result, as_version=4).cells
    return "".join(output.get("text", "") for cell in cells for output in cell.get("outputs", []))
"""


def python(folder: Path, code: str, head: str = HEAD) -> str:
    """What a script prints, in a process of its own: a process has one warm server."""
    path = os.pathsep.join([str(folder), *filter(None, sys.path)])
    done = subprocess.run(
        [sys.executable, "-c", head + code], cwd=folder, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True,
        timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


IS_WARM = "import os, warmed_here\nprint(warmed_here.PROCESS != os.getpid())"


@needs_fork
def test_a_notebook_finds_its_parameters_its_environment_and_what_was_preloaded(tmp_path: Path, package: Path) -> None:
    notebook(tmp_path / "in.ipynb", "print(x)", "import os; print(os.environ['COLOUR'])", IS_WARM)
    assert python(tmp_path, "print(run('in.ipynb'))").split() == ["2", "green", "True"]


@needs_fork
def test_each_notebook_has_a_process_of_its_own_and_the_callers_directory(tmp_path: Path, package: Path) -> None:
    notebook(tmp_path / "in.ipynb", "import os\nprint(os.getpid(), os.getcwd())")
    first, second = python(tmp_path, "print(run('in.ipynb'), end='')\nprint(run('in.ipynb'), end='')").splitlines()
    assert first.split()[0] != second.split()[0]
    assert first.split(maxsplit=1)[1] == second.split(maxsplit=1)[1] == str(tmp_path.resolve())


@needs_fork
def test_a_watched_package_that_changed_is_imported_anew(tmp_path: Path, package: Path) -> None:
    notebook(tmp_path / "in.ipynb", IS_WARM, "print(getattr(warmed_here, 'NEW', 0))")
    edit = "Path('warmed_here/__init__.py').open('a').write('NEW = 1\\n')"
    said = python(tmp_path, f"print(run('in.ipynb'), end='')\n{edit}\nprint(run('in.ipynb'), end='')")
    assert said.split() == ["True", "0", "False", "1"]


def test_errors_are_papermills_own(tmp_path: Path, package: Path) -> None:
    notebook(tmp_path / "wrong.ipynb", "1 / 0")
    notebook(tmp_path / "elsewhere.ipynb", "1", kernel="no_such_kernel")
    said = python(
        tmp_path,
        "for name in ('wrong', 'elsewhere'):\n    try:\n        run(f'{name}.ipynb')\n"
        "    except Exception as error:\n        print(type(error).__name__)",
    )
    assert said.split() == ["PapermillExecutionError", "NoSuchKernel"]


@needs_fork
def test_modules_are_the_callers_wherever_it_was_started(tmp_path: Path, package: Path) -> None:
    """A folder that happens to hold a module of the same name as one of the path is not looked into."""
    (tmp_path / "elsewhere" / "warmed_here").mkdir(parents=True)
    (tmp_path / "elsewhere" / "warmed_here" / "__init__.py").write_text("raise SystemExit('the wrong one')", encoding="utf-8")
    notebook(tmp_path / "in.ipynb", "import os, sys\nprint(sys.modules['warmed_here'].PROCESS != os.getpid())")
    code = "import os\nsys.path.remove('')\nos.chdir('elsewhere')\nprint(run('../in.ipynb'))"
    assert python(tmp_path, code).split() == ["True"]


@needs_fork
def test_a_function_is_called_in_the_warm_process(tmp_path: Path, package: Path) -> None:
    said = python(
        tmp_path,
        "setup = Setup(**SETUP)\nserver.start(setup)\n"
        "ask = lambda *given: server.call('os.path', 'join', *given, setup=setup, folder=Path('.'))\n"
        "print(ask('a', 'b'), ask(1), sorted(path.name for path in Path('.').iterdir()))",
    )
    assert said.split(maxsplit=2)[:2] == ["a/b", "None"], "a call that failed is made again by whoever asks, who sees the error"
    assert "'c" not in said.split(maxsplit=2)[2], "it leaves nothing"


def test_the_state_of_sources_is_that_of_their_content(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(package.parent))
    before, found = sources.state(["warmed_here"]), sources.checksums(["warmed_here"])
    assert found == {"warmed_here/__init__.py": sources.digest((package / "__init__.py").read_bytes())}
    (package / "data.txt").write_text("x", encoding="utf-8")
    assert sources.state(["warmed_here"]) != before
    (package / "data.txt").unlink()
    assert sources.state(["warmed_here"]) == before
    sources.folder.cache_clear()
    with pytest.raises(ModuleNotFoundError, match="no_such_package"):
        sources.checksums(["no_such_package"])


def test_an_import_does_without_what_is_left_out_and_finds_it_afterwards(tmp_path: Path) -> None:
    script = (
        "from papermill_warm.imports import without\n"
        "with without('colorsys'):\n"
        "    try:\n        import colorsys\n    except ModuleNotFoundError as error:\n        print(error.name)\n"
        "import colorsys\nprint(colorsys.__name__)"
    )
    assert python(tmp_path, script, head="").split() == ["colorsys", "colorsys"]


def test_importing_the_package_starts_nothing_and_imports_nothing_heavy(tmp_path: Path) -> None:
    script = "import sys, papermill_warm\nassert not {'papermill', 'nbformat', 'ipykernel', 'zmq'} & set(sys.modules)"
    python(tmp_path, script, head="")


def test_a_process_that_leads_no_group_yet_can_end_itself() -> None:
    """A kernel whose caller is killed before it has a session of its own."""
    code = "import os; from papermill_warm import family; assert os.getpgrp() != os.getpid(); family.end(os.getpid(), '')"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == -signal.SIGKILL


@needs_fork
def test_only_what_was_started_after_a_kernel_is_ended_with_it() -> None:
    """An older process may bear the same mark: the folder of the kernel is its working directory, or it made that folder."""
    sleep = [sys.executable, "-c", "import time; print(flush=True); time.sleep(60)"]
    marked = os.environ | {family.MARK: "/tmp/of-this-test"}

    def start() -> subprocess.Popen[bytes]:
        process = subprocess.Popen(sleep, env=marked, stdout=subprocess.PIPE, start_new_session=True)
        assert process.stdout
        process.stdout.readline()
        return process

    older = start()
    time.sleep(0.05)  # the system tells when a process began to a hundredth of a second
    kernel, started, another = start(), start(), subprocess.Popen(sleep, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        family.end(kernel.pid, marked[family.MARK])
        assert (kernel.wait(10), started.wait(10)) == (-signal.SIGKILL, -signal.SIGKILL)
        assert older.poll() is None
        # A kernel that has ended, and another process that has its number now, younger than what the kernel started.
        family.end(another.pid, marked[family.MARK], alive=False)
        assert older.wait(10) == -signal.SIGKILL
        assert another.poll() is None
    finally:
        for process in (older, kernel, started, another):
            process.kill()
            process.communicate()


@pytest.mark.parametrize(
    "extra", [[], ["--debug"], ["--IPKernelApp.extensions=a", "--IPKernelApp.extensions=b"]], ids=["at once", "a flag", "twice"]
)
def test_a_kernel_reads_its_command_line_as_ipykernel_does(extra: list[str]) -> None:
    code = (
        "import sys\nfrom ipykernel import kernelapp\nfrom papermill_warm.application import IPKernelApp\n"
        "for app in (kernelapp.IPKernelApp(), IPKernelApp()):\n"
        "    app.parse_command_line(sys.argv[1:])\n"
        "    print(app.connection_file, app.log_level, app.logging_config, app.config.HistoryManager.enabled, app.extensions)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "-f", "a folder/kernel.json", *QUIET, *extra], capture_output=True, text=True, timeout=60,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )  # fmt: skip
    theirs, ours = done.stdout.splitlines()
    assert ours == theirs
    assert theirs.startswith(f"a folder/kernel.json {10 if '--debug' in extra else 50} {{'loggers'"), theirs
    assert theirs.endswith("['a', 'b']" if len(extra) == 2 else "[]")


@needs_fork
def test_a_kernel_makes_no_record_of_what_it_does_not_say(tmp_path: Path, package: Path) -> None:
    ask = "print(get_ipython().kernel.log.isEnabledFor(logging.INFO), logging.getLogger('mine').isEnabledFor(logging.WARNING))"
    notebook(tmp_path / "in.ipynb", f"import logging\n{ask}")
    assert python(tmp_path, "print(run('in.ipynb'))").split() == ["False", "True"]
