"""Commands that print figures: ``traite editions``, ``traite show 2022 --variable form``, ``traite change 2022 --since 2021``."""

from __future__ import annotations

import sys
from typing import Annotated, Optional

import typer

from traite_lib.catalogue import Catalogue
from traite_lib.errors import ComparisonError, TraiteError, available
from traite_lib.nomenclature import ALL

from .terminal import EditionArg, pairs, rows

Where = Annotated[list[str], typer.Option("--where", "-w", help="Sub-population, as form=sexual; may be repeated.")]


def editions() -> None:
    """List the editions of the survey."""
    lines = [
        [e.key, str(e.number), " + ".join(e.producers), e.published, "yes" if e.reference_year else "no: uncertain year"]
        for e in Catalogue().editions
    ]
    rows(["edition", "number", "producers", "published", "renders"], lines)


def show(
    edition: EditionArg,
    variable: Annotated[str, typer.Option(help="What is distributed: total, form, sex, age, nationality…")] = "total",
    category: Annotated[Optional[str], typer.Option(help="Keep one modality.")] = None,  # noqa: UP045
    population: Annotated[Optional[str], typer.Option(help="Keep one population.")] = None,  # noqa: UP045
    where: Where = [],  # noqa: B006
    every: Annotated[bool, typer.Option("--all", help="Every statement, those that are not retained too.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Tidy CSV, all columns.")] = False,
) -> None:
    """Print the observations of an edition and year on a variable, each with its source and locator."""
    import pandas as pd

    from traite_lib.survey import open_edition
    from traite_lib.table import SUB_POPULATION

    survey = open_edition(edition)
    survey.nomenclatures.variable(variable)
    found = survey.observations[
        (survey.observations["period"] == survey.edition.key) & (survey.observations["variable"] == variable)
    ]
    if not every:
        found = found[found["retained"]]
    if survey.matching is not None and not any(p.state == "observation" for p in survey.matching.placed):
        typer.echo(
            f"The workbook of edition {edition} has no readable cell ({len(survey.matching.placed)} cells, none understood): "
            f"see `traite check {edition}`.",
            err=True,
        )
    for name, value in {"category": category, "population": population, **pairs(where, "--where")}.items():
        if name not in ("category", "population", *SUB_POPULATION):
            raise TraiteError(f"There is no sub-population {name!r}. {available(name, SUB_POPULATION)}")
        if value is not None and value not in (known := set(found[name])):
            raise TraiteError(f"Nothing about {name} {value!r} in {edition}. {available(value, sorted(known - {ALL}))}")
        found = found if value is None else found[found[name] == value]
    if csv:
        found.to_csv(sys.stdout, index=False)
        return
    if variable == "total":
        own = survey.observations[survey.observations["period"] == survey.edition.key]
        left = own.loc[own["variable"] != "total", "variable"].value_counts()
        typer.echo(f"Totals only. With --variable: {', '.join(f'{name} ({count})' for name, count in left.items())}.", err=True)
    columns = ["population", "sub-population", "category", "value", "unit", "base", "status", "source", "locator"]
    lines = [
        [
            row["population"],
            " ".join(f"{c}={row[c]}" for c in SUB_POPULATION if row[c] != ALL),
            "" if row["category"] == ALL else row["category"],
            "" if pd.isna(row["value"]) else f"{row['bound']}{row['value']:g}",
            row["unit"],
            "not published" if pd.isna(row["base"]) else f"{row['base']}",
            row["status"] if row["retained"] else f"{row['status']}, not retained",
            row["source_id"],
            row["locator"],
        ]
        for _, row in found.iterrows()
    ]
    rows(columns, lines)


def change(
    edition: EditionArg,
    since: Annotated[str, typer.Option(help="Earlier edition.")],
    variable: Annotated[str, typer.Option(help="What is compared.")] = "total",
    category: Annotated[str, typer.Option(help="One modality of it.")] = ALL,
    population: Annotated[Optional[str], typer.Option(help="By default, the population of each edition's shares.")] = None,  # noqa: UP045
    where: Where = [],  # noqa: B006
) -> None:
    """Print the change of a statistic between two editions, or the reason why it is refused (exit code 1)."""
    from traite_lib.presentation.sentences import change_sentence
    from traite_lib.survey import open_edition

    survey = open_edition(edition)
    if variable == "total":
        population = population or "accompanied"
    found = survey.change(variable, category, since=since, population=population, **pairs(where, "--where"))
    if found is None:
        raise ComparisonError(f"Neither edition, {since} or {edition}, has a retained value for this statistic.")
    print(change_sentence(found, survey.nomenclatures))
    _ = found.difference  # raises, in English, when the sentence says why there is none
    for row in (found.before, found.after):
        print(f"{row['period']}: {row['value']:g} {row['unit']}, {row['source_id']}, {row['locator']}")
