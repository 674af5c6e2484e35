"""axe-core on every page of two editions and on what editions share, in light and in dark: not one violation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import axe_playwright_python
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules whose answer the scheme of colours may change: the dark pages are asked these alone."""
PREPARED = """rows => {
  for (const details of document.querySelectorAll('details')) details.open = true;
  for (const table of document.querySelectorAll('table')) for (const row of [...table.tBodies].flatMap(part => [...part.rows]).slice(rows)) row.remove();
  for (const part of document.querySelectorAll('tbody:empty')) part.remove();
}"""
"""Everything unfolded, and of each table its first rows: one template makes all of them, and axe takes a second for fifty."""
ROWS = 6
ASKED = "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations'], preload: false})"


@pytest.mark.parametrize("edition", ["2022", "2024", ""])
def test_axe_finds_no_violation_on_any_page(pages: list[Path], site: Path, visit: Callable[..., Page], edition: str) -> None:
    wanted = [page for page in pages if page.parent == site / edition]
    assert len(wanted) == (17 if edition else 4)
    tab, found = visit("index.html"), {}
    for page in wanted:
        tab.emulate_media(color_scheme="light")
        tab.goto(page.as_uri())
        tab.evaluate(PREPARED, ROWS)
        tab.evaluate(AXE)
        for scheme, rules in {"light": RULES, "dark": OF_COLOURS}.items():
            tab.emulate_media(color_scheme=scheme)
            report = tab.evaluate(ASKED, rules)
            if report["violations"]:
                found[page.name, scheme] = [(v["id"], v["nodes"][0]["html"][:200]) for v in report["violations"]]
    assert found == {}
