"""A folder served on loopback by as much of WebHDFS (Apache Hadoop, WebHDFS REST API) as reading it needs.

It is the protocol of fsspec that a client is installed for and the standard library can serve.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

_PREFIX = "/webhdfs/v1/"


class Served(ThreadingHTTPServer):
    """The server, for reading only; what is in `cut` loses its connection in the middle of the file."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self.cut: set[str] = set()

    @property
    def address(self) -> str:
        """What an inbox is named by."""
        return f"webhdfs://127.0.0.1:{self.server_port}/"


class _Handler(BaseHTTPRequestHandler):
    server: Served

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(url.query).items()}
        name = unquote(url.path).removeprefix(_PREFIX).strip("/")
        place = self.server.folder / name
        if not place.exists():
            told = {"RemoteException": {"exception": "FileNotFoundException", "message": "not there"}}
            self._answer(404, json.dumps(told).encode())
        elif asked["op"] == "LISTSTATUS":
            states = [_state(path) for path in sorted(place.iterdir())]
            self._answer(200, json.dumps({"FileStatuses": {"FileStatus": states}}).encode())
        elif asked["op"] == "GETFILESTATUS":
            self._answer(200, json.dumps({"FileStatus": _state(place)}).encode())
        else:
            start = int(asked["offset"])
            data = place.read_bytes()[start : start + int(asked["length"])]
            self._answer(200, data, cut=name in self.server.cut)

    def _answer(self, code: int, body: bytes, *, cut: bool = False) -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def _state(path: Path) -> dict[str, object]:
    state = path.stat()
    kind = "DIRECTORY" if path.is_dir() else "FILE"
    changed = state.st_mtime_ns // 1_000_000
    return {"pathSuffix": path.name, "type": kind, "length": state.st_size, "modificationTime": changed}


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """A folder, served."""
    with Served(folder) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
