from aggregator.model import Markup, ParsedEntry, ParsedFeed

feed = ParsedFeed(
    format="rss20",
    title="Wrapped links",
    home="https://example.com/",
    entries=(
        ParsedEntry(
            guid="https://example.com/?p=1",
            url="https://example.com/one",
            title=Markup(value="Behind a counter", type="text", base="https://example.com/feed"),
        ),
    ),
)
