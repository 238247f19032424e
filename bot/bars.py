"""How far something is, as marks in a row. Called by `bot.message`."""

import math
from decimal import Decimal

MOST = 10
"""Marks of a bar; a phone shows about so many beside its label."""


def marks_of(done: int | Decimal, total: int | Decimal) -> str:
    """ "■■□□□", at most ten. What is begun shows, and full is only what is done; nothing where there is no total."""
    marks = min(MOST, math.ceil(total))
    if marks <= 0:
        return ""
    begun = min(max(int(done * marks / total), int(done > 0)), marks - 1)
    full = marks if done >= total else max(0, begun)
    return f"{'■' * full}{'□' * (marks - full)}"
