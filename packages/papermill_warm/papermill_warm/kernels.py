"""Kernels forked from the warm server: real ipykernel, without the seconds that its imports take.

A `jupyter_client` kernel provisioner asks the `server` for a process, which already holds ipykernel and what its setup names.
Each notebook still has a process of its own.
"""

from __future__ import annotations

import asyncio
import json
import os
import queue
import sys
import time
import weakref
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import zmq.asyncio
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import List, Type, Unicode, default
from traitlets.config import Config

from . import family
from .server import INHERITED, ForkedProcess, KernelRequest, Setup

PROVISIONER = "papermill-warm"
"""Name of the entry point, in the group ``jupyter_client.kernel_provisioners``."""

KERNEL = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
QUIET = [
    "--IPKernelApp.log_level=CRITICAL",
    "--IPKernelApp.logging_config={'loggers': {'IPKernelApp': {'level': 'CRITICAL'}}}",
    "--HistoryManager.enabled=False",
]
"""Arguments of every kernel: silent when it is shut down (the level alone would still make a record of each message, and throw it
away), no history of what it executes."""


class ForkServerProvisioner(LocalProvisioner):
    """Start a kernel by forking the warm server; everything else is as for an ordinary kernel."""

    state = Unicode(help="Checksum of the watched packages, which the server must hold. Empty: start the command.")
    variables = List(Unicode(), help="The only variables of the environment that the kernel finds; all when it is empty.")

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork a kernel in place of starting the command ``cmd``."""
        env = {name: value for name, value in kwargs["env"].items() if not self.variables or name in self.variables}
        self.mark = env.get(family.MARK, "")
        self.leader = 0
        if not self.state:
            adopting = [sys.executable, "-IS", family.__file__] if sys.platform == "linux" else []
            found = await super().launch_kernel([*adopting, *cmd], **(kwargs | {"env": env}))
            self.leader = self.pid or 0
            return found
        self.cwd = kwargs.get("cwd") or os.getcwd()
        request = KernelRequest(cmd, str(self.cwd), env, self.state)
        process = ForkedProcess(request)
        self.process = process  # type: ignore[assignment]  # not a `Popen`, but all that is asked of one
        self.pid = self.pgid = self.leader = process.pid  # it leads a group of its own
        return self.connection_info

    async def kill(self, restart: bool = False) -> None:
        """End the kernel and what it started, and come back when it has ended: the manager would look for its end every 0.1 s."""
        if self.process:
            self.end()
            await asyncio.get_running_loop().run_in_executor(None, self.process.wait, 5)

    async def cleanup(self, restart: bool = False) -> None:
        """End what a kernel that ended by itself has left."""
        self.end()
        await super().cleanup(restart)

    def end(self) -> None:
        """End the kernel and what it started, those that made a session of their own too."""
        if self.leader:
            alive = self.process is not None and self.process.poll() is None
            family.end(self.leader, self.mark, alive=alive)
            self.leader = 0  # the number may be another process's later


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
        if isinstance(manager.provisioner, ForkServerProvisioner):
            manager.provisioner.end()


def client_options(folder: Path, setup: Setup, cwd: Path | None = None, *, warm: bool = True) -> dict[str, object]:
    """Keyword arguments that papermill hands to nbclient, for one kernel of this Python.

    Kernels talk over files where the system has such sockets: no TCP port, so no race between runs and no warning.

    Parameters
    ----------
    folder : Path
        Private folder of the kernel, short (a socket's path has at most 107 bytes): specification, connection file, sockets.
    setup : Setup
        What the kernel finds.
    cwd : Path, optional
        Its working directory; that of this process when it is not given.
    warm : bool
        Fork it from the warm server, which must have been started.
    """
    specification: dict[str, object] = {"argv": KERNEL, "display_name": "Python 3 (ipykernel)", "language": "python"}
    own = {family.MARK: str(folder)} | ({"IPYTHONDIR": str(folder / "ipython")} if setup.home else {})
    specification["env"] = environment = setup.variables | own
    register_provisioner()
    config = {
        "state": setup.state if warm else "",
        "variables": sorted({*INHERITED, *environment}) if setup.home else [],
    }
    specification["metadata"] = {"kernel_provisioner": {"provisioner_name": PROVISIONER, "config": config}}
    kernel = folder / "kernels" / "python3"
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text(json.dumps(specification), encoding="utf-8")
    transport = "tcp" if sys.platform == "win32" else "ipc"
    return {
        "kernel_manager_class": PrivateKernelManager,
        "config": Config({"PrivateKernelManager": {"folder": str(folder)}, "KernelManager": {"transport": transport}}),
        "extra_arguments": list(QUIET),
        "shutdown_kernel": "immediate",  # all outputs have come: there is nothing to wait for
        # papermill's own `cwd` changes the directory of all threads
        "resources": {"metadata": {"path": str(cwd or Path.cwd())}},
    }


def register_provisioner() -> None:
    """Make the provisioner known where this package is on the path but was not installed with its entry points."""
    value = f"{__name__}:{ForkServerProvisioner.__name__}"
    entry = EntryPoint(PROVISIONER, value, KernelProvisionerFactory.GROUP_NAME)
    KernelProvisionerFactory.instance().provisioners.setdefault(PROVISIONER, entry)
