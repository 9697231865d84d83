"""Stories of whole syncs: real HTTP on loopback, a real database, real files."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.pipeline.health import health
from tests.servers import Page, Seen, serve
from tests.workspaces import START, desk, item, rss

HOUR = timedelta(hours=1)


def test_a_feed_becomes_outputs(tmp_path: Path) -> None:
    """One feed, one sync: three files that hold its entries."""
    with serve({"/a": Page(rss(item(1), item(2)))}) as server:
        report = desk(tmp_path, server.url("/a")).sync()
    assert (report.due, report.refreshed.fetched, report.refreshed.new) == (1, 1, 2)
    assert report.published.written == ["all.atom", "all.rss", "all.json"]
    for name in report.published.written:
        data = (tmp_path / "storage/outputs" / name).read_bytes()
        assert b"Headline 1" in data and b"Headline 2" in data


def test_a_second_sync_asks_nobody_and_writes_nothing(tmp_path: Path) -> None:
    """What was just asked is not due; nothing is rewritten."""
    with serve({"/a": Page(rss(item(1)))}) as server:
        here = desk(tmp_path, server.url("/a"))
        here.sync()
        before = {path: path.stat().st_mtime_ns for path in (tmp_path / "storage/outputs").iterdir()}
        report = here.sync()
    assert (report.due, len(server.requests), report.published.written) == (0, 1, [])
    assert before == {path: path.stat().st_mtime_ns for path in (tmp_path / "storage/outputs").iterdir()}


def test_validators_go_back_byte_for_byte_and_a_304_changes_nothing(tmp_path: Path) -> None:
    """An odd ETag and a Last-Modified of no valid form are opaque."""
    page = Page(rss(item(1)), etag='W/"a b\xe9"', last_modified="yesterday, perhaps")
    with serve({"/a": page}) as server:
        here = desk(tmp_path, server.url("/a"))
        here.sync()
        report = here.sync(force=True)
        headers = server.requests[1].headers
    assert (headers["if-none-match"], headers["if-modified-since"]) == ('W/"a b\xe9"', "yesterday, perhaps")
    assert (report.refreshed.unchanged, report.refreshed.updated, report.published.written) == (1, 0, [])


def test_the_same_bytes_without_validators_are_not_parsed_again(tmp_path: Path) -> None:
    """A server that knows no conditional requests costs a transfer, not a parse."""
    with serve({"/a": Page(rss(item(1)))}) as server:
        here = desk(tmp_path, server.url("/a"))
        here.sync()
        assert here.sync(force=True).refreshed.unchanged == 1


def test_a_changed_entry_is_updated_in_place(tmp_path: Path) -> None:
    """The text changes, the identity and the permanent id stay."""
    with serve({"/a": Page(rss(item(1, text="As first told, in a good many words.")))}) as server:
        here = desk(tmp_path, server.url("/a"))
        here.sync()
        with here.app() as app:
            (first,) = app.store.entries.search()
        server.pages["/a"] = Page(rss(item(1, text="As told after a correction, in other words.")))
        here.clock.forward(hours=2)
        report = here.sync()
        with here.app() as app:
            (second,) = app.store.entries.search()
    assert (report.refreshed.new, report.refreshed.updated) == (0, 1)
    assert (second.id, second.uid, second.first_seen) == (first.id, first.uid, first.first_seen)
    assert "correction" in second.entry.text and second.changed == START + 2 * HOUR


def test_one_bad_feed_costs_the_others_nothing(tmp_path: Path) -> None:
    """A page, a 500, an empty answer and a host that refuses stand beside a good feed."""
    pages = {
        "/good": Page(rss(item(1))),
        "/html": Page(b"<html><title>Welcome</title><body>hello</body></html>", headers={"content-type": "text/html"}),
        "/500": Page(b"oops", status=500),
        "/empty": Page(b""),
    }
    with serve(pages) as server:
        urls = [server.url(path) for path in pages]
        report = desk(tmp_path, *urls, "http://127.0.0.1:9/refused").sync()
    assert (report.refreshed.fetched, report.refreshed.failed, report.refreshed.new) == (1, 4, 1)
    reasons = " | ".join(report.refreshed.failures.values())
    assert "Welcome" in reasons and "500" in reasons and "refused" in reasons


def test_retry_after_holds_even_under_force(tmp_path: Path) -> None:
    """A 429 that asks for two hours is asked again after two hours, not before."""
    busy = Page(b"", status=429, headers={"retry-after": "7200"})
    with serve({"/a": busy, "/b": Page(rss(item(1)))}) as server:
        here = desk(tmp_path, server.url("/a"), server.url("/b"))
        here.sync()
        here.clock.forward(minutes=119)
        here.sync(force=True)
        assert (len(server.asked("/a")), len(server.asked("/b"))) == (1, 2)
        here.clock.forward(minutes=2)
        here.sync(force=True)
        assert len(server.asked("/a")) == 2


def test_a_feed_that_is_gone_is_never_asked_again(tmp_path: Path) -> None:
    """410 ends it for good, also under --force."""
    with serve({"/a": Page(b"", status=410)}) as server:
        here = desk(tmp_path, server.url("/a"))
        here.sync()
        here.clock.forward(days=30)
        assert here.sync(force=True).due == 0
        assert len(server.requests) == 1


def test_a_failing_feed_is_asked_ever_more_seldom_and_forgiven_at_once(tmp_path: Path) -> None:
    """30 minutes, then an hour, then two; a success clears the count."""
    with serve({"/a": Page(b"", status=500), "/b": Page(rss(item(1)))}) as server:
        here = desk(tmp_path, server.url("/a"), server.url("/b"))
        for _ in range(3):
            here.sync()
            with here.app() as app:
                state = app.store.feeds.find(server.url("/a"))
                assert state and state.due
                here.clock.now = state.due
        assert state.failures == 3 and state.due_reason == "failed 3 times in a row: trying again after 2 h"
        server.pages["/a"] = Page(rss(item(2)))
        here.sync()
        with here.app() as app:
            state = app.store.feeds.find(server.url("/a"))
    assert state and (state.failures, state.outcome, state.error) == (0, "ok", "")


def test_our_own_outage_is_held_against_no_feed(tmp_path: Path) -> None:
    """Every host refuses at once: no feed is blamed, and all are due again in five minutes."""
    here = desk(tmp_path, *(f"http://127.0.0.1:9/{number}" for number in range(4)))
    report = here.sync()
    assert report.refreshed.outage and report.refreshed.failed == 4
    with here.app() as app:
        states = app.store.feeds.all()
    assert {(state.failures, state.due) for state in states} == {(0, START + timedelta(minutes=5))}
    said = {health(state, now=START) for state in states}
    assert said == {"waits for our own network: connection refused"} and {s.outcome for s in states} == {"waiting"}


def test_a_network_that_asks_for_a_login_is_ours(tmp_path: Path) -> None:
    """511 comes from the network that we are in, in place of every feed."""
    with serve({f"/{number}": Page(b"log in here", status=511) for number in range(4)}) as server:
        here = desk(tmp_path, *(server.url(f"/{number}") for number in range(4)))
        assert here.sync().refreshed.outage
    with here.app() as app:
        assert {(state.failures, state.outcome) for state in app.store.feeds.all()} == {(0, "waiting")}


def test_feeds_that_were_not_asked_are_no_sign_of_a_network(tmp_path: Path) -> None:
    """Beside two that lack a secret, four that cannot be reached are still all that were asked."""
    secret = "{url: 'http://127.0.0.1:9/s%d', headers_env: {x-key: AGGREGATOR_TEST_IS_NOT_SET}}"
    here = desk(tmp_path, *(f"http://127.0.0.1:9/{number}" for number in range(4)), secret % 1, secret % 2)
    refreshed = here.sync().refreshed
    assert refreshed.outage and len(refreshed.unasked) == 2


def test_dead_feeds_that_fall_due_together_are_no_outage(tmp_path: Path) -> None:
    """Three dead hosts beside a good feed: blamed the first time, and each time they are asked alone."""
    with serve({f"/{number}": Page(rss(item(number))) for number in range(4)}) as server:
        dead = [f"http://127.0.0.1:9/{number}" for number in range(3)]
        good = [f"{{url: '{server.url(path)}', every: 1d}}" for path in server.pages]
        here = desk(tmp_path, *good, *dead)
        for failures in (1, 2, 3):
            assert not here.sync().refreshed.outage
            with here.app() as app:
                states = [app.store.feeds.find(url) for url in dead]
            assert [state and state.failures for state in states] == [failures] * 3
            here.clock.now = max(state.due for state in states if state and state.due)


@pytest.mark.parametrize(
    "headers",
    [
        {"retry-after": "Mon, 01 Jan 2027 00:00:00 -99999999999999999999"},
        {"cache-control": f"max-age={'9' * 5000}"},
        {"expires": "Mon, 01 Jan 99999999999 00:00:00 GMT"},
    ],
)
@pytest.mark.parametrize("status", [200, 503])
def test_no_header_stops_a_run(tmp_path: Path, headers: dict[str, str], status: int) -> None:
    """Numbers and dates beyond any calendar: the other feed is read all the same."""
    with serve({"/odd": Page(rss(item(1)), status=status, headers=headers), "/b": Page(rss(item(2)))}) as server:
        report = desk(tmp_path, server.url("/odd"), server.url("/b")).sync()
    assert report.refreshed.new == (2 if status == 200 else 1)


def test_a_new_feeds_history_stays_out_of_digests(tmp_path: Path) -> None:
    """At the first read what is older than a day is for outputs only; what comes later is news, however old it says."""
    with serve({"/a": Page(rss(item(1, at=START - HOUR), item(2, at=START - 48 * HOUR)))}) as server:
        here = desk(tmp_path, server.url("/a"))
        here.sync()
        server.pages["/a"] = Page(rss(item(1, at=START - HOUR), item(3, at=START - 480 * HOUR)))
        here.clock.forward(hours=2)
        here.sync(force=True)
        with here.app() as app:
            reach = {stored.entry.title: stored.reach for stored in app.store.entries.search()}
    assert reach == {"Headline 1": "all", "Headline 2": "outputs", "Headline 3": "all"}


@pytest.mark.parametrize(("history", "reach"), [("all", "all"), ("outputs", "outputs"), ("none", "none")])
def test_history_says_what_old_entries_are_for(tmp_path: Path, history: str, reach: str) -> None:
    """The key decides, and ``none`` keeps them out of the outputs."""
    with serve({"/a": Page(rss(item(1, at=START - 48 * HOUR)))}) as server:
        here = desk(tmp_path, f"{{url: '{server.url('/a')}', history: {history}}}")
        here.sync()
        with here.app() as app:
            (stored,) = app.store.entries.search()
    assert stored.reach == reach
    assert (b"Headline 1" in here.outputs()["all.atom"]) == (history != "none")


def test_the_same_text_in_two_feeds_is_told_once(tmp_path: Path) -> None:
    """Another guid, another address, the same words: both stored, one in the outputs."""
    text = "The council voted to rebuild the bridge by spring, at a cost that is not known yet."
    one = rss(item(1, title="Bridge vote", text=text))
    two = rss(item(7, title="Bridge vote", text=text, link="https://example.net/7"), title="Other Feed")
    with serve({"/a": Page(one), "/b": Page(two)}) as server:
        here = desk(tmp_path, server.url("/a"), server.url("/b"))
        report = here.sync()
    assert (report.refreshed.new, report.placed.duplicates) == (2, 1)
    assert here.outputs()["all.rss"].count(b"<item>") == 1


def test_a_changed_rule_works_on_the_past(tmp_path: Path) -> None:
    """A topic that feeds.yaml gains tags what is stored already, without asking any feed."""
    with serve({"/a": Page(rss(item(1, title="A treaty is signed")))}) as server:
        here = desk(tmp_path, server.url("/a"))
        here.sync()
        changed = desk(tmp_path, server.url("/a"), extra="topics: {world: {words: [treaty]}}")
        changed.sync()
        with changed.app() as app:
            (stored,) = app.store.entries.search(topic="world")
    assert stored.tags[0].evidence == "“treaty” in the title"
    assert len(server.requests) == 1


def test_keep_and_drop_decide_what_an_entry_is_for_not_whether_it_is_kept(tmp_path: Path) -> None:
    """A dropped entry is stored, explained, and comes back when the rule goes."""
    with serve({"/a": Page(rss(item(1, title="Treaty signed"), item(2, title="Horoscope")))}) as server:
        url = server.url("/a")
        here = desk(tmp_path, f"{{url: '{url}', drop: {{words: [horoscope]}}}}")
        here.sync()
        assert b"Horoscope" not in here.outputs()["all.atom"]
        with here.app() as app:
            dropped = {stored.entry.title: stored.dropped for stored in app.store.entries.search()}
        assert dropped == {"Treaty signed": "", "Horoscope": "drop: “horoscope” in the title"}
        desk(tmp_path, url).sync()
        assert b"Horoscope" in here.outputs()["all.atom"]


def test_a_feed_that_moved_for_good_says_where(tmp_path: Path) -> None:
    """301 is followed and remembered; 302 is followed and forgotten."""
    pages = {
        "/old": Page(b"", status=301, headers={"location": "/new"}),
        "/away": Page(b"", status=302, headers={"location": "/new"}),
        "/new": Page(rss(item(1))),
    }
    with serve(pages) as server:
        here = desk(tmp_path, server.url("/old"), server.url("/away"))
        here.sync()
        with here.app() as app:
            moved = {state.url: state.moved_to for state in app.store.feeds.all()}
        assert moved == {server.url("/old"): server.url("/new"), server.url("/away"): ""}


def test_a_file_feed_inside_the_workspace(tmp_path: Path) -> None:
    """``file:`` reads a document of the workspace, unchanged while the file is."""
    here = desk(tmp_path, "file:local/a.xml")
    (tmp_path / "local").mkdir()
    (tmp_path / "local/a.xml").write_bytes(rss(item(1)))
    assert here.sync().refreshed.new == 1
    assert here.sync(force=True).refreshed.unchanged == 1
    with here.app() as app:
        (entry,) = app.store.entries.search()
        assert entry.source.publisher == "example.com", "its home tells, where its address does not"


def test_a_feed_taken_out_of_the_config_is_not_asked_and_its_entries_stay(tmp_path: Path) -> None:
    """Removing a feed loses nothing; putting it back asks it again."""
    with serve({"/a": Page(rss(item(1))), "/b": Page(rss(item(2)))}) as server:
        desk(tmp_path, server.url("/a"), server.url("/b")).sync()
        here = desk(tmp_path, server.url("/b"))
        assert here.sync(force=True).due == 1
        with here.app() as app:
            assert len(app.store.entries.search()) == 2


def test_an_update_of_a_feed_does_not_wait_for_the_slowest(tmp_path: Path) -> None:
    """A feed that answers late is saved with the next batch; nothing is lost."""

    def slow(seen: Seen) -> Page:
        return Page(rss(item(2)), delay=1.0)

    with serve({"/a": Page(rss(item(1))), "/slow": slow}) as server:
        report = desk(tmp_path, server.url("/a"), server.url("/slow")).sync()
    assert (report.refreshed.fetched, report.refreshed.new) == (2, 2)


def test_the_words_of_an_earlier_version_are_known_again(tmp_path: Path) -> None:
    """What an earlier version of the program stored is still one text with its copies."""
    text = "The same text at both addresses, which is long enough to stand for itself."
    first, copy = (rss(item(1, text=text, link=f"https://{host}.example.com/1")) for host in ("a", "b"))
    with serve({"/a": Page(first), "/b": Page(copy)}) as server:
        here = desk(tmp_path, server.url("/a"), server.url("/b"))
        server.pages["/b"] = Page(rss())
        here.sync()
        _back_to_the_first_version(tmp_path)
        server.pages["/b"] = Page(copy)
        report = here.sync(force=True)
    assert (report.refreshed.new, report.placed.entries, report.placed.duplicates) == (1, 1, 1)


def test_a_feed_that_is_published_anew_after_an_upgrade_is_no_news(tmp_path: Path) -> None:
    """Other guids, other addresses, later dates, the words as before: known by marks that are made anew first."""
    text = "The text of entry {}, which is long enough to stand for itself wherever it is found."
    old = [item(n, text=text.format(n)) for n in range(8)]
    anew = [
        item(n, text=text.format(n), link=f"https://new.example.com/{n}", guid=f"new-{n}", at=START + HOUR)
        for n in range(8)
    ]
    with serve({"/a": Page(rss(*old))}) as server:
        here = desk(tmp_path, server.url("/a"))
        here.sync()
        _back_to_the_first_version(tmp_path)
        server.pages["/a"] = Page(rss(*anew))
        here.clock.forward(hours=2)
        here.sync(force=True)
        with here.app() as app:
            reach = {one.entry.guid: one.reach for one in app.store.entries.search(limit=100)}
    assert {reach[f"new-{n}"] for n in range(8)} == {"outputs"}


def _back_to_the_first_version(root: Path) -> None:
    with sqlite3.connect(root / "storage" / "aggregator.db") as connection:
        connection.execute("UPDATE entry SET words = '1:' || substr(words, 3)")
    connection.close()
