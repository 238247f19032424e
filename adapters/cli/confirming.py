"""Asks an operator at the terminal, or in a script for `--yes`, before what they start reaches many people or may come
twice. Used by the orders of `preceptor deliveries`.
"""

import sys

import click


def confirmed(people: int, yes: str | None, *, guard: int, risk: str = "") -> bool:
    """Whether to go on. `yes` is what followed --yes: None without it, "yes" for it alone, else a number of people.

    More people than `guard` ask for their number; a `risk` asks for the word alone.
    """
    if yes is not None and yes != "yes":
        return _is_right(yes, people)
    if people > guard:
        return _asked_for_number(people, guard)
    if risk and yes is None:
        return _asked(risk)
    return True


def _is_right(yes: str, people: int) -> bool:
    if not yes.isascii() or not yes.isdigit():
        raise click.BadParameter(f"{yes!r} is no number of people; write --yes {people}", param_hint="--yes")
    if yes == str(people):
        return True
    click.echo(f"Nothing was done: it would reach {people} people now, not {yes[:9]}. To go on: --yes {people}")
    return False


def _asked_for_number(people: int, guard: int) -> bool:
    many = f"That is more than {guard} people (SEND_GUARD)."
    if not sys.stdin.isatty():
        click.echo(f"Nothing was done. {many} To go on: --yes {people}")
        return False
    typed = click.prompt(f"{many} Type {people} to go on", default="", show_default=False)
    return _answered(typed.strip() == str(people))


def _asked(risk: str) -> bool:
    if not sys.stdin.isatty():
        click.echo(f"Nothing was done, because some {risk}. To go on all the same: --yes")
        return False
    return _answered(click.confirm(f"Some {risk}. Go on?"))


def _answered(yes: bool) -> bool:
    if not yes:
        click.echo("Nothing was done.")
    return yes
