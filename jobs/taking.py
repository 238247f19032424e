"""What the courier takes on in one round: as many deliveries as its free hands and each workspace's pace allow, and the
unsure ones whose time to be looked for has come. The courier is its only user.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from sqlmodel.ext.asyncio.session import AsyncSession

from jobs import claims, pacing
from jobs.claims import Claimed, Due, Lease, Waiting
from jobs.post_office import Limits
from jobs.sending import Lookup
from jobs.turns import Turns


class Taker:
    """Claims in the round's transaction, and moves the paces on."""

    def __init__(self, limits: Limits, turns: Turns) -> None:
        self._limits = limits
        self._turns = turns

    async def deliveries(self, session: AsyncSession, due: Due, lease: Lease, *, room: int) -> list[Claimed]:
        """Claim what may go now, for at most so many hands."""
        rates = self._limits.rates
        if room <= 0 or not (waiting := await claims.waiting(session, due, rates)):
            return []
        wanted = self._turns.choose(waiting, claims.allowances(waiting, rates, due.machine), room)
        chosen = [each for each in waiting if each.tenant_id in wanted]
        chosen = await self._locked(session, chosen, pacing.SEND)
        allowed = claims.allowances(chosen, rates, due.machine)
        number = {each: min(wanted[each], most) for each, most in allowed.items() if most}
        claimed = await claims.claim(session, number, due, lease, self._limits.apart)
        went = Counter(each.delivery.tenant_id for each in claimed)
        await pacing.went(session, claims.ahead(chosen, went, rates, due.machine), pacing.SEND)
        return claimed

    async def lookups(self, session: AsyncSession, due: Due, lease: Lease) -> list[Lookup]:
        """Take what is to be looked for now."""
        rates, found = self._limits.look_rates, await claims.to_settle(session, due)
        if not found:
            return []
        chosen = await self._locked(session, list(found), pacing.LOOK)
        wanted = self._turns.choose(chosen, claims.allowances(chosen, rates, due.machine), self._turns.free)
        taken = await claims.take_to_settle(session, wanted, due, lease)
        went = Counter(each.delivery.tenant_id for each in taken)
        await pacing.went(session, claims.ahead(chosen, went, rates, due.machine), pacing.LOOK)
        return [Lookup.of(each) for each in taken]

    async def _locked(self, session: AsyncSession, waiting: Sequence[Waiting], act: str) -> list[Waiting]:
        """These workspaces as they stand now, without those whose pace another process holds at this moment."""
        standing = await pacing.standings(session, [each.tenant_id for each in waiting], act)
        return [replace(each, standing=standing[each.tenant_id]) for each in waiting if each.tenant_id in standing]
