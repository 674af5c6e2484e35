"""Commands that hand annexes over and check them: ``traite gate outputs/2022``, ``traite bundle 2022``, ``traite verify``."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Annotated, Optional

import typer

from traite_lib.catalogue import Catalogue, Edition, sha256

from ..errors import RenderError
from ..fingerprints import commit
from .terminal import outputs


def gate(path: Annotated[Path, typer.Argument(help="Folder of an edition's annexes, as outputs/2022.")]) -> None:
    """Look into every file of an edition's annexes for what must not be published; exit code 0 only when there is nothing.

    Refused: internal editions, stale or unknown files, tracebacks, absolute paths, addresses, identifiers, records of answers,
    names of associations (of the folder of answers, where there is one), and numbers that disclosure control hides.
    """
    from ..publishing import manifest

    told = manifest.read(path / manifest.MANIFEST)
    if told is None:
        raise RenderError(f"{path / manifest.MANIFEST} is missing or damaged: name the folder of an edition, as outputs/2022.")
    catalogue = Catalogue.of(told.edition)
    edition = catalogue.edition(told.edition)
    checked(edition, path.resolve(), catalogue)
    profile = f", profile {told.profile}" if told.profile else ""
    print(f"Edition {edition.key}{profile}: nothing in its {len(told.declared) + 1} files keeps them from being published.")


MOST = 50
"""Reasons that are told at once."""

GATED = ".gated.json"
"""Beside editions: which annexes the gate let through as they are, so that a render that makes nothing need not look again."""


def checked(edition: Edition, folder: Path, catalogue: Catalogue, *, again: bool = True) -> None:
    """Refuse the annexes of an edition that must not be published.

    Parameters
    ----------
    again : bool
        Look whatever was seen before, at what is stale too. After a render, this is spared: an internal edition is for who made
        it, chapters that were not asked for may be older, and annexes that were let through are the same.

    Raises
    ------
    RenderError
        One sentence a refusal, with its file and place.
    """
    from .. import fingerprints
    from ..files import replace_files
    from ..publishing.manifest import MANIFEST

    told, record = folder / MANIFEST, folder.parent / GATED
    if not again and (edition.is_internal or not told.is_file()):
        return
    own = fingerprints.depends(["traite_annexes.publishing.gate"])
    passed = json.loads(record.read_bytes()) if record.is_file() else {}
    key = fingerprints.fingerprint(manifest=sha256(told) if told.is_file() else "", own=own)
    if not again and passed.get(edition.key) == key:
        return
    from ..publishing import gate as gates

    found = gates.refusals(edition, folder, catalogue, _held_names(edition))
    found += _stale(edition, folder, catalogue) if again and not edition.is_internal else []
    if found:
        said = f"The annexes of {edition.key} may not be published. Reasons: {len(found)}; the first ones:"
        raise RenderError("\n".join([said, *found[:MOST]]))
    if not again:
        replace_files(folder.parent, {GATED: json.dumps(passed | {edition.key: key}, indent=1).encode()})


def _stale(edition: Edition, folder: Path, catalogue: Catalogue) -> list[str]:
    """Chapters that would be made otherwise now, from this code and these data."""
    from .. import fingerprints
    from ..publishing import manifest
    from ..publishing.chapters import discover, shared
    from ..rendering.snapshot import Snapshot

    told, snapshot = manifest.read(folder / manifest.MANIFEST), Snapshot.read(catalogue.root)
    links, found = shared(discover(catalogue.root / "notebooks")), []
    chapters = told.chapters if told else dict[str, manifest.ChapterTold]()
    for name, chapter in chapters.items():
        source = snapshot.files.get(f"notebooks/{name}.ipynb", b"")
        given = {key: value for key, value in chapter.parameters.items() if key not in ("edition", "output")}
        if not source or chapter.key != fingerprints.chapter_key(name, source, edition.key, given, links, snapshot.data):
            found.append(f"{name}: it would be made otherwise now, it is stale: `traite render {edition.key}`.")
    return found


def _held_names(edition: Edition) -> list[str]:
    """Names of associations, where who runs the command holds them: tables ``spelling,name`` in the folder of answers."""
    from ..answers.place import answers_folder

    folder, names = answers_folder() if edition.observations else None, set[str]()
    for path in sorted(folder.rglob("*.csv")) if folder else ():
        with path.open(encoding="utf-8", errors="replace", newline="") as lines:
            rows = csv.DictReader(lines)
            if set(rows.fieldnames or ()) == {"spelling", "name"}:
                names |= {text for row in rows for text in row.values() if text}
    return sorted(names)


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
    checked(found, present, catalogue)
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
