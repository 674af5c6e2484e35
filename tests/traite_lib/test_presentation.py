"""Tables, charts and results as a notebook shows them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from itertools import combinations
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from PIL import Image

from traite_lib import Result, Survey, TraiteError, charts, control, metadata, open_edition, side_by_side
from traite_lib.presentation import images, letters
from traite_lib.presentation.letters import POINT, Lines
from traite_lib.presentation.sheet import INK, PHONE, SLIDE, THEME, Layout, layout
from traite_lib.presentation.tables import Link, Table

TITLE = "Formes"


def forms(survey: Survey) -> Result:
    return side_by_side(
        TITLE, Repérées=survey.distribution("form", population="identified"), Accompagnées=survey.distribution("form")
    )


DRAWINGS: list[tuple[Callable[[Result], charts.Chart], Callable[[Survey], Result], int, str]] = [
    (charts.bars, lambda s: s.distribution("form"), 2022, "exploitation sexuelle, 76"),
    (charts.bars, lambda s: s.distribution("nationality"), 2015, "nigériane, 49"),
    (charts.stacked, lambda s: s.distribution("sex", by="form"), 2020, "femmes, 87"),
    (charts.pyramid, lambda s: s.distribution("sex", by="form"), 2020, "femmes, 87"),
    (charts.timeline, lambda s: s.series("form", "sexual"), 2022, "2015, 81"),
    (charts.dumbbell, forms, 2020, "exploitation sexuelle, 68"),
    (charts.funnel, lambda s: s.totals("identified", "accompanied"), 2022, "4\u202f363"),
    (charts.multiples, lambda s: s.small_multiples("offence", ("recorded_victims", "suspects")), 2022, "1\u202f439 en 2016"),
]


@pytest.mark.parametrize(("draw", "ask", "edition", "said"), DRAWINGS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_chart_is_an_image_with_its_finding_and_leaves_nothing_behind(
    draw: Callable[[Result], charts.Chart], ask: Callable[[Survey], Result], edition: int, said: str
) -> None:
    result = ask(open_edition(edition))
    before = dict(mpl.rcParams)
    chart = draw(result)
    assert dict(mpl.rcParams) == before
    assert chart.png.startswith(b"\x89PNG")
    assert said in chart.alt
    assert "Population" in chart.alt
    assert chart.png == draw(result).png, "the same numbers give the same bytes"
    data, metadata = chart._repr_mimebundle_()
    assert metadata["image/png"] == {"alt": chart.alt, "caption": chart.caption}
    assert data["text/plain"] == chart.alt


def drawn(draw: Any, result: Result, wide: Layout) -> Figure:
    """What a chart is before it becomes images."""
    before = layout.set(wide)
    try:
        with rc_context(THEME):
            figure: Figure = draw.__wrapped__(result).figure()
    finally:
        layout.reset(before)
    return figure


@pytest.mark.parametrize("wide", [SLIDE, PHONE], ids=["slide", "phone"])
@pytest.mark.parametrize(("draw", "ask", "edition", "said"), DRAWINGS, ids=lambda value: getattr(value, "__name__", ""))
def test_no_text_of_a_chart_is_cut_or_covers_another(
    draw: Any, ask: Callable[[Survey], Result], edition: int, said: str, wide: Layout
) -> None:
    figure = drawn(draw, ask(open_edition(edition)), wide)
    assert not figure.findobj(Text), "all text is placed by `letters`"
    texts = [(text.text, text.box) for text in figure.findobj(Lines) if text.text.strip()]
    assert len(texts) > 4
    width, height = figure.get_size_inches()
    for text, (left, bottom, right, top) in texts:
        assert min(left, bottom, width - right, height - top) >= 0, f"{text} is cut"
    for (one, a), (two, b) in combinations(texts, 2):
        shared = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
        assert min(shared) < 0.02, f"{one} covers {two}"


@pytest.mark.parametrize("wide", [SLIDE, PHONE], ids=["slide", "phone"])
@pytest.mark.parametrize("population", ["accompanied", "identified"])
def test_no_line_of_a_series_crosses_a_value(population: str, wide: Layout) -> None:
    result = open_edition(2022).series("total", population=population, unit="count")
    figure = drawn(charts.timeline, result, wide)
    values = [text for text in figure.findobj(Lines) if re.fullmatch(r"\d\u202f\d{3}", text.text)]
    lines = [line.get_xydata() for line in figure.findobj(Line2D) if line.get_linewidth() == 2]
    assert len(values) > 4
    assert len(lines) > 3
    for text in values:
        left, bottom, right, top = text.box
        for line in lines:
            along = line[0] + np.linspace(0, 1, 200)[:, None] * (line[1] - line[0])
            inside = (along > (left, bottom + 0.02)) & (along < (right, top))
            assert not inside.all(axis=1).any(), f"{text.text} is crossed"


TEXTS: list[tuple[float, float, str, Any]] = [
    (0.4, 0.6, "Chiffres relevés : 4\u202f363 « AV fi »", {"size": 11, "va": "center", "ha": "left"}),
    (3.6, 0.1, "Deux lignes,\ndont une longue", {"size": 7, "va": "bottom", "ha": "right", "weight": "bold"}),
    (2.0, 0.9, "milieu", {"size": 9, "va": "top", "ha": "center", "style": "italic"}),
]


def written_here(figure: Figure) -> Image.Image:
    for x, y, text, look in TEXTS:
        figure.add_artist(Lines(x, y, text, color=INK, spacing=1.2, **look))
    return Image.open(io.BytesIO(images.png(figure, images.palette([INK]))))


def written_by_matplotlib(figure: Figure) -> Image.Image:
    for x, y, text, look in TEXTS:
        spacing = {"linespacing": 1.2, "multialignment": look["ha"]} if "\n" in text else {}
        shift = 0.1 * look["size"] * POINT * text.count("\n")  # matplotlib shares out its spacing above and below
        figure.text(x, y - shift, text, transform=figure.dpi_scale_trans, **spacing, **look)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # type: ignore[no-untyped-call]
    return Image.fromarray(np.asarray(canvas.buffer_rgba()))  # type: ignore[no-untyped-call]


def test_lines_are_written_where_matplotlib_writes_them() -> None:
    inks = []
    with rc_context({"font.sans-serif": [letters.FAMILY], "text.color": INK, "text.hinting": "none"}):
        for write in (written_here, written_by_matplotlib):
            grey = np.asarray(write(Figure(figsize=(4, 1), dpi=images.DPI)).convert("L"))
            inks.append({(y, x) for y, x in np.argwhere(grey < 128).tolist()})
    ours, theirs = inks
    assert len(ours) == pytest.approx(len(theirs), rel=0.1)
    near = {(y + up, x + right) for y, x in theirs for up in (-1, 0, 1) for right in (-1, 0, 1)}
    assert len(ours - near) < 0.01 * len(ours), "no more than a pixel away"


def test_a_word_is_measured_and_drawn_once() -> None:
    bold = letters.face("bold")
    assert bold.picture("victimes", 20.0) is bold.picture("victimes", 20.0)
    assert letters.face("bold") is bold
    assert letters.words("4\u202f363 victimes") == ["4", "\u202f", "363", " ", "victimes"]
    assert bold.width("une ligne") == pytest.approx(bold.width("une") + bold.width(" ") + bold.width("ligne"))
    assert letters.face().width("une ligne") < bold.width("une ligne")


def test_the_paper_is_white_and_flat_colours_are_exact() -> None:
    image = Image.open(io.BytesIO(charts.bars(open_edition(2022).distribution("form")).png))
    assert image.mode == "P"
    colours = {colour for _, colour in image.convert("RGB").getcolors() or []}
    assert {(255, 255, 255), (0x1F, 0x4E, 0x79), (0x1D, 0x1D, 0x1F)} <= colours
    assert image.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_an_empty_result_draws_nothing() -> None:
    empty = open_edition(2022).distribution("exploiter")
    for draw in (charts.bars, charts.stacked, charts.timeline, charts.dumbbell, charts.pyramid, charts.multiples, charts.funnel):
        assert draw(empty) is charts.NOTHING


def test_a_published_change_is_no_bar_beside_shares() -> None:
    result = open_edition(2022).statistics(title="Mineures", age="minor")
    assert "change_total" in set(result.frame["variable"])
    assert "97" not in charts.bars(result).alt


def test_a_table_is_accessible_and_escaped() -> None:
    frame = pd.DataFrame({"Nom": ["<b>"], "Part": ["1 %"], "Source": [Link("a & b", "https://exemple.fr/?a=1&b=2")]})
    html = Table(frame, "Titre", ["Note."], ("Part",)).html()
    assert "<caption><span>Titre</span></caption>" in html
    assert html.count('scope="col"') == 3
    assert '<th scope="row">&lt;b&gt;</th>' in html
    assert '<a href="https://exemple.fr/?a=1&amp;b=2">a &amp; b</a>' in html
    assert "href" not in Link("texte", "data/published/x.csv, E1").__html__()


def test_a_table_without_rows_is_its_sentence() -> None:
    assert Table(pd.DataFrame(), "T", absent="Rien.").html() == '<p class="absent">Rien.</p>'
    assert Table(pd.DataFrame(), "T", absent="Rien.").text() == "Rien."


def test_a_table_says_base_reliability_and_source() -> None:
    frame = open_edition(2024).statistics("housing", title="Hébergement").table.frame
    assert set(frame["Base"]) == {"non publiée"}
    assert set(frame["Fiabilité"]) == {"fiabilité faible"}
    assert set(frame["Source"]) == {"onemedia.fr"}


def test_control_prints_sorted_numbers_with_fixed_decimals(capsys: pytest.CaptureFixture[str]) -> None:
    survey = open_edition(2022)
    control(survey.distribution("form"))
    title, *lines = capsys.readouterr().out.splitlines()
    assert title == "Forme d’exploitation"
    assert lines == sorted(set(lines))
    assert lines[0].split(" | ")[4] == "76.00 %"
    assert "<1.00 %" in lines[4]


def test_results_speak() -> None:
    survey = open_edition(2022)
    with pytest.raises(ValueError, match="6 values, one was expected"):
        _ = survey.distribution("form").value
    assert survey.indicator("accompanied", "yes", population="identified").value == 68.6
    assert open_edition(2018).indicator("complaint", "filed", form="sexual").absent.endswith("qui ont déposé plainte.")
    assert survey.indicator("form", "domestic_servitude").absent == "", "nothing is said of a modality that did not exist"
    assert (
        open_edition(2015).totals("identified").absent
        == "Les victimes repérées n’étaient pas encore dénombrées pour cette édition."
    )


def test_a_comparison_needs_two_groups() -> None:
    both = forms(open_edition(2022))
    assert not both
    assert "victimes repérées" in both.absent
    assert forms(open_edition(2020))


@pytest.mark.parametrize("edition", [2015, 2018, 2019, 2020, 2021, 2022, 2023, 2024])
def test_there_are_three_to_five_key_points_for_every_edition(edition: int) -> None:
    survey = open_edition(edition)
    points = [survey.totals("accompanied"), survey.totals("identified")]
    points += [
        survey.indicator(v, c) for v, c in (("form", "sexual"), ("sex", "women"), ("age", "minor"), ("complaint", "filed"))
    ]
    assert 3 <= len(survey.key_points(*points, survey.change("total", population="accompanied")).text.splitlines()) <= 5


def test_there_are_five_key_points_at_most_and_the_sources_are_theirs() -> None:
    survey = open_edition(2022)
    asked = [
        ("form", "sexual"),
        ("form", "labour"),
        ("form", "criminality"),
        ("sex", "women"),
        ("age", "minor"),
        ("complaint", "filed"),
    ]
    points = [survey.totals("accompanied"), *(survey.indicator(*each) for each in asked)]
    assert all(points)
    said = survey.key_points(*points)
    assert len(said.text.splitlines()) == 5
    assert set(said.statements) == {name for point in points[:5] for name in point.statements}
    change = survey.change("form", "sexual")
    assert len(survey.key_points(*points[:5], change).text.splitlines()) == 5
    assert len(survey.key_points(*points[:4], change).text.splitlines()) == 5


def test_the_sources_are_those_of_the_results_that_are_named() -> None:
    survey = open_edition(2022)
    forms = survey.distribution("form")
    assert {"E2022-012", "E2022-016", "E2022-027"} <= set(forms.statements)
    listed = set(metadata.sources(survey, forms).frame["Référence"])
    assert set(forms.statements) <= listed
    assert "E2022-045" in listed, "another witness of the same share, not retained, is listed too"
    assert "E2022-017" not in listed


def test_sources_of_nothing_are_refused() -> None:
    with pytest.raises(TraiteError, match="Name what is shown"):
        metadata.sources(open_edition(2022))


def test_an_edition_is_opened_by_text_or_number() -> None:
    assert open_edition(2022).edition == open_edition("2022").edition


def test_by_gives_one_number_for_each_part() -> None:
    result = open_edition(2020).indicator("accompanied", "yes", population="identified", by="form")
    assert dict(zip(result.frame["label"], result.frame["value"], strict=True)) == {
        "Ensemble": 65,
        "Exploitation sexuelle": 73,
        "Exploitation par le travail (y compris domestique)": 53,
        "Contrainte à commettre des délits": 33,
        "Mendicité forcée": 49,
    }


def test_what_may_be_compared_is_a_table() -> None:
    frame = metadata.comparisons(
        open_edition(2023), metadata.statistic("total", population="accompanied"), ("form", "sexual")
    ).frame.set_index("Statistique")
    assert frame.loc["Victimes accompagnées", "Depuis 2021"] == "+1\u202f288"
    assert frame.loc["Forme d’exploitation : exploitation sexuelle", "Depuis 2021"] == "non : valeur non relevée"
    assert metadata.comparisons(open_edition(2015), metadata.statistic("total", population="accompanied")).frame.empty


def test_the_edition_without_a_year_is_in_the_quality_chapter_only() -> None:
    survey = open_edition(2024)
    assert len(metadata.provenance(survey, undated=True).frame) == 18
    assert "incertaine" in set(metadata.editions(survey).frame["Année de référence"])
