"""French survey of victims of trafficking in human beings accompanied by associations: the notebooks' library.

The names below are all that a chapter needs. Each is imported when it is first used: pandas loads with `open_edition`, matplotlib
and seaborn with ``charts``, and the command line, which may need none of them, starts at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .aliases import warn_renamed

if TYPE_CHECKING:
    from . import metadata
    from .errors import ComparisonError, TraiteError
    from .exploration import explore, observations
    from .presentation import charts
    from .presentation.result import Result, control, side_by_side
    from .survey import Survey, open_edition

__version__ = "0.2.0"
__all__ = [
    "ComparisonError", "Result", "Survey", "TraiteError", "charts", "control", "explore", "metadata", "observations",
    "open_edition", "side_by_side",
]  # fmt: skip

_MODULES = {"metadata": ".metadata", "charts": ".presentation.charts"}
_HOMES = {
    **dict.fromkeys(["ComparisonError", "TraiteError"], ".errors"),
    **dict.fromkeys(["Result", "control", "side_by_side"], ".presentation.result"),
    **dict.fromkeys(["explore", "observations"], ".exploration"),
    **dict.fromkeys(["Survey", "open_edition"], ".survey"),
}


def __getattr__(name: str) -> Any:
    if name == "annex":
        warn_renamed("traite_lib.annex", name := "metadata")
    if name in _MODULES:
        return import_module(_MODULES[name], __name__)
    if name in _HOMES:
        return getattr(import_module(_HOMES[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
