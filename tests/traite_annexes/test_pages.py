"""The pages as a reader gets them: all chapters of an edition rendered, read as text, and opened in Chromium."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from conftest import EDITIONS, ROOT
from markupsafe import escape
from PIL import Image
from reading import read

from traite_annexes.publishing.pages import anchored, blocks
from traite_lib.nomenclature import Nomenclatures

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ENGLISH = [
    "the",
    "of",
    "and",
    "with",
    "share",
    "shares",
    "victims",
    "unknown",
    "value",
    "count",
    "published",
    "not",
    "year",
    "search",
    "download",
    "copy",
    "table of",
    "figure of",
]
HARSH = ["significatif", "significative", "significatifs", "prostituée", "prostituées", "filière"]
NEVER = ["_T", "nan", "NaN", "None", "NA"]


def test_no_english_word_raw_code_or_nan_is_shown(pages: list[Path]) -> None:
    words = Nomenclatures(ROOT / "data")
    codes = {code for code in (*words.populations, *words.variables, *(i.code for i in words.items)) if "_" in code}
    wrong = re.compile(rf"\b({'|'.join(map(re.escape, [*ENGLISH, *HARSH, *NEVER, *sorted(codes)]))})\b")
    found = {}
    for page in pages:
        _, text = read(page)
        if hits := set(wrong.findall(text)):
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


def test_every_drawing_has_a_name_and_a_description_that_states_a_finding(pages: list[Path]) -> None:
    drawings = [svg for page in pages for svg in re.findall(r"<svg.*?</svg>", page.read_text(encoding="utf-8"), re.DOTALL)]
    assert len(drawings) > 80
    for svg in drawings:
        assert re.search(r"<title>.+</title>", svg)
        assert re.search(r"<desc>.*Population.*\d.*</desc>", svg)
        assert svg.count("<text") >= 3, "text is text"


def test_every_chapter_opens_with_three_to_five_sentences_that_name_population_and_source(pages: list[Path]) -> None:
    for page in pages:
        if not page.name[:2].isdigit():
            continue
        block = page.read_text(encoding="utf-8").partition('<div class="key-points">')[2].partition("</div>")[0]
        points = re.findall(r"<li>(.*?)</li>", block, re.S)
        assert 3 <= len(points) <= 5, page
        said = re.compile("source|Aucun|non calculé|réserve|répondantes passe|pas encore")
        assert [point for point in points if not said.search(point)] == [], page


def test_local_links_lead_somewhere(pages: list[Path]) -> None:
    for page in pages:
        for link in read(page)[0].links:
            if not link.startswith(("http", "#")):
                assert (page.parent / link.partition("#")[0]).is_file(), (page, link)


def test_anchors_exist(pages: list[Path]) -> None:
    for page in pages:
        text = page.read_text(encoding="utf-8")
        names = re.findall(r'\bid="([^"]+)"', text)
        assert len(names) == len(set(names)), page
        assert {link[1:] for link in read(page)[0].links if link.startswith("#")} <= set(names), page


def test_a_page_and_an_edition_are_light(pages: list[Path], site: Path) -> None:
    assert max(page.stat().st_size for page in pages) < 300_000
    for edition in EDITIONS:
        assert sum(path.stat().st_size for path in (site / edition).rglob("*") if path.is_file()) < 3_000_000, edition


# -- in a browser ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [375, 1280])
def test_one_drawing_is_read_on_a_phone_and_on_a_screen(visit: Callable[..., Page], width: int) -> None:
    tab = visit("2022/02_formes.html", width)
    sizes = tab.evaluate(
        "() => [...document.querySelectorAll('figure.chart svg text')].map((text) => text.getBoundingClientRect())"
        ".map((box) => [box.left, box.right, box.height / (box.height > 24 ? 2 : 1)])"
    )
    assert len(sizes) > 8
    assert all(left >= 0 and right <= width for left, right, _ in sizes)
    assert min(height for _, _, height in sizes) >= 10


def test_the_text_of_a_chart_is_found_selected_and_read_aloud(visit: Callable[..., Page]) -> None:
    tab = visit("2022/02_formes.html")
    svg = tab.locator("figure.chart svg").first
    assert "76\u00a0%" in svg.inner_text() if svg.evaluate("svg => 'innerText' in svg") else svg.text_content()
    assert tab.evaluate("window.find('moins de 1', false, false, true)"), "the browser's own search"
    assert tab.evaluate("getSelection().anchorNode.parentElement.closest('svg') !== null")
    client = tab.context.new_cdp_session(tab)
    nodes = client.send("Accessibility.getFullAXTree")["nodes"]
    named = {node["name"]["value"] for node in nodes if not node["ignored"] and node.get("name", {}).get("value")}
    described = [node["description"]["value"] for node in nodes if node.get("description", {}).get("value")]
    assert "76\u00a0%" in named
    assert any("ont subi une exploitation sexuelle" in name for name in named)
    assert any(text.startswith("Diagramme en barres") for text in described)


def test_an_image_of_a_figure_is_made_in_the_page(visit: Callable[..., Page], tmp_path: Path) -> None:
    tab = visit("2022/02_formes.html")
    with tab.expect_download() as saved:
        tab.get_by_role("button", name="Enregistrer l’image (PNG) : Figure 1").click()
    assert saved.value.suggested_filename == "figure-forme-d-exploitation.png"
    saved.value.save_as(tmp_path / "figure.png")
    image = Image.open(tmp_path / "figure.png").convert("RGB")
    assert image.width == 1280
    assert image.getpixel((2, 2)) == (255, 255, 255)
    inked = [y for y in range(image.height) if any(sum(image.getpixel((x, y))) < 300 for x in range(40, 600, 3))]  # type: ignore[arg-type]
    assert inked[0] < 80, "the title is in it"
    assert inked[-1] > image.height * 0.8, "so are its sources"


@pytest.mark.parametrize("colours", [{"color_scheme": "dark"}, {"forced_colors": "active"}, {"media": "print"}])
def test_a_drawing_is_seen_in_the_dark_in_forced_colours_and_on_paper(visit: Callable[..., Page], colours: Any) -> None:
    tab = visit("2022/02_formes.html")
    tab.emulate_media(**colours)
    found = tab.evaluate(
        "() => { const text = document.querySelector('figure.chart svg text'); let box = text, paper = 'rgba(0, 0, 0, 0)';"
        " while (box && paper === 'rgba(0, 0, 0, 0)') { paper = getComputedStyle(box).backgroundColor; box = box.parentElement; }"
        " const bars = [...document.querySelectorAll('figure.chart svg path')].map((p) => getComputedStyle(p).fill);"
        " return [getComputedStyle(text).fill, paper, bars]; }"
    )
    ink, paper, bars = found
    assert contrast(ink, paper) > 7
    assert max(contrast(bar, paper) for bar in bars if bar.startswith("rgb(")) > 3


def contrast(one: str, two: str) -> float:
    """Contrast of two colours (WCAG 2, relative luminance)."""
    levels = []
    for colour in (one, two):
        given = [float(part) / 255 for part in re.findall(r"[\d.]+", colour)[:3]]
        if colour == "rgba(0, 0, 0, 0)":
            given = [1.0, 1.0, 1.0]  # the paper of the browser
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in given]
        levels.append(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])
    return (max(levels) + 0.05) / (min(levels) + 0.05)


def test_the_code_is_folded_behind_one_control_that_the_keyboard_reaches(visit: Callable[..., Page]) -> None:
    tab = visit("2022/02_formes.html")
    code = tab.locator("pre.code")
    assert code.count() > 5
    assert not code.first.is_visible()
    tab.get_by_label("Afficher le code").focus()
    tab.keyboard.press("Space")
    assert code.first.is_visible()
    tab.keyboard.press("Space")
    assert not code.first.is_visible()


def test_the_keyboard_walks_through_the_page_in_order_and_the_focus_is_seen(visit: Callable[..., Page]) -> None:
    tab = visit("2022/02_formes.html")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip"
    assert tab.locator(".skip").bounding_box()["width"] > 100, "the skip link shows itself"  # type: ignore[index]
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == "contenu"
    tab.goto(tab.url.partition("#")[0])
    reached, outlines = [], []
    for _ in range(200):
        tab.keyboard.press("Tab")
        name, outline, place = tab.evaluate(
            "() => { const e = document.activeElement, s = getComputedStyle(e);"
            " return [e.tagName, s.outlineStyle + s.outlineWidth, e.getBoundingClientRect().width]; }"
        )
        if name == "BODY":
            break
        reached.append(name)
        outlines.append((outline, place > 0))
    assert {"A", "INPUT", "BUTTON", "SUMMARY"} <= set(reached)
    assert {outline for outline, _ in outlines} == {"solid3px"}
    focusable = tab.locator("a[href], button, input:not([type=hidden]), summary, [tabindex='0']").locator("visible=true").count()
    assert len(reached) >= focusable, "no element keeps the focus, none is skipped"


def test_the_table_behind_a_figure_opens_copies_and_saves(visit: Callable[..., Page], tmp_path: Path) -> None:
    tab = visit("2022/02_formes.html")
    table = tab.locator("details.data table").first
    assert not table.is_visible()
    tab.get_by_text("Tableau de la figure 1").click()
    assert table.is_visible()
    tab.evaluate("() => { navigator.clipboard.writeText = async (text) => { window.copied = text; }; }")
    tab.locator("details.data").first.get_by_role("button", name="Copier le tableau").click()
    lines = tab.evaluate("window.copied").split("\n")
    assert lines[0].split("\t")[:2] == ["Modalité", "Part"]
    assert lines[1].split("\t")[:2] == ["Exploitation sexuelle", "76 %"]
    assert "a été copié" in tab.locator(".announce").inner_text()
    with tab.expect_download() as download:
        tab.locator("details.data").first.get_by_role("button", name="Enregistrer en CSV").click()
    saved = tmp_path / "table.csv"
    download.value.save_as(saved)
    assert download.value.suggested_filename == "forme-d-exploitation.csv"
    text = saved.read_text(encoding="utf-8-sig")
    assert text.splitlines()[1].startswith("Exploitation sexuelle;76 %;")
    assert "Population\u00a0: victimes accompagnées" in text


def test_without_a_clipboard_the_copy_still_works_or_says_so(visit: Callable[..., Page]) -> None:
    tab = visit("2022/02_formes.html")
    tab.evaluate("() => { navigator.clipboard.writeText = async () => { throw new Error('no clipboard'); }; }")
    tab.get_by_role("button", name="Copier la référence").click()
    tab.locator(".announce:not(:empty)").wait_for(state="attached")
    assert tab.locator(".announce").inner_text() == "La référence a été copiée."


def test_a_large_number_is_saved_as_a_spreadsheet_reads_it(visit: Callable[..., Page], tmp_path: Path) -> None:
    tab = visit("2022/12_evolutions.html")
    tab.get_by_text("Tableau de la figure 1").click()
    with tab.expect_download() as download:
        tab.locator("details.data").first.get_by_role("button", name="Enregistrer en CSV").click()
    download.value.save_as(tmp_path / "series.csv")
    assert "2022;2994;" in (tmp_path / "series.csv").read_text(encoding="utf-8-sig")


def test_the_search_finds_words_without_accents_and_leads_to_the_passage(visit: Callable[..., Page]) -> None:
    tab = visit("2022/02_formes.html")
    tab.get_by_label("Rechercher").fill("REPEREES accompagnées")
    tab.get_by_role("button", name="Chercher").click()
    tab.locator("#nombre:not(:empty)").wait_for()
    assert re.fullmatch(r"\d+ passages trouvés.*", tab.locator("#nombre").inner_text())
    assert tab.get_by_label("Édition").input_value() == "2022"
    assert "repérées" in [mark.lower() for mark in tab.locator("mark").all_inner_texts()]
    link = tab.locator("#resultats a", has_text="Formes d’exploitation : Victimes repérées").first
    link.click()
    assert tab.url.endswith("/2022/02_formes.html#victimes-reperees-et-victimes-accompagnees")


def test_the_search_covers_every_edition_and_says_when_nothing_is_found(visit: Callable[..., Page]) -> None:
    tab = visit("recherche.html", query="?mots=Nigeria")
    tab.locator("#nombre:not(:empty)").wait_for()
    editions = {text.rpartition(" ")[2] for text in tab.locator("#resultats a").all_inner_texts()}
    assert editions == set(EDITIONS)
    tab.get_by_label("Mots cherchés").fill("ornithorynque <b>")
    tab.keyboard.press("Enter")
    tab.locator("#nombre", has_text="Aucun passage").wait_for()
    assert tab.locator("#nombre").inner_text() == "Aucun passage ne contient « ornithorynque <b> »."


def test_a_chapter_leads_to_itself_in_the_other_editions(visit: Callable[..., Page]) -> None:
    tab = visit("2022/02_formes.html")
    switch = tab.get_by_role("navigation", name="Ce chapitre dans les autres éditions")
    assert switch.get_by_role("link").all_inner_texts() == list(EDITIONS)
    assert switch.locator("[aria-current=page]").inner_text() == "2022"
    switch.get_by_role("link", name="2024").click()
    assert tab.url.endswith("/2024/02_formes.html")


def test_a_page_sent_alone_is_whole_and_offers_nothing_that_is_missing(site: Path, browser: Browser, tmp_path: Path) -> None:
    alone = tmp_path / "02_formes.html"
    alone.write_bytes((site / "2022/02_formes.html").read_bytes())
    tab = browser.new_page()
    tab.goto(alone.as_uri())
    links = tab.locator("a[href]").evaluate_all("every => every.map(link => link.getAttribute('href'))")
    assert [link for link in links if not link.startswith(("#", "http"))] == []
    assert tab.locator("figure.chart svg").first.bounding_box()["width"] > 500  # type: ignore[index]
    assert not tab.locator("form.search").is_visible()
    assert not tab.locator("nav.editions").is_visible()
    tab.get_by_text("Tableau de la figure 1").click()
    assert tab.locator("details.data table").first.is_visible()
    tab.close()


def test_an_edition_index_is_ready_once_it_is_loaded(visit: Callable[..., Page]) -> None:
    tab = visit("2022/index.html")
    tab.reload(wait_until="load")
    assert tab.locator("nav.editions a").first.is_visible()


def test_a_page_prints_with_its_tables_and_without_its_controls(visit: Callable[..., Page], tmp_path: Path) -> None:
    from pypdf import PdfReader

    tab = visit("2022/02_formes.html")
    tab.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
    reader = PdfReader(tmp_path / "page.pdf")
    text = " ".join(page.extract_text() for page in reader.pages)
    assert abs(float(reader.pages[0].mediabox.width) - 595) < 2
    assert "Contrainte à commettre des délits" in text.replace("\n", " "), "the folded table is on paper"
    for control in ("Afficher le code", "Copier", "Chercher", "Sommaire", "Autres éditions", "PNG"):
        assert control not in text, control


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_summary_of_an_edition_is_one_sheet(visit: Callable[..., Page], tmp_path: Path, edition: str) -> None:
    from pypdf import PdfReader

    tab = visit(f"{edition}/00_synthese.html")
    assert "sur une feuille recto verso" in tab.locator("main").inner_text()
    tab.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
    assert len(PdfReader(tmp_path / "page.pdf").pages) <= 2


def test_what_follows_with_pandas_is_for_who_asks_for_the_code(visit: Callable[..., Page]) -> None:
    tab = visit("2022/02_formes.html")
    prose, frame = tab.get_by_text("Les mêmes chiffres avec pandas."), tab.get_by_text("Données ordonnées, avec leurs codes")
    assert not prose.is_visible()
    assert not frame.is_visible()
    tab.get_by_label("Afficher le code").check()
    assert prose.is_visible()
    assert frame.is_visible()


@pytest.mark.parametrize("page", ["02_formes", "10_accompagnement", "13_donnees_administratives", "14_methode_et_qualite"])
def test_a_table_on_paper_breaks_no_word_and_keeps_within_the_sheet(visit: Callable[..., Page], page: str) -> None:
    tab = visit(f"2022/{page}.html")
    tab.set_viewport_size({"width": 673, "height": 960})  # A4 without its margins
    tab.emulate_media(media="print")
    over = "t => t.getBoundingClientRect().right > document.documentElement.clientWidth + 1"
    found = tab.evaluate(
        "() => { document.querySelectorAll('details').forEach((d) => { d.open = true; });"
        f" return [...document.querySelectorAll('table')].filter({over}).map((t) => t.caption?.innerText); }}"
    )
    assert found == []
    wraps = "() => [...new Set([...document.querySelectorAll('td')].map((cell) => getComputedStyle(cell).overflowWrap))]"
    assert tab.evaluate(wraps) == ["break-word"]


def test_reduced_motion_and_forced_colours_are_respected(visit: Callable[..., Page]) -> None:
    tab = visit("2022/02_formes.html")
    tab.emulate_media(reduced_motion="reduce", forced_colors="active")
    moving = "() => [...document.querySelectorAll('*')].filter(e => getComputedStyle(e).animationName !== 'none').length"
    assert tab.evaluate(moving) == 0
    assert tab.locator("h1").is_visible()


# -- parts -----------------------------------------------------------------------------------------------------------


def test_anchors_are_readable_and_unique() -> None:
    body, contents = anchored("<h2>À retenir</h2><h3>L’œuvre <em>x</em></h3><h2>À retenir</h2><h2>¶</h2>")
    assert [(level, name) for level, name, _ in contents] == [
        (2, "a-retenir"), (3, "l-oeuvre-x"), (2, "a-retenir-2"), (2, "section"),
    ]  # fmt: skip
    assert '<h3 id="l-oeuvre-x">L’œuvre <em>x</em></h3>' in body


def test_french_spaces_are_set_everywhere_but_in_code(pages: list[Path]) -> None:
    text = next(page for page in pages if page.name == "02_formes.html").read_text(encoding="utf-8")
    assert "Citez aussi la source de chaque chiffre\u00a0:" in text
    assert re.search(r'edition = "20\d\d"', text)
    assert "edition: str" not in text, "what was given, not the default that it replaces"
    outside = re.sub(r"<(style|script|pre)\b.*?</\1>", "", text, flags=re.DOTALL)
    assert re.findall(r"\w [;:?!»]", re.sub(r"<[^>]+>", "", outside)) == []


def test_the_chapter_with_most_figures_is_a_page_and_not_a_scroll(visit: Callable[..., Page]) -> None:
    """Chapter 13 under 9,000 pixels on a wide screen: what is long is folded, and opens."""
    for edition in EDITIONS:
        tab = visit(f"{edition}/13_donnees_administratives.html")
        tab.set_viewport_size({"width": 1280, "height": 900})
        assert tab.evaluate("document.documentElement.scrollHeight") < 9000
        folded = tab.locator("details.data", has_text="Provenance des chiffres de ce chapitre")
        assert not folded.get_by_role("table").is_visible()
        folded.locator("summary").click()
        assert folded.get_by_role("table").is_visible()


def test_what_code_prints_is_text_and_never_html() -> None:
    harm = "<script>alert(1)</script> & <b>"
    outputs = [
        nbformat.v4.new_output("stream", name="stdout", text=harm),
        nbformat.v4.new_output("display_data", {"text/plain": harm}),
        nbformat.v4.new_output(
            "display_data", {"text/html": f'<table class="dataframe"><tr><td>{escape(harm)}</td></tr></table>'}
        ),
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("print()", outputs=outputs)])
    (block,) = blocks(notebook)
    for output in block.outputs:
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;" in output
        assert "<script" not in output
