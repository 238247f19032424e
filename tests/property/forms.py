"""Awkward forms for the renderers' property tests: every kind of field, with odd signs, great lengths and values that
are none.
"""

from dataclasses import replace
from typing import get_args

from hypothesis import strategies as st

from bot.form import Field, Form, Kind, Option
from tests.property.messages import commands, labels, long_words, texts, words

values = st.one_of(
    st.sampled_from(
        ("", "2026-12-03", "2026-02-30", "2026-W49-4", "09:30", "25:00", "9:30", "7", "-3", "1e3", "step=1")
    ),
    words,
    long_words,
)
options = st.builds(Option, labels, st.one_of(values, st.from_regex(r"[a-z]{1,9}=[a-z]{1,9}", fullmatch=True)))
many_options = st.builds(
    lambda label, number: tuple(Option(label, f"value {each}") for each in range(number)), labels, st.integers(95, 110)
)
limits = st.none() | st.integers(-5, 40)
fields = st.builds(
    Field,
    name=st.sampled_from(("day", "hour", "a:b", "", "x" * 100, "%3A")) | words,
    label=texts,
    kind=st.sampled_from(get_args(Kind)),
    hint=texts,
    value=values,
    options=st.lists(options, max_size=5).map(tuple) | many_options,
    optional=st.booleans(),
    before=st.sampled_from(("", ",", "topics", "a:b <c>")),
    after=st.sampled_from(("", "to", "&")),
    longest=st.sampled_from((0, 1, 60, 200, 3000, 9000)),
    least=limits,
    most=limits,
    misfit=st.just("") | texts,
)


def _named_apart(several: list[Field]) -> tuple[Field, ...]:
    return tuple(replace(field, name=f"{field.name}{number}") for number, field in enumerate(several))


forms = st.builds(
    Form,
    title=texts,
    command=commands,
    opens=labels,
    button=st.sampled_from(("Save", "", "Keep this for later " * 5)) | words,
    typed=words,
    fields=st.one_of(
        st.lists(fields, max_size=6).map(_named_apart),
        st.builds(lambda one, times: _named_apart([one] * times), fields, st.integers(28, 33)),
    ),
)
"""Forms that no command would offer, and that no platform may stumble over."""
