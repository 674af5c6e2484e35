"""French charts: direct labels, colours that colour-blind readers tell apart, hatches and markers, and an alternative text.

Every chart takes `Result` objects and draws what they hold; an empty one draws nothing, its table says why.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.figure import Figure

from ..analysis.shares import main_unit
from ..table import Row, levels, records
from . import wording
from .drawing import NOTHING as NOTHING
from .drawing import Chart as Chart
from .drawing import Drawing, chart
from .letters import POINT, face
from .sheet import (
    DOUBTFUL,
    GRID,
    HATCHES,
    INK,
    INKS,
    MARKERS,
    MUTED,
    PALETTE,
    Place,
    Plot,
    label_width,
    layout,
    legend_height,
    row_height,
    sheet,
)

if TYPE_CHECKING:
    from .result import Result


def _text(row: Row) -> str:
    """Value of a row as it is written on a chart; a star marks a low reliability."""
    return f"{row['text']} *" if row["status"] == "U" and pd.notna(row["value"]) else str(row["text"])


def _known(row: Row) -> dict[str, Any]:
    """Look of a value: grey and italic where none was found."""
    return {"color": INK} if pd.notna(row["value"]) else {"color": MUTED, "style": "italic"}


def _labels(rows: Sequence[Row]) -> list[str]:
    """Label of each bar, with its group when there are several."""
    names = [f"dont : {row['inline']}" if row.get("level") == 1 else str(row["label"]) for row in rows]
    groups = [row.get("group") for row in rows]
    if len(set(groups)) < 2:
        return names
    return [f"{name} ({wording.lower_first(str(group))})" for name, group in zip(names, groups, strict=True)]


def _findings(rows: pd.DataFrame, groups: Sequence[str]) -> str:
    """What is found in each group, in words."""
    return " ".join(f"{group} : {wording.finding(rows[rows['group'] == group])}" for group in groups)


@chart
def bars(result: Result) -> Drawing | None:
    """Horizontal bars of one distribution, in its own order; hatched and starred where the reliability is low."""
    return _drawn_bars(result)


def _drawn_bars(result: Result) -> Drawing | None:
    drawn = levels(result.frame)  # a change is no length beside a level
    drawn = drawn[drawn["unit"].isin(["percent", "count"]) | drawn["value"].isna()]
    unit = main_unit(drawn)
    shown = drawn[(drawn["unit"] == unit) | drawn["value"].isna()]
    if shown["value"].notna().sum() < 2:  # one value is a sentence or a line of the table
        return None
    longest = 100 if unit == "percent" else shown["value"].max() * 1.02
    rows = records(shown)
    labels = _labels(rows)

    def figure() -> Figure:
        plot = sheet(result, row_height(labels) * max(len(rows), 2), label_width(labels), right=1.35)
        plot.across = (0, longest)
        plot.rows(labels)
        for n, row in enumerate(rows):
            known = pd.notna(row["value"])
            if known:
                look: Any = {"hatch": DOUBTFUL, "facecolor": "white"} if row["status"] == "U" else {"facecolor": PALETTE[0]}
                plot.bar((0, row["value"]), (n - 0.33, n + 0.33), edgecolor=PALETTE[0], **look)
            plot.write(_text(row), (row["value"] if known else 0, n), (5, 0), size=9, **_known(row))
        return plot.figure

    told = shown
    if "group" in shown and shown["group"].nunique() > 1:
        pairs = zip(shown["inline"], shown["group"], strict=True)
        told = shown.assign(inline=[f"{label} ({wording.lower_first(str(group))})" for label, group in pairs])
    return Drawing(figure, result, "Diagramme en barres", wording.finding(told))


@chart
def stacked(result: Result) -> Drawing | None:
    """Shares stacked to 100 %, one bar a group; what was not found is left blank and said."""
    rows = result.frame[result.frame["unit"] == "percent"] if result else result.frame
    if rows["value"].notna().sum() < 2:
        return None
    rows = rows.sort_values("order", kind="stable")
    groups, categories = list(dict.fromkeys(result.frame["group"])), list(dict.fromkeys(rows["category"]))
    names = [" / ".join(dict.fromkeys(rows.loc[rows["category"] == code, "label"])) for code in categories]
    whole = rows.groupby("group")["value"].sum()
    note = "Blanc : part non relevée." if (whole < 98.5).any() else ""
    longest = max(100.0, float(whole.max()))
    bars_of = {group: records(rows[(rows["group"] == group) & rows["value"].notna()]) for group in groups}

    def figure() -> Figure:
        height = max(0.44, row_height(groups)) * len(groups)
        plot = sheet(result, height, label_width(groups), note, right=0.3, above=legend_height(names))
        plot.across = (0, longest)
        plot.rows(groups)
        for n, group in enumerate(groups):
            left, thick = 0.0, (n - 0.31, n + 0.31)
            for row in bars_of[group]:
                k = categories.index(row["category"]) % len(PALETTE)
                right = left + row["value"]
                plot.bar((left, right), thick, facecolor=PALETTE[k], hatch=HATCHES[k], edgecolor="white", linewidth=0.8)
                if plot.x(right) - plot.x(left) > 0.1 + 0.065 * len(_text(row)):  # or its neighbour would be hidden
                    plot.write(_text(row), ((left + right) / 2, n), va="center", size=8, box=True)
                left = right
            plot.bar((0, 100), thick, facecolor="none", edgecolor=MUTED, linewidth=0.6)
        plot.legend(names)
        return plot.figure

    return Drawing(figure, result, "Barres empilées", _findings(rows, groups))


@chart
def timeline(result: Result) -> Drawing | None:
    """A series over editions: the line stops at each break; below, the number of responding associations."""
    if len(result.frame) < 2:
        return None
    frame = result.frame
    rows = records(frame)
    years, values = [int(row["reference_year"]) for row in rows], [row["value"] for row in rows]
    points = list(zip(years, values, strict=True))
    joined = {n for n in range(1, len(rows)) if rows[n]["segment"] == rows[n - 1]["segment"]}
    near = {n for n in joined if years[n] == years[n - 1] + 1}
    signs = ["Trait vertical pointillé : rupture de série, ou valeurs qui ne se comparent pas."] * (len(joined) < len(rows) - 1)
    note = " ".join([*signs, *["Tirets : années sans valeur."] * (near != joined)])
    highest = float(frame["value"].max()) * 1.2
    answering = {int(year): number for year, number in result.respondents.items() if min(years) <= int(year) <= max(years)}

    def figure() -> Figure:
        scale = layout.get().scale
        side, strip = 0.45 * scale**2, STRIP if answering else 0.0
        height = (2.75 if answering else 2.1) - strip
        plot = sheet(result, height, side + 0.1 * scale**2, note, right=side, below=0.42 + strip)
        plot.across, plot.up = (min(years) - 0.5, max(years) + 0.5), (0, highest)
        for n, row in enumerate(rows[1:], start=1):
            if row["break_before"]:
                plot.line([(years[n - 1] + years[n]) / 2] * 2, plot.up, color=MUTED, linestyle=":", linewidth=1.1)
            if n in joined:
                style: Any = {"linewidth": 2} if n in near else {"linewidth": 1.2, "linestyle": (0, (4, 3))}
                plot.line(years[n - 1 : n + 1], values[n - 1 : n + 1], color=PALETTE[0], **style)
        for n, row in enumerate(rows):
            fill = "white" if row["status"] == "U" else PALETTE[0]
            marker: Any = {"marker": "o", "markersize": 6.5, "markerfacecolor": fill, "markeredgecolor": PALETTE[0]}
            plot.line([years[n]], [values[n]], zorder=2.5, **marker)
            before = points[n - 1] if n in joined else None
            after = points[n + 1] if n + 1 in joined else None
            _write_clear(plot, _text(row), points[n], before, after, size=8.5 * scale)
        plot.line(plot.across, (0, 0), color=MUTED, linewidth=0.5)
        for year in range(min(years), max(years) + 1):
            plot.write(str(year), (year, 0), (0, -3.5), va="top", size=9 * scale)
        if answering:
            _respondents(plot, answering)
        return plot.figure

    pairs = " ; ".join(f"{row['period']}, {wording.marked(row)}" for row in rows)
    broken = "La ligne s’interrompt aux ruptures de série. " if any(row["break_before"] for row in rows) else ""
    return Drawing(figure, result, "Série par année", f"{broken}{pairs}.")


def _write_clear(plot: Plot, text: str, at: Place, before: Place | None, after: Place | None, *, size: float) -> None:
    """Write a value above its marker, aside as far as a line that climbs from there asks, or below where two leave no room."""
    half = face().width(text) * size * POINT / 2
    left, right = _room(plot, at, before), _room(plot, at, after)
    end = max(min(half, right), 2 * half - left)
    if end > right:
        plot.write(text, at, (0, -7), va="top", size=size)
    else:
        plot.write(text, at, ((end - half) / POINT, 7), ha="center", va="bottom", size=size)


def _room(plot: Plot, at: Place, end: Place | None) -> float:
    """Inches beside a marker before the line from there is as high as the value above it."""
    if end is None or end[1] <= at[1]:
        return math.inf
    return CLEAR * abs(plot.x(end[0]) - plot.x(at[0])) / (plot.y(end[1]) - plot.y(at[1]))


CLEAR = 6 * POINT
"""How high above a marker a line may come under its value."""

STRIP = 0.77
"""Inches, below a series, for the responding associations."""


def _respondents(plot: Plot, known: dict[int, int]) -> None:
    """Strip of bars below a series: how many associations answered each year."""
    strip = Plot(plot.figure, plot.left, plot.bottom - 0.74, plot.width, 0.3, plot.across, (0, max(known.values()) * 1.05))
    for year, number in known.items():
        strip.bar((year - 0.25, year + 0.25), (0, number), facecolor=GRID, edgecolor=MUTED, linewidth=0.5)
        strip.write(f"{number:.0f}", (year, number), (0, 2), size=7.5, color=MUTED)
    name = "Nombre d’associations répondantes"
    strip.write(name, (strip.across[0], 0), (0, -2.6), ha="left", va="top", size=7.5, color=MUTED)


@chart
def dumbbell(result: Result) -> Drawing | None:
    """Two groups on one line a modality: two populations, or two years."""
    rows = result.frame[result.frame["unit"] == "percent"] if result else result.frame
    groups = list(dict.fromkeys(rows["group"])) if not rows.empty else []
    if len(groups) != 2:
        return _drawn_bars(result) if result else None
    rows = rows.sort_values("order", kind="stable")
    labels = list(dict.fromkeys(rows["label"]))
    pairs = {label: records(rows[rows["label"] == label].sort_values("value")) for label in labels}

    def figure() -> Figure:
        height = max(0.42, row_height(labels)) * max(len(labels), 2)
        plot = sheet(result, height, label_width(labels), right=0.7, above=0.08 + legend_height(groups))
        room = 0.45  # inches on the left of zero, for the value of a marker close to it
        plot.across = (-104 * room / (plot.width - room), 104)
        plot.rows(labels, axis=False)
        for n, label in enumerate(labels):
            pair = [row for row in pairs[label] if pd.notna(row["value"])]
            plot.line(plot.across, (n, n), color=GRID, linewidth=0.6, zorder=0)
            if len(pair) == 2:
                ends = [row["value"] for row in pair]
                plot.line(ends, [n, n], color=GRID, linewidth=5, zorder=1, solid_capstyle="round")
            elif not pair:
                why = wording.listed(dict.fromkeys(row["text"] for row in pairs[label]))
                plot.write(why, (1, n), ha="left", va="center", style="italic", color=MUTED, box=True)
            for side, row in enumerate(pair):
                k = groups.index(row["group"])
                plot.line([row["value"]], [n], marker=MARKERS[k], color=PALETTE[k], markersize=9, linestyle="")
                outward = -1 if side == 0 and len(pair) == 2 else 1
                plot.write(_text(row), (row["value"], n), (9 * outward, 0))
        plot.legend(groups, markers=True)
        return plot.figure

    return Drawing(figure, result, "Comparaison de deux groupes", _findings(rows, groups))


@chart
def pyramid(result: Result, left: str = "Hommes", right: str = "Femmes") -> Drawing | None:
    """Two modalities back to back, one row a group (an age pyramid when groups are ages).

    Parameters
    ----------
    left, right : str
        Codes of the two modalities are told by their labels; « Garçons » and « Filles » stand for minors.
    """
    rows = result.frame[(result.frame["unit"] == "percent")] if result else result.frame
    if rows.empty:
        return None
    same = {"Garçons": left, "Filles": right}
    rows = rows.assign(side=rows["label"].replace(same))
    rows = rows[rows["side"].isin([left, right])]
    groups = list(dict.fromkeys(rows["group"]))
    highest, bars_of = float(rows["value"].max()), records(rows)

    def figure() -> Figure:
        height = max(0.44, row_height(groups)) * max(len(groups), 2)
        plot = sheet(result, height, label_width(groups), right=0.45, above=0.25)
        half, room = plot.width / 2, 0.5  # inches; room for a value beyond its bar
        limit = max(118.0, highest * half / (half - room))
        plot.across = (-limit, limit)
        plot.rows(groups)
        for row in bars_of:
            n, k = groups.index(row["group"]), [right, left].index(row["side"])
            sign, known = (1, -1)[k], pd.notna(row["value"])
            if known:
                thick = (n - 0.32, n + 0.32)
                plot.bar((0, sign * row["value"]), thick, facecolor=PALETTE[k], hatch=HATCHES[k], edgecolor="white")
            plot.write(_text(row), (sign * row["value"] if known else 0, n), (4 * sign, 0), **_known(row))
        for sign, name in ((1, right), (-1, left)):
            plot.write(name, (sign * 4, -0.62), ha="left" if sign > 0 else "right", size=9, weight="bold")
        return plot.figure

    return Drawing(figure, result, "Barres opposées", _findings(rows, groups))


@chart
def multiples(result: Result) -> Drawing | None:
    """Small multiples: one panel a modality, one line a group, each panel on its own scale from zero."""
    if not result:
        return None
    rows = records(result.frame.sort_values("reference_year", kind="stable"))
    labels, groups = (list(dict.fromkeys(result.frame[column])) for column in ("label", "group"))
    note = "Chaque case a sa propre échelle, à partir de zéro."

    def figure() -> Figure:
        columns = layout.get().columns
        height = PANEL * -(-len(labels) // columns)
        whole = sheet(result, height, 0.2, note, right=0.2, above=0.08 + legend_height(groups))
        whole.legend(groups, markers=True)
        width = whole.width / columns
        for n, label in enumerate(labels):
            left, top = whole.left + n % columns * width, whole.bottom + height - PANEL * (n // columns)
            panel = Plot(whole.figure, left + 0.15, top - PANEL + 0.15, width - 0.35, PANEL - 0.62)
            _panel(panel, label, [row for row in rows if row["label"] == label], groups)
        return whole.figure

    lines = [[row for row in rows if (row["label"], row["group"]) == pair] for pair in product(labels, groups)]
    named = [f"{label}, {group}" for label, group in product(labels, groups)]
    found = " ".join(f"{name} : {_ends(line)}" for name, line in zip(named, lines, strict=True))
    return Drawing(figure, result, "Séries par case", found)


PANEL = 1.55
"""Inches that one of small multiples needs, with its title and its years."""


def _panel(panel: Plot, title: str, rows: Sequence[Row], groups: Sequence[str]) -> None:
    """One panel, from rows in the order of years."""
    years = sorted({int(row["reference_year"]) for row in rows})
    values = [row["value"] for row in rows if pd.notna(row["value"])]
    largest = max(values) * 1.35
    panel.across = (years[0] - 0.7, years[-1] + 0.7)
    panel.up = (-0.18 * largest if min(values) < 0.25 * largest else 0, largest)
    look: Any = {"ha": "left", "size": 9, "weight": "bold"}
    panel.write("\n".join(textwrap.wrap(title, 44)), (panel.across[0], largest), (0, 5), **look)
    panel.line(panel.across, [panel.up[0]] * 2, color=GRID, linewidth=0.8)
    for year in years:
        panel.write(str(year), (year, panel.up[0]), (0, -3.5), va="top", size=7.5)
    for k, group in enumerate(groups):
        line = [row for row in rows if row["group"] == group]
        marker: Any = {"color": PALETTE[k], "marker": MARKERS[k], "markersize": 5, "markeredgewidth": 0}
        panel.line([int(row["reference_year"]) for row in line], [row["value"] for row in line], **marker)
    for year in {years[0], years[-1]}:
        then = sorted((row for row in rows if int(row["reference_year"]) == year), key=lambda row: -row["value"])
        for place, row in enumerate(then):
            side: Any = {"offset": (0, -5), "va": "top"} if place else {"offset": (0, 5)}
            panel.write(_text(row), (year, row["value"]), ha="center", size=7.5, color=INKS[groups.index(row["group"])], **side)


def _ends(rows: Sequence[Row]) -> str:
    if not rows:
        return "aucune valeur relevée."
    return f"{wording.marked(rows[0])} en {rows[0]['period']}, {wording.marked(rows[-1])} en {rows[-1]['period']}."


@chart
def funnel(result: Result) -> Drawing | None:
    """Numbers that narrow: identified, accompanied, exploited in France or abroad, whichever were found."""
    if len(result.frame) < 2:
        return None
    rows, widest = records(result.frame), float(result.frame["value"].max())
    labels = [str(row["label"]) for row in rows]

    def figure() -> Figure:
        plot = sheet(result, max(0.5, row_height(labels)) * len(labels), label_width(labels), right=0.3)
        plot.across = (0, widest)
        plot.rows(labels, axis=False)
        for n, row in enumerate(rows):
            left, right = (widest - row["value"]) / 2, (widest + row["value"]) / 2
            plot.bar((left, right), (n - 0.35, n + 0.35), facecolor=PALETTE[0], edgecolor="none")
            inside = row["value"] > widest * 0.2
            at, offset = ((widest / 2, n), (0, 0)) if inside else ((right, n), (6, 0))
            plot.write(row["text"], at, offset, va="center", size=10, weight="bold", color="white" if inside else INK)
        return plot.figure

    return Drawing(figure, result, "Entonnoir", wording.finding(result.frame))
