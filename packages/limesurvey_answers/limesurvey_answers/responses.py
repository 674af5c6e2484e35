"""What an export tells of the responses themselves."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import numpy as np
import pandas as pd

from .answers import Issue
from .errors import RefusedExportError, UnsafeFileError
from .exports import Cell
from .states import Progress
from .survey import Survey
from .values import canonical_date, canonical_number, whole_number

Read = TypeVar("Read")


def response_ids(cells: Sequence[Cell]) -> list[int]:
    """The ids.

    Raises
    ------
    UnsafeFileError
        If one is not a whole number.
    RefusedExportError
        If two are equal.
    """
    numbers = [whole_number(cell or "") for cell in cells]
    ids = [number for number in numbers if number is not None]
    if len(ids) < len(numbers):
        raise UnsafeFileError(
            "The ids of the responses are not whole numbers: columns are shifted, or the file was changed by hand."
        )
    if len(set(ids)) != len(ids):
        raise RefusedExportError("Two responses have the same id: several exports were put together. Read them one by one.")
    return ids


def read_responses(
    system: Mapping[str, Sequence[Cell]], survey: Survey, *, resaved: bool
) -> tuple[pd.DataFrame, Progress, list[Issue]]:  # fmt: skip
    """The responses: whether and when they were submitted, last page, language, dates, duration in seconds.

    Parameters
    ----------
    system
        Cells of the system columns that the export has.
    survey
        The structure.
    resaved
        Whether a spreadsheet changed the dates: a response was submitted, even if nobody can tell when.
    """
    ids, issues = response_ids(system["id"]), list[Issue]()
    frame: dict[str, object] = {}

    def read(name: str, how: Callable[[str], Read | None]) -> list[Read | None]:
        once = {cell: how(cell) for cell in set(system[name]) if cell}
        found = [once[cell] if cell else None for cell in system[name]]
        wrong = tuple(i for i, cell, value in zip(ids, system[name], found, strict=True) if cell and value is None)
        if wrong:
            issues.append(Issue("unreadable", f"{name}: {len(wrong)} cells are not what they should be.", name, wrong))
        return found

    submitted = last_page = None
    if "submitdate" in system:
        dates = read("submitdate", canonical_date)
        marks = zip(dates, system["submitdate"], strict=True)
        submitted = np.array([date is not None or (resaved and bool(cell)) for date, cell in marks], bool)
        frame["submitted"] = submitted
        # 1980-01-01 is what is stored where dates are not recorded: submitted, without a date
        known = [None if date and date < "1981" else date for date in dates]
        frame["submit_date"] = pd.to_datetime(pd.Series(known, dtype="object")).array
    if "lastpage" in system:
        last_page = np.array([page or 0 for page in read("lastpage", whole_number)], np.int64)
        frame["last_page"] = last_page
    for name, target in (("startdate", "started"), ("datestamp", "last_action")):
        if name in system:
            frame[target] = pd.to_datetime(pd.Series(read(name, canonical_date), dtype="object")).array
    if "startlanguage" in system:
        languages = read("startlanguage", lambda cell: cell if cell in survey.languages else None)
        frame["language"] = pd.Categorical(languages, categories=survey.languages)
    if "interviewtime" in system:
        durations = [None if number is None else float(number) for number in read("interviewtime", canonical_number)]
        frame["duration"] = pd.array(durations, dtype="Float64")
    return pd.DataFrame(frame, index=pd.Index(ids, name="response", dtype="int64")), Progress(submitted, last_page), issues
