"""Stories of how feeds are asked: what is sent, when, and what is remembered; real HTTP on loopback."""

import gzip
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from aggregator import workers
from aggregator.app import App
from aggregator.cli import commands as cli
from aggregator.errors import FetchError, HostPausedError
from aggregator.fetch import Client
from aggregator.jobs.refresh import refresh
from aggregator.model import Fetched, Request
from aggregator.pipeline.wording import UNCLOSED
from tests.servers import Page, Seen, Server, serve
from tests.workspaces import START, Desk, desk, item, rss, state_of

MIN, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def conditions(seen: Seen) -> tuple[str, str]:
    return seen.headers.get("if-none-match", ""), seen.headers.get("if-modified-since", "")


def hourly(url: str) -> str:
    return f"{{url: '{url}', every: 1h}}"


def test_validators_are_never_invented_and_a_200_replaces_both_also_by_nothing(tmp_path: Path) -> None:
    """Asked unconditionally, then with both, then with the one that is left, then with none."""
    pages = [
        Page(rss(item(1)), headers={"ETag": '"1"', "Last-Modified": "Mon, 01 Jan 2024 00:00:00 GMT"}),
        Page(rss(item(2)), headers={"ETag": '"2"'}),
        Page(rss(item(3))),
        Page(rss(item(4))),
    ]
    answers = iter(pages)
    with serve({"/a": lambda seen: next(answers)}) as server:
        here = desk(tmp_path, server.url("/a"))
        for _ in pages:
            here.sync(force=True)
        sent = [conditions(seen) for seen in server.requests]
    assert sent == [("", ""), ('"1"', "Mon, 01 Jan 2024 00:00:00 GMT"), ('"2"', ""), ("", "")]


def test_a_304_may_renew_a_validator_and_leaves_the_other(tmp_path: Path) -> None:
    """What a 304 does not repeat stays as it was."""
    answers = iter(
        [
            Page(rss(item(1)), headers={"ETag": '"1"', "Last-Modified": "long ago"}),
            Page(status=304, headers={"ETag": '"2"'}),
            Page(status=304),
        ]
    )
    with serve({"/a": lambda seen: next(answers)}) as server:
        here = desk(tmp_path, server.url("/a"))
        for _ in range(3):
            here.sync(force=True)
        assert conditions(server.requests[2]) == ('"2"', "long ago")
        state = state_of(here, server.url("/a"))
    assert (state.answers_full, state.answers_unchanged, state.same_bytes) == (1, 2, 0)


def test_documents_that_servers_wrap_oddly_are_read(tmp_path: Path) -> None:
    """Parts of a gzip, a coding that is none, and signs of two and four bytes with and without a word of it."""
    body, start = rss(item(1), item(2)), '<?xml version="1.0" encoding="utf-16-le"?>'
    parts = gzip.compress(body[:99]) + gzip.compress(body[99:]) + bytes(20)
    pages = {
        "/parts": Page(parts, headers={"Content-Encoding": "gzip"}),
        "/utf-8": Page(body, headers={"Content-Encoding": "utf-8"}),
        "/mark": Page(body.decode().encode("utf-16")),
        "/word": Page((start + body.decode()).encode("utf-16-le")),
        "/four": Page(body.decode().encode("utf-32")),
    }
    with serve(dict(pages)) as server:
        here = desk(tmp_path, *map(server.url, pages))
        here.sync()
        states = [state_of(here, server.url(path)) for path in pages]
    assert [(state.outcome, state.entries, state.error) for state in states] == [("ok", 2, "")] * len(pages)


def test_an_etag_that_is_a_star_is_never_sent(tmp_path: Path) -> None:
    """In If-None-Match it would mean any: a 304 for ever."""
    with serve({"/a": Page(rss(item(1)), headers={"ETag": "*"})}) as server:
        here = desk(tmp_path, server.url("/a"))
        here.sync()
        here.sync(force=True)
        assert ["if-none-match" in seen.headers for seen in server.requests] == [False, False]
        assert state_of(here, server.url("/a")).validators is None


def test_what_a_document_that_breaks_off_lacks_is_asked_for_at_once_and_is_no_other_entry(tmp_path: Path) -> None:
    """A validator that came with half a document is not sent; of the entry it breaks off in nothing is taken."""
    whole = rss(item(1), item(2))
    pages = iter([whole[: whole.rindex(b"2</guid>")], whole])
    with serve({"/a": lambda seen: Page(next(pages), etag='"1"')}) as server:
        here = desk(tmp_path, server.url("/a"))
        here.sync()
        first = state_of(here, server.url("/a"))
        here.sync(force=True)
        last = state_of(here, server.url("/a"))
    assert (first.entries, first.reject, first.outcome) == (
        1,
        "what follows, if anything: the document breaks off there",
        "ok",
    )
    assert (last.entries, last.reject, last.outcome) == (2, "", "ok")
    assert last.validators and last.validators.etag == '"1"'


def test_a_document_that_never_has_an_end_is_asked_for_with_its_validators(tmp_path: Path) -> None:
    """Its publisher writes it so: the same bytes a second time, then a 304."""
    with serve({"/a": Page(rss(item(1), item(2)).removesuffix(b"</rss>"), etag='"1"')}) as server:
        here = desk(tmp_path, server.url("/a"))
        for _ in range(3):
            here.sync(force=True)
        state = state_of(here, server.url("/a"))
    assert (state.entries, state.answers_full, state.same_bytes, state.answers_unchanged) == (2, 1, 1, 1)


def test_a_server_that_never_writes_end_tags_is_told_of_once(tmp_path: Path) -> None:
    """Of the first document nobody knows; a second one in a row shows that its server writes so."""
    whole = [rss(*map(item, range(1, count))) for count in range(2, 8)]
    bodies = [body.removesuffix(b"</channel></rss>") for body in whole]
    half = bodies[3].removesuffix(b"</item>")
    pages = [*bodies[:3], half, bodies[4], whole[5], bodies[5]]
    answers = iter([Page(body, etag=f'"{n}"') for n, body in enumerate(pages)])
    with serve({"/a": lambda seen: next(answers)}) as server:
        here = desk(tmp_path, server.url("/a"))
        cli.register(("feeds",))
        warned, kept = [], []
        for _ in pages:
            rejects = here.sync(force=True).refreshed.rejects.get(server.url("/a"), ())
            warned.append([reject.reason for reject in rejects])
            state = state_of(here, server.url("/a"))
            kept.append((state.rejected, state.entries, state.validators is not None))
            if len(kept) == 2:
                shown = CliRunner().invoke(cli.app, ["-C", str(tmp_path), "feeds", "show", "/a"]).stdout
    no_end, broken = [UNCLOSED], ["the document breaks off there"]
    assert warned == [no_end, [], [], broken, no_end, [], no_end]
    assert kept == [
        (1, 1, False),
        (0, 2, True),
        (0, 3, True),
        (1, 3, False),
        (1, 5, False),
        (0, 6, True),
        (1, 6, False),
    ]
    assert f"document:    {UNCLOSED}, as the one before: its server writes it so" in shown


def test_validators_belong_to_the_address_that_gave_them(tmp_path: Path) -> None:
    """A redirect is asked without them, its target with them."""
    pages = {"/old": Page(status=302, headers={"location": "/new"}), "/new": Page(rss(item(1)), etag='"1"')}
    with serve(pages) as server:
        here = desk(tmp_path, server.url("/old"))
        here.sync()
        assert here.sync(force=True).refreshed.unchanged == 1
        assert [conditions(seen)[0] for seen in server.requests] == ["", "", "", '"1"']
        assert "cookie" not in server.requests[3].headers and "referer" not in server.requests[3].headers


def test_nobody_is_asked_before_the_hour_that_cache_control_asks_for(tmp_path: Path) -> None:
    """Our own cadence may be two minutes early, for a cron job; a server's max-age may not."""
    fresh = Page(rss(item(1)), headers={"cache-control": "max-age=3600"})
    with serve({"/a": fresh, "/b": Page(rss(item(2)))}) as server:
        here = desk(tmp_path, hourly(server.url("/a")), hourly(server.url("/b")))
        here.sync()
        here.clock.forward(minutes=59)
        here.sync()
        assert (len(server.asked("/a")), len(server.asked("/b"))) == (1, 2)
        here.clock.forward(minutes=1)
        here.sync()
        assert (len(server.asked("/a")), len(server.asked("/b"))) == (2, 2)


def test_a_304_that_does_not_repeat_max_age_leaves_it_standing(tmp_path: Path) -> None:
    """RFC 9111 §4.3.4: what was stored is still said."""
    answers = iter([Page(rss(item(1)), headers={"ETag": '"1"', "Cache-Control": "max-age=14400"}), Page(status=304)])
    with serve({"/a": lambda seen: next(answers)}) as server:
        here = desk(tmp_path, hourly(server.url("/a")))
        here.sync()
        here.clock.forward(hours=4)
        here.sync()
        state = state_of(here, server.url("/a"))
    assert (state.due, state.due_reason) == (START + 8 * HOUR, "the server asks for 4 h")


NIGHT = "<skipHours>" + "".join(f"<hour>{hour}</hour>" for hour in (7, 8, 9)) + "</skipHours>"


@pytest.mark.parametrize("spread", [False, True])
def test_nobody_is_asked_in_an_hour_that_the_feed_skips_however_late_its_turn_comes(
    tmp_path: Path, spread: bool
) -> None:
    """Due at 6:40, and nobody was there before 7."""
    with serve({"/a": Page(rss(item(1), more=NIGHT))}) as server:
        here = desk(tmp_path, f"{{url: '{server.url('/a')}', every: 40m}}")
        for minutes in (0, 65, 235, 241 if not spread else 290):
            here.clock.now = START + minutes * MIN
            with here.app() as app:
                workers.sync(app, spread=spread)
            assert len(server.requests) == (1 if minutes < 240 else 2), minutes


def test_an_hour_that_the_feed_skips_and_the_only_one_in_which_we_sync(tmp_path: Path) -> None:
    """Once a day at 7, of which the feed skips the hour: it is asked every other day, and under --force."""
    with serve({"/a": Page(rss(item(1), more=NIGHT))}) as server:
        here = desk(tmp_path, f"{{url: '{server.url('/a')}', every: 40m}}")
        here.clock.forward(hours=1)
        asked = []
        for _ in range(4):
            here.sync()
            asked.append(len(server.requests))
            here.clock.forward(days=1)
        here.sync(force=True)
    assert asked == [1, 1, 2, 2] and len(server.requests) == 3


@pytest.mark.parametrize(
    ("more", "headers", "due", "reason"),
    [
        ("<ttl>180</ttl>", {}, START + 3 * HOUR, "the feed asks for 3 h"),
        ("", {"expires": format_datetime(START + 5 * HOUR, usegmt=True)}, START + 5 * HOUR, "the server asks for 5 h"),
        ("", {"cache-control": "max-age=7200", "age": "1800"}, START + 90 * MIN, "the server asks for 1 h 30 min"),
        ("", {"cache-control": "max-age=31536000"}, START + DAY, "the server asks for 365 days, taken as 24 h"),
        ("<skipHours><hour>7</hour><hour>8</hour></skipHours>", {}, START + 3 * HOUR, "does not ask to skip"),
        ("<skipDays><day>Monday</day></skipDays>", {}, START.replace(hour=0) + DAY, "does not ask to skip"),
    ],
    ids=["ttl", "Expires", "max-age less Age", "max-age of a year", "skipHours", "skipDays"],
)
def test_what_feed_and_server_ask_for_lengthens_our_cadence(
    tmp_path: Path, more: str, headers: dict[str, str], due: datetime, reason: str
) -> None:
    """Kept with its reason in words, and no sync asks earlier."""
    with serve({"/a": Page(rss(item(1), more=more), headers=headers)}) as server:
        here = desk(tmp_path, hourly(server.url("/a")))
        here.sync()
        state = state_of(here, server.url("/a"))
        here.clock.now = due - MIN
        here.sync()
        assert len(server.requests) == 1
        here.clock.now = due
        here.sync()
        assert len(server.requests) == 2
    assert state.due == due and state.due_reason.endswith(reason)
    if "server" not in reason:
        return
    assert state.fresh_until == due


def test_the_syndication_module_of_rss_1_is_heard(tmp_path: Path) -> None:
    """Four times a day is every six hours."""
    body = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
    xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel rdf:about="http://example.com/"><title>T</title>
    <link>http://example.com/</link><sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>
    </channel><item rdf:about="http://example.com/1"><title>One</title><link>http://example.com/1</link></item>
    </rdf:RDF>"""
    with serve({"/a": Page(body)}) as server:
        here = desk(tmp_path, hourly(server.url("/a")))
        here.sync()
        state = state_of(here, server.url("/a"))
    assert (state.due, state.due_reason) == (START + 6 * HOUR, "the feed asks for 6 h")


UNDATED = {
    "no dates": lambda number: item(number, at=None),
    "dates before there was any web": lambda number: item(number, at=datetime(1970, 1, 1, tzinfo=UTC)),
    "dates to come": lambda number: item(number, at=datetime(2099, 1, 1, tzinfo=UTC)),
}


@pytest.mark.parametrize("name", UNDATED)
def test_a_feed_without_dates_is_asked_by_what_we_saw_of_it(tmp_path: Path, name: str) -> None:
    """Ever more seldom while nothing comes, by the mean gap between what came, and hourly at most."""
    written = UNDATED[name]
    shown = [written(1)]
    reasons = []
    with serve({"/a": lambda seen: Page(rss(*shown))}) as server:
        here = desk(tmp_path, server.url("/a"))
        for hours, news in ((0, False), (96, False), (0, True), (24, True), (1, True), (1, False)):
            here.clock.forward(hours=hours)
            shown += [written(len(shown) + 1)] * news
            here.sync(force=True)
            reasons.append(state_of(here, server.url("/a")).due_reason)
    assert reasons == [
        "auto: rhythm not known yet, so every 1 h",
        "auto: silent for 4 days, so every 6 h",
        "auto: something new every 4 days on average, so every 12 h",
        "auto: something new every 3 days on average, so every 12 h",
        "auto: something new every 2 days on average, so every 12 h",
        "auto: something new every 2 days on average, so every 12 h",
    ]


def test_a_feed_that_stays_empty_is_asked_ever_more_seldom(tmp_path: Path) -> None:
    """Silent since we know it; what it says of that is not the date of an entry."""
    with serve({"/a": Page(rss(), etag='"1"')}) as server:
        here = desk(tmp_path, server.url("/a"))
        for days in (0, 4, 26):
            here.clock.forward(days=days)
            here.sync(force=True)
        state = state_of(here, server.url("/a"))
    assert (state.due_reason, state.newest) == ("auto: silent for 30 days, so every 12 h", None)


def test_a_feed_without_dates_that_changes_all_the_time_is_asked_hourly(tmp_path: Path) -> None:
    """What is seen at every visit says how often we ask, and not how often there is something new."""
    numbers = iter(range(100))
    with serve({"/a": lambda seen: Page(rss(item(1, at=None, text=f"Now it is {next(numbers)} degrees.")))}) as server:
        here = desk(tmp_path, server.url("/a"))
        for _ in range(6):
            here.sync()
            state = state_of(here, server.url("/a"))
            assert state.due
            here.clock.now = state.due
    assert here.clock.now == START + 6 * HOUR and len(server.requests) == 6


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("as_date", [False, True], ids=["seconds", "date"])
def test_retry_after_holds_to_the_second_under_force_too(tmp_path: Path, status: int, as_date: bool) -> None:
    """Seconds and dates, 429 and 503; four hours are four hours."""
    wait = format_datetime(START + 4 * HOUR, usegmt=True) if as_date else "14400"
    with serve({"/a": Page(status=status, headers={"retry-after": wait})}) as server:
        here = desk(tmp_path, server.url("/a"))
        here.sync()
        for early in (HOUR, 4 * HOUR - MIN):
            here.clock.now = START + early
            here.sync(force=True)
        assert len(server.requests) == 1
        state = state_of(here, server.url("/a"))
        here.clock.now = START + 4 * HOUR + MIN
        here.sync()
        assert len(server.requests) == 2
    assert state.due_reason == "the server asked to wait until 2026-11-23 10:00 UTC"


def test_a_busy_server_that_does_not_say_how_long_gets_an_hour_then_two(tmp_path: Path) -> None:
    """429 and 503 without Retry-After; --force may ask, for nobody told us to wait."""
    with serve({"/a": Page(status=429), "/b": Page(status=503)}) as server:
        here = desk(tmp_path, server.url("/a"), server.url("/b"))
        here.sync()
        first = state_of(here, server.url("/a"))
        assert first.due and HOUR <= first.due - START <= 66 * MIN
        here.clock.now = first.due + 6 * MIN
        here.sync()
        second = state_of(here, server.url("/b"))
    assert second.due and 2 * HOUR <= second.due - here.clock.now <= 132 * MIN
    assert second.due_reason == "its server was busy 2 times in a row: trying again after 2 h"


def test_a_feed_that_failed_is_asked_again_once_feeds_yaml_says_how(tmp_path: Path) -> None:
    """Who writes the missing login into feeds.yaml need not wait for the back-off; others stay as they are."""
    with serve({"/a": Page(status=401), "/b": Page(status=404)}) as server:
        here = desk(tmp_path, server.url("/a"), server.url("/b"))
        here.sync()
        here.sync()
        assert len(server.requests) == 2
        server.pages["/a"] = Page(rss(item(1)))
        text = (tmp_path / "feeds.yaml").read_text(encoding="utf-8")
        asked = text.replace(f"  - {server.url('/a')}", f"  - {{url: '{server.url('/a')}', user_agent: mine}}")
        (tmp_path / "feeds.yaml").write_text(asked, encoding="utf-8")
        here.sync()
        assert state_of(here, server.url("/a")).outcome == "ok"
        assert len(server.requests) == 4
        here.sync()
        assert len(server.requests) == 4


def test_a_feed_that_feeds_yaml_keeps_from_being_asked_does_not_back_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A secret that is not set, an address inside: told at each sync, no failure counted, then asked at once."""
    monkeypatch.delenv("DESK_TOKEN", raising=False)
    with serve({"/a": Page(rss(item(1)))}) as server, serve({"/b": Page(rss(item(2)))}, host="127.0.0.2") as other:
        secret = f"{{url: '{server.url('/a')}', headers_env: {{X-Token: DESK_TOKEN}}}}"
        here = desk(tmp_path, secret, other.url("/b"))
        file = tmp_path / "feeds.yaml"
        closed = file.read_text(encoding="utf-8").replace("127.0.0.0/8", "127.0.0.1/32")
        file.write_text(closed, encoding="utf-8")
        for _ in range(3):
            assert here.sync().refreshed.failed == 2
            here.clock.now += MIN
        states = [state_of(here, url) for url in (server.url("/a"), other.url("/b"))]
        assert [(s.outcome, s.failures, s.failing_since, s.due) for s in states] == [
            ("unasked", 0, None, START + 2 * MIN)
        ] * 2
        assert "DESK_TOKEN" in states[0].error and "allow_networks" in states[1].error
        with here.app() as app:
            hour = {due.url for m in range(75) for due in workers.due_feeds(_later(app, m), spread=True)}
            now = workers.due_feeds(app, spread=True)
        assert hour == {server.url("/a"), other.url("/b")} and len(now) < 2  # under run: in its minute of the hour
        monkeypatch.setenv("DESK_TOKEN", "t")
        file.write_text(closed.replace("127.0.0.1/32", "127.0.0.0/8"), encoding="utf-8")
        assert here.sync().refreshed.fetched == 2


def _later(app: App, minutes: int) -> App:
    return replace(app, clock=lambda: START + (3 + minutes) * MIN)


def test_a_secret_that_is_missing_once_does_not_undo_a_move(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The address it has moved to stays the one that is asked."""
    monkeypatch.setenv("DESK_TOKEN", "t")
    with serve({"/b": Page(rss(item(1)))}) as server:
        server.pages["/a"] = Page(status=301, headers={"location": server.url("/b")})
        here = desk(tmp_path, f"{{url: '{server.url('/a')}', headers_env: {{X-Token: DESK_TOKEN}}}}")
        for _ in range(2):
            here.sync(force=True)
            here.clock.now += 8 * DAY
        monkeypatch.delenv("DESK_TOKEN")
        here.sync()
    state = state_of(here, server.url("/a"))
    assert (state.outcome, state.adopted) == ("unasked", server.url("/b"))


def test_a_move_to_an_address_inside_is_given_up(tmp_path: Path) -> None:
    """What a server led to is its affair: the address of feeds.yaml is asked again."""
    with serve({"/a": Page(status=301)}, host="127.0.0.2") as server, serve({"/b": Page(rss(item(1)))}) as other:
        server.pages["/a"] = Page(status=301, headers={"location": other.url("/b")})
        here = desk(tmp_path, server.url("/a"))
        for _ in range(2):
            here.sync(force=True)
            here.clock.now += 8 * DAY
        assert state_of(here, server.url("/a")).adopted == other.url("/b")
        file = tmp_path / "feeds.yaml"
        closed = file.read_text(encoding="utf-8").replace("127.0.0.0/8", "127.0.0.2/32")
        file.write_text(closed, encoding="utf-8")
        here.sync()
        state = state_of(here, server.url("/a"))
    assert (state.outcome, state.failures, state.adopted) == ("failed", 1, "")


def test_a_feed_that_fails_for_months_is_dead_but_not_given_up(tmp_path: Path) -> None:
    """Daily after two weeks, weekly after two months, and forgiven at once when it answers."""
    with serve({"/a": Page(status=500)}) as server:
        here = desk(tmp_path, server.url("/a"))
        reasons: dict[str, int] = {}
        while here.clock.now < START + 90 * DAY:
            here.sync()
            state = state_of(here, server.url("/a"))
            assert state.due
            kind = state.due_reason.rpartition(":")[2].strip() if "dead" in state.due_reason else "backing off"
            reasons[kind] = reasons.get(kind, 0) + 1
            here.clock.now = state.due
        server.pages["/a"] = Page(rss(item(1)))
        here.sync()
        state = state_of(here, server.url("/a"))
    assert list(reasons) == ["backing off", "counted as dead, asked once a day", "counted as dead, asked once a week"]
    assert 35 <= reasons["counted as dead, asked once a day"] <= 46
    assert 3 <= reasons["counted as dead, asked once a week"] <= 6
    assert (state.outcome, state.failures, state.failing_since) == ("ok", 0, None)


def test_a_feed_that_is_gone_says_what_to_do(tmp_path: Path) -> None:
    """Never asked again, also under --force; listed anew it is."""
    with serve({"/a": Page(status=410), "/b": Page(rss(item(1)))}) as server:
        here = desk(tmp_path, server.url("/a"), server.url("/b"))
        here.sync()
        here.clock.forward(days=400)
        here.sync(force=True)
        state = state_of(here, server.url("/a"))
        assert len(server.asked("/a")) == 1 and state.gone
        assert "410" in state.due_reason and "remove it from feeds.yaml" in state.due_reason
        desk(tmp_path, server.url("/b")).sync()
        desk(tmp_path, server.url("/a"), server.url("/b")).sync()
        assert len(server.asked("/a")) == 2


MOVES = {"/old": Page(status=301, headers={"location": "/new"}), "/new": Page(rss(item(1)), etag='"1"')}


def daily(url: str) -> str:
    return f"{{url: '{url}', every: 1d}}"


def move(tmp_path: Path, url: str) -> Desk:
    """Ask a feed that has moved every day until the move is believed."""
    here = desk(tmp_path, daily(url))
    for _ in range(8):
        here.sync()
        here.clock.forward(days=1)
    return here


def test_a_move_that_agreed_for_a_week_is_adopted(tmp_path: Path) -> None:
    """From then on the new address is asked directly, with its validators; feeds.yaml and identity stay."""
    with serve(dict(MOVES)) as server:
        here = move(tmp_path, server.url("/old"))
        state = state_of(here, server.url("/old"))
        assert (state.adopted, state.moved_since, len(server.asked("/old"))) == (server.url("/new"), START, 8)
        assert here.sync().refreshed.unchanged == 1
        assert len(server.asked("/old")) == 8 and conditions(server.asked("/new")[8])[0] == '"1"'
        with here.app() as app:
            (stored,) = app.store.entries.search()
        assert (stored.source.url, state.entries) == (server.url("/old"), 1)
        assert server.url("/old") in (tmp_path / "feeds.yaml").read_text(encoding="utf-8")


def test_a_feed_that_moved_to_another_listed_one_is_asked_there_once(tmp_path: Path) -> None:
    """Not asked, with its reason, while the other one is well; asked again when that is gone, or taken out."""
    with serve(dict(MOVES)) as server:
        old, new = server.url("/old"), server.url("/new")
        clock = move(tmp_path, old).clock
        here = replace(desk(tmp_path, old, new), clock=clock)
        here.sync(force=True)
        before, asked = state_of(here, old), len(server.requests)
        for _ in range(3):
            report = here.sync(force=True)
            assert (report.refreshed.unchanged, len(report.refreshed.postponed), report.refreshed.failed) == (1, 1, 0)
        after = state_of(here, old)
        assert len(server.requests) == asked + 3
        assert after.due_reason == f"not asked: it moved to {new}, which is listed too and asked there"
        assert replace(after, due=before.due, due_reason=before.due_reason) == before
        server.pages["/new"] = Page(status=404)
        here.sync(force=True)
        here.sync(force=True)
        assert state_of(here, old).adopted == ""


@contextmanager
def moved_to_one_address(folder: Path) -> Iterator[tuple[Server, Desk, str, str]]:
    """Two feeds that have moved to one address long enough for that to be believed."""
    with serve({"/rss": MOVES["/old"], "/atom": MOVES["/old"], "/new": MOVES["/new"]}) as server:
        first, second = server.url("/rss"), server.url("/atom")
        here = desk(folder, daily(first), daily(second))
        for _ in range(9):
            here.sync(force=True)
            here.clock.forward(days=1)
        yield server, here, first, second


def test_two_feeds_that_moved_to_one_address_are_asked_there_once(tmp_path: Path) -> None:
    """The first is asked, and the other one says so; when the first is taken out, the other is asked."""
    with moved_to_one_address(tmp_path) as (server, here, first, second):
        before, asked = state_of(here, second), len(server.requests)
        for _ in range(3):
            report = here.sync(force=True)
            assert (report.refreshed.unchanged, len(report.refreshed.postponed), report.refreshed.failed) == (1, 1, 0)
        after = state_of(here, second)
        assert [seen.path for seen in server.requests[asked:]] == ["/new"] * 3
        assert after.due_reason == f"not asked: it moved to {server.url('/new')}, which is asked for {first} already"
        assert replace(after, due=before.due, due_reason=before.due_reason) == before
        here = replace(desk(tmp_path, daily(second)), clock=here.clock)
        here.sync(force=True)
        assert [seen.path for seen in server.requests[asked:]] == ["/new"] * 4


def test_of_two_feeds_that_move_to_one_address_the_one_that_failed_is_asked_until_it_is_well(tmp_path: Path) -> None:
    """One that is left alone would look dead after two weeks."""
    with moved_to_one_address(tmp_path) as (server, here, first, second):
        server.pages["/new"] = Page(status=500)
        here.sync(force=True)
        server.pages["/new"] = MOVES["/new"]
        for _ in range(2):
            here.sync(force=True)
        assert [state_of(here, url).failures for url in (first, second)] == [0, 0]


def test_of_two_feeds_that_lead_to_each_other_in_turn_one_is_asked(tmp_path: Path) -> None:
    """An address that moved, and weeks later was moved back onto, is nobody's to be asked by the other alone."""
    with serve(dict(MOVES)) as server:
        old, new = server.url("/old"), server.url("/new")
        clock = move(tmp_path, old).clock
        here = replace(desk(tmp_path, old, new), clock=clock)
        here.sync(force=True)
        server.pages |= {"/old": server.pages["/new"], "/new": Page(status=301, headers={"location": "/old"})}
        for _ in range(20):
            clock.forward(days=1)
            asked = len(server.requests)
            here.sync(force=True)
            assert len(server.requests) > asked


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_temporary_move_is_never_adopted(tmp_path: Path, status: int) -> None:
    """However often it is said."""
    with serve(MOVES | {"/old": Page(status=status, headers={"location": "/new"})}) as server:
        state = state_of(move(tmp_path, server.url("/old")), server.url("/old"))
    assert (state.moved_to, state.adopted) == ("", "")


def test_a_308_behind_a_301_is_a_move_and_a_302_behind_it_is_none(tmp_path: Path) -> None:
    """Every hop of a chain has to be for good."""
    pages = MOVES | {
        "/older": Page(status=308, headers={"location": "/old"}),
        "/away": Page(status=301, headers={"location": "/for-now"}),
        "/for-now": Page(status=302, headers={"location": "/new"}),
    }
    with serve(pages) as server:
        here = desk(tmp_path, server.url("/older"), server.url("/away"))
        here.sync()
        assert state_of(here, server.url("/older")).moved_to == server.url("/new")
        assert state_of(here, server.url("/away")).moved_to == ""


def test_an_adopted_address_that_is_gone_brings_back_the_one_of_feeds_yaml(tmp_path: Path) -> None:
    """404 there: the move is forgotten, and the old address is asked half an hour later."""
    with serve(dict(MOVES)) as server:
        url = server.url("/old")
        here = move(tmp_path, url)
        server.pages |= {"/new": Page(status=410), "/old": Page(rss(item(1), item(2)))}
        here.sync()
        state = state_of(here, url)
        assert (state.adopted, state.moved_to, state.gone, state.failures) == ("", "", False, 1)
        assert "the one in feeds.yaml is asked again" in state.due_reason
        here.clock.forward(minutes=34)
        assert here.sync().refreshed.new == 1
        assert len(server.asked("/old")) == 9


@pytest.mark.parametrize("adopted", [True, False], ids=["adopted", "seen once"])
def test_a_feed_that_is_edited_to_its_new_address_stays_the_same_feed(tmp_path: Path, adopted: bool) -> None:
    """Entries, state and identity carry over; nothing is announced or asked anew."""
    with serve(dict(MOVES)) as server:
        here = desk(tmp_path, daily(server.url("/old")))
        here = move(tmp_path, server.url("/old")) if adopted else here
        here.sync()
        before, outputs = state_of(here, server.url("/old")), here.outputs()
        asked = len(server.requests)
        edited = desk(tmp_path, daily(server.url("/new")))
        edited.clock.now = here.clock.now
        report = edited.sync()
        after = state_of(edited, server.url("/new"))
        with edited.app() as app:
            assert [feed.url for feed in app.store.feeds.all()] == [server.url("/new")]
            (stored,) = app.store.entries.search()
    assert (report.due, report.refreshed.new, len(server.requests)) == (0, 0, asked)
    assert after == replace(before, url=server.url("/new"), moved_to="", moved_since=None, moved_count=0, adopted="")
    assert stored.source.url == server.url("/new") and outputs["all.atom"].count(b"<entry>") == 1


class Paused(Client):
    """A client whose host ``paused`` has told another feed to wait: its feeds are not asked."""

    def __init__(self, paused: Callable[[str], bool], until: datetime | None) -> None:
        super().__init__(user_agent="test", allow_networks=("127.0.0.0/8",))
        self.paused, self.until = paused, until

    def fetch_many(
        self, requests: Iterable[Request], *, now: datetime, meanwhile: Callable[[], None] = lambda: None
    ) -> Generator[tuple[Request, Fetched | FetchError], None, None]:
        for request in requests:
            if self.paused(request.url):
                yield request, HostPausedError(request.url, "not asked: its host is busy", retry_after=self.until)
            else:
                yield from super().fetch_many([request], now=now, meanwhile=meanwhile)


@contextmanager
def pausing(here: Desk, paused: Callable[[str], bool], until: datetime | None = None) -> Iterator[App]:
    """Open the workspace with such a client."""

    class Pausing(App):
        def client(self) -> Client:
            return Paused(paused, until)

    with here.app() as app:
        yield Pausing(app.workspace, app.config, app.store, app.archive, app.clock)


def test_neighbours_of_a_feed_that_was_told_to_wait_wait_without_blame(tmp_path: Path) -> None:
    """Outcome, error and failures stay; they are due a little after the host's time; --force asks them."""
    with serve({"/a": Page(rss(item(1))), "/b": Page(rss(item(2)))}) as server:
        here = desk(tmp_path, server.url("/a"), server.url("/b"))
        here.sync()
        before = state_of(here, server.url("/b"))
        here.clock.forward(hours=1)
        with pausing(here, lambda url: url.endswith("/b"), START + 3 * HOUR) as app:
            report = workers.sync(app)
        after = state_of(here, server.url("/b"))
        assert (report.refreshed.failed, len(report.refreshed.postponed), report.refreshed.outage) == (0, 1, False)
        assert after.due and START + 3 * HOUR <= after.due <= START + 3 * HOUR + 12 * MIN
        assert after.due_reason == "not asked: its host is busy"
        assert replace(after, due=before.due, due_reason=before.due_reason) == before
        here.sync(force=True)
        assert len(server.asked("/b")) == 2


def test_the_429_of_a_feed_puts_off_its_neighbours_without_blame(tmp_path: Path) -> None:
    """With the client of every day: the one that was told waits hard, the others softly, and all say why."""
    busy = Page(status=429, headers={"retry-after": "600"})
    with serve({f"/{number}": busy for number in range(9)}) as server:
        urls = [server.url(path) for path in server.pages]
        here = desk(tmp_path, *urls)
        report = here.sync()
        states = [state_of(here, url) for url in urls]
    told = [state for state in states if state.outcome == "failed"]
    left = [state for state in states if not state.outcome]
    assert len(told) == len(server.requests) and len(left) == len(report.refreshed.postponed) > 0
    assert all(state.wait_until and state.wait_until >= START + 10 * MIN and state.failures == 1 for state in told)
    assert all(state.wait_until is None and state.failures == 0 for state in left)
    assert all(state.due and state.due >= START + 10 * MIN and "127.0.0.1" in state.due_reason for state in left)


@pytest.mark.parametrize("force", [False, True])
def test_a_new_address_of_a_host_that_was_told_to_wait_waits_with_it(tmp_path: Path, force: bool) -> None:
    """What one feed was told is known for its host: an hour at most, then the new one is asked, and not blamed."""
    busy = Page(status=503, headers={"retry-after": "7200"})
    with serve({"/a": busy, "/b": Page(rss(item(1)))}) as server:
        here = desk(tmp_path, server.url("/a"))
        here.sync()
        here.clock.forward(minutes=1)
        here = replace(desk(tmp_path, server.url("/a"), server.url("/b")), clock=here.clock)
        report = here.sync(force=force)
        assert (len(report.refreshed.postponed), report.refreshed.failed, len(server.requests)) == (1, 0, 1)
        state = state_of(here, server.url("/b"))
        assert state.due and START + HOUR <= state.due <= START + HOUR + 10 * MIN
        assert state.due_reason == (
            "not asked: 127.0.0.1 told another of its feeds to come later; left alone until 2026-11-23 07:00 UTC"
        )
        here.clock.now = state.due
        here.sync()
        assert [seen.path for seen in server.requests] == ["/a", "/b"]


@pytest.mark.parametrize("status", [302, 303, 307])
def test_it_is_the_host_that_said_so_whose_feeds_wait_and_not_the_one_that_led_there(
    tmp_path: Path, status: int
) -> None:
    """The feed itself waits hard all the same."""
    busy = {"/feed": Page(status=429, headers={"retry-after": "3600"}), "/b": Page(rss(item(1)))}
    with serve(busy, host="127.0.0.2") as far:
        moved = Page(status=status, headers={"location": far.url("/feed")})
        with serve({"/a": moved, "/b": Page(rss(item(2)))}) as near:
            here = desk(tmp_path, near.url("/a"))
            here.sync()
            here.clock.forward(minutes=1)
            here = replace(desk(tmp_path, near.url("/a"), near.url("/b"), far.url("/b")), clock=here.clock)
            report = here.sync(force=True).refreshed
            assert (report.fetched, len(report.postponed), report.failed) == (1, 1, 0)
            assert [seen.path for seen in (*near.requests, *far.requests)] == ["/a", "/b", "/feed"]


@pytest.mark.parametrize("force", [False, True])
def test_a_429_that_names_no_time_is_known_to_later_syncs_as_well(tmp_path: Path, force: bool) -> None:
    """Its host is left alone for a quarter of an hour, for a new address, too, and for the one that was told."""
    with serve({"/a": Page(status=429), "/b": Page(rss(item(1)))}) as server:
        here = desk(tmp_path, server.url("/a"))
        here.sync()
        here.clock.forward(minutes=14)
        here = replace(desk(tmp_path, server.url("/a"), server.url("/b")), clock=here.clock)
        report = here.sync(force=force)
        assert (len(report.refreshed.postponed), report.refreshed.failed, len(server.requests)) == (1 + force, 0, 1)
        state = state_of(here, server.url("/b"))
        assert (state.outcome, state.failures) == ("", 0)
        assert state.due_reason == (
            "not asked: 127.0.0.1 told another of its feeds to come later; left alone until 2026-11-23 06:15 UTC"
        )
        here.clock.forward(minutes=3)
        here.sync()
        assert [seen.path for seen in server.requests] == ["/a", "/b"]


def test_feeds_that_were_not_asked_say_nothing_of_our_network(tmp_path: Path) -> None:
    """Three that could not be reached of three that were asked are an outage; ten that waited do not count."""
    for asked, outage in ((3, True), (2, False)):
        here = desk(tmp_path / str(asked), *(f"http://127.0.0.1:9/{number}" for number in range(13)))
        with pausing(here, lambda url, asked=asked: int(url.rpartition("/")[2]) >= asked) as app:  # type: ignore[misc]
            workers.list_feeds(app)
            report = refresh(app, app.store.feeds.all())
        assert (report.outage, len(report.postponed)) == (outage, 13 - asked)


@pytest.mark.parametrize(
    "way",
    [{"/a": 302}, {"/a": 301}, {"/a": 301, "/b": 302}],
    ids=["for now", "for good, seen once", "for good and then for now"],
)
def test_what_an_address_leads_to_may_be_gone_and_the_feed_is_not(tmp_path: Path, way: dict[str, int]) -> None:
    """RFC 9110 §15.4.3: the address stays the feed's. It backs off, the place is named, and all is well again."""
    hops = [*way, "/maintenance"]
    steps = {
        here: Page(status=way[here], headers={"location": there}) for here, there in zip(way, hops[1:], strict=True)
    }
    with serve({**steps, "/maintenance": Page(status=410)}) as server:
        here = desk(tmp_path, server.url("/a"))
        here.sync()
        cli.register(("feeds",))
        said = CliRunner().invoke(cli.app, ["-C", str(tmp_path), "feeds", "show", "/a"]).stdout
        assert f"redirected to {server.url('/maintenance')}: HTTP 410 Gone" in said and "take" not in said
        state = state_of(here, server.url("/a"))
        assert (state.gone, state.outcome, state.failures) == (False, "failed", 1)
        server.pages["/a"] = Page(rss(item(1)))
        here.clock.now = state.due or START
        assert here.sync().refreshed.new == 1


def test_a_410_behind_an_adopted_address_for_now_leaves_the_move(tmp_path: Path) -> None:
    with serve({**MOVES, "/maintenance": Page(status=410)}) as server:
        here = move(tmp_path, server.url("/old"))
        server.pages["/new"] = Page(status=302, headers={"location": "/maintenance"})
        here.sync()
        state = state_of(here, server.url("/old"))
    assert (state.adopted, state.gone, state.failures) == (server.url("/new"), False, 1)


@pytest.mark.parametrize("status", [400, 412, 501])
def test_a_server_that_stumbles_over_our_conditions_is_asked_with_fewer(tmp_path: Path, status: int) -> None:
    """Without A-IM at the next turn, then with no condition, for a hundred documents; one of them cost a failure."""
    numbers = iter(range(1, 1000))

    def answer(seen: Seen) -> Page:
        return Page(status=status) if "if-none-match" in seen.headers else Page(rss(item(next(numbers))), etag='"1"')

    with serve({"/a": answer}) as server:
        here = desk(tmp_path, server.url("/a"))
        outcomes = [turn(here, server.url("/a")) for _ in range(6)]
        sent = [(seen.headers.get("if-none-match"), seen.headers.get("a-im")) for seen in server.requests]
        assert sent == [(None, None), ('"1"', "feed"), ('"1"', None), (None, None), (None, None), (None, None)]
        assert outcomes == ["ok", "failed", "failed", "ok", "ok", "ok"]
        cli.register(("feeds",))
        shown = CliRunner().invoke(cli.app, ["-C", str(tmp_path), "feeds", "show", "/a"]).stdout
        assert "validators:  not sent: its server failed when they were" in shown
        outcomes = [turn(here, server.url("/a")) for _ in range(100)]
        assert outcomes.count("failed") == 1


def test_a_server_that_stumbled_gets_its_conditions_again_also_where_nothing_is_new(tmp_path: Path) -> None:
    """One that stumbled once would send the same document whole for years."""
    day = "Mon, 01 Jan 2024 00:00:00 GMT"
    with serve({"/a": Page(rss(item(1)), last_modified=day)}) as server:
        here, url = desk(tmp_path, server.url("/a")), server.url("/a")
        turn(here, url)
        well = server.pages["/a"]
        server.pages["/a"] = Page(status=400)
        turn(here, url)
        server.pages["/a"] = well
        for _ in range(101):
            turn(here, url)
        assert state_of(here, url).status == 304
        assert sum(conditions(seen)[1] == "" for seen in server.requests) <= 101


def test_a_server_that_stumbles_over_a_im_alone_keeps_its_other_conditions(tmp_path: Path) -> None:
    def answer(seen: Seen) -> Page:
        return Page(status=400) if "a-im" in seen.headers else Page(rss(item(1)), etag='"1"')

    with serve({"/a": answer}) as server:
        here = desk(tmp_path, server.url("/a"))
        outcomes = [turn(here, server.url("/a")) for _ in range(5)]
        assert outcomes == ["ok", "failed", "unchanged", "unchanged", "unchanged"]
        assert [conditions(seen)[0] for seen in server.requests] == ["", *['"1"'] * 4]


def test_a_server_that_fails_whatever_is_asked_gets_its_conditions_again(tmp_path: Path) -> None:
    """They were not what it stumbled over."""
    with serve({"/a": Page(rss(item(1)), last_modified="Mon, 01 Jan 2024 00:00:00 GMT")}) as server:
        here, url = desk(tmp_path, server.url("/a")), server.url("/a")
        turn(here, url)
        well = server.pages["/a"]
        server.pages["/a"] = Page(status=400)
        assert [turn(here, url) for _ in range(3)] == ["failed"] * 3
        server.pages["/a"] = well
        assert [turn(here, url) for _ in range(2)] == ["unchanged", "unchanged"]
        assert state_of(here, url).status == 304


def turn(here: Desk, url: str) -> str:
    """Sync when a feed is due, and say what came of it."""
    here.sync()
    state = state_of(here, url)
    here.clock.now = max(filter(None, (state.due, state.fresh_until, here.clock.now)))
    return state.outcome


def test_a_226_adds_what_is_new_and_takes_nothing_away(tmp_path: Path) -> None:
    """RFC 3229: what a partial document does not hold has not left, and strangers only are no re-publication."""
    old = START - 2 * HOUR
    whole = Page(rss(*(item(number, at=START - HOUR) for number in range(1, 7))), headers={"ETag": '"1"'})
    news = [item(number, at=old) for number in range(11, 17)]
    partial = Page(rss(*news), status=226, headers={"ETag": '"2"', "IM": "feed"})

    def answer(seen: Seen) -> Page:
        return partial if seen.headers.get("if-none-match") == '"1"' else whole

    with serve({"/a": answer}) as server:
        here = desk(tmp_path, server.url("/a"))
        here.sync()
        before = state_of(here, server.url("/a"))
        here.clock.forward(hours=3)
        report = here.sync()
        after = state_of(here, server.url("/a"))
        with here.app() as app:
            entries = app.store.entries.search()
    assert (report.refreshed.new, after.status, len(entries)) == (6, 226, 12)
    assert {stored.last_seen for stored in entries} == {here.clock.now} and {s.reach for s in entries} == {"all"}
    assert after.validators and after.validators.etag == '"2"'
    assert (after.body_hash, after.rhythm, after.newest) == (before.body_hash, before.rhythm, before.newest)


@pytest.mark.parametrize("delta", [rss(item(3)), b"\xd6\xc3\xc4\x00 a delta of bytes"])
def test_a_226_that_does_not_say_what_it_left_out_is_asked_for_once(tmp_path: Path, delta: bytes) -> None:
    """RFC 3229 §10.4.1 wants it named. Nothing is lost, whatever it was: from then on whole documents are asked for."""
    whole = {tag: rss(*map(item, range(1, last + 1))) for tag, last in (('"1"', 2), ('"2"', 3), ('"3"', 4))}
    tags = iter(whole)

    def answer(seen: Seen) -> Page:
        tag = next(tags)
        body, status = (delta, 226) if "a-im" in seen.headers else (whole[tag], 200)
        return Page(body, status=status, headers={"ETag": tag})

    with serve({"/a": answer}) as server:
        here = desk(tmp_path, server.url("/a"))
        cli.register(("feeds",))
        shown, counts = [], []
        for _ in whole:
            here.sync(force=True)
            here.clock.forward(hours=1)
            counts.append(state_of(here, server.url("/a")).entries)
            shown.append(CliRunner().invoke(cli.app, ["-C", str(tmp_path), "feeds", "show", "/a"]).stdout)
        with here.app() as app:
            held = {stored.last_seen for stored in app.store.entries.search()}
    read = delta.startswith(b"<")
    assert [seen.headers.get("a-im") for seen in server.requests] == [None, "feed", None]
    assert conditions(server.requests[2]) == (("", "") if read else ('"1"', ""))
    assert counts == [2, 3 if read else 2, 4] and held == {state_of(here, server.url("/a")).succeeded}
    assert ("226: read, but it did not say what it left out (IM: feed)" in shown[1]) is read
    assert "validators:  ETag; asked for whole documents: a 226 did not say what it left out" in shown[2]


def test_a_server_that_always_answers_226_is_read_as_one_that_answers_200(tmp_path: Path) -> None:
    bodies = iter([rss(item(1), item(2)), rss(item(2), item(3))])
    with serve({"/a": lambda seen: Page(next(bodies), status=226, headers={"ETag": '"1"'})}) as server:
        here = desk(tmp_path, server.url("/a"))
        here.sync()
        here.clock.forward(hours=3)
        here.sync()
        with here.app() as app:
            last_seen = {stored.entry.guid[-1]: stored.last_seen for stored in app.store.entries.search()}
    assert [seen.headers.get("a-im") for seen in server.requests] == [None, None]
    assert conditions(server.requests[1]) == ('"1"', "")
    assert last_seen == {"1": START, "2": START + 3 * HOUR, "3": START + 3 * HOUR}


def test_a_206_is_asked_for_without_the_validators_of_the_whole(tmp_path: Path) -> None:
    """Nobody asked for a part: what it lacks is not kept away by a 304, however often the same part came before."""
    whole = rss(item(1), item(2))
    part = Page(whole[: whole.rindex(b"2</guid>")], status=206, headers={"ETag": '"1"'})
    answers = iter([part, part, Page(whole, headers={"ETag": '"1"'})])
    with serve({"/a": lambda seen: Page(status=304) if conditions(seen)[0] else next(answers)}) as server:
        here = desk(tmp_path, server.url("/a"))
        for _ in range(4):
            here.sync(force=True)
        state = state_of(here, server.url("/a"))
    assert [conditions(seen)[0] for seen in server.requests] == ["", "", "", '"1"']
    assert (state.entries, state.status, state.reject) == (2, 304, "")


def test_under_run_feeds_are_asked_in_their_own_minutes(tmp_path: Path) -> None:
    """New ones at once, then each in its minute: not all together, none early, none later than an hour after."""
    with serve({f"/{number}": Page(rss(item(number))) for number in range(12)}) as server:
        here = desk(tmp_path, *(hourly(server.url(path)) for path in server.pages))
        ticks = []
        for _ in range(130):
            with here.app() as app:
                workers.list_feeds(app)
                ticks.append(len(workers.due_feeds(app, spread=True)))
                if ticks[-1]:
                    workers.sync(app, spread=True)
            here.clock.forward(minutes=1)
        assert max(ticks[1:]) <= 4 and not any(ticks[1:60])
        assert all(len(server.asked(path)) in (2, 3) for path in server.pages)


def test_sync_asks_all_that_are_due(tmp_path: Path) -> None:
    """Who calls it from cron has chosen the minute."""
    with serve({f"/{number}": Page(rss(item(number))) for number in range(12)}) as server:
        here = desk(tmp_path, *(hourly(server.url(path)) for path in server.pages))
        here.sync()
        here.clock.forward(hours=1)
        assert here.sync().due == 12


@pytest.mark.parametrize("page", [Page(rss(item(1))), Page(status=404), Page(status=410), Page(b"<html>hi</html>")])
def test_every_decision_has_its_reason(tmp_path: Path, page: Page) -> None:
    """Whatever came of it."""
    with serve({"/a": page}) as server:
        here = desk(tmp_path, server.url("/a"))
        here.sync()
        state = state_of(here, server.url("/a"))
    assert state.due_reason and (state.error or state.outcome == "ok")


def test_a_secret_that_its_server_sends_back_is_kept_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a title, an entry, the name of a page, an address: neither in the database nor in what is shown."""
    monkeypatch.setenv("DESK_TOKEN", "Bearer t0k3n-xyz")
    monkeypatch.setenv("DESK_PASSWORD", "s3cr3t-pass")
    pages = {
        "/a": Page(rss(item(1, text="You came with t0k3n-xyz."), title="For t0k3n-xyz")),
        "/b": Page(b"<html><title>bad password s3cr3t-pass for desk</title></html>"),
        "/c": Page(status=301, headers={"location": "/moved?key=t0k3n-xyz"}),
        "/moved": Page(rss(item(2, link="/2?key=t0k3n-xyz"))),
    }
    with serve(pages) as server:
        login = "username: desk, password_env: DESK_PASSWORD"
        ways = {"/a": "headers_env: {X-Key: DESK_TOKEN}", "/b": login, "/c": "headers_env: {X-Key: DESK_TOKEN}"}
        here = desk(tmp_path, *(f"{{url: '{server.url(path)}', {way}}}" for path, way in ways.items()))
        failures = here.sync().refreshed.failures
        here.sync(force=True)
        states = [state_of(here, server.url(path)) for path in ways]
    assert failures == {server.url("/b"): "an HTML page (title “bad password *** for desk”), not a feed"}
    assert [state.title for state in states] == ["For ***", "", "Example Feed"] and not states[2].moved_to
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"t0k3n" not in kept and b"s3cr3t" not in kept and b"You came with ***." in kept
