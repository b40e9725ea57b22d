from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKS = Path(__file__).parents[2] / "checks"
FAMILY_MODULES = sorted(path for path in CHECKS.glob("*/*.py") if path.name != "__init__.py")
SHARED = [CHECKS / f"{name}.py" for name in ("agreement", "dates", "law", "numbers", "office_time", "registered")]

#: Modules that compute and touch nothing; the readers and writers of polars are among the names below.
PURE = {
    "__future__",
    "bisect",
    "collections",
    "dataclasses",
    "datetime",
    "enum",
    "fractions",
    "functools",
    "itertools",
    "math",
    "operator",
    "polars",
    "re",
    "statistics",
    "string",
    "typing",
    "unicodedata",
}
OURS = (
    *("pipeline.types.", "pipeline.reference.", "checks.agreement", "checks.base", "checks.dates", "checks.law"),
    *(
        "checks.numbers",
        "checks.office",
        "checks.office_time",
        "checks.registered",
        "checks.rows",
        "checks.declaration",
    ),
)
#: Names by which a rule would reach a clock, a file, a stream or code that is not there yet.
REACHING_OUT = {
    *("open", "print", "input", "exec", "eval", "__import__"),
    *(
        "scan_csv",
        "read_csv",
        "scan_parquet",
        "read_parquet",
        "sink_parquet",
        "write_parquet",
        "write_csv",
        "map_elements",
    ),
    *("now", "today", "utcnow", "read_text", "write_text", "read_bytes", "write_bytes", "load_pack", "load_policies"),
}


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            yield str(node.module)


def allowed(name: str, family: str) -> bool:
    return name.split(".")[0] in PURE or f"{name}.".startswith((*OURS, f"checks.{family}."))


def called(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


@pytest.mark.parametrize("path", [*FAMILY_MODULES, *SHARED], ids=lambda path: path.stem)
def test_a_check_computes_and_touches_nothing(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert [name for name in imported(tree) if not allowed(name, path.parent.name)] == []
    assert set(called(tree)) & REACHING_OUT == set()


@pytest.mark.parametrize("path", FAMILY_MODULES, ids=lambda path: path.stem)
def test_a_check_leaves_our_own_faults_to_the_runner(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    handlers = [node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler)]
    caught = {node.type.id for node in handlers if isinstance(node.type, ast.Name)}
    assert all(node.type is not None for node in handlers)
    assert caught <= {"ValueError", "KeyError", "UnknownLetter"}


def test_the_test_bites() -> None:
    tree = ast.parse("import sqlite3\nfrom checks.lnk.holder import compare\nwhen = dt.datetime.now()\n")
    assert [name for name in imported(tree) if not allowed(name, "dat")] == ["sqlite3", "checks.lnk.holder"]
    assert set(called(tree)) & REACHING_OUT == {"now"}
