from __future__ import annotations

from pathlib import Path

import pytest

from checks.base import run
from checks.registry import by_code
from tests.checks.cases import load, paths


@pytest.mark.parametrize("path", paths(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_case_ends_as_expected(path: Path) -> None:
    case = load(path)
    assert case.expect["outcome"] == {"flag-benign": "flag"}.get(case.kind, case.kind)
    outcome = run(by_code(case.code), case.facts, case.context)
    assert not case.difference(outcome)
