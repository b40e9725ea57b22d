"""Dates: the checks of family DAT, by code."""

from __future__ import annotations

from checks.base import DocumentCheck

CHECKS: tuple[DocumentCheck, ...] = ()
