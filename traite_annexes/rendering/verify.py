"""Whether annexes received from somewhere are those that these inputs and this code produce: render again, and compare."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from papermill_warm.sources import digest
from traite_lib.catalogue import Catalogue, Edition

from ..errors import RenderError
from ..publishing import archive, manifest
from ..publishing.chapters import choose, discover
from ..publishing.manifest import MANIFEST, Manifest, provenance
from . import batch
from .received import receive


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
        Files that a new render makes otherwise; None when nothing was rendered: it was not asked for, or `altered` says enough.
    commit : str
        The commit that the manifest tells: the only words of it that a render does not prove.
    """

    edition: Edition
    files: int
    altered: tuple[str, ...]
    differences: tuple[str, ...]
    produced: tuple[str, ...] | None
    commit: str

    @property
    def proven(self) -> bool:
        """Whether every file is the one that a new render makes."""
        return self.produced == () and not self.altered


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
        The path holds no annexes that can be read, or of an edition or a chapter that this project does not have.
    """
    received = receive(path)
    files = dict(received.files)
    own = {name.removeprefix(received.root): content for name, content in files.items() if name.startswith(received.root)}
    content = own[MANIFEST]
    try:
        told = manifest.parsed(content)
    except ValueError as error:
        raise RenderError(f"{path}: its {MANIFEST} is not one that this version writes ({error}).") from None
    catalogue = Catalogue.of(told.edition, catalogue.root)
    edition = catalogue.edition(told.edition)
    among = f"traite_{edition.key}/{archive.IMAGES}"
    images = {name.removeprefix(among): content for name, content in files.items() if name.startswith(among)}

    def all_files(folder: Mapping[str, bytes], images: Mapping[str, bytes]) -> dict[str, str]:
        """Checksums of all that should have been received, when these are the files of the edition."""
        if not received.root:
            return _digests(folder)
        bundle = archive.contents(edition, told, folder, catalogue, images)
        return _digests({f"traite_{edition.key}/{name}": content for name, content in bundle.items()})

    found = _digests(files)
    declared = {f"{received.root}{name}": checksum for name, checksum in told.declared.items()}
    mine = {name: content for name, content in own.items() if name in {*told.declared, MANIFEST}}
    beside = {name: checksum for name, checksum in all_files(mine, images).items() if not name.startswith(received.root)}
    unknown = [f"{name}: not a plain file" for name in received.unknown]
    altered = (*unknown, *_compare(beside | declared | {f"{received.root}{MANIFEST}": digest(content)}, found))
    differences = _differences(told, catalogue)
    produced: tuple[str, ...] | None = None
    if render and not altered:
        rendered = _rendered(told, edition, catalogue)
        again = manifest.parsed(rendered[MANIFEST])
        same = told.claims == again.claims and manifest.written(told.model_dump()) == content
        # a commit, and the key made of it, cannot be proven by rendering: the files do not tell of which one they are
        whole = {**rendered, MANIFEST: content if same else rendered[MANIFEST]}
        produced = _compare(all_files(whole, _images(told, edition, catalogue) if images else {}), found)
    return Verification(edition, len(found), altered, differences, produced, told.commit)


def _digests(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: digest(content) for name, content in files.items()}


def _compare(expected: Mapping[str, str], found: Mapping[str, str]) -> tuple[str, ...]:
    """Files that are missing, added, or have another content."""
    said = [f"{name}: missing" for name in expected if name not in found]
    said += [f"{name}: not expected" for name in found if name not in expected]
    said += [f"{name}: differs" for name, checksum in expected.items() if found.get(name, checksum) != checksum]
    return tuple(sorted(said))


def _differences(told: Manifest, catalogue: Catalogue) -> tuple[str, ...]:
    """What the manifest says of inputs, chapters and software that is not so here."""
    here = provenance(catalogue)
    said = list(_compare(here["inputs"], told.inputs))
    sources = {f"notebooks/{name}.ipynb": chapter.source for name, chapter in told.chapters.items()}
    said += [f"{name}: differs" for name, checksum in sources.items() if here["notebooks"].get(name) != checksum]
    said += [
        f"{name}: {version} there, {here['versions'].get(name, 'not installed')} here"
        for name, version in told.versions.items()
        if here["versions"].get(name) != version
    ]
    return tuple(said)


def _images(told: Manifest, edition: Edition, catalogue: Catalogue) -> dict[str, bytes]:
    """Images of the charts of the same chapters, made anew."""
    every = discover(catalogue.root / "notebooks")
    return batch.images(edition, [choose(every, name) for name in told.chapters], catalogue)


def _rendered(told: Manifest, edition: Edition, catalogue: Catalogue) -> dict[str, bytes]:
    """Files of the same annexes, rendered anew."""
    every = discover(catalogue.root / "notebooks")
    chosen = [choose(every, name) for name in told.chapters]
    own = {"edition", "output"}
    given: dict[str, object] = {
        name: value for chapter in told.chapters.values() for name, value in chapter.parameters.items() if name not in own
    }
    with tempfile.TemporaryDirectory() as place:
        pdf = any(name.endswith(".pdf") for name in told.declared)
        outcomes = list(
            batch.render([edition], chosen, every, catalogue, Path(place), parameters=given, options=batch.Options(pdf=pdf))
        )
        if failures := [f"{done.chapter.name}: {done.failure}" for done in outcomes if done.failure]:
            raise RenderError("\n".join(["The annexes could not be rendered again.", *failures]))
        return receive(Path(place) / edition.key).files
