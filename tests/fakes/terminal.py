"""The program as typed into a terminal, without the cost of a process of its own."""

from dataclasses import dataclass

from click.testing import CliRunner

from adapters.cli.main import preceptor


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended, and all that it said."""

    code: int
    said: str


def typed(url: str, *arguments: str, answer: str = "") -> Done:
    """Run a subcommand on a database. For tests that run no event loop of their own: the command brings one."""
    result = CliRunner().invoke(preceptor, arguments, input=answer, env={"DATABASE_URL": url})
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Done(result.exit_code, result.output)
