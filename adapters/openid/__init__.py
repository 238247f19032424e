"""OpenID Connect: keys, tokens, and signing people in at Slack or Microsoft. The one place that checks a token's
signature; Teams' requests are checked with it, too.
"""
