"""Tables: accessible HTML, plain text, control text."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from traite_lib import Survey, control, explore, metadata, open_edition
from traite_lib.presentation.tables import Link, Table, editions_table, trimmed

NBSP = "\u00a0"
SUBJECTS = ("form", "sex", "age", "region", "nationality", "violence")
FRAME = pd.DataFrame({"Modalité": ["<b>Femmes</b>", "Hommes & autres"], "Part": ["82 %", "18 %"]})


def test_a_table_has_a_caption_and_headers_for_columns_and_rows() -> None:
    page = Table(FRAME, "Sexe", ["Population : toutes."], ("Part",)).html()
    assert "<caption><span>Sexe</span></caption>" in page
    assert re.findall(r"<th scope=col class=(\w+)>(.*?)<", page) == [("number", "Part")]
    assert page.count("<th scope=row>") == 2
    assert '<table class="whole n2">' in page, "its second column has numbers"
    assert f"<figcaption><p>Population{NBSP}: toutes.</p></figcaption>" in page


@pytest.mark.parametrize("heading", ["Part", "Part des victimes accompagnées"])
def test_the_text_of_a_table_is_aligned_as_pandas_aligns_it(heading: str) -> None:
    frame = FRAME.set_axis(["Modalité", heading], axis=1).assign(Source=[Link("Ministère", "https://x.org"), Link("Association")])
    assert Table(frame, "Sexe").text() == "Sexe\n" + frame.map(str).to_string(index=False, justify="left")


def test_every_text_of_a_table_is_escaped() -> None:
    frame = FRAME.rename(columns={"Part": "<i>Part</i>"}).assign(Source=[Link("<u>", 'https://x.org/?a="b"'), Link("<s>")])
    page = Table(frame, "<caption>", ["<note>"]).html()
    for raw in ("<b>", "<i>", "<u>", "<s>", "<note>", "<span><caption>", '"b"'):
        assert raw not in page
    assert "&lt;b&gt;Femmes&lt;/b&gt;" in page
    assert "Hommes &amp; autres" in page


@pytest.mark.parametrize(
    ("url", "cell"),
    [
        ("https://example.org/a?b=1&c=2", '<a href="https://example.org/a?b=1&amp;c=2">Source</a>'),
        ("http://example.org", '<a href="http://example.org">Source</a>'),
        ("data/published/survey_2022.csv, E2022-001", "Source"),
        ("javascript:alert(1)", "Source"),
        ("", "Source"),
    ],
)
def test_only_a_web_address_becomes_a_link(url: str, cell: str) -> None:
    page = Table(pd.DataFrame({"A": ["a"], "B": [Link("Source", url)]}), "T").html()
    assert f"<td>{cell}\n</table>" in page


def test_an_empty_table_is_its_one_sentence() -> None:
    empty = Table(FRAME[:0], "Sexe", ["Note."], (), "Aucun chiffre relevé : sexe <inconnu>.")
    assert empty.html() == f'<p class="absent">Aucun chiffre relevé{NBSP}: sexe &lt;inconnu&gt;.</p>'
    assert empty.text() == "Aucun chiffre relevé : sexe <inconnu>."


def test_a_notebook_shows_html_and_a_terminal_text() -> None:
    shown = Table(FRAME, "Sexe", ["Note."])._repr_mimebundle_()
    assert set(shown) == {"text/html", "text/plain"}
    assert shown["text/plain"].splitlines()[0] == "Sexe"
    assert shown["text/plain"].splitlines()[-1] == "Note."


def test_empty_columns_are_left_out() -> None:
    assert list(trimmed(FRAME.assign(Base="", Source=["", "ASH"])).columns) == ["Modalité", "Part", "Source"]


def test_a_distribution_shows_shares_counts_bases_and_sources(survey_2022: Survey) -> None:
    frame = survey_2022.distribution("form").table.frame
    assert list(frame.columns) == ["Modalité", "Part", "Effectif", "Base", "Source"]
    assert list(frame["Part"]) == [f"76{NBSP}%", f"15{NBSP}%", f"7{NBSP}%", f"2{NBSP}%", f"moins de 1{NBSP}%"]
    assert list(frame["Effectif"]) == ["", "", "195", "", ""]
    assert set(frame["Base"]) == {"non publiée"}


def test_a_modality_that_was_not_found_says_so_and_is_not_zero() -> None:
    result = open_edition(2018).distribution("form")
    assert list(result.table.frame["Part"])[-1] == "non relevé"
    assert any("ce n’est pas zéro" in line for line in result.lines)
    assert "nan" not in result.table.html()


def test_a_series_says_whether_each_year_compares_with_the_one_above(survey_2022: Survey) -> None:
    frame = survey_2022.series("form", "sexual").table.frame
    assert list(frame["Comparable à la ligne précédente"]) == [
        "", "oui, sous réserve", "oui, sous réserve", "oui, sous réserve", "non", "oui, sous réserve", "non",
    ]  # fmt: skip
    assert list(frame["Associations répondantes"]) == ["13", "53", "37", "26", "44", "72", "44"]


def test_control_text_is_sorted_with_fixed_decimals(survey_2022: Survey, capsys: pytest.CaptureFixture[str]) -> None:
    control(survey_2022.distribution("form"), survey_2022.indicator("form", "sexual"), survey_2022.totals("accompanied"))
    first, second, third = (block.splitlines() for block in capsys.readouterr().out.split("\n\n"))
    described = "2022 | victimes accompagnées et exploitées au moins en partie en France"
    assert first[:2] == ["Forme d’exploitation", f"{described} | Hors la rue"]
    assert first[3] == second[1] == f"{described} | Ministère de l’Intérieur"
    assert third[1] == "2022 | victimes accompagnées | Ministère de l’Intérieur"
    assert [line.split(" | ")[0] for line in first[4:]] == ["E2022-012", "E2022-013", "E2022-014", "E2022-015", "E2022-016"]
    assert first[4:5] == second[2:], "a statement is written under each result that shows it"
    assert [line.split(" | ")[2] for line in (first[2], first[4], third[2])] == ["195.00 unités", "76.00 %", "2994.00 unités"]
    assert first[8].split(" | ")[2:] == ["<1.00 %", "base non publiée", "normal"]


@pytest.mark.parametrize("edition", [2015, 2022, 2024])
def test_what_is_discussed_of_a_statistic_stands_together(edition: int) -> None:
    for administrative in (False, True):
        said = list(metadata.judgements(open_edition(edition), administrative=administrative).frame["Statistique"])
        assert said
        runs = [name for name, before in zip(said, [None, *said], strict=False) if name != before]
        assert len(runs) == len(set(runs))


def test_the_same_value_is_not_another_one() -> None:
    frame = metadata.judgements(open_edition(2015)).frame
    assert "La même valeur est retenue, d’un autre énoncé : 1\u202f826." in set(frame["Motif"])
    assert not [
        row for row in frame.itertuples() if row.Motif.startswith("Une autre") and row.Motif.endswith(f" : {row.Valeur}.")
    ]


def test_control_text_of_nothing_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    control(open_edition(2023).distribution("form"))
    assert capsys.readouterr().out == "Forme d’exploitation\nAucune valeur.\n"


def test_the_provenance_of_a_chapter_lists_what_it_showed(survey_2022: Survey) -> None:
    women, identified = survey_2022.indicator("sex", "women"), survey_2022.totals("identified")
    frame = metadata.sources(survey_2022, women, identified).frame
    assert {"E2022-001", "E2022-017", "E2022-002"} <= set(frame["Référence"]), "and the other witness of the first"
    assert all(isinstance(link, Link) and link.url.startswith("https://") for link in frame["Source"])


def test_a_source_is_written_once_above_the_numbers_that_it_gives() -> None:
    survey = open_edition(2022)
    offences = survey.statistics("offence", title="Infractions", universe="administrative")
    page = metadata.sources(survey, offences, survey.indicator("form", "sexual")).html()
    above = re.findall(r"<th scope=rowgroup[^>]*><span>(.*?)</span>", page)
    assert len(above) > 2
    assert sorted(set(above)) == sorted(above)


def test_many_numbers_of_one_set_of_answers_have_one_source_said_once() -> None:
    survey = open_edition("demo2022")
    few, many = (
        metadata.sources(survey, survey.indicator("form", "begging")),
        metadata.sources(survey, *map(survey.distribution, SUBJECTS)),
    )
    assert len(few.frame) > 0
    assert len(many.statements) > 60
    said = [note for note in many.notes if "chiffres calculés sur un même jeu de réponses" in note]
    assert len(said) == len({note.split(". ", 1)[1] for note in said}) > 0
    assert sum(int(note.split()[0]) for note in said) + len(many.frame) == len(many.statements)


def test_the_comparisons_of_2023_refuse_what_breaks_and_give_the_rest() -> None:
    line = metadata.comparisons(
        open_edition(2023), ("form", "sexual"), metadata.statistic("total", population="accompanied")
    ).frame.set_index("Statistique")
    assert list(line["Depuis 2021"]) == ["non : valeur non relevée", "+1\u202f288"]


def test_the_disagreements_of_2015_show_both_totals_and_the_choice() -> None:
    frame = metadata.judgements(open_edition(2015)).frame
    assert list(frame["Valeur"])[:3] == ["1\u202f826", "1\u202f826", "1\u202f828"]
    assert list(frame["Décision"])[:3] == ["retenu", "non retenu", "non retenu"]
    assert set(frame["Décision"]) >= {"écarté", "retenu, fiabilité faible"}
    assert (frame["Motif"] != "").all()
    assert frame["Motif"].iloc[0] == "1 826 est donné par deux sources, 1 828 par une seule."


def test_the_table_of_editions_has_the_undated_one_without_a_year(survey_2022: Survey) -> None:
    frame = metadata.editions(survey_2022).frame
    assert list(frame["Année de référence"]) == ["2015", "incertaine", "2018", "2019", "2020", "2021", "2022", "2023", "2024"]
    assert list(frame["Associations répondantes"]) == ["13", "24", "53", "37", "26", "44", "72", "70", "44"]
    assert list(frame["Victimes repérées"])[:4] == ["non dénombrées"] * 3 + ["6\u202f457"]


@pytest.mark.parametrize("edition", [2015, 2019, 2022, 2024])
def test_no_raw_code_and_no_nan_is_in_a_table(edition: int) -> None:
    survey = open_edition(edition)
    tables = [
        survey.distribution("form").table,
        survey.distribution("sex", by="form").table,
        survey.statistics(title="Tout").table,
        survey.series("form", "sexual").table,
        metadata.sources(survey, survey.distribution("form")),
        metadata.breaks(survey),
        metadata.provenance(survey),
        metadata.judgements(survey),
        metadata.recomputed(survey),
        metadata.published(survey, "form", "sex"),
        metadata.editions(survey),
    ]
    text = re.sub(r"<[^>]*>", " ", " ".join(table.html() for table in tables))
    assert re.findall(r"\b(nan|NaN|None|NA|accompanied\w*|_T|identified|percent|count)\b", text) == []


def test_no_number_hides_another_in_a_table_over_editions() -> None:
    rows = open_edition(2022).distribution("sex").frame.query("category == 'women'")
    twice = pd.concat([rows, rows.assign(text="99 %", status="U")])
    assert editions_table(twice, "Sexe", [], "").frame["2022"].tolist() == [f"{rows['text'].iloc[0]} ; 99 %{NBSP}*"]


def test_what_rows_share_is_written_once_above_them_and_a_link_once_in_a_run() -> None:
    sources = [Link("Ministère", "https://x.org")] * 2 + [Link("Association", "https://y.org")]
    frame = pd.DataFrame({"Source": sources, "Référence": ["E-1", "E-2", "E-3"], "Fiche": [Link("Fiche", "https://f.org")] * 3})
    page = Table(frame, "Provenance", by="Source").html()
    heads = re.findall(r"<th scope=rowgroup colspan=2><span>(.*?)</span>", page)
    assert heads == ['<a href="https://x.org">Ministère</a>', '<a href="https://y.org">Association</a>']
    assert re.findall(r"<th scope=row>(.*?)<", page) == ["E-1", "E-2", "E-3"]
    assert page.count('<a href="https://f.org">') == 1
    assert page.count("<td>Fiche") == 2


def test_where_hardly_any_administrative_statistic_comes_again_each_is_listed_once_under_its_source() -> None:
    survey = open_edition(2022)
    rest = metadata.administrative(survey, title="Tout", territories=False)
    assert rest.by == "Source"
    assert metadata.administrative(survey, title="Territoires", territories=True).by == ""
    both = survey.totals("recorded_victims")
    alone, beside = metadata.sources(survey, both), metadata.sources(survey, both, rest)
    assert set(alone.statements) <= set(rest.statements) | set(beside.statements), "no source is lost"
    assert not set(beside.statements) & set(rest.statements), "none is written twice"


def test_lines_by_edition_keep_the_order_of_what_is_shown() -> None:
    """The same statistic in two populations is two lines, each where it was first: a pivot would put them together."""
    survey = open_edition(2015)
    result = survey.over_editions("form", title="Formes")
    first = list(dict.fromkeys(zip(result.frame["label"], result.frame["who"], strict=True)))
    shown = result.table.frame
    assert len(shown) > 10
    lines = [
        (re.sub(r" \(effectif\)$", "", name), who) for name, who in zip(shown["Statistique"], shown["Population"], strict=True)
    ]
    assert list(dict.fromkeys(lines)) == first
    every = explore("form", editions="all")
    asked = list(dict.fromkeys(label for each in every.results for label in each.frame["category"]))
    assert list(dict.fromkeys(every.table.frame["Modalité"])) == [
        every.frame.query("category == @code")["label"].iloc[0] for code in asked
    ]
