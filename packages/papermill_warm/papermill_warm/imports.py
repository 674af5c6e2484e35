"""Imports that leave out what they do not need."""

from __future__ import annotations

import importlib.abc
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType


class _Without(importlib.abc.MetaPathFinder):
    """An import hook that says of some modules that they are not installed."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        if fullname in self._names:
            raise ModuleNotFoundError(f"{fullname} is left out", name=fullname)


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Import something that does without some optional modules, which would take longer than all the rest.

    Afterwards they can be imported as before: nothing of it stays.

    Parameters
    ----------
    *names : str
        Modules that the imports inside find absent, unless they are loaded already.
    """
    hook = _Without(names)
    sys.meta_path.insert(0, hook)
    try:
        yield
    finally:
        sys.meta_path.remove(hook)
