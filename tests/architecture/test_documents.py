"""The documents keep up with the program: every setting and subcommand is in the README, and files it names exist."""

import re
from pathlib import Path

from adapters.cli.main import preceptor
from bot.settings import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_setting_is_in_the_readme() -> None:
    assert len(Settings.model_fields) >= 12
    assert [name for name in Settings.model_fields if f"`{name}`" not in README] == []


def test_every_subcommand_is_in_the_readme() -> None:
    assert len(preceptor.commands) >= 8
    assert [name for name in preceptor.commands if f"preceptor {name}" not in README] == []


def test_files_that_the_documents_name_exist() -> None:
    named = [
        (page.name, name)
        for page in ROOT.glob("*.md")
        for name in re.findall(r"\]\(([\w./-]+)\)|`((?:adapters|bot|content|jobs|tests)/[\w./-]+)`", page.read_text())
    ]
    paths = [(page, link or code) for page, (link, code) in named]
    assert len(paths) > 10
    assert [(page, path) for page, path in paths if not (ROOT / path).exists()] == []


def test_lock_files_carry_hashes_and_no_address() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        lock = (ROOT / name).read_text()
        pins = re.findall(r"^[a-z][\w.-]*(?:\[[\w,]+\])?==[^ ]+", lock, re.MULTILINE)
        assert len(pins) > 40
        assert lock.count("--hash=sha256:") >= len(pins)
        assert "://" not in lock
