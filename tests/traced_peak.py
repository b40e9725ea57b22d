"""Memory that a program takes at most, in a process of its own: in the tests' own one other things are at work."""

from __future__ import annotations

import subprocess
import sys

#: Python's table of interned strings, where parts of paths go, doubles now and then, by megabytes: it has room here.
_ROOM = "import sys\n_kept = [sys.intern(f'kept {number}') for number in range(90_000)]\n"


def traced_peaks(program: str, *words: str) -> list[int]:
    """Numbers that a program prints, by what `tracemalloc` told it; `words` are its arguments."""
    done = subprocess.run([sys.executable, "-c", _ROOM + program, *words], capture_output=True, text=True, check=True)
    return [int(number) for number in done.stdout.split()]
