"""Generated files, edited in place: what was there stays, byte for byte and in its order."""

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.config import read
from aggregator.config.editing import add, lines, remove

COMMENTS = st.sampled_from(["# note", "#", "#\ttab", "# - https://off.example/", "# é 😀 \u2028", "# url: x"])
GAPS = st.lists(st.one_of(st.just(""), COMMENTS), max_size=3)


@st.composite
def entries(draw: st.DrawFn, number: int, column: int) -> list[str]:
    """Draw one feed as the lines of a block list."""
    url, lead = f"https://n{number}.example/é?a=1", " " * column
    dash = "-" + " " * draw(st.integers(1, 3))
    inner = lead + " " * len(dash)
    remark = draw(st.sampled_from(["", "  # why", "\t# tab"]))
    shape = draw(st.integers(0, 6))
    above = [lead + line if line else line for line in draw(GAPS)]
    below = [inner + line for line in draw(st.lists(COMMENTS, max_size=2))]
    entry = {
        0: [f"{lead}{dash}{url}{remark}"],
        1: [f'{lead}{dash}"{url}"{remark}'],
        2: [f"{lead}{dash}url: {url}{remark}", f"{inner}title: T{number}{remark}"],
        3: [f"{lead}{dash}{{url: '{url}', title: \"x # y\",", f"{inner}topics: [t]}}{remark}"],
        4: [f"{lead}{dash}title: >-", f"{inner}  folded", f"{inner}  text", f"{inner}url: {url}"],
        5: [f"{lead}{dash}&a{number} {url}{remark}"],
        6: [f"{lead}{dash}url: {url}", f"{inner}topics:{remark}", f"{inner}- t"],
    }[shape]
    return [*above, *entry, *below]


@st.composite
def files(draw: st.DrawFn) -> tuple[bytes, int]:
    """Draw a whole feeds.yaml, and how many feeds it has."""
    column, number = draw(st.sampled_from([0, 1, 2, 4])), draw(st.integers(0, 4))
    feeds = ["feeds:" + draw(st.sampled_from(["", " # mine", "\t#"]))]
    if number and draw(st.integers(0, 3)) == 0:
        urls = [f"https://n{n}.example/" for n in range(number)]
        gap = draw(st.sampled_from([", ", ",", " , ", ",\n    ", " # c\n  , "]))
        end = draw(st.sampled_from(["]", ",]", " ]", "\n  ]", ",\n  ] # c", " # last\n  ]"]))
        feeds = ("feeds: [" + draw(st.sampled_from(["", " ", "\n    "])) + gap.join(urls) + end).split("\n")
    else:
        for n in range(number):
            feeds += draw(entries(n, column))
    topics = draw(st.sampled_from([["topics:", "  t: {title: T} # x"], ["topics: {t: {title: T}}"]]))
    sections = [["title: 'Desk'"], draw(GAPS), feeds, draw(GAPS), topics, draw(GAPS)]
    if draw(st.booleans()):
        sections = [*topics_first(topics, sections)]
    end = draw(st.sampled_from(["\n", "\r\n"]))
    text = end.join(line for section in sections for line in section) + draw(st.sampled_from(["", end, end * 3]))
    return (draw(st.sampled_from(["", "\ufeff"])) + text).encode(), number


def topics_first(topics: list[str], sections: list[list[str]]) -> list[list[str]]:
    """Put the topics before the feeds, so that these end the file."""
    rest = [section for section in sections if section is not topics]
    return [rest[0], topics, *rest[1:]]


def in_order(part: bytes, whole: bytes) -> bool:
    """Tell whether all bytes of ``part`` stand in ``whole``, in their order."""
    rest = iter(whole)
    return all(byte in rest for byte in part)


@settings(max_examples=200, deadline=None)
@given(files())
def test_adding_only_inserts(drawn: tuple[bytes, int]) -> None:
    """Two feeds and a topic; every line that was there is there still, but one of a flow list may be longer."""
    before, number = drawn
    new = [{"url": "https://new.example/"}, {"url": "https://more.example/", "title": "a: b", "topics": ("t", "u")}]
    after = add(before, new, {"u": "U, too"}, name="feeds.yaml")
    assert in_order(before, after)
    assert [feed.url for feed in read(after, "f").feeds[number:]] == [feed["url"] for feed in new]
    kept, there = before.splitlines(), after.splitlines()
    assert sum(line not in there for line in kept) <= 2
    assert len(lines(after)) == number + 2


@settings(max_examples=200, deadline=None)
@given(files(), st.data())
def test_removing_only_takes_out(drawn: tuple[bytes, int], data: st.DataObject) -> None:
    """Whatever goes, the others are read as before."""
    before, number = drawn
    if not number:
        return
    gone = data.draw(st.sets(st.integers(0, number - 1), min_size=1))
    after = remove(before, sorted(gone), name="feeds.yaml")
    feeds = read(before, "f").feeds
    assert read(after, "f").feeds == tuple(feed for position, feed in enumerate(feeds) if position not in gone)
    assert in_order(after, before)
