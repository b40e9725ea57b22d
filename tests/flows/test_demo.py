"""The demonstration screens and audits, and the README's lead is in it as it is told there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

README = Path(__file__).parents[2] / "README.md"


@pytest.mark.slow
def test_the_lead_of_the_readme_is_counted_as_it_says(tmp_path: Path) -> None:
    out = tmp_path / "out-demo"
    command = [str(Path(sys.executable).with_name("overseal")), "demo", "--out", str(out)]
    environment = {**os.environ, "OVERSEAL_HOME": str(tmp_path / "home")}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)
    assert ran.returncode == 0, ran.stderr
    assert {"screening", "integrity", "protection", "audit", "offices"} <= {path.name for path in out.iterdir()}
    text = README.read_text(encoding="utf-8")
    (code,) = re.findall(r"<<'COUNT'\n(.*?)COUNT\n", text, re.S)
    counted = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert counted.returncode == 0, counted.stderr
    said = re.search(r"of the (\d+) permits of the pair that could be compared (\d+) were flagged, of the (\d+)", text)
    assert said is not None
    (subject,) = re.findall(r'"subject"\) == "([^"]+)"', code)
    strata = pl.read_csv(out / "audit" / "lead_strata.csv", infer_schema=False)
    mine = strata.filter(pl.col("subject") == subject, pl.col("compared") == "yes")
    counts = mine.select(pl.col("permits", "flagged", "permits_of_others").cast(pl.Int64).sum())
    assert counts.row(0) == tuple(map(int, said.groups()))
