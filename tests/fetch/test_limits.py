"""Answers that are too large, too slow or without an end: cut, named, and at no cost to the others."""

import gzip
import resource
import socket
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from threading import Thread

import pytest

from aggregator.errors import FetchError
from aggregator.fetch import Client, Limits
from aggregator.fetch.limits import in_words
from aggregator.model import Fetched, Request
from tests.fetch.conftest import NOW, Fetch
from tests.servers import Page, serve

HEAD = b"HTTP/1.1 200 OK\r\n"
MANY_LINES = HEAD + b"X-Line: of no use at all\r\n" * 5000 + b"\r\n"
ONE_LINE = HEAD + b"X-Line: " + b"x" * 70_000 + b"\r\n\r\n"
HUGE_LINE = HEAD + b"X-Line: " + b"x" * 2_000_000 + b"\r\n\r\n"


@cache
def bomb(size: int) -> bytes:
    """Compress ``size`` zeros without ever holding them."""
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(bytes(1_000_000)) for _ in range(size // 1_000_000)) + packer.flush()


def peak() -> int:
    """Say how much memory this process ever used, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


ONCE = {"Content-Encoding": "gzip"}
BROTLI_BOMB = bytes.fromhex(  # 50 MB of zeros
    "cfffff7f002400e2b14072effff9ffff0f8004401c1680eefd7ffec1eb03900088c302d041d707"
)
LARGE: dict[str, Callable[[], Page]] = {
    "announced": lambda: Page(b"x" * 5_000_001),
    "endless": lambda: Page(b"x" * 65_536, endless=True),
    "a gzip bomb of 200 MB": lambda: Page(bomb(200_000_000), headers=ONCE),
    "a bomb that is not announced": lambda: Page(raw=HEAD + b"Content-Encoding: gzip\r\n\r\n" + bomb(50_000_000)),
    "a deflate bomb": lambda: Page(zlib.compress(bytes(50_000_000), 9), headers={"Content-Encoding": "deflate"}),
    "a bomb in the second part": lambda: Page(gzip.compress(b"<rss>") + bomb(50_000_000), headers=ONCE),
    "parts without an end that hold nothing": lambda: Page(gzip.compress(b"") * 3000, headers=ONCE, endless=True),
    "blocks without an end that hold nothing": lambda: Page(
        raw=HEAD + b"Content-Encoding: deflate\r\n\r\n" + b"\x00\x00\x00\xff\xff" * 1_000_001
    ),
    "a brotli bomb of 39 bytes": lambda: Page(BROTLI_BOMB, headers={"Content-Encoding": "br"}),
}


@pytest.mark.parametrize("name", LARGE)
def test_more_than_5_MB_is_cut(name: str, fetch: Fetch) -> None:
    with serve({"/": LARGE[name]()}) as server:
        before = peak()
        answer = fetch(server.url())
        grown = peak() - before
    assert isinstance(answer, FetchError)
    assert answer.reason == "the answer is larger than 5 MB"
    assert grown < 100_000_000


def test_5_MB_to_the_byte_are_allowed(fetch: Fetch) -> None:
    with serve({"/": Page(gzip.compress(bytes(5_000_000)), headers=ONCE)}) as server:
        answer = fetch(server.url())
    assert isinstance(answer, Fetched)
    assert len(answer.body) == 5_000_000


def test_a_bomb_within_a_bomb_is_not_opened(fetch: Fetch) -> None:
    page = Page(gzip.compress(bomb(100_000_000)), headers={"Content-Encoding": "gzip, gzip"})
    with serve({"/": page}) as server:
        before = peak()
        answer = fetch(server.url())
        grown = peak() - before
    assert isinstance(answer, FetchError)
    assert "more than once" in answer.reason
    assert grown < 20_000_000


@pytest.mark.parametrize("status", [302, 404])
def test_an_endless_page_beside_the_point_is_not_read_to_its_end(status: int, fetch: Fetch) -> None:
    endless = Page(b"x" * 65_536, status=status, endless=True, headers={"Location": "/end"})
    with serve({"/": endless, "/end": b"<rss/>"}) as server:
        answer = fetch(server.url())
        assert server.sent < 20_000_000
    assert answer.status == (404 if status == 404 else 200)


@pytest.mark.parametrize("encoding", ["gzip, gzip", "gzip"])
def test_a_bomb_beside_the_point_is_not_opened_further_than_a_glance(encoding: str, fetch: Fetch) -> None:
    page = Page(gzip.compress(bomb(100_000_000)), status=404, headers={"Content-Encoding": encoding})
    with serve({"/": page}) as server:
        before = peak()
        answer = fetch(server.url())
        grown = peak() - before
    assert answer.status == 404
    assert grown < 20_000_000


@pytest.mark.parametrize("raw", [MANY_LINES, ONE_LINE, HUGE_LINE, b"HTTP/1.1 103 Early\r\nA: b\r\n\r\n" * 9000])
def test_a_huge_header_is_cut(raw: bytes, fetch: Fetch) -> None:
    with serve({"/": Page(raw=raw)}) as server:
        answer = fetch(server.url())
    assert isinstance(answer, FetchError)
    assert answer.reason == "the answer's header is larger than 64 kB"


@pytest.mark.parametrize("raw", [HEAD + b"A: b\r\n" * 600, b"HTTP/1.1 103 Early\r\n\r\n" * 400 + HEAD])
def test_a_header_of_many_short_lines_is_cut(raw: bytes, fetch: Fetch) -> None:
    with serve({"/": Page(raw=raw + b"\r\nhello")}) as server:
        answer = fetch(server.url())
    assert isinstance(answer, FetchError)
    assert answer.reason == "the answer's header has more than 500 lines"


def test_a_header_without_an_end_ends_at_libcurls_own_bound(fetch: Fetch) -> None:
    with serve({"/": Page(b"", raw=HEAD + b"X-Line: of no use at all\r\n" * 400_000)}) as server:
        before = peak()
        answer = fetch(server.url())
        grown = peak() - before
    assert isinstance(answer, FetchError)
    assert answer.reason == "the answer's header is larger than 64 kB"
    assert grown < 20_000_000


def test_a_header_of_60_kB_is_not(fetch: Fetch) -> None:
    with serve({"/": Page(raw=HEAD + (b"X: " + b"x" * 995 + b"\r\n") * 60 + b"\r\nhello")}) as server:
        answer = fetch(server.url())
    assert isinstance(answer, Fetched)
    assert answer.body == b"hello"


@pytest.fixture
def silent() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def rude() -> Iterator[int]:
    """A port that takes a request and breaks the connection off (RST)."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=_break_off, args=(listener,))
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def _break_off(listener: socket.socket) -> None:
    listener.settimeout(10)
    talk, _ = listener.accept()
    with talk:
        talk.recv(9999)
        talk.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def test_a_connection_that_breaks_before_an_answer_breaks_in_the_middle_of_none(rude: int, fetch: Fetch) -> None:
    answer = fetch(f"http://127.0.0.1:{rude}/")
    assert isinstance(answer, FetchError)
    assert answer.reason == "the connection broke before an answer"


def test_slow_servers_cost_a_bounded_time_and_the_others_nothing(
    new_client: Callable[..., Client], silent: int
) -> None:
    """Silence, a drip and a redirect that takes its time end at the deadline; the good feed comes first."""
    client = new_client(limits=Limits(connect=1.0, total=3.0, stall=1))
    lazy = [Page(status=302, headers={"Location": f"/lazy{n}"}, delay=0.8) for n in range(1, 6)]  # less than a stall
    pages = {
        "/silent": Page(delay=30.0),
        "/half": Page(b"half", drip=30.0),
        "/drip": Page(b"x" * 1000, drip=0.05),
        "/lazy": lazy[0],
        **{f"/lazy{n}": page for n, page in enumerate(lazy[1:], 1)},
        "/lazy5": Page(b"<rss/>"),
        "/good": b"<rss/>",
    }
    with serve(pages, host="0.0.0.0") as server:
        urls = {path: server.url(path, host=f"127.0.0.{i}") for i, path in enumerate(pages, 1)}
        urls |= {"/tls": f"https://127.0.0.1:{silent}/", "/none": "http://127.0.0.99:1/"}
        requests = [Request(i, url) for i, url in enumerate(urls.values())]
        outcomes = {r.url: outcome for r, outcome in client.fetch_many(requests, now=NOW)}
    said = {path: str(outcomes[url]) for path, url in urls.items() if isinstance(outcomes[url], FetchError)}
    assert said == {
        "/silent": "no data for 1 s",
        "/half": "no data for 1 s",
        "/drip": "timed out after 3 s",
        "/lazy": "timed out after 3 s",
        "/lazy1": "timed out after 3 s",
        "/tls": "could not connect to 127.0.0.1 within 1 s",
        "/none": "connection refused",
    }
    assert next(iter(outcomes)) in (urls["/good"], urls["/none"])


def test_a_name_that_leads_nowhere_is_said_so(fetch: Fetch) -> None:
    answer = fetch("http://nowhere.invalid/feed")
    assert isinstance(answer, FetchError)
    assert answer.reason == "could not find the host nowhere.invalid (DNS)"
    assert (answer.status, answer.permanent, answer.url) == (0, False, "http://nowhere.invalid/feed")


@pytest.mark.parametrize(
    ("size", "words"), [(5_000_000, "5 MB"), (65_536, "64 kB"), (1000, "1 kB"), (1234, "1234 bytes")]
)
def test_sizes_are_written_for_people(size: int, words: str) -> None:
    assert in_words(size) == words
