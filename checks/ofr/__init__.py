"""OFR: people and separation of duties."""

from __future__ import annotations

from checks.rows import RowCheck

ROW_CHECKS: tuple[RowCheck, ...] = ()
