"""Any two questions crossed: the counts, bases and rules of the survey's own tables, through the same door."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pandas as pd

import table_disclosure
from limesurvey_answers.privacy import forgetful
from traite_lib.errors import available
from traite_lib.nomenclature import ALL, UNKNOWN, Nomenclatures

from ..errors import AnswersError
from ..files import replace_files
from .aggregates import Maker, compute
from .computed import RELEASED, edition_key, read_profile
from .counting import Block
from .door import Crossing, Door
from .linked import ANSWERED, ASKED, UNSAID
from .plan import Plan, Table, read_plan
from .tables import Tables, read_tables

FIGURES = ["count", "base", "share", "unknown", "associations"]


def crosstab(
    tables: Tables, plan: Plan, words: Nomenclatures, rows: str, columns: str, *,
    population: str = "", only: Mapping[str, str] | None = None,
) -> pd.DataFrame:  # fmt: skip
    """One variable in each part that another makes of the described victims of a population, before the door.

    It is for who holds the answers, and shows it to nobody: see `release_crosstab`.

    Parameters
    ----------
    tables : Tables
        The answers of one edition.
    plan : Plan
        How each variable is counted, and when a share is not computed (``data/aggregates.toml``).
    words : Nomenclatures
        Which modalities gather others.
    rows, columns : str
        Variables of the optional part of the questionnaire: ``housing``, ``violence``…
    population : str, optional
        By default the population that the optional part describes.
    only : mapping, optional
        Modalities that victims must have: ``{"form": "sexual"}``.

    Returns
    -------
    DataFrame
        One row for each modality of ``columns`` (``_T``: all of them) and of ``rows`` (``_T``: who answered), with ``count``,
        ``base`` (who answered; beside ``_T``, who was asked), ``share`` (percent, missing where a rule of the plan forbids it),
        ``unknown`` (who did not answer) and ``associations`` (that answered).

    Raises
    ------
    AnswersError
        The survey does not count such a variable, or this questionnaire does not ask it.
    """
    return _counted(tables, plan, words, Asked(rows, columns, population, dict(only or {})))[0]


@dataclass(frozen=True)
class Asked:
    """A crossing that someone asks for; see `crosstab`."""

    rows: str
    columns: str
    population: str = ""
    only: Mapping[str, str] = field(default_factory=dict)


def _counted(tables: Tables, plan: Plan, words: Nomenclatures, asked: Asked) -> tuple[pd.DataFrame, list[Block]]:
    """The lines of a crossing, with the number of their block, and its blocks."""
    rows, columns, population, only = asked.rows, asked.columns, asked.population, asked.only
    population, only = population or tables.mapping.victims.population, dict(only or {})
    if population not in words.populations:
        raise AnswersError(f"There is no population {population!r}. {available(population, words.populations)}")
    known = {table.variable: table for table in plan.table if table.base == "optional"}
    for variable in (rows, columns, *only):
        if variable not in known:
            raise AnswersError(f"{variable!r} is no variable of described victims. {available(variable, known)}")
    questions = [known[variable].of or variable for variable in (rows, columns, *only)]  # regions are made from nationalities
    if len(set(questions)) < len(questions):
        raise AnswersError(f"{rows!r}, {columns!r}: a variable is crossed with another one, and is not restricted twice.")
    for variable, code in only.items():
        if code not in (codes := dict.fromkeys(item.code for item in words.items_of(variable))):
            raise AnswersError(f"{code!r} is no modality of {variable!r}. {available(code, codes)}")
    table = known[rows].model_copy(update={"populations": [population], "by": [[*only], [columns, *only]]})
    lines, blocks = _crossed(tables, plan, words, table, columns, only)
    if lines is None:
        year = tables.mapping.edition.year
        raise AnswersError(f"The questionnaire of {year} cannot cross {rows!r} and {columns!r} for {population!r}.")
    return lines, blocks


@forgetful
def _crossed(
    tables: Tables, plan: Plan, words: Nomenclatures, table: Table, columns: str, only: Mapping[str, str]
) -> tuple[pd.DataFrame | None, list[Block]]:
    """The lines of a table that are asked for; None where the questionnaire does not allow it."""
    maker = Maker(tables, plan, words, "")
    maker.make(table)
    if maker.skipped:
        return None, []
    found = pd.DataFrame(maker.lines).reindex(columns=["category", columns, *only, "unit", "value", *FIGURES[1:], "_block"])
    found = found[(found[[*only]] == pd.Series(dict(only))).all(axis=1)] if only else found
    key = [columns, "category"]
    found = found.assign(**{columns: found[columns].astype(object).fillna(ALL)}).drop_duplicates([*key, "unit"]).set_index(key)
    counts, shares = (found[found["unit"] == unit] for unit in ("count", "percent"))
    told = counts.assign(count=counts["value"], share=shares["value"])[counts.index.get_level_values("category") != UNKNOWN]
    whole = {"count": "Int64", "base": "Int64", "associations": "Int64", "unknown": "Int64", "_block": "int64"}
    return told[[*FIGURES, "_block"]].astype(whole).reset_index(), maker.blocks


SHOWN = "crossings.json"
"""Beside a mapping: crossings that were shown, and which cells of them were not. No count is in it."""


def release_crosstab(mapping: Path, root: Path, asked: Asked, profile: str = "publication") -> pd.DataFrame:
    """A crossing through the door: with the tables of its edition as released, and the crossings that were shown before.

    Parameters
    ----------
    mapping : Path
        The mapping beside the answers; what is shown is remembered there (`SHOWN`).
    root : Path
        The project.
    asked : Asked
        The crossing.
    profile : str
        Rules of ``data/disclosure.toml``; those under which the edition was released.

    Returns
    -------
    DataFrame
        See `crosstab`; a number that is hidden is missing, and ``status`` is Q where the count is.

    Raises
    ------
    AnswersError
        The edition is not released, or was under another profile, or nothing of this crossing can be shown safely.
    """
    data = root / "data"
    words, plan, tables = Nomenclatures(data), read_plan(data), read_tables(mapping)
    edition = edition_key(tables)
    record = data / RELEASED / f"{edition}.json"
    if not record.is_file():
        raise AnswersError(f"{edition} is not released: a crossing is shown beside its tables. Run `traite answers release`.")
    said = json.loads(record.read_text(encoding="utf-8"))
    if said["profile"] != profile:
        raise AnswersError(f"{edition} was released under the profile {said['profile']!r}: a crossing is shown under the same.")
    frame, blocks = _counted(tables, plan, words, asked)
    kept = mapping.parent / SHOWN
    earlier = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else []
    before = [one for one in earlier if one["asked"] != asdict(asked)]
    crossings = [Crossing(_counted(tables, plan, words, Asked(**one["asked"]))[1], frozenset(one["hidden"])) for one in before]
    found = compute(tables, plan, words, edition=edition, source_id=edition)
    door = Door(
        found, words, read_profile(data, profile), hidden=frozenset(said["intervals"]), crossings=[*crossings, Crossing(blocks)]
    )
    try:
        hidden = door.cross()
    except table_disclosure.DisclosureError as error:
        raise AnswersError(f"{asked.rows!r} by {asked.columns!r}: nothing can be shown safely. {error}") from None
    now = [*before, {"asked": asdict(asked), "hidden": sorted(hidden)}]
    replace_files(kept.parent.absolute(), {kept.name: json.dumps(now, ensure_ascii=False, indent=1).encode()})
    kept.chmod(0o600)
    return _shown(frame, door, door.linked.size - len(blocks), hidden)


def _shown(frame: pd.DataFrame, door: Door, first: int, hidden: set[str]) -> pd.DataFrame:
    """The lines, without what is hidden. The number of associations is shown where everything of a line is."""

    def gone(block: int, code: str) -> bool:
        return str(door.linked.place(first + block, code)) in hidden

    total = frame["category"] == ALL
    codes = frame["category"].where(~total, ANSWERED)
    count = pd.Series([gone(block, code) for block, code in zip(frame["_block"], codes, strict=True)], frame.index, dtype=bool)
    bases = total.map({True: ASKED, False: ANSWERED})
    base = pd.Series([gone(block, code) for block, code in zip(frame["_block"], bases, strict=True)], frame.index, dtype=bool)
    unsaid = pd.Series([gone(block, UNSAID) for block in frame["_block"]], frame.index, dtype=bool)
    return frame.drop(columns=["_block", "associations"]).assign(
        count=frame["count"].mask(count), base=frame["base"].mask(base), share=frame["share"].mask(count | base),
        unknown=frame["unknown"].mask(unsaid), status=count.map({True: "Q", False: "A"}),
    )  # fmt: skip
