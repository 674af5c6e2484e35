"""Tables that document a chapter: provenance, what was published, breaks, comparisons, disagreements, editions."""

from __future__ import annotations

import pandas as pd

from .analysis import quality
from .catalogue import INVENTED, Edition
from .nomenclature import ALL
from .observations import at, find
from .presentation import wording
from .presentation.tables import Link, Table, provenance_table, trimmed
from .survey import Survey

NOT_SEEN = "Les rapports complets n’ont pas pu être consultés : un chiffre non relevé ici a pu être publié."


def sources(survey: Survey) -> Table:
    """Every number shown so far in the notebook, with its base, its source and its place."""
    rows = survey.observations[survey.observations["statement_id"].isin(survey.shown)]
    notes = [survey.catalogue.licence.figures]
    return provenance_table(
        survey.read(rows), "Provenance des chiffres de ce chapitre", notes, f"Aucun chiffre relevé. {NOT_SEEN}"
    )


def published(survey: Survey, *variables: str) -> Table:
    """How many figures were found on some subjects, for each edition."""
    counts = quality.availability(survey.observations, survey.catalogue, list(variables))
    frame = counts.astype(object).where(counts > 0, "—").astype(str)
    frame.columns = pd.Index([f"{key} *" if key == survey.edition.key else key for key in frame.columns])
    frame.insert(0, "Sujet", [survey.words.variable(name).label_fr for name in frame.index])
    note = "Nombre de chiffres relevés et retenus. * : cette édition ; un tiret : aucun chiffre dans les sources consultées."
    return Table(frame, "Chiffres relevés sur ce thème, par édition", [note, NOT_SEEN], tuple(frame.columns[1:]))


def administrative(survey: Survey, *variables: str, title: str, category: str | None = None) -> Table:
    """Retained administrative figures on some variables, all periods."""
    rows = survey.observations
    rows = rows[
        (rows["edition"] == "") & rows["retained"] & rows["variable"].isin(variables) & (rows["source_id"] != "ssmsi-series-01")
    ]
    if category:
        rows = rows[rows["category"] == category]
    found = survey.read(rows.sort_values(["population", "offence", "period"], kind="stable"))
    survey.shown += list(found["statement_id"])
    frame = pd.DataFrame(
        {
            "Population": found["who"].map(wording.upper_first),
            "Période": found["period"].str.replace("|", " ou "),
            "Statistique": found["label"],
            "Valeur": found["text"],
            "Fiabilité": found["status"].map(wording.STATUSES),
            "Source": found["publisher"],
        }
    )
    if category or set(variables) == {"total"}:
        frame = frame.drop(columns="Statistique")
    notes = ["Bases non publiées.", *wording.notes_of(found)] if found["unit"].eq("percent").any() else wording.notes_of(found)
    return Table(trimmed(frame), title, notes, ("Valeur",), "Aucun chiffre administratif relevé.")


def breaks(survey: Survey) -> Table:
    """Breaks of series and reservations: what they are, since when, and what they forbid."""
    lines = [
        {
            "Rupture ou réserve": entry.short[:1].upper() + entry.short[1:],
            "À partir de": str(entry.year or "toutes les éditions"),
            "Effet": {"refuse": "aucun écart n’est calculé", "reserve": "écart donné avec une réserve"}[entry.effect],
            "Explication": entry.summary or entry.sentence,
        }
        for entry in survey.catalogue.breaks
    ]
    return Table(pd.DataFrame(lines), "Ruptures de série et réserves")


def comparisons(survey: Survey, *statistics: tuple[str, ...]) -> Table:
    """What may be compared between this edition and each earlier one: the change, or why there is none.

    Parameters
    ----------
    *statistics : tuple of str
        Variable and category, then restrictions such as ``"age=adult"``; for a total, ``("total", population)``.
    """
    earlier = [edition for edition in survey.catalogue.dated if edition.years < survey.edition.years]
    lines = []
    for variable, category, *restrictions in statistics:
        sub = dict(text.split("=") for text in restrictions)
        total = variable == "total"
        code, population = (ALL, category) if total else (category, None)
        name = (
            survey.words.populations[category].label_fr if total else survey.words.label(variable, code, survey.edition.years[0])
        )
        line = {"Statistique": name if total else f"{survey.words.variable(variable).label_fr} : {wording.lower_first(name)}"}
        for edition in earlier:
            found = survey.change(variable, code, since=edition.key, population=population, **sub)
            unit = "" if total else "points"
            if found is None:
                line[f"Depuis {edition.key}"] = "—"
            elif found.refusals:
                line[f"Depuis {edition.key}"] = f"non : {found.motive}"
            else:
                line[f"Depuis {edition.key}"] = wording.quantity(found.difference, unit, sign=True)
        lines.append(line)
    notes = [
        "Un nombre : l’écart, toujours sous réserve du nombre d’associations répondantes. « Non » : aucun écart n’est calculé, "
        "avec son motif, expliqué dans le tableau des ruptures. Un tiret : aucune des deux éditions n’a de valeur relevée."
    ]
    absent = "Cette édition est la première : il n’y a pas d’édition antérieure à comparer."
    frame = pd.DataFrame(lines) if earlier else pd.DataFrame()
    return Table(frame, "Ce qui se compare, et ce qui ne se compare pas", notes, (), absent)


def editions(survey: Survey) -> Table:
    """All editions of the survey, the one without a certain year included."""
    return Table(
        trimmed(pd.DataFrame([_edition_line(survey, edition) for edition in survey.catalogue.editions])),
        "Les éditions de l’enquête",
        [
            *(f"{edition.number}ᵉ édition : {edition.remarks}" for edition in survey.catalogue.editions if edition.remarks),
            NOT_SEEN,
        ],
        ("Associations répondantes", "Victimes repérées", "Victimes accompagnées"),
    )


def _edition_line(survey: Survey, edition: Edition) -> dict[str, str]:
    table = survey.observations

    def total(population: str) -> str:
        rows = find(table, "total", {}, population=population, unit="count", edition=edition.key)
        survey.shown += list(at(table, "statement_id", rows))
        return wording.quantity_of(table.iloc[rows[0]]) if len(rows) else "—"

    return {
        "Année de référence": str(edition.reference_year or "incertaine"),
        "Édition": f"{edition.number}ᵉ" if edition.number > 1 else "1ʳᵉ",
        "Producteurs": wording.listed(edition.producers),
        "Publication": edition.published,
        "Associations répondantes": total("associations"),
        "Victimes repérées": total("identified") if edition.identified_counted else "non dénombrées",
        "Victimes accompagnées": total("accompanied"),
        "Champ des parts": survey.words.populations[edition.share_population].scope_fr,
    }


def disagreements(survey: Survey, *variables: str, administrative: bool = False) -> Table:
    """Statistics of the edition (or of the administrative sources) on which sources disagree, and the choice made.

    Parameters
    ----------
    *variables : str
        Keep what is about these variables; all of them when none is given.
    administrative : bool
        The administrative sources, all periods, in place of the edition.
    """
    edition = "" if administrative else survey.edition.key
    rows = survey.observations[survey.observations["edition"] == edition]
    rows = rows[rows["variable"].isin(variables)] if variables else rows
    found = survey.read(quality.disagreements(rows, survey.words))
    frame = pd.DataFrame(
        {
            "Statistique": _statistic(found),
            "Période": found["period"].str.replace("|", " ou "),
            "Population": found["who"],
            "Valeur": found["text"],
            "Retenu": ["oui" if kept else "non" for kept in found["retained"]],
            "Motif": [reason or note for reason, note in zip(found["reason"], found["note"], strict=True)],
            "Source": _links(found),
        }
    )
    absent = "Aucun désaccord relevé entre les sources consultées."
    title = "Désaccords entre sources administratives" if administrative else "Désaccords entre sources"
    return Table(frame, title, (), ("Valeur",), absent)


def recomputed(survey: Survey) -> Table:
    """Published shares beside those that published counts give."""
    rows = survey.observations[survey.observations["edition"] == survey.edition.key]
    found = survey.read(quality.recomputed(rows))
    frame = pd.DataFrame(
        {
            "Statistique": _statistic(found),
            "Population": found["who"],
            "Part publiée": found["text"],
            "Effectif publié": [wording.number(value, 0) for value in found["count"]],
            "Base ou total publié": [wording.number(value, 0) for value in found["total"]],
            "Part recalculée": [wording.quantity(float(wording.rounded(value, 1)), "percent") for value in found["computed"]],
        }
    )
    note = (
        "Un écart n’est pas une erreur : quand la base d’une question n’est pas publiée, l’effectif est rapporté au total de la "
        "population, qui n’est pas cette base."
    )
    absent = "Aucune part publiée ne peut être recalculée à partir d’effectifs publiés."
    return Table(frame, "Parts publiées et parts recalculées", [note], tuple(frame.columns[2:]), absent)


STATES = {
    "observation": "repris",
    "control": "contrôle (total des parts)",
    "blank": "vide",
    "set_aside": "écarté, avec son motif",
    "unmatched": "non reconnu",
    "ambiguous": "ambigu",
}
"""What became of a cell of a workbook, in French."""


def workbook(survey: Survey) -> Table:
    """Tables of the edition's workbook: how many cells each gives, and what was not taken; all stay in `Survey.workbook`."""
    cells = survey.workbook()
    lines = []
    for (sheet, _), rows in cells.groupby(["sheet", "table"], sort=False):
        counts = rows["state"].value_counts()
        lines.append(
            {
                "Feuille": sheet,
                "Tableau": rows["title"].iloc[0] or "(sans titre)",
                "Cellules": f"{rows['cell'].iloc[0]} à {rows['cell'].iloc[-1]}",
                "Chiffres repris": str(counts.get("observation", 0)),
                "Autres cellules": " ; ".join(f"{n} {STATES[str(s)]}" for s, n in counts.items() if s != "observation"),
            }
        )
    notes = [
        "Une cellule n’est reprise que si tous les mots qui l’entourent sont dans les nomenclatures et disent une seule chose ; "
        "les autres restent consultables, jamais devinées."
    ]
    if survey.edition.invented:
        notes.append(INVENTED)
    absent = "Aucun classeur de données n’a été consulté pour cette édition."
    return Table(trimmed(pd.DataFrame(lines)), "Classeur de données : ce qui est repris", notes, ("Chiffres repris",), absent)


def provenance(survey: Survey, *, undated: bool = False) -> Table:
    """Every statement of the edition, retained or not; or those of the edition without a certain year."""
    edition = next(e for e in survey.catalogue.editions if e.reference_year is None) if undated else survey.edition
    rows = survey.read(survey.observations[survey.observations["edition"] == edition.key])
    title = "Énoncés de l’édition sans année certaine" if undated else "Tous les énoncés relevés pour cette édition"
    return provenance_table(rows, title, [edition.remarks] if edition.remarks else [])


def _statistic(rows: pd.DataFrame) -> list[str]:
    return [
        v if c == ALL else f"{v} : {i}" for v, c, i in zip(rows["variable_label"], rows["category"], rows["inline"], strict=True)
    ]


def _links(rows: pd.DataFrame) -> list[Link]:
    places = zip(rows["citation"], rows["locator"], strict=True)
    return [Link(wording.place_of(citation, locator), locator) for citation, locator in places]
