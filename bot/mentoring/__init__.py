"""The rules: placement, progress, coaching plans."""
