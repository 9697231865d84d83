"""Only what is new, where a server can tell (A-IM: feed, RFC 3229)."""

import pytest

from aggregator.fetch import Client
from aggregator.model import Fetched, Request, Validators
from tests.fetch.conftest import NOW
from tests.servers import Page, Server, serve

NEWS = Page(b"<rss>new</rss>", status=226, headers={"IM": "feed", "ETag": '"2"', "Cache-Control": "no-store, im"})


def ask(client: Client, server: Server, *, etag: str = "", modified: str = "", whole: bool = False) -> Fetched:
    known = Validators(server.url(), etag, modified) if etag or modified else None
    ((_, answer),) = client.fetch_many([Request(1, server.url(), known, whole=whole)], now=NOW)
    assert isinstance(answer, Fetched)
    return answer


def test_new_entries_alone_are_asked_for_where_an_etag_tells_what_we_have(client: Client) -> None:
    with serve({"/": b"<rss/>"}) as server:
        ask(client, server)
        ask(client, server, modified="Mon, 23 Nov 2026 12:00:00 GMT")
        ask(client, server, etag='"1"')
        ask(client, server, etag='"1"', whole=True)
        asked = [(seen.headers.get("if-none-match"), seen.headers.get("a-im")) for seen in server.requests]
        assert asked == [(None, None), (None, None), ('"1"', "feed"), ('"1"', None)]


def test_a_226_is_an_answer_with_the_validators_that_replace_the_old_ones(client: Client) -> None:
    with serve({"/": NEWS}) as server:
        answer = ask(client, server, etag='"1"')
    assert (answer.status, answer.body, answer.headers["etag"]) == (226, b"<rss>new</rss>", '"2"')
    assert answer.partial and not answer.is_odd


def test_a_200_that_says_so_holds_only_what_is_new(client: Client) -> None:
    """Textpattern answers so, because Apache does not like a 226."""
    page = Page(b"<rss>new</rss>", headers={"IM": "feed", "ETag": '"2"', "Cache-Control": "no-store, im"})
    with serve({"/": page}) as server:
        asked, unasked = ask(client, server, etag='"1"'), ask(client, server)
    assert (asked.status, asked.partial, asked.is_odd) == (200, True, False)
    assert (unasked.status, unasked.partial, unasked.is_odd) == (200, False, False)


@pytest.mark.parametrize("whole", [False, True])
def test_a_226_that_nobody_asked_for_is_the_whole_document(client: Client, whole: bool) -> None:
    """There is nothing that it could leave out: a success whose number says nothing is a 200 (RFC 9110 §15)."""
    with serve({"/": NEWS}) as server:
        answer = ask(client, server, etag='"1"' if whole else "", whole=whole)
    assert (answer.status, answer.partial, answer.is_odd) == (226, False, True)


@pytest.mark.parametrize("manipulation", ["", "vcdiff", "feed, gzip", "diffe"])
def test_a_226_that_does_not_say_what_it_leaves_out_is_taken_for_news_and_odd(
    manipulation: str, client: Client
) -> None:
    with serve({"/": Page(b"<rss/>", status=226, headers={"IM": manipulation})}) as server:
        answer = ask(client, server, etag='"1"')
    assert (answer.status, answer.partial, answer.is_odd) == (226, True, True)
