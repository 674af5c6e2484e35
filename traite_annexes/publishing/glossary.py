"""The words of the survey: each term as a chapter defines it, and which of them a page uses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .chapters import Chapter, definitions
from .search import phrase, words

GLOSSARY = "glossaire"
"""Name of the page, beside the editions."""

_TERM = re.compile(r"^- \*\*(?P<name>[^*]+)\*\*(?: \((?P<also>[^)]*)\))?\s?: (?P<text>.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Term:
    """A term of the survey.

    Attributes
    ----------
    name : str
        What is defined: « Mineur non accompagné (MNA) ».
    also : str
        Under which other name, and where: « « suivie » dans les premières éditions »; often empty.
    text : str
        Its definition, in Markdown.
    """

    name: str
    also: str
    text: str

    @property
    def phrases(self) -> list[str]:
        """Its name and its abbreviation, as `search.phrase` finds them in a text."""
        return [phrase(part) for part in re.split(r"[()]", self.name) if part.strip()]


def glossary(chapters: Iterable[Chapter]) -> list[Term]:
    """Terms that chapters define, in alphabetical order: items « - **Terme** : définition » of a section « Définitions… ».

    The chapter stays the only place where a term is defined.
    """
    found = (term for chapter in chapters for text in definitions(chapter) for term in _TERM.finditer(text))
    terms = [Term(term["name"], term["also"] or "", term["text"]) for term in found]
    return sorted(terms, key=lambda term: words(term.name))


def used(terms: Sequence[Term], text: str) -> list[Term]:
    """Terms that a text uses, in any number and gender."""
    said = phrase(text)
    return [term for term in terms if any(name in said for name in term.phrases)]
