from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from pipeline.store.database import Store, open_store
from tests.postgres_server import PostgresServer, programs

# No test may fail because a machine is busy, and no landing because of an example that another run did not meet:
# continuous integration repeats its examples, every other run looks for new ones.
settings.register_profile("explore", deadline=None)
settings.register_profile("repeat", deadline=None, derandomize=True)
settings.load_profile("repeat" if os.environ.get("CI") else "explore")

_NUMBERS = itertools.count()


@pytest.fixture(scope="session", name="postgres_server")
def _postgres_server() -> Iterator[PostgresServer]:
    """A Postgres server of this run of the tests."""
    binaries = programs()
    if binaries is None:
        pytest.skip("no Postgres server on this machine: apt-get install postgresql (make test-all does)")
    pytest.importorskip("psycopg", reason="no driver of Postgres: pip install 'psycopg[binary]'")
    server = PostgresServer(binaries)
    yield server
    server.close()


@pytest.fixture(name="new_postgres_url")
def _new_postgres_url(postgres_server: PostgresServer) -> Callable[[], str]:
    """Makes URLs of empty stores on it: a schema each."""

    return lambda: postgres_server.new_store(f"store_{next(_NUMBERS)}")


@pytest.fixture(name="postgres_url")
def _postgres_url(new_postgres_url: Callable[[], str]) -> str:
    """URL of an empty store on it."""
    return new_postgres_url()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], name="store_url")
def _store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a store that is not made yet, on each database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'home' / 'overseal.db'}"
    found: str = request.getfixturevalue("postgres_url")
    return found


@pytest.fixture(name="store")
def _store(store_url: str) -> Iterator[Store]:
    """An empty store, on each database."""
    opened = open_store(store_url, busy_seconds=5.0, away_seconds=0.0)
    yield opened
    opened.close()
