"""Plain documents, read where they arrive: in this process, or by a twin of it that reads and saves its part by itself.

Only the document goes to the twin and only figures come back, so that the hop costs next to nothing. What the fast path
declines comes back unread. When the twin is given up, what it had not read is read by a worker that may be killed, and
what it had read and not saved is asked again the next time: nothing is held against those feeds.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Self

from aggregator.app import App
from aggregator.jobs.arrivals import SOON, Arrivals
from aggregator.jobs.refreshed import Refreshed
from aggregator.model import FeedState, Fetched, Intake, Known, Unread
from aggregator.twin import Twin, possible
from aggregator.twin.messages import Messages

SMALL, MOST_BYTES, MOST_SIGNS = 100_000, 500_000, 20_000
"""What a plain document may hold, of bytes and of ``<`` and ``&``: a hundred long entries, and no attack.

In the bytes of a small one there is no room for one.
"""

MANY = 64
"""Documents that are worth a twin: a run with little news does not pay for it."""

FROM = 8
"""Documents after which it is made where many feeds were never read, so that many documents will come."""

IN_HAND = 16
"""Documents that it may have waiting: enough to go on with while we read one, and soon done at the end."""

_LOST = "it was read, but the process that did it ended before it could say that it was saved: the next sync asks again"

Document = tuple[FeedState, Fetched]
Answer = tuple[bool, Refreshed | None]
"""Whether it was read, and what was saved since the last answer."""


def is_plain(body: bytes) -> bool:
    """Tell whether a document is small enough for this process, if the fast path takes it."""
    if len(body) <= SMALL:
        return True
    return len(body) <= MOST_BYTES and body.count(b"<") + body.count(b"&") <= MOST_SIGNS


def read_here(app: App, state: FeedState, answer: Fetched, *, now: datetime) -> Intake | None:
    """Read a plain document; None for one that a worker must look at."""
    from aggregator.pipeline import intake  # a run in which nothing changed never loads it

    unread = to_read(app, state, answer, known_of(app, [state]).get(state.id))
    try:
        return intake.read_lightly(unread, now=now)
    except Exception:  # a worker shall say what is wrong with it
        return None


def known_of(app: App, states: Sequence[FeedState]) -> dict[int, Known]:
    """Gather what reading must know; of a feed that was never read there is nothing."""
    ids = [state.id for state in states if state.succeeded or state.entries]
    return app.store.feeds.known(ids) if ids else {}


def to_read(app: App, state: FeedState, answer: Fetched, known: Known | None) -> Unread:
    """Put together a document and what must be known to read it."""
    return Unread(
        state.id, state.url, answer, known or Known(first=True), app.feeds[state.url].language or state.language
    )


class Sharing:
    """Hands documents to the twin while it has room for them. ``claimed`` are all feeds that are asked, by id."""

    def __init__(self, app: App, claimed: Mapping[int, FeedState], arrivals: Arrivals, *, now: datetime) -> None:
        self._app, self._claimed, self._arrivals, self._now = app, claimed, arrivals, now
        self._twin: Twin | None = None
        self._met = 0
        unread = sum(state.succeeded is None for state in claimed.values())
        self._from = FROM if unread >= MANY else MANY
        self._away: dict[int, Fetched] = {}  # what it was given and has not answered for, in that order
        self._unsaved: set[int] = set()  # what it has read

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._twin:
            if kind is None or issubclass(kind, Exception | GeneratorExit):  # else it may be amid a message
                deque(self._twin.rest(), maxlen=0)  # it saves what it has read
            self._twin.end()

    def takes(self, state: FeedState, answer: Fetched) -> bool:
        """Hand a plain document over; False when it is to be read here."""
        self._met += 1
        if self._met == self._from and possible():
            self._double()
        if self._twin is None or len(self._away) >= IN_HAND or not self._twin.offer((state.id, answer)):
            return False
        self._away[state.id] = answer
        return True

    def _double(self) -> None:
        """Make the twin, with every connection to the database closed; where none can be made, all is read here."""
        self._arrivals.save()  # who came first is stored first
        self._app.store.rest()
        try:
            self._twin = Twin(self._work)
        except OSError:  # no more processes, memory or files for this user
            self._twin = None

    def back(self) -> Iterator[Document]:
        """Yield what came back unread so far; what was saved is counted."""
        return self._unread(self._twin.answers() if self._twin else ())

    def rest(self) -> Iterator[Document]:
        """Wait for the twin's end, and yield what came back unread."""
        if self._twin is None:
            return
        yield from self._unread(self._twin.rest())
        for id in self._unsaved:
            self._arrivals.report.failures[self._claimed[id].url] = _LOST
        for id, answer in self._away.items():
            yield self._claimed[id], answer

    def _unread(self, answers: Iterator[Answer] | Sequence[Answer]) -> Iterator[Document]:
        for was_read, saved in answers:
            if self._away:
                id = next(iter(self._away))
                answer = self._away.pop(id)
                if was_read:
                    self._unsaved.add(id)
                    self._arrivals.elsewhere = len(self._unsaved)
                else:
                    yield self._claimed[id], answer
            if saved:
                self._arrivals.report.add(saved)
                self._unsaved.clear()
                self._arrivals.elsewhere = 0

    def _work(self, documents: Messages) -> Iterator[Answer]:
        """What the twin does."""
        mine = self._arrivals.another()
        for id, answer in documents:
            state = self._claimed[id]
            intake = read_here(self._app, state, answer, now=self._now)
            if intake:
                mine.take(state, (answer, intake))
            yield intake is not None, mine.saved()
            if not documents.ready(SOON):
                mine.save()
        mine.save()
        yield True, mine.saved()
