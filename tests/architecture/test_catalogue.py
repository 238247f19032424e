"""Every sentence that the code asks for is in the catalogue, and every sentence of the catalogue is asked for."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.fakes.shipped import shipped_wordings

ROOT = Path(__file__).parents[2]
SOURCES = [path for floor in ("adapters", "jobs", "bot", "content") for path in (ROOT / floor).rglob("*.py")]
TEMPLATES = list((ROOT / "adapters" / "web" / "templates").rglob("*.html"))
KEY = re.compile(r"[a-z]+(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)+")


def test_every_sentence_asked_for_exists() -> None:
    keys = shipped_wordings()["en"].keys
    areas = {key.partition(".")[0] for key in keys}
    asked = {text for text in _literals() if KEY.fullmatch(text) and text.partition(".")[0] in areas}
    assert len(asked) > 100
    assert sorted(asked - keys - _not_sentences()) == []


def test_every_sentence_of_the_catalogue_is_asked_for() -> None:
    keys = shipped_wordings()["en"].keys
    literals = set(_literals())
    pieces = [re.compile(pattern) for pattern in _patterns()]
    silent = [key for key in keys if key not in literals and not any(piece.fullmatch(key) for piece in pieces)]
    assert len(keys) > 200
    assert sorted(silent) == []


def _not_sentences() -> set[str]:
    """Names of modules, files and hosts that look like keys."""
    modules = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in SOURCES}
    endings = (".py", ".html", ".css", ".js", ".json", ".md", ".com")
    return modules | {text for text in _literals() if text.endswith(endings)}


def _literals() -> Iterator[str]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
    for template in TEMPLATES:
        yield from KEY.findall(template.read_text())


def _patterns() -> Iterator[str]:
    """Keys that are put together: f"coaching.day.{number}" may be any key of that shape."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr):
                parts = [
                    re.escape(str(v.value)) if isinstance(v, ast.Constant) else r"[a-z0-9.-]+" for v in node.values
                ]
                if "\\." in "".join(parts):
                    yield "".join(parts)
