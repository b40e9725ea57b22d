"""PRC: order, time and calendar of the process."""

from __future__ import annotations

from checks.rows import RowCheck

ROW_CHECKS: tuple[RowCheck, ...] = ()
