"""Which cells are sensitive, by which rule; profiles and tables that are refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

import table_disclosure as td

from .test_disclosure_attacks import OPEN, cell

R = td.Reason


def reasons(profile: td.Profile, *cells: td.Cell, relations: tuple[td.Relation, ...] = ()) -> dict[str, tuple[td.Reason, ...]]:
    return {need.subject: need.reasons for need in td.needs(td.Tables(cells, relations), profile)}


@pytest.mark.parametrize(
    ("changes", "brought", "found"),
    [
        ({"threshold": 5}, (2, 2), [R.THRESHOLD]),
        ({"threshold": 5}, (3, 2), []),
        ({"threshold": 5}, (0,), []),
        ({"threshold": 5, "zeros": td.Zeros.HIDDEN}, (0,), [R.ZERO]),
        ({"contributors": 3}, (30, 30), [R.CONTRIBUTORS]),
        ({"contributors": 3}, (30, 30, 0), [R.CONTRIBUTORS]),
        ({"contributors": 3}, (30, 29, 1), []),
        ({"dominance": ((1, 85.0),)}, (90, 5, 5), [R.DOMINANCE]),
        ({"dominance": ((1, 85.0),)}, (85, 10, 5), []),
        ({"dominance": ((1, 85.0), (2, 90.0))}, (50, 41, 9), [R.DOMINANCE]),
        ({"p_percent": 10}, (100, 50, 9), [R.P_PERCENT]),
        ({"p_percent": 10}, (100, 50, 10), []),
        ({"remainder": 3}, (50, 1, 1), [R.REMAINDER]),
        ({"remainder": 3}, (50, 2, 1), []),
    ],
)
def test_each_rule_finds_what_it_is_for(changes: dict[str, object], brought: tuple[int, ...], found: list[td.Reason]) -> None:
    profile = replace(OPEN, **({"threshold": 0} | changes))  # type: ignore[arg-type]
    assert list(reasons(profile, cell("x", *brought)).get("x", ())) == found


def test_what_each_rule_asks_of_the_interval() -> None:
    """The formulas of the literature, on numbers small enough to be done by hand."""

    def bounds(profile: td.Profile, *brought: int) -> tuple[int, int]:
        (need,) = td.needs(td.Tables([cell("x", *brought)]), profile)
        return need.low, need.high

    none = replace(OPEN, threshold=0, protection=0)
    assert bounds(OPEN, 3) == (0, 5)
    assert bounds(replace(OPEN, zeros=td.Zeros.SHOWN), 3) == (1, 5)
    assert bounds(replace(none, contributors=3, protection=10), 60) == (54, 66)
    assert bounds(replace(none, p_percent=10), 100, 50, 4) == (148, 160)  # 10 less the 4 of the others
    assert bounds(replace(none, dominance=((1, 85.0),)), 90, 10) == (94, 106)  # 90 would be 85 % of 105.9
    assert bounds(replace(none, remainder=5), 50, 2) == (49, 55)


def test_a_category_that_is_its_whole_margin_is_found_where_others_were_possible() -> None:
    cells, link = (cell("all", 30), cell("in", 30), cell("out")), td.total("all", ["in", "out"])
    group = replace(OPEN, group=True)
    assert reasons(group, *cells, relations=(link,)) == {"in": (R.GROUP,)}
    assert reasons(group, *cells[:2], replace(cells[2], structural=True), relations=(link,)) == {}


def rules(**changes: object) -> dict[str, dict[str, object]]:
    values = {name: getattr(OPEN, name) for name in td.Profile.__dataclass_fields__ if name not in ("name", "why")}
    values |= {"dominance": [[1, 85]], "zeros": "usable"} | changes
    return {
        name: {"value": value, "reason": "Because.", "source": "Somebody."} for name, value in values.items() if value is not None
    }


def test_a_profile_is_read_with_the_reason_of_each_rule() -> None:
    found = td.profile({"safe": rules(threshold=11)}, "safe")
    assert (found.threshold, found.dominance, found.zeros) == (11, ((1, 85.0),), td.Zeros.USABLE)
    assert found.why["threshold"] == td.Why("Because.", "Somebody.")


@pytest.mark.parametrize(
    ("profiles", "message"),
    [
        ({"publication": rules()}, "There is no profile 'safe'. Available: publication."),
        ({"sade": rules()}, "Did you mean 'sade'?"),
        ({"safe": rules(threshold=None)}, "'threshold' needs a value, a reason and a source"),
        ({"safe": rules() | {"treshold": {}}}, "no rule is called 'treshold'.*Did you mean 'threshold'"),
        ({"safe": rules(threshold=-1)}, "the value of 'threshold' is a whole number; found -1"),
        ({"safe": rules(threshold=True)}, "the value of 'threshold' is a whole number; found True"),
        ({"safe": rules(p_percent=101)}, "the value of 'p_percent' is a percentage"),
        ({"safe": rules(dominance=85)}, "the value of 'dominance' is a list of"),
        ({"safe": rules(zeros="seen")}, "the value of 'zeros' is one of shown, usable, hidden; found 'seen'"),
        ({"safe": rules(group=1)}, "the value of 'group' is true or false"),
        ({"safe": rules(group=True, zeros="shown")}, "nothing can hide that a category is its whole margin"),
        (
            {"safe": rules() | {"group": {"value": True, "reason": " ", "source": "x"}}},
            "reason and the source of 'group' are sentences",
        ),
    ],
)
def test_a_profile_that_does_not_say_everything_is_refused(profiles: dict[str, dict[str, object]], message: str) -> None:
    with pytest.raises(td.ProfileError, match=message):
        td.profile(profiles, "safe")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cells", "relations", "message"),
    [
        ([cell("x", 1), cell("x", 1)], [], "Given twice: 'x'"),
        ([td.Cell("x", 3, {"a": 2})], [], "'x': its contributions do not sum to its count"),
        ([td.Cell("x", -1, {"a": -1})], [], "never negative"),
        ([td.Cell("x", 3)], [], "'x': its contributions are needed"),
        ([cell("x", 1, structural=True)], [], "said to be a structural zero"),
        ([cell("x", 1, follows="y")], [], "follows 'y', which is not a cell"),
        ([cell("x", 1)], [td.total("x", ["y"])], "A relation names 'y'"),
        ([cell("x", 1), cell("y", 2)], [td.total("x", ["y"])], "between 'x', 'y' is not true"),
    ],
)
def test_cells_that_contradict_each_other_are_refused(cells: list[td.Cell], relations: list[td.Relation], message: str) -> None:
    with pytest.raises(td.TablesError, match=message):
        td.Tables(cells, relations)


def test_a_release_that_names_no_cell_is_refused() -> None:
    with pytest.raises(td.TablesError, match=r"No cell is called 'xx'.*Did you mean 'x'"):
        td.audit(td.Tables([cell("x", 9)]), OPEN, {"xx": 9})


def test_no_error_holds_a_count() -> None:
    tables = td.Tables([cell("in", 4321), cell("out", 1234), cell("all", 5555)], [td.total("all", ["in", "out"])])
    with pytest.raises(td.UndoneError) as refusal:
        td.audit(tables, replace(OPEN, contributors=3), {"all": 5555})
    assert not {"4321", "1234", "5555"} & set(str(refusal.value).replace("'", " ").split())


def test_tables_made_of_records_share_their_margins() -> None:
    records = [("a", {"sex": "f", "age": "minor", "place": "here"}, 3), ("b", {"sex": "m", "age": "adult", "place": "there"}, 4)]
    tables = td.crossing(records, [("sex", "age"), ("age", "place")], impossible=[{"sex": "f", "age": "adult"}])
    assert tables.cells["age=minor"] == td.Cell("age=minor", 3, {"a": 3})
    assert tables.cells["total"].count == 7
    assert tables.cells["sex=f, age=adult"].structural
    assert len(tables.cells) == 1 + 2 + 2 + 2 + 4 + 4
    assert td.total("age=minor", ["age=minor, place=here", "age=minor, place=there"]) in tables.relations


def test_rare_categories_are_put_together_until_they_can_be_published() -> None:
    numbers = {"oak": 40, "elm": 3, "ash": 1, "yew": 9, "other": 0}
    records = [("a", {"tree": tree}, number) for tree, number in numbers.items()]

    def after(threshold: int, into: str = "other") -> tuple[dict[str, int], list[str]]:
        found, chosen = td.merged(records, "tree", into, replace(OPEN, threshold=threshold))
        totals: dict[str, int] = {}
        for _, labels, number in found:
            totals[labels["tree"]] = totals.get(labels["tree"], 0) + number
        return totals, chosen

    assert after(4) == ({"oak": 40, "yew": 9, "other": 4}, ["other", "ash", "elm"])
    assert after(5) == ({"oak": 40, "other": 13}, ["other", "ash", "elm", "yew"])  # four are not enough
    # one alone would only change its name
    assert after(2, "rest") == ({"oak": 40, "yew": 9, "rest": 4}, ["ash", "other", "elm"])
    assert after(0)[1] == []
