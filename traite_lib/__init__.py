"""French survey of victims of trafficking in human beings accompanied by associations: the notebooks' library.

The names below are all that a chapter needs. ``charts`` and ``annex`` are imported when first used: matplotlib and seaborn
load only when a chart is drawn.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .errors import ComparisonError, TraiteError
from .result import Result, control, side_by_side
from .survey import Survey, observations, open_edition

if TYPE_CHECKING:
    from . import annex
    from .exploration import explore
    from .presentation import charts

__version__ = "0.1.0"
__all__ = [
    "ComparisonError",
    "Result",
    "Survey",
    "TraiteError",
    "annex",
    "charts",
    "control",
    "explore",
    "observations",
    "open_edition",
    "side_by_side",
]


def __getattr__(name: str) -> Any:
    if name == "charts":
        return import_module(".presentation.charts", __name__)
    if name == "annex":
        return import_module(".annex", __name__)
    if name == "explore":
        return import_module(".exploration", __name__).explore
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
