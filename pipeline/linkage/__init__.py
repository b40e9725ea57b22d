"""LINKAGE: holders of a register that are one person, by probabilistic linkage; an optional part (extra `linkage`)."""

from __future__ import annotations

#: What the part needs, and the command that brings it.
PACKAGE = "splink"
COMMAND = "pip install splink==5.0.0"
