"""`overseal register check DIR`: what loads of a register, what is refused and why, which checks can be made."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from flows.cli import settings_file
from pipeline.errors import ExitCode
from pipeline.settings import load

if TYPE_CHECKING:
    from checks.rows import RowCheck
    from pipeline.register.register import Register

#: Faults shown of one kind are summed up; so many kinds are shown.
_MOST_KINDS = 40
_MOST_OF_FILES = 60


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    action = actions.add_parser("check", help="load a register and say what was refused")
    action.add_argument("folder", type=Path, metavar="DIR", help="folder with the files of the register")
    action.add_argument("--out", type=Path, default=Path("out"), metavar="DIR", help="for the list of problems")
    settings_file(action)


def run(given: argparse.Namespace) -> ExitCode:
    """Print counts and write register_problems.csv; 3 without a file of a register, 5 when no row was taken."""
    from checks.registry import ROW_CHECKS
    from pipeline.reference.policy import load_policies
    from pipeline.register.load import load_register
    from pipeline.report.register_problems_csv import write_problems

    settings = load(given.settings)
    policies = load_policies(settings.policy)
    register = load_register(given.folder, settings.home / "registers", settings.register, policies)
    problems = write_problems(given.out, register.problems)
    for line in (*_taken(register), *_refused(register), *_assessable(register, ROW_CHECKS)):
        print("".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in line))
    print(f"every refused row and column: {problems}")
    return ExitCode.NOTHING_FLAGGED if any(register.rows.values()) else ExitCode.ONLY_UNREADABLE


def _taken(register: Register) -> Iterator[str]:
    as_of = register.as_of
    yield (
        f"register as of {as_of:%Y-%m-%d %H:%M} UTC" if as_of else "the register does not say of when it is (snapshot)"
    )
    yield f"{'file':<16}{'rows taken':>14}{'refused':>12}"
    for name in sorted(register.rows):
        yield f"{name:<16}{register.rows[name]:>14,}{register.refused[name]:>12,}"


def _refused(register: Register) -> Iterator[str]:
    import polars as pl

    problems = register.problems.lazy()
    whole = problems.filter(pl.col("row").is_null())
    files = whole.head(_MOST_OF_FILES).collect()
    if files.height:
        yield "files and columns:"
    for file, _, column, reason in files.iter_rows():
        yield f"  {file}: {f'column {column}: ' if column else ''}{reason}"
    if (more := whole.select(pl.len()).collect().item() - files.height) > 0:
        yield f"  and {more:,} more"
    kinds = (
        problems.filter(pl.col("row").is_not_null())
        .group_by("file", "column", "reason")
        .agg(pl.len().alias("rows"), pl.col("row").min().alias("first"))
        .sort("rows", "file", "column", "reason", descending=[True, False, False, False])
        .collect(engine="streaming")
    )
    if kinds.height:
        yield "rows refused:"
    for file, column, reason, rows, first in kinds.head(_MOST_KINDS).iter_rows():
        yield f"  {rows:,} x {file}, {column or 'whole row'}: {reason}; first in row {first:,}"
    if kinds.height > _MOST_KINDS:
        yield f"  and {kinds.height - _MOST_KINDS:,} more kinds"


def _assessable(register: Register, checks: tuple[RowCheck, ...]) -> Iterator[str]:
    missing = {check: [need for need in check.needs if need not in register.delivered] for check in checks}
    yield f"checks on rows that can be made: {sum(not needs for needs in missing.values())} of {len(checks)}"
    for check, needs in missing.items():
        if needs:
            earlier = all(need.startswith("earlier.") for need in needs)
            what = "an earlier delivery of the register" if earlier else ", ".join(needs)
            yield f"  {check.code} {check.title}: needs {what}"
