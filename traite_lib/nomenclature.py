"""Nomenclatures: from the labels of a source to codes, from codes to French labels, with dates of validity; and terms."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator

from .catalogue import Strict, project_root, read_csv
from .errors import NomenclatureError, available

ALL = "_T"
"""Code of « all » in a sub-population column (SDMX)."""

UNKNOWN = "_U"
"""Code of « did not answer », a category of any variable (SDMX); its item is in ``nomenclatures/common.csv``."""

ANY = "*"
"""Variable of the items that any variable may have."""

Years = tuple[int, int]
EVER: Years = (0, 9999)

Labels = Annotated[tuple[str, ...], BeforeValidator(lambda text: tuple(filter(None, text.split("|"))))]
"""Labels in one cell of a file, as « sexe|genre »."""


class Item(Strict):
    """One modality over one period of validity."""

    variable: str
    code: str
    label_fr: str
    label_en: str
    predicate_fr: str
    complement_fr: str
    parent: str
    order: int
    valid_from: Annotated[int, BeforeValidator(lambda text: text or EVER[0])]
    valid_to: Annotated[int, BeforeValidator(lambda text: text or EVER[1])]
    htcds: str
    source_labels: Labels

    @property
    def valid(self) -> Years:
        """First and last year of validity."""
        return self.valid_from, self.valid_to

    def during(self, years: Years) -> bool:
        """Whether it is valid in some of these years."""
        return self.valid_from <= years[1] and years[0] <= self.valid_to


class Variable(Strict):
    """What is distributed.

    `closed`: its modalities are all known and exclude each other. `multiple`: several answers are possible. `proper`: its
    labels are proper nouns, which keep their capital inside a sentence. `changed_fr` is what a published change is about.
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
    source_labels: Labels
    changed_fr: str = ""


class Population(Strict):
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


class Term(Strict):
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
    """Terms by code, of a file of ``data/nomenclatures/terms/``, read once: every number that is written needs them."""
    folder = project_root() / "data" / "nomenclatures" / "terms"
    if name not in (known := sorted(path.stem for path in folder.glob("*.csv"))):
        raise NomenclatureError(f"There are no terms {name!r}. {available(name, known)}")
    return {term.code: term for term in sorted(read_csv(folder / f"{name}.csv", Term), key=lambda term: term.order)}


def plain(text: str) -> str:
    """A label as it is compared: spaces, apostrophes and case folded, so that typography never decides."""
    return " ".join(text.replace("’", "'").split()).casefold()


class Nomenclatures:
    """All nomenclatures below the `data` folder."""

    def __init__(self, data: Path) -> None:
        folder = data / "nomenclatures"
        self.variables = {v.code: v for v in read_csv(folder / "variables.csv", Variable)}
        self.populations = {p.code: p for p in read_csv(folder / "populations.csv", Population)}
        files = [path for path in sorted(folder.glob("*.csv")) if path.stem not in ("populations", "variables")]
        self.items: list[Item] = []
        self._files: dict[str, str] = {}
        self._by_label: dict[tuple[str, str], list[Item]] = {}
        self._by_code: dict[tuple[str, str], list[Item]] = {}
        for item, file in ((item, path.name) for path in files for item in read_csv(path, Item)):
            self.items.append(item)
            self._files.setdefault(item.variable, file)
            self._by_code.setdefault((item.variable, item.code), []).append(item)
            for label in item.source_labels:
                self._by_label.setdefault((item.variable, plain(label)), []).append(item)

    def code(self, variable: str, label: str, years: Years, where: str) -> str:
        """Code of a source label, for the years that the source describes.

        A label that is unknown for these years is named with its place (`where`: file, line, column) and the file to complete.
        """
        name = self.nomenclature(variable)
        codes = {item.code for item in self._by_label.get((name, plain(label)), ()) if item.during(years)}
        if len(codes) == 1:
            return codes.pop()
        if codes:
            raise NomenclatureError(f"{where}: the label {label!r} may be {' or '.join(sorted(codes))} in {years[0]}.")
        known = dict.fromkeys(label for item in self.items_of(variable) for label in item.source_labels)
        raise NomenclatureError(
            f"{where}: the label {label!r} is not in the nomenclature {name!r} for {years[0]}. Complete the column "
            f"source_labels of data/nomenclatures/{self._files.get(name, '*.csv')}. {available(label, known)}"
        )

    def nomenclature(self, variable: str) -> str:
        """Name of the nomenclature of a variable or of a sub-population column."""
        return self.variables[variable].nomenclature if variable in self.variables else variable

    def items_of(self, variable: str) -> list[Item]:
        """Modalities of a variable or of a sub-population column, in the order of their file."""
        name = self.nomenclature(variable)
        return [item for item in self.items if item.variable == name]

    def item(self, variable: str, code: str, year: int | None = None, age: str = ALL) -> Item:
        """The modality behind a code, as it was labelled in a year (the latest label when no year is given).

        Wording that depends on the sub-population (« filles » among minors) is a nomenclature ``variable:age``.
        """
        name = self.nomenclature(variable)
        wider = [age] if age == ALL else [age, self.item("age", age).parent]
        for candidate in (*(f"{name}:{part}" for part in wider), name, ANY):
            if found := self._by_code.get((candidate, code)):
                then = [i for i in found if year is None or i.during((year, year))]
                return (then or found)[-1]
        codes = dict.fromkeys(i.code for i in self.items_of(variable))
        raise NomenclatureError(f"{variable!r} has no category {code!r}. {available(code, codes)}")

    def label(self, variable: str, code: str, year: int | None = None, age: str = ALL) -> str:
        """French label of a code; see `item`."""
        return "Ensemble" if code == ALL else self.item(variable, code, year, age).label_fr

    def valid(self, variable: str, code: str, year: int) -> bool:
        """Whether a code existed in a year."""
        return any(i.during((year, year)) for i in self._by_code.get((self.nomenclature(variable), code), ()))

    def top_level(self, variable: str, year: int) -> list[str]:
        """Codes that a distribution over a variable lists in a year, in order: those without a parent valid that year."""
        valid = [item for item in self.items_of(variable) if item.during((year, year))]
        codes = {i.code for i in valid}
        return [i.code for i in sorted(valid, key=lambda i: i.order) if i.parent not in codes]

    def within(self, variable: str, code: str, ancestor: str) -> bool:
        """Whether a code is another one or stands below it."""
        while code and code != ancestor:
            code = self.item(variable, code).parent
        return code == ancestor

    def universe(self, population: str) -> str:
        """Universe of a population, which must exist: survey, associations or administrative."""
        if population not in self.populations:
            raise NomenclatureError(f"There is no population {population!r}. {available(population, self.populations)}")
        return self.populations[population].universe

    def variable(self, code: str) -> Variable:
        """A variable by its code, which must exist."""
        if code not in self.variables:
            raise NomenclatureError(f"There is no variable {code!r}. {available(code, self.variables)}")
        return self.variables[code]
