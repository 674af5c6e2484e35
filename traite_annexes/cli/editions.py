"""Command line for the editions' workbooks: ``traite add-edition 2025 FILE``, ``traite check 2025``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer
from pydantic import ValidationError
from rich.console import Console

from traite_lib.catalogue import Catalogue, sha256
from traite_lib.errors import TraiteError

from .terminal import EditionArg

if TYPE_CHECKING:
    from traite_lib.loading.official import Matching

    from ..adding import Added
    from ..checks import Finding

SHOWN = 8
"""Cells named for one unknown label."""


def add_edition(
    edition: Annotated[str, typer.Argument(help="Reference year: a new one, or one that has cited figures only.")],
    file: Annotated[Path, typer.Argument(help="The workbook, as received.")],
    title: Annotated[str, typer.Option(help="French title; by default, the last edition's with the new year.")] = "",
    producer: Annotated[Optional[list[str]], typer.Option(help="May be repeated; by default, those of the last edition.")] = None,  # noqa: UP045
    published: Annotated[str, typer.Option(help="French date of publication, as « 16 octobre 2026 ».")] = "",
    share_population: Annotated[str, typer.Option(help="Population of the shares, when the workbook does not say it.")] = "",
    url: Annotated[str, typer.Option(help="Address of the workbook.")] = "",
    invented: Annotated[bool, typer.Option("--invented", help="An example: every number shown is marked.")] = False,
) -> None:
    """Add the workbook of an edition: copy, checksum, catalogue entry, layout; and say what fits and what does not.

    Nothing is changed when it cannot be loaded. Then run `traite check`.
    """
    from ..adding import Details, add_edition

    catalogue = Catalogue()
    details = Details(title, tuple(producer or ()), published, share_population, url, invented)
    try:
        added = add_edition(catalogue, edition, file, details)
    except ValidationError as error:  # an option, or the name of the file, is no text that may be shown
        first = error.errors()[0]
        raise TraiteError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}.") from None
    _report(added, catalogue.root)


def _report(added: Added, root: Path) -> None:
    say = Console(highlight=False, soft_wrap=True).print
    edition, matched = added.edition, added.matching
    say(f"Edition {edition.key} ({'new' if added.new else 'known, now with its workbook'}): {edition.title}", markup=False)
    say(
        f"  shares are about: {edition.share_population}; producers: {', '.join(edition.producers)}; {edition.published}",
        markup=False,
    )
    populations = Counter(p.statement.population for p in matched.placed if p.statement and p.state == "observation")
    understood = ", ".join(f"{name} ({number} cells)" for name, number in populations.most_common())
    say(f"  populations understood: {understood}", markup=False)
    for path in added.files:
        say(f"  written: {path.relative_to(root).as_posix()}", markup=False)
    say("\nSheets and tables", style="bold")
    for line in _tables(matched):
        say(f"  {line}", markup=False)
    unknown: dict[str, list[str]] = {}
    for p in matched.placed:
        for words in p.unknown:
            unknown.setdefault(words, []).append(f"{p.cell.sheet}!{p.cell.cell}")
    if unknown:
        say(
            "\nUnknown labels (complete source_labels in data/nomenclatures/, data/correspondences/words.csv, or the layout)",
            style="bold",
        )
        for label, places in unknown.items():
            say(f"  {label!r}: {_cells(places)}", markup=False)
    if missing := _missing(added):
        say("\nMissing, though the edition before has it", style="bold")
        for line in missing:
            say(f"  {line}", markup=False)
    say(f"\nNext: `traite check {edition.key}`, then `traite render {edition.key}`.", markup=False)


def _cells(places: list[str]) -> str:
    more = f" and {len(places) - SHOWN} more" if len(places) > SHOWN else ""
    return ", ".join(places[:SHOWN]) + more


def _tables(matched: Matching) -> list[str]:
    """One line a sheet without a table, one a table: how many cells fit, how many do not."""
    from ..adding import block_of, tables_of

    lines = []
    for sheet in matched.reading.sheets:
        found = [(table, placed) for (name, table), placed in tables_of(matched).items() if name == sheet.name]
        if not found:
            lines.append(f"{sheet.name}: {sheet.kind}, no table")
        for table, placed in found:
            counts = Counter(p.state for p in placed)
            fits = counts.pop("observation", 0)
            rest = ", ".join(f"{n} {state}" for state, n in counts.most_common())
            block = block_of(matched, sheet.name, table)
            area = f" {block.area}" if block else ""
            lines.append(f"{sheet.name}{area}: {fits} of {len(placed)} cells fit{f' ({rest})' if rest else ''}")
    return lines


def _missing(added: Added) -> list[str]:
    """Variables that the last edition before has figures on, and that the workbook says nothing of."""
    from traite_lib.loading.selection import load
    from traite_lib.table import is_change

    catalogue, words, table = load()
    year = added.edition.years[0]
    earlier = [e.key for e in catalogue.dated if e.years[0] < year]
    if not earlier:
        return []
    rows = table[(table["edition"] == earlier[-1]) & table["retained"] & table["value"].notna()]
    said = {p.statement.variable for p in added.matching.placed if p.statement and p.statement.year == year}
    lost = [name for name in words.variables if name in set(rows["variable"]) - said and not is_change(name)]
    return [f"{name} ({words.variables[name].label_fr}): {(rows['variable'] == name).sum()} in {earlier[-1]}" for name in lost]


def check(
    edition: EditionArg,
    notes: Annotated[bool, typer.Option("--notes/--no-notes", help="Also list what needs no decision.")] = True,
) -> None:
    """Check an edition before it is published: coverage, totals, shares, sums, moves, agreement with what was published.

    Exit code 1: a person must look.
    """
    from traite_lib.survey import open_edition

    from ..checks import check_edition

    survey = open_edition(edition)
    table, matched = survey.observations, survey.matching
    found = _coverage(matched) if matched else []
    if matched:
        own = {matched.statement_id(p.cell) for p in matched.placed if p.state == "observation"}
        rows = table[table["statement_id"].isin(own)]
    else:
        rows = table[(table["edition"] == survey.edition.key) & table["retained"]]
    found += check_edition(rows, table, survey.catalogue, survey.nomenclatures)
    say = Console(highlight=False, soft_wrap=True).print
    for level, heading in (("look", "A person must look"), ("note", "For information")):
        lines = [finding for finding in found if finding.level == level]
        if lines and (notes or level == "look"):
            say(f"{heading} ({len(lines)})", style="bold")
            for finding in lines:
                say(f"  {finding.check:10} {finding.where}: {finding.text}", markup=False)
    looks = sum(finding.level == "look" for finding in found)
    what = f"workbook data/{survey.edition.workbook.path}" if survey.edition.workbook else "cited figures only"
    say(
        f"Edition {edition}, {what}: {len(rows)} statements checked, {looks} to look at, {len(found) - looks} for information.",
        markup=False,
    )
    if looks:
        say(
            f"For each: correct its source in data/, or say why it stands (data/corrections.toml, data/layouts/{edition}.toml); "
            f"then `traite check {edition}` again.",
            markup=False,
        )
        raise typer.Exit(1)
    say(f"Next: `traite render {edition}`.", markup=False)


def _coverage(matched: Matching) -> list[Finding]:
    """Cells that became no statement, table by table and reason by reason."""
    from ..checks import Finding

    groups: dict[tuple[str, str, str, str], list[str]] = {}
    for p in matched.placed:
        if p.state not in ("observation", "control", "blank"):
            groups.setdefault((p.cell.sheet, p.cell.table, p.state, p.why), []).append(p.cell.cell)
    return [
        Finding("note" if state == "set_aside" else "look", state, f"{sheet}!{_cells(cells)}", why)
        for (sheet, _, state, why), cells in groups.items()
    ]


def checksums(
    write: Annotated[bool, typer.Option("--write", help="Declare the present content in data/editions.toml.")] = False,
) -> None:
    """Compare the data files with the checksums of the catalogue; --write declares what is there now."""
    from ..adding import declare

    catalogue = Catalogue()
    found = {
        file.path: sha256(catalogue.data / file.path) for file in catalogue.files() if (catalogue.data / file.path).is_file()
    }
    differ = [file.path for file in catalogue.files() if found.get(file.path) != file.sha256]
    if differ and not write:
        raise TraiteError(f"Changed since they were declared: {', '.join(differ)}. `traite checksums --write` declares them.")
    if differ:
        declare(catalogue, {path: found[path] for path in differ if path in found})
    print(f"{len(differ)} file(s) declared anew." if differ else "All data files are the declared ones.")
