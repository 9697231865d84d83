from aggregator.model import Enclosure, Markup, ParsedEntry, ParsedFeed

feed = ParsedFeed(
    format="rss20",
    title="Pictures",
    home="https://example.com/",
    entries=(
        ParsedEntry(
            url="https://example.com/p1",
            title=Markup(value="A picture with a caption", type="text", base="https://example.com/feed"),
            summary=Markup(value="What happened.", base="https://example.com/feed"),
            enclosures=(Enclosure(url="https://example.com/p1-700.jpg", type="image/jpeg"),),
            image="https://example.com/p1-700.jpg",
        ),
        ParsedEntry(
            url="https://example.com/p2",
            title=Markup(value="Film", type="text", base="https://example.com/feed"),
            summary=Markup(value="All the text there is", type="text", base="https://example.com/feed"),
            enclosures=(Enclosure(url="https://example.com/p2.mp4", length=99),),
            image="https://example.com/p2.jpg",
        ),
    ),
)
