"""Demonstration editions: published margins, in LimeSurvey's own formats, read back by the reader; the same seed, the same bytes."""

from __future__ import annotations

import json
import shutil
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pandas as pd
import pytest
import tomlkit
from commands import contents, traite
from conftest import ROOT

from traite_annexes.answers.aggregates import compute
from traite_annexes.answers.demonstration import Demonstration
from traite_annexes.answers.findings import check
from traite_annexes.answers.panel import change_made_of
from traite_annexes.answers.people import published
from traite_annexes.answers.plan import read_plan
from traite_annexes.answers.tables import Tables, read_tables
from traite_annexes.errors import AnswersError
from traite_lib import open_edition
from traite_lib.catalogue import Catalogue
from traite_lib.nomenclature import ALL, Nomenclatures
from traite_lib.table import KEY, decimals, records

CATALOGUE = Catalogue(ROOT)
KEYS = ["demo2020", "demo2021", "demo2022"]
SAID = "Données synthétiques – démonstration"


@pytest.fixture(scope="module")
def demonstrations(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Demonstration]:
    return {key: Demonstration(key, CATALOGUE) for key in KEYS}


@pytest.fixture(scope="module")
def paths(demonstrations: dict[str, Demonstration], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("answers")
    return {key: edition.write(folder) for key, edition in demonstrations.items()}


@pytest.fixture(scope="module")
def read(paths: dict[str, Path]) -> dict[str, Tables]:
    return {key: read_tables(path) for key, path in paths.items()}


def rounded(part: float, base: float, digits: int) -> float:
    exact = Decimal(int(part)) * 100 / Decimal(int(base))
    return float(exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))


@pytest.mark.parametrize("key", KEYS)
def test_every_published_figure_that_is_used_is_given_back(
    key: str, demonstrations: dict[str, Demonstration], read: dict[str, Tables]
) -> None:
    made = demonstrations[key]
    found = compute(read[key], read_plan(ROOT / "data"), Nomenclatures(ROOT / "data")).observations
    counts = found[found["retained"] & (found["unit"] == "count")]
    mine = {tuple(row[name] for name in KEY[:-1]): row["value"] for row in records(counts)}
    wrong, used = [], 0
    for row in records(published(open_edition("2022").observations, key.removeprefix("demo"))):
        if row["statement_id"] in made.edition.not_used or row["status"] == "I":
            continue
        name = {column: row[column] for column in KEY[:-1]}
        used += 1
        if row["unit"] == "count":
            right = mine.get(tuple(name.values())) == row["value"]
        else:
            if row["variable"] == "accompanied":  # of those identified, by form or in all
                form = row["form"]
                cell = {"variable": "total" if form == ALL else "form", "category": form, "form": ALL}
                part, base = (mine[tuple((name | cell | {"population": who}).values())] for who in ("accompanied", "identified"))
            else:
                part, base = mine[tuple(name.values())], mine[tuple((name | {"category": ALL}).values())]
            share = rounded(part, base, decimals(row["value"]))
            right = share < row["value"] or part / base < row["value"] / 100 if row["bound"] == "<" else share == row["value"]
        wrong += [] if right else [row["statement_id"]]
    assert wrong == []
    assert used >= 10


def test_what_is_not_good_waits_for_the_decisions_that_the_mapping_holds(paths: dict[str, Path], tmp_path: Path) -> None:
    folder = shutil.copytree(paths["demo2020"].parent, tmp_path / "copy")
    path, file = folder / "mapping.toml", folder / "donnees_synthetiques_demo2020.lsa"
    assert check(file, path).open == []
    said = tomlkit.parse(path.read_text(encoding="utf-8"))
    del said["decision"]
    path.write_text(tomlkit.dumps(said), encoding="utf-8")
    assert {finding.code for finding in check(file, path).open} == {"test", "duplicate", "same_counts"}


def test_the_archive_and_the_csv_give_the_same_tables(paths: dict[str, Path], read: dict[str, Tables]) -> None:
    folder = paths["demo2022"].parent
    other = read_tables(
        paths["demo2022"], folder / "donnees_synthetiques_demo2022.csv", folder / "donnees_synthetiques_demo2022.lss"
    )
    pd.testing.assert_frame_equal(other.victims, read["demo2022"].victims)
    pd.testing.assert_frame_equal(other.associations, read["demo2022"].associations)


def test_two_runs_of_one_seed_are_the_same_bytes_and_say_that_they_are_synthetic(paths: dict[str, Path], tmp_path: Path) -> None:
    traite("synth", "demo2020", "--to", str(tmp_path / "again"), root=ROOT)
    again = contents(tmp_path / "again" / "demo2020")
    assert again == contents(paths["demo2020"].parent)
    assert all("synthetiques" in name for name in again if name.startswith("donnees"))
    assert SAID in (tmp_path / "again" / "demo2020" / "donnees_synthetiques_demo2020.lss").read_text(encoding="utf-8")
    assert SAID in (tmp_path / "again" / "demo2020" / "mapping.toml").read_text(encoding="utf-8")
    for path in (tmp_path / "again").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("key", KEYS)
def test_the_file_of_its_observations_is_what_its_answers_give_but_for_what_is_hidden(key: str, read: dict[str, Tables]) -> None:
    found = compute(read[key], read_plan(ROOT / "data"), Nomenclatures(ROOT / "data"), edition=key, source_id=key).observations
    made = found[found["retained"]].set_index("statement_id")
    kept = pd.read_csv(ROOT / "data" / "demonstration" / f"{key}.csv", keep_default_na=False).set_index("statement_id")
    assert set(made.index) <= set(kept.index)
    kept = kept.loc[made.index]
    hidden = kept["status"] == "Q"
    assert (kept["value"] == "").eq(hidden).all()
    public = ~hidden & (kept["unit"] == "percent") & (kept["base"] == "")  # as it was published, rounded, and without its base
    told = ~hidden & ~public
    assert (kept.loc[told, "value"].astype(float) == made.loc[told, "value"]).all()
    assert ((kept.loc[public, "value"].astype(float) - made.loc[public, "value"]).abs() <= 0.5).all()
    based = (kept["base"] != "") & made["base"].notna()
    assert (kept.loc[based, "base"].astype(float) == made.loc[based, "base"].astype(float)).all()
    record = json.loads((ROOT / "data" / "released" / f"{key}.json").read_text(encoding="utf-8"))
    assert {name for name in record["intervals"] if name in made.index} == set(kept.index[hidden & (kept["unit"] == "count")])
    exact = made.loc[[name for name in record["intervals"] if name in made.index], "value"]
    assert all(low <= exact[name] and (high is None or exact[name] <= high) for name, (low, high) in record["intervals"].items()
               if name in made.index)  # fmt: skip


def test_associations_come_and_go_and_changes_add_up(read: dict[str, Tables]) -> None:
    found = change_made_of(read)
    assert (found["after"] - found["before"] == found["entries"] - found["exits"] + found["inside"]).all()
    first = found.iloc[0]
    assert (first["before"], first["after"], first["respondents_before"], first["respondents_after"]) == (2259, 2872, 26, 44)
    assert 0 < first["associations"] < 26


def test_a_chapter_shows_what_the_change_is_made_of() -> None:
    survey = open_edition("demo2022")
    panel = survey.distribution("panel", population="accompanied").frame.set_index("category")["value"]
    change = survey.change("total", population="accompanied")
    assert change is not None
    assert panel["entries"] - panel["exits"] + panel["stayed_after"] - panel["stayed_before"] == change.difference
    assert not open_edition("2022").distribution("panel", population="accompanied"), "published figures do not tell it"


def test_an_edition_that_does_not_exist_is_refused() -> None:
    with pytest.raises(AnswersError, match="demo2022"):
        Demonstration("demo2023", CATALOGUE)
