"""Settings: one model, one TOML file, `OVERSEAL_*` environment; unknown keys are refused.

The file is `overseal.toml` in the data folder or the one that `OVERSEAL_SETTINGS` names. Environment variables go
before the file: `OVERSEAL_INTAKE__MAX_PAGES=20` sets `[intake] max_pages`.
"""

from __future__ import annotations

import codecs
import os
import tomllib
import warnings
import zoneinfo
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from pipeline.errors import UsageError

# Every class has `register` from its metaclass for abstract bases, which no settings use.
warnings.filterwarnings("ignore", 'Field name "register" in "Settings" shadows an attribute')

#: Names the file; it is no setting itself.
_FILE = "OVERSEAL_SETTINGS"


def _expanded(path: Path) -> Path:
    """The path with `~` as the user's folder; a shell leaves it in a variable and in TOML."""
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise ValueError("no such user's folder") from error


UserPath = Annotated[Path, AfterValidator(_expanded)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def in_the_database(name: str | None) -> str | None:
    """The name of a time zone, which must be one."""
    if name is not None and name not in zoneinfo.available_timezones():
        raise ValueError("no zone of the IANA time zone database, such as Europe/Berlin")
    return name


class Intake(_Part):
    """Limits on what is taken in; a file beyond one becomes a Problem."""

    max_bytes: int = Field(default=60_000_000, gt=0)
    max_pixels: int = Field(default=80_000_000, gt=0, description="of one page, before it is decoded")
    max_pages: int = Field(default=60, gt=0)
    pdf_dpi: int = Field(default=200, ge=72, le=600)


class Reading(_Part):
    """Which engines read, and how long they may take."""

    mrz_engines: tuple[Literal["overseal", "tesseract"], ...] = Field(default=("overseal", "tesseract"), min_length=1)
    page_engine: Literal["rapidocr", "tesseract"] = "rapidocr"
    engine_timeout_seconds: float = Field(default=20.0, gt=0)
    file_timeout_seconds: float = Field(default=30.0, gt=0, description="without a page of the file being done")
    min_character_px: float = Field(default=10.0, gt=0, description="below this a page goes on the re-scan list")
    max_edge_width_px: float = Field(default=4.0, gt=0)


class Run(_Part):
    """How a folder is worked through."""

    workers: int = Field(default=1, ge=1, le=64)
    batch: int = Field(default=32, ge=1, le=256)
    shard: int = Field(default=5000, ge=256, description="files that one run of the flow reads")
    runner: Literal["local", "dask"] = Field(default="local", description="where files are read")
    dask_address: str | None = Field(default=None, description="of the scheduler: tls://HOST:PORT")
    dask_ca: UserPath | None = Field(default=None, description="certificate of who signs the cluster's certificates")
    dask_certificate: UserPath | None = None
    dask_key: UserPath | None = None


class RegisterSettings(_Part):
    """How the files of a register are to be taken."""

    state: str | None = Field(
        default=None, pattern="^[A-Z]{3}$", description="issuer code of the state whose law holds"
    )
    timezone: str | None = Field(default=None, description="zone of instants that are written without an offset")
    calendar: Literal["gregorian", "umm-al-qura", "persian", "buddhist"] = Field(
        default="gregorian", description="of dates whose year is not between 1900 and 2200"
    )
    encoding: str = Field(default="utf-8", description="of CSV files without a byte order mark")
    max_row_bytes: int = Field(default=1_000_000, ge=1_000, le=16_000_000)
    columns: dict[str, dict[str, str]] = Field(
        default_factory=dict, description="by table: name of a column in DESIGN section 5 -> its name in the file"
    )

    _zone = field_validator("timezone")(in_the_database)

    @field_validator("encoding")
    @classmethod
    def _of_text(cls, name: str) -> str:
        """The canonical name of the codec, so that one encoding is one setting."""
        try:
            "".encode(name)
            return codecs.lookup(name).name
        except LookupError as error:
            raise ValueError("no encoding of text, such as utf-8, utf-16 or cp1252") from error


class Audit(_Part):
    """How offices are audited."""

    fdr: float = Field(default=0.10, gt=0, lt=1, description="nominal false-discovery rate over all tests of a run")
    bootstrap: int = Field(default=200, ge=1, le=10_000, description="draws of the register under the null")
    seed: int = Field(default=1, ge=0, description="of draws and of the control sample")
    control_sample: int = Field(default=10, ge=0, le=1_000, description="unflagged permits drawn of each office")
    linkage: bool = Field(default=False, description="link holders by likeness too; needs the optional packages")
    role: Literal["integrity-auditor"] | None = Field(default=None, description="of who audits; sees printed names")
    auditor: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9._-]{1,40}$", description="opaque id of who audits; kept with a request"
    )


class Kept(_Part):
    """For how many days; 0: until a person decides."""

    images: int = Field(ge=0, le=36_500, description="page images; they go with the facts at the latest")
    facts: int = Field(ge=0, le=36_500, description="readings, outcomes and cases")


class Retention(_Part):
    """How long scans of each class are kept, in days since they were first read; the law of the place decides."""

    clear: Kept = Kept(images=30, facts=180)
    flagged: Kept = Kept(images=365, facts=730)
    protection: Kept = Kept(images=365, facts=730)
    confirmed: Kept = Kept(images=0, facts=0)
    reports: int = Field(default=180, ge=0, le=36_500, description="folders of nights, as a whole")
    registers: int = Field(default=7, ge=0, le=36_500, description="loaded copies of a register, since last used")

    def of(self, kept_as: Literal["clear", "flagged", "protection", "confirmed"]) -> Kept:
        """The days of a class."""
        kept: Kept = getattr(self, kept_as)
        return kept


class Nightly(_Part):
    """What is done every night (`overseal serve`)."""

    inbox: str | None = Field(
        default=None, description="folder that scans are put into, or address of one (PROTOCOL://...); never modified"
    )
    out: UserPath = Field(default=Path("out"), description="a folder a night goes here")
    register_folder: UserPath | None = Field(
        default=None, alias="register", description="folder of the ministry's register, matched and audited"
    )
    rematch: Literal["all", "new"] = Field(
        default="all", description="scans to match when the register changed: those screened before, too, or new ones"
    )
    cron: str = Field(default="0 2 * * *", description="minute hour day month weekday")
    timezone: str | None = Field(default=None, description="zone of cron; that of the machine unless told otherwise")
    settle_seconds: float = Field(
        default=5.0, ge=0, le=3600, description="a file that changes in that time is still being written"
    )
    rehash_days: float = Field(default=7.0, gt=0, description="after that, all that is known is hashed again")
    tries: int = Field(default=3, ge=1, description="nights to read a file again that failed for a passing reason")
    move_to: UserPath | None = Field(default=None, description="folder that what is done is moved to")
    metrics: UserPath | None = Field(default=None, description="OpenMetrics text file, replaced after each night")
    alert: tuple[str, ...] = Field(default=(), description="command that is given an alert on its standard input")
    alert_url: str | None = Field(default=None, description="address that an alert is posted to")
    alert_remote: bool = Field(default=False, description="alert_url may lie outside this machine")
    silence_hours: float = Field(default=26.0, gt=0, description="alert when no night came to its end in that time")
    stalled_minutes: float = Field(
        default=120.0, gt=0, description="a night that does not go on for so long is ended by the next"
    )

    _zone = field_validator("timezone")(in_the_database)

    @field_validator("inbox")
    @classmethod
    def _path_or_address(cls, inbox: str | None) -> str | None:
        """A path with the user's folder in it; an address stays as it is."""
        return inbox if inbox is None or "://" in inbox else str(_expanded(Path(inbox)))

    @model_validator(mode="after")
    def _stays_here(self) -> Self:
        """Nothing leaves the machine unless somebody said so."""
        if self.alert_url is not None:
            address = urlsplit(self.alert_url)
            if address.scheme not in ("http", "https"):
                raise ValueError("alert_url must begin with http:// or https://")
            if address.hostname not in ("localhost", "127.0.0.1", "::1") and not self.alert_remote:
                raise ValueError("alert_url leads outside this machine; set alert_remote = true if that is meant")
        return self


class Settings(BaseSettings):
    """All settings. `home` holds store, orchestrator and settings file (`OVERSEAL_HOME`)."""

    model_config = SettingsConfigDict(env_prefix="OVERSEAL_", env_nested_delimiter="__", extra="forbid", frozen=True)

    home: UserPath = Path("~/.local/share/overseal").expanduser()
    store_url: str | None = None
    specimen_run: bool = False
    policy: UserPath | None = Field(default=None, description="a policy pack beside the shipped Utopia one")
    templates: tuple[UserPath, ...] = ()
    labels: tuple[UserPath, ...] = Field(
        default=(), description="tables of labels in languages beside the shipped ones"
    )
    checks: dict[str, dict[str, float]] = Field(default_factory=dict)
    intake: Intake = Intake()
    reading: Reading = Reading()
    run: Run = Run()
    register: RegisterSettings = RegisterSettings()
    audit: Audit = Audit()
    retention: Retention = Retention()
    nightly: Nightly = Nightly()
    log: Literal["text", "json"] = Field(default="text", description="form of messages on standard error")

    @field_validator("checks")
    @classmethod
    def _upper(cls, checks: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
        """Codes in capitals: those of the environment arrive in small letters, and go before the file's."""
        joined: dict[str, dict[str, float]] = {}
        for code in sorted(checks):
            joined.setdefault(code.upper(), {}).update(checks[code])
        return joined

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment before file (which arrives as init values)."""
        return env_settings, init_settings

    @property
    def store(self) -> str:
        """URL of the store; SQLite in the data folder unless told otherwise."""
        return self.store_url or f"sqlite:///{self.home / 'overseal.db'}"


def load(path: Path | None = None) -> Settings:
    """Read the settings file (if there is one) and the environment.

    Raises:
        UsageError: for an unreadable file, an unknown key or variable, or a value out of range, naming it.
    """
    _refuse_unknown_variables()
    try:
        named = path or (_expanded(Path(os.environ[_FILE])) if _FILE in os.environ else None)
        home = _expanded(Path(os.environ.get("OVERSEAL_HOME", "~/.local/share/overseal")))
    except ValueError as error:
        raise UsageError(f"{_FILE} or OVERSEAL_HOME: {error}") from error
    source = named or home / "overseal.toml"
    values: dict[str, Any] = {}
    if named or source.exists():
        try:
            values = tomllib.loads(source.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise UsageError(f"settings file {source.name} cannot be read: {error}") from error
    try:
        return Settings(**values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"setting {where}: {first['msg']}") from error


def _refuse_unknown_variables() -> None:
    """A misspelt variable would leave a limit as it was; pydantic looks for the names it knows only."""
    prefix = str(Settings.model_config["env_prefix"])
    for name in sorted(os.environ):
        field = name.upper().removeprefix(prefix).lower().partition("__")[0]
        if name.upper().startswith(prefix) and name != _FILE and field not in Settings.model_fields:
            raise UsageError(f"environment variable {name} is no setting")
