"""``traite tidy FILE`` and ``traite inspect FILE``: the commands of the reader of workbooks."""

from __future__ import annotations

from tidy_workbook.commands import inspect, tidy

__all__ = ["inspect", "tidy"]
