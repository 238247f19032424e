"""Whatever shape a genuine request has, it is read, ignored, or turned away: nothing breaks, and nothing is kept that
looks like patient data.
"""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from adapters.teams.reading import EVENT_KINDS, NotATurn, kept_turn, read_turn, stored, tenant_of
from adapters.teams.turns import Reference
from tests.conftest import MONDAY

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
PERSON = st.fixed_dictionaries({"id": st.text(max_size=9)}, optional={"aadObjectId": JSON, "name": JSON})
CONVERSATION = st.fixed_dictionaries(
    {"id": st.text(max_size=9)},
    optional={"conversationType": st.sampled_from(["personal", "channel", "groupChat", "x", 7]), "tenantId": JSON},
)
ACTIVITY = st.fixed_dictionaries(
    {"type": st.sampled_from(["message", "invoke", "installationUpdate", "conversationUpdate", "typing"])},
    optional={
        "id": st.text(max_size=9) | JSON,
        "action": st.sampled_from(["add", "remove", "x"]),
        "from": PERSON | JSON,
        "recipient": PERSON | JSON,
        "conversation": CONVERSATION | JSON,
        "channelData": st.fixed_dictionaries({}, optional={"tenant": JSON, "team": JSON, "eventType": JSON}) | JSON,
        "entities": st.lists(st.fixed_dictionaries({"type": JSON}, optional={"mentioned": JSON, "text": JSON})) | JSON,
        "membersAdded": st.lists(PERSON) | JSON,
        "text": st.text() | JSON,
        "value": JSON,
        "locale": JSON,
        "localTimezone": JSON,
        "name": JSON,
        "replyToId": JSON,
        "serviceUrl": JSON,
    },
)


@given(ACTIVITY)
def test_any_activity_is_read_or_turned_away(activity: dict[str, Any]) -> None:
    assert isinstance(tenant_of(activity), str)
    try:
        turn = read_turn(activity)
    except NotATurn:
        return
    if turn is None or turn.kind not in EVENT_KINDS:
        return
    kept = kept_turn(stored(turn, MONDAY))
    assert (kept.text, kept.value, kept.where, kept.zone) == (turn.text, turn.value, turn.where, turn.zone)
    assert (kept.who.user, kept.who.teams_id, kept.who.name) == (turn.who.user, turn.who.teams_id, "")
    assert Reference.of_text(turn.where.as_text()) == turn.where


@given(st.text() | JSON.map(str))
def test_a_reference_is_read_from_nothing_else(text: str) -> None:
    assert Reference.of_text(text) is None
