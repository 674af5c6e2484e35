"""The command ``traite``."""

from __future__ import annotations

import sys

import typer

from tidy_workbook import WorkbookError
from traite_lib.errors import TraiteError

from . import editions, figures, handover, render, workbooks
from .terminal import errors

app = typer.Typer(
    help="Annexes of the French survey of victims of trafficking accompanied by associations.",
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
)  # fmt: skip
for _command in (
    *(workbooks.tidy, workbooks.inspect, editions.add_edition, editions.check),
    *(figures.editions, render.chapters, render.render, render.figures, figures.show, figures.change, editions.checksums),
    *(handover.bundle, handover.verify),
):
    app.command()(_command)


def main() -> None:
    """Entry point: an error that a user can mend is one message on stderr and exit code 1."""
    try:
        app()
    except (TraiteError, WorkbookError) as error:
        errors.print(f"traite: {error}", style="red", markup=False, soft_wrap=True)
        sys.exit(1)
