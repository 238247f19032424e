"""A bar says the same on every platform: what is begun shows, and full is only what is done."""

from decimal import Decimal

import pytest

from bot.message import Progress


@pytest.mark.parametrize(
    ("done", "total", "bar"),
    [
        (0, 7, "□□□□□□□"),
        (3, 7, "■■■□□□□"),
        (7, 7, "■■■■■■■"),
        (9, 7, "■■■■■■■"),
        (-2, 7, "□□□□□□□"),
        (1, 50, "■□□□□□□□□□"),
        (49, 50, "■■■■■■■■■□"),
        (Decimal("1.5"), 12, "■□□□□□□□□□"),
        (Decimal("0.25"), Decimal("0.5"), "□"),
        (0, 0, ""),
        (3, -1, ""),
    ],
)
def test_a_bar(done: int | Decimal, total: int | Decimal, bar: str) -> None:
    assert Progress("Actions", done, total).bar == bar


def test_figures_are_exact() -> None:
    assert Progress("CMM", Decimal("1.5"), 12).figures == "1.5 / 12"
    assert Progress("CMM", 10, 120).figures == "10 / 120"
