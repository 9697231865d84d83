"""One run over many requests: who goes when, where redirects lead, which hosts have had enough, what is finished."""

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from time import monotonic

from aggregator.errors import NOT_ASKED, FetchError, HostPausedError
from aggregator.fetch.exchange import Exchange
from aggregator.fetch.failures import SILENCE, Failure
from aggregator.fetch.limits import LONGEST_GAP, NO_BURDEN, PUBLIC_GAP, Pace
from aggregator.fetch.outcomes import NEIGHBOURS, UNTOLD, elsewhere, outcome, paused_until, told_by
from aggregator.fetch.places import Place, Refused, place
from aggregator.fetch.turns import Turns
from aggregator.fetch.wire import Wire
from aggregator.model import Fetched, Request

Answer = tuple[Request, Fetched | FetchError]
"""A request, and what came of it."""

Begin = Callable[[Request], Exchange | Fetched | FetchError]
"""Makes an exchange of a request, or answers it at once."""

Refuse = Callable[[Exchange], FetchError | None]
"""Says why where an exchange leads now must not be asked."""

Meanwhile = Callable[[], None]
"""Is called about once a second at least, also while nothing comes in."""

Wait = tuple[str, str, datetime, datetime | None]
"""An address whose server told us to come later: in which words of ours, when, and until when, if it said so."""

LATER = "told another of its feeds to come later"
MOST_SILENCES, SILENT_FOR = 2, timedelta(minutes=15)


class Run:
    """A pass over many requests, at the pace that is given; ``is_own`` knows the user's own hosts."""

    def __init__(
        self, wire: Wire, begin: Begin, refuse: Refuse, *, is_own: Callable[[str], bool], now: datetime, pace: Pace
    ) -> None:
        self._wire, self._begin, self._refuse = wire, begin, refuse
        self._is_own, self._pace = is_own, pace
        self._turns: Turns[Exchange] = Turns(per_host=pace.per_host, gap=self._gap)
        self._paused: dict[str, tuple[datetime, str]] = {}
        self._spacing: dict[str, float] = {}  # of hosts that ask for more than others have
        self._silences: Counter[str] = Counter()  # how often in a row a host did not answer
        self._fresh: OrderedDict[Exchange, float] = OrderedDict()  # those under way that are not slow: since when
        self._now, self._began = now, monotonic()

    def heed(self, waits: Iterable[Wait]) -> None:
        """Leave hosts alone that said so before this run, as long as one that says so now.

        It is the host that an address led to then, not the one that led there.
        """
        for url, words, said, until in waits:
            until = min(until or said + UNTOLD, said + NEIGHBOURS)
            with suppress(Refused):
                if until > self._now:
                    self._pause(place(told_by(words) or url).host, until, LATER)

    def answers(self, requests: Iterable[Request], meanwhile: Meanwhile) -> Iterator[Answer]:
        """Yield each request with its outcome as soon as it is there."""
        source = iter(requests)
        while True:
            meanwhile()
            yield from self._fill(source)
            if not self._wire and not self._turns:
                return
            for exchange, failure in self._wire.finished(self._patience(monotonic())):
                yield from self._settle(exchange, failure)

    def _fill(self, source: Iterator[Request]) -> Iterator[Answer]:
        """Send what may go, and draw on while there is room: a busy host must not hold up the others."""
        while self._has_room(now := monotonic()):
            exchange = self._turns.take(now=now)
            if exchange is not None:
                yield from self._start(exchange, now)
                continue
            request = next(source, None)
            if request is None:
                return
            begun = self._begin(request)
            if isinstance(begun, Exchange):
                if request.spacing:
                    self._spacing[begun.place.host] = max(request.spacing, self._spacing.get(begun.place.host, 0.0))
                self._turns.join(begun.place.host, begun, now=now)
            else:
                yield request, begun

    def _start(self, exchange: Exchange, now: float) -> Iterator[Answer]:
        host = exchange.place.host
        refused = self._pause_of(exchange) if host in self._paused else self._refuse(exchange)
        if refused is not None:
            self._turns.leave(host, now=now, took=0.0)
            yield exchange.request, refused
            return
        self._fresh[exchange] = now
        self._wire.send(exchange)

    def _settle(self, exchange: Exchange, failure: Failure | None) -> Iterator[Answer]:
        self._fresh.pop(exchange, None)
        host, silent = exchange.place.host, failure is not None and failure.kind in SILENCE
        self._turns.leave(host, now=monotonic(), took=exchange.took, silent=silent)
        result = outcome(exchange, failure, now=self._clock())
        exchange.forget()
        if isinstance(result, Place) and exchange.request.within and not result.is_served_with(exchange.place):
            yield exchange.request, elsewhere(exchange, result)
            return
        if isinstance(result, Place):
            exchange.move(result, permanent=exchange.status in (301, 308))
            self._turns.follow(result.host, exchange, now=monotonic())
            return
        self._learn(host, result, silent=silent)
        yield exchange.request, result

    def _learn(self, host: str, result: Fetched | FetchError, *, silent: bool) -> None:
        """Leave a host alone that says so, or that has been silent so often in a row that it would hold up the run."""
        if isinstance(result, FetchError) and (until := paused_until(result, now=self._clock())):
            self._pause(host, until, LATER)
        if not silent:
            self._silences.pop(host, None)
            return
        self._silences[host] += 1
        if self._silences[host] >= MOST_SILENCES:
            self._pause(host, self._clock() + SILENT_FOR, "has not answered for others of its feeds")

    def _pause(self, host: str, until: datetime, why: str) -> None:
        if host not in self._paused or until > self._paused[host][0]:
            self._paused[host] = until, f"{why}; left alone until {until:%Y-%m-%d %H:%M} UTC"
        self._turns.hurry(host)

    def _pause_of(self, exchange: Exchange) -> HostPausedError:
        host = exchange.place.host
        until, why = self._paused[host]
        return HostPausedError(exchange.request.url, f"{NOT_ASKED}{host} {why}", retry_after=until)

    def _has_room(self, now: float) -> bool:
        while self._fresh and now - next(iter(self._fresh.values())) >= self._pace.slow:
            self._fresh.popitem(last=False)
        return len(self._fresh) < self._pace.connections and len(self._wire) < self._pace.open

    def _patience(self, now: float) -> float:
        """How long nothing can be sent, unless something comes in."""
        if self._has_room(now):
            return self._turns.due - now
        return next(iter(self._fresh.values()), now) + self._pace.slow - now

    def _gap(self, host: str, took: float) -> float:
        """A host rests as long as it took to answer, but nobody waits to be told that it is not asked."""
        if host in self._paused:
            return 0.0
        least = self._pace.spacing
        if least is None:
            least = 0.0 if self._is_own(host) else PUBLIC_GAP
        return max(least, min(took, LONGEST_GAP) if took > NO_BURDEN else 0.0, self._spacing.get(host, 0.0))

    def _clock(self) -> datetime:
        return self._now + timedelta(seconds=monotonic() - self._began)
