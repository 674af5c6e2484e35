"""The glossary: the definitions of the chapter on method, each once, linked from the chapters that use them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from conftest import EDITIONS, ROOT

from traite_annexes.publishing.chapters import discover, shared
from traite_annexes.publishing.glossary import Term, glossary, used
from traite_annexes.publishing.pages import slug

if TYPE_CHECKING:
    from playwright.sync_api import Page

CHAPTERS = discover(ROOT / "notebooks")
LINK = re.compile(r'href="\.\./glossaire\.html#([^"]+)"')


def test_every_definition_of_the_chapter_on_method_is_a_term_of_the_glossary() -> None:
    method = next(chapter for chapter in CHAPTERS if chapter.number == "14")
    (section,) = [cell["source"] for cell in method.cells if cell["source"].startswith("## Définitions")]
    items = [line for line in section.splitlines() if line.startswith("- ")]
    terms = glossary(CHAPTERS)
    assert len(terms) == len(items) >= 11
    assert sorted(term.text for term in terms) == sorted(re.split(r"\s: ", item, maxsplit=1)[1] for item in items)
    assert [slug(term.name) for term in terms] == sorted(slug(term.name) for term in terms)


def test_a_term_is_found_in_any_number_gender_and_by_its_abbreviation() -> None:
    terms = [Term("Victime repérée", "", ""), Term("Mineur non accompagné (MNA)", "", ""), Term("Condamné", "", "")]
    assert used(terms, "Les VICTIMES repérées par les associations") == terms[:1]
    assert used(terms, "des mineures non accompagnées") == used(terms, "dont 3 MNA") == terms[1:2]
    assert used(terms, "Victimes souvent repérées, condamnations") == []


def test_every_chapter_links_the_terms_that_it_uses_to_their_definition(site: Path) -> None:
    page = (site / "glossaire.html").read_text(encoding="utf-8")
    anchors = re.findall(r'<dt id="([^"]+)"', page)
    assert anchors == [slug(term.name) for term in glossary(CHAPTERS)]
    linked = set()
    for edition in EDITIONS:
        for chapter in CHAPTERS:
            links = LINK.findall(
                (site / edition / f"{chapter.name}.html").read_text(encoding="utf-8").replace('glossaire.html"', "")
            )
            assert links, (edition, chapter.name)
            assert len(links) == len(set(links)), "once each: no soup of links"
            assert set(links) <= set(anchors)
            linked |= set(links)
    assert linked == set(anchors), "each term is used somewhere"


def test_the_glossary_is_reached_from_the_indexes(visit: Callable[..., Page]) -> None:
    for page in ("index.html", "2022/index.html"):
        tab = visit(page)
        tab.get_by_role("link", name="glossaire", exact=True).click()
        assert tab.locator("h1").inner_text() == "Glossaire"
    tab = visit("2022/08_victimes_mineures.html")
    tab.get_by_role("navigation", name="Termes de ce chapitre").get_by_role("link", name="Mineur non accompagné (MNA)").click()
    assert tab.locator(":target").inner_text() == "Mineur non accompagné (MNA)"


def test_a_definition_is_part_of_what_every_page_is_made_of(project: Path) -> None:
    before = shared(discover(project / "notebooks"))
    path = project / "notebooks/14_methode_et_qualite.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    text = json.dumps(notebook, ensure_ascii=False).replace("ayant eu un contact", "ayant eu au moins un contact")
    path.write_text(text, encoding="utf-8")
    assert shared(discover(project / "notebooks")) != before
