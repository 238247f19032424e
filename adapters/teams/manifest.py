"""The Teams app as an administrator uploads it: the manifest, made from the code it describes, in its package.
Written by `preceptor manifest teams`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from adapters.web.public_pages import PRIVACY, SUPPORT, TERMS
from bot.words import Vocabulary
from content.wording import Wording

Json = dict[str, Any]

VERSION = "1.29"
SCHEMA = f"https://developer.microsoft.com/json-schemas/teams/v{VERSION}/MicrosoftTeams.schema.json"
COLOR = "#0F6B66"
ICONS = Path(__file__).parent / "icons"
PERSONAL, SHARED = ("personal",), ("team", "groupChat")
"""Where the bot can be added; a list of commands is shown for each."""
MENU = ("home", "faq", "start", "next", "done", "roadmap", "coach", "resources", "privacy", "help")
"""What the message box offers while somebody types. Ten at most: clients disagree whether they show more."""
DEVELOPER = 32
"""Characters of the name of whoever offers the app."""
_LONG_AGO = (2020, 1, 1, 0, 0, 0)
"""The date of every file in the package, so that the same app makes the same bytes."""


@dataclass(frozen=True, slots=True)
class App:
    """What the manifest says that the code does not know."""

    id: str
    """The app's id in Microsoft Entra, which is its bot's id too."""
    address: str
    """Where browsers reach this server; https."""
    organisation: str
    version: str
    """Such as 1.0.3. Teams takes an app anew only under a higher one."""


def manifest(app: App, say: Wording, commands: Vocabulary, *, preview: bool = False) -> Json:
    """The manifest. `preview`: with native slash commands and messages that one person sees in a channel, which Teams
    has in public preview only.
    """
    name = say("teams.manifest.name")
    listed = [_command(say, commands, word) for word in MENU]
    triggers: Json = {"triggers": ["mention", "slash"]} if preview else {}
    return {
        "$schema": SCHEMA,
        "manifestVersion": VERSION,
        "version": app.version,
        "id": app.id,
        "developer": {
            "name": (app.organisation or name)[:DEVELOPER].rstrip(),
            "websiteUrl": f"{app.address}{SUPPORT}",
            "privacyUrl": f"{app.address}{PRIVACY}",
            "termsOfUseUrl": f"{app.address}{TERMS}",
        },
        "name": {"short": name, "full": say("teams.manifest.full")},
        "description": {"short": say("teams.manifest.description"), "full": say("teams.manifest.long")},
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": COLOR,
        "bots": [
            {
                "botId": app.id,
                "scopes": [*PERSONAL, *SHARED],
                "isNotificationOnly": False,
                "supportsFiles": True,
                **({"supportsTargetedMessages": True} if preview else {}),
                "commandLists": [
                    {"scopes": list(PERSONAL), "commands": listed},
                    {**triggers, "scopes": list(SHARED), "commands": listed},
                ],
            }
        ],
        "validDomains": [urlsplit(app.address).hostname],
        "defaultInstallScope": "personal",
        "defaultGroupCapability": {"team": "bot", "groupchat": "bot"},
    }


def package(made: Mapping[str, Any]) -> bytes:
    """The zip file that Teams takes: the manifest and its two icons, nothing else."""
    written = BytesIO()
    with ZipFile(written, "w", ZIP_DEFLATED) as archive:
        _add(archive, "manifest.json", (json.dumps(made, indent=2, ensure_ascii=False) + "\n").encode())
        for icon in made["icons"].values():
            _add(archive, icon, (ICONS / icon).read_bytes())
    return written.getvalue()


def _command(say: Wording, commands: Vocabulary, word: str) -> Json:
    return {"title": word, "description": say(commands[word].summary).replace("`", "")}


def _add(archive: ZipFile, name: str, content: bytes) -> None:
    entry = ZipInfo(name, _LONG_AGO)
    entry.compress_type = ZIP_DEFLATED
    archive.writestr(entry, content)
