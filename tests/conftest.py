"""Shared fixtures: a copy of the project that a test may change, the 2022 edition, a rendered site, a browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from traite_annexes.publishing.chapters import discover
from traite_annexes.rendering import batch
from traite_lib import Survey, open_edition
from traite_lib.catalogue import Catalogue
from traite_lib.loading import selection

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[1]
EDITIONS = ("2015", "2022", "2024")
"""Editions of the rendered site: the first, the one with a break before and after it, the last."""

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def copy_project(to: Path) -> Path:
    """A copy of what is rendered: data/, docs/ and notebooks/."""
    for name in ("data", "docs", "notebooks"):
        shutil.copytree(ROOT / name, to / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    return to


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of data/, docs/ and notebooks/ in a folder whose name has a space, an accent and braces; the library reads it."""
    copy = copy_project(tmp_path / "projet à {part}")
    monkeypatch.setenv("TRAITE_ROOT", str(copy))
    selection._loaded.cache_clear()
    yield copy
    selection._loaded.cache_clear()


@pytest.fixture
def survey_2022() -> Survey:
    """The edition of reference year 2022, opened anew."""
    return open_edition("2022")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All chapters of three editions, rendered once for all the workers of a run; tests only read it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "annexes à lire"
    with FileLock(f"{folder}.lock"):
        if not (folder / "done").is_file():
            catalogue, chapters = Catalogue(ROOT), discover(ROOT / "notebooks")
            wanted = [catalogue.edition(key) for key in EDITIONS]
            outcomes = list(batch.render(wanted, chapters, chapters, catalogue, folder))
            assert [outcome.failure for outcome in outcomes if outcome.failure] == []
            assert [outcome.warnings for outcome in outcomes if outcome.warnings] == []
            (folder / "done").touch()
    return folder


@pytest.fixture(scope="session")
def pages(site: Path) -> list[Path]:
    """Every page of the site."""
    found = sorted(site.rglob("*.html"))
    chapters = len(discover(ROOT / "notebooks"))
    assert len(found) == len(EDITIONS) * (chapters + 1) + 4  # the index of an edition, and what editions share
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine: `apt-get install chromium`")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
        )
        yield launched
        launched.close()


@pytest.fixture
def visit(site: Path, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page of the site, offline; whatever it asks for or complains about fails the test."""
    opened, asked, complaints = [], [], []

    def go(name: str, width: int = 1280, query: str = "", scheme: str = "light") -> Page:
        context = browser.new_context(
            offline=True, viewport={"width": width, "height": 900}, accept_downloads=True, color_scheme=scheme
        )
        opened.append(context)
        tab = context.new_page()
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        tab.goto((site / name).as_uri() + query)
        return tab

    yield go
    for context in opened:
        context.close()
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert complaints == []
