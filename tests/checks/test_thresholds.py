"""Settings may name the thresholds a check declares and no others, so each that a rule asks for is declared."""

from __future__ import annotations

import inspect
import re
import sys

import pytest

from checks.base import DocumentCheck
from checks.registry import CHECKS


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_every_threshold_that_is_asked_for_is_declared(check: DocumentCheck) -> None:
    source = inspect.getsource(sys.modules[check.rule.__module__])
    asked = set(re.findall(r'threshold\(\s*"\w+", "(\w+)"', source))
    if "doubt(" in source or check.family == "XZN":
        asked.add("legible")
    assert set(check.thresholds) == asked
