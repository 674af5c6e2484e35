"""Cited figures: faithful reading, and an error that names file, line and column for every bad cell."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
from conftest import ROOT
from test_catalogue import redeclare

from traite_lib.catalogue import Catalogue
from traite_lib.errors import NomenclatureError, ObservationsError, TraiteError
from traite_lib.loading.harmonise import load
from traite_lib.loading.published import Concordances, Observation, code_statement, load_published, read_statements
from traite_lib.nomenclature import Nomenclatures

SHARED = ROOT.parent / "shared" / "data"
WORDS = Nomenclatures(ROOT / "data")
CONCORDANCES = Concordances.read(ROOT / "data")
FILES = {"E2015": "survey_2015", "E2022": "survey_2022", "ED2": "survey_edition_2", "ADM": "administrative_figures"}


def amend(root: Path, name: str, **cells: str) -> None:
    """Change cells of one statement of a copy of the project, and declare the file anew."""
    file = f"published/{FILES[name.rpartition('-')[0]]}.csv"
    with (root / "data" / file).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    (row,) = [row for row in rows if row["statement_id"] == name]
    assert cells.items() <= {column: cells[column] for column in row if column in cells}.items()
    row |= cells
    with (root / "data" / file).open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(row), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    redeclare(root, file)


def read(root: Path) -> list[Observation]:
    return load_published(Catalogue(root), Nomenclatures(root / "data"))


def coded(**cells: str) -> Observation:
    """Codes of a statement of 2022 that says « 82 % of accompanied victims are women », with some cells changed."""
    row = dict.fromkeys(["dimension_2", "modality_2", "qualifier", "base"], "")
    row |= {"indicator": "share_by_sex", "population": "victimes accompagnées en 2022", "value": "82", "unit": "%"}
    row |= {"dimension_1": "sexe", "modality_1": "femmes"} | cells
    return code_statement(row, "here", "survey", (2022, 2022), WORDS, CONCORDANCES)


@pytest.mark.parametrize(
    ("column", "found", "said"),
    [
        ("indicator", "share_by_sexe", "is not in data/concordances/indicators.csv. Available: .*Did you mean 'share_by_sex'"),
        ("population", "victimes de 2022", "is not in data/concordances/populations.csv for the survey data. Available: "),
        ("unit", "pourcent", "is not in data/concordances/units.csv. Available: personnes, "),
        ("source_id", "interieur-99", "Available: .*Did you mean 'interieur-0"),
        ("dimension_1", "sexes", "is not in data/concordances/dimensions.csv. Available: .*Did you mean 'sexe'"),
        ("modality_1", "femme", "is not in the nomenclature 'sex' for 2022. .*data/nomenclatures/sexes.csv"),
        ("value", "82 %", "a number was expected"),
        ("value", "", "a number was expected"),
        ("reference_year", "2023", "'2022' was expected"),
        ("base", "environ 400", "a number was expected"),
        ("base", "12.5", "expected"),
    ],
)
def test_a_bad_cell_is_named_by_file_line_column_and_content(project: Path, column: str, found: str, said: str) -> None:
    amend(project, "E2022-017", **{column: found})
    with pytest.raises((ObservationsError, NomenclatureError), match=said) as error:
        read(project)
    assert str(error.value).startswith(f"survey_2022.csv, line 18, column {column}")
    assert repr(found) in str(error.value)


def test_a_bad_year_of_an_administrative_figure_is_named(project: Path) -> None:
    amend(project, "ADM-001", reference_year="2015/2016")
    with pytest.raises(
        ObservationsError, match=r"administrative_figures.csv, line 2, column reference_year: .*found '2015/2016'"
    ):
        read(project)


def test_an_unknown_qualifier_names_the_statement_and_the_column(project: Path) -> None:
    amend(project, "E2022-017", qualifier="≈")
    with pytest.raises(ObservationsError, match="Statement E2022-017 .*column bound, found '≈'"):
        load()


@pytest.mark.parametrize("name", ["E2022-017", "E2015-005"])
def test_a_statement_declared_twice_is_refused_by_name_even_where_a_correction_names_it(project: Path, name: str) -> None:
    number, _, rest = name.partition("-")
    amend(project, f"{number}-{int(rest) + 1:03d}", statement_id=name)
    with pytest.raises(TraiteError, match=name):
        load()


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_text("statement_id,reference_year,indicator\nA,2022,x\n", encoding="utf-8")
    with pytest.raises(
        ObservationsError, match=r"survey.csv, line 1: column 'population' is missing, found statement_id, reference"
    ):
        list(read_statements(path))


@pytest.mark.parametrize("end", [",interieur-01,more", ""])
def test_a_line_with_too_many_or_too_few_cells_is_named(tmp_path: Path, end: str) -> None:
    head = (ROOT / "data" / "published" / "survey_2022.csv").read_text(encoding="utf-8").splitlines()[0]
    path = tmp_path / "survey.csv"
    path.write_text(f"{head}\nA,2022,x,y,,,,,1,%,,,s\nB,2022,x,y,,,,,1,%,{end}\n", encoding="utf-8")
    with pytest.raises(ObservationsError, match=r"survey.csv, line 3: 13 cells expected"):
        list(read_statements(path))


def test_a_population_that_contradicts_its_dimension_is_refused(project: Path) -> None:
    amend(project, "E2022-046", modality_2="mendicité forcée")
    with pytest.raises(
        ObservationsError, match=r"line 47, column modality_2: 'mendicité forcée' contradicts the population 'victimes d'exp"
    ):
        read(project)


@pytest.mark.parametrize(
    ("population", "dimension", "modality", "column", "code"),
    [
        ("victimes d'exploitation par le travail accompagnées en 2020", "forme_exploitation", "exploitation par le travail domestique",
         "form", "labour_domestic"),
        ("victimes d'exploitation par le travail domestique accompagnées en 2020", "forme_exploitation", "exploitation par le travail",
         "form", "labour_domestic"),
        ("victimes mineures, 2022", "age", "15 à 17 ans", "age", "15_to_17"),
        ("mineurs non accompagnés victimes, 2023", "age", "mineurs", "age", "unaccompanied_minor"),
        ("victimes accompagnées en 2022", "nationalité", "françaises", "origin", "FRA"),
    ],
)  # fmt: skip
def test_the_more_precise_of_population_and_dimension_is_kept(
    population: str, dimension: str, modality: str, column: str, code: str
) -> None:
    assert coded(population=population, dimension_2=dimension, modality_2=modality)[column] == code


def test_the_words_of_a_population_give_codes() -> None:
    assert coded() | {"category": "women", "value": 82.0, "unit": "percent", "bound": "", "status": "A"} == coded()
    assert coded(population="victimes mineures")["status"] == "U"
    assert coded(qualifier="<")["bound"] == "<"
    assert coded(unit="% (fraction écrite en lettres)")["bound"] == "~"
    assert coded(unit="% (fraction écrite en lettres)", qualifier=">")["bound"] == ">"


def test_a_measured_modality_that_repeats_its_population_is_not_a_sub_population() -> None:
    minors = coded(
        indicator="minor_victims", population="victimes mineures, 2022", dimension_1="age", modality_1="mineurs", unit="personnes"
    )
    assert (minors["variable"], minors["category"], minors["age"]) == ("age", "minor", "_T")


def test_a_share_without_its_modality_is_refused() -> None:
    with pytest.raises(ObservationsError, match="here: the indicator 'share_by_sex' needs a modality of 'sexe', found none"):
        coded(dimension_1="", modality_1="")


def test_a_modality_without_its_dimension_is_refused() -> None:
    with pytest.raises(TraiteError, match="femmes"):
        coded(indicator="victims_accompanied", dimension_1="", modality_1="femmes", unit="personnes")


def test_a_count_of_minors_without_its_modality_is_not_the_count_of_all_victims() -> None:
    with pytest.raises(TraiteError, match="minor_victims"):
        coded(indicator="minor_victims", dimension_1="", modality_1="", unit="personnes")


def test_a_count_of_identified_victims_without_a_form_is_their_total() -> None:
    total = coded(
        indicator="victims_identified", population="victimes repérées, 2022", dimension_1="", modality_1="", unit="personnes"
    )
    assert (total["variable"], total["category"], total["population"]) == ("total", "_T", "identified")


def test_every_statement_is_loaded_once() -> None:
    _, _, table = load()
    assert table["statement_id"].is_unique
    assert dict(Counter(table["edition"])) == {
        "2015": 64, "edition-2": 9, "2018": 23, "2019": 31, "2020": 42, "2021": 22, "2022": 54, "2023": 33, "2024": 32, "": 270,
    }  # fmt: skip
    assert table["statement_id"].str.startswith("SER").sum() == 70
    assert table["statement_id"].str.startswith("ADM").sum() == 200


def test_every_statement_has_a_known_source_and_a_place() -> None:
    catalogue, _, table = load()
    assert set(table["source_id"]) <= set(catalogue.sources)
    assert (table["locator"].str.startswith("https://") | table["locator"].str.startswith("data/published/")).all()


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_every_statement_of_the_survey_stands_verbatim_as_it_was_gathered() -> None:
    if not SHARED.is_dir():
        pytest.skip("the gathered figures (../shared/data) are not beside the project")
    cells = [
        *("reference_year", "indicator", "population", "dimension_1", "modality_1", "dimension_2", "modality_2"),
        *("value", "unit", "qualifier", "source_id"),
    ]
    ours = [row for path in sorted((ROOT / "data" / "published").glob("survey_*.csv")) for row in rows_of(path)]
    gathered = rows_of(SHARED / "published_figures.csv")
    assert len(gathered) == 310
    assert Counter(tuple(row[c] for c in cells) for row in ours) == Counter(tuple(row[c] for c in cells) for row in gathered)


def test_every_administrative_figure_stands_verbatim_as_it_was_gathered() -> None:
    if not SHARED.is_dir():
        pytest.skip("the gathered figures (../shared/data) are not beside the project")
    gathered = rows_of(SHARED / "administrative_figures.csv")
    assert len(gathered) == 200
    ours = rows_of(ROOT / "data" / "published" / "administrative_figures.csv")
    assert [{column: row[column] for column in gathered[0]} for row in ours] == gathered


def test_every_point_of_the_administrative_series_stands_as_it_was_gathered() -> None:
    if not SHARED.is_dir():
        pytest.skip("the gathered figures (../shared/data) are not beside the project")
    gathered = rows_of(SHARED / "administrative_series.csv")
    assert len(gathered) == 70
    ours = rows_of(ROOT / "data" / "published" / "administrative_series.csv")
    assert Counter((r["reference_year"], r["population"], r["modality_1"] or "Ensemble", r["value"]) for r in ours) == Counter(
        (r["reference_year"], r["unit_of_count"], r["offence_group"], r["value"]) for r in gathered
    )


def test_every_source_stands_as_it_was_gathered() -> None:
    if not SHARED.is_dir():
        pytest.skip("the gathered figures (../shared/data) are not beside the project")
    gathered = rows_of(SHARED / "sources.csv")
    ours = rows_of(ROOT / "data" / "published" / "sources.csv")
    assert [{column: row[column] for column in gathered[0]} for row in ours] == gathered
