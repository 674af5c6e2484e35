"""French tables: one HTML shape for all of them, and the same text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from ..nomenclature import ALL
from . import wording
from .wording import NBSP

_TEMPLATE = """<figure class="statistics">
<div class="scroll" tabindex="0" role="region" aria-label="{{ caption }}">
<table{% if rows | length <= 15 %} class="whole"{% endif %}>
<caption>{{ caption }}</caption>
<thead><tr>
{%- for name in columns %}<th scope="col" class="{{ "number" if name in numeric else "text" }}">{{ name }}</th>{% endfor -%}
</tr></thead>
<tbody>
{%- for row in rows %}
<tr>{% for cell in row %}{% if loop.first %}<th scope="row" class="{{ kind(columns[0], cell) }}">{{ cell }}</th>
{%- else %}<td class="{{ kind(columns[loop.index0], cell) }}">{{ cell }}</td>{% endif %}{% endfor %}</tr>
{%- endfor %}
</tbody>
</table>
</div>
{%- if notes %}
<figcaption>{% for note in notes %}<p>{{ note }}</p>{% endfor %}</figcaption>
{%- endif %}
</figure>"""


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

    Attributes
    ----------
    frame : DataFrame
        Cells as they are read; the first column names the rows.
    caption : str
        Title of the table.
    notes : sequence of str
        Lines below: population, notes, sources.
    numeric : sequence of str
        Columns aligned as numbers.
    absent : str
        What is shown when there is no row.
    """

    frame: pd.DataFrame
    caption: str
    notes: Sequence[str] = ()
    numeric: Sequence[str] = ()
    absent: str = ""

    def html(self) -> str:
        """The table as accessible HTML: caption, column and row headers, notes."""
        from jinja2 import Environment
        from markupsafe import Markup, escape

        if self.frame.empty:
            return Markup('<p class="absent">{}</p>').format(escape(wording.typographic(self.absent)))
        template = Environment(autoescape=True).from_string(_TEMPLATE)
        page = template.render(
            caption=self.caption,
            columns=list(self.frame.columns),
            numeric=set(self.numeric),
            kind=self._kind,
            rows=list(self.frame.itertuples(index=False, name=None)),
            notes=list(self.notes),
        )
        return wording.typographic(page)

    def _kind(self, column: str, cell: object) -> str:
        """Class of a cell: numbers are aligned, short texts are kept on one line, long ones are given room."""
        if column in self.numeric:
            return "number"
        return "short" if len(str(cell)) <= 18 else "long" if len(str(cell)) > 30 else "text"

    def text(self) -> str:
        """The table as plain text."""
        if self.frame.empty:
            return self.absent
        cells = self.frame.map(str).to_string(index=False, justify="left")
        return "\n".join([self.caption, cells, *self.notes])

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": self.text()}


def trimmed(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame without its empty columns."""
    return frame[[name for name in frame.columns if frame[name].astype(bool).any()]]


def _fill(row: pd.Series, unit: str) -> str:
    return row["text"] if row["unit"] == unit else ""


def _label(row: pd.Series) -> str:
    return f"dont{NBSP}: {row['inline']}" if row.get("level") == 1 else str(row["label"])


def _by_category(rows: pd.DataFrame, key: list[str]) -> list[list[pd.Series]]:
    return [[row for _, row in group.iterrows()] for _, group in rows.groupby(key, sort=False)]


def distribution_table(rows: pd.DataFrame, title: str, notes: Sequence[str], absent: str) -> Table:
    """Modalities in rows; share, count, base, reliability and source in columns (empty columns left out)."""
    heads = ["group", "variable", "category", "label"] if "group" in rows else ["variable", "category", "label"]
    lines = []
    for group in _by_category(rows, heads):
        first = group[0]
        shares = [row for row in group if row["unit"] == "percent"]
        lines.append(
            {
                "Modalité": _label(first),
                "Population": first.get("group", ""),
                "Part": "".join(_fill(row, "percent") for row in group),
                "Effectif": "".join(_fill(row, "count") for row in group),
                "Valeur": "".join(row["text"] for row in group if row["unit"] not in ("percent", "count")),
                "Base": wording.base_cell(shares[0]) if shares else "",
                "Fiabilité": wording.listed(
                    dict.fromkeys(filter(None, (wording.STATUSES[r["status"]] for r in group if pd.notna(r["value"]))))
                ),
                "Source": wording.listed(dict.fromkeys(filter(None, (row["publisher"] for row in group)))),
            }
        )
    return Table(trimmed(pd.DataFrame(lines)), title, notes, ("Part", "Effectif", "Valeur"), absent)


def series_table(rows: pd.DataFrame, title: str, notes: Sequence[str], absent: str) -> Table:
    """Years in rows, with the population, the respondents and whether a year compares with the one above."""
    lines = [
        {
            "Année": row["period"],
            "Libellé": row["label"] if rows["label"].nunique() > 1 else "",
            "Valeur": row["text"],
            "Population": row["who"],
            "Base": wording.base_cell(row),
            "Associations répondantes": "" if pd.isna(row["respondents"]) else wording.number(row["respondents"], 0),
            "Comparable à la ligne précédente": "" if n == 0 else "non" if row["break_before"] else "oui, sous réserve",
            "Fiabilité": wording.STATUSES[row["status"]],
            "Source": row["publisher"],
        }
        for n, (_, row) in enumerate(rows.iterrows())
    ]
    return Table(trimmed(pd.DataFrame(lines)), title, notes, ("Valeur", "Associations répondantes"), absent)


def panels_table(rows: pd.DataFrame, title: str, notes: Sequence[str], absent: str) -> Table:
    """Several series: one row each, one column a year."""
    rows = rows.assign(Série=rows["label"] + " — " + rows["group"].map(wording.lower_first))
    wide = rows.pivot(index="Série", columns="period", values="text").reindex(list(dict.fromkeys(rows["Série"]))).fillna("—")
    return Table(wide.rename_axis(columns=None).reset_index(), title, notes, tuple(wide.columns), absent)


def provenance_table(rows: pd.DataFrame, title: str, notes: Sequence[str] = (), absent: str = "") -> Table:
    """One row a published number: what it says, about whom, on which base, from which source and where."""
    frame = pd.DataFrame(
        {
            "Référence": rows["statement_id"],
            "Statistique": [
                row["variable_label"] + ("" if row["category"] == ALL else f" : {row['inline']}") for _, row in rows.iterrows()
            ],
            "Valeur": rows["text"],
            "Population": rows["who"],
            "Base": [wording.base_cell(row) or "sans objet" for _, row in rows.iterrows()],
            "Fiabilité": ["" if row["retained"] else "non retenu" for _, row in rows.iterrows()],
            "Source": [Link(wording.place_of(row["citation"], row["locator"]), row["locator"]) for _, row in rows.iterrows()],
        }
    )
    doubtful = [wording.STATUSES[status] for status in rows["status"]]
    frame["Fiabilité"] = [wording.listed(filter(None, pair)) for pair in zip(doubtful, frame["Fiabilité"], strict=True)]
    return Table(trimmed(frame), title, notes, ("Valeur",), absent)


def control(rows: pd.DataFrame) -> str:
    """Numbers as sorted text with fixed decimals: what the reference outputs compare."""
    known = rows[rows["value"].notna()]
    lines = [
        " | ".join(
            [
                *(row["statement_id"], row["period"], row["who"], row["label"]),
                f"{row['bound']}{row['value']:.2f} {row['unit_label']}",
                wording.base_of(row) or "sans base",
                wording.STATUSES[row["status"]] or "normal",
                row["publisher"],
            ]
        )
        for _, row in known.iterrows()
    ]
    return "\n".join(sorted(lines)) or "Aucune valeur."
