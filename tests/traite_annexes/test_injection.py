"""Texts of data that would be more than words: refused where they enter, shown as they are where they may enter."""

from __future__ import annotations

import csv
import io
import os
import pty
import re
import subprocess
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
import workbooks
from commands import TRAITE, contents, edit_cell, traite
from conftest import copy_project
from pydantic import ValidationError
from pypdf import PdfReader
from test_batch import only

import traite_lib.loading.derived
import traite_lib.loading.official.layouts
import traite_lib.nomenclature  # noqa: F401
from traite_annexes.adding import Details, add_edition
from traite_lib.catalogue import Catalogue, Strict, plain_words
from traite_lib.errors import TraiteError

if TYPE_CHECKING:
    from playwright.sync_api import Browser

REFUSED = {
    "tag": "<img src=x onerror=alert(1)>", "closing": "</title><script>alert(1)</script>", "comment": "<!-- x",
    "template": "{{ 7 * 7 }}", "block": "{% for x in y %}", "link": "[ici](javascript:alert(1))", "reference": "[ici][1]",
    "image": "![x](http://evil.example/x.png)", "direction": "abc\u202efdp.exe", "isolate": "a\u2066b", "escape": "\x1b[31mrouge",
    "bell": "a\x07", "return": "a\rb", "C1": "a\x9b31m", "formula": "=HYPERLINK(\"http://evil.example\")", "at": "@SUM(A1)",
    "plus": "+cmd|' /C calc'!A0", "minus": "-2+3+SUM(A1)", "spaced": " =1+1", "dde": "-1+cmd|' /C calc'!A0",
}  # fmt: skip
SHOWN = "\"'>& *gras* _ital_ `code` 1 < 2 {x} onload=alert(1) javascript:alert(1) \\ $x$ ~~barré~~ [b]gras[/b] [/i] ‰"
"""What is left of all that in a text that may enter."""


def _models(top: type[Strict] = Strict) -> Iterator[type[Strict]]:
    for model in top.__subclasses__():
        yield model
        yield from _models(model)


def _texts() -> list[tuple[type[Strict], str]]:
    """Every field of every kind of file of data/ that holds text."""
    return [
        (model, field.alias or name)
        for model in _models()
        for name, field in model.model_fields.items()
        if field.annotation is str or str in typing.get_args(field.annotation)
    ]


def test_no_field_of_data_takes_more_than_words() -> None:
    alive = []
    for model, field in _texts():
        kinds = {f.alias or name: str(f.annotation) for name, f in model.model_fields.items()}
        for name, payload in REFUSED.items():
            value = [payload] if kinds[field].startswith("list") else payload
            try:
                model.model_validate({field: value})
            except ValidationError as error:
                if any(found["loc"][:1] == (field,) for found in error.errors()):
                    continue
            alive.append((model.__name__, field, name))
    print(f"{len(_texts())} fields × {len(REFUSED)} texts, {len(alive)} alive")
    assert len(_texts()) > 60
    assert alive == []


@pytest.mark.parametrize(
    "text", ["+9 % depuis 2016", "-3", "- de 18 ans", "1 < 2", "[…]", "a\nb", "« x » (2022)", "−5", "+0,5 point"]
)
def test_ordinary_words_enter(text: str) -> None:
    assert plain_words(text) == text


@pytest.mark.parametrize("name", REFUSED)
def test_more_than_words_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="plain words were expected"):
        plain_words(REFUSED[name])


@pytest.mark.parametrize("name", ["closing", "link", "formula", "escape"])
def test_a_cited_figure_with_more_than_words_is_one_sentence(project: Path, name: str) -> None:
    path = project / "data/published/survey_2022.csv"
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    rows[1][-1] = REFUSED[name]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    traite("checksums", "--write", root=project)
    done = traite("show", "2022", root=project, check=1)
    assert "survey_2022.csv, line 2, column" in done.stderr
    assert "Traceback" not in done.stderr


def test_options_of_the_command_are_data_too(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(workbooks.DATA, 2025, workbooks.DATA[2022])
    book = workbooks.write(tmp_path / "classeur.xlsx", "A", 2025)
    for option in ("--title", "--producer", "--published", "--url"):
        done = traite("add-edition", "2025", str(book), "--invented", option, REFUSED["tag"], root=project, check=1)
        assert "plain words were expected" in done.stderr, option
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["=1+1", "@SUM(A1)", "<b>A", "{{ 7 }}"])
def test_the_name_of_a_sheet_is_data_too(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setitem(workbooks.DATA, 2025, workbooks.DATA[2022])
    path = workbooks.write(tmp_path / "classeur.xlsx", "A", 2025)
    book = openpyxl.load_workbook(path)
    for number, sheet in enumerate(book.worksheets):
        sheet.title = f"{name}{number}"
    book.save(path)
    before = contents(project / "data")
    with pytest.raises(TraiteError, match=r"classeur.xlsx, .*!A?[A-Z]\d+: plain words were expected, found"):
        add_edition(Catalogue(project), "2025", path, Details(invented=True))
    assert contents(project / "data") == before


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rendered project whose edition says everything that may enter, in each of its texts; tests only read it."""
    project = copy_project(tmp_path_factory.mktemp("injection") / "projet à {part}")
    only(project, "02_formes", "14_methode_et_qualite")
    path = project / "data/editions.toml"
    text = path.read_text(encoding="utf-8")
    head, mark, rest = text.partition('key = "2022"')
    literal = '"' + SHOWN.replace("\\", "\\\\").replace('"', '\\"') + '"'
    end = rest.find("\n[[edition]]")
    entry = rest[:end]
    for field, value in {"title": literal, "published": literal, "note": literal, "producers": f"[{literal}]"}.items():
        pattern = rf"^{field} = .*$"
        entry = re.sub(pattern, lambda _, new=f"{field} = {value}": new, entry, count=1, flags=re.MULTILINE)  # type: ignore[misc]
    path.write_text(head + mark + entry + rest[end:], encoding="utf-8")
    assert entry.count("onload=alert(1)") >= 3
    traite("render", "2022", root=project)
    return project


def test_what_may_enter_is_shown_as_it_is_and_nothing_runs(hostile: Path, browser: Browser) -> None:
    pages = sorted((hostile / "outputs").rglob("*.html"))
    tab = browser.new_page()
    said: list[str] = []
    asked: list[str] = []
    tab.on("dialog", lambda dialog: (said.append(f"dialog {dialog.message}"), dialog.dismiss()))
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("request", lambda request: asked.append(request.url))
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "default-src 'none'" in text
        tab.goto(page.as_uri())
        found: Any = tab.evaluate(
            "() => [...document.querySelectorAll('*')].flatMap((e) => [...e.attributes].map((a) => `${a.name}=${a.value}`))"
            ".filter((a) => /^on|^(href|src)=\\s*javascript:/i.test(a))"
        )
        assert found == [], page
        for button in tab.get_by_role("button").all()[:6]:
            if button.is_visible() and "Chercher" not in button.inner_text():
                button.click()
    tab.goto((hostile / "outputs/recherche.html").as_uri() + "?mots=formes")
    tab.locator("#nombre", has_text="passages").wait_for()
    tab.close()
    print(f"{len(pages)} pages, {len(asked)} requests, {len(said)} messages")
    assert said == [], "no dialog, no error, no violation of the policy"
    assert all(url.startswith(("file:", "data:", "blob:")) for url in asked), asked


def test_an_injected_script_would_not_run(hostile: Path, browser: Browser, tmp_path: Path) -> None:
    """The policy holds where everything else would have failed."""
    page = (hostile / "outputs/2022/02_formes.html").read_text(encoding="utf-8")
    for evil in ("<script>document.title='alive'</script>", "<img src=x onerror=\"document.title='alive'\">"):
        (tmp_path / "x.html").write_text(page.replace("</h1>", f"</h1>{evil}", 1), encoding="utf-8")
        tab = browser.new_page()
        tab.goto((tmp_path / "x.html").as_uri())
        assert tab.title() != "alive"
        tab.close()


def test_tables_hold_no_live_formula(hostile: Path) -> None:
    folder = hostile / "outputs/2022"
    cells = 0
    for path in folder.rglob("*.csv"):
        for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8"))):
            for cell in row:
                plain_words(cell)
                cells += 1
    for sheet in openpyxl.load_workbook(folder / "traite_2022.xlsx"):
        for line in sheet.iter_rows():
            for place in line:
                assert place.data_type != "f", place
                cells += 1
    print(f"{cells} cells, 0 formulas")


def on_a_terminal(*words: str, root: Path) -> str:
    """What a command writes on a terminal."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TRAITE_ROOT": str(root), "TERM": "xterm", "COLUMNS": "400"}
    started = subprocess.Popen([*TRAITE, *words], env=environment, stdout=theirs, stderr=theirs, stdin=subprocess.DEVNULL)
    os.close(theirs)
    said = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # Linux: nobody holds the other end any more
            part = b""
        if not part:
            break
        said += part
    os.close(ours)
    started.wait()
    return said.decode()


COLOURS = re.compile(r"\x1b\[(\?25[hl]|[\d;]*[mKA])")
"""What rich writes itself: colours, and the bar that it draws again."""
ALIVE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def test_a_terminal_is_told_words_alone(hostile: Path) -> None:
    for words in (("editions",), ("show", "2022"), ("show", "2022", "--variable", "form"), ("check", "2022")):
        for said in (on_a_terminal(*words, root=hostile), traite(*words, root=hostile, check=None).stdout):
            assert ALIVE.search(COLOURS.sub("", said)) is None, words
            assert "Traceback" not in said
            if words == ("editions",):
                assert "[b]gras[/b] [/i]" in said, "words, no markup of the terminal"


def test_what_a_chapter_says_as_it_fails_is_no_command_to_the_terminal(project: Path) -> None:
    only(project, "02_formes")
    edit_cell(project / "notebooks/02_formes.ipynb", 2, r"raise ValueError('\x1b]0;titre\x07 \x1b[31mrouge \u202e [/i] \x9b31m')")
    for said in (on_a_terminal("render", "2022", root=project), traite("render", "2022", root=project, check=1).stderr):
        assert "titre" in said
        assert "[/i]" in said
        assert ALIVE.search(COLOURS.sub("", said)) is None


def test_a_pdf_shows_it_and_does_nothing(hostile: Path) -> None:
    pdf = pytest.importorskip("traite_annexes.publishing.pdf")
    try:
        made = pdf.convert((hostile / "outputs/2022/index.html").read_text(encoding="utf-8"))
    except TraiteError as error:
        pytest.skip(str(error))
    reader = PdfReader(io.BytesIO(made))
    text = " ".join(page.extract_text() for page in reader.pages)
    assert "onload=alert(1)" in text
    waiting: list[Any] = [reader.get_object(number) for number in (*reader.xref_objStm, *reader.xref.get(0, {})) if number]
    names, addresses = set[str](), list[str]()
    while waiting:
        entry = waiting.pop()
        if isinstance(entry, dict):
            names |= entry.keys()
            addresses += [str(entry["/URI"])] if "/URI" in entry else []
            waiting += entry.values()
        elif isinstance(entry, list):
            waiting += entry
    assert {"/JS", "/JavaScript", "/AA", "/Launch", "/OpenAction", "/EmbeddedFiles", "/SubmitForm"} & names == set()
    assert len(addresses) > 3
    schemes = {found[1] for address in addresses if (found := re.match(r"([A-Za-z][\w+.-]*):", address))}
    assert schemes <= {"http", "https", "mailto"}
