"""Programmes that one can solve by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csc_array

from table_disclosure.solver import Programme, columns_of

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


def test_columns_keep_the_lines_that_they_are_in() -> None:
    lines = csc_array([[1.0, 0.0, 2.0], [0.0, 3.0, 0.0], [4.0, 0.0, 0.0]])
    part, used = columns_of(lines, np.array([0, 2]))
    assert used.tolist() == [0, 2]
    assert part.toarray().tolist() == [[1.0, 2.0], [4.0, 0.0]]
    assert columns_of(lines, np.arange(3))[0].toarray().tolist() == lines.toarray().tolist()


def test_the_solver_says_nothing_on_standard_output(capfd: pytest.CaptureFixture[str]) -> None:
    programme().solve(np.array([-1.0, -1.0]), NONE, TEN, whole=True)
    assert capfd.readouterr() == ("", "")
