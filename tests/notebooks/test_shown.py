"""What a chapter shows, it names: every number has its source at the end, and a question that is not shown adds none."""

from __future__ import annotations

import ast
import contextlib
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from conftest import EDITIONS, ROOT

from traite_annexes.publishing.chapters import PARAMETERS, Chapter, choose, discover
from traite_lib.presentation import charts
from traite_lib.presentation.tables import Table

CHAPTERS = discover(ROOT / "notebooks")
TEMPLATE = Chapter(ROOT / "notebooks" / "chapter_template.ipynb")


@dataclass
class Run:
    """Statements that a chapter showed in one edition, and those whose source it gave."""

    shown: set[str] = field(default_factory=set)
    sourced: set[str] = field(default_factory=set)

    def display(self, *objects: Any) -> None:
        for each in objects:
            provenance = isinstance(each, Table) and "Référence" in each.frame
            (self.sourced if provenance else self.shown).update(getattr(each, "statements", ()))


def run(chapter: Chapter, edition: str, edit: Callable[[str], str] = str) -> Run:
    """Execute a chapter cell by cell, as a kernel does: the last expression of a cell is shown."""
    found = Run()
    scope: dict[str, Any] = {"display": found.display}
    for cell in chapter.notebook.cells:
        if cell.cell_type != "code":
            continue
        body = ast.parse(edit(cell.source)).body
        last = body.pop() if isinstance(body[-1], ast.Expr) else None
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(ast.Module(body, []), chapter.name, "exec"), scope)
            if last is not None:
                found.display(eval(compile(ast.Expression(last.value), chapter.name, "eval"), scope))
        if PARAMETERS in cell.metadata.get("tags", []):
            scope["edition"] = edition
    return found


@pytest.fixture(autouse=True)
def nothing_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chart shows the result that it draws."""
    for name in ("bars", "stacked", "timeline", "dumbbell", "pyramid", "small_multiples", "funnel"):
        monkeypatch.setattr(charts, name, lambda result, *_, **__: result)


@pytest.mark.parametrize("chapter", [*CHAPTERS, TEMPLATE], ids=lambda chapter: chapter.name)
def test_every_number_that_a_chapter_shows_has_its_source(chapter: Chapter) -> None:
    for edition in EDITIONS:
        found = run(chapter, edition)
        assert found.shown
        assert found.shown - found.sourced == set(), edition


@pytest.mark.parametrize(
    ("chapter", "forgotten"),
    [
        ("01", "place, "),
        ("02", "support, "),
        ("05", ", police"),
        ("09", "heading, "),
        ("12", ", compared"),
        ("13", "territories, "),
    ],
)
def test_what_a_chapter_shows_and_forgets_to_name_is_seen(chapter: str, forgotten: str) -> None:
    def edit(source: str) -> str:
        return source.replace(forgotten, "") if source.startswith("shown = [") else source

    found = run(choose(CHAPTERS, chapter), "2022", edit)
    assert found.shown - found.sourced


def test_an_idle_question_changes_nothing() -> None:
    idle = 'survey.distribution("age"); survey.change("sex", "women"); survey.series("nationality", "FRA")'
    chapter = choose(CHAPTERS, "02")
    asked = run(chapter, "2022", lambda source: source.replace("control(*shown)", f"{idle}\ncontrol(*shown)"))
    assert asked == run(chapter, "2022")
