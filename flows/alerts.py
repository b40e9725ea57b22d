"""Alerts: told to a command on its standard input, or posted to an address on this machine; counts only.

An alert that cannot be delivered is logged and ends nothing.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import urllib.request
from dataclasses import asdict, dataclass, field
from http.client import HTTPException, HTTPMessage
from typing import IO, Literal

from pipeline.errors import place_of
from pipeline.settings import Nightly

log = logging.getLogger(__name__)

_COMMAND_SECONDS = 60
_POST_SECONDS = 10

Kind = Literal["failure", "silence", "flagged-share", "inbox", "register", "faults"]


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that a person should look at.

    Attributes:
        message: for people; holds no name of a file or a person.
        night: folder of the night's report; "" where there is none.
    """

    alert: Kind
    message: str
    night: str = ""
    counts: dict[str, int] = field(default_factory=dict)


def send(settings: Nightly, alert: Alert) -> bool:
    """Deliver an alert to all that the settings name; whether every one took it."""
    text = json.dumps(asdict(alert))
    taken = True
    if settings.alert:
        taken &= _run(settings.alert, text)
    if settings.alert_url is not None:
        taken &= _post(settings.alert_url, text)
    log.warning("alert: %s", alert.alert, extra={"event": "alert", "alert": alert.alert, "delivered": taken})
    return taken


def _run(command: tuple[str, ...], text: str) -> bool:
    quiet = subprocess.DEVNULL
    # Somebody else's program has no use for the orchestrator's address and password.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    try:
        done = subprocess.run(
            command,
            input=text.encode(),
            stdout=quiet,
            stderr=quiet,
            timeout=_COMMAND_SECONDS,
            check=False,
            env=environment,
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        log.error("the alert command failed: %s", place_of(error))
        return False
    if done.returncode:
        log.error("the alert command ended with %d", done.returncode)
    return done.returncode == 0


class _StayHere(urllib.request.HTTPRedirectHandler):
    """Follows no redirection: where an alert goes is in the settings."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """Nowhere else."""


def _post(address: str, text: str) -> bool:
    request = urllib.request.Request(address, text.encode(), {"Content-Type": "application/json"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _StayHere)
    try:
        with opener.open(request, timeout=_POST_SECONDS):
            return True
    except (OSError, HTTPException, ValueError) as error:
        log.error("posting an alert failed: %s", place_of(error))
        return False
