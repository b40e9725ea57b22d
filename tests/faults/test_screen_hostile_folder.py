from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.hostile_files import HOSTILE_TEXTS, card, write_hostile
from tests.faults.screened_folder import ANSWERS, active_content, counts, formulas, screen

#: Files mutated here; `make bench-faults` does 300.
MUTATED = 40


@pytest.mark.live
def test_every_hostile_file_is_accounted_for_and_nothing_it_says_is_run(tmp_path: Path) -> None:
    inputs, out = tmp_path / "in", tmp_path / "out"
    write_hostile(inputs, MUTATED, seed=20261123)
    for number, text in enumerate(HOSTILE_TEXTS):
        card(text).save(inputs / f"text-{number}.png")
    (inputs / "=CMD() <script>alert(1).png").write_bytes((inputs / "text-0.png").read_bytes())
    files = sum(1 for path in inputs.rglob("*") if not path.is_dir() or path.is_symlink())

    done = screen(inputs, out, tmp_path / "home")

    assert done.returncode in ANSWERS, done.stderr
    assert "Traceback" not in done.stderr
    run = counts(out)
    assert run["found"] == run["read"] + run["partial"] + run["unreadable"] + run["duplicates"]
    assert run["found"] == files
    assert run["unreadable"] > 0
    assert run["read"] + run["partial"] > 0
    assert run["problems"].get("internal-error", 0) == 0
    assert run["problems"].get("timeout", 0) == 0
    assert all(check["error"] == 0 for check in run["checks"].values())
    assert list(formulas(out)) == []
    assert active_content(out) == []
