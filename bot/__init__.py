"""What a person can say and what the mentor answers; members, progress and coaching plans; the data."""
