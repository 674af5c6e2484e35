"""Two tidy tables: what each association counted, and the victims it described, for any layout of the questionnaire."""

from __future__ import annotations

import csv
import hashlib
import re
import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

import limesurvey_answers as ls
from limesurvey_answers.privacy import forgetful
from traite_lib.catalogue import project_root
from traite_lib.nomenclature import UNKNOWN, Nomenclatures

from ..errors import AnswersError
from .mapping import Mapping, Variable, faults, places, read_mapping
from .place import private

NOT_ASKED = "_Z"
"""In a column of victims: the question was not shown to them (SDMX, not applicable). Not answered is ``_U``."""

NONE = ""
"""In a column of victims: answered, and none of the modalities."""

SYNTHETIC = "SYNTHETIQUE"
"""Question that each response of a demonstration answers « Y »: the file itself says that nobody gave these answers."""

_SECRET = secrets.token_bytes(16)
_LEGAL = {"association", "asso", "fondation", "loi", "1901", "france"}


@dataclass(frozen=True, repr=False)
class Tables:
    """The answers of one edition; its text form shows sizes, never an answer.

    Attributes
    ----------
    associations : DataFrame
        One row a response: ``association`` (a pseudonym, other in each session), ``submitted``, ``declared`` (victims said to
        be described), then one column a count, as ``accompanied`` or ``accompanied form=sexual``; missing when not answered.
    victims : DataFrame
        One row a described victim: ``association``, ``response``, ``slot``, then one column a variable, with codes of the
        nomenclatures, ``_U`` not answered, ``_Z`` not asked, and empty for « none of these »; a variable of several answers has
        also a column of booleans for each modality, as ``violence=sexual``.
    dims : dict
        For each count: its population, and the modalities that it counts.
    multiple : set of str
        Populations and dimensions whose cells may add to more than their total, as ``("accompanied", "form")``.
    """

    mapping: Mapping
    associations: pd.DataFrame
    victims: pd.DataFrame
    dims: dict[str, tuple[str, dict[str, str]]]
    multiple: set[tuple[str, str]]
    synthetic: bool

    def __repr__(self) -> str:
        sizes = f"{len(self.associations)} responses, {len(self.victims)} described victims"
        return f"<Tables of {self.mapping.edition.year}: {sizes}{', synthetic' if self.synthetic else ''}>"

    @cached_property
    def several(self) -> dict[str, list[str]]:
        """Modalities of the variables of several answers."""
        found = {v.name: list(dict.fromkeys(v.codes.values())) for v in self.mapping.variable if v.multiple}
        return {name: [code for code in codes if f"{name}={code}" in self.victims] for name, codes in found.items()}


def read_tables(mapping: Path, export: Path | None = None, structure: Path | None = None) -> Tables:
    """Read the answers of one edition.

    Parameters
    ----------
    mapping : Path
        The mapping; its table ``[export]`` names the files beside it.
    export, structure : Path, optional
        Other files than those.

    Raises
    ------
    AnswersError
        A file lies where others can read it, the questionnaire is another one, or the mapping does not fit it.
    LimeSurveyError
        The export cannot be read safely.
    """
    said = read_mapping(mapping)
    answers = open_answers(said, mapping, export, structure)
    nomenclatures = Nomenclatures(project_root() / "data")
    if wrong := list(faults(said, answers.survey, nomenclatures)):
        raise AnswersError(
            f"{mapping.name}, question {wrong[0][0]}: {wrong[0][1]} ({len(wrong)} in all: `traite answers check`)."
        )
    if ls.fingerprint(answers.survey) != said.edition.fingerprint:
        raise AnswersError(f"{mapping.name} was written for another questionnaire: run `traite answers check`, and review it.")
    return tables(answers, said, read_aliases(mapping, said))


def open_answers(said: Mapping, mapping: Path, export: Path | None = None, structure: Path | None = None) -> ls.Answers:
    """The answers behind a mapping, from files that nobody else can read; see `read_tables`."""
    export = private(export or mapping.parent / said.export.file)
    if structure is None and said.export.structure:
        structure = mapping.parent / said.export.structure
    asked = ls.read_survey(structure or export)
    options = said.export.converted_yes, said.export.converted_no
    kept = [name for name in said.associations.key if _is_text(asked, name)]
    return ls.read_answers(
        export, asked, keep_text=kept, converted=ls.Converted(*options) if any(options) else None, encoding=said.export.encoding
    )


def _is_text(survey: ls.Survey, name: str) -> bool:
    return any(c.content.value == "text" and name in (c.name, c.question.code) for c in ls.survey_columns(survey))


def read_aliases(mapping: Path, said: Mapping) -> dict[str, str]:
    """Names by spelling, both made comparable: the table ``spelling,name`` kept with the answers."""
    if not said.associations.aliases:
        return {}
    with private(mapping.parent / said.associations.aliases).open(encoding="utf-8", newline="") as lines:
        return {comparable_name(row["spelling"]): comparable_name(row["name"]) for row in csv.DictReader(lines)}


def comparable_name(name: str) -> str:
    """A name of association as spellings are compared: case, accents, punctuation and legal words never decide."""
    letters = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).casefold()
    words = re.findall(r"\w+", letters)
    return " ".join([word for word in words if word not in _LEGAL] or words)


@forgetful
def tables(answers: ls.Answers, mapping: Mapping, aliases: dict[str, str]) -> Tables:
    """The two tables; see `read_tables`."""
    kept = np.array([number not in mapping.excluded for number in answers.responses.index], bool)
    codes, states = answers.wide("code", states=("answered", "default_only")), answers.states
    if not kept.all():
        codes, states = codes[kept], states[kept]
    answered = states == "answered"
    names = pseudonyms(codes, mapping, aliases)
    columns = [column for column in ls.survey_columns(answers.survey) if column.name in codes]
    associations, dims, multiple = _associations(codes, answered, mapping, columns, names)
    if "submitted" in answers.responses:
        associations.insert(1, "submitted", answers.responses["submitted"].reindex(associations.index))
    started = answered.any(axis=1)
    synthetic = SYNTHETIC in codes and bool(started.any()) and bool((codes.loc[started, SYNTHETIC] == "Y").all())
    return Tables(mapping, associations, _victims(codes, states, answered, mapping, columns, names), dims, multiple, synthetic)


def pseudonyms(codes: pd.DataFrame, mapping: Mapping, aliases: dict[str, str]) -> pd.Series:
    """One association, one pseudonym, in all editions read in one session; a response without a name is one of its own."""
    texts = [codes[name].fillna("") for name in mapping.associations.key if name in codes]
    joined = [" ".join(parts) for parts in zip(*texts, strict=True)] if texts else [""] * len(codes)
    comparable = {text: comparable_name(text) for text in set(joined)}
    keys = [comparable[text] or f"\0{number}" for text, number in zip(joined, codes.index, strict=True)]
    known = {key: hashlib.blake2b(aliases.get(key, key).encode(), key=_SECRET, digest_size=6).hexdigest() for key in set(keys)}
    return pd.Series([known[key] for key in keys], codes.index, dtype="str", name="association")


def _numbers(codes: pd.Series) -> pd.Series:
    """Counts; what is none is missing, and is a finding of `findings.check`. What is no number was not read at all."""
    found = pd.to_numeric(codes)
    return found.where(is_count(found)).astype("Int64")


def is_count(numbers: pd.Series) -> pd.Series:
    """Whether numbers are whole and not negative."""
    return (numbers >= 0) & (numbers % 1 == 0)


def _associations(
    codes: pd.DataFrame, answered: pd.DataFrame, mapping: Mapping, columns: list[ls.Column], names: pd.Series
) -> tuple[pd.DataFrame, dict[str, tuple[str, dict[str, str]]], set[tuple[str, str]]]:
    held: dict[str, str] = {}
    dims: dict[str, tuple[str, dict[str, str]]] = {}
    multiple: set[tuple[str, str]] = set()
    for count in mapping.count:
        for column in columns:
            cell = count.dims(*(sub.code if sub else "" for sub in (column.row, column.axis)))
            if column.question.code != count.question or cell is None:
                continue
            name = " ".join([count.population, *(f"{dim}={code}" for dim, code in cell.items())])
            held[name] = column.name
            dims[name] = (count.population, cell)
            multiple |= {(count.population, dim) for dim in cell if count.multiple}
    declared = [mapping.victims.declared] if mapping.victims.declared in codes else []
    said = answered[[*held.values()]]
    counted = (said.any(axis=1) | codes[declared].notna().any(axis=1)) if held else pd.Series(True, codes.index)
    codes, said = codes[counted], said[counted]  # most responses describe a victim, and count nothing
    numbers = _numbers(codes[[*held.values()]].where(said).melt()["value"].astype("str"))  # one column after the other
    size = len(codes)
    found = {name: numbers.array[place * size : (place + 1) * size] for place, name in enumerate(held)}
    unsaid = pd.Series(pd.NA, codes.index, dtype="Int64")
    whole = {"association": names[counted], "declared": _numbers(codes[declared[0]]) if declared else unsaid}
    frame = pd.DataFrame(whole | found)
    frame = frame[frame[[*found, "declared"]].notna().any(axis=1)] if found else frame
    if mapping.victims.layout == "one_response":  # an association repeats its counts with each victim
        frame = frame[~frame.duplicated()]
    return frame, dims, multiple


def _victims(
    codes: pd.DataFrame, states: pd.DataFrame, answered: pd.DataFrame, mapping: Mapping, columns: list[ls.Column],
    names: pd.Series,
) -> pd.DataFrame:  # fmt: skip
    by_item = places(mapping.victims, columns)
    mapped = [(variable, by_item.get(variable.item, {})) for variable in mapping.variable]
    parts = []
    for slot in sorted({slot for _, found in mapped for slot in found}):
        here = [column.name for _, found in mapped for column in found.get(slot, {}).values()]
        lines = np.asarray(answered[here].any(axis=1), bool)
        if not lines.any():
            continue
        frame: dict[str, object] = {"association": names[lines], "response": codes.index[lines], "slot": slot}
        slot_codes, slot_states = codes.loc[lines, here], states.loc[lines, here]
        for variable, found in mapped:
            boxes = {rest: column.name for rest, column in found.get(slot, {}).items()}
            made = _boxes if variable.multiple else _single
            frame |= made(variable, slot_codes, slot_states, boxes)
        parts.append(pd.DataFrame(frame).reset_index(drop=True))
    if not parts:
        return pd.DataFrame({"association": [], "response": [], "slot": []})
    victims = pd.concat(parts).sort_values(["response", "slot"], ignore_index=True)
    return victims.astype({v.name: _dtype(v) for v in mapping.variable})


def _dtype(variable: Variable) -> pd.CategoricalDtype:
    modalities = [] if variable.multiple else [*variable.codes.values(), *variable.bands]
    return pd.CategoricalDtype(list(dict.fromkeys([*modalities, NONE, UNKNOWN, NOT_ASKED])))


def _single(variable: Variable, codes: pd.DataFrame, states: pd.DataFrame, boxes: dict[str, str]) -> dict[str, object]:
    """A question of one answer: its modality, or why there is none."""
    if not boxes:
        return {variable.name: NOT_ASKED}
    name = next(iter(boxes.values()))
    code, state = codes[name], states[name]
    if variable.bands:
        number, modality = pd.to_numeric(code), pd.Series(None, codes.index, dtype=object)
        for band, (first, last) in variable.bands.items():
            modality = modality.mask((number >= first) & (number < last + 1), band)
    else:
        modality = code.map(variable.codes | dict.fromkeys(variable.none, NONE)).astype(object)
    said = state.isin(["answered", "default_only"] if variable.defaults else ["answered"])
    return {variable.name: modality.where(said & modality.notna(), np.where(state == "not_shown", NOT_ASKED, UNKNOWN))}


def _boxes(variable: Variable, codes: pd.DataFrame, states: pd.DataFrame, boxes: dict[str, str]) -> dict[str, object]:
    """A question of several answers: a column a modality, and whether it was answered at all."""
    if not boxes:
        return {variable.name: NOT_ASKED, **{f"{variable.name}={code}": False for code in variable.codes.values()}}
    states = states[[*boxes.values()]]
    said = dict(zip(boxes, (states == "answered").to_numpy().T, strict=True))
    answered = np.logical_or.reduce(list(said.values()))
    hidden = (states == "not_shown").to_numpy().all(axis=1)
    ticked = {rest: codes[name].isin(["Y", "1"]).to_numpy() & said[rest] for rest, name in boxes.items()}

    def any_of(rests: Iterable[str]) -> npt.NDArray[np.bool_]:
        found = [np.zeros(len(codes), bool), *(ticked[rest] for rest in rests if rest in ticked)]
        return np.asarray(np.logical_or.reduce(found), bool)

    gathered: dict[str, list[str]] = {}
    for rest, code in variable.codes.items():
        gathered.setdefault(f"{variable.name}={code}", []).append(rest)
    found = {name: any_of(rests) for name, rests in gathered.items()}
    known = answered & (any_of(variable.codes) | any_of(variable.none) | ~any_of(variable.unknown))
    return {variable.name: np.where(hidden, NOT_ASKED, np.where(known, NONE, UNKNOWN)), **found}
