"""Fetches Microsoft's renderer of Adaptive Cards into `.cache`, once: `python -m tests.drawn.fetching`."""

from pathlib import Path

from tests.fakes.npm_pins import Pins

PINS = Pins(Path(__file__).parent, "adaptivecards", "the drawing of Teams' cards")
LIBRARY = PINS.fetched / "node_modules/adaptivecards/dist/adaptivecards.min.js"
COMMAND = "python -m tests.drawn.fetching"

if __name__ == "__main__":
    PINS.fetch()
