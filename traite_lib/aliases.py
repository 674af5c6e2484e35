"""Names that changed: the old one works for one version, and warns."""

from __future__ import annotations

from typing import Any
from warnings import warn


def warn_renamed(old: str, new: str) -> None:
    """Say to who used an old name what the new one is."""
    warn(f"{old} is now {new}; the old name goes with the next version.", DeprecationWarning, stacklevel=3)


def renamed(old: str, new: str) -> Any:
    """The old name of an attribute or method, in the body of a class: ``fruit = renamed("fruit", "content")``."""

    def former(self: Any) -> Any:
        warn_renamed(f"{type(self).__name__}.{old}", new)
        return getattr(self, new)

    return property(former, doc=f"Old name of `{new}`.")
