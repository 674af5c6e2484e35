"""Execution of a notebook that is in memory, and what is kept of an executed one."""

from __future__ import annotations

import json
import re

import nbformat
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.engines import NBClientEngine, papermill_engines
from papermill.execute import raise_for_execution_errors
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook

from .engine import ENGINE, WarmEngine
from .server import ServerLost

ERROR_MARKER_TAG = "papermill-error-cell-tag"
"""Tag of the cells that papermill adds to a notebook that failed."""

_ALIVE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class _KeepingEngine(NBClientEngine):  # type: ignore[misc]
    """Papermill's own engine; it only keeps hold of the notebook, which papermill writes at each cell or loses on an error."""

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, *, kept, **kwargs):  # type: ignore[no-untyped-def]
        """Execute as papermill does; `kept` receives the notebook first."""
        kept.append(nb_man.nb)
        return super().execute_managed_notebook(nb_man, kernel_name, **kwargs)


_KEEPING = f"{ENGINE}, kept"
papermill_engines.register(ENGINE, WarmEngine)
papermill_engines.register(_KEEPING, _KeepingEngine)


def execute(
    notebook: NotebookNode, parameters: dict[str, object], timeout: int, options: dict[str, object]
) -> tuple[NotebookNode, Exception | None]:
    """Execute a notebook: what `papermill.execute_notebook` does with one that is in memory, but for writing the result.

    Parameters
    ----------
    notebook : NotebookNode
        The source; it is not changed.
    parameters : dict
        Its parameters.
    timeout : int
        Seconds that one cell may take.
    options : dict
        From `kernels.client_options`.

    Returns
    -------
    notebook, error
        The notebook as far as it went, and what stopped it.
    """
    kept: list[NotebookNode] = []
    try:
        ready = parameterize_notebook(load_notebook_node(notebook), parameters)
        done: NotebookNode = papermill_engines.execute_notebook_with_engine(
            _KEEPING, ready, kernel_name="python3", progress_bar=False, execution_timeout=timeout, record_timing=False, kept=kept,
            **options,
        )  # fmt: skip
        raise_for_execution_errors(done, None)
        if why := unfinished(done):
            raise Unfinished(why)
    except Exception as error:  # papermill, nbclient and the kernel each have their own: all mean « not executed »
        return (kept[0] if kept else notebook), error
    return done, None


class Unfinished(Exception):
    """Papermill takes a notebook that ended early (``sys.exit(0)``) for one that was executed."""


def unfinished(notebook: NotebookNode) -> str:
    """Why an executed notebook is none: a cell did not run, raised, or ended the kernel; empty when all is well."""
    code = [(n, cell) for n, cell in enumerate(notebook.cells, start=1) if cell.cell_type == "code" and cell.source.strip()]
    for number, cell in code:
        if raised := [output.ename for output in cell.outputs if output.output_type == "error"]:
            return f"cell {number} raised {raised[0]}"
        if cell.execution_count is None:
            return f"cell {number} was not executed: the notebook ended before it"
    return ""


def died(error: Exception) -> bool:
    """Whether the kernel or its server was killed, by the system for instance: nothing says that the notebook is wrong."""
    return isinstance(error, (DeadKernelError, ServerLost)) or "Kernel died" in str(error)


def written(notebook: NotebookNode) -> bytes:
    """A notebook as it is in a file: its JSON without the blanks and the lists of lines that take a tenth of it."""
    return f"{json.dumps(notebook, ensure_ascii=False, sort_keys=True, separators=(',', ':'))}\n".encode()


def durations(notebook: NotebookNode) -> tuple[tuple[float, str], ...]:
    """Seconds and first line of each executed cell, the slowest first."""
    found = [
        (float(cell.metadata.get("papermill", {}).get("duration") or 0), printable(cell.source.partition("\n")[0]))
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]
    return tuple(sorted(found, reverse=True))


def clean(notebook: NotebookNode) -> tuple[NotebookNode, tuple[str, ...]]:
    """An executed notebook without what changes from one run to the next: times, paths, random identifiers, stderr.

    Returns
    -------
    notebook, warnings
        The notebook, and what its cells wrote to stderr.
    """
    parameters = notebook.metadata.get("papermill", {}).get("parameters", {})
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": notebook.metadata.get("kernelspec", {}),
            "language_info": {"name": "python"},
            "papermill": {"parameters": parameters},
        }
    )
    warnings = []
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:02d}"
        cell.metadata = nbformat.from_dict({"tags": cell.metadata["tags"]} if cell.metadata.get("tags") else {})
        if cell.cell_type == "code":
            warnings += [printable(o.text.strip()) for o in cell.outputs if o.output_type == "stream" and o.name == "stderr"]
            cell.outputs = _joined([o for o in cell.outputs if not (o.output_type == "stream" and o.name == "stderr")])
    return notebook, tuple(warnings)


def _joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Outputs with the pieces of one printed text put together: where a kernel cuts it depends on the moment."""
    found: list[NotebookNode] = []
    for output in outputs:
        if found and output.output_type == found[-1].output_type == "stream" and output.name == found[-1].name:
            found[-1].text += output.text
        else:
            found.append(output)
    return found


def failure(notebook: NotebookNode, error: Exception) -> str:
    """The cell that failed and why, in one line."""
    cells = [cell for cell in notebook.cells if ERROR_MARKER_TAG not in cell.metadata.get("tags", [])]
    reached = [(n, cell) for n, cell in enumerate(cells, start=1) if cell.metadata.get("papermill", {}).get("start_time")]
    for number, cell in [pair for pair in reached if pair[1].cell_type == "code"][-1:]:
        raised = [f"{o.ename}: {o.evalue}" for o in cell.outputs if o.output_type == "error"]
        first = next((line for line in cell.source.splitlines() if line.strip()), "")
        why = raised[0] if raised and not isinstance(error, CellTimeoutError) else f"{type(error).__name__}: {error}"
        return printable(f"cell {number} (`{first}`): {why}".splitlines()[0])
    return printable(f"{type(error).__name__}: {error}".splitlines()[0])


def printable(text: str) -> str:
    """What a notebook said, as a terminal may be told it: what would command it, or turn its direction, is spelled."""
    return _ALIVE.sub(lambda found: ascii(found[0])[1:-1], text)
