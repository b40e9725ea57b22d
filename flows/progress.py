"""How far a run is: a bar on a terminal, plain lines otherwise; counts only, never a name."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_WORDS = {
    "rows": "checks on the register",
    "found": "files found",
    "read": "files read",
    "judged": "applications judged",
    "compared": "comparison of offices",
}


@contextmanager
def shown_progress() -> Iterator[Callable[[str, int, int], None]]:
    """A function to call with stage, done and of how many (0: not known yet)."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks = {stage: bars.add_task(words, total=None, visible=False) for stage, words in _WORDS.items()}

        def show(stage: str, done: int, of: int) -> None:
            bars.update(tasks[stage], completed=done, total=of or None, visible=True)

        yield show


class _Lines:
    """A line each time that another tenth of a stage is done."""

    def __init__(self) -> None:
        self._told: dict[str, int] = {}

    def __call__(self, stage: str, done: int, of: int) -> None:
        tenth = 10 * done // of if of else -1
        if of and tenth > self._told.get(stage, 0):
            self._told[stage] = tenth
            print(f"{done} of {of} {_WORDS[stage]}", file=sys.stderr, flush=True)
