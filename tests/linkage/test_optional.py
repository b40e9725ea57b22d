"""The optional part is declared once, pinned, and named by the command that brings it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from pipeline import linkage
from pipeline.linkage.holders import COMPARED

ROOT = Path(__file__).parents[2]


def test_the_command_brings_the_version_that_is_declared_and_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (version,) = [need for need in project["optional-dependencies"]["linkage"] if need.startswith(linkage.PACKAGE)]
    assert linkage.COMMAND.split() == ["pip", "install", version]
    assert re.search(rf"^{re.escape(version)} ", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.M)
    assert not any(need.startswith(linkage.PACKAGE) for need in project["dependencies"])


def test_nationality_sex_and_birthplace_are_no_input() -> None:
    assert set(COMPARED) == {"surname", "given_names", "birth_date", "passport_number", "phone", "address"}
