"""How much of us a host has to bear: spacing, rests, pauses; and that nobody waits for somebody else's host."""

import itertools
import pickle
import resource
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import format_datetime
from time import monotonic, sleep

import pytest

from aggregator.errors import FetchError, HostPausedError
from aggregator.fetch import Client, Limits, Pace
from aggregator.fetch.limits import within_means
from aggregator.model import Fetched, Request
from tests.fetch.conftest import NOW
from tests.servers import Answer, Page, Seen, serve

Outcomes = dict[str, Fetched | FetchError]


def stamped(moments: list[float], page: Page) -> Callable[[Seen], Page]:
    """A page that notes when it was asked for."""

    def answer(_: Seen) -> Page:
        moments.append(monotonic())
        return page

    return answer


def run(client: Client, urls: list[str]) -> Outcomes:
    return {r.url: answer for r, answer in client.fetch_many([Request(i, u) for i, u in enumerate(urls)], now=NOW)}


def gaps(moments: list[float]) -> list[float]:
    return [later - earlier for earlier, later in itertools.pairwise(moments)]


def test_starts_at_one_host_keep_their_distance(new_client: Callable[..., Client]) -> None:
    moments: list[float] = []
    with serve({f"/{i}": stamped(moments, Page(b"x")) for i in range(5)}) as server:
        run(new_client(pace=Pace(spacing=0.1)), [server.url(f"/{i}") for i in range(5)])
    assert min(gaps(moments)) > 0.08


def test_a_host_of_the_internet_has_its_distance_unasked_and_ones_own_machine_has_none(
    new_client: Callable[..., Client],
) -> None:
    """A name counts as the internet's until a connection has shown that it lies in an allowed network."""
    moments: list[float] = []
    with serve({f"/{i}": stamped(moments, Page(b"x")) for i in range(6)}) as server:
        client = new_client(resolve=[f"news.example.net:{server.port}:127.0.0.1"])
        run(client, [server.url(f"/{i}", host="news.example.net") for i in range(2)])
        assert gaps(moments)[0] > 0.08
        run(client, [server.url(f"/{i}", host="news.example.net") for i in range(2, 4)])
        assert client._is_own("news.example.net")
        assert client._is_own("127.9.9.9")
        assert not client._is_own("example.net")


def test_a_host_that_answers_slowly_is_asked_slowly(new_client: Callable[..., Client]) -> None:
    """As long as it took to answer: two may be under way, but they do not begin together again."""
    moments: list[float] = []
    with serve({f"/{i}": stamped(moments, Page(b"x", delay=0.3)) for i in range(5)}) as server:
        run(new_client(), [server.url(f"/{i}") for i in range(5)])
    assert all(gap > 0.25 for gap in gaps(moments)[2:])
    assert server.most <= 2


def test_waiting_for_one_host_holds_up_nobody_and_takes_no_connection(new_client: Callable[..., Client]) -> None:
    """One connection in all, a host that wants a long rest, and twenty others that come first."""
    moments: list[float] = []
    with serve({"/": stamped(moments, Page(b"x"))}, host="0.0.0.0") as server:
        busy = [server.url("/?a", host="127.0.0.1"), server.url("/?b", host="127.0.0.1")]
        others = [server.url("/", host=f"127.0.1.{i}") for i in range(20)]
        outcomes = list(run(new_client(pace=Pace(connections=1, spacing=0.5)), busy + others))
    assert outcomes[-1] == busy[1]
    assert len(outcomes) == 22


def test_feeds_that_hang_cost_the_others_nothing(new_client: Callable[..., Client]) -> None:
    """As many silent servers as there are connections, then fifty good ones: these come first."""
    pages: dict[str, Answer] = {"/silent": Page(delay=30.0), "/good": b"<rss/>"}
    with serve(pages, host="0.0.0.0") as server:
        silent = [server.url("/silent", host=f"127.0.2.{i}") for i in range(20)]
        good = [server.url("/good", host=f"127.0.3.{i}") for i in range(50)]
        client = new_client(pace=Pace(connections=20, slow=0.3), limits=Limits(total=3.0))
        outcomes = list(run(client, silent + good))
    assert set(outcomes[:50]) == set(good)
    assert server.most >= 20


def test_so_many_are_open_and_no_more(new_client: Callable[..., Client]) -> None:
    with serve({"/": Page(delay=0.4)}, host="0.0.0.0") as server:
        client = new_client(pace=Pace(connections=3, open=5, slow=0.05))
        run(client, [server.url("/", host=f"127.0.2.{i}") for i in range(15)])
    assert server.most == 5


def later(seconds: float) -> str:
    return format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)


PAUSES = {
    "429 without a word": (Page(status=429), 15 * 60),
    "429 with seconds": (Page(status=429, headers={"Retry-After": "600"}), 600),
    "429 with a date": (Page(status=429, headers={"Retry-After": later(1200)}), 1200),
    "429 for two days": (Page(status=429, headers={"Retry-After": "172800"}), 3600),
    "503 with a time": (Page(status=503, headers={"Retry-After": "600"}), 600),
}


@pytest.mark.parametrize("name", PAUSES)
def test_a_host_that_has_had_enough_is_not_asked_for_its_other_feeds(
    name: str, new_client: Callable[..., Client]
) -> None:
    page, seconds = PAUSES[name]
    pages: dict[str, Answer] = {"/first": page, **{f"/{i}": b"<rss/>" for i in range(20)}}
    with serve(pages) as server, serve({"/": b"<rss/>"}, host="127.0.0.2") as other:
        urls = [server.url("/first"), *(server.url(f"/{i}") for i in range(20))]
        outcomes = run(new_client(pace=Pace(per_host=1)), [*urls, other.url()])
        assert [seen.path for seen in server.requests] == ["/first"]
    assert isinstance(outcomes[other.url()], Fetched)
    first = outcomes[urls[0]]
    assert isinstance(first, FetchError)
    assert not isinstance(first, HostPausedError)
    for url in urls[1:]:
        paused = outcomes[url]
        assert isinstance(paused, HostPausedError)
        assert (paused.status, paused.permanent, paused.url) == (0, False, url)
        assert "127.0.0.1 told another of its feeds to come later" in paused.reason
        assert timedelta(seconds=seconds - 1) <= paused.retry_after - NOW <= timedelta(seconds=seconds + 5)


def test_a_host_that_is_named_with_a_dot_is_spared_with_the_one_without(new_client: Callable[..., Client]) -> None:
    with serve({"/first": Page(status=429), "/second": b"<rss/>"}, host="localhost") as server:
        urls = [server.url("/first", host="localhost."), server.url("/second")]
        outcomes = run(new_client(pace=Pace(per_host=1)), urls)
        assert [seen.path for seen in server.requests] == ["/first"]
    assert isinstance(outcomes[urls[1]], HostPausedError)


def test_a_host_that_said_so_before_is_left_alone_for_an_hour_at_most(new_client: Callable[..., Client]) -> None:
    """By all its names and ports, as one that says so now; what is over, or no address, does not count."""
    with serve({"/": b"<rss/>"}) as server, serve({"/": b"<rss/>"}, host="127.0.0.2") as other:
        hour = timedelta(hours=1)
        said = [("http://127.0.0.1/a", "", NOW - hour / 2, NOW + hour), (other.url("/a"), "", NOW - hour, NOW + hour)]
        client = new_client(waits=[*said, ("file:feed.xml", "", NOW, NOW + hour), (other.url("/b"), "", NOW, NOW)])
        for _ in range(2):
            outcomes = run(client, [server.url(), other.url()])
            paused = outcomes[server.url()]
            assert isinstance(paused, HostPausedError) and paused.retry_after == NOW + hour / 2
            assert isinstance(outcomes[other.url()], Fetched)
        assert not server.requests


@pytest.mark.parametrize("path", ["/feed", "/feed?key=1", f"/{'long/' * 40}feed"])
@pytest.mark.parametrize("hops", [1, 2])
def test_a_host_that_said_so_behind_a_redirect_is_left_alone_and_not_the_one_that_led_there(
    path: str, hops: int, new_client: Callable[..., Client]
) -> None:
    """In that run, and in the next one, by what was noted of it."""
    with serve({path.partition("?")[0]: Page(status=429), "/": b"<rss/>"}, host="127.0.0.2") as far:
        away = {
            "/1": Page(status=307, headers={"Location": far.url(path)}),
            "/2": Page(status=302, headers={"Location": "/1"}),
        }
        with serve({**away, "/": b"<rss/>"}) as near:
            urls = [near.url(f"/{hops}"), near.url(), far.url()]
            client = new_client()
            told = run(client, urls[:1])[urls[0]]
            assert isinstance(told, FetchError) and told.status == 429
            wait = (urls[0], told.reason, NOW, NOW + timedelta(minutes=15))
            outcomes = run(new_client(waits=[wait]), urls[1:])
    assert isinstance(outcomes[near.url()], Fetched)
    paused = outcomes[far.url()]
    assert isinstance(paused, HostPausedError) and "127.0.0.2 told another" in paused.reason


@pytest.mark.parametrize("status", [500, 502, 503, 404])
def test_a_fault_without_a_time_pauses_nobody(status: int, new_client: Callable[..., Client]) -> None:
    with serve({"/first": Page(status=status), "/second": b"<rss/>"}) as server:
        outcomes = run(new_client(pace=Pace(per_host=1)), [server.url("/first"), server.url("/second")])
    assert isinstance(outcomes[server.url("/second")], Fetched)


def test_a_host_that_is_silent_twice_in_a_row_does_not_hold_up_the_run(new_client: Callable[..., Client]) -> None:
    """A hundred feeds on a dead host would take an hour; their turn comes another time."""
    with serve({f"/{i}": Page(delay=30.0) for i in range(100)}) as server:
        urls = [server.url(f"/{i}") for i in range(100)]
        outcomes = run(new_client(limits=Limits(total=0.5)), urls)
        assert len(server.requests) == 2
    postponed = [outcome for outcome in outcomes.values() if isinstance(outcome, HostPausedError)]
    assert len(postponed) == 98
    assert "127.0.0.1 has not answered for others of its feeds; left alone until 2026-11-23 12:15" in str(postponed[0])


def test_one_silence_between_answers_is_nothing(new_client: Callable[..., Client]) -> None:
    pages: dict[str, Answer] = {f"/{i}": Page(b"x", delay=30.0 if i % 2 else 0.0) for i in range(6)}
    with serve(pages) as server:
        outcomes = run(new_client(limits=Limits(total=0.3), pace=Pace(per_host=1)), [server.url(p) for p in pages])
        assert len(server.requests) == 6
    assert not any(isinstance(outcome, HostPausedError) for outcome in outcomes.values())


def test_a_redirect_into_a_paused_host_is_not_followed(new_client: Callable[..., Client]) -> None:
    with serve({"/first": Page(status=429), "/feed": b"<rss/>"}) as server:
        away = Page(status=302, headers={"Location": server.url("/feed")}, delay=0.3)
        with serve({"/": away}, host="127.0.0.2") as other:
            outcomes = run(new_client(), [server.url("/first"), other.url()])
        assert [seen.path for seen in server.requests] == ["/first"]
    assert isinstance(outcomes[other.url()], HostPausedError)


def test_a_paused_host_crosses_the_hop_between_processes_whole() -> None:
    until = datetime(2026, 11, 23, 13, tzinfo=NOW.tzinfo)
    error = pickle.loads(pickle.dumps(HostPausedError("https://example.com/", "later", retry_after=until)))
    assert (type(error), error.retry_after, error.status, str(error)) == (HostPausedError, until, 0, "later")


def test_no_more_is_opened_than_half_of_what_may_be() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(120, hard), hard))
        pace = within_means(Pace())
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert (pace.connections, pace.open) == (60, 60)


def test_of_many_hosts_a_hundred_connections_stay_open(new_client: Callable[..., Client]) -> None:
    """Two runs of one client: what is still open may be used again, the rest was closed on the way."""
    with serve({"/": b"<rss/>"}, host="0.0.0.0") as server:
        client = new_client()
        run(client, [server.url("/", host=f"127.0.4.{i}") for i in range(250)])
        assert server.connections == 250
        patience = monotonic() + 5
        while len(server.talks) > 100 and monotonic() < patience:  # the server hears of it a moment later
            sleep(0.01)
        assert len(server.talks) <= 100
        assert len(client._wire._idle) <= 100
