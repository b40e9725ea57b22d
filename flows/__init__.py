"""Order, retries, concurrency, schedule; the command line."""

from __future__ import annotations
