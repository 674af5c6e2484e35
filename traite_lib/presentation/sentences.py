"""What a chapter says outside its tables: the heading of an edition, « À retenir », and what there is to say beside tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from ..analysis.compare import Unfit
from ..nomenclature import Nomenclatures
from ..table import CALCULATED, Row, records
from . import wording
from .captions import Captions
from .result import Change, Markdown, Result, statements_of
from .text import NBSP

KEY_POINTS = 5
"""Sentences of « À retenir », at most."""

KEY_STATUSES = ("A", CALCULATED)
"""Statuses that may open a chapter: published as sure, or calculated from two such values."""


def heading(captions: Captions, respondents: Result) -> Markdown:
    """The edition in one paragraph: who produced it, when, about whom, from how many associations."""
    edition, name = captions.edition, wording.spelt(captions.edition.key)
    answered = f" {respondents.frame['text'].iloc[0]} associations ont répondu." if respondents else ""
    warning = f"\n\n**{edition.warning}**" if edition.warning else ""
    if release := edition.release:
        hidden = f"{wording.number(release.hidden)} cases masquées, signe [s]" if release.hidden else "rien n’est masqué"
        warning += f"\n\nProfil de diffusion : **{release.profile}** ({hidden} ; règles au chapitre 14)."
    scope = captions.words.populations[edition.share_population].scope_fr
    return Markdown(
        f"**Édition {name}** — {edition.title}. {wording.listed(edition.producers)}, {edition.published}.{answered} "
        f"Sauf mention contraire, les parts de l’enquête décrivent {scope}.{warning}",
        tuple(respondents.statements),
    )


def mention(captions: Captions, points: Iterable[Result]) -> Markdown:
    """Short sentences, one a value, whatever their reliability."""
    rows = [row for point in points for row in records(point.frame) if pd.notna(row["value"])]
    lines = [wording.sentence(row, captions.words, row["publisher"]) for row in rows]
    return Markdown(_listed(lines), tuple(statements_of(rows)))


def beside(captions: Captions, points: Iterable[Result]) -> Markdown:
    """`mention` of police and justice, and why it is read beside the survey."""
    said = mention(captions, points)
    if not said.text:
        return Markdown("Aucun chiffre annuel de police ou de justice n’est cité ici : voir les données administratives.")
    return Markdown(
        f"{said.text}\n\nCes données ne portent ni sur les mêmes personnes, ni sur les mêmes définitions que l’enquête : les "
        "deux ne se comparent pas et ne s’additionnent pas.",
        said.statements,
    )


def change_sentence(change: Change, words: Nomenclatures) -> str:
    """A change as a sentence with its reservations, or the reason why it is not computed."""
    before, after = change.before, change.after
    if change.refused:
        return " ".join(change.refusals)
    who = wording.population_of(after, words)
    years = f"De {wording.spelt(before['period'])} à {wording.spelt(after['period'])}"
    if after["unit"] == "count":
        what = f"le nombre {wording.of(who)}" + (f" ({wording.inline(after, words)})" if after["variable"] != "total" else "")
        gap = f"{wording.number(change.difference, sign=True)}, soit {wording.number(change.percent, 0, sign=True)}{NBSP}%"
    else:
        what = f"la {wording.share_of(after, words) or f'part « {wording.inline(after, words)} » parmi les {who}'}"
        gap = wording.quantity(change.difference, "points", sign=True)
    moved = f"passe de {wording.quantity_of(before)} à {wording.quantity_of(after)} ({gap})"
    text = f"{years}, {what} {moved if change.difference else f'reste à {wording.quantity_of(after)}'}."
    notes = [f"{wording.spelt(row['period'])} : {wording.lower_first(row['note'])}" for row in (before, after) if row["note"]]
    return " ".join([text, *change.reservations, *notes])


def key_points(captions: Captions, points: Iterable[Result | Change | None]) -> Markdown:
    """« À retenir »: up to five sentences, in order of preference, none of them doubtful.

    With fewer than three, what was not found is said. When the edition has none, what the nearest editions say comes first,
    under their years.
    """
    said: dict[str, list[str]] = {}  # sentences, with their statements
    unsaid: list[str] = []
    unanswered: list[str] = []
    nearest: list[Row] = []
    reserves: set[str] = set()
    before: Row | None = None
    for point in points:
        if isinstance(point, Change):
            fresh = tuple(each for each in point.reservations if each not in reserves)
            text = change_sentence(replace(point, reservations=fresh or ("Même réserve.",)), captions.words)
            if any(isinstance(found, Unfit) and found.code in ("not_found", "withheld") for found in point.refused):
                # Its own point says that a value was not found: the change comes after.
                unanswered.append(f"Écart avec {wording.spelt(point.before['period'])} non calculé : {wording.lower_first(text)}")
            elif point.refused:
                unsaid.append(text)
            else:
                said[text] = point.statements
            reserves |= set(point.reservations)
            before = None
        elif point:
            row = point.frame.iloc[0]
            if row["status"] in KEY_STATUSES and len(said) < KEY_POINTS:
                said[wording.sentence(row, captions.words, row["publisher"], after=before)] = statements_of([row])
                # « ces victimes » are those of a total just said; after a share, they would be read as its part.
                before = row if row["variable"] == "total" else None
        elif point is not None:
            unsaid += [point.absent] if point.absent else []
            nearest += [point.elsewhere] if point.elsewhere is not None else []
    lines = [*said, *list(dict.fromkeys(unsaid + unanswered))[: max(0, 3 - len(said))]][:KEY_POINTS]
    if said or not nearest:
        return Markdown(_listed(lines), tuple(name for sentence in lines for name in said.get(sentence, ())))
    return _from_elsewhere(captions, nearest, lines[:2])


def _from_elsewhere(captions: Captions, nearest: list[Row], missing: list[str]) -> Markdown:
    """What the nearest editions say, in place of an edition that says nothing sure, then what is missing."""
    intro = "Cette édition n’a aucun chiffre sûr sur ce thème ; à défaut, ce que disent les éditions les plus proches :"
    away = [abs(int(row["reference_year"]) - captions.edition.years[0]) for row in nearest]
    rows = [row for row, years in zip(nearest, away, strict=True) if years <= max(2, min(away))][:3]
    sources = captions.catalogue.sources
    theirs = [wording.sentence(row, captions.words, sources[row["source_id"]].publisher_fr) for row in rows]
    unsaid = f"\n\nCe qui manque :\n\n{_listed(missing)}" if missing else ""
    return Markdown(f"{intro}\n\n{_listed(theirs)}{unsaid}", tuple(statements_of(rows)))


def _listed(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in dict.fromkeys(lines))
