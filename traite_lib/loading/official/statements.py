"""Official workbooks → statements: each is read, its tables are matched, and what was not matched is kept and listed."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import tidy_workbook
from tidy_workbook import Reading, TidyCell

from ...catalogue import Catalogue, Edition, Workbook, plain_words, read_toml
from ...errors import ObservationsError, WorkbookError, available
from ...nomenclature import Nomenclatures
from ..published import Observation
from .coding import CodedCell, place_table
from .layouts import Layout, check
from .lexicon import Lexicon

if TYPE_CHECKING:
    import pandas as pd


def open_workbook(path: Path) -> Reading:
    """A workbook as the reader understands it; its errors are errors of this library, with the same sentence."""
    try:
        reading = tidy_workbook.read_workbook(path)
    except tidy_workbook.WorkbookError as error:
        raise WorkbookError(str(error)) from None
    # Of what its maker wrote, names of sheets and notes are shown as they are: each is looked at once, where it first stands.
    for text, first in {said: cell for cell in reversed(reading.cells) for said in (cell.sheet, cell.note)}.items():
        try:
            plain_words(text)
        except ValueError as error:
            raise WorkbookError(f"{path.name}, {locator(first)}: {error}.") from None
    return reading


@lru_cache(maxsize=16)
def _read(path: Path, checksum: str) -> Reading:
    """A workbook, read once in a process as long as its content is the same."""
    return open_workbook(path)


def locator(cell: TidyCell) -> str:
    """Where a cell stands: ``Figure 3!C7``."""
    return f"{cell.sheet}!{cell.cell}"


@dataclass(frozen=True)
class Matching:
    """A workbook as it was read, and what became of each of its body cells (`placed`, in reading order)."""

    edition: Edition
    reading: Reading
    placed: tuple[CodedCell, ...]

    def statement_id(self, cell: TidyCell) -> str:
        """Name of the statement of a cell: ``W2022-Figure 3!C7``."""
        return f"W{self.edition.key}-{locator(cell)}"

    def observations(self, catalogue: Catalogue, workbook: Workbook) -> list[Observation]:
        """Statements as rows of Observations, before retention; the source of the workbook must be declared."""
        if workbook.source_id not in catalogue.sources:
            where = f"data/editions.toml, edition {self.edition.key}, workbook, source_id"
            raise ObservationsError(f"{where}: {available(workbook.source_id, catalogue.sources)}")
        source = catalogue.sources[workbook.source_id]
        keys = {edition.reference_year: edition.key for edition in catalogue.dated}
        return [
            {
                "population": s.population, **s.sub, "variable": s.variable, "category": s.category, "value": s.value,
                "unit": s.unit, "bound": s.bound, "status": s.status, "note": s.note,
                "edition": keys[s.year], "reference_year": s.year, "period": str(s.year), "base": s.base,
                "confidentiality": "C" if s.status == "Q" else "F", "source_id": source.source_id, "publication": "",
                "locator": locator(p.cell), "statement_id": self.statement_id(p.cell), "rank": source.rank,
            }
            for p in self.placed if p.state == "observation" and (s := p.statement)
        ]  # fmt: skip


def match(
    edition: Edition, reading: Reading, years: Container[int], words: Nomenclatures, lexicon: Lexicon, layout: Layout
) -> Matching:
    """Match every table of a workbook, with what a person says of some (`layout`, already checked against the workbook).

    `years` are those that some edition describes: a statement about another one has no place in the table.
    """
    areas = {(sheet.name, block.table): block.area for sheet in reading.sheets for block in sheet.blocks}
    placed: list[CodedCell] = []
    for (sheet, table), cells in groupby(reading.cells, key=lambda c: (c.sheet, c.table)):
        placed += place_table(list(cells), edition, words, lexicon, layout.of(sheet, areas.get((sheet, table), "")))
    for n, p in enumerate(placed):
        if p.statement and p.statement.year not in years:
            why = f"no edition of the catalogue describes {p.statement.year}"
            placed[n] = replace(p, state="unmatched", why=why, statement=None)
    return Matching(edition, reading, tuple(placed))


def matching(edition: Edition, catalogue: Catalogue, words: Nomenclatures, lexicon: Lexicon | None = None) -> Matching | None:
    """What became of the cells of an edition's workbook, which must be the one that its layout was written for; None without."""
    if (workbook := edition.workbook) is None:
        return None
    reading = _read(catalogue.verified(workbook), workbook.sha256)
    layout = read_toml(catalogue.data / workbook.layout, Layout) if workbook.layout else Layout()
    check(layout, reading, workbook.layout)
    years = {e.years[0] for e in catalogue.dated}
    return match(edition, reading, years, words, lexicon or Lexicon(catalogue.data, words), layout)


def tidy_frame(matched: Matching | None, sheet: str | None = None) -> pd.DataFrame:
    """The tidy table of a workbook, with the state of each cell; see `Survey.workbook`."""
    import pandas as pd

    names = [field.name for field in fields(TidyCell)]
    known = [s.name for s in matched.reading.sheets] if matched else []
    if sheet is not None and sheet not in known:
        raise WorkbookError(f"There is no sheet {sheet!r}. {available(sheet, known)}")
    rows = [
        {name: getattr(p.cell, name) for name in names}
        | {"rows": " > ".join(p.cell.rows), "columns": " > ".join(p.cell.columns), "state": p.state, "why": p.why}
        | {"statement_id": matched.statement_id(p.cell) if p.state == "observation" else ""}
        for p in (matched.placed if matched else ()) if matched and sheet in (None, p.cell.sheet)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[*names, "state", "why", "statement_id"]).astype({"value": float})


def load_official(catalogue: Catalogue, words: Nomenclatures) -> list[Observation]:
    """Statements of every declared workbook: first what each says of its own edition, then what it recalls of earlier ones.

    The order counts: of two official statements as exact as each other, the first is retained (see `selection.retain`).
    """
    own: list[Observation] = []
    recalled: list[Observation] = []
    with_workbook = [edition for edition in catalogue.dated if edition.workbook]
    lexicon = Lexicon(catalogue.data, words) if with_workbook else None
    for edition in reversed(with_workbook):
        if (matched := matching(edition, catalogue, words, lexicon)) and edition.workbook:
            for row in matched.observations(catalogue, edition.workbook):
                (own if row["edition"] == edition.key else recalled).append(row)
    return own + recalled
