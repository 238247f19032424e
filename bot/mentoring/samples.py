"""Lines that bring a sample member somewhere, for the examples that commands carry."""

PLACED = "start role=billing education=bachelor experience=three-five leading=not-yet credential=none now=building"
"""Six answers of a biller with a degree."""
