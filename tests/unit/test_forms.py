"""How a form becomes a line. That each form submits a line of its own command is seen beside the golden files."""

from bot.form import Field, Filled, Form, line_of


def test_what_is_filled_in_is_appended_in_its_order() -> None:
    filled = [Filled("", "2026-12-03", ""), Filled("", "12:30", ""), Filled(",", " break \n room", "")]
    assert line_of("plan get-an-outside-view", filled) == "plan get-an-outside-view 2026-12-03 12:30 , break room"


def test_what_is_left_empty_takes_its_words_with_it() -> None:
    assert line_of("coach pause", [Filled("", "", "to"), Filled("", "2026-12-15", "")]) == "coach pause 2026-12-15"


def test_a_misfit_stands_at_its_field_alone() -> None:
    fields = (Field("day", "Day", "date"), Field("time", "Time", "time"))
    form = Form("Plan", "plan", "Pick", "Save", "plan Thursday", fields).with_misfit("time", "That time has passed")
    assert [field.misfit for field in form.fields] == ["", "That time has passed"]
