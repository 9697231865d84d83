"""One run in which a person's question is followed up: what to ask next depends on what came."""

from collections import deque
from collections.abc import Iterator
from datetime import datetime

from aggregator.errors import FetchError, HostPausedError
from aggregator.fetch import Client
from aggregator.model import Fetched, Request


class Conversation:
    """Asks a few things at a time; hosts keep their distance over all of it, and who had enough is asked no more."""

    def __init__(self, client: Client, *, now: datetime) -> None:
        self._next: deque[Request] = deque()
        self._answers = client.fetch_many(self, now=now)
        self.enough = ""  # what a server said that wants to be left alone
        self.busy: dict[str, FetchError] = {}  # who told us to come later, by address

    def __iter__(self) -> Iterator[Request]:
        """Be what the client draws requests from."""
        return self

    def __next__(self) -> Request:
        """Give what is to be asked; nothing for now, where there is nothing."""
        if not self._next:
            raise StopIteration
        return self._next.popleft()

    def begin(self) -> None:
        """Begin with another question: who had enough of the one before may have nothing to do with it."""
        self.enough = ""

    def ask(self, *urls: str, spacing: float = 0.0) -> list[Fetched | FetchError]:
        """Ask for some addresses and give their answers, in the order of the addresses."""
        self._next.extend(Request(number, url, spacing=spacing) for number, url in enumerate(urls))
        came = sorted((next(self._answers) for _ in urls), key=lambda one: one[0].id)
        answers = [answer for _, answer in came]
        errors = [one for one in answers if isinstance(one, FetchError)]
        self.busy |= {one.url: one for one in errors if one.asks_for_time}
        self.enough = self.enough or next((one.reason for one in errors if _is_enough(one)), "")
        return answers

    def close(self) -> None:
        """End it."""
        self._answers.close()


def _is_enough(error: FetchError) -> bool:
    """Tell whether a server asks to be left alone, or did so before."""
    return error.asks_for_time or isinstance(error, HostPausedError)
