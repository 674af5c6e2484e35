"""What commands share: arguments, and tables on a terminal or as text."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from traite_lib.catalogue import Catalogue
from traite_lib.errors import TraiteError

screen, errors = Console(), Console(stderr=True, highlight=False)

EditionArg = Annotated[str, typer.Argument(help="Reference year of an edition.")]


def outputs(catalogue: Catalogue, named: Path | None) -> Path:
    """Where annexes are: demonstrations are a site of their own, below the one of real editions."""
    folder = named or catalogue.root / "outputs"
    return (folder / "demonstration" if catalogue.synthetic else folder).resolve()


def pairs(texts: list[str], option: str) -> dict[str, str]:
    """NAME=VALUE texts of an option, by name."""
    found = dict(text.partition("=")[::2] for text in texts)
    if wrong := [text for text in texts if "=" not in text]:
        raise TraiteError(f"{option} {wrong[0]}: NAME=VALUE was expected.")
    return found


def rows(columns: list[str], lines: list[list[str]]) -> None:
    """A table on a terminal, tab-separated text elsewhere."""
    if not screen.is_terminal:
        print("\n".join("\t".join(line) for line in [columns, *lines]))
        return
    table = Table(*columns, header_style="bold")
    for line in lines:
        table.add_row(*map(Text, line))  # words of data are no markup of the terminal
    screen.print(table)
