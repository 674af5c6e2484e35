"""A bundle opened by a colleague, and the proof that annexes are those that this project produces."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from commands import traite
from conftest import EDITIONS
from test_batch import only

from traite_annexes.files import listed
from traite_annexes.publishing import archive, manifest
from traite_lib.catalogue import Catalogue

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def bundle(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip of 2022, out of a site of three editions."""
    catalogue = Catalogue()
    return archive.bundle(catalogue.edition("2022"), site, catalogue, tmp_path_factory.mktemp("zip") / "traite_2022.zip")


def test_a_bundle_holds_everything_of_one_edition_and_nothing_of_another(bundle: Path, site: Path) -> None:
    with zipfile.ZipFile(bundle) as opened:
        names = set(opened.namelist())
    inside = {f"2022/{name}" for name in listed(site / "2022")}
    around = {
        "index.html",
        "methode.html",
        "glossaire.html",
        "recherche.html",
        "search-index.js",
        "site.js",
        "LISEZMOI.txt",
        "ro-crate-metadata.json",
    }
    assert names == {f"traite_2022/{name}" for name in inside | around}
    assert {
        "2022/traite_2022.xlsx",
        "2022/observations.csv",
        "2022/02_formes.ipynb",
        "2022/figures/02_formes-forme-d-exploitation.csv",
    } <= inside


def test_two_bundles_of_the_same_annexes_are_the_same_file(bundle: Path, site: Path, tmp_path: Path) -> None:
    catalogue = Catalogue()
    again = archive.bundle(catalogue.edition("2022"), site, catalogue, tmp_path / "again.zip")
    assert again.read_bytes() == bundle.read_bytes()


def test_a_bundle_has_no_dead_link_and_no_other_edition(bundle: Path, tmp_path: Path, browser: Browser) -> None:
    with zipfile.ZipFile(bundle) as opened:
        opened.extractall(tmp_path)
    root = tmp_path / "traite_2022"
    for page in root.rglob("*.html"):
        for link in re.findall(r'href="([^"#]+)', page.read_text(encoding="utf-8")):
            assert link.startswith(("http", "data:")) or (page.parent / link).exists(), (page.name, link)
    tab = browser.new_page()
    tab.goto((root / "index.html").as_uri())
    assert tab.get_by_role("link", name=re.compile("^Édition")).all_inner_texts() == ["Édition 2022"]
    tab.goto((root / "2022/02_formes.html").as_uri())
    assert not tab.locator("nav.editions").is_visible()
    tab.goto((root / "recherche.html").as_uri() + "?mots=repérées")
    tab.locator("#nombre", has_text="passages").wait_for()
    tab.close()


def test_the_metadata_is_a_ro_crate_that_tells_inputs_software_and_checksums(bundle: Path) -> None:
    with zipfile.ZipFile(bundle) as opened:
        document = json.loads(opened.read("traite_2022/ro-crate-metadata.json"))
        entities = {entity["@id"]: entity for entity in document["@graph"]}
        assert document["@context"] == "https://w3id.org/ro/crate/1.1/context"
        assert len(entities) == len(document["@graph"])
        assert entities["ro-crate-metadata.json"]["about"] == {"@id": "./"}
        root = entities["./"]
        assert {"name", "description", "datePublished", "license", "hasPart", "creator"} <= set(root)
        for part in root["hasPart"]:
            content = opened.read(f"traite_2022/{part['@id']}")
            assert entities[part["@id"]]["sha256"] == hashlib.sha256(content).hexdigest()
    run = entities["#render"]
    assert {entry["@id"] for entry in run["object"]} >= {
        "#input/data/published/survey_2022.csv",
        "#input/notebooks/02_formes.ipynb",
    }
    assert "#software/pandas" in {entry["@id"] for entry in run["instrument"]}
    references = re.findall(r'\{"@id": "([^"]+)"\}', json.dumps(document["@graph"]))
    assert {name for name in references if not name.startswith("https://w3id.org/")} <= set(entities)


@pytest.fixture
def received(project: Path, tmp_path: Path) -> Path:
    """A bundle of one chapter of 2022, as it arrives by mail."""
    traite("render", "2022", "--chapter", "02", root=project)
    traite("bundle", "2022", "--to", str(tmp_path / "received.zip"), root=project)
    return tmp_path / "received.zip"


def test_annexes_are_proven_then_refused_when_one_character_changed(project: Path, received: Path, tmp_path: Path) -> None:
    said = traite("verify", str(received), root=project).stdout
    assert re.search(r"Edition 2022: the \d+ files are those that these inputs and this code produce\.", said)

    with zipfile.ZipFile(received) as source:
        own = {name.removeprefix("traite_2022/2022/"): source.read(name) for name in source.namelist() if "/2022/" in name}
    own["02_formes.html"] = own["02_formes.html"].replace("76\u00a0%".encode(), "67\u00a0%".encode(), 1)
    told = json.loads(own["manifest.json"])  # a careful forger mends the manifest and the metadata, and packs as we do
    told["chapters"]["02_formes"]["outputs"]["02_formes.html"] = hashlib.sha256(own["02_formes.html"]).hexdigest()
    own["manifest.json"] = manifest.written(told)
    catalogue = Catalogue(project)
    files = archive.contents(catalogue.edition("2022"), manifest.parsed(own["manifest.json"]), own, catalogue, {})
    forged = tmp_path / "forged.zip"
    forged.write_bytes(archive.packed("traite_2022", files))
    quick = traite("verify", "--quick", str(forged), root=project)
    assert "are those of their manifest" in quick.stdout, "checksums alone prove nothing"
    done = traite("verify", str(forged), root=project, check=1)
    for name in ("2022/02_formes.html", "2022/manifest.json", "ro-crate-metadata.json"):
        assert f"  traite_2022/{name}: differs" in done.stdout.partition("Rendered otherwise here:")[2]
    assert "is not what this project produces" in done.stderr


def test_what_differs_is_named(project: Path, received: Path) -> None:
    folder = project / "outputs" / "2022"
    (folder / "02_formes.ipynb").unlink()
    (folder / "extra.csv").write_text("a\n", encoding="utf-8")
    path = project / "data/published/survey_2022.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Hors la rue", "Hors la Rue", 1), encoding="utf-8")
    done = traite("verify", "--quick", str(folder), root=project, check=1)
    for line in ("02_formes.ipynb: missing", "extra.csv: not expected", "data/published/survey_2022.csv: differs"):
        assert line in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["bundle", "2023"], "Edition 2023 has no annexes in"),
        (["bundle", "2016"], "There is no edition 2016. Available:"),
        (["verify", "nowhere"], "nowhere does not exist."),
        (["verify", "data"], "has no manifest.json"),
        (["verify", "data/editions.toml"], "is neither a folder nor a zip"),
    ],
)
def test_a_wrong_request_is_one_sentence(project: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str) -> None:
    monkeypatch.chdir(project)
    done = traite(*words, root=project, check=1)
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_zip_that_leaves_its_folder_is_refused(project: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as target:
        target.writestr("../outside.txt", "x")
    assert "leaves the archive" in traite("verify", str(tmp_path / "bad.zip"), root=project, check=1).stderr
    assert not (tmp_path.parent / "outside.txt").exists()


def test_the_site_offers_what_it_has(site: Path) -> None:
    for edition in EDITIONS:
        text = (site / edition / "index.html").read_text(encoding="utf-8")
        assert f'href="traite_{edition}.xlsx"' in text
        assert ".pdf" not in text


def test_a_bundle_with_images_for_slides_is_verified_with_them(project: Path, tmp_path: Path) -> None:
    only(project, "02_formes")
    traite("render", "2022", root=project)
    target = tmp_path / "with.zip"
    traite("bundle", "2022", "--figures", "--to", str(target), root=project)
    with zipfile.ZipFile(target) as opened:
        files = {name.removeprefix("traite_2022/"): opened.read(name) for name in opened.namelist()}
    name = "figures/02_formes-forme-d-exploitation"
    assert {file for file in files if file.startswith("figures/")} == {f"{name}.png", f"{name}.svg"}
    assert "are those that these inputs and this code produce" in traite("verify", str(target), root=project).stdout
    own = {file.removeprefix("2022/"): content for file, content in files.items() if file.startswith("2022/")}
    forged = {"02_formes-forme-d-exploitation.png": files[f"{name}.png"] + b"x", "02_formes-forme-d-exploitation.svg": b"<svg/>"}
    catalogue = Catalogue(project)
    whole = archive.contents(catalogue.edition("2022"), manifest.parsed(own["manifest.json"]), own, catalogue, forged)
    target.write_bytes(archive.packed("traite_2022", whole))
    said = traite("verify", str(target), root=project, check=1).stdout
    assert f"{name}.png: differs" in said
    assert f"{name}.svg: differs" in said
