"""`help`, and what each command says of itself."""

import pytest

from bot.commands import find_commands
from bot.message import plain
from tests.fakes.talking import Talk


@pytest.mark.parametrize("line", ["help not", "help not it", "help NOT IT", "/mentor help not"])
async def test_help_tells_of_a_command_of_two_words_by_both(talk: Talk, line: str) -> None:
    message = await talk(line)
    assert message.title == "About not it"
    assert "an answer missed your question" in plain(message)
    assert "\n- `not it`\n" in f"{plain(message)}\n"


async def test_every_command_says_what_it_is_under_the_words_one_types(talk: Talk) -> None:
    commands = find_commands()
    assert len(commands) >= 19
    for command in commands:
        message = await talk(f"help {command.name}")
        about = message.title.removeprefix("About ")
        assert any(example.line.startswith(about) for example in command.examples), message.title


async def test_a_word_that_is_no_command_is_said_to_be_none(talk: Talk) -> None:
    for line in ("help teleport", "help it"):
        assert (await talk(line)).title == "I do not know that word"
