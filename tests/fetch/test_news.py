"""Only what is new, where a server can tell (A-IM: feed, RFC 3229)."""

import pytest

from aggregator.errors import FetchError
from aggregator.fetch import Client
from aggregator.model import Fetched, Request, Validators
from tests.fetch.conftest import NOW
from tests.servers import Page, Server, serve

NEWS = Page(b"<rss>new</rss>", status=226, headers={"IM": "feed", "ETag": '"2"', "Cache-Control": "no-store, im"})


def ask(client: Client, server: Server, *, etag: str = "", modified: str = "") -> Fetched | FetchError:
    known = Validators(server.url(), etag, modified) if etag or modified else None
    ((_, answer),) = client.fetch_many([Request(1, server.url(), known)], now=NOW)
    return answer


def test_new_entries_alone_are_asked_for_where_an_etag_tells_what_we_have(client: Client) -> None:
    with serve({"/": b"<rss/>"}) as server:
        ask(client, server)
        ask(client, server, modified="Mon, 23 Nov 2026 12:00:00 GMT")
        ask(client, server, etag='"1"')
        assert [seen.headers.get("a-im") for seen in server.requests] == [None, None, "feed"]


def test_a_226_is_an_answer_with_the_validators_that_replace_the_old_ones(client: Client) -> None:
    with serve({"/": NEWS}) as server:
        answer = ask(client, server, etag='"1"')
    assert isinstance(answer, Fetched)
    assert (answer.status, answer.body, answer.headers["etag"]) == (226, b"<rss>new</rss>", '"2"')


def test_a_226_that_nobody_asked_for_is_none(client: Client) -> None:
    with serve({"/": NEWS}) as server:
        answer = ask(client, server)
    assert isinstance(answer, FetchError)
    assert (answer.status, answer.reason) == (226, "HTTP 226 IM Used, although we asked for the whole document")


@pytest.mark.parametrize("manipulation", ["", "vcdiff", "feed, gzip", "diffe"])
def test_a_226_of_another_kind_is_none(manipulation: str, client: Client) -> None:
    with serve({"/": Page(b"x", status=226, headers={"IM": manipulation})}) as server:
        answer = ask(client, server, etag='"1"')
    assert isinstance(answer, FetchError)
    assert answer.reason == "HTTP 226 IM Used, but not the new entries that we asked for (IM: feed)"
