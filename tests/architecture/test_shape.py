"""The house style that no linter checks: the length of functions and files, and that each module says its purpose."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = [path for floor in ("adapters", "jobs", "bot", "content") for path in (ROOT / floor).rglob("*.py")]
TESTS = list((ROOT / "tests").rglob("*.py"))
MAX_FUNCTION, MAX_FILE = 40, 300


def test_found_the_sources() -> None:
    assert len(SOURCES) > 40
    assert len(TESTS) > 20


def test_no_file_is_over_300_lines() -> None:
    too_long = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in SOURCES + TESTS}
    assert {name: lines for name, lines in too_long.items() if lines > MAX_FILE} == {}


def test_no_function_is_over_40_lines() -> None:
    too_long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name} has {length} lines"
        for path in SOURCES + TESTS
        for node, length in _functions(path)
        if length > MAX_FUNCTION
    ]
    assert too_long == []


def test_every_module_opens_with_its_purpose() -> None:
    silent = [str(path.relative_to(ROOT)) for path in SOURCES if not ast.get_docstring(ast.parse(path.read_text()))]
    assert silent == []


def _functions(path: Path) -> Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            has_doc = ast.get_docstring(node) is not None
            first = node.body[1] if has_doc and len(node.body) > 1 else node.body[0]
            start = node.lineno if not has_doc else first.lineno
            yield node, (node.end_lineno or start) - start + 1
