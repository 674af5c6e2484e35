"""An edition as data to reuse: tidy CSV of its observations, the codes they use, and a Data Package that describes both."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from traite_lib.catalogue import is_synthetic
from traite_lib.loading.selection import load
from traite_lib.nomenclature import ALL, Nomenclatures
from traite_lib.presentation import wording
from traite_lib.survey import Survey
from traite_lib.table import COLUMNS, STATUSES, SUB_POPULATION, UNITS

from .marking import file_name

LABELS = {
    "who": "who is described, in French",
    "variable_label": "what is distributed, in French",
    "label": "modality, in French",
    "text": "value as the annexes show it, in French",
    "citation": "citation of the source, in French",
}
"""Columns added to the Observations for a person who reads them."""

FIELDS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "edition": ("string", "Edition of the survey; empty for police and justice figures.", {}),
    "reference_year": ("integer", "Year the victims were accompanied; empty when it is not certain.", {}),
    "period": ("string", "Years described: 2022, 2016-2021 (a range) or 2016|2017 (one of the two).", {"required": True}),
    "population": ("string", "Who is described; a code of codes.csv.", {"required": True}),
    **{
        name: ("string", f"Sub-population, {name}: a code of codes.csv, _T for all.", {"required": True})
        for name in SUB_POPULATION
    },
    "variable": ("string", "What is distributed; a code of codes.csv.", {"required": True}),
    "category": ("string", "Modality of the variable: a code of codes.csv, _T when there is none.", {"required": True}),
    "value": ("number", "The number; empty when it is missing, see status.", {}),
    "unit": ("string", "Unit of the value; percent is 0-100, percent_change a change.", {"required": True, "enum": UNITS}),
    "bound": ("string", "Empty, < (less than), > (more than) or ~ (about).", {"enum": ["<", ">", "~"]}),
    "base": ("integer", "Number of victims that a share is computed on; empty when no source gives it.", {"minimum": 1}),
    "status": (
        "string",
        "SDMX CL_OBS_STATUS; U: low reliability. Missing: L not asked, M not applicable, N imprecise, O not found, Q withheld.",
        {"enum": STATUSES},
    ),
    "confidentiality": ("string", "SDMX CL_CONF_STATUS: F free, C confidential.", {"enum": ["F", "C"]}),
    "source_id": ("string", "Who said it.", {}),
    "publication": ("string", "Study that the source quotes, for police and justice figures.", {}),
    "locator": ("string", "Where: address of a page, or sheet and cell.", {}),
    "statement_id": ("string", "Identifier of the statement.", {"required": True, "unique": True}),
    "rank": ("integer", "1 official, 2 partner or scholarly, 3 press, 4 synthetic.", {"enum": [1, 2, 3, 4]}),
    "retained": ("boolean", "Whether this statement is the published one for its statistic.", {"required": True}),
    "reason": ("string", "Why this statement was kept or set aside, in French.", {}),
    "note": ("string", "What a reader must know, in French.", {}),
}


def rows_of(survey: Survey) -> pd.DataFrame:
    """Observations of an edition, every statement, then the police and justice figures of the same year; in reading words.

    Returns
    -------
    DataFrame
        Columns of Observations, then those that `Survey.with_labels` adds.
    """
    table = survey.observations
    own = table["edition"] == survey.edition.key
    beside = (table["edition"] == "") & (table["period"] == survey.edition.key)
    return survey.with_labels(pd.concat([table[own], table[beside]]))


def observations_csv(survey: Survey) -> str:
    """Tidy CSV of `rows_of`: comma, decimal point, UTF-8, one row a statement."""
    return rows_of(survey)[[*COLUMNS, *LABELS]].to_csv(index=False, lineterminator="\n")


def codes_csv(words: Nomenclatures) -> str:
    """CSV of every code that observations use: its list, French and English labels."""
    lines: list[tuple[str, str, str, str]] = [("sub-population", ALL, "Ensemble", "All")]
    lines += [("population", p.code, p.label_fr, p.label_en) for p in words.populations.values()]
    lines += [("variable", v.code, v.label_fr, v.label_en) for v in words.variables.values()]
    lines += [(item.variable, item.code, item.label_fr, item.label_en) for item in words.items]
    frame = pd.DataFrame(lines, columns=["list", "code", "label_fr", "label_en"])
    return frame.drop_duplicates().to_csv(index=False, lineterminator="\n")


def data_package(survey: Survey) -> str:
    """Descriptor of the two CSV files (Data Package 1.0, https://specs.frictionlessdata.io/data-package/)."""
    rows, catalogue = rows_of(survey), survey.catalogue
    used = dict.fromkeys(name for name in rows["source_id"] if name)
    described: list[dict[str, Any]] = [
        {"name": name, "type": kind, "description": text} | ({"constraints": rules} if rules else {})
        for name, (kind, text, rules) in FIELDS.items()
    ]
    for field in described:
        if field["type"] == "boolean":
            field |= {"trueValues": ["True"], "falseValues": ["False"]}
    described += [{"name": name, "type": "string", "description": text} for name, text in LABELS.items()]
    sources = [catalogue.sources[name] for name in used]
    codes = [{"name": name, "type": "string"} for name in ("list", "code", "label_fr", "label_en")]
    own = file_name("observations.csv", survey.edition)
    package = {
        "profile": "tabular-data-package",
        "name": f"traite-{survey.edition.key}",
        "title": f"Victimes de traite accompagnées par les associations, édition {wording.spelt(survey.edition.key)}",
        "description": wording.typographic(
            f"{survey.edition.title}. {survey.edition.remarks} Chaque ligne est un énoncé cité, avec sa source. "
            f"{catalogue.licence.figures}"
        ),
        "licenses": [{"name": "notspecified", "title": catalogue.licence.figures}],
        "sources": [{"title": s.citation_fr} | ({"path": s.url} if s.url.startswith("http") else {}) for s in sources],
        "resources": [
            _resource(own, "Une ligne par énoncé", described, primaryKey="statement_id"),
            _resource("codes.csv", "Codes et libellés", codes),
        ],
    }
    return json.dumps(package, separators=(",", ":"), ensure_ascii=False) + "\n"


def _resource(path: str, title: str, fields: list[dict[str, Any]], **schema: Any) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource", "name": path.removesuffix(".csv"), "path": path, "title": title, "format": "csv",
        "mediatype": "text/csv", "encoding": "utf-8", "schema": {"fields": fields, "missingValues": [""], **schema},
    }  # fmt: skip


def files(edition: str, root: Path | None = None) -> dict[str, bytes]:
    """Files of an edition's data, by name: workbook, CSV, Data Package.

    They need pandas and the loaded table, which the warm server has and the command has not.

    Parameters
    ----------
    edition : str
        Key of the edition.
    root : Path, optional
        The project; by default the one found.
    """
    from . import spreadsheet

    catalogue, words, table = load(root, synthetic=is_synthetic(edition))
    survey = Survey(catalogue.edition(edition), catalogue, words, table)
    return {
        file_name("observations.csv", survey.edition): observations_csv(survey).encode(),
        "codes.csv": codes_csv(words).encode(),
        "datapackage.json": data_package(survey).encode(),
        file_name(f"traite_{edition}.xlsx", survey.edition): spreadsheet.workbook(survey, rows_of(survey)),
    }
