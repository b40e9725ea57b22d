"""What fails in a night is told to the alert hook, in a word that names nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flows.alerts import Alert, send
from flows.turns import NotMyTurn
from pipeline.errors import MissingDependency, OversealError, StoreError, UsageError
from pipeline.intake.inbox import InboxGone
from pipeline.settings import Nightly


def failure_of(error: BaseException) -> str:
    """Why a night failed, in a word that names nothing."""
    if not isinstance(error, Exception):  # Ctrl-C, or the orchestrator's own for SIGTERM
        return "interrupted"
    words: dict[type[Exception], str] = {
        InboxGone: "inbox-gone",
        StoreError: "store",
        MissingDependency: "missing-dependency",
        UsageError: "settings",
        OversealError: "internal-error",
        OSError: "system",
    }
    return next((word for kind, word in words.items() if isinstance(error, kind)), "internal-error")


@contextmanager
def alerted(nightly: Nightly, what: str, night: str = "") -> Iterator[None]:
    """Tell of whatever is raised; a night that has nothing to do is none.

    Args:
        nightly: with the hook.
        what: what did not succeed, as in `the night failed`.
        night: folder of the night's report; "" where it is not known yet.
    """
    try:
        yield
    except NotMyTurn:
        raise
    except BaseException as error:
        send(nightly, Alert("failure", f"{what}: {failure_of(error)}", night))
        raise
