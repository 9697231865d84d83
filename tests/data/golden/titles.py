from aggregator.model import Markup, ParsedEntry, ParsedFeed

feed = ParsedFeed(
    format="rss20",
    title="Titles",
    home="https://example.com/",
    entries=(
        ParsedEntry(guid="1", title=Markup(value="Fish &amp; chips", base="https://example.com/feed")),
        ParsedEntry(guid="2", title=Markup(value="<b>Bold</b> &amp; plain", base="https://example.com/feed")),
        ParsedEntry(guid="3", title=Markup(value="Q&amp;amp;A &amp;#8211; twice", base="https://example.com/feed")),
        ParsedEntry(
            guid="4", title=Markup(value="folded\n      over lines", type="text", base="https://example.com/feed")
        ),
        ParsedEntry(
            guid="5",
            title=Markup(type="text", base="https://example.com/feed"),
            summary=Markup(value="No title, but text.", base="https://example.com/feed"),
        ),
    ),
)
