"""Files as they arrive: Strict Open XML, damaged merges and styles, phantom cells, old .xls; and what is not a workbook at all."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlwt
from sheets import said, write

from tidy_workbook import WorkbookError, read_workbook

ROWS = {
    1: ["Figure 1 – Formes (en %)"],
    3: ["Forme", "2021", "2022"],
    4: ["Urbaine", 75, 76],
    5: ["Travail", 15, 14],
    7: ["Champ : ménages"],
}
LINES = ["B4 Urbaine | 2021 = 75 %", "C4 Urbaine | 2022 = 76 %", "B5 Travail | 2021 = 15 %", "C5 Travail | 2022 = 14 %"]
MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
Change = Callable[[str, bytes], bytes | None]


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return write(tmp_path / "bon.xlsx", {"Figure 1": ROWS})


def changed(source: Path, change: Change) -> Path:
    """A copy whose parts went through a function; a part that comes back as None is left out."""
    copy = source.with_name("changé.xlsx")
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if (data := change(name, old.read(name))) is not None:
                new.writestr(name, data)
    return copy


def read_lines(path: Path) -> list[str]:
    return [said(cell) for cell in read_workbook(path).cells]


def strict(name: str, data: bytes) -> bytes:
    return data.replace(MAIN, b"http://purl.oclc.org/ooxml/spreadsheetml/main").replace(
        RELATIONS, b"http://purl.oclc.org/ooxml/officeDocument/relationships"
    )


def after_the_cells(text: bytes) -> Change:
    return lambda name, data: data.replace(b"</sheetData>", b"</sheetData>" + text) if "sheet1" in name else data


REPAIRED: dict[str, Change] = {
    "Strict Open XML": strict,
    "malformed, overlapping and endless merges": after_the_cells(
        b'<mergeCells><mergeCell ref="A3:"/><mergeCell ref="ZZZZ1:B2"/><mergeCell ref="A7:XFD1048576"/><mergeCell ref="A7:B7"/></mergeCells>'
    ),
    "styles that break the schema": lambda name, data: data.replace(b"<fill>", b"<fill><bogus/>") if "styles" in name else data,
    "broken document properties": lambda name, data: b"<<<" if "docProps/core" in name else data,
    "a dimension up to the last cell": lambda name, data: data.replace(b'ref="A1:C7"', b'ref="A1:XFD1048576"'),
    "a drawing that is missing": after_the_cells(b'<drawing xmlns:r="r" r:id="rId9"/>'),
    "formatted empty cells everywhere": lambda name, data: (
        data.replace(b"</sheetData>", b'<row r="9">' + b'<c r="XFD9" s="0"/>' * 5000 + b"</row></sheetData>")
        if "sheet1" in name
        else data
    ),
}


@pytest.mark.parametrize("fault", REPAIRED)
def test_a_faulty_workbook_is_read_like_the_sound_one(fault: str, good: Path) -> None:
    assert read_lines(good) == LINES
    assert read_lines(changed(good, REPAIRED[fault])) == LINES


def test_what_was_repaired_is_said(good: Path) -> None:
    assert read_workbook(changed(good, strict)).repairs == ("Strict Open XML: namespaces read as Transitional",)
    merged = read_workbook(changed(good, REPAIRED["malformed, overlapping and endless merges"]))
    assert [why for _, why in merged.sheets[0].skipped if why.startswith("merge")] == [
        "merge 'A3:' is malformed: ignored", "merge 'ZZZZ1:B2' is malformed: ignored", "merge 'A7:B7' overlaps another one: ignored",
    ]  # fmt: skip


def test_a_formula_that_nobody_calculated_is_an_error_not_a_zero(good: Path) -> None:
    path = changed(good, lambda name, data: data.replace(b"<v>76</v>", b"<f>SUM(B4:B5)</f>") if "sheet1" in name else data)
    cell = next(cell for cell in read_workbook(path).cells if cell.cell == "C4")
    assert (cell.value, cell.status, cell.marker) == (None, "error", "#FORMULE!")


def test_raised_digits_are_notes_not_figures(good: Path) -> None:
    def raised(name: str, data: bytes) -> bytes:
        text = b'<is><r><t>75</t></r><r><rPr><vertAlign val="superscript"/></rPr><t>1</t></r></is>'
        return (
            data.replace(b'<c r="B4" t="n"><v>75</v></c>', b'<c r="B4" t="inlineStr">' + text + b"</c>")
            if "sheet1" in name
            else data
        )

    path = changed(good, raised)
    cell = next(cell for cell in read_workbook(path).cells if cell.cell == "B4")
    assert (cell.value, cell.marker) == (75, "(1)")  # never 751


def test_cells_under_a_merged_area_are_not_seen(tmp_path: Path) -> None:
    path = write(tmp_path / "m.xlsx", {"F": ROWS})
    hidden = changed(path, after_the_cells(b'<mergeCells><mergeCell ref="B4:C4"/></mergeCells>'))
    assert [cell.cell for cell in read_workbook(hidden).cells] == ["B4", "B5", "C5"]


def test_an_old_xls(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Figure 1")
    for row, values in ROWS.items():
        for column, value in enumerate(values):
            if value is not None:
                sheet.write(row - 1, column, value)
    percent = xlwt.easyxf(num_format_str="0%")
    sheet.write(5, 0, "Autres")
    sheet.write(5, 1, 0.1, percent)
    sheet.write(5, 2, 0.1, percent)
    book.save(str(tmp_path / "vieux.xls"))
    assert read_lines(tmp_path / "vieux.xls") == [*LINES, "B6 Autres | 2021 = 10 %", "C6 Autres | 2022 = 10 %"]


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
REFUSED: dict[str, tuple[bytes, str]] = {
    "empty.xlsx": (b"", "an empty file"),
    "image.xlsx": (b"\x89PNG\r\n\x1a\n" + bytes(500), "an image"),
    "csv.xlsx": (b"forme;part\nurbaine;76\nautres;5\n", "text (a CSV"),
    "page.xls": (b"<html><table></table></html>", "a web page"),
    "protected.xlsx": (OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "password"),
    "word.xls": (OLE + bytes(2000), "not a readable .xls"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_a_workbook_is_refused_in_one_sentence(name: str, tmp_path: Path) -> None:
    content, reason = REFUSED[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(WorkbookError) as error:
        read_workbook(tmp_path / name)
    assert name in str(error.value)
    assert reason in str(error.value)
    assert "\n" not in str(error.value)


def test_a_truncated_or_incomplete_workbook_is_refused(good: Path, tmp_path: Path) -> None:
    (tmp_path / "coupé.xlsx").write_bytes(good.read_bytes()[:-400])
    with pytest.raises(WorkbookError, match="truncated or damaged"):
        read_workbook(tmp_path / "coupé.xlsx")
    with pytest.raises(WorkbookError, match="'Figure 1' is listed but its cells"):
        read_workbook(changed(good, lambda name, data: None if "worksheets/sheet1" in name else data))
    with pytest.raises(WorkbookError, match="ends in the middle of its cells"):
        read_workbook(changed(good, lambda name, data: data[: len(data) // 2] if "worksheets/sheet1" in name else data))


def test_a_workbook_with_one_wrong_byte_is_read_or_refused(good: Path, tmp_path: Path) -> None:
    content, refused = good.read_bytes(), 0
    for place in range(0, len(content), 41):
        damaged = bytearray(content)
        damaged[place] ^= 0xFF
        (tmp_path / "abîmé.xlsx").write_bytes(damaged)
        try:
            read_workbook(tmp_path / "abîmé.xlsx")
        except WorkbookError as error:
            refused += "abîmé.xlsx" in str(error)
    assert refused > 20


def test_a_workbook_without_a_cell_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkbookError, match="is empty"):
        read_workbook(write(tmp_path / "vide.xlsx", {"Feuil1": {}}))


def test_a_missing_file_and_a_missing_sheet(good: Path) -> None:
    with pytest.raises(WorkbookError, match="No such file"):
        read_workbook(good.with_name("absent.xlsx"))
    with pytest.raises(WorkbookError, match=r"no sheet 'Figure 2'.*Figure 1"):
        read_workbook(good, "Figure 2")


def test_document_properties_are_never_output(good: Path) -> None:
    named = changed(good, lambda name, data: data.replace(b"openpyxl", b"Une Personne") if "docProps" in name else data)
    with zipfile.ZipFile(io.BytesIO(named.read_bytes())) as archive:
        assert any(b"Une Personne" in archive.read(name) for name in archive.namelist())
    assert "Personne" not in repr(read_workbook(named))
