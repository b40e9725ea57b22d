"""Whatever lies in a register's folder: no crash, every row taken or refused once, and every other file as it was."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from pipeline.reference.register_tables import TABLES
from tests.register.folders import keys, loaded, problems, write

HEADER = "permit_number,office_id,surname,birth_date,issued_at,address\n"
OFFICES = "office_id,country\n01,UTO\n02,DEU\n"
_INSERTED = (
    b'"',
    b'""',
    b",",
    b";",
    b"\n",
    b"\r",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"=1+1",
    b"\x1b[31m",
    b"'",
    b"\xe2\x80\xae",
    b"x" * 5_000,
)


def clean(rows: int) -> bytes:
    lines = (
        f'WP-{n},01,"O\'BRIEN, J",1990-01-{n % 28 + 1:02},2024-03-05T10:12:00+01:00,"1 Road\nUtopia"\n'
        for n in range(rows)
    )
    return (HEADER + "".join(lines)).encode()


def insert(data: bytes, dice: random.Random) -> bytes:
    place = dice.randrange(len(data) or 1)
    return data[:place] + dice.choice(_INSERTED) + data[place:]


def overwrite(data: bytes, dice: random.Random) -> bytes:
    place = dice.randrange(len(data) or 1)
    return data[:place] + dice.randbytes(dice.randrange(1, 8)) + data[place + 4 :]


def cut_off(data: bytes, dice: random.Random) -> bytes:
    return data[: dice.randrange(len(data) or 1)]


def cut_out(data: bytes, dice: random.Random) -> bytes:
    start = dice.randrange(len(data) or 1)
    return data[:start] + data[start + dice.randrange(1, 200) :]


def repeat(data: bytes, dice: random.Random) -> bytes:
    start = dice.randrange(len(data) or 1)
    return data[: start + 100] + data[start:]


def noise(data: bytes, dice: random.Random) -> bytes:
    return data[: len(HEADER)] + dice.randbytes(2_000)


MUTATORS: tuple[Callable[[bytes, random.Random], bytes], ...] = (insert, overwrite, cut_off, cut_out, repeat, noise)


@pytest.mark.parametrize("seed", range(60))
def test_a_mutated_file_costs_its_own_rows_only(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    data = clean(60)
    for _ in range(dice.randrange(1, 5)):
        data = MUTATORS[seed % len(MUTATORS)](data, dice)
    folder = write(tmp_path / "register", offices=OFFICES)
    (folder / "permits.csv").write_bytes(data)
    register = loaded(folder)
    taken, refused = keys(register, "permits", "row"), keys(register, "refused", "row_number")
    assert sorted({*taken, *refused}) == list(range(1, len(taken) + len(set(refused)) + 1))
    assert (register.rows["permits"], register.refused["permits"]) == (len(taken), len(set(refused)))
    assert keys(register, "offices", "office_id") == ["01", "02"]
    assert dict(register.tables["permits"].collect_schema()) == TABLES["permits"].schema
    if not taken:
        assert problems(register)


@pytest.mark.parametrize("seed", range(20))
def test_a_mutated_parquet_file_costs_itself_at_most(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    folder = write(tmp_path / "register", offices=OFFICES)
    path = folder / "permits.parquet"
    numbers = [f"WP-{n}" for n in range(500)]
    pl.DataFrame({"permit_number": numbers, "issued_at": "2024-03-05T10:12:00Z"}).write_parquet(path)
    path.write_bytes(MUTATORS[seed % (len(MUTATORS) - 1)](path.read_bytes(), dice))
    register = loaded(folder)
    assert keys(register, "offices", "office_id") == ["01", "02"]
    assert register.rows["permits"] == 500 or any(file == "permits.parquet" for file, *_ in problems(register))


# The kernel's own mark of this program's memory: `ru_maxrss` begins with what the process that started it held.
_LOAD = """
import sys
from pathlib import Path
from tests.register.folders import loaded, problems
register = loaded(Path(sys.argv[1]))
status = Path("/proc/self/status").read_text().split("VmHWM:")[1]
megabytes = int(status.split()[0]) // 1024
print(megabytes, register.rows["permits"], *problems(register)[0][1:], sep="|")
"""


def load_apart(folder: Path) -> list[str]:
    """Peak memory in megabytes, rows taken, and the first problem, in a process of its own."""
    done = subprocess.run([sys.executable, "-c", _LOAD, str(folder)], capture_output=True, text=True, check=True)
    return done.stdout.strip().split("|")


@pytest.mark.slow
@pytest.mark.parametrize("quote", [b"", b'"'])
def test_a_row_of_a_gigabyte_is_refused_without_its_memory(tmp_path: Path, quote: bytes) -> None:
    folder = write(tmp_path / "register")
    with (folder / "permits.csv").open("wb") as file:
        file.write(HEADER.encode() + b"WP-1,01,X,,,\nWP-2,01," + quote)
        for _ in range(1_000):
            file.write(b"x" * 1_000_000)
        file.write(quote + b",,,\nWP-3,01,X,,,\n")
    memory, taken, *problem = load_apart(folder)
    assert (taken, problem) == ("2", ["2", "", "the row is longer than 1,000,000 bytes (register.max_row_bytes)"])
    assert int(memory) < 700


def test_a_file_of_faults_only_is_read_to_its_end(tmp_path: Path) -> None:
    rows = 20_000
    folder = write(tmp_path / "register", permits=HEADER + 'WP-1,01,O"BRIEN,,,\n' * rows)
    register = loaded(folder)
    assert (register.rows, register.refused) == ({"permits": 0}, {"permits": rows})
