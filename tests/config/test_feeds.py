from collections.abc import Callable

import pytest

from aggregator.config import read
from aggregator.config.addresses import without_user

Problems = Callable[[str], list[str]]


@pytest.mark.parametrize(
    ("feed", "problem"),
    [
        ("example.com/feed", '3:5: feeds[0].url: not an http(s) address (got "example.com/feed"); did you mean `https'),
        ("ftp://example.com/", '3:5: feeds[0].url: not an http(s) address (got "ftp://example.com/")'),
        ("https:///rss", '3:5: feeds[0].url: not an http(s) address (got "https:///rss")'),
        ("https://e.org:1٣/x", '3:5: feeds[0].url: not an http(s) address (got "https://e.org:1٣/x")'),
        ("https://example.com../", '3:5: feeds[0].url: not an http(s) address (got "https://example.com../")'),
        ("https://a..example/", '3:5: feeds[0].url: not an http(s) address (got "https://a..example/")'),
        ("https://a..de/", '3:5: feeds[0].url: not an http(s) address (got "https://a..de/")'),
        ("https://a\u200b.example/", "3:5: feeds[0].url: not an http(s) address"),
        ("https://-.-:1/", '3:5: feeds[0].url: not an http(s) address (got "https://-.-:1/")'),
        ("https://example.com:99999/", '3:5: feeds[0].url: not an http(s) address (got "https://example.com:99999/")'),
        ("https://exa mple.com/", '3:5: feeds[0].url: an address has no blanks (got "https://exa mple.com/")'),
        ("https://[::1/", '3:5: feeds[0].url: not an http(s) address (got "https://[::1/")'),
        ("https://editor:secret@example.com/", "3:5: feeds[0].url: must not hold a user or password"),
        ("https://editor:sec ret@example.com/", "3:5: feeds[0].url: must not hold a user or password"),
        ("'file:'", "3:5: feeds[0].url: must be a path relative to the workspace"),
        ("file:///etc/passwd", "3:5: feeds[0].url: must be a path relative to the workspace"),
        ("file:~/news.xml", "3:5: feeds[0].url: must be a path relative to the workspace"),
        ("file:a/../../b", "3:5: feeds[0].url: must stay inside the workspace, without `..`"),
        ("{url: https://example.com/, keep: [a]}", "3:39: feeds[0].keep: must be {words: […]} (got a list)"),
        ("{url: https://example.com/, drop: {wrds: [a]}}", "3:39: feeds[0].drop: must be {words: […]} (got a mapping)"),
        ("{url: https://example.com/, keep: {words: [a, 5]}}", "3:51: feeds[0].keep.words[1]: must be text; put it in"),
        ("{url: https://example.com/, keep: {words: a}}", '3:39: feeds[0].keep: must be {words: […]}, with a list (go'),
        ("{url: https://example.com/, every: 30}", "3:40: feeds[0].every: must be like 30m, 2h, 1d, or auto (got 30)"),
        ("{url: https://example.com/, every: 31d}", '3:40: feeds[0].every: must be between 5m and 30d (got "31d")'),
        ("{url: https://example.com/, history: some}", "3:42: feeds[0].history: must be one of all, outputs, none"),
        ("{url: https://example.com/, full_text: yes}", '3:44: feeds[0].full_text: must be true or false (got "yes")'),
        ("{url: https://example.com/, title: 5}", "3:40: feeds[0].title: must be text; put it in quotes (got 5)"),
    ],
)  # fmt: skip
def test_a_feed_that_cannot_be_asked(feed: str, problem: str, problems: Problems) -> None:
    found = problems(f"title: T\nfeeds:\n  - {feed}\n")
    assert len(found) == 1
    assert found[0].startswith(problem)
    assert "secret" not in found[0]
    assert "sec ret" not in found[0]


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com",
        "http://example.com:8080/feed?x=1&y=@2",
        "https://münchen.example/feed",
        "https://💩.example./feed",
        "https://نامه\u200cای.example/feed",
        "HTTPS://Example.COM/Feed",
        "http://127.0.0.1:8000/a.xml",
        "http://[::1]:8000/a.xml",
        "http://localhost/feed",
        "file:samples/a b.xml",
    ],
)
def test_an_address_is_kept_as_it_was_written(address: str) -> None:
    assert read(f'title: T\nfeeds: ["{address}"]'.encode(), "feeds.yaml").feeds[0].url == address


def test_a_feeds_own_key_wins_over_the_defaults() -> None:
    """Even where it says what would be so without defaults."""
    config = read(
        b"title: T\ndefaults: {every: 1d, title: All}\n"
        b"feeds: ['https://example.com/', {url: 'https://example.net/', every: auto}]\n",
        "feeds.yaml",
    )
    assert [feed.every and feed.every.days for feed in config.feeds] == [1, None]
    assert [feed.title for feed in config.feeds] == ["All", "All"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://ann:secret@example.com/feed", "https://…@example.com/feed"),
        ("ann:secret@example.com/feed", "…@example.com/feed"),
        ("https://ann:a/sec ret#of@example.com/", "https://…@example.com/"),
        *(
            (plain, plain)
            for plain in ("https://example.com:8080/@ann", "example.com:8080/@ann", "example.com/feed/@ann")
        ),
        *((plain, plain) for plain in ("https://[2001:db8::1]/@ann", "https://example.com/a:b/@ann")),
    ],
)
def test_an_address_is_shown_without_user_and_password(text: str, shown: str) -> None:
    assert without_user(text) == shown
