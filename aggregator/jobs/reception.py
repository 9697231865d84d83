"""The reception: what the web asks for is written down here, and done by a thread of its own.

Whoever sends a form waits for none of it, so that neither the answer nor its time tells who subscribes. Nor does the
time of the next answer: the thread rests nine times as long as each form took, and so takes a tenth of the time,
whoever the form was about.
"""

from collections import Counter
from collections.abc import Callable, Collection
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
from aggregator.model import Offer, Preferred, Reader, Wanted
from aggregator.pipeline.asking import network_of
from aggregator.pipeline.tokens import Purpose
from aggregator.store.confirmations import NETWORK_MOST

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
        self._waiting: Queue[tuple[Wanted, str] | None] = Queue(MOST_WAITING)
        self._networks: Counter[str] = Counter()  # how many forms of each wait
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

    def ask(self, request: Wanted) -> bool:
        """Write down what somebody asks for; False when too much is waiting already.

        Of one network no more waits than may be asked for from it in an hour: what comes beyond that would come to
        nothing, and would keep everybody else out.
        """
        network = network_of(request.host, self.app.secret)
        with self._counting:
            if self._networks[network] >= NETWORK_MOST:
                return True
            try:
                self._waiting.put_nowait((request, network))
            except Full:
                return False
            self._networks[network] += 1
        return True

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
            request, network = waiting
            start = monotonic()
            try:
                subscribing.wanted(self.app, request)
            except AggregatorError as error:
                self._tell(f"a form could not be kept: {error}")
            except Exception as error:  # what no rule foresaw costs this form, told, and none that follows
                self._tell(f"a form could not be kept ({type(error).__name__}: {error}); please report it")
            with self._counting:
                self._networks -= Counter((network,))  # who has none waiting is not held in memory
            self._ending.wait(min(LONGEST_REST, self._rest * (monotonic() - start)))
