from aggregator.model import Markup, ParsedEntry, ParsedFeed, Reject

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
    ),
    rejects=(Reject(1, "what follows, if anything", "the document breaks off there"),),
    breaks_off=True,
)
