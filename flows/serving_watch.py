"""Watches, while an inbox is served, what would fail in silence: the orchestrator, and nights that do not come."""

from __future__ import annotations

import datetime as dt
import logging
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from flows.alerts import Alert, send
from flows.standing import is_silent
from flows.turns import inbox_key
from pipeline.errors import ExitCode, StoreError, place_of
from pipeline.settings import Settings
from pipeline.store.database import open_store
from pipeline.store.nights import Night, last_ended

log = logging.getLogger(__name__)

_WATCH_SECONDS = 5.0
#: Looks at the orchestrator for each look at the nights.
_SILENCE_EVERY = 60


@dataclass(slots=True)
class Watch:
    """Looks now and then. `alive` tells whether the orchestrator's server runs."""

    settings: Settings
    inbox: Path
    alive: Callable[[], bool]
    told: bool = False
    ended: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Look for as long as the process lives."""
        began = dt.datetime.now(dt.UTC)
        looks = 0
        while not self.ended.wait(_WATCH_SECONDS):
            if not self.alive():
                self._end()
            looks += 1
            if looks % _SILENCE_EVERY == 0:
                self.listen(began)

    def _end(self) -> None:
        """End at once: a schedule without its server makes no nights, and only a new start brings them back."""
        print("overseal: the orchestrator's server ended; start `overseal serve` again", file=sys.stderr, flush=True)
        send(self.settings.nightly, Alert("failure", "the orchestrator's server ended, and serving with it"))
        os._exit(ExitCode.OUR_FAULT)

    def listen(self, began: dt.datetime) -> None:
        """Tell once that no night came to its end for too long; `began`, when serving began."""
        hours = self.settings.nightly.silence_hours
        now = dt.datetime.now(dt.UTC)
        try:
            last = self._last(now)
        except StoreError as error:
            log.error("the nights cannot be looked up: %s", place_of(error))
            return
        silent = is_silent(last, hours, now) and now - began > dt.timedelta(hours=hours)
        if silent and not self.told:
            send(self.settings.nightly, Alert("silence", f"no night came to its end in the last {hours:g} hours"))
        self.told = silent

    def _last(self, now: dt.datetime) -> Night | None:
        store = open_store(self.settings.store)
        try:
            with store.read() as connection:
                return last_ended(connection, inbox_key(self.inbox), now)
        finally:
            store.close()
