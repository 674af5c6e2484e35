"""Kernels forked from a warm process: real ipykernel, without the seconds that its imports take.

A `jupyter_client` kernel provisioner (entry point ``traite-forkserver``) asks the fork server of `multiprocessing` for a process.
The server has run `preload`, so that the new process already holds ipykernel, pandas, seaborn and this library, and it serves
requests from a single thread, which is what makes a fork safe. Each notebook still has a process of its own, made new from a
server that never executes a cell.
"""

from __future__ import annotations

import asyncio
import json
import os
import pickle
import queue
import signal
import sys
import tempfile
import threading
import time
import weakref
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import connection, forkserver, get_all_start_methods
from pathlib import Path
from typing import Any

import zmq.asyncio
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Type, Unicode, default
from traitlets.config import Config

from . import keys

PROVISIONER = "traite-forkserver"
"""Name of the entry point, in the group ``jupyter_client.kernel_provisioners`` of ``pyproject.toml``."""

PRELOAD = "traite_lib.rendering.preload"
KERNEL = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
QUIET = ["--IPKernelApp.log_level=CRITICAL", "--HistoryManager.enabled=False"]
"""Arguments of every kernel: silent when it is shut down, no history of what it executes."""

PATIENCE = 60
"""Seconds that the server may take for what takes it one."""

_starting = threading.Lock()
_started = False


def can_fork() -> bool:
    """Whether kernels may be forked here: on Linux. macOS has fork, but its system libraries do not survive one."""
    return "forkserver" in get_all_start_methods() and sys.platform == "linux"


def start_server(root: Path) -> None:
    """Start the fork server of this process, which imports while the caller goes on; nothing happens when it runs already.

    Parameters
    ----------
    root : Path
        The project whose data the server loads once for all kernels.
    """
    global _started
    changed = environment(root)
    with _starting:
        _started = True
        before = {name: os.environ.get(name) for name in changed}
        os.environ.update(changed)  # the server is given no other environment than this process's
        try:
            forkserver.set_forkserver_preload([PRELOAD])
            forkserver.ensure_running()
        finally:
            for name, value in before.items():
                os.environ.pop(name, None)
                if value is not None:
                    os.environ[name] = value


def environment(root: Path) -> dict[str, str]:
    """What every kernel finds in its environment: the project, and an order of sets that does not change."""
    return {"TRAITE_ROOT": str(root), "PYTHONHASHSEED": "0", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}


@dataclass(frozen=True)
class KernelRequest:
    """What the server's new process is sent: the fork server unpickles it there and calls its `_bootstrap`."""

    command: list[str]
    cwd: str
    env: dict[str, str]
    library: str

    def _bootstrap(self, parent_sentinel: int) -> int:
        threading.Thread(target=_die_with_parent, args=(parent_sentinel,), daemon=True).start()
        become_kernel(self)
        return 0


@dataclass(frozen=True)
class CallRequest:
    """In place of a `KernelRequest`: call a function of the library, and write what it returns."""

    module: str
    function: str
    arguments: tuple[object, ...]
    answer: str
    env: dict[str, str]
    library: str

    def _bootstrap(self, parent_sentinel: int) -> int:
        os.setsid()
        threading.Thread(target=_die_with_parent, args=(parent_sentinel,), daemon=True).start()
        preload = sys.modules.get(PRELOAD)
        if preload is None or not preload.trustworthy(self.library):
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
        self._status, self._alive = forkserver.connect_to_new_process([])
        with open(self._alive, "wb", closefd=False) as pipe:
            pipe.write(pickle.dumps({}) + pickle.dumps(request))  # nothing to prepare, then the process
        self.returncode: int | None = None
        self.pid = forkserver.read_signed(self._status)
        weakref.finalize(self, _close, self._status, self._alive)

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


def ask(module: str, function: str, *arguments: object, root: Path, folder: Path) -> Any:
    """Call a function of the library in a process forked from the warm server, which holds its modules and the loaded table.

    Parameters
    ----------
    module, function : str
        Its name; this process need not import it.
    *arguments
        Its arguments.
    root : Path
        The project.
    folder : Path
        Where its answer may be written.

    Returns
    -------
    object
        What it returns; None where there is no warm server, where that holds another state of the library, or when it failed.
    """
    if not _started:
        return None
    with tempfile.TemporaryDirectory(dir=folder, prefix="c") as private:
        answer = Path(private, "answer")
        library = keys.key(library=keys.library())
        process = ForkedProcess(CallRequest(module, function, arguments, str(answer), environment(root), library))
        ended = process.wait(PATIENCE)
        if ended is None:
            process.kill()
        return pickle.loads(answer.read_bytes()) if ended == 0 else None


class ForkServerProvisioner(LocalProvisioner):
    """Start a kernel by forking the warm server; everything else is as for an ordinary kernel."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork a kernel in place of starting the command ``cmd``."""
        self.cwd = kwargs.get("cwd") or os.getcwd()
        request = KernelRequest(cmd, str(self.cwd), dict(kwargs["env"]), keys.key(library=keys.library()))
        process = ForkedProcess(request)
        self.process = process  # type: ignore[assignment]  # not a `Popen`, but all that is asked of one
        self.pid = self.pgid = process.pid  # it leads a group of its own
        return self.connection_info

    async def kill(self, restart: bool = False) -> None:
        """End the kernel, and come back when it has ended: the manager would look for its end every 0.1 s."""
        await super().kill(restart)
        if self.process:
            await asyncio.get_running_loop().run_in_executor(None, self.process.wait, 5)


class ReadyClient(AsyncKernelClient):
    """Client that begins as soon as the kernel is ready; the original then waits for 0.2 s of silence.

    It opens the channels that carry requests and outputs only: papermill asks for no input, the provisioner watches the process,
    and the manager ends it.
    """

    def _context_default(self) -> zmq.asyncio.Context:
        context = super()._context_default()
        context.reconnect_ivl = 5  # ms: the client is there before the kernel's sockets, and would look for them every 0.1 s
        return context

    def start_channels(
        self, shell: bool = True, iopub: bool = True, stdin: bool = False, hb: bool = False, control: bool = False
    ) -> None:
        """Open the channels; see `KernelClient.start_channels`."""
        super().start_channels(shell=shell, iopub=iopub, stdin=stdin, hb=hb, control=control)

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel answers, and until its output channel says so too (what comes too early there is lost).

        Raises
        ------
        RuntimeError
            The kernel died first, or took longer than `timeout` seconds.
        """
        end = time.monotonic() + (timeout or float("inf"))
        while True:
            request = self.kernel_info()
            try:
                while (reply := await self.get_shell_msg(timeout=1))["parent_header"].get("msg_id") != request:
                    pass
                while (await self.get_iopub_msg(timeout=0.2))["parent_header"].get("msg_id") != request:
                    pass
            except queue.Empty:
                if not await self.is_alive():
                    raise RuntimeError("Kernel died before replying to kernel_info") from None
                if time.monotonic() > end:
                    raise RuntimeError(f"Kernel didn't respond in {timeout} seconds") from None
            else:
                self._handle_kernel_info_reply(reply)
                return


class PrivateKernelManager(AsyncKernelManager):
    """Manager of one kernel, described in a folder of its own: nothing is installed into the user's Jupyter."""

    folder = Unicode(config=True)
    client_factory = Type(klass=ReadyClient, config=True)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        _managers.add(self)

    @default("kernel_spec_manager")
    def _specifications(self) -> KernelSpecManager:
        return KernelSpecManager(kernel_dirs=[str(Path(self.folder) / "kernels")], ensure_native_kernel=False)

    @default("connection_file")
    def _connection_file(self) -> str:
        return str(Path(self.folder) / "kernel.json")


_managers: weakref.WeakSet[PrivateKernelManager] = weakref.WeakSet()


def end_all() -> None:
    """End every kernel that this process runs, with what it started."""
    for manager in list(_managers):
        process = getattr(manager.provisioner, "process", None)
        if process is not None and process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL) if hasattr(os, "killpg") else process.kill()


def papermill_options(folder: Path, root: Path, cwd: Path, *, warm: bool) -> dict[str, object]:
    """Keyword arguments that papermill hands to nbclient, for one kernel.

    Kernels talk over files where the system has such sockets: no TCP port, so no race between runs and no warning.

    Parameters
    ----------
    folder : Path
        Private folder of the kernel, short (a socket's path has at most 107 bytes): specification, connection file, sockets.
    root : Path
        The project.
    cwd : Path
        Working directory of the kernel.
    warm : bool
        Fork it from the warm server.
    """
    specification: dict[str, object] = {"argv": KERNEL, "display_name": "Python 3 (ipykernel)", "language": "python"}
    specification["env"] = environment(root)
    if warm:
        specification["metadata"] = {"kernel_provisioner": {"provisioner_name": PROVISIONER}}
    kernel = folder / "kernels" / "python3"
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text(json.dumps(specification), encoding="utf-8")
    transport = "tcp" if sys.platform == "win32" else "ipc"
    return {
        "kernel_name": "python3",
        "kernel_manager_class": PrivateKernelManager,
        "config": Config({"PrivateKernelManager": {"folder": str(folder)}, "KernelManager": {"transport": transport}}),
        "extra_arguments": list(QUIET),
        "shutdown_kernel": "immediate",  # all outputs have come: there is nothing to wait for
        "resources": {"metadata": {"path": str(cwd)}},  # papermill's own `cwd` changes the directory of all threads
    }


def become_kernel(request: KernelRequest) -> None:
    """Be, in a process just forked from the server, the kernel that the command would have started.

    Nothing of the server's own state is left but its imported modules: group, directory, environment, path and seeds are those
    of a new process. When the server could not import what it should have, or holds another state of the library than the one
    on disk, the command itself takes the place of this process: slower, and never wrong.
    """
    os.setsid()
    os.chdir(request.cwd)
    os.environ.clear()
    os.environ.update(request.env)
    os.environ.pop("JPY_PARENT_PID", None)  # the parent is the server: the watch below takes the place of ipykernel's
    preload = sys.modules.get(PRELOAD)
    if preload is None or not preload.trustworthy(request.library):
        os.execve(request.command[0], request.command, dict(os.environ))
    sys.path[:] = preload.PATH
    sys.argv[:] = ["ipykernel_launcher", *request.command[3:]]
    preload.renew_seeds()

    from ipykernel.kernelapp import IPKernelApp

    IPKernelApp.launch_instance(argv=request.command[3:])


def _die_with_parent(sentinel: int) -> None:
    """End this kernel and what it started as soon as the process that asked for it has ended, however it did."""
    os.read(sentinel, 1)  # nothing is ever written: it returns when the other end is closed
    os.killpg(os.getpid(), signal.SIGKILL)
