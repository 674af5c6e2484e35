"""Everything that this package refuses, in one sentence. No message ever holds the count of a cell."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class DisclosureError(Exception):
    """Every error of this package is one."""


class TablesError(DisclosureError):
    """Cells or relations contradict each other: protecting them would protect something else."""


class ProfileError(DisclosureError):
    """A profile that does not exist, or that does not say everything."""


class UndoneError(DisclosureError):
    """A release can be undone: `cells` are those that it exposes, and the message says by whom and how."""

    def __init__(self, failures: Iterable[tuple[tuple[str, ...], str]]) -> None:
        found = list(failures)
        self.cells = sorted({cell for cells, _ in found for cell in cells})
        super().__init__("This release can be undone:\n" + "\n".join(f"- {sentence}" for _, sentence in found))


class SolverError(DisclosureError):
    """HiGHS failed: nothing is known of what is possible, and so nothing is released."""


def named(name: str, choices: Iterable[str]) -> str:
    """End of a message: what exists, and the nearest spelling when there is one."""
    known = list(choices)
    near = get_close_matches(name, known, n=1)
    return f"Available: {', '.join(known)}.{f' Did you mean {near[0]!r}?' if near else ''}"
