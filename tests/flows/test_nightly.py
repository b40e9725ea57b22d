"""The flow of a night tells the orchestrator nothing that could hold a path."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_PROGRAM = """
import json, os, sys, traceback
from flows import nightly
from flows.turns import NotMyTurn

def fail(plan):
    if sys.argv[1] == "overlap":
        raise NotMyTurn("overlap")
    raise OSError(28, "No space left", "/inbox/A. PERSON.jpg")

nightly.run_night = fail
nightly.die_with_parent = lambda: None
if sys.argv[1] != "worker":
    os.environ[nightly.PLACES] = json.dumps({"inbox": "/inbox/A. PERSON", "out": "/reports"})
try:
    print(nightly.nightly.fn())
except RuntimeError:
    print(traceback.format_exc())
"""


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("fails", "RuntimeError: the night failed: system"),
        ("overlap", "another night is at work"),
        # Its folder goes with the run: reports beside it would be lost.
        ("worker", "RuntimeError: the night failed: settings"),
    ],
)
def test_no_error_s_words_reach_the_orchestrator(tmp_path: Path, what: str, told: str) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OVERSEAL_", "PREFECT_"))}
    environment = kept | {"OVERSEAL_HOME": str(tmp_path), "PREFECT_HOME": str(tmp_path / "prefect")}
    (tmp_path / "overseal.toml").write_text('[nightly]\ninbox = "/inbox/A. PERSON"\n')
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, what], capture_output=True, text=True, check=True, env=environment
    )
    assert told in done.stdout
    assert "PERSON" not in done.stdout + done.stderr
