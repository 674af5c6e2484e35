"""Charts: what is drawn is what the result says, on Axes that anyone may go on with, in words that stay words."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
import pytest
from conftest import ROOT
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from traite_lib import Result, Survey, TraiteError, charts, open_edition, side_by_side
from traite_lib.presentation.chart import PALETTE
from traite_lib.presentation.text import FIGURE, IMAGES
from traite_lib.presentation.wording import notes_of


def forms(survey: Survey) -> Result:
    return side_by_side(
        "Formes", Repérées=survey.distribution("form", population="identified"), Accompagnées=survey.distribution("form")
    )


DRAWINGS: list[tuple[Callable[..., charts.Chart], Callable[[Survey], Result], int, str]] = [
    (charts.bars, lambda s: s.distribution("form"), 2022, "exploitation sexuelle, 76"),
    (charts.bars, lambda s: s.distribution("nationality"), 2015, "nigériane, 49"),
    (charts.bars, lambda s: s.statistics("housing", title="Hébergement"), 2024, "fiabilité faible"),
    (charts.stacked, lambda s: s.distribution("sex", by="form"), 2020, "femmes, 87"),
    (charts.pyramid, lambda s: s.distribution("sex", by="form"), 2020, "femmes, 87"),
    (charts.timeline, lambda s: s.series("form", "sexual"), 2022, "2015, 81"),
    (charts.timeline, lambda s: s.series("total", population="identified", unit="count"), 2022, "2019, 6"),
    (charts.dumbbell, forms, 2020, "exploitation sexuelle, 68"),
    (charts.funnel, lambda s: s.totals("identified", "accompanied"), 2022, "4\u202f363"),
    (
        charts.small_multiples,
        lambda s: s.small_multiples("offence", ("recorded_victims", "suspects")),
        2022,
        "1\u202f439 en 2016",
    ),
]
every_chart = pytest.mark.parametrize(
    ("draw", "ask", "edition", "said"), DRAWINGS, ids=lambda value: getattr(value, "__name__", "")
)


@every_chart
def test_a_chart_is_axes_and_one_drawing_whose_text_is_text(
    draw: Callable[..., charts.Chart], ask: Callable[[Survey], Result], edition: int, said: str
) -> None:
    result, before = ask(open_edition(edition)), dict(mpl.rcParams)
    chart = draw(result)
    assert all(isinstance(ax, Axes) for ax in chart.axes)
    assert isinstance(chart.figure, Figure)
    data, about = chart._repr_mimebundle_()
    assert dict(mpl.rcParams) == before, "the theme of the user is left alone"
    words, svg = about["image/svg+xml"], str(data["image/svg+xml"])
    assert isinstance(words, dict)
    assert said in words["alt"]
    assert f"<desc>{words['alt']}</desc>" in svg.replace("&#39;", "'")
    assert "Date" not in svg
    assert svg == draw(result).svg, "the same numbers give the same bytes"
    written = re.sub(r"<[^>]+>", "", " ".join(re.findall(r"<text.*?</text>", svg, re.DOTALL)))
    assert chart.result is not None
    if draw not in (charts.small_multiples, charts.stacked):  # ends of lines, and bars that hold their value
        for text in chart.result.frame["text"][chart.result.frame["value"].notna()]:
            assert text in written


def numbers(chart: charts.Chart) -> Iterator[float]:
    """What is drawn, in the units of the data."""
    for ax in chart.axes:
        for bar in ax.patches:
            yield abs(bar.get_width())  # type: ignore[attr-defined]
        for points in ax.collections:
            for across, up in points.get_offsets():  # type: ignore[union-attr]
                yield float(across if chart.kind.startswith("Comparaison") else up)
        for line in ax.lines:
            yield from map(float, line.get_ydata())  # type: ignore[arg-type]


@every_chart
def test_what_is_drawn_is_what_the_result_says(
    draw: Callable[..., charts.Chart], ask: Callable[[Survey], Result], edition: int, said: str
) -> None:
    result = ask(open_edition(edition))
    shuffled = replace(result, frame=result.frame.set_axis([7] * len(result.frame)))  # rows of several results share their index
    for asked in (result, shuffled):
        chart = draw(asked)
        assert chart.result is not None
        values = chart.result.frame.dropna(subset="value")["value"]
        if draw is charts.pyramid:
            values = values[chart.result.frame["label"].isin(["Femmes", "Hommes"])]
        drawn = {round(number, 6) for number in numbers(chart)}
        assert set(values.round(6)) <= drawn


def test_each_bar_stands_on_the_row_of_its_label_and_has_the_colour_of_its_legend() -> None:
    result = open_edition(2020).distribution("sex", by="form")
    ax = charts.stacked(result).ax
    legend = ax.get_legend()
    assert legend is not None
    colours = {to_hex(p.get_facecolor()): t.get_text() for p, t in zip(legend.get_patches(), legend.get_texts(), strict=True)}
    rows = [label.get_text().replace("\n", " ") for label in ax.get_yticklabels()]
    drawn = {
        (rows[round(bar.get_y() + bar.get_height() / 2)], colours[to_hex(bar.get_facecolor())]): round(bar.get_width(), 6)  # type: ignore[attr-defined]
        for bar in ax.patches
        if bar.get_width()  # type: ignore[attr-defined]
    }
    known = result.frame.dropna(subset="value")
    assert drawn == {(row["group"], row["label"]): row["value"] for _, row in known.iterrows()}


def test_each_share_of_a_pyramid_is_on_the_side_of_its_sex_and_the_row_of_its_group() -> None:
    result = open_edition(2020).distribution("sex", by="form")
    shuffled = replace(result, frame=result.frame.set_axis([7] * len(result.frame)))  # what once put men's shares on women's side
    for asked in (result, shuffled):
        ax = charts.pyramid(asked).ax
        groups = list(dict.fromkeys(result.frame["group"]))
        drawn = {
            (groups[round(bar.get_y() + bar.get_height() / 2)], to_hex(bar.get_facecolor())): round(bar.get_width(), 6)  # type: ignore[attr-defined]
            for bar in ax.patches
            if bar.get_width()  # type: ignore[attr-defined]
        }
        sides = {"Femmes": (PALETTE[0], 1), "Hommes": (PALETTE[1], -1)}
        known = result.frame[result.frame["label"].isin(sides)].dropna(subset="value")
        expected = {(row["group"], sides[row["label"]][0]): sides[row["label"]][1] * row["value"] for _, row in known.iterrows()}
        assert drawn == expected


def test_each_marker_of_a_dumbbell_is_on_the_row_of_its_label_in_the_colour_of_its_group() -> None:
    result = forms(open_edition(2020))
    shuffled = replace(result, frame=result.frame.set_axis([7] * len(result.frame)))
    frame = result.frame[result.frame["unit"] == "percent"].sort_values("order", kind="stable")
    labels, groups = list(dict.fromkeys(frame["label"])), list(dict.fromkeys(frame["group"]))
    known = frame.dropna(subset="value")
    expected = {(row["label"], row["value"], PALETTE[groups.index(row["group"])]) for _, row in known.iterrows()}
    for asked in (result, shuffled):
        points = next(found for found in charts.dumbbell(asked).ax.collections if isinstance(found, PathCollection))
        colours = [to_hex(colour) for colour in points.get_facecolor()]  # type: ignore[union-attr]
        places = [(across, up) for across, up in points.get_offsets() if across == across]  # type: ignore[union-attr]
        drawn = {(labels[round(up)], round(across, 6), colour) for (across, up), colour in zip(places, colours, strict=True)}
        assert drawn == expected
        sizes = dict(zip(colours, points.get_sizes(), strict=True))  # type: ignore[union-attr]
        assert len(set(sizes.values())) == 2, "two shares that are the same are two markers, one seen in the other"
        assert list(points.get_sizes()) == sorted(points.get_sizes(), reverse=True), "the larger ones are below"  # type: ignore[union-attr]


def test_a_share_whose_base_was_published_says_it_beside_its_chart() -> None:
    survey = open_edition(2022)
    place = survey.series("accompanied", "yes", population="identified")
    assert re.search(r"^Bases.: 2019, 6\u202f457.; 2020, 3\u202f489.;", charts.timeline(place).words["notes"][0])
    unknown = charts.bars(survey.distribution("form")).words["notes"]
    assert not any(note.startswith(("Base\u00a0:", "Bases")) for note in unknown)
    assert any(note.startswith("Base non publiée") for note in unknown)


def test_a_base_that_some_shares_alone_have_is_not_said_to_be_missing_for_all() -> None:
    form = open_edition(2022).distribution("form")
    assert "Base non publiée : chaque part porte" in " ".join(form.lines)
    some = replace(form, frame=form.frame.assign(base=[2249, *form.frame["base"][1:]]))
    assert "Base non publiée :" not in " ".join(some.lines)
    assert "Là où la base n’est pas publiée, la part porte" in " ".join(some.lines)


def texts_of(figure: Figure) -> list[tuple[str, Any]]:
    FigureCanvasAgg(figure).draw()  # type: ignore[no-untyped-call]
    found = [text for text in figure.findobj(Text) if isinstance(text, Text) and text.get_visible() and text.get_text().strip()]
    return [(text.get_text(), text.get_window_extent()) for text in found]


@every_chart
def test_no_text_of_a_chart_is_cut_or_covers_another(
    draw: Callable[..., charts.Chart], ask: Callable[[Survey], Result], edition: int, said: str
) -> None:
    figure = draw(ask(open_edition(edition))).figure
    texts = texts_of(figure)
    assert len(texts) >= 4
    width, height = figure.bbox.width, figure.bbox.height
    for text, box in texts:
        assert min(box.x0, box.y0, width - box.x1, height - box.y1) >= -1, f"{text} is cut"
    for (one, a), (two, b) in combinations(texts, 2):
        shared = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        assert min(shared) < 2, f"{one} covers {two}"


def test_a_small_base_is_a_sign_that_is_explained_and_covers_nothing() -> None:
    result = open_edition(2020).distribution("sex", by="form")
    small = replace(
        result, frame=result.frame.assign(text=result.frame["text"].where(result.frame["value"].isna(), "37 % (petite base)"))
    )
    for draw in (charts.pyramid, charts.stacked, charts.bars):
        chart = draw(small)
        texts = texts_of(chart.figure)
        assert any(text.startswith("37 % °") for text, _ in texts)
        assert "° : petite base, de 30 à 99." in chart.signs
        assert "petite base" in chart.alt
        for (one, a), (two, b) in combinations(texts, 2):
            assert min(min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)) < 2, f"{one} covers {two}"


def test_a_line_stops_at_a_break_and_is_dashed_over_years_without_a_value() -> None:
    result = open_edition(2022).series("form", "sexual")
    chart = charts.timeline(result)
    segments = {int(row["reference_year"]): row["segment"] for _, row in result.frame.iterrows()}
    assert len(set(segments.values())) > 1
    lines = [[int(year) for year in line.get_xdata()] for line in chart.ax.lines]  # type: ignore[union-attr]
    assert lines
    for line, drawn in zip(chart.ax.lines, lines, strict=True):
        assert len({segments[year] for year in drawn}) == 1, "a line goes over a break"
        assert (line.get_linestyle() == "-") == (drawn[1] == drawn[0] + 1), "a year without a value is on a full line"
    assert ("Tirets : années sans valeur." in chart.signs) == any(b > a + 1 for a, b in lines)


def test_signs_are_explained_where_they_are_drawn_only() -> None:
    for edition in ("2015", "2020", "2022", "2024"):
        for variable in ("form", "sex", "age", "housing", "nationality"):
            survey = open_edition(edition)
            for chart in (charts.bars(survey.distribution(variable)), charts.timeline(survey.series("sex", "women"))):
                if chart:
                    written = [text for text, _ in texts_of(chart.figure)]
                    assert any(text.endswith(" *") for text in written) == any(
                        sign.endswith(" : fiabilité faible.") for sign in chart.signs
                    )


def test_a_hidden_value_is_explained_where_one_is_drawn_only() -> None:
    survey, found = open_edition("demo2022"), set()
    for variables in (["housing"], ["violence", "pregnancy", "addiction"], ["form"], ["nationality"]):
        for result in (survey.statistics(*variables, title="Titre"), survey.distribution(variables[0])):
            if (chart := charts.bars(result)) and chart.result:
                drawn = any("[s]" in text for text, _ in texts_of(chart.figure))
                found.add(drawn)
                assert drawn == any(note.startswith("[s]") for note in chart.result.notes)
    assert found == {True, False}


def test_the_strip_shows_the_respondents_of_every_edition_of_the_line() -> None:
    result = open_edition(2022).series("form", "sexual")
    _, strip = charts.timeline(result).figure.axes
    assert {round(bar.get_x() + bar.get_width() / 2): bar.get_height() for bar in strip.patches} == {  # type: ignore[attr-defined]
        int(year): number for year, number in result.respondents.items()
    }


def test_a_population_that_all_bars_share_is_said_as_it_is() -> None:
    survey = open_edition("2022")
    mine = [survey.distribution("region"), survey.distribution("nationality")]
    words = charts.bars(survey.statistics("region", "nationality", "countries", title="Origines", but=mine)).words
    assert words["population"] == (
        "Population\u00a0: victimes d’exploitation sexuelle accompagnées et exploitées au moins en partie en France."
    )


def test_a_legend_names_what_is_drawn() -> None:
    sexes = open_edition("2022").distribution("sex", by="age")
    chart = charts.stacked(sexes)
    legend = chart.ax.get_legend()
    assert legend is not None
    known = sexes.frame[sexes.frame["value"].notna() & (sexes.frame["unit"] == "percent")]
    assert len(legend.get_texts()) == known["category"].nunique() == len(chart.ax.containers)


def test_respondents_are_not_drawn_beside_themselves() -> None:
    survey = open_edition("2022")
    assert len(charts.timeline(survey.series("total", unit="count", population="associations")).figure.axes) == 1
    assert len(charts.timeline(survey.series("total", unit="count", population="accompanied")).figure.axes) == 2


def test_a_chart_cites_what_it_draws_only() -> None:
    result = open_edition(2022).distribution("form")
    other = result.frame.iloc[[0]].assign(variable="change_total", unit="percent", publisher="Ailleurs", note="D’ailleurs.")
    frame = pd.concat([result.frame, other])
    mixed = replace(result, frame=frame, notes=(*result.notes, *notes_of(frame)))
    assert "ailleurs" in " ".join(mixed.lines)
    said = " ".join(charts.bars(mixed).words["notes"])
    assert "ailleurs" not in said.lower()
    assert "Ministère" in said


def test_a_researcher_draws_two_charts_on_one_figure_restyles_and_saves_them(tmp_path: Path) -> None:
    survey = open_edition(2022)
    figure = Figure(figsize=(9, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    one, two = charts.bars(survey.distribution("form"), ax=left), charts.bars(survey.distribution("age"), ax=right)
    assert (one.ax, two.ax, one.figure) == (left, right, figure)
    one.ax.set_title("Mon titre")
    assert "Mon titre" in one.svg
    figure.savefig(tmp_path / "two.png")


def test_a_saved_chart_holds_its_title_population_notes_and_sources(tmp_path: Path) -> None:
    chart = charts.bars(open_edition(2015).distribution("nationality"))
    before, words = chart.svg, chart.words
    svg = chart.save(tmp_path / "a.svg").read_text(encoding="utf-8")
    shown = " ".join(re.sub(r"<[^>]+>", " ", svg).split())
    for text in (words["title"], words["subject"], *words["notes"]):
        assert "".join(text.split()) in "".join(shown.replace("&#39;", "'").split())
    assert Image.open(chart.save(tmp_path / "a.png")).width > 1200
    assert chart.svg == before, "the chart is as it was"
    for suffix in (".svg", ".png"):  # of a chart drawn anew too: `traite verify` compares bytes
        again = charts.bars(open_edition(2015).distribution("nationality")).save(tmp_path / f"b{suffix}")
        assert again.read_bytes() == (tmp_path / f"a{suffix}").read_bytes()


def test_a_chart_hands_its_rows_and_its_images_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    chart = charts.bars(open_edition(2022).distribution("form"))
    files = chart._repr_mimebundle_()[0][FIGURE]
    assert isinstance(files, dict)
    assert list(files) == [".csv", ".json"]
    about = json.loads(files[".json"])
    assert about["unit"] == ["percent"]
    assert about["sources"]
    assert about["rows"] == files[".csv"].count("\n") - 1
    monkeypatch.setenv(IMAGES, "1")
    assert list(chart._repr_mimebundle_()[0][FIGURE]) == [".csv", ".json", ".png", ".svg"]  # type: ignore[call-overload]


def test_a_finding_is_a_title_only_when_it_is_sure() -> None:
    sure = open_edition(2022).distribution("form")
    assert sure.message.startswith("En 2022, 76\u00a0% des victimes")
    for edition in (2015, 2018, 2019, 2020, 2021, 2022, 2023, 2024):
        for variable in ("form", "sex", "age", "region", "nationality", "housing", "complaint", "exploiter"):
            result = open_edition(edition).distribution(variable)
            if result.message:
                largest = result.frame[result.frame["unit"] == "percent"].dropna(subset="value").sort_values("value").iloc[-1]
                drawn = charts.bars(result)
                assert (drawn.words["title"] == result.message) == (drawn.result.frame["unit"] == "percent").all()  # type: ignore[union-attr]
                assert (largest["status"], largest["note"], largest["bound"]) == ("A", "", "")
                assert largest["text"] in result.message
                assert largest["who"] in result.message


@pytest.mark.parametrize(
    ("edition", "code", "said"),
    [
        ("2022", "begging", "Part des victimes qui ont été contraintes à mendier"),  # as this edition says it
        ("2024", "begging", "Part des victimes qui ont subi une exploitation de la mendicité forcée"),
        ("2022", "sexual", "Part des victimes qui ont subi une exploitation sexuelle"),
    ],
)
def test_shares_over_time_are_titled_by_what_they_are_shares_of(edition: str, code: str, said: str) -> None:
    survey = open_edition(edition)
    drawn = charts.timeline(survey.series("form", code))
    assert drawn.words["title"] == said  # type: ignore[union-attr]
    assert drawn.words["subject"].startswith("Forme d’exploitation\u00a0: ")  # type: ignore[union-attr]
    assert not survey.series("total").message  # numbers are no shares
    assert not survey.series("accompanied", population="identified").message  # its own title says it


def test_an_empty_result_draws_nothing() -> None:
    empty = open_edition(2022).distribution("exploiter")
    drawing = (
        charts.bars,
        charts.stacked,
        charts.timeline,
        charts.dumbbell,
        charts.pyramid,
        charts.small_multiples,
        charts.funnel,
    )
    for draw in drawing:
        assert not draw(empty)
        with pytest.raises(TraiteError, match="Nothing was drawn"):
            _ = draw(empty).ax
    assert charts.NOTHING._repr_mimebundle_() == ({"text/plain": ""}, {})


def test_rows_that_are_hidden_count_among_those_of_a_drawing() -> None:
    """Or a page would hold one that is ten times as high as it."""
    result = open_edition("demo2022").statistics(title="Délits", form="criminality")
    counts = result.frame[result.frame["unit"] == "count"]
    assert counts["value"].notna().sum() >= 2
    few, many = counts[counts["value"].notna()].head(10), pd.concat([counts] * 2).sample(frac=1, random_state=0)
    many["value"] = many["value"].where(many.groupby("variable").cumcount() == 0)
    assert len(many) > 40
    assert many["value"].notna().sum() < 40
    assert not charts.bars(result.only(many))
    assert charts.bars(result.only(few))


def test_a_published_change_is_no_bar_beside_shares() -> None:
    result = open_edition(2022).statistics(title="Mineures", age="minor")
    assert "change_total" in set(result.frame["variable"])
    chart = charts.bars(result)
    assert not chart or "97" not in chart.words["alt"]


def test_charts_are_seaborns_and_touch_nothing_private_of_matplotlib() -> None:
    folder = ROOT / "traite_lib/presentation"
    code = (folder / "charts.py").read_text(encoding="utf-8")
    assert len(code.splitlines()) < 400
    public = {n.name: ast.unparse(n) for n in ast.parse(code).body if isinstance(n, ast.FunctionDef)}
    for name in ("_bars", "stacked", "timeline", "dumbbell", "pyramid", "small_multiples"):
        assert re.search(r"sns\.\w+plot\(", public[name]), name
    assert "_bars(" in public["bars"]
    assert "_bars(" in public["funnel"]
    for path in ROOT.glob("traite_*/**/*.py"):
        assert not re.search(r"FT2Font|\._layout\(|\._renderer|_glyph_map", path.read_text(encoding="utf-8")), path


def test_the_old_name_of_small_multiples_warns() -> None:
    with pytest.warns(DeprecationWarning, match="small_multiples"):
        assert charts.multiples is charts.small_multiples
