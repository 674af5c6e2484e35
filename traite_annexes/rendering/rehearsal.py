"""What the warm server does once for all kernels: every import of a chapter, and one chapter's worth of calls.

Fonts, locale data, schemas and the Observations table are then there already. No cell is executed and nothing is drawn with
pyplot: a kernel finds modules and their caches, no state.
"""

# ruff: noqa: E402, F401
from __future__ import annotations

from papermill_warm.imports import without

LEFT_OUT = ("hypothesis", "ipywidgets", "scipy")
"""What invents tables, chooses colours with the mouse and clusters (seaborn has its own estimate of densities): 1.7 s."""

with without(*LEFT_OUT):
    import matplotlib.pyplot
    import pandas
    import pandera.pandas
    import seaborn

from traite_lib import charts, metadata, open_edition
from traite_lib.catalogue import Catalogue
from traite_lib.presentation.result import Markdown, Result
from traite_lib.presentation.tables import Table
from traite_lib.presentation.tables import control as control_text

from ..publishing import dataset

pandas.set_option("display.max_columns", 20)  # what a kernel has: imported outside one, pandas takes itself for a terminal


def rehearse() -> None:
    """What chapters ask most, once: what is filled at first use (fonts, locale, schemas, table) is filled for all kernels.

    More of it would make each kernel no faster, and the first ones wait.
    """
    survey = open_edition(Catalogue().default)
    forms, series = survey.distribution("form"), survey.series("form", "sexual")
    by_form, figures = survey.distribution("sex", by="form"), survey.statistics(title="", restricted=True)
    survey.key_points(survey.indicator("form", "sexual"), survey.change("sex", "women"), survey.totals("accompanied"))
    shown: list[Result | Table | Markdown | charts.Chart] = [forms, series, by_form, figures, survey.heading()]
    shown += [charts.bars(forms), charts.timeline(series)]
    shown += [metadata.published(survey, "form", "sex"), metadata.sources(survey, forms)]
    for each in shown:
        each._repr_mimebundle_()
    control_text(figures.frame)
    figures.frame.to_csv()  # pandas imports its writer when first asked


with without(*LEFT_OUT):  # pandera imports what validates when it first does
    rehearse()
