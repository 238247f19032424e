"""The edge: Slack, Teams, the web pages, the command line, the HTTP server. Nothing here decides anything."""
