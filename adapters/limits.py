"""The platforms' length limits that content must fit, handed to the content checker, which knows no platform."""

from content.check import Limits

LIMITS = Limits(section=3000, button=75)
