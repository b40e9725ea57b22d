"""Deliveries of the register: whether a night finds one that can be used, and what became of it."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

from pipeline.errors import NothingToRead, UsageError, place_of
from pipeline.store.nights import Night

log = logging.getLogger(__name__)


def delivery_of(folder: Path | None) -> tuple[str, Path | None]:
    """Stamp of the register's delivery, and its folder; no folder where it cannot be used tonight."""
    if folder is None:
        return "", None
    # Loading registers is more memory than a night needs that has none.
    from pipeline.register.folder import look_into

    try:
        files = look_into(folder).files
    except (UsageError, NothingToRead) as error:
        log.error("the register cannot be used: %s", place_of(error))
        return "", None
    told = repr([(file.path.name, file.stamp) for file in files])
    return hashlib.sha256(told.encode()).hexdigest(), folder


def what_became(named: Path | None, usable: Path | None, permits: int | None, last: Night | None) -> str:
    """In a word: none, unusable, used, unchanged, or empty where no permit could be loaded.

    Args:
        named: folder in the settings.
        usable: the same where it could be used.
        permits: that the night's audit had; None where there was no audit.
        last: the night before.
    """
    if named is None:
        return "none"
    if usable is None:
        return "unusable"
    if permits is not None:
        return "used" if permits else "empty"
    # Told every night until there is another delivery.
    return "empty" if last is not None and last.summary.get("register") == "empty" else "unchanged"
