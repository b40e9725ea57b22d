from __future__ import annotations

import pytest


@pytest.fixture
def url(store_url: str) -> str:
    """URL of a store that is not made yet, on each database."""
    return store_url
