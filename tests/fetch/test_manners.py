"""What servers see of us: validators, headers, redirects, how often and how many at once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from aggregator.errors import ElsewhereError, FetchError
from aggregator.fetch import Client, Pace
from aggregator.model import Fetched, Request, Validators
from tests.fetch.conftest import NOW, Fetch
from tests.servers import Page, Seen, Server, serve


def ask(client: Client, url: str, validators: Validators | None = None) -> Fetched | FetchError:
    ((_, answer),) = client.fetch_many([Request(1, url, validators)], now=NOW)
    return answer


def test_a_request_says_who_asks_and_nothing_else(fetch: Fetch) -> None:
    page = Page(b"<rss/>", headers={"Set-Cookie": "a=b; path=/"})
    with serve({"/": page}) as server:
        fetch(server.url())
        fetch(server.url())
        assert server.connections == 1
        assert server.requests[0] == server.requests[1]
        assert server.requests[1].headers == {
            "host": f"127.0.0.1:{server.port}",
            "user-agent": "aggregator/test",
            "accept-encoding": "gzip, deflate, br",
            "accept": "application/atom+xml, application/rss+xml, application/feed+json;q=0.9, "
            "application/xml;q=0.8, text/xml;q=0.8, */*;q=0.1",
        }


ETAGS = ['"a"', 'W/"a"', "unquoted", '"a-gzip"', '"a, b"', '"é ÿ\x80"', '""', "'x'", '"a" ; b', '"\\"', "a" * 3000]


@pytest.mark.parametrize("etag", ETAGS)
def test_validators_go_back_byte_for_byte(etag: str, client: Client) -> None:
    modified = "Sunday, the 22nd; about noon"
    with serve({"/": Page(b"<rss/>", etag=etag, last_modified=modified)}) as server:
        first = ask(client, server.url())
        assert isinstance(first, Fetched)
        known = Validators(first.final_url, first.headers["etag"], first.headers["last-modified"])
        assert known == Validators(server.url(), etag, modified)
        second = ask(client, server.url(), known)
        assert isinstance(second, Fetched)
        assert (second.status, second.body) == (304, b"")
        assert server.requests[1].headers["if-none-match"] == etag
        assert server.requests[1].headers["if-modified-since"] == modified


def test_a_star_is_no_etag(client: Client) -> None:
    """Sent back it would ask for nothing that there is (RFC 9110 §13.1.2): a 304 for ever."""
    with serve({"/": Page(b"<rss/>", etag="*", last_modified="today")}) as server:
        first = ask(client, server.url())
        assert isinstance(first, Fetched)
        assert (first.headers.get("etag"), first.headers["last-modified"]) == (None, "today")
        second = ask(client, server.url(), Validators(server.url(), "*", "today"))
        assert (second.status, "if-none-match" in server.requests[1].headers) == (200, False)


def test_validators_are_for_the_address_that_gave_them_only(client: Client) -> None:
    """A feed that is redirected is asked plainly at first, conditionally where the document lies."""
    pages = {"/old": Page(status=302, headers={"Location": "/new"}), "/new": Page(b"<rss/>", etag='"1"')}
    with serve(pages) as server:
        answer = ask(client, server.url("/old"), Validators(server.url("/new"), '"1"'))
        assert isinstance(answer, Fetched)
        assert (answer.status, answer.final_url) == (304, server.url("/new"))
        assert [(seen.path, seen.headers.get("if-none-match")) for seen in server.requests] == [
            ("/old", None),
            ("/new", '"1"'),
        ]
        other = ask(client, server.url("/new"), Validators(server.url("/other"), '"1"'))
        assert isinstance(other, Fetched)
        assert other.status == 200


def chain(*statuses: int) -> dict[str, Page | bytes | Callable[[Seen], Page]]:
    """Pages /0 → /1 → … with these statuses, and a document at the end."""
    pages = {f"/{i}": Page(status=status, headers={"Location": f"{i + 1}"}) for i, status in enumerate(statuses)}
    return {**pages, f"/{len(statuses)}": Page(b"<rss/>")}


@pytest.mark.parametrize(
    ("statuses", "moved"),
    [
        ((), False),
        ((301,), True),
        ((308,), True),
        ((301, 308, 301), True),
        ((302,), False),
        ((303,), False),
        ((307,), False),
        ((301, 302), False),
        ((307, 301), False),
        ((301, 301, 301, 301, 301), True),
    ],
)
def test_only_a_chain_of_permanent_redirects_moves_a_feed(statuses: tuple[int, ...], moved: bool, fetch: Fetch) -> None:
    with serve(chain(*statuses)) as server:
        answer = fetch(server.url("/0"))
        end = server.url(f"/{len(statuses)}")
    assert isinstance(answer, Fetched)
    assert (answer.final_url, answer.moved_to) == (end, end if moved else "")
    assert "referer" not in server.requests[-1].headers


def test_a_move_is_told_of_an_unchanged_document_too(client: Client) -> None:
    pages = {"/a": Page(status=301, headers={"Location": "/b"}), "/b": Page(b"", etag='"1"')}
    with serve(pages) as server:
        answer = ask(client, server.url("/a"), Validators(server.url("/b"), '"1"'))
        assert isinstance(answer, Fetched)
        assert (answer.status, answer.moved_to) == (304, server.url("/b"))


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("/a", "in a circle"),
        ("/a#again", "in a circle"),
        ("/b", "in a circle"),
        ("file:///etc/passwd", "scheme 'file'"),
        ("ftp://127.0.0.1/", "scheme 'ftp'"),
        ("http://reader:secret@127.0.0.1/", "user name or password"),
        ("http://127.0.0.1\\@example.com/", "backslash"),
        ("", "in a circle"),
        ("http://[::1", "an address that cannot be read"),
    ],
)
def test_a_redirect_that_leads_astray_is_refused(location: str, reason: str, fetch: Fetch) -> None:
    pages = {path: Page(status=302, headers={"Location": to}) for path, to in (("/a", location), ("/b", "/a"))}
    with serve(pages) as server:
        answer = fetch(server.url("/a"))
    assert isinstance(answer, FetchError)
    assert reason in answer.reason
    assert "cookie" not in answer.reason
    assert len(server.requests) <= 2


@pytest.mark.parametrize("there", ["/a", "/b", "/far"])
def test_a_wall_that_expects_its_cookie_back_is_named(there: str, fetch: Fetch) -> None:
    """No cookie is sent, so that the wall leads on for ever."""
    pages = {"/a": Page(status=302, headers={"Location": there, "Set-Cookie": "seen=1"})}
    pages["/b"] = Page(status=302, headers={"Location": "/a"})
    pages |= {f"/far{n * 'r'}": Page(status=302, headers={"Location": f"/far{n * 'r'}r"}) for n in range(9)}
    with serve(dict(pages)) as server:
        answer = fetch(server.url("/a"))
        assert not any("cookie" in seen.headers for seen in server.requests)
    assert isinstance(answer, FetchError)
    assert answer.reason.endswith(
        "; it may expect a cookie back, and none is sent: look for the feed at another address"
    )


def test_the_sixth_redirect_is_not_followed(fetch: Fetch) -> None:
    with serve(chain(*[302] * 6)) as server:
        answer = fetch(server.url("/0"))
        assert isinstance(answer, FetchError)
        assert answer.reason == "more than 5 redirects"
        assert len(server.requests) == 6


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (Page(status=404), "HTTP 404 Not Found: there is nothing at this address"),
        (Page(status=429), "HTTP 429 Too Many Requests: "),
        (Page(b"no feed", status=299), "HTTP 299: an answer without a document"),
        (Page(b"x" * 6_000_000), "the answer is larger than 5 MB"),
        (Page(raw=b"\0"), ""),
    ],
    ids=["404", "429", "299", "too large", "no HTTP"],
)
def test_the_place_that_failed_is_named_where_it_is_not_the_one_asked_for(
    page: Page, reason: str, fetch: Fetch
) -> None:
    """Without its query, which may let in whoever has it."""
    with serve({"/f": Page(status=302, headers={"Location": "/g?key=secret"}), "/g": page, "/h": page}) as server:
        led, plain = fetch(server.url("/f")), fetch(server.url("/h"))
        assert isinstance(led, FetchError) and isinstance(plain, FetchError)
        assert led.reason.startswith(f"redirected to {server.url('/g')}?…: {reason}")
        assert plain.reason.startswith(reason) and "/h" not in plain.reason


def test_a_redirect_without_a_target_is_an_error(fetch: Fetch) -> None:
    with serve({"/": Page(status=301)}) as server:
        answer = fetch(server.url())
    assert isinstance(answer, FetchError)
    assert answer.reason.startswith("HTTP 301 Moved Permanently: it says that the feed is elsewhere")


def slow(server: Server, count: int, *, first: int = 0) -> list[Request]:
    return [Request(first + i, server.url(f"/{first + i}")) for i in range(count)]


def test_two_at_once_at_one_host_and_the_others_go_on(client: Client) -> None:
    """Twelve requests to a slow host never meet more than two of their kind; a quick host need not wait for them."""
    pages = {f"/{i}": Page(b"x", delay=0.1) for i in range(12)}
    with serve(pages) as server, serve({"/100": b"x"}, host="127.0.0.2") as quick:
        order = [r.id for r, _ in client.fetch_many(slow(server, 12) + slow(quick, 1, first=100), now=NOW)]
        assert sorted(order) == [*range(12), 100]
        assert order[0] == 100
        assert server.most == 2
        assert server.connections == 2


def test_redirects_count_where_they_lead(client: Client) -> None:
    with serve({"/feed": Page(b"x", delay=0.05)}, host="127.0.0.2") as target:
        away = Page(status=302, headers={"Location": target.url("/feed")})
        with serve({f"/{i}": away for i in range(10)}) as server:
            answers = [answer for _, answer in client.fetch_many(slow(server, 10), now=NOW)]
        assert all(isinstance(answer, Fetched) for answer in answers)
        assert target.most == 2
        assert len(target.requests) == 10


def test_a_request_that_stays_with_its_host_is_told_where_it_would_lead(client: Client) -> None:
    """What robots.txt of the other host say is not known yet; a move within the host is followed."""
    with serve({"/new": Page(b"x")}, host="127.0.0.2") as target:
        pages = {"/away": Page(status=302, headers={"Location": target.url("/new")}), "/new": Page(b"y")}
        with serve({**pages, "/within": Page(status=301, headers={"Location": "/new"})}) as server:
            requests = [Request(at, server.url(path), within=True) for at, path in enumerate(("/away", "/within"))]
            answers = {request.id: answer for request, answer in client.fetch_many(requests, now=NOW)}
        assert target.requests == []
        away, within = answers[0], answers[1]
        assert isinstance(away, ElsewhereError) and away.target == target.url("/new")
        assert isinstance(within, Fetched) and within.body == b"y"


def test_requests_are_drawn_only_as_there_is_room(new_client: Callable[..., Client]) -> None:
    client = new_client(pace=Pace(connections=3, per_host=100))
    drawn: list[int] = []

    def requests(server: Server) -> list[Request] | object:
        for request in slow(server, 9):
            drawn.append(request.id)
            yield request

    with serve({f"/{i}": Page(b"x", delay=0.02) for i in range(9)}) as server:
        ahead = [len(drawn) - i for i, _ in enumerate(client.fetch_many(requests(server), now=NOW), 1)]  # type: ignore[arg-type]
        assert max(ahead) <= 3
        assert server.most == 3


def test_a_run_that_is_left_early_leaves_the_client_usable(client: Client) -> None:
    with serve({f"/{i}": Page(b"x", delay=0.05 * i) for i in range(5)}) as server:
        run = client.fetch_many(slow(server, 5), now=NOW)
        next(run)
        with pytest.raises(RuntimeError, match="another run"):
            next(client.fetch_many(slow(server, 1), now=NOW))
        run.close()
        assert len(list(client.fetch_many(slow(server, 2), now=NOW))) == 2


def test_a_server_that_was_started_anew_is_asked_again(client: Client) -> None:
    """The connection that was kept is dead; nobody need know."""
    with serve({"/": b"before"}) as server:
        first = ask(client, server.url())
    with serve({"/": b"after"}, port=server.port) as server:
        second = ask(client, server.url())
    assert isinstance(first, Fetched)
    assert isinstance(second, Fetched)
    assert (first.body, second.body) == (b"before", b"after")


def test_one_run_takes_files_bad_addresses_and_pages(new_client: Callable[..., Client], tmp_path: Path) -> None:
    (tmp_path / "own.xml").write_bytes(b"<rss/>")
    client = new_client(folder=tmp_path)
    with serve({"/": b"<rss/>"}) as server:
        urls = [server.url(), "file:own.xml", "htp://example.com/", "file:../x", "", "\ud800", server.url("/none")]
        outcomes = {r.url: outcome for r, outcome in client.fetch_many([Request(1, u) for u in urls], now=NOW)}
    assert {url: getattr(outcome, "status", None) for url, outcome in outcomes.items()} == {
        **dict.fromkeys(urls[:2], 200),
        **dict.fromkeys(urls[2:6], 0),
        urls[6]: 404,
    }
