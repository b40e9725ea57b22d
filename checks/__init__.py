"""What is irregular in a document and what else it could be: pure functions on readings."""

from __future__ import annotations
