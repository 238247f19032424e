"""Every form that a command offers submits a line that this command understands; so does the line it says to type."""

from adapters.rehearsal import play, scenes
from bot.conversation import Knowledge
from bot.form import Field, Filled, Form, line_of
from bot.words import Command, Said, understand
from tests.fakes.shipped import shipped_words

WORDS = shipped_words()
VALUES = {"date": "2027-01-15", "time": "12:30", "line": "break room", "text": "break room", "number": "7"}


def test_what_is_filled_in_is_appended_in_its_order() -> None:
    filled = [Filled("", "2026-12-03", ""), Filled("", "12:30", ""), Filled(",", " break \n room", "")]
    assert line_of("plan get-an-outside-view", filled) == "plan get-an-outside-view 2026-12-03 12:30 , break room"


def test_what_is_left_empty_takes_its_words_with_it() -> None:
    assert line_of("coach pause", [Filled("", "", "to"), Filled("", "2026-12-15", "")]) == "coach pause 2026-12-15"


def test_a_misfit_stands_at_its_field_alone() -> None:
    fields = (Field("day", "Day", "date"), Field("time", "Time", "time"))
    form = Form("Plan", "plan", "Pick", "Save", "plan Thursday", fields).with_misfit("time", "That time has passed")
    assert [field.misfit for field in form.fields] == ["", "That time has passed"]


async def test_every_form_submits_a_line_of_its_command(knowledge: Knowledge) -> None:
    offered = set()
    for scene in scenes():
        form = (await play(knowledge, scene)).form if isinstance(scene.owner, Command) else None
        if form is None:
            continue
        offered.add(form.command)
        for line in (form.command, form.typed, _filled(form, optional=True), _filled(form, optional=False)):
            said = understand(line, WORDS)
            assert isinstance(said, Said), line
            assert said.command is scene.owner, line
        assert len(form.title) <= 24
    assert len(offered) >= 6, offered


def _filled(form: Form, *, optional: bool) -> str:
    asked = [field for field in form.fields if optional or not field.optional]
    return line_of(form.command, [Filled(field.before, _value(field), field.after) for field in asked])


def _value(field: Field) -> str:
    return field.options[0].value if field.kind == "choice" else VALUES[field.kind]
