"""What somebody sees who has never used the command."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from commands import traite
from conftest import ROOT


def test_the_command_alone_lists_commands_in_the_order_of_work() -> None:
    said = traite(root=ROOT).stdout
    found = re.findall(r"^. ([a-z][a-z-]+) {2,}", said, re.MULTILINE)
    assert found[:3] == ["editions", "chapters", "render"]
    assert found.index("bundle") < found.index("verify") < found.index("add-edition") < found.index("check")


def test_show_says_what_it_leaves_out() -> None:
    assert re.search(r"Totals only. With --variable: .*form \(\d+\)", traite("show", "2022", root=ROOT).stderr)


def test_an_edition_that_is_listed_and_not_accepted_says_why() -> None:
    assert "edition-2" in traite("editions", root=ROOT).stdout
    for words in (
        ["show", "edition-2"], ["render", "edition-2"], ["bundle", "edition-2"], ["figures", "edition-2"], ["check", "edition-2"],
        ["change", "2022", "--since", "edition-2"],
    ):  # fmt: skip
        assert "has no certain reference year" in traite(*words, root=ROOT, check=1).stderr


def test_make_says_what_it_installs_what_follows_and_how_to_have_the_command() -> None:
    planned = subprocess.run(
        ["make", "--no-print-directory", "--dry-run", "-B", "annexes"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    said = re.search(r'echo "Installing [^"]*then: annexes"', planned)
    assert said
    assert said.start() < planned.index("pip install"), "before the minutes of silence"
    for text in (
        planned,
        subprocess.run(["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout,
    ):
        assert ".venv/bin/traite" in text.splitlines()[-1]
        assert "activate" in text.splitlines()[-1]


def test_check_and_verify_say_what_to_do_next(tmp_path: Path) -> None:
    assert traite("check", "2022", root=ROOT).stdout.splitlines()[-1] == "Next: `traite render 2022`."
    (tmp_path / "manifest.json").write_text("{}", encoding="utf-8")
    refused = traite("verify", str(tmp_path), root=ROOT, check=1).stderr
    assert re.search(r"`traite (render|bundle)[^`]*`", refused), refused


def test_every_make_target_and_command_that_documents_name_exists() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"))]
    commands = {name for text in texts for name in re.findall(r"(?:^|`|&& )\s*traite ([a-z][a-z-]+)", text, re.MULTILINE)}
    known = set(re.findall(r"^. ([a-z-]+) {2,}", traite(root=ROOT).stdout, re.MULTILINE))
    assert commands <= known
    targets = {name for text in texts for name in re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE)}
    for target in sorted(targets):
        done = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, (target, done.stderr)
