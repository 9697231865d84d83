"""One run over many requests: who goes when, where redirects lead, what is finished."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from time import monotonic

from aggregator.errors import FetchError
from aggregator.fetch.exchange import Exchange
from aggregator.fetch.failures import Failure
from aggregator.fetch.outcomes import outcome
from aggregator.fetch.places import Place
from aggregator.fetch.turns import Turns
from aggregator.fetch.wire import Wire
from aggregator.model import Fetched, Request

Answer = tuple[Request, Fetched | FetchError]
"""A request, and what came of it."""

Begin = Callable[[Request], Exchange | Fetched | FetchError]
"""Makes an exchange of a request, or answers it at once."""


class Run:
    """A pass over many requests: at most ``room`` under way, at most ``per_host`` of them to one host."""

    def __init__(self, wire: Wire, begin: Begin, *, now: datetime, room: int, per_host: int) -> None:
        self._wire, self._begin, self._room = wire, begin, room
        self._turns: Turns[Exchange] = Turns(per_host=per_host)
        self._now, self._began = now, monotonic()

    def answers(self, requests: Iterable[Request]) -> Iterator[Answer]:
        """Yield each request with its outcome as soon as it is there."""
        source = iter(requests)
        while True:
            yield from self._fill(source)
            if not len(self._wire):
                return
            for exchange, failure in self._wire.finished():
                yield from self._settle(exchange, failure)

    def _fill(self, source: Iterator[Request]) -> Iterator[Answer]:
        """Send what may go, and draw on while there is room: a busy host must not hold up the others."""
        while len(self._wire) < self._room:
            if self._turns:
                self._wire.send(self._turns.next())
                continue
            request = next(source, None)
            if request is None:
                return
            begun = self._begin(request)
            if isinstance(begun, Exchange):
                self._turns.join(begun.place.host, begun)
            else:
                yield request, begun

    def _settle(self, exchange: Exchange, failure: Failure | None) -> Iterator[Answer]:
        self._turns.leave(exchange.place.host)
        result = outcome(exchange, failure, now=self._now + timedelta(seconds=monotonic() - self._began))
        exchange.chunks.clear()  # the handle still refers to the exchange until it is used again
        if not isinstance(result, Place):
            yield exchange.request, result
            return
        exchange.move(result, permanent=exchange.status in (301, 308))
        self._turns.join(result.host, exchange, ahead=True)
