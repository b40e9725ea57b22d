"""Nights with the fake reader and the fake checks, one after the other: python -m tests.flows.night_driver FOLDER

The folder is the orchestrator's. Standard input: one JSON object a line, `scheduled` and `inbox`, `out`, `settings`.
Standard output: for each what night.json says, or why there was none.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path

if __name__ == "__main__":
    import checks.registry
    import flows.reading
    from tests.flows import fake_checks, fake_reader

    flows.reading.make_reader = fake_reader.make_reader
    checks.registry.CHECKS = fake_checks.CHECKS

    from flows.failures import failure_of
    from flows.night import plan_of, run_night
    from flows.orchestrator import LocalServer
    from flows.turns import NotMyTurn
    from pipeline.errors import OversealError
    from pipeline.settings import Settings

    with LocalServer(Path(sys.argv[1])) as server:
        server.wait()
        for line in sys.stdin:
            asked = json.loads(line)
            settings = Settings(**asked["settings"])
            try:
                plan = plan_of(settings, asked, dt.datetime.fromisoformat(asked["scheduled"]), "Europe/Berlin")
                told = run_night(plan)
            except NotMyTurn as other:
                told = {"why": other.why}
            except (OversealError, OSError) as error:
                told = {"failure": failure_of(error)}
            print(json.dumps(told), flush=True)
