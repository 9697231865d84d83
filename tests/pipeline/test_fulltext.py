"""Which entries are teasers, and what comes of their pages."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.errors import FetchError, HostPausedError
from aggregator.model import Article, Fetched, Teaser
from aggregator.pipeline.fulltext import WAITS, answered, failed, full_text, is_teaser, refused

NOW = datetime(2026, 11, 26, tzinfo=UTC)
URL = "https://ostrand.example/1"
LONG = "The harbour opened again on Wednesday, and nobody was there to see it. " * 20
TEASER = Teaser(1, "https://ostrand.example/feed", URL, "Harbour opens", "It opened …", "It opened …", "", NOW)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("", True),
        ("The harbour opened again.", True),
        (LONG, False),
        (LONG + "and then […]", True),
        (LONG + "and then…", True),
        (LONG + "and then...", True),
        (LONG * 4 + "and then…", False),
    ],
)
def test_a_teaser_is_short_or_breaks_off(text: str, is_one: bool) -> None:
    assert is_teaser(text) is is_one


def page(body: bytes = b"<!doctype html><html></html>", *, url: str = URL) -> Fetched:
    return Fetched(URL, url, 200, {}, body)


def test_a_page_is_read_when_it_says_more_than_the_feed() -> None:
    assert answered(TEASER, page(), Article(text=LONG), now=NOW).outcome == "read"
    assert answered(TEASER, page(), Article(text="Too little."), now=NOW).outcome == "kept"
    more = Teaser(1, "", URL, "Harbour opens", LONG + LONG, "", "", NOW)
    assert answered(more, page(), Article(text=LONG), now=NOW).reason.startswith("it says no more than the feed")


def test_a_gate_and_a_consent_page_are_no_articles() -> None:
    gate = page(b"<html><head><title>Just a moment...</title></head></html>")
    assert "lets only browsers pass" in answered(TEASER, gate, Article(text=LONG), now=NOW).reason
    consent = page(url="https://consent.ostrand.example/")
    assert answered(TEASER, consent, Article(text=LONG), now=NOW).reason.startswith("a consent page")


@pytest.mark.parametrize(
    ("title", "outcome"),
    [
        ("Parliament delays railway budget vote", "kept"),  # the page of another article, or of what is gone
        ("Parliament delays railway budget as harbour opens", "read"),
        ("Railway budget vote", "read"),  # too few words to tell
        ("議会は鉄道予算の採決を延期した", "read"),
    ],
)
def test_a_page_that_has_no_word_of_the_title_tells_of_something_else(title: str, outcome: str) -> None:
    came = answered(replace(TEASER, title=title), page(), Article(text=LONG), now=NOW)
    assert came.outcome == outcome
    assert came.reason == ("it tells of something else: the feed's own text is kept" if outcome == "kept" else "")


def test_a_front_page_counts_only_for_an_entry_that_has_its_address() -> None:
    front = page(url="https://ostrand.example/")
    assert answered(TEASER, front, Article(text=LONG), now=NOW).outcome == "kept"
    assert answered(replace(TEASER, url=front.final_url), front, Article(text=LONG), now=NOW).outcome == "read"


def test_a_page_whose_reader_ended_is_tried_again_in_the_next_run_then_with_patience_and_given_up() -> None:
    """It is our failure as a rule, and at last the page's."""
    ended = ChildProcessError("its process ended (exit code -9)")
    pages = [answered(replace(TEASER, tries=tries), page(), ended, now=NOW) for tries in range(4)]
    assert [came.due for came in pages] == [NOW, NOW + WAITS[0], NOW + WAITS[1], None]
    assert [came.outcome for came in pages] == ["waiting"] * 3 + ["failed"]
    assert pages[0].reason == "the page could not be read: its process ended (exit code -9)"


def test_a_page_that_breaks_a_bound_is_given_up() -> None:
    came = answered(TEASER, page(), TimeoutError("it took longer than 5 seconds"), now=NOW)
    assert (came.outcome, came.reason) == ("failed", "reading the page broke a bound: it took longer than 5 seconds")


def test_failures_are_met_with_patience_and_an_end() -> None:
    dues = []
    teaser = TEASER
    while (came := failed(teaser, FetchError(URL, "HTTP 500", status=500), now=NOW)).outcome == "waiting":
        dues.append(came.due)
        teaser = Teaser(1, "", URL, "", "", "", "", NOW, came.tries)
    assert dues == [NOW + wait for wait in WAITS]
    assert (came.outcome, came.tries) == ("failed", len(WAITS) + 1)


@pytest.mark.parametrize("status", [401, 403, 410, 451])
def test_who_says_no_is_not_asked_again(status: int) -> None:
    assert failed(TEASER, FetchError(URL, "no", status=status), now=NOW).outcome == "failed"


def test_retry_after_is_obeyed_and_a_paused_host_costs_no_try() -> None:
    later = NOW + timedelta(days=1)
    assert failed(TEASER, FetchError(URL, "busy", status=503, retry_after=later), now=NOW).due == later
    paused = failed(TEASER, HostPausedError(URL, "not asked", retry_after=later), now=NOW)
    assert (paused.outcome, paused.tries, paused.due) == ("waiting", 0, later)


def test_a_refusal_for_a_time_is_tried_again_and_one_for_good_is_not() -> None:
    assert refused(TEASER, "robots.txt", now=NOW).outcome == "refused"
    until = NOW + timedelta(hours=1)
    assert refused(TEASER, "busy", until=until, now=NOW).due == until


@pytest.mark.parametrize(
    ("cut", "said", "page", "credit"),
    [
        ("", "It opened …", "reuters", "reuters"),
        ("harbournotes", "It opened …", "", "harbournotes"),
        ("harbournotes", "It opened …", "harbournotes", "harbournotes"),
        ("", "KIEL (Reuters) - It opened …", "", "reuters"),
    ],
)
def test_whom_feed_and_page_name_as_the_source_is_kept_once(cut: str, said: str, page: str, credit: str) -> None:
    teaser = replace(TEASER, text=said, credit=cut)
    assert full_text(teaser, Article(text=LONG, credit=page)).credit == credit
    assert full_text(teaser, Article(text=f"KIEL (Reuters) - {LONG}", credit=cut)).credit == cut


def test_an_excerpt_that_its_publisher_wrote_as_a_whole_stays() -> None:
    own = "The harbour of Ostrand has opened again after nine days of storm."
    article = Article("<p>…</p>", LONG, image="https://ostrand.example/1.jpg")
    whole = Teaser(1, "", URL, "Harbour opens", own, own, "", NOW)
    assert full_text(whole, article).excerpt == own
    cut = full_text(TEASER, article)
    assert cut.excerpt.startswith("The harbour opened again on Wednesday") and len(cut.excerpt) <= 280
    assert cut.image == "https://ostrand.example/1.jpg"
