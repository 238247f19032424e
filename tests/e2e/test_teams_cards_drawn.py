"""Every card of the golden files, drawn by Microsoft's own renderer with Teams' host configuration in a browser: it
finds nothing to complain about, no card runs over the edge of a phone, and every button sends its command.
"""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from adapters.teams.submitted import command_line
from tests.drawn.fetching import COMMAND, LIBRARY, PINS

pytestmark = pytest.mark.browser

GOLDEN = Path(__file__).parents[1] / "golden" / "files"
DRAWING = PINS.folder / "drawing.js"
PHONE = 328
"""Pixels that a card is wide on a small phone."""
Json = dict[str, Any]


@pytest.fixture
def host_config() -> Json:
    folder = os.environ.get("SCHEMAS_DIR")
    if not folder:
        pytest.skip("SCHEMAS_DIR names no folder of official schemas")
    config: Json = json.loads((Path(folder) / "adaptive-cards/hostconfig-microsoft-teams-light.json").read_text())
    return config


@pytest.fixture
async def page(browser: Browser) -> Page:
    if not PINS.is_fetched():
        missing = f"The renderer of Adaptive Cards is not there: {COMMAND}"
        if os.environ.get("CI") == "true" and shutil.which("npm"):
            pytest.fail(missing)
        pytest.skip(missing)
    page = await browser.new_page()
    await page.set_content("<!doctype html><title>Cards</title><body></body>")
    for script in (LIBRARY, DRAWING):
        await page.add_script_tag(path=script)
    return page


def _cards() -> dict[str, Json]:
    files = sorted(GOLDEN.rglob("*-teams*.json"))
    shown = {f"{path.parent.name}/{path.stem}": json.loads(path.read_text()) for path in files}
    return {name: one.get("card", one) for name, one in shown.items()}


async def _drawn(page: Page, card: Json, host_config: Json) -> Json:
    drawn: Json = await page.evaluate("all => draw(...all)", ["card", card, host_config, PHONE])
    return drawn


async def test_no_card_gives_cause_for_complaint(page: Page, host_config: Json) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    cards = _cards()
    assert len(cards) >= 90
    pressed = 0
    for name, card in cards.items():
        drawn = await _drawn(page, card, host_config)
        assert drawn["complaints"] == [], name
        buttons = [press["data"] for press in drawn["pressed"] if not {"fields", "input"} & press["data"].keys()]
        assert all(map(command_line, buttons)), name
        pressed += len(buttons)
    assert pressed > 200
    assert said == []


async def test_the_renderer_complains_about_what_is_wrong(page: Page, host_config: Json) -> None:
    fine: Json = {"type": "TextBlock", "text": "x"}
    wide = {"type": "ColumnSet", "columns": [{"type": "Column", "width": "900px", "items": [fine]}]}
    twice = {"type": "Input.Text", "id": "a", "label": "A"}
    for body, is_wrong in (
        ([fine], False),
        ([{**fine, "size": "huge"}], True),
        ([{"type": "Bogus"}], True),
        ([twice, twice], True),
        ([wide], True),
    ):
        drawn = await _drawn(page, {"type": "AdaptiveCard", "version": "1.5", "body": body}, host_config)
        assert bool(drawn["complaints"]) is is_wrong, body
