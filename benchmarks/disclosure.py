"""Times of table_disclosure: what to hide and the audit, on invented tables that grow to a thousand cells."""

from __future__ import annotations

import math
import random
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import table_disclosure as td

PROFILES = Path(__file__).parents[1] / "data" / "disclosure.toml"
SIZES = ((5, 4), (10, 5), (20, 7), (30, 10), (45, 20))


def table(rows: int, columns: int, people: int = 20, mean: float = 12, seed: int = 0) -> td.Tables:
    """Invented counts, many of them small, by contributors of unequal sizes; with margins."""
    chance = random.Random(seed)
    sizes = [chance.random() ** 2 + 0.05 for _ in range(people)]
    found: Counter[tuple[str, int, int]] = Counter()
    for row in range(rows):
        for column in range(columns):
            number = int(chance.expovariate(1 / mean))
            found.update((f"c{who}", row, column) for who in chance.choices(range(people), sizes, k=number))
    records = [(who, {"row": str(row), "column": str(column)}, number) for (who, row, column), number in found.items()]
    return td.crossing(records, [("row", "column")])


def times() -> Iterator[tuple[str, float]]:
    """Seconds of each size, everything included: the shortest of three."""
    profile = td.profile(tomllib.loads(PROFILES.read_text(encoding="utf-8")), "publication")
    td.protect(table(2, 2), profile)  # what is imported when it is first asked
    for rows, columns in SIZES:
        tables = table(rows, columns)
        taken = math.inf
        for _ in range(3):  # what is longer than the shortest is the machine's, as `timeit` says
            started = time.perf_counter()
            release = td.protect(tables, profile, seconds=120)
            taken = min(taken, time.perf_counter() - started)
        best = "optimal" if release.optimal else "not optimal"
        yield f"disclosure, {rows} × {columns}: {len(tables.cells)} cells, {len(release.hidden)} hidden, {best}", taken


if __name__ == "__main__":
    for label, seconds in times():
        print(f"{label}\t{seconds}", flush=True)
