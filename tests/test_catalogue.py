"""The catalogue: every mistake in it is one sentence that names the file, the key and what exists."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import ROOT

from traite_lib import open_edition
from traite_lib.catalogue import Catalogue, project_root, sha256
from traite_lib.errors import CatalogueError

YEARS = "2015, 2018, 2019, 2020, 2021, 2022, 2023, 2024"


def change(path: Path, old: str, new: str) -> None:
    """Replace the first occurrence of a text that is there."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def redeclare(root: Path, file: str) -> None:
    """Declare the present checksum of a data file, as `traite checksums --write` does."""
    change(root / "data" / "editions.toml", sha256(ROOT / "data" / file), sha256(root / "data" / file))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('producers = ["ONDRP", "Miprof"]', 'producer = ["ONDRP"]', r"data/editions.toml, edition.0.producers: Field required"),
        ('[licence]\ncode = "MIT"', '[licence]\ncode = "MIT"\ncolour = "red"',
         r"data/editions.toml, licence.colour: Extra inputs.*Available: code, figures\."),
        ("number = 1\n", "number = 1\nnumbr = 1\n",
         r"data/editions.toml, edition.0.numbr: .*Available: key, number, .*Did you mean 'number'\?"),
        ("[sources]\n", "[sources]\npaths = 1\n", r"data/editions.toml, sources.paths: .*Available: path, sha256.*Did you mean 'path'\?"),
        ('default = "2022"', 'default = "2022"\ndefaut = "2022"',
         r"data/editions.toml, defaut: .*Available: default, licence, sources, administrative, edition"),
        ('default = "2022"', 'default = 2022"', r"data/editions.toml is not valid TOML: .*line 7"),
        ('default = "2022"', 'default = "2106"', rf"editions.toml.*There is no edition 2106. Available: {YEARS}"),
        ('key = "2015"', 'key = "2016"', r"data/editions.toml, edition.0: .*the key '2016' must be the reference year, 2015"),
        ("reference_year = 2015\n", "", r"data/editions.toml, edition.0: .*either reference_year or possible_years"),
        ("possible_years = [2016, 2017]", "possible_years = [2016, 2017]\nreference_year = 2016",
         r"data/editions.toml, edition.1: .*either reference_year or possible_years"),
        ('key = "2023"\nnumber = 8\nreference_year = 2023', 'key = "2022"\nnumber = 8\nreference_year = 2022',
         r"data/editions.toml: edition 2022 is declared twice"),
        ('sha256 = "d85133226', 'sha256 = "D85133226', r"data/editions.toml, sources.sha256: String should match pattern"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_editions_is_named(project: Path, old: str, new: str, said: str) -> None:
    change(project / "data" / "editions.toml", old, new)
    with pytest.raises(CatalogueError, match=said):
        Catalogue(project)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("breaks.toml", "populations_differ = true\n", "", r"data/breaks.toml, break.0: .*exactly one of year, every_pair"),
        ("breaks.toml", "populations_differ = true", "populations_differ = true\nyear = 2021", r"break.0: .*exactly one of"),
        ("breaks.toml", 'effect = "refuse"', 'effect = "refused"', r"data/breaks.toml, break.0.effect: .*'refuse' or 'reserve'"),
        ("breaks.toml", "populations_differ", "population_differs", r"break.0.population_differs: .*Did you mean 'populations_differ'\?"),
        ("corrections.toml", 'action = "retain"', 'action = "keep"', r"data/corrections.toml, correction.0.action: .*'retain', 'doubt'"),
        ("corrections.toml", "reason = ", "reasons = ", r"data/corrections.toml, correction.0.reason: Field required"),
        ("corrections.toml", "[[correction]]", "[[correction]", r"data/corrections.toml is not valid TOML"),
    ],
)  # fmt: skip
def test_a_mistake_in_breaks_and_corrections_is_named(project: Path, file: str, old: str, new: str, said: str) -> None:
    change(project / "data" / file, old, new)
    with pytest.raises(CatalogueError, match=said):
        Catalogue(project)


def test_a_catalogue_file_that_is_not_text_is_refused(project: Path) -> None:
    (project / "data" / "breaks.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CatalogueError, match=r"data/breaks.toml is not valid TOML"):
        Catalogue(project)


def test_a_missing_catalogue_file_is_named(project: Path) -> None:
    (project / "data" / "breaks.toml").unlink()
    with pytest.raises(CatalogueError, match=r"data/breaks.toml is missing from"):
        Catalogue(project)


def test_a_data_file_that_changed_is_refused_until_it_is_declared(project: Path) -> None:
    path = project / "data" / "published" / "survey_2022.csv"
    change(path, ",82,%", ",83,%")
    with pytest.raises(CatalogueError, match=rf"data/published/survey_2022.csv has changed: its checksum is {sha256(path)[:12]}"):
        open_edition("2022")
    redeclare(project, "published/survey_2022.csv")
    assert open_edition("2022").indicator("sex", "women").value == 83


def test_a_data_file_that_is_missing_is_named(project: Path) -> None:
    (project / "data" / "published" / "survey_2019.csv").unlink()
    with pytest.raises(
        CatalogueError, match=r"data/published/survey_2019.csv is declared in data/editions.toml but does not exist"
    ):
        open_edition("2022")


@pytest.mark.parametrize("edition", ["2016", 2016, "edition-2", "enquête 2024", ""])
def test_an_unknown_edition_is_refused_with_those_that_exist(edition: str | int) -> None:
    with pytest.raises(CatalogueError, match=f"There is no edition {edition}. Available: {YEARS}"):
        open_edition(edition)


def test_the_edition_without_a_certain_year_is_listed_but_not_dated() -> None:
    catalogue = Catalogue(ROOT)
    assert [edition.key for edition in catalogue.dated] == YEARS.split(", ")
    assert {edition.key for edition in catalogue.editions} - {edition.key for edition in catalogue.dated} == {"edition-2"}
    assert next(edition for edition in catalogue.editions if edition.key == "edition-2").years == (2016, 2017)


def test_every_declared_file_has_its_checksum_and_every_published_file_is_declared() -> None:
    catalogue = Catalogue(ROOT)
    assert {catalogue.verified(file) for file in catalogue.files()} == set((ROOT / "data" / "published").glob("*.csv"))


def test_a_wrong_source_is_named_by_line_and_column(project: Path) -> None:
    path = project / "data" / "published" / "sources.csv"
    change(path, "press,3", "press,4")
    redeclare(project, "published/sources.csv")
    with pytest.raises(CatalogueError, match=r"data/published/sources.csv, line 2, column rank: "):
        _ = Catalogue(project).sources


def test_a_root_that_holds_no_catalogue_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAITE_ROOT", str(tmp_path))
    with pytest.raises(CatalogueError, match=r"TRAITE_ROOT is .*, where there is no data/editions.toml"):
        project_root()


def test_the_root_is_the_named_one_else_the_library_s(project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert project_root() == project.resolve()
    monkeypatch.delenv("TRAITE_ROOT")
    monkeypatch.chdir(tmp_path)
    assert project_root() == ROOT
