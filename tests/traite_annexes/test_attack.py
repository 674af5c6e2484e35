"""Hidden cells are attacked with all that annexes hold, and with nothing else: see `attacker`.

Point it at rendered editions, all those that were released: ``TRAITE_ATTACKED=outputs/demonstration pytest tests/traite_annexes/test_attack.py``.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import pytest
from attacker import Known, attack, cell_of, read, recovered, system
from conftest import ROOT

from traite_annexes.answers.people import published
from traite_lib.loading.selection import load
from traite_lib.nomenclature import ALL
from traite_lib.presentation.tables import Table
from traite_lib.table import SUB_POPULATION, records

DATA = ROOT / "data"
DEMONSTRATIONS = ("demo2020", "demo2021", "demo2022")

LINE = {"_T": 100, "women": 60, "men": 37, "trans": 3}
MEN = {"_T": 37, "sexual": 20, "labour": 14, "criminality": 3}


def name(what: str, edition: str = "demo2022", part: str = "core", unit: str = "count") -> str:
    return f"{edition}-{part}/accompanied/{what}/{unit}"


def folder(to: Path, rows: Mapping[str, object], hidden: Sequence[str] = ()) -> Path:
    """What a folder of annexes holds of some statements: a value, or a pair of a value and its base."""
    to.mkdir(exist_ok=True)
    lines = [["statement_id", "unit", "value", "base", "status"]]
    for each, said in rows.items():
        value, base = said if isinstance(said, tuple) else (said, "")
        lines.append([each, each.rpartition("/")[2], *(("", "", "Q") if each in hidden else (str(value), str(base), "A"))])
    with (to / "observations.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)
    return to


def line(values: Mapping[str, int], variable: str, restriction: str = "") -> dict[str, object]:
    return {name(f"{restriction}{variable}.{code}"): value for code, value in values.items()}


def test_primary_suppression_alone_is_undone_by_a_subtraction(tmp_path: Path) -> None:
    others = line(
        {"_T": 46, "women": 30, "men": 15, "trans": 1}, "sex", "age=minor/"
    )  # a line that hides nothing tells that they add
    secret = name("sex.trans")
    assert recovered([folder(tmp_path, line(LINE, "sex") | others, [secret])], DATA) == {secret: 3}


def test_a_second_hidden_cell_protects_the_first(tmp_path: Path) -> None:
    others = line({"_T": 46, "women": 30, "men": 15, "trans": 1}, "sex", "age=minor/")
    hidden = [name("sex.trans"), name("sex.men")]
    found = attack([folder(tmp_path, line(LINE, "sex") | others, hidden)], DATA)
    assert {
        each: low <= value <= high and low < high
        for each, value in zip(hidden, (3, 37), strict=True)
        for low, high in [found[each]]
    } == dict.fromkeys(hidden, True)


def test_the_same_cell_in_another_table_gives_it_away(tmp_path: Path) -> None:
    rows = line(LINE, "sex") | line(MEN, "form", "sex=men/") | line({"_T": 25, "women": 5, "men": 20}, "sex", "form=sexual/")
    rows |= line({"_T": 9, "sexual": 5, "labour": 3, "criminality": 1}, "form", "age=minor/")
    assert cell_of(name("sex=men/form.sexual")) == cell_of(name("form=sexual/sex.men"))
    hidden = [name("sex=men/form.sexual"), name("sex=men/form.criminality")]
    assert recovered([folder(tmp_path, rows, hidden)], DATA)[hidden[1]] == 3


def test_a_share_and_its_base_give_a_count(tmp_path: Path) -> None:
    secret, share = name("sex.trans"), name("sex.trans", unit="percent")
    assert recovered([folder(tmp_path, {secret: 3, share: (3.0, 100)}, [secret])], DATA) == {secret: 3}


def published_shares() -> dict[str, float]:
    """Shares that real editions published, of the years of demonstrations: their answers are made to give them."""
    found = {}
    for year in ("2020", "2021", "2022"):
        for row in records(published(load()[2], year)):
            if row["unit"] == "percent" and not row["bound"]:
                said = "".join(f"{name}={row[name]}/" for name in SUB_POPULATION if row[name] != ALL)
                found[f"{year}/{row['population']}/{said}{row['variable']}.{row['category']}"] = row["value"]
    return found


def test_a_share_that_was_published_elsewhere_bounds_a_count(tmp_path: Path) -> None:
    secret, share = name("sex.trans"), name("sex.trans", unit="percent")
    place = folder(tmp_path, line({"_T": 100, "trans": 3}, "sex") | {share: ""}, [secret, share])
    assert attack([place], DATA)[secret] == (0, 100)
    assert attack([place], DATA, {"2022/accompanied/sex.trans": 3.0}) == {secret: (3, 3)}


def test_what_is_put_together_is_an_upper_bound_of_each_of_its_parts(tmp_path: Path) -> None:
    rows = line({"NGA": 60, "ROU": 4, "CHN": 5, "other_nationalities_merged": 9}, "nationality")
    hidden = [name("nationality.ROU"), name("nationality.CHN")]
    assert attack([folder(tmp_path, rows, hidden)], DATA) == dict.fromkeys(hidden, (0, 9))


def test_a_change_taken_apart_gives_an_edition_away(tmp_path: Path) -> None:
    before = {name("total._T", "demo2021"): 3}
    panel = {name("panel.stayed_before"): 2, name("panel.exits"): 1, name("panel.entries"): 9, name("panel.stayed_after"): 4}
    secret = name("total._T", "demo2021")
    folders = [folder(tmp_path / "2021", before, [secret]), folder(tmp_path / "2022", panel | {name("total._T"): 13})]
    assert recovered(folders, DATA) == {secret: 3}


@pytest.mark.parametrize("file", ["notebook", "page", "our page", "words"])
def test_a_number_that_another_file_says_is_found(tmp_path: Path, file: str) -> None:
    secret = name("sex.trans")
    place = folder(tmp_path, {secret: 3}, [secret])
    assert recovered([place], DATA) == {}
    if file == "notebook":
        cells = [{"outputs": [{"text": [f"{secret} | trans | 3.00 victimes | sans base | normal\n"]}]}]
        (place / "03.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    elif file == "page":
        table = f"<table><tr><th>Référence</th></tr><tr><th>{secret}</th><td class='number'>3</td></tr></table>"
        (place / "03.html").write_text(table, encoding="utf-8")
    elif file == "our page":
        frame = pd.DataFrame({"Référence": [secret], "Année": ["2022"], "Statistique": ["15 ans"], "Valeur": ["3"]})
        (place / "03.html").write_text(Table(frame, "Provenance", numeric=("Valeur",)).html(), encoding="utf-8")
    else:
        (place / "sexe.csv").write_text(f"statement_id,unit,value,label\n{secret},count,,Personnes trans\n", encoding="utf-8")
        (place / "sexe.json").write_text(json.dumps({"alt": "Femmes, 60. Puis : personnes trans, 3."}), encoding="utf-8")
    assert recovered([place], DATA) == {secret: 3}


def test_what_it_supposes_is_true_of_demonstrations() -> None:
    """Or it would find nothing, or wrong things: each of its sums holds where nothing is hidden."""
    made = system(read([DATA / "demonstration"]), Known.read(DATA))
    assert [cell for cell, (low, high) in made.bounds.items() if low > high] == []
    values = {cell: low for cell, (low, high) in made.bounds.items() if low == high}
    told = [
        (terms, low, high, sum(factor * values[cell] for cell, factor in terms.items()))
        for terms, low, high in made.sums
        if terms.keys() <= values.keys()
    ]
    assert len(told) > 1500
    assert [each for each in told if not each[1] <= each[3] <= each[2]] == []


def test_it_undoes_demonstrations_of_which_small_counts_alone_are_hidden(tmp_path: Path) -> None:
    """A real attacker: primary suppression of a real release is undone, and nothing that it finds is wrong."""
    truth: dict[str, float] = {}
    for edition in DEMONSTRATIONS:
        with (DATA / "demonstration" / f"{edition}.csv").open(encoding="utf-8", newline="") as lines:
            rows = [row for row in csv.DictReader(lines) if row.get("status") != "Q"]
        truth |= {row["statement_id"]: float(row["value"]) for row in rows}
        small = {
            each["statement_id"].rpartition("/")[0] for each in rows if each["unit"] == "count" and 0 < float(each["value"]) < 5
        }
        said = {row["statement_id"]: (row["value"], row["base"]) for row in rows}
        folder(tmp_path / edition, said, [each for each in said if each.rpartition("/")[0] in small])
    found = attack([tmp_path / edition for edition in DEMONSTRATIONS], DATA)
    assert [each for each, (low, high) in found.items() if not low <= truth[each] <= high] == []
    undone = [each for each, (low, high) in found.items() if low == high]
    assert len(undone) > len(found) / 2


@pytest.mark.skipif("TRAITE_ATTACKED" not in os.environ, reason="no rendered editions to attack: set TRAITE_ATTACKED")
def test_nothing_is_recovered_from_what_was_released() -> None:
    folders = [Path(os.environ["TRAITE_ATTACKED"], edition) for edition in DEMONSTRATIONS]
    found = attack(folders, DATA, published_shares())
    assert found, "nothing is hidden in these folders"
    assert {each: low for each, (low, high) in found.items() if low == high} == {}
