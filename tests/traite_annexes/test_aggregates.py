"""All tables at once: equal to a naive loop on generated surveys, with bounds that hold whatever is not known."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from invented_answers import COUNTS, VARIABLES

from traite_annexes.answers.aggregates import Aggregates, compute, reconcile
from traite_annexes.answers.crosstab import crosstab
from traite_annexes.answers.mapping import Mapping
from traite_annexes.answers.plan import Plan, Table, read_plan
from traite_annexes.answers.tables import NONE, NOT_ASKED, Tables
from traite_annexes.errors import AnswersError
from traite_lib.nomenclature import ALL, UNKNOWN, Nomenclatures
from traite_lib.table import SUB_POPULATION

NOMENCLATURES = Nomenclatures(ROOT / "data")
PLAN = read_plan(ROOT / "data")
CODES = {
    "form": ["sexual", "labour_domestic", "labour_other", "other"], "sex": ["women", "men"], "age": ["minor", "adult"],
    "place": ["in_france", "only_in_france", "abroad_only"], "nationality": ["NGA", "ROU", "FRA", "other_nationalities"],
    "complaint": ["filed"],
}  # fmt: skip
BOXES = ["family", "partner", "stranger"]
PARENTS = {"labour": ["labour_domestic", "labour_other"], "in_france": ["in_france", "only_in_france"]}


def mapping(**parts: Any) -> Mapping:
    return Mapping.model_validate(
        {
            "edition": {"year": 2022, "survey": 1, "fingerprint": ""},
            "associations": {"key": ["ASSO"]},
            "count": COUNTS,
            "variable": VARIABLES,
            **parts,
        }
    )


def survey(seed: int, victims: int, associations: int = 4, **columns: list[str]) -> Tables:
    """Generated answers: victims with unknowns, and counts with holes."""
    random = np.random.default_rng(seed)
    names = np.array([f"a{n}" for n in range(associations)])
    frame = pd.DataFrame({"association": random.choice(names, victims), "response": 0, "slot": 0})
    for name, codes in (CODES | columns).items():
        listed = [*codes, NONE, UNKNOWN, NOT_ASKED]
        frame[name] = pd.Categorical(random.choice(listed, victims), categories=listed)
    status = random.choice([NONE, UNKNOWN, NOT_ASKED], victims, p=[0.6, 0.3, 0.1])
    frame["exploiter"] = pd.Categorical(status, categories=[NONE, UNKNOWN, NOT_ASKED])
    for code in BOXES:
        frame[f"exploiter={code}"] = (random.random(victims) < 0.4) & (status == NONE)
    counts = pd.DataFrame({"association": names}, index=range(1, associations + 1))
    cells: list[dict[str, str]] = [{}, *({"form": code} for code in CODES["form"]), *({"sex": code} for code in CODES["sex"])]
    cells += [{"form": form, "sex": sex} for form, sex in product(CODES["form"], CODES["sex"])]
    dims = {" ".join(["accompanied", *(f"{k}={v}" for k, v in cell.items())]): ("accompanied", cell) for cell in cells}
    for name in dims:
        number = pd.Series(random.integers(0, 40 if name == "accompanied" else 12, associations), counts.index, dtype="Int64")
        counts[name] = number.mask(random.random(associations) < 0.2)
    return Tables(mapping(), counts, frame, dims, set(), True)


def values(found: pd.DataFrame) -> dict[tuple[str, ...], float]:
    """Values of the table by base, population, sub-population, variable, category and unit: no key is there twice."""
    names = ["population", *SUB_POPULATION, "variable", "category", "unit"]
    base = found["source_id"].str.rpartition("-")[2]
    keys = list(zip(base, *(found[name] for name in names), strict=True))
    assert len(set(keys)) == len(keys)
    return dict(zip(keys, found["value"], strict=True))


def key(base: str, variable: str, category: str, unit: str, population: str = "accompanied", **sub: str) -> tuple[str, ...]:
    return (base, population, *({**dict.fromkeys(SUB_POPULATION, ALL), **sub}.values()), variable, category, unit)


def percent(part: int, base: int) -> float:
    return float((Decimal(100 * part) / base).quantize(Decimal("0.1" if base >= 100 else "1"), ROUND_HALF_UP))


def within(code: str) -> list[str]:
    return PARENTS.get(code, [code])


def in_population(row: dict[str, Any], population: str) -> bool:
    return population == "accompanied" or row["place"] in ("in_france", "only_in_france")


@given(st.integers(0, 10_000), st.integers(0, 80))
@settings(max_examples=8, deadline=None)
def test_optional_tables_equal_a_naive_loop(seed: int, number: int) -> None:
    tables = survey(seed, number)
    found = compute(tables, PLAN, NOMENCLATURES)
    known = values(found.observations)
    rows = tables.victims.to_dict("records")
    forms = [ALL, *CODES["form"], "labour"]
    for population, form, (variable, codes) in product(
        ["accompanied", "accompanied_in_france"],
        forms,
        {"sex": CODES["sex"], "complaint": ["filed"], "place": CODES["place"], "exploiter": BOXES}.items(),
    ):
        if variable == "place" and population != "accompanied":
            continue
        part = [row for row in rows if in_population(row, population) and (form == ALL or row["form"] in within(form))]
        answered = [row for row in part if row[variable] not in (UNKNOWN, NOT_ASKED)]
        unknown = [row for row in part if row[variable] == UNKNOWN]
        asked = len(answered) + len(unknown)
        sub = {} if form == ALL else {"form": form}
        assert known.get(key("optional", variable, ALL, "count", population, **sub)) == (len(answered) if asked else None)
        assert known.get(key("optional", variable, UNKNOWN, "count", population, **sub)) == (len(unknown) if asked else None)
        for code in codes:
            mine = [
                row
                for row in answered
                if (row[f"exploiter={code}"] if variable == "exploiter" else row[variable] in within(code))
            ]
            assert known.get(key("optional", variable, code, "count", population, **sub)) == (len(mine) if asked else None)
            share = known.get(key("optional", variable, code, "percent", population, **sub))
            if len(answered) < 11 or 2 * len(unknown) > asked:
                assert share is None
            else:
                assert share == percent(len(mine), len(answered))
                part = [f"form={form}"] if sub else []
                own = "/".join(["2022-optional", population, *part, f"{variable}.{code}", "percent"])
                details = found.details.loc[own]
                assert details["associations"] == len({row["association"] for row in answered})
                left = []
                for name in tables.associations["association"]:
                    base, kept = (sum(row["association"] != name for row in part) for part in (answered, mine))
                    left += [100 * kept / base] if base else []
                assert found.internal.loc[own].tolist() == pytest.approx([min(left), max(left)])


@given(st.integers(0, 10_000))
@settings(max_examples=8, deadline=None)
def test_core_tables_equal_a_naive_loop(seed: int) -> None:
    tables = survey(seed, 0)
    known = values(compute(tables, PLAN, NOMENCLATURES).observations)
    lines = tables.associations.astype(object).where(tables.associations.notna(), None).to_dict("records")
    assert known.get(key("core", "total", ALL, "count")) == sum(line["accompanied"] or 0 for line in lines)
    for sex, form in product([ALL, *CODES["sex"]], [*CODES["form"], "labour"]):
        end = "" if sex == ALL else f" sex={sex}"
        mine = answered = unknown = 0
        for line in lines:
            cells = {code: line[f"accompanied form={code}{end}"] or 0 for code in CODES["form"]}
            mine += sum(cells[code] for code in within(form))
            answered += sum(cells.values())
            unknown += max(0, (line[f"accompanied{end}"] or 0) - sum(cells.values()))
        sub = {} if sex == ALL else {"sex": sex}
        assert known.get(key("core", "form", form, "count", **sub)) == mine
        assert known.get(key("core", "form", ALL, "count", **sub)) == answered
        assert known.get(key("core", "form", UNKNOWN, "count", **sub)) == unknown
        share = known.get(key("core", "form", form, "percent", **sub))
        assert (share is None) == (answered < 11 or 2 * unknown > answered + unknown)
        assert share in (None, percent(mine, answered or 1))


@given(st.integers(0, 10_000))
@settings(max_examples=8, deadline=None)
def test_bounds_hold_whatever_those_who_did_not_answer_would_have_said(seed: int) -> None:
    tables = survey(seed, 150)
    before = compute(tables, PLAN, NOMENCLATURES)
    random = np.random.default_rng(seed)
    filled = tables.victims.copy()
    for name in ("sex", "complaint"):
        unknown = filled[name] == UNKNOWN
        filled.loc[unknown, name] = random.choice([*CODES[name], NONE], unknown.sum())
    unknown = filled["exploiter"] == UNKNOWN
    filled.loc[unknown, "exploiter"] = NONE
    for code in BOXES:
        filled.loc[unknown, f"exploiter={code}"] = random.random(unknown.sum()) < 0.5
    after = compute(Tables(tables.mapping, tables.associations, filled, tables.dims, set(), True), PLAN, NOMENCLATURES)
    truth = after.observations.set_index("statement_id")["value"]
    shares = before.observations[
        (before.observations["unit"] == "percent") & before.observations["variable"].isin(["sex", "complaint", "exploiter"])
    ]
    checked = [name for name in shares["statement_id"] if name.startswith("2022-optional") and "/sex=" not in name]
    assert checked
    for name in checked:
        low, high = before.details.loc[name, ["low", "high"]]
        assert low - 0.501 <= truth[name] <= high + 0.501, name  # a share on less than 100 is whole


def small(**victims: list[str]) -> Tables:
    """A few victims of two associations."""
    number = len(next(iter(victims.values())))
    frame = pd.DataFrame({"association": ["a", "b"] * (number // 2) + ["a"] * (number % 2), "response": 0, "slot": 0})
    for name, codes in victims.items():
        frame[name] = pd.Categorical(codes, categories=list(dict.fromkeys([*codes, NONE, UNKNOWN, NOT_ASKED])))
    counts = pd.DataFrame({"association": ["a", "b"]}, index=[1, 2])
    return Tables(mapping(), counts, frame, {}, set(), True)


def table(**parts: Any) -> Plan:
    return Plan(
        smallest_base=11,
        largest_unknown=50,
        population=[],
        table=[Table(**{"base": "optional", "populations": ["accompanied"], **parts})],
    )


def shares_of(found: Aggregates) -> dict[str, float]:
    rows = found.observations[found.observations["unit"] == "percent"]
    return dict(zip(rows["category"], rows["value"], strict=True))


def test_below_eleven_and_above_half_unknown_there_are_counts_only() -> None:
    assert shares_of(compute(small(sex=["women"] * 10), table(variable="sex"), NOMENCLATURES)) == {}
    assert shares_of(compute(small(sex=["women"] * 11 + [UNKNOWN] * 11), table(variable="sex"), NOMENCLATURES)) == {
        "women": 100.0
    }
    assert shares_of(compute(small(sex=["women"] * 11 + [UNKNOWN] * 12), table(variable="sex"), NOMENCLATURES)) == {}
    assert shares_of(compute(small(sex=["women"] * 11 + [NOT_ASKED] * 90), table(variable="sex"), NOMENCLATURES)) == {
        "women": 100.0
    }


def test_what_other_and_unknown_are_is_said_by_the_plan() -> None:
    tables = small(nationality=["NGA"] * 12 + ["other_nationalities"] * 3 + [UNKNOWN] * 5)
    assert shares_of(compute(tables, table(variable="nationality", levels="leaf"), NOMENCLATURES)) == {
        "NGA": 80.0,
        "other_nationalities": 20.0,
    }
    assert shares_of(compute(tables, table(variable="nationality", levels="leaf", other="unknown"), NOMENCLATURES)) == {
        "NGA": 100.0
    }
    kept = compute(tables, table(variable="nationality", levels="leaf", unknown="modality"), NOMENCLATURES)
    assert shares_of(kept) == {"NGA": 60.0, "other_nationalities": 15.0, UNKNOWN: 25.0}
    gathered = compute(tables, table(variable="region", of="nationality", levels="parents", other="unknown"), NOMENCLATURES)
    assert shares_of(gathered) == {"africa": 100.0}


def test_a_share_is_rounded_once_half_up() -> None:
    assert shares_of(compute(small(sex=["women"] * 1 + ["men"] * 1999), table(variable="sex"), NOMENCLATURES))["women"] == 0.1
    many, few = small(sex=["women"] * 90 + ["men"] * 70), small(sex=["women"] * 32 + ["men"] * 34)
    assert shares_of(compute(many, table(variable="sex"), NOMENCLATURES)) == {"women": 56.3, "men": 43.8}
    assert shares_of(compute(few, table(variable="sex"), NOMENCLATURES)) == {"women": 48, "men": 52}, "48.48 is no 49"


def test_persons_counted_by_several_associations_are_between_the_largest_count_and_the_sum() -> None:
    found = compute(small(sex=["women"] * 5), table(variable="sex"), NOMENCLATURES)
    details = found.details.loc["2022-optional/accompanied/sex.women/count"]
    assert (details["distinct_low"], details["distinct_high"]) == (3, 5)


def test_the_core_is_retained_and_reconciled_with_what_is_described() -> None:
    tables = survey(3, 120)
    found = compute(tables, PLAN, NOMENCLATURES).observations
    rows = found[
        (found["population"] == "accompanied") & (found["variable"] == "form") & (found[["sex", "age"]] == ALL).all(axis=1)
    ]
    retained = rows[rows["retained"]]
    assert set(retained["source_id"]) == {"answers-core"}
    assert not found[found["retained"]].duplicated(["population", *SUB_POPULATION, "variable", "category", "unit"]).any()
    both = reconcile(found).set_index(["population", *SUB_POPULATION, "variable", "category"])
    line = both.loc[("accompanied", *[ALL] * len(SUB_POPULATION), "form", "sexual")]
    assert line["described"] == (tables.victims["form"] == "sexual").sum()
    assert line["counted"] == tables.associations["accompanied form=sexual"].sum()


def test_without_the_total_of_a_crossing_nobody_knows_its_base() -> None:
    tables = survey(5, 0)
    without = {name: cell for name, cell in tables.dims.items() if not name.startswith("accompanied sex=")}
    found = compute(
        Tables(tables.mapping, tables.associations, tables.victims, without, set(), True), PLAN, NOMENCLATURES
    ).observations
    rows = found[(found["variable"] == "form") & (found["sex"] == "women")]
    assert set(rows["unit"]) == {"count"}
    assert rows["base"].isna().all()


def test_several_forms_for_one_victim_make_shares_of_those_who_answered() -> None:
    counts = pd.DataFrame(
        {"association": ["a", "b", "c"], "accompanied": [10, 20, 30], "accompanied form=sexual": [9, 5, None], "accompanied form=begging": [8, None, None]},
        index=[1, 2, 3],
    ).astype({name: "Int64" for name in ("accompanied", "accompanied form=sexual", "accompanied form=begging")})  # fmt: skip
    dims = {name: ("accompanied", dict([name.split()[1].split("=")]) if " " in name else {}) for name in counts.columns[1:]}
    tables = Tables(mapping(), counts, small(sex=[]).victims, dims, {("accompanied", "form")}, True)
    plan = table(variable="form", base="core")
    known = values(compute(tables, plan, NOMENCLATURES).observations)
    assert known.get(key("core", "form", ALL, "count")) == 30
    assert known.get(key("core", "form", UNKNOWN, "count")) == 30
    assert [known.get(key("core", "form", form, "percent")) for form in ("sexual", "begging")] == [47, 27]


def test_what_the_questionnaire_does_not_ask_is_skipped_and_said() -> None:
    found = compute(small(sex=["women"] * 5), read_plan(ROOT / "data"), NOMENCLATURES)
    assert "optional accompanied violence" in found.skipped
    assert "optional accompanied_in_france sex" in found.skipped


@given(st.integers(0, 10_000), st.integers(1, 80), st.sampled_from(["", "sexual", "labour"]))
@settings(max_examples=12, deadline=None)
def test_a_crossing_of_two_questions_equals_a_naive_loop(seed: int, number: int, form: str) -> None:
    tables = survey(seed, number)
    found = crosstab(
        tables, PLAN, NOMENCLATURES, "exploiter", "complaint", population="accompanied", only={"form": form} if form else {}
    )
    known = found.set_index(["complaint", "category"]).to_dict("index")
    part = [row for row in tables.victims.to_dict("records") if not form or row["form"] in within(form)]
    for complaint in (ALL, "filed"):
        mine = [row for row in part if complaint in (ALL, row["complaint"])]
        answered = [row for row in mine if row["exploiter"] == NONE]
        unknown = sum(row["exploiter"] == UNKNOWN for row in mine)
        if not answered and not unknown:
            assert (complaint, ALL) not in known
            continue
        assert known[complaint, ALL]["count"] == len(answered)
        for code in BOXES:
            line, held = known[complaint, code], sum(row[f"exploiter={code}"] for row in answered)
            assert (line["count"], line["unknown"]) == (held, unknown)
            assert line["associations"] == len({row["association"] for row in answered})
            if len(answered) >= 11 and unknown <= len(answered):
                assert (line["base"], line["share"]) == (len(answered), percent(held, len(answered)))
            else:
                assert pd.isna(line["share"])


@pytest.mark.parametrize(
    ("rows", "columns", "options", "said"),
    [
        ("exploiteur", "form", {}, "'exploiteur' is no variable of described victims.*Did you mean 'exploiter'"),
        ("exploiter", "forme", {}, "'forme' is no variable.*Did you mean 'form'"),
        ("form", "form", {}, "crossed with another one"),
        ("region", "nationality", {}, "crossed with another one"),
        ("exploiter", "sex", {"only": {"sex": "women"}}, "not restricted twice"),
        ("exploiter", "sex", {"only": {"form": "sexuel"}}, "'sexuel' is no modality of 'form'.*Did you mean 'sexual'"),
        ("exploiter", "sex", {"population": "acompanied"}, "no population 'acompanied'.*Did you mean 'accompanied'"),
        ("housing", "sex", {}, "The questionnaire of 2022 cannot cross 'housing' and 'sex'"),
    ],
)
def test_a_crossing_that_cannot_be_made_says_why(rows: str, columns: str, options: dict[str, Any], said: str) -> None:
    with pytest.raises(AnswersError, match=said):
        crosstab(survey(1, 20), PLAN, NOMENCLATURES, rows, columns, **options)
