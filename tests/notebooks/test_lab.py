"""The real JupyterLab: started here, a notebook opened in Chromium, « Run All Cells », outputs seen, no error."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TOKEN = "for-this-test"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a JupyterLab on a copy of the notebooks: a run saves what it opens."""
    import shutil

    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    settings = folder / "settings" / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
    settings.parent.mkdir(parents=True)
    settings.write_text('{"windowingMode": "none"}', encoding="utf-8")  # every cell in the page, not those on screen only
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "jupyterlab", "--allow-root", "--no-browser", f"--port={port}", "--ServerApp.port_retries=0"),
            *(f"--IdentityProvider.token={TOKEN}", "--ip=127.0.0.1", f"--ServerApp.root_dir={folder / 'notebooks'}"),
            *("--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--LabApp.news_url="),
        ],
        env={**os.environ, "TRAITE_ROOT": str(ROOT), "JUPYTER_CONFIG_DIR": str(folder / "config"),
             "JUPYTER_DATA_DIR": str(folder / "data"), "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
             "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"), "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces")},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{address}/api?token={TOKEN}", timeout=2)
                break
            except (urllib.error.URLError, OSError):
                assert process.poll() is None, "JupyterLab ended"
                time.sleep(0.25)
        else:
            pytest.fail("JupyterLab did not start")
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def run_all(browser: Browser, address: str, notebook: str, last: str) -> Page:
    """Open a notebook, run all its cells, and wait until the last code cell has its number and the kernel is idle."""
    tab = browser.new_page(viewport={"width": 1400, "height": 1000})
    tab.goto(f"{address}/lab/tree/{notebook}?token={TOKEN}&reset", timeout=60_000)
    tab.locator(".jp-Notebook .jp-CodeCell").first.wait_for(timeout=60_000)
    tab.get_by_text("| Idle").wait_for(timeout=60_000)
    tab.get_by_role("menuitem", name="Run", exact=True).click()
    tab.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    tab.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(timeout=120_000)
    tab.wait_for_function(
        "last => { const cells = [...document.querySelectorAll('.jp-CodeCell')]; const found = cells.filter("
        "cell => cell.textContent.includes(last)).pop(); return found && /\\[\\d+\\]/.test("
        "found.querySelector('.jp-InputPrompt').textContent); }",
        arg=last,
        timeout=120_000,
    )
    return tab


def outputs(path: Path) -> list[dict[str, object]]:
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def test_a_chapter_runs_in_jupyterlab_and_shows_its_chart_table_and_sentences(lab: str, browser: Browser) -> None:
    tab = run_all(browser, lab, "02_formes.ipynb", "metadata.sources")
    tab.locator(".jp-OutputArea-output img").first.scroll_into_view_if_needed()
    assert tab.locator(".jp-OutputArea-output img").first.evaluate("image => image.naturalWidth") > 500
    assert "76" in tab.locator(".jp-RenderedMarkdown", has_text="une exploitation sexuelle").first.inner_text()
    assert tab.locator(".jp-OutputArea-output table").count() >= 1
    errors = tab.locator(
        ".jp-OutputArea-output [data-mime-type='application/vnd.jupyter.error'], .jp-RenderedText[data-mime-type*=stderr]"
    )
    assert errors.count() == 0
    tab.close()


def test_the_exploration_notebook_runs_and_its_menus_answer(lab: str, browser: Browser) -> None:
    tab = run_all(browser, lab, "exploration.ipynb", "explore.menus")
    menu = tab.get_by_label("Variable").first
    menu.scroll_into_view_if_needed()
    panel = tab.locator(".jupyter-widgets.widget-vbox").first
    panel.get_by_text("explore('form', editions=['2022'])").wait_for(timeout=60_000)
    menu.select_option(label="Sexe")
    panel.get_by_text("explore('sex', editions=['2022'])").wait_for(timeout=60_000)
    panel.locator("caption", has_text="Sexe").wait_for(timeout=30_000)
    shown = tab.get_by_label("Population").first.locator("option:checked").inner_text()
    assert shown.replace("\u00a0", " ") == "celle de l’édition"
    assert not re.search("Error|Traceback", panel.inner_text())
    assert tab.locator(".jp-OutputArea-output [data-mime-type='application/vnd.jupyter.error']").count() == 0
    tab.close()
