"""Texts as LimeSurvey flattens them for a heading or a label, and as they are compared."""

import html
import re
import unicodedata

_SCRIPT = re.compile(r"<(script|style)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z!?][^<>]*>")
_SPACES = re.compile(r"[\s\u00a0\u202f]+")
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'"})


def flatten(text: str) -> str:
    """A text without tags, entities or line breaks, as headings show it. Double spaces stay, piping is not evaluated."""
    text = html.unescape(_TAG.sub("", _COMMENT.sub("", _SCRIPT.sub("", text))))
    return re.sub(r"[\r\n]+", "", text).strip(" \t\r\n")


def comparable(text: str) -> str:
    """A text freed from what exports change: tags, entities, spacing, underscores for spaces, kinds of apostrophe."""
    text = unicodedata.normalize("NFC", html.unescape(_TAG.sub("", text))).translate(_APOSTROPHES).replace("_", " ")
    return _SPACES.sub(" ", text).strip()
