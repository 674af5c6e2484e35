"""Add the workbook of an edition to the catalogue: all of it, or nothing."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import Table

from tidy_workbook import Block, Reading, TidyCell, headings
from traite_lib.catalogue import Catalogue, Edition, Workbook, read_toml, sha256
from traite_lib.errors import CatalogueError, TraiteError, WorkbookError
from traite_lib.loading.official import Matching, load_official, locator, match, open_workbook
from traite_lib.loading.official.coding import CodedCell
from traite_lib.loading.official.layouts import Layout, check
from traite_lib.loading.official.lexicon import Lexicon
from traite_lib.loading.published import load_published
from traite_lib.loading.selection import build
from traite_lib.nomenclature import ALL, Nomenclatures
from traite_lib.presentation.wording import listed

from .files import replace_files

CATALOGUE = "editions.toml"

INVENTED = re.compile(r"\b(?:invent|ficti|factice)\w*|(?:classeur|données|chiffres) d.exemple", re.IGNORECASE)


@dataclass(frozen=True)
class Details:
    """What a person may say of a new edition; what is left empty follows the last one.

    `published` is a French date; `share_population` the population that the edition computes its shares on (found in the
    workbook when its distribution by form has one population); `invented` marks an example, whose numbers are not to be cited.
    """

    title: str = ""
    producers: tuple[str, ...] = ()
    published: str = ""
    share_population: str = ""
    url: str = ""
    invented: bool = False


@dataclass(frozen=True)
class Added:
    """What was added, and what the workbook gives."""

    edition: Edition
    new: bool
    matching: Matching
    files: tuple[Path, ...]


def add_edition(catalogue: Catalogue, key: str, file: Path, details: Details) -> Added:
    """Copy a workbook below ``data/raw/``, declare it in ``data/editions.toml`` and write its layout.

    The whole table is first loaded in a copy of ``data/`` with the workbook in it: when that fails, nothing has changed.

    Parameters
    ----------
    catalogue : Catalogue
        Of the project to change.
    key : str
        Reference year: a new one, or that of an edition that has only cited figures.
    file : Path
        The workbook, as received.
    details : Details
        What is known of a new edition.

    Raises
    ------
    CatalogueError
        The edition already has a workbook, or the year cannot be one.
    WorkbookError
        The file is no workbook that can be read, holds no table, or says that its numbers are invented.
    TraiteError
        The workbook could not be loaded with all the rest.
    """
    known = next((edition for edition in catalogue.dated if edition.key == key), None)
    _check_request(catalogue, key, known, file)
    reading = open_workbook(file)
    _check_reading(reading, details)
    words = Nomenclatures(catalogue.data)
    layout_path = catalogue.data / "layouts" / f"{key}.toml"
    layout = read_toml(layout_path, Layout) if layout_path.is_file() else Layout()
    check(layout, reading, f"layouts/{key}.toml")
    draft = known or _new_edition(catalogue, key, details, file)
    years = {int(key), *(e.years[0] for e in catalogue.dated)}
    matched = match(draft, reading, years, words, Lexicon(catalogue.data, words), layout)
    if known is None:
        population = details.share_population or _share_population(matched, words)
        words.universe(population)
        draft = draft.model_copy(update={"share_population": population})
    _check_matched(matched)
    workbook = Workbook(
        path=f"raw/{key}/{file.name}", sha256=sha256(file), source_id=f"classeur-{key}", layout=f"layouts/{key}.toml",
        invented=details.invented,
    )  # fmt: skip
    texts = {Path(CATALOGUE): _declared(catalogue, draft, known, workbook, details)}
    if not layout_path.is_file():
        texts[Path("layouts", f"{key}.toml")] = layout_text(matched)
    with tempfile.TemporaryDirectory(prefix="traite-") as folder:
        trial = Path(folder, "data")
        shutil.copytree(catalogue.data, trial)
        _put(trial, file, workbook, texts)
        tried = Catalogue(Path(folder))
        build(load_official(tried, words) + load_published(tried, words), tried, words)
        edition = tried.edition(key)
    with _undone_on_error(catalogue.data, workbook, texts):
        files = _put(catalogue.data, file, workbook, texts)
    return Added(edition, known is None, Matching(edition, reading, matched.placed), tuple(files))


def _check_request(catalogue: Catalogue, key: str, known: Edition | None, file: Path) -> None:
    if not file.is_file():
        raise WorkbookError(f"{file} does not exist.")
    if not re.fullmatch(r"(19|20)\d\d", key):
        raise CatalogueError(f"An edition is named by its reference year, as 2025; found {key!r}.")
    if known and known.workbook:
        raise CatalogueError(
            f"Edition {key} already has a workbook, data/{known.workbook.path}. A revised file replaces it by hand in "
            "data/editions.toml, with its reason in CHANGELOG.md."
        )
    last = catalogue.dated[-1]
    if known is None and int(key) <= last.years[0]:
        raise CatalogueError(f"There is no edition {key}, and the last one is {last.key}: a new edition comes after it.")
    present = catalogue.data / "raw" / key / file.name
    if present.is_file() and sha256(present) != sha256(file):
        raise CatalogueError(f"data/raw/{key}/{file.name} already exists with another content.")


def _check_reading(reading: Reading, details: Details) -> None:
    if not reading.cells:
        sheets = ", ".join(f"{sheet.name} ({sheet.kind})" for sheet in reading.sheets) or "none"
        raise WorkbookError(f"{reading.path.name}: no table was found. Sheets: {sheets}. See `traite inspect`.")
    for cell in reading.cells:
        said = INVENTED.search(f"{cell.title} {cell.note} {cell.source}")
        if said and not details.invented:
            raise WorkbookError(
                f"{reading.path.name}, {locator(cell)}: the workbook says that its numbers are invented (« {said.group()} »). "
                "Add it with --invented, in a copy of the project: invented numbers are never mixed with published ones."
            )


_YEAR = re.compile(r"(?<![\d.,])(?:19|20)\d\d(?![\d.,]\d|\d)")


def _check_matched(matched: Matching) -> None:
    """Refuse a workbook that describes another year than the edition's, and one of which no cell is understood.

    The years are those of its titles, of what it is about and of its labels: not those of its sources, which may be older.

    Raises
    ------
    WorkbookError
        It never says the edition's year, it says a later one, or no cell fits.
    """
    year, name = matched.edition.reference_year, matched.reading.path.name
    said: dict[int, TidyCell] = {}
    for cell in matched.reading.cells:
        for found in _YEAR.findall(" | ".join((cell.title, cell.population, *cell.columns, *cell.rows))):
            said.setdefault(int(found), cell)
    if said and (year not in said or max(said) > year):
        latest = max(said)
        raise WorkbookError(
            f"{name} is not the workbook of {year}: it describes {', '.join(map(str, sorted(said)))} ({locator(said[latest])}: "
            f"« {said[latest].title} »). Expected {year} among its titles and headers, and no later year."
        )
    fits = [p for p in matched.placed if p.state == "observation" and p.statement and p.statement.year == year]
    if not fits:
        reasons = list(dict.fromkeys(" ".join(p.why.split()) for p in matched.placed if p.why))
        raise WorkbookError(
            f"{name}: none of its {len(matched.placed)} cells is understood as a figure of {year}"
            f"{': ' + '; '.join(reasons[:3]) if reasons else ''}. The words that are accepted are the labels of "
            "data/nomenclatures/ and the phrases of data/correspondences/words.csv."
        )


def _new_edition(catalogue: Catalogue, key: str, details: Details, file: Path) -> Edition:
    last = catalogue.dated[-1]
    return Edition(
        key=key,
        number=max(edition.number for edition in catalogue.editions) + 1,
        reference_year=int(key),
        title=details.title or last.title.replace(last.key, key),
        producers=list(details.producers or last.producers),
        published=details.published or "date de publication non relevée",
        share_population="accompanied",
        identified_counted=True,
        workbook=Workbook(path=f"raw/{key}/{file.name}", sha256="0" * 64, source_id=""),
    )


def _share_population(matched: Matching, words: Nomenclatures) -> str:
    """The population of the distribution by form of all victims, which an edition computes its shares on."""
    found = Counter(
        s.population
        for p in matched.placed
        if (s := p.statement) and p.state == "observation" and (s.variable, s.unit) == ("form", "percent")
        if s.year == matched.edition.reference_year and set(s.sub.values()) == {ALL}
    )
    if len(found) != 1:
        raise CatalogueError(
            f"{matched.reading.path.name}: the population of the shares is not sure, the distribution by form is about "
            f"{', '.join(found) or 'no population that is understood'}. Say it with --share-population, one of: "
            f"{', '.join(f'{p.code} (« {p.label_fr} »)' for p in words.populations.values() if p.universe == 'survey')}."
        )
    return next(iter(found))


# -- what is written ---------------------------------------------------------------------------------------------------
def declare(catalogue: Catalogue, checksums: Mapping[str, str]) -> None:
    """Write the checksums of data files into ``editions.toml``, by path; its comments and all the rest stay as they are."""
    path = catalogue.data / CATALOGUE
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    waiting: list[Any] = [document]
    while waiting:
        found = waiting.pop()
        if isinstance(found, Mapping) and found.get("path") in checksums:
            found["sha256"] = checksums[found["path"]]  # type: ignore[index]
        waiting += found.values() if isinstance(found, Mapping) else found if isinstance(found, list) else []
    replace_files(catalogue.data, {CATALOGUE: tomlkit.dumps(document).encode()})


def _declared(catalogue: Catalogue, edition: Edition, known: Edition | None, workbook: Workbook, details: Details) -> str:
    """``editions.toml`` with the workbook, and the edition when it is new; all the rest is left as it was written."""
    document = tomlkit.parse((catalogue.data / CATALOGUE).read_text(encoding="utf-8"))
    editions: Any = document["edition"]
    if known is None:
        fields = edition.model_dump(include={"key", "number", "reference_year", "title", "producers", "published"})
        entry = tomlkit.table()
        entry.update(fields | {"share_population": edition.share_population, "identified_counted": True})
        editions.append(entry)
    else:
        entry = next(entry for entry in editions if entry["key"] == edition.key)
    entry["workbook"] = _table(
        workbook.model_dump(include={"path", "sha256", "source_id", "layout"}) | ({"invented": True} if workbook.invented else {})
    )
    sources = tomlkit.aot()
    for source in [*entry.pop("source", []), _table(_source(edition, workbook, details))]:
        sources.append(source)
    entry["source"] = sources
    return tomlkit.dumps(document)


def _toml(value: object) -> str:
    """A value on one line of a TOML file."""
    if isinstance(value, dict):
        table = tomlkit.inline_table()
        table.update(value)
        return table.as_string()
    return tomlkit.item(value).as_string()


def _table(values: Mapping[str, object]) -> Table:
    table = tomlkit.table()
    table.update(values)
    return table


def _source(edition: Edition, workbook: Workbook, details: Details) -> dict[str, object]:
    """What the catalogue says of a workbook as a source: of the first rank, or an example."""
    producers = listed(edition.producers)
    name = Path(workbook.path).name
    publisher, kind = f"{producers}, classeur de données", "official"
    citation = f"{producers}, classeur de données de l’édition {edition.key} ({name})"
    if workbook.invented:
        publisher, kind = "Classeur d’exemple (chiffres inventés)", "invented"
        citation = f"Classeur d’exemple, chiffres inventés en tout ou partie ({name})"
    return {
        "source_id": workbook.source_id, "publisher": publisher, "publisher_fr": publisher, "kind": kind, "rank": 1,
        "title": citation, "citation_fr": citation, "url": details.url,
    }  # fmt: skip


def tables_of(matched: Matching) -> dict[tuple[str, str], list[CodedCell]]:
    """Cells of a workbook by sheet and table, in reading order."""
    found: dict[tuple[str, str], list[CodedCell]] = {}
    for p in matched.placed:
        found.setdefault((p.cell.sheet, p.cell.table), []).append(p)
    return found


def block_of(matched: Matching, sheet: str, table: str) -> Block | None:
    """What the reader says of a table."""
    blocks = next((s.blocks for s in matched.reading.sheets if s.name == sheet), ())
    return next((b for b in blocks if b.table == table), None)


def layout_text(matched: Matching) -> str:
    """A layout that a person completes: the sheets that are expected, and a commented entry for each table not all taken."""
    lines = [
        f"# What the workbook of edition {matched.edition.key} does not say in words that the nomenclatures know.",
        "# The sheets below, and the area and headers of each table that is described, are what this file was written for:",
        "# when the workbook is no longer so, the load stops and names the cells. To describe a table, uncomment its entry and",
        "# keep either `set_aside` (why it is not taken) or `population`, then variable, form, sex, age, origin, unit, labels.",
        "",
        f"sheets = {_toml([sheet.name for sheet in matched.reading.sheets])}",
    ]
    for (sheet, table), placed in tables_of(matched).items():
        wrong = [p for p in placed if p.state in ("unmatched", "ambiguous")]
        block = block_of(matched, sheet, table)
        if not wrong or block is None:
            continue
        columns, rows = headings([p.cell for p in placed])
        reasons = dict.fromkeys(" ".join(p.why.split()) for p in wrong)
        title = " ".join(placed[0].cell.title.split())
        lines += ["", f"# {title or '(no title)'}", *(f"#   {len(wrong)} cell(s), {reason}" for reason in list(reasons)[:3])]
        lines += [
            "# [[table]]", f"# sheet = {_toml(sheet)}", f"# area = {_toml(block.area)}", f"# columns = {_toml(columns)}",
            f"# rows = {_toml(rows)}", '# set_aside = "…"', f"# population = {_toml(matched.edition.share_population)}",
        ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _put(data: Path, file: Path, workbook: Workbook, texts: dict[Path, str]) -> list[Path]:
    """Write the workbook, then the layout, then the catalogue, each whole or not at all; the catalogue last."""
    files = {Path(workbook.path): file.read_bytes()}
    files |= {name: texts[name].encode() for name in sorted(texts, key=lambda path: path.name == CATALOGUE)}
    for name, content in files.items():
        replace_files((data / name).parent, {name.name: content})
    return [data / name for name in files]


@contextmanager
def _undone_on_error(data: Path, workbook: Workbook, texts: dict[Path, str]) -> Iterator[None]:
    """Put ``data/`` back as it was when a file cannot be written."""
    paths = [data / workbook.path, *(data / name for name in texts)]
    before = {path: path.read_bytes() if path.is_file() else None for path in paths}
    folders = [path.parent for path in paths if not path.parent.is_dir()]
    try:
        yield
    except BaseException as error:
        for path, content in before.items():
            if content is None:
                path.unlink(missing_ok=True)
            elif path.read_bytes() != content:
                path.write_bytes(content)
        for folder in folders:
            if folder.is_dir():
                shutil.rmtree(folder)
        if isinstance(error, OSError):
            raise TraiteError(f"The edition was not added, data/ is as before: {error.strerror or error}.") from None
        raise
