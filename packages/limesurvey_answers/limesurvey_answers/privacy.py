"""What says who answered, and how it is kept out of errors and tracebacks."""

import functools
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

from .errors import LimeSurveyError, UnexpectedContentError

# Columns about the person, by the code that LimeSurvey gives them. `attribute_1`, … follow the same fate.
PERSONAL_COLUMNS = frozenset(
    {
        *("token", "ipaddr", "refurl", "firstname", "lastname", "email", "emailstatus", "participant_id", "tid", "language"),
        *("sent", "remindersent", "remindercount", "completed", "usesleft", "validfrom", "validuntil", "blacklisted"),
    }
)

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def forgetful(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Make a public function fail without showing what it held.

    A traceback keeps every frame that an error went through, and each frame its variables: cells of the export, with names
    and e-mails. Debuggers, notebooks and pretty printers show them. So the error that leaves is a new one, raised here,
    without a cause, a context, or a frame below this one. An error of another class may quote a cell in its message
    (`int("…")` does): only its class and its place in the code are told.
    """

    @functools.wraps(function)
    def wrapper(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        failure: BaseException
        try:
            return function(*args, **kwargs)
        except LimeSurveyError as error:
            failure = type(error)(str(error))
        except KeyboardInterrupt:
            failure = KeyboardInterrupt()
        except MemoryError:
            failure = LimeSurveyError("There is not enough memory to read this file.")
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{type(error).__name__} in {Path(place.filename).name}, line {place.lineno}"
            failure = UnexpectedContentError(f"Reading stopped on unexpected content ({where}).")
        del args, kwargs  # this frame is kept by the traceback
        # outside the `except`: inside, Python would keep the first error as the context of the second
        raise failure

    return wrapper
