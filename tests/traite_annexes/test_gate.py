"""The gate: what it refuses, in each kind of file, and that it lets annexes through as they are rendered."""

from __future__ import annotations

import base64
import io
import json
import shutil
import struct
import zipfile
import zlib
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from commands import traite
from conftest import EDITIONS, copy_project
from withheld import HIDDEN, release

from traite_annexes.publishing import gate
from traite_lib.catalogue import INTERNAL, Catalogue
from traite_lib.presentation.tables import Table

STATEMENT = f"{HIDDEN[0]}/count"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose demonstrations have hidden cells."""
    copy = copy_project(tmp_path_factory.mktemp("released"))
    for edition in ("demo2020", "demo2021", "demo2022"):
        release(copy, edition)
    return copy


@pytest.fixture(scope="module")
def annexes(project: Path) -> Path:
    """Two chapters of it, rendered: the gate stands at the end of a render."""
    traite("render", "demo2022", "-c", "02", "-c", "14", root=project)
    return project / "outputs" / "demonstration" / "demo2022"


@pytest.fixture
def found(project: Path) -> gate.Gate:
    catalogue = Catalogue(project, synthetic=True)
    return gate.of(catalogue.edition("demo2022"), catalogue, ["Les Amis de l’Hirondelle"])


def test_annexes_pass_as_they_are_rendered_with_their_record_and_their_profile(annexes: Path, project: Path) -> None:
    assert "profile publication" in traite("gate", str(annexes), root=project).stdout
    record = (project / "data/released/demo2022.json").read_bytes()
    assert (annexes / "disclosure.json").read_bytes() == record
    manifest = json.loads((annexes / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["profile"] == "publication"
    assert "disclosure.json" in manifest["outputs"]
    assert "data/released/demo2022.json" in manifest["inputs"]
    assert "disclosure.json" in (annexes / "index.html").read_text(encoding="utf-8")
    page = (annexes / "14_methode_et_qualite.html").read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
    for said in (
        "sous le profil « publication »",
        "sont masquées",
        "Nombre minimal d’associations",
        "2020 (démonstration) et 2021 (démonstration)",
    ):
        assert said in page
    assert "Profil de diffusion" in (annexes / "02_formes.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["02_formes.html", "figures/new.csv", "failures", "data"])
def test_what_was_touched_added_or_is_stale_is_refused(annexes: Path, project: Path, tmp_path: Path, name: str) -> None:
    copy = shutil.copytree(annexes, tmp_path / "demo2022")
    catalogue = Catalogue(project, synthetic=True)
    if name == "data":
        told = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
        told["inputs"]["data/breaks.toml"] = "0" * 64
        (copy / "manifest.json").write_text(json.dumps(told), encoding="utf-8")
        name = "data/breaks.toml"
    elif name == "failures":
        (copy / "manifest.json").unlink()
        name = "manifest.json"
    else:
        with (copy / name).open("a", encoding="utf-8") as file:
            file.write(" ")
    said = gate.refusals(catalogue.edition("demo2022"), copy, catalogue)
    assert [line for line in said if line.startswith(f"{name}: ")], said


def test_an_internal_edition_is_marked_and_stays(project: Path, tmp_path: Path) -> None:
    copy = copy_project(tmp_path / "internal")
    release(copy, profile="internal", hidden=[])
    traite("render", "demo2022", "-c", "02", root=copy)
    folder = copy / "outputs" / "demonstration" / "demo2022"
    numbers = [*folder.glob("*.xlsx"), *folder.glob("observations*"), *folder.glob("tables/*"), *folder.glob("figures/*")]
    assert len(numbers) > 5
    assert [path.name for path in numbers if "ne-pas-diffuser" not in path.name] == []
    for page in folder.glob("*.html"):
        assert INTERNAL in page.read_text(encoding="utf-8").partition("</title>")[0], page.name
    book = zipfile.ZipFile(next(folder.glob("*.xlsx"))).read("xl/sharedStrings.xml").decode()
    assert INTERNAL in book
    for command in (("gate", str(folder)), ("bundle", "demo2022")):
        done = traite(*command, root=copy, check=1)
        assert "internal" in done.stderr


def png(*texts: str, after: bytes = b"") -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    chunks = [chunk(b"tEXt", b"Comment\0" + texts[0].encode()), chunk(b"zTXt", b"Note\0\0" + zlib.compress(texts[-1].encode()))]
    return b"\x89PNG\r\n\x1a\n" + b"".join([*chunks, chunk(b"IEND", b"")]) + after


def xlsx(*rows: tuple[object, ...], comment: str = "") -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties({"comments": comment})
        for number, row in enumerate(rows):
            book.add_worksheet().write_row(number, 0, row)
    return buffer.getvalue()


def zipped(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def notebook(**output: object) -> bytes:
    return json.dumps({"cells": [{"outputs": [output]}], "metadata": {}}).encode()


def row(value: str) -> bytes:
    return f"statement_id,value,unit,locator,population\n{STATEMENT},{value},count,records,accompanied\n".encode()


PATH, MAIL = "/Users/someone/answers/export.csv", "someone@association.example.org"
TABLE = "<table><tr><th>{}</th><td class='number'>{}</td></tr></table>"


def ours(value: str) -> str:
    """A table as pages show them."""
    frame = pd.DataFrame({"Référence": ["autre", STATEMENT], "Statistique": ["15 ans", "17 ans"], "Valeur": ["60", value]})
    return Table(frame, "Provenance", numeric=("Valeur",)).html()


FRAME = pd.DataFrame({"statement_id": [STATEMENT], "value": [3]}).to_html()
HEADED = f"<table><tr><th>Référence<th class=number>number<tr><th>{STATEMENT}<td>3</table>"


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.txt", f"lu dans {PATH}".encode(), "an absolute path"),
        ("a.txt", rb"lu dans C:\Users\someone\export.csv", "an absolute path"),
        ("a.html", f"<p>Écrire à {MAIL}</p>".encode(), "an e-mail"),
        ("a.html", f"<p>{MAIL.replace('@', '&#64;')}</p>".encode(), "an e-mail"),
        ("a.html", b"<!-- 192.168.10.24 -->", "an IP"),
        ("a.html", b"<table><tr><th>token</th><th>ipaddr</th></tr></table>", "a record of answers"),
        ("a.csv", b"id,submitdate,lastpage,startlanguage\n1,2,3,4\n", "these columns"),
        ("a.csv", b"association,response,slot\n1,2,3\n", "these columns"),
        ("a.csv", row("3"), "is hidden"),
        ("a.csv", row("3").replace(STATEMENT.encode(), b"other"), "a count below 5"),
        ("a.svg", f"<svg><desc>{PATH}</desc></svg>".encode(), "an absolute path"),
        ("a.json", json.dumps({"x": [{"y": MAIL}]}).encode(), "an e-mail"),
        ("a.js", b"Traceback (most recent call last)", "a traceback"),
        ("a.ipynb", notebook(output_type="error", ename="KeyError"), "a cell that failed"),
        ("a.ipynb", notebook(text=["Traceback (most recent", " call last):"]), "a traceback"),
        ("a.ipynb", notebook(data={"text/plain": MAIL, "image/png": "AAAA"}), "an e-mail"),  # then it cannot be read
        ("a.txt", b"file:///export.csv", "the address of a file"),
        ("a.ipynb", notebook(text=f"{STATEMENT} | trans | 3.00 victimes\n"), "is hidden"),
        ("a.ipynb", notebook(data={"text/html": ours("3")}), "is hidden"),
        ("a.ipynb", notebook(data={"text/html": FRAME}), "is hidden"),
        ("a.html", ours("3").encode(), "is hidden"),
        ("a.html", HEADED.encode(), "is hidden"),
        ("a.ipynb", notebook(data={"text/html": TABLE.format(STATEMENT, 3)}), "is hidden"),
        ("a.ipynb", notebook(data={"image/png": base64.b64encode(png(PATH)).decode()}), "an absolute path"),
        ("a.ipynb", notebook(data={"text/html": "<td>0a1b2c3d4e5f</td>"}), "a pseudonym"),
        ("a.html", TABLE.format(STATEMENT, 3).encode(), "is hidden"),
        ("a.html", f'<img src="data:image/png;base64,{base64.b64encode(png("x", MAIL)).decode()}">'.encode(), "an e-mail"),
        ("a.html", b"<p>Les AMIS de l&rsquo;hirondelle</p>", "the name of an association"),
        ("a.png", png(PATH), "an absolute path"),
        ("a.png", png("x", MAIL), "an e-mail"),
        ("a.png", png("x", after=b"PK"), "follows the end"),
        ("a.xlsx", xlsx((STATEMENT, "victimes", 3)), "is hidden"),
        ("a.xlsx", xlsx(("x",), comment=MAIL), "an e-mail"),
        ("a.zip", zipped("b.zip", zipped("c.txt", PATH.encode())), "an absolute path"),
        ("a.zip", b"PK no zip", "cannot be read"),
        ("a.pickle", b"", "of this kind"),
    ],
)  # fmt: skip
def test_it_refuses_in_any_file(found: gate.Gate, name: str, content: bytes, why: str) -> None:
    found.look(name, content)
    assert found.refused
    assert all(line.startswith(name) for line in found.refused)
    assert any(why in line for line in found.refused), found.refused
    assert not any(secret in line for line in found.refused for secret in (PATH, MAIL, "Hirondelle")), "it repeats nothing"


def test_it_refuses_what_a_pdf_says_and_how_it_is_described(found: gate.Gate) -> None:
    pdf = pytest.importorskip("traite_annexes.publishing.pdf")
    try:
        found.look("a.pdf", pdf.convert(f'<html lang="fr"><title>{MAIL}</title><p>{PATH}</p></html>'))
    except Exception as error:
        pytest.skip(f"no PDF here: {error}")
    assert {line.rpartition(": ")[2] for line in found.refused} == {"an e-mail address.", "an absolute path."}


def test_it_refuses_nothing_of_what_annexes_say(found: gate.Gate) -> None:
    found.look("a.csv", row(""))
    found.look("a.html", TABLE.format(STATEMENT, "[s]").encode())
    found.look("a.html", ours("[s]").encode())
    found.look("a.html", b'<style>@media print { a { color: red } }</style><a href="https://example.org/tmp/x">x</a>')
    found.look("a.txt", b"Version 3.1.4 ; 2 675 victimes, 76,4 % ; 11/10/2023")
    found.look("a.xlsx", xlsx((STATEMENT, "victimes", "[s]"), ("autre", 3)))
    assert found.refused == []


def test_its_work_follows_the_size_of_a_file(found: gate.Gate) -> None:
    """Ten times the text takes about ten times as long: no pattern starts again from each of its places."""
    import time

    def seconds(times: int) -> float:
        text = ("a" * 50 + "@" + "token " * 20 + "/home" + ":\\" + "1.2.3 <td>abcdef012345x</td>\n") * times
        start = time.process_time()
        found.say("a.txt", "", text)
        return time.process_time() - start

    seconds(500)
    assert seconds(20_000) < 20 * max(seconds(2_000), 0.02)


@pytest.mark.parametrize("edition", EDITIONS)
def test_it_refuses_nothing_of_what_is_published(site: Path, edition: str) -> None:
    catalogue = Catalogue()
    assert gate.refusals(catalogue.edition(edition), site / edition, catalogue) == []
