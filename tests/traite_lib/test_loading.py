"""From the files of data/ to the Observations table, and what is said when a file is wrong."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from statements import select

from traite_lib import observations
from traite_lib.catalogue import Catalogue, Correction, sha256
from traite_lib.errors import CatalogueError, NomenclatureError, ObservationsError, TraiteError
from traite_lib.loading import published, selection
from traite_lib.nomenclature import Nomenclatures
from traite_lib.table import CALCULATED, COLUMNS, KEY, SUB_POPULATION, validate

SHARED = ROOT.parent / "shared" / "data"


def change(project: Path, name: str, old: str, new: str, *, declare: bool = False) -> None:
    """Replace a text of a data file once, and declare the new content when asked."""
    path = project / "data" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    before = sha256(path)
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    if declare:
        catalogue = project / "data" / "editions.toml"
        catalogue.write_text(catalogue.read_text(encoding="utf-8").replace(before, sha256(path)), encoding="utf-8")


F2022 = "published/survey_2022.csv"
FIRST = "E2022-001,2022,victims_identified,victimes repérées par les associations répondantes en 2022,,,,,4363,personnes,,,vie-publique-01"
SEXUAL = 'E2022-012,2022,share_by_form,"victimes exploitées au moins en partie en France, accompagnées en 2022",forme_exploitation,exploitation sexuelle'


@pytest.mark.parametrize(
    ("old", "new", "error", "said"),
    [
        (FIRST, FIRST.replace("victims_identified", "victims_seen"), NomenclatureError, "line 2, column indicator: 'victims_seen' is not in data/correspondences/indicators.csv"),
        (FIRST, FIRST.replace("en 2022,", "en 2O22,"), NomenclatureError, "line 2, column population: 'victimes repérées par les associations répondantes en 2O22'"),
        (FIRST, FIRST.replace("personnes", "gens"), NomenclatureError, "line 2, column unit: 'gens' is not in data/correspondences/units.csv"),
        (FIRST, FIRST.replace("vie-publique-01", "vie-publique-9"), ObservationsError, "line 2, column source_id"),
        (FIRST, FIRST.replace("4363", "4 363"), ObservationsError, "line 2, column value: a number was expected, found '4 363'"),
        (FIRST, FIRST.replace(",2022,", ",2023,", 1), ObservationsError, "line 2, column reference_year: '2022' was expected, found '2023'"),
        (FIRST, FIRST + ",more", ObservationsError, "line 2: 13 cells expected"),
        ("statement_id,", "id,", ObservationsError, "line 1: column 'statement_id' is missing"),
        (SEXUAL, SEXUAL.replace("sexuelle", "sexuele"), NomenclatureError, "line 13, column modality_1: the label 'exploitation sexuele'"),
        (SEXUAL, SEXUAL.replace("forme_exploitation", "forme"), NomenclatureError, "line 13, column dimension_1: 'forme' is not in data/correspondences/dimensions.csv"),
        ("E2022-002,", "E2022-001,", ObservationsError, "E2022-001"),
        (",76,%,,,interieur-01", ",176,%,,,interieur-01", ObservationsError, "shares lie between 0 and 100"),
        ("4363,personnes", "4363.5,personnes", ObservationsError, "counts are whole and positive"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_named_with_its_file_line_and_column(
    project: Path, old: str, new: str, error: type[TraiteError], said: str
) -> None:
    change(project, F2022, old, new, declare=True)
    with pytest.raises(error) as raised:
        selection.load()
    assert said in str(raised.value)
    assert "survey_2022.csv" in str(raised.value) or "Statement" in str(raised.value)


def test_a_population_that_contradicts_its_dimension_is_refused(project: Path) -> None:
    change(
        project,
        F2022,
        ",sexe,femmes,forme_exploitation,exploitation sexuelle,82",
        ",sexe,femmes,forme_exploitation,mendicité forcée,82",
        declare=True,
    )
    with pytest.raises(ObservationsError, match="'mendicité forcée' contradicts the population"):
        selection.load()


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("editions.toml", "producers = [", "producer = [", "Did you mean 'producers'?"),
        ("editions.toml", 'default = "2022"', 'default = "2022', "data/editions.toml is not valid TOML"),
        ("editions.toml", 'key = "2018"', 'key = "2017"', "the key '2017' must be the reference year, 2018"),
        ("editions.toml", 'default = "2022"', 'default = "2016"', "There is no edition 2016. Available: 2015, 2018"),
        ("editions.toml", "survey_2019.csv", "survey_19.csv", "data/published/survey_19.csv is declared in data/editions.toml but does not exist"),
        ("editions.toml", 'share_population = "accompanied"', 'share_population = "acompanied"', "There is no population 'acompanied'"),
        ("breaks.toml", "every_pair = true", "year = 2020\nevery_pair = true", "give exactly one of year, every_pair"),
        ("breaks.toml", 'effect = "refuse"', 'effect = "forbid"', "data/breaks.toml, break.0.effect"),
        ("corrections.toml", '"E2015-005" = 1826', '"E2015-005" = 1827', "the value 1827 was expected, found 1826"),
        ("corrections.toml", '"E2015-005" = 1826', '"E2015-999" = 1826', "statement E2015-999: it does not exist"),
        ("corrections.toml", "set = { population", "set = { poulation", "Did you mean 'population'?"),
        ("corrections.toml", 'action = "recode"\nset', 'action = "doubt"\nset', "`set` goes with the action recode"),
        ("corrections.toml", 'by = { "ADM-022" = 931 }', 'by = { "ADM-022" = 930 }', "statement ADM-022: the value 930 was expected"),
        ("corrections.toml", 'by = { "ADM-022" = 931 }', 'by = { "ADM-023" = 892 }', "ADM-023 is no revision of it, period is '2020'"),
        ("corrections.toml", 'by = { "ADM-022" = 931 }', "", "`by` goes with the action supersede"),
        ("corrections.toml", 'statements = { "ADM-019" = 892 }\nby = { "ADM-022" = 931 }', 'statements = { "SER-042" = 2027 }\nby = { "ADM-108" = 2027 }', "its publisher is 'Ministère de l’Intérieur', not 'SSMSI'"),
    ],
)  # fmt: skip
def test_a_wrong_catalogue_is_one_sentence_that_names_the_place(project: Path, name: str, old: str, new: str, said: str) -> None:
    change(project, name, old, new)
    with pytest.raises(TraiteError) as raised:
        selection.load()
    assert said in str(raised.value)


def test_a_file_that_changed_stops_the_load(project: Path) -> None:
    change(project, F2022, "4363", "4364")
    with pytest.raises(CatalogueError, match=r"data/published/survey_2022\.csv has changed"):
        selection.load()


def test_a_root_that_is_no_project_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TRAITE_ROOT", str(tmp_path))
    with pytest.raises(CatalogueError, match=r"there is no data/editions\.toml"):
        Catalogue()


def test_the_edition_without_a_year_is_listed_and_never_dated() -> None:
    catalogue = Catalogue(ROOT)
    assert [edition.number for edition in catalogue.editions] == list(range(1, 10))
    assert "edition-2" not in [edition.key for edition in catalogue.dated]
    table = observations()
    rows = table[table["edition"] == "edition-2"]
    rows = rows[rows["status"] != CALCULATED]
    assert len(rows) == 18
    assert rows["reference_year"].isna().all()
    assert set(rows["period"]) == {"2016|2017"}


def test_every_statement_is_loaded_once() -> None:
    table = observations()
    assert (table["status"] != CALCULATED).sum() == 329 + 305 + 70
    assert table["statement_id"].is_unique
    assert list(table.columns) == COLUMNS


@pytest.mark.skipif(not SHARED.is_dir(), reason="the gathered statements (../shared/data) are not beside the project")
@pytest.mark.parametrize(
    ("gathered", "pattern"),
    [
        (["published_figures.csv", "second_search/survey_figures.csv"], "survey_*.csv"),
        (["administrative_figures.csv", "second_search/administrative_figures.csv"], "administrative_figures.csv"),
    ],
)
def test_the_statements_are_those_that_were_gathered_word_for_word(gathered: list[str], pattern: str) -> None:
    def rows(path: Path) -> list[dict[str, str]]:
        with path.open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))

    wanted = [row for name in gathered for row in rows(SHARED / name)]
    kept = [
        "reference_year",
        "indicator",
        "population",
        "dimension_1",
        "modality_1",
        "dimension_2",
        "modality_2",
        "value",
        "unit",
        "qualifier",
        "source_id",
    ]
    found = [row for path in (ROOT / "data/published").glob(pattern) for row in rows(path)]
    found = [row for row in found if row["statement_id"] != "E2022-055"]  # read again on the ministry's own page
    assert sorted(tuple(row[name] for name in kept) for row in wanted) == sorted(
        tuple(row[name] for name in kept) for row in found
    )


def test_bases_are_filled_only_where_they_follow_by_definition() -> None:
    table = observations()
    table = table[table["status"] != CALCULATED]
    assert set(table.loc[table["base"].notna(), "variable"]) == {"accompanied"}
    row = table[(table["variable"] == "accompanied") & (table["period"] == "2020") & (table["form"] == "criminality")].iloc[0]
    assert (row["value"], row["base"]) == (33, 400)
    row = table.set_index("statement_id").loc["E2020-022"]  # « notamment » 57: a doubted number is no base
    assert row["value"] == 49
    assert pd.isna(row["base"])


def test_the_more_precise_of_population_and_dimension_is_kept() -> None:
    table = observations().set_index("statement_id")
    assert table.loc["E2018-017", "form"] == "labour_domestic"


def test_weak_rows_are_flagged_with_their_reason() -> None:
    table = observations()
    weak = table[table["status"] == "U"]
    assert len(weak) > 40
    assert (weak["note"] != "").all()


def test_the_retained_women_of_2019_are_82_percent_because_90_has_no_sure_population() -> None:
    rows = observations().query("period == '2019' and variable == 'sex' and category == 'women'")
    assert dict(zip(rows["value"], rows["retained"], strict=True)) == {82.0: True, 90.0: False}


def frame(*rows: dict[str, object]) -> pd.DataFrame:
    """Statements of one statistic, exact, sure and official unless said otherwise."""
    base = (
        dict.fromkeys(KEY, "x")
        | {"unit": "count"}
        | {
            "value": 1.0,
            "status": "A",
            "bound": "",
            "rank": 1,
            "reason": "",
            "note": "",
            "choice": 0,
            "locator": "",
            "edition": "",
            "source_id": "s",
        }
    )
    return pd.DataFrame([base | {"statement_id": f"S{n}"} | row for n, row in enumerate(rows)])


@pytest.mark.parametrize(
    ("rows", "kept"),
    [
        ([{"rank": 3}, {"rank": 1}], "S1"),
        ([{"rank": 1, "bound": ">", "value": 0.0}, {"rank": 3}], "S1"),  # an exact value that agrees stands for a bound
        ([{"rank": 1, "bound": ">", "value": 5.0}, {"rank": 3}], "S0"),  # they do not agree: rank wins
        ([{"rank": 1, "bound": "~", "value": 10.0}, {"rank": 3, "value": 13.0}, {"rank": 2, "value": 12.0}], "S2"),
        ([{"rank": 1, "bound": "~", "value": 10.0}, {"rank": 2, "value": 20.0}, {"rank": 3, "value": 12.0}], "S0"),
        ([{"rank": 1, "bound": ">", "value": 0.0}, {"rank": 3, "status": "U"}], "S0"),
        ([{"rank": 1, "bound": ">", "value": 0.0, "choice": 1}, {"rank": 3}], "S0"),
        ([{"bound": "~"}, {}], "S1"),
        ([{"bound": "<"}, {"bound": "~"}], "S1"),  # an approximation tells more than a bound
        ([{"unit": "percent", "value": 47.0}, {"unit": "percent", "value": 47.1}], "S1"),  # the more precise of two that agree
        ([{}, {"source_id": "series"}, {"source_id": "series", "category": "y", "choice": -1}], "S1"),
        ([{"status": "U"}, {"rank": 3, "bound": "~"}], "S1"),
        ([{}, {}], "S0"),
        ([{}, {"rank": 3, "choice": 1}], "S1"),
        ([{"choice": -1}, {"rank": 3, "status": "U"}], "S1"),
    ],
)
def test_the_retained_statement_is_the_surest_then_the_best_ranked_then_the_most_exact(
    rows: list[dict[str, object]], kept: str
) -> None:
    table = selection.retain(frame(*rows))
    assert list(table.loc[table["retained"], "statement_id"]) == [kept]


def test_an_exact_value_that_stands_for_a_better_source_says_both() -> None:
    rows = frame({"bound": ">", "value": 2800.0, "unit": "count"}, {"rank": 3, "value": 2872.0, "unit": "count"})
    row = selection.retain(rows, {"s": "ASH"}).set_index("statement_id").loc["S1"]
    said = "Valeur exacte (ASH, presse) ; la source officielle dit « plus de 2\u202f800 »."
    assert (row["retained"], row["note"], row["reason"]) == (True, said, said)


def test_two_statements_that_tie_and_differ_stop_the_load() -> None:
    with pytest.raises(CatalogueError, match=r"S0 \(1\) and S1 \(2\).*data/corrections.toml"):
        selection.retain(frame({}, {"value": 2.0}))
    with pytest.raises(CatalogueError, match=r"S1 \(11\) and S2 \(12\)"):
        selection.retain(frame({"bound": "~", "value": 10.0}, {"rank": 2, "value": 11.0}, {"rank": 2, "value": 12.0}))


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_the_rows_decides_nothing(seed: int) -> None:
    catalogue, words, table = selection.load()
    statements = published.load_published(catalogue, words)
    random.Random(seed).shuffle(statements)
    found = selection.build(statements, catalogue, words).sort_values("statement_id", ignore_index=True)
    expected = table.sort_values("statement_id", ignore_index=True)
    pd.testing.assert_frame_equal(found, expected)


def test_a_revision_supersedes_the_earlier_statement_and_says_so() -> None:
    table = observations().set_index("statement_id")
    catalogue = Catalogue(ROOT)
    earlier = [name for c in catalogue.corrections if c.action == "supersede" for name in c.statements]
    later = [name for c in catalogue.corrections if c.action == "supersede" for name in c.by]
    assert (table.loc["ADM-019", "value"], table.loc["ADM-022", "value"]) == (892, 931)
    assert {"ADM-019", "ADM-017", "ADM-018", "ADM-020", "ADM-021"} <= set(earlier)
    assert not table.loc[earlier, "retained"].any()
    assert table.loc[later, "retained"].all()
    assert table.loc[earlier, "reason"].str.startswith("Valeur révisée à ").all()
    assert set(table.loc[earlier, "status"]) == {"A"}
    assert [c.action for c in catalogue.judged["ADM-021"]] == ["recode", "supersede"]


def test_a_recoded_statement_carries_the_reason_as_its_note() -> None:
    table = observations().set_index("statement_id")
    for correction in Catalogue(ROOT).corrections:
        if correction.action == "recode":
            for name in correction.statements:
                assert correction.reason.rstrip(".") in table.loc[name, "note"]


def test_what_is_doubted_superseded_or_set_aside_says_why() -> None:
    table = observations().set_index("statement_id")
    judged = Catalogue(ROOT).judged
    doubted = table[(table["status"] == "U") | table.index.isin(judged)]
    recoded = {name for name, found in judged.items() if {c.action for c in found} == {"recode"}}
    assert list(doubted.index[(doubted["reason"] == "") & ~doubted.index.isin(recoded)]) == []


def test_a_published_change_in_percent_is_no_share() -> None:
    table = observations()
    changes = table["variable"].str.startswith("change_")
    assert "percent" not in set(table.loc[changes, "unit"])
    assert "percent_change" not in set(table.loc[~changes, "unit"])
    assert list(table.set_index("statement_id").loc["E2022-051", ["value", "unit"]]) == [97, "percent_change"]


def test_the_study_that_an_administrative_statement_quotes_is_in_the_table() -> None:
    table = observations().set_index("statement_id")
    assert table.loc["ADM-142", "publication"] == "Interstats Analyse n°70 / Infostat Justice n°198 (oct. 2024)"
    assert set(table.loc[table["edition"] != "", "publication"]) == {""}
    assert (table.loc[table["edition"] == "", "publication"] != "").all()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("ab"),
            st.sampled_from(["A", "U"]),
            st.sampled_from(["", "<"]),  # « less than 1 » and « about 1 » would be two values that tie
            st.integers(1, 3),
            st.integers(-1, 1),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_one_statement_is_retained_for_each_statistic_unless_all_are_set_aside(
    rows: list[tuple[str, str, str, int, int]],
) -> None:
    table = selection.retain(frame(*({"category": c, "status": s, "bound": b, "rank": r, "choice": k} for c, s, b, r, k in rows)))
    for category, group in table.groupby("category"):
        usable = any(c == category and k >= 0 for c, _, _, _, k in rows)
        assert group["retained"].sum() == int(usable)
    assert not any(kept and k == -1 for kept, (*_, k) in zip(table["retained"], rows, strict=True))


@pytest.mark.parametrize(
    ("action", "status", "choice"), [("retain", "A", 1), ("doubt", "U", 0), ("set_aside", "U", -1), ("recode", "A", 0)]
)
def test_each_action_of_a_correction(action: str, status: str, choice: int) -> None:
    correction = Correction.model_validate(
        {
            "id": "c",
            "action": action,
            "statements": {"S0": 1},
            "set": {"population": "y"} if action == "recode" else {},
            "reason": "Motif.",
        }
    )
    row = selection.apply_corrections(frame({}, {}), [correction]).iloc[0]
    assert (row["status"], row["choice"]) == (status, choice)
    assert row["population"] == ("y" if action == "recode" else "x")
    assert "Motif." in row["reason"] + row["note"]


def test_a_revision_is_of_the_same_statistic() -> None:
    said = {"id": "c", "action": "supersede", "statements": {"S0": 1}, "by": {"S1": 2}, "reason": "Motif."}
    correction = Correction.model_validate(said)
    table = selection.apply_corrections(frame({}, {"value": 2.0}), [correction])
    assert list(table["choice"]) == [-1, 0]
    with pytest.raises(CatalogueError, match="S1 is no revision of it, sex is 'women', not 'x'"):
        selection.apply_corrections(frame({}, {"value": 2.0, "sex": "women"}), [correction])
    recode = said | {"action": "recode", "by": {}, "set": {"sex": "women"}}
    selection.apply_corrections(frame({}, {"value": 2.0, "sex": "women"}), [correction, Correction.model_validate(recode)])


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda t: t.assign(value=t["value"].where(t.index != 0, float("nan"))), "a missing value has a status of its own"),
        (lambda t: t.assign(population="nobody"), "column population, found 'nobody'"),
        (lambda t: t.assign(category="nothing"), "the category belongs to the nomenclature of its variable"),
        (lambda t: t.assign(base=pd.array([0] * len(t), dtype="Int64")), "column base"),
    ],
)
def test_the_schema_refuses_a_wrong_table(spoil: Callable[[pd.DataFrame], pd.DataFrame], said: str) -> None:
    with pytest.raises(ObservationsError) as raised:
        validate(spoil(observations()), Nomenclatures(ROOT / "data"))
    assert said in str(raised.value)


def test_selection_means_all_unless_a_sub_population_is_named() -> None:
    table = observations()
    rows = select(table[table["period"] == "2022"], "sex", category="women", unit="percent")
    assert list(rows["value"]) == [82]
    assert list(select(table[table["period"] == "2022"], "sex", category="women", form="sexual")["value"]) == [94]
    with pytest.raises(ObservationsError, match="There is no sub-population 'colour'"):
        select(table, "sex", colour="x")


def test_what_is_measured_is_no_restriction_too() -> None:
    """« Minors among minors » says no more than « minors »: the share of minors is one of all victims."""
    catalogue, words, table = selection.load()
    row = {"indicator": "share_minors", "population": "victimes mineures suivies en 2015", "dimension_1": "age"}
    row |= {"modality_1": "mineures", "dimension_2": "", "modality_2": "", "value": "9", "unit": "%", "qualifier": "", "base": ""}
    concordances = published.Correspondences.read(catalogue.data)
    coded = published.code_statement(row, "here", "survey", (2015, 2015), words, concordances)
    assert (coded["variable"], coded["category"], coded["age"]) == ("age", "minor", "_T")
    sexes = row | {"indicator": "share_by_sex", "dimension_1": "sexe", "modality_1": "femmes"}
    assert published.code_statement(sexes, "here", "survey", (2015, 2015), words, concordances)["age"] == "minor"
    for column in SUB_POPULATION:
        assert not ((table["variable"] == column) & (table["category"] != "_T") & (table["category"] == table[column])).any()
