"""Where files are read: in processes of this machine, or on the workers of a Dask cluster, on this and other machines.

What is read is judged here either way, since checks cost a hundredth of reading.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from flows.missing import DASK_COMMAND, DASK_PACKAGE
from flows.screening import Screening, read_batch
from flows.workers import MakeReader
from pipeline.errors import MissingDependency, UsageError
from pipeline.settings import Run, Settings

#: Says that a run's folder of page images is at hand; lies in it while the run lasts.
_MARK = ".run-"


class Runner(Protocol):
    """Reads batches; `width` is how many of them are worth having under way at a time."""

    width: int

    def read(self, work: Screening, first: int, last: int) -> int:
        """Read the unread files between two ordinals (both included); returns how many.

        Raises:
            OversealError: by a fault of ours, of the store or of the cluster.
            Stopped: after `stop`.
        """

    def stop(self) -> None:
        """End what is being read at once, also from another thread."""

    def done(self, run_id: str) -> None:
        """Nothing more of the run will be read."""


class LocalRunner:
    """Reading processes of this machine.

    They are processes and not threads: a page's limit can end a process only, and Python's own share of reading a page
    would take turns on one core.
    """

    def __init__(self, settings: Settings) -> None:
        self.width = 2 * settings.run.workers

    def read(self, work: Screening, first: int, last: int) -> int:
        """As the protocol says."""
        return read_batch(work, first, last)

    def stop(self) -> None:
        """Nothing of its own: the pool is stopped with the run."""

    def done(self, run_id: str) -> None:
        """Nothing of its own either."""


def mark(home: Path, run_id: str) -> Path:
    """Where a run shows that its folder of page images is at hand."""
    return home / "pages" / f"{_MARK}{run_id}"


@contextmanager
def made_runner(settings: Settings, reader: MakeReader) -> Iterator[Runner]:
    """The runner that the settings name.

    Raises:
        OversealError: where no scheduler or no worker answers.
    """
    if settings.run.runner == "local":
        yield LocalRunner(settings)
        return
    from flows.dask_runner import dask_runner

    with dask_runner(settings, reader) as runner:
        yield runner


def check_dask(run: Run) -> None:
    """Look at address and package before anything is started.

    Raises:
        UsageError: for a scheduler that anybody could listen to: it runs whatever code it is sent.
        MissingDependency: without the package.
    """
    if find_spec(DASK_PACKAGE) is None:
        raise MissingDependency(f"the package {DASK_PACKAGE}", DASK_COMMAND)
    if run.dask_address is None:
        raise UsageError("--runner dask needs the scheduler's address: set [run] dask_address")
    address = urlsplit(run.dask_address)
    if address.scheme not in ("tcp", "tls") or not address.hostname:
        raise UsageError("setting run.dask_address: tls://HOST:PORT expected, or tcp:// on this machine")
    if address.scheme == "tls":
        if not (run.dask_ca and run.dask_certificate and run.dask_key):
            raise UsageError("a tls:// scheduler needs [run] dask_ca, dask_certificate and dask_key")
        return
    if not _is_loopback(address.hostname):
        raise UsageError("setting run.dask_address: a scheduler of another machine is reached by tls:// only")


def reading_hash(settings: Settings) -> str:
    """Over everything that a reading depends on: workers with other settings would read otherwise."""
    digest = hashlib.sha256(settings.model_dump_json(include={"intake", "reading"}).encode())
    for path in (*settings.templates, *settings.labels):
        try:
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        except OSError as error:
            raise UsageError(f"a template or table of labels cannot be read: {error.strerror}") from error
    return digest.hexdigest()


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
