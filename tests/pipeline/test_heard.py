"""What counts as news after what was said before, whatever was said."""

from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import StoredEntry
from aggregator.pipeline.heard import Heard
from aggregator.pipeline.story import whats_new
from tests.newsroom import stored
from tests.storyroom import NEXT_DAY, TREATY

SENTENCES = [f"{said}." for _, text in (*TREATY, NEXT_DAY) for said in text.rstrip(".").split(". ")]
ENTRIES = st.builds(
    lambda title, body: stored(1, title=title, text=" ".join(body), excerpt=""),
    st.sampled_from([title for title, _ in TREATY]) | st.text(max_size=30),
    st.lists(st.sampled_from(SENTENCES) | st.text(max_size=60), max_size=6),
)
MANY = st.lists(ENTRIES, max_size=5)


@given(MANY, ENTRIES)
def test_what_was_heard_is_no_news_the_second_time(before: list[StoredEntry], entry: StoredEntry) -> None:
    heard = Heard(before)
    heard.material(entry)
    assert heard.material(entry) == ()


@given(MANY, MANY, ENTRIES)
def test_the_more_was_heard_the_less_is_news(
    some: list[StoredEntry], more: list[StoredEntry], entry: StoredEntry
) -> None:
    little, much = Heard(some).material(entry), Heard([*some, *more]).material(entry)
    assert set(much) <= set(little)


@given(MANY, ENTRIES)
def test_listening_to_one_after_the_other_is_listening_to_all(before: list[StoredEntry], entry: StoredEntry) -> None:
    heard = Heard()
    for one in before:
        heard.hear(one)
    assert heard.news(entry) == whats_new(entry, before)
    whole = "".join(f"{entry.entry.title} {entry.entry.text}".split())
    assert all("".join(said.split()) in whole for said in heard.material(entry)), "word for word"
