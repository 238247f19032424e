"""Keeps secrets locked in the database: the tokens that a platform gives us for each workspace. Used by the adapters
that hold such tokens, and by the settings to check the keys.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.errors import PreceptorError


class CannotOpen(PreceptorError):
    """None of the keys in SECRET_KEY opens what is locked in the database."""


class Vault:
    """Locks with the newest key, opens with any. Shows nothing of its keys."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._newest = Fernet(keys[0])
        self._all = MultiFernet([Fernet(key) for key in keys])

    @staticmethod
    def keys(listed: str) -> tuple[str, ...]:
        """The keys of a comma-separated list, newest first. Raises ValueError where one is none."""
        keys = tuple(key.strip() for key in listed.split(",") if key.strip())
        for key in keys:
            Fernet(key)
        return keys

    @staticmethod
    def new_key() -> str:
        return Fernet.generate_key().decode()

    def lock(self, secret: str) -> str:
        """An empty secret stays empty: there is nothing to lock."""
        return self._all.encrypt(secret.encode()).decode() if secret else ""

    def open(self, locked: str) -> str:
        """Raises CannotOpen."""
        if not locked:
            return ""
        try:
            return self._all.decrypt(locked).decode()
        except InvalidToken as error:
            raise CannotOpen from error

    def opens(self, locked: str) -> bool:
        """Whether any key opens it."""
        try:
            self.open(locked)
        except CannotOpen:
            return False
        return True

    def is_newest(self, locked: str) -> bool:
        """Whether the newest key opens it, so that the others are not needed for it."""
        try:
            self._newest.decrypt(locked) if locked else None
        except InvalidToken:
            return False
        return True

    def relock(self, locked: str) -> str:
        """The same secret under the newest key. Raises CannotOpen."""
        return self.lock(self.open(locked))

    def stamp(self, words: str, now: datetime) -> str:
        """Words that only we can have written, and when; fit for an address and a cookie."""
        return self._all.encrypt_at_time(words.encode(), int(now.timestamp())).decode().rstrip("=")

    def read_stamp(self, stamped: str, now: datetime, lasts: timedelta) -> str | None:
        """The words; None where they are not ours, or older than that."""
        whole = stamped + "=" * (-len(stamped) % 4)
        try:
            return self._all.decrypt_at_time(whole, int(lasts.total_seconds()), int(now.timestamp())).decode()
        except (InvalidToken, ValueError):
            return None
