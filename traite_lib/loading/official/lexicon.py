"""Words of a workbook to meanings: every word of a title, a « Champ » or a label is understood, or said not to be.

Nothing is guessed: a text is cut into the longest phrases of the nomenclatures and of ``data/correspondences/words.csv``, and the
words that belong to none are returned as unknown. Number, gender, accents and case never decide.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from ...catalogue import csv_rows
from ...errors import NomenclatureError, available
from ...nomenclature import ANY, EVER, Nomenclatures, Years
from ...table import SUB_POPULATION

Kind = Literal[
    "modality", "variable", "population", "total", "measure", "share", "by", "among", "and", "year", "answered", "neutral"
]  # fmt: skip

WORDS = "data/correspondences/words.csv"
_STOP = "a au aux avec ce ces d dans de des du elle en est il l la le les leur ont qui s sa ses son sont sur un une y"
STOP = frozenset(_STOP.split(" "))
"""Words that carry no meaning of their own; a phrase may hold some."""

_NAMED = r"(?:figures?|fig|tableaux?|tab|graphiques?|cartes?|encadrés?|annexes?)\b\.?\s*(?:n°\s*)?[a-z]?\d*(?:[.-]\d+)*"
_NUMBERED = r"(?:[a-z]|\d{1,2}(?:\.\d{1,2})*)\s*[.):–—-]+"
_PREFIX = re.compile(rf"\s*(?:{_NAMED}\s*(?:bis|ter)?\b\s*[.):–—-]*|{_NUMBERED})(?=\s|$)\s*", re.IGNORECASE)
_TOKEN = re.compile(r"[^\W_]+|[%<>+]")


@dataclass(frozen=True)
class Meaning:
    """One sense of a phrase.

    `code` is a category, a variable, a population, or the unit of a measure; `nomenclature` that of a modality. `needs` is
    a restriction without which the words say something else (« filles » are women among minors only).
    """

    kind: Kind
    code: str = ""
    nomenclature: str = ""
    valid: Years = EVER
    needs: tuple[str, str] | None = None


@dataclass(frozen=True)
class Phrase:
    """Words of a text and their possible meanings."""

    words: str
    senses: tuple[Meaning, ...]

    def of(self, kind: Kind) -> list[Meaning]:
        """Its senses of one kind."""
        return [sense for sense in self.senses if sense.kind == kind]


@dataclass(frozen=True)
class Text:
    """A text cut into phrases; `unknown` are the words that belong to none."""

    phrases: tuple[Phrase, ...] = ()
    unknown: tuple[str, ...] = ()

    def codes(self, kind: Kind) -> list[str]:
        """Codes of one kind, in order, each once."""
        return list(dict.fromkeys(sense.code for phrase in self.phrases for sense in phrase.of(kind)))


def stem(word: str) -> str:
    """A word without case, accents, and the marks of number and gender."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))
    if len(plain) <= 3 or plain[-1].isdigit():
        return plain
    return plain.removesuffix("s").removesuffix("x").rstrip("e")


def plain(text: str) -> str:
    """A text without ligatures and presentation forms."""
    return unicodedata.normalize("NFKC", text).replace("œ", "oe").replace("Œ", "Oe")


def key(text: str) -> tuple[str, ...]:
    """Stems of a text: what makes two phrases the same."""
    return tuple(stem(word) for word in _TOKEN.findall(plain(text)))


def without_number(title: str) -> str:
    """A title without « Figure 1 – », « Tableau 2. », « A. » at the start of its parts."""

    def bare(part: str) -> str:
        found = _PREFIX.match(part)
        rest = part[found.end() :] if found else part
        return "" if re.fullmatch(r"[A-Za-z]|\d{1,2}", rest) else rest

    return " – ".join(filter(None, (bare(part) for part in re.split(r"\s+[–—-]\s+", bare(title)))))


class Lexicon:
    """Phrases of the nomenclatures, and of ``words.csv`` below the `data` folder, whose kinds and codes must exist."""

    def __init__(self, data: Path, nomenclatures: Nomenclatures) -> None:
        self._phrases: dict[tuple[str, ...], list[Meaning]] = {}
        for variable in nomenclatures.variables.values():
            for label in (variable.label_fr, *variable.source_labels) if variable.code != "total" else ():
                self._add(label, Meaning("variable", variable.code))
        for words, meaning in self._modalities(nomenclatures):
            self._add(words, meaning)
        for number, row in enumerate(csv_rows(data / "correspondences" / "words.csv"), start=2):
            known = {"kind": get_args(Kind), "code": nomenclatures.populations if row["kind"] == "population" else [row["code"]]}
            for column, accepted in known.items():
                if row[column] not in accepted:
                    raise NomenclatureError(f"{WORDS}, line {number}, column {column}: {available(row[column], accepted)}")
            self._add(row["phrase"], Meaning(row["kind"], row["code"]))  # type: ignore[arg-type]  # checked above
        for population in nomenclatures.populations.values():
            self._add(population.label_fr, Meaning("population", population.code))
        self._phrases.pop((), None)
        self._longest = max(map(len, self._phrases))

    def _add(self, words: str, meaning: Meaning) -> None:
        known = self._phrases.setdefault(key(words), [])
        if meaning not in known:
            known.append(meaning)

    @staticmethod
    def _modalities(nomenclatures: Nomenclatures) -> Iterator[tuple[str, Meaning]]:
        """Labels of categories. One that also says another sub-population (« mineures françaises ») is left out: it was
        written for a cited sentence whose other half was coded apart."""
        found: list[tuple[str, Meaning]] = []
        asked = {v.nomenclature for v in nomenclatures.variables.values() if v.question != "administrative"}
        asked |= {ANY, "offence", "territory"}  # known by name, and refused where the survey speaks
        for item in nomenclatures.items:
            name, _, age = item.variable.partition(":")
            if name not in asked:  # « victime mineure » of a conviction is no answer of the survey
                continue
            same = age and any(i.label_fr == item.label_fr for i in nomenclatures.items if i.variable == name)
            needs = ("age", age) if age and not same else None  # « filles »: women among minors; « personnes trans »: at any age
            labels = [item.label_fr, item.complement_fr, *item.source_labels]
            found += [(label, Meaning("modality", item.code, name, item.valid, needs)) for label in labels if label]
        columns = [name for name in SUB_POPULATION if name not in ("offence", "territory")]
        known = {name: {key(words) for words, m in found if m.nomenclature == name} for name in columns}
        for words, meaning in found:
            own = key(words)
            parts = {own[a:b] for a in range(len(own)) for b in range(a + 1, len(own) + 1)}
            both = meaning.nomenclature in columns and any(parts & known[n] for n in columns if n != meaning.nomenclature)
            if not both and not re.search(r"\b(19|20)\d\d\b", words):
                yield words, meaning

    def read(self, text: str, extra: Iterable[tuple[str, Meaning]] = ()) -> Text:
        """Cut a title, a « Champ » or a label into phrases, the longest first from the left; a layout adds `extra` phrases."""
        own = {key(words): meaning for words, meaning in extra}
        text = re.sub(r"\b\d+ (?=associations?\b)", "", plain(text))
        words = list(_TOKEN.finditer(text))
        stems = [stem(word.group()) for word in words]
        phrases: list[Phrase] = []
        unknown: list[str] = []
        place = 0
        while place < len(words):
            for size in range(min(self._longest, len(words) - place), 0, -1):
                found = tuple(stems[place : place + size])
                senses = [own[found]] if found in own else self._phrases.get(found, [])
                if senses:
                    written = text[words[place].start() : words[place + size - 1].end()]
                    phrases.append(Phrase(written, tuple(senses)))
                    place += size
                    break
            else:
                word = words[place].group()
                if re.fullmatch(r"(19|20)\d\d", word):
                    phrases.append(Phrase(word, (Meaning("year", word),)))
                elif stems[place] not in STOP:
                    unknown.append(word)
                place += 1
        return Text(tuple(phrases), tuple(unknown))
