"""Files of an inbox elsewhere that are not in its copy, or not as they are there: named, so that each is told of."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pipeline.report.names_csv import NOT_FETCHED, NOT_FETCHED_COLUMNS, NamesCsv

if TYPE_CHECKING:
    from flows.fetching import Fetching

#: As the counts of `flows.fetching`.
Reason = Literal["changing", "failed", "too_large", "unfit"]
#: So many are named; they are held in memory until the night's folder is its own.
_MOST = 10_000


@dataclass(slots=True)
class NotFetched:
    """Reasons and names below the source, names as the server has them; and how many more there were."""

    rows: list[tuple[Reason, str]] = field(default_factory=list)
    more: int = 0

    def add(self, reason: Reason, name: str) -> None:
        """Note one file."""
        if len(self.rows) < _MOST:
            self.rows.append((reason, name))
        else:
            self.more += 1


def name_not_fetched(fetching: Fetching | None, out: Path) -> None:
    """Write `not_fetched.csv` into a night's folder where there is something to name; else none is there.

    Args:
        fetching: None for an inbox that is a folder.
        out: the night's folder.

    Raises:
        OSError: if it cannot be written.
    """
    # An earlier attempt at the night may have named what was fetched since.
    (out / NOT_FETCHED).unlink(missing_ok=True)
    if fetching is None or not fetching.names.rows:
        return
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamesCsv(out, NOT_FETCHED, NOT_FETCHED_COLUMNS) as names:
        for reason, name in fetching.names.rows:
            names.add(reason, name)
        if fetching.names.more:
            names.add("", f"and {fetching.names.more} more")
