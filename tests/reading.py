"""A page as its reader gets it: visible text, images, links, headings."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path


class Text(HTMLParser):
    """Visible text of a page, without its code, what code printed and style; images, links and headings apart."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.hidden = 0
        self.aside = False
        self.images: list[dict[str, str | None]] = []
        self.links: list[str] = []
        self.outside: list[str] = []
        self.headings: list[int] = []
        self.open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "img":
            self.images.append(given)
        if tag == "a":
            self.links.append(given.get("href") or "")
        address = given.get("src") or given.get("href") or ""
        if tag in ("link", "script", "iframe", "img") and address.startswith(("http", "//")):
            self.outside.append(tag)
        if tag == "source" and not (given.get("srcset") or "").startswith("data:"):
            self.outside.append(tag)
        if re.fullmatch(r"h[1-6]", tag) and not self.aside:
            self.headings.append(int(tag[1]))
        if tag == "section" and given.get("class") == "aside":
            self.aside = True
        if tag not in ("img", "meta", "input", "br", "link"):
            hide = tag in ("style", "script", "samp") or "code" in (given.get("class") or "").split()
            self.open.append((tag, hide))
            self.hidden += hide

    def handle_endtag(self, tag: str) -> None:
        self.aside = self.aside and tag != "section"
        while self.open:
            name, hide = self.open.pop()
            self.hidden -= hide
            if name == tag:
                break

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(data)


def read(path: Path) -> tuple[Text, str]:
    parser = Text()
    parser.feed(path.read_text(encoding="utf-8"))
    return parser, " ".join("".join(parser.parts).split())
