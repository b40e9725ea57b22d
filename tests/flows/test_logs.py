from __future__ import annotations

import json
import logging

from flows.logs import JsonLines, TextLines


def _record(logger: str, **extra: object) -> logging.LogRecord:
    record = logging.getLogger(logger).makeRecord(logger, logging.INFO, "read.py", 7, "said %s", ("it",), None)
    vars(record).update(extra)
    return record


def _line(logger: str, **extra: object) -> dict[str, object]:
    told: dict[str, object] = json.loads(JsonLines().format(_record(logger, **extra)))
    return told


def test_text_says_which_night_it_was_and_why_it_failed() -> None:
    night = _record("flows.night", event="x", night="2026-11-29T020000+0100", failure="store", path="/a/person")
    assert TextLines().format(night) == "INFO flows.night: said it, night 2026-11-29T020000+0100, failure store"
    assert TextLines().format(_record("PIL", night="x")) == "INFO PIL: said it"


def test_ours_say_what_they_say_with_their_counts() -> None:
    line = _line("flows.night", event="looked", counts={"new": 1}, path="/a/person")
    assert (line["message"], line["event"], line["counts"]) == ("said it", "looked", {"new": 1})
    assert "path" not in line


def test_a_library_s_words_are_not_told() -> None:
    line = _line("PIL.Image", event="x")
    assert line.keys() == {"at", "level", "logger", "file", "line"}
