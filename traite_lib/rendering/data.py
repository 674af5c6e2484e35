"""The files of an edition's data. They need pandas and the loaded table, which the warm server has and the command has not."""

from __future__ import annotations

from pathlib import Path

from ..loading.selection import load
from ..presentation import dataset, spreadsheet
from ..survey import Survey


def files(edition: str, root: Path | None = None) -> dict[str, bytes]:
    """Files of an edition's data, by name: workbook, CSV, Data Package.

    Parameters
    ----------
    edition : str
        Key of the edition.
    root : Path, optional
        The project; by default the one found.
    """
    catalogue, words, table = load(root)
    survey = Survey(catalogue.edition(edition), catalogue, words, table)
    return {
        "observations.csv": dataset.observations_csv(survey).encode(),
        "codes.csv": dataset.codes_csv(words).encode(),
        "datapackage.json": dataset.data_package(survey).encode(),
        f"traite_{edition}.xlsx": spreadsheet.workbook(survey),
    }
