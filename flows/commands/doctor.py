"""`overseal doctor`: what this machine has and lacks, and the command that brings what it lacks."""

from __future__ import annotations

import argparse
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import import_module, metadata
from pathlib import Path

import pipeline
from flows.cli import settings_file, store_option
from flows.missing import DASK_COMMAND, DASK_PACKAGE, REINSTALL, missing_of
from pipeline import linkage
from pipeline.errors import ExitCode, OversealError
from pipeline.settings import Settings, load
from pipeline.store import POSTGRES_COMMAND, POSTGRES_PACKAGE

#: Page images and store of ten thousand documents.
_DISK_BYTES = 5_000_000_000
_FONTS = {
    "OCRB.otf": "fonts-ocr-b",
    "DejaVuSans.ttf": "fonts-dejavu-core",
    "LiberationSans-Regular.ttf": "fonts-liberation",
}
_FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
_PACKAGES = (
    "opencv-python",
    "pytesseract",
    "passporteye",
    "pillow",
    "prefect",
    "rapidocr",
    "onnx",
    "onnxruntime",
    "sqlalchemy",
    "polars",
    "holidays",
    "hijridate",
    "persiantools",
)
#: Optional parts: what each is for, and the command that brings it.
_OPTIONAL = {
    linkage.PACKAGE: ("linkage of holders in audits", linkage.COMMAND),
    POSTGRES_PACKAGE: ("Postgres as the store of several machines", POSTGRES_COMMAND),
    DASK_PACKAGE: ("reading on several machines", DASK_COMMAND),
}
#: Modules that need shared libraries of the system.
_LOADED = ("cv2", "onnxruntime")
_SHIPPED = "reinstall Overseal: the file is part of it"


@dataclass(frozen=True, slots=True)
class Probe:
    """One thing looked for: `cure` is the command that brings it, "" where it is there."""

    name: str
    found: str
    cure: str = ""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    store_option(parser)
    settings_file(parser)


def run(given: argparse.Namespace) -> ExitCode:
    """Print every probe; 4 when something is missing, 7 when only the store cannot be used."""
    settings = load(given.settings)
    if given.store:
        settings = settings.model_copy(update={"store_url": given.store})
    probes = list(_probes(settings))
    for probe in probes:
        print(f"{'missing' if probe.cure else 'ok':<8} {probe.name:<22} {probe.found}")
    missing = [probe for probe in probes if probe.cure]
    for probe in missing:
        print(f"\n{probe.name}: {probe.cure}")
    if not missing:
        return ExitCode.NOTHING_FLAGGED
    return ExitCode.STORE if all(probe.name == "store" for probe in missing) else ExitCode.MISSING


def _probes(settings: Settings) -> Iterator[Probe]:
    for name in _PACKAGES:
        yield _guarded(name, partial(metadata.version, name), REINSTALL)
    for name, (purpose, command) in _OPTIONAL.items():
        yield _optional(name, purpose, command)
    for module in _LOADED:
        yield _guarded(f"import {module}", partial(_loaded, module), REINSTALL)
    yield _guarded("Tesseract", _tesseract, "apt-get install tesseract-ocr")
    yield _guarded("Tesseract language eng", _english, "apt-get install tesseract-ocr-eng")
    for name, model in _models():
        yield _guarded(name, partial(_size, model), _SHIPPED)
    yield _guarded("rapidocr models", _rapidocr_models, REINSTALL)
    for file, package in _FONTS.items():
        yield _guarded(f"font {file}", partial(_font, file), f"apt-get install {package}")
    yield _guarded("policy pack", partial(_policies, settings), "name a usable pack in the settings: policy = FILE")
    yield _guarded("store", partial(_store, settings), "name another store with --store, or end what holds this one")
    yield _guarded("disk", partial(_disk, settings), f"free {_DISK_BYTES // 10**9} GB below OVERSEAL_HOME")


def _guarded(name: str, look: Callable[[], str], cure: str) -> Probe:
    try:
        return Probe(name, look())
    except metadata.PackageNotFoundError:
        return Probe(name, "not installed", cure)
    except ImportError as error:
        missing = missing_of(error)
        return Probe(name, f"{missing.what} is missing", missing.command)
    except (OSError, ValueError, subprocess.SubprocessError, OversealError) as error:
        return Probe(name, str(error) or type(error).__name__, cure)


def _optional(name: str, purpose: str, command: str) -> Probe:
    """A package without which a part is not assessed, and nothing else is amiss."""
    try:
        return Probe(name, f"{metadata.version(name)}, for {purpose}")
    except metadata.PackageNotFoundError:
        return Probe(name, f"not installed; for {purpose}: {command}")


def _tesseract() -> str:
    return _said("--version").splitlines()[0]


def _english() -> str:
    languages = _said("--list-langs").split()
    if "eng" not in languages:
        raise ValueError("not among its languages")
    return "there"


def _said(option: str) -> str:
    done = subprocess.run(["tesseract", option], capture_output=True, text=True, timeout=20, check=True)
    return done.stdout or done.stderr


def _loaded(module: str) -> str:
    return f"version {import_module(module).__version__}"


def _models() -> Iterator[tuple[str, Path]]:
    # Not asked of the modules that use them: those import what may be missing.
    package = Path(pipeline.__file__).parent
    yield "MRZ model", package / "ocr" / "data" / "mrz.traineddata"
    yield "text detector", package / "ocr" / "data" / "PP-OCRv6_det_small.int8.onnx"
    yield "line recogniser in 8 bits", package / "ocr" / "data" / "PP-OCRv6_rec_small.int8.onnx"
    yield "face detector", package / "imaging" / "data" / "face_detection_yunet_2023mar_int8bq.onnx"


def _size(model: Path) -> str:
    size = model.stat().st_size
    if not size:
        raise ValueError("empty")
    return f"{size:,} bytes"


def _rapidocr_models() -> str:
    found = sum(
        file.suffix == ".onnx" for file in metadata.files("rapidocr") or () if Path(str(file.locate())).is_file()
    )
    if not found:
        raise ValueError("none in the wheel")
    return f"{found} networks"


def _font(file: str) -> str:
    for folder in _FONT_FOLDERS:
        found = next(folder.rglob(file), None)
        if found is not None:
            return "there"
    raise ValueError("not installed")


def _policies(settings: Settings) -> str:
    from pipeline.reference.policy import load_policies

    return load_policies(settings.policy).version


def _store(settings: Settings) -> str:
    from pipeline.store.database import open_store
    from pipeline.store.migrations import SCHEMA_VERSION

    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    store = open_store(settings.store, busy_seconds=2.0)
    try:
        with store.write():
            return f"schema {SCHEMA_VERSION}, writable"
    finally:
        store.close()


def _disk(settings: Settings) -> str:
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.home).free
    if free < _DISK_BYTES:
        raise ValueError(f"{free / 1e9:.1f} GB free")
    return f"{free / 1e9:.0f} GB free"
