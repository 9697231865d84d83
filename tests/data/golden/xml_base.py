from datetime import UTC, datetime

from aggregator.model import Markup, ParsedEntry, ParsedFeed, Stamp

feed = ParsedFeed(
    format="atom10",
    title="Relative",
    home="https://example.org/blog/",
    id="https://example.org/blog/",
    updated=Stamp(text="2024-06-05T10:00:00Z", read=datetime(2024, 6, 5, 10, 0, 0, tzinfo=UTC)),
    entries=(
        ParsedEntry(
            guid="tag:example.org,2024:base",
            url="https://example.org/blog/2024/one",
            title=Markup(value="Hung on two bases", type="text", base="https://example.org/blog/2024/"),
            content=Markup(value='<img src="a.png" alt="">', base="https://example.org/blog/2024/pictures/"),
            updated=Stamp(text="2024-06-05T10:00:00Z"),
        ),
    ),
)
