"""Commands that hand annexes over and check those received: ``traite bundle 2022``, ``traite verify outputs/2022``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from traite_lib.catalogue import Catalogue

from ..errors import RenderError
from ..fingerprints import commit
from .terminal import outputs


def bundle(
    edition: Annotated[str, typer.Argument(help="Reference year of a rendered edition.")],
    output: Annotated[Optional[Path], typer.Option(help="Folder of the annexes; outputs/ by default.")] = None,  # noqa: UP045
    to: Annotated[Optional[Path], typer.Option(help="The zip to write; outputs/traite_<edition>.zip by default.")] = None,  # noqa: UP045
    figures: Annotated[bool, typer.Option("--figures", help="With the charts as PNG and SVG, for slides.")] = False,
) -> None:
    """Make one zip of an edition, that a colleague opens without installing anything."""
    from ..publishing import archive
    from ..publishing.chapters import discover
    from ..rendering import batch

    catalogue = Catalogue.of(edition)
    found = catalogue.edition(edition)
    folder = outputs(catalogue, output)
    present = archive.folder_of(found, folder)
    chosen = [chapter for chapter in discover(catalogue.root / "notebooks") if (present / f"{chapter.name}.ipynb").is_file()]
    images = batch.images(found, chosen, catalogue) if figures else None
    print(archive.bundle(found, folder, catalogue, to or folder / archive.bundle_name(found), images))


def verify(
    path: Annotated[Path, typer.Argument(help="Folder of an edition's annexes, or its zip.")],
    quick: Annotated[bool, typer.Option("--quick", help="Compare checksums only; this proves nothing of the code.")] = False,
) -> None:
    """Render the same annexes again and compare: exit code 0 only when every file is the one that this project produces."""
    from ..rendering.verify import verify as verified

    if not path.exists():
        raise RenderError(f"{path} does not exist.")
    catalogue = Catalogue()
    try:
        found = verified(path, catalogue, render=not quick)
    except RenderError as error:
        raise RenderError(f"{error} Ask its sender for another copy, or use what `traite render` makes here.") from None
    for title, lines in {
        "Not what the manifest says": found.altered,
        "Not as in this project": found.differences,
        "Rendered otherwise here": found.produced or (),
    }.items():
        if lines:
            print("\n".join([f"{title}:", *(f"  {line}" for line in lines)]))
    if found.proven:
        print(f"Edition {found.edition.key}: the {found.files} files are those that these inputs and this code produce.")
        if found.commit != (here := commit(catalogue.root)):
            print(
                f"Their manifest names the commit {found.commit or 'none'}; here it is {here or 'none'}: no file depends on it."
            )
    elif quick and not found.altered and not found.differences:
        print(f"Edition {found.edition.key}: the {found.files} files are those of their manifest, whose inputs are here too.")
        print("That proves nothing of the code: `traite verify` without --quick renders them again.")
    else:
        what = (
            "Ask its sender where it comes from" if found.altered else "Ask its sender for the commit and the versions it names"
        )
        raise RenderError(f"{path} is not what this project produces. {what}, or use what `traite render` makes here.")
