"""Official workbooks: cells of tidy tables → statements.

`lexicon` knows the words, `facts` what the words around one cell say, `coding` puts a table together, `layouts` are what a
person adds, `statements` reads the declared workbooks.
"""

from __future__ import annotations

from .statements import Matching, load_official, locator, match, matching, open_workbook, tidy_frame

__all__ = ["Matching", "load_official", "locator", "match", "matching", "open_workbook", "tidy_frame"]
