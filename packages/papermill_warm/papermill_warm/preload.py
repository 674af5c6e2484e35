"""What the fork server imports before it forks kernels. Importing this module takes seconds: only the server does.

It imports ipykernel, then the modules that `server.Setup` names. Those may do what notebooks do first (open a table, choose a
font): what is filled at first use is then filled for all kernels. No cell is executed here.
"""

# ruff: noqa: E402, F401
from __future__ import annotations

import gc
import json
import os
import signal
import sys

from .server import ASKED

_ASKED = json.loads(os.environ.get(ASKED, "{}"))


def _end_without_caller(*_: object) -> None:
    if os.getppid() != _ASKED.get("caller", os.getppid()):
        os._exit(1)


# The fork server notices that its caller was killed once all is imported only, which takes seconds: until then, it looks.
signal.signal(signal.SIGALRM, _end_without_caller)
signal.siginterrupt(signal.SIGALRM, False)
signal.setitimer(signal.ITIMER_REAL, 0.2, 0.2)

PATH = [entry for entry in sys.path if entry]
"""Where a new interpreter looks for modules."""
if _ASKED.get("private"):
    os.chdir("/")  # nothing is read from the folder that the caller happens to be in
# Modules are those that the caller would import: the server would look into the working directory first.
sys.path[:] = _ASKED.get("path", sys.path)

gc.disable()  # until all is imported: what is imported is kept, there is nothing to collect
os.environ |= {
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",  # what ipykernel sets before a notebook imports matplotlib
    "OPENBLAS_NUM_THREADS": "1",  # a thread must not exist when a process forks
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}

import faulthandler
import pdb
import random
import threading
from importlib import import_module

import debugpy
import ipykernel.debugger
import ipykernel.ipkernel
import ipykernel.kernelapp
import ipykernel.zmqshell
import IPython.core.completer
import IPython.core.completerlib
import IPython.core.debugger
import IPython.core.history
import IPython.core.logger
import IPython.core.oinspect
import IPython.extensions.storemagic
import tornado.platform.asyncio
import zmq.utils.garbage

from . import application, sources

_STATE = sources.state(_ASKED.get("watched", []))  # before they are imported: an edit meanwhile is one that the server lacks
for _name in _ASKED.get("preload", []):
    import_module(_name)

for _name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib_inline"]:
    del sys.modules[_name]  # imported in a kernel, it ties pyplot to the shell; there is no shell here
signal.setitimer(signal.ITIMER_REAL, 0)
signal.signal(signal.SIGALRM, signal.SIG_DFL)
_THREADS = max(threading.active_count(), len(os.listdir("/proc/self/task")))
_HASH_SEED = os.environ.get("PYTHONHASHSEED")
# The collector of a kernel need not look at what it was born with, which would copy its pages. Collecting first would take 0.2 s.
gc.freeze()
gc.enable()
gc.set_threshold(100_000)  # a notebook leaves little to collect; the default is to look each 700 objects


def trustworthy(state: str) -> bool:
    """Whether a kernel may be forked from this server: one thread, sets in a fixed order, the watched sources as they are."""
    return _THREADS == 1 and _HASH_SEED == "0" and state == _STATE


def renew_seeds() -> None:
    """Seeds of a new process: a fork would give every kernel the same."""
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()
