"""axe, asked about a page in a real browser."""

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


async def faults(page: Page) -> list[str]:
    """What it finds, rule by rule."""
    found = await Axe().run(page, options=RULES)
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found.response["violations"]]
