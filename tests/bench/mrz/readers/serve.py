"""The reader's side of the line protocol; standard library only, since it runs in the peers' environments.

First line written: `{"import_s"}`, CPU seconds from the interpreter's start until the reader is ready. Then for each
path read, one line `{"lines", "cpu_s", ...}` or `{"error", "cpu_s"}`; `cpu_s` covers everything from opening the file
to the lines, programs that were started included. At the end of the input `{"peak_bytes"}` of this process alone.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

#: Path -> `lines` and what else the reader states.
Read = Callable[[str], dict[str, Any]]

_KIB = 1024


def serve(read: Read) -> None:
    """Answer every path on the standard input; the caller has imported its library by now."""
    # Libraries print: the answers keep the real output for themselves.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def answer(values: dict[str, Any]) -> None:
        answers.write(json.dumps(values) + "\n")
        answers.flush()

    answer({"import_s": _cpu_s()})
    for line in sys.stdin:
        start = _cpu_s()
        try:
            said = read(line.rstrip("\n"))
        except Exception as error:
            # A picture that a peer cannot take is a result about the peer; the run goes on.
            said = {"error": type(error).__name__}
        answer(said | {"cpu_s": _cpu_s() - start})
    answer({"peak_bytes": _peak_bytes()})


def text_lines(text: str) -> dict[str, Any]:
    """An answer from a block of text."""
    return {"lines": text.splitlines()}


def onnx_on_one_thread() -> dict[str, Any]:
    """Parameters that keep RapidOCR's sessions on one thread."""
    return {f"EngineConfig.onnxruntime.{which}_op_num_threads": 1 for which in ("intra", "inter")}


def _cpu_s() -> float:
    used: Sequence[resource.struct_rusage] = [
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    ]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _peak_bytes() -> int:
    # Of programs that were started, `ru_maxrss` counts what they shared with us before they began: the driver looks.
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) * _KIB
