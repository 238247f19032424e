"""A form: several things asked at once. Commands offer one with their reply (`Message.form`); a platform that can opens
it as a dialog, and everywhere else the reply's own blocks ask for the same.

A form submits a line that a person could have typed. Of

    Form(command="plan get-an-outside-view", fields=(
        Field("day", "Day", kind="date"), Field("time", "Time", kind="time"), Field("place", "Where", before=","), …))

filled in as 2026-12-03, 12:30 and "break room" comes `plan get-an-outside-view 2026-12-03 12:30 , break room`, which
goes through the conversation like any other. An optional field that is left empty adds nothing. Where the line does not
fit, the command answers with the same form, and with the misfit named at its field.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

Kind = Literal["line", "text", "choice", "date", "time", "number"]
"""A line of words, several lines, one of a few options, a day, a time of day, a whole number."""


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to pick."""

    label: str
    """At most 75 characters."""
    value: str
    """The word of the command line it stands for, at most 150 characters."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in."""

    name: str
    """Tells the fields of a form apart."""
    label: str
    kind: Kind = "line"
    hint: str = ""
    """A remark below the field."""
    value: str = ""
    """What stands in it at first, as the command line has it: a day as 2026-12-03, a time as 09:30."""
    options: tuple[Option, ...] = ()
    """Of a choice."""
    optional: bool = False
    before: str = ""
    """A word of the command line that stands before what is filled in; left out with it."""
    after: str = ""
    """The same behind it."""
    longest: int = 3000
    """Characters of a line or a text."""
    least: int | None = None
    """Of a number."""
    most: int | None = None
    misfit: str = ""
    """Why what was filled in does not fit, where this form is the answer to it."""


@dataclass(frozen=True, slots=True)
class Form:
    """Several things asked at once, for one command."""

    title: str
    """A few words: Slack shows 24 characters."""
    command: str
    """The command line that the fields are appended to, in their order. Alone it asks for what the form asks."""
    opens: str
    """The words on the button that opens it."""
    button: str
    """The word on the button that submits it."""
    typed: str
    """A whole line as somebody would type it instead."""
    fields: tuple[Field, ...] = field(default=())

    def with_misfit(self, name: str, why: str) -> "Form":
        """The same form, with a remark at one of its fields."""
        fields = (replace(each, misfit=why) if each.name == name else each for each in self.fields)
        return replace(self, fields=tuple(fields))


@dataclass(frozen=True, slots=True)
class Filled:
    """What somebody filled in, between the words that go with it."""

    before: str
    value: str
    after: str


def line_of(command: str, filled: Iterable[Filled]) -> str:
    """The command line that a form submits."""
    words = [command]
    for one in filled:
        if value := " ".join(one.value.split()):
            words += [one.before, value, one.after]
    return " ".join(word for word in words if word)
