"""`overseal` with fake reader and checks and without an orchestrator: python -m tests.bench.faults.direct screen ...

What the same run costs when its batches are called one after the other; the difference is the orchestration.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from flows.screening import Screening, judge_batch, read_batch
from flows.tally import Tally
from pipeline.store.inputs import bundle_heads
from tests.flows.driver import stand_in

if TYPE_CHECKING:
    from flows.discovery import Discovery
    from flows.launch import Request
    from flows.orchestrator import LocalServer

_READ, _JUDGED = 32, 128


class _NoServer:
    def __init__(self, *_: object) -> None:
        """Stands where the orchestrator's server would."""

    def __enter__(self) -> _NoServer:
        return self

    def __exit__(self, *_: object) -> None:
        return None


def _flow(request: Request, work: Screening, discovery: Discovery, server: LocalServer | None) -> Tally:
    files = discovery.to_read
    for at in range(0, len(files), _READ):
        batch = files[at : at + _READ]
        read_batch(work, batch[0], batch[-1])
    with work.store.read() as connection:
        heads = bundle_heads(connection, work.run_id)
    tally = Tally()
    for at in range(0, len(heads), _JUDGED):
        some = heads[at : at + _JUDGED]
        tally.merge(judge_batch(work, some[0], some[-1]))
    return tally


if __name__ == "__main__":
    stand_in()
    from flows import launch
    from flows.cli import main

    vars(launch)["LocalServer"] = _NoServer
    vars(launch)["_flow"] = _flow
    sys.exit(main())
