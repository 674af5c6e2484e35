"""Blocks of keys and values above a table (« Titre », « Champ », « Source », « Unité »…): what they say, and their cells.

Statistical offices write them in one column (« Source : … ») or two, merged or not, in French or in English (Eurostat's « Time
frequency », « Unit of measure »). They are no header: nothing of them enters a label.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

from .grid import Cell, Grid, Place
from .values import folded, read, split_marks

Key = Literal["title", "population", "source", "unit", "reading", "other"]

_KEYS: tuple[tuple[Key, str], ...] = (
    ("title", r"titre|intitule|title|libelle|series title|dataset|libelle de la serie|titre (?:du tableau|de la serie)"),
    ("population", r"champ|population|coverage|champ et population"),
    ("source", r"sources?|data source|source (?:des donnees|of data)|sources? des donnees"),
    ("unit", r"unites?|unites? de mesure|units?|units? of measure(?: \[\w+\])?|preunit"),
    ("reading", r"lecture|note de lecture"),
    (
        "other",
        r"(?:type de )?donnees|type|type de serie|niveau geographique|zone geographique|geographie|territoire|couverture"
        r"(?: geographique)?|periodicite|frequence|periode|theme|sous-theme|producteur|editeur|contact|version|notes?|precisions?"
        r"|(?:date de )?(?:derniere )?mise? a jour(?: le)?"
        r"|couverture temporelle|id ?bank|series id|date de (?:publication|diffusion|extraction)|publication|extraction"
        r"|(?:time )?frequency(?: \[\w+\])?|last updated(?: on| date)?|latest update"
        r"|(?:next )?release(?: date)?|geographic(?:al)? coverage"
        r"|geopolitical entity.*|data extracted on.*|extracted on|source of data|sex(?: \[\w+\])?|age class(?: \[\w+\])?|cdid"
        r"|(?:source )?dataset(?: id)?|important notes"
        r"|seasonal adjustment|reference period|correction|identifiant|code (?:de la )?serie",
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
_TABLE = re.compile(r"(?:tableau|tab|table|figure|graphique|carte|annexe)\b", re.IGNORECASE)
_WIDE = 12
"""Rows at the top of a sheet among which those of a wide block are."""
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
    guessed: bool = False  # by its neighbours alone


def is_navigation(cell: Cell) -> bool:
    """Whether a cell leads somewhere else in the workbook and says nothing of the figures."""
    if not isinstance(cell.value, str) or len(cell.text) > 45:
        return False
    return cell.link or bool(_NAVIGATION.fullmatch(cell.text))


def read_metadata(grid: Grid) -> Block:
    """The block of keys and values above the first table of a sheet; an empty one when there is none.

    It takes two keys at least, one below the other in the same column, before any row of three cells, or three with their colon.
    Others between them are keys too. « Type | Effectif » alone is a header; so is a row of keys that stands just above figures,
    when nothing but its neighbours says otherwise.
    """
    found = _wide_block(grid)
    known = list(_entries(grid))
    while known and not known[-1].sure and _heads_figures(grid, known[-1]):
        known.pop()
    said = [entry for entry in known if not entry.guessed]
    if (len(said) < 2 or all(entry.kind == "other" for entry in said)) and sum(entry.sure for entry in said) < 3:
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


def _wide_block(grid: Grid) -> Block:
    """Rows of keys above a table of several series, one column each (ONS: « CDID », « Release date »; Insee: « idBank »).

    The titles of the series and their units head the columns; what else is said of each is set apart.
    """
    found = Block()
    run: list[tuple[list[Cell], Key]] = []
    for row, cells in islice(grid.rows.items(), _WIDE):
        kind = _kind(cells[0].text) if isinstance(cells[0].value, str) else None
        if kind is None or (run and (run[0][0][0].column, run[-1][0][0].row + 1) != (cells[0].column, row)):
            if len(run) > 2:
                break
            run = []
        if kind is not None:
            run.append((cells, kind))
    if len(run) > 2 and sum(len(cells) > 2 for cells, _ in run) > 1:
        for cells, kind in run:
            gone = cells if kind not in ("title", "unit") else cells[:1]
            found.places.update(cell.place for cell in gone)
    return found


def _entries(grid: Grid) -> Iterator[_Entry]:
    """Entries of the first rows, until a row that is none and looks like a table; titles between them are passed over."""
    column = last = 0
    guesses: list[_Entry] = []
    first = min(grid.rows, default=0)
    for row, every in grid.rows.items():
        if row > first + _DEEPEST:
            break
        if not (cells := [cell for cell in every if not is_navigation(cell)]):
            continue
        entry = _entry(cells) or _without_value(cells, below=bool(column) and row == last + 1)
        near = row == last + 1
        if entry is not None and (not column or cells[0].column == column):
            column = cells[0].column
            yield from (guess for guess in guesses if guess.cells[0].column == column)
            guesses, last = [], row
            yield entry
        elif (guess := _guess(cells)) and (near or not (column or guesses)):
            guesses.append(guess)
            last = row
        elif len(cells) > 1:
            break
    if column and last + 1 not in grid.rows:
        yield from (guess for guess in guesses if guess.cells[0].column == column)


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


def _guess(cells: list[Cell]) -> _Entry | None:
    """A row of two texts, which is a key and its value where keys stand beside it: « Thématique | Justice »."""
    if len(cells) != 2 or not isinstance(cells[0].value, str) or read(cells[1]).kind not in ("text", "date"):
        return None
    key = cells[0].text
    plain = len(key) <= 40 and key[:1].isalpha() and not _TABLE.match(key)
    return _Entry("other", False, (cells[0], cells[1]), key, cells[1].text, guessed=True) if plain else None


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
