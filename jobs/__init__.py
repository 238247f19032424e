"""What the clock starts: planner, ledger, courier, and one file per kind of nudge."""
