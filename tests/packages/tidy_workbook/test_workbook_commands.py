"""The commands ``tidy`` and ``inspect``, as a person or a script calls them."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

from sheets import ENVIRONMENT, write

SHEETS = {
    "Figure 1": {
        1: ["Figure 1. Ménages selon la forme"], 3: ["Forme", "2021", "2022 (p)"], 4: ["Urbaine (1)", 0.75, "nd"], 5: ["Travail", 0.15, 0.14],
        6: [None, 1, 1], 8: ["(1) Y compris le périurbain."], 9: ["Champ : ménages accompagnées."], 10: ["Source : Insee."],
    },
    "Lisez-moi": {1: ["Lisez-moi"], 3: ["nd : non disponible."]},
}  # fmt: skip
COLUMNS = "sheet,cell,table,title,rows,columns,value,unit,status,marker,population,source,reading,note"


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tidy_workbook", *words], env=ENVIRONMENT, capture_output=True, text=True, check=False
    )


def workbook(folder: Path) -> Path:
    return write(folder / "Données à lire.xlsx", SHEETS, formats={"B4:C6": "0 %"})


def test_tidy_writes_one_row_a_body_cell(tmp_path: Path) -> None:
    done = run("tidy", str(workbook(tmp_path)), "--output", str(tmp_path / "tidy.csv"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    text = (tmp_path / "tidy.csv").read_text(encoding="utf-8")
    assert text.splitlines()[0] == COLUMNS
    rows = {row["cell"]: row for row in csv.DictReader(text.splitlines())}
    assert list(rows) == ["B4", "C4", "B5", "C5", "B6", "C6"]
    first = rows["B4"]
    assert (first["rows"], first["columns"], first["value"], first["unit"], first["status"]) == (
        "Urbaine",
        "2021",
        "75",
        "%",
        "observed",
    )
    assert first["population"] == "ménages accompagnées."
    assert "Y compris le périurbain" in first["note"]
    assert (rows["C4"]["value"], rows["C4"]["status"], rows["C4"]["marker"]) == ("", "not_available", "nd")
    assert (rows["C5"]["status"], rows["C5"]["marker"]) == ("provisional", "(p)")
    assert (rows["B6"]["status"], rows["B6"]["marker"]) == ("ambiguous", "no label")


def test_tidy_writes_on_standard_output_and_one_sheet(tmp_path: Path) -> None:
    done = run("tidy", str(workbook(tmp_path)), "--sheet", "Figure 1")
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == COLUMNS
    assert len(done.stdout.splitlines()) == 7


def test_an_error_leaves_the_previous_output_whole(tmp_path: Path) -> None:
    (tmp_path / "cassé.xlsx").write_bytes(b"PK\x03\x04 nothing more")
    (tmp_path / "tidy.csv").write_text("before", encoding="utf-8")
    done = run("tidy", str(tmp_path / "cassé.xlsx"), "--output", str(tmp_path / "tidy.csv"))
    assert done.returncode == 1
    assert "cassé.xlsx is truncated or damaged" in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "tidy.csv").read_text(encoding="utf-8") == "before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cassé.xlsx", "tidy.csv"]


def test_an_output_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    done = run("tidy", str(workbook(tmp_path)), "--output", str(tmp_path / "absent" / "tidy.csv"))
    assert done.returncode == 1
    assert "cannot be written" in done.stderr


def test_inspect_says_what_a_person_needs_to_trust_the_reading(tmp_path: Path) -> None:
    done = run("inspect", str(workbook(tmp_path)))
    assert done.returncode == 0
    for said in (
        "2 sheet(s), 6 body cell(s)",
        "Lisez-moi — documentation",
        "Figure 1 — data",
        "table 1, A3:C6: Figure 1. Ménages selon la forme",
        "header rows 3; labels in A; figures in B, C",
        "2 observed, 2 ambiguous, 1 not_available, 1 provisional; units: % (5), number (1)",
        "« nd »: not_available, by the workbook's legend",
        "« (p) »: provisional, by the default table",
        "note: Champ : ménages accompagnées.",
        "To look at",
        "Figure 1!B6, C6: ambiguous: no label",
    ):
        assert said in done.stdout


def test_the_command_starts_without_pandas(tmp_path: Path) -> None:
    code = f"import sys\nsys.argv = ['tidy_workbook', 'tidy', {str(workbook(tmp_path))!r}]\nfrom tidy_workbook.commands import app\ntry:\n    app()\nexcept SystemExit:\n    pass\nassert 'pandas' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_inspect_says_what_share_of_each_sheet_was_read_and_why_not_the_rest(tmp_path: Path) -> None:
    done = run("inspect", str(workbook(tmp_path)))
    assert "Figure 1 — data\n  33 % observed, 33 % ambiguous, of 6 cell(s): no label (2)\n" in done.stdout


def test_a_share_that_is_not_all_is_never_rounded_to_all() -> None:
    from tidy_workbook.commands import _percent

    assert [_percent(*pair) for pair in ((0, 500), (1, 500), (250, 500), (499, 500), (500, 500))] == [
        "0 %", "< 1 %", "50 %", "> 99 %", "100 %",
    ]  # fmt: skip
