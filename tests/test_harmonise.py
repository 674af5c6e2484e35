"""Judging: corrections with their guards, one retained statement for each statistic, bases known by definition."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_observations import statement, table
from test_published import amend

from traite_lib.catalogue import Correction
from traite_lib.errors import CatalogueError
from traite_lib.loading.harmonise import apply_corrections, fill_bases, load, retain
from traite_lib.observations import KEY


def two(**second: object) -> pd.DataFrame:
    """Two statements of one statistic, 76 % and 77 %, the second with some cells changed."""
    return table(statement(statement_id="A", retained=False), statement(statement_id="B", value=77.0, retained=False, **second))


def correction(action: str, **changes: object) -> Correction:
    fields = {"id": "doubtful", "action": action, "statements": {"B": 77.0}, "reason": "Fin de phrase non vue"}
    return Correction.model_validate(fields | changes)


def kept(rows: pd.DataFrame) -> list[str]:
    return list(rows.loc[rows["retained"], "statement_id"])


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        ({"B": 76.0}, r"data/corrections.toml, doubtful, statement B: the value 76 was expected, found 77\. The source changed"),
        ({"B": 77.0, "C": 1.0}, r"data/corrections.toml, doubtful, statement C: it does not exist\.$"),
    ],
)
def test_a_correction_that_no_longer_matches_stops_the_load(statements: dict[str, float], said: str) -> None:
    with pytest.raises(CatalogueError, match=said):
        apply_corrections(two(), [correction("doubt", statements=statements)])


def test_a_revised_value_under_a_correction_stops_the_load_of_the_project(project: Path) -> None:
    amend(project, "E2015-005", value="1827")
    with pytest.raises(CatalogueError, match="2015-total, statement E2015-005: the value 1826 was expected, found 1827"):
        load()


def test_without_a_correction_the_first_of_equals_is_retained() -> None:
    rows = retain(apply_corrections(two(), []))
    assert kept(rows) == ["A"]
    assert list(rows["reason"]) == ["Valeur exacte, source officielle.", ""]


def test_a_statement_alone_needs_no_reason() -> None:
    rows = retain(apply_corrections(table(statement(retained=False)), []))
    assert kept(rows) == ["T-1"]
    assert list(rows["reason"]) == [""]


def test_a_retained_statement_wins_whatever_its_rank_and_says_why() -> None:
    rows = retain(apply_corrections(two(rank=3, bound="~"), [correction("retain")]))
    assert kept(rows) == ["B"]
    assert list(rows["reason"]) == ["", "Fin de phrase non vue"]
    assert list(rows["status"]) == ["A", "A"]


def test_a_doubtful_statement_loses_to_a_sure_one_and_is_kept_alone_with_its_doubt() -> None:
    doubt = [correction("doubt")]
    rows = retain(apply_corrections(two(), doubt))
    assert kept(rows) == ["A"]
    alone = retain(apply_corrections(two()[1:], doubt))
    assert kept(alone) == ["B"]
    assert alone["status"].item() == "U"
    assert alone["note"].item() == "Fin de phrase non vue."


def test_a_statement_set_aside_is_never_retained_even_alone() -> None:
    rows = retain(apply_corrections(two()[1:], [correction("set_aside")]))
    assert kept(rows) == []
    assert (rows["status"].item(), rows["reason"].item()) == ("U", "Fin de phrase non vue")
    assert kept(retain(apply_corrections(two(bound="", rank=1), [correction("set_aside", statements={"A": 76.0})]))) == ["B"]


def test_a_recoded_statement_is_about_another_statistic_and_says_so() -> None:
    rows = retain(apply_corrections(two(), [correction("recode", set={"population": "identified"})]))
    assert list(rows["population"]) == ["accompanied", "identified"]
    assert kept(rows) == ["A", "B"]
    assert list(rows["note"]) == ["", "Fin de phrase non vue."]
    assert list(rows["value"]) == [76.0, 77.0]


def test_a_recode_of_an_unknown_column_is_refused_by_name() -> None:
    with pytest.raises(CatalogueError, match=r"data/corrections.toml, doubtful: .*'populations'.*Did you mean 'population'\?"):
        apply_corrections(two(), [correction("recode", set={"populations": "identified"})])


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"status": "A", "rank": 3}, {"status": "U", "rank": 1}),
        ({"status": "A", "bound": "~"}, {"status": "U", "bound": ""}),
        ({"bound": "", "rank": 3}, {"bound": "~", "rank": 1}),
        ({"bound": "", "rank": 3}, {"bound": "<", "rank": 1}),
        ({"rank": 1}, {"rank": 2}),
        ({"rank": 2}, {"rank": 3}),
    ],
)
def test_a_sure_then_exact_then_better_ranked_statement_is_retained(better: dict[str, object], worse: dict[str, object]) -> None:
    for first, second in ((better, worse), (worse, better)):
        rows = table(statement(statement_id="A", **first), statement(statement_id="B", **second))
        winner = "A" if first is better else "B"
        assert kept(retain(apply_corrections(rows, []))) == [winner]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["sexual", "labour", "begging"]),
            st.sampled_from([1, 0, -1]),
            st.sampled_from(["A", "U"]),
            st.sampled_from(["", "~", "<"]),
            st.sampled_from([1, 2, 3]),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_exactly_one_statement_of_each_statistic_is_retained_unless_all_are_set_aside(
    rows: list[tuple[str, int, str, str, int]],
) -> None:
    frame = table(
        *(
            statement(statement_id=f"T-{n}", category=category, status=status, bound=bound, rank=rank)
            for n, (category, _, status, bound, rank) in enumerate(rows)
        )
    ).assign(choice=[choice for _, choice, *_ in rows])
    expected = set()
    for category in {row[0] for row in rows}:
        usable = [(-c, s == "U", b != "", r, n) for n, (k, c, s, b, r) in enumerate(rows) if k == category and c >= 0]
        expected |= {f"T-{min(usable)[-1]}"} if usable else set()
    result = retain(frame)
    assert set(kept(result)) == expected
    assert list(result["statement_id"]) == list(frame["statement_id"])


def test_every_statistic_of_the_project_has_one_retained_statement_and_a_reason_where_there_was_a_choice() -> None:
    _, _, rows = load()
    retained = rows[rows["retained"]]
    assert not retained.duplicated(KEY).any()
    rivals = retained.merge(rows[~rows["retained"] & (rows["status"] != "U")], on=KEY, suffixes=("", "_rival"))
    assert len(rivals) > 50
    assert (rivals["reason"] != "").all()


@pytest.mark.parametrize(
    ("name", "retained", "status"),
    [
        ("E2015-005", True, "A"),
        ("E2015-007", False, "A"),
        ("E2015-041", False, "U"),
        ("E2020-042", False, "U"),
        ("E2022-046", True, "A"),
        ("E2022-054", False, "A"),
        ("E2022-052", True, "U"),
        ("E2022-009", True, "U"),
        ("ADM-060", True, "A"),
        ("ADM-059", False, "A"),
    ],
)
def test_the_corrections_of_the_project_are_applied(name: str, retained: bool, status: str) -> None:
    _, _, rows = load()
    row = rows.set_index("statement_id").loc[name]
    assert (row["retained"], row["status"]) == (retained, status)


def test_bases_are_filled_for_the_accompanied_share_alone_from_exact_totals() -> None:
    whole = {"population": "identified", "unit": "count"}
    share = {"population": "identified", "variable": "accompanied", "category": "yes"}
    rows = table(
        statement(statement_id="total", variable="total", category="_T", value=3489.0, **whole),
        statement(statement_id="sexual", category="sexual", value=2369.0, **whole),
        statement(statement_id="begging", category="begging", value=57.0, bound="~", **whole),
        statement(statement_id="all", value=65.0, **share),
        statement(statement_id="of sexual", value=73.0, form="sexual", **share),
        statement(statement_id="of begging", value=49.0, form="begging", **share),
        statement(statement_id="known", value=49.0, form="labour", base=600, **share),
        statement(statement_id="women", population="identified", variable="sex", category="women", value=80.0),
        statement(statement_id="of 2021", value=59.0, period="2021", **share),
    )
    bases = fill_bases(rows).set_index("statement_id")["base"].dropna().to_dict()
    assert bases == {"all": 3489, "of sexual": 2369, "known": 600}


def test_the_only_bases_of_the_project_are_those_of_accompanied_shares() -> None:
    _, _, rows = load()
    known = rows[rows["base"].notna()]
    assert set(known["variable"]) == {"accompanied"}
    assert dict(zip(known["statement_id"], known["base"], strict=True)) == {
        "E2019-003": 6457, "E2020-007": 3489, "E2020-020": 2369, "E2020-021": 642, "E2020-022": 57, "E2020-023": 400,
        "E2021-002": 4868, "E2024-004": 7285,
    }  # fmt: skip
