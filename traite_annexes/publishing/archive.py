"""One zip of an edition, that a colleague opens without installing anything, described as a RO-Crate."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

from papermill_warm.sources import digest
from traite_lib.catalogue import Catalogue, Edition
from traite_lib.presentation import wording

from ..errors import RenderError
from ..files import replace_files
from . import manifest
from .chapters import NAME
from .manifest import MANIFEST, Manifest, intact
from .marking import file_name
from .site import beside_editions

MOMENT = (1980, 1, 1, 0, 0, 0)
"""Time written on every file of a zip: two bundles of the same annexes are the same file."""

NOTICE, CRATE = "LISEZMOI.txt", "ro-crate-metadata.json"
MEDIA_TYPES = {
    ".html": "text/html", ".ipynb": "application/x-ipynb+json", ".csv": "text/csv", ".json": "application/json",
    ".png": "image/png", ".svg": "image/svg+xml", ".pdf": "application/pdf", ".js": "text/javascript", ".txt": "text/plain",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip


def folder_of(edition: Edition, output: Path) -> Path:
    """Folder of an edition's annexes.

    Raises
    ------
    RenderError
        They have not been rendered.
    """
    folder = output / edition.key
    if not (folder / MANIFEST).is_file():
        raise RenderError(f"Edition {edition.key} has no annexes in {output}: run `traite render {edition.key}` first.")
    return folder


def bundle(
    edition: Edition, output: Path, catalogue: Catalogue, target: Path, images: Mapping[str, bytes] | None = None
) -> Path:  # fmt: skip
    """Write the zip of an edition: its folder, a site reduced to it, a notice and the RO-Crate metadata.

    Parameters
    ----------
    edition : Edition
        A rendered edition.
    output : Path
        Folder of the annexes of all editions.
    target : Path
        The zip to write.
    images : mapping, optional
        Images of its charts for slides, by name.

    Raises
    ------
    RenderError
        The edition has not been rendered.
    """
    folder = folder_of(edition, output)
    told = manifest.read(folder / MANIFEST)
    if told is None or (changed := [name for name, sum_ in told.declared.items() if not intact(folder, {name: sum_})]):
        what = MANIFEST if told is None else changed[0]
        raise RenderError(f"{folder / what} is not as it was rendered: run `traite render {edition.key}`, then bundle it again.")
    own = {name: (folder / name).read_bytes() for name in sorted({*told.declared, MANIFEST})}
    files = contents(edition, told, own, catalogue, images or {})
    replace_files(target.parent, {target.name: packed(f"traite_{edition.key}", files)})
    return target


IMAGES = "figures/"
"""Where images for slides are, in a bundle that has them."""


def contents(
    edition: Edition, told: Manifest, own: Mapping[str, bytes], catalogue: Catalogue, images: Mapping[str, bytes]
) -> dict[str, bytes]:  # fmt: skip
    """Files of a bundle by path: those of the folder of its edition, a site reduced to it, images, a notice, the metadata."""
    files = {f"{edition.key}/{name}": content for name, content in own.items()}
    chapters = [Path(name).stem for name in own if name.endswith(".html") and NAME.fullmatch(Path(name).stem)]
    files |= beside_editions(catalogue, {edition.key: sorted(chapters)})
    files |= {f"{IMAGES}{name}": content for name, content in images.items()}
    files[NOTICE] = notice(edition, catalogue).encode()
    files[CRATE] = crate(edition, told, files, catalogue).encode()
    return files


def bundle_name(edition: Edition) -> str:
    """Name of the zip of an edition."""
    return file_name(f"traite_{edition.key}.zip", edition)


def packed(root: str, files: Mapping[str, bytes]) -> bytes:
    """A zip of files below one folder: the same bytes for the same files, whoever makes it and when."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            member = zipfile.ZipInfo(f"{root}/{name}", MOMENT)
            member.external_attr, member.create_system = 0o644 << 16, 3  # as on Linux, whatever the system
            archive.writestr(member, files[name], zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def notice(edition: Edition, catalogue: Catalogue) -> str:
    """What the colleague who receives a bundle reads first."""
    lines = [
        f"{wording.PUBLICATION}, édition {wording.spelt(edition.key)}",
        "",
        "Pour lire : décompressez le dossier, puis ouvrez index.html dans un navigateur. Rien n’est à installer, et aucune "
        "connexion n’est nécessaire.",
        f"Pour réutiliser : {edition.key}/{file_name(f'traite_{edition.key}.xlsx', edition)} (classeur), "
        f"{edition.key}/{file_name('observations.csv', edition)} (données), décrites par {edition.key}/datapackage.json.",
        f"Pour vérifier que ces fichiers sont bien ceux que le code produit : traite verify {bundle_name(edition)}",
        f"Pour citer : {wording.citation(edition)}",
        "",
        catalogue.licence.figures,
        "",
    ]
    return wording.typographic("\n".join(lines))


def crate(edition: Edition, told: Manifest, files: Mapping[str, bytes], catalogue: Catalogue) -> str:
    """RO-Crate 1.1 metadata (https://w3id.org/ro/crate/1.1): files with checksums, inputs, software, and the run.

    Parameters
    ----------
    told : Manifest
        The manifest of the edition.
    files : mapping
        Content of the bundle, by path.
    """
    parts = [
        {
            "@id": name,
            "@type": "File",
            "name": Path(name).name,
            "encodingFormat": MEDIA_TYPES.get(Path(name).suffix, "application/octet-stream"),
            "contentSize": str(len(content)),
            "sha256": digest(content),
        }
        for name, content in sorted(files.items())
    ]
    sources = {f"notebooks/{name}.ipynb": found.source for name, found in told.chapters.items()}
    inputs = [
        {"@id": f"#input/{name}", "@type": "CreativeWork", "name": name, "sha256": digest}
        for name, digest in (told.inputs | sources).items()
    ]
    software = [
        {"@id": f"#software/{name}", "@type": "SoftwareApplication", "name": name, "version": version}
        for name, version in told.versions.items()
    ]
    producers = [{"@id": f"#producer/{name}", "@type": "Organization", "name": name} for name in edition.producers]
    run = {
        "@id": "#render",
        "@type": "CreateAction",
        "name": f"traite render {edition.key}",
        "instrument": _ids(software),
        "object": _ids(inputs),
        "result": _ids(parts),
    }
    dataset = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"{wording.PUBLICATION}, édition {wording.spelt(edition.key)}",
        "description": edition.title,
        "datePublished": _released(catalogue.root),
        "license": {"@id": "#licence"},
        "inLanguage": "fr",
        "version": told.versions.get("traite", ""),
        "creator": _ids(producers),
        "creditText": wording.citation(edition),
        "hasPart": _ids(parts),
        "mentions": {"@id": "#render"},
    }
    licence = {"@id": "#licence", "@type": "CreativeWork", "name": "Licence", "description": catalogue.licence.figures}
    descriptor = {
        "@id": CRATE,
        "@type": "CreativeWork",
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
        "about": {"@id": "./"},
    }
    graph = [descriptor, dataset, licence, run, *producers, *software, *inputs, *parts]
    document = {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": graph}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _ids(entities: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{"@id": entity["@id"]} for entity in entities]


def _released(root: Path) -> str:
    """Release date of the tool, from ``CITATION.cff``: the date of the day would make each bundle another file."""
    path = root / "CITATION.cff"
    found = re.search(r"^date-released: (\S+)", path.read_text(encoding="utf-8"), re.MULTILINE) if path.is_file() else None
    return found.group(1) if found else "1970-01-01"
