"""What one cell says: a number, a symbol, a flag, a date, or words; and the status that signs give."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from .grid import Cell, one_line
from .model import Status

Kind = Literal["number", "symbol", "flag", "date", "text"]


@lru_cache(maxsize=32768)
def folded(text: str) -> str:
    """Text for comparison: no accent, no case, one space, one kind of dash and of apostrophe."""
    plain = unicodedata.normalize("NFKD", one_line(text)).casefold().translate(_SAME)
    return "".join(char for char in plain if not unicodedata.combining(char))


_SAME = str.maketrans({**dict.fromkeys("‐‑‒–—―−", "-"), **dict.fromkeys("’‘ʼ´`", "'"), "«": '"', "»": '"', "“": '"', "”": '"'})

SYMBOLS: dict[str, Status] = {
    **dict.fromkeys(("nd", "nr", "nc", "...", "..", ":", "na", "n/a", "n/d", "non disponible", "nsp"), "not_available"),
    **dict.fromkeys(("non renseigne", "non communique", "non repondant", "non reponse"), "not_available"),
    **dict.fromkeys(("manquant", "indisponible"), "not_available"),
    **dict.fromkeys(("///", "//", "/", "so", "sans objet", "non concerne", "non applicable"), "not_applicable"),
    **dict.fromkeys(("s", "ss", "c", "secret", "secret statistique", "confidentiel", "(s)", "(c)"), "confidential"),
    **dict.fromkeys(("ns", "non significatif"), "not_significant"),
    **dict.fromkeys(("ε", "[low]"), "below_threshold"),
    **dict.fromkeys(("[c]", "[d]"), "confidential"),
    **dict.fromkeys(("[x]", "[w]"), "not_available"),
    **dict.fromkeys(("[z]",), "not_applicable"),
    **dict.fromkeys(("[u]",), "not_significant"),
    **dict.fromkeys(("-", "--", "x", "?", "."), "ambiguous"),
}  # fmt: skip
"""Default meaning of a symbol, used where the workbook's own legend says nothing. Sources: Insee, « Signes conventionnels
utilisés » (/// « absence de résultat due à la nature des choses », … « résultat non disponible », s or ss « secret
statistique », ns « non significatif », ε « inférieur à la moitié de l'unité »). A dash is never read as zero by default: some
tables write it for « rien », others for « non calculé ». Signs in square brackets: UK Analysis Function, « Symbols in tables »
([c] confidential, [x] not available, [z] not applicable, [low] near zero, [u] low reliability)."""

FLAGS: dict[str, Status] = {
    **dict.fromkeys(("e", "est", "estim"), "estimated"),
    **dict.fromkeys(("p", "prov", "sd", "provisoire", "semi-definitif"), "provisional"),
    **dict.fromkeys(("r", "rev", "revise", "rectifie"), "revised"),
}
"""Default meaning of a letter in brackets after a number or a label."""

MEANINGS: tuple[tuple[str, Status | Literal["zero"]], ...] = (
    (r"confidenti[ae]l|secret|suppress|disclos|geheim", "confidential"),
    (
        r"non significati|pas significati|low reliability|unreliable|"
        r"not (?:sufficiently |statistically )?(?:reliable|significant)",
        "not_significant",
    ),
    (
        r"not applicable|blocked for logical|"
        r"sans objet|(?:non|pas) concern|non applicable|nature des choses|ne s'applique|hors champ",
        "not_applicable",
    ),
    (
        r"(?:non|pas|in)[ -]?(?:disponib|renseign|reponse|repon[ds]|communiqu|parven|determin|diffus|calcul|connu|recueilli)"
        r"|not (?:available|collected|known|asked|recorded)|unavailable|no data|missing"
        r"|manquant|absence de (?:reponse|donnee)|n'(?:a|ont) pas repondu|questionnaire n'",
        "not_available",
    ),
    (
        r"inferieur|moins de|negligeable|proche de zero|less than|fewer than|negligible|close to zero|rounds? to (?:zero|0)",
        "below_threshold",
    ),
    (r"provisoire|provisional|preliminary|semi-definiti", "provisional"),
    (r"estim|redress|imput|extrapol", "estimated"),
    (r"revise|rectifi|corrige", "revised"),
    (r"nichts vorhanden|\bnul\b|\bnulle?s?\b|\bzero\b|\bnil\b|neant|aucun", "zero"),
)
"""Words of a legend and what they mean, the first that matches."""


def meaning(words: str) -> Status | Literal["zero"] | None:
    """Status that the words of a legend describe."""
    text = folded(words)
    return next((status for pattern, status in MEANINGS if re.search(pattern, text)), None)


LONGEST = 120
"""No number, symbol or flag is longer, nor the signs that end a label: the patterns below read no more than that."""

SEVERAL = "words or several numbers in one cell"

_FLAG = re.compile(
    r"\[(?P<square>notes? [\w, ]{1,20}|[a-z]|low|est|prov|rev)\]|"
    r"\((?P<letters>[a-zA-Zéà]{1,5}\.?)\)|(?P<stars>\(?\*{1,4}\)?|[†‡])|\((?P<number>\d{1,2})\)|(?P<upper>[¹²³⁴⁵⁶⁷⁸⁹]+)"
)
_SIGN = r"\[(?:notes? [\w, ]{1,20}|[a-z]|low|est|prov|rev)\]|\(\d{1,2}\)|\*{1,4}|\(\*{1,4}\)|[†‡]|[¹²³⁴⁵⁶⁷⁸⁹]+"
_LETTERED = r"\((?:[a-z]{1,2}|est|prov|rev)\)"
_WORDED = r"\((?:données? |chiffres? )?(?:provisoires?|semi-définiti\w+|estimé\w*|estimations?|révisé\w*|rectifié\w*)\)"
_TRAILING = re.compile(rf"(?:\s*(?:{_SIGN}|{_WORDED})|(?:\s+|(?<=\d)|(?<=%)){_LETTERED})+\s*$", re.IGNORECASE)
_EUROSTAT = re.compile(r"(?P<body>.*\d)(?: (?P<sign>[eprs])|(?<=(?:19|20)\d\d)(?P<glued>[pre]))")
_EUROSTAT_FLAG = r"[bcdefinprsuz]{1,2}"
"""Eurostat's letters: b break in series, c confidential, d another definition, e estimated, p provisional, r revised, u low
reliability…"""
_FLAGGED_NUMBER = re.compile(rf"(?P<body>[+-]?\d[\d ,.]*) (?P<sign>{_EUROSTAT_FLAG})")
_COMMA_THREE = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")
_COMMA_DECIMALS = re.compile(r"[+-]?\d+,(?:\d{1,2}|\d{4,})")
_ENGLISH_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})*\.(?:\d{1,2}|\d{4,})|\d{1,3}(?:,\d{3}){2,})")
_BELOW = re.compile(
    r"(?:<|≤|<=|moins de|inf(?:érieur|erieur|\.)?\s*(?:à|a))\s*"
    r"(?P<rest>\d[\d ,.]*\s*(?:%|€|(?!ans?\b|mois|jours?|heures?)[^\W\d_]{3,20})?)",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"\(-?\d[\d ]*(?:[.,]\d+)?\s*%?\)")
_FIGURES = re.compile(
    r"\[-?\d[\d ,.%]* ?[;à,-] ?-?\d[\d ,.%]*\]|"
    r"(?:environ|env\.|plus de|près de|>|>=|≥|~|≈)\s*\d[\d ,.]*%?|-?\d[\d ,.]*%?\s*[\[(±][\d ,.;%±+à-]*[\])]?"
    r"|\d[\d ]*(?:[.',:’]\d+)+\s*(?:M|k|Md|millions?|milliards?|milliers?)?|\(\w\) ?\d[\d ,]*|\d[\d ]* ?(?:k|M|Md|Mds)€?",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(?P<sign>[+-]?)\s?(?P<whole>\d{1,3}(?: \d{3})+|\d+)?(?P<decimal>[.,]\d+)?\s?(?P<unit>%|€|euros?|points?|pts?|pt)?",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[.,]\d{3}){2,}")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))


@dataclass(slots=True, unsafe_hash=True)
class Read:
    """One cell as it was understood; as `Cell`, never changed.

    `unit` is what the number itself says (``%`` by its format or its text). `marks` are the signs that follow it. `doubt`
    says why a number cannot be trusted, `divided` how many times its format divides it by a thousand.
    """

    kind: Kind
    value: float | None = None
    unit: str = ""
    symbol: str = ""
    marks: tuple[str, ...] = ()
    doubt: str = ""
    divided: int = 0


def read(cell: Cell) -> Read:
    """Understand one cell, apart from its place.

    A percentage (format ``0 %`` or text « 15,4 % ») comes back on 0-100 with unit ``%``. The answer is kept with the cell,
    as a cached property would: delimiting tables asks again and again.
    """
    found: Read | None = cell.understood
    if found is None:
        found = cell.understood = _read(cell)
    return found


def _read(cell: Cell) -> Read:
    value = cell.value
    if isinstance(value, dt.datetime):
        return Read("date")
    if isinstance(value, bool):
        return Read("text")
    if isinstance(value, (int, float)):
        if not math.isfinite(value):
            return Read("symbol", symbol=str(value), doubt="not a finite number")
        shown = _of_format(cell.number_format, (value > 0) - (value < 0))
        if shown.instead is not None:
            return _read_text(shown.instead) if shown.instead else Read("number", doubt="a format that hides the number")
        number = scaled(value) if shown.percent else float(value)
        return Read("number", number, shown.unit, marks=shown.marks, divided=shown.divided)
    if cell.error:
        return Read("symbol", symbol=cell.text)
    return _read_text(cell.text)


def scaled(fraction: float) -> float:
    """A fraction as a percentage, without the noise of binary multiplication (0.07 gives 7, not 7.000000000000001)."""
    return float(f"{fraction * 100:.15g}")


@dataclass(frozen=True)
class _Shown:
    """What a number format adds to a number: a percentage, a unit, marks, a division by thousands, or other words instead."""

    percent: bool = False
    unit: str = ""
    marks: tuple[str, ...] = ()
    divided: int = 0
    instead: str | None = None


@lru_cache(maxsize=4096)
def _of_format(code: str, sign: int) -> _Shown:
    """Format code of a spreadsheet (its section for positive or negative numbers), read as a person sees the result."""
    sections = code.split(";")
    section = sections[1] if sign < 0 and len(sections) > 1 and sections[1] else sections[0]
    visible = re.sub(r"_.|\*.|\[[^\]]*\]", "", re.sub(r"\[\$([^\]-]*)[^\]]*\]", r'"\1"', section))
    quoted = " ".join(re.findall(r'"([^"]*)"', visible)).strip()
    bare = re.sub(r'"[^"]*"', "", visible)
    if sign and code not in ("General", "@") and not re.search(r"[0#?@]|General|Standard", bare):
        return _Shown(instead=re.sub(r"\\(.)", r"\1", f"{quoted} {bare}").strip())
    marks = tuple(mark[0].strip() for mark in _FLAG.finditer(quoted.replace('"', "")))
    commas = re.search(r"[0#?](,+)(?!\s*[0#?,])", bare)
    divided = len(commas[1]) if commas else 0
    if "%" in re.sub(r"\\.", "", bare):
        return _Shown(True, "%", marks, divided)
    if "%" in quoted or "\\%" in bare:  # the sign is written, the number is not multiplied
        return _Shown(False, "%", marks, divided)
    if "€" in re.sub(r"\\(.)", r"\1", visible):
        return _Shown(False, "euros", marks, divided)
    duration = re.fullmatch(r"ans|années|mois|jours|heures|minutes|points?|‰", quoted)
    return _Shown(False, quoted if duration else "", marks, divided)


@lru_cache(maxsize=65536)
def _read_text(text: str) -> Read:
    if len(text) > LONGEST:
        return Read("text")
    plain = text.translate(_DASHES)
    if (below := _BELOW.fullmatch(plain)) and len(plain) < 30:
        return Read("symbol", symbol=text, unit="%" if "%" in below["rest"] else "")
    if _FLAG.fullmatch(plain) and not (plain.startswith("[") and symbol_status(plain)):
        return Read("flag", marks=(plain,))
    if _BRACKETED.fullmatch(plain):
        return Read("number", symbol=text, doubt="brackets: a negative number or a note")
    if _FIGURES.fullmatch(plain) and not _NUMBER.fullmatch(plain) and not _TRAILING.search(plain):
        return Read("number", symbol=text, doubt=SEVERAL)
    body, marks = split_marks(plain)
    if _GROUPED.fullmatch(body):
        return Read("number", marks=marks, symbol=text, doubt="thousands or decimals: dots or commas between groups of three")
    if body and (found := _NUMBER.fullmatch(body)) and (found["whole"] or found["decimal"]):
        whole, decimal = (found["whole"] or "0").replace(" ", ""), found["decimal"] or ""
        doubt = ""
        if len(decimal) == 4 and whole != "0" and len(whole) < 4:
            doubt = f"a {'dot' if decimal[0] == '.' else 'comma'} before three digits: thousands or decimals"
        if not found["whole"] and not found["sign"] and decimal.startswith("."):
            return Read("text")  # « .5 » or « .12 » is a numbering as often as a number
        number = float(f"{found['sign']}{whole}{decimal.replace(',', '.')}")
        return Read("number", None if doubt else number, _unit_word(found["unit"] or ""), text if doubt else "", marks, doubt)
    if symbol_status(body) is not None:
        return Read("symbol", symbol=body, marks=marks)
    return Read("text")


def _unit_word(unit: str) -> str:
    return {"€": "euros", "pt": "points", "pts": "points"}.get(unit.lower(), unit.lower())


def thousands_by_comma(texts: Iterable[str]) -> bool:
    """Whether numbers typed as text write thousands with a comma: « 1,512 » does, beside « 12.5 » and where none is « 12,5 »."""
    short = [text for text in texts if len(text) < 20 and text[:1] in "+-0123456789" and ("," in text or "." in text)]
    found = [split_marks(text)[0] for text in short]
    english = any(_ENGLISH_NUMBER.fullmatch(text) for text in found)
    return english and not any(_COMMA_DECIMALS.fullmatch(text) for text in found)


def without_commas(text: str) -> str:
    """A number whose thousands commas part, « 1,512 » or « 1,512.5 [r] », without them; nothing for another text."""
    if "," not in text or len(text) > 24 or not _COMMA_THREE.fullmatch(split_marks(text)[0]):
        return ""
    return text.replace(",", "")


def symbol_key(symbol: str) -> str:
    """A symbol as it is looked up: « N.D. » and « nd » are the same."""
    key = folded(symbol.replace("…", "..."))
    letters = key.replace(".", "").replace(" ", "")
    return letters if letters and letters.isalpha() and len(letters) <= 3 else key


def symbol_status(symbol: str) -> Status | None:
    """Default status of a symbol; None for something else than a symbol."""
    return SYMBOLS.get(symbol_key(symbol))


@lru_cache(maxsize=65536)
def split_marks(text: str) -> tuple[str, tuple[str, ...]]:
    """A label or a number without the signs that follow it, and those signs: « GALI* » gives « GALI », ``*``."""
    if len(text) > LONGEST:
        head, marks = split_marks(text[-LONGEST:])
        return f"{text[:-LONGEST]}{head}", marks
    if lettered := _EUROSTAT.fullmatch(text):  # « 12,3 p », « 2021p »
        return lettered["body"], (f"({lettered['sign'] or lettered['glued']})",)
    if flagged := _FLAGGED_NUMBER.fullmatch(text):
        return flagged["body"], (f"({flagged['sign']})",)
    found = _TRAILING.search(text)
    if not found or not found.start():
        return text.strip(), ()
    worded = re.findall(_WORDED, found[0], re.IGNORECASE)
    marks = (*(mark[0].strip() for mark in _FLAG.finditer(found[0]) if mark[0] not in worded), *worded)
    return text[: found.start()].strip(), marks


def flag_letters(mark: str) -> str:
    """The letter of a mark in brackets: ``(e)`` gives ``e``."""
    return folded(mark.strip("()[]").rstrip("."))


def flag_status(mark: str) -> Status | None:
    """Status that a mark of one or two letters gives by default: ``(e)``, ``[p]``, Eurostat's ``bp``."""
    letters = flag_letters(mark)
    if letters in FLAGS or not re.fullmatch(_EUROSTAT_FLAG, letters):
        return FLAGS.get(letters)
    return next((FLAGS[letter] for letter in letters if letter in FLAGS), None)


def is_sign(text: str) -> bool:
    """Whether a text is a symbol or a mark alone, as a legend defines them: « nd », « (e) », « bp »."""
    return len(text) <= 6 and bool(symbol_status(text) or _FLAG.fullmatch(text.translate(_DASHES)) or is_flag_text(text))


def is_flag_text(text: str) -> bool:
    """Whether a cell beside a number, under no header, flags it: « e », « bp »."""
    return bool(re.fullmatch(rf"sd|{_EUROSTAT_FLAG}", flag_letters(text)))


_YEAR = re.compile(r"(?:19|20)\d\d")


def is_yearish(cell: Cell, *, formatted: bool = False) -> bool:
    """Whether a cell looks like a year or a date at the head of a column: 2018, « 2018 (p) », a date.

    With `formatted`, a year that a number format separates or rounds (2,018) is one too.
    """
    if isinstance(cell.value, dt.datetime):
        return True
    if isinstance(cell.value, bool):
        return False
    if isinstance(cell.value, (int, float)):
        plain = not any(char in cell.number_format for char in "%€,") and ".0" not in cell.number_format
        return (
            (plain or (formatted and "%" not in cell.number_format))
            and float(cell.value).is_integer()
            and 1900 <= cell.value <= 2100
        )
    return bool(_YEAR.fullmatch(split_marks(cell.text)[0]))


def is_whole(cell: Cell) -> bool:
    """Whether a cell holds a whole number that may be a code, a rank or an age: no percentage, no decimals."""
    if isinstance(cell.value, (bool, dt.datetime)):
        return False
    if isinstance(cell.value, (int, float)):
        return float(cell.value).is_integer() and "%" not in cell.number_format
    return bool(re.fullmatch(r"\d{1,5}[A-Z]{0,2}", cell.text.strip(), re.IGNORECASE))
