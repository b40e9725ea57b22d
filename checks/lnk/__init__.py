"""Permit, passport and person: the checks of family LNK, by code."""

from __future__ import annotations

from checks.base import DocumentCheck

CHECKS: tuple[DocumentCheck, ...] = ()
