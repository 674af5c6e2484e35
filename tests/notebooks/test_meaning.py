"""What the annexes mean: every page of every edition is walked, and a number that misleads fails, whatever its digits.

The rules are those that an outside reader found broken. Each reads the executed notebooks as a page shows them: sentences,
tables, alternative texts; the control cell says which statements each result shows.
"""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from conftest import ROOT
from filelock import FileLock
from markupsafe import Markup
from nbformat import NotebookNode

from traite_annexes.publishing.chapters import CONTROL, KEY_POINTS, discover
from traite_annexes.rendering import batch
from traite_lib.catalogue import Catalogue
from traite_lib.loading.selection import load
from traite_lib.nomenclature import Nomenclatures
from traite_lib.presentation import wording
from traite_lib.table import CALCULATED, records

EDITIONS = [edition.key for edition in Catalogue(ROOT).dated]
CHAPTERS = [chapter.name for chapter in discover(ROOT / "notebooks")]


def plain(text: str) -> str:
    """A text without its typography and its case: what is compared is the words."""
    return re.sub(r"\s+", " ", text.replace("’", "'").replace("\u202f", " ").replace("\u00a0", " ")).casefold()


@dataclass(frozen=True)
class Shown:
    """A table of a page: caption, headings, cells by row, and everything that is said under it."""

    caption: str
    columns: list[str]
    rows: list[dict[str, str]]
    words: str
    drawn: str
    """Alternative texts of the charts of the same cell."""


def cells_of(row: str) -> list[str]:
    return [str(Markup(re.sub(r"<[^>]+>", "", cell)).unescape()).strip() for cell in re.split(r"<t[hd]\b[^>]*>", row)[1:]]


@dataclass(frozen=True)
class Page:
    """An executed chapter, as it is read."""

    edition: str
    chapter: str
    notebook: NotebookNode

    def __str__(self) -> str:
        return f"{self.edition} {self.chapter}"

    @cached_property
    def code(self) -> list[NotebookNode]:
        return [cell for cell in self.notebook.cells if cell.cell_type == "code"]

    @cached_property
    def key_points(self) -> list[str]:
        (cell,) = (cell for cell in self.code if KEY_POINTS in cell.metadata.get("tags", []))
        lines = "".join(output.data["text/markdown"] for output in cell.outputs).splitlines()
        return [line.removeprefix("- ") for line in lines if line.startswith("- ")]

    @cached_property
    def sentences(self) -> list[str]:
        """Everything that is said outside tables."""
        return [
            output.data["text/markdown"]
            for cell in self.code
            for output in cell.outputs
            if "text/markdown" in output.get("data", {})
        ]

    @cached_property
    def alternatives(self) -> list[str]:
        return [
            o.metadata["image/svg+xml"]["alt"] for cell in self.code for o in cell.outputs if "image/svg+xml" in o.get("data", {})
        ]

    @cached_property
    def tables(self) -> list[Shown]:
        found = []
        for cell in self.code:
            drawn = " ".join(o.metadata["image/svg+xml"]["alt"] for o in cell.outputs if "image/svg+xml" in o.get("data", {}))
            for output in cell.outputs:
                html = output.get("data", {}).get("text/html", "")
                if "<table" not in html or 'class="dataframe"' in html:  # the frame behind a result repeats it
                    continue
                head, *body = [cells_of(row) for row in re.findall(r"<tr>.*?(?=<tr|<tbody|</table)", html, re.DOTALL)]
                caption = str(Markup(re.sub("<.*?>", "", re.findall(r"<caption>(.*?)</caption>", html)[0])).unescape())
                words = str(Markup(re.sub(r"<[^>]+>", " ", html)).unescape())
                found.append(Shown(caption, head, [dict(zip(head, row, strict=True)) for row in body], words, drawn))
        return found

    @cached_property
    def blocks(self) -> list[tuple[str, list[str]]]:
        """Title and statements of each result, from the control cell."""
        (cell,) = (c for c in self.code if CONTROL in c.metadata.get("tags", []) and KEY_POINTS not in c.metadata["tags"])
        text = "".join(output.text for output in cell.outputs)
        parts = [part.splitlines() for part in text.strip().split("\n\n")]
        return [(title, [line.partition(" | ")[0] for line in lines if line.count(" | ") > 2]) for title, *lines in parts]


@pytest.fixture(scope="module")
def everything(site: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Page]:
    """All chapters of all editions, rendered once: those of `site` are up to date, and are not rendered again."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "toutes les annexes"
    with FileLock(f"{folder}.lock"):
        if not (folder / "all").is_file():
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(site, folder)
            catalogue, chapters = Catalogue(ROOT), discover(ROOT / "notebooks")
            outcomes = list(batch.render(catalogue.dated, chapters, chapters, catalogue, folder))
            assert [outcome.failure for outcome in outcomes if outcome.failure] == []
            (folder / "all").touch()
    return [Page(e, c, nbformat.read(folder / e / f"{c}.ipynb", as_version=4)) for e in EDITIONS for c in CHAPTERS]


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return load()[2]


@pytest.fixture(scope="module")
def rows(table: pd.DataFrame) -> dict[str, dict[str, object]]:
    return {row["statement_id"]: row for row in records(table)}


def test_a_key_point_is_a_sure_statement(everything: list[Page], table: pd.DataFrame) -> None:
    """A sentence that opens a chapter is that of a retained statement of status A (or calculated from two), or a change."""
    catalogue, words, _ = load()
    sure = set()
    for row in records(table[table["retained"] & table["value"].notna() & table["status"].isin(["A", CALCULATED])]):
        publisher = catalogue.sources[row["source_id"]].publisher_fr
        sure |= {plain(wording.sentence(row, words, publisher, after=after)) for after in (None, row)}
    wrong = []
    for page in everything:
        for point in page.key_points:
            missing = point.startswith(("Aucun", "Pas d’écart", "Écart avec", "Les ", "La ", "Le ", "Valeur", "L’"))
            if not (missing or re.match(r"De \d{4} à \d{4}, (le nombre|la part)", point) or plain(point) in sure):
                wrong.append(f"{page}: {point}")
            if "fiabilité faible" in point.partition("aucun écart")[0] and not missing:
                wrong.append(f"{page}: {point}")
    assert wrong == []


def test_a_part_has_the_source_of_its_whole(everything: list[Page]) -> None:
    wrong = []
    for page in everything:
        for shown in page.tables:
            whole = ""
            for row in shown.rows:
                if not row[shown.columns[0]].startswith("dont"):
                    whole = row.get("Source", "")
                elif not set(re.split(r", | et ", row["Source"])) & set(re.split(r", | et ", whole)):
                    wrong.append(f"{page}: {row}")
    assert wrong == []


def test_a_published_change_is_no_share_and_no_count(everything: list[Page]) -> None:
    wrong = []
    for page in everything:
        for shown in page.tables:
            for row in shown.rows:
                found = [row.get(name, "") for name in ("Part", "Effectif")]
                if any(re.search(r"^[+−]|multiplié", text) for text in found) or (
                    "Évolution" in row[shown.columns[0]] and any(found)
                ):
                    wrong.append(f"{page}, {shown.caption}: {row}")
    assert wrong == []


def test_a_reservation_stands_wherever_its_number_stands(everything: list[Page], rows: dict[str, dict[str, object]]) -> None:
    """Table, alternative text, sentence: what is known of a doubtful statement is said beside it, on each page."""
    wrong, checked = [], 0
    for page in everything:
        by_caption = {plain(shown.caption): shown for shown in page.tables}
        said = plain(" ".join(page.sentences))
        for title, statements in page.blocks:
            shown = by_caption.get(plain(title))
            for name in statements:
                note = plain(str(rows[name]["note"])).rstrip(".")
                if not note:
                    continue
                checked += 1
                beside = plain(shown.words) if shown else said
                if note not in beside:
                    wrong.append(f"{page}, {title}: {name} without « {note} »")
                drawable = rows[name]["status"] == "U" and rows[name]["unit"] in ("percent", "count")
                drawn = plain(shown.drawn) if shown else ""
                if drawable and plain(title) in drawn and "fiabilité faible" not in drawn:
                    wrong.append(f"{page}, {title}: the alternative text does not mark {name}")
    assert checked > 200
    assert wrong == []


def test_every_statement_is_on_a_page(everything: list[Page], table: pd.DataFrame, capsys: pytest.CaptureFixture[str]) -> None:
    """Each statement of each source is somewhere a reader can find it, with its source."""
    found: set[str] = set()
    for page in everything:
        for shown in page.tables:
            found |= {row.get("Référence", "") for row in shown.rows}
    stated = table[table["status"] != CALCULATED]
    survey = stated["edition"] != ""
    with capsys.disabled():
        counts = f"{survey.sum()} survey and {(~survey).sum()} administrative statements"
        print(f"\n{counts}: {len(set(stated['statement_id']) & found)} of {len(stated)} on a page")
    assert sorted(set(stated["statement_id"]) - found) == []


def test_what_was_set_aside_says_why(table: pd.DataFrame) -> None:
    judged = table[(table["status"] == "U") | table["statement_id"].isin(list(load()[0].judged))]
    assert sorted(judged.loc[judged["reason"].eq("") & judged["note"].eq(""), "statement_id"]) == []


def test_a_chart_shows_several_values(everything: list[Page]) -> None:
    bars = [
        (page, alt) for page in everything for alt in page.alternatives if alt.startswith(("Diagramme en barres", "Entonnoir"))
    ]
    assert bars
    assert [f"{page}: {alt}" for page, alt in bars if " Puis\u00a0: " not in alt] == []
    series = [(page, alt) for page in everything for alt in page.alternatives if alt.startswith("Série par année")]
    assert series
    assert [f"{page}: {alt}" for page, alt in series if len(re.findall(r"\b\d{4}, ", alt)) < 2] == []


def test_no_statement_stands_twice_on_a_page(everything: list[Page]) -> None:
    """« À retenir » sums up the page; below it, a statement stands in one result only."""
    twice = []
    for page in everything:
        counts = Counter(name for _, statements in page.blocks for name in set(statements))
        twice += [f"{page}: {name}" for name, number in counts.items() if number > 1]
    assert twice == []


def test_a_figure_says_each_of_its_notes_once(everything: list[Page]) -> None:
    drawn = [
        (str(page), output.metadata["image/svg+xml"]["notes"])
        for page in everything
        for cell in page.code
        for output in cell.outputs
        if "image/svg+xml" in output.get("data", {})
    ]

    def same(one: str, other: str) -> bool:
        """Whether they say the same, with the same numbers, of lines that they name otherwise."""
        end = list(takewhile(lambda pair: pair[0] == pair[1], zip(one[::-1], other[::-1], strict=False)))
        return one is not other and len(end) > 60 and re.findall(r"\d+", one) == re.findall(r"\d+", other)

    assert [(path, note) for path, notes in drawn for note in notes for other in notes if same(note, other)] == []


def test_every_administrative_population_has_its_place_in_their_chapter() -> None:
    source = (ROOT / "notebooks" / "13_donnees_administratives.ipynb").read_text(encoding="utf-8")
    populations = Nomenclatures(ROOT / "data").populations
    named = [code for code, each in populations.items() if each.universe == "administrative"]
    assert len(named) > 20
    assert [code for code in named if f'\\"{code}\\"' not in source] == [], "« Aucun chiffre » would be said of them"


def test_an_edition_missing_from_a_series_is_named(everything: list[Page]) -> None:
    wrong, seen = [], 0
    for page in everything:
        for shown in page.tables:
            if shown.columns[0] == "Année" and "Associations répondantes" in shown.columns:
                seen += 1
                years = {row["Année"] for row in shown.rows}
                named = set(re.findall(r"\d{4}", shown.words.partition("Sans valeur retenue")[2].partition(".")[0]))
                wrong += [f"{page}, {shown.caption}: {key}" for key in EDITIONS if key not in years | named]
    assert seen > 50
    assert wrong == []


WORKING_NOTES = r"non vue?s?\b|fin de (?:la )?phrase|à vérifier|déduit|\(fin\b|texte correspondant"


def test_no_working_note_reaches_a_reader(everything: list[Page]) -> None:
    def texts(page: Page) -> Iterator[str]:
        yield from page.sentences
        yield from page.alternatives
        yield from (shown.words for shown in page.tables)

    found = {match.group() for page in everything for text in texts(page) for match in re.finditer(WORKING_NOTES, text)}
    assert found == set()


def test_words_agree_with_the_people_they_describe() -> None:
    assert wording.agreed("exploitées au moins en partie en France", "hommes") == "exploités au moins en partie en France"
    assert wording.agreed("ont été contraintes à mendier", "mineurs non accompagnés (MNA)") == "ont été contraints à mendier"
    assert wording.agreed("ont été exploitées pendant des années", "garçons") == "ont été exploités pendant des années"
    assert wording.agreed("ont été mises en cause", "femmes") == "ont été mises en cause"


def test_derived_values_agree_with_published_ones_but_those_that_are_known(table: pd.DataFrame) -> None:
    """68.6, 69.1: what published numbers imply; where a share was published too, both agree within rounding or are listed."""
    derived = table[table["status"] == CALCULATED].set_index("statement_id")
    assert derived.loc["E2022-003/E2022-001", "value"] == 68.6
    assert derived.loc["E2023-002/E2023-001", "value"] == 69.1
    assert derived.loc["E2021-012/E2021-003", "value"] == 91.8
    assert derived.loc["E2022-005/E2022-003", ["value", "base"]].tolist() == [89.3, 2994]
    assert derived.loc["SER-063/SER-042", ["value", "base"]].tolist() == [49.0, 2027]  # 993 of 2,027
    assert derived.loc["E2020-012/E2020-006", "value"] == 67.9  # 2,369 of 3,489
    assert not derived.loc["E2024-003/E2024-002", "retained"]  # 66 % was published
    key = ["period", "population", "form", "sex", "age", "origin", "offence", "variable", "category", "unit"]
    published = table[table["retained"] & (table["status"] == "A") & (table["bound"] == "")]
    both = derived[~derived["retained"]].reset_index().merge(published, on=key, suffixes=("", "_published"))
    far = both[(both["value"] - both["value_published"]).abs() > 0.55]
    # The base of a published share is the victims of the associations that answered, not the published total.
    assert set(far["statement_id"]) == {"E2022-021/E2022-005", "E2023-013/E2023-002"}


def test_nomenclatures_speak_of_victims_in_the_feminine() -> None:
    """Predicates are written for « victimes » and made to agree with other nouns: none is masculine to begin with."""
    words = Nomenclatures(ROOT / "data")
    masculine = [
        i.predicate_fr for i in words.items if re.search(r"\b(?:sont|ont été) \w*(?:és|its|ints|eurs)\b", i.predicate_fr)
    ]
    assert [text for text in masculine if "mineurs non accompagnés" not in text] == []
