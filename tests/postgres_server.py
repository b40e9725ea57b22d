"""A Postgres server for tests: Debian's own, on a socket in a folder of its own, gone with the tests."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import psutil
import sqlalchemy as sa

_VERSIONS = Path("/usr/lib/postgresql")
_USER = "overseal"
#: A crash of the machine may lose what it likes, a crash of the server may not.
_FAST = "-c fsync=off -c full_page_writes=off"
_PATIENCE = 120


def programs() -> Path | None:
    """Folder of the server's programs, of the newest version; None where there is none."""
    found = [path for path in _VERSIONS.glob("*/bin") if (path / "initdb").exists()]
    if found:
        return max(found, key=lambda path: float(path.parent.name))
    there = shutil.which("initdb")
    return Path(there).resolve().parent if there else None


class PostgresServer:
    """A server that can be stopped, killed and started again; it listens on a Unix socket only."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        self._home = Path(tempfile.mkdtemp(prefix="overseal-postgres-"))
        # The server refuses to run as root.
        self._user = _unprivileged() if os.geteuid() == 0 else None
        if self._user is not None:
            shutil.chown(self._home, self._user)
        self._data = self._home / "data"
        self._call("initdb", "--pgdata", self._data, "--auth=trust", f"--username={_USER}", "--encoding=UTF8",
                   "--no-locale", "--no-sync")  # fmt: skip
        self.start()

    @property
    def url(self) -> str:
        """URL of the server's own database."""
        return f"postgresql://{_USER}@/postgres?host={quote(str(self._home), safe='')}"

    def new_store(self, name: str) -> str:
        """URL of an empty store on it: a schema of that name."""
        engine = sa.create_engine(self.url.replace("postgresql:", "postgresql+psycopg:", 1))
        with engine.begin() as connection:
            connection.exec_driver_sql(f"CREATE SCHEMA {name}")
        engine.dispose()
        return f"{self.url}&options=-csearch_path%3D{name}"

    def start(self) -> None:
        """Start, and wait until it takes connections."""
        options = f"-c listen_addresses= -c unix_socket_directories={self._home} {_FAST}"
        self._call("pg_ctl", "start", "--wait", "--pgdata", self._data, "--log", self._home / "log", "-o", options)

    def kill(self) -> None:
        """End all its processes at once, as a crash would; what was committed is recovered at the next start."""
        self._call("pg_ctl", "stop", "--wait", "--pgdata", self._data, "--mode=immediate")

    def kill_hard(self) -> None:
        """Kill every process of it with the signal that none can catch, and return when they are gone."""
        server = psutil.Process(int((self._data / "postmaster.pid").read_text().split()[0]))
        family = [server, *server.children(recursive=True)]
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        psutil.wait_procs(family, timeout=_PATIENCE)

    def close(self) -> None:
        """End it and remove its folder."""
        if (self._data / "postmaster.pid").exists():
            self.kill()
        shutil.rmtree(self._home)

    def _call(self, program: str, *arguments: object) -> None:
        command = [str(self._binaries / program), *map(str, arguments)]
        # Not captured: the server keeps the pipe open for as long as it runs.
        with (self._home / "calls.log").open("ab") as log:
            subprocess.run(
                command, user=self._user, group=None, cwd=self._home, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                timeout=_PATIENCE, check=True,
            )  # fmt: skip


def _unprivileged() -> str:
    names = {user.pw_name for user in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)
