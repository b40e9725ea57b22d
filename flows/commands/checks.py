"""`overseal checks`: all checks, as a list for people or as JSON."""

from __future__ import annotations

import argparse
import json

from pipeline.errors import ExitCode


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(given: argparse.Namespace) -> ExitCode:
    """Print the list, in the order of the registry."""
    from checks.page import kind_of, needed
    from checks.precisions import precisions
    from checks.registry import ALL_CHECKS, FAMILIES

    measured = precisions()
    if given.json:
        listed = [
            {
                "code": check.code,
                "name": check.name,
                "family": check.family,
                "kind": kind_of(check),
                "version": check.version,
                "strength": check.strength.label,
                "hypothesis": str(check.hypothesis),
                "needs": needed(check),
                "precision": measured[check.code].precision if check.code in measured else None,
            }
            for check in ALL_CHECKS
        ]
        print(json.dumps(listed, indent=2))
        return ExitCode.NOTHING_FLAGGED
    for family, about in FAMILIES.items():
        print(f"{family} {about}")
        for check in ALL_CHECKS:
            if check.family == family:
                print(f"  {check.code} {check.name:<36} {check.hypothesis:<16} {check.strength.label}")
    return ExitCode.NOTHING_FLAGGED
