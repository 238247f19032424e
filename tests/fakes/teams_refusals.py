"""How a request that Teams did not send is turned away: with a status and one line in the log."""

import logging

import pytest
from aiohttp import ClientResponse

SECRET_WORDS = "a sentence nobody else may read"


async def is_refused(answer: ClientResponse, status: int, caplog: pytest.LogCaptureFixture) -> None:
    """It was."""
    assert answer.status == status
    assert SECRET_WORDS not in await answer.text()
    [told] = [each for each in caplog.records if getattr(each, "event", "") == "teams_refused"]
    assert (told.levelno, getattr(told, "status", 0)) == (logging.WARNING, status)
    assert SECRET_WORDS not in caplog.text
    assert "eyJ" not in caplog.text
