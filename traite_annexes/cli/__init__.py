"""The command ``traite``."""

from __future__ import annotations

import os
import sys

import typer

from papermill_warm.imports import without
from tidy_workbook import WorkbookError
from traite_lib.errors import TraiteError

from . import answers, editions, figures, handover, render, workbooks
from .terminal import errors

app = typer.Typer(
    help="Annexes of the French survey of victims of trafficking accompanied by associations.",
    add_completion=False, pretty_exceptions_enable=False,
)  # fmt: skip
for _command in (  # in the order of work
    *(
        figures.editions,
        render.chapters,
        render.render,
        figures.show,
        figures.change,
        render.figures,
        handover.gate,
        handover.bundle,
        handover.verify,
    ),
    *(editions.add_edition, editions.check, editions.checksums, workbooks.inspect, workbooks.tidy),
    answers.synth,
):
    app.command()(_command)
app.add_typer(answers.app, name="answers")


def main() -> None:
    """Entry point: an error that a user can mend is one message on stderr and exit code 1."""
    try:
        # jsonschema, which nbformat imports, makes a grammar of IRIs (2 s) where it can; no notebook is checked for them
        with without("rfc3987_syntax"):
            app(sys.argv[1:] or ["--help"])  # typer alone would call it an error
    except (TraiteError, WorkbookError) as error:
        said = str(error)
    except BrokenPipeError:  # whoever read has had enough (`traite show 2022 | head`)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:  # a full disk, a folder that may not be read: nothing that the program does wrong
        where = f" ({os.fspath(error.filename)!r})" if error.filename else ""
        said = f"The system refused: {error.strerror or error}{where}. The previous annexes are left as they were."
    else:
        return
    errors.print(f"traite: {said}", style="red", markup=False, soft_wrap=True)
    sys.exit(1)
