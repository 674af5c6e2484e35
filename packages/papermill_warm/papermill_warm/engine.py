"""The engine ``warm`` of papermill.

Papermill imports this module itself, as the entry point ``warm`` of the group ``papermill.engine``; where this package is on the
path without having been installed, ``import papermill_warm.execution`` registers it.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from papermill.engines import NBClientEngine

from . import server
from .kernels import client_options
from .server import Setup

ENGINE = "warm"
"""Name of the engine, and of its entry point in the group ``papermill.engine``."""


class WarmEngine(NBClientEngine):  # type: ignore[misc]  # papermill has no types
    """Papermill's own engine, on a kernel forked from the warm server of this process."""

    @classmethod
    def execute_managed_notebook(  # type: ignore[no-untyped-def]
        cls, nb_man, kernel_name, *, preload: Iterable[str] = (), environment: Mapping[str, str] | None = None,
        watched: Iterable[str] = (), **kwargs,
    ):  # fmt: skip
        """Execute as papermill does; see `server.Setup` for the arguments that it does not have.

        A notebook of another kernel than this Python's (R, another environment) is executed as papermill would, and so is every
        notebook where processes cannot be forked.
        """
        if not server.can_fork() or not _is_this_python(kernel_name):
            return super().execute_managed_notebook(nb_man, kernel_name, **kwargs)
        setup = Setup(tuple(preload), environment or {}, tuple(watched))
        server.start(setup)
        with tempfile.TemporaryDirectory(prefix="warm-", ignore_cleanup_errors=True) as private:
            options = client_options(Path(private), setup)
            return super().execute_managed_notebook(nb_man, "python3", **options, **kwargs)


def _is_this_python(kernel_name: str) -> bool:
    """Whether a kernel is ipykernel in this very interpreter."""
    try:
        command = KernelSpecManager().get_kernel_spec(kernel_name).argv
    except NoSuchKernel:
        return False  # papermill says so
    return command[0] in (sys.executable, "python", "python3") and "ipykernel_launcher" in command
