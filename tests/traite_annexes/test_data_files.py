"""The workbook, the CSV and the Data Package of an edition, read back by other programs."""

from __future__ import annotations

import importlib.util
import io
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from traite_annexes.publishing import dataset, spreadsheet
from traite_lib import Survey, open_edition
from traite_lib.nomenclature import plain
from traite_lib.presentation.text import NARROW, NBSP
from traite_lib.table import COLUMNS

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")


def workbook(survey: Survey) -> bytes:
    return spreadsheet.workbook(survey, dataset.rows_of(survey))


@pytest.fixture(scope="module")
def survey() -> Survey:
    return open_edition("2022")


@pytest.fixture(scope="module")
def book(survey: Survey) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(workbook(survey)))


def table(book: openpyxl.Workbook, name: str) -> pd.DataFrame:
    """The table object of a sheet."""
    sheet = book[name]
    (found,) = sheet.tables.values()
    head, *rows = [[cell.value for cell in row] for row in sheet[found.ref]]
    return pd.DataFrame(rows, columns=head)


def test_the_workbook_opens_on_its_cover_then_contents_and_notes(book: openpyxl.Workbook) -> None:
    assert book.sheetnames[:4] == ["Couverture", "Sommaire", "Notes", "Ruptures"]
    assert book.active.title == "Couverture"
    assert book["Couverture"]["A1"].value == "Victimes de traite accompagnées par les associations, édition 2022"
    assert "édition 2022" in book.properties.title
    contents = table(book, "Sommaire")
    assert list(contents["Feuille"]) == book.sheetnames[2:]
    targets = [cell.hyperlink.location for cell in book["Sommaire"]["A"] if cell.hyperlink]
    assert [target.partition("!")[0].strip("'") for target in targets] == book.sheetnames[2:]


def test_each_sheet_has_one_real_table_from_column_a_and_its_title_in_a1(book: openpyxl.Workbook) -> None:
    for sheet in book.worksheets[1:]:
        assert len(sheet.tables) == 1, sheet.title
        (found,) = sheet.tables.values()
        assert found.ref.startswith("A"), sheet.title
        assert isinstance(sheet["A1"].value, str), sheet.title
        assert sheet.merged_cells.ranges == set(), sheet.title
        assert len(sheet.title) <= 31
        heads = [cell.value for cell in sheet[found.ref][0]]
        assert all(heads), sheet.title
        assert len(set(heads)) == len(heads), sheet.title
    names = [name for sheet in book.worksheets for name in sheet.tables]
    assert len(names) == len(set(names))


def test_numbers_are_numbers_and_symbols_are_explained(book: openpyxl.Workbook, survey: Survey) -> None:
    explained = set(table(book, "Notes")["Signe"])
    for sheet in book.worksheets[4:-1]:
        frame = table(book, sheet.title)
        for column in ("Valeur", spreadsheet.BASE):
            assert all(isinstance(value, (int, float)) or value in explained for value in frame[column]), sheet.title
        assert set(frame["Fiabilité"]) <= explained | {"normale"}
    for sheet in book.worksheets[1:]:
        assert table(book, sheet.title).map(lambda value: value not in (None, "")).all(axis=None), sheet.title
    forms = table(book, "02 Forme d’exploitation").set_index("Référence")
    assert forms.loc["E2022-012", ["Statistique", "Unité", "Valeur", spreadsheet.BASE]].tolist() == [
        "Exploitation sexuelle",
        "%",
        76,
        "[x]",
    ]
    assert forms.loc["E2022-016", "Précision"] == "moins de"
    assert forms.loc["E2022-027", ["Unité", "Valeur", spreadsheet.BASE]].tolist() == ["nombre", 195, "[z]"]


def test_every_observation_is_in_the_workbook_with_its_source_and_place(book: openpyxl.Workbook, survey: Survey) -> None:
    frame = table(book, "Observations").set_index("Référence")
    rows = dataset.rows_of(survey).set_index("statement_id")
    assert list(frame.index) == list(rows.index)
    assert frame["Valeur"].astype(float).tolist() == rows["value"].tolist()
    assert frame["Emplacement"].tolist() == rows["locator"].tolist()
    assert frame["Retenu"].map({"oui": True, "non": False}).tolist() == rows["retained"].tolist()
    assert set(rows["edition"]) == {"2022", ""}


@pytest.mark.parametrize("edition", ["2015", "2022", "2024"])
def test_two_workbooks_of_the_same_data_are_the_same_file(edition: str) -> None:
    assert workbook(open_edition(edition)) == workbook(open_edition(edition))


def test_libreoffice_opens_the_workbook_and_finds_the_same_cells(survey: Survey, tmp_path: Path) -> None:
    if SOFFICE is None:
        pytest.skip("no LibreOffice on this machine: `apt-get install libreoffice-calc-nogui`")
    path = tmp_path / "traite_2022.xlsx"
    path.write_bytes(workbook(survey))
    options = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"  # every sheet, as it is shown
    command = [SOFFICE, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to", options]
    subprocess.run([*command, "--outdir", tmp_path, path], check=True, capture_output=True, timeout=240)
    sheets = {found.stem.partition("-")[2]: found for found in tmp_path.glob("traite_2022-*.csv")}
    assert set(sheets) == set(openpyxl.load_workbook(path).sheetnames)
    text = sheets["02 Forme d’exploitation"].read_text(encoding="utf-8")
    assert text.startswith('"Forme d’exploitation, édition 2022"') or text.startswith("Forme d’exploitation, édition 2022")
    (line,) = (line for line in text.splitlines() if "E2022-012" in line)
    assert line.startswith("Exploitation sexuelle,") or line.startswith('"Exploitation sexuelle",')
    assert ",76," in line
    assert "Err:" not in text
    assert "#REF" not in text


@pytest.mark.parametrize("edition", ["2015", "2022", "2024"])
def test_the_project_s_own_reader_finds_the_same_observations(edition: str, tmp_path: Path) -> None:
    """`traite tidy` reads the workbook back: same values, same words, nothing doubtful among the values."""
    if importlib.util.find_spec("tidy_workbook") is None:
        pytest.skip("this version has no reader of workbooks")
    survey = open_edition(edition)
    path = tmp_path / f"traite_{edition}.xlsx"
    path.write_bytes(workbook(survey))
    done = subprocess.run(
        [sys.executable, "-m", "traite_annexes", "tidy", path], capture_output=True, text=True, check=True, timeout=120
    )
    cells = pd.read_csv(io.StringIO(done.stdout), keep_default_na=False)
    cells = cells[cells["columns"] == "Valeur"]
    assert set(cells["status"]) == {"observed"}
    expected = dataset.rows_of(survey)

    flat = cells[cells["sheet"] == "Observations"]
    assert flat["value"].astype(float).tolist() == expected["value"].tolist()
    for words, (_, row) in zip(flat["rows"], expected.iterrows(), strict=True):
        path_of_labels = words.split(" > ")
        assert path_of_labels[0] == row["statement_id"]
        for said in (survey.nomenclatures.populations[row["population"]].label_fr, row["variable_label"], row["citation"]):
            assert plain(said) in plain(words), words

    kept = expected[expected["retained"]]
    tables = cells[cells["sheet"] != "Observations"]
    found = [(sheet[3:], float(value)) for sheet, value in zip(tables["sheet"], tables["value"], strict=True)]
    assert sorted(value for _, value in found) == sorted(kept["value"])
    assert len(set(tables["sheet"])) == kept["variable"].nunique()


def test_the_csv_is_the_observations_table_with_reading_words(survey: Survey) -> None:
    frame = pd.read_csv(io.StringIO(dataset.observations_csv(survey)), keep_default_na=False, dtype=str)
    assert list(frame.columns) == [*COLUMNS, *dataset.LABELS]
    row = frame.set_index("statement_id").loc["E2022-012"]
    assert (row["value"], row["unit"], row["form"], row["category"], row["base"]) == ("76.0", "percent", "_T", "sexual", "")
    assert row["text"].replace(NBSP, " ").replace(NARROW, " ") == "76 %"
    codes = pd.read_csv(io.StringIO(dataset.codes_csv(survey.nomenclatures)), keep_default_na=False)
    assert set(frame["population"]) <= set(codes.loc[codes["list"] == "population", "code"])
    assert set(frame["variable"]) <= set(codes.loc[codes["list"] == "variable", "code"])


@pytest.mark.parametrize("edition", ["2015", "2024"])
def test_the_data_package_is_valid(edition: str, tmp_path: Path) -> None:
    from frictionless import Package

    survey = open_edition(edition)
    (tmp_path / "observations.csv").write_text(dataset.observations_csv(survey), encoding="utf-8", newline="")
    (tmp_path / "codes.csv").write_text(dataset.codes_csv(survey.nomenclatures), encoding="utf-8", newline="")
    (tmp_path / "datapackage.json").write_text(dataset.data_package(survey), encoding="utf-8")
    report = Package(str(tmp_path / "datapackage.json")).validate()
    assert report.valid, report.flatten(["type", "note"])
    text = (tmp_path / "observations.csv").read_text(encoding="utf-8").replace(",percent,", ",per cent,", 1)
    (tmp_path / "observations.csv").write_text(text, encoding="utf-8", newline="")
    assert not Package(str(tmp_path / "datapackage.json")).validate().valid, "the check is a real one"


def test_the_data_package_names_the_sources(survey: Survey) -> None:
    package = json.loads(dataset.data_package(survey))
    assert package["name"] == "traite-2022"
    assert "Ministère de l’Intérieur, communiqué du 11/10/2023, profil des victimes accompagnées en 2022" in [
        source["title"] for source in package["sources"]
    ]
    assert [field["name"] for field in package["resources"][0]["schema"]["fields"]] == [*COLUMNS, *dataset.LABELS]


def widths_of(sheet: Any) -> list[float]:
    """Widths of the columns; openpyxl keeps neighbours of the same width as one."""
    return [column.width for column in sheet.column_dimensions.values() for _ in range(column.min, column.max + 1)]


def test_no_source_is_cited_by_the_name_of_a_file(survey: Survey) -> None:
    cited = [source.citation_fr for source in survey.catalogue.sources.values()]
    assert len(cited) > 50
    assert [text for text in cited if re.search(r"\w_\w|\.(pdf|html?|xlsx?)\b", text)] == []


def test_every_sheet_is_printed_at_a_size_that_is_read_with_its_headings_on_each_page(book: openpyxl.Workbook) -> None:
    for sheet in book.worksheets:
        widths = widths_of(sheet)
        across = sheet.page_setup.fitToWidth or 1
        assert sheet.page_setup.paperSize == 9, "A4"
        assert (sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage) == (0, True), sheet.title
        assert across == 1 or (across == 2 and sheet.print_title_cols == "$A:$A"), sheet.title
        assert sheet.page_setup.orientation == ("landscape" if sum(widths) > spreadsheet.PORTRAIT + 10 else "portrait"), (
            sheet.title
        )
        assert sum(widths) / across < 175, (sheet.title, "shrunk to less than three quarters")
        assert "page" in sheet.oddFooter.right.text
        if sheet.tables:
            (found,) = sheet.tables.values()
            head = found.ref.partition(":")[0].removeprefix("A")
            assert sheet.print_title_rows == f"${head}:${head}", sheet.title


def test_columns_hold_their_words_and_rows_their_lines(book: openpyxl.Workbook) -> None:
    for sheet in book.worksheets[1:]:
        (found,) = sheet.tables.values()
        widths = widths_of(sheet)
        for row in sheet[found.ref]:
            for cell in row:
                width, text = widths[cell.column - 1], str(cell.value)
                assert cell.alignment.wrap_text or isinstance(cell.value, (int, float)), (sheet.title, cell.coordinate)
                words = [word for word in re.split(r"[\s/-]", text) if len(word) <= spreadsheet.LONGEST]
                assert max(map(len, words), default=0) < width, (sheet.title, cell.coordinate)
                lines = len(text) / width
                assert sheet.row_dimensions[cell.row].height >= 12 * lines, (sheet.title, cell.coordinate)


def test_a_row_is_as_high_as_its_longest_text_folds() -> None:
    line = spreadsheet._height(["x"], [8])
    assert spreadsheet._height(["court", "un texte de trois lignes"], [8, 9]) == line + 2 * 12.75
    assert spreadsheet._height([" " * 9], [8]) == line, "blanks are no reason to hide a row"
    assert spreadsheet._height(["a\tb"], [8]) == line + 12.75, "a tab is as wide as where it is shown"


def test_a_link_longer_than_its_cell_is_text_that_folds(book: openpyxl.Workbook) -> None:
    addresses = [row[3].value for row in book["Sources"].iter_rows(min_row=3)]
    assert sum(str(address).startswith("https://") for address in addresses) > 5
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.hyperlink:
                    assert len(str(cell.value)) < sheet.column_dimensions[cell.column_letter].width, (
                        sheet.title,
                        cell.coordinate,
                    )
