"""PDF of pages, with WeasyPrint (extra ``[pdf]``): tagged (PDF/UA-1), bookmarked, fonts inside, the same bytes each time."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Any

from traite_lib.catalogue import Edition

from ..errors import RenderError
from . import pages
from .chapters import Chapter

STYLE = """
@font-face { font-family: Annexe; src: url("fonts:DejaVuSans.ttf"); }
@font-face { font-family: Annexe; font-weight: bold; src: url("fonts:DejaVuSans-Bold.ttf"); }
@font-face { font-family: Annexe; font-style: italic; src: url("fonts:DejaVuSans-Oblique.ttf"); }
@page { @bottom-right { font-family: Annexe; } @bottom-left { content: string(titre); font: 8.5pt Annexe; color: #4b5056; } }
body, button { font-family: Annexe, sans-serif; font-size: 10pt; }
h1 { string-set: titre content(); }
h1.part { break-before: page; }
.cover h1 { margin-top: 6cm; }
"""
"""What paper needs beyond the pages' own print style; the fonts are those that matplotlib ships, on every machine."""


def _fetch(url: str, *_: object, **__: object) -> Any:
    """Content of an address: a font, an image inside the page, nothing else."""
    import matplotlib
    from weasyprint.urls import URLFetcherResponse

    if url.startswith("fonts:"):
        path = f"{matplotlib.get_data_path()}/fonts/ttf/{url.removeprefix('fonts:')}"
        with open(path, "rb") as font:
            return URLFetcherResponse(url, font.read(), {"Content-Type": "font/ttf"})
    if url.startswith("data:"):
        from weasyprint.urls import URLFetcher

        return URLFetcher(allowed_protocols=["data"]).fetch(url)
    raise ValueError(f"nothing is fetched from outside: {url}")


def convert(page: str) -> bytes:
    """A page as PDF.

    Raises
    ------
    RenderError
        WeasyPrint, or a library that it needs, is not installed.
    """
    try:
        from weasyprint import CSS, HTML
    except (ImportError, OSError) as error:
        raise RenderError(
            f"PDF needs WeasyPrint and Pango ({error}). Install them with `pip install 'traite[pdf]'` and, on Debian, "
            "`apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0`."
        ) from None
    silent = re.sub(r"<script\b.*?</script>", "", page, flags=re.DOTALL)
    silent = re.sub(r"<(/?)details\b[^>]*>", r"<\1div>", silent)
    silent = re.sub(r"<summary>.*?</summary>", "", silent, flags=re.DOTALL)
    # WeasyPrint takes the name of a drawing for its alternative text: the description says more.
    silent = re.sub(r"<title>[^<]*</title>\n<desc>([^<]*)</desc>", r"<title>\1</title>", silent)
    document = HTML(string=silent, url_fetcher=_fetch)
    style = CSS(string=STYLE, url_fetcher=_fetch)
    name = hashlib.sha256(silent.encode()).digest()[:16]
    written: bytes = document.write_pdf(stylesheets=[style], pdf_variant="pdf/ua-1", pdf_tags=True, pdf_identifier=name)
    return written


def edition_pdf(edition: Edition, texts: Sequence[tuple[Chapter, str]], licence: str) -> bytes:
    """All chapters of an edition in one PDF, with a cover and a table of contents.

    Parameters
    ----------
    texts : sequence of (Chapter, str)
        The chapters, and the HTML of their pages.
    """
    parts = [(chapter, _part(chapter, page)) for chapter, page in texts]
    return convert(pages.document(edition, parts, licence))


def _part(chapter: Chapter, page: str) -> str:
    """Main content of a page, its anchors told apart from those of other chapters."""
    main = page.partition("<main")[2].partition(">")[2].rpartition("</main>")[0]
    main = re.sub(r'<section class="reuse".*?</section>', "", main, flags=re.DOTALL)
    parts = re.split(r"(<svg\b.*?</svg>)", main, flags=re.DOTALL)  # the names inside a drawing are its own
    for place in range(0, len(parts), 2):
        named = re.sub(r'\b(id|aria-labelledby)="', rf'\1="{chapter.name}-', parts[place])
        parts[place] = named.replace('href="#', f'href="#{chapter.name}-')
    return "".join(parts).replace("<h1>", f'<h1 class="part" id="{chapter.name}">', 1)
