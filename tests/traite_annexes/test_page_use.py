"""What readers stumbled on, each fault a kind: measured on every page of the site, in Chromium."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import EDITIONS, ROOT
from PIL import Image

from traite_annexes.publishing.chapters import discover

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

OPEN = "for (const details of document.querySelectorAll('details')) details.open = true"
"""Unfold everything: what is folded is read too."""


CUT = """(() => {
  const cut = [...document.querySelectorAll('.scroll')].filter(box => box.scrollWidth > box.clientWidth + 1);
  return cut.length && cut.map(box => box.ariaLabel);
})()"""
UNREACHED = """async () => {
  await new Promise(requestAnimationFrame); await new Promise(requestAnimationFrame);
  const wrong = [...document.querySelectorAll('.scroll')].filter(box => box.getAttribute('role') !== 'region' || !box.ariaLabel
    || (box.scrollWidth > box.clientWidth + 1) !== (box.tabIndex === 0));
  return wrong.length && wrong.map(box => box.ariaLabel); }"""
LEVELS = "[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].filter(h => h.checkVisibility()).map(h => +h.tagName[1])"
SMALL = """(() => {
  const alone = link => ![...link.parentElement.childNodes].some(node => node !== link && node.textContent.trim().length > 1);
  const found = [...document.querySelectorAll('a[href], button, input, select, summary')].filter(one => {
    const { width, height } = one.getBoundingClientRect();
    return one.checkVisibility() && !one.matches('.skip, [type=hidden]') && (one.tagName !== 'A' || alone(one))
      && (width < 24 || height < 24);
  });
  return found.length && found.map(one => one.outerHTML.slice(0, 90));
})()"""
LINKS = """[...document.querySelectorAll('a[href]')].filter(link => link.checkVisibility())
  .map(link => [(link.ariaLabel ?? link.textContent).trim(), link.href, Boolean(link.closest('.chart'))])"""
SIDEWAYS = "document.documentElement.scrollWidth > innerWidth"
QUESTIONS = {
    320: {"sideways 320": SIDEWAYS},
    375: {"sideways 375": SIDEWAYS, "unreached": UNREACHED, "small": SMALL},
    1280: {"sideways 1280": SIDEWAYS, "cut": CUT, "levels": LEVELS, "links": LINKS},
}
"""What is asked of each page at each width, in JavaScript."""


@pytest.fixture(scope="module")
def answers(pages: list[Path], browser: Browser) -> dict[str, dict[str, Any]]:
    """Answers of the pages, unfolded, by question: each page is opened once a width; those that answer nothing are left out."""
    found: dict[str, dict[str, Any]] = {name: {} for asked in QUESTIONS.values() for name in asked}
    for width, asked in QUESTIONS.items():
        context = browser.new_context(offline=True, viewport={"width": width, "height": 900})
        tab = context.new_page()
        for page in pages:
            tab.goto(page.as_uri())
            tab.evaluate(OPEN)
            for name, question in asked.items():
                if answer := tab.evaluate(question):
                    found[name][f"{page.parent.name}/{page.name}"] = answer
        context.close()
    return found


@pytest.mark.parametrize("width", [320, 375, 1280])
def test_only_tables_scroll_sideways_never_the_page(answers: dict[str, dict[str, Any]], width: int) -> None:
    assert answers[f"sideways {width}"] == {}


def test_no_table_is_cut_on_a_wide_screen(answers: dict[str, dict[str, Any]]) -> None:
    assert answers["cut"] == {}


def test_what_scrolls_is_a_named_region_that_the_keyboard_reaches_and_what_does_not_is_no_stop(
    answers: dict[str, dict[str, Any]],
) -> None:
    assert answers["unreached"] == {}


def edges(tab: Page, selector: str) -> tuple[int, int]:
    """How dark the left and the right edge of an element are, against its middle: the sum of grey levels over its last rows."""
    picture = Image.open(io.BytesIO(tab.locator(selector).first.screenshot())).convert("L")
    width, height = picture.size
    rows = range(height - 6, height - 3)  # below the text of the last row, above its line
    middle = max(picture.getpixel((width // 2, row)) for row in rows)

    def darkness(columns: range) -> int:
        return sum(middle - picture.getpixel((column, row)) for column in columns for row in rows)

    return darkness(range(0, 12)), darkness(range(width - 12, width))


def test_the_edge_that_has_more_is_shaded_and_the_names_of_rows_stay(visit: Callable[..., Page]) -> None:
    tab = visit("2022/02_formes.html", 375)
    tab.evaluate(OPEN)
    tab.wait_for_selector(".scroll.wide")
    tab.evaluate("document.querySelector('.scroll.wide').id = 'wide'")
    before = edges(tab, "#wide")
    assert before[1] > 300, "there is more to the right"
    head = tab.locator("#wide tbody th").first.bounding_box()
    tab.evaluate("document.getElementById('wide').scrollLeft = 1e4")
    after = edges(tab, "#wide")
    assert after[1] < before[1] / 5, "nothing more to the right"
    assert tab.locator("#wide tbody th").first.bounding_box() == head
    assert tab.locator("#wide caption span").bounding_box()["x"] == head["x"]  # type: ignore[index]


def test_the_first_heading_is_the_title_and_no_heading_is_skipped(pages: list[Path], answers: dict[str, dict[str, Any]]) -> None:
    assert len(answers["levels"]) == len(pages)
    for page, found in answers["levels"].items():
        assert found[0] == 1, page
        assert found.count(1) == 1, page
        assert all(after <= before + 1 for before, after in itertools.pairwise(found)), (page, found)


def test_a_target_has_24_pixels_on_a_phone(answers: dict[str, dict[str, Any]]) -> None:
    """WCAG 2.2, 2.5.8, without its exception for spacing; a link inside a sentence is part of its line."""
    assert answers["small"] == {}


def test_links_tell_where_they_lead_and_none_is_repeated_in_a_row(pages: list[Path], answers: dict[str, dict[str, Any]]) -> None:
    assert len(answers["links"]) == len(pages)
    for page, found in answers["links"].items():
        names = [name for name, *_ in found]
        assert [one for one, other in itertools.pairwise(names) if one == other] == [], page
        places: dict[str, set[str]] = {}
        for name, address, _ in found:
            places.setdefault(name, set()).add(address)
        assert {name: there for name, there in places.items() if len(there) > 1} == {}, page
        vague = re.compile(r"ici|lire( la suite)?|voir|lien|plus|source|suivant|précédent|csv|png|svg|https?:.*", re.I)
        assert [name for name, _, chart in found if vague.fullmatch(name) and not chart] == [], page


def test_every_chapter_of_an_index_says_something_whole_and_has_its_own_number(site: Path, visit: Callable[..., Page]) -> None:
    for edition in EDITIONS:
        tab = visit(f"{edition}/index.html")
        for item, chapter in zip(tab.locator(".chapters > li").all(), discover(ROOT / "notebooks"), strict=True):
            said = item.locator("p").inner_text()
            assert len(said) > 30, chapter.name
            assert said.endswith((".", "»")), said
            if chapter.number != "00":
                assert item.evaluate("item => item.value") == int(chapter.number)


CONTRAST = """() => {
  const channel = value => { const s = value / 255; return s <= .03928 ? s / 12.92 : ((s + .055) / 1.055) ** 2.4; };
  const light = ([r, g, b]) => .2126 * channel(r) + .7152 * channel(g) + .0722 * channel(b);
  const colour = text => text.match(/[\\d.]+/g).map(Number);
  const under = one => { for (let at = one; at; at = at.parentElement) {
    const found = colour(getComputedStyle(at).backgroundColor); if (found.length < 4 || found[3] > .99) return found; } return [255, 255, 255]; };
  const wrong = new Set();
  for (const one of document.querySelectorAll('body *')) {
    if (!one.checkVisibility() || one.closest('svg, .unseen, .announce, .skip')) continue;
    if (![...one.childNodes].some(node => node.nodeType === 3 && node.textContent.trim())) continue;
    const [a, b] = [light(colour(getComputedStyle(one).color)), light(under(one))].sort((x, y) => y - x);
    if ((a + .05) / (b + .05) < 4.5) wrong.add(`${one.tagName}.${one.className}: ${((a + .05) / (b + .05)).toFixed(2)}`);
  }
  return wrong.size && [...wrong]; }"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_follow_the_colours_of_the_system_and_every_text_is_read_on_its_ground(
    pages: list[Path], visit: Callable[..., Page], scheme: str
) -> None:
    """Those of the first edition: axe asks it of all others, in both schemes (`test_pages`)."""
    tab, wrong = visit("index.html", scheme=scheme), {}
    for page in [page for page in pages if page.parent.name == EDITIONS[0]]:
        tab.goto(page.as_uri())
        tab.evaluate(OPEN)
        if found := tab.evaluate(CONTRAST):
            wrong[page.name] = found
    assert wrong == {}
    ground = int(tab.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]"))
    assert (ground < 60) == (scheme == "dark")


def test_paper_is_always_white(visit: Callable[..., Page]) -> None:
    tab = visit("2022/02_formes.html", scheme="dark")
    tab.emulate_media(media="print", color_scheme="dark")
    colours = tab.evaluate("[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]")
    assert colours == ["rgb(29, 29, 31)", "rgb(255, 255, 255)"]
