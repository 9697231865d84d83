from aggregator.model import Markup, ParsedEntry, ParsedFeed

feed = ParsedFeed(
    format="rss091n",
    title="Harbour News",
    home="http://example.com/",
    language="en-gb",
    entries=(
        ParsedEntry(
            url="http://example.com/ferry",
            title=Markup(value="Ferry étoile arrives", type="text", base="https://example.com/feed"),
            summary=Markup(value="On time, for once.", base="https://example.com/feed"),
        ),
    ),
)
