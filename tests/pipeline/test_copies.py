"""Which of the copies of a text stands for it, and why."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from aggregator.model import Entry, Source, StoredEntry
from aggregator.pipeline.copies import fold

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BLANK = Entry("", "", "", "", "", "", "", "", "", NOW, "published", None, "", "")


def stored(id: int, *, feed: int = 1, text: str = "") -> StoredEntry:
    """Make an entry as it is read back."""
    source = Source(feed, f"https://{feed}.example.org/feed", f"Feed {feed}", "", f"{feed}.example.org")
    entry = replace(BLANK, guid=f"g{id}", text=text)
    return StoredEntry(id, f"urn:x:{id}", source, entry, NOW, NOW, NOW, NOW, "all", text_set=id)


def test_a_text_is_told_once_by_its_first_copy_with_its_permanent_id() -> None:
    first, second = stored(1, text="short text"), replace(stored(2, feed=2, text="short text!"), text_set=1)
    (folded,) = fold([second, first])
    assert (folded.lead.id, [o.id for o in folded.others], folded.uid) == (1, [2], "urn:x:1")
    assert folded.publishers == ("1.example.org", "2.example.org")


def test_a_fuller_copy_leads_but_the_id_stays() -> None:
    first, second = stored(1, text="teaser"), replace(stored(2, feed=2, text="the whole text " * 9), text_set=1)
    (folded,) = fold([first, second])
    assert (folded.lead.id, folded.uid) == (2, "urn:x:1")


def test_the_id_stays_when_the_first_copy_is_there_no_more() -> None:
    second, third = (replace(stored(id, feed=id), text_set=1, set_uid="urn:x:1") for id in (2, 3))
    (folded,) = fold([second, third])
    assert (folded.lead.id, folded.uid) == (2, "urn:x:1")


def test_the_order_of_what_came_in_is_kept() -> None:
    assert [f.lead.id for f in fold([stored(3), stored(1), stored(2)])] == [3, 1, 2]


def at(id: int, publisher: str, *, text: str = "The same words.", url: str = "", title: str = "") -> StoredEntry:
    """A copy of text 1 at a publisher; its link leads to the publisher's own site if none is given."""
    source = Source(id, f"https://{publisher}/feed", title or publisher, "", publisher)
    entry = replace(BLANK, guid=f"g{id}", text=text, url=url or f"https://www.{publisher}/{id}")
    return StoredEntry(id, f"urn:x:{id}", source, entry, NOW, NOW, NOW, NOW, "all", text_set=1)


def lead(*entries: StoredEntry) -> tuple[int, str]:
    (folded,) = fold(entries)
    (again,) = fold(reversed(entries))
    assert (again.lead, again.why) == (folded.lead, folded.why)
    return folded.lead.id, folded.why


def test_the_earliest_leads_when_nothing_else_is_known() -> None:
    assert lead(at(1, "one.example"), at(2, "two.example")) == (1, "it came first")


def test_a_text_alone_needs_no_reason() -> None:
    (folded,) = fold([at(1, "one.example")])
    assert folded.why == ""


def test_the_agency_named_in_the_dateline_leads() -> None:
    text = "LONDON (Reuters) – The bridge was opened."
    found = lead(at(1, "paper.example", text=text), at(2, "reuters.com", text=text))
    assert found == (2, "its text names its own publisher as the source")


def test_an_agency_is_known_by_its_other_names() -> None:
    text = "LONDON (AP) — The bridge was opened."
    assert lead(at(1, "paper.example", text=text), at(2, "apnews.com", text="The bridge was opened."))[0] == 2


@pytest.mark.parametrize(
    ("begin", "agency"),
    [("Berlin (dpa) - ", "dpa.com"), ("Kiel (dpa/lno) – ", "dpa.com"), ("Madrid, 12 oct (EFE).- ", "efe.com")],
)
def test_an_agency_is_known_as_newsrooms_of_other_countries_write_it(begin: str, agency: str) -> None:
    text = f"{begin}The bridge was opened."
    assert lead(at(1, "paper.example", text=text), at(2, agency, text="The bridge was opened."))[0] == 2
    aside = at(1, "paper.example", text="The bridge (pictured) – the third of its kind – was opened.")
    assert lead(aside, at(2, agency, text="The bridge was opened.")) == (1, "it came first")


def test_the_blog_where_it_appeared_first_leads() -> None:
    text = "The bridge was opened.\n\nThe post The bridge appeared first on Harbour Notes."
    copies = at(1, "planet.example", text=text), at(2, "harbour.example", title="Harbour Notes", text="The bridge.")
    assert lead(*copies) == (2, "a copy names its publisher as the source")


def test_whose_site_an_aggregator_links_to_leads() -> None:
    copies = at(1, "planet.example", url="https://harbour.example/bridge"), at(2, "harbour.example")
    assert lead(*copies) == (2, "a copy links to its site")


def test_a_syndicated_copy_gives_way_to_one_that_credits_nobody() -> None:
    credited = at(1, "paper.example", text="The bridge was opened. Source: Faraway Agency")
    assert lead(credited, at(2, "daily.example")) == (2, "the others are somebody else's text; it came first")


def test_of_two_syndicated_copies_the_fuller_leads() -> None:
    teaser = "PARIS (Faraway) – The bridge."
    copies = at(1, "paper.example", text=teaser), at(2, "daily.example", text=teaser * 4)
    assert lead(*copies) == (2, "it has at least twice as much of the text as those before it")


def test_the_original_leads_although_a_copy_is_fuller() -> None:
    copies = at(1, "planet.example", url="https://harbour.example/a", text="The bridge. " * 9), at(2, "harbour.example")
    assert lead(*copies)[0] == 2
