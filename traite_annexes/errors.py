"""Errors of the program: one sentence, as those of `traite_lib.errors`."""

from __future__ import annotations

from traite_lib.errors import TraiteError


class RenderError(TraiteError):
    """A chapter does not exist, breaks the notebook contract, or could not be rendered."""


class AnswersError(TraiteError):
    """Answers of associations cannot be used: where they lie, what their mapping says, or what may be done with them."""
