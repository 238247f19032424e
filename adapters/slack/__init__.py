"""Slack's words in, Slack's words out."""
