"""French survey of victims of trafficking in human beings accompanied by associations: the notebooks' library.

The names below are all that a chapter needs. Each is imported when it is first used: a command or a notebook loads pandas,
matplotlib or the reader of workbooks only when it calls them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import annex
    from .errors import ComparisonError, TraiteError
    from .presentation import charts
    from .result import Result, control, side_by_side
    from .survey import Survey, observations, open_edition

__version__ = "0.1.0"
__all__ = [
    "ComparisonError",
    "Result",
    "Survey",
    "TraiteError",
    "annex",
    "charts",
    "control",
    "observations",
    "open_edition",
    "side_by_side",
]

_HOME = {
    **dict.fromkeys(("ComparisonError", "TraiteError"), ".errors"),
    **dict.fromkeys(("Result", "control", "side_by_side"), ".result"),
    **dict.fromkeys(("Survey", "observations", "open_edition"), ".survey"),
}
_MODULES = {"annex": ".annex", "charts": ".presentation.charts"}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(_MODULES[name], __name__)
    if name in _HOME:
        return getattr(import_module(_HOME[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
