"""Texts as runs of words."""

import random
from collections.abc import Sequence
from itertools import permutations
from operator import ne
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.pipeline.shingles import SHARED, parted, shared_passages, spoken
from aggregator.pipeline.shingles_hashes import hashed
from aggregator.pipeline.shingles_keys import KEYED, KEYS, LEAD, LEAD_KEYS, RUN, SHORT, SHORT_KEYS, keys
from aggregator.pipeline.shingles_runs import Runs
from aggregator.pipeline.shingles_runs import covered as runs_covered

WORDS = [f"word{n}" for n in range(4000)]


def text(seed: int, count: int = 300) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=count))


def covered(small: Sequence[bytes], large: Sequence[bytes]) -> tuple[int, int, int]:
    return runs_covered(Runs(small), Runs(large))


def found(one: str, other: str) -> bool:
    mine, yours = keys([([], parted(one, most=KEYED)), ([], parted(other, most=KEYED))])
    return bool(set(mine) & set(yours))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The U.S. said 1,000 were there.", "the US said 1000 were there"),
        ("He didn’t say “no” – ever…", "he didn't say 'no' - ever"),
        ("It costs US$ 5 or £3", "It costs US 5 or 3"),
        ("Straße\u00a0und\u202fPlatz", "STRASSE und Platz"),
        ("co\u00adoperation\u200b", "cooperation"),
        ("北京市长说，今天", "北京市长说今天"),
    ],
)
def test_how_a_text_is_typed_does_not_count(one: str, other: str) -> None:
    assert spoken(one) == spoken(other) != []


def test_letters_of_scripts_without_blanks_are_words() -> None:
    assert len(spoken("北京市长说")) == 5
    assert len(spoken("привет мир")) == 2


def test_a_text_has_few_keys_however_long_it_is() -> None:
    counts = (0, 3, 4, 6, 40, 300, 3000)
    found = [len(mine) for mine in keys([([], parted(text(1, count), most=KEYED)) for count in counts])]
    assert found[:4] == [0, 0, 1, 1]
    assert found[4:] == [SHORT_KEYS + LEAD_KEYS, KEYS + LEAD_KEYS, KEYS + LEAD_KEYS]
    assert list(map(len, keys([(spoken("A headline that says quite enough"), b"")]))) == [1]


def test_a_copy_that_was_edited_and_cut_shares_a_key() -> None:
    for seed in range(60):
        original = text(seed)
        chance, words = random.Random(seed), original.split()[:210]
        for at in chance.sample(range(210), 10):
            words[at] = "edited"
        assert found(original, f"LONDON (Agency) - {' '.join(words)} Read more in our app."), seed


def test_a_short_text_has_more_keys_than_a_long_one() -> None:
    for count, most in ((SHORT - 1, SHORT_KEYS), (SHORT, KEYS)):
        texts = [([], parted(text(seed, count), most=KEYED)) for seed in range(20)]
        assert {len(mine) for mine in keys(texts)} == {most + LEAD_KEYS}


@pytest.mark.parametrize(("changed", "most"), [(1, 2), (2, 30)])
def test_a_copy_of_a_teaser_that_was_edited_and_cut_shares_a_key(changed: int, most: int) -> None:
    """Half of it is a dateline and a notice by then, and words are changed: few of 400 may be lost."""
    lost = 0
    for seed in range(400):
        words = text(seed, 40).split()[:22]
        for at in random.Random(seed).sample(range(22), changed):
            words[at] = "edited"
        copy = f"NEW YORK (AP) - {' '.join(words)} {text(seed + 1000, 17)}"
        lost += not found(text(seed, 40), copy)
    assert lost <= most


def test_the_first_sentences_find_the_whole_text() -> None:
    misses = [seed for seed in range(60) if not found(text(seed, 500), " ".join(text(seed, 500).split()[:40]))]
    assert misses == []


def test_other_texts_share_no_key() -> None:
    assert not any(found(text(seed), text(seed + 1)) for seed in range(100))


def test_what_is_covered_reaches_from_the_first_shared_run_to_the_last() -> None:
    small = spoken("dateline here " + "a b c d e f g h i j k l" + " sign up now")
    assert covered(small, spoken("a b c d e f X h i j k l")) == (11, 2, 14)
    assert covered(small, spoken("nothing of it")) == (0, 0, 0)
    assert covered([], small) == (0, 0, 0)


def test_the_words_beyond_a_changed_one_are_covered_when_both_go_on_alike() -> None:
    other = spoken("a b c d e f g h i j k l m n o p")
    assert covered(spoken("X a b c Y e f g h i Z k l m W o p"), other) == (11, 1, 14), "two words are an accident"
    assert covered(spoken("b c d Y f g h i j Z V m n o"), other) == (8, 0, 9)


@given(st.lists(st.sampled_from("abcdefgh"), max_size=40), st.lists(st.sampled_from("abcdefgh"), max_size=40))
def test_never_more_is_covered_than_reached(one: list[str], other: list[str]) -> None:
    count, first, end = covered([w.encode() for w in one], [w.encode() for w in other])
    assert 0 <= count <= end - first <= len(one)


@given(st.lists(st.sampled_from("abcd"), max_size=40), st.lists(st.sampled_from("abcd"), max_size=40))
def test_every_word_of_a_shared_run_is_covered(one: list[str], other: list[str]) -> None:
    runs = {"".join(other[at : at + SHARED]) for at in range(len(other) - SHARED + 1)}
    shared = [at for at in range(len(one) - SHARED + 1) if "".join(one[at : at + SHARED]) in runs]
    words = {place for at in shared for place in range(at, at + SHARED)}
    count, first, end = covered([w.encode() for w in one], [w.encode() for w in other])
    assert count >= len(words) and bool(count) == bool(words)
    assert not words or (first <= min(words) and max(words) < end)


@given(st.lists(st.lists(st.sampled_from(["a", "b", "北", "京"]), max_size=40), min_size=3, max_size=3), st.data())
def test_what_a_text_was_compared_with_before_does_not_count(texts: list[list[str]], data: st.DataObject) -> None:
    """Nor of which script that was; a part of a text is compared as if it were all."""
    words = [[word.encode() for word in one] for one in texts]
    runs = list(map(Runs, words))
    for one, other in permutations(range(3), 2):
        begin, end = sorted(data.draw(st.tuples(st.integers(0, 40), st.integers(0, 40))))
        part = runs[other].within(begin, end)
        assert runs_covered(runs[one], part) == covered(words[one], words[other][begin:end])
        assert runs_covered(part, runs[one]) == covered(words[other][begin:end], words[one])
        assert runs_covered(runs[one], runs[other]) == covered(words[one], words[other])


def test_shared_passages_are_quoted_as_they_were_printed() -> None:
    one = "Before it. The “Grand Bridge” was opened on Monday, said the mayor. Then nothing like it happened at all."
    other = "Elsewhere: the 'grand bridge' was opened on Monday said the mayor of a town; nothing like it happened"
    assert shared_passages(one, other) == ("The “Grand Bridge” was opened on Monday, said the mayor.",)
    assert shared_passages(one, other, words=4)[1:] == ("nothing like it happened",)
    assert shared_passages(one, "unlike") == ()


def test_passages_are_the_longest_first_and_no_more_than_asked() -> None:
    one, other = text(1, 30), text(2, 30)
    both = f"{one} X {other}"
    passages = shared_passages(both, f"{' '.join(other.split()[:20])} Y {' '.join(one.split()[:10])} Z", limit=2)
    assert [len(p.split()) for p in passages] == [20, 10]
    assert len(shared_passages(both, f"{one} Y {other}", limit=1)) == 1


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_at_all(one: str, other: str) -> None:
    said = spoken(one), parted(one, most=KEYED)
    (alone,) = keys([said])
    assert alone == sorted(set(alone)) == keys([([], b"another"), said])[1]
    assert all(passage in " ".join(one.split()) for passage in shared_passages(one, other, words=4))
    assert not any(map(ne, spoken(one), spoken(one)))


@given(st.lists(st.text("ab \n-é中", max_size=60) | st.text(max_size=100), max_size=6))
def test_words_are_hashed_together_as_each_is_alone(texts: list[str]) -> None:
    said = [parted(one, most=30) for one in texts]
    words = hashed(said, most=9)
    alone = [one.split()[:9] for one in said]
    assert words.sizes.tolist() == list(map(len, alone))
    assert words.hashes.tolist() == [crc32(word) for one in alone for word in one]
    spans = zip(words.begins.tolist(), words.ends.tolist(), strict=True)
    assert [crc32(words.data[begin:end]) for begin, end in spans] == words.hashes.tolist()


@given(st.lists(st.integers(0, 300), max_size=5), st.integers(0, 9))
def test_the_runs_that_are_chosen_begin_with_the_least_pairs_of_words(sizes: list[int], seed: int) -> None:
    """Whatever else is in the batch, and also where only few hashes are low."""
    chance = random.Random(seed)
    texts = [[f"{chance.randrange(40) if seed % 2 else n}" for n in range(size)] for size in sizes]
    for words, mine in zip(texts, keys([([], "  ".join(words).encode()) for words in texts]), strict=True):
        hashes = [crc32(word.encode()) for word in words[:KEYED]]
        pairs = [(hashes[at] ^ hashes[at + 1], at) for at in range(max(0, len(hashes) - RUN + 1))]
        lead = sorted(pairs[:LEAD])[:LEAD_KEYS]
        starts = {
            at for _, at in [*lead, *sorted(set(pairs) - set(lead))[: SHORT_KEYS if len(words) < SHORT else KEYS]]
        }
        runs = {crc32(" ".join(words[at : at + RUN]).encode()) for at in starts}
        assert mine == sorted(runs or {crc32(" ".join(words).encode())} if len(words) >= 4 else runs)
