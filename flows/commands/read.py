"""`overseal read`: what the files say, without any judgement; nothing is stored."""

from __future__ import annotations

import argparse
import sys
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from flows.cli import settings_file
from pipeline.errors import ExitCode, NothingToRead
from pipeline.settings import Settings, load
from pipeline.types.problems import Problem, ProblemKind
from pipeline.types.readings import FileReading

if TYPE_CHECKING:
    from flows.workers import WorkerPool
    from pipeline.intake.find import Input, Unfit


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="file or folder")
    parser.add_argument("--jsonl", action="store_true", help="one line of JSON a document")
    settings_file(parser)


def run(given: argparse.Namespace) -> ExitCode:
    """Print every document; 1 when we failed on one, 5 when nothing could be read, 3 when there was no file."""
    from flows.exit_codes import first_of
    from flows.reading import make_reader
    from flows.workers import WorkerPool
    from pipeline.report.read_lines import read_lines

    settings = load(given.settings)
    files = readable = 0
    codes = {ExitCode.NOTHING_FLAGGED}
    with WorkerPool(settings.run.workers, make_reader, settings) as pool:
        for name, reading in _in_order(given.paths, pool, settings):
            files += 1
            readable += reading.status != "unreadable"
            if any(problem.kind is ProblemKind.OURS for problem in _problems(reading)):
                codes.add(ExitCode.OUR_FAULT)
            for line in read_lines(name, reading) if given.jsonl else _for_people(name, reading):
                print(line)
            sys.stdout.flush()
    if not files:
        raise NothingToRead("there is no file to read")
    if not readable:
        codes.add(ExitCode.ONLY_UNREADABLE)
    return first_of(codes)


def _in_order(paths: list[Path], pool: WorkerPool, settings: Settings) -> Iterator[tuple[str, FileReading]]:
    """Each file's name and reading, in the order of the folders, few of them in memory at once."""
    from pipeline.intake.find import Unfit, find_files

    def read(entry: Input | Unfit) -> tuple[str, FileReading]:
        if isinstance(entry, Unfit):
            return entry.name, FileReading(None, "unreadable", problems=(entry.problem,))
        return entry.name, pool.read(entry.path, entry.bundle)

    entries = find_files(paths, settings.intake)
    with ThreadPoolExecutor(settings.run.workers) as threads:
        try:
            flying: deque[Future[tuple[str, FileReading]]] = deque(
                threads.submit(read, entry) for entry in islice(entries, 2 * settings.run.workers)
            )
            while flying:
                yield flying.popleft().result()
                flying.extend(threads.submit(read, entry) for entry in islice(entries, 1))
        except BaseException:
            pool.stop()
            raise


def _for_people(name: str, reading: FileReading) -> Iterator[str]:
    from pipeline.report.read_lines import fields_of
    from pipeline.types.values import shown

    yield f"{_printable(name)}: {reading.status}"
    for record in reading.records:
        yield f"  {record.kind}" + (f", template {record.template}" if record.template else ", template unknown")
        for line in record.mrz.lines if record.mrz else ():
            yield f"    {_printable(line)}"
        for field, fact in fields_of(record):
            yield f"    {field:<20} {_printable(shown(fact.value))}"
    for problem in _problems(reading):
        yield f"  {problem.kind}: {_printable(problem.message)}"


def _problems(reading: FileReading) -> tuple[Problem, ...]:
    """Those of the file, then those of its documents."""
    return (*reading.problems, *(problem for record in reading.records for problem in record.problems))


def _printable(text: str) -> str:
    """What a document says, without what a terminal would act on."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
