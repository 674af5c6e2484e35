"""What the search knows: the words of pages, passage by passage, in a script that a page of a folder may run."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

from markupsafe import Markup

from traite_lib.nomenclature import Nomenclatures

_HIDDEN = re.compile(
    r'<(script|style|template|pre|summary)\b.*?</\1>|<div class="code".*?</div>|<span class="unseen">.*?</span>', re.DOTALL
)
_BESIDE = re.compile(
    r'<(section|span|p) class="(?:reuse|files)".*?</\1>|<table[^>]*>\s*<caption><span>(?:Provenance|Tous les énoncés).*?</table>',
    re.DOTALL,
)
"""What answers no question: how to cite, files, and the tables of all that was found, which name every subject."""
_APART = re.compile(r'<figure class="statistics".*?</figure>|<(svg)\b.*?</\1>|<img\b[^>]*>', re.DOTALL)
"""What is found and never quoted: tables, and what is said in place of a drawing or of an image."""
_BOUNDARY = re.compile(r'<(?P<tag>h[123]|dt)(?: id="(?P<anchor>[^"]*)")?>(?P<title>.*?)</(?P=tag)>', re.DOTALL)


class Passage(NamedTuple):
    """What stands between two headings of a page, or at one term of a glossary.

    Attributes
    ----------
    page, title : str
        Name of the page's file, title of the page.
    anchor, heading : str
        Where it begins; both are empty at the top of the page.
    text : str
        What it says.
    also : str
        Words that sources use for what its heading names, which the heading does not say: « enfants » for « mineures ».
    apart : str
        Other words that find it: those of its tables and figures, and those that sources use for what it says.
    """

    page: str
    title: str
    anchor: str
    heading: str
    text: str
    also: str
    apart: str


def words(text: str) -> list[str]:
    """Words of a text, without capitals or accents, and its numbers, each whole: « 1\u202f439 » gives ``1439``."""
    decomposed = unicodedata.normalize("NFD", re.sub(r"(?<=\d)[\u00a0\u202f](?=\d{3})", "", text).lower().replace("œ", "oe"))
    return re.findall(r"[a-z]{2,}|\d+", re.sub(r"[\u0300-\u036f]", "", decomposed))


@cache
def stem(word: str) -> str:
    """A word without the marks of the plural and of the feminine: « reperees » gives « reper »; ``search.js`` does the same."""
    return re.sub(r"e{1,2}$", "", re.sub(r"[sx]$", "", word)) if len(word) > 3 else word


def phrase(text: str) -> str:
    """A text as the stems of its words, a space around each: one stands in another or does not."""
    return f" {' '.join(map(stem, words(text)))} "


def other_words(nomenclatures: Nomenclatures) -> dict[str, set[str]]:
    """Words that sources use for what annexes call otherwise (« enfants » for « mineures »), by the phrase of the annexes."""
    found: dict[str, set[str]] = {}
    labels = [(item.label_fr, item.source_labels) for item in nomenclatures.items]
    labels += [(variable.label_fr, variable.source_labels) for variable in nomenclatures.variables.values()]
    for usual, theirs in labels:
        found.setdefault(phrase(usual), set()).update(words(" ".join(theirs)))
    return found


def passages(page: str, title: str, html: str, others: Mapping[str, set[str]]) -> list[Passage]:
    """Passages of a page, from one heading (or one term of a glossary) to the next; those that say nothing are left out.

    Parameters
    ----------
    page, title, html : str
        Name of the page's file without its extension, its title, its content.
    others : mapping
        See `other_words`.
    """
    main = _read(html.partition("<main")[2].partition("</main>")[0])
    found = list(_BOUNDARY.finditer(main))
    ends = [*(heading.start() for heading in found), len(main)][1:]
    made = []
    for heading, end in zip(found, ends, strict=True):
        content = main[heading.end() : end]
        name = "" if heading["tag"] == "h1" else _shown(heading["title"])
        text = _shown(_APART.sub(" ", content))
        told = set(words(f"{name or title} {text}"))
        also = _other(phrase(name or title), others) - told
        apart = set(words(" ".join(_shown(part.group()) for part in _APART.finditer(content))))
        apart = (apart | _other(phrase(f"{name} {_shown(content)}"), others)) - told - also
        if text or apart:
            made.append(Passage(page, title, heading["anchor"] or "", name, text, _listed(also), _listed(apart)))
    return made


def prose(html: str) -> str:
    """What a page says in sentences and headings: without code, tables, figures and files."""
    return _shown(_APART.sub(" ", _read(html)))


def _read(html: str) -> str:
    return _BESIDE.sub("", _HIDDEN.sub("", html))


def _other(said: str, others: Mapping[str, set[str]]) -> set[str]:
    return set().union(*(more for usual, more in others.items() if usual in said))


def _listed(found: set[str]) -> str:
    """Words side by side: two numbers among them are not one, as spaces would have them."""
    return ";".join(sorted(found))


def _shown(html: str) -> str:
    """Words of a piece of HTML, with the alternative text of its images."""
    spoken = re.sub(r'<img [^>]*alt="([^"]*)"[^>]*>', r" \1 ", html)
    return re.sub(r"[ \n]+", " ", Markup(re.sub(r"<[^>]+>", " ", spoken)).unescape()).strip()


def index(edition: str, found: Iterable[Passage]) -> str:
    """Script with the passages of some pages.

    A browser may not read another file of a folder, but it may run one: the index is a call of ``traiteIndex``.

    Parameters
    ----------
    edition : str
        Key of the edition; empty for what all of them share.
    found : iterable of Passage
        See `passages`.
    """
    return (
        f"traiteIndex({json.dumps({'edition': edition, 'sections': list(found)}, ensure_ascii=False, separators=(',', ':'))});\n"
    )
