"""PRC: order, time and calendar of the process."""

from __future__ import annotations

from checks.prc import (
    prc101_issued_before_application,
    prc102_issued_before_medical,
    prc103_issued_before_labour_market_test,
    prc104_issued_before_fee,
)
from checks.rows import RowCheck

ROW_CHECKS: tuple[RowCheck, ...] = (
    prc101_issued_before_application.CHECK,
    prc102_issued_before_medical.CHECK,
    prc103_issued_before_labour_market_test.CHECK,
    prc104_issued_before_fee.CHECK,
)
