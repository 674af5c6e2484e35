"""The search: what a reader types, and the page that should come first."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import EDITIONS

from traite_annexes.publishing import search

if TYPE_CHECKING:
    from playwright.sync_api import Page

HTML = """<main><h1>Formes</h1><p>Des vols.</p><h2 id="a">Les formes</h2>
<p>Dix victimes.</p><figure class="chart"><picture><img alt="Barres : ornithorynque 76 %"></picture>
<figcaption>Forme</figcaption></figure>
<svg><title>Barres</title><desc>axolotl</desc><text>pangolin</text></svg>
<figure class="statistics"><table><caption><span>Tableau</span></caption><tr><td>tapir</td></tr></table></figure>
<pre class="code">secret_code</pre>
<section class="reuse"><h2 id="citer">Citer</h2><p>référence</p></section></main>"""


def answers(tab: Page, words: str) -> list[tuple[str, str]]:
    """Address of each answer, and what is quoted of it."""
    tab.get_by_label("Mots cherchés").fill(words)
    tab.keyboard.press("Enter")
    tab.locator("#nombre:not(:empty)").wait_for()
    items = tab.locator("#resultats > li").evaluate_all(
        "items => items.map(item => [item.querySelector('a').getAttribute('href'), item.querySelector('p').textContent])"
    )
    return [(address, quoted) for address, quoted in items]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("exploitation sexuelle", "2024/05_exploitation_sexuelle.html"),
        ("la nationalité des victimes", "2024/04_origines.html"),
        ("combien de victimes accompagnées en 2022", "2022/01_vue_d_ensemble.html#des-victimes-reperees-aux-victimes-accompagnees"),
        ("nombre d'associations qui ont répondu", "2024/01_vue_d_ensemble.html#participation"),
        ("DOUBLES COMPTES", "2024/14_methode_et_qualite.html#definitions-et-methode"),
        ("définition de « mineur non accompagné »", "glossaire.html#mineur-non-accompagne-mna"),
        ("enfants", "2024/08_victimes_mineures.html"),
        ("dépôt de plainte", "2024/11_plaintes_et_procedures.html#part-des-victimes-ayant-depose-plainte-edition-apres-edition"),
        ("mendicite forcee", "2024/07_delits_et_mendicite.html"),
        ("l’hébergement par l’exploiteur", "2024/09_conditions_d_exploitation.html#hebergement-par-l-exploiteur"),
        ("titre de séjour", "2024/10_accompagnement.html#soins-titre-de-sejour-mesures-et-hebergement"),
        ("un panel constant", "methode.html#comparaisons"),
    ],
)  # fmt: skip
def test_what_a_reader_types_leads_to_the_page_that_answers(visit: Callable[..., Page], typed: str, first: str) -> None:
    found = answers(visit("recherche.html"), typed)
    assert found[0][0].startswith(first), [address for address, _ in found[:6]]


def test_words_that_say_nothing_count_for_nothing(visit: Callable[..., Page]) -> None:
    tab = visit("recherche.html")
    with_them = answers(tab, "la part de l’exploitation de la mendicité")
    assert answers(tab, "part exploitation mendicité") == with_them
    assert not {mark.lower() for mark in tab.locator("mark").all_inner_texts()} & {"la", "de", "l"}


def test_all_the_words_come_before_some_of_them_and_it_is_said(visit: Callable[..., Page]) -> None:
    tab = visit("recherche.html")
    for _, quoted in answers(tab, "nigériane réseau"):
        assert quoted
    assert answers(tab, "mendicité ornithorynque") != []
    assert "Aucun ne contient tous ces mots" in tab.locator("#nombre").inner_text()
    assert answers(tab, "ornithorynque axolotl") == []


def test_a_passage_of_several_editions_is_one_answer_with_a_link_to_each(visit: Callable[..., Page]) -> None:
    tab = visit("recherche.html")
    found = answers(tab, "exploitation sexuelle")
    pages = [re.sub(r"^\d+/", "", address) for address, _ in found]
    assert len(pages) == len(set(pages))
    links = tab.locator("#resultats > li").first.locator("a").evaluate_all("every => every.map(a => a.getAttribute('href'))")
    assert {link.partition("/")[0] for link in links} == set(EDITIONS)


def test_an_edition_is_searched_alone_when_it_is_chosen(visit: Callable[..., Page]) -> None:
    tab = visit("recherche.html", query="?mots=mineures&edition=2015")
    tab.locator("#nombre:not(:empty)").wait_for()
    links = tab.locator("#resultats a").evaluate_all("every => every.map(a => a.getAttribute('href'))")
    assert {link.partition("/")[0] for link in links} <= {"2015", "glossaire.html#mineur-non-accompagne-mna"}


def test_words_of_figures_and_tables_are_found_and_never_quoted() -> None:
    top, formes = search.passages("02", "Formes", HTML, {" vol ": {"larcins"}})
    assert (top.anchor, top.heading, top.text, top.apart) == ("", "", "Des vols.", "larcins")
    assert (formes.anchor, formes.heading, formes.text) == ("a", "Les formes", "Dix victimes. Forme")
    assert {"ornithorynque", "axolotl", "pangolin", "tapir"} <= set(formes.apart.split(";"))
    assert not {"secret", "code", "reference", "citer"} & set(formes.apart.split(";"))


def test_a_number_is_one_word_and_numbers_side_by_side_are_several(visit: Callable[..., Page]) -> None:
    assert search.words("1\u202f439 victimes, 10 700") == ["1439", "victimes", "10", "700"]
    table = '<figure class="statistics"><table><tr><td>72<td>722<td>1\u202f439</table></figure>'
    (_, passage) = search.passages("02", "Formes", HTML.replace("Dix victimes.", f"Dix victimes. {table}"), {})
    assert {"72", "722", "1439"} <= set(passage.apart.split(";"))
    tab = visit("recherche.html")
    assert answers(tab, "2\u202f994") == answers(tab, "2 994") == answers(tab, "2994") != []


def test_an_excerpt_is_what_the_page_says(site: Path, visit: Callable[..., Page]) -> None:
    tab = visit("recherche.html")
    for typed in ("barres", "diagramme", "exploitation sexuelle", "modalité"):
        for _, quoted in answers(tab, typed):
            assert "Diagramme" not in quoted, "an alternative text"
            assert "Modalité Part" not in quoted, "a table"


def sections(site: Path, edition: str) -> list[list[Any]]:
    text = (site / edition / "search-index.js").read_text(encoding="utf-8")
    found: list[list[Any]] = json.loads(text.removeprefix("traiteIndex(").removesuffix(");\n"))["sections"]
    return found


def test_the_index_of_an_edition_is_light_and_leads_to_passages_that_exist(site: Path) -> None:
    for edition in EDITIONS:
        assert (site / edition / "search-index.js").stat().st_size < 150_000
        for page, _, anchor, *_ in sections(site, edition):
            assert not anchor or f'id="{anchor}"' in (site / edition / f"{page}.html").read_text(encoding="utf-8")


def test_one_stem_for_the_plural_and_the_feminine() -> None:
    assert search.phrase("Victimes repérées") == search.phrase("victime repérée") == " victim reper "
    assert search.phrase("L’œuvre d’un réseau") == " oeuvr un reseau "
