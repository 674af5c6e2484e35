"""The Content-Security-Policy of a page: its own scripts and styles, by checksum, and nothing else that runs or is fetched."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable

_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_STYLE = re.compile(r"<style\b[^>]*>(.*?)</style>", re.DOTALL)
_HEAD = '<meta charset="utf-8">\n'


def protected(page: str) -> str:
    """A page with its policy.

    Scripts count as its own where its template puts them, after the content: one that stood inside the content would not run.
    Drawings have styles inside, which change nothing but how they look. A page may be opened from a folder: other scripts
    of the site are files there.
    """
    scripts = " ".join(_hashes(_SCRIPT.findall(page.rpartition("</main>")[2])))
    styles = " ".join(_hashes(_STYLE.findall(page)))
    policy = [
        "default-src 'none'", f"script-src 'self' file: {scripts}".rstrip(), f"style-src-elem {styles}",
        "style-src-attr 'unsafe-inline'", "img-src 'self' file: data:", "form-action 'self' file:", "base-uri 'none'",
    ]  # fmt: skip
    meta = f'<meta http-equiv="Content-Security-Policy" content="{"; ".join(policy)}">\n'
    return page.replace(_HEAD, _HEAD + meta, 1)


def _hashes(texts: Iterable[str]) -> list[str]:
    found = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts)
    return [f"'sha256-{text}'" for text in dict.fromkeys(found)]
