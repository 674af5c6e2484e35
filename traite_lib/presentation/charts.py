"""French charts: direct labels, colours that colour-blind readers tell apart, hatches and markers, and an alternative text.

Every chart takes `Result` objects and draws what they hold; an empty one draws nothing, its table says why. Each is drawn
twice: at the width of a slide, as PNG and SVG, and at the width of a phone, where the first would be too small to read.
"""

from __future__ import annotations

import base64
import functools
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, NamedTuple, ParamSpec, cast

import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure

from ..analysis.shares import main_unit
from ..errors import TraiteError
from ..observations import Row, records
from . import images, wording
from .sheet import (
    DOUBTFUL,
    GRID,
    HATCHES,
    INK,
    INKS,
    MARKERS,
    MUTED,
    PALETTE,
    PHONE,
    THEME,
    Plot,
    label_width,
    layout,
    legend_height,
    row_height,
    sheet,
)
from .text import FIGURE

if TYPE_CHECKING:
    from ..result import Result


@dataclass(frozen=True)
class Chart:
    """A drawn chart: images, their alternative text and their caption. Without an image it shows nothing.

    Attributes
    ----------
    png, svg : bytes, str
        At the width of a slide, title and sources inside; letters in the SVG are shapes, the same on every machine.
    phone : bytes
        PNG at the width of a phone.
    alt : str
        What the chart shows, in words.
    caption : str
        What is measured, and on whom.
    """

    png: bytes
    svg: str
    phone: bytes
    alt: str
    caption: str

    def __bool__(self) -> bool:
        return bool(self.png)

    def save(self, path: str | Path) -> Path:
        """Write the chart as ``.png`` or ``.svg``, ready for a slide.

        Raises
        ------
        TraiteError
            There is nothing to draw, or the extension is neither.
        """
        path = Path(path)
        if not self:
            raise TraiteError(f"Nothing was drawn: there is no value to write to {path.name}.")
        if path.suffix not in (".png", ".svg"):
            raise TraiteError(f"A chart is written as .png or .svg, not {path.suffix or 'without an extension'!r}: {path.name}.")
        path.write_bytes(self.png if path.suffix == ".png" else self.svg.encode())
        return path

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, object], dict[str, object]]:
        if not self:
            return {"text/plain": ""}, {}
        # As text: not every program that executes notebooks encodes bytes.
        png, phone = (base64.b64encode(image).decode("ascii") for image in (self.png, self.phone))
        about = {"alt": self.alt, "caption": self.caption}
        figure = {"svg": self.svg, "phone": phone}
        return {"image/png": png, "text/plain": self.alt, FIGURE: figure}, {"image/png": about}


NOTHING = Chart(b"", "", b"", "", "")


COLOURS = images.palette([INK, MUTED, GRID, *PALETTE, *INKS])
"""All that a drawing is made of."""


class Drawing(NamedTuple):
    """A figure before it becomes images, with the kind of chart it is and what it shows, in words."""

    figure: Figure
    result: Result
    kind: str
    found: str


_Options = ParamSpec("_Options")


def _chart(
    draw: Callable[Concatenate[Result, _Options], Drawing | None],
) -> Callable[Concatenate[Result, _Options], Chart]:
    """A function that draws, as one that returns a `Chart`: drawn for a slide, then for a phone."""

    @functools.wraps(draw)
    def chart(result: Result, *args: _Options.args, **options: _Options.kwargs) -> Chart:
        with rc_context(THEME):
            slide = draw(result, *args, **options)
            if slide is None:
                return NOTHING
            before = layout.set(PHONE)
            try:
                phone = draw(result, *args, **options)
            finally:
                layout.reset(before)
            assert phone is not None
            result, who = slide.result, wording.lower_first(slide.result.population)
            alt = f"{slide.kind}. {result.title}. Population : {who}. {slide.found}"
            caption = result.title if result.population == wording.EACH_LINE else f"{result.title} — {who}"
            drawn = images.png(slide.figure, COLOURS), images.svg(slide.figure), images.png(phone.figure, COLOURS)
            return Chart(*drawn, wording.typographic(alt), wording.typographic(caption))

    return cast("Callable[Concatenate[Result, _Options], Chart]", chart)


def _text(row: Row) -> str:
    """Value of a row as it is written on a chart; a star marks a low reliability."""
    return f"{row['text']} *" if row["status"] == "U" and pd.notna(row["value"]) else str(row["text"])


def _known(row: Row) -> dict[str, Any]:
    """Look of a value: grey and italic where none was found."""
    return {"color": INK} if pd.notna(row["value"]) else {"color": MUTED, "style": "italic"}


def _labels(rows: pd.DataFrame) -> list[str]:
    """Label of each bar, with its group when there are several."""
    names = [f"dont : {row['inline']}" if row.get("level") == 1 else str(row["label"]) for row in records(rows)]
    if "group" not in rows or rows["group"].nunique() < 2:
        return names
    return [f"{name} ({wording.lower_first(group)})" for name, group in zip(names, rows["group"], strict=True)]


def _findings(rows: pd.DataFrame, groups: Sequence[str]) -> str:
    """What is found in each group, in words."""
    return " ".join(f"{group} : {wording.finding(rows[rows['group'] == group])}" for group in groups)


@_chart
def bars(result: Result) -> Drawing | None:
    """Horizontal bars of one distribution, in its own order; hatched and starred where the reliability is low."""
    return _drawn_bars(result)


def _drawn_bars(result: Result) -> Drawing | None:
    levels = result.frame[~result.frame["variable"].str.startswith("change_")]  # a change is no length beside a level
    if levels.empty:
        return None
    unit = main_unit(levels)
    rows = levels[(levels["unit"] == unit) | levels["value"].isna()]
    labels = _labels(rows)
    plot = sheet(result, row_height(labels) * max(len(rows), 2), label_width(labels), right=1.35)
    plot.across = (0, 100 if unit == "percent" else rows["value"].max() * 1.02)
    plot.rows(labels)
    for n, row in enumerate(records(rows)):
        known = pd.notna(row["value"])
        if known:
            look: Any = {"hatch": DOUBTFUL, "facecolor": "white"} if row["status"] == "U" else {"facecolor": PALETTE[0]}
            plot.bar((0, row["value"]), (n - 0.33, n + 0.33), edgecolor=PALETTE[0], **look)
        plot.write(_text(row), (row["value"] if known else 0, n), (5, 0), size=9, **_known(row))
    return Drawing(plot.figure, result, "Diagramme en barres", wording.finding(rows))


@_chart
def stacked(result: Result) -> Drawing | None:
    """Shares stacked to 100 %, one bar a group; what was not found is left blank and said."""
    rows = result.frame[result.frame["unit"] == "percent"] if result else result.frame
    if rows.empty:
        return None
    rows = rows.sort_values("order", kind="stable")
    groups, categories = list(dict.fromkeys(result.frame["group"])), list(dict.fromkeys(rows["category"]))
    names = [" / ".join(dict.fromkeys(rows.loc[rows["category"] == code, "label"])) for code in categories]
    whole = rows.groupby("group")["value"].sum()
    note = "Blanc : part non relevée." if (whole < 98.5).any() else ""
    height = max(0.44, row_height(groups)) * len(groups)
    plot = sheet(result, height, label_width(groups), note, right=0.3, above=legend_height(names))
    plot.across = (0, max(100.0, float(whole.max())))
    plot.rows(groups)
    for n, group in enumerate(groups):
        left, thick = 0.0, (n - 0.31, n + 0.31)
        for row in records(rows[(rows["group"] == group) & rows["value"].notna()]):
            k = categories.index(row["category"]) % len(PALETTE)
            right = left + row["value"]
            plot.bar((left, right), thick, facecolor=PALETTE[k], hatch=HATCHES[k], edgecolor="white", linewidth=0.8)
            if plot.x(right) - plot.x(left) > 0.1 + 0.065 * len(_text(row)):  # or its neighbour would be hidden
                plot.write(_text(row), ((left + right) / 2, n), va="center", size=8, box=True)
            left = right
        plot.bar((0, 100), thick, facecolor="none", edgecolor=MUTED, linewidth=0.6)
    plot.legend(names)
    return Drawing(plot.figure, result, "Barres empilées", _findings(rows, groups))


@_chart
def timeline(result: Result) -> Drawing | None:
    """A series over editions: the line stops at each break; below, the number of responding associations."""
    if not result:
        return None
    frame = result.frame
    rows = records(frame)
    years = [int(row["reference_year"]) for row in rows]
    survey = frame["respondents"].notna().any()
    note = "Trait vertical pointillé : rupture de série. Tirets : années sans valeur."
    scale = layout.get().scale
    side, strip = 0.45 * scale**2, STRIP if survey else 0.0
    plot = sheet(result, (2.75 if survey else 2.1) - strip, side + 0.1 * scale**2, note, right=side, below=0.42 + strip)
    plot.across, plot.up = (min(years) - 0.5, max(years) + 0.5), (0, float(frame["value"].max()) * 1.2)
    for n, row in enumerate(rows[1:]):
        pair, values = years[n : n + 2], (rows[n]["value"], row["value"])
        if row["break_before"]:
            plot.line([sum(pair) / 2] * 2, plot.up, color=MUTED, linestyle=":", linewidth=1.1)
        if row["segment"] == rows[n]["segment"]:
            style: Any = {"linewidth": 2} if pair[1] == pair[0] + 1 else {"linewidth": 1.2, "linestyle": (0, (4, 3))}
            plot.line(pair, values, color=PALETTE[0], **style)
    for year, row in zip(years, rows, strict=True):
        fill = "white" if row["status"] == "U" else PALETTE[0]
        plot.line(
            [year], [row["value"]], marker="o", markersize=6.5, markerfacecolor=fill, markeredgecolor=PALETTE[0], zorder=2.5
        )
        plot.write(_text(row), (year, row["value"]), (0, 7), size=8.5 * scale)
    plot.line(plot.across, (0, 0), color=MUTED, linewidth=0.5)
    for year in range(min(years), max(years) + 1):
        plot.write(str(year), (year, 0), (0, -3.5), va="top", size=9 * scale, color=INK)
    if survey:
        _respondents(plot, frame)
    pairs = " ; ".join(f"{row['period']}, {row['text']}" for row in rows)
    broken = "La ligne s’interrompt aux ruptures de série. " if frame["break_before"].any() else ""
    return Drawing(plot.figure, result, "Série par année", f"{broken}{pairs}.")


STRIP = 0.77
"""Inches, below a series, for the responding associations."""


def _respondents(plot: Plot, rows: pd.DataFrame) -> None:
    """Strip of bars below a series: how many associations answered each year."""
    known = {int(year): float(n) for year, n in zip(rows["reference_year"], rows["respondents"], strict=True) if pd.notna(n)}
    strip = Plot(plot.figure, plot.left, plot.bottom - 0.74, plot.width, 0.3, plot.across, (0, max(known.values()) * 1.05))
    for year, number in known.items():
        strip.bar((year - 0.25, year + 0.25), (0, number), facecolor=GRID, edgecolor=MUTED, linewidth=0.5)
        strip.write(f"{number:.0f}", (year, number), (0, 2), size=7.5, color=MUTED)
    name = "Nombre d’associations répondantes"
    strip.write(name, (strip.across[0], 0), (0, -2.6), ha="left", va="top", size=7.5, color=MUTED)


@_chart
def dumbbell(result: Result) -> Drawing | None:
    """Two groups on one line a modality: two populations, or two years."""
    rows = result.frame[result.frame["unit"] == "percent"] if result else result.frame
    groups = list(dict.fromkeys(rows["group"])) if not rows.empty else []
    if len(groups) != 2:
        return _drawn_bars(result) if result else None
    rows = rows.sort_values("order", kind="stable")
    labels = list(dict.fromkeys(rows["label"]))
    height = max(0.42, row_height(labels)) * max(len(labels), 2)
    plot = sheet(result, height, label_width(labels), right=0.7, above=0.08 + legend_height(groups))
    room = 0.45  # inches on the left of zero, for the value of a marker close to it
    plot.across = (-104 * room / (plot.width - room), 104)
    plot.rows(labels, axis=False)
    for n, label in enumerate(labels):
        pair = rows[(rows["label"] == label) & rows["value"].notna()].sort_values("value")
        plot.line(plot.across, (n, n), color=GRID, linewidth=0.6, zorder=0)
        if len(pair) == 2:
            plot.line(list(pair["value"]), [n, n], color=GRID, linewidth=5, zorder=1, solid_capstyle="round")
        elif pair.empty:
            why = wording.listed(dict.fromkeys(rows.loc[rows["label"] == label, "text"]))
            plot.write(why, (1, n), ha="left", va="center", style="italic", color=MUTED, box=True)
        for side, row in enumerate(records(pair)):
            k = groups.index(row["group"])
            plot.line([row["value"]], [n], marker=MARKERS[k], color=PALETTE[k], markersize=9, linestyle="")
            outward = -1 if side == 0 and len(pair) == 2 else 1
            plot.write(_text(row), (row["value"], n), (9 * outward, 0))
    plot.legend(groups, markers=True)
    return Drawing(plot.figure, result, "Comparaison de deux groupes", _findings(rows, groups))


@_chart
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
    height = max(0.44, row_height(groups)) * max(len(groups), 2)
    plot = sheet(result, height, label_width(groups), right=0.45, above=0.25)
    half, room = plot.width / 2, 0.5  # inches; room for a value beyond its bar
    limit = max(118.0, float(rows["value"].max()) * half / (half - room))
    plot.across = (-limit, limit)
    plot.rows(groups)
    for row in records(rows):
        n, k = groups.index(row["group"]), [right, left].index(row["side"])
        sign, known = (1, -1)[k], pd.notna(row["value"])
        if known:
            thick = (n - 0.32, n + 0.32)
            plot.bar((0, sign * row["value"]), thick, facecolor=PALETTE[k], hatch=HATCHES[k], edgecolor="white")
        plot.write(_text(row), (sign * row["value"] if known else 0, n), (4 * sign, 0), **_known(row))
    for sign, name in ((1, right), (-1, left)):
        plot.write(name, (sign * 4, -0.62), ha="left" if sign > 0 else "right", size=9, weight="bold")
    return Drawing(plot.figure, result, "Barres opposées", _findings(rows, groups))


@_chart
def multiples(result: Result) -> Drawing | None:
    """Small multiples: one panel a modality, one line a group, each panel on its own scale from zero."""
    if not result:
        return None
    rows = result.frame.assign(year=result.frame["reference_year"].astype(int))
    labels, groups = list(dict.fromkeys(rows["label"])), list(dict.fromkeys(rows["group"]))
    columns = layout.get().columns
    height = PANEL * -(-len(labels) // columns)
    note = "Chaque case a sa propre échelle, à partir de zéro."
    whole = sheet(result, height, 0.2, note, right=0.2, above=0.08 + legend_height(groups))
    whole.legend(groups, markers=True)
    width = whole.width / columns
    for n, label in enumerate(labels):
        left, top = whole.left + n % columns * width, whole.bottom + height - PANEL * (n // columns)
        panel = Plot(whole.figure, left + 0.15, top - PANEL + 0.15, width - 0.35, PANEL - 0.62)
        _panel(panel, label, rows[rows["label"] == label], groups)
    found = " ".join(
        f"{label}, {group} : {_ends(rows[(rows['label'] == label) & (rows['group'] == group)])}"
        for label in labels
        for group in groups
    )
    return Drawing(whole.figure, result, "Séries par case", found)


PANEL = 1.55
"""Inches that one of small multiples needs, with its title and its years."""


def _panel(panel: Plot, title: str, rows: pd.DataFrame, groups: Sequence[str]) -> None:
    years, largest = sorted(set(rows["year"])), float(rows["value"].max()) * 1.35
    panel.across = (years[0] - 0.7, years[-1] + 0.7)
    panel.up = (-0.18 * largest if rows["value"].min() < 0.25 * largest else 0, largest)
    look: Any = {"ha": "left", "size": 9, "weight": "bold"}
    panel.write("\n".join(textwrap.wrap(title, 44)), (panel.across[0], largest), (0, 5), **look)
    panel.line(panel.across, [panel.up[0]] * 2, color=GRID, linewidth=0.8)
    for year in years:
        panel.write(str(year), (year, panel.up[0]), (0, -3.5), va="top", size=7.5)
    for k, group in enumerate(groups):
        line = rows[rows["group"] == group].sort_values("year")
        panel.line(list(line["year"]), list(line["value"]), color=PALETTE[k], marker=MARKERS[k], markersize=5, markeredgewidth=0)
    for year in {years[0], years[-1]}:
        then = rows[rows["year"] == year].sort_values("value", ascending=False)
        for place, row in enumerate(records(then)):
            side: Any = {"offset": (0, -5), "va": "top"} if place else {"offset": (0, 5)}
            panel.write(_text(row), (year, row["value"]), ha="center", size=7.5, color=INKS[groups.index(row["group"])], **side)


def _ends(rows: pd.DataFrame) -> str:
    if rows.empty:
        return "aucune valeur relevée."
    first, last = rows.iloc[0], rows.iloc[-1]
    return f"{first['text']} en {first['period']}, {last['text']} en {last['period']}."


@_chart
def funnel(result: Result) -> Drawing | None:
    """Numbers that narrow: identified, accompanied, exploited in France or abroad, whichever were found."""
    if len(result.frame) < 2:
        return None
    labels = list(result.frame["label"])
    plot = sheet(result, max(0.5, row_height(labels)) * len(labels), label_width(labels), right=0.3)
    widest = float(result.frame["value"].max())
    plot.across = (0, widest)
    plot.rows(labels, axis=False)
    for n, row in enumerate(records(result.frame)):
        left, right = (widest - row["value"]) / 2, (widest + row["value"]) / 2
        plot.bar((left, right), (n - 0.35, n + 0.35), facecolor=PALETTE[0], edgecolor="none")
        inside = row["value"] > widest * 0.2
        at, offset = ((widest / 2, n), (0, 0)) if inside else ((right, n), (6, 0))
        plot.write(row["text"], at, offset, va="center", size=10, weight="bold", color="white" if inside else INK)
    return Drawing(plot.figure, result, "Entonnoir", wording.finding(result.frame))
