"""An invented questionnaire of associations, in the three layouts of victims, written in LimeSurvey's formats; and its mapping."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import tomlkit

import limesurvey_answers as ls
from limesurvey_answers import writing

SLOTS = 4
OPTIONS = {
    "FORM": {"S": "Sexuelle", "D": "Domestique", "T": "Travail", "A": "Autre"},
    "SEXE": {"F": "Femme", "H": "Homme", "NSP": "Ne sait pas"},
    "PLT": {"Y": "Oui", "N": "Non"},
}
BOXES = {"FAM": "Famille", "CONJ": "Conjoint", "INC": "Inconnus", "AUC": "Aucun de ceux-là", "NSP": "Ne sait pas"}
VARIABLES: list[dict[str, Any]] = [
    {"name": "form", "item": "FORM", "codes": {"S": "sexual", "D": "labour_domestic", "T": "labour_other", "A": "other"}},
    {"name": "sex", "item": "SEXE", "codes": {"F": "women", "H": "men"}, "unknown": ["NSP"]},
    {"name": "age", "item": "AGE", "bands": {"minor": [0, 17], "adult": [18, 120]}},
    {"name": "exploiter", "item": "LIEN", "codes": {"FAM": "family", "CONJ": "partner", "INC": "stranger"}, "none": ["AUC"],
     "unknown": ["NSP"], "multiple": True},
    {"name": "complaint", "item": "PLT", "codes": {"Y": "filed"}, "none": ["N"]},
]  # fmt: skip
COUNTS: list[dict[str, Any]] = [
    {"population": "identified", "question": "NBREP"},
    {"population": "accompanied", "question": "NBACC"},
    {"population": "accompanied", "question": "NBFORM",
     "rows": {"dims": ["form"], "codes": {"S": ["sexual"], "D": ["labour_domestic"], "T": ["labour_other"], "A": ["other"]}}},
    {"population": "accompanied", "question": "EFF", "rows": {"dims": ["form"], "codes": {"S": ["sexual"], "T": ["labour_other"]}},
     "columns": {"dims": ["sex", "age"], "codes": {"FMIN": ["women", "minor"], "FMAJ": ["women", "adult"], "H": ["men", "_U"]}}},
]  # fmt: skip
CORE = [
    {"code": "SYNTHETIQUE", "type": "Y", "text": "Données synthétiques – démonstration"},
    {"code": "ASSO", "type": "S", "text": "Votre association"},
    {"code": "MAIL", "type": "S", "text": "Une adresse pour vous joindre"},
    {"code": "NBREP", "type": "N", "text": "Victimes repérées"},
    {"code": "NBACC", "type": "N", "text": "Victimes accompagnées"},
    {"code": "NBFORM", "type": "K", "text": "Par forme", "rows": OPTIONS["FORM"]},
    {"code": "EFF", "type": ":", "text": "Par forme, sexe et âge", "rows": {"S": "Sexuelle", "T": "Travail"},
     "columns": {"FMIN": "Filles", "FMAJ": "Femmes", "H": "Hommes"}},
    {"code": "NBV", "type": "N", "text": "Combien de victimes décrivez-vous ?"},
]  # fmt: skip

Association = Mapping[str, Any]
"""``name``, ``counts`` by column of the questionnaire, and ``victims``: answers by item, a set of boxes for LIEN."""


def pages(layout: str) -> list[dict[str, Any]]:
    """The questionnaire in a layout."""
    if layout == "array_rows":
        rows = {f"V{slot:02}": f"Victime {slot}" for slot in range(1, SLOTS + 1)}
        victims = [
            {"code": "FORM", "type": "F", "text": "Forme", "rows": rows, "options": OPTIONS["FORM"]},
            {"code": "SEXE", "type": "F", "text": "Sexe", "rows": rows, "options": OPTIONS["SEXE"]},
            {"code": "AGE", "type": "K", "text": "Âge", "rows": rows},
            {
                "code": "LIEN",
                "type": ":",
                "text": "Lien",
                "rows": rows,
                "columns": BOXES,
                "attributes": {"multiflexible_checkbox": "1"},
            },
            {"code": "PLT", "type": "F", "text": "Plainte", "rows": rows, "options": OPTIONS["PLT"]},
        ]
        return [{"name": "Noyau", "questions": CORE}, {"name": "Victimes", "questions": victims}]
    found = [{"name": "Noyau", "questions": CORE}]
    for slot in range(1, 2 if layout == "one_response" else SLOTS + 1):
        start = "" if layout == "one_response" else f"V{slot:02}"
        questions = [
            {"code": f"{start}FORM", "type": "L", "text": "Forme", "options": OPTIONS["FORM"]},
            {"code": f"{start}SEXE", "type": "!", "text": "Sexe", "options": OPTIONS["SEXE"]},
            {"code": f"{start}AGE", "type": "N", "text": "Âge"},
            {"code": f"{start}LIEN", "type": "M", "text": "Lien", "rows": BOXES},
            {"code": f"{start}PLT", "type": "Y", "text": "Plainte"},
        ]
        found.append({"name": f"Victime {slot}", "relevance": f"NBV.NAOK >= {slot}" if start else "", "questions": questions})
    return found


def _cells(layout: str, slot: int, victim: Mapping[str, Any]) -> dict[str, str | None]:
    """One victim, as its columns hold it."""
    found: dict[str, str | None] = {}
    for item in ("FORM", "SEXE", "AGE", "PLT"):
        name = {"one_response": item, "array_rows": f"{item}[V{slot:02}]", "repeated_codes": f"V{slot:02}{item}"}[layout]
        found[name] = str(victim.get(item, "")) or None if item == "AGE" else str(victim.get(item, ""))
    for box in BOXES:
        ticked = box in victim.get("LIEN", ())
        if layout == "array_rows":
            found[f"LIEN[V{slot:02}_{box}]"] = "1" if ticked else ""
        else:
            found[f"{'' if layout == 'one_response' else f'V{slot:02}'}LIEN[{box}]"] = "Y" if ticked else ""
    return found


def responses(layout: str, associations: Iterable[Association], *, synthetic: bool = True) -> list[dict[str, str | None]]:
    """Responses of the associations, all submitted."""
    found: list[dict[str, str | None]] = []
    for association in associations:
        victims = list(association.get("victims", ()))
        core = {
            "SYNTHETIQUE": "Y" if synthetic else "N", "ASSO": association["name"], "MAIL": association.get("mail", ""),
            **{f"EFF[{row}_{column}]": "" for row in ("S", "T") for column in ("FMIN", "FMAJ", "H")},
            "NBV": str(len(victims)), **{name: str(value) for name, value in association.get("counts", {}).items()},
        }  # fmt: skip
        if layout == "one_response":
            parts = [_cells(layout, 1, victim) for victim in victims] or [_cells(layout, 1, {})]
        else:
            empty = range(len(victims) + 1, SLOTS + 1) if layout == "array_rows" else ()
            slots = [*enumerate(victims, 1), *((slot, {}) for slot in empty)]
            parts = [{name: cell for slot, victim in slots for name, cell in _cells(layout, slot, victim).items()}]
        for part in parts:
            system = {
                "id": str(len(found) + 1),
                "submitdate": "2026-04-01 10:00:00",
                "lastpage": "9",
                "startlanguage": "fr",
                "seed": "1",
            }
            found.append({**system, **core, **part})
    return found


def mapping(layout: str, survey: ls.Survey, file: str = "survey.lsa", **tables: Any) -> str:
    """The mapping, as TOML."""
    victims = {"layout": layout, "declared": "NBV"} | ({"pattern": "V(?P<slot>[0-9]+)"} if layout == "array_rows" else {})
    said = {
        "edition": {"year": 2022, "survey": survey.sid, "fingerprint": ls.fingerprint(survey)}, "export": {"file": file},
        "associations": {"key": ["ASSO"], "core": ["NBACC"]}, "count": COUNTS, "victims": victims, "variable": VARIABLES,
    }  # fmt: skip
    return tomlkit.dumps({**said, **tables})


def write(folder: Path, layout: str, answered: Iterable[Association], *, synthetic: bool = True, **tables: Any) -> Path:
    """A folder of answers that only its owner can open: the archive and its mapping, whose path is returned."""
    survey = writing.build_survey(654, "Enquête inventée", pages(layout), language="fr")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = writing.to_lsa(survey, responses(layout, answered, synthetic=synthetic))
    for name, data in (("survey.lsa", content), ("mapping.toml", mapping(layout, survey, **tables).encode())):
        (folder / name).write_bytes(data)
        os.chmod(folder / name, 0o600)
    return folder / "mapping.toml"
