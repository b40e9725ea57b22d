"""Reading on the workers of a Dask cluster. Import it only where the settings name one: the package is optional.

Ids go in, counts come out. A worker takes the names of files from the store and its settings from its own machine; it
is refused where its version, its settings, its store or its folder of page images are others than ours. Prefect stays
at home: its server is on loopback, and a task here waits for one batch there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from flows.remote_reading import Job, Landed, end_reading, read_on_worker
from flows.runners import reading_hash
from flows.screening import Screening
from flows.workers import MakeReader, Stopped
from pipeline import READING_VERSION, __version__
from pipeline.errors import OversealError
from pipeline.settings import Run, Settings

CONNECT_SECONDS = 30.0
#: Batches under way at most: each waits in a thread here.
MOST = 64


@contextmanager
def dask_runner(settings: Settings, reader: MakeReader) -> Iterator[DaskRunner]:
    """A connection to the scheduler that the settings name.

    Raises:
        OversealError: where no scheduler or no worker answers.
    """
    # It writes a configuration file when it is imported.
    os.environ.setdefault("DASK_CONFIG", str(settings.home / "dask"))
    from distributed import Client

    try:
        client = Client(
            settings.run.dask_address,
            security=_security(settings.run),
            timeout=CONNECT_SECONDS,
            set_as_default=False,
            name="overseal",
        )
    except OSError as error:
        raise OversealError("no Dask scheduler answers at [run] dask_address") from error
    try:
        try:
            client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        except TimeoutError as error:
            raise OversealError("the Dask scheduler has no worker") from error
        yield DaskRunner(client, settings, reader)
    finally:
        with suppress(Exception):  # a scheduler that went away has told so before
            client.close(timeout=5)


class DaskRunner:
    """Reads on the workers of a cluster."""

    def __init__(self, client: Any, settings: Settings, reader: MakeReader) -> None:  # noqa: ANN401 - an optional package's
        threads = sum(worker["nthreads"] for worker in client.scheduler_info(n_workers=-1)["workers"].values())
        self.width = min(MOST, 2 * max(1, threads))
        self._client = client
        self._basis = (READING_VERSION, __version__, reading_hash(settings), reader)
        self._under_way: set[Any] = set()
        self._stopped = False

    def read(self, work: Screening, first: int, last: int) -> int:
        """As the protocol of runners says. A batch whose worker is lost is read on by another."""
        if self._stopped:
            raise Stopped
        job = Job(work.run_id, first, last, *self._basis)
        future = self._client.submit(read_on_worker, job, key=f"read-{work.run_id}-{first}-{last}", pure=False)
        self._under_way.add(future)
        try:
            landed: Landed = future.result()
        except Exception as error:
            if self._stopped:
                raise Stopped from error
            raise OversealError(
                f"reading on the Dask cluster failed ({type(error).__name__}); the same command goes on from there"
            ) from error
        finally:
            self._under_way.discard(future)
        if landed.fault is not None:
            raise landed.fault.error()
        return landed.files

    def stop(self) -> None:
        """Cancel what is under way; a worker notices before its next file."""
        self._stopped = True
        with suppress(Exception):  # what cannot be cancelled ends by itself: the run is over
            self._client.cancel(list(self._under_way), force=True)

    def done(self, run_id: str) -> None:
        """Have the workers end their reading processes of a run."""
        with suppress(Exception):  # those that do not hear it end them with the next run
            self._client.run(end_reading, run_id, on_error="ignore")


def _security(run: Run) -> Any:  # noqa: ANN401 - of an optional package
    if run.dask_ca is None:
        return None
    from distributed import Security

    return Security(
        tls_ca_file=str(run.dask_ca),
        tls_client_cert=str(run.dask_certificate),
        tls_client_key=str(run.dask_key),
        require_encryption=True,
    )
