"""The error of this package: one sentence, naming the file, the place and what was found."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class WorkbookError(Exception):
    """A workbook cannot be opened or understood, or a tidy table cannot be written: the message is for a person."""


def available(name: str, choices: Iterable[str]) -> str:
    """End of an error message: what exists, and the nearest spelling when there is one."""
    known = list(choices)
    near = get_close_matches(name, known, n=1)
    return f"Available: {', '.join(known)}.{f' Did you mean {near[0]!r}?' if near else ''}"
