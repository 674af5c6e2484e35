"""Profiles: every threshold is data, with its reason and its source. A profile says everything; nothing is supposed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .errors import ProfileError, named


class Zeros(StrEnum):
    """What is done of a zero that is not structural."""

    SHOWN = "shown"
    """Always published: whoever sees a hidden cell knows that it is not zero."""
    USABLE = "usable"
    """Published, unless it protects another cell."""
    HIDDEN = "hidden"
    """Protected as a small count is."""


@dataclass(frozen=True)
class Why:
    """Why a rule has its value, and who recommends it."""

    reason: str
    source: str


@dataclass(frozen=True)
class Profile:
    """Rules under which cells are published. Zero, or no percentage, switches a rule off.

    Parameters
    ----------
    threshold
        A count below it, and above zero, is hidden; from what is published it could be zero as well as the threshold.
    contributors
        Least number of contributors.
    dominance
        ``(n, k)`` pairs: hidden when the n largest contributors bring more than k % of the count.
    p_percent
        Hidden when the second largest contributor can estimate the largest within p %.
    remainder
        Least number of persons left when any contributor takes its own away.
    protection
        Percentage of its largest contribution within which nobody may estimate a cell hidden because of its contributors.
    zeros
        See `Zeros`.
    group
        Whether « everyone of this margin is in this category » is hidden.
    insiders
        Whether each contributor, who knows its own contributions, is an attacker.
    why
        Reason and source of each of them.
    """

    name: str
    threshold: int
    contributors: int
    dominance: tuple[tuple[int, float], ...]
    p_percent: float
    remainder: int
    protection: float
    zeros: Zeros
    group: bool
    insiders: bool
    why: Mapping[str, Why]


def _whole(value: Any) -> bool:
    return type(value) is int and value >= 0


def _percentage(value: Any) -> bool:
    return type(value) in (int, float) and 0 <= value <= 100


def _pairs(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(pair, list) and len(pair) == 2 and _whole(pair[0]) and _percentage(pair[1]) for pair in value
    )


RULES: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "threshold": (_whole, "a whole number"),
    "contributors": (_whole, "a whole number"),
    "dominance": (_pairs, "a list of [n, k]: a whole number and a percentage"),
    "p_percent": (_percentage, "a percentage"),
    "remainder": (_whole, "a whole number"),
    "protection": (_percentage, "a percentage"),
    "zeros": (lambda value: value in list(Zeros), f"one of {', '.join(Zeros)}"),
    "group": (lambda value: isinstance(value, bool), "true or false"),
    "insiders": (lambda value: isinstance(value, bool), "true or false"),
}
"""Each rule: whether a value is one of its own, and what to say when it is not."""


def profile(profiles: Mapping[str, Mapping[str, Any]], name: str) -> Profile:
    """Read a profile from a mapping as a TOML file gives it: each rule is ``{ value, reason, source }``.

    Raises
    ------
    ProfileError
        The profile does not exist, or one of its rules is missing, unknown, out of bounds or without a reason.
    """
    if name not in profiles:
        raise ProfileError(f"There is no profile {name!r}. {named(name, profiles)}")
    found = dict(profiles[name])
    if unknown := sorted(set(found) - set(RULES)):
        raise ProfileError(f"Profile {name!r}: no rule is called {unknown[0]!r}. {named(unknown[0], RULES)}")
    for rule, (allows, wanted) in RULES.items():
        entry = found.get(rule)
        if not isinstance(entry, Mapping) or set(entry) != {"value", "reason", "source"}:
            raise ProfileError(f"Profile {name!r}: {rule!r} needs a value, a reason and a source, and nothing else.")
        if not all(isinstance(entry[word], str) and entry[word].strip() for word in ("reason", "source")):
            raise ProfileError(f"Profile {name!r}: the reason and the source of {rule!r} are sentences.")
        if not allows(entry["value"]):
            raise ProfileError(f"Profile {name!r}: the value of {rule!r} is {wanted}; found {entry['value']!r}.")
    values = {rule: entry["value"] for rule, entry in found.items()}
    values |= {"zeros": Zeros(values["zeros"]), "dominance": tuple((n, k) for n, k in values["dominance"])}
    if values["group"] and values["zeros"] is Zeros.SHOWN:
        raise ProfileError(
            f"Profile {name!r}: where zeros are always shown, nothing can hide that a category is its whole margin. "
            "Set zeros to 'usable', or group to false."
        )
    return Profile(name=name, why={rule: Why(entry["reason"], entry["source"]) for rule, entry in found.items()}, **values)
