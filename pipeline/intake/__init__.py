"""File to Scan to Raster: found, bounded, identified, decoded; what cannot be is a Problem."""

from __future__ import annotations
