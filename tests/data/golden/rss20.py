from datetime import UTC, datetime

from aggregator.model import Category, Enclosure, Markup, ParsedEntry, ParsedFeed, Stamp

feed = ParsedFeed(
    format="rss20",
    title="Example Net",
    home="https://example.net/",
    language="en-us",
    author="Example Desk",
    updated=Stamp(text="Wed, 05 Jun 2024 10:00:00 GMT", read=datetime(2024, 6, 5, 10, 0, 0, tzinfo=UTC)),
    ttl=90,
    skip_hours=(
        0,
        1,
        2,
    ),
    skip_days=(
        "Saturday",
        "Sunday",
    ),
    entries=(
        ParsedEntry(
            guid="post-17",
            url="https://example.net/2024/treaty",
            title=Markup(value="Treaty signed", type="text", base="https://example.com/feed"),
            summary=Markup(value="<p>A short teaser.</p>", base="https://example.com/feed"),
            content=Markup(value='<p>The whole <a href="/story">story</a>.</p>', base="https://example.com/feed"),
            author="Ada Example, Ben Example",
            published=Stamp(text="Wed, 05 Jun 2024 09:30:00 +0200"),
            categories=(
                Category(term="Diplomacy", scheme="https://example.net/tags"),
                Category(term="World"),
            ),
            enclosures=(Enclosure(url="https://example.net/talk.mp3", type="audio/mpeg", length=12345),),
        ),
        ParsedEntry(
            guid="https://example.net/2024/other",
            url="https://example.net/2024/other",
            title=Markup(value="Only a guid that is a link", type="text", base="https://example.com/feed"),
            author="someone@example.net",
        ),
    ),
)
