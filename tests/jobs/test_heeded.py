"""Stories of what is heeded at the next sync: an edit of `every`, another secret, a clock that was put right."""

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from hashlib import scrypt
from itertools import product
from pathlib import Path

import pytest

from aggregator.app import REFUSED
from aggregator.cli.feed import known_feeds
from aggregator.jobs import logins
from aggregator.pipeline.cadence import Due, anew
from aggregator.store.rows import MOMENTS
from tests.servers import Answer, Page, Seen, Server, serve
from tests.workspaces import START, Desk, desk, item, rss, state_of

MIN, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def edit(here: Desk, old: str, new: str) -> None:
    file = here.root / "feeds.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def next_time(here: Desk, url: str) -> tuple[timedelta, str]:
    state = state_of(here, url)
    assert state.due
    return state.due - START, state.due_reason


def test_another_every_counts_from_the_last_answer_at_the_next_sync(tmp_path: Path) -> None:
    """Shorter and longer, of the feed or of all; what feeds.yaml says no longer is no reason any more."""
    with serve({"/a": Page(rss(item(1))), "/b": Page(rss(item(2)))}) as server:
        a, b = server.url("/a"), server.url("/b")
        here = desk(tmp_path, f"{{url: '{a}', every: 30d}}", b, extra="defaults: {every: 2d}")
        here.sync()
        here.clock.forward(minutes=10)
        edit(here, "30d", "30m")
        edit(here, "2d", "3d")
        here.sync()
        assert (next_time(here, a), next_time(here, b)) == (
            (30 * MIN, "every 30 min (feeds.yaml)"),
            (3 * DAY, "every 3 days (feeds.yaml)"),
        )
        edit(here, "3d", "auto")
        here.sync()
        assert next_time(here, b) == (HOUR, "auto: rhythm not known yet, so every 1 h")
        here.clock.forward(minutes=20)
        here.sync()
        assert [seen.path for seen in server.requests].count("/a") == 2 and len(server.requests) == 3


def test_another_every_asks_nobody_before_what_servers_and_feeds_ask_for(tmp_path: Path) -> None:
    """max-age, skipHours, Retry-After and a failure's patience hold; 6 o'clock is when they are asked first."""
    skipping = "<skipHours>" + "".join(f"<hour>{hour}</hour>" for hour in range(6, 12)) + "</skipHours>"
    cached = Page(rss(item(1)), headers={"Cache-Control": "max-age=7200"})
    busy = Page(status=503, headers={"Retry-After": "10000"})
    pages: dict[str, Answer] = {
        "/fresh": cached,
        "/skips": Page(rss(item(2), more=skipping)),
        "/lost": Page(status=404),
    }
    with serve(pages) as server, serve({"/waits": busy}, host="127.0.0.2") as other:
        fresh, skips, lost, waits = *map(server.url, pages), other.url("/waits")
        here = desk(tmp_path, fresh, skips, lost, waits, extra="defaults: {every: 5d}")
        here.sync()
        assert (next_time(here, fresh)[0], next_time(here, skips)[0]) == (5 * DAY, 5 * DAY + 6 * HOUR)
        failed = [state_of(here, url) for url in (lost, waits)]
        edit(here, "5d", "5m")
        here.clock.forward(minutes=10)
        here.sync()
        assert next_time(here, fresh) == (2 * HOUR, "the server asks for 2 h")
        said = "every 5 min (feeds.yaml); moved to the next hour the feed does not ask to skip"
        assert next_time(here, skips) == (6 * HOUR, said)
        assert [state_of(here, url) for url in (lost, waits)] == failed
        assert len(server.requests) == 3
        here.clock.now = START + 2 * HOUR
        here.sync()
        assert {seen.path for seen in server.requests[3:]} == {"/lost", "/fresh"} and len(other.requests) == 1


def test_a_feed_that_was_put_off_stays_so_whatever_every_says(tmp_path: Path) -> None:
    """It waits for its host, which had enough of its neighbours."""
    pages: dict[str, Answer] = {f"/{number}": Page(rss(item(number))) for number in range(9)}
    with serve(pages) as server:
        urls = [server.url(path) for path in pages]
        here = desk(tmp_path, *urls, extra="defaults: {every: 1h}")
        here.sync()
        server.pages |= dict.fromkeys(pages, Page(status=429))
        here.clock.forward(hours=1)
        postponed = here.sync().refreshed.postponed
        before = [state_of(here, url) for url in urls]
        edit(here, "1h", "5m")
        here.sync()
        assert [state_of(here, url) for url in urls] == before
    assert postponed and all("told another of its feeds" in one.due_reason for one in before if one.id in postponed)


def test_what_is_reckoned_anew_is_what_the_answer_came_to(tmp_path: Path) -> None:
    """Also after an answer that says that nothing is new: of feeds whose `every` stays, nothing changes."""
    wishes = ("", "<ttl>180</ttl>", "<skipHours><hour>7</hour></skipHours>")
    headers = ({}, {"Cache-Control": "max-age=7200"})
    kinds = list(product(("auto", "1h", "5d"), wishes, headers, (None, START - DAY)))
    pages: dict[str, Answer] = {
        f"/{number}": Page(rss(item(1, at=at), item(2, at=at and at - HOUR), more=more), headers=said, etag='"1"')
        for number, (_, more, said, at) in enumerate(kinds)
    }
    with serve(pages) as server:
        names = [(server.url(path), every) for path, (every, *_) in zip(pages, kinds, strict=True)]
        here = desk(tmp_path, *(f"{{url: '{url}', every: {every}}}" for url, every in names))
        for outcome in ("ok", "unchanged"):
            here.sync(force=True)
            with here.app() as app:
                found = [(state, anew(state, every=app.feeds[state.url].every)) for state in app.store.feeds.all()]
            assert {state.outcome for state, _ in found} == {outcome} and len(found) == len(kinds)
            assert all(
                due == Due(state.due, state.due_reason, None, state.fresh_until)
                for state, due in found
                if due and state.due
            )
            here.clock.forward(minutes=50)


def test_a_clock_that_was_years_ahead_leaves_nothing_behind(tmp_path: Path) -> None:
    """What it saw has happened by now: rhythm, move and failure count from when it is right again."""
    there = {"/moves": Page(status=301, headers={"Location": "/new"}), "/lost": Page(status=404)}
    pages: dict[str, Answer] = {"/new": Page(rss(item(1))), "/dull": Page(rss(item(2, at=None))), **there}
    with serve(pages) as server:
        dull, moves, lost = urls = [server.url(path) for path in ("/dull", "/moves", "/lost")]
        here = desk(tmp_path, *urls)
        here.clock.forward(days=1800)
        here.sync()
        here.clock.now = START
        here.sync()
        states = [state_of(here, url) for url in urls]
        times = [getattr(state, name) for state in states for name in MOMENTS & set(vars(state))]
        assert max(time for time in times if time) <= START + 2 * HOUR
        assert [state.fetched for state in states] == [START] * 3
        assert (states[1].moved_since, states[1].moved_count, states[2].failures) == (START, 2, 2)
        for _ in range(8 * 12):
            here.clock.forward(hours=2)
            here.sync()
        assert state_of(here, dull).due_reason.startswith("auto: silent for 8 days, so every 1")
        assert state_of(here, moves).adopted == server.url("/new")
        assert state_of(here, lost).failing_since == START


@pytest.mark.parametrize("start", [datetime(1970, 1, 1, 0, 1, tzinfo=UTC), datetime(2026, 6, 17, tzinfo=UTC)])
def test_a_clock_that_was_never_set_takes_nothing_back(tmp_path: Path, start: datetime) -> None:
    """A machine that starts in 1970, or as old as its system is, asks nobody, and then knows all that it knew."""
    with serve({"/a": Page(rss(item(1)))}) as server:
        here = desk(tmp_path, server.url("/a"))
        here.sync()
        before = state_of(here, server.url("/a"))
        here.clock.now = start
        here.sync()
        assert state_of(here, server.url("/a")) == before and len(server.requests) == 1


def of_members(seen: Seen) -> Page:
    """What a server with a login answers: the right one is `right-password`, as a token or as that of `desk`."""
    told = seen.headers.get("authorization", "")
    right = told in ("Bearer right-password", f"Basic {b64encode(b'desk:right-password').decode()}")
    return Page(rss(item(1)), etag='"1"') if right else Page(status=401)


def secret_feeds(server: Server) -> tuple[str, str]:
    basic = f"{{url: '{server.url('/basic')}', username: desk, password_env: DESK_PASSWORD}}"
    return basic, f"{{url: '{server.url('/token')}', headers_env: {{Authorization: DESK_TOKEN}}}}"


def test_another_secret_is_tried_at_once_and_the_same_one_with_patience(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each feed for its own: a password, a header; nobody is asked again with what was refused."""
    monkeypatch.setenv("DESK_PASSWORD", "wrong-password")
    monkeypatch.setenv("DESK_TOKEN", "Bearer wrong-token")
    with serve({"/basic": of_members, "/token": of_members, "/lost": Page(status=404)}) as server:
        here = desk(tmp_path, *secret_feeds(server), server.url("/lost"))
        for _ in range(24):
            here.sync()
            here.clock.forward(minutes=5)
        patient = {path: len(server.asked(path)) for path in server.pages}
        assert set(patient.values()) == {3}
        monkeypatch.setenv("DESK_PASSWORD", "right-password")
        assert here.sync().refreshed.fetched == 1
        monkeypatch.setenv("DESK_TOKEN", "Bearer other-token")
        for _ in range(3):
            here.sync()
        monkeypatch.setenv("DESK_TOKEN", "Bearer right-password")
        assert here.sync().refreshed.fetched == 1
        here.sync()
        assert {path: len(server.asked(path)) for path in server.pages} == {"/basic": 4, "/token": 5, "/lost": 3}
        with here.app() as app:
            assert REFUSED not in app.store.meta


def test_a_secret_that_is_put_right_after_its_first_failure_is_tried_in_the_next_sync(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not before a time that the server gave; and a failure in between of another kind does not make it forgotten."""
    monkeypatch.setenv("DESK_PASSWORD", "wrong-password")
    monkeypatch.setenv("DESK_TOKEN", "Bearer wrong-token")
    pages: dict[str, Answer] = {"/basic": of_members}
    busy = Page(status=429, headers={"Retry-After": "3600"})
    with serve(pages) as server, serve({"/token": busy}, host="127.0.0.2") as other:
        here = desk(tmp_path, secret_feeds(server)[0], secret_feeds(other)[1])
        here.sync()
        server.pages["/basic"] = Page(status=500)
        here.clock.forward(minutes=35)
        here.sync()
        server.pages["/basic"] = other.pages["/token"] = of_members
        monkeypatch.setenv("DESK_PASSWORD", "right-password")
        monkeypatch.setenv("DESK_TOKEN", "Bearer right-password")
        assert here.sync().refreshed.fetched == 1
        assert (len(server.requests), len(other.requests)) == (3, 1)
        here.clock.forward(minutes=30)
        assert here.sync().refreshed.fetched == 1


def test_the_slow_hash_is_made_only_where_it_decides_something(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not for a feed whose server put it off, nor for one that is due in any case; and so many are remembered."""
    monkeypatch.setenv("DESK_TOKEN", "Bearer right-password")
    with serve({"/token": Page(status=429, headers={"Retry-After": "3600"})}) as server:
        here = desk(tmp_path, secret_feeds(server)[1])
        here.sync()
        logins._mark.cache_clear()
        here.clock.forward(minutes=5)
        here.sync()
        server.pages["/token"] = of_members
        here.clock.forward(hours=2)
        assert here.sync().refreshed.fetched == 1
    assert logins._mark.cache_info().misses == 0
    assert logins._mark.cache_info().maxsize


def test_a_secret_that_was_refused_is_kept_nowhere_and_can_be_guessed_only_slowly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is kept of it is the hash that passwords are kept by (RFC 7914), salted with the workspace's own secret."""
    monkeypatch.setenv("DESK_PASSWORD", "wrong-password")
    monkeypatch.setenv("DESK_TOKEN", "wrong-token-\udce9")
    with serve({"/basic": of_members, "/token": of_members}) as server:
        here = desk(tmp_path, *secret_feeds(server))
        here.sync()
        with here.app() as app:
            marks, salt = json.loads(app.store.meta[REFUSED]), app.secret
    words = {"/basic": b"wrong-password", "/token": b"wrong-token-\xe9"}
    assert marks == {
        server.url(path): scrypt(said, salt=salt, n=2**14, r=8, p=1, dklen=16).hex() for path, said in words.items()
    }
    kept = b"".join(path.read_bytes() for path in (tmp_path / "storage").rglob("*") if path.is_file())
    assert b"wrong-password" not in kept and b"wrong-token" not in kept


def test_who_is_refused_with_a_login_is_told_to_look_at_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not to write one."""
    monkeypatch.setenv("DESK_PASSWORD", "wrong-password")
    monkeypatch.setenv("DESK_TOKEN", "Bearer wrong-token")
    with serve({"/basic": of_members, "/token": of_members, "/none": of_members}) as server:
        here = desk(tmp_path, *secret_feeds(server), server.url("/none"))
        here.sync()
        with here.app() as app:
            told = {known.state.url: known.edit for known in known_feeds(app)}
    basic, token, none = map(server.url, server.pages)
    refused = "is refused with the login that it is given: look at"
    assert told == {
        basic: f"feeds.yaml:5: {basic} {refused} `username:` and DESK_PASSWORD",
        token: f"feeds.yaml:6: {token} {refused} DESK_TOKEN",
        none: f"feeds.yaml:7: {none} may want a login (`username:`, `password_env:`) or a `user_agent:` of its own",
    }
