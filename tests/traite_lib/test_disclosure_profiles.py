"""The profiles of data/disclosure.toml are what the package reads, and each protects at least what the one before does."""

import tomllib

import pytest
from conftest import ROOT

import table_disclosure as td

PROFILES = tomllib.loads((ROOT / "data" / "disclosure.toml").read_text(encoding="utf-8"))


def test_there_are_three_profiles_each_with_a_reason_and_a_source_for_each_rule() -> None:
    assert list(PROFILES) == ["internal", "publication", "strict"]
    for name in PROFILES:
        td.profile(PROFILES, name)
    with pytest.raises(td.ProfileError, match="Did you mean 'publication'"):
        td.profile(PROFILES, "publicaton")


@pytest.mark.parametrize(
    ("brought", "hidden"),
    [
        ((30, 30), ["publication", "strict"]),
        ((54, 3, 3), ["publication", "strict"]),
        ((2, 1, 1), ["publication", "strict"]),
        ((4, 3, 3), ["strict"]),
        ((20, 20, 20), []),
    ],
)
def test_a_cell_of_two_associations_or_of_one_large_one_is_hidden(brought: tuple[int, ...], hidden: list[str]) -> None:
    cell = td.Cell("x", sum(brought), dict(zip("abc", brought, strict=False)))
    assert [name for name in PROFILES if td.protect(td.Tables([cell]), td.profile(PROFILES, name)).hidden] == hidden
