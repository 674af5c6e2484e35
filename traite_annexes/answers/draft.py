"""A mapping to review, drafted from a questionnaire: what labels say is filled in, what they do not is « TODO »."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

import tomlkit
from tomlkit.items import InlineTable, Table

import limesurvey_answers as ls
from limesurvey_answers.kinds import Content
from limesurvey_answers.labels import shown_labels
from limesurvey_answers.texts import flatten
from traite_lib.nomenclature import Nomenclatures, plain

from .mapping import Victims, places

TODO = "TODO"
NAME = re.compile(r"association|structure|organisme|établissement")
UNSURE = re.compile(r"ne (sait|savez|sais) pas|nsp\b|inconnu\b|non (précisé|renseigné|connu)|refus|ne souhaite pas|sans réponse")
NOTHING = re.compile(r"^(aucun|non\b|ni )|d'aucun")


def layout_of(columns: Iterable[ls.Column]) -> Victims:
    """The layout that the codes of a questionnaire suggest: what is numbered is repeated for each victim."""
    columns = list(columns)
    repeated = Counter(
        found["item"] for c in columns if (found := re.fullmatch(Victims().pattern, c.question.code)) and found["item"]
    )
    rows = Counter(c.question.code for c in columns if c.row and re.fullmatch(r"V[0-9]+", c.row.code))
    if any(number > 1 for number in repeated.values()):
        return Victims(layout="repeated_codes")
    if rows:
        return Victims(layout="array_rows", pattern="V(?P<slot>[0-9]+)")
    return Victims(layout="one_response")


class _Meaning:
    """What labels mean, by the labels of sources that the nomenclatures know."""

    def __init__(self, nomenclatures: Nomenclatures) -> None:
        self.nomenclatures = nomenclatures
        self.known: dict[str, dict[str, str]] = {}
        for item in nomenclatures.items:
            for label in (item.label_fr, *item.source_labels):
                self.known.setdefault(item.variable, {}).setdefault(plain(label), item.code)

    def variable(self, text: str, labels: Iterable[str]) -> str:
        """The variable whose name the wording holds, or else whose modalities most labels are."""
        asked, offered = plain(text), [plain(label) for label in labels]

        def score(code: str) -> tuple[int, int]:
            variable = self.nomenclatures.variables[code]
            names = [plain(name) for name in (variable.label_fr, *variable.source_labels)]
            known = self.known.get(variable.nomenclature, {})
            return sum(label in known for label in offered), max((len(name) for name in names if name in asked), default=0)

        best = max(self.nomenclatures.variables, key=score)
        return best if any(score(best)) else TODO

    def code(self, variable: str, label: str) -> str:
        """The modality of a label; TODO when no source used it."""
        name = self.nomenclatures.nomenclature(variable)
        return self.known.get(name, {}).get(plain(label), TODO)


def _commented(labels: Mapping[str, str], values: Mapping[str, object]) -> Table:
    """A table whose lines are followed by the labels of their codes."""
    table = tomlkit.table()
    for code, value in values.items():
        table.add(code, value)
        table[code].comment(labels.get(code, ""))
    return table


def draft_mapping(survey: ls.Survey, nomenclatures: Nomenclatures, year: int) -> str:
    """The mapping of a questionnaire, to be reviewed line by line before anything is read with it.

    Parameters
    ----------
    survey : limesurvey_answers.Survey
        The questionnaire.
    nomenclatures : Nomenclatures
        What labels are known to mean.
    year : int
        Reference year of the edition.
    """
    columns, meaning = ls.survey_columns(survey), _Meaning(nomenclatures)
    layout = layout_of(columns)
    document = tomlkit.document()
    document.add(tomlkit.comment("Drafted from the questionnaire: review each line, replace every TODO. No answer stands here."))
    document["edition"] = {"year": year, "survey": survey.sid, "fingerprint": ls.fingerprint(survey)}
    document["export"] = {"file": TODO}
    names = [q.code for q in survey.questions if q.type in "SL!" and NAME.search(plain(survey.text(q.texts)))]
    document["associations"] = {"key": names[:1] or [TODO], "core": []}
    document["victims"] = {"layout": layout.layout, "pattern": layout.pattern}
    about_victims = {c.question.code for c in columns if layout.place(c)} if layout.layout != "one_response" else set()
    counts, variables = tomlkit.aot(), tomlkit.aot()
    for question in survey.questions:
        numbers = question.type in "NK" or (question.type == ":" and not question.checkboxes)
        if numbers and question.code not in about_victims:
            counts.append(_count(survey, question, meaning))
    found = places(layout, columns)
    for item in found:
        first = list(next(iter(found[item].values())).values())
        if layout.layout == "one_response" and first[0].content not in (Content.CHOICE, Content.BOX):
            continue  # a number at top level may be a count: it stands above
        if first[0].content in (Content.CHOICE, Content.BOX, Content.NUMBER):
            variables.append(_variable(survey, item, first, meaning))
    document["count"], document["variable"] = counts, variables
    return tomlkit.dumps(document)


def _count(survey: ls.Survey, question: ls.Question, meaning: _Meaning) -> Table:
    table = tomlkit.table()
    table.add("population", "identified" if "repérée" in plain(survey.text(question.texts)) else "accompanied")
    table.add("question", question.code)
    table["question"].comment(flatten(survey.text(question.texts)))
    for name, number in (("rows", 0), ("columns", 1)):
        labels = {sub.code: flatten(survey.text(sub.texts)) for sub in question.rows(number)}
        if labels:
            variable = meaning.variable("", labels.values())  # the wording names all axes
            axis = tomlkit.table()
            axis.add("dims", [variable])
            axis.add("codes", _commented(labels, {code: [meaning.code(variable, label)] for code, label in labels.items()}))
            table.add(name, axis)
    return table


def _variable(survey: ls.Survey, item: str, columns: list[ls.Column], meaning: _Meaning) -> Table:
    first = columns[0]
    text = flatten(survey.text(first.question.texts))
    box, table = first.content is Content.BOX, tomlkit.table()
    if box:
        subs = [column.axis if column.tick and column.axis else column.row for column in columns]
        labels = {sub.code: flatten(survey.text(sub.texts)) for sub in subs if sub}
    else:
        labels = {"Y": "Oui", "N": "Non"} if first.question.type == "Y" else shown_labels(survey, first)
    name = meaning.variable(text, labels.values())
    table.add("name", name)
    table.add("item", item)
    table["item"].comment(text)
    if first.content is Content.NUMBER:
        bands: InlineTable = tomlkit.inline_table()
        bands.update({TODO: [0, 17]})
        table.add("bands", bands)
        return table
    unsure = [code for code, label in labels.items() if UNSURE.search(plain(label))]
    none = [code for code, label in labels.items() if NOTHING.search(plain(label)) and code not in unsure]
    table.update({"multiple": box, "none": none, "unknown": unsure})
    said = {code: meaning.code(name, label) for code, label in labels.items() if code not in (*unsure, *none)}
    table.add("codes", _commented(labels, said))
    return table
