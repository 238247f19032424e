"""`preceptor key`: a fresh key for SECRET_KEY."""

import click

from bot.vault import Vault


@click.command()
def key() -> None:
    """Print a new key for SECRET_KEY.

    To change keys, put the new one before the old one, with a comma between them, and start anew: what is stored is
    then locked with the new one, and `preceptor doctor` says when the old one may go. Where several machines work
    together, give all of them the new key behind the old one first.

    Example: SECRET_KEY=$(preceptor key) preceptor serve
    """
    click.echo(Vault.new_key())
