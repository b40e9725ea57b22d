"""Pins the peers' requirements anew: `python -m tests.bench.mrz.lock` writes `peers/NAME.txt` from `peers/NAME.in`.

Each is resolved by the Python that it runs in. Left out of readmrz's is the package `mrz` (GPL), which reading does not
need.
"""

from __future__ import annotations

from tests.bench.mrz.compared import PEERS
from tests.bench.mrz.environments import FOLDER, REQUIREMENTS, interpreter, run

LEFT_OUT = ("mrz",)
_OPTIONS = (
    *(
        "--quiet",
        "--upgrade",
        "--generate-hashes",
        "--strip-extras",
        "--no-header",
        "--no-annotate",
        "--no-emit-options",
    ),
    *("--no-emit-index-url", "--no-emit-find-links", "--no-emit-trusted-host"),
    *(f"--unsafe-package={name}" for name in LEFT_OUT),
)


def main() -> None:
    """Resolve every peer."""
    for name, oldest in sorted({(peer.requirements, peer.oldest) for peer in PEERS if peer.requirements}):
        folder = FOLDER / f"lock-{oldest[0]}.{oldest[1]}"
        if not folder.is_dir():
            run([interpreter(oldest), "-m", "venv", str(folder)])
            run([str(folder / "bin" / "pip"), "install", "--quiet", "pip-tools"])
        into, source = REQUIREMENTS / f"{name}.txt", REQUIREMENTS / f"{name}.in"
        run([str(folder / "bin" / "pip-compile"), *_OPTIONS, "--output-file", str(into), str(source)])


if __name__ == "__main__":
    main()
