"""Tidy cells to statements: what is understood, what is refused, and why. Cells are made by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from tidy_workbook import TidyCell
from traite_lib.catalogue import Catalogue
from traite_lib.errors import NomenclatureError
from traite_lib.loading.official.coding import CodedCell, consistent, place_table
from traite_lib.loading.official.layouts import TableLayout
from traite_lib.loading.official.lexicon import Lexicon, stem, without_number
from traite_lib.nomenclature import Nomenclatures

CATALOGUE = Catalogue(ROOT)
WORDS = Nomenclatures(ROOT / "data")
LEXICON = Lexicon(ROOT / "data", WORDS)
CHAMP = "victimes accompagnées par les associations en 2022, exploitées au moins en partie en France."


def cell(place: str, rows: str, columns: str, value: float | None, **more: Any) -> TidyCell:
    """A tidy cell; paths are written with `` > ``; a column that says « % » gives the unit."""
    fields: dict[str, Any] = {
        "sheet": "Figure 1", "table": "1", "title": "Répartition des victimes par sexe en 2022", "status": "observed", "marker": "",
        "population": CHAMP, "source": "", "reading": "", "note": "", "unit": "%" if "%" in columns else "",
    }  # fmt: skip
    paths = {"rows": tuple(filter(None, rows.split(" > "))), "columns": tuple(filter(None, columns.split(" > ")))}
    return TidyCell(cell=place, value=value, **(fields | paths | more))


def table(*lines: tuple[str, str, float | None], **more: Any) -> list[TidyCell]:
    """Cells of one table, one below the other."""
    return [cell(f"B{n}", rows, columns, value, **more) for n, (rows, columns, value) in enumerate(lines, start=3)]


def placed(cells: list[TidyCell], layout: TableLayout | None = None, edition: str = "2022") -> list[CodedCell]:
    return place_table(cells, CATALOGUE.edition(edition), WORDS, LEXICON, layout)


def said(p: CodedCell) -> tuple[object, ...]:
    """Variable, category, restriction, population, unit, value of a statement."""
    s = p.statement
    assert p.state == "observation", (p.state, p.why)
    assert s is not None
    sub = {name: code for name, code in s.sub.items() if code != "_T"}
    return (s.variable, s.category, sub, s.population, s.unit, s.value)


SEXES = (("Femmes", "Part (en %)", 82.0), ("Hommes", "Part (en %)", 16.0), ("Personnes trans", "Part (en %)", 2.0))
IN_FRANCE = "accompanied_in_france"


def test_a_distribution_is_coded_with_its_population() -> None:
    assert [said(p) for p in placed(table(*SEXES))] == [
        ("sex", "women", {}, IN_FRANCE, "percent", 82.0),
        ("sex", "men", {}, IN_FRANCE, "percent", 16.0),
        ("sex", "trans", {}, IN_FRANCE, "percent", 2.0),
    ]


@pytest.mark.parametrize(
    ("title", "champ", "expected"),
    [
        ("Sexe des victimes", "victimes accompagnées", ("accompanied", {})),
        ("Sexe des victimes repérées", "", ("identified", {})),
        ("Sexe des victimes mineures", "victimes accompagnées", ("accompanied", {"age": "minor"})),
        (
            "Sexe des victimes d’exploitation sexuelle",
            "victimes majeures accompagnées",
            ("accompanied", {"age": "adult", "form": "sexual"}),
        ),
        ("Figure 3 bis – Sexe", "France, victimes suivies par les 72 associations répondantes", ("accompanied", {})),
        (
            "Sexe, de nationalité française",
            "victimes exploitées uniquement à l’étranger",
            ("accompanied_abroad_only", {"origin": "FRA"}),
        ),
    ],
)
def test_title_and_champ_give_population_and_restriction(title: str, champ: str, expected: tuple[str, dict[str, str]]) -> None:
    first = said(placed(table(*SEXES, title=title, population=champ))[0])
    assert (first[3], first[2]) == expected


@pytest.mark.parametrize(
    ("more", "state", "why"),
    [
        ({"title": "Sexe des victimes hors mineures"}, "unmatched", "words of the title that are not understood: 'hors'"),
        ({"population": "victimes accompagnées non mineures"}, "unmatched", "words of the Champ that are not understood: 'non'"),
        ({"title": "Sexe", "population": ""}, "ambiguous", "one population was expected in the title or the « Champ », found none"),
        ({"title": "Sexe", "population": "victimes repérées et accompagnées"}, "ambiguous", "found identified, accompanied"),
        ({"title": "Sexe des victimes mineures", "population": "victimes majeures accompagnées"}, "ambiguous", "contradicts"),
        ({"title": "Répartition par forme d’exploitation"}, "ambiguous", "the title speaks of form, the label of sex"),
        ({"title": "Sexe des victimes d’exploitation sexuelle et de mendicité forcée"}, "ambiguous", "together, or each apart?"),
        ({"title": "Sexe des victimes de 2021 à 2022", "population": "victimes accompagnées"}, "ambiguous", "several years"),
        ({"title": "Sexe des victimes ayant déposé plainte"}, "ambiguous", "restricts the population in a way that no column holds"),
        ({"unit": ""}, "ambiguous", "the words say a share, the cell is not a percentage"),
        ({"status": "ambiguous"}, "ambiguous", "the reader is not sure"),
        ({"status": "error", "marker": "#REF!", "value": None}, "unmatched", "#REF!"),
    ],
)  # fmt: skip
def test_what_the_words_do_not_say_is_refused_and_said(more: dict[str, Any], state: str, why: str) -> None:
    for p in placed([replace(c, **more) for c in table(*SEXES)]):
        assert (p.state, p.statement) == (state, None)
        assert why in p.why


def test_an_unknown_label_leaves_its_cells_out_and_is_named() -> None:
    found = placed(table(*SEXES[:2], ("Personnes non binaires", "Part (en %)", 2.0)))
    assert [p.state for p in found] == ["observation", "observation", "unmatched"]
    assert found[2].unknown == ("Personnes non binaires",)
    assert "'Personnes non binaires'" in found[2].why


def test_a_known_label_below_an_unknown_one_is_left_out_too() -> None:
    found = placed(table(("Racolage > Femmes", "%", 90.0), ("Femmes", "%", 82.0)))
    assert [p.state for p in found] == ["unmatched", "observation"]


def cross(women: tuple[float, float], men: tuple[float, float], **more: Any) -> list[TidyCell]:
    """Sexes in rows, two forms in columns."""
    lines = [
        (row, f"{column} > %", value)
        for row, values in (("Femmes", women), ("Hommes", men))
        for column, value in zip(("Exploitation sexuelle", "Mendicité forcée"), values, strict=True)
    ]
    return table(*lines, **more)


def test_a_title_says_what_a_cross_table_distributes() -> None:
    found = placed(cross((94.0, 60.0), (6.0, 40.0), title="Sexe selon la forme d’exploitation"))
    assert said(found[0]) == ("sex", "women", {"form": "sexual"}, IN_FRANCE, "percent", 94.0)
    found = placed(cross((90.0, 10.0), (70.0, 30.0), title="Forme d’exploitation selon le sexe"))
    assert said(found[0]) == ("form", "sexual", {"sex": "women"}, IN_FRANCE, "percent", 90.0)


def test_without_a_title_the_sums_say_what_a_cross_table_distributes() -> None:
    assert said(placed(cross((94.0, 60.0), (6.0, 40.0), title="Répartition des victimes"))[0])[:2] == ("sex", "women")
    assert said(placed(cross((90.0, 10.0), (70.0, 30.0), title="Répartition des victimes"))[0])[:2] == ("form", "sexual")
    found = placed(cross((50.0, 10.0), (20.0, 5.0), title="Répartition des victimes"))
    assert {p.state for p in found} == {"ambiguous"}
    assert "neither the title nor the sums say which" in found[0].why


def test_a_title_that_the_sums_deny_is_refused() -> None:
    found = placed(cross((90.0, 10.0), (70.0, 30.0), title="Sexe selon la forme d’exploitation"))
    assert {p.state for p in found} == {"ambiguous"}
    assert "the title distributes by sex, the shares add to 100 by form" in found[0].why


def test_shares_of_the_whole_table_are_no_distributions_of_its_parts() -> None:
    found = placed(cross((60.0, 20.0), (15.0, 5.0), title="Sexe selon la forme d’exploitation"))
    assert {(p.state, p.why) for p in found} == {
        ("ambiguous", "the shares of the whole table add to 100: they are no distributions of its parts")
    }
    one_group = table(
        ("Femmes", "Mendicité forcée > %", 60.0), ("Hommes", "Mendicité forcée > %", 40.0), title="Sexe selon la forme"
    )
    one_group = [replace(c, title="Sexe selon la forme d’exploitation") for c in one_group]
    assert [p.state for p in placed(one_group)] == ["observation", "observation"]


def test_a_total_after_the_only_group_of_a_table_is_not_taken_for_the_total_of_all() -> None:
    rows = (
        ("Mendicité forcée > Femmes", "Nombre", 26.0),
        ("Mendicité forcée > Hommes", "Nombre", 17.0),
        ("Ensemble", "Nombre", 43.0),
    )
    found = placed(table(*rows, title="Sexe selon la forme d’exploitation"))
    assert [p.state for p in found] == ["observation", "observation", "ambiguous"]
    assert "the only group of the table" in found[2].why
    of_all = (
        ("Femmes", "Ensemble > Nombre", 2194.0),
        ("Femmes", "Mendicité forcée > Nombre", 26.0),
        ("Ensemble", "Ensemble > Nombre", 2675.0),
    )
    found = placed(table(*of_all, title="Sexe selon la forme d’exploitation"))
    assert said(found[2]) == ("sex", "_T", {}, IN_FRANCE, "count", 2675.0)


def test_a_number_in_a_cross_table_has_one_reading_whatever_the_layout() -> None:
    by_rows = placed(table(("Femmes", "Mendicité forcée > Nombre", 26.0), title="Effectifs"))
    by_columns = placed(table(("Mendicité forcée", "Femmes > Nombre", 26.0), title="Effectifs"))
    assert said(by_rows[0]) == said(by_columns[0]) == ("sex", "women", {"form": "begging"}, IN_FRANCE, "count", 26.0)


def test_a_base_is_taken_only_from_the_total_of_the_same_table() -> None:
    numbers = (("Femmes", "Nombre", 2194.0), ("Hommes", "Nombre", 481.0))
    found = placed(table(("Femmes", "%", 82.0), *numbers, ("Ensemble", "Nombre", 2675.0)))
    assert found[0].statement
    assert found[0].statement.base == 2675
    assert said(found[3]) == ("sex", "_T", {}, IN_FRANCE, "count", 2675.0)
    found = placed(table(("Femmes", "%", 82.0), *numbers))
    assert found[0].statement
    assert found[0].statement.base is None


def test_a_total_that_the_counts_deny_is_no_base() -> None:
    found = placed(table(("Mineures", "%", 16.0), ("Mineures", "Nombre", 409.0), ("Ensemble", "Nombre", 2675.0), title="Âge"))
    assert found[0].statement
    assert found[0].statement.base is None
    assert found[0].why == "no base: 409 of 2675 is 15.3 %, the table says 16 %"


def test_the_total_of_the_shares_is_a_control_and_must_be_100() -> None:
    assert placed(table(*SEXES, ("Ensemble", "%", 100.0)))[3].state == "control"
    p = placed(table(*SEXES, ("Ensemble", "%", 84.0)))[3]
    assert (p.state, p.why) == ("ambiguous", "the total of the shares is 84.0, 100 was expected")


@pytest.mark.parametrize(("total", "state"), [(98.4, "ambiguous"), (98.5, "control"), (100.0, "control")])
def test_the_total_of_the_shares_may_be_off_by_their_rounding_only(total: float, state: str) -> None:
    assert placed(table(*SEXES, ("Ensemble", "%", total)))[3].state == state


@pytest.mark.parametrize(("men", "state"), [(4.4, "ambiguous"), (4.5, "observation"), (7.5, "observation"), (7.6, "ambiguous")])
def test_so_may_the_sums_that_say_what_a_table_distributes(men: float, state: str) -> None:
    assert {p.state for p in placed(cross((94.0, 60.0), (men, 40.0), title="Répartition des victimes"))} == {state}


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Victimes repérées", ("identified", "_T")),
        ("dont exploitées au moins en partie en France", ("accompanied_in_france", "_T")),
        ("Associations répondantes", ("associations", "_T")),
    ],
)
def test_a_label_may_name_the_population_that_is_counted(label: str, expected: tuple[str, str]) -> None:
    (p,) = placed(table((label, "2022", 44.0), title="Participation", population="victimes repérées ou accompagnées"))
    assert p.statement
    assert (p.statement.population, p.statement.category, p.statement.variable) == (*expected, "total")


def test_a_label_wider_than_the_champ_is_refused() -> None:
    (p,) = placed(table(("Victimes accompagnées", "Nombre", 2994.0), title="Effectifs"))
    assert (p.state, p.why) == ("ambiguous", "the label says accompanied, the « Champ » or the title accompanied_in_france")


def test_exploited_in_france_is_where_victims_were_exploited_or_those_victims() -> None:
    row = "Exploitées au moins en partie en France"
    found = placed(
        table((row, "%", 89.0), (row, "Nombre", 2675.0), title="Lieu d’exploitation", population="victimes accompagnées")
    )
    assert said(found[0]) == ("place", "in_france", {}, "accompanied", "percent", 89.0)
    assert said(found[1]) == ("place", "in_france", {}, "accompanied", "count", 2675.0)
    (p,) = placed(table((row, "Nombre", 2675.0), title="Effectifs", population="victimes accompagnées"))
    assert said(p) == ("total", "_T", {}, "accompanied_in_france", "count", 2675.0)


@pytest.mark.parametrize(
    ("marker", "status", "column", "expected"),
    [
        ("< 5", "below_threshold", "Nombre", (5.0, "<", "A")),
        ("moins de 1 %", "below_threshold", "%", (1.0, "<", "A")),
        ("moins de 1\u00a0%", "below_threshold", "%", (1.0, "<", "A")),
        ("ε", "below_threshold", "%", (None, "", "N")),
        ("nd", "not_available", "%", (None, "", "O")),
        ("///", "not_applicable", "%", (None, "", "M")),
        ("s", "confidential", "Nombre", (None, "", "Q")),
        ("ns", "not_significant", "%", (None, "", "N")),
    ],
)
def test_each_kind_of_missing_keeps_its_name(
    marker: str, status: str, column: str, expected: tuple[float | None, str, str]
) -> None:
    (p,) = placed(table(("Femmes", column, None), status=status, marker=marker))
    assert p.statement
    assert (p.statement.value, p.statement.bound, p.statement.status) == expected


def test_zero_is_a_number_and_a_blank_is_nothing() -> None:
    zero, blank = placed([cell("B3", "Femmes", "Nombre", 0.0), cell("B4", "Hommes", "Nombre", None, status="blank")])
    assert said(zero)[5] == 0.0
    assert (blank.state, blank.statement) == ("blank", None)


@pytest.mark.parametrize(
    ("status", "code", "note"),
    [("estimated", "E", ""), ("provisional", "P", ""), ("revised", "A", "Valeur révisée par la source.")],
)
def test_the_status_of_a_number_is_kept(status: str, code: str, note: str) -> None:
    (p,) = placed(table(("Femmes", "Nombre", 5.0), status=status))
    assert p.statement
    assert (p.statement.status, p.statement.note) == (code, note)


@pytest.mark.parametrize(
    ("row", "column", "value", "why"),
    [
        ("Femmes", "%", 120.0, "a share lies between 0 and 100, found 120"),
        ("Femmes", "Nombre", 12.5, "a number of victims or associations is whole, found 12.5"),
        ("Femmes", "Nombre", -3.0, "found -3"),
        ("Femmes > Hommes", "Nombre", 3.0, "'Femmes' and 'Hommes' around one cell"),
        ("Femmes et hommes", "Nombre", 3.0, "puts several categories together"),
        ("Filles", "Nombre", 3.0, "'Filles': of which age?"),
        ("Ensemble", "%", 100.0, ""),
    ],
)
def test_an_impossible_cell_is_refused(row: str, column: str, value: float, why: str) -> None:
    (p,) = placed(table((row, column, value)))
    assert p.state == "ambiguous"
    assert why in p.why


def test_thousands_are_approximations_in_units() -> None:
    (p,) = placed(table(("Femmes", "Effectif", 2.2), unit="milliers"))
    assert p.statement
    assert (p.statement.value, p.statement.bound, p.statement.unit) == (2200.0, "~", "count")


def test_a_share_under_a_broader_category_is_read_by_its_sums() -> None:
    ages = (("Majeures", "%", 84.0), ("Mineures", "%", 16.0))
    of_all = placed(table(*ages, ("Mineures > 15 à 17 ans", "%", 12.0), title="Âge"))
    assert said(of_all[2])[:3] == ("age", "15_to_17", {})
    lines = (("Mineures > 15 à 17 ans", "%", 75.0), ("Mineures > Moins de 10 ans", "%", 25.0))
    of_minors = placed(table(*ages, *lines, title="Âge"))
    assert said(of_minors[2])[:3] == ("age", "15_to_17", {"age": "minor"})
    unclear = placed(table(*ages, ("Mineures > 15 à 17 ans", "%", 75.0), title="Âge"))
    assert (unclear[2].state, "The sums do not say" in unclear[2].why) == ("ambiguous", True)


def test_countries_and_regions_are_told_by_the_title_or_refused() -> None:
    assert said(placed(table(("Nigeria", "%", 30.0), title="Pays d’origine"))[0])[0] == "nationality"
    assert said(placed(table(("Afrique", "%", 70.0), title="Région d’origine"))[0])[0] == "region"
    both = placed(table(("Afrique", "%", 70.0), ("Nigeria", "%", 30.0), title="Régions d’origine et nationalités"))
    assert [said(p)[0] for p in both] == ["region", "nationality"]
    (p,) = placed(table(("Nigeria", "%", 30.0), title="Répartition des victimes"))
    assert (p.state, p.why) == ("ambiguous", "'Nigeria': nationality or region?")


def test_a_share_of_in_the_title_is_what_is_measured() -> None:
    lines = (("Exploitation sexuelle", "2022", 94.0), ("Mendicité forcée", "2022", 60.0))
    found = placed(table(*lines, title="Part de femmes selon la forme d’exploitation", unit="%"))
    assert said(found[0]) == ("sex", "women", {"form": "sexual"}, IN_FRANCE, "percent", 94.0)


def test_no_answer_is_a_category_of_its_own() -> None:
    found = placed(table(*SEXES, ("Non renseigné", "Nombre", 12.0)))
    assert said(found[3])[:2] == ("sex", "_U")


def test_a_year_of_another_edition_keeps_its_own_labels() -> None:
    champ = "victimes accompagnées en 2021 et en 2022"
    found = placed(table(("Femmes", "2021 > %", 80.0), ("Femmes", "2022 > %", 82.0), population=champ, title="Sexe"))
    assert [p.statement.year for p in found if p.statement] == [2021, 2022]
    (p,) = placed(table(("Femmes", "2019 > %", 80.0), title="Sexe"))
    assert (p.state, p.why) == ("ambiguous", "the label says 2019, the title or the « Champ » 2022")
    (p,) = placed(table(("Servitude domestique", "%", 8.0), title="Forme d’exploitation"))
    assert (p.state, p.why) == ("unmatched", "'Servitude domestique' is not a category of 2022")


def test_a_layout_says_what_the_words_do_not() -> None:
    cells = table(
        ("Autre", "x", 2.0), ("Femmes", "x", 82.0), ("Sans objet", "x", 1.0), title="Huit victimes sur dix", population=""
    )
    layout = TableLayout(
        sheet="Figure 1", area="A2:B5", columns={"B": "x"}, population="accompanied", variable="sex", unit="percent", age="minor",
        labels={"Autre": "trans", "Sans objet": "", "x": ""},
    )  # fmt: skip
    assert {p.state for p in placed(cells, layout)} == {"set_aside"}
    found = placed(cells, layout.model_copy(update={"labels": {"Autre": "trans", "Sans objet": ""}}))
    assert {p.state for p in found} == {"unmatched"}, "the column « x » is still unknown"
    found = placed(
        [replace(c, columns=()) for c in cells], layout.model_copy(update={"labels": {"Autre": "trans", "Sans objet": ""}})
    )
    assert [p.state for p in found] == ["observation", "observation", "set_aside"]
    assert said(found[0]) == ("sex", "trans", {"age": "minor"}, "accompanied", "percent", 2.0)
    found = placed(cells, TableLayout(sheet="Figure 1", area="A2:B5", columns={"B": "x"}, set_aside="Hors champ."))
    assert {(p.state, p.why) for p in found} == {("set_aside", "Hors champ.")}


@pytest.mark.parametrize(
    ("title", "left"),
    [
        ("Figure 1 – Sexe", "Sexe"), ("Figure 12. Âge", "Âge"), ("Tableau 3 bis : Sexe", "Sexe"), ("A. Sexe", "Sexe"),
        ("Figure 2 - Sexe – B – Ensemble", "Sexe – Ensemble"), ("15 à 17 ans", "15 à 17 ans"), ("Sexe", "Sexe"), ("Figure 1", ""),
    ],
)  # fmt: skip
def test_the_number_of_a_figure_is_no_word_of_its_title(title: str, left: str) -> None:
    assert without_number(title) == left


def test_number_gender_accents_and_case_never_decide() -> None:
    assert len({stem(word) for word in ("Mineure", "mineures", "MINEUR", "mineurs")}) == 1
    assert len({stem(word) for word in ("accompagné", "Accompagnées")}) == 1
    assert stem("Niger") != stem("Nigeria")


def test_a_label_that_says_two_things_is_never_read_as_one() -> None:
    text = LEXICON.read("Mineures françaises")
    assert [s.nomenclature for p in text.phrases for s in p.senses] == ["age", "origin"]


def test_a_wrong_row_of_the_words_is_named(project: Path) -> None:
    path = project / "data/correspondences/words.csv"
    path.write_text(path.read_text(encoding="utf-8") + "suivies à distance,population,acompanied,\n", encoding="utf-8")
    with pytest.raises(
        NomenclatureError, match=r"words\.csv, line \d+, column code: Available: identified, .* Did you mean 'accompanied'"
    ):
        Lexicon(project / "data", WORDS)


@pytest.mark.parametrize(("share", "count", "base", "same"), [(76, 2033, 2675, True), (16, 409, 2675, False), (15.3, 409, 2675, True), (15.2, 409, 2675, False)])  # fmt: skip
def test_a_share_is_compared_at_its_own_precision(share: float, count: int, base: int, same: bool) -> None:
    assert consistent(share, count, base) is same


KNOWN = [
    "Femmes",
    "Hommes",
    "Mineures",
    "Exploitation sexuelle",
    "Nigeria",
    "Ensemble",
    "Effectif",
    "Part (en %)",
    "2022",
    "victimes",
]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from([*KNOWN, "zzz", "hors", "Sauf mineures"]), min_size=1, max_size=3),
    st.lists(st.sampled_from([*KNOWN, "yyy"]), min_size=1, max_size=2),
    st.one_of(st.none(), st.integers(-5, 5000).map(float)),
    st.sampled_from(["", "%", "personnes", "kg"]),
)
def test_no_cell_with_an_unknown_word_becomes_a_statement(
    rows: list[str], columns: list[str], value: float | None, unit: str
) -> None:
    (p,) = placed(table((" > ".join(rows), " > ".join(columns), value), unit=unit, title="Répartition des victimes"))
    unknown = {"zzz", "hors", "Sauf mineures", "yyy"} & {*rows, *columns}
    assert (p.statement is None) == (p.state not in ("observation", "control"))
    if unknown or unit == "kg":
        assert p.statement is None
    if p.statement:
        assert not p.why
        assert p.statement.unit == ("percent" if unit == "%" else "count")
    else:
        assert p.why
