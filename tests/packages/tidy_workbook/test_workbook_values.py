"""Numbers, units, notes: what one text says, apart from its place."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidy_workbook import notes, units
from tidy_workbook.grid import Cell, letters
from tidy_workbook.notes import Legend
from tidy_workbook.values import read, scaled, split_marks


def text(value: str) -> Cell:
    return Cell(1, 1, value)


@pytest.mark.parametrize(
    ("written", "value", "unit"),
    [
        ("2 033", 2033, ""), ("2\u00a0033", 2033, ""), ("2\u202f033", 2033, ""), ("1\u2009234\u2009567", 1234567, ""),
        ("76,5", 76.5, ""), ("15,4 %", 15.4, "%"), ("\u20111,9\u00a0%", -1.9, "%"), ("\u22123", -3, ""), ("+4,2", 4.2, ""),
        ("2 023 700*", 2023700, ""), ("12 (p)", 12, ""), ("1234,567", 1234.567, ""), ("0,05", 0.05, ""),
    ],
)  # fmt: skip
def test_numbers_that_people_type(written: str, value: float, unit: str) -> None:
    found = read(text(written))
    assert (found.kind, found.value, found.unit, found.doubt) == ("number", value, unit, "")


@pytest.mark.parametrize(
    "written", ["1.234", "1.234.567", "12,345,678", "(12,5)", "200 (50 %)", "4,5 [4,1 - 4,9]", "environ 50", "> 95"]
)
def test_a_number_that_can_be_read_in_two_ways_has_no_value(written: str) -> None:
    found = read(text(written))
    assert found.value is None
    assert found.doubt


@pytest.mark.parametrize("written", ["2015-2016", "12 34", "60-74 ans", "moins de 18 ans", "S(x)", "1re", "T1 2022", "Ain", ".5"])
def test_words_with_figures_are_words(written: str) -> None:
    assert read(text(written)).kind == "text"


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2), st.sampled_from([" ", "\u00a0", "\u202f", "\u2009", ""]))
def test_a_french_number_comes_back_whatever_its_spaces(number: Decimal, space: str) -> None:
    written = f"{number:,.2f}".replace(",", space).replace(".", ",").replace("-", "\u2212")
    assert read(text(written)).value == float(number)


@given(st.integers(0, 10_000), st.integers(1, 3))
def test_a_fraction_shown_as_a_percentage_has_no_noise(number: int, decimals: int) -> None:
    assert scaled(number / 10 ** (decimals + 2)) == number / 10**decimals


@pytest.mark.parametrize(
    ("code", "value", "expected", "unit"),
    [
        ("0 %", 0.49, 49, "%"), ("0.0%", 0.125, 12.5, "%"), ('0" %"', 49, 49, "%"), ("0\\%", 49, 49, "%"), ("#,##0 €", 5, 5, "euros"),
        ("#,##0_€", 5, 5, ""), ('#,##0;-#,##0;"-"', 0, 0, ""), ("General", 5, 5, ""), ('_-* #,##0_-;\\-* #,##0_-;_-* "-"??_-', 0, 0, ""),
    ],
)  # fmt: skip
def test_a_number_is_read_as_its_format_shows_it(code: str, value: float, expected: float, unit: str) -> None:
    found = read(Cell(1, 1, value, code))
    assert (found.value, found.unit) == (expected, unit)


@pytest.mark.parametrize(
    ("label", "unit"),
    [
        ("Part (en %)", "%"), ("En % des ménages", "%"), ("Pourcentage", "%"), ("Femmes (%)", "%"), ("Évolution (en points)", "points"),
        ("Effectifs (en milliers)", "milliers"), ("Délai moyen (en jours) entre", "jours"), ("Effectif", "count"), ("Nombre de ménages", "count"),
        ("Taux pour 100 000 habitants", "pour 100 000 habitants"), ("En établissement", ""), ("en 2019", ""), ("Mineurs (moins de 18 ans)", ""),
        ("60-74 ans", ""), ("Survivants à l'âge x (âge en années révolues)", ""), ("Part", ""), ("Femmes", ""),
    ],
)  # fmt: skip
def test_the_unit_that_a_label_gives(label: str, unit: str) -> None:
    assert units.of_label(label) == unit


def test_notes_in_one_cell_or_many() -> None:
    found = notes.parse(
        [(5, "Note • Arrondis.\nLecture > En 2022, 12 %.\nChamp : France"), (6, "entière."), (7, "Sources • Insee ; Drees.")]
    )
    assert [(note.kind, note.text) for note in found] == [
        ("note", "Arrondis."), ("reading", "En 2022, 12 %."), ("population", "France entière."), ("source", "Insee ; Drees."),
    ]  # fmt: skip


def test_signs_at_the_end_of_labels() -> None:
    assert split_marks("Total (2)") == ("Total", ("(2)",))
    assert split_marks("GALI*") == ("GALI", ("*",))
    assert split_marks("Survivants S(x)") == ("Survivants S(x)", ())
    assert split_marks("(e)") == ("(e)", ())


def test_a_legend_says_what_a_symbol_means_and_where_it_was_found() -> None:
    legend = Legend(
        ["nd : non disponible ; ns : non significatif.", "(e) valeur estimée"], ["Le symbole « NC » (non concerné) est indiqué."]
    )
    assert legend.symbol("nd") == ("not_available", "the sheet's legend")
    assert legend.symbol("NC") == ("not_applicable", "the workbook's legend")
    assert legend.symbol("///") == ("not_applicable", "the default table")
    assert legend.symbol("zz") == ("ambiguous", "unknown symbol")
    assert legend.mark("(e)") == ("estimated", "the sheet's legend")
    assert legend.mark("(1)") is None


def test_letters_of_columns() -> None:
    assert [letters(number) for number in (1, 26, 27, 703, 16384)] == ["A", "Z", "AA", "AAA", "XFD"]
