"""What a person must look at, or decide, before the answers of an edition are used. No finding ever quotes an answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pandas as pd

import limesurvey_answers as ls
from traite_lib.catalogue import Catalogue
from traite_lib.nomenclature import ALL, Nomenclatures
from traite_lib.table import SUB_POPULATION

from .aggregates import compute, reconcile
from .mapping import Mapping, faults, places, read_mapping
from .plan import read_plan
from .tables import Tables, comparable_name, is_count, open_answers, read_aliases, tables

TRIAL = re.compile(r"\b(tests?|essais?|demo|xxx+|azerty|toto)\b")
"""Words of a name that a team types to try a questionnaire; accents and case are folded before."""
HASTE = 60
"""Seconds under which nobody counts a year of support."""
ALIKE = 3
"""Counts, not zero, that two responses must share for one to look copied from the other."""


@dataclass(frozen=True)
class Finding:
    """Something to look at, or to decide when `decide`; `decided` is the reason that the mapping gives."""

    code: str
    message: str
    responses: tuple[int, ...] = ()
    questions: tuple[str, ...] = ()
    decide: bool = True
    decided: str = ""


@dataclass(frozen=True)
class Report:
    """What a check found, the share of accompanied victims that each response describes, and counts that both parts give.

    `reconciled`, once nothing waits: victims counted by the core, described in the optional part, and the share described.
    """

    findings: list[Finding]
    coverage: pd.DataFrame
    reconciled: pd.DataFrame

    @property
    def open(self) -> list[Finding]:
        """What still waits for a decision."""
        return [finding for finding in self.findings if finding.decide and not finding.decided]


def check(export: Path, mapping: Path, structure: Path | None = None, before: Path | None = None) -> Report:
    """Everything that a person must look at in the answers of an edition.

    Parameters
    ----------
    export, mapping, structure : Path
        The answers, their mapping, and the questionnaire where the export does not hold it.
    before : Path, optional
        The questionnaire of the edition before, to be compared.
    """
    said = read_mapping(mapping)
    answers = open_answers(said, mapping, export, structure)
    data = Catalogue().data
    words = Nomenclatures(data)
    found = [
        Finding("mapping", f"{question}: {text}.", questions=(question,))
        for question, text in faults(said, answers.survey, words)
    ]
    read = None if found else tables(answers, said, read_aliases(mapping, said))
    found += [*_questionnaire(answers, said, before), *_export(answers, said), *_progress(answers, said)]
    if read is not None:
        found += [*_duplicates(read), *_described(read, answers, said), *_sums(read), *_no_counts(answers, said)]
    coverage = pd.DataFrame() if read is None else coverage_by_response(read)
    report = Report([_decided(finding, said) for finding in found], coverage, pd.DataFrame())
    if read is None or report.open:
        return report
    both = reconcile(compute(read, read_plan(data), words).observations)
    return replace(report, reconciled=both[(both[SUB_POPULATION] == ALL).all(axis=1)])


def _decided(finding: Finding, said: Mapping) -> Finding:
    """A finding, with the reason of the decision that covers all of it."""
    for decision in said.decision:
        covers = set(finding.responses) <= set(decision.responses) and set(finding.questions) <= set(decision.questions)
        if decision.finding == finding.code and covers:
            return replace(finding, decided=decision.reason)
    return finding


def _questionnaire(answers: ls.Answers, said: Mapping, before: Path | None) -> Iterator[Finding]:
    if answers.survey.sid != said.edition.survey:
        yield Finding("survey", "The questionnaire has another survey number than the mapping.")
    if ls.fingerprint(answers.survey) != said.edition.fingerprint:
        yield Finding("fingerprint", "The questionnaire is not the one that the mapping was written for: review each line of it.")
    for change in ls.differences(ls.read_survey(before), answers.survey) if before else []:
        yield Finding("changed", change.message, questions=(change.question,), decide=change.kind != "asking")


_TO_LOOK_AT = {"unknown_column", "complete_only", "left_after_going_back", "no_response"}


def _export(answers: ls.Answers, said: Mapping) -> Iterator[Finding]:
    """What the reader found, the columns that are needed and are not there, and responses that decisions no longer name."""
    for issue in answers.issues:
        if issue.code != "missing_columns":
            names = (issue.column,) if issue.column else ()
            yield Finding(issue.code, issue.message, issue.responses, names, issue.code not in _TO_LOOK_AT)
    columns = ls.survey_columns(answers.survey)
    items = {variable.item for variable in said.variable}
    placed = [
        c for item, slots in places(said.victims, columns).items() if item in items for f in slots.values() for c in f.values()
    ]
    core = {*said.associations.key, *said.associations.core, *(count.question for count in said.count)}
    for column in [*placed, *(column for column in columns if column.question.code in core)]:
        if column.name not in answers.columns:
            yield Finding("missing_column", f"{column.name} is needed and is not in the export.", questions=(column.name,))
    gone = said.excluded - set(answers.responses.index)
    if gone:
        yield Finding("decision", "A decision excludes responses that the export does not hold.", tuple(sorted(gone)))


def _progress(answers: ls.Answers, said: Mapping) -> Iterator[Finding]:
    """Partial, late, premature and hurried responses, and those of a team that tries its questionnaire."""
    info, states = answers.responses, answers.states
    core = [name for name in said.associations.core if name in states]
    started = (states == "answered").any(axis=1)
    whole = (states[core] == "answered").all(axis=1)

    def these(lines: pd.Series) -> tuple[int, ...]:
        return tuple(number for number in info.index[lines & started] if number not in said.excluded)

    signs: dict[str, tuple[str, pd.Series]] = {}
    if "submitted" in info:
        signs["partial"] = ("Left before the end, the common core not filled: keep or exclude.", ~info["submitted"] & ~whole)
    if said.edition.closed and "submit_date" in info:
        end = pd.Timestamp(said.edition.closed) + timedelta(days=1)
        signs["late"] = ("Submitted after the survey had closed.", info["submit_date"] >= end)
    if said.edition.opened and "started" in info:
        signs["early"] = ("Started before the survey opened, as tests are.", info["started"] < pd.Timestamp(said.edition.opened))
    if "duration" in info:
        signs["haste"] = ("The common core filled in less than a minute.", whole & (info["duration"] < HASTE).fillna(False))
    texts = answers.wide("code")[[name for name in said.associations.key if name in answers.columns]].fillna("")
    trial = texts.map(lambda name: bool(TRIAL.search(comparable_name(name)))).any(axis=1)
    signs["test"] = ("The name is one that is typed to try a questionnaire.", trial)
    unnamed = (texts == "").all(axis=1)
    signs["unnamed"] = ("No association is named: it will be counted as one of its own.", unnamed)
    for code, (message, lines) in signs.items():
        if found := these(lines):
            yield Finding(code, message, found)
    finished = these(~info["submitted"] & whole) if "submitted" in info else ()
    if finished:
        yield Finding("unfinished", "Not submitted, with the common core filled: kept.", finished, decide=False)


def _groups(keys: pd.Series) -> Iterator[tuple[int, ...]]:
    for _, group in keys.groupby(keys, sort=False):
        if len(group) > 1:
            yield tuple(group.index)


def _duplicates(read: Tables) -> Iterator[Finding]:
    for found in _groups(read.associations["association"]):
        message = "One association answered several times: several sites, or one answer to exclude?"
        yield Finding("duplicate", message, found)
    counts = read.associations[list(read.dims)].fillna(0).astype(int)
    counts = counts[(counts > 0).sum(axis=1) >= ALIKE]
    for found in _groups(counts.apply(tuple, axis=1) if len(counts) else pd.Series(dtype=object)):
        if read.associations.loc[list(found), "association"].nunique() > 1:
            yield Finding("same_counts", "Different names, and the same counts everywhere: one answer typed twice?", found)


def _described(read: Tables, answers: ls.Answers, said: Mapping) -> Iterator[Finding]:
    """Victims described, against those declared and the room that the form gives."""
    table = read.associations
    described = read.victims.groupby("response").size().reindex(table.index, fill_value=0)
    if said.victims.layout in ("array_rows", "repeated_codes"):
        slots = {slot for found in places(said.victims, ls.survey_columns(answers.survey)).values() for slot in found}
        room = len(slots)
        last = read.victims.groupby("response")["slot"].max().reindex(table.index, fill_value=0)
        signs = {
            "more_described": ("More victims are described than were declared.", described > table["declared"]),
            "fewer_described": ("Fewer victims are described than were declared.", described < table["declared"]),
            "truncated": (f"The form has room for {room} victims, and more were declared.", table["declared"] > room),
            "hole": ("A victim was left out between two others.", last > described),
        }
        for code, (message, lines) in signs.items():
            if found := tuple(table.index[lines.fillna(False).astype(bool)]):
                yield Finding(code, message, found, decide=code == "more_described")
    by_association, accompanied = _described_and_counted(read)
    if over := tuple(table.index[(by_association > accompanied).fillna(False).astype(bool)]):
        yield Finding("more_than_accompanied", "More victims are described than were accompanied.", over)


def _sums(read: Tables) -> Iterator[Finding]:
    """Parts that add to more than their total, where a victim stands in one cell only."""
    table = read.associations
    for population in dict.fromkeys(population for population, _ in read.dims.values()):
        if population not in table:
            continue
        kinds = dict.fromkeys(tuple(cell) for who, cell in read.dims.values() if who == population and cell)
        for kind in kinds:
            if any((population, dim) in read.multiple for dim in kind):
                continue
            parts = [name for name, (who, cell) in read.dims.items() if who == population and tuple(cell) == kind]
            over = table[parts].sum(axis=1) > table[population]
            if found := tuple(table.index[over.fillna(False).astype(bool)]):
                yield Finding("sum", f"{population} by {', '.join(kind)}: the parts add to more than the total.", found)


def _no_counts(answers: ls.Answers, said: Mapping) -> Iterator[Finding]:
    """Numbers of victims that are negative or not whole: they are read as not answered."""
    asked = {said.victims.declared, *(count.question for count in said.count)}
    codes = answers.wide("code").drop(index=list(said.excluded), errors="ignore")
    for column in ls.survey_columns(answers.survey):
        if column.question.code in asked and column.name in codes:
            numbers = pd.to_numeric(codes[column.name])
            if wrong := tuple(codes.index[numbers.notna() & ~is_count(numbers)]):
                yield Finding("no_count", "A number of victims is negative or not whole.", wrong, (column.name,))


def _described_and_counted(read: Tables) -> tuple[pd.Series, pd.Series]:
    """Victims that the association of each response describes, and those that it accompanied; missing where it does not say."""
    table = read.associations
    name = next((name for name in ("accompanied", "accompanied_in_france") if name in table), None)
    total = table[name] if name else pd.Series(pd.NA, table.index, dtype="Int64")
    described = read.victims["association"].value_counts().reindex(table["association"], fill_value=0)
    counted = total.groupby(table["association"]).transform(lambda numbers: numbers.sum(min_count=1))
    return pd.Series(described.to_numpy(), table.index), counted.astype("Float64")


def coverage_by_response(read: Tables) -> pd.DataFrame:
    """Share of accompanied victims that the association of each response describes, in percent; missing without a count."""
    described, counted = _described_and_counted(read)
    return pd.DataFrame({"coverage": described * 100 / counted.where(counted > 0)})


def as_lines(findings: Iterable[Finding]) -> list[list[str]]:
    """Findings as lines of a table: what still waits first."""

    def some(values: tuple[object, ...]) -> str:
        return ", ".join(map(str, values[:12])) + (f" and {len(values) - 12} more" if len(values) > 12 else "")

    ordered = sorted(findings, key=lambda finding: (not finding.decide, bool(finding.decided)))
    return [
        [
            f"decided: {f.decided}" if f.decided else "to decide" if f.decide else "to know", f.code, f.message,
            some(f.responses) or some(f.questions),
        ] for f in ordered
    ]  # fmt: skip
