"""Each defence, without which an attacker succeeds and with which none does. The attacker is in attacker.py, and solves nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

import table_disclosure as td

from . import attacker

OPEN = td.Profile(
    name="open",
    threshold=5,
    contributors=0,
    dominance=(),
    p_percent=0,
    remainder=0,
    protection=10,
    zeros=td.Zeros.USABLE,
    group=False,
    insiders=False,
    why={},
)


def cell(name: str, *brought: int, **more: object) -> td.Cell:
    """A cell to which contributors a, b, c… bring so many."""
    return td.Cell(name, sum(brought), dict(zip("abcdefgh", brought, strict=False)), **more)  # type: ignore[arg-type]


def grid(rows: Mapping[str, list[list[int]]], prefix: str = "") -> list[td.Cell]:
    """Cells of a table, ``{"x": [[contributions], …]}``, with its margins: names ``x1``, ``x``, ``1``, ``all``."""
    width = len(next(iter(rows.values())))
    people = len(next(iter(rows.values()))[0])

    def summed(parts: list[list[int]]) -> list[int]:
        return [sum(part[who] for part in parts) for who in range(people)]

    cells = [cell(f"{prefix}{row}{n + 1}", *brought) for row, line in rows.items() for n, brought in enumerate(line)]
    cells += [cell(f"{prefix}{row}", *summed(line)) for row, line in rows.items()]
    cells += [cell(f"{prefix}{n + 1}", *summed([line[n] for line in rows.values()])) for n in range(width)]
    return [*cells, cell(f"{prefix}all", *summed([one for line in rows.values() for one in line]))]


def sums(rows: str, width: int, prefix: str = "") -> list[td.Relation]:
    columns = [str(n + 1) for n in range(width)]
    found = [td.total(prefix + row, [prefix + row + column for column in columns]) for row in rows]
    found += [td.total(prefix + column, [prefix + row + column for row in rows]) for column in columns]
    return [
        *found,
        td.total(f"{prefix}all", [prefix + row for row in rows]),
        td.total(f"{prefix}all", [prefix + column for column in columns]),
    ]


def all_but(tables: td.Tables, *hidden: str) -> dict[str, int]:
    return {name: one.count for name, one in tables.cells.items() if name not in hidden and one.fate != "never"}


def resists(tables: td.Tables, profile: td.Profile) -> td.Release:
    """Protect, and check with the attacker of these tests that nobody succeeds and that what is published is true."""
    release = td.protect(tables, profile)
    assert attacker.beaten(tables, profile, td.needs(tables, profile), release.published) == []
    assert attacker.exposed_lines(tables, profile, release.published) == []
    assert all(tables.cells[name].count == value for name, value in release.published.items())
    assert set(release.hidden) == set(tables.cells) - set(release.published)
    return release


TABLE = td.Tables(grid({"x": [[2], [30], [40]], "y": [[20], [25], [50]]}), sums("xy", 3))


def test_without_secondary_suppression_a_hidden_cell_is_computed() -> None:
    published = all_but(TABLE, "x1")
    assert attacker.values_of(TABLE, attacker.known_to_all(TABLE, published), "x1") == {2}
    with pytest.raises(td.UndoneError, match="'x1' \\(threshold\\)") as refusal:
        td.audit(TABLE, OPEN, published)
    assert refusal.value.cells == ["x1"]
    release = resists(TABLE, OPEN)
    assert release.decisions["x1"].reasons == (td.Reason.THRESHOLD,)
    assert len(release.hidden) == 4
    assert release.optimal


def test_a_cell_that_cannot_be_computed_may_still_be_known_too_well() -> None:
    """Hidden with a cell of one person, it is known within one: exact recovery is not all that counts."""
    tables = td.Tables(grid({"x": [[2], [1], [40]], "y": [[20], [25], [50]]}), sums("xy", 3))
    published = all_but(tables, "x1", "x2", "y1", "y2")
    assert attacker.values_of(tables, attacker.known_to_all(tables, published), "x1") == {0, 1, 2, 3}
    with pytest.raises(td.UndoneError, match="'x1' \\(threshold\\): a reader can tell more"):
        td.audit(tables, OPEN, published)
    interval = resists(tables, OPEN).decisions["x1"].interval
    assert interval is not None
    assert interval.low == 0
    assert interval.high is None or interval.high >= 5


def test_a_contributor_alone_in_a_cell_computes_the_cell_hidden_with_it() -> None:
    rows = {"x": [[0, 2, 1], [9, 0, 0], [20, 9, 9]], "y": [[9, 9, 9], [9, 9, 9], [20, 9, 9]]}
    tables = td.Tables(grid(rows), sums("xy", 3))
    published = all_but(tables, "x1", "x2", "y1", "y2")
    everyone = attacker.known_to_all(tables, published)
    assert len(attacker.values_of(tables, everyone, "x1")) > 5
    assert attacker.values_of(tables, attacker.known_to("a", tables, everyone), "x1") == {3}
    td.audit(tables, OPEN, published)
    insiders = replace(OPEN, insiders=True)
    with pytest.raises(td.UndoneError, match=r"'x1' .*a contributor, who knows its own"):
        td.audit(tables, insiders, published)
    resists(tables, insiders)


def test_zeros_that_are_always_shown_cannot_hide_anything_and_tell_that_hidden_cells_are_none() -> None:
    tables = td.Tables(grid({"x": [[3], [0], [40]], "y": [[20], [0], [50]]}), sums("xy", 3))
    shown = replace(OPEN, zeros=td.Zeros.SHOWN)
    release = resists(tables, shown)
    assert not {"x2", "y2", "2"} & set(release.hidden)
    release = resists(tables, replace(OPEN, zeros=td.Zeros.HIDDEN))
    assert {"x2", "y2", "2"} <= set(release.hidden)


def test_a_structural_zero_protects_nothing() -> None:
    cells = grid({"x": [[3], [0], [40]], "y": [[20], [25], [50]]})
    tables = td.Tables([replace(one, structural=True) if one.name == "x2" else one for one in cells], sums("xy", 3))
    with pytest.raises(td.UndoneError, match="'x1'"):
        td.audit(tables, OPEN, all_but(tables, "x1", "x2", "y1", "y2"))
    assert "x2" not in resists(tables, OPEN).hidden


def test_a_cell_alone_in_its_line_takes_its_margin_with_it() -> None:
    tables = td.Tables([cell("all", 43), cell("in", 3), cell("out", 40), cell("in, one", 3)], [td.total("all", ["in", "out"])])
    tables = td.Tables(tables.cells.values(), [*tables.relations, td.total("in", ["in, one"])])
    with pytest.raises(td.UndoneError, match="'in, one'"):
        td.audit(tables, OPEN, all_but(tables, "in, one"))
    assert {"in", "in, one"} <= set(resists(tables, OPEN).hidden)


def test_tables_that_share_cells_are_protected_together_or_not_at_all() -> None:
    """Those who are out are counted in two tables: protected each by itself, one hides the cell and the other shows it."""
    cells = [cell("all", 43), cell("in", 3), cell("out", 40), cell("out, far", 15), cell("out, near", 25)]
    first, second = td.total("all", ["in", "out"]), td.total("out", ["out, far", "out, near"])
    shared = td.Tables(cells, [first, second])
    together = (
        td.protect(td.Tables(cells[:3], [first]), OPEN).published | td.protect(td.Tables(cells[2:], [second]), OPEN).published
    )
    assert attacker.beaten(shared, OPEN, td.needs(shared, OPEN), together) == ["in"]
    with pytest.raises(td.UndoneError, match="'in'"):
        td.audit(shared, OPEN, together)
    resists(shared, OPEN)


def test_a_share_that_is_published_with_its_base_gives_the_count() -> None:
    part, rest, base = cell("part", 3), cell("rest", 47), cell("base", 50)
    counts = [part, rest, base]
    link = td.total("base", ["part", "rest"])
    blind, whole = td.Tables(counts, [link]), td.Tables(counts, [link, *td.share(part, base, "6")])
    published = {"base": 50}
    td.audit(blind, OPEN, published)
    assert attacker.values_of(whole, attacker.known_to_all(whole, published), "part") == {3}
    with pytest.raises(td.UndoneError, match="'part'"):
        td.audit(whole, OPEN, published)
    with pytest.raises(td.UndoneError, match="'part'"):  # whatever is hidden: 6 % is not nobody
        td.protect(whole, OPEN)
    assert "part" in resists(blind, OPEN).hidden


def test_a_share_of_something_else_is_counted_among_what_everyone_knows() -> None:
    """Seven tenths of the base are published as a share: with the base, it is a count."""
    cells = [cell("few", 3), cell("some", 6), cell("most", 21), cell("base", 30)]
    link = td.total("base", ["few", "some", "most"])
    blind, whole = td.Tables(cells, [link]), td.Tables(cells, [link, *td.share(cells[2], cells[3], "70.0")])
    published = {"base": 30, "some": 6}
    td.audit(blind, OPEN, published)
    assert attacker.values_of(whole, attacker.known_to_all(whole, published), "few") == {3}
    with pytest.raises(td.UndoneError, match="'few'"):
        td.audit(whole, OPEN, published)
    resists(whole, OPEN)


def test_the_end_of_the_interval_of_a_share_belongs_to_it_only_if_it_is_the_truth() -> None:
    """1 of 8 is 12.5 %, printed 13: at the end. Of 200, 25 are printed 13 too, 27 are 13.5 and printed 14."""
    (low, high) = td.share(td.Cell("p", 1, {"a": 1}), td.Cell("b", 8, {"a": 8}), "13")
    assert low.holds({"p": 25, "b": 200})
    assert not high.holds({"p": 27, "b": 200})
    with pytest.raises(td.TablesError, match="is not 14 %"):
        td.share(td.Cell("p", 1, {"a": 1}), td.Cell("b", 8, {"a": 8}), "14")


def test_numbers_of_contributors_that_are_published_tell_of_hidden_cells() -> None:
    """Of 6 contributors in all, 1 feeds the cells that are shown: the others feed the hidden one, so it counts five."""
    cells = [cell("all", 40, 1, 1, 1, 1, 0), cell("shown", 40, 0, 0, 0, 0, 0), cell("hidden", 0, 1, 1, 1, 1, 0)]
    cells.append(cell("partner", 9, 9))
    cells.append(cell("both", 9, 10, 1, 1, 1))
    relations = [td.total("all", ["shown", "hidden"]), td.total("both", ["hidden", "partner"])]
    numbers, known = td.contributors(cells[:3], relations)
    blind, whole = td.Tables(cells, relations), td.Tables([*cells, *numbers], [*relations, *known])
    hidden = ("hidden", "partner", "all", "contributors: hidden")
    td.audit(blind, OPEN, all_but(blind, *hidden))
    leaked = all_but(whole, *hidden)
    assert min(attacker.values_of(whole, attacker.known_to_all(whole, leaked), "hidden")) == 4
    with pytest.raises(td.UndoneError, match="'hidden'"):
        td.audit(whole, OPEN, leaked)
    release = resists(whole, OPEN)
    assert all(f"contributors: {name}" in release.hidden for name in ("all", "hidden") if name in release.hidden)


def test_the_difference_of_two_releases_is_not_published() -> None:
    """One contributor enters the panel: all less panel is what it brought, whoever is hidden in either table."""
    everyone, panel = cell("all", 30, 30, 2), cell("panel", 30, 30)
    entrant, link = td.difference("entrant", everyone, panel)
    apart, together = td.Tables([everyone, panel]), td.Tables([everyone, panel, entrant], [link])
    published = {"all": 62, "panel": 60}
    assert td.protect(apart, OPEN).published == published
    assert attacker.values_of(together, attacker.known_to_all(together, published), "entrant") == {2}
    with pytest.raises(td.UndoneError, match="'entrant'"):
        td.audit(together, OPEN, published)
    assert {"all", "panel"} & set(resists(together, OPEN).hidden)


def test_what_an_earlier_release_hid_stays_as_open_as_it_left_it() -> None:
    """Those who left and those who stayed add to a total that the edition before did not tell."""
    exits, stayed = cell("exits", 9, 8), cell("stayed", 15, 15)
    before = cell("before", 24, 23, fate=td.Fate.NEVER)
    kept = replace(before, kept=(40, 60))
    link = [td.total("before", ["exits", "stayed"])]
    published = {"exits": 17, "stayed": 30}
    assert td.protect(td.Tables([exits, stayed, before], link), OPEN).published == published
    tables = td.Tables([exits, stayed, kept], link)
    assert attacker.values_of(tables, attacker.known_to_all(tables, published), "before") == {47}
    with pytest.raises(td.UndoneError, match="'before'"):
        td.audit(tables, OPEN, published)
    assert td.Reason.EARLIER in td.protect(tables, OPEN).decisions["before"].reasons
    resists(tables, OPEN)


def test_two_cells_of_one_contributor_hidden_in_a_line_have_a_sum_that_is_its_own() -> None:
    rules = replace(OPEN, contributors=2)
    parts = [cell("p", 30), cell("q", 40), cell("r", 25, 25), cell("s", 60, 60)]
    tables = td.Tables([*parts, cell("all", 155, 85)], [td.total("all", ["p", "q", "r", "s"])])
    published = all_but(tables, "p", "q")
    assert attacker.beaten(tables, rules, td.needs(tables, rules), published) == []
    with pytest.raises(td.UndoneError, match="'p', 'q': their sum, obtained by subtraction"):
        td.audit(tables, rules, published)
    resists(tables, rules)


def test_everyone_of_a_margin_in_one_category_is_hidden() -> None:
    tables = td.Tables(grid({"x": [[30], [0], [0]], "y": [[20], [25], [50]]}), sums("xy", 3))
    group = replace(OPEN, group=True)
    published = all_but(tables, "x1", "y1", "x")
    everyone = attacker.known_to_all(tables, published)
    assert not attacker.possible(tables, everyone, {"x": 1, "x1": -1}, 1, 99)
    with pytest.raises(td.UndoneError, match="'x1' \\(group\\)"):
        td.audit(tables, group, published)
    release = resists(tables, group)
    assert {"x2", "x3"} & set(release.hidden)


def test_the_audit_counts_in_whole_numbers() -> None:
    """a + 7 b = 10: in fractions a is anything up to ten, in whole numbers three or ten."""
    tables = td.Tables([cell("a", 3), cell("b", 1), cell("c", 60)], [td.Relation({"a": 1, "b": 7}, 10, 10)])
    with pytest.raises(td.UndoneError, match="'a' \\(threshold\\): a reader can tell more"):
        td.audit(tables, OPEN, {"c": 60})
    with pytest.raises(td.UndoneError):
        td.protect(tables, OPEN)


def test_rounded_counts_are_bounds() -> None:
    tables = td.Tables([cell("in", 3), cell("out", 40), cell("all", 43)], [td.total("all", ["in", "out"])])
    assert td.audit(tables, replace(OPEN, threshold=0), {"out": (38, 42), "all": (43, 47)})["in"] == td.Interval(1, 9)
    with pytest.raises(td.TablesError, match="'out': what is released is not its count"):
        td.audit(tables, OPEN, {"out": (41, 45)})


def test_what_is_public_already_is_not_hidden_and_may_forbid_a_release() -> None:
    cells = [cell("in", 3), cell("out", 40), td.Cell("all", 43, fate=td.Fate.PUBLIC)]
    tables = td.Tables(cells, [td.total("all", ["in", "out"])])
    assert resists(tables, OPEN).hidden == ["in", "out"]
    known = td.Tables([cell("in", 3), *(replace(one, fate=td.Fate.PUBLIC) for one in cells[1:])], tables.relations)
    with pytest.raises(td.UndoneError, match="'in'"):
        td.protect(known, OPEN)


def test_what_public_figures_tell_too_well_is_told_no_better() -> None:
    """« 40 % » is public, and that no more than 12 were asked: 2 of 5, or 4 of 10. That 10 were would tell which."""
    part, base = cell("part", 2, 2), cell("base", 5, 5)
    left, all_ = cell("left", 1, 1, fate=td.Fate.HARMLESS), td.Cell("all", 12, fate=td.Fate.PUBLIC)
    tables = td.Tables([part, base, left, all_], [*td.share(part, base, "40"), td.total("all", ["base", "left"])])
    with pytest.raises(td.UndoneError, match="'part'"):
        td.protect(tables, OPEN)  # no release leaves it between 0 and 5
    known = td.told(tables, OPEN)
    assert known.cells["part"] == replace(part, fate=td.Fate.TOLD, told=(2, 4))
    assert attacker.values_of(known, attacker.known_to_all(known, {}), "part") == {2, 4}
    assert attacker.values_of(known, attacker.known_to_all(known, {"base": 10}), "part") == {4}
    with pytest.raises(td.UndoneError, match="'part'"):
        td.audit(known, OPEN, {"base": 10})
    assert resists(known, OPEN).hidden == ["part", "base", "left"]
    assert td.told(known, OPEN) == known


def test_what_public_figures_tell_exactly_forbids_no_release() -> None:
    """« 75 % » is public, of 3 to 5 persons: 3 of 4, whatever is released. It is hidden all the same."""
    part, base = cell("part", 1, 1, 1), cell("base", 2, 1, 1)
    links = [*td.share(part, base, "75"), td.Relation({"base": 1}, 3, 5)]
    known = td.told(td.Tables([part, base, cell("other", 30, 30)], links), OPEN)
    assert (known.cells["part"].told, known.cells["base"].told) == ((3, 3), (4, 4))
    assert td.protect(known, OPEN).hidden == ["part", "base"]
    assert td.audit(known, OPEN, {"other": 60}) == {"part": td.Interval(3, 3), "base": td.Interval(4, 4)}


def test_that_a_part_is_its_whole_is_no_secret_where_public_figures_say_so() -> None:
    group = replace(OPEN, group=True)
    cells = [cell("all", 30), cell("in", 30), cell("out", 0)]
    tables = td.Tables([*cells, cell("of", 0, fate=td.Fate.PUBLIC)], [td.total("all", ["in", "out"]), td.total("of", ["out"])])
    with pytest.raises(td.UndoneError, match="'in' \\(group\\)"):
        td.protect(tables, group)
    assert resists(td.told(tables, group), group).hidden == []


@pytest.mark.parametrize("seconds", [0.0, 0.05])
def test_when_time_ends_the_answer_is_safe(seconds: float) -> None:
    release = td.protect(TABLE, OPEN, seconds=seconds)
    td.audit(TABLE, OPEN, release.published)
    assert "x1" in release.hidden
