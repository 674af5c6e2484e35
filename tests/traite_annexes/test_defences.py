"""Three demonstrations, released with each defence switched off in turn: the attacker then finds what it does not find otherwise.

It takes a quarter of an hour: ``TRAITE_DEFENCES=1 pytest tests/traite_annexes/test_defences.py``. The same on small tables, defence by
defence, is in `test_disclosure_attacks`, and always runs.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from attacker import attack
from conftest import ROOT, copy_project
from test_attack import DEMONSTRATIONS, published_shares

import table_disclosure as td
from traite_annexes.answers import computed
from traite_annexes.answers.demonstration import Demonstration
from traite_lib.catalogue import Catalogue

pytestmark = pytest.mark.skipif("TRAITE_DEFENCES" not in os.environ, reason="a quarter of an hour: set TRAITE_DEFENCES")
Switch = Callable[[Path, pytest.MonkeyPatch], None]
ENOUGH = 3


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("answers")
    return {key: Demonstration(key, Catalogue()).write(folder) for key in DEMONSTRATIONS}


def all_on(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is switched off."""


def without_secondary_suppression(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a rule asks to hide is hidden, and nothing else."""

    def primary(tables: td.Tables, profile: td.Profile, **_: object) -> td.Release:
        hidden = {need.subject: need.reasons for need in td.needs(tables, profile)}
        never = {name for name, cell in tables.cells.items() if cell.fate in (td.Fate.NEVER, td.Fate.TOLD)}
        published = {name: cell.count for name, cell in tables.cells.items() if name not in never | set(hidden)}
        decisions = {name: td.Decision(name, name not in published, hidden.get(name, ())) for name in tables.cells}
        return td.Release(decisions, published, 0.0, False)

    monkeypatch.setattr("traite_annexes.answers.door.td.protect", primary)


def without_earlier_releases(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows what the edition before hid: differences with it are not audited."""
    panel = computed._panel

    def forgetful(*arguments: object) -> object:
        return replace(panel(*arguments), hidden={})  # type: ignore[arg-type]

    monkeypatch.setattr(computed, "_panel", forgetful)


def without_the_rule_on_associations(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small counts are hidden, whoever brings the others."""
    path = project / "data" / "disclosure.toml"
    text = path.read_text(encoding="utf-8")
    for rule, value in (
        ("contributors", "0"),
        ("dominance", "[]"),
        ("p_percent", "0"),
        ("remainder", "0"),
        ("insiders", "false"),
    ):
        text = re.sub(rf"^{rule} = {{ value = .*?, reason", f"{rule} = {{ value = {value}, reason", text, flags=re.MULTILINE)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("switch", "profile", "undone", "few"),
    [
        (all_on, "publication", False, False),
        (all_on, "strict", False, False),
        (without_secondary_suppression, "publication", True, False),
        (without_earlier_releases, "publication", True, False),
        (without_the_rule_on_associations, "publication", None, True),
    ],
)
def test_cells_are_found_as_soon_as_a_defence_is_off(
    switch: Switch, profile: str, undone: bool | None, few: bool,
    answers: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    project = copy_project(tmp_path / "project")
    switch(project, monkeypatch)
    fed: list[str] = []
    public: set[str] = set()  # public figures tell them exactly, whatever is released
    doors: list[computed.Door] = []
    made = computed.Door.__init__

    def remembered(door: computed.Door, *arguments: object, **more: object) -> None:
        made(door, *arguments, **more)  # type: ignore[arg-type]
        doors.append(door)

    monkeypatch.setattr(computed.Door, "__init__", remembered)
    before = None
    for edition in DEMONSTRATIONS:
        released = computed.release(answers[edition], project, edition, before, profile)
        (tmp_path / edition).mkdir()
        (tmp_path / edition / "observations.csv").write_text(released.csv, encoding="utf-8")
        (project / "data" / "released" / f"{edition}.json").write_text(released.record, encoding="utf-8")
        hidden = {row["statement_id"] for row in csv.DictReader(io.StringIO(released.csv)) if row["status"] == "Q"}
        cells = doors[-1].tables.cells
        shown = {
            cell for statement, (cell, _) in doors[-1].cells.items() if statement.endswith("/count") and statement not in hidden
        }
        exact = {name for name, cell in cells.items() if cell.told and cell.told[0] == cell.told[1]}
        public |= {statement for statement, (cell, _) in doors[-1].cells.items() if cell in exact}
        decided = (cells[name] for name in shown if cells[name].fate is td.Fate.DECIDE and cells[name].contributions)
        fed += [cell.name for cell in decided if len(cell.contributions or ()) < ENOUGH]
        before = answers[edition]
    found = attack([tmp_path / edition for edition in DEMONSTRATIONS], ROOT / "data", published_shares())
    recovered = [name for name, (low, high) in found.items() if low == high and name not in public]
    said = f"{len(recovered)} of {len(found)} cells found beside {len(public)} that public figures tell"
    print(f"{switch.__name__}, {profile}: {said}, {len(fed)} shown of one or two associations")
    assert undone is None or bool(recovered) == undone, recovered[:5]
    assert bool(fed) == few, fed[:5]
