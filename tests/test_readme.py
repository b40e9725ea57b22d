"""The register example of the README runs as it stands."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"


def test_the_register_example_runs_and_finds_the_permit_issued_first_at_night(tmp_path: Path) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", README.read_text(encoding="utf-8"), re.S)
    (example,) = (block for block in blocks if block.startswith("mkdir -p reg"))
    commands = Path(sys.executable).parent
    ran = subprocess.run(
        ["/bin/sh", "-eu"],
        input=example,
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{commands}:{os.environ['PATH']}", "OVERSEAL_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    with (tmp_path / "out" / "integrity" / "row_findings.csv").open(newline="") as lines:
        found = {(row["code"], row["key"]) for row in csv.DictReader(lines) if row["table"] == "permits"}
    assert {key for _, key in found} == {"WP-01-2024-100002"}
    assert {"PRC101", "PRC107", "OFR101"} <= {code for code, _ in found}
