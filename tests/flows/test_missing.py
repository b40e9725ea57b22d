from __future__ import annotations

import pytest

from flows.missing import fault_of, missing_of
from pipeline.errors import ExitCode


@pytest.mark.parametrize(
    ("error", "what", "command"),
    [
        (
            ImportError("libGL.so.1: cannot open shared object file: No such file or directory"),
            "libGL.so.1",
            "apt-get install libgl1",
        ),
        (ImportError("libgthread-2.0.so.0: cannot open shared object file"), "libgthread-2.0.so.0", "libglib2.0-0"),
        (ImportError("libnone.so.3: cannot open shared object file"), "libnone.so.3", "make setup"),
        (ModuleNotFoundError("No module named 'cv2'", name="cv2"), "package cv2", "make setup"),
        (ModuleNotFoundError("No module named 'a.b'", name="rapidocr.main"), "package rapidocr", "make setup"),
        (ImportError("cannot import name 'x'"), "package", "make setup"),
    ],
)
def test_what_an_import_lacks_is_named_with_its_cure(error: ImportError, what: str, command: str) -> None:
    missing = missing_of(error)
    assert what in missing.what
    assert command in missing.command


@pytest.mark.parametrize(
    ("module", "code"),
    [("pipeline.mrz.nothing", ExitCode.OUR_FAULT), ("checks", ExitCode.OUR_FAULT), ("sqlalchemy.x", ExitCode.MISSING)],
)
def test_a_module_of_our_own_that_cannot_be_imported_is_our_fault(module: str, code: ExitCode) -> None:
    assert fault_of(ModuleNotFoundError("No module", name=module)).exit_code is code
