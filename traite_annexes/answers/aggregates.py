"""All tables of the survey at once, from the answers of associations: counts, shares with their bases, and what is not known."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
import pandas as pd

from limesurvey_answers.privacy import forgetful
from traite_lib.nomenclature import ALL, UNKNOWN, Nomenclatures
from traite_lib.table import COLUMNS, KEY, SUB_POPULATION, Row, percent, records, validate

from .counting import SPECIAL, Block, Ints, Records, Rows, Tally, tally_of
from .plan import Plan, Table
from .tables import NONE, NOT_ASKED, Tables

DETAILS = ["unknown", "response_rate", "associations", "low", "high", "distinct_low", "distinct_high"]
INTERNAL = ["without_low", "without_high"]


@dataclass(frozen=True, repr=False)
class Aggregates:
    """The tables of one edition.

    Attributes
    ----------
    observations : DataFrame
        Rows of Observations; where core and optional part give one table, one of them is retained.
    details : DataFrame
        By ``statement_id``: ``unknown`` (no answer), ``response_rate``, ``associations`` (that answered), ``low`` and ``high``
        (the share, whatever those who did not answer would have said), ``distinct_low`` and ``distinct_high`` (persons, if
        associations counted the same ones).
    internal : DataFrame
        By ``statement_id``: the range of the share when one association at a time is left out. Never published.
    skipped : list of str
        Tables that the questionnaire does not allow, and why.
    blocks : list of Block
        What each association brings to each table: for disclosure control alone.
    block_of : Series
        By ``statement_id``: the number of its block.
    names : list of str
        Pseudonyms of the associations, in the order of the columns of blocks.
    """

    observations: pd.DataFrame
    details: pd.DataFrame
    internal: pd.DataFrame
    skipped: list[str]
    blocks: list[Block]
    block_of: pd.Series
    names: list[str]


class Maker:
    """Makes the rows of all tables."""

    def __init__(self, tables: Tables, plan: Plan, nomenclatures: Nomenclatures, edition: str) -> None:
        self.tables, self.plan, self.nomenclatures = tables, plan, nomenclatures
        self.year, self.edition = tables.mapping.edition.year, edition or str(tables.mapping.edition.year)
        names = pd.concat([tables.associations["association"], tables.victims["association"]]).unique()
        self.numbers = {name: number for number, name in enumerate(names)}
        self.described, self.gathered = cache(self._described), cache(self._gathered)
        self.lines: list[dict[str, object]] = []
        self.blocks: list[Block] = []
        self.skipped: list[str] = []

    def _gathered(
        self, variable: str, codes: tuple[str, ...], among: tuple[str, ...], levels: str = "all"
    ) -> dict[str, list[str]]:  # fmt: skip
        """Modalities that are listed, each with the coded ones that it gathers, as nomenclatures say of that year.

        What would gather a modality that is coded elsewhere in the edition (`among`), and not here, is not listed.
        """
        above = {code: [code] for code in codes}
        for code, found in above.items():
            while parent := self.nomenclatures.item(variable, found[-1], self.year).parent:
                found.append(parent)
            above[code] = [each for each in found if each == code or self.nomenclatures.valid(variable, each, self.year)]
        wanted = {"leaf": {*codes}, "parents": {found[-1] for found in above.values()}}.get(levels)
        listed: dict[str, list[str]] = {}
        for code, found in above.items():
            for each in found:
                if wanted is None or each in wanted:
                    listed.setdefault(each, []).append(code)
        elsewhere = [code for code in among if code not in codes]
        within = self.nomenclatures.within
        return {each: parts for each, parts in listed.items() if not any(within(variable, code, each) for code in elsewhere)}

    def listed(self, records: Records, column: str, population: str, levels: str = "all") -> dict[str, list[str]]:
        """Modalities of a column that a table lists, each with the coded ones that it gathers."""
        cells = [cell for who, cell in self.tables.dims.values() if who == population and column in cell]
        counted = () if records.weight is None else tuple(dict.fromkeys(cell[column] for cell in cells))
        among = tuple(code for code in counted if code not in SPECIAL)
        return self.gathered(column, records.coded(column), among, levels)

    def _described(self, population: str) -> Records | None:
        """Victims described of a population; None where the questionnaire does not tell them from others."""
        victims, of = self.tables.victims, self.tables.mapping.victims.population
        records = Records(victims, self.numbers, self.tables.several)
        if population == of:
            return records
        rule = next((rule for rule in self.plan.population if (rule.code, rule.of) == (population, of)), None)
        if rule is None or rule.variable not in victims:
            return None
        return Records(victims[records.ticked(rule.variable, tuple(rule.codes))], self.numbers, self.tables.several)

    def _counted(self, population: str, variable: str, by: list[str]) -> Records | None:
        """Cells of the smallest question that counts by these dimensions, and what it leaves of the total as not known."""
        table, dims = self.tables.associations, [*by, *([] if variable == "total" else [variable])]
        kinds = {frozenset(cell) for who, cell in self.tables.dims.values() if who == population}
        kind = min((kind for kind in kinds if set(dims) <= kind), key=lambda kind: (len(kind), sorted(kind)), default=None)
        several = any((population, dim) in self.tables.multiple for dim in dims)
        if kind is None or (several and by):
            return None
        parts = self._cells(population, kind, dims)
        whole = self._cells(population, frozenset(by), by) if variable != "total" and frozenset(by) in kinds else None
        listed: dict[str, list[str]] = {}
        if whole is not None and several:
            answered = whole["association"].isin(parts.loc[parts["known"], "association"])
            listed[variable] = list(dict.fromkeys(parts[variable]))
            flags = {f"{variable}={code}": parts[variable] == code for code in listed[variable]}
            whole = whole.assign(**{variable: np.where(answered, NONE, UNKNOWN)}, **dict.fromkeys(flags, False))
            parts = pd.concat([whole, parts.assign(**flags, **{variable: NOT_ASKED})], ignore_index=True)
        elif whole is not None:
            cell = ["response", *by]
            left = whole.groupby(cell)["weight"].sum().sub(parts.groupby(cell)["weight"].sum(), fill_value=0).clip(lower=0)
            rest = left.rename("weight").reset_index().assign(**{variable: UNKNOWN})
            rest["association"] = rest["response"].map(table["association"])
            parts = pd.concat([parts, rest], ignore_index=True)
        frame = parts.astype(dict.fromkeys(dims, "category"))
        bounded = whole is not None or variable == "total"
        return Records(frame, self.numbers, listed, frame["weight"].to_numpy(np.int64), bounded)

    def _cells(self, population: str, kind: frozenset[str], dims: list[str]) -> pd.DataFrame:
        """Cells of a question, one line each."""
        table = self.tables.associations
        own = {name: cell for name, (who, cell) in self.tables.dims.items() if who == population and set(cell) == kind}
        counts, times = table[[*own]], len(own)
        weight, known = (values.T.ravel() for values in (counts.fillna(0).to_numpy(np.int64), counts.notna().to_numpy(bool)))
        names = {dim: np.repeat(np.array([cell[dim] for cell in own.values()], object), len(table)) for dim in dims}
        who = {"association": np.tile(table["association"].to_numpy(object), times), "response": np.tile(table.index, times)}
        return pd.DataFrame(who | {"weight": weight, "known": known} | names)

    def make(self, table: Table) -> None:
        """All rows of a table."""
        for population, by in product(table.populations, [[], *table.by]):
            column = table.of or table.variable
            records = self.described(population) if table.base == "optional" else self._counted(population, column, by)
            columns = [records.column(name, self.nomenclatures) for name in by] if records is not None else []
            if records is None or not all([*columns, column == "total" or column in records.frame]):
                self.skipped.append(" ".join([table.base, population, table.variable, *(["by", *by] if by else [])]))
                continue
            listed = [self.listed(records, name, population) for name in columns]
            for codes in product(*listed):
                sub = tuple((name, tuple(found[code])) for name, found, code in zip(columns, listed, codes, strict=True))
                self.add(table, population, dict(zip(by, codes, strict=True)), records, records.members(sub))

    def add(self, table: Table, population: str, sub: dict[str, str], records: Records, rows: Rows) -> None:
        """Rows of a table for one sub-population."""
        who: dict[str, object] = {"population": population, **sub, "variable": table.variable, "_base": table.base}
        who["_block"], counts = len(self.blocks), records.count(rows)[:, 0]
        if table.variable == "total":
            self.blocks.append(Block(population, table.base, sub, "total", counts, None))
            answered = int(records.frame["known"].to_numpy(bool).sum())
            self.lines.append(who | _counts(counts, None) | {"category": ALL, "associations": answered})
            return
        column = table.of or table.variable
        tally = tally_of(records, column, rows, self.listed(records, column, population, table.levels), table)
        self.blocks.append(Block(population, table.base, sub, column, counts, tally))
        if (table.variable, table.base) == ("form", "core") and population != "identified" and not sub:
            self._supporting(tally)
        base, unknown = int(tally.answered.sum()), int(tally.unknown.sum())
        asked = base + unknown
        if not asked:
            return
        rate = {"unknown": unknown, "response_rate": 100 * base / asked, "associations": int((tally.answered > 0).sum())}
        if records.bounded:
            who |= rate
            self.lines.append(who | _counts(tally.answered, asked) | {"category": ALL})
            self.lines.append(who | _counts(tally.unknown, asked) | {"category": UNKNOWN})
        shared = records.bounded and base >= self.plan.smallest_base and 100 * unknown <= self.plan.largest_unknown * asked
        without = base - tally.answered  # the base, when each association in turn is left out
        for code, holding in zip(tally.codes, tally.holding.T, strict=True):
            total = int(holding.sum())
            if code != UNKNOWN:
                self.lines.append(who | _counts(holding, (base or None) if records.bounded else None) | {"category": code})
            if shared:
                left = 100 * (total - holding)[without > 0] / without[without > 0]
                self.lines.append(
                    who | {"category": code, "unit": "percent", "base": base,
                           "value": percent(total, base),
                           "low": 100 * total / asked, "high": 100 * (total + unknown) / asked,
                           "without_low": left.min(initial=np.inf), "without_high": left.max(initial=-np.inf)}
                )  # fmt: skip

    def _supporting(self, tally: Tally) -> None:
        """How many associations accompanied victims of each form, in the first population that says it."""
        if not any(line["population"] == "associations" for line in self.lines):
            for code, holding in zip(tally.codes, tally.holding.T, strict=True):
                who = {"population": "associations", "form": code, "variable": "total", "category": ALL, "_base": "core"}
                number = {"unit": "count", "value": int((holding > 0).sum()), "_block": len(self.blocks) - 1}
                self.lines.append(who | number)

    def finish(self, source_id: str) -> Aggregates:
        """The table, and what is kept beside it."""
        associations = self.tables.associations["association"].nunique()
        counted: dict[str, object] = dict.fromkeys(SUB_POPULATION, ALL)
        counted |= {"population": "associations", "variable": "total", "category": ALL, "unit": "count", "value": associations}
        frame = pd.DataFrame([counted | {"_base": "core", "associations": associations}, *self.lines])
        frame = frame.reindex(columns=[*dict.fromkeys([*frame, *COLUMNS, *DETAILS, *INTERNAL])])
        frame[SUB_POPULATION] = frame[SUB_POPULATION].fillna(ALL)
        core, shares = frame["_base"] == "core", frame["unit"] == "percent"
        block = [frame[name] for name in ("population", *SUB_POPULATION, "variable")]
        # one block of rows, one base: the core's, unless the optional part alone gives shares
        rank = (2 * shares + core).groupby([*block, frame["_base"]]).transform("max")
        again = rank < rank.groupby(block).transform("max")
        frame["period"] = self.edition
        frame = frame.assign(
            edition=self.edition, reference_year=pd.array([self.year] * len(frame), dtype="Int64"), bound="", status="A",
            confidentiality="F", source_id=f"{source_id}-" + frame["_base"], publication="", locator="records", rank=1,
            retained=~again,
            reason=again.map({True: "L’autre partie du questionnaire donne aussi ce chiffre : elle est retenue.", False: ""}),
            note="",
            value=frame["value"].astype(float), base=frame["base"].astype("Int64"),
        )  # fmt: skip
        frame["statement_id"] = [named(row) for row in records(frame)]
        kept = frame.set_index("statement_id")
        internal = kept.loc[kept["unit"] == "percent", INTERNAL]
        return Aggregates(frame[COLUMNS], kept[DETAILS], internal, self.skipped, self.blocks, kept["_block"], [*self.numbers])


def named(row: Row) -> str:
    """Name of a statement: ``2022-core/accompanied/sex=women/age.minor/percent``."""
    part = [f"{name}={row[name]}" for name in SUB_POPULATION if row[name] != ALL]
    return "/".join(
        [f"{row['edition']}-{row['_base']}", row["population"], *part, f"{row['variable']}.{row['category']}", row["unit"]]
    )


def _counts(counts: Ints, base: int | None) -> dict[str, object]:
    """A count, and how many persons it is if associations counted the same ones."""
    total = int(counts.sum())
    return {"unit": "count", "value": total, "base": base, "distinct_low": int(counts.max(initial=0)), "distinct_high": total}


def compute(
    tables: Tables, plan: Plan, nomenclatures: Nomenclatures, *, edition: str = "", source_id: str = "answers"
) -> Aggregates:  # fmt: skip
    """Every table of a plan, from the answers of one edition.

    Parameters
    ----------
    tables : Tables
        The answers.
    plan : Plan
        What to compute.
    nomenclatures : Nomenclatures
        Which modalities gather others.
    edition, source_id : str
        Edition (and period) and source that the rows name; by default the year, and ``answers``: ``answers-core`` for the common
        core, ``answers-optional`` for the optional part.

    These are counts before the door: `computed.release` publishes them.
    """
    found = _compute(tables, plan, nomenclatures, edition, source_id)
    validate(found.observations, nomenclatures)
    return found


@forgetful
def _compute(tables: Tables, plan: Plan, nomenclatures: Nomenclatures, edition: str, source_id: str) -> Aggregates:
    maker = Maker(tables, plan, nomenclatures, edition)
    for table in plan.table:
        maker.make(table)
    return maker.finish(source_id)


def reconcile(observations: pd.DataFrame) -> pd.DataFrame:
    """Counts that the core and the optional part both give: victims counted, victims described, and the share described."""
    counts = observations[observations["unit"] == "count"]
    key = [*KEY[:-1]]
    core, optional = (
        counts[counts["source_id"].str.endswith(f"-{base}")].set_index(key)["value"] for base in ("core", "optional")
    )
    both = pd.DataFrame({"counted": core, "described": optional}).dropna().astype(int)
    return both.assign(coverage=100 * both["described"] / both["counted"].where(both["counted"] > 0)).reset_index()
