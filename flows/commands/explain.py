"""`overseal explain CODE`: a check's page."""

from __future__ import annotations

import argparse

from pipeline.errors import ExitCode, UsageError


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("code", metavar="CODE", help="code of a check, such as MRZ101")


def run(given: argparse.Namespace) -> ExitCode:
    """Print the page, and below it what the check declares."""
    from checks.registry import UnknownCode, by_code

    try:
        check = by_code(given.code)
    except UnknownCode as error:
        raise UsageError(str(error)) from error
    needs = ", ".join(key.name for key in check.needs) or "nothing"
    kinds = ", ".join(sorted(check.kinds)) or "every kind"
    print(f"{check.code} {check.name}, version {check.version}\n")
    print(check.page)
    print(f"\nSupports: {check.hypothesis}, {check.strength.label}. Needs: {needs}. Documents: {kinds}.")
    return ExitCode.NOTHING_FLAGGED
