"""`overseal` with the fake reader and the fake checks, as a program of its own: python -m tests.flows.driver screen ...

One process can know one orchestrator only, so every run of a flow in these tests is a process.
"""

from __future__ import annotations

import sys


def stand_in() -> None:
    """Put the fake reader and the fake checks in place; before anything imports `flows.launch`."""
    import checks.registry
    import flows.reading
    from tests.flows import fake_checks, fake_reader

    flows.reading.make_reader = fake_reader.make_reader
    checks.registry.CHECKS = fake_checks.CHECKS
    checks.registry.ROW_CHECKS = fake_checks.ROW_CHECKS
    checks.registry.ALL_CHECKS = (*fake_checks.CHECKS, *fake_checks.ROW_CHECKS)


if __name__ == "__main__":
    stand_in()
    from flows.cli import main

    sys.exit(main())
