"""Answers of any LimeSurvey survey, with what is known of each of them, and their codebook."""

from .answers import Answers, Issue, Provenance
from .columns import Column, Part, survey_columns
from .decoding import Converted
from .errors import LimeSurveyError, RefusedExportError, StructureError, UnexpectedContentError, UnsafeFileError
from .headings import Style, heading_line
from .reading import read_answers
from .revisions import Difference, differences, fingerprint
from .states import State
from .structure import read_survey
from .survey import Question, Survey

__all__ = [
    "Answers",
    "Column",
    "Converted",
    "Difference",
    "Issue",
    "LimeSurveyError",
    "Part",
    "Provenance",
    "Question",
    "RefusedExportError",
    "State",
    "StructureError",
    "Style",
    "Survey",
    "UnexpectedContentError",
    "UnsafeFileError",
    "differences",
    "fingerprint",
    "heading_line",
    "read_answers",
    "read_survey",
    "survey_columns",
]
