"""The manifest of an edition: what its annexes are made of, with their keys and checksums. Nothing in it tells when or where.

One that is read may have been damaged or written by anybody: its shape and the names in it are checked before they are used.
"""

from __future__ import annotations

import json
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from traite_lib.catalogue import Catalogue, Edition, sha256

from ..files import checked_name
from ..fingerprints import commit, versions

MANIFEST, DISCLOSURE = "manifest.json", "disclosure.json"
LARGEST = 16 * 2**20
"""Bytes of the largest manifest that is read; those of a full edition have 30,000."""

Name = Annotated[str, AfterValidator(checked_name)]
Checksum = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Key = Annotated[str, Field(pattern="^([0-9a-f]{64})?$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Overall(_Strict):
    """What files are made from, as a key, and their checksums."""

    key: Key
    outputs: dict[Name, Checksum]


class ChapterTold(Overall):
    """What a manifest tells of one chapter; its key is empty when its annex is not the one that was made."""

    parameters: dict[str, str | int | float | bool]
    source: Checksum


class Manifest(Overall):
    """What a manifest tells of an edition: `outputs` are the files beside its chapters, `profile` that of its release, if any."""

    edition: Annotated[str, Field(pattern="^(demo)?[0-9]{4}$")]
    title: str
    profile: str
    commit: Annotated[str, Field(pattern="^([0-9a-f]{40}(-dirty)?)?$")]
    versions: dict[str, str]
    inputs: dict[Name, Checksum]
    chapters: dict[Annotated[str, Field(pattern="^[0-9]{2}_[a-z0-9_]+$")], ChapterTold]

    @property
    def declared(self) -> dict[str, str]:
        """Checksums of all files of the edition but this one, by path."""
        found = dict(self.outputs)
        for chapter in self.chapters.values():
            found |= chapter.outputs
        return found

    @property
    def claims(self) -> dict[str, object]:
        """What it tells that a new render can prove, or not: all but the commit, of which keys are made too."""
        return self.model_dump(exclude={"commit", "key"})


_Told = TypeVar("_Told", bound=Overall)


def parsed(content: bytes) -> Manifest:
    """A manifest.

    Raises
    ------
    ValueError
        It is not one that this version writes: the sentence says where and why.
    """
    try:
        return Manifest.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = " > ".join(str(part)[:80] for part in first["loc"])
        raise ValueError(f"{where}: {first['msg']}" if where else first["msg"]) from None


def written(content: object) -> bytes:
    """A manifest as it is in its file."""
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def read(path: Path, model: type[_Told] = Manifest) -> _Told | None:  # type: ignore[assignment]
    """A manifest; None for one that is missing or damaged in any way, so that everything is made anew."""
    try:
        state = path.lstat()
        if not stat.S_ISREG(state.st_mode) or state.st_size > LARGEST:
            return None
        return model.model_validate_json(path.read_bytes())
    except (OSError, ValueError):  # pydantic's errors are ValueErrors
        return None


def describe(
    edition: Edition, catalogue: Catalogue, key: str, chapters: Mapping[str, Mapping[str, object]], outputs: Mapping[str, str]
) -> dict[str, object]:
    """The manifest of an edition.

    Parameters
    ----------
    key : str
        Key of what the edition has beside its chapters.
    chapters : mapping
        By name: ``parameters``, ``key`` and ``outputs`` (checksums by path).
    outputs : mapping
        Checksums of the other files.
    """
    made = provenance(catalogue)
    return {
        "edition": edition.key,
        "title": edition.title,
        "profile": edition.release.profile if edition.release else "",
        "commit": commit(catalogue.root),
        "versions": made["versions"],
        "inputs": made["inputs"],
        "chapters": {
            name: {"parameters": told["parameters"], "source": made["notebooks"][f"notebooks/{name}.ipynb"]}
            | {"key": told["key"], "outputs": told["outputs"]}
            for name, told in chapters.items()
        },
        "key": key,
        "outputs": dict(outputs),
    }


def provenance(catalogue: Catalogue) -> dict[str, dict[str, str]]:
    """What annexes are made from, here: ``inputs`` and ``notebooks`` (checksums by path), ``versions`` of the software."""
    root = catalogue.root
    suffixes = (".csv", ".toml", ".json", ".xlsx", ".xls")
    inputs = sorted(path for path in catalogue.data.rglob("*") if path.is_file() and path.suffix in suffixes)
    return {
        "inputs": {path.relative_to(root).as_posix(): sha256(path) for path in inputs},
        "notebooks": {f"notebooks/{path.name}": sha256(path) for path in sorted((root / "notebooks").glob("*.ipynb"))},
        "versions": versions(),
    }


def checksums(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """Checksum of each of the files that are there, by path."""
    return {name: sha256(folder / name) for name in sorted(names) if (folder / name).is_file()}


def intact(folder: Path, outputs: Mapping[str, str]) -> bool:
    """Whether files are there with the content that they had when they were made."""
    return all((folder / name).is_file() and sha256(folder / name) == checksum for name, checksum in outputs.items())
