"""Any two questions crossed, for who holds the answers: the counts, bases and rules of the survey's own tables."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from limesurvey_answers.privacy import forgetful
from traite_lib.errors import available
from traite_lib.nomenclature import ALL, UNKNOWN, Nomenclatures

from ..errors import AnswersError
from .aggregates import Maker
from .plan import Plan, Table
from .tables import Tables, require_synthetic

FIGURES = ["count", "base", "share", "unknown", "associations"]


def crosstab(
    tables: Tables, plan: Plan, words: Nomenclatures, rows: str, columns: str, *,
    population: str = "", only: Mapping[str, str] | None = None,
) -> pd.DataFrame:  # fmt: skip
    """One variable in each part that another makes of the described victims of a population.

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
        The answers are not synthetic, the survey does not count such a variable, or this questionnaire does not ask it.
    """
    require_synthetic(tables.synthetic)
    population, only = population or tables.mapping.victims.population, dict(only or {})
    if population not in words.populations:
        raise AnswersError(f"There is no population {population!r}. {available(population, words.populations)}")
    known = {table.variable: table for table in plan.table if table.base == "optional"}
    for variable in (rows, columns, *only):
        if variable not in known:
            raise AnswersError(f"{variable!r} is no variable of described victims. {available(variable, known)}")
    asked = [known[variable].of or variable for variable in (rows, columns, *only)]  # regions are made from nationalities
    if len(set(asked)) < len(asked):
        raise AnswersError(f"{rows!r}, {columns!r}: a variable is crossed with another one, and is not restricted twice.")
    for variable, code in only.items():
        if code not in (codes := dict.fromkeys(item.code for item in words.items_of(variable))):
            raise AnswersError(f"{code!r} is no modality of {variable!r}. {available(code, codes)}")
    table = known[rows].model_copy(update={"populations": [population], "by": [[*only], [columns, *only]]})
    found = _crossed(tables, plan, words, table, columns, only)
    if found is None:
        year = tables.mapping.edition.year
        raise AnswersError(f"The questionnaire of {year} cannot cross {rows!r} and {columns!r} for {population!r}.")
    return found


@forgetful
def _crossed(
    tables: Tables, plan: Plan, words: Nomenclatures, table: Table, columns: str, only: Mapping[str, str]
) -> pd.DataFrame | None:
    """The lines of a table that are asked for; None where the questionnaire does not allow it."""
    maker = Maker(tables, plan, words, "")
    maker.make(table)
    if maker.skipped:
        return None
    found = pd.DataFrame(maker.lines).reindex(columns=["category", columns, *only, "unit", "value", *FIGURES[1:]])
    found = found[(found[[*only]] == pd.Series(dict(only))).all(axis=1)] if only else found
    key = [columns, "category"]
    found = found.assign(**{columns: found[columns].astype(object).fillna(ALL)}).drop_duplicates([*key, "unit"]).set_index(key)
    counts, shares = (found[found["unit"] == unit] for unit in ("count", "percent"))
    told = counts.assign(count=counts["value"], share=shares["value"])[counts.index.get_level_values("category") != UNKNOWN]
    return told[FIGURES].astype({"count": "int64", "base": "Int64", "associations": "Int64", "unknown": "Int64"}).reset_index()
