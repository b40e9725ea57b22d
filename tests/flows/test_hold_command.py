"""`overseal hold`: by the ids that people have before them, and nothing is held by half."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from flows.cli import main
from flows.erasing import erase
from pipeline.errors import ExitCode
from pipeline.settings import Settings
from pipeline.store.database import Store, open_store
from pipeline.store.retention import Erased
from pipeline.store.schema import records
from tests.store.filled import READ_ON, put, reading

WHO = ("--asked-by", "a.1", "--agreed-by", "b.2", "--reference")
DAY = READ_ON.date() + dt.timedelta(days=1000)


@pytest.fixture(name="store")
def _store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("OVERSEAL_HOME", str(tmp_path))
    with closing(open_store(f"sqlite:///{tmp_path / 'overseal.db'}")) as store:
        # Nothing is erased in the first night.
        assert not _erased(store, tmp_path).clock_believed
        yield store


def _erased(store: Store, home: Path) -> Erased:
    """What a night erases, some years later."""
    return erase(store, Settings(home=home), home / "out", "", DAY).scans


def _listed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    capsys.readouterr()
    assert main(["hold", "list", "--json"]) == ExitCode.NOTHING_FLAGGED
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return found


def test_a_scan_is_held_by_its_document_its_hash_or_its_file(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hashes = [put(store, tmp_path, name, "flagged") for name in ("x", "y", "goes")]
    document = reading("x").records[0].document_id
    file = tmp_path / "not yet in.jpg"
    file.write_bytes(b"a scan that has not come in")
    assert main(["hold", "place", document, hashes[1].upper(), "--file", str(file), *WHO, "AZ 1/26"]) == 0
    assert capsys.readouterr().out == "3 scans are held\n"
    held = {str(one["sha256"]): one for one in _listed(capsys)}
    assert set(held) == {*hashes[:2], hashlib.sha256(file.read_bytes()).hexdigest()}
    assert held[hashes[0]] | {"at": ""} == {
        "sha256": hashes[0],
        "reference": "AZ 1/26",
        "asked_by": "a.1",
        "agreed_by": "b.2",
        "at": "",
        "documents": [document],
    }
    done = _erased(store, tmp_path)
    assert (done.facts, done.held) == ({"flagged": 1}, 2)
    assert main(["hold", "list"]) == ExitCode.NOTHING_FLAGGED
    said = capsys.readouterr().out
    assert document in said
    assert "CANARY" not in said


def test_what_two_proceedings_need_stays_until_both_have_lifted_theirs(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sha256 = put(store, tmp_path, "x", "flagged")
    for reference in ("AZ 1/26", "AZ 2/26", "AZ 1/26"):
        assert main(["hold", "place", sha256, *WHO, reference]) == ExitCode.NOTHING_FLAGGED
    assert main(["hold", "lift", sha256, *WHO, "AZ 1/26"]) == ExitCode.NOTHING_FLAGGED
    assert [one["reference"] for one in _listed(capsys)] == ["AZ 2/26"]
    assert main(["hold", "lift", sha256, *WHO, "AZ 1/26"]) == ExitCode.USAGE
    assert "no legal hold on that scan for that reference" in capsys.readouterr().err
    assert _erased(store, tmp_path).held == 1
    assert main(["hold", "lift", sha256, *WHO, "AZ 2/26"]) == ExitCode.NOTHING_FLAGGED
    assert _listed(capsys) == []
    assert main(["hold", "list"]) == ExitCode.NOTHING_FLAGGED
    assert capsys.readouterr().out == "nothing is held\n"
    assert _erased(store, tmp_path).facts == {"flagged": 1}
    # The hold comes too late, and that is told.
    assert main(["hold", "place", sha256, *WHO, "AZ 3/26"]) == ExitCode.NOTHING_FLAGGED
    assert "of 1 of them the facts were erased before" in capsys.readouterr().out


def test_a_scan_of_the_document_that_came_in_later_does_not_keep_a_hold(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(store, tmp_path, "x", "flagged")
    document = reading("x").records[0].document_id
    assert main(["hold", "place", document, *WHO, "AZ 1/26"]) == ExitCode.NOTHING_FLAGGED
    later = put(store, tmp_path, "y", "flagged")
    with store.write() as connection:
        connection.execute(sa.update(records).where(records.c.sha256 == later).values(document_id=document))
    assert main(["hold", "lift", document, *WHO, "AZ 2/26"]) == ExitCode.USAGE
    assert main(["hold", "lift", document, *WHO, "AZ 1/26"]) == ExitCode.NOTHING_FLAGGED
    assert _listed(capsys) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "name a document's id"),
        (("d0000",), "the store has no document 'd0000'"),
        (("--file", "absent.jpg"), "--file names cannot be read"),
        (("a" * 64, "--agreed-by", "A.1"), "one was named twice"),
        (("a" * 64, "--asked-by", "Ms Somebody"), "two persons by their ids"),
        (("a" * 64, "--reference", ""), "a reference of at most 80 characters"),
    ],
)
def test_what_cannot_be_held_is_usage_and_nothing_is_kept(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: str
) -> None:
    good = put(store, tmp_path, "x", "flagged")
    given = [good] if words else []
    assert main(["hold", "place", *WHO, "AZ 1/26", *given, *words]) == ExitCode.USAGE
    assert told in capsys.readouterr().err
    assert _listed(capsys) == []


def test_who_asks_and_who_agrees_must_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["hold", "place", "a" * 64, "--reference", "AZ 1/26"]) == ExitCode.USAGE
    assert "--asked-by" in capsys.readouterr().err
