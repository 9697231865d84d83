from datetime import UTC, datetime

from aggregator.model import Category, Enclosure, Markup, ParsedEntry, ParsedFeed, Stamp

feed = ParsedFeed(
    format="atom10",
    title="Fish &amp; Chips",
    home="https://example.com/",
    id="urn:uuid:0b6e8f8c-0000-4000-8000-000000000001",
    language="en",
    author="Desk",
    updated=Stamp(text="2024-06-05T10:00:00Z", read=datetime(2024, 6, 5, 10, 0, 0, tzinfo=UTC)),
    entries=(
        ParsedEntry(
            guid="tag:example.com,2024:1",
            url="https://example.com/1",
            title=Markup(value="1 < 2", type="text", base="https://example.com/feed"),
            summary=Markup(value="Plain words: a < b", type="text", base="https://example.com/feed"),
            content=Markup(value="<p>One <em>word</em></p>", type="xhtml", base="https://example.com/feed"),
            published=Stamp(text="2024-06-05T08:00:00Z"),
            updated=Stamp(text="2024-06-05T09:00:00Z"),
            categories=(Category(term="maths", scheme="https://example.com/terms", label="Mathematics"),),
            enclosures=(Enclosure(url="https://example.com/1.mp3", type="audio/mpeg", length=7),),
            language="en",
        ),
        ParsedEntry(
            guid="tag:example.com,2024:2",
            url="https://example.com/2",
            title=Markup(value="<b>Bold</b> claim", base="https://example.com/feed"),
            author="Ada",
            updated=Stamp(text="2024-06-05T07:00:00Z"),
            language="en",
        ),
    ),
)
