"""Files of the garden club, written in each format."""

from collections.abc import Callable
from pathlib import Path

import pytest

import limesurvey_answers as ls

from . import garden


@pytest.fixture
def survey(tmp_path: Path) -> ls.Survey:
    (tmp_path / "survey.lss").write_text(garden.lss(), encoding="utf-8")
    return ls.read_survey(tmp_path / "survey.lss")


Read = Callable[..., ls.Answers]


@pytest.fixture
def read(tmp_path: Path, survey: ls.Survey) -> Read:
    """Read bytes as an export of the garden club."""

    def reader(content: bytes | str, structure: ls.Survey | None = survey, **options: object) -> ls.Answers:
        path = tmp_path / "export"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return ls.read_answers(path, structure, **options)  # type: ignore[arg-type]

    return reader
