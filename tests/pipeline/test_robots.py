"""robots.txt, as RFC 9309 reads them."""

from datetime import UTC, datetime, timedelta

import pytest

from aggregator.errors import FetchError
from aggregator.model import Fetched, Robots
from aggregator.pipeline.robots import LONGEST, delay, judged, origin_of, refusal

NOW = datetime(2026, 11, 26, tzinfo=UTC)
ORIGIN = "https://ostrand.example"


def answer(text: bytes) -> Fetched:
    url = f"{ORIGIN}/robots.txt"
    return Fetched(url, url, 200, {}, text)


def may(text: str, path: str) -> bool:
    return not refusal(judged(ORIGIN, answer(text.encode()), now=NOW), ORIGIN + path)


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("", "/news", True),
        ("User-agent: *\nDisallow: /", "/news", False),
        ("User-agent: *\nDisallow:", "/news", True),
        ("User-agent: *\nDisallow: /admin", "/news", True),
        ("user-agent: AGGREGATOR\ndisallow: /news\n\nuser-agent: *\ndisallow:", "/news/1", False),  # §2.2.1
        ("User-agent: aggregator\nDisallow:\n\nUser-agent: *\nDisallow: /", "/news/1", True),
        ("User-agent: other\nDisallow: /", "/news", True),
        ("User-agent: *\nDisallow: /news\nAllow: /news/open", "/news/open/1", True),  # the longest match, §2.2.2
        ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf", False),  # §2.2.3
        ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf?x", True),
        ("\ufeffUser-agent: *\nDisallow: /", "/news", False),
        ("<html>nothing of the kind</html>", "/news", True),
    ],
)
def test_what_a_file_allows(text: str, path: str, allowed: bool) -> None:
    assert may(text, path) is allowed


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("User-agent: *\nDisallow: /admin", 0),
        ("User-agent: *\nCrawl-delay: 2.5", 2.5),
        ("User-agent: aggregator\nCrawl-delay: 5\n\nUser-agent: *\nCrawl-delay: 60", 5),
        ("User-agent: other\nCrawl-delay: 60", 0),
        ("User-agent: *\nCrawl-delay: 1000000", 86_400),
        ("User-agent: *\nCrawl-delay: nan", 0),
        ("User-agent: *\nCrawl-delay: -3", 0),
        ("User-agent: *\nCrawl-delay: often", 0),
    ],
)
def test_the_time_between_two_requests(text: str, seconds: float) -> None:
    assert delay(judged(ORIGIN, answer(text.encode()), now=NOW)) == seconds


def test_what_lies_behind_the_bound_is_not_read() -> None:
    robots = judged(ORIGIN, answer(b"#" * LONGEST + b"\nUser-agent: *\nDisallow: /"), now=NOW)
    assert len(robots.text) == LONGEST
    assert refusal(robots, f"{ORIGIN}/news") == ""


@pytest.mark.parametrize(
    ("status", "closed"), [(404, False), (403, False), (410, False), (429, True), (500, True), (0, True)]
)
def test_what_is_not_there_forbids_nothing_and_what_cannot_be_reached_everything(status: int, closed: bool) -> None:
    robots = judged(ORIGIN, FetchError(ORIGIN, "no answer", status=status), now=NOW)
    assert bool(refusal(robots, f"{ORIGIN}/news")) is closed
    assert robots.expires - NOW == (timedelta(hours=1) if closed else timedelta(days=1))


def test_a_server_that_names_a_time_is_not_asked_before() -> None:
    error = FetchError(ORIGIN, "busy", status=503, retry_after=NOW + timedelta(hours=5))
    assert judged(ORIGIN, error, now=NOW).expires == NOW + timedelta(hours=5)


def test_a_refusal_names_the_host() -> None:
    robots = Robots(ORIGIN, NOW, NOW, 200, "User-agent: *\nDisallow: /")
    assert refusal(robots, f"{ORIGIN}/news") == "robots.txt of ostrand.example does not allow it"


def test_each_port_and_scheme_has_a_file_of_its_own() -> None:
    assert origin_of("https://ostrand.example:8443/a?b#c") == "https://ostrand.example:8443"
    assert origin_of("http://ostrand.example/a") == "http://ostrand.example"
