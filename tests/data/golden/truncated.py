from aggregator.model import Markup, ParsedEntry, ParsedFeed

feed = ParsedFeed(
    format="rss20",
    title="Cut short",
    home="https://example.com/",
    entries=(
        ParsedEntry(
            guid="https://example.com/whole",
            url="https://example.com/whole",
            title=Markup(value="Whole", type="text", base="https://example.com/feed"),
        ),
        ParsedEntry(
            url="https://example.com/half", title=Markup(value="Half", type="text", base="https://example.com/feed")
        ),
    ),
)
