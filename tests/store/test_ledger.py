"""The ledger of issues and deliveries: frozen once, sent at most once, never quietly lost."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from aggregator.errors import NotFoundError
from aggregator.model import Addressed, Issue, IssueState, Letter, Line, Section, Told
from aggregator.store.frozen import read_issue, read_moment, write_issue
from tests.store.things import DAY, HOUR, NOW, Desk, document, entry, story

LINE = Line(
    7,
    5,
    "A “title”",
    "https://example.com/7",
    "Example",
    "2026-11-23T11:00:00Z",
    also=("b.example",),
    topics=("world",),
)
ISSUE = Issue(
    digest="morning",
    period="2026-11-23",
    title="Morning briefing",
    subject="Morning briefing: a “title”",
    preheader="",
    language="en",
    date="Monday, 23 November 2026",
    composed="2026-11-23T12:00:00Z",
    since="2026-11-22T13:00:00+01:00",
    until="2026-11-23T12:00:00Z",
    sections=(Section("world", "World", (LINE,)), Section("", "More", ())),
    left_out=3,
)
LETTER = Letter("<p>Ä</p>", "Ä")
TO = [Addressed("reader@example.org", "<1@example.org>"), Addressed("other@example.org", "<2@example.org>")]


def freeze(desk: Desk, issue: Issue = ISSUE) -> IssueState:
    return desk.store.issues.freeze(issue, LETTER, deliveries=TO, now=NOW)


def test_an_issue_comes_back_as_it_was_frozen(desk: Desk) -> None:
    state = freeze(desk)
    assert desk.store.issues.issue(state.id) == ISSUE
    assert desk.store.issues.letter(state.id) == LETTER
    assert state == IssueState(1, "morning", "2026-11-23", NOW - DAY, NOW, NOW, False, 1, ISSUE.subject)
    assert desk.store.issues.find("morning", "2026-11-23") == desk.store.issues.last("morning") == state


def test_a_period_is_frozen_once(desk: Desk) -> None:
    first = freeze(desk)
    again = freeze(desk, replace(ISSUE, subject="Another"))
    assert again == first
    assert desk.store.issues.issue(first.id).subject == ISSUE.subject
    assert len(desk.store.issues.deliveries(first.id)) == 2


def test_a_period_without_news_is_recorded_and_stays_so(desk: Desk) -> None:
    skip = desk.store.issues.skip("morning", "2026-11-23", since=NOW - DAY, until=NOW, now=NOW)
    assert skip.skipped
    assert freeze(desk) == skip
    assert desk.store.issues.waiting(NOW) == 0
    for read in (desk.store.issues.issue, desk.store.issues.letter):
        with pytest.raises(NotFoundError, match="no issue 1 was composed"):
            read(skip.id)


def test_the_last_issue_is_the_one_that_reaches_furthest(desk: Desk) -> None:
    freeze(desk)
    later = desk.store.issues.skip("morning", "2026-11-24", since=NOW, until=NOW + DAY, now=NOW + DAY)
    desk.store.issues.skip("evening", "2026-11-25", since=NOW, until=NOW + 2 * DAY, now=NOW + DAY)
    assert desk.store.issues.last("morning") == later
    assert desk.store.issues.last("none") is None
    assert [issue.period for issue in desk.store.issues.all("morning")] == ["2026-11-24", "2026-11-23"]
    assert [issue.digest for issue in desk.store.issues.all()] == ["evening", "morning", "morning"]


def test_what_was_told_is_known_by_its_set_then_and_by_its_set_now(desk: Desk) -> None:
    """Entry 7 was told in set 5; Curate has since put it into set 6."""
    desk.read("a", document([entry(str(n)) for n in range(1, 9)]))
    freeze(desk)
    desk.curate(**{"7": 6})
    now = [story(4, 4), story(5, 5), story(6, 6, 7, text_set=6), story(8, 8)]
    told = {number: Told("2026-11-23", NOW, frozenset({number})) for number in (5, 6)}
    assert desk.store.issues.told("morning", now) == told
    assert desk.store.issues.told("evening", now) == {}
    telling = {number: [issue.id for issue in desk.store.issues.telling(number)] for number in (5, 6, 7)}
    assert telling == {5: [1], 6: [1], 7: []}


def test_an_issue_of_another_version_is_read_as_far_as_it_is_known() -> None:
    newer = write_issue(ISSUE).replace('"left_out":3', '"left_out":3,"colour":"red"').replace('"why":""', '"mood":"x"')
    assert read_issue(newer) == ISSUE
    assert write_issue(read_issue(newer)) == write_issue(ISSUE)


def test_moments_of_an_issue_are_read_with_any_offset() -> None:
    table = {"2026-11-23T12:00:00Z": NOW, "2026-11-23T13:00:00+01:00": NOW, "2026-11-23T12:00:00": NOW}
    assert {text: read_moment(text) for text in table} == table
    assert all(isinstance(read_moment(text), datetime) and read_moment(text).tzinfo for text in table)


def test_the_deliveries_of_every_issue_come_at_once(desk: Desk) -> None:
    issues = desk.store.issues
    morning, evening = freeze(desk), freeze(desk, replace(ISSUE, digest="evening"))
    quiet = issues.skip("morning", "2026-11-24", since=NOW, until=NOW + DAY, now=NOW)
    issues.claim("me", now=NOW, count=1)
    issues.begin(1, "me", now=NOW)
    everything = issues.deliveries_by_issue()
    assert everything == {state.id: issues.deliveries(state.id) for state in (morning, evening, quiet)}
    assert [(d.recipient, d.state) for d in everything[morning.id]] == [
        (TO[0].recipient, "sending"),
        (TO[1].recipient, "pending"),
    ]
    assert list(issues.deliveries_by_issue("morning")) == [morning.id, quiet.id]
    assert issues.deliveries_by_issue("none") == {}


def test_a_period_without_news_can_be_made_after_all_and_a_frozen_one_cannot(desk: Desk) -> None:
    issues = desk.store.issues
    skip = issues.skip("morning", "2026-11-23", since=NOW - DAY, until=NOW, now=NOW)
    issues.reopen("morning", "2026-11-23")
    assert issues.find("morning", "2026-11-23") is None
    state = freeze(desk)
    assert state.id > skip.id
    issues.reopen("morning", "2026-11-23")
    assert issues.find("morning", "2026-11-23") == state
    assert set(issues.told("morning", [story(5, 5)])) == {5}
    assert len(issues.deliveries(state.id)) == 2


def test_the_ledger_can_be_read_as_it_was_by_a_moment(desk: Desk) -> None:
    issues = desk.store.issues
    first = freeze(desk)
    other = Section("", "", (replace(LINE, entry=8, text_set=6),))
    later = replace(ISSUE, period="2026-11-24", since=ISSUE.until, until="2026-11-24T12:00:00Z", sections=(other,))
    second = issues.freeze(later, LETTER, deliveries=(), now=NOW + DAY)
    before = NOW + DAY - timedelta(microseconds=1)
    assert [issues.last("morning", by=by) for by in (None, NOW + DAY, before, NOW)] == [second, second, first, first]
    assert issues.last("morning", by=NOW - HOUR) is None
    stories = [story(5, 5), story(6, 6)]
    told = [set(issues.told("morning", stories, by=by)) for by in (None, NOW + DAY, before, NOW - HOUR)]
    assert told == [{5, 6}, {5, 6}, {5}, set()]


def test_a_story_was_told_under_its_number_with_any_of_its_entries_and_the_last_issue_counts(desk: Desk) -> None:
    """Curate has since joined what two issues told, and parted what one did."""
    both = replace(LINE, story=5, texts=((7, 7), (8, 8)))
    freeze(desk, replace(ISSUE, sections=(Section("", "", (both,)),)))
    again = replace(LINE, entry=9, text_set=9, story=9)
    tomorrow = replace(ISSUE, period="2026-11-24", until="2026-11-24T12:00:00Z", sections=(Section("", "", (again,)),))
    freeze(desk, tomorrow)
    first, second = Told("2026-11-23", NOW), Told("2026-11-24", NOW + DAY)
    told = desk.store.issues.told("morning", [story(5, 1), story(20, 20), story(8, 8, 21), story(7, 7, 9)])
    named = {id: replace(one, texts=frozenset()) for id, one in told.items()}
    assert named == {5: first, 8: first, 7: second}
    assert {id: one.texts for id, one in told.items()} == {5: frozenset(), 8: {8}, 7: {7, 9}}
    assert desk.store.issues.find("morning", "2026-11-23").entries == 1, "a line, however many texts it tells"
