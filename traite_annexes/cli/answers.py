"""``traite answers``: a mapping, what to decide, a codebook, a release, crossings; ``traite synth``: answers nobody gave."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Optional

import typer

from ..errors import AnswersError
from ..files import replace_files
from .terminal import pairs, rows

app = typer.Typer(help="Answers of associations, exported from LimeSurvey.", no_args_is_help=True)

HIDDEN = "[s]"
"""What stands for a number that disclosure control hides."""

Structure = Annotated[Path, typer.Argument(help="Questionnaire: a .lss, or a .lsa.", exists=True, dir_okay=False)]
Output = Annotated[Optional[Path], typer.Option("--output", "-o", help="Write there, instead of the terminal.")]  # noqa: UP045


@contextmanager
def _reading() -> Iterator[None]:
    """What the reader refuses is an error like the others; it is imported late, with pandas."""
    from limesurvey_answers import LimeSurveyError

    try:
        yield
    except LimeSurveyError as error:
        raise AnswersError(str(error)) from None


def _needs_solver() -> None:
    """Whoever holds answers installs what solves the programmes of disclosure control; the others do without."""
    for name in ("highspy", "scipy"):
        if find_spec(name) is None:
            raise AnswersError(f"Disclosure control needs {name}: pip install 'traite[disclosure]'.")


def _write(text: str, output: Path | None) -> None:
    if output is None:
        typer.echo(text, nl=False)
    else:
        replace_files(output.absolute().parent, {output.name: text.encode()})


@app.command()
def draft_mapping(
    survey: Structure,
    year: Annotated[int, typer.Option(help="Reference year of the edition.")],
    output: Output = None,
) -> None:
    """Draft the mapping of a questionnaire, to be reviewed line by line."""
    import limesurvey_answers as ls
    from traite_lib.catalogue import Catalogue
    from traite_lib.nomenclature import Nomenclatures

    from ..answers.draft import draft_mapping as draft

    with _reading():
        _write(draft(ls.read_survey(survey), Nomenclatures(Catalogue().data), year), output)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="Answers: .lsa, CSV, VV, JSON or xlsx.")],
    mapping: Annotated[Path, typer.Option("--mapping", "-m", help="Mapping of the questionnaire.")],
    structure: Annotated[Optional[Path], typer.Option(help="Questionnaire, where the export does not hold it.")] = None,  # noqa: UP045
    before: Annotated[Optional[Path], typer.Option(help="Questionnaire of the edition before, to be compared.")] = None,  # noqa: UP045
) -> None:
    """Say what a person must look at in the answers; exit with 1 where something waits for a decision."""
    from ..answers.findings import as_lines
    from ..answers.findings import check as look

    with _reading():
        report = look(file, mapping, structure, before)
    rows(["state", "finding", "what", "responses or questions"], as_lines(report.findings))
    if len(report.coverage):
        shares = report.coverage["coverage"]
        shown = ["unknown" if unknown else f"{share:.0f} %" for share, unknown in zip(shares, shares.isna(), strict=True)]
        rows(["response", "described / accompanied"], [[str(n), share] for n, share in zip(shares.index, shown, strict=True)])
    if len(report.reconciled):
        both = report.reconciled
        columns = ["population", "variable", "category", "counted", "described"]
        parts = [f"{part:.0f} %" if counted else "" for part, counted in zip(both["coverage"], both["counted"], strict=True)]
        lines = [[*map(str, line), part] for line, part in zip(both[columns].to_numpy(object), parts, strict=True)]
        rows([*columns, "described / counted"], lines)
    if waiting := len(report.open):
        typer.echo(f"{waiting} findings wait for a decision: write it in the mapping, with its reason.", err=True)
        raise typer.Exit(1)


@app.command()
def codebook(survey: Structure, output: Output = None) -> None:
    """Write the codebook of a questionnaire, a page in French without any answer."""
    import limesurvey_answers as ls

    from ..answers.codebook import codebook_page

    with _reading():
        _write(codebook_page(ls.read_survey(survey)), output)


@app.command()
def release(
    mapping: Annotated[Path, typer.Argument(help="Mapping beside the answers.", exists=True, dir_okay=False)],
    edition: Annotated[str, typer.Option(help="Key of the edition, as demo2022.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The observations, a CSV below data/.")],
    record: Annotated[Path, typer.Option(help="What was hidden, without a value: a JSON below data/released/.")],
    before: Annotated[Optional[Path], typer.Option(help="Mapping of the edition before: for what the change is made of.")] = None,  # noqa: UP045
    profile: Annotated[str, typer.Option(help="Rules of data/disclosure.toml.")] = "publication",
) -> None:
    """Compute every table of the survey, hide what the profile says, and prove that nobody can undo it: some minutes."""
    _needs_solver()
    from traite_lib.catalogue import project_root

    from ..answers.computed import release as made

    with _reading():
        found = made(mapping, project_root(), edition, before, profile)
    for file, text in ((output, found.csv), (record, found.record)):
        _write(text, file)
    told = json.loads(found.record)
    hidden, primary = told["hidden"], told["primary"]
    typer.echo(f"{told['cells']} cells: {hidden} hidden ({primary} by a rule, {hidden - primary} to protect them).")


@app.command()
def crosstab(
    mapping: Annotated[Path, typer.Argument(help="Mapping beside the answers.", exists=True, dir_okay=False)],
    variable: Annotated[str, typer.Argument(help="What is counted: housing, violence…")],
    by: Annotated[str, typer.Argument(help="What makes the parts that it is counted in.")],
    population: Annotated[str, typer.Option(help="By default the one that the optional part describes.")] = "",
    only: Annotated[Optional[list[str]], typer.Option(metavar="NAME=CODE", help="Victims of one modality: form=sexual.")] = None,  # noqa: UP045
    profile: Annotated[str, typer.Option(help="Rules of data/disclosure.toml.")] = "publication",
) -> None:
    """Cross any two questions, with bases and the same rules as the tables of the survey, beside the edition as released."""
    _needs_solver()
    from traite_lib.catalogue import SYNTHETIC, is_synthetic, project_root

    from ..answers import crosstab as crossing
    from ..answers.computed import edition_key
    from ..answers.tables import read_tables

    asked = crossing.Asked(variable, by, population, pairs(only or [], "--only"))
    with _reading():
        found = crossing.release_crosstab(mapping, project_root(), asked, profile)
        mark = SYNTHETIC if is_synthetic(edition_key(read_tables(mapping))) else f"Profil {profile}"
    counts = found["count"].astype(object).mask(found["status"] == "Q", HIDDEN)
    shown = found.assign(count=counts).drop(columns="status").astype(object)
    shown = shown.where(shown.notna(), "").assign(source=mark)
    rows([by, variable, *shown.columns[2:]], [[str(cell) for cell in line] for line in shown.to_numpy()])
    if hides := int((found["status"] == "Q").sum()):
        typer.echo(f"{HIDDEN}: {hides} counts are hidden by disclosure control ({profile}).")


def synth(
    edition: Annotated[str, typer.Argument(help="Demonstration edition, as demo2022.")],
    to: Annotated[Path, typer.Option(help="Folder, outside the project: a folder of the edition is made in it.")],
    seed: Annotated[Optional[int], typer.Option(help="By default that of data/demonstration.toml.")] = None,  # noqa: UP045
) -> None:
    """Write a demonstration edition: answers that nobody gave, in LimeSurvey's own formats, with their mapping."""
    from traite_lib.catalogue import Catalogue

    from ..answers.demonstration import Demonstration

    typer.echo(Demonstration(edition, Catalogue(), seed).write(to))
