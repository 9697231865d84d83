"""Whether there is enough to learn topics from; asked after every sync, so that nothing heavy is loaded here."""

from aggregator.app import App

FEWEST = 50
"""Of fewer entries nothing is learned."""


def not_yet(app: App) -> str:
    """Say why `about:` and `like:` find nothing yet; empty when there is enough, or no topic has them."""
    if not any(topic.by_meaning for topic in app.config.topics):
        return ""
    stored = len(app.store.learning.recent(FEWEST))
    if stored >= FEWEST:
        return ""
    here = f"{stored} {'is' if stored == 1 else 'are'} here"
    return f"nothing is given by meaning (`about:`, `like:`) yet: it takes {FEWEST} entries, and {here}"
