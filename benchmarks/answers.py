"""Times of the way from answers to tables, on a demonstration whose victims are repeated; nobody gave these answers."""

from __future__ import annotations

import gc
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd

from traite_annexes.answers.aggregates import compute
from traite_annexes.answers.computed import release
from traite_annexes.answers.demonstration import Demonstration
from traite_annexes.answers.plan import Plan, read_plan
from traite_annexes.answers.tables import Tables, read_tables
from traite_lib.catalogue import Catalogue
from traite_lib.nomenclature import Nomenclatures

EDITION, BEFORE = "demo2022", "demo2021"
VICTIMS, MANY = 5_000, 1_000_000


def repeated(mapping: Path, victims: int) -> Path:
    """The mapping of a copy of a demonstration, read from its CSV, where its described victims are repeated up to a number."""
    folder = shutil.copytree(mapping.parent, mapping.parent.with_name(f"{victims}"))
    export = next(path for path in folder.glob("*.csv") if path.name != "aliases.csv")
    frame = pd.read_csv(export, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    described = frame[frame["FICHE"] == "V"]
    more = [described] * -(-victims // len(described))
    every = pd.concat([frame[frame["FICHE"] != "V"], pd.concat(more).iloc[:victims]], ignore_index=True)
    every["id"] = [str(number) for number in range(1, len(every) + 1)]
    every.to_csv(export, index=False, quoting=1, encoding="utf-8-sig")
    copy = folder / mapping.name
    text = copy.read_text(encoding="utf-8")
    named = next(line for line in text.splitlines() if line.startswith("file = "))
    structure = next(folder.glob("*.lss")).name
    copy.write_text(text.replace(named, f'file = "{export.name}"\nstructure = "{structure}"'), encoding="utf-8")
    for path in folder.iterdir():
        path.chmod(0o600)
    return copy


def by_pandas(tables: Tables, plan: Plan) -> int:
    """The counts of described victims alone, by `groupby` in a loop: no share, base, bound, association or missing answer."""
    made = 0
    for table in plan.table:
        column = table.of or table.variable
        for by in [[], *table.by]:
            names = [*by, column]
            if table.base == "optional" and set(names) <= set(tables.victims):
                made += len(tables.victims.groupby(names, observed=True).size()) * len(table.populations)
    return made


def timed(function: Callable[[], object]) -> float:
    """Seconds of a call."""
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def times() -> Iterator[tuple[str, float]]:
    """Seconds of each step."""
    catalogue = Catalogue()
    words, plan = Nomenclatures(catalogue.data), read_plan(catalogue.data)
    with tempfile.TemporaryDirectory() as folder:
        mapping = repeated(Demonstration(EDITION, catalogue).write(Path(folder)), VICTIMS)
        tables = read_tables(mapping)  # what is imported when it is first asked
        gc.collect()
        gc.freeze()  # what making the demonstration left is not what a command holds
        size = f"{len(tables.victims)} victims × {len(tables.victims.columns)} columns"
        read = min(timed(lambda: read_tables(mapping)) for _ in range(3))
        made = min(timed(lambda: compute(tables, plan, words)) for _ in range(3))
        yield f"answers read and mapped, {size}", read
        yield f"answers aggregated, every table, {size}", made
        yield f"the counts alone by pandas groupby in a loop, {size}", timed(lambda: by_pandas(tables, plan))
        rows = pd.Series(range(len(tables.victims))).sample(MANY, replace=True, random_state=1)
        many = replace(tables, victims=tables.victims.take(rows).reset_index(drop=True))
        yield f"answers aggregated, every table, {MANY} victims", timed(lambda: compute(many, plan, words))
        yield f"the counts alone by pandas groupby in a loop, {MANY} victims", timed(lambda: by_pandas(many, plan))
        before, now = (Demonstration(key, catalogue).write(Path(folder)) for key in (BEFORE, EDITION))
        yield (
            f"{EDITION} released: read, computed, protected, audited",
            timed(lambda: release(now, catalogue.root, EDITION, before)),
        )


if __name__ == "__main__":
    for label, seconds in times():
        print(f"{label}\t{seconds}", flush=True)
