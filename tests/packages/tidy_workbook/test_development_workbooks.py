"""Real workbooks of sister services, annotated by hand. They are third-party files, kept outside the project: where they are
not beside it, these tests say so and are skipped."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from sheets import ENVIRONMENT

SHARED = Path(__file__).resolve().parents[4] / "shared"
WORKBOOKS = SHARED / "workbooks" / "development"

pytestmark = pytest.mark.skipif(not WORKBOOKS.is_dir(), reason="the annotated workbooks are not beside the project")


def test_every_annotated_cell_is_read_right() -> None:
    done = subprocess.run(
        [
            sys.executable, str(SHARED / "tools" / "score_workbooks.py"), str(WORKBOOKS / "annotations.json"), str(WORKBOOKS), "--details",
            "--command", f"{shlex.quote(sys.executable)} -m tidy_workbook tidy {{workbook}} --output {{output}}",
        ],
        env=ENVIRONMENT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "; 0 silently wrong; not_data 0 of" in done.stdout.splitlines()[-2], done.stdout
    assert done.stdout.splitlines()[-1].endswith(", 0 failed"), done.stdout
