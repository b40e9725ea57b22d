"""One module for each command: `arguments` declares its options, `run` does it and returns the exit code."""

from __future__ import annotations
