"""``data/aggregates.toml``: the tables that are computed, whose head says what each key means."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from traite_lib.catalogue import Strict, read_toml


class _Population(Strict):
    code: str
    of: str
    variable: str
    codes: list[str]


class Table(Strict):
    """One table of ``data/aggregates.toml``, whose head says what each key means."""

    variable: str
    base: Literal["core", "optional"]
    populations: list[str]
    of: str = ""
    by: list[list[str]] = Field(default_factory=list)
    levels: Literal["all", "leaf", "parents"] = "all"
    other: Literal["modality", "unknown"] = "modality"
    unknown: Literal["apart", "modality"] = "apart"
    merge: str = ""


class Plan(Strict):
    """What is computed, and when a share is not."""

    smallest_base: int
    largest_unknown: int
    population: list[_Population]
    table: list[Table]


def read_plan(data: Path) -> Plan:
    """Read ``data/aggregates.toml``."""
    return read_toml(data / "aggregates.toml", Plan)
