from aggregator.model import Category, Markup, ParsedEntry, ParsedFeed, Reject, Stamp

feed = ParsedFeed(
    format="json1",
    title="Numbers for names",
    home="https://example.org/",
    author="Desk",
    entries=(
        ParsedEntry(
            guid="7",
            url="https://example.org/7",
            title=Markup(type="text", base="https://example.com/feed"),
            summary=Markup(type="text", base="https://example.com/feed"),
            content=Markup(value="Plain\n\nwords", type="text", base="https://example.com/feed"),
            published=Stamp(text="2024-06-05T10:00:00-07:00"),
            categories=(
                Category(term="one"),
                Category(term="2"),
            ),
            image="https://example.org/7.png",
        ),
        ParsedEntry(
            guid="8.5",
            title=Markup(value="Half", type="text", base="https://example.com/feed"),
            summary=Markup(type="text", base="https://example.com/feed"),
            content=Markup(value="<p>Eight</p>", base="https://example.com/feed"),
            author="Ada",
        ),
    ),
    rejects=(Reject(position=1, name="item 2", reason="not an object but a text"),),
)
