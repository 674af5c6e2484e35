"""Shared fixtures: a copy of the project that a test may change, and the 2022 edition."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from traite_lib import Survey, open_edition
from traite_lib.loading import harmonise

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of data/ and notebooks/ in a folder whose name has a space, an accent and braces; the library reads it."""
    copy = tmp_path / "projet à {part}"
    for name in ("data", "notebooks"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    monkeypatch.setenv("TRAITE_ROOT", str(copy))
    harmonise._loaded.cache_clear()
    yield copy
    harmonise._loaded.cache_clear()


@pytest.fixture
def survey_2022() -> Survey:
    """The edition of reference year 2022, opened anew."""
    return open_edition("2022")
