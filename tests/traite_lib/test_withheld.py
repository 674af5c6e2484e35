"""A hidden figure is said, never drawn as zero, never compared, never named by a sentence; the rest stays worth reading."""

from __future__ import annotations

from pathlib import Path

import pytest
from withheld import HIDDEN, declare, record, release

from traite_lib import charts, explore, metadata, open_edition
from traite_lib.catalogue import Catalogue
from traite_lib.errors import CatalogueError, ComparisonError
from traite_lib.loading import selection


@pytest.fixture
def hidden(project: Path) -> Path:
    release(project)
    selection._loaded.cache_clear()
    return project


def test_a_hidden_row_has_its_status_and_no_value(hidden: Path) -> None:
    rows = open_edition("demo2022").observations
    rows = rows[rows["statement_id"].str.rpartition("/")[0].isin(HIDDEN)]
    assert len(rows) >= len(HIDDEN)
    assert set(rows["status"]) == {"Q"}
    assert set(rows["confidentiality"]) == {"C"}
    assert rows["value"].isna().all()


def test_a_distribution_says_what_it_hides_in_its_table_its_notes_and_its_chart(hidden: Path) -> None:
    forms = open_edition("demo2022").distribution("form")
    assert list(forms.frame.loc[forms.frame["category"] == "begging", "text"]) == ["[s]", "[s]"]
    assert any(note.startswith("[s] : masqué") for note in forms.notes)
    assert forms.message == "", "what is hidden may be the largest"
    chart = charts.bars(forms)
    labels = [text.get_text() for text in chart.ax.texts]
    assert labels.count("[s]") == 2, "one place a modality, whatever its units"
    widths = {
        row["category"]: bar.get_width() for row, bar in zip(chart.result.frame.to_dict("records"), chart.ax.patches, strict=True)
    }
    assert widths["begging"] == 0
    assert "Masqué (secret statistique)\u00a0: mendicité forcée et autres formes" in chart.alt
    assert "mendicité forcée, 0" not in chart.alt


def test_several_groups_say_what_is_left_blank(hidden: Path) -> None:
    survey = open_edition("demo2022")
    chart = charts.stacked(survey.distribution("sex", by="age"))
    assert any("laissé en blanc : " in sign and "garçons (mineures)" in sign for sign in chart.signs)
    assert "Masqué (secret statistique)\u00a0: garçons" in chart.alt
    pyramid = charts.pyramid(survey.distribution("sex", by="age"))
    assert "[s]" in [text.get_text() for text in pyramid.ax.texts]


def test_one_hidden_number_is_said_to_be_hidden_and_not_missing(hidden: Path) -> None:
    survey = open_edition("demo2022")
    begging = survey.indicator("form", "begging")
    assert not begging
    assert begging.absent.startswith("Masqué (secret statistique) pour cette édition : part des")
    assert begging.elsewhere is None
    assert survey.totals("accompanied_abroad_only").absent.startswith("Masqué (secret statistique)")
    both = survey.totals("accompanied", "accompanied_abroad_only")
    assert list(both.frame["text"]) == ["2\u202f994", "[s]"]
    women = survey.distribution("sex")
    assert "hommes et personnes trans" not in women.said
    assert "Masqué" in str(survey.key_points(begging, survey.indicator("sex", "men")).text)


def test_nothing_is_compared_with_a_hidden_figure(hidden: Path) -> None:
    survey = open_edition("demo2022")
    change = survey.change("form", "begging")
    assert change is not None
    assert change.motive == "chiffre masqué"
    with pytest.raises(ComparisonError, match="is withheld"):
        _ = change.difference
    table = metadata.comparisons(survey, ("form", "begging"))
    assert set(table.frame.iloc[0, 1:]) == {"non : chiffre masqué"}
    series = survey.series("form", "begging")
    assert "demo2022" not in set(series.frame["period"])
    (note,) = (note for note in series.notes if note.startswith("Masqué (secret statistique) : "))
    assert "2022 (démonstration)" in note
    assert not any("Sans valeur retenue : demo2022" in note for note in series.notes)
    others = survey.over_editions("sex", title="Sexe")
    assert "[s]" in others.table.frame.filter(like="2022").to_numpy()


def test_exploration_shows_the_status(hidden: Path) -> None:
    frame = explore("form", editions="demo2022").frame.set_index(["category", "unit"])
    assert (frame.loc[("begging", "percent"), "status"], frame.loc[("begging", "percent"), "text"]) == ("Q", "[s]")


def test_the_profile_is_said_at_the_head(hidden: Path) -> None:
    assert "Profil de diffusion : **publication** (" in open_edition("demo2022").heading().text


def test_an_internal_edition_is_marked(project: Path) -> None:
    release(project, profile="internal", hidden=[])
    selection._loaded.cache_clear()
    survey = open_edition("demo2022")
    assert survey.edition.warning.startswith("Ne pas diffuser.")
    assert "Ne pas diffuser." in charts.bars(survey.distribution("form")).words["notes"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"hidden": 3}, "cells add to"),
        ({"audited": False}, "audited"),
        ({"values": {}}, "values"),
        ({"edition": "demo2021"}, "is that of 'demo2021'"),
    ],
)
def test_a_record_that_is_not_one_is_refused(project: Path, change: dict[str, object], said: str) -> None:
    release(project)
    declare(project, "demo2022", record(project, "demo2022", "publication", 10, ["a", "b"]) | change)
    with pytest.raises(CatalogueError, match=said):
        Catalogue(project, synthetic=True)
