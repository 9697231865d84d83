"""Documents on their way: plain ones are read where they arrive, the others by killable workers, a few in one hop.

The hop to a worker and back costs a quarter of reading a plain document, and starting workers as much as fifty of them.
So what is small and what the fast path takes, which declines what could take long, is read in this process or its twin;
feedparser is met by workers only. When a hop breaks a bound, each of its documents goes again alone: only the one that
broke it is blamed. Nobody is kept from being asked or read by documents that take workers long: what the workers cannot
take soon waits on disk.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from aggregator.app import App
from aggregator.cores import NO_ROOM, Cores, MachineError
from aggregator.errors import FeedError, ParseError, UnreadError
from aggregator.jobs.aside import Aside
from aggregator.jobs.sharing import Document, Sharing, is_plain, known_of, read_here, to_read
from aggregator.model import FeedState, Fetched, Intake, Unread
from aggregator.pipeline.hop import read_all

TOGETHER, LARGE = 8, 1_000_000  # documents in one hop, or bytes of them
IN_HAND, HEAVY = 64, 20_000_000  # documents waiting for a core in memory, or bytes of them

Read = tuple[FeedState, Fetched, Intake | FeedError]
"""What came of a document."""


class Reading:
    """Takes answers that hold documents, gives back what came of each that the twin did not take."""

    def __init__(self, app: App, cores: Cores, sharing: Sharing, aside: Aside, *, now: datetime) -> None:
        self._app, self._cores, self._sharing, self._aside, self._now = app, cores, sharing, aside, now
        self._waiting: list[Document] = []
        self._answers: dict[int, Document] = {}

    def take(self, state: FeedState, answer: Fetched) -> Iterator[Read]:
        """Take an answer over, and yield what has come back by now."""
        if not is_plain(answer.body):
            yield from self._wait(state, answer)
        elif not self._sharing.takes(state, answer):
            if document := read_here(self._app, state, answer, now=self._now):
                yield state, answer, document
            else:
                yield from self._wait(state, answer)
        for unread in self._sharing.back():
            yield from self._wait(*unread)
        yield from self._back(self._cores.finished())
        self._fetch()

    def rest(self, before: Callable[[], None]) -> Iterator[Read]:
        """Yield all that is still on its way; ``before`` each wait, which may be long, something is to be done."""
        before()
        for unread in self._sharing.rest():
            yield from self._wait(*unread)
        self._hand_over(self._waiting)
        self._fetch()
        while self._answers:
            before()
            yield from self._back(self._cores.wait())
            self._fetch()

    def _wait(self, state: FeedState, answer: Fetched) -> Iterator[Read]:
        """Let a document wait until a hop is full, and the hop on disk where the workers have enough in hand."""
        self._waiting.append((state, answer))
        if len(self._waiting) < TOGETHER and _size(self._waiting) < LARGE:
            return
        hop, self._waiting = self._waiting, []
        if self._has_room():
            self._hand_over(hop)
            return
        try:
            self._aside.put(hop)
        except OSError as error:
            reason = NO_ROOM.format(str(error.strerror).lower())
            yield from [(state, answer, UnreadError(state.url, reason)) for state, answer in hop]

    def _fetch(self) -> None:
        """Hand over what waits on disk, as far as there is room."""
        while self._aside and self._has_room():
            self._hand_over(self._aside.take())

    def _has_room(self) -> bool:
        return len(self._answers) < IN_HAND and _size(self._answers.values()) < HEAVY

    def _hand_over(self, documents: Sequence[Document]) -> None:
        known = known_of(self._app, [state for state, _ in documents])
        unread = [to_read(self._app, state, answer, known.get(state.id)) for state, answer in documents]
        self._answers |= {state.id: (state, answer) for state, answer in documents}
        self._submit(unread)

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
        if isinstance(result, MachineError):
            return state, answer, UnreadError(state.url, str(result))
        return state, answer, ParseError(state.url, f"reading the document broke a bound: {result}")


def _size(documents: Iterable[Document]) -> int:
    return sum(len(answer.body) for _, answer in documents)
