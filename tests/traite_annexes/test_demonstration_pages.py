"""A demonstration edition is rendered like any other, apart from real ones, and says on everything that it describes nobody."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import openpyxl
import pytest
from commands import traite
from conftest import ROOT

from traite_annexes.publishing.marking import MARKS
from traite_lib import explore, open_edition
from traite_lib.catalogue import SYNTHETIC, Catalogue
from traite_lib.errors import CatalogueError

MARK = MARKS[SYNTHETIC]

CHAPTERS = ["00", "02", "15"]


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three chapters of demo2022, rendered as anybody would."""
    folder = tmp_path_factory.mktemp("out")
    chosen = [word for chapter in CHAPTERS for word in ("-c", chapter)]
    traite("render", "demo2022", *chosen, "--output", str(folder), root=ROOT)
    return folder


@pytest.fixture(scope="module")
def edition(output: Path) -> Path:
    return output / "demonstration" / "demo2022"


def test_it_stands_apart_from_the_site_of_real_editions(output: Path, edition: Path) -> None:
    assert [path.name for path in output.iterdir()] == ["demonstration"]
    assert (edition.parent / "index.html").is_file()
    assert "demo2022" in (edition.parent / "site.js").read_text(encoding="utf-8")


def test_every_page_table_and_chart_says_so(edition: Path) -> None:
    pages = list(edition.glob("*.html"))
    assert len(pages) == len(CHAPTERS) + 1
    for page in pages:
        text = page.read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
        assert SYNTHETIC in re.findall(r"<title>(.*?)</title>", text)[0]
        assert SYNTHETIC in text.partition("<main")[2][:400], page.name
        said = [part for name in ("caption", "desc", "figure") for part in re.findall(rf"<{name}\b.*?</{name}>", text, re.DOTALL)]
        assert said or page.name == "index.html"
        assert [part[:200] for part in said if SYNTHETIC not in part] == []
    notebooks = [path.read_text(encoding="utf-8") for path in edition.glob("*.ipynb")]
    parts = [part for text in notebooks for part in re.findall(r"<(?:caption|desc)>.*?</(?:caption|desc)>", text, re.DOTALL)]
    assert parts
    assert [part[:200] for part in parts if SYNTHETIC not in part] == []


def test_how_to_cite_it_says_so_and_its_captions_keep_it_in_sight(edition: Path) -> None:
    for page in edition.glob("*.html"):
        text = page.read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
        (cited,) = re.findall(r'<p class="citation">(.*?)</p>', text, re.DOTALL)
        assert SYNTHETIC in cited, page.name
        captions = re.findall(r"<caption>(.*?)</caption>", text)
        assert [each for each in captions if not re.fullmatch(r"<span>.*</span>|[^<]*", each)] == []


def test_its_key_is_said_in_french(edition: Path) -> None:
    """A key is for commands, names of files and codes; a reader reads words."""
    for page in edition.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        text = re.sub(r"<(style|script|pre|code)\b.*?</\1>|<table\b[^>]*dataframe.*?</table>", "", text, flags=re.DOTALL)
        shown = re.findall(r">[^<>]*\bdemo20\d\d\b(?!-(?:core|optional)/)[^<>]*(?=<)", text)
        assert shown == [], page.name
        assert not re.search(r"(alt|aria-label|title)=\"[^\"]*\bdemo20", text), page.name
        for link in re.findall(r'href="((?:tables|figures|traite_|observations)[^"]*)"', text):
            assert (edition / link).is_file(), link
    first = (edition / "00_synthese.html").read_text(encoding="utf-8")
    assert "Dans l’édition de démonstration 2022" in first.replace("\N{NO-BREAK SPACE}", " ")


def test_every_row_of_every_csv_and_every_sheet_says_so(edition: Path) -> None:
    files = [*edition.glob("figures/*.csv"), *edition.glob("tables/*.csv"), *edition.glob("observations*.csv")]
    assert len(files) > len(CHAPTERS)
    for file in files:
        for row in csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))):
            assert SYNTHETIC in row["citation"], (file.name, row)
            assert row["period"] in ("demo2020", "demo2021", "demo2022")
    without = {path.name for path in edition.rglob("*") if path.suffix in (".csv", ".xlsx", ".svg") and MARK not in path.name}
    assert without == {"codes.csv"}, "it holds no number"
    package = json.loads((edition / "datapackage.json").read_text(encoding="utf-8"))
    assert all((edition / resource["path"]).is_file() for resource in package["resources"])
    book = openpyxl.load_workbook(edition / f"traite_demo2022{MARK}.xlsx")
    for sheet in book.worksheets:
        assert any(SYNTHETIC in str(cell.value) for line in sheet.iter_rows(max_row=8) for cell in line), sheet.title


def test_published_figures_are_confronted_with_those_that_the_answers_give(edition: Path) -> None:
    page = (edition / "15_confrontation.html").read_text(encoding="utf-8")
    assert "égal après arrondi" in page
    assert "non calculable" in page
    assert "<td>différent" not in page, "the margins of a demonstration are those that were published"
    text = (ROOT / "tests" / "reference" / "2022" / "15_confrontation.ipynb").read_text(encoding="utf-8")
    assert "rien n’est recalculé" in text, "a real edition without answers says so"


def test_images_for_slides_say_so(tmp_path: Path) -> None:
    traite("figures", "demo2022", "-c", "02", "--to", str(tmp_path), root=ROOT)
    images = sorted(tmp_path.iterdir())
    assert {path.suffix for path in images} == {".png", ".svg"}
    assert all("donnees-synthetiques" in path.name for path in images)
    assert all(SYNTHETIC in re.sub(r"\s+", " ", path.read_text(encoding="utf-8")) for path in images if path.suffix == ".svg")


def test_nothing_puts_it_beside_real_editions() -> None:
    real, made = open_edition("2022"), open_edition("demo2022")
    assert [edition.key for edition in Catalogue(ROOT).dated if edition.observations] == []
    assert not any(key.startswith("demo") for key in set(real.observations["edition"]))
    assert set(made.observations["edition"]) == {"demo2020", "demo2021", "demo2022"}
    assert set(made.series("form", "sexual").frame["period"]) == {"demo2020", "demo2021", "demo2022"}
    assert "demo2022" not in explore.variables().columns
    assert explore("form").editions == ("2022",)
    assert not any(key.startswith("demo") for key in explore("form", "sexual", editions="all").editions)
    assert explore("form", editions="demo2022").editions == ("demo2022",)
    for mixed in (
        lambda: made.change("form", "sexual", since="2021"),
        lambda: real.change("form", "sexual", since="demo2021"),
        lambda: explore("form", editions=["demo2022", "2022"]),
        lambda: Catalogue(ROOT).edition("demo2022"),
    ):
        with pytest.raises(CatalogueError, match="never put together"):
            mixed()
    assert "demo" not in traite("editions", root=ROOT).stdout
