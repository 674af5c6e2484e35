"""Whatever the tables: nobody places a cell within bounds narrower than it needs, what is published is true, nothing less is lost."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import table_disclosure as td
from table_disclosure import suppression

from . import attacker
from .test_disclosure_attacks import OPEN, cell, grid, resists, sums

SMALL = replace(OPEN, threshold=3)
FEW = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


def rows(width: int, people: int, most: int) -> st.SearchStrategy[dict[str, list[list[int]]]]:
    brought = st.lists(st.integers(0, most), min_size=people, max_size=people)
    return st.fixed_dictionaries({row: st.lists(brought, min_size=width, max_size=width) for row in "xy"})


profiles = st.builds(
    lambda **changes: replace(SMALL, **changes),
    contributors=st.sampled_from([0, 2]),
    dominance=st.sampled_from([(), ((1, 85.0),)]),
    zeros=st.sampled_from([td.Zeros.USABLE, td.Zeros.HIDDEN]),
    group=st.booleans(),
    insiders=st.booleans(),
)


@FEW
@given(rows(2, 3, 4), profiles, st.sampled_from([1, suppression.PATIENCE]))
def test_the_loss_is_the_least_of_all_safe_releases(
    table: dict[str, list[list[int]]], profile: td.Profile, patience: int
) -> None:
    tables = td.Tables(grid(table), sums("xy", 2))
    with patch.object(suppression, "PATIENCE", patience):  # with and without choices in fractions
        release = resists(tables, profile)
    assert release.optimal
    assert release.loss == pytest.approx(attacker.cheapest(tables, profile, td.needs(tables, profile)))


@FEW
@given(rows(3, 2, 6), st.integers(0, 12), profiles)
def test_nobody_places_a_cell_more_narrowly_than_required(
    table: dict[str, list[list[int]]], far: int, profile: td.Profile
) -> None:
    """A table, one of its margins in a second one, and a panel whose difference with everybody is never published."""
    cells = {one.name: one for one in grid(table)}
    who = {name: min(number, far) for name, number in (cells["x"].contributions or {}).items()}
    more = [td.Cell("x, far", sum(who.values()), who)]
    near, link = td.difference("x, near", cells["x"], more[0])
    entrant, other = td.difference("x, rest", cells["all"], cells["x"])
    tables = td.Tables([*cells.values(), *more, replace(near, fate=td.Fate.DECIDE), entrant], [*sums("xy", 3), link, other])
    resists(tables, profile)


@FEW
@given(rows(2, 3, 5), profiles)
def test_the_heuristic_is_as_safe_and_loses_no_less(table: dict[str, list[list[int]]], profile: td.Profile) -> None:
    tables = td.Tables(grid(table), sums("xy", 2))
    best = td.protect(tables, profile)
    with patch.object(suppression._Search, "exact", lambda self, deadline: (self.system.never.copy(), False)):
        release = resists(tables, profile)
    assert release.optimal is not bool(td.needs(tables, profile))
    assert best.loss - 1e-9 <= release.loss <= sum(one.loss for one in tables.cells.values())


@FEW
@given(rows(2, 3, 5), profiles)
def test_a_release_made_in_no_time_is_as_safe(table: dict[str, list[list[int]]], profile: td.Profile) -> None:
    tables = td.Tables(grid(table), sums("xy", 2))
    release = td.protect(tables, profile, seconds=0)
    assert attacker.beaten(tables, profile, td.needs(tables, profile), release.published) == []
    assert attacker.exposed_lines(tables, profile, release.published) == []


@FEW
@given(rows(2, 3, 4), profiles, st.sets(st.sampled_from(["x1", "x2", "y1", "y2", "x", "y", "1", "2", "all"])))
def test_the_audit_refuses_exactly_what_an_attacker_undoes(
    table: dict[str, list[list[int]]], profile: td.Profile, hidden: set[str]
) -> None:
    tables = td.Tables(grid(table), sums("xy", 2))
    published = {name: one.count for name, one in tables.cells.items() if name not in hidden}
    undone = set(attacker.beaten(tables, profile, td.needs(tables, profile), published))
    undone |= {name for names in attacker.exposed_lines(tables, profile, published) for name in names}
    if not undone:
        td.audit(tables, profile, published)
        return
    with pytest.raises(td.UndoneError) as refusal:
        td.audit(tables, profile, published)
    assert set(refusal.value.cells) == undone


def test_intervals_are_those_of_an_enumeration() -> None:
    tables = td.Tables([cell("a", 3), cell("b", 4), cell("c", 2), cell("all", 9)], [td.total("all", ["a", "b", "c"])])
    found = td.audit(tables, replace(OPEN, threshold=0), {"all": 9, "c": 2})
    assert found == {"a": td.Interval(0, 7), "b": td.Interval(0, 7)}
    free = td.audit(tables, replace(OPEN, threshold=0), {"c": 2})
    assert free["all"] == td.Interval(2, None)
