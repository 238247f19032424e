"""Requests that are worked once, though their platform, a proxy or an eavesdropper may bring them again. Asked by
`bot.conversation` within the unit of work that answers, so that it costs one statement and holds over all processes.
"""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.model.inbound import InboundEvent
from bot.visitors import insert_new


async def is_first(session: AsyncSession, platform: str, name: str, now: datetime) -> bool:
    """Note that a request of this name is worked; False where one was. `now` is by the machine's clock.

    The note says neither who asked nor what. The platform's adapter forgets it once the request can come no more.
    """
    nobody = {"tenant": "", "user_id": "", "channel": ""}
    noted = {"platform": platform, "event_id": name, "received_at": now, "worked_at": now}
    return await insert_new(session, InboundEvent, **nobody, **noted)
