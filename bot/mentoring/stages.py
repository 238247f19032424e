"""A step as others see it. `bot.mentoring.progress` notes when it changes; `bot.mentoring.cohort_rows` shows it."""

from datetime import datetime

from bot.model.people import Member
from bot.model.progress import StageChange

LATER = 5
"""To others, this step and those after it are one: "5 or later"."""


def stage_of(step: int | None) -> int | None:
    """The step as others see it: looking for a job, and having found one, is nobody's business."""
    return min(step, LATER) if step else None


def note_stage(member: Member, step: int | None, now: datetime) -> StageChange | None:
    """The member is about to stand on `step`: remember when others would have seen that change, and give it to the
    caller to keep.

    Back to where it was before is no change of this week; over weeks both ways are kept, and come to nothing.
    """
    before, after = stage_of(member.step), stage_of(step)
    if before == after:
        return None
    is_back = after == member.stage_before
    member.stage_before, member.stage_moved_at = (None, None) if is_back else (before, now)
    assert member.id is not None
    return StageChange(member_id=member.id, at=now, before=before, after=after)
