"""Paragraphs that a source repeats."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.pipeline import furniture as source
from aggregator.pipeline.furniture import (
    MOST,
    NOTICED,
    REPEATED,
    TIMES,
    learn,
    paragraph,
    paragraphs,
    repeated,
    without,
)

NOTICE = "Follow us on 12 networks."


def entries(*texts: str, begin: int = 0) -> list[tuple[str, str, list[int]]]:
    return [(f"g{n}", f"Title {n}", paragraphs(text)) for n, text in enumerate(texts, begin)]


def told(number: int) -> str:
    return f"What happened in matter {'x' * number}.\n\n{NOTICE}"


def spelt(number: int) -> str:
    """A word for a number: its digits would not count."""
    return "".join(chr(97 + int(digit)) for digit in str(number))


def test_what_three_entries_of_a_feed_have_is_furniture() -> None:
    two = learn(b"", entries(told(1), told(2)))
    assert repeated(two) == frozenset()
    three = learn(two, entries(told(3), begin=2))
    assert repeated(three) == {paragraph(NOTICE)}
    assert without(told(4), repeated(three)) == "What happened in matter xxxx.\n"


def test_digits_blanks_and_case_do_not_count() -> None:
    assert paragraph("Follow us on 12 networks") == paragraph("FOLLOW us  on 34 networks!")
    assert paragraph("Follow us on 123 networks") != paragraph("Follow us on 12 networks")
    assert paragraph("") == 0


def test_an_entry_that_is_told_again_counts_once() -> None:
    """Placed anew under other rules, retitled, or under another guid: it is still one entry."""
    text = paragraphs(told(1))
    again = [("g", "Title", text), ("g", "Title, updated", text), ("h", "Title", text), ("g", "Title", text)]
    assert repeated(learn(b"", [*again, *again])) == frozenset()


def test_entries_without_titles_are_not_one_entry() -> None:
    kept = b""
    for n, text in enumerate([told(1), told(2), told(3)]):
        kept = learn(kept, [(f"g{n}", "", paragraphs(text))])
        assert (len(kept) // 4 - 1 - len(repeated(kept))) % 5 == 0
    assert repeated(kept) == {paragraph(NOTICE)}


def test_a_text_of_nothing_but_furniture_stays() -> None:
    often = {paragraph(NOTICE)}
    assert without(NOTICE, often) == NOTICE
    assert without("Something else", often) == "Something else"


def test_what_is_kept_of_a_feed_is_bounded_and_the_last_learned_stay() -> None:
    kept = b""
    for n in range(300):
        text = "\n\n".join([f"Own {spelt(n)}", *(f"Often {spelt(n // 3 * 20 + k)}" for k in range(20))])
        kept = learn(kept, entries(text, begin=n))
    assert len(repeated(kept)) == REPEATED
    assert paragraph(f"Often {spelt(299 // 3 * 20 + 19)}") in repeated(kept)
    assert len(kept) <= 4 * (1 + REPEATED + 5 * NOTICED)


def test_nothing_new_is_nothing_to_keep() -> None:
    before = learn(b"", entries(*map(told, range(1, 5))))
    assert learn(before, entries(*map(told, range(1, 5)))) == before


@given(st.lists(st.text(max_size=40), min_size=1, max_size=8))
def test_what_was_learned_is_read_back(texts: list[str]) -> None:
    kept = b""
    for begin in range(0, TIMES * len(texts), len(texts)):
        kept = learn(kept, entries(*texts, begin=begin))
    seen = {one for text in texts for one in paragraphs(text)} - {0}
    assert repeated(kept) == seen
    assert learn(kept, entries(*texts)) == kept


@given(st.lists(st.lists(st.tuples(st.integers(0, 9), st.lists(st.integers(0, 400), max_size=90)), max_size=4)))
def test_paragraphs_that_are_new_are_noticed_as_all_are(told: list[list[tuple[int, list[int]]]]) -> None:
    """Most entries have none that was noticed before: for these, what was noticed is not read."""
    batches = [[(f"g{n}", f"Title {n}", hashes) for n, hashes in batch] for batch in told]
    fast, slow = b"", b""
    with pytest.MonkeyPatch.context() as patch:
        for batch in batches:
            fast = learn(fast, batch)
        patch.setattr(source, "_added", lambda kept, entries: b"")
        for batch in batches:
            slow = learn(slow, batch)
    assert fast == slow


def test_of_a_text_without_an_end_its_last_paragraphs_are_looked_at() -> None:
    """Whoever brings it: what is learned is learned while others wait to write."""
    long = "\n".join(f"Line {spelt(n)}" for n in range(2 * MOST))
    kept = b""
    for n in range(TIMES):
        kept = learn(kept, [(f"g{n}", f"Title {n}", paragraphs(f"{NOTICE}\n{long}\nFollow us on paper."))])
    assert paragraph(NOTICE) not in repeated(kept)
    assert paragraph("Follow us on paper.") in repeated(kept)
