"""Official workbooks → statements: each is read, its tables are matched, and what was not matched is kept and listed."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, fields, replace
from functools import cached_property, lru_cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import tidy_workbook
from tidy_workbook import Block, Reading, TidyCell

from ...catalogue import Catalogue, Edition, Workbook
from ...errors import ObservationsError, WorkbookError, available
from ...nomenclature import Nomenclatures
from ..published import Observation
from .coding import CodedCell, Statement, place_table
from .layouts import Layout, check, read_layout
from .lexicon import Lexicon

if TYPE_CHECKING:
    import pandas as pd

NO_LAYOUT = Layout()


def open_workbook(path: Path) -> Reading:
    """A workbook as the reader understands it.

    Raises
    ------
    WorkbookError
        It cannot be opened, or passes a limit: the reader's sentence, as an error of this library.
    """
    try:
        return tidy_workbook.read_workbook(path)
    except tidy_workbook.WorkbookError as error:
        raise WorkbookError(str(error)) from None


@lru_cache(maxsize=16)
def _read(path: Path, checksum: str) -> Reading:
    """A workbook, read once in a process as long as its content is the same."""
    return open_workbook(path)


def locator(cell: TidyCell) -> str:
    """Where a cell stands: ``Figure 3!C7``."""
    return f"{cell.sheet}!{cell.cell}"


@dataclass(frozen=True)
class Matching:
    """A workbook and what became of each of its cells.

    Attributes
    ----------
    edition : Edition
        Whose workbook it is.
    reading : Reading
        The workbook as the reader understood it.
    placed : tuple of CodedCell
        Every body cell, in reading order, with its state and the reason.
    """

    edition: Edition
    reading: Reading
    placed: tuple[CodedCell, ...]

    def statement_id(self, cell: TidyCell) -> str:
        """Name of the statement of a cell: ``W2022-Figure 3!C7``."""
        return f"W{self.edition.key}-{locator(cell)}"

    @cached_property
    def tables(self) -> dict[tuple[str, str], list[CodedCell]]:
        """Cells by sheet and table, in reading order."""
        found: dict[tuple[str, str], list[CodedCell]] = {}
        for p in self.placed:
            found.setdefault((p.cell.sheet, p.cell.table), []).append(p)
        return found

    @cached_property
    def unknown(self) -> dict[str, list[CodedCell]]:
        """Labels, and words of titles and « Champ », that no file explains, with the cells that they leave out."""
        found: dict[str, list[CodedCell]] = {}
        for p in self.placed:
            for words in p.unknown:
                found.setdefault(words, []).append(p)
        return found

    def block(self, sheet: str, table: str) -> Block | None:
        """What the reader says of a table."""
        blocks = next((s.blocks for s in self.reading.sheets if s.name == sheet), ())
        return next((b for b in blocks if b.table == table), None)

    def observations(self, catalogue: Catalogue, workbook: Workbook) -> list[Observation]:
        """Statements as rows of Observations, before retention.

        Raises
        ------
        ObservationsError
            The source of the workbook is not declared.
        """
        if workbook.source_id not in catalogue.sources:
            raise ObservationsError(
                f"data/editions.toml, edition {self.edition.key}, workbook, source_id: "
                f"{available(workbook.source_id, catalogue.sources)}"
            )
        source = catalogue.sources[workbook.source_id]
        keys = {edition.reference_year: edition.key for edition in catalogue.dated}
        return [
            {
                "population": s.population, **s.sub, "variable": s.variable, "category": s.category, "value": s.value,
                "unit": s.unit, "bound": s.bound, "status": s.status, "note": s.note,
                "edition": keys[s.year], "reference_year": s.year, "period": str(s.year), "base": s.base,
                "confidentiality": "C" if s.status == "Q" else "F", "source_id": source.source_id,
                "publication": "",
                "locator": locator(p.cell), "statement_id": self.statement_id(p.cell), "rank": source.rank,
            }
            for p, s in self._statements()
        ]  # fmt: skip

    def _statements(self) -> Iterator[tuple[CodedCell, Statement]]:
        for p in self.placed:
            if p.state == "observation" and p.statement:
                yield p, p.statement


def match(
    edition: Edition, reading: Reading, years: Container[int], words: Nomenclatures, lexicon: Lexicon, layout: Layout
) -> Matching:
    """Match every table of a workbook.

    Parameters
    ----------
    edition : Edition
        Whose workbook it is.
    reading : Reading
        The workbook as it was read.
    years : container of int
        Reference years that some edition describes.
    words, lexicon
        Nomenclatures and their phrases.
    layout : Layout
        What a person says of some tables; already checked against the workbook.
    """
    areas = {(sheet.name, block.table): block.area for sheet in reading.sheets for block in sheet.blocks}
    placed: list[CodedCell] = []
    for (sheet, table), cells in groupby(reading.cells, key=lambda c: (c.sheet, c.table)):
        placed += place_table(list(cells), edition, words, lexicon, layout.of(sheet, areas.get((sheet, table), "")))
    return Matching(edition, reading, tuple(_in_an_edition(p, years) for p in placed))


def _in_an_edition(placed: CodedCell, years: Container[int]) -> CodedCell:
    """A statement about a year that no edition describes has no place in the table."""
    if placed.statement and placed.statement.year not in years:
        why = f"no edition of the catalogue describes {placed.statement.year}"
        return replace(placed, state="unmatched", why=why, statement=None)
    return placed


def matching(edition: Edition, catalogue: Catalogue, words: Nomenclatures, lexicon: Lexicon | None = None) -> Matching | None:
    """What became of the cells of an edition's workbook; None when it declares none.

    Raises
    ------
    CatalogueError
        The file is missing or is not the declared one.
    LayoutError
        The workbook is not the one that its layout was written for.
    """
    if (workbook := edition.workbook) is None:
        return None
    reading = _read(catalogue.verified(workbook), workbook.sha256)
    layout = read_layout(catalogue.data / workbook.layout) if workbook.layout else NO_LAYOUT
    check(layout, reading, workbook.layout)
    years = {e.years[0] for e in catalogue.dated}
    return match(edition, reading, years, words, lexicon or Lexicon(catalogue.data, words), layout)


def tidy_frame(matched: Matching | None, sheet: str | None = None) -> pd.DataFrame:
    """The tidy table of a workbook, with the state of each cell; see `Survey.workbook`.

    Raises
    ------
    WorkbookError
        There is no such sheet.
    """
    import pandas as pd

    names = [field.name for field in fields(TidyCell)]
    known = [s.name for s in matched.reading.sheets] if matched else []
    if sheet is not None and sheet not in known:
        raise WorkbookError(f"There is no sheet {sheet!r}. {available(sheet, known)}")
    placed = [(p, matched.statement_id(p.cell)) for p in matched.placed if sheet in (None, p.cell.sheet)] if matched else []
    rows = [
        {name: getattr(p.cell, name) for name in names}
        | {"rows": " > ".join(p.cell.rows), "columns": " > ".join(p.cell.columns), "state": p.state, "why": p.why}
        | {"statement_id": statement if p.state == "observation" else ""}
        for p, statement in placed
    ]
    return pd.DataFrame(rows, columns=[*names, "state", "why", "statement_id"]).astype({"value": float})


def load_official(catalogue: Catalogue, words: Nomenclatures) -> list[Observation]:
    """Statements of every declared workbook: first what each says of its own edition, then what it recalls of earlier ones.

    The order counts: of two official statements as exact as each other, the first is retained (see `selection.retain`).
    """
    found: list[tuple[bool, Observation]] = []
    with_workbook = [edition for edition in catalogue.dated if edition.workbook]
    lexicon = Lexicon(catalogue.data, words) if with_workbook else None
    for edition in reversed(with_workbook):
        if (matched := matching(edition, catalogue, words, lexicon)) and edition.workbook:
            rows = matched.observations(catalogue, edition.workbook)
            found += [(row["edition"] != edition.key, row) for row in rows]
    return [row for _, row in sorted(found, key=lambda pair: pair[0])]
