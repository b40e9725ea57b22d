"""Rasters to upright Pages, quality and regions; measures only, judges nothing."""

from __future__ import annotations

import cv2

# One page at a time on each worker: OpenCV's own threads would only take the cores from the other workers.
cv2.setNumThreads(1)
