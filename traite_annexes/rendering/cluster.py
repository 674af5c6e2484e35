"""Rendering on other machines: `jobs.perform` on the workers of a dask cluster, which share no file system with this one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .. import fingerprints
from ..errors import RenderError
from .batch import Options
from .snapshot import Snapshot

if TYPE_CHECKING:
    from distributed import Client

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
    try:
        client = Client(address, timeout="10s", set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise RenderError(f"No dask scheduler answers at {address}: {error}.") from None
    with client:
        yield replace(options, executor=ClusterExecutor(client), jobs=_threads(client, address))


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


class ClusterExecutor(Executor):
    """A `concurrent.futures` executor on a dask cluster, which sends the snapshot once and not with each unit of work.

    Parameters
    ----------
    client : distributed.Client
        Connected to the scheduler.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._executor = client.get_executor(retries=RETRIES)
        self._snapshots: dict[str, Any] = {}

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run a function on some worker; see `concurrent.futures.Executor.submit`."""
        future: Future[Any] = self._executor.submit(function, *map(self._sent, args), **kwargs)
        return future

    def _sent(self, argument: Any) -> Any:
        """The argument, or in place of a snapshot the task that makes it: it is made again on any worker where it is lost."""
        if not isinstance(argument, Snapshot):
            return argument
        if argument.key not in self._snapshots:
            self._snapshots[argument.key] = self._client.submit(Snapshot, argument.files, key=f"snapshot-{argument.key}")
        return self._snapshots[argument.key]
