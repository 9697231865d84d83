"""Who we say we are, and what one sync of a workspace shows to servers."""

import json
from pathlib import Path

import pytest

from aggregator import __version__
from aggregator.errors import FetchError
from aggregator.fetch import Client
from aggregator.model import Request
from tests.fetch.conftest import NOW
from tests.program import run
from tests.servers import Page, serve
from tests.workspaces import desk, item, rss

DIGESTS = """\
contact: https://desk.example.org/about
digests:
  - {name: morning, when: daily 07:00, to: [a@example.org, B@example.org]}
  - {name: week, when: sat 07:00, to: [b@example.org, c@example.org]}
"""


@pytest.mark.parametrize(
    ("extra", "agent"),
    [
        ("", f"aggregator/{__version__} (feed reader; 1 subscriber)"),
        ("contact: desk@example.org\n", f"aggregator/{__version__} (+desk@example.org; 1 subscriber)"),
        (DIGESTS, f"aggregator/{__version__} (+https://desk.example.org/about; 3 subscribers)"),
    ],
)
def test_one_user_agent_with_contact_and_the_number_of_readers(extra: str, agent: str, tmp_path: Path) -> None:
    pages = {"/a": Page(rss(item(1))), "/b": Page(status=302, headers={"Location": "/a"})}
    with serve(pages) as server:
        desk(tmp_path, server.url("/a"), server.url("/b"), extra=extra).sync()
        assert {seen.headers["user-agent"] for seen in server.requests} == {agent}


def test_no_cookie_no_referer_and_no_second_try_in_a_run(tmp_path: Path) -> None:
    """Neither along a redirect nor after a fault nor in the next sync."""
    cookie = {"Set-Cookie": "a=b; Path=/"}
    pages = {
        "/a": Page(rss(item(1)), headers=cookie),
        "/moved": Page(status=302, headers={"Location": "/a", **cookie}),
        "/fault": Page(status=500, headers=cookie),
        "/cut": Page(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nshort"),
        "/none": Page(raw=b""),
    }
    with serve(pages) as server:
        here = desk(tmp_path, *(server.url(path) for path in pages))
        for _ in range(2):
            here.sync(force=True)
        asked = [seen.path for seen in server.requests]
        sent = {name for seen in server.requests for name in seen.headers}
    assert {path: asked.count(path) for path in pages} == {"/a": 4, "/moved": 2, "/fault": 2, "/cut": 2, "/none": 2}
    assert sent.isdisjoint({"cookie", "referer"})


def test_a_connection_that_closes_when_it_is_used_again_is_worth_one_more_request(client: Client) -> None:
    """Both that were kept open close before an answer: it may have been their time, but there is no third request."""
    slow, answers = Page(b"<rss/>", delay=0.3), [Page(closes=True), Page(b"<rss/>")]
    with serve({"/a": slow, "/none": Page(closes=True), "/once": lambda _: answers.pop(0)}) as server:
        two = [Request(number, server.url("/a")) for number in range(2)]
        kept = [answer for _, answer in client.fetch_many(two, now=NOW)]
        none = client.fetch(server.url("/none"), now=NOW)
        kept.append(client.fetch(server.url("/a"), now=NOW))
        kept.append(client.fetch(server.url("/once"), now=NOW))
        asked = [seen.path for seen in server.requests]
    assert [answer.status for answer in kept] == [200] * 4
    assert isinstance(none, FetchError) and none.reason == "the server closed the connection without an answer"
    assert asked == ["/a", "/a", "/none", "/none", "/a", "/once", "/once"]


def test_a_secret_that_is_not_set_is_named_by_check_and_costs_its_feed_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DESK_TOKEN", raising=False)
    with serve({"/a": Page(rss(item(1))), "/b": Page(rss(item(2)))}) as server:
        locked = f"{{url: '{server.url('/b')}', headers_env: {{Authorization: DESK_TOKEN}}}}"
        here = desk(tmp_path, server.url("/a"), locked)
        report = here.sync()
        assert [seen.path for seen in server.requests] == ["/a"]
        assert "DESK_TOKEN: not set in this environment" in report.refreshed.failures[server.url("/b")]
        told = run(tmp_path, "check", code=2)
        assert f"{server.url('/b')}: headers_env.Authorization: the environment variable DESK_TOKEN is" in told.stderr
        monkeypatch.setenv("DESK_TOKEN", "Bearer s3cret")
        run(tmp_path, "check")
        synced = run(tmp_path, "sync", "--force", "--json")
        assert server.asked("/b")[0].headers["authorization"] == "Bearer s3cret"
        assert json.loads(synced.stdout)["feeds"]["failed"] == 0
    kept = b"".join(path.read_bytes() for path in (tmp_path / "storage").rglob("*") if path.is_file())
    assert "s3cret" not in synced.stdout + synced.stderr
    assert b"s3cret" not in kept
