from __future__ import annotations

import http.server
import json
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from flows.alerts import Alert, send
from pipeline.settings import Nightly

ALERT = Alert("failure", "the night failed: store", "2026-01-01T020000+0100", {"documents": 3})
_KEEP = "import sys; open(sys.argv[1], 'w').write(sys.stdin.read())"


def test_a_command_gets_the_alert_on_its_standard_input(tmp_path: Path) -> None:
    kept = tmp_path / "alert"
    assert send(Nightly(alert=(sys.executable, "-c", _KEEP, str(kept))), ALERT)
    told = json.loads(kept.read_text())
    assert (told["alert"], told["counts"]) == ("failure", {"documents": 3})


def test_a_command_is_not_told_the_orchestrator_s_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_AUTH_STRING", "secret")
    kept = tmp_path / "environment"
    write = "import os, sys; open(sys.argv[1], 'w').write(repr(dict(os.environ)))"
    assert send(Nightly(alert=(sys.executable, "-c", write, str(kept))), ALERT)
    assert "secret" not in kept.read_text()
    assert "PATH" in kept.read_text()


@pytest.mark.parametrize("command", [("/absent",), (sys.executable, "-c", "raise SystemExit(3)"), ("a\0b",)])
def test_a_command_that_fails_ends_nothing(command: tuple[str, ...]) -> None:
    assert not send(Nightly(alert=command), ALERT)


class _Listener(http.server.BaseHTTPRequestHandler):
    got: list[bytes]
    code = 200

    def do_POST(self) -> None:
        self.got.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(self.code)
        self.send_header("Location", "http://127.0.0.1:1/")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(name="address")
def _address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(_Listener, "got", [], raising=False)
    with http.server.HTTPServer(("127.0.0.1", 0), _Listener) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_an_alert_is_posted(address: str) -> None:
    assert send(Nightly(alert_url=address), ALERT)
    assert json.loads(_Listener.got[0])["message"] == "the night failed: store"


@pytest.mark.parametrize("code", [302, 500])
def test_what_is_not_taken_is_told_and_no_redirection_followed(
    address: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_Listener, "code", code)
    assert not send(Nightly(alert_url=address), ALERT)
    assert len(_Listener.got) == 1


@pytest.mark.parametrize("address", ["http://example.org/", "ftp://127.0.0.1/", "http://127.0.0.1.example.org/", "x"])
def test_an_address_elsewhere_needs_a_word(address: str) -> None:
    with pytest.raises(ValidationError):
        Nightly(alert_url=address)


def test_with_that_word_it_is_taken() -> None:
    assert Nightly(alert_url="https://example.org/", alert_remote=True).alert_url
