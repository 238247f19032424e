"""An installed package holds every file that the program reads: the patterns of pyproject.toml take all of them."""

import tomllib
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[2]
FLOORS = ("adapters", "bot", "content", "jobs")


def _files() -> list[Path]:
    """Every file of the four floors that is no Python."""
    found = (path for floor in FLOORS for path in (ROOT / floor).rglob("*") if path.is_file())
    return [path.relative_to(ROOT) for path in found if path.suffix not in (".py", ".pyc")]


def _patterns() -> list[str]:
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    assert {f"{floor}*" for floor in FLOORS} == set(tool["packages"]["find"]["include"])
    patterns: list[str] = tool["package-data"]["*"]
    return patterns


def test_every_file_that_is_no_python_is_packed() -> None:
    files, patterns = _files(), _patterns()
    assert len(files) > 90
    assert [str(file) for file in files if not any(fnmatch(file.name, pattern) for pattern in patterns)] == []


def test_every_pattern_takes_a_file() -> None:
    files, patterns = _files(), _patterns()
    assert len(patterns) >= 9
    assert [pattern for pattern in patterns if not any(fnmatch(file.name, pattern) for file in files)] == []


def test_every_folder_is_one_that_setuptools_finds() -> None:
    """It takes a folder without Python for a package too, but not one with a dot in its name."""
    folders = {folder for file in _files() for folder in file.parts[:-1]}
    assert len(folders) >= 12
    assert [folder for folder in folders if "." in folder] == []
