"""`traite tidy` and `traite inspect` are the commands of `tidy_workbook`, and its errors end as those of the program do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from workbooks import write

from traite_lib.errors import TraiteError
from traite_lib.loading.official import open_workbook


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("command", ["tidy", "inspect"])
def test_the_program_says_what_the_package_says(command: str, tmp_path: Path) -> None:
    write(tmp_path / "classeur.xlsx", "A", 2022)
    of_package, of_program = (run(name, command, str(tmp_path / "classeur.xlsx")) for name in ("tidy_workbook", "traite_annexes"))
    assert (of_program.returncode, of_program.stdout, of_program.stderr) == (0, of_package.stdout, "")
    assert "Figure 1" in of_program.stdout


def test_an_error_of_the_package_is_one_sentence_and_an_exit_code(tmp_path: Path) -> None:
    done = run("traite_annexes", "tidy", str(tmp_path / "absent.xlsx"))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("traite: ")
    assert "No such file" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_library_raises_its_own_error(tmp_path: Path) -> None:
    (tmp_path / "image.xlsx").write_bytes(b"GIF89a")
    with pytest.raises(TraiteError, match="an image"):
        open_workbook(tmp_path / "image.xlsx")
