"""Charts: a PNG, an alternative text that states the finding, nothing left behind."""

from __future__ import annotations

from collections.abc import Callable

import matplotlib as mpl
import pytest

from traite_lib import Result, charts, open_edition, side_by_side
from traite_lib.presentation.charts import NOTHING, Chart

NBSP = "\u00a0"


def two_populations() -> Result:
    survey = open_edition(2020)
    return side_by_side(
        "Forme d’exploitation",
        Repérées=survey.distribution("form", population="identified"),
        Accompagnées=survey.distribution("form"),
    )


CHARTS: dict[str, tuple[Callable[[Result], Chart], Callable[[], Result], str]] = {
    "bars": (charts.bars, lambda: open_edition(2022).distribution("form"), "exploitation sexuelle, 76 %"),
    "bars of counts": (charts.bars, lambda: open_edition(2015).distribution("nationality"), "Nigeria, 49 %"),
    "bars of doubtful figures": (
        charts.bars, lambda: open_edition(2019).figures("violence", "permit", title="Violences et titre de séjour"), "55 %"
    ),
    "bars with nothing found": (charts.bars, lambda: open_edition(2018).distribution("form"), "exploitation sexuelle, 74 %"),
    "stacked": (charts.stacked, lambda: open_edition(2020).distribution("sex", by="form"), "Ensemble : Valeur la plus élevée : femmes, 79 %"),
    "timeline": (charts.timeline, lambda: open_edition(2022).series("form", "sexual"), "2015, 81 %"),
    "timeline of counts": (
        charts.timeline, lambda: open_edition(2022).series("total", unit="count", population="accompanied"), "2015, 1\u202f826"
    ),
    "dumbbell": (charts.dumbbell, two_populations, "Repérées : Valeur la plus élevée : exploitation sexuelle, 68 %"),
    "pyramid": (charts.pyramid, lambda: open_edition(2020).distribution("sex", by="age"), "Ensemble : Valeur la plus élevée : femmes, 79 %"),
    "multiples": (
        charts.multiples, lambda: open_edition(2022).panels("offence", ["recorded_victims", "suspects"]),
        "Ensemble, Victimes : 1\u202f439 en 2016",
    ),
    "funnel": (
        charts.funnel, lambda: open_edition(2022).totals("identified", "accompanied", "accompanied_in_france"), "4\u202f363"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("draw", "ask", "first"), CHARTS.values(), ids=CHARTS)
def test_a_chart_is_a_png_with_an_alternative_text_and_leaves_no_trace(
    draw: Callable[[Result], Chart], ask: Callable[[], Result], first: str
) -> None:
    before = mpl.rcParams.copy()
    result = ask()
    chart = draw(result)
    assert chart.png.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(chart.png) < 150_000
    assert first in chart.alt.replace(f"{NBSP}%", " %").replace(f"{NBSP}:", " :")
    assert f"Population{NBSP}: " in chart.alt
    assert "nan" not in chart.alt.split()
    assert mpl.rcParams == before
    assert draw(ask()).png == chart.png


@pytest.mark.parametrize(
    "draw", [charts.bars, charts.stacked, charts.timeline, charts.dumbbell, charts.pyramid, charts.multiples, charts.funnel]
)
def test_an_empty_result_draws_nothing(draw: Callable[[Result], Chart]) -> None:
    empty = open_edition(2023).distribution("form")
    assert not empty
    assert draw(empty) is NOTHING


def test_a_chart_that_shows_nothing_has_no_image() -> None:
    assert NOTHING._repr_mimebundle_() == ({"text/plain": ""}, {})


def test_a_notebook_gets_the_alternative_text_and_the_caption() -> None:
    chart = charts.bars(open_edition(2022).distribution("form"))
    data, metadata = chart._repr_mimebundle_()
    assert data == {"image/png": chart.png, "text/plain": chart.alt}
    assert metadata == {"image/png": {"alt": chart.alt, "caption": chart.caption}}
    assert chart.caption == "Forme d’exploitation — victimes accompagnées et exploitées au moins en partie en France"


def test_a_broken_series_says_so_in_words() -> None:
    assert "La ligne s’interrompt aux ruptures de série." in charts.timeline(open_edition(2022).series("form", "sexual")).alt
    whole = charts.timeline(open_edition(2022).series("total", unit="count", population="accompanied"))
    assert "s’interrompt" not in whole.alt


def test_one_group_is_drawn_as_bars_not_as_a_comparison() -> None:
    assert charts.dumbbell(open_edition(2022).indicator("sex", "women").__class__(
        open_edition(2022).distribution("form").frame.assign(group="Accompagnées"), "Formes", "toutes"
    )).alt.startswith("Diagramme en barres.")  # fmt: skip


def test_a_published_change_is_no_bar_beside_levels() -> None:
    assert charts.bars(open_edition(2021).figures("change_total", title="Évolutions")) is NOTHING
