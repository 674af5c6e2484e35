"""The door: nothing that is hidden can be computed from what is released, and what is released is true."""

from __future__ import annotations

import json
import re
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from commands import traite
from conftest import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from invented_answers import write
from test_aggregates import NOMENCLATURES, PLAN, survey
from test_panel import tables as answered

import table_disclosure as td
from traite_annexes.answers.aggregates import compute
from traite_annexes.answers.computed import _panel, read_profile, release
from traite_annexes.answers.crosstab import SHOWN, Asked, release_crosstab
from traite_annexes.answers.door import Door
from traite_annexes.answers.merging import merged
from traite_annexes.answers.tables import Tables
from traite_annexes.errors import AnswersError
from traite_lib.nomenclature import UNKNOWN
from traite_lib.table import percent

FEW = PLAN.model_copy(
    update={
        "table": [
            table.model_copy(update={"by": [["form"]] if table.variable == "complaint" else [], "populations": ["accompanied"]})
            for table in PLAN.table
            if table.variable in ("total", "form", "sex", "complaint")
        ]
    }
)
"""Tables enough to be linked, few enough to be read."""
PUBLICATION = read_profile(ROOT / "data", "publication")
INTERNAL = read_profile(ROOT / "data", "internal")


def counts(rows: pd.DataFrame) -> dict[str, float]:
    return dict(zip(rows["statement_id"], rows["value"], strict=True))


def determined(tables: td.Tables, hidden: set[str]) -> set[str]:
    """Hidden cells that sums alone give, by linear algebra: those that no move of hidden cells changes."""
    place = {name: number for number, name in enumerate(sorted(hidden))}
    rows = [[relation.terms.get(name, 0) for name in place] for relation in tables.relations if relation.low == relation.high]
    if not place or not rows:
        return set()
    _, singular, moves = np.linalg.svd(np.array(rows, dtype=float))
    free = moves[int((singular > 1e-9).sum()) :]
    return {name for name, number in place.items() if not (np.abs(free[:, number]) > 1e-9).any()}


@given(st.integers(0, 10_000), st.integers(0, 150), st.integers(3, 8))
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_released_is_true_and_what_is_hidden_is_not_told(seed: int, victims: int, associations: int) -> None:
    found = compute(survey(seed, victims, associations), FEW, NOMENCLATURES)
    door = Door(found, NOMENCLATURES, PUBLICATION)
    rows, record = door.open()
    before, after = counts(found.observations), counts(rows)
    shown = {name for name, value in after.items() if not pd.isna(value)}
    assert all(before[name] == after[name] for name in shown)
    assert set(rows.loc[rows["status"] == "Q", "statement_id"]) == set(after) - shown
    hidden = {cell for name, (cell, _) in door.cells.items() if name not in shown and not name.endswith("/percent")}
    unknown = set(door.tables.cells) - {door.cells[name][0] for name in shown if name in door.cells}
    needed = {need.subject for need in td.needs(door.tables, PUBLICATION)}
    assert not determined(door.tables, unknown) & hidden & needed
    for name in shown & {name for name in after if name.endswith("/percent")}:
        part, base = door.cells[name]
        assert part not in hidden
        assert base not in hidden, "a share is shown with its base"
    small = {name for name, value in before.items() if name.endswith("/count") and 0 < value < 5 and "associations" not in name}
    told = {cell.name for cell in door.tables.cells.values() if cell.fate is td.Fate.HARMLESS}
    assert all(door.cells[name][0] in told for name in small & shown)
    assert set(record["intervals"]) <= {name for name in after if name not in shown and not name.endswith("/percent")}
    assert record["published"] + record["hidden"] == record["cells"]


def crowd(**columns: list[str]) -> Tables:
    """Victims of associations a to e, with a form."""
    who, form = columns["association"], columns["form"]
    made = survey(1, len(who), 5)
    made.victims["association"] = who
    made.victims["form"] = pd.Categorical(form, categories=made.victims["form"].cat.categories)
    blank = made.associations.drop(columns=[name for name in made.associations if name != "association"])
    return replace(made, associations=blank, dims={})


@pytest.mark.parametrize(("brought", "hidden"), [("ab" * 30, True), ("a" * 54 + "bcdefg", True), ("abcde" * 12, False)])
def test_sixty_victims_of_two_associations_or_nearly_of_one_are_hidden(brought: str, hidden: bool) -> None:
    others = "abcde" * 20
    tables = crowd(association=[*brought, *others], form=["sexual"] * 60 + ["other"] * 100)
    rows, _ = Door(compute(tables, FEW, NOMENCLATURES), NOMENCLATURES, PUBLICATION).open()
    value = counts(rows)["2022-optional/accompanied/form.sexual/count"]
    assert pd.isna(value) if hidden else value == 60


def test_a_figure_that_was_published_is_not_hidden_again() -> None:
    tables = crowd(association=[*("ab" * 30), *("abcde" * 20)], form=["sexual"] * 60 + ["other"] * 100)
    found = compute(tables, FEW, NOMENCLATURES)
    what = ("accompanied", *["_T"] * 6, "form", "sexual", "count")
    assert (
        counts(Door(found, NOMENCLATURES, PUBLICATION, {what: 60}).open()[0])["2022-optional/accompanied/form.sexual/count"] == 60
    )
    other = counts(Door(found, NOMENCLATURES, PUBLICATION, {what: 61}).open()[0])  # another number: another population
    assert pd.isna(other["2022-optional/accompanied/form.sexual/count"])


def test_a_share_that_was_published_tells_of_its_part_and_its_base() -> None:
    """37.5 % of 160 is 60, which two associations brought: whoever is given either has both, and the number of the others."""
    tables = crowd(association=[*("ab" * 30), *("abcde" * 20)], form=["sexual"] * 60 + ["other"] * 100)
    found = compute(tables, FEW, NOMENCLATURES)
    what = ("accompanied", *["_T"] * 6, "form", "sexual", "percent")
    for printed, told in ((37.5, True), (37.6, False)):  # another share is one of others
        door = Door(found, NOMENCLATURES, PUBLICATION, {what: printed})
        (part,) = [cell for name, (cell, _) in door.cells.items() if name.endswith("optional/accompanied/form.sexual/percent")]
        known = [r for r in door.tables.relations if part in r.terms and set(map(abs, r.terms.values())) != {1}]
        assert bool(known) == told
        rows, _ = door.open()
        assert pd.isna(counts(rows)["2022-optional/accompanied/form.sexual/count"])
        assert pd.isna(counts(rows)["2022-optional/accompanied/form._T/count"]) or not told
        (share,) = rows[rows["statement_id"] == "2022-optional/accompanied/form.sexual/percent"].to_dict("records")
        assert pd.isna(share["base"])
        assert (share["value"], share["status"]) == (printed, "A") if told else share["status"] == "Q"


def changed(tmp_path: Path, entrants: dict[str, tuple[int, int, int]]) -> dict[str, float]:
    """What is released of the change from four associations to these and others."""
    stay = {name: (40, 20, 20) for name in "abcd"}
    before, after = answered(stay), answered(stay | entrants)
    found = compute(after, FEW, NOMENCLATURES, edition="demo2022", source_id="demo2022")
    since = _panel(before, after, "demo2022", found.names, tmp_path)
    return counts(Door(found, NOMENCLATURES, PUBLICATION, since=since).open()[0])


def test_the_difference_of_full_and_panel_totals_with_one_entrant_is_not_published(tmp_path: Path) -> None:
    one = changed(tmp_path, {"e": (60, 30, 30)})
    panel = [one[f"demo2022-core/accompanied/panel.{part}/count"] for part in ("entries", "stayed_after")]
    full = one["demo2022-core/accompanied/total._T/count"]
    assert pd.isna(panel[0])
    assert pd.isna(panel[1]) or pd.isna(full), "their difference is what one association brought"
    many = changed(tmp_path, {name: (60, 30, 30) for name in "efgh"})
    assert many["demo2022-core/accompanied/panel.entries/count"] == 240
    assert many["demo2022-core/accompanied/total._T/count"] == 400


def test_what_the_edition_before_hid_is_not_told_by_what_changed_since(tmp_path: Path) -> None:
    """Those who left and those who stayed add to the total before: it was hidden, and one of them is."""
    names = [f"demo2022-core/accompanied/panel.{part}/count" for part in ("exits", "stayed_before")]
    left = {name: (60, 30, 30) for name in "efgh"}
    stay = {name: (40, 20, 20) for name in "abcd"}
    before, after = answered(stay | left), answered(stay)
    year = before.mapping.edition.model_copy(update={"year": 2021})
    before = replace(before, mapping=before.mapping.model_copy(update={"edition": year}))
    found = compute(after, FEW, NOMENCLATURES, edition="demo2022", source_id="demo2022")
    hidden = {f"demo2021-core/accompanied/{what}/count": [150, 450] for what in ("total._T", "form.sexual", "form.begging")}
    (tmp_path / "released").mkdir()
    for intervals in ({}, hidden):
        (tmp_path / "released" / "demo2021.json").write_text(json.dumps({"intervals": intervals}), encoding="utf-8")
        since = _panel(before, after, "demo2022", found.names, tmp_path)
        rows = counts(Door(found, NOMENCLATURES, PUBLICATION, since=since).open()[0])
        assert any(pd.isna(rows[name]) for name in names) == bool(intervals)


def test_forms_of_those_who_entered_add_to_all_of_them(tmp_path: Path) -> None:
    """Or a form that is hidden would be what the others leave."""
    before, after = answered({name: (40, 20, 20) for name in "abcd"}), answered({name: (40, 20, 20) for name in "abcdefgh"})
    found = compute(after, FEW, NOMENCLATURES, edition="demo2022", source_id="demo2022")
    door = Door(found, NOMENCLATURES, PUBLICATION, since=_panel(before, after, "demo2022", found.names, tmp_path))
    entries = {change.statement for change in door.since.changes if change.what == "accompanied entries"}
    assert len(entries) > 1
    assert entries in [set(relation.terms) for relation in door.tables.relations]


def test_hidden_modalities_of_a_line_are_given_together_where_others_are_shown() -> None:
    """Their number is what anyone subtracts: those who answered, less what is shown. Of several answers, nothing adds."""
    tables = crowd(association=[*("abcde" * 20)], form=["sexual"] * 100)
    codes = ["NGA"] * 60 + ["FRA"] * 30 + ["ROU"] * 3 + ["CHN"] * 2 + [UNKNOWN] * 5
    tables.victims["nationality"] = pd.Categorical(codes)
    plan = PLAN.model_copy(update={"table": [t.model_copy(update={"by": []}) for t in PLAN.table if t.variable == "nationality"]})
    found = compute(tables, plan, NOMENCLATURES)
    rows, _ = Door(found, NOMENCLATURES, PUBLICATION).open()
    said, shown = counts(merged(rows, plan, set())), counts(rows)
    pd.testing.assert_series_equal(merged(rows, plan, set()).dtypes, rows.dtypes)
    stem = "2022-optional/accompanied/nationality"
    held = {"NGA": 60, "FRA": 30, "ROU": 3, "CHN": 2}
    hidden = sum(number for code, number in held.items() if pd.isna(shown[f"{stem}.{code}/count"]))
    assert 5 <= hidden < 95
    assert said[f"{stem}.other_nationalities_merged/count"] == hidden
    assert said[f"{stem}.other_nationalities_merged/percent"] == percent(hidden, 95)
    assert merged(rows, plan, {"nationality"}).empty
    public = rows.assign(value=rows["value"].mask(rows["statement_id"] == f"{stem}.ROU/percent", 3))
    assert f"{stem}.other_nationalities_merged/count" not in counts(merged(public, plan, set())), "a share is told apart"
    assert merged(rows[~rows["category"].isin(["NGA", "FRA"])], plan, set()).empty, "it would be all of them"
    assert merged(found.observations, plan, set()).empty, "nothing is hidden"


def test_under_internal_nothing_is_hidden() -> None:
    rows, record = Door(compute(survey(3, 60), FEW, NOMENCLATURES), NOMENCLATURES, INTERNAL).open()
    assert record["hidden"] == 0
    assert not (rows["status"] == "Q").any()


# --- real answers, through the commands ------------------------------------------------------------------------------------


def victims(number: int, **answers: Any) -> list[dict[str, Any]]:
    return [{"FORM": "S" if n % 3 else "T", "SEXE": "F" if n % 2 else "H", "AGE": 17 + n % 4, "PLT": "Y" if n % 5 else "N", **answers}
            for n in range(number)]  # fmt: skip


@pytest.fixture
def real(tmp_path: Path) -> Path:
    """Answers that somebody gave, as far as the program can tell."""
    answers = [
        {
            "name": f"Maison {name}",
            "mail": f"{name}@exemple.org",
            "victims": victims(12 + n),
            "counts": {"NBREP": 60, "NBACC": 30 + n},
        }
        for n, name in enumerate("abcdef")
    ]
    return write(tmp_path / "réponses", "one_response", answers, synthetic=False)


def test_real_answers_are_released_under_a_profile_and_name_nobody(real: Path, project: Path) -> None:
    with pytest.raises(AnswersError, match="are not synthetic, and 'demo2022' says otherwise"):
        release(real, project, "demo2022")
    with pytest.raises(AnswersError, match=r"no profile 'publicaton'.*Did you mean 'publication'"):
        release(real, project, "2022", profile="publicaton")
    out, record = project / "data" / "answers" / "2022.csv", project / "data" / "released" / "2022.json"
    said = traite("answers", "release", str(real), "--edition", "2022", "-o", str(out), "--record", str(record), root=project)
    assert "hidden" in said.stdout
    rows = pd.read_csv(out, keep_default_na=False)
    assert (rows["status"] == "Q").any()
    assert (rows.loc[rows["status"] == "Q", "value"] == "").all()
    told = record.read_text(encoding="utf-8")
    assert json.loads(told)["profile"] == "publication"
    for text in (out.read_text(encoding="utf-8"), told, said.stdout):
        assert "Maison" not in text
        assert "exemple.org" not in text


def test_what_the_door_needs_is_asked_for_by_its_name(real: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("traite_annexes.cli.answers.find_spec", lambda name: None if name == "highspy" else name)
    out = project / "data" / "answers" / "2022.csv"
    said = traite(
        "answers", "release", str(real), "--edition", "2022", "-o", str(out), "--record", str(out), root=project, check=1
    )
    assert "pip install 'traite[disclosure]'" in said.stderr
    assert not out.exists()


def test_real_answers_become_an_edition_as_the_guide_says(real: Path, project: Path, tmp_path: Path) -> None:
    said = real.read_text(encoding="utf-8").replace("year = 2022", "year = 2026")
    real.write_text(said, encoding="utf-8")
    guide = (ROOT / "docs" / "producing.md").read_text(encoding="utf-8")
    (entry,) = re.findall(r"```toml\n(.*?)```", guide, re.DOTALL)
    out, record = project / "data" / "answers" / "2026.csv", project / "data" / "released" / "2026.json"
    traite("answers", "release", str(real), "--edition", "2026", "-o", str(out), "--record", str(record), root=project)
    catalogue = project / "data" / "editions.toml"
    catalogue.write_text(catalogue.read_text(encoding="utf-8") + textwrap.dedent(entry), encoding="utf-8")
    traite("checksums", "--write", root=project)
    traite("render", "2026", "-c", "02", "--output", str(tmp_path / "out"), root=project)
    page = (tmp_path / "out" / "2026" / "02_formes.html").read_text(encoding="utf-8")
    assert "Profil de diffusion" in page
    assert "Miprof, réponses des associations, tronc commun" in page
    assert "Maison" not in page


def test_a_crossing_passes_the_same_door_beside_what_was_shown(real: Path, project: Path) -> None:
    asked = Asked("exploiter", "complaint")
    with pytest.raises(AnswersError, match="2022 is not released"):
        release_crosstab(real, project, asked)
    made = release(real, project, "2022")
    folder = project / "data" / "released"
    folder.mkdir(exist_ok=True)
    (folder / "2022.json").write_text(made.record, encoding="utf-8")
    with pytest.raises(AnswersError, match="released under the profile 'publication'"):
        release_crosstab(real, project, asked, "internal")
    shown = release_crosstab(real, project, asked)
    assert shown.loc[shown["status"] == "Q", ["count", "share"]].isna().all(axis=None)
    assert (shown["count"].dropna().loc[lambda counts: counts > 0] >= 5).all()
    again = release_crosstab(real, project, asked)
    pd.testing.assert_frame_equal(shown, again)
    release_crosstab(real, project, Asked("complaint", "sex"))
    kept = json.loads((real.parent / SHOWN).read_text(encoding="utf-8"))
    assert [one["asked"]["rows"] for one in kept] == ["exploiter", "complaint"]
    assert (real.parent / SHOWN).stat().st_mode & 0o077 == 0
