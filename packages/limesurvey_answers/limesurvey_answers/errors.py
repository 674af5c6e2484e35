"""Everything that this package refuses, in one sentence that says what to ask for. No message ever quotes a cell."""


class LimeSurveyError(Exception):
    """A file that cannot be read safely; every error of this package is one."""


class UnsafeFileError(LimeSurveyError):
    """The file itself: not a regular file, too large, not text, a bomb, a document type declaration."""


class StructureError(LimeSurveyError):
    """The questionnaire (`.lss`, `.lsa`) is missing, damaged or contradicts itself."""


class RefusedExportError(LimeSurveyError):
    """The export has lost what is needed, or may be read in two ways: the message says which export to ask for."""


class UnexpectedContentError(LimeSurveyError):
    """Reading stopped on something that nobody foresaw.

    Only the kind of fault and its place in the code are told: what it met may be somebody's answer.
    """
