"""Explore what was published: choose a variable, a population, a part of it and editions; see, question, export.

>>> from traite_lib import explore
>>> forms = explore("form")  # the default edition: shown at the end of a cell, a table, a chart, breaks and sources
>>> sexual = explore("form", "sexual", editions=["2019", "2020", "2021"])  # one modality over editions, stopped at each break
>>> variables = explore.variables()  # what there is to ask
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from . import metadata
from .aliases import renamed
from .catalogue import is_synthetic
from .errors import ObservationsError, TraiteError, available
from .loading.official.lexicon import STOP, key
from .loading.selection import load
from .nomenclature import ALL, ANY, Item, Nomenclatures, Population, Term, Variable, terms
from .presentation import tables, wording
from .presentation.labelled import labelled
from .presentation.result import Result
from .survey import Survey
from .table import COLUMNS, SUB_POPULATION, check_question, records

if TYPE_CHECKING:
    from .presentation.chart import Chart


def observations(*, labels: bool = False, unit: str | None = None, retained: bool = False) -> pd.DataFrame:
    """The whole Observations table, every statement of every source; a copy, free to change.

    `labels` puts French labels in place of codes, as ordered categoricals, and a column ``who``: who a row describes. `unit`
    keeps one unit, `retained` the statement retained for each statistic: with both, ``who``, ``category`` and ``period`` name a
    number, and a pivot mixes nothing.
    """
    _, words, table = load()
    rows = table[table["retained"]] if retained else table
    if unit is not None:
        check_question(words, "total", unit=unit)
        rows = rows[rows["unit"] == unit]
    return labelled(rows, words) if labels else rows.copy()


@dataclass(frozen=True)
class Exploration:
    """What was published on one question; made by `explore`. Shown at the end of a cell, it is its ``table``, ``charts``,
    ``bases``, ``breaks`` and ``sources``, each an attribute too; ``frame`` is the tidy DataFrame.
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
        first, rows = self.results[0], pd.concat([result.frame for result in self.results])
        if rows.empty:
            ask = partial(explore, self.variable, self.category, population=self.population, **self.parts)
            known = [edition.key for edition in load()[0].dated if any(ask(editions=edition.key).results)]
            others = f"Éditions qui en ont : {', '.join(known)}." if known else "Aucune édition n’en a."
            return replace(first.table, absent=f"{first.absent or 'Aucun chiffre relevé.'} {others}")
        if len(self.editions) == 1 or len(self.results) == 1:
            return first.table
        names, units = rows.groupby("category")["label"].transform("first"), {"percent": "Part", "count": "Effectif"}
        rows = rows.assign(Modalité=names, Mesure=rows["unit"].map(units), Population=rows["who"])
        frame = tables.by_period(rows, ["Modalité", "Mesure", "Population"], self.editions)
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
        first, last = self.editions[0], self.editions[-1]
        between = [edition for edition in self.survey.catalogue.dated if first <= edition.key <= last]
        when = [f"{first}-{last}"] if len(between) == len(self.editions) > 1 else self.editions
        asked = (self.variable, self.category, self.population, *self.parts.values(), *when)
        name = "_".join(code for code in asked if code and code != ALL)
        written = [folder / f"{name}.csv"]
        self.frame.to_csv(written[0], index=False)
        for chart in self.charts:  # of several, each is named after its modality and its unit
            which = chart.result.frame[["category", "unit"]].iloc[0] if chart.result and len(self.editions) > 1 else ()
            said = "_".join([name, *(code for code in map(str, which) if code not in (ALL, self.category))])
            written += [chart.save(folder / f"{said}{suffix}") for suffix in (".png", ".svg")]
        return written

    def __repr__(self) -> str:
        return self.code

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/html": self._repr_html_(), "text/plain": str(self)}

    def _repr_html_(self) -> str:
        from markupsafe import escape

        form = '<figure style="max-width: 36rem"><figcaption>{}</figcaption>{}</figure>'
        images = [form.format(escape(chart.words["title"]), chart.svg) for chart in self.charts]
        return "\n".join([self.table.html(), *images, self.breaks.html(), self.sources.html()])

    def __str__(self) -> str:
        return "\n\n".join([self.table.text(), self.breaks.text()])


class Explore:
    """Start here: call it with a variable, or ask it what there is to ask."""

    def __call__(
        self, variable: str = "", category: str = ALL, *, population: str | None = None,
        editions: Iterable[str | int] | pd.DataFrame | str | int | None = None, **sub_population: str,
    ) -> Exploration:  # fmt: skip
        """What was published on a question. A code may be its label: ``explore("Sexe")``, ``form="exploitation sexuelle"``.

        Parameters
        ----------
        variable : str
            What is distributed, a code of `variables`: ``form``, ``sex``, ``nationality``, ``complaint``, ``total``…
        category : str
            One modality, a code of `categories`; all of them by default.
        population : str, optional
            Who is described, a code of `populations`; by default the population that each edition computes its shares on.
        editions : str, int or several of them, optional
            Reference years, ``"all"``, ``"latest"``, or what `editions` gives; the default edition when none is named.
        **sub_population : str
            A part of the population: ``form="sexual"``, ``sex="women"``, ``age="minor"``, ``origin=…``.

        Examples
        --------
        >>> sexes = explore("sex", form="sexual").table
        >>> explore("total", population="identified", editions="all").charts[0].save("repérées.svg")  # doctest: +SKIP
        """
        if isinstance(editions, pd.DataFrame):  # what `editions` gives, or some of its rows
            editions = list(map(str, editions.index))
        chosen = [editions] if isinstance(editions, (str, int)) else list(editions or [])
        catalogue, words, table = load(synthetic=any(map(is_synthetic, chosen)))
        if not variable:
            raise ObservationsError(f"Name a variable: explore('form'). {available('', self.variables().index)}")
        variable = _code(variable, _things("variable", words))
        population = population and _code(population, _things("population", words))
        category = _code(category, _things(variable, words))
        named = ((_code(column, [*terms("columns").values()]), code) for column, code in sub_population.items())
        parts = {column: _code(code, _things(column, words)) for column, code in named}
        check_question(words, variable, category, population=population, sub_population=parts)
        every = [edition.key for edition in catalogue.dated]
        asked: Sequence[str | int] = {"all": every, "latest": every[-1:]}.get(str(editions), chosen)
        keys = sorted({catalogue.edition(key).key for key in ([catalogue.default] if editions is None else asked)})
        if not keys:
            raise ObservationsError(f"No edition is chosen. {available('', every)}")
        kept = table[table["edition"].isin([*keys, ""])]  # breaks are those between the editions chosen, not those left out
        survey = Survey(catalogue.edition(keys[-1]), catalogue, words, kept)
        return Exploration(survey, tuple(keys), variable, category, population, parts)

    @staticmethod
    def search(text: str) -> pd.DataFrame:
        """Variables, modalities and figures of the survey whose names have all these words, in French or English.

        One row a statistic, those that the words name first: codes for `explore`, then figures by edition, retained if one is.

        >>> explore.search("residence permits").reset_index()[["variable", "category", "2019"]].iloc[0].to_list()
        ['permit', 'has_permit', '15\xa0% (non retenu)']
        """
        catalogue, words, table = load()

        @cache
        def names(column: str, code: str) -> set[str]:
            named = (each for each in _things(column, words) if each.code == code)
            return {stem for each in named for name in _names(each) for stem in key(name)}

        rows = table[(table["edition"] != "") & table["value"].notna()]
        rows = Survey(catalogue.edition(catalogue.default), catalogue, words, rows).with_labels(rows)
        wanted, hits = set(key(text)) - {stem for word in STOP for stem in key(word)}, []
        for place, row in enumerate(records(rows)):
            own = names("variable", row["variable"]) | names(row["variable"], row["category"])
            if wanted <= own.union(*(names(column, row[column]) for column in ("population", *SUB_POPULATION))):
                hits.append((not wanted <= own, place))
        rows = rows.iloc[[place for _, place in sorted(hits)]]
        known = rows.groupby(["variable", "category", "who", "edition"])["retained"].transform("any")
        rows = rows[rows["retained"] | ~known]  # what is not retained is there where nothing is
        told = rows["text"] + rows["retained"].map({True: "", False: " (non retenu)"})
        rows = rows.assign(chiffre=told, libellé=[wording.statistic(row) for row in records(rows)])
        wide = rows.pivot_table("chiffre", ["variable", "category", "libellé", "who"], "edition", aggfunc=" ; ".join, sort=False)
        return wide.reindex(columns=sorted(set(rows["edition"]))).fillna("").rename_axis(columns=None)

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
        rows = [(each.code, each.label_fr, each.universe) for each in load()[1].populations.values()]
        return pd.DataFrame(rows, columns=["population", "libellé", "univers"]).set_index("population")

    @staticmethod
    def categories(variable: str) -> pd.DataFrame:
        """Modalities of a variable or of a sub-population column (``form``, ``sex``, ``age``, ``origin``, ``offence``)."""
        words = load()[1]
        variable = _code(variable, _things("variable", words))
        if variable not in SUB_POPULATION:
            words.variable(variable)
        items = {item.code: (item.code, item.label_fr, item.parent) for item in words.items_of(variable)}
        return pd.DataFrame(list(items.values()), columns=["category", "libellé", "parent"]).set_index("category")

    @staticmethod
    def editions() -> pd.DataFrame:
        """Editions whose year is known."""
        rows = [(e.key, ", ".join(e.producers), e.published, e.share_population) for e in load()[0].dated]
        return pd.DataFrame(rows, columns=["édition", "producteurs", "publication", "champ"]).set_index("édition")

    def menus(self) -> object:
        """Menus to explore with the mouse, in a live notebook; each choice prints the line of Python that gives it again."""
        import ipywidgets
        from IPython.display import Code, display

        catalogue, words, _ = load()

        def menu(name: str, labels: Mapping[Any, str], value: str = "") -> Any:
            options = [(label, str(code)) for code, label in labels.items()]
            return ipywidgets.Dropdown(description=name, options=options, value=value, style=style)

        def show(variable: str, editions: Sequence[str], **chosen: str) -> None:
            try:
                found = self(variable, editions=editions, **{name: code for name, code in chosen.items() if code})
                display(Code(found.code, language="python"), found)  # type: ignore[no-untyped-call]
            except TraiteError as error:
                print(error)

        style, keys = {"description_width": "7rem"}, [edition.key for edition in catalogue.dated]
        populations = {"": "celle de l’édition"} | {code: each.label_fr for code, each in words.populations.items()}
        menus = {
            "variable": menu("Variable", self.variables()["libellé"].to_dict(), "form"),
            "population": menu("Population", populations),
        }
        for column, name in {"form": "Forme", "sex": "Sexe", "age": "Âge"}.items():
            menus[column] = menu(name, {"": "Toutes"} | self.categories(column)["libellé"].to_dict())
        own, size = (catalogue.default,), len(keys)
        editions = ipywidgets.SelectMultiple(description="Éditions", options=keys, value=own, rows=size, style=style)
        shown = ipywidgets.interactive_output(show, {**menus, "editions": editions})
        return ipywidgets.VBox([ipywidgets.HBox([ipywidgets.VBox(list(menus.values())), editions]), shown])

    panel = renamed("panel", "menus")

    def __repr__(self) -> str:
        return "explore(variable, category, population=…, editions=…, form=…, sex=…, age=…); explore.variables() lists them."


_Named = Item | Variable | Population | Term


def _things(column: str, words: Nomenclatures) -> list[_Named]:
    """What a code of a column may be."""
    if column in ("variable", "population"):
        return [*(words.variables if column == "variable" else words.populations).values()]
    return [*words.items_of(column), *words.items_of(ANY)]


def _names(thing: _Named) -> list[str]:
    return [thing.code, thing.label_fr, thing.label_en, *getattr(thing, "source_labels", ())]


def _code(word: str, things: Sequence[_Named]) -> str:
    """The code that a word is or names, in French or English, accents, capitals, number and gender aside."""
    codes = {thing.code for thing in things if key(word) in map(key, _names(thing))}
    return word if len(codes) != 1 or word in [ALL, *(thing.code for thing in things)] else codes.pop()


explore = Explore()
"""The one object to start from."""
