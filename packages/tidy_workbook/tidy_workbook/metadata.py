"""Blocks of keys and values above a table (« Titre », « Champ », « Source », « Unité »…): what they say, and their cells.

Statistical offices write them in one column (« Source : … ») or two, merged or not, in French or in English (Eurostat's « Time
frequency », « Unit of measure »). They are no header: nothing of them enters a label.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from .grid import Cell, Grid, Place
from .values import folded, split_marks

Key = Literal["title", "population", "source", "unit", "reading", "other"]

_KEYS: tuple[tuple[Key, str], ...] = (
    ("title", r"titre|intitule|title|dataset|libelle de la serie|titre (?:du tableau|de la serie)"),
    ("population", r"champ|population|coverage|champ et population"),
    ("source", r"sources?|source (?:des donnees|of data)|sources? des donnees"),
    ("unit", r"unites?|unites? de mesure|units?|units? of measure(?: \[\w+\])?|preunit"),
    ("reading", r"lecture|note de lecture"),
    (
        "other",
        r"(?:type de )?donnees|type|type de serie|niveau geographique|zone geographique|geographie|territoire|couverture"
        r"(?: geographique)?|periodicite|frequence|periode|theme|sous-theme|producteur|editeur|contact|version|notes?|precisions?"
        r"|(?:date de )?(?:derniere )?mise a jour(?: le)?|date de (?:publication|diffusion|extraction)|publication|extraction"
        r"|(?:time )?frequency(?: \[\w+\])?|last updated(?: on)?|(?:next )?release(?: date)?|geographic(?:al)? coverage"
        r"|geopolitical entity.*|data extracted on.*|extracted on|source of data|sex(?: \[\w+\])?|age class(?: \[\w+\])?|cdid"
        r"|(?:source )?dataset(?: id)?|series id|important notes"
        r"|seasonal adjustment|reference period|correction|identifiant|code (?:de la )?serie|idbank",
    ),
)
_KINDS = tuple((kind, re.compile(pattern)) for kind, pattern in _KEYS)
_NAVIGATION = re.compile(
    r"(?:retour|revenir|aller|acc[eè]s)\b.{0,40}|sommaire|accueil|menu|index|"
    r"(?:←|<<|<-|▲|►|>>|→)\s?.{0,30}|back to .{0,20}|cliquez? ici.{0,30}",
    re.IGNORECASE,
)
_STAMP = re.compile(r"(?:data )?extracted on\s|(?:date d['’])?extraction (?:du|le|au)\s|donn[ée]es extraites le\s", re.IGNORECASE)
"""When the figures were taken, in a sentence without a colon."""
_DEEPEST = 60
"""Rows below the first one where a block may still be: further down, such words are notes or labels."""


@dataclass
class Block:
    """What a block says, and the cells it takes."""

    places: set[Place] = field(default_factory=set)
    titles: list[tuple[Cell, str]] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    notes: list[tuple[int, str]] = field(default_factory=list)


_WORDS: dict[Key, str] = {"population": "Champ", "source": "Source", "reading": "Lecture"}


@dataclass(frozen=True)
class _Entry:
    kind: Key
    sure: bool  # the key is written with its colon
    cells: tuple[Cell, ...]
    key: str
    value: str


def is_navigation(cell: Cell) -> bool:
    """Whether a cell leads somewhere else in the workbook and says nothing of the figures."""
    if not isinstance(cell.value, str) or len(cell.text) > 45:
        return False
    return cell.link or bool(_NAVIGATION.fullmatch(cell.text))


def read_metadata(grid: Grid) -> Block:
    """The block of keys and values above the first table of a sheet; an empty one when there is none.

    It takes two keys at least, one below the other in the same column, before any row of three cells. « Type | Effectif » alone
    is a header; so is a row of keys that stands just above figures, when nothing but its neighbours says otherwise.
    """
    found = Block()
    entries = list(_entries(grid))
    known = [entry for entry in entries if entry is not None]
    if len(known) < 2 or not any(entry.kind != "other" for entry in known):
        return found
    last = known[-1]
    if not last.sure and _heads_figures(grid, last):
        known.pop()
    if len(known) < 2:
        return found
    for entry in known:
        found.places.update(cell.place for cell in entry.cells)
        if not entry.value:
            continue
        if entry.kind == "title":
            found.titles.append((entry.cells[0], entry.value))
        elif entry.kind == "unit":
            found.units.append(entry.value)
        else:
            word = _WORDS.get(entry.kind, entry.key)
            found.notes.append((entry.cells[0].row, f"{word} : {entry.value}"))
    return found


def _entries(grid: Grid) -> Iterator[_Entry | None]:
    """Entries of the first rows, until a row that is none and looks like a table; titles between them are passed over."""
    column = last = 0
    first = min(grid.rows, default=0)
    for row, every in grid.rows.items():
        if row > first + _DEEPEST:
            return
        if not (cells := [cell for cell in every if not is_navigation(cell)]):
            continue
        entry = _entry(cells) or _without_value(cells, below=bool(column) and row == last + 1)
        if entry is not None and (not column or cells[0].column == column):
            column, last = cells[0].column, row
            yield entry
        elif len(cells) > 1:
            return


def _entry(cells: list[Cell]) -> _Entry | None:
    """A row as a key and its value, in two cells or one; None when it is something else."""
    head = cells[0]
    if not isinstance(head.value, str) or len(cells) > 2:
        return None
    text = split_marks(head.text)[0]
    if len(cells) == 1 and (stamp := _STAMP.match(text)):
        return _Entry("other", True, (head,), stamp[0].strip(), text[stamp.end() :])
    if len(cells) == 1:
        key, colon, value = text.partition(":")
        kind = _kind(key)
        return _Entry(kind, True, (head,), key.strip(), value.strip()) if kind and colon and value.strip() else None
    sure = text.endswith(":")
    key = text.rstrip(" :")
    kind = _kind(key)
    if kind is None and sure and len(key) <= 40:
        kind = "other"
    value_cell = cells[1]
    if kind is None or (not sure and isinstance(value_cell.value, (int, float)) and kind != "other"):
        return None
    return _Entry(kind, sure, (head, value_cell), key, value_cell.text)


def _without_value(cells: list[Cell], *, below: bool) -> _Entry | None:
    """A key alone just below another one: it has no value (ONS: « PreUnit », « Important notes »)."""
    text = split_marks(cells[0].text)[0]
    kind = _kind(text.rstrip(" :")) if below and len(cells) == 1 and isinstance(cells[0].value, str) else None
    return _Entry(kind, True, (cells[0],), text, "") if kind else None


def _kind(key: str) -> Key | None:
    if len(key) > 60:
        return None
    words = folded(split_marks(key)[0])
    return next((kind for kind, pattern in _KINDS if pattern.fullmatch(words)), None)


def _heads_figures(grid: Grid, entry: _Entry) -> bool:
    """Whether the row just below holds a label and a number under the two cells of an entry: it is then their header."""
    below = grid.rows.get(entry.cells[0].row + 1, [])
    at = {cell.column: cell for cell in below}
    value = at.get(entry.cells[-1].column)
    return len(entry.cells) == 2 and value is not None and isinstance(value.value, (int, float))
