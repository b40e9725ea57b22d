from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.settings import load


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OVERSEAL_SETTINGS", "OVERSEAL_STORE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OVERSEAL_HOME", str(tmp_path))


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    settings = load()
    assert settings.home == tmp_path
    assert settings.store == f"sqlite:///{tmp_path / 'overseal.db'}"
    assert settings.run.workers == 1
    assert not settings.specimen_run


def test_the_file_of_the_data_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "overseal.toml").write_text("[run]\nworkers = 3\n[checks.XZN101]\nlimit = 2.5\n")
    settings = load()
    assert settings.run.workers == 3
    assert settings.checks == {"XZN101": {"limit": 2.5}}


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "overseal.toml").write_text("[intake]\nmax_pages = 3\nmax_bytes = 5\n")
    monkeypatch.setenv("OVERSEAL_INTAKE__MAX_PAGES", "20")
    monkeypatch.setenv("OVERSEAL_STORE_URL", "postgresql://host/db")
    settings = load()
    assert (settings.intake.max_pages, settings.intake.max_bytes) == (20, 5)
    assert settings.store == "postgresql://host/db"


def test_a_named_file_is_read_instead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other.toml"
    other.write_text("specimen_run = true\n")
    monkeypatch.setenv("OVERSEAL_SETTINGS", str(other))
    assert load().specimen_run
    assert load(other).specimen_run


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("worker = 3", "worker"),
        ("[run]\nworkers = 0", "run.workers"),
        ("[run]\nspeed = 1", "run.speed"),
        ('[reading]\npage_engine = "other"', "reading.page_engine"),
        ('[reading]\nmrz_engines = ["other"]', "reading.mrz_engines"),
        ("[reading]\nmrz_engines = []", "reading.mrz_engines"),
        ('[register]\nstate = "utopia"', "register.state"),
        ('[register]\ntimezone = "Berlin"', "register.timezone"),
        ('[register]\ncalendar = "mayan"', "register.calendar"),
        ('[register]\nencoding = "rot13"', "register.encoding"),
        ("[register]\nmax_row_bytes = 1", "register.max_row_bytes"),
        ('[register]\ncolumn = "x"', "register.column"),
        ('[register.columns]\npermits = "x"', "register.columns.permits"),
        ("not toml at all", "other.toml"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, text: str, told: str) -> None:
    other = tmp_path / "other.toml"
    other.write_text(text)
    with pytest.raises(UsageError, match=told):
        load(other)


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load(tmp_path / "absent.toml")


def test_a_threshold_of_the_environment_goes_before_the_file_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "overseal.toml").write_text("[checks.XZN101]\nlegible = 0.5\nother = 1\n")
    monkeypatch.setenv("OVERSEAL_CHECKS__XZN101__LEGIBLE", "0.7")
    assert load().checks == {"XZN101": {"legible": 0.7, "other": 1.0}}


def test_the_user_s_folder_is_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("OVERSEAL_HOME", "~/data")
    assert load().home == tmp_path / "data"
    monkeypatch.setenv("OVERSEAL_NIGHTLY__INBOX", "~/inbox")
    assert load().nightly.inbox == str(tmp_path / "inbox")
    monkeypatch.setenv("OVERSEAL_NIGHTLY__INBOX", "s3://bucket/~scans")
    assert load().nightly.inbox == "s3://bucket/~scans"


@pytest.mark.parametrize("name", ["OVERSEAL_WORKERS", "OVERSEAL_RUN_WORKERS", "OVERSEAL_RUN__SPEED"])
def test_a_variable_that_is_no_setting_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "3")
    with pytest.raises(UsageError, match=r"OVERSEAL_\w+ is no setting|run\.speed"):
        load()


def test_how_a_register_is_taken_can_be_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "overseal.toml").write_text(
        '[register]\nstate = "UTO"\ntimezone = "Asia/Dhaka"\nencoding = "Latin-1"\n'
        '[register.columns.permits]\npermit_number = "No"\n'
    )
    register = load().register
    assert (register.state, register.timezone, register.calendar) == ("UTO", "Asia/Dhaka", "gregorian")
    # One encoding is one setting, however it is written: the hash of a register follows the settings.
    assert register.encoding == "iso8859-1"
    assert register.columns == {"permits": {"permit_number": "No"}}
    monkeypatch.setenv("OVERSEAL_REGISTER__TIMEZONE", "Europe/Berlin")
    assert load().register.timezone == "Europe/Berlin"
