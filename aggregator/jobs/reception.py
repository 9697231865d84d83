"""The reception: what the web asks for is written down here, and done by a thread of its own.

Whoever sends a form waits for none of it, so that neither the answer nor its time tells who subscribes. Nor does the
time of the next answer: the thread rests nine times as long as each form took, and so takes a tenth of the time,
whoever the form was about.
"""

from collections import Counter, deque
from collections.abc import Callable, Collection
from datetime import datetime
from functools import cached_property
from queue import Full, Queue
from threading import Event, Lock, Thread
from time import monotonic
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from aggregator.app import App
from aggregator.errors import AggregatorError
from aggregator.jobs import subscribing
from aggregator.model import Offer, Preferred, Reader, Taken, Wanted
from aggregator.pipeline.asking import network_of
from aggregator.pipeline.tokens import Purpose
from aggregator.store.networks import NETWORK_MOST, NETWORK_SPAN

MOST_WAITING = 1000
"""So many forms may wait; when more come, everybody is told to try later."""

REST = 9
"""So many times as long as a form took does the thread rest after it …"""

LONGEST_REST = 0.1
"""… but no longer than this, in seconds: the form may have waited for a sync that wrote."""


class Reception:
    """Forms wait in memory, for moments; the block ends when all of them are done.

    ``app`` may be exchanged while it works. ``tell`` hears of what went wrong.
    """

    def __init__(self, app: App, *, tell: Callable[[str], None] = lambda text: None, rest: int = REST) -> None:
        self.app = app
        self._tell = tell
        self._rest = rest
        self._ending = Event()
        self._waiting: Queue[Wanted | None] = Queue(MOST_WAITING)
        self._taken: deque[tuple[datetime, str]] = deque()  # when, and from which network; of the last hour
        self._networks: Counter[str] = Counter()  # how many these are of each
        self._counting = Lock()
        self._thread = Thread(target=self._work, name="reception", daemon=True)

    def __enter__(self) -> Self:
        _ = self.app.secret  # made now if need be: looking at a link changes nothing
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ending.set()
        self._waiting.put(None)
        self._thread.join()

    @property
    def offers(self) -> tuple[Offer, ...]:
        """What people may subscribe to."""
        return subscribing.offers(self.app)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of everybody who chose none."""
        return self.app.config.zone

    @cached_property
    def zones(self) -> tuple[str, ...]:
        """The time zones to choose from."""
        return subscribing.zones(self.app)

    def ask(self, request: Wanted) -> Taken:
        """Write down what somebody asks for, or say why not.

        Of one network no more is taken than may come in an hour, whoever it is about: what comes beyond that would come
        to nothing, and a person waits for no mail that does not come.
        """
        network, now = network_of(request.host, self.app.secret), self.app.clock()
        stored = self.app.store.confirmations.from_network(network, now)
        with self._counting:
            while self._taken and not now - NETWORK_SPAN < self._taken[0][0] <= now:
                self._forget(self._taken.popleft()[1])
            if stored < NETWORK_MOST and network not in self._networks:
                self._count(network, stored, now)  # by other programs, and by one that was ended
            if max(stored, self._networks[network]) >= NETWORK_MOST:
                return "crowded"
            try:
                self._waiting.put_nowait(request)
            except Full:
                return "busy"
            self._count(network, 1, now)
        return "asked"

    def _count(self, network: str, forms: int, now: datetime) -> None:
        if forms:
            self._taken.extend([(now, network)] * forms)
            self._networks[network] += forms

    def _forget(self, network: str) -> None:
        """Count a form that is no longer of the last hour out; a network that has sent none is not held in memory."""
        self._networks[network] -= 1
        if not self._networks[network]:
            del self._networks[network]

    def reader(self, purpose: Purpose, token: str) -> Reader:
        """Tell how somebody stands who followed a link; raises TokenError."""
        return subscribing.reader(self.app, purpose, token)

    def confirm(self, token: str, also: Collection[str]) -> Reader:
        """Take a subscription as meant."""
        return subscribing.confirm(self.app, token, also)

    def leave(self, purpose: Purpose, token: str) -> Reader:
        """End a subscription."""
        return subscribing.leave(self.app, purpose, token)

    def undo(self, purpose: Purpose, token: str) -> Reader:
        """Take back that somebody left."""
        return subscribing.undo(self.app, purpose, token)

    def prefer(self, token: str, wish: Preferred) -> Reader:
        """Keep what a subscriber chose; raises ValueError for what is not on offer."""
        return subscribing.prefer(self.app, token, wish)

    def _work(self) -> None:
        while (waiting := self._waiting.get()) is not None:
            start = monotonic()
            try:
                subscribing.wanted(self.app, waiting)
            except AggregatorError as error:
                self._tell(f"a form could not be kept: {error}")
            except Exception as error:  # what no rule foresaw costs this form, told, and none that follows
                self._tell(f"a form could not be kept ({type(error).__name__}: {error}); please report it")
            self._ending.wait(min(LONGEST_REST, self._rest * (monotonic() - start)))
