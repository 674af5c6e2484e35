"""What the fork server imports before it forks kernels. Importing this module takes seconds: only the server does.

All that a chapter imports is imported here, and one chapter's worth of library calls is made, so that fonts, locale data, schemas
and the Observations table are there already. No cell is executed and nothing is drawn with pyplot: a kernel finds modules and
their caches, no state.
"""

# ruff: noqa: E402, F401
from __future__ import annotations

import gc
import os

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
import sys

_USELESS = [name for name in ("hypothesis", "ipywidgets") if name not in sys.modules]
"""What pandera and seaborn import where it is installed, to invent tables and to choose colours: 0.2 s that no chapter needs."""
sys.modules.update(dict.fromkeys(_USELESS))  # type: ignore[arg-type]

import threading

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
import matplotlib.pyplot
import numpy as np
import pandas
import pandera.pandas
import seaborn
import tornado.platform.asyncio
import zmq.utils.garbage

from .. import charts, metadata, open_edition
from ..catalogue import Catalogue
from ..presentation.result import Markdown, Result
from ..presentation.tables import Table
from ..presentation.tables import control as control_text
from . import data, keys

PATH = [entry for entry in sys.path if entry]
"""Where a new interpreter looks for modules; a process that the server forks is given its caller's."""


def _rehearse() -> None:
    """What chapters ask most, once: what is filled at first use (fonts, locale, schemas, table) is filled for all kernels.

    More of it would make each kernel no faster, and the first ones wait.
    """
    survey = open_edition(Catalogue().default)
    forms, series = survey.distribution("form"), survey.series("form", "sexual")
    by_form, figures = survey.distribution("sex", by="form"), survey.statistics(title="", restricted=True)
    survey.key_points(survey.indicator("form", "sexual"), survey.change("sex", "women"), survey.totals("accompanied"))
    shown: list[Result | Table | Markdown | charts.Chart] = [forms, series, by_form, figures, survey.heading()]
    shown += [charts.bars(forms), charts.timeline(series)]
    shown += [metadata.published(survey, "form", "sex"), metadata.sources(survey, forms)]
    for each in shown:
        each._repr_mimebundle_()
    control_text(figures.frame)
    figures.frame.to_csv()  # pandas imports its writer when first asked


_rehearse()
for _name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib_inline"]:
    del sys.modules[_name]  # imported in a kernel, it ties pyplot to the shell; there is no shell here
for _name in _USELESS:
    del sys.modules[_name]  # a chapter may import it
_THREADS = max(threading.active_count(), len(os.listdir("/proc/self/task")))
_HASH_SEED = os.environ.get("PYTHONHASHSEED")
# The collector of a kernel need not look at what it was born with, which would copy its pages. Collecting first would take 0.2 s.
gc.freeze()
gc.enable()
gc.set_threshold(100_000)  # a chapter leaves little to collect; the default is to look each 700 objects


def trustworthy(library: str) -> bool:
    """Whether a kernel may be forked from this server: one thread, sets in a fixed order, the library that is wanted."""
    return _THREADS == 1 and _HASH_SEED == "0" and keys.key(library=keys.AT_IMPORT) == library


def renew_seeds() -> None:
    """Seeds of a new process: a fork would give every kernel the same."""
    random.seed()
    np.random.seed()
