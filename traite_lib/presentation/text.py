"""French text as pages and files show it: its typography, the name of the collection, how to cite it. Nothing here needs data."""

from __future__ import annotations

import re

from ..catalogue import Edition, spelt

NBSP, NARROW = "\u00a0", "\u202f"

PUBLICATION = "Victimes de traite accompagnées par les associations"
"""Name of the collection, on every page, in every file and in every citation."""

FIGURE = "application/vnd.traite.figure+json"
"""What a chart hands to the renderer beside its SVG: the files of its rows. No other program shows it."""

IMAGES = "TRAITE_IMAGES"
"""Variable of the environment by which a renderer asks each chart that is shown for its images for a slide too."""

_TYPOGRAPHY = [  # each pattern begins with the very character that it replaces: a page is searched seven times faster
    (re.compile(r" (?:(?<=« )|(?=[;:?!»])|(?<=\d )(?=%|points?\b|ans\b))"), NBSP),
    (re.compile(r" (?=\d{3}(?!\d))(?<=\d )(?<!\d{4} )(?<![/.,-]\d )(?<![/.,-]\d{2} )(?<![/.,-]\d{3} )"), NARROW),
    (re.compile(r"'(?<=\w')(?=\w)|&#39;(?<=\w&#39;)(?=\w)"), "’"),  # as it is in HTML too
]


def typographic(text: str) -> str:
    """A French text with its no-break spaces (double punctuation, quotation marks, numbers) and its apostrophes."""
    for pattern, replacement in _TYPOGRAPHY:
        text = pattern.sub(replacement, text)
    return text


def citation(edition: Edition, number: int = 0, title: str = "") -> str:
    """How to cite the annexes of an edition, or a chapter by number (0 is the summary) and title: who ran the survey, version."""
    from .. import __version__

    what = f"« {title} », {f'chapitre {number}' if number else 'synthèse'} de " if title else ""
    return typographic(
        f"{what}{PUBLICATION}, annexes méthodologiques de l’enquête annuelle, édition {spelt(edition.key)} "
        f"(enquête : {', '.join(edition.producers)}, {edition.published}). Document produit avec traite {__version__}. "
        f"{edition.warning}".rstrip()
    )
