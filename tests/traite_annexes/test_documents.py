"""Every command of README.md and of LISEZMOI.md, run as it is written, in the order of the documents, in one small project.

What cannot be run here is named with the place where it is: a command that a document gains is run, or a person says where.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from commands import wait
from conftest import ROOT, copy_project
from test_batch import only

from traite_lib.catalogue import Catalogue

DOCUMENTS = ("README.md", "LISEZMOI.md")
ELSEWHERE = {
    "make test": "this run",
    "make lint": "`make test` begins with it",
    "conda env create -f environment.yml && conda activate traite": "tests/test_project.py compares environment.yml to what is tested",
}
SERVES = {"make lab": "http://"}
"""Commands that do not end by themselves, and what they say once they serve."""
PROGRAMS = r"make|traite|conda|papermill|python3?|jupyter|pip|uv|\. \.venv/"
MARK = re.compile(r"\b[A-Z][A-Z_]{2,}\b(?!=)")
"""What a document says that a reader replaces: a word in capitals."""


def commands(text: str) -> list[str]:
    """Commands of a document: lines of blocks that are no Python, and code within a line, without their comments."""
    blocks = [block for language, block in re.findall(r"^```(\w*)\n(.*?)^```", text, re.MULTILINE | re.DOTALL) if not language]
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    found = [line for block in blocks for line in block.splitlines()]
    found += [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", prose)]
    bare = (re.split(r"\s+#", line)[0].strip() for line in found)
    return [
        line
        for line in dict.fromkeys(bare)
        if re.match(rf"(?:{PROGRAMS})( |$|bin)", line) and line not in ("make", "traite", "uv")
    ]


EVERY = list(dict.fromkeys(command for name in DOCUMENTS for command in commands((ROOT / name).read_text(encoding="utf-8"))))


def test_the_documents_have_commands_and_none_is_called_run_elsewhere_that_is_not_there() -> None:
    assert {"make annexes", "traite render 2022", ". .venv/bin/activate"} <= set(EVERY)
    assert set(ELSEWHERE) - set(EVERY) == set()


def test_what_a_reader_replaces_is_marked() -> None:
    """A word in capitals, and the document says so; the README has none, so that each of its commands runs as it is."""
    assert [command for command in EVERY if MARK.search(command)] == []
    exploring = (ROOT / "docs" / "exploring.md").read_text(encoding="utf-8")
    assert "Words in capitals are yours to replace" in exploring


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project just fetched, of two chapters, whose environment is the one of this run."""
    if not (ROOT / ".venv" / "installed").is_file():
        pytest.skip("this environment is not that of `make`")
    folder = copy_project(tmp_path_factory.mktemp("a newcomer") / "traite")
    only(folder, "02_formes", "03_sexe_et_age")
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, folder / name)
        os.utime(folder / name, (0, 0))  # older than the environment: `make` has nothing to install
    for name in (".venv", "packages", "traite_annexes", "traite_lib"):  # the paths of the install are those beside .venv
        (folder / name).symlink_to(ROOT / name, target_is_directory=True)
    return folder


def serves(script: str, folder: Path, environment: dict[str, str], said: str) -> None:
    """Start what serves, and end it with all that it started once it says that it does."""
    log = folder.parent / "served.txt"
    with log.open("w") as output:
        how: Any = {"cwd": folder, "env": environment, "stdout": output, "stderr": output, "start_new_session": True}
        process = subprocess.Popen(["bash", "-c", script], **how)
    try:
        wait(lambda: said in log.read_text(encoding="utf-8") or process.poll() is not None, f"{script} does not serve")
        assert process.poll() is None, log.read_text(encoding="utf-8")
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def test_every_command_of_the_documents_runs_as_it_is_written(newcomer: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("VIRTUAL_ENV", "MAKE", "MFLAGS"))}
    settings = {"ServerApp": {"open_browser": False, "allow_root": True, "port": 0}}  # as on a machine without a browser
    (newcomer.parent / "jupyter_server_config.json").write_text(json.dumps(settings), encoding="utf-8")
    environment["JUPYTER_CONFIG_DIR"] = str(newcomer.parent)
    failed = []
    for command in EVERY:
        if command in ELSEWHERE:
            continue
        script = f". .venv/bin/activate && {command}"  # as the README says
        how = {**environment, "TRAITE_ROOT": str(newcomer)}
        if command in SERVES:
            serves(script, newcomer, how, SERVES[command])
            continue
        done = subprocess.run(["bash", "-c", script], cwd=newcomer, env=how, capture_output=True, text=True, timeout=240)
        if done.returncode:
            failed.append((command, done.stdout[-300:], done.stderr[-600:]))
    assert failed == []
    pages = {path.parent.name for path in (newcomer / "outputs").glob("*/02_formes.html")}
    assert pages >= {"2022", "2024"}, "two editions are named"
    assert (newcomer / "outputs" / "index.html").is_file()
    assert pages <= {edition.key for edition in Catalogue(ROOT).dated}
