"""Programmes that one can solve by hand."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

import highspy
import numpy as np
import pytest
from scipy.sparse import csc_array

import table_disclosure as td
from table_disclosure.solver import Programme, Solution

from .test_disclosure_attacks import OPEN, TABLE, all_but, cell

NONE = np.array([0.0, 0.0])
TEN = np.array([10.0, 10.0])


def programme() -> Programme:
    """2 x + 3 y <= 12."""
    return Programme(csc_array([[2.0, 3.0]]), np.array([-np.inf]), np.array([12.0]))


def test_it_takes_the_least_cost_in_fractions_and_in_whole_numbers() -> None:
    asked = programme()
    asked.add(np.array([1.0, -1.0]), 1.0)  # x >= y + 1
    in_fractions = asked.solve(np.array([0.0, -1.0]), NONE, TEN)
    assert in_fractions.values == pytest.approx([3.0, 2.0])
    assert in_fractions.duals == pytest.approx([-0.2, 0.4])  # one more on the right of the first: y grows by a fifth
    asked.add(np.array([0.0, -2.0]), -3.0)  # y <= 1.5
    whole = asked.solve(np.array([0.0, -1.0]), NONE, TEN, whole=True)
    assert whole.values is not None
    assert whole.values[1] == pytest.approx(1.0)
    assert whole.certain
    again = asked.solve(np.array([0.0, -1.0]), NONE, TEN).values  # in fractions
    assert again is not None
    assert again[1] == pytest.approx(1.5)


def test_what_is_impossible_is_said_and_what_is_asked_next_is_not_harmed() -> None:
    asked = programme()
    none = asked.solve(NONE, np.array([7.0, 0.0]), TEN)
    assert none.values is None
    assert none.certain
    assert asked.solve(np.array([-1.0, 0.0]), NONE, TEN).values == pytest.approx([6.0, 0.0])


def test_time_that_ends_is_no_proof() -> None:
    chance = np.random.default_rng(0)
    weights = chance.integers(1000, 9999, (30, 60)).astype(float)
    half = np.floor(weights.sum(axis=1) / 2)
    asked = Programme(csc_array(weights), half, half)  # a market split: no one has solved one of this size in a second
    found = asked.solve(np.zeros(60), np.zeros(60), np.ones(60), whole=True, seconds=0.2)
    assert found.values is None
    assert not found.certain


def test_some_columns_keep_the_lines_that_they_are_in() -> None:
    lines = csc_array([[1.0, 0.0, 2.0], [0.0, 3.0, 0.0], [4.0, 0.0, 0.0]])
    least, most = np.array([3.0, 9.0, 0.0]), np.array([3.0, 9.0, 4.0])  # the second line asks 3 y = 9 of a y that is left out
    some = Programme(lines, least, most)
    some.restrict(np.array([0, 2]))
    assert some.solve(np.array([-1.0, 0.0]), NONE, TEN).values == pytest.approx([1.0, 1.0])
    some.add(np.array([-1.0, 0.0]), -0.25)  # x <= 1/4
    assert some.solve(np.array([0.0, 1.0]), NONE, TEN, whole=True).values is None  # x = 3 - 2 z is odd
    some.restrict(np.array([2, 0]))  # begun anew: columns in the order that is given, no line added, no whole number
    assert some.solve(np.array([0.0, 1.0]), NONE, TEN).values == pytest.approx([1.5, 0.0])
    some.restrict(np.array([1]))
    assert some.solve(np.array([1.0]), np.zeros(1), np.full(1, 10.0)).values == pytest.approx([3.0])


def test_the_solver_says_nothing_on_standard_output(capfd: pytest.CaptureFixture[str]) -> None:
    programme().solve(np.array([-1.0, -1.0]), NONE, TEN, whole=True)
    assert capfd.readouterr() == ("", "")


def test_where_a_programme_gives_no_answer_intervals_are_what_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    released = all_but(TABLE, "x1", "x2", "y1", "y2")
    found = td.audit(TABLE, OPEN, released)
    answer = Programme.solve

    def troubled(asked: Programme, cost: Any, low: Any, high: Any, **more: Any) -> Solution:
        """As HiGHS 1.15 sometimes ends when it goes on from its last programme: optimal, and beside the bounds."""
        given = answer(asked, cost, low, high, **more)
        return replace(given, values=None, certain=False) if not more.get("whole") and (cost != 1).any() else given

    monkeypatch.setattr(Programme, "solve", troubled)
    assert td.audit(TABLE, OPEN, released) == found


def test_what_public_figures_tell_is_not_taken_from_programmes_without_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(asked: Programme, cost: Any, *given: Any, **more: Any) -> Solution:
        return Solution(None, np.zeros(0), False)

    known = td.Tables([*(replace(one, fate=td.Fate.PUBLIC) if one.name != "x1" else one for one in TABLE.cells.values())])
    monkeypatch.setattr(Programme, "solve", silent)
    assert not any(one.told for one in td.told(known, OPEN).cells.values())


def test_a_solver_that_fails_releases_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(highspy.Highs, "run", lambda solver: highspy.HighsStatus.kError)
    with pytest.raises(td.SolverError, match="nothing can be released"):
        td.protect(TABLE, OPEN)
    with pytest.raises(td.SolverError, match="nothing can be released"):
        td.told(TABLE, OPEN)


def test_another_user_of_the_same_solver_changes_nothing() -> None:
    other = (
        "import highspy; other = highspy.Highs(); other.setOptionValue('output_flag', False); other.setOptionValue('threads', 2)"
    )
    table = "import numpy as np; other.addVars(1, np.zeros(1), np.ones(1)); other.run(); from table_disclosure.solver import *"
    asked = "from scipy.sparse import csc_array as c; one = np.ones(1)"
    said = "print(Programme(c([[1.0]]), -one, one).solve(-one, -one, one, whole=True).values)"
    made = subprocess.run(
        [sys.executable, "-c", f"{other}; {table}; {asked}; {said}"], capture_output=True, text=True, check=True
    )
    assert made.stdout.strip() == "[1.]"


def test_each_integer_programme_has_its_own_time(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, given = programme(), []
    monkeypatch.setattr(highspy.Highs, "getRunTime", lambda solver: 100.0)
    monkeypatch.setattr(
        highspy.Highs, "setOptionValue", lambda solver, name, value: given.append(value) if name == "time_limit" else None
    )
    asked.solve(NONE, NONE, TEN, whole=True, seconds=3)
    asked.solve(NONE, NONE, TEN, seconds=3)
    assert given == [3.0, 103.0]


def test_a_zero_that_is_always_shown_is_not_known_before_it_is() -> None:
    cells = [cell("a", 3), cell("b"), cell("c", 0, 0, 3, 0, 3), cell("d", 0, 0, 0, 1), cell("s", 3), cell("t", 3, 0, 3, 1, 3)]
    tables = td.Tables(cells, [td.total("s", ["a", "b"]), td.total("t", ["s", "c", "d"])])
    profile = replace(OPEN, threshold=3, p_percent=10, protection=50, zeros=td.Zeros.SHOWN, insiders=True)
    with pytest.raises(td.UndoneError) as refused:
        td.audit(tables, profile, {"t": 10, "d": 1, "b": 0})
    assert refused.value.cells == ["c", "d"]
