from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from checks.base import Context, DocumentCheck, run
from checks.registry import CHECKS
from tests.checks.cases import document_check, load, paths


@pytest.mark.parametrize("path", paths(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_case_ends_as_expected(path: Path) -> None:
    case = load(path)
    assert case.expect["outcome"] == {"flag-benign": "flag"}.get(case.kind, case.kind)
    outcome = run(document_check(case.code), case.facts, case.context)
    assert not case.difference(outcome)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_a_check_declares_every_threshold_it_asks_for(check: DocumentCheck) -> None:
    asked: set[tuple[str, str, float]] = set()

    class Asked(Context):
        def threshold(self, code: str, name: str, default: float) -> float:
            asked.add((code, name, default))
            return super().threshold(code, name, default)

    for case in (load(path) for path in paths() if path.parent.name == check.code):
        told = {field.name: getattr(case.context, field.name) for field in dataclasses.fields(Context)}
        run(check, case.facts, Asked(**told))
    assert asked == {(check.code, name, default) for name, default in check.thresholds}
