"""French charts: direct labels, colours that colour-blind readers tell apart, hatches and markers, and an alternative text.

Every chart takes `Result` objects and draws what they hold; an empty one draws nothing, its table says why. Each is drawn
twice: at the width of a slide, as PNG and SVG, and at the width of a phone, where the first would be too small to read.
"""

from __future__ import annotations

import base64
import functools
import io
import textwrap
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, NamedTuple, ParamSpec, cast

import pandas as pd
import seaborn as sns
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from ..analysis.shares import main_unit
from ..errors import TraiteError
from . import wording

if TYPE_CHECKING:
    from ..result import Result

DPI, ROW = 150, 0.36
"""Dots per inch, inches for one bar."""


@dataclass(frozen=True)
class Layout:
    """What depends on the width of a drawing: inches, then characters on one line of title, notes and row labels.

    `columns`: of a legend, and of small multiples. `scale`: of the texts that stand side by side on a time axis.
    """

    width: float
    title: int
    notes: int
    labels: int
    columns: int
    scale: float = 1.0


SLIDE = Layout(width=7.6, title=72, notes=122, labels=34, columns=2)
PHONE = Layout(width=4.3, title=38, notes=66, labels=19, columns=1, scale=0.8)
_layout: ContextVar[Layout] = ContextVar("layout", default=SLIDE)

INK, MUTED, GRID = "#1d1d1f", "#5f6368", "#d9dbe0"
PALETTE = ["#1f4e79", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#8c510a"]
"""Okabe-Ito hues, the first darkened so that text stands out on it: told apart by every kind of colour vision."""
HATCHES = ["", "//", "..", "\\\\", "xx", "--"]
MARKERS = ["o", "s", "^", "D"]
DOUBTFUL = "////"
INKS = ["#1f4e79", "#8a5a00", "#00664b", "#8f4a73", "#1c6ea4", "#8c510a"]
"""The palette, darkened for text."""

THEME: Any = sns.axes_style("white") | {"font.sans-serif": ["DejaVu Sans"], "hatch.linewidth": 0.6, "text.color": INK}
THEME |= {"axes.edgecolor": GRID, "font.size": 10, "svg.hashsalt": "traite", "svg.fonttype": "path"}
THEME |= {"text.hinting": "none"}  # hinting is for screens of 100 dpi, and slow


FIGURE = "application/vnd.traite.figure+json"
"""What a chart hands to the renderer beside its PNG: the SVG and the phone's PNG. No other program shows it."""


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
    def drawn(result: Result, *args: _Options.args, **options: _Options.kwargs) -> Chart:
        with rc_context(THEME):
            slide = draw(result, *args, **options)
            if slide is None:
                return NOTHING
            before = _layout.set(PHONE)
            try:
                phone = draw(result, *args, **options)
            finally:
                _layout.reset(before)
            assert phone is not None
            result, who = slide.result, wording.lower_first(slide.result.population)
            alt = f"{slide.kind}. {result.title}. Population : {who}. {slide.found}"
            caption = result.title if result.population == wording.EACH_LINE else f"{result.title} — {who}"
            return Chart(
                _png(slide.figure), _svg(slide.figure), _png(phone.figure), wording.typographic(alt), wording.typographic(caption)
            )

    return cast("Callable[Concatenate[Result, _Options], Chart]", drawn)


def _png(figure: Figure) -> bytes:
    """Image of a figure."""
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    drawn = Image.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba(), "raw", "RGBA", 0, 1)
    return _compressed(drawn.convert("RGB"))


def _svg(figure: Figure) -> str:
    """Drawing of a figure, the same at each run (no date, no random identifier)."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def _canvas(
    result: Result, plot: float, left: float, note: str = "", right: float = 0.75, below: float = 0.24
) -> tuple[Figure, Axes]:
    """A figure with a title, a plot of `plot` inches, and lines for population, notes and sources.

    Sizes are in inches and the figure grows with its text: nothing is ever cut or overlaps.
    """
    doubt = "* : fiabilité faible." if ((result.frame["status"] == "U") & result.frame["value"].notna()).any() else ""
    layout = _layout.get()
    lines = [line for text in [note, doubt, *result.lines] if text for line in _wrapped(text, layout.notes)]
    title = _wrapped(result.title, layout.title)
    top, bottom = 0.22 + 0.24 * len(title), below + 0.155 * len(lines)
    height = top + plot + bottom
    width = layout.width
    figure = Figure(figsize=(width, height), dpi=DPI)
    axes = figure.add_axes((left / width, bottom / height, (width - left - right) / width, plot / height))
    figure.text(0.1 / width, 1 - 0.1 / height, "\n".join(title), size=12, weight="bold", va="top", linespacing=1.3)
    figure.text(0.1 / width, 0.08 / height, "\n".join(lines), size=7.2, color=MUTED, va="bottom", linespacing=1.35)
    axes.tick_params(length=0, labelsize=9, labelcolor=INK)
    for side in ("top", "right", "bottom", "left"):
        axes.spines[side].set_visible(False)
    return figure, axes


def _wrapped(text: str, characters: int) -> list[str]:
    """A text cut into lines, where a French text may be cut."""
    return textwrap.wrap(wording.typographic(text), characters)


def _compressed(image: Image.Image) -> bytes:
    """PNG of 64 colours: flat colours and grey text need no more, and the page is three times lighter.

    The octree is six times faster than a median cut and as faithful, but for the background, which it makes a little grey.
    """
    reduced = image.quantize(64, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    palette = reduced.getpalette() or []
    background = int(reduced.getpixel((0, 0)))  # type: ignore[arg-type]  # an index into the palette
    palette[3 * background : 3 * background + 3] = image.getpixel((0, 0))  # type: ignore[assignment]
    reduced.putpalette(palette)
    buffer = io.BytesIO()
    reduced.save(buffer, format="png", compress_level=6)  # level 9 takes six times longer for 4 %
    return buffer.getvalue()


def _rows_axis(axes: Axes, labels: Sequence[str]) -> None:
    wrap = _layout.get().labels
    axes.set_yticks(range(len(labels)), ["\n".join(textwrap.wrap(label, wrap)) for label in labels], linespacing=1.05)
    axes.set_ylim(len(labels) - 0.45, -0.55)
    axes.set_xticks([])
    axes.axvline(0, color=MUTED, linewidth=0.8)


def _text(row: pd.Series) -> str:
    """Value of a row as it is written on a chart; a star marks a low reliability."""
    return f"{row['text']} *" if row["status"] == "U" and pd.notna(row["value"]) else str(row["text"])


def _write(axes: Axes, text: str, at: tuple[float, float], offset: tuple[float, float], **look: Any) -> None:
    """A value beside its bar or marker, `offset` points away from it."""
    side = "left" if offset[0] > 0 else "right" if offset[0] < 0 else "center"
    look = {"ha": side, "va": "center" if offset[0] else "bottom", "size": 8.5} | look
    axes.annotate(text, at, xytext=offset, textcoords="offset points", **look)


def _known(row: pd.Series) -> dict[str, str]:
    """Look of a value: grey and italic where none was found."""
    return {"color": INK} if pd.notna(row["value"]) else {"color": MUTED, "style": "italic"}


def _row(labels: Sequence[str]) -> float:
    """Inches that one row needs for its label."""
    wrap = _layout.get().labels
    return max(ROW, 0.15 + 0.15 * max(len(textwrap.wrap(label, wrap)) for label in labels))


def _left(labels: Sequence[str]) -> float:
    """Inches that row labels need."""
    wrap = _layout.get().labels
    longest = max((len(line) for label in labels for line in textwrap.wrap(label, wrap)), default=0)
    return 0.3 + 0.076 * max(longest, 8)


def _labels(rows: pd.DataFrame) -> list[str]:
    """Label of each bar, with its group when there are several."""
    names = [f"dont : {row['inline']}" if row.get("level") == 1 else str(row["label"]) for _, row in rows.iterrows()]
    if "group" not in rows or rows["group"].nunique() < 2:
        return names
    return [f"{name} ({wording.lower_first(group)})" for name, group in zip(names, rows["group"], strict=True)]


def _legend(axes: Axes, names: Sequence[str], markers: bool = False) -> None:
    """Names above the plot, each with its colour and its marker or hatch."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Line2D] | list[Patch]
    if markers:
        handles = [Line2D([], [], color=PALETTE[n], marker=MARKERS[n], label=name) for n, name in enumerate(names)]
    else:
        handles = [Patch(facecolor=PALETTE[n], hatch=HATCHES[n], edgecolor="white", label=name) for n, name in enumerate(names)]
    axes.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(0, 1.0), ncols=_layout.get().columns, frameon=False, fontsize=8.5,
        borderaxespad=0.1, handlelength=1.6, columnspacing=1.2,
    )  # fmt: skip


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
    figure, axes = _canvas(result, _row(labels) * max(len(rows), 2), _left(labels), right=1.35)
    for n, (_, row) in enumerate(rows.iterrows()):
        known = pd.notna(row["value"])
        if known:
            look: Any = {"hatch": DOUBTFUL, "facecolor": "white"} if row["status"] == "U" else {"facecolor": PALETTE[0]}
            axes.barh(n, row["value"], height=0.66, edgecolor=PALETTE[0], **look)
        _write(axes, _text(row), (row["value"] if known else 0, n), (5, 0), size=9, **_known(row))
    axes.set_xlim(0, 100 if unit == "percent" else rows["value"].max() * 1.02)
    _rows_axis(axes, labels)
    return Drawing(figure, result, "Diagramme en barres", wording.finding(rows))


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
    plot, deep = max(0.44, _row(groups)) * len(groups), 0.22 * -(-len(categories) // _layout.get().columns)
    figure, axes = _canvas(result, plot + deep, _left(groups), note, right=0.3)
    axes.set_position(_lowered(axes, plot / (plot + deep)))
    for n, group in enumerate(groups):
        left = 0.0
        for _, row in rows[(rows["group"] == group) & rows["value"].notna()].iterrows():
            k = categories.index(row["category"]) % len(PALETTE)
            axes.barh(
                n, row["value"], left=left, height=0.62, color=PALETTE[k], hatch=HATCHES[k], edgecolor="white", linewidth=0.8
            )
            if row["value"] >= 5:
                box = {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.9}
                axes.text(left + row["value"] / 2, n, _text(row), ha="center", va="center", size=8, bbox=box)
            left += row["value"]
        axes.barh(n, 100, height=0.62, facecolor="none", edgecolor=MUTED, linewidth=0.6)
    axes.set_xlim(0, max(100.0, float(whole.max())))
    _rows_axis(axes, groups)
    _legend(axes, names)
    found = " ".join(f"{group} : {wording.finding(rows[rows['group'] == group])}" for group in groups)
    return Drawing(figure, result, "Barres empilées", found)


def _lowered(axes: Axes, share: float) -> tuple[float, float, float, float]:
    """Position of axes that leave the top of their place to a legend."""
    box = axes.get_position()
    return (box.x0, box.y0, box.width, box.height * share)


@_chart
def timeline(result: Result) -> Drawing | None:
    """A series over editions: the line stops at each break; below, the number of responding associations."""
    if not result:
        return None
    rows = result.frame.assign(year=result.frame["reference_year"].astype(int))
    survey = rows["respondents"].notna().any()
    note = "Trait vertical pointillé : rupture de série. Tirets : années sans valeur."
    scale = _layout.get().scale
    figure, axes = _canvas(result, 2.75 if survey else 2.1, 0.55 * scale**2, note, right=0.45 * scale**2, below=0.42)
    if survey:
        axes.set_position(_raised(axes, 0.72))
    top = float(rows["value"].max()) * 1.2
    for n in range(1, len(rows)):
        pair = rows.iloc[n - 1 : n + 1]
        if pair["segment"].nunique() == 1:
            style = "-" if pair["year"].diff().iloc[1] == 1 else (0, (4, 3))
            axes.plot(
                pair["year"], pair["value"], color=PALETTE[0], linewidth=2 if style == "-" else 1.2, linestyle=style, zorder=2
            )
    for _, row in rows.iterrows():
        fill = "white" if row["status"] == "U" else PALETTE[0]
        axes.plot(
            row["year"], row["value"], marker="o", markersize=6.5, markerfacecolor=fill, markeredgecolor=PALETTE[0], zorder=3
        )
        _write(axes, _text(row), (row["year"], row["value"]), (0, 7), size=8.5 * scale)
    for n in range(1, len(rows)):
        if rows["break_before"].iloc[n]:
            axes.axvline((rows["year"].iloc[n - 1] + rows["year"].iloc[n]) / 2, color=MUTED, linestyle=":", linewidth=1.1)
    years = list(range(int(rows["year"].min()), int(rows["year"].max()) + 1))
    axes.set(ylim=(0, top), xlim=(years[0] - 0.5, years[-1] + 0.5), yticks=[])
    axes.axhline(0, color=MUTED, linewidth=0.8)
    axes.set_xticks(years, [str(year) for year in years], size=9 * scale)
    if survey:
        _respondents(figure, axes, rows)
    pairs = " ; ".join(f"{row['period']}, {row['text']}" for _, row in rows.iterrows())
    broken = "La ligne s’interrompt aux ruptures de série. " if rows["break_before"].any() else ""
    return Drawing(figure, result, "Série par année", f"{broken}{pairs}.")


def _raised(axes: Axes, share: float) -> tuple[float, float, float, float]:
    """Position of axes that leave the bottom of their place to another plot."""
    box = axes.get_position()
    return (box.x0, box.y0 + box.height * (1 - share), box.width, box.height * share)


def _respondents(figure: Figure, axes: Axes, rows: pd.DataFrame) -> None:
    """Strip of bars below a series: how many associations answered each year."""
    box = axes.get_position()
    known = rows.dropna(subset=["respondents"])
    height = figure.get_figheight()
    strip = figure.add_axes((box.x0, box.y0 - 0.74 / height, box.width, 0.3 / height), sharex=axes)
    strip.bar(known["year"], known["respondents"].astype(float), width=0.5, color=GRID, edgecolor=MUTED, linewidth=0.5)
    for year, value in zip(known["year"], known["respondents"], strict=True):
        _write(strip, f"{int(value)}", (year, value), (0, 2), size=7.5, color=MUTED)
    strip.set_ylim(0, float(known["respondents"].astype(float).max()) * 1.05)
    strip.set_axis_off()
    strip.text(0, -0.12, "Nombre d’associations répondantes", transform=strip.transAxes, size=7.5, color=MUTED, va="top")


@_chart
def dumbbell(result: Result) -> Drawing | None:
    """Two groups on one line a modality: two populations, or two years."""
    rows = result.frame[result.frame["unit"] == "percent"] if result else result.frame
    groups = list(dict.fromkeys(rows["group"])) if not rows.empty else []
    if len(groups) != 2:
        return _drawn_bars(result) if result else None
    rows = rows.sort_values("order", kind="stable")
    labels = list(dict.fromkeys(rows["label"]))
    plot = max(0.42, _row(labels)) * max(len(labels), 2)
    deep = 0.08 + 0.22 * -(-len(groups) // _layout.get().columns)
    figure, axes = _canvas(result, plot + deep, _left(labels), right=0.7)
    axes.set_position(_lowered(axes, plot / (plot + deep)))
    for n, label in enumerate(labels):
        pair = rows[(rows["label"] == label) & rows["value"].notna()].sort_values("value")
        axes.axhline(n, color=GRID, linewidth=0.6, zorder=0)
        if len(pair) == 2:
            axes.plot(pair["value"], [n, n], color=GRID, linewidth=5, zorder=1, solid_capstyle="round")
        elif pair.empty:
            why = wording.listed(dict.fromkeys(rows.loc[rows["label"] == label, "text"]))
            axes.text(1, n, why, va="center", size=8.5, style="italic", color=MUTED, backgroundcolor="white")
        for side, (_, row) in enumerate(pair.iterrows()):
            k = groups.index(row["group"])
            axes.plot(row["value"], n, marker=MARKERS[k], color=PALETTE[k], markersize=9, zorder=2, linestyle="")
            outward = -1 if side == 0 and len(pair) == 2 else 1
            _write(axes, _text(row), (row["value"], n), (9 * outward, 0))
    axes.set_xlim(-14, 104)
    _rows_axis(axes, labels)
    axes.lines[-1].set_visible(False)
    _legend(axes, groups, markers=True)
    found = " ".join(f"{group} : {wording.finding(rows[rows['group'] == group])}" for group in groups)
    return Drawing(figure, result, "Comparaison de deux groupes", found)


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
    plot = max(0.44, _row(groups)) * max(len(groups), 2)
    figure, axes = _canvas(result, plot + 0.25, _left(groups), right=0.45)
    axes.set_position(_lowered(axes, plot / (plot + 0.25)))
    for _, row in rows.iterrows():
        n, k = groups.index(row["group"]), [right, left].index(row["side"])
        sign, known = (1, -1)[k], pd.notna(row["value"])
        if known:
            axes.barh(n, sign * row["value"], height=0.64, color=PALETTE[k], hatch=HATCHES[k], edgecolor="white")
        _write(axes, _text(row), (sign * row["value"] if known else 0, n), (4 * sign, 0), **_known(row))
    axes.set_xlim(-118, 118)
    _rows_axis(axes, groups)
    for sign, name in ((1, right), (-1, left)):
        axes.text(sign * 4, -0.62, name, ha="left" if sign > 0 else "right", va="bottom", size=9, weight="bold")
    found = " ".join(f"{group} : {wording.finding(rows[rows['group'] == group])}" for group in groups)
    return Drawing(figure, result, "Barres opposées", found)


@_chart
def multiples(result: Result) -> Drawing | None:
    """Small multiples: one panel a modality, one line a group, each panel on its own scale from zero."""
    if not result:
        return None
    rows = result.frame.assign(year=result.frame["reference_year"].astype(int))
    labels, groups = list(dict.fromkeys(rows["label"])), list(dict.fromkeys(rows["group"]))
    columns = _layout.get().columns
    lines = -(-len(labels) // columns)
    panel, deep = 1.55, 0.08 + 0.22 * -(-len(groups) // columns)
    figure, frame = _canvas(result, panel * lines + deep, 0.2, "Chaque case a sa propre échelle, à partir de zéro.", right=0.2)
    frame.set_axis_off()
    frame.set_position(_lowered(frame, 1 - (deep - 0.08) / figure.get_figheight()))
    _legend(frame, groups, markers=True)
    box, height = frame.get_position(), figure.get_figheight()
    for n, label in enumerate(labels):
        x = box.x0 + (n % columns) * box.width / columns + 0.02
        y = box.y1 - panel * (n // columns + 1) / height
        axes = figure.add_axes((x, y, box.width / columns - 0.05, (panel - 0.62) / height))
        axes.set_title("\n".join(textwrap.wrap(label, 44)), size=9, loc="left", weight="bold", pad=5)
        _panel(axes, rows[rows["label"] == label], groups)
    found = " ".join(
        f"{label}, {group} : {_ends(rows[(rows['label'] == label) & (rows['group'] == group)])}"
        for label in labels
        for group in groups
    )
    return Drawing(figure, result, "Séries par case", found)


def _panel(axes: Axes, rows: pd.DataFrame, groups: Sequence[str]) -> None:
    look: Any = {"palette": PALETTE[: len(groups)], "markers": MARKERS[: len(groups)], "dashes": False, "legend": False}
    look |= {"hue": "group", "hue_order": groups, "style": "group", "style_order": groups, "markersize": 5, "markeredgewidth": 0}
    sns.lineplot(rows, x="year", y="value", ax=axes, **look)
    top = float(rows["value"].max()) * 1.35
    ends = {int(rows["year"].min()), int(rows["year"].max())}
    for year in ends:
        then = rows[rows["year"] == year].sort_values("value", ascending=False)
        for place, (_, row) in enumerate(then.iterrows()):
            color = INKS[list(groups).index(row["group"])]
            above = place == 0
            _write(
                axes,
                _text(row),
                (year, row["value"]),
                (0, 5 if above else -5),
                va="bottom" if above else "top",
                size=7.5,
                color=color,
            )
    low = -0.18 * top if rows["value"].min() < 0.25 * top else 0
    axes.set(ylim=(low, top), yticks=[], xlabel="", ylabel="", xlim=(min(ends) - 0.7, max(ends) + 0.7))
    axes.set_xticks(sorted(set(rows["year"])), [str(year) for year in sorted(set(rows["year"]))])
    axes.tick_params(length=0, labelsize=7.5)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)


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
    figure, axes = _canvas(result, max(0.5, _row(labels)) * len(labels), _left(labels), right=0.3)
    widest = float(result.frame["value"].max())
    for n, (_, row) in enumerate(result.frame.iterrows()):
        axes.barh(n, row["value"], left=(widest - row["value"]) / 2, height=0.7, color=PALETTE[0])
        inside = row["value"] > widest * 0.2
        at, offset = ((widest / 2, n), (0, 0)) if inside else (((widest + row["value"]) / 2, n), (6, 0))
        _write(axes, row["text"], at, offset, va="center", size=10, weight="bold", color="white" if inside else INK)
    axes.set_xlim(0, widest)
    _rows_axis(axes, labels)
    axes.lines[-1].set_visible(False)
    return Drawing(figure, result, "Entonnoir", wording.finding(result.frame))
