"""Observations in French: labels in place of codes, in the order of the nomenclatures, ready for a pivot."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import pandas as pd

from ..nomenclature import ALL, Nomenclatures, terms
from ..table import SUB_POPULATION, records
from . import wording


def labelled(rows: pd.DataFrame, words: Nomenclatures) -> pd.DataFrame:
    """Observations whose codes are French labels, each column an ordered categorical, with ``who``: who a row describes.

    A code has the same label whatever the year, the latest: a series is one line of a pivot.
    """
    variables, populations = list(words.variables), list(words.populations)
    units, statuses = terms("units"), terms("statuses")

    def place(variable: str, code: str) -> int:
        return -1 if code == ALL else words.item(variable, code).order

    in_french = {
        "population": _ordered(rows["population"], lambda code: words.populations[code].label_fr, populations.index),
        **{name: _ordered(rows[name], partial(words.label, name), partial(place, name)) for name in SUB_POPULATION},
        "variable": _ordered(rows["variable"], lambda code: words.variables[code].label_fr, variables.index),
        "category": _ordered(
            zip(rows["variable"], rows["category"], strict=True),
            lambda pair: words.label(*pair),
            lambda pair: (variables.index(pair[0]), place(*pair)),
        ),
        "unit": _ordered(rows["unit"], lambda code: units[code].label_fr, list(units).index),
        "status": _ordered(rows["status"], lambda code: statuses[code].label_fr, list(statuses).index),
    }
    who = [wording.population_of(row, words) for row in records(rows)]
    french = rows.assign(**in_french)
    french.insert(list(rows.columns).index("variable"), "who", pd.Series(who, rows.index, dtype="str"))
    return french


def _ordered(codes: Iterable[Any], label: Callable[[Any], str], place: Callable[[Any], Any]) -> pd.Categorical[str]:
    """Labels of codes, in the order of those that are there."""
    every = list(codes)
    labels = {code: label(code) for code in sorted(set(every), key=place)}
    return pd.Categorical([labels[code] for code in every], list(dict.fromkeys(labels.values())), ordered=True)
