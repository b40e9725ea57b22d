"""What is for this user alone, and child processes that never outlive us."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

#: Linux prctl(2): the signal a process gets when the thread that started it ends.
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)


#: Read by libraries when they are loaded: Tesseract's own threads cost seven times their gain (MEASURED section 7).
_ENVIRONMENT = {"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1"}


def keep_to_ourselves() -> None:
    """What we write is for this user alone, and OCR processes take one thread each; before libraries are loaded."""
    os.umask(0o077)
    os.environ.update(_ENVIRONMENT)


def private_folder(folder: Path) -> None:
    """Make a folder that its owner alone can look into."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def die_with_parent() -> None:
    """Have the kernel end this process when the thread that started it ends; call it in the child."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def start_tied(command: Sequence[str], environment: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start a program in a process group of its own, output to `log` (0600), that ends when we do.

    Call it from the main thread, before other threads exist: the kernel watches the starting thread, and a fork
    beside running threads is unsafe.
    """
    with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as output:
        return subprocess.Popen(
            list(command),
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            umask=0o077,
            preexec_fn=die_with_parent,
        )


def end_group(process: subprocess.Popen[bytes], patience: float) -> None:
    """Ask a process group to end, and end it after `patience` seconds."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        try:
            os.killpg(process.pid, sign)
            process.wait(patience)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue
