"""A change is entries − exits + change inside the panel, exactly."""

from __future__ import annotations

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from test_aggregates import mapping, small

from traite_annexes.answers.panel import change_made_of, counted, decompose
from traite_annexes.answers.tables import Tables

NUMBERS = st.one_of(st.none(), st.integers(0, 60))
Cells = tuple[int | None, int | None, int | None]
EDITION = st.dictionaries(st.sampled_from("abcdef"), st.tuples(NUMBERS, NUMBERS, NUMBERS), max_size=6)


def tables(answers: dict[str, Cells]) -> Tables:
    """Associations with a total, and two forms."""
    dims: dict[str, tuple[str, dict[str, str]]] = {"accompanied": ("accompanied", {})}
    dims |= {f"accompanied form={code}": ("accompanied", {"form": code}) for code in ("sexual", "begging")}
    frame = pd.DataFrame([*answers.values()], columns=[*dims], index=range(1, len(answers) + 1)).astype("Int64")
    frame.insert(0, "association", pd.array([*answers], dtype="str"))
    return Tables(mapping(), frame, small(sex=[]).victims, dims, set(), True)


@given(st.lists(EDITION, min_size=2, max_size=4))
@settings(max_examples=40, deadline=None)
def test_decompositions_add_up_and_equal_a_naive_loop(answers: list[dict[str, Cells]]) -> None:
    by_key = {str(2019 + n): edition for n, edition in enumerate(answers)}
    found = change_made_of({key: tables(edition) for key, edition in by_key.items()}, dim="form")
    assert (found["after"] - found["before"] == found["entries"] - found["exits"] + found["inside"]).all()
    assert (found["inside"] == found["panel_after"] - found["panel_before"]).all()
    totals = {key: {name: cells for name, cells in edition.items() if cells[0] is not None} for key, edition in by_key.items()}
    everywhere = set.intersection(*map(set, totals.values()))
    for row in found.to_dict("records"):
        before, after = totals[row["before_edition"]], totals[row["after_edition"]]
        both = set(before) & set(after) if row["panel"] == "pair" else everywhere

        def count(cells: Cells, category: str = row["category"]) -> int:
            total, sexual, begging = (cell or 0 for cell in cells)
            return {"_T": total, "sexual": sexual, "begging": begging, "_U": max(0, total - sexual - begging)}[category]

        assert row["before"] == sum(map(count, before.values()))
        assert row["entries"] == sum(count(cells) for name, cells in after.items() if name not in both)
        assert row["exits"] == sum(count(cells) for name, cells in before.items() if name not in both)
        assert (row["respondents_before"], row["associations"]) == (len(before), len(both))
    assert set(found["panel"]) == ({"pair"} if len(by_key) == 2 else {"pair", "period"})


def test_a_form_that_one_edition_did_not_ask_is_compared_to_nothing() -> None:
    one, other = counted(tables({"a": (9, 5, 4)}), dim="form"), counted(tables({"a": (9, 5, 4)}))
    assert decompose({"2021": one, "2022": other})["category"].tolist() == ["_T"]
