from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.bench.mrz.drive import Gone, drive

#: A reader that answers with the path, prints to the output as libraries do, and does what the path's name says.
READER = """
import os
from tests.bench.mrz.readers.serve import serve

def read(path):
    print("a library says something")
    name = os.path.basename(path)
    if name == "burn":
        while True:
            pass
    if name == "die":
        os._exit(3)
    if name == "raise":
        raise ValueError(path)
    return {"lines": [name], "probabilities": [0.5]}

serve(read)
"""
COMMAND = [sys.executable, "-c", READER]


def lines(names: list[str], limit_s: float = 60.0) -> list[tuple[tuple[str, ...], str]]:
    run = drive(COMMAND, [Path("/pictures") / name for name in names], limit_s)
    return [(one.lines, one.failure) for one in run.answers]


def test_answers_come_in_order_and_the_costs_with_them() -> None:
    run = drive(COMMAND, [Path("a"), Path("b")], 60.0)
    assert [one.lines for one in run.answers] == [("a",), ("b",)]
    assert [one.probabilities for one in run.answers] == [(0.5,), (0.5,)]
    assert run.import_s > 0
    assert run.peak_bytes > 1_000_000


def test_a_picture_that_raises_never_ends_or_kills_is_a_failure_of_that_picture_only() -> None:
    assert lines(["a", "raise", "b"]) == [(("a",), ""), ((), "ValueError"), (("b",), "")]
    assert lines(["a", "burn", "b"], limit_s=1.0) == [(("a",), ""), ((), "time"), (("b",), "")]
    assert lines(["a", "die", "b", "die"]) == [(("a",), ""), ((), "died"), (("b",), ""), ((), "died")]


def test_a_reader_that_dies_again_and_again_is_given_up() -> None:
    with pytest.raises(Gone):
        lines(["die", "die", "die", "die"])


def test_a_reader_that_does_not_start_says_why() -> None:
    with pytest.raises(Gone, match="No module named 'no_such_peer'"):
        drive([sys.executable, "-c", "import no_such_peer"], [Path("a")], 60.0)


def test_no_picture_needs_no_reader() -> None:
    assert drive(["no-such-program"], [], 60.0).answers == []


def test_programs_that_a_reader_starts_count_with_it() -> None:
    child = "x = bytearray(150_000_000); [None for _ in range(10**6)]"
    start = f"""
import subprocess, sys
from tests.bench.mrz.readers.serve import serve
serve(lambda path: subprocess.run([sys.executable, "-c", "{child}"], check=True) and {{"lines": [path]}})
"""
    run = drive([sys.executable, "-c", start], [Path("a")], 60.0)
    assert run.answers[0].lines == ("a",)
    assert run.peak_bytes > 150_000_000
    assert run.answers[0].cpu_s > 0
