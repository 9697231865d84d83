"""feeds.yaml edited in place: what a person wrote stays as it was written."""

import json
import os
from difflib import SequenceMatcher
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.config import read
from aggregator.config.editing import add, lines, remove
from aggregator.config.saving import replace
from aggregator.errors import ConfigError, WorkspaceError

NEW = {"url": "https://new.example/feed", "title": "New: one", "topics": ("world",)}
SHIPPED = (Path(__file__).parents[2] / "feeds.yaml").read_text(encoding="utf-8")
TOPICS = "topics:\n  world: {words: [treaty]}\n"

SHAPES = {
    "indented": "title: T\nfeeds:\n  - https://a.example/\n  - url: https://b.example/\n    title: B\n" + TOPICS,
    "not indented": "title: T\nfeeds:\n- https://a.example/\n# next section\n" + TOPICS,
    "wide dashes": "title: T\nfeeds:\n    -   url: https://a.example/\n        title: A\n" + TOPICS,
    "flow": "title: T\nfeeds: [https://a.example/, https://b.example/] # two\n" + TOPICS,
    "flow with a last comma": "title: T\nfeeds: [https://a.example/,]\n" + TOPICS,
    "flow on lines": "title: T\nfeeds: [\n  https://a.example/, # one\n  https://b.example/ # two\n]\n" + TOPICS,
    "flow on lines, closed on the last": "title: T\nfeeds: [\n  https://a.example/,\n  https://b.example/]\n" + TOPICS,
    "flow with commas in front": "title: T\nfeeds: [\n    https://a.example/ # c\n  , https://b.example/]\n" + TOPICS,
    "flow of mappings": "title: T\nfeeds: [{url: https://a.example/}]\n" + TOPICS,
    "empty flow": "title: T\nfeeds: []\n" + TOPICS,
    "empty": "title: T\nfeeds: # none yet\n" + TOPICS,
    "null": "title: T\nfeeds: ~ # none yet\n" + TOPICS,
    "missing": "title: T\n" + TOPICS,
    "missing, indented": "  title: T\n  topics:\n    world: {words: [treaty]}",
    "all flow": "{title: T, topics: {world: {words: [treaty]}}}\n",
    "last, no final newline": TOPICS + "title: T\nfeeds:\n  - https://a.example/",
    "comments between and after": (
        "title: T\nfeeds:\n  # first\n  - https://a.example/ # one\n\n  # second\n  - url: https://b.example/\n"
        "    # title: B\n  # - https://off.example/\n\n# topics\n" + TOPICS
    ),
    "anchors": "title: &t T\nfeeds:\n  - &a https://a.example/\n  - {url: https://b.example/, title: *t}\n" + TOPICS,
    "anchors on the lists": (
        "title: T\nfeeds: &my-feeds # - all\n  # - off\n  - https://a.example/\n  - url: https://b.example/\n"
        "topics: &t\n  world: {words: [treaty]}\n"
    ),
    "an anchor on a list that is not indented": "title: T\nfeeds: &f\n- &a-b https://a.example/\n" + TOPICS,
    "an anchor on the whole": "--- &all\ntitle: T\nfeeds:\n  - https://a.example/\n" + TOPICS,
    "tabs in comments": "title: T\t# the\ttitle\nfeeds:\t# here\n  - https://a.example/\t#\tone\n" + TOPICS,
    "block scalar last": TOPICS + "title: T\nfeeds:\n  - url: https://a.example/\n    title: |-\n      A\n\n\n",
    "quoted and long": 'title: T\n"feeds":\n  - "https://a.example/' + "x" * 300 + '"\n' + TOPICS,
    "document marks": "---\ntitle: T\nfeeds:\n  - https://a.example/\n" + TOPICS + "...\n",
    "document marks, no feeds": "---\ntitle: T\n" + TOPICS + "# the end\n...\n",
    "the shipped one": SHIPPED,
}


def inserted_only(before: bytes, after: bytes) -> bool:
    """Tell whether ``after`` is ``before`` with something put in between."""
    codes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return all(code in ("equal", "insert") for code, *_ in codes)


def is_inside(before: bytes, after: bytes) -> bool:
    """Tell whether the bytes of ``before`` all stand in ``after``, in their order."""
    rest = iter(after)
    return all(byte in rest for byte in before)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["", "BOM"])
@pytest.mark.parametrize("shape", SHAPES)
def test_an_entry_is_added_and_every_other_byte_stays(shape: str, mark: str, line_end: str) -> None:
    """Lists of every shape, with every line break."""
    before = (mark + SHAPES[shape].replace("\n", line_end)).encode()
    old = read(before, "feeds.yaml")
    after = add(before, [NEW, {"url": "https://more.example/"}], {"far": "Far, away"}, name="feeds.yaml")
    new = read(after, "feeds.yaml")
    assert [feed.url for feed in new.feeds[len(old.feeds) :]] == [NEW["url"], "https://more.example/"]
    assert new.feeds[len(old.feeds)].title == "New: one"
    assert new.topics[-1].title == "Far, away"
    assert is_inside(before.replace(b" ~", b" "), after)
    missing = set(before.splitlines()) - set(after.splitlines())
    assert len(missing) <= 2 if "[" in SHAPES[shape] or "{title" in SHAPES[shape] else len(missing) <= 1
    if line_end == "\r\n":
        assert after.count(b"\n") == after.count(b"\r\n")


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("shape", SHAPES)
def test_what_was_added_can_be_removed_again(shape: str, line_end: str) -> None:
    """Every entry but the new ones is still there, and so is every comment."""
    before = SHAPES[shape].replace("\n", line_end).encode()
    old = read(before, "feeds.yaml")
    after = add(before, [NEW, {"url": "https://more.example/"}], {}, name="feeds.yaml")
    back = remove(after, [len(old.feeds), len(old.feeds) + 1], name="feeds.yaml")
    assert read(back, "feeds.yaml") == old
    assert [part for part in before.split() if part.startswith(b"#")] == [
        part for part in back.split() if part.startswith(b"#")
    ]


JSON = '{\n  "title": "T",\n  "feeds": [\n    "https://a.example/",\n    {"url": "https://b.example/"}\n  ]\n}\n'


@pytest.mark.parametrize(
    "before", [SHAPES[shape] for shape in ("flow", "flow on lines, closed on the last", "empty flow")] + [JSON]
)
def test_what_was_added_to_a_list_in_brackets_leaves_no_comma_behind(before: str) -> None:
    """Removing is the way back."""
    old = len(read(before.encode(), "f").feeds)
    after = add(before.encode(), [{"url": "https://n.example/"}, {"url": "https://m.example/"}], {}, name="f")
    assert remove(after, [old, old + 1], name="f").decode() == before


def test_a_file_in_json_stays_json() -> None:
    """Which is YAML, too; also without its last feed."""
    new = {"url": "https://n.example/", "title": "Ü: 1", "topics": ("new",)}
    after = add(JSON.encode(), [{"url": "https://m.example/"}, new], {"new": "New"}, name="f")
    added = {"url": "https://n.example/", "title": "Ü: 1", "topics": ["new"]}
    assert json.loads(after)["feeds"][2:] == ["https://m.example/", added]
    assert json.loads(after)["topics"] == {"new": {"title": "New"}}
    assert json.loads(remove(after, [2, 3], name="f"))["feeds"] == json.loads(JSON)["feeds"]
    assert json.loads(remove(JSON.encode(), [1], name="f"))["feeds"] == ["https://a.example/"]


def test_many_feeds_in_an_empty_list_stand_on_lines_of_their_own() -> None:
    """Few stay in its brackets."""
    plain = add(b"title: T\nfeeds: []\n", [{"url": f"https://a{number}.example/"} for number in range(9)], {}, name="f")
    assert plain.startswith(b"title: T\nfeeds:\n  - https://a0.example/\n")
    before = SHAPES["empty flow"].replace("[]", "[] # none").encode()
    many = [f"https://a{number}.example/" for number in range(100)]
    after = add(before, [{"url": url} for url in many], {}, name="f").decode()
    assert after == before.decode().replace("[] # none\n", " # none\n" + "".join(f"  - {url}\n" for url in many))
    assert b"[https://a0.example/] # none" in add(before, [{"url": many[0]}], {}, name="f")


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if "https://a" in SHAPES[shape] and shape != "anchors"])
def test_every_entry_can_be_removed(shape: str) -> None:
    """One after the other, and all at once."""
    data = SHAPES[shape].encode()
    feeds = read(data, "feeds.yaml").feeds
    for position, feed in enumerate(feeds):
        left = read(remove(data, [position], name="feeds.yaml"), "feeds.yaml").feeds
        assert left == tuple(other for other in feeds if other != feed)
    assert read(remove(data, range(len(feeds)), name="feeds.yaml"), "feeds.yaml").feeds == ()


def test_an_entry_alone_under_its_comment_takes_it_along_and_a_heading_stays() -> None:
    """A comment above several entries is the heading of a group."""
    text = (
        "title: T\nfeeds:\n  # group\n  - https://a.example/\n  - https://b.example/\n\n"
        "  # mine\n  - url: https://c.example/\n    # title: C\n\n  # other\n  - https://d.example/\n"
    )
    assert remove(text.encode(), [0], name="f").decode() == text.replace("  - https://a.example/\n", "")
    alone = "  # mine\n  - url: https://c.example/\n    # title: C\n\n"
    assert remove(text.encode(), [2], name="f").decode() == text.replace(alone, "")


def test_an_anchor_that_others_use_is_not_removed() -> None:
    """The file would no longer be readable; nothing comes back but the reason."""
    data = b"title: T\nfeeds:\n  - &a https://a.example/\n  - {url: https://b.example/, title: *a}\n"
    with pytest.raises(ConfigError, match="would have mistakes"):
        remove(data, [0], name="feeds.yaml")


def test_an_aliased_list_is_left_to_the_person() -> None:
    """What stands elsewhere cannot be added to here; the lines to add are shown."""
    data = b"title: T\ndefaults: {topics: &n []}\nfeeds: *n\n"
    with pytest.raises(ConfigError, match=r"by hand:\n- url: https://new\.example/feed"):
        add(data, [NEW], {"world": "World"}, name="feeds.yaml")


@pytest.mark.parametrize("end", ["\n", ""])
def test_topics_that_were_not_there_stand_behind_the_new_feeds(end: str) -> None:
    """Both are put at the end of the file, where the feeds are its last section."""
    data = f"title: T\noutputs:\n  - name: all\nfeeds:\n  - https://a.example/1{end}".encode()
    feeds = [{"url": "https://new.example/feed", "topics": ["world"]}]
    added = add(data, feeds, {"world": "World"}, name="feeds.yaml")
    assert added.startswith(data) and [topic.name for topic in read(added, "f").topics] == ["world"]


def test_a_file_with_mistakes_is_not_edited() -> None:
    """And a mistake in what is added is named."""
    with pytest.raises(ConfigError, match="titel"):
        add(b"titel: T\n", [NEW], {}, name="feeds.yaml")
    with pytest.raises(ConfigError, match="no such topic"):
        add(b"title: T\n", [NEW], {}, name="feeds.yaml")
    with pytest.raises(ConfigError, match="must be like 30m"):
        add(b"title: T\n", [{"url": "https://a.example/", "every": "now"}], {}, name="feeds.yaml")


@given(title=st.text(min_size=1, max_size=40).filter(lambda text: text.isprintable() and text.strip()))
def test_any_title_is_written_so_that_it_is_read_back(title: str) -> None:
    """Quotes, colons, hashes, stars, braces, numbers, words that YAML takes for more than text."""
    for shape in ("indented", "flow", "missing", "all flow"):
        data = add(SHAPES[shape].encode(), [{"url": "https://n.example/", "title": title}], {"t": title}, name="f")
        config = read(data, "f")
        assert (config.feeds[-1].title, config.topics[-1].title) == (title.strip(), title.strip())


def test_the_line_of_every_feed_is_known() -> None:
    """In the order of the file."""
    assert lines(SHAPES["comments between and after"].encode()) == [4, 7]
    assert lines(b"title: T\n") == []


def test_the_file_is_replaced_whole_behind_its_link_with_its_mode(tmp_path: Path) -> None:
    """The link stays a link, and nothing else is left in the folder."""
    real = tmp_path / "real.yaml"
    real.write_bytes(b"old")
    real.chmod(0o640)
    link = tmp_path / "feeds.yaml"
    link.symlink_to(real)
    replace(link, b"new", old=b"old")
    assert (link.is_symlink(), real.read_bytes(), real.stat().st_mode & 0o777) == (True, b"new", 0o640)
    with pytest.raises(WorkspaceError, match="changed by somebody else"):
        replace(link, b"newer", old=b"old")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["feeds.yaml", "real.yaml"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere: run the tests as another user")
def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """Nothing is lost."""
    path = tmp_path / "feeds.yaml"
    path.write_bytes(b"old")
    tmp_path.chmod(0o500)
    with pytest.raises(WorkspaceError, match="cannot be written"):
        replace(path, b"new", old=b"old")
    assert path.read_bytes() == b"old"
