"""Reading the answers: the way through the other modules."""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np

from .answers import Answers, Issue, Provenance
from .columns import Column, Part, survey_columns
from .decoding import CONVERTED, Converted, Decoded, Sign, decode_column, text_mark
from .errors import RefusedExportError, StructureError, UnsafeFileError
from .exports import LOST, Cell, Export
from .files import Archive, read_regular_file
from .headings import Style
from .kinds import Content
from .labels import codes_by_label
from .matching import Plan, match_headings
from .modes import find_reading
from .opening import open_export
from .privacy import forgetful
from .responses import read_responses
from .states import Progress, State, States, find_states
from .structure import parse_structure
from .survey import Survey
from .values import canonical_number

_TEXTS = (Content.TEXT, Content.FILE)


def _kept_texts(columns: Sequence[Column], names: Collection[str]) -> set[Column]:
    """The text columns named by the caller.

    Raises
    ------
    RefusedExportError
        If a name is no text column: a misspelt name would drop a text in silence.
    """
    kept: set[Column] = set()
    for name in names:
        found = [
            column
            for column in columns
            if column.content in (Content.TEXT, Content.COMPUTED)
            and (name in (column.name, column.names.em) or (name == column.question.code and column.part is Part.ANSWER))
        ]
        if not found:
            raise RefusedExportError(f"keep_text names {name}, which is not a text column of this survey.")
        kept.update(found)
    return kept


class _Parser:
    """Takes from the rows what may be kept, and nothing else."""

    def __init__(self, export: Export, plan: Plan, kept: set[Column], converted: Converted) -> None:
        self.export, self.kept, self.converted = export, kept, converted
        self.cells: dict[int, list[Cell]] = {index: [] for index in plan.columns}
        self.system: dict[str, list[Cell]] = {"id": [], **{name: [] for name in plan.system}}
        self.single = Counter[str]()
        """Texts of one character in « other » and comments of multiple choices, and empty ones (see `modes`)."""
        take = [*plan.columns, *plan.system.values()]
        stores = [*self.cells.values(), *(self.system[name] for name in plan.system)]
        texts = [
            (place, index, column)
            for place, (index, column) in enumerate(plan.columns.items())
            if column.content in (*_TEXTS, Content.COMPUTED)
        ]
        rows = []
        for number, row in enumerate(export.rows(take)):
            for place, index, column in texts:
                row[place] = self._through(number, index, column, row[place])
            rows.append(row)
        for store, cells in zip(stores, zip(*rows, strict=True), strict=bool(rows)):
            store.extend(cells)

    def _through(self, number: int, index: int, column: Column, cell: Cell) -> Cell:
        """What may be kept of a text."""
        if cell is None:
            return None
        if column.content is Content.COMPUTED:
            keep = column in self.kept or canonical_number(cell) is not None
            return text_mark(cell, column, keep, Converted())
        if column.question.type in "MP" and len(cell.strip()) < 2:
            self.single[cell.strip()] += 1
        mark = text_mark(cell, column, column in self.kept, self.converted)
        # a spreadsheet turned `1.50` into a number; the web page put a ' before `=`
        changed = (number, index) in self.export.numeric_cells or cell.startswith("'=")
        return LOST if changed and column in self.kept and mark != CONVERTED else mark

    def drop_blank_records(self) -> None:
        """LimeSurvey 3 writes one blank record where no response matches: without an id, nor anything else.

        Raises
        ------
        UnsafeFileError
            If a record has no id but something else.
        """
        stores = (*self.cells.values(), *self.system.values())
        for number in reversed([number for number, cell in enumerate(self.system["id"]) if not cell]):
            if any(store[number] for store in stores):
                raise UnsafeFileError("A record of the export has answers but no id: the file was changed by hand.")
            for store in stores:
                del store[number]


_UNREADABLE = {
    Content.CHOICE: "codes or labels that the questionnaire does not have, or that two answers share",
    Content.BOX: "marks that are neither ticked nor unticked",
    Content.NUMBER: "texts that are not numbers",
    Content.DATE: "texts that are not dates",
    Content.TEXT: "texts whose spelling the format has changed",
}


def _issues(plan: Plan, wanted: Sequence[Column], decoded: Mapping[Column, Decoded], ids: Sequence[int]) -> list[Issue]:
    """What the columns of the file have to be looked at for."""
    issues = []
    for heading in plan.unknown:
        shown = "with an @ (not shown)" if "@" in heading else f"« {heading[:60]} »"
        issues.append(Issue("unknown_column", f"The heading {shown} is no column of this questionnaire: it was not read."))
    missing = [column.name for column in wanted if column not in decoded and column.content is not Content.NOTHING]
    if missing and decoded:
        names = ", ".join(missing[:20]) + (", …" if len(missing) > 20 else "")
        issues.append(Issue("missing_columns", f"{len(missing)} columns of the questionnaire are not in the export: {names}."))
    for column, cells in decoded.items():
        found = np.flatnonzero(cells.signs == Sign.UNREADABLE).tolist()
        if found:
            message = f"{column.name}: {len(found)} cells hold {_UNREADABLE.get(column.content, 'something unreadable')}."
            issues.append(Issue("unreadable", message, column.name, tuple(ids[number] for number in found)))
    return issues


def _progress_issues(
    survey: Survey, columns: Sequence[Column], states: States, progress: Progress, ids: list[int]
) -> list[Issue]:
    if not ids:
        return [Issue("no_response", "The export holds no response.")]
    if progress.submitted is None:
        return [Issue("no_submitdate", "The export has no submission date, on which most states depend: ask for it.")]
    if progress.submitted.all():
        return [Issue("complete_only", "Every response is submitted: if that is a filter of the export, ask for all responses.")]
    if progress.last_page is None or survey.settings.get("format", "G") != "G":
        return []
    group = np.array([survey.groups.index(column.group) + 1 for column in columns], int)
    furthest = np.where(np.isin(states, (State.ANSWERED, State.BLANK)), group, 0).max(axis=1, initial=0)
    back = tuple(ids[number] for number in np.flatnonzero(~progress.submitted & (furthest > progress.last_page)).tolist())
    message = (
        f"{len(back)} responses were left after going back, « resume later » or a page that was refused: what they hold beyond "
        "their last page was not confirmed, and may answer questions that were no longer asked."
    )
    return [Issue("left_after_going_back", message, responses=back)] if back else []


def _read(
    content: bytes, survey: Survey, keep_text: Collection[str], converted: Converted | None, encoding: str | None
) -> Answers:
    export = open_export(content, encoding)
    wanted = survey_columns(survey)
    kept = _kept_texts(wanted, keep_text)
    plan = match_headings(survey, wanted, export) if export.headings else Plan(Style.CODE, survey.language)
    plan.columns = dict(sorted(plan.columns.items(), key=lambda item: item[1].position))
    parser = _Parser(export, plan, kept, converted or Converted())
    parser.drop_blank_records()
    responses, progress, issues = read_responses(parser.system, survey, resaved=export.resaved)
    reading = find_reading(
        survey, export, parser.cells, plan.columns,
        converted=converted, heading_language=plan.language, single=parser.single,
    )  # fmt: skip
    decoded = {
        column: decode_column(parser.cells[index], column, reading, codes_by_label(survey, column, reading.language))
        for index, column in plan.columns.items()
    }
    columns = list(decoded)
    states = find_states(survey, columns, list(decoded.values()), progress, len(responses))
    issues += _issues(plan, wanted, decoded, responses.index.tolist())
    issues += _progress_issues(survey, columns, states, progress, responses.index.tolist())
    able = [(column.question.type, column.part) in reading.exact for column in columns if not column.blank_is_null]
    provenance = Provenance(
        sha256=hashlib.sha256(content).hexdigest(),
        format=export.format.value,
        headings=plan.style.value,
        answers=reading.mode.value,
        language=reading.language,
        keeps_null="all" if able and all(able) else "some" if any(able) else "none",
        survey_id=survey.sid,
        responses=len(responses),
        personal_columns_dropped=plan.dropped,
        texts_dropped=sum(column.content in _TEXTS and column not in kept for column in columns),
    )
    # a text display has a column, always blank: it served to tell which pages were seen
    shown = [index for index, column in enumerate(columns) if column.content is not Content.NOTHING]
    contents = [decoded[columns[index]].contents for index in shown]
    return Answers(survey, [columns[index] for index in shown], contents, states[:, shown], responses, issues, provenance)


def _structure_of(content: bytes, structure: str | Path | Survey | None) -> Survey:
    if isinstance(structure, Survey):
        return structure
    if structure is not None:
        return parse_structure(read_regular_file(structure))
    if content.startswith(b"PK") and any(name.lower().endswith(".lss") for name in Archive(content).names):
        return parse_structure(content)
    raise StructureError(
        "Answers cannot be read without their questionnaire, which says what is free text: give the .lss of the survey."
    )


@forgetful
def read_answers(
    export: str | Path,
    structure: str | Path | Survey | None = None,
    *,
    keep_text: str | Collection[str] = (),
    converted: Converted | None = None,
    encoding: str | None = None,
) -> Answers:
    """Read the answers of a LimeSurvey survey.

    Parameters
    ----------
    export
        A `.lsa`, `.lsr`, CSV, VV, JSON or xlsx export, recognised by its content.
    structure
        The questionnaire: a `.lss` or `.lsa`, or what `read_survey` gave. A `.lsa` brings its own.
    keep_text
        Free-text columns to keep, by question (`ASSO`) or column (`DEPT[other]`). All others are dropped as they are read:
        only that something was written is known of them.
    converted
        The « convert Y/N » options that the export was made with. `Converted()` says that none was used.
    encoding
        Of a text file that a spreadsheet saved again; UTF-8 by default.

    Raises
    ------
    RefusedExportError
        If the export has lost what is needed, or can be read in two ways.
    StructureError
        If there is no structure, or a damaged one.
    UnsafeFileError
        If a file is unsafe to read.
    """
    content = read_regular_file(export)
    names = (keep_text,) if isinstance(keep_text, str) else keep_text
    return _read(content, _structure_of(content, structure), names, converted, encoding)
