"""Refresh in a process of its own, where many feeds are new: what reading them leaves in memory goes with it.

Thousands of documents leave holes in memory, and the libraries that ask and read stay loaded. Curate comes next and has
many entries to place, which it does with a twin: both would hold all that.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from time import monotonic
from typing import TYPE_CHECKING

from aggregator.app import App
from aggregator.errors import AggregatorError, WorkspaceError
from aggregator.jobs.refreshed import Progress, Refreshed
from aggregator.model import FeedState

if TYPE_CHECKING:
    from aggregator.twin import Twin

MANY = 500
"""New feeds that are worth a process: fewer leave little."""

_SELDOM = 0.05  # seconds between two steps that are told
_ENDED = "the process that asked the feeds has ended: what it saved is saved, and the next sync asks the others"

Feeds = Callable[[], Sequence[FeedState]]
"""Lists the feeds to ask now."""


def refresh_apart(app: App, feeds: Feeds, *, progress: Progress) -> tuple[int, Refreshed]:
    """Ask ``feeds`` and save what they say; gives how many they are, and what came of it.

    What is known of feeds, three kilobytes each, is held nowhere else, and no longer than that.
    """
    twin = _twin(app, feeds)
    if twin is None:
        if not (due := feeds()):
            return 0, Refreshed()
        from aggregator.jobs.refresh import refresh  # a run with nobody to ask never loads it

        return len(due), refresh(app, due, progress=progress)
    try:
        for told in twin.rest():
            match told:
                case AggregatorError():
                    raise told
                case int(count), Refreshed() as report:
                    return count, report
                case done, of:
                    progress(done, of)
        raise WorkspaceError(_ENDED)
    finally:
        twin.end()


def _twin(app: App, feeds: Feeds) -> "Twin | None":
    """Make the process, with every connection to the database closed; None where it is not worth it, or impossible."""
    if len(app.config.feeds) < MANY or len(app.config.feeds) - app.store.feeds.count() < MANY:
        return None
    from aggregator.twin import Twin, possible

    if not possible():
        return None
    app.store.rest()
    try:
        return Twin(lambda _: _work(app, feeds), patient=True)
    except OSError:  # no more processes or memory for this user
        return None


def _work(app: App, feeds: Feeds) -> Iterator[tuple[int, int] | tuple[int, Refreshed] | AggregatorError]:
    """What the process does: it tells how far it is, and at last what came of it."""
    from aggregator.jobs.refresh import refreshing

    try:
        due = feeds()
        yield len(due), (yield from _seldom(refreshing(app, due)))
    except AggregatorError as error:
        yield error


def _seldom(steps: Generator[tuple[int, int], None, Refreshed]) -> Generator[tuple[int, int], None, Refreshed]:
    told = 0.0
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            report: Refreshed = end.value
            return report
        if monotonic() > told + _SELDOM:
            yield step
            told = monotonic()
