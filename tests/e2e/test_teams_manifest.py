"""The app package of Teams and the code never part: what is offered is answered, what is named is there."""

import json
import os
import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from aiohttp import web
from click.testing import CliRunner, Result
from jsonschema import Draft7Validator

from adapters.cli.main import preceptor
from adapters.teams.manifest import MENU
from adapters.web.public_pages import PublicPages
from bot.words import Said, understand
from tests.fakes.shipped import shipped_wordings, shipped_words

APP = "11111111-2222-3333-4444-555555555555"
ADDRESS = "https://mentor.example.org"
WHOLE = {"MicrosoftAppId": APP, "PUBLIC_URL": f"{ADDRESS}/", "ORG_NAME": "Sample Clinics"}


def _run(folder: Path, *arguments: str, **environment: str) -> Result:
    blank = {name: "" for name in os.environ if name.startswith(("SLACK_", "PUBLIC_", "DATABASE_", "Microsoft"))}
    out = ["manifest", "teams", "-o", str(folder / "app.zip"), *arguments]
    return CliRunner().invoke(preceptor, out, env={**blank, **environment})


def _made(folder: Path, name: str = "app.zip", *arguments: str, **environment: str) -> dict[str, Any]:
    result = _run(folder, *arguments, **{**WHOLE, **environment})
    assert result.exit_code == 0, result.output
    with ZipFile(folder / name) as archive:
        made: dict[str, Any] = json.loads(archive.read("manifest.json"))
    return made


def _schema() -> Draft7Validator:
    folder = os.environ.get("SCHEMAS_DIR")
    if not folder:
        pytest.skip("SCHEMAS_DIR names no folder of official schemas")
    return Draft7Validator(json.loads((Path(folder) / "teams/v1.29/MicrosoftTeams.schema.json").read_text()))


@pytest.mark.parametrize("name", ["app.zip", "app-preview.zip"])
def test_it_is_valid_by_microsofts_own_schema(tmp_path: Path, name: str) -> None:
    schema, made = _schema(), _made(tmp_path, name)
    assert [error.message for error in schema.iter_errors(made)] == []
    made["bots"][0]["scopes"] = ["everywhere"]
    assert not schema.is_valid(made)


def test_only_the_preview_package_asks_for_what_is_in_preview(tmp_path: Path) -> None:
    stable, preview = (_made(tmp_path, name)["bots"][0] for name in ("app.zip", "app-preview.zip"))
    assert "supportsTargetedMessages" not in stable
    assert not any("triggers" in each for each in stable["commandLists"])
    assert preview["supportsTargetedMessages"] is True
    assert [each.get("triggers") for each in preview["commandLists"]] == [None, ["mention", "slash"]]


def test_every_command_of_the_menu_is_one_that_anybody_may_say(tmp_path: Path) -> None:
    words = shipped_words()
    lists = _made(tmp_path)["bots"][0]["commandLists"]
    assert {scope for each in lists for scope in each["scopes"]} == {"personal", "team", "groupChat"}
    assert len(lists) <= 3
    for each in lists:
        titles = [command["title"] for command in each["commands"]]
        assert titles == list(MENU)
        assert len(titles) <= 10
        for command in each["commands"]:
            said = understand(command["title"], words)
            assert isinstance(said, Said)
            assert not said.command.for_operators
            assert command["description"].endswith(".")
            assert len(command["description"]) <= 128


def test_the_pages_it_names_are_served(tmp_path: Path) -> None:
    made = _made(tmp_path)
    developer = made["developer"]
    named = {developer[key].removeprefix(ADDRESS) for key in ("websiteUrl", "privacyUrl", "termsOfUseUrl")}
    assert len(named) == 3
    assert developer["name"] == "Sample Clinics"
    assert made["validDomains"] == ["mentor.example.org"]
    app = web.Application()
    PublicPages(shipped_wordings()["en"], "").add_to(app)
    assert named <= {route.resource.canonical for route in app.router.routes() if route.resource}


def test_the_icons_are_what_teams_asks_for(tmp_path: Path) -> None:
    made = _made(tmp_path)
    with ZipFile(tmp_path / "app.zip") as archive:
        assert sorted(archive.namelist()) == ["color.png", "manifest.json", "outline.png"]
        color, outline = (archive.read(made["icons"][name]) for name in ("color", "outline"))
    assert _size(color) == (192, 192)
    assert _size(outline) == (32, 32)
    seen = {pixel[:3] for pixel in _pixels(outline, 32) if pixel[3]}
    assert seen == {(255, 255, 255)}, "the outline must be white on nothing"


def test_the_same_app_makes_the_same_bytes(tmp_path: Path) -> None:
    _made(tmp_path)
    first = (tmp_path / "app.zip").read_bytes()
    _made(tmp_path)
    assert (tmp_path / "app.zip").read_bytes() == first
    assert _made(tmp_path, "app.zip", "--app-version", "1.4.0")["version"] == "1.4.0"


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"MicrosoftAppId": "", "PUBLIC_URL": ""}, ("MicrosoftAppId: ", "PUBLIC_URL: ")),
        ({"MicrosoftAppId": ""}, ("MicrosoftAppId: ",)),
        ({"PUBLIC_URL": "http://mentor.example.org"}, ("https",)),
        ({"MicrosoftAppId": "my-bot"}, ("MicrosoftAppId: ", "no such id")),
    ],
)
def test_it_names_what_it_lacks(tmp_path: Path, environment: dict[str, str], said: tuple[str, ...]) -> None:
    result = _run(tmp_path, **{**WHOLE, **environment})
    assert result.exit_code == 2
    assert [words for words in said if words not in result.output] == []
    assert not (tmp_path / "app.zip").exists()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    result = _run(tmp_path / "nowhere", **WHOLE)
    assert result.exit_code == 2
    assert "nowhere/app.zip could not be written" in result.output


def test_a_version_that_is_none_is_refused_and_a_long_name_fits(tmp_path: Path) -> None:
    assert _run(tmp_path, "--app-version", "1.0", **WHOLE).exit_code == 2
    made = _made(tmp_path, ORG_NAME="The Association of Sample Clinics of the Whole Valley")
    assert made["developer"]["name"] == "The Association of Sample Clinic"
    assert "Example: " in _run(tmp_path, "--help").output


def _size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def _pixels(png: bytes, width: int) -> list[tuple[int, ...]]:
    """Of a picture with 8 bits for each of red, green, blue and how much it covers."""
    assert png[24:26] == b"\x08\x06"
    data, at = b"", 8
    while at < len(png):
        [length] = struct.unpack(">I", png[at : at + 4])
        data += png[at + 8 : at + 8 + length] if png[at + 4 : at + 8] == b"IDAT" else b""
        at += 12 + length
    raw, rows = BytesIO(zlib.decompress(data)), []
    before = bytes(width * 4)
    while kind := raw.read(1):
        before = _unfiltered(kind[0], raw.read(width * 4), before)
        rows.append(before)
    return [tuple(row[x : x + 4]) for row in rows for x in range(0, len(row), 4)]


def _unfiltered(kind: int, line: bytes, above: bytes) -> bytes:
    row = bytearray(line)
    for x, value in enumerate(line):
        left, up, corner = (row[x - 4] if x > 3 else 0), above[x], (above[x - 4] if x > 3 else 0)
        guess = left + up - corner
        nearest = min((left, up, corner), key=lambda each: abs(guess - each))
        row[x] = (value + (0, left, up, (left + up) // 2, nearest)[kind]) & 255
    return bytes(row)
