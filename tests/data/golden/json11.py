from aggregator.model import Enclosure, Markup, ParsedEntry, ParsedFeed, Stamp

feed = ParsedFeed(
    format="json11",
    title="Example JSON",
    home="https://example.org/",
    language="en-GB",
    author="Desk, Night desk",
    entries=(
        ParsedEntry(
            guid="https://example.org/1",
            url="https://example.org/1",
            title=Markup(value="One", type="text", base="https://example.com/feed"),
            summary=Markup(value="In short", type="text", base="https://example.com/feed"),
            content=Markup(value="<p>At length</p>", base="https://example.com/feed"),
            author="Ada",
            published=Stamp(text="2024-06-05T10:00:00Z"),
            updated=Stamp(text="2024-06-05T11:00:00Z"),
            enclosures=(Enclosure(url="https://example.org/1.mp3", type="audio/mpeg", length=1200),),
            language="de",
        ),
    ),
)
