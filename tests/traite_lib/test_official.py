"""From a workbook to the chapters: three layouts that say the same, published numbers found in their cells, layouts and drift."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from conftest import ROOT
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet
from workbooks import DATA, FORMS, INVENTED, LAYOUTS, NAME, PUBLISHED_2022, Number, statements, write

from tidy_workbook import Reading, headings, read_workbook
from traite_annexes.adding import Details, add_edition
from traite_lib import metadata, observations, open_edition
from traite_lib.analysis import quality
from traite_lib.catalogue import Catalogue, read_toml, sha256
from traite_lib.errors import CatalogueError, LayoutError, WorkbookError
from traite_lib.loading import official, selection
from traite_lib.loading.official.layouts import Layout, check
from traite_lib.loading.official.lexicon import Lexicon
from traite_lib.nomenclature import Nomenclatures
from traite_lib.table import KEY, SUB_POPULATION

CATALOGUE = Catalogue(ROOT)
WORDS = Nomenclatures(ROOT / "data")
LEXICON = Lexicon(ROOT / "data", WORDS)
FAMILY = ROOT.parent / "shared" / "workbooks" / "development"
NO_LAYOUT = Layout()
YEARS = {edition.years[0] for edition in CATALOGUE.dated}


def matched(path: Path, year: int, layout: Layout = NO_LAYOUT) -> official.Matching:
    return official.match(CATALOGUE.edition(year), read_workbook(path), YEARS, WORDS, LEXICON, layout)


def said(found: official.Matching, year: int) -> dict[tuple[object, ...], tuple[object, ...]]:
    """Statements of a year by key: value, bound, status, base."""
    return {
        (str(s.year), s.population, *s.sub.values(), s.variable, s.category, s.unit): (s.value, s.bound, s.status, s.base)
        for p in found.placed
        if (s := p.statement) and p.state == "observation" and s.year == year
    }


def by_hand(year: int) -> dict[tuple[object, ...], tuple[object, ...]]:
    return {key: (value, bound, status, base) for key, value, bound, status, base in statements(year)}


@pytest.fixture(scope="session")
def books(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, int], Path]:
    """The workbooks of the fixtures: A and B for two years, C with both."""
    folder = tmp_path_factory.mktemp("workbooks")
    return {
        (layout, year): write(folder / f"{layout}_{year}.xlsx", layout, year)
        for layout in LAYOUTS
        for year in DATA
        if layout != "C" or year - 1 in DATA
    }


# -- the three layouts -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("layout", "book", "year"), [("A", 2021, 2021), ("A", 2022, 2022), ("B", 2021, 2021), ("B", 2022, 2022), ("C", 2022, 2021), ("C", 2022, 2022)])  # fmt: skip
def test_each_layout_says_what_was_coded_by_hand(books: dict[tuple[str, int], Path], layout: str, book: int, year: int) -> None:
    assert said(matched(books[layout, book], book), year) == by_hand(year)


@st.composite
def years(draw: st.DrawFn) -> dict[str, list[Number]]:
    """Figures of a year with other numbers: victims by sex in each form, then all that follows from them."""
    data = dict(DATA[2022])
    total = [0, 0, 0, 0]
    for n, (_, form) in enumerate(FORMS):
        counts = draw(st.lists(st.integers(1, 900), min_size=3, max_size=3))
        data[f"sex {form}"] = [*counts, sum(counts)]
        data[f"sex {form}%"] = [*(round(c / sum(counts) * 100, 1) for c in counts), 100]
        data["form"] = [*data["form"][:n], sum(counts), *data["form"][n + 1 :]]
        total = [a + b for a, b in zip(total, [*counts, sum(counts)], strict=True)]
    data["form"] = [*data["form"][:-1], total[3]]
    data["form%"] = [*(round(c / total[3] * 100, 1) for c in data["form"][:-1]), 100]  # type: ignore[operator]
    data["sex"] = list(total)
    data["sex%"] = [*(round(c / total[3] * 100, 1) for c in total[:3]), 100]
    return data


@settings(max_examples=6, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(years())
def test_random_numbers_say_the_same_in_every_layout(tmp_path: Path, data: dict[str, list[Number]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(DATA, 2022, data)
        truth = by_hand(2022)
        for layout in LAYOUTS:
            assert said(matched(write(tmp_path / f"{layout}.xlsx", layout, 2022), 2022), 2022) == truth


def test_a_sheet_without_a_title_of_its_own_says_the_same(tmp_path: Path) -> None:
    assert said(matched(write(tmp_path / "b.xlsx", "B-untitled", 2022), 2022), 2022) == by_hand(2022)


def test_the_invented_numbers_say_so_in_the_workbook(books: dict[tuple[str, int], Path]) -> None:
    for path in books.values():
        assert all(INVENTED.rstrip(".") in cell.note for cell in read_workbook(path).cells)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_is_not_matched_is_listed_with_its_cells(books: dict[tuple[str, int], Path], layout: str) -> None:
    found = matched(books[layout, 2022], 2022)
    left = [p for p in found.placed if p.state in ("unmatched", "ambiguous")]
    assert {p.cell.rows[-1] for p in left} == {"Par une annonce", "Par une connaissance", "Ensemble"}
    assert {words for p in found.placed for words in p.unknown} == {"Mode", "recrutement"}
    assert len(found.placed) == len(found.reading.cells), "every cell is there once"
    frame = official.tidy_frame(found)
    assert list(frame["state"].value_counts().drop(["observation", "control"]).index) == ["unmatched"]
    assert (frame["statement_id"] != "").sum() == (frame["state"] == "observation").sum()
    assert frame.loc[frame["state"] == "unmatched", "why"].str.contains("'Mode', 'recrutement'").all()


@pytest.mark.skipif(not FAMILY.is_dir(), reason="the official workbooks of other subjects (../shared/workbooks) are not there")
def test_official_workbooks_about_other_subjects_give_no_statement() -> None:
    for path in sorted(FAMILY.glob("*.xlsx"), key=lambda file: file.stat().st_size)[:4]:
        found = matched(path, 2022)
        assert {p.state for p in found.placed} <= {"unmatched", "ambiguous", "blank"}, path.name
        assert all(p.why for p in found.placed if p.state != "blank")


# -- in the table and in the chapters ----------------------------------------------------------------------------------
@pytest.fixture
def with_workbook(project: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A copy of the project whose 2022 edition has a workbook, in layout A unless the test says another."""
    add(project, write(tmp_path / NAME, getattr(request, "param", "A"), 2022))
    return project


def add(project: Path, path: Path, key: str = "2022") -> None:
    add_edition(Catalogue(project), key, path, Details(invented=True))
    selection._loaded.cache_clear()


@pytest.mark.parametrize("with_workbook", LAYOUTS, indirect=True)
def test_every_known_published_figure_is_found_in_its_cell(with_workbook: Path) -> None:
    table = observations()
    book = openpyxl.load_workbook(with_workbook / "data/raw/2022" / NAME)
    for variable, category, sub, population, unit, value in PUBLISHED_2022:
        where = dict.fromkeys(SUB_POPULATION, "_T") | sub | {"variable": variable, "category": category, "unit": unit}
        where |= {"population": population or "accompanied_in_france", "period": "2022"}
        rows = table[(table[list(where)] == pd.Series(where)).all(axis=1) & table["retained"]]
        assert len(rows) == 1, where
        row = rows.iloc[0]
        assert (row["value"], row["source_id"]) == (value, "classeur-2022"), where
        sheet, place = row["locator"].split("!")
        written = str(book[sheet][place].value).replace("\u202f", "")
        assert written in (str(value), str(value / 100), "< 1", "moins de 1 %"), (row["locator"], written)


def test_published_figures_are_kept_beside_the_workbook(with_workbook: Path) -> None:
    table = observations()
    before = pd.read_csv(ROOT / "data/published/survey_2022.csv")
    assert set(before["statement_id"]) <= set(table["statement_id"])
    rows = table[table["statement_id"].isin(["E2022-012", "W2022-Figure 2!C4"])].set_index("statement_id")
    assert list(rows.loc[["E2022-012", "W2022-Figure 2!C4"], "retained"]) == [False, True]
    assert rows.loc["W2022-Figure 2!C4", "reason"] == "Valeur exacte, source officielle, classeur de données."
    assert not table.duplicated([*KEY, "retained"], keep=False)[table["retained"]].any()


def test_a_missing_value_of_the_workbook_hides_no_published_one(project: Path, tmp_path: Path) -> None:
    path = write(tmp_path / NAME, "A", 2022)
    edit(path, "Figure 2", lambda sheet: sheet.cell(4, 3, "s"))
    edit(path, "Figure 2", lambda sheet: sheet.cell(16, 1, "s : secret statistique."))
    add(project, path)
    found = open_edition(2022).indicator("form", "sexual")
    assert (found.value, found.frame["source_id"].item()) == (76, "interieur-01")
    hidden = observations().set_index("statement_id").loc["W2022-Figure 2!C4"]
    assert (hidden["status"], hidden["confidentiality"], hidden["retained"]) == ("Q", "C", False)


def test_a_confidential_cell_is_shown_as_such_and_draws_nothing(with_workbook: Path) -> None:
    result = open_edition(2022).distribution("sex", by="form")
    hidden = result.frame[result.frame["form"] == "other"]
    assert set(hidden["text"]) == {"[s]"}
    assert hidden["value"].isna().all()
    found = open_edition(2022).indicator("sex", "women", form="other")
    assert not found
    assert found.absent.startswith("Masqué (secret statistique) pour cette édition")


def test_a_total_is_a_base_and_no_modality(with_workbook: Path) -> None:
    survey = open_edition(2022)
    age = survey.distribution("age")
    assert set(age.frame["category"]) == {"adult", "minor", "15_to_17"}
    assert set(age.frame.loc[age.frame["unit"] == "percent", "base"]) == {2556}
    figures = survey.statistics("age", title="Âge")
    assert "_T" not in set(figures.frame["category"])
    assert survey.totals("accompanied_in_france").value == 2675


def test_a_distribution_is_complete_where_published_figures_were_fragments(with_workbook: Path) -> None:
    nations = open_edition(2022).distribution("nationality").frame
    shares = nations[nations["unit"] == "percent"]
    assert shares["value"].sum() == 100
    assert set(shares["source_id"]) == {"classeur-2022"}
    assert list(shares["category"]) == ["NGA", "FRA", "BRA", "ROU", "CHN", "other_nationalities"], (
        "others come last, however many"
    )


def test_chapter_14_shows_disagreements_cells_and_what_was_left(with_workbook: Path) -> None:
    survey = open_edition(2022)
    shown = metadata.judgements(survey).frame
    kept = shown[(shown["Statistique"] == "Sexe : femmes") & (shown["Décision"] == "retenu")]
    assert (str(kept["Source"].iloc[0])[-len(NAME) - 2 :], kept["Cellule"].iloc[0]) == (f"({NAME})", "Figure 4!C5")
    assert {"82 %", "96 %"} <= {text.replace("\u00a0", " ") for text in shown["Valeur"]}
    tables = metadata.workbook(survey).frame.set_index("Feuille")
    assert tables.loc["Figure 12", "Autres cellules"] == "3 non reconnu"
    assert tables.loc["Figure 2", "Chiffres repris"] == "11"
    assert metadata.workbook(open_edition(2024)).frame.empty
    assert "Chiffres d’exemple" in survey.heading().text


def test_rounding_is_no_disagreement(project: Path, tmp_path: Path) -> None:
    path = write(tmp_path / NAME, "A", 2022)
    edit(path, "Figure 2", lambda sheet: sheet.cell(4, 3, 76.4))
    add(project, path)
    assert ("form", "sexual") not in disagreeing()
    edit(project / "data/raw/2022" / NAME, "Figure 2", lambda sheet: sheet.cell(4, 3, 77.6))
    declare(project)
    assert ("form", "sexual") in disagreeing()


def disagreeing() -> set[tuple[str, str]]:
    """Statistics of 2022 on which sources do not agree."""
    survey = open_edition(2022)
    found = quality.disagreements(survey.observations.query("edition == '2022'"), survey.nomenclatures)
    return set(zip(found["variable"], found["category"], strict=True))


@pytest.mark.parametrize("with_workbook", ["C"], indirect=True)
def test_an_earlier_year_of_a_workbook_completes_its_edition(with_workbook: Path) -> None:
    women = open_edition(2021).indicator("sex", "women")
    assert (women.value, women.frame["locator"].item(), women.frame["base"].item()) == (80, "T3!C5", 2637)
    series = open_edition(2022).series("sex", "women").frame
    assert list(series.loc[series["period"].isin(["2021", "2022"]), "value"]) == [80, 82]


def test_the_edition_s_own_workbook_comes_before_a_later_one(project: Path, tmp_path: Path) -> None:
    add(project, write(tmp_path / "2021.xlsx", "A", 2021), "2021")
    add(project, write(tmp_path / NAME, "C", 2022))
    assert open_edition(2021).indicator("sex", "women").frame["locator"].item() == "Figure 3!C4"


def test_the_tidy_table_is_open_to_the_researcher(with_workbook: Path) -> None:
    cells = open_edition(2022).workbook("Figure 12")
    assert list(cells["value"]) == [800, 1200, 2000]
    assert list(cells["rows"]) == ["Par une annonce", "Par une connaissance", "Ensemble"]
    assert set(cells["state"]) == {"unmatched"}
    with pytest.raises(WorkbookError, match=r"There is no sheet 'Figure 13'\. Available: Figure 1, .*Did you mean"):
        open_edition(2022).workbook("Figure 13")
    assert open_edition(2024).workbook().empty


# -- the catalogue -----------------------------------------------------------------------------------------------------
def declare(project: Path) -> None:
    """Declare the present content of the workbook of 2022."""
    catalogue = project / "data/editions.toml"
    workbook = Catalogue(project).edition(2022).workbook
    assert workbook
    text = catalogue.read_text(encoding="utf-8").replace(workbook.sha256, sha256(project / "data" / workbook.path))
    catalogue.write_text(text, encoding="utf-8")
    selection._loaded.cache_clear()


def test_a_workbook_is_one_of_the_files_that_the_catalogue_answers_for(with_workbook: Path) -> None:
    assert f"raw/2022/{NAME}" in [file.path for file in Catalogue(with_workbook).files()]
    edit(with_workbook / "data/raw/2022" / NAME, "Figure 2", lambda sheet: sheet.cell(4, 3, 67))
    with pytest.raises(CatalogueError, match=rf"data/raw/2022/{NAME} has changed"):
        selection.load()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('path = "raw/2022/', 'path = "published/', "a workbook lies below raw/"),
        (
            'source_id = "classeur-2022"\nlayout',
            'source_id = "classeur"\nlayout',
            "edition 2022, workbook, source_id: Available:",
        ),
        ('layout = "layouts/2022.toml"', 'layout = "layouts/2023.toml"', "data/layouts/2023.toml is missing"),
    ],
)
def test_a_wrong_declaration_is_one_sentence(with_workbook: Path, old: str, new: str, said: str) -> None:
    path = with_workbook / "data/editions.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(Exception, match=said):
        selection.load()


def test_a_workbook_is_read_once_in_a_process(with_workbook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Path] = []

    def counted(path: Path) -> Reading:
        read.append(path)
        return read_workbook(path)

    official.statements._read.cache_clear()
    monkeypatch.setattr(official.statements, "open_workbook", counted)
    open_edition(2022).workbook()
    open_edition(2021)
    metadata.workbook(open_edition(2022))
    assert len(read) == 1


# -- layouts and drift -------------------------------------------------------------------------------------------------
def edit(path: Path, sheet: str, change: Callable[[Worksheet], object]) -> None:
    book = openpyxl.load_workbook(path)
    change(book[sheet])
    book.save(path)


def described(project: Path, **more: str) -> Layout:
    """The layout of 2022 with an entry for the table that no nomenclature knows: taken as sexes, to see where it goes."""
    found = official.matching(Catalogue(project).edition(2022), Catalogue(project), WORDS)
    assert found
    columns, rows = headings([p.cell for p in found.placed if (p.cell.sheet, p.cell.table) == ("Figure 12", "1")])
    entry = {"population": '"accompanied"', "variable": '"duration"', "labels": '{ "Par une annonce" = "over_18_months", "Par une connaissance" = "" }'}  # fmt: skip
    lines = ["[[table]]", 'sheet = "Figure 12"', 'area = "A3:B6"', *(f"{k} = {v}" for k, v in (entry | more).items())]
    lines += [f"columns = {{ B = {columns['B']!r} }}", "rows = { " + ", ".join(f"{k} = {v!r}" for k, v in rows.items()) + " }"]
    path = project / "data/layouts/2022.toml"
    path.write_text(path.read_text(encoding="utf-8") + "\n".join(lines) + "\n", encoding="utf-8")
    selection._loaded.cache_clear()
    return read_toml(path, Layout)


def test_a_few_lines_of_layout_take_a_table_in(with_workbook: Path) -> None:
    described(with_workbook)
    rows = observations().set_index("statement_id")
    row = rows.loc["W2022-Figure 12!B4"]
    assert (row["variable"], row["category"], row["population"], row["value"]) == (
        "duration",
        "over_18_months",
        "accompanied",
        800,
    )
    state = open_edition(2022).workbook("Figure 12").set_index("cell")["state"]
    assert state.to_dict() == {"B4": "observation", "B5": "set_aside", "B6": "observation"}


@pytest.mark.parametrize(
    ("sheet", "change", "said"),
    [
        ("Figure 12", lambda s: s.cell(3, 2, "Part"), "sheet 'Figure 12', cell B3: expected 'Nombre', found 'Part'"),
        ("Figure 12", lambda s: s.cell(5, 1, "Par un proche"), "sheet 'Figure 12', cell A5: expected 'Par une connaissance', found 'Par un proche'"),
        ("Figure 12", lambda s: s.insert_rows(6), "sheet 'Figure 12'"),
        ("Figure 12", lambda s: s.insert_rows(1), "sheet 'Figure 12': a table in A3:B6 was expected, found A4:B7"),
        ("Figure 12", lambda s: setattr(s, "title", "Figure 13"), "sheet 'Figure 12': expected, not found\nsheet 'Figure 13': found, not expected"),
    ],
)  # fmt: skip
def test_drift_stops_and_names_the_cells(
    with_workbook: Path, sheet: str, change: Callable[[Worksheet], object], said: str
) -> None:
    described(with_workbook)
    edit(with_workbook / "data/raw/2022" / NAME, sheet, change)
    declare(with_workbook)
    with pytest.raises(LayoutError) as raised:
        selection.load()
    assert said in str(raised.value)
    assert f"{NAME} is not the workbook that data/layouts/2022.toml was written for" in str(raised.value)


def test_the_order_of_sheets_is_part_of_a_layout(with_workbook: Path) -> None:
    book = openpyxl.load_workbook(with_workbook / "data/raw/2022" / NAME)
    book.move_sheet("Figure 2", -1)
    book.save(with_workbook / "data/raw/2022" / NAME)
    layout = read_toml(with_workbook / "data/layouts/2022.toml", Layout)
    with pytest.raises(LayoutError, match="sheets: expected in the order Figure 1, Figure 2"):
        check(layout, read_workbook(with_workbook / "data/raw/2022" / NAME), "layouts/2022.toml")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('population = "acompanied"', "acompanied"),
        ('set_aside = "motif"\npopulation = "accompanied"', "give either set_aside"),
        ('population = "accompanied"\nlabels = { a = "b" }', "labels need the variable"),
        ('populaton = "accompanied"', "Did you mean 'population'"),
        ('population = "accompanied"\nunit = "pourcent"', "unit: Input should be '', 'count' or 'percent'"),
    ],
)
def test_a_wrong_layout_is_one_sentence(with_workbook: Path, line: str, said: str) -> None:
    path = with_workbook / "data/layouts/2022.toml"
    entry = f'\n[[table]]\nsheet = "Figure 12"\narea = "A3:B6"\ncolumns = {{ B = "Nombre" }}\n{line}\n'
    path.write_text(path.read_text(encoding="utf-8") + entry, encoding="utf-8")
    with pytest.raises(Exception, match=said) as raised:
        selection.load()
    assert type(raised.value).__module__ == "traite_lib.errors"


# -- mutations: read right, or refused, never silently wrong -----------------------------------------------------------
def right_or_refused(path: Path, truth: dict[tuple[object, ...], tuple[object, ...]] | None = None) -> int:
    """Check that every statement is one that was coded by hand; returns how many are no longer there."""
    truth = truth or by_hand(2022)
    found = said(matched(path, 2022), 2022)
    wrong = {key: (value, truth.get(key)) for key, value in found.items() if value[:3] != truth.get(key, ())[:3]}
    assert wrong == {}
    return len(truth) - len(found)


MUTATIONS: dict[str, tuple[str, Callable[[Worksheet], object], bool]] = {
    "a row more above": ("Figure 3", lambda s: s.insert_rows(1, 3), True),
    "a column more on the left": ("Figure 3", lambda s: s.insert_cols(1), True),
    "a header renamed to one that is unknown": ("Figure 3", lambda s: s.cell(3, 3, "Indice"), False),
    "a share under the word of a number": ("Figure 2", lambda s: s.cell(3, 3, "Nombre (en %)"), True),
    "a label renamed to one that is unknown": ("Figure 3", lambda s: s.cell(5, 1, "Autres personnes"), False),
    "a row more, unknown": ("Figure 3", lambda s: (s.insert_rows(6), s.cell(6, 1, "Personnes agenres"), s.cell(6, 2, 1), s.cell(6, 3, 0)), True),
    "a title without its words": ("Figure 4", lambda s: s.cell(1, 1, "Figure 4 – Ce que disent les associations"), False),
    "another variable in the title": ("Figure 3", lambda s: s.cell(1, 1, "Figure 3 – Répartition par âge en 2022"), False),
    "no Champ": ("Figure 3", lambda s: s.delete_rows(9), False),
    "another year in the title": ("Figure 3", lambda s: s.cell(1, 1, "Figure 3 – Sexe des victimes en 2020"), False),
    "a share above 100": ("Figure 3", lambda s: s.cell(4, 3, 820), False),
    "an error": ("Figure 3", lambda s: s.cell(4, 3, "#REF!"), False),
    "a spanner moved with its numbers": ("Figure 4", lambda s: _swap(s), True),
}  # fmt: skip


def _swap(sheet: Worksheet) -> None:
    for row in range(3, 9):
        for one, two in ((2, 4), (3, 5)):
            a, b = sheet.cell(row, one), sheet.cell(row, two)
            if row > 3 or one == 2:
                a.value, b.value = b.value, a.value


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutation_is_read_right_or_refused(tmp_path: Path, name: str) -> None:
    sheet, change, whole = MUTATIONS[name]
    path = write(tmp_path / "a.xlsx", "A", 2022)
    edit(path, sheet, change)
    assert (right_or_refused(path) == 0) is whole


@pytest.mark.parametrize("column", [2, 3])
def test_a_fraction_is_not_taken_for_a_percentage(tmp_path: Path, column: int) -> None:
    path = write(tmp_path / "a.xlsx", "A", 2022)
    edit(path, "Figure 3", lambda s: [s.cell(row, column, s.cell(row, column).value / 100) for row in range(4, 8)])
    found = said(matched(path, 2022), 2022)
    for key, (value, *_) in found.items():
        if key[7:] in (("sex", "women", "percent"), ("sex", "women", "count")) and key[2] == key[4] == "_T":
            assert value in (82.0, 2194.0)


def test_labels_swapped_without_their_numbers_are_seen_by_the_check(project: Path, tmp_path: Path) -> None:
    from traite_annexes.checks import check_edition

    path = write(tmp_path / NAME, "A", 2022)
    edit(path, "Figure 4", lambda s: (s.cell(3, 2, "Exploitation par le travail"), s.cell(3, 4, "Exploitation sexuelle")))
    add(project, path)
    survey = open_edition(2022)
    rows = survey.observations[survey.observations["statement_id"].str.startswith("W2022-")]
    looks = [f for f in check_edition(rows, survey.observations, survey.catalogue, WORDS) if f.level == "look"]
    assert any(f.where == "Figure 4!E5" and "53 %" in f.text and "94 %" in f.text for f in looks)
