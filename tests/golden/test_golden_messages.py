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
from adapters.teams.exhibits import views as teams_views
from adapters.teams.render import cards, summary
from bot.commands import find_commands, vocabulary
from bot.conversation import Knowledge
from bot.form import Field, Filled, Form, line_of
from bot.message import Message
from bot.words import Command, Said, understand
from jobs.nudges import Nudge
from tests.fakes.view_kit import view_faults

FILES = Path(__file__).parent / "files"
PLATFORMS = ("slack", "teams")
VIEWS = ("slack-form", "slack-home", "teams-form")
SCENES = scenes()
WORDS = vocabulary(find_commands())
VALUES = {"date": "2027-01-15", "time": "12:30", "line": "break room", "text": "break room", "number": "7"}


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: f"{scene.name}-{scene.number}")
async def test_a_message_and_its_views_look_as_they_did(
    scene: Scene, knowledge: Knowledge, request: pytest.FixtureRequest
) -> None:
    message = await play(knowledge, scene)
    if message.form and isinstance(scene.owner, Command):
        _form_submits_a_line_of_its_command(message.form, scene.owner)
    write = bool(request.config.getoption("--write-golden", default=False))
    _message_is_as_it_was(scene, message, write=write)
    if not isinstance(scene.owner, Nudge):
        say = knowledge.wordings["en"]
        slack, teams = views(message, say, is_home=scene.name == "home"), teams_views(message, say)
        shown = {f"slack-{kind}": view for kind, view in slack.items()}
        shown |= {f"teams-{kind}": card for kind, card in teams.items()}
        _views_are_as_they_were(scene, shown, write=write)


def _form_submits_a_line_of_its_command(form: Form, command: Command) -> None:
    """So does the line that it says to type."""
    for line in (form.command, form.typed, _filled(form, optional=True), _filled(form, optional=False)):
        said = understand(line, WORDS)
        assert isinstance(said, Said), line
        assert said.command is command, line
    assert len(form.title) <= 24


def _filled(form: Form, *, optional: bool) -> str:
    asked = [field for field in form.fields if optional or not field.optional]
    return line_of(form.command, [Filled(field.before, _value(field), field.after) for field in asked])


def _value(field: Field) -> str:
    return field.options[0].value if field.kind == "choice" else VALUES[field.kind]


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
        path = _path(scene, kind)
        if kind not in shown:
            assert not path.exists(), f"{path} belongs to no view: delete it"
            continue
        text = json.dumps(shown[kind], ensure_ascii=False, indent=2) + "\n"
        if write:
            path.write_text(text)
        assert path.exists(), f"{path.name} is missing: run `make golden`, and read what it wrote"
        assert text == path.read_text(), f"{path} differs: if it should, run `make golden`, and read the difference"
        assert kind.startswith("teams") or view_faults(shown[kind]) == []


def test_every_command_and_nudge_has_examples_and_no_file_lies_about() -> None:
    names = {scene.name for scene in SCENES}
    assert len(names) >= 21, names
    assert len(SCENES) >= 70
    expected = {_path(scene, platform) for scene in SCENES for platform in PLATFORMS}
    views_drawn = {*FILES.rglob("*-slack-*.json"), *FILES.rglob("*-teams-*.json")}
    for platform in PLATFORMS:
        forms = {path.parent.name for path in views_drawn if path.stem.endswith(f"{platform}-form")}
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
    [card] = cards(message)  # one card is enough for everything we say
    return {"notification": summary(message), "card": card}
