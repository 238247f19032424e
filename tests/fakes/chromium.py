"""One Chromium for all of a process's browser tests: to start and to end it costs more than most of them do. Each test
has contexts of its own in it, which share nothing, and which go when the test's connection does.
"""

import re
import subprocess
from pathlib import Path
from queue import Queue
from threading import Thread

GIVE_UP = 60.0
"""Seconds until a start counts as failed."""
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--no-first-run",
    "--no-default-browser-check",
    "--hide-scrollbars",
    "--mute-audio",
    "--force-color-profile=srgb",
    "--password-store=basic",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-extensions",
    "--disable-default-apps",
    "--disable-hang-monitor",
    "--disable-dev-shm-usage",
    "--disable-popup-blocking",
    "--disable-component-update",
    "--disable-background-networking",
    "--disable-renderer-backgrounding",
    "--disable-ipc-flooding-protection",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-component-extensions-with-background-pages",
    "--remote-debugging-port=0",
)


class Chromium:
    """It runs from the beginning until `close`."""

    def __init__(self, program: str, folder: Path) -> None:
        command = [program, *ARGUMENTS, f"--user-data-dir={folder}", "about:blank"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        self._said: Queue[str] = Queue()
        self._listens = Thread(target=self._listen, daemon=True)
        self._listens.start()
        self.address = self._said.get(timeout=GIVE_UP)
        """Where one connects to it."""

    def _listen(self) -> None:
        """All it says, or it would wait for somebody to read it."""
        assert self._process.stderr
        for line in self._process.stderr:
            if found := re.search(r"listening on (ws://\S+)", line):
                self._said.put(found[1])

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._listens.join(GIVE_UP)
        assert self._process.stderr
        self._process.stderr.close()
