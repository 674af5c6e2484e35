"""Which column of the survey each heading of a file is."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from .columns import Column
from .errors import RefusedExportError
from .exports import Export
from .headings import Style, full_text
from .privacy import PERSONAL_COLUMNS
from .survey import Survey
from .texts import comparable
from .words import SYSTEM_TEXTS, TIMING_STARTS

KEPT_SYSTEM = ("id", "submitdate", "lastpage", "startlanguage", "startdate", "datestamp", "interviewtime")
_CODE = re.compile(r"[A-Za-z0-9_#]+(?:\[[^\[\]]*\]){0,2}")
_ATTRIBUTE = re.compile(r"attribute_\d+")
_TIMING = re.compile(r"groupTime\d+|(.+)Time")
_RAW = re.compile(r"[0-9]+X[0-9]+X[0-9]+|Q[0-9]+")
_ABBREVIATED = re.compile(r"\.\. (?:$|[ \[\]])")
_ASK = "Ask for headings by code, or code and text."

Spelling = Mapping[str, Column | None]
"""Columns by name; `None` for a name that two columns would have (`282267X4X251`: question 251, or rank 1 of question 25)."""


@dataclass
class Plan:
    """What is taken from a file."""

    style: Style
    language: str
    """Language of full-text headings; the base language otherwise."""
    columns: dict[int, Column] = field(default_factory=dict)
    system: dict[str, int] = field(default_factory=dict)
    dropped: int = 0
    """Columns about the person, never read."""
    unknown: list[str] = field(default_factory=list)
    """Headings that the survey does not have, never read either."""


def _spelling(names: Iterable[tuple[str, Column]]) -> Spelling:
    found: dict[str, Column | None] = {}
    for name, column in names:
        found[name] = None if name in found and found[name] is not column else column
    return found


def _spellings(columns: Sequence[Column]) -> list[tuple[Style, Spelling]]:
    return [
        (Style.CODE, _spelling((name, column) for column in columns for name in (column.names.code, *column.names.older_code))),
        (Style.EM, _spelling((column.names.em, column) for column in columns)),
        (Style.RAW, _spelling((column.names.raw, column) for column in columns)),
        (Style.RAW, _spelling((name, column) for column in columns for name in column.names.raw7)),
    ]


def _place(plan: Plan, survey: Survey, index: int, heading: str, code: str | None) -> None:
    """Give its place to a heading that is no column of the questionnaire."""
    timing = _TIMING.fullmatch(code or "")
    if code in KEPT_SYSTEM:
        plan.system.setdefault(code, index)
    elif code is not None and (code in PERSONAL_COLUMNS or _ATTRIBUTE.fullmatch(code)):
        plan.dropped += 1
    elif code != "seed" and not (timing and (timing[1] is None or any(timing[1] == found.code for found in survey.questions))):
        plan.unknown.append(heading)


def _by_codes(survey: Survey, export: Export, codes: Sequence[str | None], spellings: Iterable[tuple[Style, Spelling]]) -> Plan:
    """Place headings by their codes. `None` among the codes is a heading that has none."""
    style, known = max(spellings, key=lambda spelling: sum(code in spelling[1] for code in codes))
    plan = Plan(style, survey.language)
    repeated = [
        code for code, count in Counter(codes).items() if code is not None and count > 1 and (code in known or code == "id")
    ]
    if repeated:
        raise RefusedExportError(f"Columns are twice in the export ({', '.join(repeated[:5])}): export again with each once.")
    for index, (heading, code) in enumerate(zip(export.headings, codes, strict=True)):
        if code is not None and code in known:
            column = known[code]
            if column is None:
                raise RefusedExportError(f"The heading {code} may be two columns of this survey. {_ASK}")
            plan.columns[index] = column
        else:
            _place(plan, survey, index, heading, code)
    if style is Style.RAW and any(_RAW.match(heading) for heading in plan.unknown):
        raise RefusedExportError(
            "The table has columns of questions that this questionnaire has not: its numbers are those of another copy of the "
            "survey. Give the .lss of the same server, or the .lsa."
        )
    return plan


def _by_code_and_text(survey: Survey, columns: Sequence[Column], export: Export) -> Plan:
    """`Q[SQ001]. Text`: the code decides; what follows it may have been cut or changed."""
    found = [_CODE.match(heading) for heading in export.headings]
    following = Counter(
        heading[match.end()]
        for heading, match in zip(export.headings, found, strict=True)
        if match and match.end() < len(heading)
    )
    if following and following.most_common(1)[0][1] < following.total() * 0.9:
        raise RefusedExportError(
            "The separator between codes and texts of the headings cannot be told: ask for headings by code."
        )
    codes = [match[0] if match and match.end() < len(match.string) else None for match in found]
    plan = _by_codes(survey, export, codes, _spellings(columns)[:2])
    plan.style = Style.CODE_TEXT
    return plan


def _system_texts(language: str, *, coded: bool = False) -> dict[str, str]:
    pairs = [(code, text) for code, texts in SYSTEM_TEXTS[language].items() for text in texts]
    return {comparable(code + text if coded else text): code for code, text in pairs}


def _by_text(survey: Survey, columns: Sequence[Column], export: Export, language: str, *, coded: bool = False) -> Plan:
    """Compare whole headings: full texts, or code and text without a separator, as remote control of LimeSurvey 6.4 writes."""
    plan, system = Plan(Style.CODE_TEXT if coded else Style.TEXT, language), _system_texts(language, coded=coded)
    texts: dict[str, list[Column]] = {}
    suffixed: dict[str, Column] = {}
    for column in columns:
        text = full_text(survey, column, language)
        if text is not None:
            for code in (column.names.code, column.names.em) if coded else ("",):
                found = texts.setdefault(comparable(code + text), [])
                found.extend([column] if column not in found else [])
            suffixed[comparable(f"{text} ({column.names.raw})")] = column  # how JSON tells twins apart
    places: dict[str, list[int]] = {}
    for index, heading in enumerate(export.headings):
        key = comparable(heading)
        if key in texts and key in system:
            raise RefusedExportError(f"A question ({texts[key][0].name}) has the text of a heading of LimeSurvey. {_ASK}")
        if key in suffixed:
            plan.columns[index] = suffixed[key]
        elif key in texts:
            places.setdefault(key, []).append(index)
        elif heading.startswith(TIMING_STARTS.get(language, ())):
            if heading.startswith(TIMING_STARTS[language][0]):
                plan.system.setdefault("interviewtime", index)
        elif _ABBREVIATED.search(heading.replace("_", " ")):
            raise RefusedExportError(f"The headings are abbreviated, so that several questions may have the same. {_ASK}")
        else:
            _place(plan, survey, index, heading, system.get(key, key if _ATTRIBUTE.fullmatch(heading.strip()) else None))
    _place_texts(plan, texts, places)
    return plan


def _place_texts(plan: Plan, texts: Mapping[str, list[Column]], places: Mapping[str, list[int]]) -> None:
    """Give their columns to the headings, twins included where the order of the whole file proves which is which."""
    taken = set(plan.columns.values())
    twins = False
    for key, indexes in places.items():
        candidates = [column for column in texts[key] if column not in taken]
        if len(candidates) != len(indexes):
            names = ", ".join(column.name for column in texts[key][:6])
            raise RefusedExportError(
                f"{len(texts[key])} columns have the same full-text heading ({names}) and the export shows {len(indexes)}: "
                f"which one cannot be told. {_ASK}"
            )
        twins = twins or len(indexes) > 1
        plan.columns.update(zip(indexes, candidates, strict=True))
    positions = [plan.columns[index].position for index in sorted(plan.columns)]
    if twins and positions != sorted(positions):
        raise RefusedExportError(
            f"Several columns have the same full-text heading and the columns are not in the order of the questionnaire. {_ASK}"
        )


def match_headings(survey: Survey, columns: Sequence[Column], export: Export) -> Plan:
    """Find the column of each heading.

    Raises
    ------
    RefusedExportError
        If headings are abbreviated, can be two columns, or are not those of this survey.
    """
    headings = export.headings
    plan: Plan | None = None
    if "id" in headings or export.raw_names:
        plan = _by_codes(survey, export, headings, _spellings(columns))
    else:
        normal = {comparable(heading) for heading in headings}
        for language, coded in product(dict.fromkeys((*survey.languages, *SYSTEM_TEXTS)), (False, True)):
            if language in SYSTEM_TEXTS and "id" in {_system_texts(language, coded=coded).get(key) for key in normal}:
                plan = _by_text(survey, columns, export, language, coded=coded)
                break
        if plan is None and any(re.match(r"id[^A-Za-z0-9\[_]", heading) for heading in headings):
            plan = _by_code_and_text(survey, columns, export)
    if plan is None:
        raise RefusedExportError(
            "The first line is not a heading line of LimeSurvey, or in a language whose words are not known: ask for the .lsa, "
            "or for CSV with code headings and answer codes."
        )
    if not plan.columns:
        raise RefusedExportError("No heading of the export is a question of this questionnaire: is it the right .lss?")
    if "id" not in plan.system:
        raise RefusedExportError("The export has no column of response ids: export again with it.")
    return plan
