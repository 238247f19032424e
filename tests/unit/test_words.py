"""The grammar: a whole command is a command, anything else is a question."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import find_commands, vocabulary
from bot.words import Asked, Command, Said, clean, understand

WORDS: Mapping[str, Command] = vocabulary(find_commands())

COMMANDS_OF_THE_GRAMMAR = {
    "home", "help", "faq", "not", "start", "roadmap", "step", "next", "done", "smaller", "later", "plan", "undo",
    "milestone", "result", "coach", "resources", "privacy", "stop", "admin",
    "ce", "cohort", "export", "outcome", "region", "site",
}  # fmt: skip


def test_every_command_of_the_grammar_is_found() -> None:
    assert {command.name for command in find_commands()} == COMMANDS_OF_THE_GRAMMAR


@pytest.mark.parametrize(
    ("line", "name", "arguments"),
    [
        ("", "home", ""),
        ("   ", "home", ""),
        ("/mentor", "home", ""),
        ("/mentor roadmap", "roadmap", ""),
        ("/roadmap", "roadmap", ""),
        ("<@U0BOT> roadmap", "roadmap", ""),
        ("<at>Mentor</at> roadmap", "roadmap", ""),
        ("ROADMAP", "roadmap", ""),
        ("step 3", "step", "3"),
        ("step 99", "step", "99"),
        ("done draft-resume", "done", "draft-resume"),
        ("faq do I need a degree?", "faq", "do I need a degree?"),
        ("ask do I need a degree?", "faq", "do I need a degree?"),
        ("coach pause 2026-12-20", "coach", "pause 2026-12-20"),
        ("STOP", "stop", ""),
        ("unsubscribe", "stop", ""),
        ("parar", "stop", ""),
        ("stop.", "stop", ""),
        ("STOP!!", "stop", ""),
        ("“Stop”", "stop", ""),
        ("ｓｔｏｐ！", "stop", ""),
        ("'coach on'", "coach", "on"),
        ("`coach on`", "coach", "on"),
        ("Coach on.", "coach", "on"),
        ("Done list-your-schooling.", "done", "list-your-schooling"),
        ("result Cut waiting from 40 to 25 minutes.", "result", "Cut waiting from 40 to 25 minutes."),
        ("/mentor /mentor coach on", "coach", "on"),
    ],
)
def test_a_whole_command_is_understood(line: str, name: str, arguments: str) -> None:
    said = understand(line, WORDS)

    assert isinstance(said, Said)
    assert (said.command.name, said.arguments) == (name, arguments)


@pytest.mark.parametrize(
    "line",
    [
        "do I need a degree?",
        "resources for people who never liked school, where are they?",
        "stop sending me these messages",
        "next week I have an interview, what now",
        "home office or clinic, which is better",
        "done with my degree, what now?",
        "help me with my resume please",
        "start of a new job, any advice",
        "coach me for an interview",
        "step by step plan to become a manager",
        "stop?",
        "coach on?",
        "“do I need a degree”",
        "...",
    ],
)
def test_words_that_are_no_whole_command_are_a_question(line: str) -> None:
    assert understand(line, WORDS) == Asked(line)


def test_another_slash_command_word_is_taken_off_too() -> None:
    assert isinstance(understand("/career roadmap", WORDS, prefix="career"), Said)


def test_control_and_invisible_characters_go() -> None:
    assert clean("ro\u200bad\u0000map\u202e\n\tnow") == "ro ad map now"


@given(st.text(max_size=4000))
def test_nothing_anybody_types_breaks_it(line: str) -> None:
    said = understand(line, WORDS)

    assert isinstance(said, Said | Asked)
    if isinstance(said, Asked):
        assert said.question == " ".join(said.question.split())
