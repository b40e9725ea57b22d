"""A virtual environment of its own for each peer, made from its pinned requirements; nothing of it is imported here.

They lie in `.venv-peers/` and are made once; `make clean` removes them.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

REQUIREMENTS = Path(__file__).parent / "peers"
FOLDER = Path(__file__).parents[3] / ".venv-peers"
#: Newest minor release of Python 3 that is looked for.
_NEWEST_MINOR = 14


class NotInstalled(Exception):
    """A peer cannot be installed here; the message says why."""


def environment(name: str, oldest: tuple[int, int]) -> Path:
    """The interpreter of the peer's environment, which is made where it is missing or its requirements changed.

    Args:
        name: of its requirements file in `peers/`.
        oldest: Python that it needs.

    Raises:
        NotInstalled: no such Python, or pip failed.
    """
    requirements = REQUIREMENTS / f"{name}.txt"
    base = interpreter(oldest)
    folder = FOLDER / name
    python, stamp = folder / "bin" / "python", folder / ".ready"
    want = f"{base} {hashlib.sha256(requirements.read_bytes()).hexdigest()}"
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != want:
        shutil.rmtree(folder, ignore_errors=True)
        run([base, "-m", "venv", str(folder)])
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        run([*pip, "--no-deps", "--require-hashes", "-r", str(requirements)])
        stamp.write_text(want, encoding="utf-8")
    return python


def interpreter(oldest: tuple[int, int]) -> str:
    """A Python of at least that release: our own where it will do, else the oldest that is installed."""
    if sys.version_info[:2] >= oldest:
        return sys.executable
    for candidate in _candidates(oldest):
        # What lies on the path may be pyenv's stand-in for a release that is not switched on.
        if subprocess.run([candidate, "-c", ""], capture_output=True, check=False).returncode == 0:
            return candidate
    raise NotInstalled(f"needs Python {oldest[0]}.{oldest[1]}, and none is installed")


def _candidates(oldest: tuple[int, int]) -> Iterator[str]:
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for minor in range(oldest[1], _NEWEST_MINOR + 1):
        on_path = shutil.which(f"python3.{minor}")
        if on_path is not None:
            yield on_path
        yield from (str(found) for found in sorted(versions.glob(f"3.{minor}.*/bin/python")))


def run(command: list[str]) -> None:
    """Run a step of the installation.

    Raises:
        NotInstalled: with the last line that the step wrote.
    """
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()]
        raise NotInstalled(said[-1] if said else f"exit code {done.returncode}")
