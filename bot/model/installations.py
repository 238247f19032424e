"""Where the mentor is installed by the workspaces themselves, and the locked tokens it got there. Written and read by
the Slack adapter alone.
"""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from bot.model.columns import Instant


class SlackInstallation(SQLModel, table=True):
    """The newest installation in one workspace, or in all workspaces of one organization."""

    id: int | None = Field(default=None, primary_key=True)
    external_id: str = Field(unique=True)
    """The workspace's own id (T…), or the organization's (E…) where that installed it for all of its workspaces."""
    enterprise_id: str = ""
    """The organization that the workspace belongs to; empty for none."""
    name: str = ""
    app_id: str = ""
    bot_user_id: str = ""
    """The mentor's own user id there."""
    scopes: str = ""
    """What was granted, comma-separated."""
    installer_id: str = ""
    token: str = Field(default="", sa_type=Text, repr=False)
    """Locked by `bot.vault`; empty once it is of no use."""
    refresh_token: str = Field(default="", sa_type=Text, repr=False)
    """Locked too; empty where tokens last for ever."""
    expires_at: datetime | None = Field(default=None, sa_type=Instant)
    """When the token ends, by the machine's clock; None for never."""
    rotating_until: datetime | None = Field(default=None, sa_type=Instant)
    """Until then (machine's clock) somebody is getting a new token, and nobody else asks for one."""
    installed_at: datetime = Field(sa_type=Instant)
    """By the machine's clock."""
    refused: str = ""
    """Slack's word for why the token is of no use any more; empty while it is."""
