"""Explore what was published: choose a variable, a population, a part of it and editions; see, question, export.

>>> from traite_lib import explore
>>> forms = explore("form")  # the default edition: shown at the end of a cell, a table, a chart, breaks and sources
>>> sexual = explore("form", "sexual", editions=["2019", "2020", "2021"])  # one modality over editions, stopped at each break
>>> variables = explore.variables()  # what there is to ask
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from . import metadata
from .aliases import renamed
from .catalogue import is_synthetic
from .errors import ObservationsError, TraiteError, available
from .loading.selection import load
from .nomenclature import ALL
from .presentation import tables
from .presentation.labelled import labelled
from .presentation.result import Result
from .survey import Survey
from .table import COLUMNS, SUB_POPULATION, check_question, records

if TYPE_CHECKING:
    from .presentation.chart import Chart


def observations(*, labels: bool = False, unit: str | None = None, retained: bool = False) -> pd.DataFrame:
    """The whole Observations table, every statement of every source; a copy, free to change.

    Parameters
    ----------
    labels : bool
        French labels in place of codes, as ordered categoricals, and a column ``who`` that says who a row describes.
    unit : str, optional
        Keep one unit: a share and a count are never two values of one column.
    retained : bool
        Keep the statement that is retained for each statistic.

    Examples
    --------
    With one unit and one statement a statistic, ``who``, ``category`` and ``period`` name a number, and a pivot mixes nothing:

    >>> from traite_lib import observations
    >>> shares = observations(labels=True, unit="percent", retained=True)
    >>> sexes = shares[(shares["variable"] == "Sexe") & (shares["who"] == "victimes accompagnées")]
    >>> sexes.pivot(index="category", columns="period", values="value")["2015"].to_dict()
    {'Femmes': 88.0, 'Hommes': 10.0, 'Personnes trans': 1.0}
    """
    _, words, table = load()
    rows = table[table["retained"]] if retained else table
    if unit is not None:
        check_question(words, "total", unit=unit)
        rows = rows[rows["unit"] == unit]
    return labelled(rows, words) if labels else rows.copy()


@dataclass(frozen=True)
class Exploration:
    """What was published on one question; made by `explore`.

    Shown at the end of a cell, it is a table, its charts, its bases, the breaks that it crosses and its sources. Each of them
    is an attribute too: ``table``, ``charts``, ``bases``, ``breaks``, ``sources``; ``frame`` is the tidy DataFrame.
    """

    survey: Survey = field(repr=False)
    editions: tuple[str, ...]
    variable: str
    category: str = ALL
    population: str | None = None
    parts: dict[str, str] = field(default_factory=dict)

    @cached_property
    def results(self) -> list[Result]:
        """One result for one edition; one series a modality for several."""
        survey, who = self.survey, self.population
        parts: dict[str, Any] = dict(self.parts)
        if self.variable == "total":  # totals have no shares, whose population would be the one described
            who = who or "accompanied"
        elif self.category == ALL and len(self.editions) == 1:
            return [survey.distribution(self.variable, population=who, **parts)]
        if len(self.editions) == 1:
            return [survey.indicator(self.variable, self.category, population=who, **parts)]
        rows = survey.observations
        found = rows["category"][(rows["variable"] == self.variable) & rows["retained"] & (rows["edition"] != "")]
        orders = {code: 0 if code == ALL else survey.nomenclatures.item(self.variable, code).order for code in found}
        categories = [self.category] if self.category != ALL else sorted(orders, key=lambda code: orders[code])
        units = ["count"] if self.variable == "total" else ["percent", "count"]
        every = [survey.series(self.variable, c, unit=unit, population=who, **parts) for c in categories for unit in units]
        return [result for result in every if result] or every[:1] or [survey.indicator(self.variable, population=who)]

    @property
    def frame(self) -> pd.DataFrame:
        """Tidy rows: the columns of Observations, then the French words (``who``, ``label``, ``text``, ``citation``)."""
        rows = pd.concat([result.frame for result in self.results])
        return rows[[*COLUMNS, "who", "label", "text", "citation"]].reset_index(drop=True)

    @property
    def table(self) -> tables.Table:
        """The numbers as a French table: modalities in rows, editions in columns when there are several."""
        first = self.results[0]
        if len(self.editions) == 1 or len(self.results) == 1:
            return first.table
        lines: dict[tuple[str, ...], dict[str, str]] = {}
        for row in records(pd.concat([result.frame for result in self.results])):
            unit = "Part" if row["unit"] == "percent" else "Effectif"
            named = {"Modalité": row["label"], "Mesure": unit, "Population": row["who"]}
            lines.setdefault((row["category"], unit, row["population"]), named)[row["period"]] = row["text"]
        columns = ["Modalité", "Mesure", "Population", *self.editions]
        frame = pd.DataFrame([[line.get(name, "—") for name in columns] for line in lines.values()], columns=columns)
        notes = list(dict.fromkeys(line for result in self.results for line in result.lines))
        title = self.survey.nomenclatures.variable(self.variable).label_fr
        return tables.Table(frame, title, [*notes, "Un tiret : aucun chiffre relevé."], self.editions, first.absent)

    @property
    def charts(self) -> list[Chart]:
        """Bars for one edition; for several, one line a modality, which stops at each break of series."""
        from .presentation import charts

        draw = charts.bars if len(self.editions) == 1 else charts.timeline
        return [chart for chart in map(draw, self.results) if chart]

    @property
    def bases(self) -> tables.Table:
        """What each number is computed on; see `metadata.bases`."""
        return metadata.bases(*self.results)

    @property
    def breaks(self) -> tables.Table:
        """Breaks of series between the editions chosen; see `metadata.breaks_between`."""
        return metadata.breaks_between(*self.results)

    @property
    def sources(self) -> tables.Table:
        """Who said each number, and where; see `metadata.sources`."""
        return metadata.sources(self.survey, *self.results, title="Provenance")

    @property
    def code(self) -> str:
        """The line of Python that gives this exploration again."""
        given = [repr(code) for code in (self.variable, self.category) if code != ALL]
        named = {"population": self.population, "editions": list(self.editions), **self.parts}
        return f"explore({', '.join([*given, *(f'{name}={value!r}' for name, value in named.items() if value)])})"

    def export(self, folder: str | Path) -> list[Path]:
        """Write the tidy CSV and the charts (PNG and SVG, title and sources inside) into a folder, which is made."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        name = "_".join(code for code in (self.variable, self.category, *self.parts.values(), *self.editions) if code != ALL)
        written = [folder / f"{name}.csv"]
        self.frame.to_csv(written[0], index=False)
        for number, chart in enumerate(self.charts, start=1):
            written += [chart.save(folder / f"{name}-{number}{suffix}") for suffix in (".png", ".svg")]
        return written

    def _repr_html_(self) -> str:
        from markupsafe import escape

        images = [
            f'<figure style="max-width: 36rem"><figcaption>{escape(chart.words["title"])}</figcaption>{chart.svg}</figure>'
            for chart in self.charts
        ]
        return "\n".join([self.table.html(), *images, self.breaks.html(), self.sources.html()])

    def __str__(self) -> str:
        return "\n\n".join([self.table.text(), self.breaks.text()])


class Explore:
    """Start here: call it with a variable, or ask it what there is to ask."""

    def __call__(
        self, variable: str, category: str = ALL, *, population: str | None = None,
        editions: Iterable[str | int] | str | int | None = None, **sub_population: str,
    ) -> Exploration:  # fmt: skip
        """What was published on a question.

        Parameters
        ----------
        variable : str
            What is distributed, a code of `variables`: ``form``, ``sex``, ``nationality``, ``complaint``, ``total``…
        category : str
            One modality, a code of `categories`; all of them by default.
        population : str, optional
            Who is described, a code of `populations`; by default the population that each edition computes its shares on.
        editions : str, int or several of them, optional
            Reference years; ``"all"`` for every edition; the default edition of the catalogue when none is named.
        **sub_population : str
            A part of the population: ``form="sexual"``, ``sex="women"``, ``age="minor"``, ``origin=…``.

        Raises
        ------
        TraiteError
            A code does not exist: the message lists those that do, and the nearest one.

        Examples
        --------
        >>> sexes = explore("sex", form="sexual").table
        >>> explore("total", population="identified", editions="all").charts[0].save("repérées.svg")  # doctest: +SKIP
        """
        named = [] if editions is None else [editions] if isinstance(editions, (str, int)) else list(editions)
        catalogue, words, table = load(synthetic=any(map(is_synthetic, named)))
        check_question(words, variable, category, population=population, sub_population=sub_population)
        if editions is None or editions == "all":
            keys = [e.key for e in catalogue.dated] if editions else [catalogue.default]
        else:
            keys = sorted({catalogue.edition(key).key for key in named})
        if not keys:
            raise ObservationsError(f"No edition is chosen. {available('', [e.key for e in catalogue.dated])}")
        kept = table[table["edition"].isin([*keys, ""])]  # breaks are those between the editions chosen, not those left out
        survey = Survey(catalogue.edition(keys[-1]), catalogue, words, kept)
        return Exploration(survey, tuple(keys), variable, category, population, dict(sub_population))

    @staticmethod
    def variables() -> pd.DataFrame:
        """Variables, with the number of retained figures in each edition."""
        catalogue, words, table = load()
        kept = table[table["retained"] & (table["edition"] != "")]
        counts = pd.crosstab(kept["variable"], kept["edition"]).reindex(columns=[e.key for e in catalogue.dated], fill_value=0)
        labels = pd.DataFrame({"libellé": {code: v.label_fr for code, v in words.variables.items() if code in counts.index}})
        return labels.join(counts).rename_axis("variable")

    @staticmethod
    def populations() -> pd.DataFrame:
        """Populations: who is described."""
        words = load()[1]
        rows = {code: {"libellé": p.label_fr, "univers": p.universe} for code, p in words.populations.items()}
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("population")

    @staticmethod
    def categories(variable: str) -> pd.DataFrame:
        """Modalities of a variable or of a sub-population column (``form``, ``sex``, ``age``, ``origin``, ``offence``)."""
        words = load()[1]
        if variable not in SUB_POPULATION:
            words.variable(variable)
        items = {item.code: {"libellé": item.label_fr, "parent": item.parent} for item in words.items_of(variable)}
        return pd.DataFrame.from_dict(items, orient="index", columns=["libellé", "parent"]).rename_axis("category")

    @staticmethod
    def editions() -> pd.DataFrame:
        """Editions whose year is known."""
        rows = [
            {"édition": e.key, "producteurs": ", ".join(e.producers), "publication": e.published, "champ": e.share_population}
            for e in load()[0].dated
        ]
        return pd.DataFrame(rows).set_index("édition")

    def menus(self) -> object:
        """Menus to explore with the mouse, in a live notebook; each choice prints the line of Python that gives it again."""
        import ipywidgets
        from IPython.display import Code, display

        catalogue, words, _ = load()

        def menu(name: str, first: tuple[str, str] | None, labels: Mapping[Any, str], value: str = "") -> Any:
            options = [*([first] if first else []), *((label, str(code)) for code, label in labels.items())]
            return ipywidgets.Dropdown(description=name, options=options, value=value, style=style)

        def show(variable: str, editions: Sequence[str], **chosen: str) -> None:
            try:
                found = self(variable, editions=editions, **{name: code for name, code in chosen.items() if code})
                display(Code(found.code, language="python"), found)  # type: ignore[no-untyped-call]
            except TraiteError as error:
                print(error)

        style, keys = {"description_width": "7rem"}, [edition.key for edition in catalogue.dated]
        populations = {code: each.label_fr for code, each in words.populations.items()}
        menus = {
            "variable": menu("Variable", None, self.variables()["libellé"].to_dict(), "form"),
            "population": menu("Population", ("celle de l’édition", ""), populations),
            **{
                column: menu(name, ("Toutes", ""), self.categories(column)["libellé"].to_dict())
                for column, name in {"form": "Forme", "sex": "Sexe", "age": "Âge"}.items()
            },
        }
        editions = ipywidgets.SelectMultiple(
            description="Éditions", options=keys, value=(catalogue.default,), rows=len(keys), style=style
        )
        shown = ipywidgets.interactive_output(show, {**menus, "editions": editions})
        return ipywidgets.VBox([ipywidgets.HBox([ipywidgets.VBox(list(menus.values())), editions]), shown])

    panel = renamed("panel", "menus")

    def __repr__(self) -> str:
        return "explore(variable, category, population=…, editions=…, form=…, sex=…, age=…); explore.variables() lists them."


explore = Explore()
"""The one object to start from."""
