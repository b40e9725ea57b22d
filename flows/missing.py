"""What an import that failed lacks, and the command that brings it."""

from __future__ import annotations

import re

from pipeline.errors import MissingDependency, OversealError, place_of

#: Debian's packages of the shared libraries that OpenCV's and onnxruntime's wheels leave to the system.
_LIBRARIES = {"libGL": "libgl1", "libgthread-2": "libglib2.0-0", "libglib-2": "libglib2.0-0", "libgomp": "libgomp1"}
_SHARED = re.compile(r"\b(lib[\w+-]+?(?:-[\d.]+)?)\.so\b[\w.]*")
#: `make setup` alone changes nothing where its stamp is current.
REINSTALL = "rm -rf .venv && make setup"
#: What `screen --runner dask` needs, and the command that brings it.
DASK_PACKAGE, DASK_COMMAND = "distributed", "pip install distributed==2026.8.0"
_OWN = frozenset({"pipeline", "checks", "flows", "fixtures"})


def fault_of(error: ImportError) -> OversealError:
    """What to end a run with: something missing on the machine, or, where the module is our own, a fault of ours."""
    if (error.name or "").partition(".")[0] in _OWN:
        return OversealError(f"internal error: {place_of(error)}")
    return missing_of(error)


def missing_of(error: ImportError) -> MissingDependency:
    """The package or shared library that an import wanted."""
    shared = _SHARED.search(str(error))
    if shared is None:
        return MissingDependency(f"the package {(error.name or 'of an import').partition('.')[0]}", REINSTALL)
    package = next((package for name, package in _LIBRARIES.items() if shared[1].startswith(name)), None)
    return MissingDependency(shared[0], f"apt-get install {package}" if package else REINSTALL)
