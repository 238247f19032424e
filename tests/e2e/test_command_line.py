"""The `preceptor` command as a person or a script runs it: its output, its exit code. What needs no process of its own
is run in this one, through the same group with the same arguments, input and environment.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from adapters.cli.main import preceptor
from adapters.cli.operating import PART
from bot.clock import MachineClock
from bot.settings import Settings
from tests.fakes.warm_program import WarmProgram

PRECEPTOR = Path(sys.executable).with_name("preceptor")
Run = Callable[..., Result]
Start = Callable[..., subprocess.CompletedProcess[str]]
INHERITED = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}


@pytest.fixture
def run(sqlite_url: str) -> Run:
    """Runs a command in this process, with these settings and no other, on a database whose tables are there."""
    unset: dict[str, str | None] = dict.fromkeys(Settings.model_fields)

    def invoked(*arguments: str, stdin: str = "", **environment: str) -> Result:
        settings = {**unset, "DATABASE_URL": sqlite_url, **environment}
        done = CliRunner().invoke(preceptor, arguments, input=stdin, env=settings)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    return invoked


@pytest.fixture
def start(program: WarmProgram, tmp_path: Path) -> Start:
    """Starts it as a process of its own, where no database is yet."""

    def started(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        settings = {**INHERITED, "DATABASE_URL": f"sqlite:///{tmp_path}/new.db"}
        return program.run(*arguments, environment=settings, folder=tmp_path, stdin=stdin)

    return started


@pytest.fixture
def installed(tmp_path: Path) -> Start:
    """Starts the program as it is installed, from its own file."""

    def started(*arguments: str) -> subprocess.CompletedProcess[str]:
        settings = {**INHERITED, "DATABASE_URL": f"sqlite:///{tmp_path}/new.db"}
        command = [str(PRECEPTOR), *arguments]
        return subprocess.run(
            command, env=settings, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
        )

    return started


FIVE_QUESTIONS = {
    "what do i need on paper before a practice hires me as its manager": "qualifications",
    "whats on a medical office managers plate every week": "responsibilities",
    "how can i get my hands dirty in a clinic before anyone hires me": "experience",
    "are there certificates that would help me become a manager": "certifications",
    "will knowing more people in health care help me get ahead": "networking",
}


def test_ask_finds_the_five_questions_of_the_source_in_other_words(start: Start) -> None:
    done = start("ask", "--json", "-", stdin="\n".join(FIVE_QUESTIONS))

    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(set(row) == {"question", "outcome", "ids", "score", "text", "locale"} for row in rows)
    assert {row["question"]: row["ids"][0] for row in rows} == FIVE_QUESTIONS


def test_ask_reads_one_question_a_line(run: Run) -> None:
    done = run("ask", "--json", "-", stdin="what is the cmm\n\ncan i sue my boss\nasdf ghjk\n")

    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["outcome"] for row in rows] == ["answer", "no_answer", "no_answer"]
    assert "legal" in rows[1]["text"]


def test_ask_shows_the_answer_and_where_it_comes_from(run: Run) -> None:
    shown = run("ask", "what is the cmm").stdout

    assert "PAHCOM" in shown
    assert "(Source:" in shown


def test_ask_in_a_language_there_is_not_says_which_there_are(run: Run) -> None:
    done = run("ask", "--locale", "tlh", "hello")

    assert done.exit_code == 2
    assert "there are: en" in done.stderr


def _now() -> datetime:
    return MachineClock().now().astimezone(UTC)


def _instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _tick(run: Run | Start, moment: datetime, *more: str) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(run("tick", "--now", _instant(moment), "--json", *more).stdout)
    return report


def test_everybody_due_gets_one_message_however_often_the_clock_is_looked_at(start: Start) -> None:
    start("seed", "--members", "60", "--workspaces", "4", "--due", "now")
    moment = _now()

    assert _tick(start, moment)["sent"] == 60
    again = _tick(start, moment)
    assert (again["planned"], again["sent"], again["waiting"]) == (0, 0, 0)


def test_a_sample_larger_than_one_transaction_is_whole(run: Run) -> None:
    done = run("seed", "--members", str(PART + 1), "--workspaces", "3")

    assert done.stdout == f"Added {PART + 1} sample members in 3 sample workspaces on demo.\n"


def test_a_dry_run_stores_and_sends_nothing(run: Run) -> None:
    run("seed", "--members", "5", "--due", "now")
    moment = _now()

    dry = _tick(run, moment, "--dry-run")
    assert (dry["planned"], dry["sent"], len(dry["would"])) == (5, 0, 5)
    assert _tick(run, moment)["sent"] == 5


def test_a_week_later_everybody_is_due_again(run: Run) -> None:
    run("seed", "--members", "5", "--due", "now")
    moment = _now()

    assert _tick(run, moment)["sent"] == 5
    assert _tick(run, moment + timedelta(weeks=1, hours=1))["sent"] == 5


@pytest.mark.parametrize("value", ["tomorrow", "2026-12-01T14:00:00", "2026-13-01T14:00:00Z"])
def test_an_instant_without_sense_or_zone_is_refused_with_an_example(run: Run, value: str) -> None:
    done = run("tick", "--now", value)

    assert done.exit_code == 2
    assert "2026-12-01T14:00:00Z" in done.stderr


def test_a_slip_in_the_year_is_refused_before_it_plans_anything(run: Run) -> None:
    run("seed", "--members", "1", "--due", "now")

    done = run("tick", "--now", "9026-12-01T14:00:00Z")

    assert done.exit_code == 2
    assert "is the year right?" in done.stderr
    assert _tick(run, _now())["sent"] == 1


def test_sample_members_on_a_real_slack_are_refused(run: Run) -> None:
    slack = {"SLACK_BOT_TOKEN": "xoxb-sample", "SLACK_SIGNING_SECRET": "0123456789abcdef"}

    done = run("seed", "--members", "5", "--platform", "slack", **slack)

    assert done.exit_code == 2
    assert "--real" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        (("serve",), {}, "SLACK_SIGNING_SECRET"),
        (("serve",), {"SLACK_BOT_TOKEN": "xoxb-sample"}, "SLACK_SIGNING_SECRET: proves"),
        (("serve",), {"PORT": "eighty"}, "Example: PORT=8000"),
        (("tick",), {"DATABASE_URL": "mysql://nowhere"}, "sqlite:///preceptor.db"),
        (("ask", "hello"), {"CONTENT_DIR": "/nowhere/at/all"}, "/nowhere/at/all"),
    ],
)
def test_a_start_that_cannot_be_says_what_to_mend(
    run: Run, arguments: tuple[str, ...], environment: dict[str, str], said: str
) -> None:
    done = run(*arguments, **environment)

    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr


def test_the_installed_program_says_so_without_a_trace(installed: Start) -> None:
    done = installed("serve")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("No platform is switched on.")
    assert "Traceback" not in done.stderr


def test_the_doctor_says_all_is_well_on_a_fresh_machine(start: Start) -> None:
    done = start("doctor")

    assert done.returncode == 0
    assert "All is well." in done.stdout


def test_the_doctor_names_a_malformed_setting(run: Run) -> None:
    done = run("doctor", OPERATORS="slack")

    assert done.exit_code == 1
    assert "OPERATORS: " in done.stdout


def test_the_shipped_packs_are_in_order(run: Run) -> None:
    done = run("content", "check")

    assert (done.exit_code, done.stdout) == (0, "The packs are in order.\n")


def test_a_fault_is_named_with_file_and_line(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "packs" / "sample" / "en"
    folder.mkdir(parents=True)
    (folder / "pack.yaml").write_text("name: sample\nlocale: en\nversion: one\n", encoding="utf-8")

    done = run("content", "check", str(tmp_path / "packs"))

    assert done.exit_code == 1
    assert "pack.yaml:3: " in done.stdout


def test_eval_measures_and_lists_the_misses(run: Run, tmp_path: Path) -> None:
    rows = [{"text": "what is the cmm", "expect": ["cmm"]}, {"text": "what is the cmm", "expect": ["resume"]}]
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")

    shown = run("content", "eval", str(file)).stdout

    assert "top-1              50.0%" in shown
    assert "wanted resume" in shown


def test_eval_names_the_line_of_a_bad_row(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text('{"text": "what is the cmm", "expect": ["no-such-entry"]}\n', encoding="utf-8")

    done = run("content", "eval", str(file))

    assert done.exit_code == 1
    assert "line 1" in done.stderr


def test_help_of_each_command_has_an_example() -> None:
    commands = dict(_commands(preceptor, ""))
    assert len(commands) >= 9
    assert [name for name, command in commands.items() if "Example" not in (command.help or "")] == []


def _commands(group: click.Group, before: str) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command
