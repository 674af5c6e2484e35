"""What a person says of a questionnaire: which question is which variable, what codes mean, and each decision with its reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

import limesurvey_answers as ls
from limesurvey_answers.kinds import Content
from traite_lib.catalogue import read_toml
from traite_lib.nomenclature import ALL, UNKNOWN, Nomenclatures
from traite_lib.table import SUB_POPULATION

Place = tuple[int, str, str]
"""Where a column stands among the victims of a response: slot, question, and what is left (box, column, scale)."""


class _Strict(BaseModel):
    """Not the `Strict` of ``data/``: a pattern of columns is no plain words, and nothing of a mapping is shown on a page."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Axis(_Strict):
    """Rows or columns of a question that counts: each code names one modality of each of `dims`, ``_U`` for unknown."""

    dims: list[str]
    codes: dict[str, list[str]]

    @model_validator(mode="after")
    def _one_code_a_dimension(self) -> Axis:
        if wrong := [code for code, found in self.codes.items() if len(found) != len(self.dims)]:
            raise ValueError(f"{wrong[0]} needs one modality for each of {', '.join(self.dims)}")
        return self


class Count(_Strict):
    """A question of the common core that counts victims: one number, a list of numbers, or a table of them.

    `multiple`: a victim may stand in several cells, so that they may add to more than the total.
    """

    population: str
    question: str
    rows: Axis | None = None
    columns: Axis | None = None
    multiple: bool = False

    def dims(self, row: str, column: str) -> dict[str, str] | None:
        """Modalities that a cell counts; None for a row or column that is not mapped."""
        found: dict[str, str] = {}
        for axis, code in ((self.rows, row), (self.columns, column)):
            if axis is None:
                continue
            if code not in axis.codes:
                return None
            found |= dict(zip(axis.dims, axis.codes[code], strict=True))
        return found


class Variable(_Strict):
    """A question on a victim. `item` is its code without what repeats it for each victim; ``ITEM.SUB`` for a part of it.

    `codes` says the modality of each option or box; `bands` that of a number, by its first and last value; `none` are the options
    that mean « none of these » (answered), `unknown` those that mean « not known ».
    """

    name: str
    item: str
    codes: dict[str, str] = {}
    bands: dict[str, tuple[int, int]] = {}
    none: list[str] = []
    unknown: list[str] = []
    multiple: bool = False
    defaults: bool = False

    @model_validator(mode="after")
    def _codes_or_bands(self) -> Variable:
        if bool(self.codes) == bool(self.bands):
            raise ValueError(f"give either codes or bands for {self.name}")
        return self


class Victims(_Strict):
    """How the victims of one response stand in its columns; `pattern` finds the groups ``slot`` and ``item``.

    `population` is who is described, and `declared` the question that says how many.
    """

    layout: Literal["none", "one_response", "array_rows", "repeated_codes"] = "none"
    population: str = "accompanied"
    pattern: str = r"V(?P<slot>[0-9]+)(?P<item>.*)"
    declared: str = ""

    def place(self, column: ls.Column) -> Place | None:
        """Where a column stands; None when it is not about a victim in this layout."""
        row, axis = (sub.code if sub else "" for sub in (column.row, column.axis))
        code, scale = column.question.code, str(column.scale + 1) if column.question.type == "1" else ""
        if column.part is not ls.Part.ANSWER or self.layout == "none":
            return None
        if self.layout == "one_response":
            return 1, code, "_".join(filter(None, (row, axis, scale)))
        found = re.fullmatch(self.pattern, row if self.layout == "array_rows" else code)
        if not found:
            return None
        if self.layout == "array_rows":
            return int(found["slot"]), code, axis or scale
        return int(found["slot"]), found["item"], "_".join(filter(None, (row, axis, scale)))


class Decision(_Strict):
    """What a person decided about a finding of ``traite answers check``, for some responses or questions, and why."""

    finding: str
    action: Literal["exclude", "keep", "acknowledge"]
    responses: list[int] = []
    questions: list[str] = []
    reason: str = Field(min_length=1)

    @model_validator(mode="after")
    def _about_something(self) -> Decision:
        if self.action == "exclude" and not self.responses:
            raise ValueError("a decision to exclude names responses")
        return self


class _Edition(_Strict):
    year: int
    survey: int
    fingerprint: str
    opened: date | None = None
    closed: date | None = None


class _Export(_Strict):
    file: str = ""
    structure: str = ""
    converted_yes: str | None = None
    converted_no: str | None = None
    encoding: str | None = None


class _Associations(_Strict):
    key: list[str] = Field(min_length=1)
    aliases: str = ""
    core: list[str] = []


class Mapping(_Strict):
    """From a questionnaire of the survey to its variables: a TOML that a person reviews, without any answer in it."""

    edition: _Edition
    export: _Export = _Export()
    associations: _Associations
    count: list[Count] = []
    victims: Victims = Victims()
    variable: list[Variable] = []
    decision: list[Decision] = []

    @property
    def excluded(self) -> set[int]:
        """Responses that a person decided to leave out."""
        return {response for decision in self.decision if decision.action == "exclude" for response in decision.responses}


def read_mapping(path: Path) -> Mapping:
    """Read a mapping.

    Raises
    ------
    CatalogueError
        The file is missing, is not TOML, or breaks the schema: the message names the key.
    """
    return read_toml(path, Mapping)


def places(victims: Victims, columns: list[ls.Column]) -> dict[str, dict[int, dict[str, ls.Column]]]:
    """Columns about victims, by item, slot and box: ``{"FORM": {3: {"SEXU": column}}, "GRID.AGE": {1: {"": column}}}``."""
    found: dict[str, dict[int, dict[str, ls.Column]]] = {}
    for column in columns:
        if place := victims.place(column):
            slot, item, rest = place
            box = column.content is Content.BOX
            found.setdefault(item if box or not rest else f"{item}.{rest}", {}).setdefault(slot, {})[rest if box else ""] = column
    return found


def faults(mapping: Mapping, survey: ls.Survey, nomenclatures: Nomenclatures) -> Iterator[tuple[str, str]]:
    """What a mapping says that its questionnaire or the nomenclatures do not: question, and one sentence.

    A code of a closed question that is not mapped is a fault: « other » is said, never supposed.
    """
    columns = ls.survey_columns(survey)
    asked = {question.code: question for question in survey.questions}
    named = [*mapping.associations.key, *mapping.associations.core, *filter(None, [mapping.victims.declared])]
    yield from ((code, "the questionnaire has no such question") for code in named if code.partition("[")[0] not in asked)
    for count in mapping.count:
        if count.population not in nomenclatures.populations:
            yield count.question, f"there is no population {count.population!r}"
        yield from _faults_of_count(count, asked.get(count.question), nomenclatures)
    by_item = places(mapping.victims, columns)
    names = [variable.name for variable in mapping.variable]
    yield from ((v.item, f"{v.name} is mapped twice") for n, v in enumerate(mapping.variable) if v.name in names[:n])
    for variable in mapping.variable:
        if variable.name not in nomenclatures.variables:
            yield variable.item, f"there is no variable {variable.name!r} in data/nomenclatures/variables.csv"
            continue
        modalities = [*variable.codes.values(), *variable.bands]
        yield from _unknown_modalities(variable.item, variable.name, modalities, nomenclatures)
        if variable.item not in by_item:
            yield variable.item, "the questionnaire has no such question in this layout of victims"
            continue
        first = next(iter(by_item[variable.item].values()))
        offered = set(first) if variable.multiple else set(next(iter(first.values())).codes)
        said = {*variable.codes, *variable.none, *variable.unknown}
        if variable.multiple != (next(iter(first.values())).content is Content.BOX):
            yield variable.item, "`multiple` goes with tick boxes, and only with them"
            continue
        yield from ((variable.item, f"the code {code} is not mapped") for code in sorted(offered - said))
        if not variable.bands:
            yield from ((variable.item, f"the questionnaire does not offer the code {code}") for code in sorted(said - offered))


def _faults_of_count(count: Count, question: ls.Question | None, nomenclatures: Nomenclatures) -> Iterator[tuple[str, str]]:
    if question is None:
        yield count.question, "the questionnaire has no such question"
        return
    for number, axis in enumerate((count.rows, count.columns)):
        offered, said = {sub.code for sub in question.rows(number)}, set(axis.codes if axis else ())
        for code in sorted(offered ^ said):
            words = "is not mapped" if code in offered else "does not exist in the questionnaire"
            yield count.question, f"the {'column' if number else 'row'} {code} {words}"
        for place, dim in enumerate(axis.dims if axis else ()):
            if dim not in SUB_POPULATION and dim not in nomenclatures.variables:
                yield count.question, f"there is no variable {dim!r}"
            elif axis:
                yield from _unknown_modalities(
                    count.question, dim, [codes[place] for codes in axis.codes.values()], nomenclatures
                )


def _unknown_modalities(
    question: str, variable: str, codes: list[str], nomenclatures: Nomenclatures
) -> Iterator[tuple[str, str]]:  # fmt: skip
    name = nomenclatures.nomenclature(variable)
    known = {item.code for item in nomenclatures.items if item.variable == name} | {UNKNOWN}
    wrong = sorted(set(codes) - known - {ALL})
    yield from ((question, f"{variable!r} has no modality {code!r} in data/nomenclatures/") for code in wrong)
