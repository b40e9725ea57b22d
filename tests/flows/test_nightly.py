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


_NOTHING_NEW = """
import datetime as dt, sys
from pathlib import Path
from flows import serving
from flows.night import plan_of, run_night
from pipeline.settings import Settings

root = Path(sys.argv[1])
(root / "inbox").mkdir()
settings = Settings(home=root, nightly={"settle_seconds": 0})
due = dt.datetime(2026, 11, 29, 2, tzinfo=dt.UTC)
told = run_night(plan_of(settings, {"inbox": str(root / "inbox"), "out": str(root / "out")}, due, "UTC"))
heavy = {"polars", "numpy", "cv2", "PIL", "onnxruntime", "scipy", "jinja2", "rapidfuzz", "checks"}
print(told["arrivals"]["present"], sorted(heavy & set(sys.modules)))
"""


def test_a_night_with_nothing_new_loads_nothing_that_screens(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OVERSEAL_", "PREFECT_"))}
    done = subprocess.run(
        [sys.executable, "-c", _NOTHING_NEW, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        env=kept | {"PREFECT_HOME": str(tmp_path / "prefect")},
    )
    assert done.stdout.splitlines()[-1] == "0 []"
