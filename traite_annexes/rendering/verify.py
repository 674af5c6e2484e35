"""Whether annexes received from somewhere are those that these inputs and this code produce: render again, and compare."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from traite_lib.catalogue import Catalogue, Edition

from ..errors import RenderError
from ..files import listed, replace_files
from ..publishing import archive
from ..publishing.chapters import choose, discover
from ..publishing.manifest import MANIFEST, checksums, provenance
from . import batch

AROUND = ["glossaire.html", "index.html", "methode.html", "recherche.html", "search-index.js", "site.js", archive.NOTICE]
"""Files of a bundle around the folder of its edition, but for the metadata that describes them."""


@dataclass(frozen=True)
class Verification:
    """What was found of annexes.

    Attributes
    ----------
    edition : Edition
        Which one they say they are.
    files : int
        How many files were checked.
    altered : tuple of str
        Files that are not what the manifest that came with them says, missing or added.
    differences : tuple of str
        Inputs, sources of chapters and versions that are not those of this project.
    produced : tuple of str or None
        Files that a new render makes otherwise; None when nothing was rendered.
    """

    edition: Edition
    files: int
    altered: tuple[str, ...]
    differences: tuple[str, ...]
    produced: tuple[str, ...] | None

    @property
    def proven(self) -> bool:
        """Whether every file is the one that a new render makes."""
        return self.produced == () and not self.altered


@contextmanager
def _opened(path: Path) -> Iterator[Path]:
    """Folder of an edition: itself, or inside a bundle.

    Raises
    ------
    RenderError
        There is no manifest there, or the zip holds paths that leave it.
    """
    if path.is_dir():
        if not (path / MANIFEST).is_file():
            raise RenderError(f"{path} has no {MANIFEST}: the folder of one edition, or its zip, was expected.")
        yield path
        return
    if not zipfile.is_zipfile(path):
        raise RenderError(f"{path} is neither a folder nor a zip of `traite bundle`.")
    with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as place:
        names = archive.namelist()
        if wrong := [name for name in names if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts]:
            raise RenderError(f"{path}: {wrong[0]!r} leaves the archive; nothing was unpacked.")
        archive.extractall(place)
        manifests = sorted(Path(place).glob(f"*/*/{MANIFEST}"))
        if len(manifests) != 1:
            raise RenderError(f"{path}: one */*/{MANIFEST} was expected, found {len(manifests)}.")
        yield manifests[0].parent


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        declared = {**found["outputs"]}
        for chapter in found["chapters"].values():
            declared |= chapter["outputs"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RenderError(f"{MANIFEST} is not one that this version writes ({error!r}).") from None
    return {**found, "declared": declared}


def verify(path: Path, catalogue: Catalogue, *, render: bool = True) -> Verification:
    """Compare annexes with their manifest, with this project, and with a new render.

    Parameters
    ----------
    path : Path
        Folder of an edition, or the zip of `traite bundle`.
    catalogue : Catalogue
        The project that should have produced them.
    render : bool
        Render again; without it, only checksums are compared, which proves nothing of the code.

    Raises
    ------
    RenderError, CatalogueError
        The path holds no annexes, or of an edition or a chapter that this project does not have.
    """
    with _opened(path) as folder:
        told = _manifest(folder)
        edition = catalogue.edition(told["edition"])
        found = checksums(folder, listed(folder))
        found.pop(MANIFEST)
        altered = _compare(told["declared"], found)
        differences = _differences(told, catalogue)
        if path.is_file():  # a bundle: its own pages too
            found |= _around(folder.parent)
        produced = _compare(_rendered(told, edition, catalogue, bundled=path.is_file()), found) if render else None
    return Verification(edition, len(found), altered, differences, produced)


def _compare(expected: dict[str, str], found: dict[str, str]) -> tuple[str, ...]:
    """Files that are missing, added, or have another content."""
    said = [f"{name}: missing" for name in expected if name not in found]
    said += [f"{name}: not expected" for name in found if name not in expected]
    said += [f"{name}: differs" for name, digest in expected.items() if found.get(name, digest) != digest]
    return tuple(sorted(said))


def _differences(told: dict[str, Any], catalogue: Catalogue) -> tuple[str, ...]:
    """What the manifest says of inputs, chapters and software that is not so here."""
    here = provenance(catalogue)
    said = list(_compare(here["inputs"], told["inputs"]))
    sources = {f"notebooks/{name}.ipynb": chapter["source"] for name, chapter in told["chapters"].items()}
    said += [f"{name}: differs" for name, digest in sources.items() if here["notebooks"].get(name) != digest]
    said += [
        f"{name}: {version} there, {here['versions'].get(name, 'not installed')} here"
        for name, version in told["versions"].items()
        if here["versions"].get(name) != version
    ]
    return tuple(said)


def _rendered(told: dict[str, Any], edition: Edition, catalogue: Catalogue, *, bundled: bool) -> dict[str, str]:
    """Checksums of the same annexes, rendered anew; of the pages around them too when they came in a bundle."""
    every = discover(catalogue.root / "notebooks")
    chosen = [choose(every, name) for name in told["chapters"]]
    own = {"edition", "output"}
    given = {
        name: value for chapter in told["chapters"].values() for name, value in chapter["parameters"].items() if name not in own
    }
    with tempfile.TemporaryDirectory() as place:
        pdf = any(name.endswith(".pdf") for name in told["declared"])
        outcomes = list(
            batch.render([edition], chosen, every, catalogue, Path(place), parameters=given, options=batch.Options(pdf=pdf))
        )
        if failures := [f"{done.chapter.name}: {done.failure}" for done in outcomes if done.failure]:
            raise RenderError("\n".join(["The annexes could not be rendered again.", *failures]))
        folder = Path(place) / edition.key
        found = checksums(folder, listed(folder))
        if bundled:
            replace_files(Path(place), {archive.NOTICE: archive.notice(edition, catalogue).encode()})
            found |= _around(Path(place))
    found.pop(MANIFEST)
    return found


def _around(folder: Path) -> dict[str, str]:
    """Checksums of the pages around the folder of an edition, by path relative to it."""
    return {f"../{name}": checksum for name, checksum in checksums(folder, AROUND).items()}
