"""Names of the version before: each works, and says its new name."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest

import traite_lib
from traite_lib import Survey, explore, metadata


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (lambda s: s.words, lambda s: s.nomenclatures),
        (lambda s: s.figures, lambda s: s.statistics),
        (lambda s: s.panels, lambda s: s.small_multiples),
        (lambda s: s.read, lambda s: s.with_labels),
        (lambda s: explore.panel, lambda s: explore.menus),
        (lambda s: traite_lib.annex, lambda s: metadata),
    ],
)
def test_an_old_name_works_and_warns(
    survey_2022: Survey, old: Callable[[Survey], object], new: Callable[[Survey], object]
) -> None:
    with pytest.warns(
        DeprecationWarning, match="is now (nomenclatures|statistics|small_multiples|with_labels|menus|metadata);"
    ) as said:
        assert old(survey_2022) == new(survey_2022)
    assert said[0].filename == __file__, "the warning is about the line that used the old name"


def test_the_old_module_is_imported_as_before() -> None:
    with pytest.warns(DeprecationWarning, match="traite_lib.annex is now metadata"):
        from traite_lib import annex
    assert isinstance(annex, ModuleType)
    assert annex is metadata
