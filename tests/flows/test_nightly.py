"""A served run tells the orchestrator nothing that could hold a path."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_PROGRAM = """
import json, os, sys, traceback
from flows import nightly
from pipeline.settings import Settings

def fail(request):
    assert [str(path) for path in request.passed_over] == ["/reports"]
    raise OSError(28, "No space left", "/inbox/A. PERSON.jpg")

nightly.screen_folder = fail
nightly.die_with_parent = lambda: None
os.environ[nightly.PLACES] = json.dumps({"inbox": "/inbox", "out": "/reports", "settings": None, "store": None})
try:
    nightly.nightly.fn()
except RuntimeError:
    print(traceback.format_exc())
"""


def test_no_error_s_words_reach_the_orchestrator(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OVERSEAL_", "PREFECT_"))}
    environment = kept | {"OVERSEAL_HOME": str(tmp_path), "PREFECT_HOME": str(tmp_path / "prefect")}
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True, env=environment)
    assert "RuntimeError: screening failed: OSError" in done.stdout
    assert "PERSON" not in done.stdout + done.stderr
