"""Refresh in a process of its own, where many feeds are new: what reading them leaves in memory goes with it.

Thousands of documents leave holes in memory, and the libraries that ask and read stay loaded. Curate comes next and has
many entries to place, which it does with a twin: both would hold all that.
"""

import pickle
import traceback
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from time import monotonic
from typing import TYPE_CHECKING

from aggregator.app import App
from aggregator.errors import WorkspaceError
from aggregator.jobs.refreshed import Progress, Refreshed
from aggregator.model import FeedState

if TYPE_CHECKING:
    from aggregator.twin import Twin

MANY = 500
"""Feeds never read that are worth a process: fewer leave little."""

_SELDOM = 0.05  # seconds between two steps that are told
_ENDED = "the process that asked the feeds has ended: what it saved is saved, and the next sync asks the others"

Feeds = Callable[[], Sequence[FeedState]]
"""Lists the feeds to ask now."""


def refresh_apart(app: App, feeds: Feeds, *, progress: Progress) -> tuple[int, Refreshed]:
    """Ask ``feeds`` and save what they say; gives how many they are, and what came of it.

    What is known of feeds, three kilobytes each, is held nowhere else, and no longer than that. An error is raised as
    it would be here.
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
                case Exception():
                    raise told
                case int(count), Refreshed() as report:
                    progress(report.done, report.asked)
                    return count, report
                case done, of:
                    progress(done, of)
        raise WorkspaceError(_ENDED)
    finally:
        twin.end()


def _twin(app: App, feeds: Feeds) -> "Twin | None":
    """Make the process, with every connection to the database closed; None where it is not worth it, or impossible."""
    if len(app.config.feeds) < MANY or len(app.config.feeds) - app.store.feeds.read() < MANY:
        return None
    from aggregator.twin import Twin, possible

    if not possible():
        return None
    app.store.rest()
    try:
        return Twin(lambda _: _work(app, feeds), patient=True)
    except OSError:  # no more processes or memory for this user
        return None


def _work(app: App, feeds: Feeds) -> Iterator[tuple[int, int] | tuple[int, Refreshed] | Exception]:
    """What the process does: it tells how far it is, and at last what came of it."""
    try:
        if not (due := feeds()):
            yield 0, Refreshed()
            return
        from aggregator.jobs.refresh import refreshing

        with closing(refreshing(app, due)) as steps:
            yield len(due), (yield from _seldom(steps))
    except Exception as error:
        yield _crossing(error, traceback.format_exc())


def _crossing(error: Exception, where: str) -> Exception:
    """Note ``where`` an error arose; of one that cannot be made again over there, its words go."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        error = RuntimeError(f"{type(error).__name__}: {error}")
    error.add_note(where)
    return error


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
