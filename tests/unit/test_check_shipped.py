"""The packs that ship hold no fault at all, and the checker would see one in them."""

import shutil
from pathlib import Path

import pytest

from bot.commands import patterns
from content.check import Limits, check
from content.library import PACKS, load_pack, pack_folders
from tests.fakes.sample_pack import load_faults
from tests.fakes.shipped import shipped_words

ENGLISH = PACKS / "medical_office_manager" / "en"


def test_the_shipped_packs_have_no_fault() -> None:
    folders = pack_folders(PACKS)
    assert len(folders) >= 1
    commands = patterns(shipped_words())
    assert [
        str(fault)
        for folder in folders
        for fault in check(load_pack(folder), folder, commands=commands, limits=Limits())
    ] == []


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ENGLISH, tmp_path / "en"))


def test_a_credential_given_to_the_wrong_issuer_would_be_seen(copy: Path) -> None:
    path = copy / "faq/chap.md"
    path.write_text(path.read_text().replace("AHCAP", "PAHCOM").replace("Association for Healthcare", "PAHCOM"))
    faults = check(load_pack(copy), copy, commands=None, limits=Limits())
    assert {fault.path for fault in faults} == {str(path)}
    assert all("cHAP" in fault.says or "Professional" in fault.says for fault in faults)


def test_every_file_is_read_and_counts(copy: Path) -> None:
    paths = sorted(path for path in copy.rglob("*") if path.is_file())
    assert len(paths) > 60
    for path in paths:
        path.write_text(path.read_text() + "\n\x07\n")
    assert {fault.path for fault in load_faults(copy)} == set(map(str, paths))
