"""The catalogue: editions, their files and checksums, breaks of series, corrections, and where the project is."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import tomllib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from pydantic import BaseModel, Field, ValidationError

from .errors import CatalogueError, available
from .models import Release
from .models import Strict as Strict
from .models import plain_words as plain_words

DO_NOT_QUOTE = "Chiffres d’exemple : le classeur de cette édition est inventé, en tout ou partie ; ne pas citer."
"""Said on everything that shows numbers of an example."""

SYNTHETIC = "Données synthétiques – démonstration"
"""Said on everything that shows numbers of a demonstration edition: nobody gave the answers that they are computed from."""

INTERNAL = "Ne pas diffuser"
"""Said on everything that shows numbers computed from answers under the profile that hides nothing."""

CATALOGUE_FILE = Path("data", "editions.toml")


def is_synthetic(edition: str | int) -> bool:
    """Whether a key is that of a demonstration edition, as demo2022."""
    return str(edition).startswith("demo")


def spelt(key: object) -> str:
    """An edition, or a period, as a reader is told it: « 2022 », « 2016 ou 2017 », « 2022 (démonstration) »."""
    return re.sub(r"^demo(\d{4})$", r"\1 (démonstration)", str(key)).replace("|", " ou ")


class DataFile(Strict):
    """A data file and the SHA-256 that its content must have; `path` is relative to ``data/``."""

    path: str = Field(pattern=r"^([\w(][^/\\:]*/)*[\w(][^/\\:]*$")  # below data/, on any system
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class Workbook(DataFile):
    """The data workbook of an edition, as received, below ``data/raw/``.

    `layout` is the file, relative to ``data/``, that says what its labels alone do not (see `official.layouts`). A workbook
    whose numbers are `invented` (an example) says so wherever its numbers are shown.
    """

    source_id: str
    layout: str = ""
    invented: bool = False

    def _faults(self) -> dict[str, bool]:
        outside = not self.path.startswith("raw/") or ".." in self.path.split("/")
        return {f"a workbook lies below raw/, found {self.path!r}": outside}


class Source(Strict):
    """Who said a number. Rank 1 is official, 2 partner or scholarly, 3 press, 4 synthetic."""

    source_id: str
    publisher: str
    publisher_fr: str
    kind: str
    rank: int = Field(ge=1, le=4)
    title: str
    citation_fr: str
    url: str = ""


class Edition(Strict):
    """One edition of the survey; `key` is the reference year, as text, if it is known: 2022, or demo2022 for a demonstration."""

    key: str
    number: int
    reference_year: int | None = None
    possible_years: tuple[int, int] | None = None
    title: str
    producers: list[str]
    published: str
    share_population: str
    identified_counted: bool
    workbook_published: bool = False
    note: str = ""
    figures: DataFile | None = None
    workbook: Workbook | None = None
    observations: DataFile | None = None
    released: DataFile | None = None
    release: Release | None = None
    source: list[Source] = []

    def _faults(self) -> dict[str, bool]:
        year, key = self.reference_year, f"{'demo' if is_synthetic(self.key) else ''}{self.reference_year}"
        return {
            "give either reference_year or possible_years": (year is None) == (self.possible_years is None),
            f"the key {self.key!r} must be the reference year, {key}": year is not None and self.key != key,
            "give figures, a workbook, or observations": not (self.figures or self.workbook or self.observations),
            "an edition with a workbook has a reference_year": self.workbook is not None and year is None,
            "give `observations` and `released`, or neither": (self.observations is None) != (self.released is None),
            "what was released is read from the file that `released` names": self.release is not None,
        }

    @property
    def remarks(self) -> str:
        """What a reader must know of the edition, in French: its note, and the workbook that was published but not seen."""
        unseen = self.workbook_published and self.workbook is None
        sentence = "Un classeur de données accompagne la publication ; il n’a pas pu être consulté."
        return " ".join(filter(None, (self.warning, self.note, sentence if unseen else "")))

    @property
    def warning(self) -> str:
        """What stands wherever its numbers are shown: that nothing is hidden in them, or that they describe nobody."""
        kept = f"{INTERNAL}. " if self.is_internal else ""
        example = DO_NOT_QUOTE if self.workbook and self.workbook.invented else ""
        return f"{kept}{f'{SYNTHETIC}.' if is_synthetic(self.key) else example}".rstrip()

    @property
    def is_internal(self) -> bool:
        """Whether nothing is hidden in numbers that are made from answers: they stay with those who hold the answers."""
        return self.release is not None and self.release.profile == "internal"

    @property
    def years(self) -> tuple[int, int]:
        """First and last year that the edition may describe (the same year when it is known)."""
        return self.possible_years or (self.reference_year or 0, self.reference_year or 0)


class Break(Strict):
    """A break of series (`effect` refuse) or a reservation on comparisons (`effect` reserve).

    `caution` is a reservation that stands with each value of its variables, wherever one is shown, compared or not.
    """

    id: str
    effect: Literal["refuse", "reserve"]
    universe: Literal["survey", "administrative"] = "survey"
    year: int | None = None
    every_pair: bool = False
    populations_differ: bool = False
    publications_differ: bool = False
    universes_differ: bool = False
    variables: list[str] = []
    categories: list[str] = []
    populations: list[str] = []
    short: str
    sentence: str
    share: str = ""
    unchanged: str = ""
    unknown: str = ""
    summary: str = ""
    caution: str = ""
    why: str

    def _faults(self) -> dict[str, bool]:
        conditions = ("every_pair", "populations_differ", "publications_differ", "universes_differ")
        given = [self.year is not None, *(getattr(self, name) for name in conditions)]
        return {
            f"give exactly one of year, {', '.join(conditions)}": given.count(True) != 1,
            "every pair of years has a sentence where respondents are unknown": self.every_pair and not self.unknown,
            "a caution stands with the values of some variables: name them": bool(self.caution and not self.variables),
        }


class Correction(Strict):
    """What is done about statements of a source, why, and the values they must still have (the guard).

    `set` goes with the action « recode », `by` with « supersede »: the later statement of the same publisher, and its value.
    """

    id: str
    action: Literal["retain", "doubt", "set_aside", "recode", "supersede"]
    statements: dict[str, float]
    set: dict[str, str] = {}
    by: dict[str, float] = {}
    reason: str = Field(min_length=1)

    def _faults(self) -> dict[str, bool]:
        return {
            "`set` goes with the action recode, and only with it": bool(self.set) != (self.action == "recode"),
            "`by` goes with the action supersede, and names one statement": len(self.by) != (self.action == "supersede"),
        }


class _Licence(Strict):
    code: str
    figures: str


class _Editions(Strict):
    default: str
    licence: _Licence
    sources: DataFile
    administrative: list[DataFile]
    edition: list[Edition]
    demonstration: list[Edition] = []


class _Breaks(Strict):
    breaks: list[Break] = Field(alias="break")


class _Corrections(Strict):
    correction: list[Correction]


def project_root() -> Path:
    """Folder that holds ``data/`` and ``notebooks/``.

    ``TRAITE_ROOT`` wins; then the folder that contains the library; then the working directory and its parents (for a
    library installed apart from the project).
    """
    named, name = os.environ.get("TRAITE_ROOT"), CATALOGUE_FILE.as_posix()
    folders = [Path(named).resolve()] if named else [Path(__file__).resolve().parents[1], Path.cwd(), *Path.cwd().parents]
    for folder in folders:
        if (folder / CATALOGUE_FILE).is_file():
            return folder
    if named:
        raise CatalogueError(f"TRAITE_ROOT is {named!r}, where there is no {name}.")
    raise CatalogueError(f"No {name} beside the library nor above {Path.cwd()}: set TRAITE_ROOT to the project folder.")


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


_Model = TypeVar("_Model", bound=BaseModel)


def _named(path: Path) -> str:
    """A file as messages name it: ``data/layouts/2022.toml``."""
    return f"data/{path.as_posix().rpartition('/data/')[2]}"


def read_toml(path: Path, model: type[_Model]) -> _Model:
    """A TOML (or JSON) file of ``data/`` as a model; one that is missing or breaks the schema is named, with the key."""
    name, loads = _named(path), json.loads if path.suffix == ".json" else tomllib.loads
    try:
        return model.model_validate(loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise CatalogueError(f"{name} is missing from {path.parent}.") from None
    except (tomllib.TOMLDecodeError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{name} is not valid {path.suffix[1:].upper()}: {error}.") from None
    except ValidationError as error:
        # A misspelt key is both unknown and missing: the unknown one tells more.
        first = min(error.errors(), key=lambda found: found["type"] != "extra_forbidden")
        place = ".".join(map(str, first["loc"])) or "top level"
        unknown = first["type"] == "extra_forbidden"
        known = f" {available(str(first['loc'][-1]), _fields_at(model, first['loc'][:-1]))}" if unknown else ""
        raise CatalogueError(f"{name}, {place}: {first['msg']}.{known}") from None


def csv_rows(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file of ``data/``, by column."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def read_csv(path: Path, model: type[_Model]) -> list[_Model]:
    """Rows of a CSV file of ``data/`` as models; one that breaks the schema is named with its file, line and column."""
    found = []
    for number, row in enumerate(csv_rows(path), start=2):
        try:
            found.append(model.model_validate(row))
        except ValidationError as error:
            first = error.errors()[0]
            raise CatalogueError(f"{_named(path)}, line {number}, column {first['loc'][0]}: {first['msg']}.") from None
    return found


def _fields_at(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """Names that the catalogue accepts at a place of a TOML file."""
    for part in (name for name in location if isinstance(name, str)):
        field = next(f for name, f in model.model_fields.items() if part in (name, f.alias))
        inner: Any = field.annotation
        model = next((a for a in getattr(inner, "__args__", ()) if isinstance(a, type)), inner)
    return [field.alias or name for name, field in model.model_fields.items()]


class Catalogue:
    """Everything that ``data/*.toml`` says, validated when it is read; the project folder is the one found, by default.

    Demonstrations have one of their own (`synthetic`): no series, comparison, index or search can mix them with real editions.
    """

    def __init__(self, root: Path | None = None, *, synthetic: bool = False) -> None:
        self.root = root or project_root()
        self.data = self.root / "data"
        declared = read_toml(self.data / "editions.toml", _Editions)
        self.synthetic, self.licence, self._declared = synthetic, declared.licence, declared
        self.editions = [self._with_release(each) for each in (declared.demonstration if synthetic else declared.edition)]
        self.administrative = [] if synthetic else declared.administrative
        self.breaks = read_toml(self.data / "breaks.toml", _Breaks).breaks
        self.corrections = [] if synthetic else read_toml(self.data / "corrections.toml", _Corrections).correction
        keys = [edition.key for edition in self.editions]
        if twice := {key for key in keys if keys.count(key) > 1}:
            raise CatalogueError(f"data/editions.toml: edition {sorted(twice)[0]} is declared twice.")
        self.default = self.edition(keys[-1] if synthetic and keys else declared.default).key

    def _with_release(self, edition: Edition) -> Edition:
        """An edition with what was released of it, when its figures are made from answers."""
        release = read_toml(self.data / edition.released.path, Release) if edition.released else None
        if release and release.edition != edition.key:
            raise CatalogueError(f"The release of {edition.key!r} in {CATALOGUE_FILE} is that of {release.edition!r}.")
        return edition.model_copy(update={"release": release})

    @classmethod
    def of(cls, edition: str | int, root: Path | None = None) -> Self:
        """The catalogue that an edition is in: that of demonstrations, or that of what was published."""
        return cls(root, synthetic=is_synthetic(edition))

    @cached_property
    def judged(self) -> dict[str, list[Correction]]:
        """Corrections by statement, in file order: what was done about it (« supersede », « doubt »…), and why."""
        named = {name for correction in self.corrections for name in correction.statements}
        return {name: [correction for correction in self.corrections if name in correction.statements] for name in named}

    @property
    def dated(self) -> list[Edition]:
        """Editions whose reference year is known, in order: the only ones that a time axis or a render accepts."""
        return sorted((e for e in self.editions if e.reference_year is not None), key=lambda edition: edition.years)

    def edition(self, key: str | int) -> Edition:
        """The dated edition of a reference year, which must exist."""
        dated = {edition.key: edition for edition in self.dated}
        if str(key) in dated:
            return dated[str(key)]
        if any(edition.key == str(key) for edition in self.editions):
            raise CatalogueError(f"Edition {key} has no certain reference year: it is in series only, and has no annexes.")
        apart = "Demonstration and published editions are never put together. " if is_synthetic(key) != self.synthetic else ""
        raise CatalogueError(f"There is no edition {key}. {apart}{available(str(key), dated)}")

    def files(self) -> Iterator[DataFile]:
        """Every data file that the catalogue answers for."""
        yield self._declared.sources
        yield from self._declared.administrative
        for edition in (*self._declared.edition, *self._declared.demonstration):
            yield from filter(None, (edition.figures, edition.workbook, edition.observations, edition.released))

    def verified(self, file: DataFile) -> Path:
        """Path of a data file, which must be there with the content that the catalogue declares."""
        path = self.data / file.path
        if not path.is_file():
            raise CatalogueError(f"data/{file.path} is declared in data/editions.toml but does not exist.")
        if (found := sha256(path)) != file.sha256:
            raise CatalogueError(
                f"data/{file.path} has changed: its checksum is {found[:12]}…, data/editions.toml expects "
                f"{file.sha256[:12]}…. Restore the file, or run `traite checksums --write` and note the revision in CHANGELOG.md."
            )
        return path

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Sources by identifier: ``published/sources.csv``, then those declared with an edition."""
        cited = read_csv(self.verified(self._declared.sources), Source)
        return {source.source_id: source for source in [*cited, *(s for edition in self.editions for s in edition.source)]}
