"""French charts, drawn by seaborn on matplotlib Axes.

A chart takes a `Result` and draws what it holds; an empty one draws nothing, its table says why. Nothing is said by colour alone:
values are written, groups have hatches or markers, a value of low reliability is hollow and has a star. Title, population, notes
and sources are text around the drawing (`Chart.words`), and inside it in the files of `Chart.save`.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import wraps
from itertools import pairwise, product
from typing import Any, Concatenate, ParamSpec, cast

import pandas as pd
import seaborn as sns
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from mpl_toolkits.axes_grid1 import make_axes_locatable

from ..aliases import warn_renamed
from ..analysis.shares import main_unit
from ..nomenclature import ALL
from ..table import SUB_POPULATION, Row, last_year, levels, records
from . import wording
from .chart import DOUBTFUL, GRID, HATCHES, LEGEND, LETTER, LINE, MARKERS, MUTED, NOTHING, PALETTE, PAPER, THEME, WIDTH
from .chart import Chart as Chart
from .result import Result

_Options = ParamSpec("_Options")
STRIP, ABOVE, MOST_BARS = 0.3, 0.62, 40  # inches of the strip of respondents, and above it; bars of a chart that is read
BOX = {"facecolor": PAPER, "edgecolor": "none", "pad": 1}  # paper behind a text


def _chart(draw: Callable[Concatenate[Result, _Options], Chart]) -> Callable[Concatenate[Result, _Options], Chart]:
    """A function that draws in our theme, whatever the user's, and nothing where a sentence says the only value."""

    @wraps(draw)
    def themed(result: Result, *args: _Options.args, **options: _Options.kwargs) -> Chart:
        if result.said or not result:
            return NOTHING
        # seaborn aligns its arguments on their index, and rows of several results share theirs.
        result = replace(result, frame=result.frame.reset_index(drop=True))
        with rc_context(THEME):
            return draw(result, *args, **options)

    return cast("Callable[Concatenate[Result, _Options], Chart]", themed)


def _axes(
    ax: Axes | None, height: float, *, left: float, right: float = 0.1, top: float = 0.06, bottom: float = 0.06
) -> Axes:  # fmt: skip
    """Axes of a height in inches with the margins that its labels need, or those that were given."""
    if ax is not None:
        ax.spines[["top", "right", "bottom"]].set_visible(False)
        return ax
    whole = top + height + bottom
    box = (left / WIDTH, bottom / whole, 1 - (left + right) / WIDTH, height / whole)
    return Figure(figsize=(WIDTH, whole)).add_axes(box)


def _rows(ax: Axes | None, labels: Sequence[str], *, top: float = 0.06, row: float = 0.34) -> Axes:
    """Axes with one row a label, from the top; where none were given, as high and as far right as labels need."""
    lines = [textwrap.wrap(wording.typographic(label), 24) for label in labels]
    row = max([row, *(0.12 + LINE * len(each) for each in lines)])
    longest = max(len(line) for each in lines for line in each)
    ax = _axes(ax, row * len(labels), left=0.15 + LETTER * longest, top=top)
    ax.set(xticks=[], ylim=(len(labels) - 0.5, -0.5))  # each value is written; ticks that go would cost seaborn half its time
    ax.set_yticks(range(len(labels)), ["\n".join(each) for each in lines], linespacing=1.05)
    return ax


def _limit(ax: Axes, rows: Sequence[Row], part: float = 1) -> float:
    """Where an axis from zero ends that has a part of the width, so that each value is written after its bar."""
    width = part * ax.bbox.width / ax.figure.dpi
    ends = [row["value"] * width / max(width - 0.1 - LETTER * len(_text(row)), 0.3 * width) for row in rows]
    return float(pd.Series(ends).max()) or 1


def _text(row: Row) -> str:
    """Value of a row as it is written on a chart, with its signs: a star for a low reliability, a ring for a small base."""
    doubtful = row["status"] == "U" and pd.notna(row["value"])
    return str(row["text"]).replace(wording.SMALL_BASE, " °") + (" *" if doubtful else "")


def _write(ax: Axes, row: Row, at: tuple[float, float], offset: tuple[float, float] = (4, 0), **look: Any) -> None:
    """Write a value beside a place, `offset` points away from it; grey and italic where none was found."""
    known: Any = {} if pd.notna(row["value"]) else {"color": MUTED, "style": "italic"}
    side = "left" if offset[0] > 0 else "right" if offset[0] < 0 else "center"
    ax.annotate(_text(row), at, offset, textcoords="offset points", **{"ha": side, "va": "center"} | known | look)


def _legend(ax: Axes, handles: Sequence[Any], names: Sequence[str]) -> None:
    """Names of the groups above the drawing, in their order."""
    ax.legend(handles, [wording.typographic(name) for name in names], loc="lower left", bbox_to_anchor=(0, 1.0))


def _signs(rows: Sequence[Row], doubtful: str = "*") -> tuple[str, ...]:
    meanings = {" *": f"{doubtful} : fiabilité faible.", " °": "° : petite base, de 30 à 99."}
    return tuple(meaning for sign, meaning in meanings.items() if any(sign in _text(row) for row in rows))


def _named(rows: Sequence[Row], name: str) -> list[str]:
    """Names of rows, each with its group when there are several."""
    names = [f"dont : {row['inline']}" if name == "label" and row.get("level") == 1 else str(row[name]) for row in rows]
    groups = [row.get("group") for row in rows]
    if len(set(groups)) < 2:
        return names
    return [f"{text} ({wording.lower_first(str(group))})" for text, group in zip(names, groups, strict=True)]


def _findings(rows: pd.DataFrame, groups: Sequence[str]) -> str:
    """What is found in each group, in words."""
    return " ".join(f"{group} : {wording.finding(rows[rows['group'] == group])}" for group in groups)


@_chart
def bars(result: Result, ax: Axes | None = None) -> Chart:
    """Horizontal bars of one distribution, in its own order; hatched and starred where the reliability is low.

    >>> from traite_lib import charts, open_edition
    >>> forms = open_edition("2022").distribution("form")
    >>> type(charts.bars(forms).ax).__name__
    'Axes'
    """
    return _bars(result, ax)


def _bars(result: Result, ax: Axes | None, kind: str = "Diagramme en barres", *, centred: bool = False) -> Chart:
    frame = levels(result.frame).loc[lambda rows: rows["unit"].isin(["percent", "count"]) | rows["value"].isna()]  # no change
    if len(frame) > MOST_BARS / 2:  # full tables: the broadest victims alone are drawn, their parts are in the table
        frame = frame[(parts := (frame[SUB_POPULATION] != ALL).sum(axis=1)) == parts.min()]
    twice = frame.duplicated(["population", *SUB_POPULATION, "variable", "category"], keep=False)
    frame = frame[(frame["unit"] == main_unit(frame)) | (frame["value"].isna() & ~twice)]
    if frame["value"].notna().sum() < 2 or len(frame) > MOST_BARS:  # one value is a sentence or a line of the table
        return NOTHING
    rows, values = records(frame), frame["value"].fillna(0).tolist()
    ax = _rows(ax, _named(rows, "label"), row=0.5 if centred else 0.34)
    thick = min(0.66, 0.25 * len(rows) * ax.figure.dpi / ax.bbox.height)  # a quarter of an inch where a label has many lines
    # A row is a place, not its label: seaborn would draw the mean of two rows of one label.
    sns.barplot(x=values, y=range(len(rows)), orient="h", native_scale=True, errorbar=None, width=thick,
                color=PALETTE[0], edgecolor=PALETTE[0], saturation=1, ax=ax)  # fmt: skip
    limit = _limit(ax, rows)
    drawn: list[Any] = sorted(ax.patches, key=lambda bar: bar.get_xy()[1])
    for n, (row, bar) in enumerate(zip(rows, drawn, strict=True)):
        if row["status"] == "U":
            bar.set(facecolor=PAPER, hatch=DOUBTFUL)
        if centred:
            bar.set_x((max(values) - values[n]) / 2)
        _write(ax, row, (bar.get_x() + values[n], n))
    ax.set_xlim(0, limit)
    ax.spines["left"].set_visible(not centred)
    ax.set(xlabel="", ylabel="")
    found = wording.finding(frame.assign(inline=_named(rows, "inline")))
    return Chart((ax,), result.only(frame), kind, found, _signs(rows, "* et hachures"))


@_chart
def stacked(result: Result, ax: Axes | None = None) -> Chart:
    """Shares stacked to 100 %, one bar a group; what was not found is left blank and said.

    >>> from traite_lib import charts, open_edition
    >>> len(charts.stacked(open_edition("2020").distribution("sex", by="form")).ax.containers)
    3
    """
    frame = result.frame[result.frame["unit"] == "percent"].sort_values("order", kind="stable")
    if frame["value"].notna().sum() < 2:
        return NOTHING
    drawn = frame[frame["value"].notna()]
    groups, codes = list(dict.fromkeys(result.frame["group"])), list(dict.fromkeys(drawn["category"]))
    names = [" / ".join(dict.fromkeys(frame.loc[frame["category"] == code, "label"])) for code in codes]
    ax = _rows(ax, groups, top=LEGEND * len(names) + 0.12, row=0.42)
    place = drawn["group"].map(groups.index)
    sns.histplot(y=place, weights=drawn["value"], hue=drawn["category"].map(dict(zip(codes, names, strict=True))), ax=ax,
                 hue_order=names[::-1], palette=PALETTE[: len(names)][::-1], multiple="stack", discrete=True, shrink=0.62,
                 alpha=1, edgecolor=PAPER)  # fmt: skip
    for bar in ax.patches:
        bar.set_hatch(HATCHES[PALETTE.index(to_hex(bar.get_facecolor()))])
    for n, group in enumerate(groups):
        left = 0.0
        for row in records(drawn[drawn["group"] == group]):
            if row["value"] > 2 + 2.3 * len(_text(row)):  # or its neighbour would be hidden
                _write(ax, row, (left + row["value"] / 2, n), (0, 0), size=8, bbox=BOX)
            left += row["value"]
    wholes = frame.groupby("group")["value"].sum()
    ax.set_xlim(0, max(100.0, float(wholes.max())))
    ax.set(xlabel="", ylabel="")
    looks = zip(PALETTE, HATCHES, strict=True)
    _legend(ax, [Patch(facecolor=colour, hatch=hatch, edgecolor=PAPER) for colour, hatch in looks][: len(names)], names)
    blank = ("Blanc : part non relevée.",) if (wholes < 98.5).any() and not wording.masked(frame) else ()
    signs = (*blank, *wording.masked(frame), *_signs(records(drawn)))
    return Chart((ax,), result.only(frame), "Barres empilées", _findings(frame, groups), signs)


@_chart
def timeline(result: Result, ax: Axes | None = None) -> Chart:
    """A series over editions: the line stops at each break; below, the number of responding associations of every edition.

    >>> from traite_lib import charts, open_edition
    >>> charts.timeline(open_edition("2022").series("form", "sexual")).kind
    'Série par année'
    """
    rows = records(result.frame)
    if len(rows) < 2:
        return NOTHING
    years, values = [int(row["reference_year"]) for row in rows], [float(row["value"]) for row in rows]
    joined = [(one, two) for one, two in pairwise(range(len(rows))) if rows[one]["segment"] == rows[two]["segment"]]
    lines = pd.DataFrame(
        [(years[n], values[n], piece, "jump" if years[pair[1]] > years[pair[0]] + 1 else "near")
         for piece, pair in enumerate(joined) for n in pair], columns=["year", "value", "piece", "kind"],
    )  # fmt: skip
    answering = {year: number for key, number in result.respondents.items() if years[0] <= (year := last_year(key)) <= years[-1]}
    ax = _axes(ax, 1.75 + (STRIP + ABOVE) * bool(answering), left=0.3, right=0.3, bottom=0.06 if answering else 0.25)
    _over_years(ax, range(years[0], years[-1] + 1), max(values) * 1.22)
    if not lines.empty:
        sns.lineplot(lines, x="year", y="value", units="piece", style="kind", estimator=None, errorbar=None, color=PALETTE[0],
                     dashes={"near": "", "jump": (3, 2)}, linewidth=1.8, legend=False, ax=ax)  # fmt: skip
    sns.scatterplot(x=years, y=values, s=38, zorder=3, legend=False, ax=ax)
    inside = [PAPER if row["status"] == "U" else PALETTE[0] for row in rows]
    ax.collections[-1].set(facecolor=inside, edgecolor=PALETTE[0], linewidth=1.4)
    for n, row in enumerate(rows):
        near = [values[one + two - n] for one, two in joined if n in (one, two)]
        low = bool(near) and sum(near) / len(near) > values[n]
        _write(ax, row, (years[n], values[n]), (0, -6 if low else 6), va="top" if low else "bottom")
    ax.set(xlabel="", ylabel="")
    if answering:
        _respondents(ax, answering)
    gaps = ("Tirets : années sans valeur.",) if (lines["kind"] == "jump").any() else ()
    broken = "La ligne s’interrompt aux ruptures de série. " if any(row["break_before"] for row in rows) else ""
    pairs = " ; ".join(f"{wording.spelt(row['period'])}, {wording.marked(row)}" for row in rows)
    return Chart((ax,), result, "Série par année", f"{broken}{pairs}.", (*gaps, *_signs(rows)))


def _over_years(ax: Axes, years: Sequence[int], highest: float) -> None:
    """No axis but years, from zero: values are written."""
    ax.set(yticks=[], xlim=(years[0] - 0.55, years[-1] + 0.55), ylim=(0, highest or 1))
    ax.set_xticks(years, [str(year) for year in years], size=9 if len(years) < 11 else 8)
    ax.spines["bottom"].set_visible(True)
    ax.spines["left"].set_visible(False)


def _respondents(ax: Axes, known: dict[int, int]) -> None:
    """Strip of bars in the lower part of a series: how many associations answered each year."""
    strip = make_axes_locatable(ax).append_axes("bottom", size=STRIP, pad=ABOVE)
    strip.set(xticks=[], yticks=[], xlim=ax.get_xlim())
    sns.barplot(x=list(known), y=list(known.values()), native_scale=True, errorbar=None, width=0.5, color=GRID, saturation=1,
                edgecolor=MUTED, linewidth=0.5, ax=strip)  # fmt: skip
    for year, number in known.items():
        strip.annotate(f"{number:.0f}", (year, number), (0, 2), textcoords="offset points", ha="center", size=8.5, color=MUTED)
    strip.set_title("Nombre d’associations répondantes", loc="left", size=8.5, color=MUTED, pad=13)
    strip.set(xlabel="", ylabel="")
    strip.spines[:].set_visible(False)


@_chart
def dumbbell(result: Result, ax: Axes | None = None) -> Chart:
    """Two groups on one line a modality: two populations, or two years.

    >>> from traite_lib import charts, open_edition, side_by_side
    >>> survey = open_edition("2020")
    >>> identified = survey.distribution("form", population="identified")
    >>> charts.dumbbell(side_by_side("Formes", Repérées=identified, Accompagnées=survey.distribution("form"))).kind
    'Comparaison de deux groupes'
    """
    frame = result.frame[result.frame["unit"] == "percent"]
    groups = list(dict.fromkeys(frame["group"])) if "group" in frame else []
    if len(groups) != 2 or frame["value"].notna().sum() < 2:
        return _bars(result, ax)
    frame = frame.sort_values("order", kind="stable")
    labels = list(dict.fromkeys(frame["label"]))
    ax = _rows(ax, labels, top=LEGEND * len(groups) + 0.12)
    drawn = frame.sort_values("group", key=lambda group: group.map(groups.index), kind="stable")  # the larger markers below
    sns.scatterplot(drawn, x="value", y=drawn["label"].map(labels.index), hue="group", style="group", size="group",
                    hue_order=groups, style_order=groups, size_order=groups, palette=PALETTE[:2], markers=MARKERS[:2],
                    sizes=[100, 40], zorder=3, edgecolor=PAPER, linewidth=0.6, ax=ax)  # fmt: skip
    for n, label in enumerate(labels):
        pair = records(frame[frame["label"] == label].sort_values("value"))
        found = [row for row in pair if pd.notna(row["value"])]
        ax.axhline(n, color=GRID, linewidth=0.6, zorder=0)
        if len(found) == 2:
            ax.hlines(n, found[0]["value"], found[1]["value"], color=GRID, linewidth=4, zorder=1)
        for side, row in enumerate(found):
            _write(ax, row, (row["value"], n), (-7, 0) if side == 0 and len(found) == 2 else (7, 0))
        if not found:
            _write(ax, pair[0], (0, n), bbox=BOX)
    ax.set_xlim(-0.25 * frame["value"].max(), 1.35 * frame["value"].max())
    ax.spines["left"].set_visible(False)
    ax.set(xlabel="", ylabel="")
    _legend(ax, ax.get_legend_handles_labels()[0], groups)
    signs = (*wording.masked(frame), *_signs(records(frame)))
    return Chart((ax,), result.only(frame), "Comparaison de deux groupes", _findings(frame, groups), signs)


@_chart
def pyramid(result: Result, ax: Axes | None = None, left: str = "Hommes", right: str = "Femmes") -> Chart:
    """Two modalities back to back, one row a group (an age pyramid when groups are ages).

    `left` and `right` are their labels; « Garçons » and « Filles » stand for minors.

    >>> from traite_lib import charts, open_edition
    >>> charts.pyramid(open_edition("2020").distribution("sex", by="form")).kind
    'Barres opposées'
    """
    frame = result.frame[result.frame["unit"] == "percent"]
    frame = frame.assign(side=frame["label"].replace({"Garçons": left, "Filles": right}))
    frame = frame[frame["side"].isin([left, right])]
    if not frame["value"].notna().any():
        return NOTHING
    groups, rows = list(dict.fromkeys(frame["group"])), records(frame)
    ax = _rows(ax, groups, top=0.3, row=0.42)
    signed = frame["value"].where(frame["side"] == right, -frame["value"])
    sns.barplot(x=signed, y=frame["group"].map(groups.index), hue=frame["side"], hue_order=[right, left], palette=PALETTE[:2],
                orient="h", native_scale=True, errorbar=None, dodge=False, width=0.64, saturation=1, edgecolor=PAPER,
                legend=False, ax=ax)  # fmt: skip
    for bar in ax.patches:
        bar.set_hatch(HATCHES[int(bar.get_x() < 0 or bar.get_width() < 0)])  # type: ignore[attr-defined]
    for row, value in zip(rows, signed, strict=True):
        sign = 1 if row["side"] == right else -1
        _write(ax, row, (value if pd.notna(value) else 0, groups.index(row["group"])), (4 * sign, 0))
    limit = _limit(ax, rows, 0.5)
    for sign, name in ((1, right), (-1, left)):
        ax.annotate(name, (0.5, 1), (6 * sign, 3), xycoords="axes fraction", textcoords="offset points", weight="bold",
                    ha="left" if sign > 0 else "right")  # fmt: skip
    ax.axvline(0, color=MUTED, linewidth=0.6)
    ax.set_xlim(-limit, limit)
    ax.spines["left"].set_visible(False)
    ax.set(xlabel="", ylabel="")
    return Chart((ax,), result.only(frame), "Barres opposées", _findings(frame, groups), _signs(rows))


@_chart
def small_multiples(result: Result, axes: Sequence[Axes] | None = None) -> Chart:
    """Small multiples: one Axes a modality, one line a group, each on its own scale from zero.

    >>> from traite_lib import charts, open_edition
    >>> recorded = open_edition("2022").small_multiples("offence", ("recorded_victims", "suspects"))
    >>> len(charts.small_multiples(recorded).axes) == recorded.frame["label"].nunique()
    True
    """
    frame = result.frame.sort_values("reference_year", kind="stable")
    labels, groups = (list(dict.fromkeys(result.frame[column])) for column in ("label", "group"))
    if axes is None:
        top, each = LEGEND * len(groups) + 0.5, 1.3
        figure = Figure(figsize=(WIDTH, top + each * len(labels)))
        axes = [*figure.subplots(len(labels), squeeze=False)[:, 0]]
        figure.subplots_adjust(0.08, 0.25 / (top + each * len(labels)), 0.92, 1 - top / (top + each * len(labels)), hspace=0.75)
    years = sorted({int(year) for year in frame["reference_year"]})
    for ax, label in zip(axes, labels, strict=True):
        rows = frame[frame["label"] == label]
        _over_years(ax, years, float(rows["value"].max()) * 1.3)
        sns.lineplot(rows.astype({"reference_year": int}), x="reference_year", y="value", hue="group", style="group",
                     hue_order=groups, style_order=groups, palette=PALETTE[: len(groups)], markers=MARKERS[: len(groups)],
                     dashes=False, errorbar=None, estimator=None, markersize=5.5, legend=ax is axes[0], ax=ax)  # fmt: skip
        ax.set_title("\n".join(textwrap.wrap(wording.typographic(label), 50)), loc="left", size=9, weight="bold", pad=12)
        ax.set(xlabel="", ylabel="")
        for row in _ends(rows):
            then = rows[rows["reference_year"] == row["reference_year"]]["value"]
            low = row["value"] < then.max()
            _write(ax, row, (row["reference_year"], row["value"]), (0, -6 if low else 6), va="top" if low else "bottom", size=8)
    axes[0].legend(*axes[0].get_legend_handles_labels(), loc="lower left", bbox_to_anchor=(0, 1.5))
    found = " ".join(_told(frame, label, group) for label, group in product(labels, groups))
    signs = ("Chaque case a sa propre échelle, à partir de zéro.", *_signs(records(frame)))
    return Chart(tuple(axes), result, "Séries par case", found, signs)


def _ends(rows: pd.DataFrame) -> list[Row]:
    """First and last row of each group: the values that are written."""
    parts = [records(rows[rows["group"] == group]) for group in dict.fromkeys(rows["group"])]
    return [row for part in parts for row in ([part[0], part[-1]] if len(part) > 1 else part)]


def _told(frame: pd.DataFrame, label: str, group: str) -> str:
    ends = _ends(frame[(frame["label"] == label) & (frame["group"] == group)])
    said = ", ".join(f"{wording.marked(row)} en {row['period']}" for row in ends)
    return f"{label}, {group} : {said or 'aucune valeur relevée'}."


@_chart
def funnel(result: Result, ax: Axes | None = None) -> Chart:
    """Numbers that narrow: identified, accompanied, exploited in France, whichever were found.

    >>> from traite_lib import charts, open_edition
    >>> charts.funnel(open_edition("2022").totals("identified", "accompanied")).kind
    'Entonnoir'
    """
    return _bars(result, ax, "Entonnoir", centred=True)


def __getattr__(name: str) -> Any:
    if name == "multiples":
        warn_renamed("charts.multiples", "charts.small_multiples")
        return small_multiples
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
