"""Rendering on other machines: `jobs.perform` on the workers of a dask cluster, which share no file system with this one."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, InvalidStateError
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .. import fingerprints
from ..errors import RenderError
from .batch import Options
from .snapshot import Snapshot

if TYPE_CHECKING:
    from distributed import Client

PAUSE, PATIENCE, CLOSING = 1, 10, 3
"""Seconds between two looks at the scheduler, for its answer (and without any worker), and for the end of a connection."""

RETRIES = 2
"""Times that work is given to another worker when an error other than a failed chapter ends it."""


@contextmanager
def cluster(address: str, options: Options) -> Iterator[Options]:
    """Options that use a dask cluster; those given, when there is no address.

    Raises
    ------
    RenderError
        dask is not installed, nobody answers at the address, there is no worker, or the workers run another library.
    """
    if not address:
        yield options
        return
    try:
        from distributed import Client
    except ImportError:
        raise RenderError("`--dask` needs the extra: pip install 'traite[dask]'.") from None
    for part in ("", ".client", ".comm", ".core", ".utils"):  # it prints what it tried in vain; what is lost is said here
        logging.getLogger(f"distributed{part}").setLevel(logging.CRITICAL)
    try:
        client = Client(address, timeout="10s", set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise RenderError(f"No dask scheduler answers at {address}: {error}.") from None
    try:
        executor = ClusterExecutor(client, address)
        yield replace(options, executor=executor, jobs=_threads(client, address))
    finally:
        client.close(timeout=CLOSING)  # a scheduler that was lost never answers


def _threads(client: Client, address: str) -> int:
    """Threads of all workers, which run the same library as this process."""
    workers: dict[str, Any] = client.scheduler_info(n_workers=-1)["workers"]
    if not workers:
        raise RenderError(f"The dask scheduler at {address} has no worker.")
    for worker, found in client.run(library_and_versions).items():
        if differing := sorted(name for name in library_and_versions() if found.get(name) != library_and_versions()[name]):
            raise RenderError(
                f"The worker {worker} does not run the same software as this process: {', '.join(differing)}. The annexes would "
                "not be the same: install the same versions there, and start it again."
            )
    return sum(int(worker["nthreads"]) for worker in workers.values())


def library_and_versions() -> dict[str, str]:
    """What must be the same everywhere: sources of this project, versions of packages."""
    return {"traite_lib": fingerprints.fingerprint(own=fingerprints.AT_IMPORT)} | fingerprints.versions()


def _pass_on(done: Future[Any], answer: Future[Any]) -> None:
    """Give what came of a unit of work to who waits for it, unless he was told already that it is lost."""
    with suppress(InvalidStateError):
        if done.cancelled():
            answer.set_exception(ConnectionError("dask cancelled the work: the connection to its scheduler was lost."))
        elif error := done.exception():
            answer.set_exception(error)
        else:
            answer.set_result(done.result())


class ClusterExecutor(Executor):
    """A `concurrent.futures` executor on a dask cluster, which sends the snapshot once and not with each unit of work.

    Parameters
    ----------
    client : distributed.Client
        Connected to the scheduler.
    address : str
        Of the scheduler. When it is lost, or all its workers are, every unit of work ends with a `ConnectionError`: dask alone
        would wait for ever.
    """

    def __init__(self, client: Client, address: str) -> None:
        self._client, self._address = client, address
        self._pending: set[Future[Any]] = set()
        self._lost = ""
        threading.Thread(target=self._watch, daemon=True).start()
        self._executor = client.get_executor(retries=RETRIES)
        self._snapshots: dict[str, Any] = {}

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run a function on some worker; see `concurrent.futures.Executor.submit`."""
        answer: Future[Any] = Future()
        self._pending.add(answer)
        answer.add_done_callback(self._pending.discard)
        if self._lost:
            self._give_up()
            return answer
        asked = self._executor.submit(function, *map(self._sent, args), **kwargs)
        asked.add_done_callback(lambda done: _pass_on(done, answer))
        answer.add_done_callback(lambda done: asked.cancel() if done.cancelled() else None)
        return answer

    def _watch(self) -> None:
        """Ask the scheduler how it is, until it does not answer or the client is closed."""
        seen = time.monotonic()
        while not self._lost and self._client.status != "closed":
            time.sleep(PAUSE)
            try:
                workers = self._client.sync(self._identity, callback_timeout=PATIENCE)
            except Exception as error:  # dask and tornado each have their own
                self._lost = f"The dask scheduler at {self._address} was lost ({type(error).__name__})."
            else:
                seen = time.monotonic() if workers else seen
                if time.monotonic() - seen > PATIENCE:
                    self._lost = f"The dask scheduler at {self._address} has had no worker for {PATIENCE} s."
        self._give_up()

    async def _identity(self) -> Any:
        if self._client.scheduler is None:
            raise ConnectionError
        return (await self._client.scheduler.identity(n_workers=-1))["workers"]

    def _give_up(self) -> None:
        for future in list(self._pending):
            with suppress(InvalidStateError):
                future.set_exception(ConnectionError(self._lost or "The connection to dask was closed."))

    def _sent(self, argument: Any) -> Any:
        """The argument, or in place of a snapshot the task that makes it: it is made again on any worker where it is lost."""
        if not isinstance(argument, Snapshot):
            return argument
        if argument.key not in self._snapshots:
            self._snapshots[argument.key] = self._client.submit(Snapshot, argument.files, key=f"snapshot-{argument.key}")
        return self._snapshots[argument.key]
