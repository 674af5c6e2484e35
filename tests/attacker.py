"""An attacker of annexes: it reads what is published, and nothing else, and tries to find what is hidden.

It knows what anybody knows: the names of statements, which say what each figure counts, and the nomenclatures. From every number of every
file it makes a system of whole numbers, and asks of each hidden cell the least and the most that it can be. Nothing of the project that
hides cells is imported here: what both had wrong would never be found.

A cell is a source (core or optional part of one edition), a population and what its victims have in common. The same cell stands in several
tables under several names: women among victims of sexual exploitation, and victims of sexual exploitation among women.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import openpyxl
from scipy.optimize import Bounds, LinearConstraint, milp

Cell = tuple[str, str, frozenset[tuple[str, str]]]
"""Source, population, and what its victims have in common: ``("demo2022-core", "accompanied", {("sex", "men")})``."""

COLUMNS = ("form", "sex", "age", "origin")
NAME = re.compile(r"(demo\d{4})-(core|optional)/([a-z_]+)/((?:[a-z]+=\w+/)*)(\w+)\.(\w+)/(count|percent)")
NUMBER = r"\d+(?:[ \u00a0\u202f]\d{3})*(?:[.,]\d+)?"


@dataclass
class Seen:
    """What was read: counts, shares and bases by statement, those that are named, and those that are said to be hidden.

    `published` are shares that were published of the same year, by what they are of: ``2022/accompanied/sex.women``.
    """

    counts: dict[str, float] = field(default_factory=dict)
    shares: dict[str, float] = field(default_factory=dict)
    bases: dict[str, float] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)
    published: dict[str, float] = field(default_factory=dict)

    def add(self, name: str, value: object, base: object = None) -> None:
        """A statement, with the number that stands beside it, if any."""
        if NAME.fullmatch(name):
            self.named.add(name)
            for numbers, said in ((self.counts if name.endswith("count") else self.shares, value), (self.bases, base)):
                number = said if isinstance(said, int | float) else _number(str(said or ""))
                if number is not None:
                    numbers[name] = float(number)


def _number(text: str) -> float | None:
    found = re.fullmatch(rf"\s*({NUMBER})\s*(?:%.*|\D*)", text)
    return float(re.sub(r"[ \u00a0\u202f]", "", found[1]).replace(",", ".")) if found else None


# -- reading -------------------------------------------------------------------------------------------------------------------


def read(folders: Iterable[Path]) -> Seen:
    """Every number of every file of some folders, by the statement that it is said of."""
    seen = Seen()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if reader := {".csv": _csv, ".xlsx": _xlsx, ".html": _markup, ".ipynb": _notebook, ".json": _json}.get(path.suffix):
                reader(path, seen)
    return seen


def _csv(path: Path, seen: Seen) -> None:
    for row in csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))):
        for value in (row.get("value"), row.get("text")):  # whichever says it
            if row.get("status") == "Q":
                seen.hidden.add(row["statement_id"])
            seen.add(row.get("statement_id") or "", value if row.get("unit") in ("count", "percent") else None, row.get("base"))


def _xlsx(path: Path, seen: Seen) -> None:
    for sheet in openpyxl.load_workbook(path, read_only=True).worksheets:
        heads: list[str] = []
        for row in sheet.iter_rows(values_only=True):
            if "Référence" in row:
                heads = [str(cell) for cell in row]
            elif heads:
                line = dict(zip(heads, row, strict=False))
                seen.add(str(line["Référence"]), line.get("Valeur"), line.get("Base (nombre de victimes)"))


class _Tables(HTMLParser):
    """Rows of the tables of a page: the text of each cell, and whether it may be a number, as a browser reads them.

    A table says which of its columns are numbers (``n3``), or its cells do; where neither does, any cell may be one.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[tuple[str, str]]] = []
        self.columns: set[str] = set()
        self.inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = (dict(attrs).get("class") or "").split()
        if tag == "table":
            self.columns = {name for name in about if re.fullmatch(r"n\d+", name)}
        self.inside = tag in ("td", "th") or (self.inside and tag not in ("tr", "table", "caption", "tbody", "thead", "tfoot"))
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            place = f"n{len(self.rows[-1]) + 1}"
            may = not self.columns or place in self.columns or "number" in about
            self.rows[-1].append(("number" if may else "", ""))

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag not in ("td", "th", "tr", "table", "tbody", "thead", "tfoot")

    def handle_data(self, data: str) -> None:
        if self.inside and self.rows and self.rows[-1]:
            about, text = self.rows[-1][-1]
            self.rows[-1][-1] = about, text + data


def _markup(path: Path, seen: Seen, text: str = "") -> None:
    """Rows of tables that name a statement: the numbers beside it."""
    for row in _Tables(text or path.read_text(encoding="utf-8")).rows:
        for name in (cell for _, cell in row if NAME.fullmatch(cell)):
            for cell in (cell for about, cell in row if about and cell != name):
                seen.add(name, cell)


def _notebook(path: Path, seen: Seen) -> None:
    for text in _texts(json.loads(path.read_text(encoding="utf-8"))):
        if "<tr" in text:
            _markup(path, seen, text)
        for line in text.splitlines():
            name, *told = line.split(" | ")
            if NAME.fullmatch(name) and len(told) > 2:
                seen.add(name, told[1])
                seen.add(name, None, told[2].removeprefix("base : ").removeprefix("base\u00a0: "))


def _json(path: Path, seen: Seen) -> None:
    """What is said of a figure, in words, beside the rows that it draws."""
    rows = (
        list(csv.DictReader(io.StringIO(beside.read_text(encoding="utf-8"))))
        if (beside := path.with_suffix(".csv")).exists()
        else []
    )
    said = " ".join(_texts(json.loads(path.read_text(encoding="utf-8")))) if rows and "label" in rows[0] else ""
    labels = [row["label"].lower() for row in rows] if said else []
    for row, label in zip(rows, labels, strict=False):
        if labels.count(label) == 1 and (found := re.search(rf"{re.escape(label)}, ({NUMBER})", said.lower())):
            seen.add(row["statement_id"], found[1])


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and value and all(isinstance(each, str) for each in value):
        yield "".join(value)
    else:
        for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from _texts(each)


# -- what is known of cells ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Known:
    """What anybody reads in the nomenclatures: what stands below a modality, and which questions allow several answers."""

    parents: Mapping[tuple[str, str], str]
    multiple: frozenset[str]

    @classmethod
    def read(cls, data: Path) -> Known:
        """The nomenclatures of a project."""
        folder = data / "nomenclatures"
        rows = {path.stem: list(csv.DictReader(path.open(encoding="utf-8", newline=""))) for path in sorted(folder.glob("*.csv"))}
        variables = rows["variables"]
        below = {
            (row["variable"], row["code"]): row["parent"] for name, each in rows.items() for row in each if "variable" in row
        }
        parents = {
            (each["code"], code): parent
            for each in variables
            for (name, code), parent in below.items()
            if name == each["nomenclature"]
        }
        return cls(below | parents, frozenset(each["code"] for each in variables if each["multiple"] in ("1", "True", "true")))


def cell_of(name: str) -> Cell:
    """What a statement counts."""
    found = NAME.fullmatch(name)
    assert found is not None, name
    edition, part, population, restrictions, variable, category, _ = found.groups()
    traits = {(column, code) for column, _, code in (text.partition("=") for text in restrictions.split("/")[:-1])}
    if category == "_T":
        traits |= set() if variable == "total" else {(variable, "known")}
    elif variable != "total":  # what is put together is not the same from one line to the next
        traits.add((variable, f"{category} {restrictions}" if category.endswith("_merged") else category))
    return f"{edition}-{part}", population, frozenset(traits)


@dataclass
class System:
    """Whole numbers, what each may be, and sums of them that are known to lie between two bounds."""

    bounds: dict[Cell, tuple[float, float]] = field(default_factory=dict)
    sums: list[tuple[dict[Cell, int], float, float]] = field(default_factory=list)

    def narrow(self, cell: Cell, low: float, high: float) -> None:
        """A cell lies between two numbers."""
        before = self.bounds.get(cell, (0, np.inf))
        self.bounds[cell] = (max(before[0], np.ceil(low - 1e-9)), min(before[1], np.floor(high + 1e-9)))

    def relate(self, terms: Mapping[Cell, int], low: float, high: float) -> None:
        """A sum of cells lies between two numbers; those that nobody names are left out by who calls."""
        self.sums.append((dict(terms), low, high))


def system(seen: Seen, known: Known) -> System:
    """All that follows from what was read."""
    made = System()
    lines: dict[tuple[str, str, str, str], dict[str, Cell]] = defaultdict(dict)
    for name in sorted(seen.named):
        cell = cell_of(name)
        made.bounds.setdefault(cell, (0, np.inf))
        edition, part, population, restrictions, variable, category, _ = NAME.fullmatch(name).groups()  # type: ignore[union-attr]
        lines[f"{edition}-{part}", population, restrictions, variable][category] = cell
    for name, value in seen.counts.items():
        made.narrow(cell_of(name), value, value)
    for (source, population, restrictions, variable), line in lines.items():
        what = f"{population}/{restrictions}{variable}"
        for category, cell in line.items():  # a share that was published of the same year, whatever is hidden here
            said = seen.published.get(f"{source[4:8]}/{what}.{category}")
            if said is not None and "_T" in line and f"{source}/{what}.{category}/percent" in seen.named:
                halves = 2 * 10 ** len(f"{said:.12g}".partition(".")[2])  # of the last decimal, in one percent
                made.relate({cell: 100 * halves, line["_T"]: 1 - round(said * halves)}, 0, np.inf)
                made.relate({cell: 100 * halves, line["_T"]: -1 - round(said * halves)}, -np.inf, 0)
        shown = {code for code in line if code in ("_T", "_U") or f"{source}/{what}.{code}/count" in seen.counts}
        for category in [category for category in line if category.endswith("_merged")]:  # all that its line does not show
            together = line.pop(category)
            made.relate({together: 1, **{cell: -1 for code, cell in line.items() if code not in shown}}, 0, np.inf)
    for name, share in seen.shares.items():
        if base := seen.bases.get(name):
            half = 0.05 if base >= 100 else 0.5  # published with a decimal, or whole
            made.narrow(cell_of(name), (share - half) * base / 100, (share + half) * base / 100)
    for (source, population, restrictions, variable), line in lines.items():
        stem = f"{source}/{population}/{restrictions}{variable}"
        for category in set(line) - {"_T", "_U"}:  # the base of a modality is who answered
            if "_T" in line and (
                base := seen.bases.get(f"{stem}.{category}/percent") or seen.bases.get(f"{stem}.{category}/count")
            ):
                made.narrow(line["_T"], base, base)
        if {"_T", "_U"} <= set(line):
            if everybody := seen.bases.get(f"{stem}._T/count"):
                made.relate({line["_T"]: 1, line["_U"]: 1}, everybody, everybody)
            among = (source, population, line["_T"][2] - {(variable, "known")})
            if among in made.bounds:
                made.relate({among: 1, line["_T"]: -1, line["_U"]: -1}, 0, 0)
    whole = _whole(made, lines, known)
    for (_, _, _, variable), line in lines.items():
        _line(made, line, variable, known, whole)
    _margins(made, known)
    _panel(made, lines)
    return made


def _top(line: Iterable[str], variable: str, known: Known) -> list[str]:
    """Modalities of a line that stand below no other of its modalities."""
    codes = set(line) - {"_T", "_U"}
    return [code for code in sorted(codes) if known.parents.get((variable, code), "") not in codes]


def _whole(made: System, lines: Mapping[tuple[str, str, str, str], Mapping[str, Cell]], known: Known) -> set[tuple[str, str]]:
    """Variables, by edition, whose modalities are all there: in the lines that hide nothing, they add to those who answered."""
    told: dict[tuple[str, str], set[bool]] = defaultdict(set)
    for (source, _, _, variable), line in lines.items():
        bounds = [made.bounds[line[code]] for code in ("_T", *_top(line, variable, known)) if code in line]
        if "_T" in line and variable not in known.multiple and all(low == high for low, high in bounds):
            told[source, variable].add(bounds[0][0] == sum(low for low, _ in bounds[1:]))
    return {which for which, said in told.items() if said == {True}}


def _line(made: System, line: Mapping[str, Cell], variable: str, known: Known, whole: set[tuple[str, str]]) -> None:
    """Modalities add to those who answered, or to less; below a modality, its parts add to less than it. With several answers, none is
    above who answered."""
    modalities = {code: known.parents.get((variable, code), "") for code in line if code not in ("_T", "_U")}
    if variable in known.multiple or variable == "panel":
        for code in modalities if "_T" in line and variable != "panel" else ():
            made.relate({line["_T"]: 1, line[code]: -1}, 0, np.inf)
        return
    for parent in {"_T", *modalities}:
        if parent == "_T":
            parts = [code for code, above in modalities.items() if above not in modalities]
        else:
            parts = [code for code, above in modalities.items() if above == parent]
        if parent in line and parts:
            # parts of a modality may leave somebody out: nobody says that they are all of it
            exact = parent == "_T" and (line["_T"][0], variable) in whole
            made.relate({line[parent]: 1, **{line[code]: -1 for code in parts}}, 0, 0 if exact else np.inf)


def _margins(made: System, known: Known) -> None:
    """A part of victims is no more than all of them: sub-populations of one column below their margin, one part of the survey below
    the other, one population below another; and populations that make up another."""
    groups: dict[tuple[Cell, str], list[tuple[str, Cell]]] = defaultdict(list)
    for cell in made.bounds:
        source, population, traits = cell
        for trait in traits:
            if trait[0] in COLUMNS and trait[1] not in ("known", "_U"):
                groups[(source, population, traits - {trait}), trait[0]].append((trait[1], cell))
        core = (source.replace("optional", "core"), population, traits)
        if core != cell and core in made.bounds:
            made.relate({core: 1, cell: -1}, 0, np.inf)
        for wider in {"accompanied_in_france": "accompanied", "accompanied": "identified"}.items():
            above = (source, wider[1], traits)
            if population == wider[0] and above in made.bounds:
                made.relate({above: 1, cell: -1}, 0, np.inf)
    complete = {
        (source, population, column): {
            code
            for where, who, traits in made.bounds
            for name, code in traits
            if (where, who, name) == (source, population, column) and len(traits) == 1 and code not in ("known", "_U")
        }
        for source, population in {cell[:2] for cell in made.bounds}
        for column in COLUMNS
    }
    for (margin, column), parts in groups.items():
        codes = {code for code, _ in parts}
        inside = [cell for code, cell in parts if known.parents.get((column, code), "") not in codes]
        if margin in made.bounds and margin[1] != "associations":  # one association may accompany victims of several parts
            made.relate({margin: 1, **dict.fromkeys(inside, -1)}, 0, np.inf)
            unsaid = (margin[0], margin[1], frozenset({(column, "_U")}))
            if unsaid in made.bounds and codes >= complete[margin[0], margin[1], column]:  # who is in no part has not answered
                made.relate({margin: 1, **dict.fromkeys(inside, -1), unsaid: -1}, -np.inf, 0)
    for source in {cell[0] for cell in made.bounds}:
        whole, *parts = ((source, who, frozenset[tuple[str, str]]()) for who in
                         ("accompanied", "accompanied_in_france", "accompanied_abroad_only"))  # fmt: skip
        if all(cell in made.bounds for cell in (whole, *parts)):
            made.relate({whole: 1, **dict.fromkeys(parts, -1)}, 0, 0)


def _panel(made: System, lines: Mapping[tuple[str, str, str, str], Mapping[str, Cell]]) -> None:
    """What a change is made of: an edition is who stayed and who came, the one before who stayed and who left."""
    for (source, population, restrictions, variable), line in lines.items():
        if variable != "panel" or population == "associations":
            continue
        traits = frozenset((column, code) for column, _, code in (text.partition("=") for text in restrictions.split("/")[:-1]))
        year = int(source[4:8])
        for edition, kinds in (
            (f"demo{year}-core", ("stayed_after", "entries")),
            (f"demo{year - 1}-core", ("stayed_before", "exits")),
        ):
            whole = (edition, population, traits)
            if whole in made.bounds and set(kinds) <= set(line):
                made.relate({whole: 1, **{line[kind]: -1 for kind in kinds}}, 0, 0)


# -- solving -------------------------------------------------------------------------------------------------------------------

EVERYBODY = 20_000
"""More than all victims of all editions."""


def intervals(made: System, hidden: Iterable[Cell]) -> dict[Cell, tuple[float, float]]:
    """The least and the most that each of some cells can be, in whole numbers."""
    fixed = {cell: low for cell, (low, high) in made.bounds.items() if low == high}
    left: list[tuple[dict[Cell, int], float, float]] = []
    for terms, low, high in made.sums:
        known = sum(factor * fixed[cell] for cell, factor in terms.items() if cell in fixed)
        if free := {cell: factor for cell, factor in terms.items() if cell not in fixed}:
            left.append((free, low - known, high - known))
    together = _components(left)
    found = {}
    for cell in hidden:
        place = together.get(cell)
        rows = [each for each in left if together[next(iter(each[0]))] == place] if place is not None else []
        found[cell] = _range(cell, rows, made.bounds)
    return found


def _components(sums: Sequence[tuple[dict[Cell, int], float, float]]) -> dict[Cell, Cell]:
    """Cells by one of those that they are linked to."""
    above: dict[Cell, Cell] = {}

    def root(cell: Cell) -> Cell:
        while above.setdefault(cell, cell) != cell:
            above[cell] = above[above[cell]]
            cell = above[cell]
        return cell

    for terms, _, _ in sums:
        first, *others = terms
        for other in others:
            above[root(other)] = root(first)
        root(first)
    return {cell: root(cell) for cell in list(above)}


def _range(
    cell: Cell, sums: Sequence[tuple[dict[Cell, int], float, float]], bounds: Mapping[Cell, tuple[float, float]]
) -> tuple[float, float]:  # fmt: skip
    cells = list(dict.fromkeys([cell, *(each for terms, _, _ in sums for each in terms)]))
    low, high = (np.array(each) for each in zip(*(bounds[each] for each in cells), strict=True))
    high = np.minimum(high, EVERYBODY)  # what nothing bounds makes the solver lose its way among large factors
    if not sums:
        return bounds[cell]
    place = {each: number for number, each in enumerate(cells)}
    matrix = np.zeros((len(sums), len(cells)))
    for number, (terms, _, _) in enumerate(sums):
        for each, factor in terms.items():
            matrix[number, place[each]] = factor
    rows = LinearConstraint(matrix, [each[1] for each in sums], [each[2] for each in sums])
    ends = []
    for sign in (1, -1):
        goal = np.zeros(len(cells))
        goal[0] = sign
        for presolve in (True, False):  # the presolve of HiGHS finds some programmes infeasible that are not
            options = {"time_limit": 5, "presolve": presolve}
            solved = milp(goal, constraints=rows, bounds=Bounds(low, high), integrality=np.ones(len(cells)), options=options)
            if solved.status != 2:
                break
        if solved.status == 2:
            raise AssertionError(f"what is published contradicts itself around {cell}")
        ends.append(sign * round(solved.fun, 6) if solved.fun is not None else -sign * np.inf)
    return float(ends[0]), float(ends[1]) if ends[1] < EVERYBODY else np.inf


def attack(folders: Iterable[Path], data: Path, published: Mapping[str, float] | None = None) -> dict[str, tuple[float, float]]:
    """What each hidden statement can be, given all that some folders hold together: by name, the least and the most.

    Parameters
    ----------
    folders : iterable of Path
        Of editions, as ``outputs/demonstration/demo2022``: all that was ever published, at once.
    data : Path
        Where the nomenclatures are, which anybody can read.
    published : mapping, optional
        Shares that were published of the same years; see `Seen`.
    """
    seen = read(folders)
    seen.published.update(published or {})
    unsaid = {name for name in seen.named if name not in seen.counts}
    hidden = sorted(name for name in seen.hidden | unsaid if name.endswith("/count"))
    cells = {name: cell_of(name) for name in hidden}
    found = intervals(system(seen, Known.read(data)), dict.fromkeys(cells.values()))
    return {name: found[cell] for name, cell in cells.items()}


def recovered(folders: Iterable[Path], data: Path) -> dict[str, float]:
    """Hidden statements that were found, with their value."""
    return {name: low for name, (low, high) in attack(folders, data).items() if low == high}
