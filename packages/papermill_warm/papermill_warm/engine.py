"""The engine ``warm`` of papermill.

Papermill imports this module while it is imported itself (entry point ``warm`` of the group ``papermill.engine``): nothing here
imports papermill before a notebook is executed. Where this package is on the path without having been installed,
``import papermill_warm.execution`` registers the engine.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from . import server
from .server import Setup

ENGINE = "warm"
"""Name of the engine, and of its entry point in the group ``papermill.engine``."""


class WarmEngine:
    """Papermill's own engine, given a kernel forked from the warm server of this process."""

    @classmethod
    def execute_notebook(
        cls, nb: Any, kernel_name: str, *args: Any, preload: Iterable[str] = (), environment: Mapping[str, str] | None = None,
        watched: Iterable[str] = (), **kwargs: Any,
    ) -> Any:  # fmt: skip
        """Execute as papermill does; see `server.Setup` for the arguments that it does not have.

        A notebook of another kernel than this Python's (R, another environment) is executed as papermill would, and so is every
        notebook where processes cannot be forked.
        """
        from papermill.engines import NBClientEngine

        if not server.can_fork() or not _is_this_python(kernel_name):
            return NBClientEngine.execute_notebook(nb, kernel_name, *args, **kwargs)
        from .kernels import client_options

        setup = Setup(tuple(preload), environment or {}, tuple(watched))
        server.start(setup)
        with tempfile.TemporaryDirectory(prefix="warm-", ignore_cleanup_errors=True) as private:
            options = client_options(Path(private), setup)
            return NBClientEngine.execute_notebook(nb, "python3", *args, **options, **kwargs)

    @classmethod
    def nb_kernel_name(cls, nb: Any, name: str | None = None) -> Any:
        """Name of a notebook's kernel, as papermill finds it."""
        from papermill.engines import NBClientEngine

        return NBClientEngine.nb_kernel_name(nb, name)

    @classmethod
    def nb_language(cls, nb: Any, language: str | None = None) -> Any:
        """Language of a notebook, as papermill finds it."""
        from papermill.engines import NBClientEngine

        return NBClientEngine.nb_language(nb, language)


def _is_this_python(kernel_name: str) -> bool:
    """Whether a kernel is ipykernel in this very interpreter."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        command = KernelSpecManager().get_kernel_spec(kernel_name).argv
    except NoSuchKernel:
        return False  # papermill says so
    return command[0] in (sys.executable, "python", "python3") and "ipykernel_launcher" in command
