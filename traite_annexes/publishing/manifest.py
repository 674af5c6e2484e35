"""The manifest of an edition: what its annexes are made of, with their keys and checksums. Nothing in it tells when or where."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from traite_lib.catalogue import Catalogue, Edition, sha256

from ..fingerprints import commit, versions

MANIFEST = "manifest.json"


def written(content: object) -> bytes:
    """A manifest as it is in its file."""
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()


def read(path: Path) -> dict[str, Any]:
    """A manifest; one that is missing or unreadable holds nothing, so that everything is made anew."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


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
    inputs = sorted(
        path for path in catalogue.data.rglob("*") if path.is_file() and path.suffix in (".csv", ".toml", ".xlsx", ".xls")
    )
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
