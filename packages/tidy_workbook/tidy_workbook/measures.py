"""What a label measures: whether it can have the unit of its table, and which one of two that the table gives."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from . import units
from .values import folded

_START = r"(?:^|[:,;(]\s*|\s-\s|\b(?:dont|et)\s)(?:(?:le|la|les|the|en|of which)\s)?"
_SHARE = re.compile(
    rf"{_START}(?:taux|parts?|proportions?|pourcentages?|%)(?!\w)(?! patronale| salariale)|"
    r"\b(?:rates?|shares?|percentages?|proportions?|per ?cent)(?: \w+)?$|"
    r"^(?:rates?|shares?|percentages?|proportions?|per ?cent|%)(?!\w)"
)
_CHANGE = re.compile(
    rf"{_START}(?:evolutions?|variations?|croissance|hausse|baisse|progression)(?!\w)|"
    r"\b(?:changes?|growth|increase|decrease)(?: \(.*\))?$|^(?:annual )?(?:changes?|growth)(?!\w)"
)
_OTHER = re.compile(
    rf"{_START}(?:rapports? (?:entre|inter\w+|d\d|de (?:masculinite|dependance|chances))|"
    r"rangs?|classement|repondants?|bases?|"
    r"(?:montants?|revenus?|salaires?|prix|couts?|pensions?|loyers?|niveaux? de vie|patrimoines?) "
    r"(?:moyen|median|mensuel|annuel)\w*|"
    r"ratios?|indices?|coefficients?|sex-ratio|ecart relatif|ages? (?:moyen|median)|durees?|delais?|"
    r"nombre moyen|esperances?)(?!\w)|\bd\d{1,2} ?/ ?d\d|\b(?:ratio|index|rank|respondents|average age|mean age|median age)(?!\w)"
)
_EVOLVES = re.compile(
    r"\b(?:evolutions?|variations?|croissance|glissement|accroissement|hausse|baisse|progression|indices?|ratios?|base 100|"
    r"rapport (?:a|de|entre|au|aux)|taux|ecarts?|changes?|growth|index|rates?)\b"
)
"""Words, never parts of words, that let a percentage go above 100: « ratio » is not in « déclarations »."""
_TITLE_EVOLVES = re.compile(r"\b(?:evolutions?|variations?|croissance|glissement|progression|indices?|base 100|growth|index)\b")
"""Of these, the ones that say so for a whole table when they stand in its title: a « taux » there is one of its columns."""

OTHERWISE = "a rate, a ratio or a change under the unit of something else"
UNKNOWN = "a change: in numbers, in points or in %"


_LOW = re.compile(r"\b(?:lower|borne inf\w*|limite inf\w*|minimum ic|lcl|lci)\b")
_HIGH = re.compile(r"\b(?:upper|borne sup\w*|limite sup\w*|maximum ic|ucl|uci)\b")
BOUNDS = "bounds that the figure beside them does not lie between"


def bounds(heads: Sequence[str], figures: Sequence[Sequence[float | None]]) -> dict[int, int]:
    """Columns of bounds (« Lower CI », « Borne supérieure ») and the column that they are about, the nearest at their left.

    Columns are said by position; -1 stands for one whose figures do not lie between its bounds.

    Parameters
    ----------
    heads : sequence of str
        Header of each column, without those that give a unit.
    figures : sequence of sequences of float or None
        The figures, line by line.
    """
    found: dict[int, int] = {}
    sides = [-1 if _LOW.search(words) else 1 if _HIGH.search(words) else 0 for words in map(folded, heads)]
    for column, side in enumerate(sides):
        about = next((n for n in range(column - 1, -1, -1) if not sides[n]), None) if side else None
        if about is not None:
            pairs = [(line[column], line[about]) for line in figures]
            within = all(a is None or b is None or side * (a - b) >= 0 for a, b in pairs)
            found[column] = about if within else -1
    return found


@dataclass(frozen=True)
class Measure:
    """What the labels of a row or of a column say that its figures are."""

    share: bool
    other: bool
    change: bool
    evolves: bool

    @classmethod
    def of(cls, labels: tuple[str, ...]) -> Measure:
        """Measure of a path: what any of its labels says."""
        found = [_of(label) for label in labels]
        return cls(*(any(each) for each in zip(*found, strict=True))) if found else _NOTHING


@lru_cache(maxsize=16384)
def _of(label: str) -> tuple[bool, bool, bool, bool]:
    words = folded(label)
    return tuple(pattern.search(words) is not None for pattern in (_SHARE, _OTHER, _CHANGE, _EVOLVES))  # type: ignore[return-value]


_NOTHING = Measure(False, False, False, False)


def evolves(title: str) -> bool:
    """Whether a title, folded, says that all figures of its table are changes or indices."""
    return bool(_TITLE_EVOLVES.search(title))


def cannot_have(measure: Measure, unit: str, *, changes: bool) -> bool:
    """Whether what a label measures has not the unit that other words give: « Taux de chômage » in a table in thousands.

    Where a title says that the figures are changes, a change of a duration may be in %.
    """
    if not unit or unit == units.COUNT:
        return False
    if not units.is_relative(unit):
        return measure.other or measure.share
    return measure.other and unit == "%" and not changes


def one_of(alternatives: tuple[str, ...], measures: tuple[Measure, Measure], value: float, large: bool) -> str:
    """Which of two units of a table a figure has: the percentage, or the other; empty when nothing tells.

    Parameters
    ----------
    alternatives : tuple of str
        The units that the table gives.
    measures : tuple of Measure
        What the labels of its row and those of its column say.
    value : float
        The figure.
    large : bool
        Whether its column holds a number that no percentage of a whole reaches.
    """
    if len(alternatives) != 2 or "%" not in alternatives or any(measure.other or measure.change for measure in measures):
        return ""
    (other,) = (unit for unit in alternatives if unit != "%")
    if any(measure.share for measure in measures):
        return "%" if abs(value) <= 100 else ""
    return other if large and not (units.is_relative(other) and other != units.COUNT) else ""
