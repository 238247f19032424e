"""Each example of each command and nudge, drawn for each platform, against a file that people read and keep.

`make golden` writes them anew. A change of wording, order or drawing shows as a change of these files.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from adapters.rehearsal import Scene, play, scenes
from adapters.slack.exhibits import views
from adapters.slack.render import fallback
from adapters.slack.render import render as render_slack
from adapters.teams.render import render as render_teams
from adapters.teams.render import summary
from bot.conversation import Knowledge
from bot.message import Message
from jobs.nudges import Nudge
from tests.fakes.view_kit import view_faults

FILES = Path(__file__).parent / "files"
PLATFORMS = ("slack", "teams")
VIEWS = ("form", "home")
SCENES = scenes()


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: f"{scene.name}-{scene.number}")
async def test_a_message_and_its_views_look_as_they_did(
    scene: Scene, knowledge: Knowledge, request: pytest.FixtureRequest
) -> None:
    message = await play(knowledge, scene)
    write = bool(request.config.getoption("--write-golden", default=False))
    _message_is_as_it_was(scene, message, write=write)
    if not isinstance(scene.owner, Nudge):
        _views_are_as_they_were(
            scene, views(message, knowledge.wordings["en"], is_home=scene.name == "home"), write=write
        )


def _message_is_as_it_was(scene: Scene, message: Message, *, write: bool) -> None:
    if isinstance(scene.owner, Nudge):
        assert message.discreet
        assert message.words() <= 60
    for platform in PLATFORMS:
        path = _path(scene, platform)
        shown = {"typed": scene.example.line, "after": list(scene.example.after), **_drawn(message, platform)}
        text = json.dumps(shown, ensure_ascii=False, indent=2) + "\n"
        if write:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        assert path.exists(), f"{path.name} is missing: run `make golden`, and read what it wrote"
        assert text == path.read_text(), f"{path} differs: if it should, run `make golden`, and read the difference"


def _views_are_as_they_were(scene: Scene, shown: Mapping[str, dict[str, Any]], *, write: bool) -> None:
    """The window of a form, the Home tab."""
    for kind in VIEWS:
        path = _path(scene, f"slack-{kind}")
        if kind not in shown:
            assert not path.exists(), f"{path} belongs to no view: delete it"
            continue
        text = json.dumps(shown[kind], ensure_ascii=False, indent=2) + "\n"
        if write:
            path.write_text(text)
        assert path.exists(), f"{path.name} is missing: run `make golden`, and read what it wrote"
        assert text == path.read_text(), f"{path} differs: if it should, run `make golden`, and read the difference"
        assert view_faults(shown[kind]) == []


def test_every_command_and_nudge_has_examples_and_no_file_lies_about() -> None:
    names = {scene.name for scene in SCENES}
    assert len(names) >= 21, names
    assert len(SCENES) >= 70
    expected = {_path(scene, platform) for scene in SCENES for platform in PLATFORMS}
    views_drawn = set(FILES.rglob("*-slack-*.json"))
    forms = {path.parent.name for path in views_drawn if path.stem.endswith("form")}
    assert forms >= {"start", "coach", "plan", "milestone", "result"}
    assert len([path for path in views_drawn if path.stem.endswith("home")]) >= 3
    found = {path for path in FILES.rglob("*") if path.is_file()} - views_drawn
    assert found - expected == set(), "these belong to no example: delete them"
    assert expected - found == set(), "these are missing: run `make golden`"


def _path(scene: Scene, platform: str) -> Path:
    return FILES / scene.name / f"{scene.number}-{platform}.json"


def _drawn(message: Message, platform: str) -> dict[str, Any]:
    if platform == "slack":
        notice = fallback(message, unasked=message.discreet is not None)
        return {"notification": notice, "blocks": render_slack(message)}
    return {"notification": summary(message), "card": render_teams(message)}
