"""JSON: a list of responses, flat, or keyed by id as LimeSurvey 3 wrote it."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from .errors import RefusedExportError, UnsafeFileError
from .exports import Cell, Export, Format, check_headings


class _Number(str):
    """A number as it is written."""


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys are all different: JSON readers keep the last of twins in silence."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise RefusedExportError("Two columns of the JSON have the same heading: ask for headings by code.")
    return found


def _cell(value: Any) -> Cell:
    if value is None or type(value) is str:
        return value
    if isinstance(value, _Number):
        return str(value)
    raise UnsafeFileError("The JSON holds something else than texts and numbers: it is no export of responses.")


def open_json(text: str) -> Export:
    """An export in JSON.

    Raises
    ------
    UnsafeFileError
        If it is not JSON, or not a list of flat responses.
    RefusedExportError
        If two columns have one key: the second one has overwritten the first.
    """
    try:
        content = json.loads(text, object_pairs_hook=_no_twins, parse_float=_Number, parse_int=_Number)
    except (ValueError, RecursionError):
        raise UnsafeFileError("The file is not valid JSON: it is cut short, or no export.") from None
    if isinstance(content, dict) and isinstance(content.get("responses"), list):
        content = content["responses"]
    if not isinstance(content, list) or not all(isinstance(row, dict) for row in content):
        raise RefusedExportError("The JSON is not an export of responses (a server's message, perhaps): ask for it again.")
    if content and all(len(row) == 1 and isinstance(next(iter(row.values())), dict) for row in content):  # LimeSurvey 3
        content = [next(iter(row.values())) for row in content]
    if not content:
        return Export(Format.JSON, [], lambda take: iter(()))
    headings = check_headings(content[0])
    known = set(headings)
    if any(row.keys() != known for row in content):
        raise UnsafeFileError("The responses of the JSON have not the same columns: several exports were put together.")

    def rows(take: Sequence[int]) -> Iterator[list[Cell]]:
        names = [headings[index] for index in take]
        for row in content:
            yield [_cell(row[name]) for name in names]

    return Export(Format.JSON, headings, rows, native_numbers=isinstance(content[0][headings[0]], _Number))
