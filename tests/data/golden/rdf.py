from aggregator.model import Category, Markup, ParsedEntry, ParsedFeed, Stamp

feed = ParsedFeed(
    format="rss10",
    title="Example Journal",
    home="https://example.org/",
    ttl=360,
    entries=(
        ParsedEntry(
            guid="https://example.org/1",
            url="https://example.org/1?from=rdf",
            title=Markup(value="On examples", type="text", base="https://example.com/feed"),
            summary=Markup(value="An abstract.", base="https://example.com/feed"),
            author="C. Example",
            updated=Stamp(text="2024-06-05T10:00:00+09:00"),
            categories=(Category(term="examples"),),
        ),
    ),
)
