"""Whether a file holds codes or labels, and whether its Y and N were converted."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from .columns import Column, Part
from .decoding import Converted, Mode, Reading, Sign, exact_parts
from .errors import RefusedExportError
from .exports import Cell, Export
from .kinds import Content
from .labels import codes_by_label, is_not_available
from .survey import Survey
from .texts import comparable
from .words import ANSWER_LABELS

Cells = Mapping[int, Sequence[Cell]]
"""Cells by heading number."""

_ASK = "Ask for the .lsa, or for CSV with code headings and answer codes."
_RECODED = (
    "Yes/no questions or boxes hold other characters than Y and N: the export was made with « convert Y/N », or for SPSS or R, "
    "and a blank cannot be told from a « no ». Export again without it, or declare it: converted=Converted(yes='1', no='2')."
)
_RECODED_TEXTS = (
    "Texts of one character stand in « other » or comments of multiple choices: typed, or left by « convert N », which "
    "overwrites blanks. Declare it: converted=Converted(yes='1', no='2'), or converted=Converted() where it was not used."
)


def _of_types(columns: Mapping[int, Column], types: str) -> Iterator[int]:
    return (index for index, column in columns.items() if column.part is Part.ANSWER and column.question.type in types)


def _votes(survey: Survey, cells: Cells, columns: Mapping[int, Column], language: str) -> Counter[str]:
    """How many cells of closed questions can only be codes, only labels, both, or neither."""
    votes = Counter[str]()
    for index in _of_types(columns, "L!OFH1RMPYGCE"):
        column = columns[index]
        known = codes_by_label(survey, column, language)
        codes = column.codes if column.content is Content.CHOICE else ("Y",)
        for cell, count in Counter(cells[index]).items():
            if not cell or not cell.strip():
                continue
            label = comparable(cell) in known or (column.question.type in "MPYG" and is_not_available(cell))
            vote = ("both" if cell in codes else "label") if label else ("code" if cell in codes else "neither")
            votes[vote] += count
    return votes


def _check_conversion(
    export: Export, mode: Mode, cells: Cells, columns: Mapping[int, Column], converted: Converted | None, single: Counter[str]
) -> None:
    """Refuse a conversion of Y and N that nobody declared."""
    if mode is Mode.CODES:
        declared = set() if converted is None else {converted.yes, converted.no}
        for index in _of_types(columns, "MPY"):
            usual = declared | ({"Y", "N"} if columns[index].question.type == "Y" else {"Y"})  # a box never holds N
            if any(cell and len(cell) == 1 and cell.strip() and cell not in usual for cell in set(cells[index])):
                raise RefusedExportError(_RECODED)
    elif converted is None:
        # In label mode it shows only in these texts, where it leaves no blank behind. An empty cell is a blank for certain
        # only where NULL is seen to be written otherwise.
        texts = [index for index, column in columns.items() if column.part is not Part.ANSWER and column.question.type in "MP"]
        blanks = single[""] > 0 and export.native_numbers is not False and any(None in cells[index] for index in texts)
        if not blanks and any(single.keys() - {""}):
            raise RefusedExportError(_RECODED_TEXTS)


def find_reading(
    survey: Survey,
    export: Export,
    cells: Cells,
    columns: Mapping[int, Column],
    *,
    converted: Converted | None,
    heading_language: str,
    single: Counter[str],
) -> Reading:
    """Find out how the cells of a file are written.

    Parameters
    ----------
    survey, export, cells, columns
        The file, its cells and columns by heading number.
    converted
        What the caller declares of the conversion of Y and N.
    heading_language
        The language tried first for labels.
    single
        Texts of one character found in « other » and comments of multiple choices; `""` counts the empty ones.

    Raises
    ------
    RefusedExportError
        If answers are neither codes nor labels of the questionnaire, both, or converted without a word.
    """
    candidates = list(dict.fromkeys((heading_language, *survey.languages)))
    ballots = {language: _votes(survey, cells, columns, language) for language in candidates}
    language = max(candidates, key=lambda name: ballots[name]["label"] + ballots[name]["both"])  # the first one of equals
    votes = ballots[language]
    mode = Mode.LABELS if votes["label"] > votes["code"] else Mode.CODES
    _check_conversion(export, mode, cells, columns, converted, single)
    explained = votes["code"] + votes["label"] + votes["both"]
    if converted is not None:  # what it explains was counted as neither
        declared = {converted.yes, converted.no}
        explained += sum(cell in declared for index in _of_types(columns, "MPY") for cell in cells[index] if cell)
    if votes["code"] and votes["label"]:
        raise RefusedExportError(f"The export mixes answer codes and full answers. {_ASK}")
    if votes["neither"] > explained:
        raise RefusedExportError(f"Most answers are neither codes nor labels of this questionnaire: is it the right .lss? {_ASK}")
    if mode is Mode.LABELS and language not in ANSWER_LABELS and any(_of_types(columns, "MPYGCE")):
        raise RefusedExportError(f"The words that LimeSurvey writes for yes and no in « {language} » are not known. {_ASK}")
    # only codes keep NULL of every type: they must have been seen, in cells that are no labels
    exact = exact_parts(export, Mode.CODES if votes["code"] else Mode.LABELS, cells, columns)
    told = any(is_not_available(cell) for index in _of_types(columns, "MP") for cell in set(cells[index]) if cell)
    return Reading(mode, language, converted or Converted(), exact, Sign.BLANK if told else Sign.EMPTY)
