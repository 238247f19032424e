"""A name is made tidy before it is stored: what cannot be seen, what turns a line round, what is too long."""

import pytest

from bot.mentoring.display_names import LONGEST, clean_name, folded


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Sample Member", "Sample Member"),
        ("  Sample\n\tMember\u00a0 ", "Sample Member"),
        ("Sa\x00mp\x1ble\u200b", "Sample"),
        ("\u202eelpmaS\u202c", "elpmaS"),
        ("<b>Sample</b> & *Co*", "<b>Sample</b> & *Co*"),
        ("Jose\u0301", "Jos\u00e9"),
        ("👩\u200d⚕️ Sample", "👩\u200d⚕️ Sample"),
        ("Z" + "\u0335" * 40 + "algo", "Z" + "\u0335" * 3 + "algo"),
        ("\u200d\u2066\u2069 \u200b", ""),
        ("S" * 200, "S" * (LONGEST - 1) + "…"),
        ("S" * 1_000_000, "S" * (LONGEST - 1) + "…"),
    ],
)
def test_a_name_is_tidy(said: str, kept: str) -> None:
    assert clean_name(said) == kept
    assert clean_name(kept) == kept


def test_a_search_minds_neither_case_nor_accents() -> None:
    assert folded("JOSÉ") == folded("jose")
    assert folded("Straße") == "strasse"
