from aggregator.model import Enclosure, Markup, ParsedEntry, ParsedFeed, Stamp

feed = ParsedFeed(
    format="rss20",
    title="Example Radio",
    home="https://example.com/radio",
    author="Example Radio",
    entries=(
        ParsedEntry(
            guid="ep-1",
            title=Markup(value="Episode 1", type="text", base="https://example.com/feed"),
            summary=Markup(
                value='<p>Shownotes with a <a href="https://example.com/notes">link</a></p>',
                base="https://example.com/feed",
            ),
            published=Stamp(text="Mi, 05 Jun 2024 10:00:00 +0200"),
            enclosures=(Enclosure(url="https://example.com/ep1.mp3", type="audio/mpeg"),),
            image="https://example.com/ep1.jpg",
        ),
    ),
)
