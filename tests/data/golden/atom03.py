from datetime import UTC, datetime

from aggregator.model import Markup, ParsedEntry, ParsedFeed, Stamp

feed = ParsedFeed(
    format="atom03",
    title="Altes Beispiel",
    home="http://example.org/alt/",
    language="de",
    updated=Stamp(text="2004-06-05T10:00:00Z", read=datetime(2004, 6, 5, 10, 0, 0, tzinfo=UTC)),
    entries=(
        ParsedEntry(
            guid="tag:example.org,2004:1",
            url="http://example.org/alt/1",
            title=Markup(value="Ein Eintrag", type="text", base="https://example.com/feed"),
            content=Markup(value="<p>Hallo</p>", base="https://example.com/feed"),
            published=Stamp(text="2004-06-05T09:00:00+02:00"),
            updated=Stamp(text="2004-06-05T10:00:00Z"),
            language="de",
        ),
    ),
)
