from __future__ import annotations

import json
import logging

from flows.logs import JsonLines


def _line(logger: str, **extra: object) -> dict[str, object]:
    record = logging.getLogger(logger).makeRecord(logger, logging.INFO, "read.py", 7, "said %s", ("it",), None)
    vars(record).update(extra)
    told: dict[str, object] = json.loads(JsonLines().format(record))
    return told


def test_ours_say_what_they_say_with_their_counts() -> None:
    line = _line("flows.night", event="looked", counts={"new": 1}, path="/a/person")
    assert (line["message"], line["event"], line["counts"]) == ("said it", "looked", {"new": 1})
    assert "path" not in line


def test_a_library_s_words_are_not_told() -> None:
    line = _line("PIL.Image", event="x")
    assert line.keys() == {"at", "level", "logger", "file", "line"}
