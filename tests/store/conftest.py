from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.store.database import Store, open_store


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a store that is not made yet, on each database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'home' / 'overseal.db'}"
    found: str = request.getfixturevalue("postgres_url")
    return found


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An empty store, on each database."""
    opened = open_store(url, busy_seconds=5.0, away_seconds=0.0)
    yield opened
    opened.close()
