"""The one table. One row is one statistic; every source ends here and every chapter starts here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from .errors import ObservationsError, available
from .nomenclature import ALL, UNKNOWN, Nomenclatures

if TYPE_CHECKING:
    import pandera.pandas as pa

Row: TypeAlias = "Mapping[str, Any] | pd.Series"
"""One statistic, by column: a line of `records`, or a row of a frame."""

SUB_POPULATION = ["form", "sex", "age", "origin", "offence", "territory"]
"""Columns that say which part of a population a row describes, a code or ``_T``."""

KEY = ["period", "population", *SUB_POPULATION, "variable", "category", "unit"]
"""Columns that say what is measured: two rows with the same key are two statements of the same statistic."""

UNITS = ["count", "percent", "percent_change", "points", "years", "months", "ratio", "per_100000"]
"""`percent` is a share, 0-100; a change in percent that a source publishes is `percent_change`, never a share."""

CHANGE = "change"
"""Nomenclature of the variables that hold published changes, and the first word of their codes: ``change_total``."""

WITHHELD = "Q"
"""Status of a figure hidden by disclosure control, ours or its source's: it is said, and nothing is computed from it."""

NO_VALUE = ["L", "M", "N", "O", WITHHELD]
"""Statuses of a row without a value. With the value 0 and the category ``_U``, they keep apart what must not be confused: L not
asked, M not applicable (cannot exist), N too imprecise to be given, O not published or not found, Q withheld (confidential)."""

CALCULATED = "I"
"""SDMX status of a value made by who receives the data, not by who publishes them: shown as « calculé »."""

STATUSES = ["A", "E", "P", "B", CALCULATED, "U", *NO_VALUE]
"""SDMX code list CL_OBS_STATUS, the codes used here: A normal, E estimated, P provisional, B break, I calculated by this project
from published values, U low reliability, and those of `NO_VALUE`."""

COLUMNS = [
    *("edition", "reference_year", *KEY[:-1], "value", "unit", "bound", "base", "status", "confidentiality"),
    *("source_id", "publication", "locator", "statement_id", "rank", "retained", "reason", "note"),
]


def schema(nomenclatures: Nomenclatures) -> pa.DataFrameSchema:
    """Pandera schema of the Observations table, with the codes of the nomenclatures.

    Bounds: counts are whole and not negative, shares lie in 0-100. A value is missing exactly when the status says why.
    """
    import pandera.pandas as pa

    def codes(name: str) -> list[str]:
        return [ALL, UNKNOWN, *dict.fromkeys(item.code for item in nomenclatures.items_of(name))]

    def category_exists(table: pd.DataFrame) -> pd.Series:
        pairs = pd.MultiIndex.from_frame(table[["variable", "category"]])
        known = [(v, c) for v, c in pairs.unique() if c in codes(v)]
        return pd.Series(pairs.isin(known), table.index)

    def within_bounds(table: pd.DataFrame) -> pd.Series:
        value, unit, change = table["value"], table["unit"], table["variable"].isin(changes)
        whole = (unit != "count") | (value.mod(1) == 0)
        return value.isna() | (whole & (change | (value >= 0)) & ((unit != "percent") | (value <= 100)))

    def changes_apart(table: pd.DataFrame) -> pd.Series:
        return table["unit"] != table["variable"].isin(changes).map({True: "percent", False: "percent_change"})

    changes = {v.code for v in nomenclatures.variables.values() if v.nomenclature == CHANGE}
    texts = ("edition", "period", "source_id", "publication", "locator", "statement_id", "category", "reason", "note")
    known: dict[str, Iterable[str]] = {
        "population": nomenclatures.populations, "variable": nomenclatures.variables, "unit": UNITS, "bound": ["", "<", ">", "~"],
        "status": STATUSES, "confidentiality": ["F", "C"], **{name: codes(name) for name in SUB_POPULATION},
    }  # fmt: skip
    columns = {
        **{name: pa.Column(str) for name in texts},
        **{name: pa.Column(str, pa.Check.isin(list(accepted))) for name, accepted in known.items()},
        "reference_year": pa.Column("Int64", nullable=True),
        "value": pa.Column(float, nullable=True),
        "base": pa.Column("Int64", pa.Check.gt(0), nullable=True),
        "rank": pa.Column(int, pa.Check.isin([1, 2, 3, 4])),
        "retained": pa.Column(bool),
    }
    rules = {
        "the category belongs to the nomenclature of its variable": category_exists,
        "a published change in percent is a percent_change, and nothing else is": changes_apart,
        "counts are whole and positive, shares lie between 0 and 100": within_bounds,
        "a missing value has a status of its own": lambda t: t["value"].isna() == t["status"].isin(NO_VALUE),
    }
    checks = [pa.Check(check, error=rule) for rule, check in rules.items()]
    ordered = {name: columns[name] for name in COLUMNS}
    return pa.DataFrameSchema(ordered, checks=checks, strict=True, ordered=True, unique=["statement_id"])


def is_change(variable: str) -> bool:
    """Whether a variable holds changes that a source publishes, and not levels: neither shares nor counts of anybody."""
    return variable.startswith(f"{CHANGE}_")


def levels(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows that give a level, published changes left out."""
    return rows[~rows["variable"].str.startswith(f"{CHANGE}_")]


def last_year(period: object) -> int:
    """Last year of a period: 2021 of « 2016-2021 », 2015 of « 2015 (janv.-mai) »."""
    return int(re.findall(r"\d{4}", str(period))[-1])


def is_cell(locator: str) -> bool:
    """Whether a locator is a cell of a workbook, ``Figure 3!C7``, and not an address."""
    return re.search(r"![A-Z]{1,3}[1-9]\d*$", locator) is not None


def validate(table: pd.DataFrame, nomenclatures: Nomenclatures) -> pd.DataFrame:
    """The table, unchanged, once it respects its schema; a row that breaks it is named with its column and the rule."""
    from pandera.errors import SchemaError

    if wrong := set(table.columns) ^ set(COLUMNS):
        raise ObservationsError(f"The column {sorted(wrong)[0]!r} is missing or unknown. Expected: {', '.join(COLUMNS)}.")
    try:
        return schema(nomenclatures).validate(table)
    except SchemaError as error:
        failures = error.failure_cases
        if not isinstance(failures, pd.DataFrame) or "index" not in failures or failures["index"].isna().all():
            raise ObservationsError(f"{error}") from None
        (row,) = records(table.loc[failures["index"].dropna().iloc[:1]])
        where = f"Statement {row['statement_id']} ({row['locator'] or row['source_id']})"
        column = str(getattr(error.schema, "name", None))
        found = f", column {column}, found {row[column]!r}" if column in table else f", found {row['value']} {row['unit']}"
        raise ObservationsError(f"{where}{found}: {getattr(error.check, 'error', None) or error.check or error}.") from None


def agree(a: Row, b: Row) -> bool:
    """Whether two statements of one statistic can both be true.

    An approximation agrees with an exact value that rounds to it (half up, at the approximation's own precision); so do two
    shares or changes given with more and with fewer decimals; two approximations agree when the coarser is the other rounded;
    a bound agrees with a value on its right side.
    """
    for one, other in ((a, b), (b, a)):
        bound, against = one["bound"], other["bound"]
        if bound == "<" and against != "<":
            return bool(other["value"] < one["value"])
        if bound == ">" and against in ("", "~"):
            return bool(other["value"] > one["value"])
        if bound == "~" and against in ("", "~") and _exponent(one["value"]) >= _exponent(other["value"]):
            return _rounded_like(one["value"], other["value"])
    if a["bound"] == b["bound"] == "" and a["unit"] in ("percent", "percent_change", "points"):
        fewer, more = sorted((float(a["value"]), float(b["value"])), key=decimals)
        return rounded_to(more, decimals(fewer)) == Decimal(str(fewer)).quantize(Decimal(1).scaleb(-decimals(fewer)))
    return bool(a["value"] == b["value"] or a["bound"] == b["bound"] != "")


def rounded_to(value: float | Decimal, decimals: int) -> Decimal:
    """A value rounded half up, as French publications do (Python rounds half to even)."""
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def percent(part: float, whole: float) -> float:
    """A share rounded half up, once, as it is shown: to a decimal, or whole on a base below 100 (48.48 is 48, never 49)."""
    return float(rounded_to(Decimal(str(part)) * 100 / Decimal(str(whole)), int(whole >= 100)))


def decimals(value: float) -> int:
    """Number of decimals that a value was published with."""
    return max(0, -_exponent(value))


def _rounded_like(approximation: float, exact: float) -> bool:
    """Whether `exact`, rounded half up to the last significant digit of `approximation`, gives it."""
    step = Decimal(1).scaleb(_exponent(approximation))
    return (Decimal(str(exact)) / step).quantize(Decimal(1), ROUND_HALF_UP) * step == Decimal(str(approximation))


def _exponent(value: float) -> int:
    exponent = Decimal(str(value)).normalize().as_tuple().exponent
    assert isinstance(exponent, int)  # a finite number: the schema accepts no other
    return exponent


def french(value: float) -> str:
    """A number in a French note: « 2 994 », « 12,5 »."""
    return f"{value:,.12g}".replace(",", "\N{NARROW NO-BREAK SPACE}").replace(".", ",")


def key_of(row: Row, **other: object) -> tuple[Any, ...]:
    """What a row measures, by `KEY`, with some columns changed."""
    return tuple(other[name] if name in other else row[name] for name in KEY)


def whole_of(row: Row) -> dict[str, str] | None:
    """Columns of the number of victims that a row is about, where they differ from its own; None when two restrict them."""
    own = [name for name in SUB_POPULATION if row[name] != ALL]
    if len(own) > 1:
        return None
    return {"variable": own[0], "category": row[own[0]], own[0]: ALL} if own else {"variable": "total", "category": ALL}


def at(table: pd.DataFrame, column: str, rows: np.ndarray) -> np.ndarray:
    """Values of a column at some positions."""
    return np.asarray(table[column].array.take(rows))


def take(table: pd.DataFrame, rows: np.ndarray) -> pd.DataFrame:
    """Rows at some positions; as a slice, which costs a quarter, where they follow each other: statements often do."""
    if len(rows) and (np.diff(rows) == 1).all():
        return table.iloc[rows[0] : rows[-1] + 1]
    return table.iloc[rows]


def records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dictionaries, in order, with the values of Python: what wording reads many times, and a Series gives slowly."""
    names = list(rows.columns)
    return [dict(zip(names, line, strict=True)) for line in rows.to_numpy(dtype=object).tolist()]


def check_question(
    nomenclatures: Nomenclatures, variable: str, category: str = ALL,
    *, population: str | None = None, unit: str | None = None, sub_population: Mapping[str, str] | None = None,
) -> None:  # fmt: skip
    """Refuse what does not exist, for notebooks, exploration and the command line alike: a misspelt code is no missing figure.

    The error names the nearest spelling, and lists what exists. `sub_population` gives codes by column, as in `find`.
    """
    nomenclatures.variable(variable)
    if category != ALL:
        nomenclatures.item(variable, category)
    if population is not None:
        nomenclatures.universe(population)
    if unit is not None and unit not in UNITS:
        raise ObservationsError(f"There is no unit {unit!r}. {available(unit, UNITS)}")
    for column, code in (sub_population or {}).items():
        _check_column(column)
        if code != ALL:
            nomenclatures.item(column, code)


def _check_column(column: str) -> None:
    if column not in SUB_POPULATION:
        raise ObservationsError(f"There is no sub-population {column!r}. {available(column, SUB_POPULATION)}")


def find(
    table: pd.DataFrame, variable: str, sub_population: Mapping[str, str | None], *, known: bool = False, **only: str | None
) -> np.ndarray:
    """Positions of the retained rows of one variable, for one sub-population, in order: rows are taken once, when all is decided.

    `sub_population` gives codes by column of `SUB_POPULATION`, None for any; a column that is not named must be « all ». `only`
    keeps one population, category, unit, edition or period, None for any; `known` what has a value.
    """
    for column in sub_population:
        _check_column(column)
    wanted = {"variable": variable, **only, **{column: sub_population.get(column, ALL) for column in SUB_POPULATION}}
    rows = np.flatnonzero(table["retained"].to_numpy())
    for column, value in wanted.items():  # each column is compared where the ones before it agree: a few rows soon
        if value is not None and len(rows):
            rows = rows[at(table, column, rows) == value]
    return rows[pd.notna(at(table, "value", rows))] if known else rows
