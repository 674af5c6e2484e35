"""The words of the annexes, read by a linter, and their numbers, read against the observations."""

from __future__ import annotations

import csv
import re
from itertools import product
from pathlib import Path

import french
import nbformat
import pytest
from conftest import EDITIONS, ROOT

from traite_annexes.publishing.chapters import key_points
from traite_lib import open_edition
from traite_lib.catalogue import Catalogue
from traite_lib.nomenclature import ALL
from traite_lib.presentation.sentences import change_sentence
from traite_lib.presentation.wording import number, typographic
from traite_lib.table import SUB_POPULATION


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Une hausse significative.", "significance"),
        ("On compte 4\u202f363 victimes en France.", "extrapolation"),
        ("la part de accompagnement", "elided"),
        ("la part d’victimes", "consonant"),
        ("12 point", "plural"),
        ("1,4\u00a0points", "singular"),
        ("Source : presse", "double punctuation"),
        ("76 %", "number and its sign"),
        ("4 363 victimes", "thousands"),
        ("l'année", "apostrophe"),
        ("des des victimes", "twice"),
    ],
)
def test_the_linter_sees_each_fault(text: str, said: str) -> None:
    assert [rule for rule, _ in french.faults(text) if said in rule]


def test_the_linter_leaves_right_sentences_alone() -> None:
    text = (
        "En 2022, 76\u00a0% des victimes accompagnées ont subi une exploitation sexuelle (base non publiée\u00a0; source\u00a0: "
        "HuffPost). L’écart est de 2\u00a0points, de 0,5\u00a0point de Hors la rue. Ses niveaux ne mesurent pas le nombre de victimes "
        "en France."
    )
    assert list(french.faults(text)) == []


def test_growth_is_found_wherever_it_is_written() -> None:
    text = "De 2021 à 2022, la part passe de 1 à 2. Les plaintes augmentent."
    assert french.growth(text, lambda sentence: False) == ["De 2021 à 2022, la part passe de 1 à 2.", "augmentent"]
    assert french.growth(text, lambda sentence: True) == ["augmentent"]


def sayings(page: Path) -> str:
    """What a page says in its own words: titles and words of sources, which are quoted, left out."""
    text = page.read_text(encoding="utf-8")
    text = re.sub(r"<(style|script|pre)\b.*?</\1>", "", text, flags=re.DOTALL)
    text = re.sub(r'<a href="http.*?</a>', "", text, flags=re.DOTALL)
    inline = re.sub(r"</?(?:a|strong|em|span|mark|code)\b[^>]*>", "", text)
    said = re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", " | ", inline).replace("&#39;", "'").replace("&amp;", "&"))
    for source in Catalogue().sources.values():  # a source in a run of rows is a link in the first only
        said = said.replace(typographic(source.citation_fr), "")
    return said


def test_every_page_is_written_as_it_should(pages: list[Path]) -> None:
    wrong = {}
    for page in pages:
        if found := set(french.faults(sayings(page))):
            wrong[f"{page.parent.name}/{page.name}"] = sorted(found)
    assert wrong == {}


def test_no_page_states_a_change_across_a_break(site: Path) -> None:
    for edition in EDITIONS:
        survey = open_edition(edition)
        said = permitted(edition)
        for page in sorted((site / edition).glob("[0-9]*.html")):
            assert french.growth(_prose(page), lambda sentence, said=said: sentence in said) == [], page
        assert survey.edition.key == edition


def _prose(page: Path) -> str:
    """Prose and « À retenir » of a chapter, from its executed notebook; the labels of tables (« Évolution… ») are no claim."""
    notebook = nbformat.read(page.with_suffix(".ipynb"), as_version=4)
    return typographic(" ".join([*(c.source for c in notebook.cells if c.cell_type == "markdown"), *key_points(notebook)]))


def permitted(edition: str) -> set[str]:
    """First sentence of every change that the breaks of series allow between an edition and an earlier one."""
    survey = open_edition(edition)
    rows = survey.observations[(survey.observations["edition"] == edition) & survey.observations["retained"]]
    keys = rows[["variable", "category", "population", "unit", *SUB_POPULATION]].drop_duplicates()
    earlier = [e.key for e in survey.catalogue.dated if e.years < survey.edition.years]
    said = set()
    for (_, key), since in product(keys.iterrows(), earlier):
        part = {column: key[column] for column in SUB_POPULATION if key[column] != ALL}
        population = key["population"] if key["variable"] == "total" else None
        found = survey.change(key["variable"], key["category"], since=since, population=population, unit=key["unit"], **part)
        if found is not None and not found.refusals:
            said |= set(french.changes(typographic(change_sentence(found, survey.nomenclatures))))
    return said


def test_numbers_are_as_published(site: Path) -> None:
    checked = 0
    for page in sorted(site.glob("*/[0-9]*.ipynb")):
        with (page.parent / "tables" / f"{page.stem}.csv").open(encoding="utf-8", newline="") as lines:
            rows = [row for row in csv.DictReader(lines) if row["value"]]
            values = {number(float(row["value"]), 0 if row["bound"] == "~" else None) for row in rows}
        for point in key_points(nbformat.read(page, as_version=4)):
            if "source" not in point or "passe" in point:  # a change, a refusal, or what was not found
                continue
            said = re.search(r"(?<![\w,])\d[\d\u202f]*(?:,\d+)?(?=\u00a0%| )", point.partition(", ")[2])
            assert said is not None, point
            assert said.group() in values, (page, point)
            checked += 1
    assert checked > 60


def test_the_method_note_is_written_as_it_should() -> None:
    text = typographic((ROOT / "docs" / "method.md").read_text(encoding="utf-8"))
    assert list(french.faults(text.replace("\n", " "))) == []
