"""What stands on each table and chart of an edition whose numbers describe nobody or go nowhere, and in its files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markupsafe import escape

from traite_lib.catalogue import INTERNAL, SYNTHETIC, Edition

if TYPE_CHECKING:
    from nbformat import NotebookNode

MARKS = {SYNTHETIC: "-donnees-synthetiques-demonstration", INTERNAL: "-ne-pas-diffuser"}
"""What ends the names of files of numbers, where a warning says one of these."""
_FRAME = re.compile(r'<table\b[^>]*\bclass="dataframe"[^>]*>')
"""Where a frame that pandas shows begins: it has no caption."""


def marks_of(warning: str) -> str:
    """What a warning adds to the name of a file of numbers."""
    return "".join(mark for words, mark in MARKS.items() if words in warning)


def file_name(name: str, edition: Edition) -> str:
    """The name of a file of an edition's numbers: ``observations.csv``, with its marks before the suffix."""
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}{marks_of(edition.warning)}{dot}{suffix}"


def mark(notebook: NotebookNode, warning: str) -> None:
    """Write a warning into each table (its caption) and chart (its description) that the cells of a notebook gave."""
    words = str(escape(warning))
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "text/html" in data:
                captioned = _FRAME.sub(rf"\g<0><caption>{words}</caption>", data["text/html"])
                ends = rf"(?<!{re.escape(words)})(?<!</span>)(?=(?:</span>)?</(?:caption|summary)>)"  # inside what keeps in sight
                data["text/html"] = re.sub(ends, f" — {words}", captioned)
            if "image/svg+xml" in data:
                data["image/svg+xml"] = data["image/svg+xml"].replace("</desc>", f" {words}</desc>")
                data["text/plain"] = f"{data.get('text/plain', '')} {warning}".lstrip()
                about = output.metadata.setdefault("image/svg+xml", {})
                about["alt"] = f"{about.get('alt', '')} {warning}".lstrip()
