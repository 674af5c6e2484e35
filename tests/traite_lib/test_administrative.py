"""Police and justice figures: what was judged, where, and that no series mixes publications."""

from __future__ import annotations

import re

import pytest
from conftest import ROOT

from traite_lib import observations
from traite_lib.catalogue import Catalogue
from traite_lib.loading.selection import load
from traite_lib.presentation import wording

TABLE = observations().set_index("statement_id")
SECOND = TABLE[TABLE.index.str.startswith("ADM-") & (TABLE.index.str[4:].str.isdigit()) & (TABLE.index >= "ADM-201")]


def test_every_statement_of_the_second_search_is_kept() -> None:
    assert len(SECOND) == 105
    assert (SECOND["edition"] == "").all()
    assert SECOND["base"].isna().all()


@pytest.mark.parametrize(
    ("retained", "against"),
    [
        ("ADM-142", "ADM-127"),  # convictions of 2022: 880, not 1,046
        ("ADM-151", "ADM-155"),  # women in pimping, 2023: 96 %, not 98 %
        ("ADM-280", "ADM-161"),  # 2024: the official page, not the press
        ("ADM-282", "ADM-163"),
        ("SER-036", "ADM-201"),  # the series of the SSMSI, never the one given to the GRETA
    ],
)
def test_the_statement_to_publish(retained: str, against: str) -> None:
    one, other = TABLE.loc[retained], TABLE.loc[against]
    assert one["retained"]
    assert not other["retained"] or one["population"] != other["population"]


@pytest.mark.parametrize("name", ["ADM-191", "ADM-256", "ADM-301", "ADM-305"])
def test_what_is_set_aside_is_no_result_and_says_why(name: str) -> None:
    assert not TABLE.loc[name, "retained"]
    assert len(TABLE.loc[name, "reason"]) > 60


def test_the_share_of_minors_that_is_contradicted_says_what_contradicts_it() -> None:
    assert "42 %" in TABLE.loc["ADM-191", "reason"]
    assert TABLE.loc["ADM-216", ["value", "retained"]].tolist() == [42, True]
    assert round(100 * 659 / 1579) == 42


def test_each_tip_report_is_a_publication_and_three_populations_are_told_apart() -> None:
    catalogue = Catalogue(ROOT)
    for _, row in TABLE[TABLE["publication"].str.contains("OCRTEH/police")].iterrows():
        (year,) = re.findall(r"rapport (\d{4})", catalogue.sources[row["source_id"]].citation_fr)
        assert row["publication"] == f"OCRTEH/police (rapport TIP {year})"
    populations = [TABLE.loc[name, "population"] for name in ("ADM-008", "ADM-016", "ADM-022")]
    assert len(set(populations)) == 3


def test_a_rate_measures_territories_and_everything_else_is_restricted_to_one() -> None:
    local = TABLE[TABLE["territory"] != "_T"]
    assert {"MYT", "GUF", "GLP", "MTQ", "REU", "antilles", "rural"} <= set(local["territory"])
    assert "per_100000" not in set(local["unit"])
    assert set(TABLE.loc[TABLE["variable"] == "territory", "territory"]) == {"_T"}
    assert set(TABLE.loc[TABLE["edition"] != "", "territory"]) == {"_T"}


def test_a_share_of_african_victims_is_not_one_among_african_victims() -> None:
    assert TABLE.loc["ADM-228", "origin"] == "_T"


def test_a_total_line_is_no_offence() -> None:
    assert TABLE.loc["ADM-266", ["variable", "category", "value"]].tolist() == ["total", "_T", 516]
    parts = TABLE[(TABLE["population"] == TABLE.loc["ADM-266", "population"]) & (TABLE["variable"] == "offence")]
    assert parts.loc[parts["period"] == TABLE.loc["ADM-266", "period"], "value"].sum() == 516


def test_no_working_note_reaches_a_reader() -> None:
    _, words, _ = load()
    note = re.compile(r"non vue?s?\b|à vérifier|déduit|ADM-|-0\d\b", re.I)
    for name, row in SECOND.iterrows():
        said = [wording.sentence(row, words, "X"), row["note"], row["reason"], row["publication"]]
        assert not any(note.search(text) for text in said), name
    assert [s.source_id for s in Catalogue(ROOT).sources.values() if note.search(s.citation_fr)] == []
