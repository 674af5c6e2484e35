"""Command line: ``traite render 2022``, ``traite show 2022 --variable form``…"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Annotated, Optional

import typer
from rich.console import Console
from rich.table import Table as RichTable

from . import cli_editions, cli_share, cli_workbook
from .catalogue import Catalogue, project_root, sha256
from .errors import ComparisonError, RenderError, TraiteError, available
from .nomenclature import ALL

app = typer.Typer(
    help="Annexes of the French survey of victims of trafficking accompanied by associations.",
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
)  # fmt: skip
app.command()(cli_workbook.tidy)
app.command()(cli_workbook.inspect)
app.command()(cli_editions.add_edition)
app.command()(cli_editions.check)
screen, errors = Console(), Console(stderr=True, highlight=False)

EditionArg = Annotated[str, typer.Argument(help="Reference year of an edition.")]
Where = Annotated[list[str], typer.Option("--where", "-w", help="Sub-population, as form=sexual; may be repeated.")]


def _pairs(texts: list[str], option: str) -> dict[str, str]:
    found = dict(text.partition("=")[::2] for text in texts)
    if wrong := [text for text in texts if "=" not in text]:
        raise TraiteError(f"{option} {wrong[0]}: NAME=VALUE was expected.")
    return found


def _rows(columns: list[str], lines: list[list[str]]) -> None:
    """A table on a terminal, tab-separated text elsewhere."""
    if not screen.is_terminal:
        print("\n".join("\t".join(line) for line in [columns, *lines]))
        return
    table = RichTable(*columns, header_style="bold")
    for line in lines:
        table.add_row(*line)
    screen.print(table)


@app.command()
def editions() -> None:
    """List the editions of the survey."""
    lines = [
        [e.key, str(e.number), " + ".join(e.producers), e.published, "yes" if e.reference_year else "no: uncertain year"]
        for e in Catalogue().editions
    ]
    _rows(["edition", "number", "producers", "published", "renders"], lines)


@app.command()
def chapters() -> None:
    """List the chapters: one notebook each."""
    from .rendering.chapters import discover

    _rows(["chapter", "title"], [[c.name, c.title] for c in discover(project_root() / "notebooks")])


@app.command()
def render(
    edition: Annotated[str, typer.Argument(help="Reference year, or « all ».")],
    chapter: Annotated[list[str], typer.Option("--chapter", "-c", help="Number or name; may be repeated.")] = [],  # noqa: B006
    output: Annotated[Optional[Path], typer.Option(help="Folder of the annexes; outputs/ by default.")] = None,  # noqa: UP045
    parameter: Annotated[list[str], typer.Option("--parameter", "-p", help="NAME=VALUE, a parameter of the chapter.")] = [],  # noqa: B006
    timeout: Annotated[int, typer.Option(help="Seconds that one cell may take.")] = 120,
    pdf: Annotated[bool, typer.Option("--pdf", help="PDF of each chapter and of the edition (extra [pdf]).")] = False,
    jobs: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option("--jobs", "-j", min=1, help="Notebooks at once.", show_default="two more than there are cores"),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Render what is up to date too.")] = False,
    cold: Annotated[bool, typer.Option("--cold", help="Start ordinary kernels in place of forked ones.")] = False,
    dask: Annotated[str, typer.Option(help="Scheduler of a dask cluster, as tcp://host:8786.")] = "",
) -> None:
    """Render what changed of the annexes of an edition: executed notebooks, pages, tables, index and manifest."""
    # nbformat imports jsonschema, which makes a grammar of IRIs (1.5 s) where it can; no notebook is checked for them
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    from .rendering import batch, progress
    from .rendering.chapters import choose, discover
    from .rendering.cluster import cluster

    catalogue = Catalogue()
    wanted = catalogue.dated if edition == "all" else [catalogue.edition(edition)]
    every = discover(catalogue.root / "notebooks")
    chosen = [choose(every, name) for name in chapter] or every
    given: dict[str, object] = dict(_pairs(parameter, "--parameter"))
    if "edition" in given:
        raise RenderError("The edition is the argument of `traite render`, not a parameter.")
    folder = (output or catalogue.root / "outputs").resolve()
    options = batch.Options(jobs=jobs or batch.JOBS, force=force, timeout=timeout, warm=not cold, pdf=pdf)
    outcomes = partial(batch.render, wanted, chosen, every, catalogue, folder, parameters=given)
    with cluster(dask, options) as options:
        failures = progress.report(outcomes, options, len(wanted) * len(chosen), errors)
    if failures:
        kept = f"The previous annexes are left as they were; see {folder}/*/failures/."
        raise RenderError("\n".join([f"{len(failures)} chapter(s) could not be rendered.", *failures, kept]))
    print(f"{folder / (wanted[0].key if len(wanted) == 1 else '')}/index.html".replace("//", "/"))


@app.command()
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

    from .survey import open_edition
    from .table import SUB_POPULATION

    survey = open_edition(edition)
    survey.nomenclatures.variable(variable)
    rows = survey.observations[
        (survey.observations["period"] == survey.edition.key) & (survey.observations["variable"] == variable)
    ]
    if not every:
        rows = rows[rows["retained"]]
    if survey.matching is not None and not any(p.state == "observation" for p in survey.matching.placed):
        typer.echo(
            f"The workbook of edition {edition} has no readable cell ({len(survey.matching.placed)} cells, none understood): "
            f"see `traite check {edition}`.",
            err=True,
        )
    for name, value in {"category": category, "population": population, **_pairs(where, "--where")}.items():
        if name not in ("category", "population", *SUB_POPULATION):
            raise TraiteError(f"There is no sub-population {name!r}. {available(name, SUB_POPULATION)}")
        if value is not None and value not in (known := set(rows[name])):
            raise TraiteError(f"Nothing about {name} {value!r} in {edition}. {available(value, sorted(known - {ALL}))}")
        rows = rows if value is None else rows[rows[name] == value]
    if csv:
        rows.to_csv(sys.stdout, index=False)
        return
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
        for _, row in rows.iterrows()
    ]
    _rows(columns, lines)


@app.command()
def change(
    edition: EditionArg,
    since: Annotated[str, typer.Option(help="Earlier edition.")],
    variable: Annotated[str, typer.Option(help="What is compared.")] = "total",
    category: Annotated[str, typer.Option(help="One modality of it.")] = ALL,
    population: Annotated[Optional[str], typer.Option(help="By default, the population of each edition's shares.")] = None,  # noqa: UP045
    where: Where = [],  # noqa: B006
) -> None:
    """Print the change of a statistic between two editions, or the reason why it is refused (exit code 1)."""
    from .presentation.wording import change_sentence
    from .survey import open_edition

    survey = open_edition(edition)
    if variable == "total":
        population = population or "accompanied"
    found = survey.change(variable, category, since=since, population=population, **_pairs(where, "--where"))
    if found is None:
        raise ComparisonError(f"Aucune des deux éditions, {since} et {edition}, n’a de valeur relevée pour cette statistique.")
    if found.refusals:
        raise ComparisonError(change_sentence(found, survey.nomenclatures))
    print(change_sentence(found, survey.nomenclatures))
    for row in (found.before, found.after):
        print(f"{row['period']}: {row['value']:g} {row['unit']}, {row['source_id']}, {row['locator']}")


@app.command()
def checksums(
    write: Annotated[bool, typer.Option("--write", help="Declare the present content in data/editions.toml.")] = False,
) -> None:
    """Compare the data files with the checksums of the catalogue; --write declares what is there now."""
    catalogue = Catalogue()
    path = catalogue.data / "editions.toml"
    text, differ = path.read_text(encoding="utf-8"), []
    for file in catalogue.files():
        found = sha256(catalogue.data / file.path) if (catalogue.data / file.path).is_file() else ""
        if found != file.sha256:
            differ.append(file.path)
            text = text.replace(file.sha256, found or file.sha256)
    if differ and not write:
        raise TraiteError(f"Changed since they were declared: {', '.join(differ)}. `traite checksums --write` declares them.")
    if differ:
        path.write_text(text, encoding="utf-8")
    print(f"{len(differ)} file(s) declared anew." if differ else "All data files are the declared ones.")


app.command()(cli_share.bundle)
app.command()(cli_share.verify)


def main() -> None:
    """Entry point: an error that a user can mend is one message on stderr and exit code 1."""
    try:
        app()
    except TraiteError as error:
        errors.print(f"traite: {error}", style="red", markup=False, soft_wrap=True)
        sys.exit(1)
