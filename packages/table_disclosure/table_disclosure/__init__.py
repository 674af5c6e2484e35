"""Disclosure control of any linked count tables: which cells to hide, the least possible, and proof that it cannot be undone."""

from __future__ import annotations

from .auditing import Interval, audit, told
from .crossing import crossing, merged
from .errors import DisclosureError, ProfileError, SolverError, TablesError, UndoneError
from .model import Cell, Fate, Relation, Tables, contributors, difference, share, total
from .profiles import Profile, Why, Zeros, profile
from .rules import Need, Reason, needs
from .suppression import Decision, Release, protect

__all__ = [
    "Cell",
    "Decision",
    "DisclosureError",
    "Fate",
    "Interval",
    "Need",
    "Profile",
    "ProfileError",
    "Reason",
    "Relation",
    "Release",
    "SolverError",
    "Tables",
    "TablesError",
    "UndoneError",
    "Why",
    "Zeros",
    "audit",
    "contributors",
    "crossing",
    "difference",
    "merged",
    "needs",
    "profile",
    "protect",
    "share",
    "told",
    "total",
]
