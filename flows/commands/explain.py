"""`overseal explain CODE`: a check's page."""

from __future__ import annotations

import argparse

from pipeline.errors import ExitCode, UsageError


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("code", metavar="CODE", help="code of a check, such as MRZ101")


def run(given: argparse.Namespace) -> ExitCode:
    """Print the page as the catalogue has it, with the precision that was measured."""
    from checks.page import case_summaries, page
    from checks.precisions import precisions
    from checks.registry import UnknownCode, by_code

    try:
        check = by_code(given.code)
    except UnknownCode as error:
        raise UsageError(str(error)) from error
    print(page(check, case_summaries(check.code), precisions().get(check.code)), end="")
    return ExitCode.NOTHING_FLAGGED
