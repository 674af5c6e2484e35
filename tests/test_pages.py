"""The pages as a reader gets them: all chapters of an edition rendered, read as text, and opened in Chromium."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from conftest import ROOT

from traite_lib.catalogue import Catalogue
from traite_lib.nomenclature import Nomenclatures
from traite_lib.rendering import batch
from traite_lib.rendering.chapters import discover

EDITIONS = ("2015", "2022", "2024")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ENGLISH = ["the", "of", "and", "with", "share", "shares", "victims", "unknown", "value", "count", "published", "not", "year"]
HARSH = ["significatif", "significative", "significatifs", "prostituée", "prostituées", "filière"]
NEVER = ["_T", "nan", "NaN", "None", "NA"]


class Text(HTMLParser):
    """Visible text of a page, without its code and style; images, links and headings apart."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.hidden = 0
        self.images: list[dict[str, str | None]] = []
        self.links: list[str] = []
        self.outside: list[str] = []
        self.headings: list[int] = []
        self.open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "img":
            self.images.append(given)
        if tag == "a":
            self.links.append(given.get("href") or "")
        address = given.get("src") or given.get("href") or ""
        if tag in ("link", "script", "iframe", "img") and address.startswith(("http", "//")):
            self.outside.append(tag)
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in ("img", "meta", "input", "br", "link"):
            hide = tag in ("style", "script") or "code" in (given.get("class") or "").split()
            self.open.append((tag, hide))
            self.hidden += hide

    def handle_endtag(self, tag: str) -> None:
        while self.open:
            name, hide = self.open.pop()
            self.hidden -= hide
            if name == tag:
                break

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(data)


def read(path: Path) -> tuple[Text, str]:
    parser = Text()
    parser.feed(path.read_text(encoding="utf-8"))
    return parser, " ".join("".join(parser.parts).split())


@pytest.fixture(scope="module")
def annexes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All chapters of three editions, rendered by the library itself."""
    output = tmp_path_factory.mktemp("annexes à lire")
    catalogue, chapters = Catalogue(ROOT), discover(ROOT / "notebooks")
    wanted = [catalogue.edition(key) for key in EDITIONS]
    outcomes = list(batch.render(wanted, chapters, chapters, catalogue, output))
    assert [outcome.failure for outcome in outcomes if outcome.failure] == []
    assert [outcome.warnings for outcome in outcomes if outcome.warnings] == []
    return output


@pytest.fixture(scope="module")
def pages(annexes: Path) -> list[Path]:
    found = sorted(annexes.rglob("*.html"))
    assert len(found) == len(EDITIONS) * 15 + 1
    return found


def test_no_english_word_raw_code_or_nan_is_shown(pages: list[Path]) -> None:
    words = Nomenclatures(ROOT / "data")
    codes = {code for code in (*words.populations, *words.variables, *(i.code for i in words.items)) if "_" in code}
    wrong = re.compile(rf"\b({'|'.join(map(re.escape, [*ENGLISH, *HARSH, *NEVER, *sorted(codes)]))})\b")
    found = {}
    for page in pages:
        parser, text = read(page)
        shown = text + " ".join(image.get("alt") or "" for image in parser.images)
        if hits := set(wrong.findall(shown)):
            found[f"{page.parent.name}/{page.name}"] = hits
    assert found == {}


def test_every_page_is_french_with_headings_in_order_and_nothing_from_outside(pages: list[Path]) -> None:
    for page in pages:
        parser, _ = read(page)
        assert '<html lang="fr">' in page.read_text(encoding="utf-8"), page
        assert parser.outside == [], page
        assert parser.headings[0] == 1, page
        assert parser.headings.count(1) == 1, page
        steps = zip(parser.headings, parser.headings[1:], strict=False)
        assert all(after <= before + 1 for before, after in steps), (page, parser.headings)


def test_every_image_has_an_alternative_text_that_states_a_finding(pages: list[Path]) -> None:
    alts = [image.get("alt") or "" for page in pages for image in read(page)[0].images]
    assert len(alts) > 80
    assert all(re.search(r"\d", alt) and "Population" in alt for alt in alts)


def test_every_chapter_opens_with_three_to_five_sentences_that_name_population_and_source(pages: list[Path]) -> None:
    for page in pages:
        if page.name == "index.html":
            continue
        block = page.read_text(encoding="utf-8").partition('<div class="key-points">')[2].partition("</div>")[0]
        points = re.findall(r"<li>(.*?)</li>", block, re.S)
        assert 3 <= len(points) <= 5, page
        said = re.compile("source|Aucun|réserve|répondantes passe|pas encore")
        assert [point for point in points if not said.search(point)] == [], page


def test_local_links_lead_somewhere(pages: list[Path]) -> None:
    for page in pages:
        for link in read(page)[0].links:
            if not link.startswith(("http", "#")):
                assert (page.parent / link).is_file(), (page, link)


def test_a_page_is_light(pages: list[Path]) -> None:
    assert max(page.stat().st_size for page in pages) < 600_000


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
        )
        yield launched
        launched.close()


@pytest.mark.parametrize("width", [375, 1280])
def test_a_page_fits_the_width_and_asks_for_nothing(pages: list[Path], browser: object, width: int) -> None:
    tab = browser.new_page(viewport={"width": width, "height": 900})  # type: ignore[attr-defined]
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    for page in pages:
        tab.goto(page.as_uri())
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, page
    tab.close()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def test_the_code_is_folded_behind_one_control_that_the_keyboard_reaches(annexes: Path, browser: object) -> None:
    tab = browser.new_page()  # type: ignore[attr-defined]
    tab.goto((annexes / "2022" / "02_formes.html").as_uri())
    code = tab.locator("pre.code")
    assert code.count() > 5
    assert not code.first.is_visible()
    assert tab.locator("label[for=afficher-code]").inner_text().strip().endswith("Afficher le code")
    tab.locator("#afficher-code").focus()
    tab.keyboard.press("Space")
    assert code.first.is_visible()
    tab.emulate_media(media="print")
    assert not tab.locator("nav").first.is_visible()
    tab.close()
