"""DUP: one thing used by several."""

from __future__ import annotations

from checks.rows import RowCheck

ROW_CHECKS: tuple[RowCheck, ...] = ()
