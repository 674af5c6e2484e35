"""French wording: numbers, quantities, populations and sentences, from the words kept in the nomenclatures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

import pandas as pd
from babel.numbers import format_decimal

from ..analysis.compare import Comparison
from ..analysis.shares import share_rule
from ..nomenclature import ALL, Nomenclatures
from ..observations import Row, is_cell
from .text import NARROW as NARROW
from .text import NBSP as NBSP
from .text import PUBLICATION as PUBLICATION
from .text import citation as citation
from .text import typographic as typographic

UNKNOWN_BASE = "base non publiée"
MISSING = "non relevé"
EACH_LINE = "indiquée pour chaque ligne"

SELECTORS = {
    "form": "la forme d’exploitation",
    "sex": "le sexe",
    "age": "l’âge",
    "origin": "l’origine",
    "offence": "le type d’infraction",
}
"""Sub-population columns after « selon »."""

BOUNDS = {"": "", "<": "moins de ", ">": "plus de ", "~": "environ "}
SUFFIXES = {
    "percent": f"{NBSP}%",
    "percent_change": f"{NBSP}%",
    "points": f"{NBSP}points",
    "years": f"{NBSP}ans",
    "per_100000": " pour 100 000 habitants",
}
NO_VALUE = {"L": "question non posée", "M": "sans objet", "N": "trop imprécis", "O": "non disponible", "Q": "confidentiel"}
"""Why a source gives no value; what no source gives at all is `MISSING`."""

STATUSES = {"A": "", "E": "estimé", "P": "provisoire", "B": "rupture", "U": "fiabilité faible", **NO_VALUE}


def rounded(value: float, digits: int = 0) -> Decimal:
    """A number rounded half up, as French publications do (Python rounds half to even)."""
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


@lru_cache(maxsize=4096)  # a chapter writes the same numbers in sentences, tables and charts
def number(value: float, digits: int | None = None, *, sign: bool = False) -> str:
    """A number in French: narrow no-break space between thousands, decimal comma.

    Parameters
    ----------
    value : float
        The number.
    digits : int, optional
        Decimals after rounding half up; by default the decimals it was published with, two at most.
    sign : bool
        Show « + » before a positive number.
    """
    if digits is None:
        digits = min(2, max(0, -int(Decimal(str(value)).normalize().as_tuple().exponent)))
    exact = rounded(value, digits)
    text = format_decimal(abs(exact), format="#,##0." + "0" * digits if digits else "#,##0", locale="fr")
    return ("−" if exact < 0 else "+" if sign and exact > 0 else "") + text


def quantity(value: float, unit: str, bound: str = "", *, sign: bool = False) -> str:
    """A value with its unit and bound: « moins de 1 % », « environ 67 % », « 2 675 ».

    An approximation is rounded to a whole number: the words it transcribes (« deux tiers ») have no decimals.
    """
    if pd.isna(value):
        return MISSING
    if unit == "ratio":
        return f"{BOUNDS[bound]}{number(value)}{NBSP}fois"
    unit_text = SUFFIXES.get(unit, "")
    if unit == "points" and abs(value) < 2:
        unit_text = f"{NBSP}point"
    return BOUNDS[bound] + number(value, 0 if bound == "~" else None, sign=sign) + unit_text


def quantity_of(row: Row) -> str:
    """The quantity of an observation, shown according to its base (see `share_rule`); a published change has a sign."""
    if pd.isna(row["value"]):
        return NO_VALUE[row["status"]] if row["source_id"] else MISSING
    change = str(row["variable"]).startswith("change_")
    base = None if pd.isna(row["base"]) else int(row["base"])
    if row["unit"] == "percent" and not change and base is not None:
        rule = share_rule(base)
        if rule in ("counts_only", "x_of_n"):
            count = number(row["value"] * base / 100, 0)
            return BOUNDS[row["bound"]] + (count if rule == "counts_only" else f"{count} sur {base}")
        if rule == "small_base":
            return f"{quantity(float(rounded(row['value'])), 'percent', row['bound'])} (petite base)"
    return quantity(row["value"], row["unit"], row["bound"], sign=change and row["unit"] != "ratio")


def base_of(row: Row) -> str:
    """What a share is computed on: its base, or that none was published; nothing for a count."""
    if row["unit"] != "percent" or str(row["variable"]).startswith("change_") or pd.isna(row["value"]):
        return ""
    return UNKNOWN_BASE if pd.isna(row["base"]) else f"base : {number(int(row['base']))}"


def base_cell(row: Row) -> str:
    """`base_of` under a heading that already says « Base »."""
    return base_of(row).removeprefix("base").removeprefix(" :").strip()


def part_of(row: Row, words: Nomenclatures) -> str:
    """The part of a population that an observation describes: « victimes mineures d’exploitation sexuelle »."""
    year = year_of(row)
    parts = [words.populations[row["population"]].noun_fr]
    for column in ("age", "form", "offence", "sex", "origin"):
        if row[column] != ALL:
            parts.append(words.item(column, row[column], year).complement_fr)
    return " ".join(parts)


def population_of(row: Row, words: Nomenclatures) -> str:
    """Who an observation describes: « victimes mineures d’exploitation sexuelle accompagnées »."""
    population, part = words.populations[row["population"]], part_of(row, words)
    if population.universe == "associations" and part != population.noun_fr:
        rest = part.removeprefix(f"{population.noun_fr} ")
        return f"{population.noun_fr} {population.qualifier_fr} ayant accompagné des victimes {rest}"
    return f"{part} {population.qualifier_fr}"


def subtitle(row: Row, words: Nomenclatures) -> str:
    """Population line of a table or chart, with a capital letter."""
    if all(row[column] == ALL for column in ("age", "form", "offence", "sex", "origin")):
        return words.populations[row["population"]].label_fr
    return upper_first(population_of(row, words))


def inline(row: Row, words: Nomenclatures) -> str:
    """Label of a category inside a sentence: lower case, but for proper nouns."""
    if row["category"] == ALL:
        return lower_first(words.populations[row["population"]].label_fr)
    label = words.label(row["variable"], row["category"], year_of(row), row["age"])
    return label if words.variable(row["variable"]).proper else lower_first(label)


def lower_first(text: str) -> str:
    """Text with a lower-case first letter, acronyms excepted."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def upper_first(text: str) -> str:
    """Text with a capital first letter."""
    return text[:1].upper() + text[1:]


def listed(items: Iterable[str]) -> str:
    """« a, b et c »."""
    words = list(items)
    return " et ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def of(text: str) -> str:
    """« de » or « d’ » before a word."""
    return f"d’{text}" if re.match(r"(?i)[aeiouyéèêàâîïôœ]|h(?=[aeiouéèêô])", text) else f"de {text}"


def period_of(row: Row) -> str:
    """« En 2022 », « De 2016 à 2021 », « En 2016 ou 2017 »."""
    first, _, last = str(row["period"]).partition("-")
    return f"De {first} à {last}" if last else f"En {first.replace('|', ' ou ')}"


def year_of(row: Row) -> int:
    """The year whose labels an observation is read with: the last of its period."""
    return int(str(row["period"])[-4:])


def sentence(row: Row, words: Nomenclatures, publisher: str) -> str:
    """One observation as a sentence, with its population, base and source.

    Parameters
    ----------
    row : mapping or Series
        A row of Observations with a value.
    words : Nomenclatures
        Predicates and population names.
    publisher : str
        Who said it.
    """
    value, when = quantity_of(row), period_of(row)
    population = words.populations[row["population"]]
    notes = [base_of(row), f"source : {publisher}"]
    if row["status"] == "U":
        notes.insert(0, "fiabilité faible")
    if row["variable"] == "total":
        alone = all(row[column] == ALL for column in ("form", "sex", "age", "origin", "offence"))
        known = alone and population.total_fr
        text = population.total_fr.format(value=value) if known else f"on compte {value} {population_of(row, words)}"
    elif row["variable"] == "countries":
        text = f"les {population_of(row, words)} viennent de {value} pays"
    elif row["variable"] == "average_age":
        text = f"l’âge moyen des {population_of(row, words)} est de {value}"
    elif row["category"] == ALL:
        text = f"{lower_first(words.variable(row['variable']).label_fr)} ({population_of(row, words)}) : {value}"
    else:
        predicate = words.item(row["variable"], row["category"], year_of(row), row["age"]).predicate_fr
        who = population_of(row, words)
        text = f"{value} {who} {predicate}" if row["unit"] == "count" else f"{value} des {who} {predicate}"
        if not predicate:  # a published change, a rate by territory: no share of anybody
            subject = lower_first(words.variable(row["variable"]).label_fr)
            text = f"{subject}, {inline(row, words)} ({who}) : {value}"
    return f"{when}, {text} ({' ; '.join(filter(None, notes))})."


def change_sentence(comparison: Comparison, words: Nomenclatures) -> str:
    """A change as a sentence with its reservations, or the reason why it is not computed."""
    before, after = comparison.before, comparison.after
    if comparison.refusals:
        return " ".join(comparison.refusals)
    who = population_of(after, words)
    years = f"De {before['period']} à {after['period']}"
    values = f"de {quantity_of(before)} à {quantity_of(after)}"
    if after["unit"] == "count":
        what = f"le nombre {of(who)}"
        if after["variable"] != "total":
            what += f" ({inline(after, words)})"
        gap = f"{number(comparison.difference, sign=True)}, soit {number(comparison.percent, 0, sign=True)}{NBSP}%"
    else:
        what = f"la part « {inline(after, words)} » parmi les {who}"
        gap = quantity(comparison.difference, "points", sign=True)
    text = f"{years}, {what} passe {values} ({gap})."
    if comparison.difference == 0:
        text = f"{years}, {what} reste à {quantity_of(after)}."
    return " ".join([text, *comparison.reservations])


def finding(rows: pd.DataFrame) -> str:
    """What a chart shows, for its alternative text: the largest value first, then the others.

    Parameters
    ----------
    rows : DataFrame
        With ``inline`` (the label inside a sentence), ``text`` and ``value``.
    """
    known = rows[rows["value"].notna()].sort_values("value", ascending=False, kind="stable")
    pairs = [f"{label}, {text}" for label, text in zip(known["inline"], known["text"], strict=True)]
    if not pairs:
        return "Aucune valeur relevée."
    first = f"Valeur la plus élevée : {pairs[0]}." if len(pairs) > 1 else f"Une seule valeur relevée : {pairs[0]}."
    return " ".join([first, f"Puis : {' ; '.join(pairs[1:])}."] if len(pairs) > 1 else [first])


def notes_of(rows: pd.DataFrame) -> list[str]:
    """Notes of the rows shown, each once, with the modality it is about when it is not about all of them."""
    notes: dict[str, list[str]] = {}
    shown = rows["inline"].to_numpy().tolist()
    for label, note in zip(shown, rows["note"].to_numpy().tolist(), strict=True):
        if note:
            notes.setdefault(note, []).append(label)
    return [
        note if len(set(labels)) == len(set(shown)) else f"{upper_first(listed(dict.fromkeys(labels)))} : {lower_first(note)}"
        for note, labels in notes.items()
    ]


def place_of(citation: str, locator: str) -> str:
    """A source and, in a workbook, the cell; the address of a page is a link, not words."""
    return f"{citation}, {locator}" if is_cell(locator) else citation


def source_line(publishers: Sequence[str]) -> str:
    """« Source : … » or « Sources : … »."""
    names = list(dict.fromkeys(filter(None, publishers)))
    return f"Source{'s' if len(names) > 1 else ''} : {' ; '.join(names)}."
