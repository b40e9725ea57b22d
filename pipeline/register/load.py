"""A folder of register files as typed tables: every row is either taken or refused with its reason."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import polars as pl

from pipeline.errors import UsageError
from pipeline.reference.policy import Policies
from pipeline.reference.register_tables import TABLES
from pipeline.register.cache import Summary, keep, kept
from pipeline.register.calendar import calendar_of
from pipeline.register.folder import Folder, hash_of, look_into
from pipeline.register.header import check_renamed
from pipeline.register.register import PROBLEMS, Problems, Register, RegisterProblem
from pipeline.register.table_file import FAULTS_FOLDER, Loaded, load_file
from pipeline.settings import RegisterSettings

#: Raise it when the same files give other tables.
VERSION = 1
_PROBLEMS = "problems.parquet"


def load_register(folder: Path, cache: Path, settings: RegisterSettings, policies: Policies) -> Register:
    """Load the files of a register, or take what was kept when they were loaded before.

    Args:
        folder: with any of the files of DESIGN section 5, CSV or Parquet.
        cache: folder in which loaded registers are kept, the latest few.
        settings: how the files are to be taken.
        policies: weekends and holidays of states whose law is known, for the calendar.

    Raises:
        UsageError: if the folder cannot be looked into, changes meanwhile, or settings rename what no file has.
        NothingToRead: if the folder has no file of a register.
        OversealError: if the cache cannot be written.
    """
    check_renamed(settings)
    found = look_into(folder)
    told = (f"{problem.file}: {problem.reason}" for problem in found.problems)
    key = hash_of(found.files, f"loader {VERSION}", settings.model_dump_json(), policies.hash, *told)
    place, summary = kept(cache, key) or keep(cache, key, lambda aside: _load(found, aside, settings, policies))
    return Register(
        tables=_tables(place),
        delivered=frozenset(summary.delivered),
        rows=summary.rows,
        refused=summary.refused,
        problems=Problems(place / _PROBLEMS),
        hash=key,
        as_of=dt.datetime.fromisoformat(summary.as_of) if summary.as_of else None,
    )


def _tables(place: Path) -> dict[str, pl.LazyFrame]:
    tables = {}
    for name, table in TABLES.items():
        parts = sorted((place / name).glob("*.parquet"))
        tables[name] = pl.scan_parquet(parts, glob=False, schema=table.schema) if parts else table.empty()
    return tables


def _load(found: Folder, aside: Path, settings: RegisterSettings, policies: Policies) -> Summary:
    """Write every table, the refused rows and the problems into a folder."""
    for name in (FAULTS_FOLDER, *TABLES):
        (aside / name).mkdir(mode=0o700)
    loaded = {file.table.name: load_file(file, aside, settings) for file in found.files}
    if changed := [file.path.name for file in found.files if file.changed()]:
        raise UsageError(f"{changed[0]} changed while it was loaded; load the register again")
    refused = _write_problems(
        aside, [*found.problems, *(problem for one in loaded.values() for problem in one.problems)]
    )
    tables = _tables(aside)
    calendar = calendar_of(tables, policies)
    if calendar.height:
        calendar.write_parquet(aside / "calendar" / "1.parquet")
    as_of: dt.datetime | None = tables["snapshot"].select(pl.col("as_of").max()).collect().item()
    return Summary(
        rows={name: one.rows for name, one in loaded.items()},
        refused={name: one.refused for name, one in loaded.items()},
        delivered=sorted({*_delivered(loaded), *_filled("refused", refused), *_filled("calendar", calendar)}),
        as_of=as_of.isoformat() if as_of else None,
    )


def _write_problems(aside: Path, problems: Iterable[RegisterProblem]) -> pl.DataFrame:
    """Write table `refused` and the list of problems; returns the first row of `refused`."""
    whole = pl.LazyFrame(
        [(one.file, one.row, one.column or None, one.reason) for one in problems], PROBLEMS, orient="row"
    )
    parts = sorted((aside / FAULTS_FOLDER).glob("*.parquet"))
    if not parts:
        whole.sink_parquet(aside / _PROBLEMS)
        return pl.DataFrame(schema=TABLES["refused"].schema)
    faults = pl.scan_parquet(parts, glob=False)
    refused = faults.select("table", "key", pl.col("row").alias("row_number"), "column", "reason")
    path = aside / "refused" / "1.parquet"
    refused.with_row_index("row", 1).cast({"row": pl.Int64}).select(list(TABLES["refused"].schema)).sink_parquet(path)
    pl.concat([whole, faults.select(list(PROBLEMS))]).sink_parquet(aside / _PROBLEMS)
    shutil.rmtree(aside / FAULTS_FOLDER)
    return pl.scan_parquet(path).head(1).collect()


def _delivered(loaded: Mapping[str, Loaded]) -> set[str]:
    with_rows = {name for name, one in loaded.items() if one.rows}
    return with_rows | {f"{name}.{column}" for name in with_rows for column in loaded[name].filled}


def _filled(name: str, frame: pl.DataFrame) -> set[str]:
    filled = {column.name for column in frame if column.null_count() < frame.height}
    return {name, *(f"{name}.{column}" for column in filled - {"row"})} if frame.height else set()
