"""One tree of errors; the docstring is the default message. Platforms map their own strings and codes to these."""

from datetime import timedelta


class PreceptorError(Exception):
    """Something went wrong in the mentor."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())


class ConfigError(PreceptorError):
    """A setting is missing or malformed. The message names it, says what it is for, and shows an example."""


class SeenBefore(PreceptorError):
    """This very request was worked before, and nothing was done again."""


class DatabaseNotReady(PreceptorError):
    """The database's tables are older than this program. Run `preceptor db upgrade`."""


class DatabaseOutOfReach(DatabaseNotReady):
    """The database cannot be used. The message says why, and what to look at."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The database cannot be used: {reason}. Check that the server runs, or that the folder of the SQLite "
            "file exists and can be written to, and that DATABASE_URL names it (see `preceptor doctor`)."
        )
        self.reason = reason


class ArchiveError(PreceptorError):
    """Nothing was copied or changed. The message says why, and what to do."""


class DeliveryError(PreceptorError):
    """A message could not be delivered."""


class TryLater(DeliveryError):
    """The platform asked to wait, and took nothing."""

    def __init__(self, retry_after: timedelta, message: str = "") -> None:
        super().__init__(message)
        self.retry_after = retry_after


class CannotReach(DeliveryError):
    """The platform refused for good: blocked, uninstalled, deactivated."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class BadMessage(DeliveryError):
    """The platform refused the message itself: our fault."""


class Unsure(DeliveryError):
    """The connection was lost after the request left: it may have arrived, so it is never blindly repeated."""


class CannotLook(DeliveryError):
    """The platform does not let us read our own messages back."""
