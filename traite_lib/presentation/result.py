"""Results: numbers that answer one question, ready to be shown, drawn, checked or said.

Whatever shows numbers has `statements`, the names of the statements that they come from: a chapter gives what it shows to
`metadata.sources`, and their sources follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from textwrap import fill, shorten
from typing import Literal, Protocol

import pandas as pd

from ..analysis.compare import Comparison
from ..errors import ObservationsError
from ..table import CALCULATED, Row, records
from . import tables, wording

ResultKind = Literal["distribution", "groups", "statistics", "series", "small_multiples", "editions"]


class Shown(Protocol):
    """What a chapter shows and gives to `control`, `metadata.sources` and `metadata.save`: a result, a table or sentences."""

    @property
    def statements(self) -> Sequence[str]:
        """Names of the statements whose numbers are shown."""


def statements_of(rows: Iterable[Row]) -> list[str]:
    """Statements that show a value in some rows, with those that a calculated value comes from."""
    named = [row["statement_id"] for row in rows if pd.notna(row["value"])]
    return named + [name for row in rows if row["status"] == CALCULATED for name in row["locator"].split(" / ")]


@dataclass(frozen=True)
class Result:
    """Numbers that answer one question, ready for a table, a chart, a control cell or a sentence.

    `frame` are tidy rows of Observations with, for reading, ``label``, ``text`` (the value in French), ``who``, ``publisher``;
    `title` is what is measured, `population` who is described, `notes` what a reader must know (doubts, breaks, several answers),
    `absent` the sentence shown when nothing was found, `said` the one that stands for the table of a single value, `message` the
    finding that may be the title of a chart, `elsewhere` the row of the nearest edition that answers when this one does not.

    A series has its `respondents` by year, those of years without a value too, and their statements `beside` those of its frame.
    Kinds: ``distribution``; ``groups`` (several distributions, a column ``group``); ``statistics`` (about several populations);
    ``series`` (one row a year); ``small_multiples`` (several series); ``editions`` (several editions).
    """

    frame: pd.DataFrame
    title: str
    population: str
    notes: tuple[str, ...] = ()
    absent: str = ""
    kind: ResultKind = "distribution"
    said: str = ""
    message: str = ""
    elsewhere: Row | None = None
    respondents: dict[str, int] = field(default_factory=dict)
    beside: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(len(self.frame))

    @property
    def value(self) -> float:
        """The only value of an indicator.

        Raises
        ------
        ObservationsError
            There is not exactly one row.
        """
        if len(self.frame) != 1:
            how = "Ask for one, survey.indicator(variable, category), or take .frame." if self else self.absent
            raise ObservationsError(f"{self.title}: {len(self.frame)} values, one was expected. {how}".strip())
        return float(self.frame["value"].iloc[0])

    @property
    def statements(self) -> list[str]:
        """Names of the statements whose numbers are shown."""
        return [*statements_of(records(self.frame)), *self.beside]

    @cached_property
    def lines(self) -> list[str]:
        """Population, base, notes and sources, as printed under a table and a chart."""
        rows = records(self.frame)
        bases = {wording.base_of(row) == wording.UNKNOWN_BASE for row in rows if wording.base_of(row)}
        some = "Là où la base n’est pas publiée, la" if False in bases else "Base non publiée : chaque"
        base = f"{some} part porte sur les victimes des associations ayant répondu à la question."
        return [
            f"Population : {wording.lower_first(self.population)}.",
            *([base if all(row["edition"] for row in rows) else "Base non publiée."] if True in bases else []),
            *self.notes,
            wording.source_line([row["publisher"] for row in rows]),
        ]

    def only(self, rows: pd.DataFrame) -> Result:
        """The same answer with some of its rows, and the notes and sources of those."""
        own, signs = wording.notes_of(self.frame), tuple(map(wording.mark, rows["status"][rows["value"].isna()]))
        kept = [note for note in self.notes if note not in own and (note[:1] != "[" or note.startswith(signs))]
        who = rows["who"].iloc[0] if self.kind == "statistics" and rows["who"].nunique() == 1 else self.population
        return replace(self, frame=rows, population=who, notes=(*wording.notes_of(rows), *kept))

    @property
    def table(self) -> tables.Table:
        """The numbers as a French table."""
        kinds = {"series": tables.series_table, "small_multiples": tables.multiples_table, "editions": tables.editions_table}
        make = kinds.get(self.kind, tables.distribution_table)
        return make(self.frame, self.title, self.lines if self else [], self.absent)

    def __repr__(self) -> str:
        return shorten(f"Result: {len(self.frame)} row(s), {self.title}, {self.population}", 79, placeholder="…")

    def __str__(self) -> str:
        return self._repr_mimebundle_()["text/plain"]

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """A table; a single value is a sentence, and nothing that the edition does not have is nothing to show."""
        if self.said:
            return Markdown(self.said)._repr_mimebundle_()
        return self.table._repr_mimebundle_()


@dataclass(frozen=True)
class Markdown:
    """Text shown by a notebook as Markdown, with the statements that it says."""

    text: str
    statements: tuple[str, ...] = ()

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        text = wording.typographic(self.text)
        return {"text/markdown": text, "text/plain": text}


@dataclass(frozen=True)
class Change(Comparison):
    """A comparison as a notebook shows it.

    `refusals` and `reservations` are French sentences, `motive` the first refusal in a few words, `beside` the statements shown
    beside the two values: the respondents of both editions, which the reservations name.
    """

    refusals: tuple[str, ...] = ()
    reservations: tuple[str, ...] = ()
    motive: str = ""
    beside: tuple[str, ...] = ()

    @property
    def statements(self) -> list[str]:
        """Names of the statements whose numbers are shown: none when no change is computed."""
        return [] if self.refused else [*statements_of([self.before, self.after]), *self.beside]

    def _repr_html_(self) -> str:
        from markupsafe import escape

        return "".join(f"<p>{escape(text)}</p>" for text in self._lines)

    def __repr__(self) -> str:
        return "\n".join(fill(line, 79) for line in self._lines)

    @property
    def _lines(self) -> tuple[str, ...]:
        """The two values with their change, or the reason why there is none."""
        values = [f"{wording.spelt(row['period'])} : {wording.quantity_of(row)}" for row in (self.before, self.after)]
        unit = "points" if self.after["unit"] == "percent" else ""
        gap = [] if self.refused else [f"Écart : {wording.quantity(self.difference, unit, sign=True)}."]
        return (f"{' ; '.join(values)}.", *gap, *self.refusals, *self.reservations)


def control(*shown: Shown) -> None:
    """Print the numbers of each result (no table, no sentence), sorted, decimals fixed: for cells that nbval compares."""
    results = [each for each in shown if isinstance(each, Result)]
    print("\n\n".join(f"{result.title}\n{tables.control(result.frame)}" for result in results))


def without(rows: pd.DataFrame, but: Iterable[Result]) -> pd.DataFrame:
    """Rows that none of these results shows."""
    shown = {name for result in but for name in result.frame["statement_id"]}
    return rows[~rows["statement_id"].isin(shown)] if shown else rows


def together(populations: Iterable[str]) -> str:
    """Population line of numbers about several populations."""
    names = dict.fromkeys(wording.lower_first(name) for name in populations)
    return " ; ".join(names) if len(names) < 3 else wording.EACH_LINE


def side_by_side(title: str, **groups: Result) -> Result:
    """Several distributions of one variable, to be read together; with fewer than two that were found, there is nothing to
    compare, and the result says what is missing.

    An underscore in the name of a group is shown as a space.
    """
    if not isinstance(title, str) or not groups or any(not isinstance(each, Result) for each in groups.values()):
        raise ObservationsError("side_by_side takes a title, then results by name: side_by_side('Sexe', Majeures=…, Mineures=…).")
    found = {name.replace("_", " "): result for name, result in groups.items() if result}
    frames = [result.frame.assign(group=name) for name, result in found.items()]
    return Result(
        pd.concat(frames) if len(frames) > 1 else next(iter(groups.values())).frame.iloc[:0].assign(group=""),
        title,
        together(result.population for result in found.values()),
        tuple(dict.fromkeys(note for result in found.values() for note in result.notes)),
        " ".join(dict.fromkeys(result.absent for result in groups.values() if not result)),
        "groups",
    )
