"""Notes: « Champ », « Source », « Lecture », « Note », footnotes and legends, wherever they stand around a table."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from . import limits
from .grid import one_line
from .model import Status
from .values import flag_status, folded, meaning, symbol_key, symbol_status

NoteKind = Literal["population", "source", "reading", "note", "unit"]

KINDS: tuple[NoteKind, ...] = ("population", "source", "reading")
"""Kinds that have a column of their own in a tidy table."""

_KEYWORDS = (
    r"lectures?|aide [àa] la lecture|champs?|population|sources?|notes?(?: de lecture)?|n\.? ?b\.?|remarques?|attention|"
    r"avertissement|pr[ée]cisions?|d[ée]finitions?|m[ée]thod(?:e|ologie)|l[ée]gende|unit[ée]s?|signes conventionnels|exemple|"
    r"information|r[ée]f[ée]rence|units?(?: of measure(?:ment)?)?"
)
_SEPARATOR = r"\s*(?:\(?\d{0,2}\)?)\s*(?:[:>•►▪·–—|]|\s-\s)\s*"
_START = re.compile(rf"[\s>•►▪\"(]*(?P<key>{_KEYWORDS}){_SEPARATOR}", re.IGNORECASE)
_BARE = re.compile(r"(?P<key>sources?|lecture|champ|note|n\. ?b\.|nb)\s*(?=(?-i:$|[.A-ZÉ\d(]))", re.IGNORECASE)
_FOOTNOTE = re.compile(
    r"(?:\(?(?:\*{1,4}|[†‡]|[¹²³⁴⁵⁶⁷⁸⁹])\)?|\((?:\d{1,2}|[a-z]{1,2})\)|\[(?:[a-z]{1,3}|note \d{1,2})\]|"
    r"\d{1,2}\)(?=\s*\D))\s*[:.>–-]?\s*(?=\S)",
    re.IGNORECASE,
)
_LEGEND = re.compile(
    r"[\"«]?\s*(?:[a-zé]\.?[a-zé]{0,2}\.?[a-z]?\.?|///?|/|\.{3}|…|-|–|ε|:|\*+|\(\w{1,4}\))\s*[\"»]?\s*[:=]\s*\S", re.IGNORECASE
)
_OF_FIGURES = re.compile(
    r"\W*(?:(?:les |ces |des )?(?:donnees?|chiffres?|valeurs?|effectifs?|resultats?|series?|montants?|parts?|taux)\b.{0,40})?"
    r"(?:semi-definiti|provisoire|estim|redress|imput|extrapol|revis|rectifi|corrig)"
)
_INNER = re.compile(rf"(?<=[.;!)»\s])\s+(?=(?:lecture|champ|sources?|notes?(?: de lecture)?){_SEPARATOR})", re.IGNORECASE)


@dataclass(frozen=True)
class Note:
    """One note: what it is, its words without its keyword, and the row where it stands."""

    kind: NoteKind
    text: str
    row: int


@lru_cache(maxsize=8192)
def starts(text: str) -> bool:
    """Whether a text begins as a note does: a keyword and a separator, a footnote sign, or a symbol and its meaning."""
    line = one_line(text)
    return bool(_START.match(line) or _FOOTNOTE.match(line) or (_LEGEND.match(line) and len(line) < 400))


def is_footnote(text: str) -> bool:
    """Whether a text begins with a footnote sign: « * », « (1) »."""
    return bool(_FOOTNOTE.match(one_line(text)))


@lru_cache(maxsize=8192)
def has_keyword(text: str) -> bool:
    """Whether a text begins with « Champ », « Source », « Lecture », « Note »… and a separator."""
    return bool(_START.match(one_line(text)))


@lru_cache(maxsize=8192)
def bare_keyword(text: str) -> bool:
    """Whether a text below a table begins with such a word and no separator: « Source Insee »."""
    return bool(_BARE.match(one_line(text)))


def parse(lines: Iterable[tuple[int, str]]) -> list[Note]:
    """Notes of consecutive texts: several in one cell are told apart, a line that starts no note continues the one before.

    Parameters
    ----------
    lines : iterable of (int, str)
        Row and raw text of each cell, from top to bottom.
    """
    found: list[tuple[NoteKind, list[str], int]] = []
    for row, text in lines:
        limits.tick()
        for line in re.split(r"[\r\n]+", text):
            for piece in _INNER.split(one_line(line)):
                if not piece:
                    continue
                match = _START.match(piece) or _BARE.match(piece)
                if match:
                    found.append((_kind(match["key"]), [piece[match.end() :].strip()], row))
                elif found and not starts(piece):
                    found[-1][1].append(piece)
                else:
                    found.append(("note", [piece], row))
    return [Note(kind, " ".join(pieces).strip(), row) for kind, pieces, row in found]


def _kind(key: str) -> NoteKind:
    word = folded(key)
    if word.startswith(("champ", "population")):
        return "population"
    if word.startswith("source"):
        return "source"
    if word.startswith(("lecture", "aide", "exemple", "note de lecture", "notes de lecture")):
        return "reading"
    return "unit" if word.startswith("unit") else "note"


def words(notes: Iterable[Note], kind: NoteKind) -> str:
    """Texts of one kind of note, joined."""
    return " ".join(dict.fromkeys(note.text for note in notes if note.kind == kind and note.text))


_NEXT_MARK = re.compile(
    r";|[.,]\s*\(?[\w./…*-]{1,5}\)?\s*[:=]|[.,]\s*(?::|\.{2,3}|…|[-–—]|///?)\s|\s[(\[]\w{1,4}[)\]]|(?<=[\s.,(])\*+(?=\s|\))"
)
"""Where the words of one mark end, when another one shares its line: « * Donnée révisée. (e) : estimation »."""

Decision = tuple[Status, str]
"""A status and how it was decided, for the command ``inspect``."""


class Legend:
    """What symbols and marks mean on a sheet: its own notes first, then the workbook's, then the default table.

    Parameters
    ----------
    own : list of str
        Texts of the sheet's notes.
    workbook : list of str
        Texts of the sheets that explain the workbook.
    """

    def __init__(self, own: list[str], workbook: list[str]) -> None:
        self._texts = (("the sheet's legend", own), ("the workbook's legend", workbook))
        self._known: dict[tuple[str, str], Decision | None] = {}
        self._footnotes: dict[str, str] = {}

    def symbol(self, symbol: str, written: str = "") -> Decision:
        """Status of a cell that holds a symbol; a dash that the legend calls « nul » has status ``observed`` (its value is 0).

        `written` is the symbol as it stands, where it was made plain: a legend may tell « - » from « – ».
        """
        key = ("symbol", written or symbol)
        if key not in self._known:
            self._known[key] = (
                (written and self._declared(written))
                or self._declared(symbol)
                or (
                    (symbol_status(symbol) or "ambiguous"),
                    "the default table" if symbol_status(symbol) else "unknown symbol",
                )
            )
        found = self._known[key]
        return found or ("ambiguous", "unknown symbol")

    def word(self, text: str) -> Decision | None:
        """Status of a word or a letter that stands in the place of a figure, where a legend defines it: « F too unreliable »."""
        key = ("word", text)
        if key not in self._known:
            self._known[key] = self._declared(text)
        return self._known[key]

    def mark(self, mark: str) -> Decision | None:
        """Status that a sign gives to the number or the label that it follows; None when it is a mere footnote."""
        key = ("mark", mark)
        if key not in self._known:
            declared = self._declared(mark)
            if (
                declared
                and not re.search(r"[a-z]", folded(mark))
                and not _OF_FIGURES.match(folded(_said_anywhere(mark, self._texts)))
            ):
                declared = None  # « (1) Ordonnance de placement provisoire » explains a label, not a figure
            useful = ("estimated", "provisional", "revised", "confidential", "ambiguous")
            if declared is not None and declared[0] not in useful and flag_status(mark):
                declared = None  # what has a figure is not « not available »: those words are about another sign
            told = next((said for _, texts in self._texts if (said := _defined(mark, texts))), "")
            if declared is None and mark.startswith(("(", "[")) and not (told and meaning(told) is None):
                status = flag_status(mark) or (meaning(mark) if len(mark) > 6 else None)
                declared = (status, "the default table") if status and status != "zero" else None
            self._known[key] = declared if declared is not None and declared[0] in useful else None
        return self._known[key]

    def footnote(self, mark: str) -> str:
        """Words of the footnote of a sign, as « (2) Totalise des mesures… »; empty when there is none."""
        if mark not in self._footnotes:
            limits.tick(work=sum(len(texts) for _, texts in self._texts))
            bare = mark.strip("()[]")
            pattern = re.compile(rf"\s*[(\[]?{re.escape(bare)}[)\]]?(?![\w*])\s*[:.>–-]?\s*(.+)")
            every = (pattern.match(text) for _, texts in self._texts for text in texts)
            self._footnotes[mark] = next((found[1].strip() for found in every if found), "")
        return self._footnotes[mark]

    def _declared(self, token: str) -> Decision | None:
        for where, texts in self._texts:
            limits.tick(work=len(texts))
            for text in texts:
                if (said := _said_of(token, text)) and (status := meaning(said)):
                    return ("observed" if status == "zero" else status), where
        return None


def _said_anywhere(token: str, texts: tuple[tuple[str, list[str]], ...]) -> str:
    return next((said for _, lines in texts for text in lines if (said := _said_of(token, text))), "")


def _said_of(token: str, text: str) -> str:
    """What a text says of a symbol or a mark; empty when it says nothing."""
    bare = token.strip("()[]")
    if not re.search(r"\w", bare):
        if set(bare) <= set("-–—:"):  # « - décembre 2019 : … » is a bullet: a dash is defined by quotes, brackets or a colon
            start = re.match(rf"\s*(?:\({re.escape(bare)}\)|{re.escape(bare)}(?=\s*[:=]))\s*[:=]?\s*(.{{3,160}})", text)
        else:
            start = re.search(
                rf"(?:^|(?<=[\s.;,(]))\(?{re.escape(bare)}(?!{re.escape(bare[:1])})\)?\s*[:=.>]?\s*(?!{re.escape(bare[:1])})(.{{3,160}})",
                text,
            )
        quoted = re.search(rf"[\"«“]\s*{re.escape(bare)}\s*[\"»”](.{{3,400}})", text)
        inner = bare != ":" and re.search(rf"(?:^|[\s;,(\"«]){re.escape(bare)}\s*[\"»]?\s*[:=]\s*([^;]{{3,160}})", text)
        found = start or quoted or inner
        return _NEXT_MARK.split(found[1])[0] if found else ""
    key = symbol_key(bare)
    for found in re.finditer(
        r"(?<![\w.])[(\[]?([A-Za-zé]\.?(?:[A-Za-z]\.?){0,3}|ε)[)\]]?\s*[\"»”]?\s*(?:[:=]|\(|signifie|indique|désigne)\s*([^;]{3,160})",
        text,
    ):
        if symbol_key(found[1]) == key:
            return _NEXT_MARK.split(found[2])[0]
    signed = rf"[(\[]{re.escape(bare)}[)\]]"
    for pattern in (rf"\s*{signed}\s*(.{{3,160}})", rf".*?{signed}\s*:?\s*(.{{3,160}})"):
        if start := re.match(pattern, text, re.IGNORECASE):
            return _NEXT_MARK.split(start[1])[0]
    if bare not in _WORDS and (start := re.match(rf"\s*{re.escape(bare)}\s+(.{{3,160}})", text)):
        return start[1]  # « x suppressed to meet… », at the beginning of a line, without a sign between
    return ""


_WORDS = ("a", "à", "y", "A", "I", "n", "d", "l", "s", "c")
"""Words, whole or cut at an apostrophe, that begin a sentence."""


def _defined(mark: str, texts: list[str]) -> str:
    """What a legend says of a mark of letters where a line, or a part of it, begins with the mark: « (r) rupture de série »."""
    pattern = re.compile(rf"(?:^|[;.,]\s+)[(\[]{re.escape(mark.strip('()[]'))}[)\]]\s*[:=]?\s*(.{{3,160}})")
    return next((_NEXT_MARK.split(found[1])[0] for text in texts if (found := pattern.search(text))), "")
