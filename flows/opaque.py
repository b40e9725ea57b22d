"""What an exception says stays away from Prefect, which would store it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from flows.workers import Stopped
from pipeline.errors import OversealError


class Failing(Protocol):
    """A run that keeps the exception that ended it."""

    failure: BaseException | None


@contextmanager
def opaque(run: Failing) -> Iterator[None]:
    """Let the caller have the exception by `failure`, and Prefect its type only."""
    try:
        yield
    except Stopped:
        raise OversealError("stopped") from None
    except Exception as error:
        run.failure = run.failure or error
        raise OversealError(type(error).__name__) from None
