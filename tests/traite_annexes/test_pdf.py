"""PDF of chapters and of an edition: read back, and turned to images."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from pypdf import PdfReader

from traite_annexes.publishing import pdf
from traite_annexes.publishing.chapters import Chapter, discover
from traite_lib.catalogue import Catalogue

try:
    import weasyprint  # noqa: F401
except (ImportError, OSError) as error:
    pytest.skip(f"the extra [pdf] or Pango is not installed ({error})", allow_module_level=True)

NAMES = ("09_conditions_d_exploitation", "11_plaintes_et_procedures")


@pytest.fixture(scope="module")
def chapter(site: Path) -> bytes:
    return pdf.convert((site / "2024" / "11_plaintes_et_procedures.html").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def edition(site: Path) -> bytes:
    catalogue = Catalogue(ROOT)
    pages: list[tuple[Chapter, str]] = [
        (found, (site / "2024" / f"{found.name}.html").read_text(encoding="utf-8"))
        for found in discover(ROOT / "notebooks")
        if found.name in NAMES
    ]
    return pdf.edition_pdf(catalogue.edition("2024"), pages, catalogue.licence.figures)


def titles(outline: list[Any]) -> list[Any]:
    return [titles(entry) if isinstance(entry, list) else entry.title for entry in outline]


def tags(reader: PdfReader) -> set[str]:
    """Kinds of structure elements."""
    found, waiting = set(), [reader.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        node = waiting.pop().get_object()
        if isinstance(node, list):
            waiting += node
        elif hasattr(node, "get"):
            if "/S" in node:
                found.add(node["/S"])
            if "/K" in node:
                waiting.append(node["/K"])
    return found


def test_a_pdf_is_tagged_french_titled_and_carries_its_fonts(chapter: bytes) -> None:
    reader = PdfReader(io.BytesIO(chapter))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "fr"
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()
    assert reader.metadata is not None
    assert reader.metadata.title == "Plaintes et procédures — édition 2024"
    assert {"/H1", "/H2", "/H3", "/P", "/L", "/Figure", "/Table", "/TR", "/TH", "/TD"} <= tags(reader)
    for page in reader.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            descendant = font.get_object()["/DescendantFonts"][0].get_object()
            assert {"/FontFile2", "/FontFile3"} & set(descendant["/FontDescriptor"].get_object())


def test_every_image_of_a_pdf_has_an_alternative_text(chapter: bytes) -> None:
    reader = PdfReader(io.BytesIO(chapter))
    waiting, alts = [reader.trailer["/Root"]["/StructTreeRoot"]], []
    while waiting:
        node = waiting.pop().get_object()
        if isinstance(node, list):
            waiting += node
        elif hasattr(node, "get"):
            if node.get("/S") == "/Figure":
                alts.append(node.get("/Alt"))
            waiting += [node["/K"]] if "/K" in node else []
    assert alts
    assert all(alt and "Population" in alt for alt in alts)


def test_the_text_of_a_pdf_is_the_page_with_its_tables_and_without_its_controls(chapter: bytes) -> None:
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(chapter)).pages)
    text = " ".join(text.split())
    assert "À retenir" in text
    assert "Comparable à la ligne précédente" in text or "Modalité" in text
    for control in ("Afficher le code", "Chercher", "Aller au contenu", "Sommaire", "SVG"):
        assert control not in text


def test_an_edition_is_one_pdf_with_bookmarks_and_a_page_for_each_chapter(edition: bytes) -> None:
    reader = PdfReader(io.BytesIO(edition))
    found = titles(reader.outline)
    assert found[0] == "Victimes de traite accompagnées par les associations, édition 2024"
    assert [title for title in found[1:] if isinstance(title, str)] == ["Conditions d’exploitation", "Plaintes et procédures"]
    assert "À retenir" in found[found.index("Plaintes et procédures") + 1]
    starts = [reader.get_destination_page_number(entry) for entry in reader.outline if not isinstance(entry, list)]
    assert starts == sorted(set(starts)), "each chapter starts a page"


def test_two_pdf_of_the_same_page_are_the_same_bytes(site: Path, chapter: bytes) -> None:
    assert pdf.convert((site / "2024" / "11_plaintes_et_procedures.html").read_text(encoding="utf-8")) == chapter


def test_no_page_of_a_pdf_is_blank_or_cut(edition: bytes, tmp_path: Path) -> None:
    if shutil.which("pdftoppm") is None:
        pytest.skip("no pdftoppm on this machine: `apt-get install poppler-utils`")
    from PIL import Image, ImageChops

    (tmp_path / "edition.pdf").write_bytes(edition)
    subprocess.run(["pdftoppm", "-r", "40", "-png", "edition.pdf", "page"], cwd=tmp_path, check=True)
    pages = sorted(tmp_path.glob("page-*.png"))
    assert len(pages) == len(PdfReader(io.BytesIO(edition)).pages)
    for path in pages:
        image = Image.open(path).convert("L")
        box = ImageChops.invert(image).point(lambda value: 255 if value > 40 else 0).getbbox()
        assert box is not None, path
        margin = 40 * 10 / 25.4  # 10 mm at 40 dots an inch; the margin is 16 mm
        assert box[0] > margin, path
        assert box[2] < image.width - margin, path


def test_nothing_is_fetched_from_outside() -> None:
    with pytest.raises(ValueError, match="nothing is fetched from outside"):
        pdf._fetch("https://example.org/a.png")
