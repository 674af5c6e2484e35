"""Layouts: what a person says of a workbook when its own words are not enough (``data/layouts/<edition>.toml``).

A layout also says what it was written for: the sheets, and the area and headers of each table that it describes. When the
workbook is no longer so (a revised file, another reader), the load stops and names the cells that differ.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tidy_workbook import Reading, drift

from ...catalogue import Strict
from ...errors import LayoutError
from ...table import SUB_POPULATION


class TableLayout(Strict):
    """What is said of one table.

    `sheet` and `area` (``"A4:D9"``) say where it stands, `columns` (``{ B = "Effectif" }``) and `rows` (``{ 5 = "Femmes" }``,
    levels joined by `` > ``) which labels are expected, `set_aside`, alone, why it is not taken. The codes replace the reading
    of the title and of the « Champ »; `variable` and `unit` may be left out when the labels say them. `labels` are words that
    mean a category of `variable`; an empty code leaves their cells out, on purpose.
    """

    sheet: str
    area: str
    columns: dict[str, str] = Field({})
    rows: dict[str, str] = Field({})
    set_aside: str = ""
    population: str = ""
    variable: str = ""
    unit: Literal["", "count", "percent"] = ""
    form: str = ""
    sex: str = ""
    age: str = ""
    origin: str = ""
    labels: dict[str, str] = Field({})

    def _faults(self) -> dict[str, bool]:
        return {
            "give either set_aside (and why) or population": bool(self.set_aside) == bool(self.population),
            "labels need the variable that they are categories of": bool(self.labels and not self.variable),
            "give the expected columns or rows, the guard of this table": not self.columns and not self.rows,
        }

    @property
    def restriction(self) -> dict[str, str]:
        """Sub-population that the whole table describes."""
        return {name: code for name in SUB_POPULATION if (code := getattr(self, name, ""))}


class Layout(Strict):
    """What is said of a workbook: its sheets, in order, and some of its tables."""

    sheets: tuple[str, ...] = ()
    table: tuple[TableLayout, ...] = ()

    def of(self, sheet: str, area: str) -> TableLayout | None:
        """What is said of the table of a sheet that covers an area."""
        return next((t for t in self.table if t.sheet == sheet and t.area == area), None)


def check(layout: Layout, reading: Reading, name: str) -> None:
    """Stop when a workbook is not the one that its layout was written for: what was expected and found, cell by cell."""
    if changed := list(drift(reading, layout.table, layout.sheets)):
        more = [f"and {len(changed) - 12} more."] if len(changed) > 12 else []
        first = f"{reading.path.name} is not the workbook that data/{name} was written for:"
        last = "Read the workbook again (`traite inspect`), then complete the layout."
        raise LayoutError("\n".join([first, *changed[:12], *more, last]))
