"""Errors of the library: one sentence, naming the place, what was found and what is available."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class TraiteError(Exception):
    """Base of every error that a user can cause and mend; the command line prints it and exits with 1."""


class CatalogueError(TraiteError):
    """The catalogue, a break, a correction or a checksum is wrong, or an edition does not exist."""


class NomenclatureError(TraiteError):
    """A label or a code is not in the nomenclatures."""


class ObservationsError(TraiteError):
    """A source row is malformed, or the Observations table does not respect its schema."""


class LayoutError(TraiteError):
    """A workbook is not the one that its layout was written for; the message names the cells."""


class WorkbookError(TraiteError):
    """A workbook cannot be opened or understood: the message names the file, the sheet and the cell."""


class ComparisonError(TraiteError):
    """A comparison crosses a break of series, or one of its values gives no change; the message says why."""


def available(name: str, choices: Iterable[str]) -> str:
    """End of an error message: what exists, and the spelling nearest to what was asked, when there is one."""
    known = list(choices)
    near = [] if name.isdigit() else get_close_matches(name, known, n=1) or get_close_matches(name.casefold(), known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"Available: {', '.join(known)}.{hint}"
