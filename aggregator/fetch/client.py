"""Requests → answers, as they come in: the one client that speaks to the web."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from types import TracebackType

from aggregator.errors import FetchError
from aggregator.fetch.exchange import Exchange
from aggregator.fetch.files import is_file, read_file
from aggregator.fetch.guard import Guard
from aggregator.fetch.limits import Limits
from aggregator.fetch.places import Refused
from aggregator.fetch.run import Answer, Run
from aggregator.fetch.wire import Wire
from aggregator.model import Fetched, Request


class Client:
    """A polite client with a guard; connections, names and TLS sessions are kept until it is closed.

    ``allow_networks`` (CIDR) may be asked although they are not public, on every port; ``folder`` is where ``file:``
    feeds lie. One run at a time, in one thread.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        allow_networks: tuple[str, ...] = (),
        folder: Path | None = None,
        connections: int = 100,
        per_host: int = 2,
        limits: Limits = Limits(),  # noqa: B008 - frozen
    ) -> None:
        self._guard = Guard.opening(allow_networks)
        self._wire = Wire(user_agent=user_agent, guard=self._guard, connections=connections)
        self._folder, self._limits = folder, limits
        self._connections, self._per_host = connections, per_host
        self._running = False

    def fetch(self, url: str, *, now: datetime) -> Fetched | FetchError:
        """Fetch one address, unconditionally."""
        return next(answer for _, answer in self.fetch_many([Request(0, url)], now=now))

    def fetch_many(self, requests: Iterable[Request], *, now: datetime) -> Iterator[Answer]:
        """Yield every request with its answer or the reason why there is none, in order of completion.

        ``now`` is the moment the run begins. Requests are drawn as there is room for them. Nothing moves between two
        answers: who takes them slowly (many seconds) lets transfers time out. Raises RuntimeError when a run of
        this client is under way already.
        """
        if self._running:
            raise RuntimeError("this client is busy with another run; use a client for each")
        self._running = True
        try:
            run = Run(self._wire, self._begin, now=now, room=self._connections, per_host=self._per_host)
            yield from run.answers(requests)
        finally:
            self._wire.drop()
            self._running = False

    def _begin(self, request: Request) -> Exchange | Fetched | FetchError:
        if is_file(request.url):
            return read_file(request, folder=self._folder, limits=self._limits)
        try:
            exchange = Exchange(request, limits=self._limits)
        except Refused as error:
            return FetchError(request.url, f"the address {error}", permanent=True)
        return exchange

    def close(self) -> None:
        """Close every connection."""
        self._wire.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
