"""Addresses of inboxes, and what servers name."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from fsspec.registry import known_implementations
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import MissingDependency, UsageError
from pipeline.intake.remote import RemoteFile, Source, check_address, files, is_address, mirror_of

SECRET = "s3cret-of-the-store"


@pytest.mark.parametrize(
    "address",
    [
        f"sftp://user:{SECRET}@host/scans",
        f"s3://key:{SECRET}@bucket/scans",
        f"sftp://user:a/{SECRET}@host/scans",
        f"abfs://scans/in?sig={SECRET}",
        f"simplecache::file://{SECRET}",
        f"file:///a::memory://{SECRET}",
        f"nosuchprotocol://{SECRET}",
    ],
)
def test_addresses_that_cannot_be_used_are_not_told(address: str) -> None:
    with pytest.raises(UsageError) as refused:
        check_address(address)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(("module", "package"), [("no_such_package", "no_such_package"), ("smbclient", "smbprotocol")])
def test_the_package_of_a_protocol_is_named(monkeypatch: pytest.MonkeyPatch, module: str, package: str) -> None:
    monkeypatch.setitem(known_implementations, "lacking", {"class": f"{module}.core.System"})
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingDependency, match=f"package {package},.*pip install {package}$"):
        check_address("lacking://user@host/scans")


def test_paths_are_no_addresses() -> None:
    assert [is_address(text) for text in ("/srv/inbox", "inbox", "./a:b//c", "s3://b", "memory://")] == [
        *(False, False, False, True, True)
    ]


def test_the_name_of_a_copy_tells_nothing(tmp_path: Path) -> None:
    one = mirror_of(tmp_path, "s3://bucket/persons")
    assert one == mirror_of(tmp_path, "s3://bucket/persons/") != mirror_of(tmp_path, "s3://bucket/person")
    assert one.name.isalnum()


class _Listing:
    def __init__(self, names: list[str]) -> None:
        self.names = names

    def invalidate_cache(self) -> None:
        pass

    def ls(self, path: str, *, detail: bool) -> list[dict[str, object]]:
        return [{"name": name, "size": 1, "type": "file"} for name in self.names] if path == "box" else []


_PARTS = st.sampled_from(["..", ".", "", "box", "a", "\0", "\udcff", "\ud800", "\n", "/", "x" * 300]) | st.text(
    max_size=5
)


@given(st.lists(st.lists(_PARTS, max_size=5).map("/".join) | _PARTS.map("box/{}".format), max_size=5))
def test_whatever_is_named_stays_in_the_folder_of_the_copy(names: list[str]) -> None:
    # One more, since a source that is listed as nothing but itself is a file.
    for found in files(Source(_Listing([*names, "box/1.png"]), "box")):
        if isinstance(found, RemoteFile):
            os.fsencode(found.name)
            place = os.path.normpath(f"/copy/{found.name}")
            assert place == f"/copy/{found.name}"
            assert place.startswith("/copy/")
