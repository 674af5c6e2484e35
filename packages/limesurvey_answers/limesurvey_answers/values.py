"""Numbers and dates: stored texts made canonical, so that every format gives the same, and typed."""

import re
from datetime import datetime
from decimal import Decimal

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:[ \u00a0\u202f][0-9]{3})+(?:[.,][0-9]+)?")
_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
_EITHER = re.compile(r"[+-]?[0-9]{1,3},[0-9]{3}")
_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T]([0-9]{2}:[0-9]{2})(?::([0-9]{2}))?)?")
MAX_DIGITS = 42
"""decimal(30,10), a sign and a point."""


def canonical_number(text: str) -> str | None:
    """A number without needless zeros (`3.0000000000` and `3` are one), or `None` where the text is not one.

    `1 234` and `1,5` are numbers that people type. `1,234` is one thing in Paris and another in London: it is none.
    """
    text = text.strip()
    if _GROUPED.fullmatch(text):
        text = re.sub(r"[ \u00a0\u202f]", "", text).replace(",", ".")
    elif _COMMA.fullmatch(text) and not _EITHER.fullmatch(text):
        text = text.replace(",", ".")
    if len(text) > MAX_DIGITS or not _NUMBER.fullmatch(text):
        return None
    plain = format(Decimal(text), "f")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return "0" if plain in ("-0", "") else plain


def whole_number(text: str) -> int | None:
    """An id or a number of pages, or `None` where the text is none."""
    number = canonical_number(text)
    return int(number) if number is not None and number.isdecimal() and len(number) <= 15 else None


def typed_number(canonical: str) -> int | float:
    """The number: an exact integer where it is whole."""
    return float(canonical) if "." in canonical else int(canonical)


def canonical_date(text: str) -> str | None:
    """A date as LimeSurvey stores it, or `None`. `01/05/2014` could be January or May: it is none."""
    found = _DATE.fullmatch(text.strip())
    if found is None:
        return None
    day, hour, seconds = found.groups()
    canonical = f"{day} {hour or '00:00'}:{seconds or '00'}"
    try:
        datetime.fromisoformat(canonical)
    except ValueError:
        return None
    return canonical
