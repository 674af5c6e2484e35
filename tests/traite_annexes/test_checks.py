"""What `traite check` sees, on tables made by hand."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
import pytest
from conftest import ROOT
from statements import statement, table

from traite_annexes import checks
from traite_lib.catalogue import Catalogue
from traite_lib.nomenclature import Nomenclatures

WORDS = Nomenclatures(ROOT / "data")
CATALOGUE = Catalogue(ROOT)


def cells(*rows: dict[str, object], **common: object) -> pd.DataFrame:
    """Cells of a workbook, one below the other in column B of Figure 1."""
    named = [
        {"statement_id": f"W2022-Figure 1!B{n}", "locator": f"Figure 1!B{n}"} | common | row for n, row in enumerate(rows, 4)
    ]
    return table(*(statement(**row) for row in named))


def sexes(*values: float, total: float | None = None, unit: str = "count", **more: object) -> pd.DataFrame:
    """Women, men, trans people and, perhaps, all."""
    rows = [{"category": code, "value": value} for code, value in zip(("women", "men", "trans"), values, strict=False)]
    rows += [{"category": "_T", "value": total}] if total is not None else []
    return cells(*rows, variable="sex", unit=unit, **more)  # type: ignore[arg-type]


def seen(found: Iterable[checks.Finding]) -> list[tuple[str, str, str]]:
    return [(finding.level, finding.where, finding.text) for finding in found]


@pytest.mark.parametrize(
    ("values", "total", "expected"),
    [
        ((2194, 433, 48), 2675, []),
        ((2194, 433, 40), 2675, [("note", "Figure 1!B7", "sex=_T: the parts add to 2,667, the total is 2,675")]),
        ((2194, 433, 60), 2675, [("look", "Figure 1!B7", "sex=_T: the parts add to 2,687, the total is 2,675")]),
        ((2194, 433, 48), None, []),
    ],
)
def test_parts_are_compared_with_their_total(values: tuple[float, ...], total: float | None, expected: list[object]) -> None:
    assert seen(checks.parts_and_totals(sexes(*values, total=total), WORDS)) == expected


def test_a_part_above_its_total_is_named_with_both_cells() -> None:
    found = seen(checks.parts_and_totals(sexes(2194, total=2000), WORDS))
    assert found[0] == ("look", "Figure 1!B4", "sex=women: 2,194, more than its total, 2,000 in Figure 1!B5")


def test_a_hidden_part_leaves_the_total_alone() -> None:
    rows = pd.concat([sexes(2194, 433, total=2675), cells({"category": "trans", "value": None, "status": "Q"}, variable="sex", unit="count").assign(statement_id="W")])  # fmt: skip
    assert seen(checks.parts_and_totals(rows, WORDS)) == []


def test_several_answers_need_not_add_up() -> None:
    rows = cells(
        {"category": "family", "value": 900}, {"category": "partner", "value": 800}, {"category": "_T", "value": 1000},
        variable="exploiter", unit="count",
    )  # fmt: skip
    assert seen(checks.parts_and_totals(rows, WORDS)) == []


def test_a_broader_category_is_not_added_to_its_parts() -> None:
    ages = [("adult", 2147), ("minor", 409), ("15_to_17", 300), ("_T", 2556)]
    rows = cells(*({"category": code, "value": value} for code, value in ages), variable="age", unit="count")
    assert seen(checks.parts_and_totals(rows, WORDS)) == []


@pytest.mark.parametrize(
    ("share", "count", "looks"), [(82, 2194, 0), (82, 2184, 0), (81, 2194, 1), (82.0, 2000, 1), (82.02, 2194, 0)]
)
def test_shares_are_compared_with_counts(share: float, count: float, looks: int) -> None:
    rows = pd.concat(
        [sexes(count, total=2675), sexes(share, unit="percent").assign(locator="Figure 1!C4", statement_id="W2022-C4")]
    )
    found = seen(checks.shares_and_counts(rows))
    assert len(found) == looks
    if looks:
        assert found[0][:2] == ("look", "Figure 1!C4")
        assert f"{count / 2675 * 100:.1f} %" in found[0][2]


@pytest.mark.parametrize(
    ("values", "bound", "looks"),
    [
        ((82, 16, 2), "", 0), ((82, 16, 3), "", 0), ((82, 16, 4), "", 1), ((82, 16, 0), "", 1), ((82, 10, 1), "", 1),
        ((82, 16), "", 0), ((82, 20), "", 1), ((82, 18, 1), "<", 0),
    ],
)  # fmt: skip
def test_shares_of_a_distribution_add_to_100(values: tuple[float, ...], bound: str, looks: int) -> None:
    rows = sexes(*values, unit="percent")
    rows["bound"] = [*[""] * (len(rows) - 1), bound]
    found = seen(checks.sums_of_shares(rows, WORDS))
    assert len(found) == looks
    assert all(level == "look" for level, *_ in found)


def test_a_part_of_a_population_is_not_larger_than_it() -> None:
    numbers = {"identified": 4363, "accompanied": 4994, "accompanied_in_france": 2675, "accompanied_abroad_only": 319, "associations": 90, "associations_invited": 82}  # fmt: skip
    rows = cells(*({"population": p, "value": v} for p, v in numbers.items()), variable="total", category="_T", unit="count")
    found = seen(checks.populations(rows, WORDS))
    assert ("look", "Figure 1!B5", "accompanied: 4,994, more than identified, 4,363") in found
    assert ("look", "Figure 1!B8", "associations: 90, more than associations_invited, 82") in found
    assert ("note", "Figure 1!B5", "exploited in France and abroad only: -2,000 against 4,994 accompanied") in found
    assert len(found) == 3


@pytest.mark.parametrize(
    ("value", "other", "judged", "level"),
    [
        (82, {"value": 82.0}, set(), None),
        (82.4, {"value": 82.0}, set(), None),
        (82, {"value": 84.0}, set(), "look"),
        (82, {"value": 84.0, "status": "U"}, set(), "note"),
        (82, {"value": 84.0}, {"P-1"}, "look"),
        (82, {"value": 80.0, "bound": ">"}, set(), None),
    ],
)
def test_published_figures_are_compared(value: float, other: dict[str, object], judged: set[str], level: str | None) -> None:
    rows = sexes(value, unit="percent")
    cited = table(statement(**({"variable": "sex", "category": "women", "statement_id": "P-1"} | other)))
    found = list(checks.agreement(rows, pd.concat([rows, cited]), judged))
    assert [finding.level for finding in found] == ([level] if level else [])
    if found:
        assert "source-01 says" in found[0].text
        assert "P-1" in found[0].text


def test_a_disagreement_that_a_correction_settled_is_known() -> None:
    rows = sexes(94, unit="percent")
    cited = [{"variable": "sex", "category": "women", "statement_id": f"P-{v}", "value": float(v)} for v in (94, 96)]
    every = pd.concat([rows, table(*(statement(**row) for row in cited))])
    assert [f.level for f in checks.agreement(rows, every, {"P-94"})] == ["note"]
    assert [f.level for f in checks.agreement(rows, every, set())] == ["look"]


def test_a_withheld_value_that_someone_published_must_be_looked_at() -> None:
    rows = cells({"category": "women", "value": None, "status": "Q"}, variable="sex", unit="percent")
    cited = table(statement(variable="sex", category="women", statement_id="P-1", value=82.0))
    assert [f.level for f in checks.agreement(rows, pd.concat([rows, cited]), set())] == ["look"]


def moved(
    before: float, after: float, unit: str = "percent", variable: str = "sex", category: str = "women"
) -> list[checks.Finding]:
    """Findings on a share or a number of 2019 then 2020, with 37 then 26 associations."""
    common = {"variable": variable, "category": category, "unit": unit}
    then = statement(
        **(common | {"value": before, "edition": "2019", "period": "2019", "reference_year": 2019, "statement_id": "A"})
    )
    now = statement(
        **(common | {"value": after, "edition": "2020", "period": "2020", "reference_year": 2020, "statement_id": "B"})
    )
    panel = [
        statement(variable="total", category="_T", unit="count", population="associations", value=float(n), period=y, edition=y, reference_year=int(y), statement_id=f"N{y}")
        for y, n in (("2019", 37), ("2020", 26))
    ]  # fmt: skip
    every = table(then, now, *panel)
    return list(checks.moves(every[every["statement_id"] == "B"], every, CATALOGUE, WORDS))


@pytest.mark.parametrize(
    ("before", "after", "unit", "level"),
    [
        (82, 84, "percent", None), (82, 88, "percent", "note"), (82, 60, "percent", "look"),
        (100, 120, "count", None), (100, 130, "count", "note"), (100, 210, "count", "look"), (5, 20, "count", None),
    ],
)  # fmt: skip
def test_moves_are_listed_with_the_number_of_respondents(before: float, after: float, unit: str, level: str | None) -> None:
    found = moved(before, after, unit)
    assert [finding.level for finding in found] == ([level] if level else [])
    if found:
        assert "associations 37 → 26" in found[0].text


def test_a_move_across_a_break_is_not_one() -> None:
    assert moved(3, 30, variable="form", category="other") == []


def test_every_edition_of_the_project_is_checked_without_an_error() -> None:
    from traite_lib.loading.selection import load

    catalogue, words, every = load()
    for edition in catalogue.dated:
        rows = every[(every["edition"] == edition.key) & every["retained"]]
        assert all(f.level in ("look", "note") for f in checks.check_edition(rows, every, catalogue, words))
    rows = every[(every["edition"] == "2020") & every["retained"]]
    found = [f for f in checks.check_edition(rows, every, catalogue, words) if f.level == "look"]
    assert any("labour_other" in f.text and "the shares add to 110" in f.text for f in found), "33 % and 77 %: known and doubted"
