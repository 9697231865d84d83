"""What a story is called, what it says in three sentences, and what a later text adds."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Entry, Folded, Source, StoredEntry
from aggregator.pipeline.story import group, summary_of, title_of, whats_new

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BLANK = Entry("", "", "", "", "", "", "", "", "", NOW, "published", None, "", "")
QUAKE = "A strong earthquake struck the coast of Atlantis on Monday morning."
DEAD = "At least 14 people were killed when a school collapsed in the capital Poseidonis."
AID = "The government of Atlantis asked its neighbours for tents, water and medicine."
KING = "King Gadeiros cancelled a visit to the islands and flew home to the capital."


def stored(id: int, title: str = "", text: str = "", *, by: str = "", story: int = 0, hours: float = 0) -> StoredEntry:
    by = by or f"{id}.example.org"
    entry = replace(BLANK, guid=f"g{id}", title=title, text=text, published=NOW + timedelta(hours=hours))
    source = Source(id, f"https://{by}/feed", by, "", by)
    uid = f"urn:x:{story}" if story else ""
    return StoredEntry(
        id, f"urn:x:{id}", source, entry, NOW, NOW, NOW, NOW, "all", text_set=id, story=story, story_uid=uid
    )


def alone(*entries: StoredEntry) -> list[Folded]:
    return [Folded(entry, (), entry.uid) for entry in entries]


def test_texts_of_one_story_are_told_once_where_the_first_of_them_stands() -> None:
    one, other, third = stored(1, story=1), stored(2, story=2), stored(3, story=1)
    stories = group(alone(third, other, one))
    assert [(s.id, s.uid, [t.lead.id for t in s.texts]) for s in stories] == [
        (1, "urn:x:1", [1, 3]),
        (2, "urn:x:2", [2]),
    ]


def test_a_text_that_was_compared_with_none_is_a_story_of_its_own() -> None:
    first, second = group(alone(stored(1), stored(2)))
    assert (first.id, first.uid, second.id) == (1, "urn:x:1", 2)


def test_who_carries_the_text_of_another_does_not_cover_the_story() -> None:
    agency, paper = stored(1, by="agency.example", story=1), stored(2, by="paper.example", story=1)
    own, again = stored(3, by="own.example", story=1), stored(4, by="own.example", story=1)
    (story,) = group([Folded(agency, (paper,), agency.uid), *alone(own, again)])
    assert story.publishers == ("agency.example", "own.example")
    assert story.coverage == 2


def test_the_title_is_the_headline_that_most_of_the_others_share() -> None:
    titles = [
        "What we know",
        "Earthquake kills 14 in Atlantis",
        "Atlantis earthquake kills 14 at school",
        "Live: quake",
    ]
    texts = alone(*(stored(n + 1, title) for n, title in enumerate(titles)))
    assert title_of(texts) in titles[1:3]
    assert title_of(texts[:1]) == "What we know"
    assert title_of(alone(stored(1, ""), stored(2, "A title"))) == "A title"


def test_a_summary_is_three_sentences_of_several_publishers_word_for_word() -> None:
    texts = alone(
        stored(
            1,
            "Earthquake in Atlantis",
            f"{QUAKE} {DEAD} The weather is fine in other parts of the world today.",
            story=1,
        ),
        stored(2, "Atlantis: quake kills 14", f"{DEAD} {AID}", story=1, hours=1),
        stored(3, "King flies home after earthquake", f"{KING} {QUAKE} {DEAD}", story=1, hours=2),
    )
    (story,) = group(texts)
    assert len(story.summary) == 3
    assert {quote.sentence for quote in story.summary} <= {QUAKE, DEAD, AID, KING}
    assert DEAD in {quote.sentence for quote in story.summary}
    by_id = {text.lead.id: text.lead for text in texts}
    for quote in story.summary:
        assert quote.sentence in by_id[quote.entry].entry.text
        assert quote.publisher == by_id[quote.entry].source.publisher
    assert group(texts, summaries=False)[0].summary == ()


def test_a_single_text_is_summed_up_by_its_first_sentences() -> None:
    (text,) = alone(stored(1, "t", f"{QUAKE} {DEAD} {AID} {KING}"))
    assert [quote.sentence for quote in summary_of([text], title="t")] == [QUAKE, DEAD, AID]


def test_what_is_new_are_sentences_names_and_numbers_that_were_not_told() -> None:
    before = [stored(1, "Earthquake in Atlantis", f"{QUAKE} {AID}")]
    news = whats_new(stored(2, "Quake: 14 dead", f"{QUAKE} {DEAD}"), before)
    assert news.sentences == (DEAD,)
    assert news.names == ("Poseidonis",)
    assert news.numbers == ("14",)


def test_a_sentence_that_was_only_edited_is_not_new() -> None:
    edited = DEAD.replace("At least 14 people were killed", "At least 14 people have been killed, officials said,")
    assert not whats_new(stored(2, "", edited), [stored(1, "", f"{QUAKE} {DEAD}")])


def test_nothing_is_new_in_the_same_text_and_all_in_the_first() -> None:
    text = stored(1, "Earthquake in Atlantis", f"{QUAKE} {DEAD}")
    assert not whats_new(text, [text])
    assert whats_new(text, []).sentences == (QUAKE, DEAD)


def test_texts_without_capitals_or_blanks_are_compared_as_well() -> None:
    old, new = "大西洋で強い地震が発生し学校が倒壊した。", "政府は近隣諸国に食料と水の支援を要請した。"
    news = whats_new(stored(2, "", old + new), [stored(1, "", old)])
    assert (news.sentences, news.names) == ((new,), ())


@given(st.lists(st.tuples(st.text(max_size=80), st.text(max_size=300), st.integers(0, 3)), max_size=6))
def test_any_texts_make_stories_that_hold_each_of_them_once(facts: list[tuple[str, str, int]]) -> None:
    texts = alone(*(stored(n + 1, title, text, story=story) for n, (title, text, story) in enumerate(facts)))
    stories = group(texts)
    assert sorted(text.lead.id for story in stories for text in story.texts) == list(range(1, len(facts) + 1))
    assert all(len(story.summary) <= 3 for story in stories)
    assert group(texts) == stories
