"""How a request that Teams did not send is turned away: with a status and one line in the log."""

import logging

import pytest
from aiohttp import ClientResponse

SECRET_WORDS = "a sentence nobody else may read"


async def is_refused(answer: ClientResponse, status: int, caplog: pytest.LogCaptureFixture, *, about: str = "") -> None:
    """It was; a failure names what it was about."""
    assert answer.status == status, about
    assert SECRET_WORDS not in await answer.text(), about
    [told] = [each for each in caplog.records if getattr(each, "event", "") == "teams_refused"]
    assert (told.levelno, getattr(told, "status", 0)) == (logging.WARNING, status), about
    assert SECRET_WORDS not in caplog.text, about
    assert "eyJ" not in caplog.text, about
