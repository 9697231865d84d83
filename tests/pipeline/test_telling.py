"""What an issue may tell: each story once, and again only with material news."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from aggregator.model import Folded, StoredEntry, Told
from aggregator.pipeline.heard import Heard
from aggregator.pipeline.rank import rank
from aggregator.pipeline.story import group
from aggregator.pipeline.telling import lead_of, tell, tellings
from tests.newsroom import NOW, stored, told
from tests.storyroom import STORY, all_told, issue_of, next_day, telling, treaty

DAY = timedelta(days=1)
LAST = Told("2026-11-22", NOW - timedelta(hours=1))


def later(text: str, *, title: str = "Treaty", by: int = 40, at: datetime = NOW) -> StoredEntry:
    return stored(900, title=title, text=text, excerpt=text, by=by, published=at, story=STORY)


def test_a_story_that_was_never_told_is_told_whole():
    (found,) = telling(*treaty())
    assert (len(found.fresh), found.told, found.novelty) == (7, "", 1.0)
    assert found.title == found.story.title == found.lead.lead.entry.title
    assert len(found.others) == 6 and found.lead not in found.others


def test_a_story_with_nothing_first_seen_in_the_period_is_not_told():
    assert tellings(group(map(Folded, treaty(hours=60))), since=NOW - DAY, told={}) == ()


def test_a_late_copy_of_a_text_that_was_known_is_no_news():
    old = stored(1, published=NOW - 3 * DAY)
    copy = replace(stored(2, by=1), text_set=1)
    assert tellings(group([told(old, copy)]), since=NOW - DAY, told={}) == ()


def test_history_that_is_for_outputs_only_is_no_news_and_what_is_for_the_archive_is_not_told():
    history = replace(stored(1), reach="outputs")
    assert tellings(group([told(history)]), since=NOW - DAY, told={}) == ()
    archive = replace(stored(2, by=1, story=1), reach="none")
    (found,) = tellings(group([told(stored(1, story=1)), told(archive)]), since=NOW - DAY, told={})
    assert [text.lead.id for text in found.fresh] == [1]


@pytest.mark.parametrize(
    "text",
    [
        treaty()[0].entry.text,
        "A treaty of mutual assistance was signed in Port Hale by the president of Tarvenia and Osmere's first "
        "secretary. Neither side would say what is in the closed folder with its annex on military matters.",
        "Osmere, Tarvenia sign.",
        "",
    ],
)
def test_another_publisher_by_itself_is_no_news(text: str):
    """The same matter in other words, or in fewer: no issue has to tell it, and its headline is offered."""
    (found,) = telling(*treaty(hours=23), later(text), last=LAST)
    assert (found.novelty, found.news, [one.lead.id for one in found.fresh]) == (0, (), [900])
    ranking = rank([found], now=NOW, size=20)
    assert (ranking.chosen, [one.score for one in ranking.rest]) == ((), [0])


@pytest.mark.parametrize(
    "sentence",
    [
        "The treaty of mutual assistance obliges each side to send 7,500 soldiers.",  # a number
        "The treaty was also signed by the Grand Duchy of Vell on behalf of its neighbours.",  # a name
        "Fishermen blockaded the harbour overnight and burned tyres on the pier.",  # hardly a word that was said before
    ],
)
def test_a_number_a_name_or_a_matter_that_was_not_told_is_news(sentence: str):
    (found,) = telling(*treaty(hours=23), later(f"{treaty()[0].entry.text} {sentence}"), last=LAST)
    assert [quote.sentence for quote in found.news] == [sentence]
    assert (found.told, found.title) == ("2026-11-22", "Treaty")
    assert 0.05 <= found.novelty < 0.5, "most of it was told already"


def test_a_number_that_has_changed_is_news_although_the_sentence_is_the_same():
    first = stored(1, text="The fire killed 12 people in a warehouse of Port Hale.", story=1)
    second = replace(stored(2, by=1, text=first.entry.text.replace("12", "14"), story=1), first_seen=NOW)
    assert Heard([first]).material(second) == ("The fire killed 14 people in a warehouse of Port Hale.",)
    paged = replace(second, entry=replace(second.entry, text=f"{first.entry.text} Page 2."))
    assert Heard([first]).material(paged) == ()


def test_news_is_told_once_whoever_brings_it():
    """The second publisher says the same as the first, which is not news any more."""
    again = replace(next_day(), id=601, uid="x:601", text_set=601, source=later("").source)
    (found,) = telling(*treaty(hours=23), next_day(), again, last=LAST)
    assert [text.lead.id for text in found.fresh] == [600]
    assert found.lead.lead.id == 600 and {quote.entry for quote in found.news} == {600}
    assert [text.lead.id for text in found.others] == [601], "its headline is named, as is its publisher"


def test_what_came_between_the_last_telling_and_this_period_is_still_news():
    """The story was told two issues ago; yesterday there was no room for what was new of it."""
    yesterday = replace(next_day(), first_seen=NOW - DAY)
    story = group(map(Folded, [*treaty(hours=60), yesterday]))[0]
    last = all_told(Told("2026-11-20", NOW - 2 * DAY), [*treaty(hours=60), yesterday])
    found = tell(story, since=NOW - timedelta(hours=1), last=last)
    assert found and [text.lead.id for text in found.fresh] == [600]


def test_a_byline_is_no_news():
    assert Heard(treaty()[:1]).material(later(f"{treaty()[0].entry.text} Reporting by Quay Desk.")) == ()


def test_a_short_sentence_may_be_all_the_news():
    brief = later("Tellmark Rail stopped on Saturday.", title="Treaty: Tellmark Rail stops")
    assert Heard(treaty()).material(brief) == ("Tellmark Rail stopped on Saturday.",)


def test_a_number_that_only_the_headline_has_is_news():
    entry = later(treaty()[0].entry.text, title="Toll of the barracks fire at Port Hale climbs to 38")
    assert Heard(treaty()).material(entry) == ("Toll of the barracks fire at Port Hale climbs to 38",)


def test_a_bare_headline_does_not_speak_for_a_story_that_another_text_tells():
    first, *others = treaty()
    bare = replace(first, entry=replace(first.entry, text="", html="", excerpt=""))
    (story,) = group([Folded(one) for one in (bare, *others)])
    assert lead_of(replace(story, title=first.entry.title), story.texts).lead.id != first.id


def test_of_an_entry_that_is_only_a_headline_the_headline_counts():
    bare = replace(later("", title="Osmere sends 40,000 soldiers to the Sarn valley"), text_set=900)
    assert Heard(treaty()).material(bare) == ("Osmere sends 40,000 soldiers to the Sarn valley",)


def test_the_same_stories_in_another_order_are_told_the_same():
    texts = [Folded(entry) for entry in treaty()]
    one = tellings(group(texts), since=NOW - DAY, told={})
    other = tellings(group(reversed(texts)), since=NOW - DAY, told={})
    assert one == other


def test_who_copies_the_lead_and_has_words_of_its_own_is_named_once():
    first, second, *_ = treaty()
    copies = [replace(stored(700 + n, by=by), story=STORY, text_set=STORY) for n, by in enumerate((1, 30))]
    (found,) = tellings(group([told(first, *copies), Folded(second)]), since=NOW - DAY, told={})
    (line,) = issue_of((found,)).lines
    assert [cover.source for cover in line.covered] == [second.source.title]
    assert line.also == (copies[1].source.title,)


def test_what_was_not_told_is_news_when_the_story_comes_back():
    """Readers saw the report of one publisher; another's was on the page only, and comes again."""
    first, hidden = treaty(hours=23)[:2]
    again = later(hidden.entry.text, title=hidden.entry.title)
    last = replace(LAST, texts=frozenset({first.text_set}))
    (found,) = tellings(group(map(Folded, (first, hidden, again))), since=NOW - DAY, told={STORY: last})
    assert [text.lead.id for text in found.fresh] == [again.id] and found.novelty > 0


def test_of_one_publisher_the_latest_report_with_news_leads():
    first, _, third, *_ = treaty()
    third = replace(third, source=first.source)
    bare = replace(later("", title="Treaty", at=NOW), source=first.source)
    (found,) = telling(first, third, bare)
    assert found.title == third.entry.title and len(found.others) == 2
    (update,) = telling(first, third, replace(next_day(), source=first.source), last=LAST)
    assert update.title == next_day().entry.title


def test_a_headline_belongs_to_the_text_that_leads():
    """The most central one is bare, and no other text of its publisher says more."""
    first, *others = treaty()
    bare = replace(first, entry=replace(first.entry, text="", html="", excerpt=""))
    (found,) = telling(bare, *others)
    assert found.title == found.lead.lead.entry.title == found.story.title != bare.entry.title
