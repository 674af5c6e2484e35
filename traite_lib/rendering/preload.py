"""What the fork server imports before it forks kernels. Importing this module takes seconds: only the server does."""

from __future__ import annotations

import gc
import os
import random
import sys

import debugpy  # noqa: F401
import ipykernel.debugger
import ipykernel.ipkernel
import ipykernel.kernelapp
import ipykernel.zmqshell  # noqa: F401
import IPython.core.completer
import IPython.core.history
import jedi  # noqa: F401
import matplotlib.pyplot
import matplotlib_inline.config
import numpy as np
import pandas
import pandera.pandas
import seaborn  # noqa: F401

PATH = [entry for entry in sys.path if entry]

def trustworthy() -> bool:
    return True

def renew_seeds() -> None:
    """Seeds of a new process: a fork would give every kernel the same."""
    random.seed()
    np.random.seed()

import traite_lib
from traite_lib import annex, charts
s = traite_lib.open_edition("2022")
gc.collect()
gc.freeze()
