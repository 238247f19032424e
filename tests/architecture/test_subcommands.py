"""The list of subcommands says what each of them says of itself, though it is written without loading them; and a
question asked in a terminal waits for nothing that only servers need.
"""

import subprocess
import sys

from adapters.cli.main import COMMANDS

LONG = 200
"""More characters than any summary has, so that none is cut."""
FOR_SERVERS = {"aiohttp", "alembic", "dateparser", "slack_bolt", "slack_sdk", "sqlalchemy", "sqlmodel"}
SCRIPT = """
import sys
from adapters.cli.main import main
try:
    main()
finally:
    print(*sys.modules)
"""


def _run(*arguments: str) -> tuple[str, set[str]]:
    """What the program said, and the names of what it loaded."""
    command = [sys.executable, "-c", SCRIPT, *arguments]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    *lines, modules = said.splitlines()
    return " ".join(" ".join(lines).split()), set(modules.split())


def test_each_subcommand_loads_and_its_help_opens_with_its_summary() -> None:
    assert len(COMMANDS) >= 8
    said = {name: late.load().get_short_help_str(LONG) for name, late in COMMANDS.items()}
    assert said == {name: late.summary for name, late in COMMANDS.items()}


def test_each_subcommand_is_listed_under_its_own_name() -> None:
    assert [name for name, late in COMMANDS.items() if late.load().name != name] == []


def test_the_list_of_subcommands_loads_none_of_them() -> None:
    said, loaded = _run("--help")

    assert all(late.summary in said for late in COMMANDS.values())
    assert "adapters.cli.main" in loaded
    assert loaded & {*FOR_SERVERS, "pydantic", *(late.place.partition(":")[0] for late in COMMANDS.values())} == set()


def test_a_question_waits_for_nothing_that_only_servers_need() -> None:
    said, loaded = _run("ask", "cmm")

    assert "Certified Medical Manager" in said
    assert "content.search" in loaded
    assert loaded & FOR_SERVERS == set()
