"""How entries are read, compared and placed; what holds of stories as Curate tells them is in tests/jobs."""

import random
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from struct import iter_unpack, pack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.model import Candidate, Placement, Traits
from aggregator.model.story_traits import EPOCH, LATEST, POSTED, founder_of, nth_story, read_story_number, story_number
from aggregator.pipeline import stories as source
from aggregator.pipeline.stories import likeness, place
from aggregator.pipeline.stories_bags import Bags
from aggregator.pipeline.stories_bags import read as said
from aggregator.pipeline.stories_likeness import WINDOW
from aggregator.pipeline.stories_meaning import Meanings
from aggregator.pipeline.stories_memory import Memory
from aggregator.pipeline.stories_postings import NEAR, TELLING, Postings
from aggregator.pipeline.stories_profile import Profile, dot
from aggregator.pipeline.stories_traits import FADING, Reader
from aggregator.pipeline.stories_words import Vocabulary
from aggregator.vectors import Vectors

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
MEANINGS = Meanings(Vectors().of_words)
TITLES = (
    "Earthquake strikes the coast of Atlantis",
    "At least 14 dead in Atlantis earthquake",
    "Acme to buy Globex for $2 billion",
    "Globex shares soar after Acme bid",
    "Comet Halibut visible this week",
)


def entry(id: int, title: str, text: str = "", *, hours: float = 0, key: str = "") -> Candidate:
    return Candidate(id, f"g{id}", 1, "", title, text, (), key, "", NOW + timedelta(hours=hours))


def read(*titles: str) -> list[Traits]:
    return Desk().read([entry(n + 1, title) for n, title in enumerate(titles)])


class Desk(Reader):
    """Reads entries without a twin, and gives all of them their meaning."""

    def read(
        self, entries: Sequence[Candidate], bags: Bags | None = None, *, again: Collection[int] = ()
    ) -> list[Traits]:
        traits = super().read(entries, bags or said(entries, Vocabulary()), again=again)
        MEANINGS.ripen(traits)
        return traits


def test_an_entry_that_is_read_again_is_not_counted_again() -> None:
    reader = Desk()
    reader.read([entry(n + 1, title) for n, title in enumerate(TITLES)])
    before = reader.texts, reader.counts
    changed, other = entry(2, "Atlantis counts 15 dead"), entry(9, "Comet Halibut loses its tail")
    reader.read([changed], again=[2])
    assert (reader.texts, reader.counts) == before
    mixed, alone = Desk(), Desk()
    parts = [alone.read([one], again=[2])[0] for one in (other, changed, entry(10, TITLES[4]))]
    whole = mixed.read([other, changed, entry(10, TITLES[4])], again=[2])
    assert list(map(facts, whole)) == list(map(facts, parts))
    assert (mixed.texts, mixed.counts) == (alone.texts, alone.counts)


def blank() -> Memory:
    """A memory behind which nothing is stored."""
    return Memory(lambda entries: (), lambda stories: dict.fromkeys(stories, ()), lambda stories: (), MEANINGS.ripen)


def placed(traits: Sequence[Traits]) -> list[int]:
    place(traits, blank())
    return [one.story for one in traits]


def facts(one: Traits) -> tuple[object, ...]:
    return (
        one.entry,
        one.published,
        one.mark,
        one.length,
        one.terms,
        one.meaning,
        titled(one, odd=0),
        titled(one, odd=1),
    )


def titled(one: Traits, *, odd: int) -> set[int]:
    """Give the numbers of a title, whose hashes are odd, or its names."""
    return {hash for (hash,) in iter_unpack("<I", one.titled) if hash % 2 == odd}


def test_an_entry_is_like_another_of_its_event_and_unlike_others() -> None:
    quake, dead, merger, _, _ = read(*TITLES)
    assert likeness(quake, dead) > 0.3 > 0.1 > likeness(quake, merger)
    assert 0.8 < likeness(quake, quake) <= 1, "what one term adds counts in part"


def test_titles_that_name_other_numbers_are_less_alike() -> None:
    three, four, third = read("Test match day 3: rain", "Test match day 4: rain", "Rain on test match day 3")
    assert likeness(three, four) < 0.8 < likeness(three, third)


def test_likeness_fades_to_nothing_within_four_days() -> None:
    quake, dead = TITLES[:2]
    days = [Desk().read([entry(1, quake), entry(2, dead, hours=24 * n)]) for n in range(6)]
    alike = [likeness(*pair) for pair in days]
    assert alike == sorted(alike, reverse=True)
    assert alike[0] > 0.3 > alike[2] > alike[4] == alike[5] == 0


HALIBUT = (
    "Halibut telephones the king of Atlantis about fishing rights in the northern sea",
    "judge orders Halibut to pay for an insult sent to his rival",
    "two thousand glass vases are shown in a museum that Halibut opened",
    "four in ten voters tire of Halibut, survey of a thousand people finds",
    "king of Atlantis: Halibut is welcome to fishing in the northern sea",
)


def test_a_name_that_many_texts_have_makes_no_event_alone() -> None:
    reader = Desk()
    reader.read([entry(100 + n, f"Halibut {n}") for n in range(40)])
    assert placed(reader.read([entry(n, title) for n, title in enumerate(HALIBUT, 1)])) == [1, 2, 3, 4, 1]


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Your daily horoscope for November {0}", "What the stars hold for every sign today."),
        ("Northport records 1{0} new cases of virus", "Northport has 1{0} new cases of the virus, its office says."),
    ],
)
def test_what_comes_number_after_number_is_a_story_each_day(title: str, text: str) -> None:
    entries = [entry(n, title.format(n), text.format(n), hours=24 * n) for n in range(1, 6)]
    assert placed(Desk().read(entries)) == [1, 2, 3, 4, 5]


TOLL = (
    "At least {0} people died when an earthquake struck the coast of Atlantis at dawn, rescuers said. Houses, a school "
    "and the lighthouse fell; {1} were hurt. Soldiers cleared the road to the harbour, where ships with tents, water "
    "and doctors are expected. King Gadeiros declared three days of mourning and flew home from a summit in Port Hale."
)


def test_a_toll_that_rises_within_hours_is_one_story() -> None:
    told = [(f"Atlantis earthquake: {dead} dead", TOLL.format(dead, 3 * dead)) for dead in (14, 28)]
    entries = [entry(n, *one, hours=3 * n) for n, one in enumerate(told, 1)]
    assert placed(Desk().read(entries)) == [1, 1]


COMET = (
    ("How to see comet Halibut", "Look west after sunset to see the comet Halibut, astronomers say."),
    ("Comet Halibut loses its tail", "The tail of comet Halibut tore off near the sun, astronomers report."),
    ("Halibut, the comet, seen from space", "Astronauts took pictures of comet Halibut and its tail from orbit."),
    ("Comet Halibut visible this week", "Astronomers say comet Halibut can be seen with the naked eye this week."),
    ("Astronomers: comet Halibut will be back", "The comet Halibut returns in 76 years, astronomers reckon."),
    ("School closes for a comet", "Pupils of a school stayed up to watch Halibut and slept until noon."),
)


def test_the_longer_a_story_lasts_the_nearer_an_entry_must_be_to_it() -> None:
    def last(gap: int) -> int:
        entries = [entry(n, *told, hours=n * gap) for n, told in enumerate(COMET, 1)]
        return placed(Desk().read(entries))[-1]

    assert (last(1), last(20)) == (1, 6)


PROFIT = (
    "{0} reports quarterly profit of $2{1}.2 billion",
    "{0} on Thursday reported a quarterly profit of $2{1}.2 billion, beating the forecast of analysts. "
    "Revenue rose {1} percent from a year earlier.",
)
CYCLIST = (
    "Police appeal after cyclist dies in {0} crash",
    "Police are appealing for witnesses after a 4{1}-year-old cyclist died in a collision with a car in {0} on Tuesday "
    "evening. The driver, a man of 3{1}, stopped at the scene and is helping officers with their inquiries.",
)
QUAKE = (
    "Magnitude 5.{1} quake hits off {0}",
    "A magnitude 5.{1} earthquake struck off {0} on Thursday, the geological survey said. There were no immediate "
    "reports of damage or casualties, and no tsunami warning was issued.",
)
CASES = "{0} records 12 new cases of virus", "{0} recorded 12 new cases of the virus overnight, its minister said."


@pytest.mark.parametrize("form", [PROFIT, CYCLIST, QUAKE, CASES])
def test_entries_of_one_form_that_name_others_are_of_two_stories(form: tuple[str, str]) -> None:
    said = [[part.format(name, digit) for part in form] for name, digit in (("Northport", 4), ("Globex", 6))]
    again = [part.format("Northport", 4) for part in form]
    entries = [entry(n, *told) for n, told in enumerate([*said, again], 1)]
    assert placed(Desk().read(entries)) == [1, 2, 1]
    assert placed(Desk().read(entries[::-1])) == [3, 2, 3]


def test_headlines_of_one_form_that_name_others_are_too_little_alike() -> None:
    one, other = read("Northport records 12 new cases", "Globex reports 12 new cases")
    assert likeness(one, other) == likeness(other, one) < 0.15


def test_reports_of_one_event_that_name_other_sides_of_it_are_of_one_story() -> None:
    told = (
        (
            "Northport airport shut as Storm Halibut batters the coast",
            "Northport airport closed, 6,000 homes lack power.",
        ),
        (
            "Storm Halibut: 6,000 homes lose power",
            "Winds of Storm Halibut cut power to homes. Flights from Northport cancelled.",
        ),
        ("STORM HALIBUT SHUTS AIRPORT", "Northport airport closed as Storm Halibut came in from the sea."),
        ("Mayor asks Northport to stay at home", "As Storm Halibut shut the airport and cut power, the mayor spoke."),
    )
    assert set(placed(Desk().read([entry(n, *one) for n, one in enumerate(told, 1)]))) == {1}


def test_names_of_titles_are_told_from_numbers_and_from_capitals_that_say_nothing() -> None:
    one, shouted, none = read("Rain on Northport for 40 days", "Rain Falls on Northport", "it rains")
    assert {one.said[hash] for hash in titled(one, odd=0)} == {"Rain", "Northport"}
    assert {one.said[hash] for hash in titled(one, odd=1)} == {"40"}
    assert (titled(shouted, odd=0), titled(none, odd=0)) == (set(), set())


def test_terms_come_the_most_telling_first_and_names_and_numbers_count_more() -> None:
    (one,) = Desk().read([entry(1, "rain", "rain fell on Atlantis for 40 days on end")])
    assert list(one.terms.values()) == sorted(one.terms.values(), reverse=True)
    weights = {one.said[hash]: weight for hash, weight in one.terms.items()}
    assert weights["Atlantis"] > weights["40"] > weights["fell"]
    assert {hash % 2 for hash, word in one.said.items() if word == "40"} == {1}
    assert sum(weight * weight for weight in one.terms.values()) == pytest.approx(1000**2, rel=0.01)


def test_the_words_of_an_address_are_read_where_they_are_a_headline() -> None:
    reader = Desk()
    slug, page = reader.read(
        [entry(1, "Live", key="a.example/2026/atlantis-quake-kills-14.html?x=1"), entry(2, "Live", key="a.example/p-1")]
    )
    assert set(slug.said.values()) == {"atlantis", "quake", "kills"}
    assert page.terms == {}


def test_what_is_read_together_decides_nothing() -> None:
    entries = [entry(n, title, f"{title} {other}") for n, title in enumerate(TITLES) for other in TITLES]
    whole = Desk().read(entries)
    reader = Desk()
    parts = [one for at in range(0, len(entries), 3) for one in reader.read(entries[at : at + 3])]
    assert list(map(facts, parts)) == list(map(facts, whole))
    again = Desk(texts=reader.texts, counts=reader.counts)
    assert facts(again.read(entries[:1])[0]) == facts(reader.read(entries[:1])[0])


def test_counts_fade_so_that_they_do_not_grow() -> None:
    reader = Desk(texts=FADING - 2)
    reader.read([entry(n, title) for n, title in enumerate(TITLES)])
    assert reader.texts == FADING // 2 + 3
    assert len(reader.counts) == 1 << 17


def test_the_sum_of_a_story_is_exact_and_of_its_latest_members() -> None:
    many = Desk().read([entry(n, TITLES[n % 5], f"{n} of them", hours=n) for n in range(LATEST + 9)])
    shuffled = random.Random(4).sample(many, len(many))
    grown, whole = Profile(), Profile(many[-LATEST:])
    for one in shuffled:
        assert grown.terms is not None
        grown.add(one)
    assert (grown.size, grown.terms, grown.squared) == (LATEST, whole.terms, whole.squared)
    assert grown.meant(many[0]) == whole.meant(many[0])
    assert whole.squared == dot(whole.terms, whole.terms)


def test_a_sum_of_meanings_that_was_asked_for_grows_with_the_story() -> None:
    many = Desk().read([entry(n, TITLES[n % 5], f"{n} of them", hours=n) for n in range(LATEST + 9)])
    grown, bare = Profile(many[:2]), replace(many[2], meaning=b"")
    assert grown.meaning.any()
    for one in [bare, *many[3:]]:
        grown.add(one)
    bare.meaning = many[2].meaning
    assert grown.meaning.tolist() == Profile(many[-LATEST:]).meaning.tolist()


def test_what_is_not_asked_for_its_meaning_would_have_joined_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts that share words by chance, and others that share more, in disorder."""
    chance = random.Random(3)
    words = ["".join(chance.choices(("ba", "del", "gal", "hen", "kor", "men", "per"), k=4)) for _ in range(1500)]
    told = [chance.choices(words, k=50) for _ in range(120)]
    told += [chance.sample(one, 5 + n) + chance.choices(words, k=45 - n) for n, one in enumerate(told[:40])]
    chance.shuffle(told)
    entries = [entry(n + 1, " ".join(one[:8]), " ".join(one[8:]), hours=n % 50) for n, one in enumerate(told)]

    def stories(traits: Sequence[Traits]) -> list[Placement]:
        memory = blank()
        return [one for at in range(0, len(traits), 40) for one in place(traits[at : at + 40], memory)]

    lazy = Reader().read(entries, said(entries, Vocabulary()))
    found = stories(lazy)
    assert 0 < sum(not one.meaning for one in lazy) < len(lazy)
    monkeypatch.setattr(source._Near, "_may_join", lambda self, n: True)
    monkeypatch.setattr(source._Near, "_drawing", lambda self, n, terms, near: near)
    asked = Reader().read(entries, said(entries, Vocabulary()))
    assert stories(asked) == found
    assert 20 < sum(placement.like > 0 for placement in found) < 100
    assert sum(not one.meaning for one in asked) < sum(not one.meaning for one in lazy)


def test_an_entry_is_compared_with_no_more_than_a_few_however_many_there_are() -> None:
    memory = blank()
    many = read(*[f"{TITLES[n % 5]} {n}" for n in range(300)])
    place(many, memory)
    posted = [memory.postings.of(many[0].published // EPOCH, term) for one in many for term in [*one.terms][:TELLING]]
    assert len(posted) > 100
    assert max(map(len, posted)) == POSTED
    _, who, whom = memory.near(many[:1], within=WINDOW)
    assert (set(who.tolist()), len(whom)) == ({0}, NEAR)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_entries_find_the_latest_that_share_most_of_their_telling_terms(data: st.DataObject) -> None:
    """As if each term had a list to which entries are added one after the other."""
    lists: dict[tuple[int, int], list[int]] = {}
    postings = Postings()
    for batch in data.draw(st.lists(st.integers(1, 40), min_size=1, max_size=6)):
        chance, again = random.Random(batch), data.draw(st.sets(st.integers(1, 60)))
        ids = chance.sample(range(1, 61), batch)
        entries = [vector(id, chance.sample(range(1, 24), 11), chance.randrange(-9, 3) * EPOCH // 3) for id in ids]
        expected = [(n, id) for n, one in enumerate(entries) for id in sought(one, lists, again)]
        owners, found = postings.find(entries, again)
        assert list(zip(owners.tolist(), found.tolist(), strict=True)) == expected
        assert all(postings.of(*at) == ids for at, ids in lists.items())


def vector(id: int, terms: Sequence[int], published: int) -> Traits:
    """An entry that says nothing but these terms, all equally telling."""
    return Traits(id, published, 0, 9, pack(f"<{len(terms)}I", *terms), pack(f"<{len(terms)}H", *[300] * len(terms)))


def sought(one: Traits, lists: dict[tuple[int, int], list[int]], again: Collection[int]) -> list[int]:
    """Whom an entry finds, before it is added to the lists of its own time."""
    terms, epoch = [*one.terms][:TELLING], one.published // EPOCH
    shared = Counter(id for at in (epoch - 1, epoch, epoch + 1) for term in terms for id in lists.get((at, term), ()))
    shared.pop(one.entry, None)
    for term in terms:
        ids = lists.setdefault((epoch, term), [])
        if not (one.entry in again and one.entry in ids):
            ids.append(one.entry)
            del ids[:-POSTED]
    return sorted(shared, key=lambda id: (-shared[id], -id))[:NEAR]


@pytest.mark.parametrize(("nth", "written"), [(0, "42"), (1, "42.2"), (2, "42.3"), (9_998, "42.9999")])
def test_the_number_of_a_story_is_that_of_its_founder_and_which_of_its_stories_it_is(nth: int, written: str) -> None:
    story = nth_story(42, nth)
    assert (founder_of(story), story_number(story), read_story_number(written)) == ((42, nth), written, story)


@pytest.mark.parametrize("written", ["", "0", "-42", "42.0", "42.", ".2", "4 2", "42.2.2", "٤٢", "9" * 14, "1.999999"])
def test_what_is_no_number_of_a_story_names_none(written: str) -> None:
    assert read_story_number(written) == 0


def test_a_story_is_named_after_its_first_entry() -> None:
    assert placed(read(*TITLES)) == [1, 1, 3, 3, 5]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=60), st.text(max_size=200), st.integers(-300, 300)), max_size=12))
def test_any_texts_are_placed_and_their_stories_founded_by_one_of_them(said: list[tuple[str, str, int]]) -> None:
    entries = [entry(n + 1, title, text, hours=hours) for n, (title, text, hours) in enumerate(said)]
    traits = Desk().read(entries)
    stories = placed(traits)
    assert all(stories[story - 1] == story for story in stories)
    assert placed(Desk().read(entries)) == stories
