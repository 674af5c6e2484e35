"""Annexes that somebody changed, added to or damaged: each is refused in one sentence that names what is wrong."""

from __future__ import annotations

import io
import json
import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import contents, traite
from conftest import copy_project
from test_batch import only

from traite_annexes.errors import RenderError
from traite_annexes.publishing import archive, manifest
from traite_annexes.rendering import received
from traite_annexes.rendering.verify import verify
from traite_lib.catalogue import Catalogue
from traite_lib.errors import TraiteError

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def genuine(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A project of one chapter, rendered, and its bundle, made once for all forgeries."""
    root = copy_project(tmp_path_factory.mktemp("forgery") / "project")
    only(root, "02_formes")
    traite("render", "2022", root=root)
    traite("bundle", "2022", "--to", str(root.parent / "traite_2022.zip"), root=root)
    return root, root.parent / "traite_2022.zip"


def members(path: Path) -> Files:
    with zipfile.ZipFile(path) as opened:
        return {name.removeprefix("traite_2022/"): opened.read(name) for name in opened.namelist()}


def refusal(path: Path, root: Path) -> str:
    """What `verify --quick` says of something that it must refuse: files by name, or a sentence."""
    try:
        found = verify(path, Catalogue(root), render=False)
    except TraiteError as error:
        said = str(error)
        assert "\n" not in said, said
        return said
    assert found.altered, "accepted"
    return "; ".join(found.altered)


def _told(change: Callable[[dict[str, object]], object]) -> Callable[[Files], object]:
    def forge(files: Files) -> None:
        told = json.loads(files["2022/manifest.json"])
        change(told)
        files["2022/manifest.json"] = manifest.written(told)

    return forge


ADDED = [
    "0_LIRE_EN_PREMIER.html", "2021/02_formes.html", "2022/failures/x.html", "2022/.cache/x", "2022/setup.exe", ".hidden",
    "2022/figures/02_formes-9.png",
]  # fmt: skip
FORGED: dict[str, tuple[Callable[[Files], object], str]] = {
    **{
        f"added {name}": (lambda files, name=name: files.update({name: b"x"}), f"traite_2022/{name}: not expected")
        for name in ADDED
    },  # type: ignore[misc]
    "metadata": (lambda files: files.update({"ro-crate-metadata.json": b"{}"}), "ro-crate-metadata.json: differs"),
    "notice": (lambda files: files.update({"LISEZMOI.txt": b"x"}), "LISEZMOI.txt: differs"),
    "index": (lambda files: files.update({"index.html": b"x"}), "traite_2022/index.html: differs"),
    "page": (lambda files: files.update({"2022/02_formes.html": b"x"}), "2022/02_formes.html: differs"),
    "missing": (lambda files: files.pop("2022/02_formes.html"), "2022/02_formes.html: missing"),
    "edition": (_told(lambda told: told.update(edition="2021")), "traite_2021/"),
    "no edition": (_told(lambda told: told.update(edition="1999")), "no edition 1999"),
    "edition of another shape": (_told(lambda told: told.update(edition=["2022"])), "manifest.json is not one"),
    "unknown key": (_told(lambda told: told.update(more=1)), "more"),
    "leaving name": (_told(lambda told: told.update(outputs={"../x": "0" * 64})), "is not the path of a file"),
    "not JSON": (lambda files: files.update({"2022/manifest.json": b"{"}), "manifest.json is not one"),
    "deep JSON": (lambda files: files.update({"2022/manifest.json": b"[" * 100_000}), "manifest.json is not one"),
    "no text": (lambda files: files.update({"2022/manifest.json": b"\xff\xfe"}), "manifest.json is not one"),
    "a list": (lambda files: files.update({"2022/manifest.json": b"[]"}), "manifest.json is not one"),
    "no manifest": (lambda files: files.pop("2022/manifest.json"), "found 0"),
    "two manifests": (lambda files: files.update({"2021/manifest.json": b"{}"}), "found 2"),
}


@pytest.mark.parametrize("name", FORGED)
def test_what_was_changed_or_added_is_named(genuine: tuple[Path, Path], tmp_path: Path, name: str) -> None:
    root, bundle = genuine
    forge, said = FORGED[name]
    files = members(bundle)
    forge(files)
    (tmp_path / "forged.zip").write_bytes(archive.packed("traite_2022", files))
    assert said in refusal(tmp_path / "forged.zip", root)


def _zip(*names: str, content: bytes = b"x", kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", kind) as made:
        for name in names:
            made.writestr(name, content)
    return buffer.getvalue()


def _bomb(genuine: bytes) -> bytes:
    return _zip("traite_2022/2022/manifest.json", content=bytes(600 * 2**20))


def _lying(genuine: bytes) -> bytes:
    """A file that says it is small, and is not."""
    made = bytearray(_zip("traite_2022/2022/manifest.json", content=bytes(2**20)))
    place = made.index(b"PK\1\2")
    made[22:26] = made[place + 24 : place + 28] = struct.pack("<L", 10)
    return bytes(made)


def _encrypted(genuine: bytes) -> bytes:
    made = bytearray(genuine)
    place = made.index(b"PK\1\2")
    made[6] |= 1
    made[place + 8] |= 1
    return bytes(made)


def _middle(genuine: bytes) -> bytes:
    made = bytearray(genuine)
    made[200] ^= 255
    return bytes(made)


def _comment(genuine: bytes) -> bytes:
    return genuine[:-2] + struct.pack("<H", 5) + b"hello"


DAMAGED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda raw: b"", "neither a folder nor a zip"),
    "cut": (lambda raw: raw[: len(raw) // 2], "neither a folder nor a zip"),
    "no zip": (lambda raw: b"PK\3\4" + bytes(100), "neither a folder nor a zip"),
    "directory cut": (lambda raw: raw[:-2000] + raw[-22:], ""),
    "bomb": (_bomb, "Nothing was read"),
    "lies on its size": (_lying, "is damaged"),
    "encrypted": (_encrypted, "is encrypted"),
    "flipped": (_middle, "damaged"),
    "commented": (_comment, "bytes that are in none of its files"),
    "prefixed": (lambda raw: b"#!/bin/sh\nrm -rf ~\n" + raw, ""),
    "suffixed": (lambda raw: raw + b"MZ" + bytes(100), ""),
    "up": (lambda raw: _zip("../outside.txt"), "leaves the archive"),
    "absolute": (lambda raw: _zip("/etc/cron.d/x"), "leaves the archive"),
    "windows": (lambda raw: _zip("C:/x", "..\\x"), "leaves the archive"),
    "folder": (lambda raw: _zip("traite_2022/2022/"), "leaves the archive or is no file's name"),
    "control": (lambda raw: _zip("a\x1b[31m.txt"), "is no file's name"),
    "too many": (lambda raw: _zip(*map(str, range(5_001))), "Nothing was read"),
    "other compression": (lambda raw: _zip("traite_2022/2022/manifest.json", kind=zipfile.ZIP_LZMA), "is damaged, or not packed"),
    "stored": (lambda raw: _zip("traite_2022/2022/manifest.json", kind=zipfile.ZIP_STORED), "is damaged, or not packed"),
    "nothing": (lambda raw: _zip(), ""),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_or_absurd_zip_is_one_sentence(genuine: tuple[Path, Path], tmp_path: Path, name: str) -> None:
    root, bundle = genuine
    damage, said = DAMAGED[name]
    (tmp_path / "bad.zip").write_bytes(damage(bundle.read_bytes()))
    assert said in refusal(tmp_path / "bad.zip", root)
    assert list(tmp_path.iterdir()) == [tmp_path / "bad.zip"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_twice_is_refused(genuine: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "twice.zip").write_bytes(_zip("traite_2022/a", "traite_2022/a"))
    assert "twice" in refusal(tmp_path / "twice.zip", genuine[0])


def test_every_bit_of_the_container_is_accounted_for(genuine: tuple[Path, Path], tmp_path: Path) -> None:
    _, bundle = genuine
    raw = bundle.read_bytes()
    with zipfile.ZipFile(bundle) as opened:
        first = opened.infolist()[0]
        directory = opened.start_dir
    places = [
        *range(30 + len(first.filename)),
        *range(directory, directory + 46 + len(first.filename)),
        *range(len(raw) - 22, len(raw)),
    ]
    for place in places:
        changed = bytearray(raw)
        changed[place] ^= 1
        (tmp_path / "changed.zip").write_bytes(changed)
        with pytest.raises(RenderError):
            received.receive(tmp_path / "changed.zip")


def test_a_folder_is_read_whole_and_links_are_named(genuine: tuple[Path, Path], tmp_path: Path) -> None:
    import shutil

    root, _ = genuine
    folder = tmp_path / "2022"
    shutil.copytree(root / "outputs/2022", folder)
    assert verify(folder, Catalogue(root), render=False).altered == ()
    (folder / "failures").mkdir()
    (folder / "failures/x.html").write_text("x", encoding="utf-8")
    (folder / ".cache").write_text("x", encoding="utf-8")
    (folder / "link.txt").symlink_to("/etc/hostname")
    (folder / "linked").symlink_to("/etc")
    os.mkfifo(folder / "pipe")
    assert verify(folder, Catalogue(root), render=False).altered == (
        "link.txt: not a plain file", "linked: not a plain file", "pipe: not a plain file",
        ".cache: not expected", "failures/x.html: not expected",
    )  # fmt: skip


def test_a_good_bundle_is_proven_from_another_folder_and_time_zone(
    genuine: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    root, bundle = genuine
    shutil.copytree(root, tmp_path / "autre à côté", ignore=shutil.ignore_patterns("outputs"))
    elsewhere = tmp_path / "autre à côté"
    for name, value in {"TZ": "Pacific/Kiritimati", "USER": "someone", "HOME": str(tmp_path), "LANG": "C"}.items():
        monkeypatch.setenv(name, value)
    said = traite("verify", str(bundle), root=elsewhere).stdout
    assert f"the {len(members(bundle))} files are those that these inputs and this code produce" in said
    monkeypatch.setenv("TZ", "America/Los_Angeles")
    traite("render", "2022", root=elsewhere)
    traite("bundle", "2022", root=elsewhere)
    assert (elsewhere / "outputs/traite_2022.zip").read_bytes() == bundle.read_bytes()


# -- names that come from files ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "name", ["../victim.txt", "/tmp/victim.txt", "..\\victim.txt", "a/../../victim.txt", "C:victim.txt", "", "a//b", "."]
)
def test_a_name_that_leaves_its_folder_is_none(name: str) -> None:
    from traite_annexes.files import checked_name

    with pytest.raises(ValueError, match="not the path of a file"):
        checked_name(name)


@pytest.mark.parametrize("outputs", [{"../victim.txt": "0" * 64}, {"linked/victim.txt": "0" * 64}])
def test_no_manifest_makes_render_remove_a_file_of_another(project: Path, outputs: dict[str, str]) -> None:
    from test_batch import redone

    only(project, "02_formes")
    redone(project)
    folder = project / "outputs/2022"
    (project / "elsewhere").mkdir()
    (folder / "linked").symlink_to(project / "elsewhere")
    for victim in (project / "outputs/victim.txt", project / "elsewhere/victim.txt"):
        victim.write_text("precious", encoding="utf-8")
    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    told["chapters"]["02_formes"]["outputs"] |= outputs
    (folder / "manifest.json").write_bytes(manifest.written(told))
    assert redone(project) == ["2022 02_formes"]
    assert (project / "outputs/victim.txt").is_file()
    assert (project / "elsewhere/victim.txt").is_file()


SHAPES = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"1",
    b'"x"',
    b"\xff",
    b"[" * 100_000,
    b'{"chapters": []}',
    b'{"chapters": {"02_formes": 1}}',
]
SHAPES += [b'{"chapters": {"02_formes": {"outputs": []}}}', b'{"outputs": 3}', b'{"key": 1e999}', b"{" + b" " * 17_000_000]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: repr(shape[:40]))
def test_a_damaged_manifest_of_any_shape_means_redo(project: Path, shape: bytes) -> None:
    from test_batch import redone

    only(project, "02_formes")
    redone(project)
    before = contents(project / "outputs")
    (project / "outputs/2022/manifest.json").write_bytes(shape)
    (project / "outputs/.overall.json").write_bytes(shape)
    assert redone(project) == ["2022 02_formes"]
    assert contents(project / "outputs") == before


def test_a_notebook_of_another_chapter_that_was_damaged_is_left_out(project: Path) -> None:
    from test_batch import redone

    only(project, "02_formes", "12_evolutions")
    redone(project)
    (project / "outputs/2022/12_evolutions.ipynb").write_text("[]", encoding="utf-8")
    redone(project, names=("02_formes",), force=True)
    told = json.loads((project / "outputs/2022/manifest.json").read_text(encoding="utf-8"))
    assert list(told["chapters"]) == ["02_formes"]
    assert redone(project) == ["2022 12_evolutions"]


def test_files_put_among_annexes_are_not_made_ours(project: Path) -> None:
    from test_batch import redone

    only(project, "02_formes")
    redone(project)
    (project / "outputs/2022/setup.exe").write_bytes(b"MZ")
    for command in (("render", "2022", "--force"), ("bundle", "2022")):
        assert "setup.exe: it is not in manifest.json" in traite(*command, root=project, check=1).stderr
    assert "setup.exe" not in (project / "outputs/2022/manifest.json").read_text(encoding="utf-8")
    assert not (project / "outputs/traite_2022.zip").exists()
    (project / "outputs/2022/setup.exe").unlink()
    traite("bundle", "2022", root=project)
    with zipfile.ZipFile(project / "outputs/traite_2022.zip") as opened:
        assert "traite_2022/2022/setup.exe" not in opened.namelist()
    (project / "outputs/2022/02_formes.html").write_text("changed", encoding="utf-8")
    assert "02_formes.html: it is not the one that was made" in traite("bundle", "2022", root=project, check=1).stderr


def test_limits_leave_room_for_a_full_edition() -> None:
    assert received.LARGEST >= 2**28
