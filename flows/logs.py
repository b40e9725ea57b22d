"""Messages of ours on standard error, as text or as one JSON object a line; no personal data in either.

Of a message of a library only where it comes from is told in JSON: it could quote what was read.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from typing import Literal

#: Our packages, whose messages hold no personal data.
OURS = ("pipeline", "checks", "flows")
#: What our messages may carry beside their text: words and counts.
_EXTRA = ("event", "night", "alert", "delivered", "state", "failure", "counts", "seconds")


class JsonLines(logging.Formatter):
    """One JSON object a line: at, level, logger, and of our own messages the text and its counts."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        at = dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds")
        line: dict[str, object] = {"at": at, "level": record.levelname.lower(), "logger": record.name}
        if _is_ours(record):
            line["message"] = record.getMessage()
            line |= {name: getattr(record, name) for name in _EXTRA if hasattr(record, name)}
        else:
            line |= {"file": record.filename, "line": record.lineno}
        return json.dumps(line)


class TextLines(logging.Formatter):
    """Level, logger and message, with what ours carry beside their text."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """The record as text."""
        beside = (f"{name} {getattr(record, name)}" for name in _EXTRA if name != "event" and hasattr(record, name))
        return ", ".join((super().format(record), *beside)) if _is_ours(record) else super().format(record)


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] in OURS


def set_up(form: Literal["text", "json"], ours: int) -> None:
    """Send messages to standard error: ours from that level up, those of libraries from errors up."""
    logging.basicConfig(level=logging.ERROR)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(JsonLines() if form == "json" else TextLines())
    for package in OURS:
        logging.getLogger(package).setLevel(ours)
