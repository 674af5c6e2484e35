"""The codebook of a questionnaire, as a French page: what was asked, of whom, with which answers. It holds no answer."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment

import limesurvey_answers as ls
from limesurvey_answers.codebook import depends_on
from limesurvey_answers.kinds import Content
from limesurvey_answers.labels import shown_labels
from limesurvey_answers.texts import flatten

KINDS = {
    "5": "note de 1 à 5",
    "!": "liste, une réponse",
    "L": "liste, une réponse",
    "O": "liste, une réponse et un commentaire",
    "G": "féminin ou masculin",
    "Y": "oui ou non",
    "I": "choix de la langue",
    "M": "cases à cocher, plusieurs réponses possibles",
    "P": "cases à cocher et commentaires, plusieurs réponses possibles",
    "N": "nombre",
    "K": "plusieurs nombres",
    "D": "date",
    "S": "texte libre",
    "T": "texte libre",
    "U": "texte libre",
    "Q": "plusieurs textes libres",
    "A": "tableau de notes de 1 à 5",
    "B": "tableau de notes de 1 à 10",
    "C": "tableau : oui, non ou incertain",
    "E": "tableau : plus, autant, moins",
    "F": "tableau, une réponse par ligne",
    "H": "tableau, une réponse par colonne",
    "1": "tableau à deux échelles",
    ":": "tableau de nombres",
    ";": "tableau de textes",
    "R": "classement",
    "*": "valeur calculée",
    "|": "fichier",
    "X": "texte affiché",
}
"""Types of LimeSurvey, in the words of a reader."""

_PAGE = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)


def codebook_page(survey: ls.Survey) -> str:
    """The page of a questionnaire, in the words of its base language."""
    columns: dict[str, ls.Column] = {}
    for column in ls.survey_columns(survey):
        columns.setdefault(column.question.code, column)
    groups = [
        (flatten(survey.text(group.names)), [_question(survey, q, columns) for q in survey.questions if q.gid == group.gid])
        for group in survey.groups
    ]
    title = flatten(survey.text(survey.titles)) or f"questionnaire {survey.sid}"
    page = _PAGE.from_string(Path(__file__).with_name("codebook.html").read_text(encoding="utf-8"))
    return page.render(title=title, groups=groups, number=len(survey.questions)) + "\n"


def _question(survey: ls.Survey, question: ls.Question, columns: dict[str, ls.Column]) -> dict[str, object]:
    def texts(axis: int) -> list[tuple[str, str]]:
        return [(sub.code, flatten(survey.text(sub.texts))) for sub in question.rows(axis)]

    first = columns.get(question.code)
    options = list(shown_labels(survey, first).items()) if first and first.content is Content.CHOICE and question.options else []
    rows = "Cases" if question.kind.content is Content.BOX else "Lignes"
    lists = [(caption, lines) for caption, lines in ((rows, texts(0)), ("Colonnes", texts(1)), ("Réponses", options)) if lines]
    return {
        "code": question.code, "text": flatten(survey.text(question.texts)) or question.code, "kind": KINDS[question.type],
        "mandatory": question.mandatory == "Y", "default": bool(question.defaults), "asks": depends_on(survey, question),
        "lists": lists,
    }  # fmt: skip
