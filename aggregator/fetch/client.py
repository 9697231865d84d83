"""Requests → answers, as they come in: the one client that speaks to the web."""

from collections.abc import Generator, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType

from aggregator.errors import NOT_ASKED, FetchError, SetupError
from aggregator.fetch.exchange import Exchange
from aggregator.fetch.files import is_file, read_file
from aggregator.fetch.guard import Guard
from aggregator.fetch.limits import Limits, Pace, within_means
from aggregator.fetch.outcomes import refused
from aggregator.fetch.places import Refused
from aggregator.fetch.run import Answer, Meanwhile, Run, Wait
from aggregator.fetch.unsaid import unsaid
from aggregator.fetch.wire import Wire
from aggregator.model import Fetched, Request


class Client:
    """A polite client with a guard; connections, names and TLS sessions are kept until it is closed.

    ``allow_networks`` (CIDR) may be asked although they are not public, on every port; ``folder`` is where ``file:``
    feeds lie. ``resolve`` says where names lead before DNS is asked, ``NAME:PORT:ADDRESS[,ADDRESS]``. ``waits`` are
    addresses whose servers told us to come later: what was noted of it, when, and until when. One run at a time, in one
    thread.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        allow_networks: tuple[str, ...] = (),
        folder: Path | None = None,
        pace: Pace = Pace(),  # noqa: B008 - frozen
        limits: Limits = Limits(),  # noqa: B008 - frozen
        resolve: Sequence[str] = (),
        waits: Sequence[Wait] = (),
    ) -> None:
        self._guard = Guard.opening(allow_networks)
        self._wire = Wire(user_agent=user_agent, guard=self._guard, resolve=resolve)
        self._folder, self._pace, self._limits = folder, within_means(pace), limits
        self._waits, self._running = waits, False

    def fetch(self, url: str, *, now: datetime) -> Fetched | FetchError:
        """Fetch one address, unconditionally."""
        return next(answer for _, answer in self.fetch_many([Request(0, url)], now=now))

    def fetch_many(
        self, requests: Iterable[Request], *, now: datetime, meanwhile: Meanwhile = lambda: None
    ) -> Generator[Answer, None, None]:
        """Yield every request with its answer or the reason why there is none, in order of completion.

        ``now`` is the moment the run begins. Requests are drawn as there is room for them; an iterator that has none
        left is asked again after each answer, which may lead to more. Nothing moves between two answers: who takes
        them slowly (many seconds) lets transfers time out. ``meanwhile`` is called at least about once a second. Raises
        RuntimeError when a run of this client is under way already.
        """
        if self._running:
            raise RuntimeError("this client is busy with another run; use a client for each")
        self._running = True
        try:
            run = Run(self._wire, self._begin, self._refuse, is_own=self._is_own, now=now, pace=self._pace)
            run.heed(self._waits)
            for request, answer in run.answers(requests, meanwhile):
                yield request, answer if request.asking is None else unsaid(request, answer)
        finally:
            self._wire.drop()
            self._running = False

    def _begin(self, request: Request) -> Exchange | Fetched | FetchError:
        if is_file(request.url):
            return read_file(request, folder=self._folder, limits=self._limits)
        if request.asking is not None and request.asking.missing:
            names = " and ".join(request.asking.missing)
            reason = f"{NOT_ASKED}{names}: not set in this environment, or not one line"
            return SetupError(request.url, reason, secret=True)
        try:
            exchange = Exchange(request, limits=self._limits)
        except Refused as error:
            return SetupError(request.url, f"{NOT_ASKED}the address {error}; mend it in feeds.yaml")
        return exchange

    def _refuse(self, exchange: Exchange) -> FetchError | None:
        """Refuse what a proxy must not be asked for: the guard does not see where it connects to."""
        asking, place = exchange.request.asking, exchange.place
        if asking is None or not asking.proxy:
            return None
        refusal = self._guard.unseen_refusal(place.host, port=place.port)
        return refused(exchange, f"the proxy is not asked: {refusal}") if refusal else None

    def _is_own(self, host: str) -> bool:
        return host in self._wire.own or self._guard.names_own(host)

    def close(self) -> None:
        """Close every connection."""
        self._wire.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
