"""Tables that document results: their sources, bases and breaks, what was published, what compares, what is discussed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pandas as pd

from .analysis import quality
from .errors import TraiteError
from .nomenclature import ALL, terms
from .presentation import sentences, wording
from .presentation.result import Markdown, Result, Shown, without
from .presentation.tables import LONG, Link, Table, editions_table, provenance_table, trimmed
from .survey import Survey
from .table import CALCULATED, KEY, SUB_POPULATION, Row, key_of, records, rounded_to

NOT_SEEN = "Les rapports complets n’ont pas pu être consultés : un chiffre non relevé ici a pu être publié."


def sources(survey: Survey, *shown: Shown, title: str = "Provenance des chiffres de ce chapitre") -> Table:
    """Every number that results, tables and sentences show, with its base, its source and its place, and the other statements of
    the same statistic, which are not retained. What a table by source shows has its source there, and not a second time.

    What is `shown` is given as it is to `control`: numbers are not remembered, they are named.

    >>> from traite_lib import metadata, open_edition
    >>> survey = open_edition(2022)
    >>> shown = [survey.indicator("form", "begging"), survey.totals("associations")]
    >>> list(metadata.sources(survey, *shown).frame["Référence"])
    ['E2022-015', 'E2022-055', 'E2022-007']
    """
    rows = survey.observations.merge(_stated(survey, shown)[KEY].drop_duplicates(), on=KEY)
    listed = {name for each in shown if isinstance(each, Table) and each.by == "Source" for name in each.statements}
    rows = rows[~rows["statement_id"].isin(listed)]  # a table by source has said where they come from
    absent = f"Aucun chiffre relevé. {NOT_SEEN}"
    return provenance_table(survey.with_labels(rows), title, [survey.catalogue.licence.figures], absent)


def save(survey: Survey, output: str, *shown: Shown) -> None:
    """Write the numbers that results, tables and sentences show as a tidy CSV, when the renderer asks for it by an `output`."""
    if output:
        Path(output).parent.mkdir(parents=True, exist_ok=True)
        said = survey.with_labels(_stated(survey, shown))
        said.drop(columns=["inline", "publisher", "unit_label", "variable_label"]).to_csv(output, index=False)


def _stated(survey: Survey, shown: Sequence[Shown]) -> pd.DataFrame:
    """Rows of the statements that are shown."""
    if not shown:
        raise TraiteError("Name what is shown: metadata.sources(survey, *shown), where shown = [forms, women, …].")
    named = {name for each in shown for name in each.statements}
    return survey.observations[survey.observations["statement_id"].isin(named)]


def bases(*results: Result) -> Table:
    """What each number is computed on: the base, or that none was published."""
    rows = pd.concat([result.frame for result in results])
    named = {"label": "Statistique", "period": "Période", "who": "Population"}
    frame = rows[[*named]].assign(period=rows["period"].map(wording.spelt)).rename(columns=named)
    frame = frame.assign(Base=[wording.base_cell(row) or "sans objet" for row in records(rows)])
    return Table(frame, "Bases", absent=results[0].absent)


def breaks_between(*results: Result) -> Table:
    """Breaks that series cross: nothing is compared across them."""
    series = [result.frame for result in results if result.kind == "series"]
    names = {"label": "Statistique", "period": "Avant l’édition", "break_before": "Rupture"}
    crossed = [rows.loc[rows["break_before"] != "", list(names)] for rows in series] or [pd.DataFrame(columns=list(names))]
    told = "Aucune rupture de série entre les éditions choisies ; le nombre d’associations répondantes change toujours."
    absent = told if series else "Une seule édition est choisie : aucune comparaison."
    found = pd.concat(crossed).drop_duplicates().assign(period=lambda rows: rows["period"].map(wording.spelt))
    return Table(found.rename(columns=names), "Ruptures de série", absent=absent)


def published(survey: Survey, *variables: str) -> Table:
    """How many figures were found on some subjects, for each edition."""
    counts = quality.availability(survey.observations, survey.catalogue, list(variables))
    frame = counts.astype(object).where(counts > 0, "—").astype(str)
    frame.columns = pd.Index([wording.spelt(key) + " (cette édition)" * (key == survey.edition.key) for key in frame.columns])
    frame.insert(0, "Sujet", [survey.nomenclatures.variable(name).label_fr for name in frame.index])
    note = "Nombre de chiffres relevés et retenus ; un tiret : aucun chiffre dans les sources consultées."
    return Table(frame, "Chiffres relevés sur ce thème, par édition", [note, NOT_SEEN], tuple(frame.columns[1:]), folded=True)


NO_FIGURE = "Aucun chiffre administratif relevé."
NO_CHANGE = "Chaque chiffre vient d’une publication ; de l’une à l’autre, les séries sont révisées : aucun écart n’est calculé."


def administrative(
    survey: Survey, *variables: str, title: str, but: Sequence[Result] = (), territories: bool | None = None,
) -> Table:  # fmt: skip
    """Retained administrative figures on some variables, or all: one row a statistic, one column a period, or one row a figure
    where hardly any statistic comes again; nothing is compared. `but` leaves out what results show already, `territories` keeps
    only what is about a territory (True) or nothing that is (False).
    """
    rows = survey.observations
    rows = without(rows[(rows["edition"] == "") & rows["retained"] & rows["value"].notna()], but)
    rows = rows[rows["variable"].isin(variables)] if variables else rows
    local = (rows["territory"] != ALL) | ((rows["variable"] == "territory") & (rows["category"] != "national"))
    rows = rows if territories is None else rows[local == territories]
    found = survey.with_labels(rows.sort_values(["population", "variable", "offence", "period"], kind="stable"))
    table = editions_table(found.assign(label=[wording.statistic(row) for row in records(found)]), title, [], NO_FIGURE)
    # hardly any statistic comes again: a list says it better, with its sources
    if found.empty or (table.frame == "—").to_numpy().mean() > 0.75:
        return provenance_table(found, title, [NO_CHANGE], NO_FIGURE)
    notes = [
        NO_CHANGE,
        *(["Bases non publiées."] if found["unit"].eq("percent").any() else []),
        *(["* : fiabilité faible."] if found["status"].eq("U").any() else []),
        *wording.notes_of(found),
    ]
    return replace(table, notes=notes, folded=True, statements=list(found["statement_id"]))


def beside(survey: Survey, *points: Result) -> Markdown:
    """What police and justice say of the same theme in the same year, in sentences: beside the survey, never in one series."""
    return sentences.beside(survey.captions, points)


def cautions(survey: Survey) -> Markdown:
    """What these figures do not say: the survey's limits, then the breaks that this edition brings."""
    edition, answered = survey.edition, survey.totals("associations")
    scope = survey.nomenclatures.populations[edition.share_population].scope_fr
    who = f"{answered.value:.0f} associations ont répondu" if answered else "on ignore combien d’associations ont répondu"
    lines = [
        f"Ces chiffres ne sont pas le nombre de victimes de traite en France : l’enquête est volontaire, ni exhaustive ni "
        f"représentative, et {who}.",
        f"Sauf mention contraire, les parts de l’enquête décrivent {scope} ; chacune porte sur les victimes "
        "des associations ayant répondu à la question, et sa base est rarement publiée.",
        "Une personne accompagnée par deux associations compte deux fois.",
        "Les données de la police et de la justice suivent d’autres définitions : elles ne s’ajoutent pas à celles-ci.",
        *(entry.summary or entry.sentence for entry in survey.catalogue.breaks if entry.year == edition.reference_year),
        *filter(None, [edition.remarks]),
    ]
    return Markdown("\n".join(f"- {line}" for line in lines), tuple(answered.statements))


def breaks(survey: Survey) -> Table:
    """Breaks of series and reservations: what they are, since when, and what they forbid."""
    lines = [
        {
            "Rupture ou réserve": wording.upper_first(entry.short),
            "À partir de": str(entry.year or "toutes les éditions"),
            "Données": terms("universes")[entry.universe].short_fr,
            "Effet": terms("effects")[entry.effect].label_fr,
            "Explication": entry.summary or entry.sentence,
        }
        for entry in survey.catalogue.breaks
    ]
    return Table(pd.DataFrame(lines), "Ruptures de série et réserves")


class Statistic(NamedTuple):
    """What may be compared from one edition to the next; made by `statistic`."""

    variable: str
    category: str = ALL
    population: str | None = None
    sub_population: Mapping[str, str] = MappingProxyType({})


def statistic(variable: str, category: str = ALL, *, population: str | None = None, **sub_population: str) -> Statistic:
    """A statistic to compare, asked for as `Survey.change` is: ``statistic("sex", "women", age="minor")``."""
    return Statistic(variable, category, population, sub_population)


def comparisons(survey: Survey, *statistics: Statistic | tuple[str, str]) -> Table:
    """What may be compared between this edition and each earlier one: the change, or why there is none. Each of the `statistics`
    is made by `statistic`, or is a variable and a category.

    >>> from traite_lib import metadata, open_edition
    >>> total = metadata.statistic("total", population="accompanied")
    >>> metadata.comparisons(open_edition(2023), total, ("form", "sexual")).frame["Depuis 2021"].tolist()
    ['+1\u202f288', 'non : valeur non relevée']
    """
    earlier = [edition.key for edition in survey.catalogue.dated if edition.years < survey.edition.years]
    lines: list[dict[str, str]] = []
    shown: list[str] = []
    reserves: list[str] = []
    for given in statistics:
        variable, category, who, parts = asked = Statistic(*given)
        line = {"Statistique": _compared(survey, asked)}
        for since in earlier:
            found = survey.change(variable, category, since=since, population=who, **parts)
            line[head := f"Depuis {wording.spelt(since)}"] = "—" if found is None else f"non : {found.motive}"
            if found and not found.refused:
                line[head] = wording.quantity(found.difference, "" if variable == "total" else "points", sign=True)
                reserves += found.reservations
                shown += found.statements
        lines.append(line)
    notes = [
        "Un nombre : l’écart, toujours avec les réserves ci-dessous. « Non » : aucun écart n’est calculé, "
        "avec son motif, expliqué dans le tableau des ruptures. Un tiret : aucune des deux éditions n’a de valeur relevée.",
        *dict.fromkeys(reserves),
    ]
    absent = "Cette édition est la première : il n’y a pas d’édition antérieure à comparer."
    frame = pd.DataFrame(lines) if earlier else pd.DataFrame()
    return Table(frame, "Ce qui se compare, et ce qui ne se compare pas", notes, (), absent, statements=shown)


def _compared(survey: Survey, asked: Statistic) -> str:
    """Name of a statistic in its row: a population for a total, else the variable and the modality."""
    words = survey.nomenclatures
    if asked.variable == "total":
        return words.populations[asked.population or survey.edition.share_population].label_fr
    about = {"period": survey.edition.key, "age": ALL, **asked.sub_population}
    row = {"variable": asked.variable, "category": asked.category, **about}
    label, subject = wording.label_of(row, words), words.variable(asked.variable).label_fr
    return label if label == subject else f"{subject} : {wording.inline(row, words)}"


def editions(survey: Survey) -> Table:
    """All editions of the survey, the one without a certain year included."""
    every, totals = survey.catalogue.editions, ("associations", "identified", "accompanied")
    rows = survey.observations
    rows = rows[rows["retained"] & (rows["variable"] == "total") & (rows["unit"] == "count") & rows["population"].isin(totals)]
    rows = rows[(rows["edition"] != "") & (rows[SUB_POPULATION] == ALL).all(axis=1)]
    found = {(row["edition"], row["population"]): wording.quantity_of(row) for row in records(rows)}
    lines = [
        {
            "Année de référence": str(edition.reference_year or "incertaine"),
            "Édition": f"{edition.number}ᵉ" if edition.number > 1 else "1ʳᵉ",
            "Producteurs": wording.listed(edition.producers),
            "Publication": edition.published,
            "Associations répondantes": found.get((edition.key, "associations"), "—"),
            "Victimes repérées": found.get((edition.key, "identified"), "—") if edition.identified_counted else "non dénombrées",
            "Victimes accompagnées": found.get((edition.key, "accompanied"), "—"),
            "Champ des parts": survey.nomenclatures.populations[edition.share_population].scope_fr,
        }
        for edition in every
    ]
    notes = [*(f"{edition.number}ᵉ édition : {edition.remarks}" for edition in every if edition.remarks), NOT_SEEN]
    numeric, shown = tuple(lines[0])[4:7], sorted(rows["statement_id"])
    return Table(trimmed(pd.DataFrame(lines)), "Les éditions de l’enquête", notes, numeric, statements=shown)


def judgements(survey: Survey, *variables: str, administrative: bool = False) -> Table:
    """Statements of the edition (or of the `administrative` sources, all periods) on some variables, or all, on which a judgement
    was made, with its reason: those that disagree, those that are doubted, revised since or set aside, with or without a rival.
    """
    rows = survey.observations[survey.observations["edition"] == ("" if administrative else survey.edition.key)]
    rows = rows[rows["variable"].isin(variables)] if variables else rows
    rivals = quality.disagreements(rows, survey.nomenclatures)
    judged = rows[(rows["status"] == "U") | rows["statement_id"].isin(list(survey.catalogue.judged))]
    found = survey.with_labels(pd.concat([rivals, judged[~judged["statement_id"].isin(rivals["statement_id"])]]))
    kept = {key_of(row): row["text"] for row in records(found) if row["retained"]}
    frame = pd.DataFrame(
        {
            "Statistique": [wording.statistic(row) for row in records(found)],
            "Période": found["period"].map(wording.spelt),
            "Population": found["who"],
            "Valeur": found["text"],
            "Décision": [_decision(row, survey) for row in records(found)],
            "Motif": [_motive(row, kept.get(key_of(row), "")) for row in records(found)],
            "Source": [Link(row["citation"], row["locator"]) for row in records(found)],
            "Cellule": [wording.cell_of(row["locator"]) for row in records(found)],
        }
    )
    absent = "Les sources consultées ne se contredisent pas, et aucun énoncé n’est mis en doute."
    title = "Énoncés administratifs discutés" if administrative else "Énoncés discutés"
    notes = ["Tous sont gardés. « Écarté » : le chiffre n’est pas celui que dit la phrase. « Non retenu » : un autre l’est."]
    frame = frame.iloc[pd.factorize(frame["Statistique"])[0].argsort(kind="stable")]  # each statistic once
    names = list(found["statement_id"])
    return Table(trimmed(frame), title, notes, ("Valeur",), absent, folded=administrative, statements=names, by="Statistique")


def _decision(row: Row, survey: Survey) -> str:
    actions = {correction.action for correction in survey.catalogue.judged.get(str(row["statement_id"]), ())}
    if row["retained"]:
        return "retenu, fiabilité faible" if row["status"] == "U" else "retenu"
    return "révisé depuis" if "supersede" in actions else "écarté" if "set_aside" in actions else "non retenu"


def _motive(row: Row, kept: str) -> str:
    """Why: the reason of the judgement, else what is doubtful, else the value that was `kept` in its place."""
    same = f"{'La même' if kept == row['text'] else 'Une autre'} valeur est retenue, d’un autre énoncé : {kept}."
    reason = row["reason"] or row["note"] or (same if kept and not row["retained"] else "")
    return str(reason or "Autre population ou autre précision que la valeur retenue.")


def recomputed(survey: Survey) -> Table:
    """Published shares beside those that published counts give."""
    rows = survey.observations[survey.observations["edition"] == survey.edition.key]
    found = survey.with_labels(quality.recomputed(rows))
    frame = pd.DataFrame(
        {
            "Statistique": [wording.statistic(row) for row in records(found)],
            "Population": found["who"],
            "Part publiée": found["text"],
            "Effectif publié": [wording.number(value, 0) for value in found["count"]],
            "Base ou total publié": [wording.number(value, 0) for value in found["total"]],
            "Part recalculée": [wording.quantity(float(rounded_to(value, 1)), "percent") for value in found["computed"]],
        }
    )
    note = (
        "Un écart n’est pas une erreur : quand la base d’une question n’est pas publiée, l’effectif est rapporté au total de la "
        "population, qui n’est pas cette base."
    )
    absent = "Les sources consultées ne donnent, pour aucune part publiée, de quoi la recalculer : son effectif et son total."
    title = "Parts publiées et parts recalculées"
    return Table(frame, title, [note], tuple(frame.columns[2:]), absent, len(frame) > LONG, list(found["statement_id"]))


def workbook(survey: Survey) -> Table:
    """Tables of the edition's workbook: how many cells each gives, and what was not taken; all stay in `Survey.workbook`."""
    lines, states = [], terms("states")
    for (sheet, _), rows in survey.workbook().groupby(["sheet", "table"], sort=False):
        counts = rows["state"].value_counts()
        line = {
            "Feuille": sheet,
            "Tableau": rows["title"].iloc[0] or "(sans titre)",
            "Cellules": f"{rows['cell'].iloc[0]} à {rows['cell'].iloc[-1]}",
            "Chiffres repris": str(counts.get("observation", 0)),
            "Autres cellules": " ; ".join(f"{n} {states[str(s)].label_fr}" for s, n in counts.items() if s != "observation"),
        }
        lines.append(line)
    notes = [
        "Une cellule n’est reprise que si tous les mots qui l’entourent sont dans les nomenclatures et disent une seule chose ; "
        "les autres restent consultables, jamais devinées.",
        *filter(None, [survey.edition.warning]),
    ]
    title, absent = "Classeur de données : ce qui est repris", "Aucun classeur de données n’a été consulté pour cette édition."
    return Table(trimmed(pd.DataFrame(lines)), title, notes, ("Chiffres repris",), absent)


def provenance(survey: Survey, *, undated: bool = False) -> Table:
    """Every statement of the edition, retained or not; or those of the edition without a certain year."""
    editions = [e for e in survey.catalogue.editions if e.reference_year is None] if undated else [survey.edition]
    rows = survey.observations[survey.observations["edition"].isin([edition.key for edition in editions])]
    rows = survey.with_labels(rows[rows["status"] != CALCULATED])
    title = "Énoncés de l’édition sans année certaine" if undated else "Tous les énoncés relevés pour cette édition"
    return provenance_table(rows, title, [edition.remarks for edition in editions if edition.remarks], "Aucun énoncé.")
