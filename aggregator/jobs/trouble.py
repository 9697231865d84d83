"""What the editor is told below an issue, and nobody else: feeds that could not be read."""

from aggregator.app import App
from aggregator.pipeline.lines import NAME
from aggregator.pipeline.plain import shortened, tidy

MOST = 20
"""So many feeds are named."""


def trouble(app: App) -> tuple[tuple[str, str], ...]:
    """List the feeds of feeds.yaml that failed when they were asked last, and why; a failed feed holds up no issue."""
    failed = [feed for feed in app.store.feeds.all() if feed.listed and (feed.failures or feed.gone)]
    named = sorted(
        (shortened(tidy(feed.title), NAME) or feed.url, tidy(feed.error) or "it is gone for good (410)")
        for feed in failed
    )
    more = [("…", f"and {len(named) - MOST} more: see `aggregator feeds`")] if len(named) > MOST else []
    return (*named[:MOST], *more)
