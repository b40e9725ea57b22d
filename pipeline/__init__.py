"""From file to record, case, store and report; holds no rule and no orchestrator."""

from __future__ import annotations

__version__ = "0.1.0"

#: Raise it whenever the same bytes could be read differently: Facts are kept by (sha256, reading version).
READING_VERSION = 5
