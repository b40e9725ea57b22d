"""Document numbers as a stem and a serial number."""

from __future__ import annotations

from pipeline.reference.numbers import numbered as numbered
