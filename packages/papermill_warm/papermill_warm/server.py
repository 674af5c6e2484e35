"""The warm process that kernels are forked from, so that none takes the seconds that their imports take.

The fork server of `multiprocessing` runs `preload`, then serves requests from a single thread, which is what makes a fork safe.
It never executes a cell. What it is sent is unpickled in the new process: a kernel to become, or a function to call.
"""

from __future__ import annotations

import json
import os
import pickle
import signal
import site
import sys
import tempfile
import threading
import weakref
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing import connection, forkserver, get_all_start_methods
from pathlib import Path
from typing import Any

from . import family, sources

PRELOAD = "papermill_warm.preload"
ASKED = "PAPERMILL_WARM"
"""Variable of the server's environment that tells `preload` what to import and what to watch, as JSON."""
FIXED = {"PYTHONHASHSEED": "0", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
"""What every kernel finds in its environment: an order of sets that does not change, no warning of the debugger."""
PATIENCE = 60
"""Seconds that the server may take for what takes it one."""

INHERITED = frozenset(
    ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "COMSPEC", "PATHEXT", "WINDIR")
)
"""What kernels that find nothing of the user inherit all the same: where programs, libraries and temporary files are."""

_starting = threading.Lock()
_started = False


@dataclass(frozen=True)
class Setup:
    """What the warm process holds, and what its kernels find.

    One process has one server: it holds what the first setup names. A later one is served by it, and its environment is given to
    its kernels only.

    Attributes
    ----------
    preload : tuple of str
        Modules that are imported before any kernel is forked. They must start no thread: kernels would be started cold.
    environment : mapping of str to str
        Variables of the environment of each kernel, and of the server while it imports.
    watched : tuple of str
        Import packages, yours for instance: when a file of theirs has changed since the server imported it, kernels are started
        cold, and never hold what is no longer there.
    home : Path, optional
        A folder in place of the user's: kernels then find nothing of the user (variables, start-up files, configuration of
        IPython and matplotlib, packages below the home), and give the same whoever starts them.
    """

    preload: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    watched: tuple[str, ...] = ()
    home: Path | None = None

    @property
    def variables(self) -> dict[str, str]:
        """Everything that is set in the environment of a kernel."""
        return FIXED | (_private(self.home, self.watched) if self.home else {}) | dict(self.environment)

    def inherited(self, environment: Mapping[str, str]) -> dict[str, str]:
        """Variables of an environment that kernels, and the server, find too."""
        return {name: value for name, value in environment.items() if not self.home or name in INHERITED}

    @property
    def state(self) -> str:
        """Checksum of the watched packages, now."""
        return sources.state(self.watched)


class ServerLost(Exception):
    """The warm server was killed while it was asked for a process: asked again, another one answers."""


def _private(home: Path, packages: Iterable[str]) -> dict[str, str]:
    """Variables with which nothing of the user is found: a folder in place of the home, no user site, one locale, one time."""
    home.mkdir(parents=True, exist_ok=True)
    settings = home / "matplotlibrc"  # empty: matplotlib's own defaults, wherever it is started
    if not settings.is_file() or settings.read_bytes():
        settings.write_bytes(b"")
    beside = [str(sources.folder(package).parent) for package in packages]
    return {
        "HOME": str(home),
        "MPLCONFIGDIR": str(home),
        "MATPLOTLIBRC": str(settings),
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(beside)),
        "PYTHONSAFEPATH": "1",
        "PYTHONUTF8": "1",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
    } | ({} if __file__.startswith(site.getusersitepackages()) else {"PYTHONNOUSERSITE": "1"})


def can_fork() -> bool:
    """Whether kernels may be forked here: on Linux. macOS has fork, but its system libraries do not survive one."""
    return "forkserver" in get_all_start_methods() and sys.platform == "linux"


def start(setup: Setup) -> None:
    """Start the fork server of this process, which imports while the caller goes on; nothing happens when it runs already."""
    global _started
    path = [os.path.abspath(entry) for entry in sys.path]
    asked = {"preload": setup.preload, "watched": setup.watched, "path": path, "private": bool(setup.home), "caller": os.getpid()}
    with _starting:
        _started = True
        before = dict(os.environ)
        wanted = setup.inherited(before) | setup.variables | {ASKED: json.dumps(asked), "PYTHONSAFEPATH": "1"}
        wanted["PYTHONPATH"] = os.pathsep.join(filter(None, [str(Path(__file__).parents[1]), wanted.get("PYTHONPATH")]))
        try:
            _be(wanted)  # the server is given no other environment than this process's
            forkserver.set_forkserver_preload([PRELOAD])
            forkserver.ensure_running()
        finally:
            _be(before)


def _be(wanted: Mapping[str, str]) -> None:
    """Change what differs of the environment of this process."""
    for name in set(os.environ) - set(wanted):
        del os.environ[name]
    for name, value in wanted.items():
        if os.environ.get(name) != value:
            os.environ[name] = value


@dataclass(frozen=True)
class KernelRequest:
    """What the server's new process is sent: the fork server unpickles it there and calls its `_bootstrap`."""

    command: list[str]
    cwd: str
    env: dict[str, str]
    state: str

    def _bootstrap(self, parent_sentinel: int) -> int:
        threading.Thread(target=_die_with_parent, args=(parent_sentinel, self.env.get(family.MARK, "")), daemon=True).start()
        become_kernel(self)
        return 0


@dataclass(frozen=True)
class CallRequest:
    """In place of a `KernelRequest`: call a function, and write what it returns."""

    module: str
    function: str
    arguments: tuple[object, ...]
    answer: str
    env: dict[str, str]
    state: str

    def _bootstrap(self, parent_sentinel: int) -> int:
        os.setsid()
        threading.Thread(target=_die_with_parent, args=(parent_sentinel, ""), daemon=True).start()
        preload = sys.modules.get(PRELOAD)
        if preload is None or not preload.trustworthy(self.state):
            return 1
        os.environ.update(self.env)
        with suppress(Exception):  # whoever asks does it again, and sees the error
            found = getattr(import_module(self.module), self.function)(*self.arguments)
            Path(self.answer).write_bytes(pickle.dumps(found))
            return 0
        return 1


class ForkedProcess:
    """A process of the fork server, with the methods of `subprocess.Popen` that a provisioner calls.

    `multiprocessing.Process` would do, but for two things: it imports the caller's main module again in each process, and a
    daemon (a worker of a cluster) may not start one. Both are lifted by asking the server directly.
    """

    stdin = stdout = stderr = None

    def __init__(self, request: KernelRequest | CallRequest) -> None:
        self.returncode: int | None = None
        try:
            self._status, self._alive = forkserver.connect_to_new_process([])
            weakref.finalize(self, _close, self._status, self._alive)
            with open(self._alive, "wb", closefd=False) as pipe:
                pipe.write(pickle.dumps({}) + pickle.dumps(request))  # nothing to prepare, then the process
            self.pid = forkserver.read_signed(self._status)
        except (EOFError, ConnectionError, FileNotFoundError) as error:
            raise ServerLost(f"The server of kernels has ended ({type(error).__name__}).") from None

    def poll(self) -> int | None:
        """Exit code, or None while it runs."""
        return self.wait(0)

    def wait(self, timeout: float | None = None) -> int | None:
        """Exit code, once it has ended; None when it has not after so many seconds."""
        if self.returncode is None and connection.wait([self._status], timeout):
            try:
                self.returncode = forkserver.read_signed(self._status)
            except EOFError:  # the server itself has ended
                self.returncode = 255
        return self.returncode

    def send_signal(self, signum: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, signum)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def call(module: str, function: str, *arguments: object, setup: Setup, folder: Path) -> Any:
    """Call a function in a process forked from the warm server, which holds its modules and what they loaded.

    Parameters
    ----------
    module, function : str
        Its name; this process need not import it.
    *arguments
        Its arguments.
    setup : Setup
        What the server was started with.
    folder : Path
        Where its answer may be written.

    Returns
    -------
    object
        What it returns; None where there is no warm server, where that holds another state of the sources, or when it failed.
    """
    if not _started:
        return None
    with tempfile.TemporaryDirectory(dir=folder, prefix="c") as private:
        answer = Path(private, "answer")
        try:
            process = ForkedProcess(CallRequest(module, function, arguments, str(answer), setup.variables, setup.state))
        except ServerLost:
            return None
        ended = process.wait(PATIENCE)
        if ended is None:
            process.kill()
        return pickle.loads(answer.read_bytes()) if ended == 0 else None


def become_kernel(request: KernelRequest) -> None:
    """Be, in a process just forked from the server, the kernel that the command would have started.

    Nothing of the server's own state is left but its imported modules: group, directory, environment, path and seeds are those
    of a new process. When the server could not import what it should have, or holds another state of the watched sources than
    the one on disk, the command itself takes the place of this process: slower, and never wrong.
    """
    os.setsid()
    family.adopt()
    os.chdir(request.cwd)
    os.environ.clear()
    os.environ.update(request.env)
    os.environ.pop("JPY_PARENT_PID", None)  # the parent is the server: the watch below takes the place of ipykernel's
    preload = sys.modules.get(PRELOAD)
    if preload is None or not preload.trustworthy(request.state):
        os.execve(request.command[0], request.command, dict(os.environ))
    sys.path[:] = preload.PATH
    sys.argv[:] = ["ipykernel_launcher", *request.command[3:]]
    preload.renew_seeds()

    preload.application.IPKernelApp.launch_instance(argv=request.command[3:])


def _die_with_parent(sentinel: int, mark: str) -> None:
    """End this kernel and what it started as soon as the process that asked for it has ended, however it did."""
    os.read(sentinel, 1)  # nothing is ever written: it returns when the other end is closed
    family.end(os.getpid(), mark)
