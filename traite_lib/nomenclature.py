"""Nomenclatures: from the labels of a source to codes, from codes to French labels, with dates of validity; and terms."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from .catalogue import project_root
from .errors import NomenclatureError, available

ALL = "_T"
"""Code of « all » in a sub-population column (SDMX)."""

UNKNOWN = "_U"
"""Code of « did not answer », a category of any variable (SDMX); its item is in ``nomenclatures/common.csv``."""

ANY = "*"
"""Variable of the items that any variable may have."""

Years = tuple[int, int]
_EVER: Years = (0, 9999)


@dataclass(frozen=True)
class Item:
    """One modality over one period of validity."""

    variable: str
    code: str
    label_fr: str
    label_en: str
    predicate_fr: str
    complement_fr: str
    parent: str
    order: int
    valid: Years
    htcds: str
    source_labels: tuple[str, ...]
    file: str


@dataclass(frozen=True)
class Variable:
    """What is distributed.

    `closed`: its modalities are all known and exclude each other. `multiple`: several answers are possible. `proper`: its
    labels are proper nouns, which keep their capital inside a sentence.
    """

    code: str
    label_fr: str
    label_en: str
    subject_fr: str
    nomenclature: str
    closed: bool
    multiple: bool
    proper: bool
    question: str
    htcds: str
    source_labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Population:
    """Who is described, in one of three universes: survey, associations, administrative."""

    code: str
    universe: str
    parent: str
    label_fr: str
    label_en: str
    noun_fr: str
    qualifier_fr: str
    scope_fr: str
    total_fr: str
    order: int


@dataclass(frozen=True)
class Term:
    """A code of the table itself, not of what the survey asks: a unit, a status, a bound, a rank…

    `short_fr` is said where the heading says the rest (empty for what goes without saying); `after_fr` follows a number, and
    `after_one_fr` a number below two.
    """

    code: str
    label_fr: str
    label_en: str
    short_fr: str
    order: int
    after_fr: str = ""
    after_one_fr: str = ""


@cache
def terms(name: str) -> dict[str, Term]:
    """Terms by code, in order: ``units``, ``statuses``, ``bounds``, ``ranks``, ``universes``; ``effects`` of a break;
    ``states`` of a cell.

    They are read once, from ``data/nomenclatures/terms/`` of the project found: every number that is written needs them.

    Raises
    ------
    NomenclatureError
        There are no such terms.
    """
    folder = project_root() / "data" / "nomenclatures" / "terms"
    if name not in (known := sorted(path.stem for path in folder.glob("*.csv"))):
        raise NomenclatureError(f"There are no terms {name!r}. {available(name, known)}")
    found = [Term(order=int(row.pop("order")), **row) for row in _rows(folder / f"{name}.csv")]
    return {term.code: term for term in sorted(found, key=lambda term: term.order)}


def plain(text: str) -> str:
    """A label as it is compared: spaces, apostrophes and case folded, so that typography never decides."""
    return " ".join(text.replace("’", "'").replace("\u00a0", " ").replace("\u202f", " ").split()).casefold()


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


class Nomenclatures:
    """All nomenclatures of ``data/nomenclatures/``.

    Parameters
    ----------
    data : Path
        The ``data`` folder.
    """

    def __init__(self, data: Path) -> None:
        self.folder = data / "nomenclatures"
        files = [p for p in sorted(self.folder.glob("*.csv")) if p.name not in ("populations.csv", "variables.csv")]
        self.items = [
            Item(
                valid=(int(row.pop("valid_from") or _EVER[0]), int(row.pop("valid_to") or _EVER[1])),
                order=int(row.pop("order")),
                source_labels=tuple(filter(None, row.pop("source_labels").split("|"))),
                file=path.name,
                **row,
            )
            for path in files
            for row in _rows(path)
        ]
        self.variables: dict[str, Variable] = {}
        for row in _rows(self.folder / "variables.csv"):
            labels = tuple(filter(None, row.pop("source_labels").split("|")))
            flags = {name: row[name] == "1" for name in ("closed", "multiple", "proper")}
            fields: dict[str, Any] = {**row, **flags, "source_labels": labels}
            self.variables[row["code"]] = Variable(**fields)
        self.populations = {
            row["code"]: Population(order=int(row.pop("order")), **row) for row in _rows(self.folder / "populations.csv")
        }

    @cached_property
    def _by_label(self) -> dict[tuple[str, str], list[Item]]:
        found: dict[tuple[str, str], list[Item]] = {}
        for item in self.items:
            for label in item.source_labels:
                found.setdefault((item.variable, plain(label)), []).append(item)
        return found

    @cached_property
    def _by_code(self) -> dict[tuple[str, str], list[Item]]:
        found: dict[tuple[str, str], list[Item]] = {}
        for item in self.items:
            found.setdefault((item.variable, item.code), []).append(item)
        return found

    def code(self, variable: str, label: str, years: Years, where: str) -> str:
        """Code of a source label, for the years that the source describes.

        Parameters
        ----------
        variable : str
            Variable or sub-population column (``nationality`` and ``region`` share the nomenclature ``origin``).
        label : str
            The words of the source.
        years : tuple of int
            First and last year described.
        where : str
            Place of the label (file, line, column), for the error.

        Raises
        ------
        NomenclatureError
            The label is unknown for these years: the message names it, its place and the file to complete.
        """
        name = self.nomenclature(variable)
        known = [i for i in self._by_label.get((name, plain(label)), ()) if _overlap(i.valid, years)]
        if codes := {item.code for item in known}:
            if len(codes) == 1:
                return codes.pop()
            raise NomenclatureError(f"{where}: the label {label!r} may be {' or '.join(sorted(codes))} in {years[0]}.")
        file = next((item.file for item in self.items if item.variable == name), "*.csv")
        raise NomenclatureError(
            f"{where}: the label {label!r} is not in the nomenclature {name!r} for {years[0]}. Complete the column "
            f"source_labels of data/nomenclatures/{file}. {available(label, self._labels(name))}"
        )

    def _labels(self, name: str) -> list[str]:
        return list(dict.fromkeys(label for i in self.items if i.variable == name for label in i.source_labels))

    def nomenclature(self, variable: str) -> str:
        """Name of the nomenclature of a variable or of a sub-population column."""
        return self.variables[variable].nomenclature if variable in self.variables else variable

    def item(self, variable: str, code: str, year: int | None = None, age: str = ALL) -> Item:
        """The modality behind a code, as it was labelled in a year (the latest label when no year is given).

        Wording that depends on the sub-population (« filles » among minors) is a nomenclature ``variable:age``.

        Raises
        ------
        NomenclatureError
            The code does not exist.
        """
        name = self.nomenclature(variable)
        wider = [age] if age == ALL else [age, self.item("age", age).parent]
        for candidate in (*(f"{name}:{part}" for part in wider), name, ANY):
            if found := self._by_code.get((candidate, code)):
                then = [i for i in found if year is None or _overlap(i.valid, (year, year))]
                return (then or found)[-1]
        codes = dict.fromkeys(i.code for i in self.items if i.variable == name)
        raise NomenclatureError(f"{variable!r} has no category {code!r}. {available(code, codes)}")

    def label(self, variable: str, code: str, year: int | None = None, age: str = ALL) -> str:
        """French label of a code; see `item`."""
        return "Ensemble" if code == ALL else self.item(variable, code, year, age).label_fr

    def valid(self, variable: str, code: str, year: int) -> bool:
        """Whether a code existed in a year."""
        name = self.nomenclature(variable)
        return any(_overlap(i.valid, (year, year)) for i in self._by_code.get((name, code), ()))

    def top_level(self, variable: str, year: int) -> list[str]:
        """Codes that a distribution over a variable lists in a year, in order: those without a parent valid that year."""
        name = self.nomenclature(variable)
        valid = [i for i in self.items if i.variable == name and _overlap(i.valid, (year, year))]
        codes = {i.code for i in valid}
        return [i.code for i in sorted(valid, key=lambda i: i.order) if i.parent not in codes]

    def within(self, variable: str, code: str, ancestor: str) -> bool:
        """Whether a code is another one or stands below it."""
        while code and code != ancestor:
            code = self.item(variable, code).parent
        return code == ancestor

    def universe(self, population: str) -> str:
        """Universe of a population: survey, associations or administrative.

        Raises
        ------
        NomenclatureError
            The population does not exist.
        """
        if population not in self.populations:
            raise NomenclatureError(f"There is no population {population!r}. {available(population, self.populations)}")
        return self.populations[population].universe

    def variable(self, code: str) -> Variable:
        """A variable by its code.

        Raises
        ------
        NomenclatureError
            The variable does not exist.
        """
        if code not in self.variables:
            raise NomenclatureError(f"There is no variable {code!r}. {available(code, self.variables)}")
        return self.variables[code]


def _overlap(a: Years, b: Years) -> bool:
    return a[0] <= b[1] and b[0] <= a[1]
