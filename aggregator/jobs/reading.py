"""Documents on their way: plain ones are read where they arrive, the others by killable workers, a few in one hop.

The hop to a worker and back costs a quarter of reading a plain document, and starting workers as much as fifty of them.
So what is small and what the fast path takes, which declines what could take long, is read in this process; feedparser
is met by workers only. When a hop breaks a bound, each of its documents goes again alone: only the one that broke it is
blamed.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from aggregator.app import App
from aggregator.cores import Cores
from aggregator.errors import FeedError, ParseError
from aggregator.model import FeedState, Fetched, Intake, Known, Unread
from aggregator.pipeline.hop import read_all

TOGETHER = 8  # documents in one hop
MOST_BYTES, MOST_SIGNS = 500_000, 20_000
"""What a document may hold to be read here, of bytes and of ``<`` and ``&``: a hundred long entries, and no attack."""

IN_HAND = 64  # documents waiting for a core, before we stop taking answers from the network

Read = tuple[FeedState, Fetched, Intake | FeedError]
"""What came of a document."""


class Reading:
    """Takes answers that hold documents, gives back what came of each, in the order they finish."""

    def __init__(self, app: App, cores: Cores, *, now: datetime) -> None:
        self._app, self._cores, self._now = app, cores, now
        self._waiting: list[tuple[FeedState, Fetched]] = []
        self._answers: dict[int, tuple[FeedState, Fetched]] = {}

    def take(self, state: FeedState, answer: Fetched) -> Iterator[Read]:
        """Take an answer over, and yield what has come back by now."""
        if _is_plain(answer.body) and (read := self._read_here(state, answer)):
            yield read
            yield from self._back(self._cores.finished())
            return
        self._waiting.append((state, answer))
        if len(self._waiting) >= TOGETHER:
            self._hand_over()
        while len(self._answers) > IN_HAND:
            yield from self._back(self._cores.wait())
        yield from self._back(self._cores.finished())

    def rest(self) -> Iterator[Read]:
        """Yield all that is still on its way."""
        self._hand_over()
        while self._answers:
            yield from self._back(self._cores.wait())

    def _read_here(self, state: FeedState, answer: Fetched) -> Read | None:
        from aggregator.pipeline import intake  # a run in which nothing changed never loads it

        unread = self._unread(state, answer, self._known([state]).get(state.id))
        try:
            result = intake.read_lightly(unread, now=self._now)
        except Exception:  # a worker shall say what is wrong with it
            return None
        return (state, answer, result) if result else None

    def _hand_over(self) -> None:
        states = [state for state, _ in self._waiting]
        known = self._known(states)
        unread = [self._unread(state, answer, known.get(state.id)) for state, answer in self._waiting]
        self._answers |= {state.id: (state, answer) for state, answer in self._waiting}
        self._waiting = []
        self._submit(unread)

    def _known(self, states: Sequence[FeedState]) -> dict[int, Known]:
        """Gather what reading must know; of a feed that was never read there is nothing."""
        ids = [state.id for state in states if state.succeeded or state.entries]
        return self._app.store.feeds.known(ids) if ids else {}

    def _unread(self, state: FeedState, answer: Fetched, known: Known | None) -> Unread:
        return Unread(state.id, state.url, answer, known or Known(first=True), self._app.feeds[state.url].language)

    def _submit(self, unread: list[Unread]) -> None:
        if unread:
            self._cores.submit(tuple(unread), read_all, unread, now=self._now)

    def _back(self, results: list[tuple[tuple[Unread, ...], object]]) -> Iterator[Read]:
        for unread, result in results:
            if isinstance(result, list):
                for one, came in zip(unread, result, strict=True):
                    yield self._came(one, came)
            elif len(unread) == 1:
                yield self._came(unread[0], result)
            else:
                for one in unread:
                    self._submit([one])

    def _came(self, one: Unread, result: object) -> Read:
        state, answer = self._answers.pop(one.id)
        if isinstance(result, Intake | FeedError):
            return state, answer, result
        return state, answer, ParseError(state.url, f"reading the document broke a bound: {result}")


def _is_plain(body: bytes) -> bool:
    """Tell whether a document is small enough for this process, if the fast path takes it."""
    return len(body) <= MOST_BYTES and body.count(b"<") + body.count(b"&") <= MOST_SIGNS
