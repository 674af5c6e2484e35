"""Units: in which words a title, a header, a label or a lone cell says what its numbers count."""

from __future__ import annotations

import re
from functools import lru_cache

from .grid import one_line
from .values import split_marks

LONGEST = 300
"""A unit stands in a short text, or at the end of a long one: no pattern reads further back."""

COUNT = "count"
"""A text that says « these are counts »: it stops a percentage that stands further away."""

MIXED = "mixed:"
"""Begins a unit that is one of several, « % et effectif », « en milliers et en % »: words or figures of a column tell which."""

_WORDS = (
    r"%|pour ?cent(?:ages?)?|points?(?: de (?:%|pourcentage))?|ann[ée]es?|ans?|mois|semaines?|jours?|heures?|minutes?|euros?|€|"
    r"[kM]€|d[’']euros|milliers?|millions?|milliards?|effectifs?|nombres?|unit[ée]s?|personnes?|individus?|habitants?|"
    r"m[ée]nages?|foyers?|places?|lits?|[ée]quivalents?|ETP|tonnes?|km²?|kg|m²|ha|indices?|base 100|‰|"
    r"pour (?:mille|1 ?000|10 ?000|100 ?000)"
)
_SCALE = r"(?:thousands?|millions?|billions?|000s?)"
_MONEY = r"(?:(?:current|constant|\d{4}) )?(?:US |U\.S\. |Canadian )?dollars?|US ?\$|\$ ?US|USD|EUR|GBP|CHF|pence"
_ENGLISH = (
    rf"per ?cent(?:ages?)?(?: points?| changes?| growth| shares?)?(?: of .{{0,60}})?|"
    rf"% (?:points?|change|growth|share|of .{{0,60}})|"
    rf"{_SCALE}(?: (?:of .{{0,60}}|euros?|EUR|USD|dollars?|persons?|people|households?|tonnes?))?|{_MONEY}|"
    rf"(?:EUR|USD|GBP) {_SCALE}|1[ ,]?000(?:[ ,]000)? (?:persons?|people|households?|inhabitants|tonnes?|EUR)|"
    rf"[£€$] ?(?:{_SCALE}|m|bn|k)?|index(?: numbers?|,? .{{0,30}}=.{{0,10}})"
)
"""Units that an English text gives alone, in brackets or after a comma: no preposition stands before them."""
_LONE = re.compile(
    r"[(\[]?\s*(?:unit[ée]s?\s*:\s*(?:en )?|(?:valeurs? |chiffres? |données |effectifs? )?en )"
    rf"(?P<unit>(?:{_WORDS})(?![^\W\d])(?:[^.;:()]|\([^()]*\)){{0,60}}?)\s*[)\]]?\.?|"
    rf"[(\[]?\s*(?:units?\s*:\s*|(?:all )?(?:figures? |values? |data |numbers? |levels? |amounts? )?in )?(?P<english>{_ENGLISH})"
    r"\s*[)\]]?\.?|\(%\)",
    re.IGNORECASE,
)
_ALONE = (
    r"%|‰|points?|euros?|€|[kM]€|£(?: ?(?:m|million|bn|billion|thousand))?|"
    r"milliers?|millions?|milliards?|ann[ée]es?|ans|mois|jours?|heures?|effectifs?|"
    r"indices?(?: base 100)?|base 100"
)
_INSIDE = re.compile(
    rf"\(\s*(?:en (?P<unit>(?:{_WORDS})(?![^\W\d])[^()]*(?:\([^()]*\))?[^()]*)|"
    rf"(?P<alone>(?:{_ALONE})(?: d[’'e][^()]*| en [^()]*)?)|"
    rf"(?:in )?(?P<english>{_ENGLISH}|years?|months?|weeks?|days?|hours?))\s*\)",
    re.IGNORECASE,
)
_ENDING = re.compile(
    r"(?:[,:;–—-]|\s)\s*en "
    r"(?P<unit>(?:%|‰|€|pour ?cent|pourcentages?|points?|milliers?|millions?|milliards?|euros?|effectifs?|[kM]€)"
    r"(?![^\W\d])[^,;:()]*)$|"
    rf"(?:[,:;–—]\s*|\s-\s|\sin )(?:in )?(?P<english>%|{_ENGLISH})$",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"\b(?:effectifs?|nombres?|chiffres|montants?|donn[ée]es|valeurs|numbers?|figures|values|levels|amounts?) (?:are )?"
    rf"(?:(?:exprim[ée]+s? )?en (?P<unit>(?:{_WORDS})(?![^\W\d])(?: (?:d[’']|de )?euros?)?)|"
    rf"(?:expressed )?in (?P<english>(?:{_SCALE}(?: of (?:dollars|euros|pounds))?|{_MONEY}|£)(?![^\W\d])))",
    re.IGNORECASE,
)
"""« Effectifs en milliers », anywhere in a title; « in » before a place or a year is no unit."""
_ONE = (
    r"(?:%|pour ?cent(?:ages?)?|per ?cent(?:ages?)?(?: points?)?|points?|milli(?:ers?|ons?|ards?)|thousands?|billions?|euros?|€|"
    r"[kM]€|dollars?|£|effectifs?|nombres?|numbers?|counts?)(?![^\W\d])(?: (?:d[’']|de |of )(?:euros?|dollars?|pounds?))?"
)
_TIME = r"(?:ans|ann[ée]es|mois|semaines|jours|heures|years|months|weeks|days|hours)(?![^\W\d])"
_GIVEN = re.compile(
    rf"(?:\b(?:en|in) |[(\[] ?(?:(?:en|in) )?)(?=(?P<unit>{_ONE}))|\b(?:en|in) (?=(?P<time>{_TIME}))", re.IGNORECASE
)
_SEVERAL = re.compile(rf"[(\[]?(?:en |in )?{_ONE}(?:(?: ?[,/] ?| (?:et|ou|and|or) )(?:en |in )?{_ONE})+[)\]]?\.?", re.IGNORECASE)
_BESIDE = re.compile(rf"(?P<one>{_ONE})(?: ?[,/] ?| (?:et|ou|and|or) )(?:en |in )?(?=(?P<other>{_ONE}))", re.IGNORECASE)
_RATE = re.compile(
    r"(?:pour (?:1 000|10 000|100 000|1 million d[’'])|"
    r"per (?:100|1[ ,]?000|10[ ,]?000|100[ ,]?000|million))\s?[^\W\d][\w’' -]{0,40}",
    re.IGNORECASE,
)
_COUNTED, _RATED = r"\b(?:nombres?|effectifs?|numbers?|counts?)\b", r"\b(?:taux|rates?|ratios?|densit[ée]s?|pr[ée]valences?)\b"
"""« Nombre de lits et taux pour 1 000 habitants » gives two units, « Nombre de lits pour 1 000 habitants » one."""
_PERCENT = re.compile(r"(?:%|pour ?cent(?:ages?)?|per ?cent(?:ages?)?)(?! points?)", re.IGNORECASE)
_SHARE = re.compile(r"(?:%|pourcentages?(?: d.{0,60})?|part \(%\)|% .{0,60}|r[ée]partition en %|part en %)", re.IGNORECASE)
_COUNTS = re.compile(
    r"(?:effectifs?|nombres?|nb\.?|n)(?:\s*\(?(?:n|effectifs?|unit[ée]s?)\)?)?(?:\s+(?:de|d['’]|des|total|totaux|moyen)\b.*|\s*[=:].*)?|"
    r"effectifs?(?: \w+){0,2}|(?:un)?weighted (?:base|count|n|total|sample)s?(?:\s*[-–:(].*)?|sample sizes?|base sizes?|"
    r"(?:numbers?|no\.|counts?)(?:\s+of\b.*)?|(?:total|ensemble|base)\s*\(?(?:n|nombre|effectifs?)\b.*|"
    r"(?:total|ensemble|base)?\s*\(?(?:en )?effectifs?\)?",
    re.IGNORECASE,
)


def normal(unit: str) -> str:
    """A unit in its usual form: ``%`` for every percentage, otherwise the words, without brackets nor line breaks."""
    words = split_marks(re.sub(r"\s*\[\w+\]$", "", one_line(unit)))[0].strip(" .()[]").lower()
    return _several(f"({words}") or _plain(words.removeprefix("en "))


def _plain(words: str) -> str:
    if _PERCENT.match(words) or words.startswith("%"):
        return "%"
    if words == "€":
        return "euros"
    if words.startswith(("point", "percentage point", "per cent point", "% point")) or words in ("pt", "pts"):
        return "points"
    if re.fullmatch(r"(?:effectifs?|nombres?|numbers?|counts?|unit[ée]s?)(?: .*)?", words):
        return COUNT
    return words


def _several(text: str) -> str:
    """The units that a text gives, when they are several: « en milliers et en % », « % et effectif »."""
    given = [found["unit"] or found["time"] for found in _GIVEN.finditer(text)]
    given += [found[side] for found in _BESIDE.finditer(text) for side in ("one", "other")]
    found = dict.fromkeys(_plain(unit.lower()) for unit in given)
    if COUNT in found and "%" not in found and len(found) > 1:
        del found[COUNT]  # « effectifs en milliers »
    return MIXED + "/".join(found) if len(found) > 1 else ""


def one_of(unit: str) -> tuple[str, ...]:
    """The units of which a unit is one; none when it is known."""
    return tuple(unit.removeprefix(MIXED).split("/")) if unit.startswith(MIXED) else ()


@lru_cache(maxsize=4096)
def lone(text: str) -> str:
    """Unit of a cell that says nothing else: « En % », « (en milliers) », « Unité : euros ». Empty for other texts."""
    if len(text) > LONGEST:
        return ""
    words = split_marks(one_line(text))[0]
    if _SEVERAL.fullmatch(words):
        return normal(words)
    found = _LONE.fullmatch(words)
    return normal(found["unit"] or found["english"] or "%") if found else ""


@lru_cache(maxsize=16384)
def of_label(text: str) -> str:
    """Unit that a header or a row label gives: « Part (en %) », « Dépenses (en euros) », « % », « Effectifs ».

    Returns ``count`` for a label that says that it counts, and an empty string when it says nothing.
    """
    text = split_marks(one_line(text)[-LONGEST:])[0]
    if found := lone(text):
        return found
    if _SHARE.fullmatch(text):
        return "%"
    inside = [normal(found["unit"] or found["alone"] or found["english"]) for found in _INSIDE.finditer(text)]
    if inside:
        return inside[-1]
    if found_ending := _ENDING.search(text):
        return normal(found_ending["unit"] or found_ending["english"])
    if rate := _RATE.search(text):
        return rate[0].lower()
    if re.search(r":\s*% d", text):
        return "%"
    if text == "ETP":
        return "etp"
    return COUNT if _COUNTS.fullmatch(text) else ""


@lru_cache(maxsize=4096)
def of_title(text: str, *, main: bool = True) -> str:
    """Unit at the end or in brackets of a title: « … en 2022, en % », « … (en milliers) ».

    A rate anywhere in it is that of the table where it is the `main` title; a line below may be about one column (« Quotient
    Q(x) pour 100 000 survivants »), unless it begins with the word.
    """
    text = split_marks(one_line(text)[-LONGEST:])[0]
    if several := _several(text):
        return several
    inside = [normal(found["unit"] or found["alone"] or found["english"]) for found in _INSIDE.finditer(text)]
    if inside:
        return inside[-1]
    if ending := _ENDING.search(text):
        return normal(ending["unit"] or ending["english"])
    if said := _SAID.search(text):
        return normal(said["unit"] or said["english"])
    if rate := _RATE.search(text):
        if not main and not re.match(r"(?:taux|rates?)\b", text, re.IGNORECASE):
            return ""
        counted, rated = (re.search(words, text[: rate.start()], re.IGNORECASE) for words in (_COUNTED, _RATED))
        return f"{MIXED}{COUNT}/{rate[0].lower()}" if counted and rated else rate[0].lower()
    return COUNT if _COUNTS.fullmatch(text) else ""


def of_note(text: str) -> str:
    """Unit that a note gives by its keyword, whatever it counts: « Unité : mineur »; nothing when it is a sentence."""
    return normal(text) if text and len(text) <= 60 and not re.search(r"[.;]\s*\S", text) else ""


_RELATIVE = ("point", "an", "mois", "jour", "pour ", "indice", "index", "per ", "year", "month", "week", "day", "hour")


def is_relative(unit: str) -> bool:
    """Whether a unit cannot be that of a count: a percentage, points, a duration…"""
    return unit == "%" or unit.startswith(_RELATIVE)
