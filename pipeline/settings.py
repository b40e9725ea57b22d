"""Settings: one model, one TOML file, `OVERSEAL_*` environment; unknown keys are refused.

The file is `overseal.toml` in the data folder or the one that `OVERSEAL_SETTINGS` names. Environment variables go
before the file: `OVERSEAL_INTAKE__MAX_PAGES=20` sets `[intake] max_pages`.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from pipeline.errors import UsageError


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Intake(_Part):
    """Limits on what is taken in; a file beyond one becomes a Problem."""

    max_bytes: int = Field(default=60_000_000, gt=0)
    max_pixels: int = Field(default=80_000_000, gt=0, description="of one page, before it is decoded")
    max_pages: int = Field(default=60, gt=0)
    pdf_dpi: int = Field(default=200, ge=72, le=600)


class Reading(_Part):
    """Which engines read, and how long they may take."""

    mrz_engines: tuple[str, ...] = ("rapidocr", "tesseract")
    page_engine: Literal["rapidocr", "tesseract"] = "rapidocr"
    engine_timeout_seconds: float = Field(default=20.0, gt=0)
    file_timeout_seconds: float = Field(default=30.0, gt=0, description="without a page of the file being done")
    min_character_px: float = Field(default=10.0, gt=0, description="below this a page goes on the re-scan list")
    max_edge_width_px: float = Field(default=4.0, gt=0)


class Run(_Part):
    """How a folder is worked through."""

    workers: int = Field(default=1, ge=1, le=64)
    batch: int = Field(default=32, ge=1, le=256)


class Settings(BaseSettings):
    """All settings. `home` holds store, orchestrator and settings file (`OVERSEAL_HOME`)."""

    model_config = SettingsConfigDict(env_prefix="OVERSEAL_", env_nested_delimiter="__", extra="forbid", frozen=True)

    home: Path = Path("~/.local/share/overseal").expanduser()
    store_url: str | None = None
    specimen_run: bool = False
    policy: Path | None = Field(default=None, description="a policy pack beside the shipped Utopia one")
    templates: tuple[Path, ...] = ()
    checks: dict[str, dict[str, float]] = Field(default_factory=dict)
    intake: Intake = Intake()
    reading: Reading = Reading()
    run: Run = Run()

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
        UsageError: for an unreadable file, an unknown key or a value out of range, naming it.
    """
    named = path or (Path(os.environ["OVERSEAL_SETTINGS"]) if "OVERSEAL_SETTINGS" in os.environ else None)
    home = Path(os.environ.get("OVERSEAL_HOME", "~/.local/share/overseal")).expanduser()
    source = named or home / "overseal.toml"
    values: dict[str, Any] = {}
    if named or source.exists():
        try:
            values = tomllib.loads(source.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise UsageError(f"settings file {source.name} cannot be read: {error}") from error
    # OVERSEAL_SETTINGS names the file; it is no setting itself.
    try:
        return Settings(**values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"setting {where}: {first['msg']}") from error
