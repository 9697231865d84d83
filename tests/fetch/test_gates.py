"""Statuses that bring no document say in plain words what is the matter and what to do."""

import pytest

from aggregator.errors import FetchError
from tests.fetch.conftest import Fetch
from tests.servers import Page, serve

CHALLENGE = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><script>window._cf_chl_opt={};</script>"
CLOUDFLARE = "Cloudflare lets only browsers pass here; ask the publisher to let feed readers in, or use another address"
SAID = {
    "a challenge by its header": (Page(status=403, headers={"CF-Mitigated": "challenge"}), CLOUDFLARE),
    "a challenge by its page": (Page(CHALLENGE, status=503, headers={"Server": "cloudflare"}), CLOUDFLARE),
    "a challenge in a large page": (Page(CHALLENGE + b" " * 2_000_000, status=403), CLOUDFLARE),
    "a challenge with a success": (
        Page(b"<html><script>", status=202, headers={"X-Amzn-Waf-Action": "challenge"}),
        "AWS WAF lets only browsers pass here",
    ),
    "no document with a success": (Page(b"<html>later", status=202), "an answer without a document"),
    "a name is asked for": (Page(status=401), "it asks who we are; give the feed `username` and `password_env`"),
    "for a fee": (Page(status=402), "the server wants to be paid first"),
    "a choice": (Page(status=300), "several documents to choose from, and not which; write the address of one"),
    "a number of one's own": (Page(status=999), "the server does not let programs like this one read it"),
    "forbidden": (Page(status=403), "the server does not let us read it; ask its publisher"),
    "not there": (Page(CHALLENGE, status=404), "there is nothing at this address; the feed may have moved"),
    "too often": (Page(status=429), "the server finds that we ask too often"),
    "a fault": (Page(b"<h1>Oops</h1>", status=500), "the server has a fault of its own"),
    "a fault of another's making": (Page(status=522), "the server has a fault of its own"),
    "closed for today": (Page(status=503), "the server cannot answer at the moment"),
    "moved to nowhere": (Page(status=301), "it says that the feed is elsewhere, but not where"),
    "a hotel": (Page(status=511), "the network that we are in asks for a login first"),
    "the law": (Page(status=451), "the server must not show it, for legal reasons"),
}


@pytest.mark.parametrize("name", SAID)
def test_a_status_in_plain_words(name: str, fetch: Fetch) -> None:
    page, words = SAID[name]
    with serve({"/": page}) as server:
        answer = fetch(server.url())
    assert isinstance(answer, FetchError)
    assert answer.reason.startswith(f"HTTP {page.status}")
    assert words in answer.reason
    assert not answer.permanent
