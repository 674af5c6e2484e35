"""`traite add-edition` and `traite check`, through the command line, in a copy of the project."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

import openpyxl
import pytest
from commands import contents
from commands import traite as run
from workbooks import NAME, write

from traite_annexes.adding import Details, add_edition
from traite_lib.catalogue import Catalogue, sha256
from traite_lib.errors import TraiteError

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def traite(project: Path) -> Run:
    """The command line on the copy of the project."""
    return partial(run, root=project)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return write(tmp_path / NAME, "A", 2022)


@pytest.fixture
def next_book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The workbook of 2022 said to describe 2025 (its labels are then those of 2025, where « autres formes » is no more)."""
    import workbooks

    monkeypatch.setitem(workbooks.DATA, 2025, workbooks.DATA[2022])
    return write(tmp_path / "Donnees 2025 (v2).xlsx", "A", 2025)


def test_a_workbook_joins_an_edition_that_had_cited_figures_only(project: Path, traite: Run, book: Path) -> None:
    before = (project / "data/editions.toml").read_text(encoding="utf-8")
    said = traite("add-edition", "2022", str(book), "--invented").stdout
    assert "Edition 2022 (known, now with its workbook)" in said
    assert "Figure 2 A3:C9: 11 of 12 cells fit (1 control)" in said
    assert "Figure 12 A3:B6: 0 of 3 cells fit (3 unmatched)" in said
    assert "'recrutement': Figure 12!B4, Figure 12!B5, Figure 12!B6" in said
    assert "accompanied (Part accompagnée des victimes repérées): 1 in 2021" in said
    copy = project / "data/raw/2022" / NAME
    assert sha256(copy) == sha256(book)
    edition = Catalogue(project).edition(2022)
    assert edition.workbook
    assert (edition.workbook.sha256, edition.workbook.layout) == (sha256(book), "layouts/2022.toml")
    assert edition.figures
    after = (project / "data/editions.toml").read_text(encoding="utf-8")
    added = after.replace(before.partition('key = "2023"')[0].rpartition("[[edition]]")[0].rstrip("\n"), "", 1)
    assert before.count("\n") < after.count("\n")
    assert all(line in after for line in before.splitlines()), "what was written by hand stays"
    assert added
    shown = traite("show", "2022", "--variable", "form").stdout
    assert "classeur-2022\tFigure 2!C4" in shown
    hidden = traite("show", "2022", "--variable", "sex", "-w", "form=other", "--category", "women").stdout
    assert "accompanied_in_france\tform=other\twomen\t\tpercent\t3\tQ\tclasseur-2022\tFigure 4!K5" in hidden
    assert traite("checksums").stdout == "All data files are the declared ones.\n"


def test_check_says_what_a_person_must_look_at_and_exits_with_1(project: Path, traite: Run, book: Path) -> None:
    traite("add-edition", "2022", str(book), "--invented")
    done = traite("check", "2022", check=1)
    assert "unmatched  Figure 12!B4, B5, B6: words of the title that are not understood: 'Mode', 'recrutement'" in done.stdout
    assert "published  Figure 4!C5: sex=women (form=sexual): 94 %; vie-publique-01 says 82 % (E2022-039)" in done.stdout
    assert "associations: 44 in 2021, 72 now (+28; associations 44 → 72)" in done.stdout
    assert "104 statements checked, 1 to look at, 5 for information." in done.stdout
    assert "For information" not in traite("check", "2022", "--no-notes", check=1).stdout


def test_check_is_content_once_a_person_has_looked(project: Path, traite: Run, book: Path) -> None:
    traite("add-edition", "2022", str(book), "--invented")
    layout = project / "data/layouts/2022.toml"
    text = layout.read_text(encoding="utf-8")
    kept = [line.removeprefix("# ") for line in text.partition("# [[table]]")[2].splitlines() if "population" not in line]
    entry = "[[table]]" + "\n".join(kept).replace('"…"', '"Question hors du champ de la publication."')
    layout.write_text(text.partition("# [[table]]")[0] + entry + "\n", encoding="utf-8")
    done = traite("check", "2022")
    assert "set_aside  Figure 12!B4, B5, B6: Question hors du champ de la publication." in done.stdout
    assert "0 to look at" in done.stdout


def test_check_of_an_edition_without_a_workbook(project: Path, traite: Run) -> None:
    done = traite("check", "2024", check=None)
    assert "Edition 2024, cited figures only" in done.stdout
    assert done.returncode in (0, 1)


def test_a_new_edition_is_one_file_and_one_command(project: Path, traite: Run, next_book: Path) -> None:
    words = ["--invented", "--published", "15 octobre 2026", "--producer", "Miprof"]
    said = traite("add-edition", "2025", str(next_book), *words).stdout
    assert (
        "Edition 2025 (new): La traite des êtres humains en France : le profil des victimes accompagnées par les associations en 2025"
        in said
    )
    assert "shares are about: accompanied_in_france; producers: Miprof; 15 octobre 2026" in said
    assert "complaint" not in said.partition("Missing")[2]
    edition = Catalogue(project).edition(2025)
    assert (edition.number, edition.figures, edition.producers) == (10, None, ["Miprof"])
    assert "2025\t10\tMiprof\t15 octobre 2026\tyes" in traite("editions").stdout
    shown = traite("show", "2025", "--variable", "total").stdout
    assert "accompanied_in_france\t\t\t2675\tcount" in shown
    layout = (project / "data/layouts/2025.toml").read_text(encoding="utf-8")
    assert layout.count("# [[table]]") == 3, "the two that name « autres formes », and the one that nothing explains"
    checked = traite("check", "2025", check=1).stdout
    assert "'Autres formes d’exploitation' is not a category of 2025" in checked


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["2022", "nowhere.xlsx"], "nowhere.xlsx does not exist."),
        (["2022", "{book}"], "Figure 1!B4: the workbook says that its numbers are invented (« Classeur d’exemple »). Add it with --invented"),
        (["2016", "{book}", "--invented"], "There is no edition 2016, and the last one is 2024: a new edition comes after it."),
        (["22", "{book}", "--invented"], "An edition is named by its reference year, as 2025; found '22'."),
        (["2022", "{cut}", "--invented"], "cut.xlsx"),
        (["2022", "{empty}", "--invented"], "empty.xlsx"),
        (["2022", "{words}", "--invented"], "words.xlsx: no table was found."),
        (["2025", "{book}", "--invented", "--share-population", "everyone"], "There is no population 'everyone'."),
        (["2025", "{untitled}", "--invented"], "the population of the shares is not sure"),
        (["2025", "{untitled}", "--invented"], "Say it with --share-population, one of: "),
        (["2023", "{book}", "--invented"], "is not the workbook of 2023: it describes 2022"),
        (["2021", "{book}", "--invented"], "is not the workbook of 2021: it describes 2022"),
        (["2022", "{strange}", "--invented"], "none of its 2 cells is understood as a figure of 2022"),
    ],
)  # fmt: skip
def test_a_wrong_request_is_one_sentence_and_leaves_data_as_it_was(
    project: Path, traite: Run, book: Path, words: list[str], said: str
) -> None:
    files = {name: book.with_name(f"{name}.xlsx") for name in ("cut", "empty", "words", "untitled", "strange")}
    files["cut"].write_bytes(book.read_bytes()[:2000])
    openpyxl.Workbook().save(files["empty"])
    text = openpyxl.Workbook()
    text.active["A1"] = "Ce classeur ne contient que du texte."
    text.save(files["words"])
    strange = openpyxl.Workbook()
    for values in (["Ateliers de 2022"], [], ["Zinc", "2022"], ["Tôle", 5], ["Fonte", 6]):
        strange.active.append(values)
    strange.save(files["strange"])
    other = openpyxl.load_workbook(book)
    for sheet in other:
        sheet["A1"] = "Résultats"
    other.save(files["untitled"])
    before = contents(project / "data")
    done = traite("add-edition", *(w.format(book=book, **files) for w in words), check=1)
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert contents(project / "data") == before


def test_an_edition_gets_one_workbook_only(project: Path, traite: Run, book: Path) -> None:
    traite("add-edition", "2022", str(book), "--invented")
    before = contents(project / "data")
    done = traite("add-edition", "2022", str(book), "--invented", check=1)
    assert f"Edition 2022 already has a workbook, data/raw/2022/{NAME}." in done.stderr
    assert contents(project / "data") == before


def test_another_file_of_the_same_name_is_not_overwritten(project: Path, traite: Run, book: Path) -> None:
    there = project / "data/raw/2022" / NAME
    there.parent.mkdir()
    shutil.copy(book, there)
    there.write_bytes(there.read_bytes() + b" ")
    done = traite("add-edition", "2022", str(book), "--invented", check=1)
    assert f"data/raw/2022/{NAME} already exists with another content." in done.stderr


def test_a_layout_prepared_beforehand_is_checked_and_kept(project: Path, traite: Run, book: Path) -> None:
    layout = project / "data/layouts/2022.toml"
    layout.parent.mkdir(exist_ok=True)
    layout.write_text('sheets = ["Sommaire"]\n', encoding="utf-8")
    before = contents(project / "data")
    done = traite("add-edition", "2022", str(book), "--invented", check=1)
    assert "sheet 'Sommaire': expected, not found" in done.stderr
    assert contents(project / "data") == before
    layout.write_text("# written by hand\n", encoding="utf-8")
    traite("add-edition", "2022", str(book), "--invented")
    assert layout.read_text(encoding="utf-8") == "# written by hand\n"


def test_a_disk_that_fails_leaves_data_as_it_was(project: Path, book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from traite_annexes import adding

    before = contents(project / "data")
    write_files = adding.replace_files

    def failing(folder: Path, files: dict[str, bytes]) -> None:
        if folder == project / "data":
            raise OSError(28, "No space left on device")
        write_files(folder, files)

    monkeypatch.setattr(adding, "replace_files", failing)
    with pytest.raises(TraiteError, match="The edition was not added, data/ is as before: No space left on device"):
        add_edition(Catalogue(project), "2022", book, Details(invented=True))
    assert contents(project / "data") == before
    assert not (project / "data/raw/2022").exists()


def test_chapters_render_from_a_workbook_with_cells_as_places(project: Path, traite: Run, book: Path) -> None:
    """Real papermill, three chapters: complete distributions, each number with its cell, the example marked everywhere."""
    import pandas as pd

    traite("add-edition", "2022", str(book), "--invented")
    traite("render", "2022", "-c", "02", "-c", "03", "-c", "14")
    folder = project / "outputs/2022"
    forms = (folder / "02_formes.html").read_text(encoding="utf-8")
    assert f"({NAME})" in forms
    assert "<td>Figure\u00a02!C4" in forms
    assert "Chiffres d’exemple" in forms
    rows = pd.read_csv(folder / "tables/02_formes.csv", keep_default_na=False)
    own = rows[(rows["source_id"] == "classeur-2022") & (rows["variable"] == "form")]
    assert set(own["locator"]) == {f"Figure 2!{column}{row}" for column in "BC" for row in range(4, 9)}
    assert own["citation"].str.startswith("Classeur d’exemple, chiffres inventés").all()
    sex = (folder / "03_sexe_et_age.html").read_text(encoding="utf-8")
    assert "[s]" in sex
    assert "masqué au titre du secret statistique" in sex.replace("\N{NO-BREAK SPACE}", " ")
    quality = (folder / "14_methode_et_qualite.html").read_text(encoding="utf-8")
    assert "Classeur de données\u00a0: ce qui est repris" in quality
    assert "3 non reconnu" in quality
    manifest = (folder / "manifest.json").read_text(encoding="utf-8")
    assert f'"data/raw/2022/{NAME}": "{sha256(book)}"' in manifest
    for page in ("2022/index.html", "index.html", "2022/datapackage.json"):
        assert "Chiffres d’exemple" in (project / "outputs" / page).read_text(encoding="utf-8")
    cover = openpyxl.load_workbook(folder / "traite_2022.xlsx", read_only=True)
    assert any("Chiffres d’exemple" in str(row[0]) for row in cover["Couverture"].iter_rows(values_only=True))
    withheld = [row for row in cover["Observations"].iter_rows(values_only=True) if "[s]" in row]
    assert withheld
    assert all(row[0].startswith("W2022") for row in withheld)
