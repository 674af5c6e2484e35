"""French tables: one HTML shape for all of them, and the same text for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from ..nomenclature import ALL, terms
from ..table import Row, is_change, records
from . import wording
from .wording import NBSP

if TYPE_CHECKING:
    from jinja2 import Template


@cache
def _template() -> Template:
    """The template, compiled once: it costs more than the table."""
    from jinja2 import Environment

    return Environment(autoescape=True).from_string(Path(__file__).with_name("table.html.j2").read_text(encoding="utf-8"))


SHORT_CELL, LONG_CELL = 12, 30
"""Characters up to which the text of a cell keeps on one line, and beyond which its column is given room."""


@dataclass(frozen=True)
class Link:
    """A text with an address, for a cell; without an address, the text alone."""

    text: str
    url: str = ""

    def __str__(self) -> str:
        return self.text

    def __html__(self) -> str:
        """HTML of the cell, called by the template engine in place of escaping."""
        from markupsafe import escape

        return f'<a href="{escape(self.url)}">{escape(self.text)}</a>' if self.url.startswith("http") else str(escape(self.text))


@dataclass(frozen=True)
class Table:
    """A table with French headings, ready to show; empty, it shows its one sentence.

    The first column of `frame` names the rows; `notes` are lines below, `numeric` the columns aligned as numbers, `absent` what
    stands for no row. `folded`: a page shows its caption only, until it is asked for (and whole on paper). `statements`
    are those whose numbers it shows: `metadata.sources` lists their sources. `by` is the column that a page writes once above the
    rows that share it: a source, what is discussed.
    """

    frame: pd.DataFrame
    caption: str
    notes: Sequence[str] = ()
    numeric: Sequence[str] = ()
    absent: str = ""
    folded: bool = False
    statements: Sequence[str] = ()
    by: str = ""

    def html(self) -> str:
        """The table as accessible HTML: caption, column and row headers, notes."""
        from markupsafe import Markup, escape

        if self.frame.empty:
            return Markup('<p class="absent">{}</p>').format(escape(wording.typographic(self.absent)))
        columns = [name for name in self.frame.columns if name != self.by]
        long = [name for name in columns if max(map(len, map(str, self.frame[name].array))) > LONG_CELL]
        page = _template().render(
            caption=self.caption, columns=columns, kinds=dict.fromkeys(long, "long") | dict.fromkeys(self.numeric, "number"),
            by=self.by, groups=self._groups(), whole=len(self.frame) <= 15, notes=list(self.notes),
        )  # fmt: skip
        if self.folded:
            summary = f"{self.caption} ({len(self.frame)} ligne{'s' if len(self.frame) > 1 else ''})"
            page = f'<details class="data"><summary>{escape(summary)}</summary>\n{page}\n</details>'
        return wording.typographic(page)

    def _groups(self) -> Iterator[tuple[object, list[list[object]]]]:
        """Rows under what they share, or under nothing: their name, then their cells."""
        lines = (dict(zip(self.frame.columns, line, strict=True)) for line in self.frame.to_numpy(object))
        above: dict[str, object] = {}
        for title, group in groupby(lines, lambda line: line.get(self.by)):
            rows = []
            for line in group:
                rows.append([_shown(cell, above.get(name)) for name, cell in line.items() if name != self.by])
                above = line
            yield title, rows

    def text(self) -> str:
        """The table as plain text."""
        if self.frame.empty:
            return self.absent
        columns = [_aligned(str(name), list(map(str, self.frame[name].array))) for name in self.frame.columns]
        return "\n".join([self.caption, *map(" ".join, zip(*columns, strict=True)), *self.notes])

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": self.text()}


def _shown(cell: object, above: object) -> object:
    """A cell as a page shows it: a short text keeps on one line; a link that the cell above has already is text, heard once."""
    if isinstance(cell, Link):
        return cell.text if cell == above else cell
    text = str(cell)
    return text.replace(" ", NBSP) if len(text) <= SHORT_CELL else text


def _aligned(head: str, cells: list[str]) -> list[str]:
    """A column as text, cells to the right under a heading to the left: as pandas prints it, in a tenth of the time."""
    width = max(map(len, cells))
    lines = [head, *(cell.rjust(width) for cell in cells)]
    return [line.ljust(max(width, len(head))) for line in lines]


def by_period(rows: pd.DataFrame, names: list[str], periods: Sequence[str]) -> pd.DataFrame:
    """Lines in the order of rows, one column a period, a dash where there is nothing; no number hides another."""
    wide = rows.pivot_table("text", names, "period", aggfunc=" ; ".join, sort=False)
    order = pd.MultiIndex.from_frame(rows[names].drop_duplicates())  # a pivot puts together what begins alike
    return wide.reindex(index=order, columns=list(periods), fill_value="—").fillna("—").rename_axis(columns=None).reset_index()


def trimmed(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame without its empty columns."""
    return frame.drop(columns=[name for name in frame.columns if not any(frame[name].array)])


def _label(row: Row) -> str:
    return f"dont{NBSP}: {row['inline']}" if row.get("level") == 1 else str(row["label"])


LONG = 20
"""Rows beyond which a table is folded: a page shows what is short, and keeps the rest at hand."""
SAME_SET = "{} chiffres calculés sur un même jeu de réponses ; le fichier de données en donne la référence et la base. {}."


def distribution_table(rows: pd.DataFrame, title: str, notes: Sequence[str], absent: str) -> Table:
    """Modalities in rows; share, count, published change, base, reliability and source in columns (empty ones left out)."""
    heads = ["group", "variable", "category", "label"] if "group" in rows else ["variable", "category", "label"]
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in records(rows):
        groups.setdefault(tuple(row[name] for name in heads), []).append(row)
    lines = []
    for group in groups.values():
        first = group[0]
        levels = [row for row in group if not is_change(row["variable"])]
        shares = [row for row in levels if row["unit"] == "percent"]
        marks = dict.fromkeys(wording.mark(row["status"]) for row in group if pd.notna(row["value"]))
        line = {
            "Modalité": _label(first),
            "Population": first.get("group", ""),
            "Part": "".join(row["text"] for row in shares),
            "Effectif": "".join(row["text"] for row in levels if row["unit"] == "count"),
            "Valeur": "".join(row["text"] for row in levels if row["unit"] not in ("percent", "count")),
            "Évolution publiée": " ; ".join(row["text"] for row in group if is_change(row["variable"])),
            "Base": wording.base_cell(shares[0]) if shares else "",
            "Fiabilité": wording.listed(filter(None, marks)),
            "Source": wording.listed(dict.fromkeys(filter(None, (row["publisher"] for row in group)))),
        }
        lines.append(line)
    numeric = ("Part", "Effectif", "Valeur", "Évolution publiée")
    return Table(trimmed(pd.DataFrame(lines)), title, notes, numeric, absent, folded=len(lines) > LONG)


def editions_table(rows: pd.DataFrame, title: str, notes: Sequence[str], absent: str) -> Table:
    """Statistics in rows, with their population; editions in columns; a star marks what is of low reliability."""
    rows = rows.assign(
        period=rows["period"].map(wording.spelt),
        Statistique=rows["label"] + ((rows["unit"] == "count") & (rows["category"] != ALL)).map({True: " (effectif)", False: ""}),
        Population=rows["who"],
        text=rows["text"] + (rows["status"] == "U").map({True: f"{NBSP}*", False: ""}),
    )
    periods = sorted(set(rows["period"]))
    frame = by_period(rows, ["Statistique", "Population", "unit"], periods).drop(columns="unit")
    if frame["Population"].nunique() == 1:  # the notes say it
        frame = frame.drop(columns="Population")
    return Table(frame, title, notes, tuple(periods), absent, folded=len(frame) > 3 * LONG)


def series_table(rows: pd.DataFrame, title: str, notes: Sequence[str], absent: str) -> Table:
    """Years in rows, with the population, the respondents and whether a year compares with the one above."""
    several = rows["label"].nunique() > 1
    lines = [
        {
            "Année": wording.spelt(row["period"]),
            "Libellé": row["label"] if several else "",
            "Valeur": row["text"],
            "Population": row["who"],
            "Base": wording.base_cell(row),
            "Associations répondantes": "" if pd.isna(row["respondents"]) else wording.number(row["respondents"], 0),
            "Comparable à la ligne précédente": "" if n == 0 else "non" if row["break_before"] else "oui, sous réserve",
            "Fiabilité": wording.mark(row["status"]),
            "Source": row["publisher"],
        }
        for n, row in enumerate(records(rows))
    ]
    return Table(trimmed(pd.DataFrame(lines)), title, notes, ("Valeur", "Associations répondantes"), absent)


def multiples_table(rows: pd.DataFrame, title: str, notes: Sequence[str], absent: str) -> Table:
    """Several series: one row each, one column a year."""
    rows = rows.assign(Série=rows["label"] + " — " + rows["group"].map(wording.lower_first))
    wide = rows.pivot(index="Série", columns="period", values="text").reindex(list(dict.fromkeys(rows["Série"]))).fillna("—")
    return Table(wide.rename_axis(columns=None).reset_index(), title, notes, tuple(wide.columns), absent)


def provenance_table(rows: pd.DataFrame, title: str, notes: Sequence[str] = (), absent: str = "") -> Table:
    """One row a published number, by source: where it stands, what it says, about whom, on which base, with what reservation.

    Folded: it is there to be asked for. Many numbers of one set of answers have one source, said once below.
    """
    found = sorted(records(rows), key=lambda row: (row["rank"], row["citation"]))
    sets = Counter(row["citation"] for row in found if row["locator"] == "records")
    notes = [*notes, *(SAME_SET.format(wording.number(n, 0), citation) for citation, n in sets.items() if n > LONG)]
    lines = [
        {
            "Source": Link(row["citation"], row["locator"] if row["locator"].startswith("http") else ""),
            "Référence": row["statement_id"],
            "Cellule": wording.cell_of(row["locator"]),
            "Statistique": wording.statistic(row),
            "Valeur": row["text"],
            "Année": wording.spelt(row["period"]),
            "Population": row["who"],
            "Base": wording.base_cell(row) or "sans objet",
            "Fiabilité": wording.listed(filter(None, (wording.mark(row["status"]), "" if row["retained"] else "non retenu"))),
            "Réserve": row["note"],
        }
        for row in (row for row in found if sets[row["citation"]] <= LONG)
    ]
    names = [row["statement_id"] for row in found]
    absent = " ".join(notes) if found and not lines else absent
    return Table(trimmed(pd.DataFrame(lines)), title, notes, ("Valeur",), absent, folded=True, statements=names, by="Source")


def control(rows: pd.DataFrame) -> str:
    """Numbers as sorted text with fixed decimals, each statement once, under whom they describe: what the references compare."""
    once = {row["statement_id"]: row for row in reversed(records(rows)) if pd.notna(row["value"])}

    def line(row: Row) -> str:
        value = f"{row['bound']}{row['value']:.2f} {row['unit_label']}"
        base, status = wording.base_of(row) or "sans base", terms("statuses")[row["status"]].label_fr
        return " | ".join([row["statement_id"], row["label"], value, base, status])

    lines = sorted((" | ".join([row["period"], row["who"], row["publisher"]]), line(row)) for row in once.values())
    told = [text for said, group in groupby(lines, itemgetter(0)) for text in (said, *(each for _, each in group))]
    return "\n".join(told) or "Aucune valeur."
