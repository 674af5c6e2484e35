"""What a change is made of: associations that came, associations that left, and those that answered both years."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import pandas as pd

from limesurvey_answers.privacy import forgetful
from traite_lib.nomenclature import ALL, UNKNOWN

from .tables import Tables

PARTS = ["entries", "exits", "inside"]
"""A change is entries − exits + change inside the panel, exactly."""


@forgetful
def counted(tables: Tables, population: str = "accompanied", dim: str = "") -> pd.DataFrame:
    """What each association that counted a population counted, in all and by one dimension.

    Parameters
    ----------
    tables : Tables
        Answers of one edition.
    population : str
        Who is counted.
    dim : str
        ``form``, ``sex``…: one column more for each of its modalities, and ``_U`` for what they leave of the total.

    Returns
    -------
    DataFrame
        One row an association (by its pseudonym) that gave a total; ``_T`` and the modalities.
    """
    own = {tuple(cell.items()): name for name, (who, cell) in tables.dims.items() if who == population}
    names = {ALL: own.get((), "")} | {cell[0][1]: name for cell, name in own.items() if len(cell) == 1 and cell[0][0] == dim}
    if not names[ALL]:
        return pd.DataFrame({ALL: pd.Series(dtype="int64")})
    answered = tables.associations[tables.associations[names[ALL]].notna()]
    found = (
        answered[[*names.values()]].set_axis([*names], axis=1).fillna(0).astype("int64").groupby(answered["association"]).sum()
    )
    if len(names) > 1:
        found[UNKNOWN] = (found[ALL] - found.drop(columns=ALL).sum(axis=1)).clip(lower=0)
    return found


def decompose(editions: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Changes between editions that follow each other, and from the first to the last, each made of its parts.

    Parameters
    ----------
    editions : mapping
        By edition, in order of time: what `counted` gives.

    Returns
    -------
    DataFrame
        One row for each pair of editions, `panel` and modality. ``pair``: associations that answered both; ``period``: those that
        answered all editions. ``before`` and ``after`` are full counts, with their ``respondents_before`` and
        ``respondents_after``; ``panel_before`` and ``panel_after`` those of the ``associations`` of the panel; then `PARTS`.
    """
    keys = list(editions)
    always = set.intersection(*(set(frame.index) for frame in editions.values())) if editions else set()
    pairs = [(one, other, "pair") for one, other in pairwise(keys)]
    if len(keys) > 2:  # otherwise the two panels are one
        pairs += [(one, other, "period") for one, other in [*pairwise(keys), (keys[0], keys[-1])]]
    rows = []
    for one, other, panel in pairs:
        before, after = editions[one], editions[other]
        both = set(before.index) & set(after.index) if panel == "pair" else always
        for code in [code for code in before if code in after]:  # what one edition did not ask is compared to nothing
            was, now = before[code], after[code]
            stayed = [numbers[numbers.index.isin(both)].sum() for numbers in (was, now)]
            rows.append(
                {
                    "before_edition": one, "after_edition": other, "panel": panel, "category": code,
                    "before": was.sum(), "after": now.sum(), "respondents_before": len(was), "respondents_after": len(now),
                    "associations": len(both), "panel_before": stayed[0], "panel_after": stayed[1],
                    "entries": now.sum() - stayed[1], "exits": was.sum() - stayed[0], "inside": stayed[1] - stayed[0],
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def change_made_of(editions: Mapping[str, Tables], population: str = "accompanied", dim: str = "") -> pd.DataFrame:
    """Changes of a population between editions with answers; see `decompose`."""
    return decompose({edition: counted(tables, population, dim) for edition, tables in editions.items()})
